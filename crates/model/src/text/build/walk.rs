//! Reading a text off the tree of its insertions.

use super::buckets::Buckets;
use super::finder::Finder;
use super::links::{Child, Links};
use super::{TextBuilder, What};
use crate::text::objects::Class;
use crate::text::tree::{Elem, RUN_LEN_MAX, Run};
use std::ops::Range;

/// Where, in an insertion, something begins or ends to hold: in one number, which ascends by offset. What ends
/// at an offset sorts before what begins there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Edge(u64);

impl Edge {
    fn new(offset: u32, begins: bool, what: What) -> Self {
        Self(u64::from(offset) << 2 | u64::from(begins) << 1 | u64::from(what == What::Hide))
    }

    fn offset(self) -> u32 {
        (self.0 >> 2) as u32
    }

    /// What [`Run::hidden`] is behind the edge, where it is `hidden` before.
    fn apply(self, hidden: u32) -> u32 {
        let (begins, hides) = (self.0 >> 1 & 1 == 1, self.0 & 1 == 1);
        match (hides, begins) {
            (true, _) => hidden ^ Run::NOT_INSERTED,
            (false, true) => hidden + 1,
            (false, false) => hidden - 1,
        }
    }
}

fn edges(builder: &TextBuilder<'_>, finder: &Finder<'_>) -> Buckets<Edge> {
    let mut parts = Vec::with_capacity(builder.changes.len());
    for &change in &builder.changes {
        let both = |part: Range<u32>| {
            [(part.start, true), (part.end, false)].map(|(at, begins)| Edge::new(at, begins, change.what))
        };
        parts.extend(finder.parts(change).map(|(insertion, part)| (insertion, both(part))));
    }
    Buckets::new(builder.insertions.len(), &parts)
}

/// How far the walk has come in an insertion, and what holds there.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    edges_done: u32,
    /// See [`Run::hidden`].
    hidden: u32,
    bytes_done: u32,
}

/// What is left to walk.
enum Step {
    /// An insertion from an offset on, its children from a number on.
    Rest { insertion: u32, offset: u32, child: u32 },
    /// Children of one element, one after another, by number.
    Siblings(Range<u32>),
}

pub(super) struct Walk<'b, F> {
    builder: &'b TextBuilder<'b>,
    edges: Buckets<Edge>,
    states: Vec<State>,
    steps: Vec<Step>,
    /// Takes each run with its characters, whose offset it does not know.
    put: F,
}

impl<'b, F: FnMut(Run, &str)> Walk<'b, F> {
    pub fn new(builder: &'b TextBuilder<'b>, finder: &Finder<'_>, put: F) -> Self {
        let states = vec![State::default(); builder.insertions.len()];
        Self { builder, edges: edges(builder, finder), states, steps: Vec::new(), put }
    }

    /// Visits the tree from left to right.
    pub fn run(mut self, links: &Links) {
        let children = &links.children;
        self.visit_siblings(children.range(self.builder.insertions.len() as u32));
        while let Some(step) = self.steps.pop() {
            match step {
                Step::Siblings(range) => {
                    let insertion = children.items(range.clone())[0].insertion();
                    self.visit_siblings(range.start + 1..range.end);
                    self.rest(insertion, 0, children.range(insertion), children);
                }
                Step::Rest { insertion, offset, child } => {
                    self.rest(insertion, offset, child..children.range(insertion).end, children);
                }
            }
        }
    }

    fn visit_siblings(&mut self, range: Range<u32>) {
        if !range.is_empty() {
            self.steps.push(Step::Siblings(range));
        }
    }

    /// Visits an insertion from `offset` on up to the first of `left`, its children from there on, and says
    /// what comes then.
    fn rest(&mut self, insertion: u32, offset: u32, left: Range<u32>, children: &Buckets<Child>) {
        let len = self.builder.insertions[insertion as usize].len;
        let [here, others @ ..] = children.items(left.clone()) else {
            return self.emit(insertion, offset..len);
        };
        let beside = others.iter().take_while(|other| other.is_beside(*here)).count() as u32 + 1;
        let (child, behind) = (left.start, left.start + beside);
        if !here.is_right() {
            self.emit(insertion, offset..here.offset());
            self.steps.push(Step::Rest { insertion, offset: here.offset(), child: behind });
            return self.visit_siblings(child..behind);
        }
        // The next element of the insertion is a right child too, among the others in order.
        let next = here.offset() + 1;
        self.emit(insertion, offset..next);
        let own = Child::new(here.offset(), true, Class::Character, insertion);
        let early = children.items(child..behind).partition_point(|child| *child < own) as u32;
        self.visit_siblings(child + early..behind);
        if next < len {
            self.steps.push(Step::Rest { insertion, offset: next, child: behind });
        }
        self.visit_siblings(child..child + early);
    }

    /// Puts a part of an insertion behind what is there, in runs that are alike.
    fn emit(&mut self, number: u32, part: Range<u32>) {
        let insertion = &self.builder.insertions[number as usize];
        let edges = self.edges.items(self.edges.range(number));
        let state = &mut self.states[number as usize];
        let State { edges_done, mut hidden, bytes_done } = *state;
        let mut ahead = &edges[edges_done as usize..];
        let mut rest = match insertion.object() {
            None => {
                let text = &self.builder.logs[insertion.log as usize].text();
                &text[(insertion.text + bytes_done) as usize..(insertion.text + insertion.bytes) as usize]
            }
            Some(object) => self.builder.objects[object].class.text(),
        };
        let mut at = part.start;
        while at < part.end {
            let mut end = part.end.min(at + RUN_LEN_MAX);
            while let [edge, others @ ..] = ahead {
                if edge.offset() > at {
                    end = end.min(edge.offset());
                    break;
                }
                (hidden, ahead) = (edge.apply(hidden), others);
            }
            let bytes = if insertion.len == insertion.bytes {
                (end - at) as usize
            } else {
                rest.char_indices().nth((end - at) as usize).map_or(rest.len(), |(bytes, _)| bytes)
            };
            let (text, behind) = rest.split_at(bytes);
            let first = Elem { replica: insertion.log, seq: insertion.start + at };
            (self.put)(Run { first, len: end - at, offset: 0, bytes: bytes as u32, hidden }, text);
            (at, rest) = (end, behind);
        }
        let bytes_done = insertion.bytes.saturating_sub(rest.len() as u32);
        *state = State { edges_done: (edges.len() - ahead.len()) as u32, hidden, bytes_done };
    }
}
