//! Which containers hang on an element, and what of a container can be seen.

use crate::Model;
use clock::{Id, ReplicaId, Seq, SortedMap, Span};
use log::{ContainerId, Crossing, Kind};

const KINDS: [Kind; 4] = [Kind::Text, Kind::Map, Kind::List, Kind::Tree];

impl Model {
    /// The containers that hang on an element, by itself or where it crosses one that any of `replicas` made. Costs what
    /// hangs on it, and, where it is a column, the rows that the same two people's crossings have.
    pub fn hanging_on(&self, id: Id, replicas: &[ReplicaId]) -> Vec<ContainerId> {
        let (first, last) = (Id::new(ReplicaId(0), 0), Id::new(ReplicaId(u64::MAX), Seq::MAX));
        let mut found = Vec::new();
        for kind in KINDS {
            let on_it = ContainerId::Element(kind, id);
            self.between(on_it, on_it, 1, &mut found);
            let crossing = |row: Id, column: Id| ContainerId::Crossing(kind, Crossing::new(row, column));
            let mut any = Vec::new();
            self.between(crossing(first, first), crossing(last, last), 1, &mut any);
            if any.is_empty() {
                continue;
            }
            for &other in replicas {
                let (first, last) = (Id::new(other, 0), Id::new(other, Seq::MAX));
                self.between(crossing(id, first), crossing(id, last), usize::MAX, &mut found);
                let mut columns = Vec::new();
                self.between(crossing(first, id), crossing(last, id), usize::MAX, &mut columns);
                for column in columns {
                    if column.makers().last() == Some(id) && !found.contains(&column) {
                        found.push(column);
                    }
                }
            }
        }
        found
    }

    /// Adds at most so many containers from one name to another, of their kind.
    fn between(&self, from: ContainerId, to: ContainerId, most: usize, found: &mut Vec<ContainerId>) {
        fn add<V>(
            of: &SortedMap<ContainerId, V>,
            (from, to): (ContainerId, ContainerId),
            most: usize,
            found: &mut Vec<ContainerId>,
        ) {
            for (id, _) in of.range(from..=to).take(most) {
                found.push(*id);
            }
        }
        match from.kind() {
            Kind::Text => add(&self.text_numbers, (from, to), most, found),
            Kind::Map => add(&self.maps, (from, to), most, found),
            Kind::List => add(&self.lists, (from, to), most, found),
            Kind::Tree => add(&self.trees, (from, to), most, found),
            Kind::Counter => {}
        }
    }

    /// The elements of which one sees something in a container: characters and objects, the writes that show, items, nodes.
    /// What a counter was given has no elements here.
    pub fn seen_in(&self, container: ContainerId) -> Vec<Span> {
        let mut seen: Vec<Span> = Vec::new();
        if let Some(text) = self.text(container) {
            for run in text.runs() {
                if run.visible {
                    push(&mut seen, run.span);
                }
            }
        }
        if let Some(map) = self.map(container) {
            for key in map.keys() {
                if let Some((write, _)) = map.heads(key).next() {
                    push(&mut seen, Span::of(write));
                }
            }
        }
        if let Some(list) = self.list(container) {
            for (item, write, ..) in list.writes() {
                push(&mut seen, Span::of(item));
                if write != item {
                    push(&mut seen, Span::of(write));
                }
            }
        }
        if let Some(tree) = self.tree(container) {
            for (_, node) in tree.iter() {
                push(&mut seen, Span::of(node));
            }
        }
        seen
    }
}

/// Adds a span, to the last one where it goes on.
fn push(spans: &mut Vec<Span>, span: Span) {
    match spans.last_mut() {
        Some(last) if last.replica == span.replica && last.end == span.start => last.end = span.end,
        _ => spans.push(span),
    }
}
