//! Who touched what, of the actions that somebody did not know when they did something else.

use clock::{Id, RangeMap, ReplicaId, Seq, SortedMap, Span};
use log::{ContainerId, MultiLog, OpRef};

/// What several may write at once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// A key of a map.
    Key(ContainerId, String),
    /// What an item of a list holds.
    Value(Id),
    /// Where an item or a node is.
    Position(Id),
    /// A property of parts of a text.
    Mark(ContainerId, String),
    /// Where parts of a text show.
    Layout(ContainerId),
}

/// Ops by what they touch, each by its first element.
#[derive(Clone, Debug, Default)]
pub(super) struct Touched {
    /// Which part of a log is here.
    indexed: SortedMap<ReplicaId, (Seq, Seq)>,
    /// By element that they delete.
    gone: SortedMap<ReplicaId, RangeMap<Vec<Id>>>,
    /// By what they write.
    written: SortedMap<Place, Vec<Id>>,
    /// By element that has to be there for what they do to show.
    inside: SortedMap<Id, Vec<Id>>,
}

impl Touched {
    /// Takes in what a log has from a counter on.
    pub fn index(&mut self, log: &MultiLog, replica: ReplicaId, from: Seq) {
        let end = log.end(replica);
        let (start, known) = *self.indexed.get(&replica).unwrap_or(&(end, end));
        if from < start {
            self.add(log, Span::new(replica, from, start));
            self.indexed.insert(replica, (from, known));
        }
    }

    /// Takes in what is new of a log of which a part is here.
    pub fn go_on(&mut self, log: &MultiLog, replica: ReplicaId) {
        let end = log.end(replica);
        if let Some(&(start, known)) = self.indexed.get(&replica)
            && known < end
        {
            self.add(log, Span::new(replica, known, end));
            self.indexed.insert(replica, (start, end));
        }
    }

    fn add(&mut self, log: &MultiLog, span: Span) {
        for (id, op) in log.ops_in(span) {
            match op {
                OpRef::Delete { target, .. } | OpRef::ListDelete { target, .. } => self.add_gone(target, id),
                OpRef::TreeDelete { node, .. } => self.add_gone(Span::of(node), id),
                _ => {}
            }
            if let Some(place) = place_of(op) {
                self.written.entry(place).or_default().push(id);
            }
            for owner in owners(log, op) {
                self.inside.entry(owner).or_default().push(id);
            }
        }
    }

    fn add_gone(&mut self, target: Span, id: Id) {
        self.gone.entry(target.replica).or_default().update(target.start..target.end, |ids| {
            let mut ids = ids.cloned().unwrap_or_default();
            ids.push(id);
            Some(ids)
        });
    }

    /// What deletes an element.
    pub fn deleting(&self, id: Id) -> &[Id] {
        self.gone.get(&id.replica).and_then(|gone| gone.get(id.seq)).map_or(&[], Vec::as_slice)
    }

    /// `span` cut where other ops delete.
    pub fn parts(&self, span: Span) -> Vec<Span> {
        let Some(gone) = self.gone.get(&span.replica) else { return vec![span] };
        gone.cut(span.start..span.end)
            .into_iter()
            .map(|(part, _)| Span::new(span.replica, part.start, part.end))
            .collect()
    }

    /// What writes a place.
    pub fn writing(&self, place: &Place) -> &[Id] {
        self.written.get(place).map_or(&[], Vec::as_slice)
    }

    /// What changes any of these elements, or anything in them.
    pub fn changing(&self, span: Span) -> impl Iterator<Item = Id> {
        let (start, end) = (Id::new(span.replica, span.start), Id::new(span.replica, span.end));
        self.inside.range(start..end).flat_map(|(_, ids)| ids).copied()
    }
}

/// What an op writes, where others may write the same.
pub(super) fn place_of(op: OpRef<'_>) -> Option<Place> {
    Some(match op {
        OpRef::Set { container, key, .. } => Place::Key(container, key.to_owned()),
        OpRef::ListSet { item, .. } => Place::Value(item),
        OpRef::ListMove { item, .. } => Place::Position(item),
        OpRef::TreeMove { node, .. } => Place::Position(node),
        OpRef::TextMark { container, key, .. } => Place::Mark(container, key.to_owned()),
        OpRef::TextMove { container, .. } => Place::Layout(container),
        _ => return None,
    })
}

/// The elements that have to be there for what an op does to show: those that its container hangs on, however far up, what
/// it writes or moves, and the node under which it puts another.
pub(super) fn owners(log: &MultiLog, op: OpRef<'_>) -> Vec<Id> {
    let mut owners: Vec<Id> = op.container().into_iter().flat_map(|container| container.makers()).collect();
    match op {
        OpRef::ListSet { item, .. } | OpRef::ListMove { item, .. } => owners.push(item),
        OpRef::TreeCreate { parent, .. } => owners.extend(parent),
        OpRef::TreeMove { node, parent, .. } => owners.extend(parent.into_iter().chain([node])),
        _ => {}
    }
    let mut at = 0;
    while let Some(&owner) = owners.get(at) {
        at += 1;
        let home = log.ops_in(Span::of(owner)).next().and_then(|(_, op)| op.container());
        for maker in home.into_iter().flat_map(|home| home.makers()) {
            if !owners.contains(&maker) {
                owners.push(maker);
            }
        }
    }
    owners
}
