//! A text from everything that ever happened to it, at once.
//!
//! The order is that of a tree (see [`super`]), so whoever knows all insertions needs no positions: the
//! tree is put together from what each insertion names, and read off from left to right. It takes about
//! as long as reading the insertions does, however they are tangled.
//!
//! ```text
//! insertions ──► which run holds each neighbour ──► children by place ──► walk ──► runs, leaf by leaf
//! deletions  ──► changes by place ───────────────────────────────────────┘
//! ```

mod buckets;
mod finder;
mod links;
mod walk;

use super::Text;
use super::objects::{Class, Objects};
use super::origins::Origins;
use super::places::Lookup;
use super::tree::{Elem, Run, TreeBuilder};
use clock::{Id, Seq};
use finder::{Finder, Place};
use links::Links;
use log::{Near, OpBody, OpRun, ReplicaLog};
use std::ops::Range;
use walk::Walk;

/// Everything that happened to a text, to be built at once.
#[derive(Clone, Debug, Default)]
pub struct TextBuilder<'a> {
    /// Those that say anything of the text, ascending by replica.
    logs: Vec<&'a ReplicaLog>,
    /// Ascending by id.
    insertions: Vec<Insertion>,
    /// What was inserted that is no character.
    objects: Vec<Object<'a>>,
    /// What is said of elements, in any order.
    changes: Vec<Change>,
}

/// Characters that were put in together, as the log of number `log` has them.
#[derive(Clone, Copy, Debug)]
struct Insertion {
    log: u32,
    start: Seq,
    len: u32,
    left: Near,
    right: Near,
    /// Where they begin in the log's text, and how many bytes they take; of what is no character its number
    /// among the objects, and zero.
    text: u32,
    bytes: u32,
}

impl Insertion {
    /// The number of what is no character among the objects.
    fn object(&self) -> Option<usize> {
        (self.bytes == 0).then_some(self.text as usize)
    }
}

/// What was inserted that is no character, and between what.
#[derive(Clone, Copy, Debug)]
struct Object<'a> {
    left: Option<Id>,
    right: Option<Id>,
    class: Class,
    kind: &'a str,
}

/// What is said of `len` elements, the first of which the log of number `log` names so.
#[derive(Clone, Copy, Debug)]
struct Change {
    log: u32,
    first: Near,
    len: u32,
    what: What,
}

/// What can be said of elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// Their insertion is not active.
    Hide,
    /// An active deletion covers them.
    Delete,
}

impl<'a> TextBuilder<'a> {
    /// Nothing happened yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Expects so many insertions and deletions more.
    pub fn reserve(&mut self, insertions: usize, deletions: usize) {
        self.insertions.reserve(insertions);
        self.changes.reserve(deletions);
    }

    /// Takes in a run of insertions or deletions, up to counter `end` of the log, of which `inactive` are not
    /// active. Runs come ascending by id.
    #[inline]
    pub fn add(&mut self, log: &'a ReplicaLog, run: &OpRun, end: Seq, inactive: &[Range<Seq>]) {
        let number = self.number(log);
        let range = run.range.start..run.range.end.min(end);
        match run.body {
            OpBody::Insert { left, right, text, .. } => {
                let (start, len) = (range.start, range.end - range.start);
                let bytes = log.chars(text as usize, 0..len as usize).len() as u32;
                self.insertions.push(Insertion { log: number, start, len, left, right, text, bytes });
                for part in inactive {
                    let (first, len) = (Near::own(part.start), part.end - part.start);
                    self.changes.push(Change { log: number, first, len, what: What::Hide });
                }
            }
            OpBody::Delete { target, backward, .. } => {
                let mut delete = |part: Range<Seq>| {
                    let skip = if backward { run.range.end - part.end } else { part.start - range.start };
                    if part.start < part.end {
                        let (first, len) = (target.plus(skip), part.end - part.start);
                        self.changes.push(Change { log: number, first, len, what: What::Delete });
                    }
                };
                let mut start = range.start;
                for gap in inactive {
                    delete(start..gap.start);
                    start = gap.end;
                }
                delete(start..range.end);
            }
            _ => {}
        }
    }

    /// Takes in an object of `kind`, or a slot where there is none, whose element is `seq` of the log. Comes in one
    /// order with the runs.
    pub fn add_object(
        &mut self,
        log: &'a ReplicaLog,
        seq: Seq,
        (left, right): (Option<Id>, Option<Id>),
        kind: Option<&'a str>,
        is_active: bool,
    ) {
        let log = self.number(log);
        let object = Object { left, right, class: kind.map_or(Class::Slot, Class::of), kind: kind.unwrap_or_default() };
        let (text, none) = (self.objects.len() as u32, Near::NONE);
        self.objects.push(object);
        self.insertions.push(Insertion { log, start: seq, len: 1, left: none, right: none, text, bytes: 0 });
        if !is_active || object.class == Class::Slot {
            self.changes.push(Change { log, first: Near::own(seq), len: 1, what: What::Hide });
        }
    }

    /// What an insertion is of.
    fn class(&self, insertion: &Insertion) -> Class {
        insertion.object().map_or(Class::Character, |object| self.objects[object].class)
    }

    fn number(&mut self, log: &'a ReplicaLog) -> u32 {
        let last = self.logs.last().map(|last| last.replica);
        if last != Some(log.replica) {
            assert!(last < Some(log.replica), "insertions ascend by id");
            self.logs.push(log);
        }
        self.logs.len() as u32 - 1
    }

    /// The text.
    pub fn build(self) -> Text {
        let finder = Finder::new(&self);
        let links = Links::new(&self, &finder);
        let mut buffer = String::with_capacity(self.insertions.iter().map(|insertion| insertion.bytes as usize).sum());
        let mut tree = TreeBuilder::new();
        let put = |run: Run, text: &str| {
            tree.push(Run { offset: buffer.len() as u32, ..run });
            buffer.push_str(text);
        };
        Walk::new(&self, &finder, put).run(&links);
        Text {
            tree: tree.finish(&buffer),
            buffer,
            replicas: self.logs.iter().map(|log| log.replica).collect(),
            origins: self.origins(&finder, &links),
            objects: self.elements(),
            lookup: Lookup::default(),
            ..Text::new()
        }
    }

    /// What is visible; `None` where an insertion names a neighbour that is not here, for then more is
    /// needed to know where it belongs, and where there are objects, for some of them may move others.
    pub fn read(self) -> Option<String> {
        let finder = Finder::new(&self);
        if !self.objects.is_empty() {
            return None;
        }
        let links = Links::new(&self, &finder);
        let lacks = |near: Near, found: Place| near != Near::NONE && found == Place::NONE;
        let all = self.insertions.iter().zip(&links.origins);
        if all.into_iter().any(|(names, found)| lacks(names.left, found.0) || lacks(names.right, found.1)) {
            return None;
        }
        let mut shown = String::new();
        let show = |run: Run, text: &str| {
            if run.is_visible() {
                shown.push_str(text)
            }
        };
        Walk::new(&self, &finder, show).run(&links);
        Some(shown)
    }

    fn elements(&self) -> Objects {
        let mut objects = Objects::default();
        for insertion in &self.insertions {
            if let Some(Object { class, kind, .. }) = insertion.object().map(|object| self.objects[object]) {
                let elem = Elem { replica: insertion.log, seq: insertion.start };
                if class == Class::Slot { objects.add_slot(elem) } else { objects.add(elem, kind) }
            }
        }
        objects
    }

    fn origins(&self, finder: &Finder<'_>, links: &Links) -> Vec<Origins> {
        let elem = |place: Place| {
            let insertion = self.insertions.get(place.insertion as usize)?;
            Some(Elem { replica: insertion.log, seq: insertion.start + place.offset })
        };
        let of_log = |number: usize| {
            let range = finder.insertions_of(number);
            let mut origins = Origins::with_capacity(range.len());
            for (insertion, &(left, right)) in self.insertions[range.clone()].iter().zip(&links.origins[range]) {
                origins.note(number as u32, insertion.start, elem(left), elem(right));
            }
            origins
        };
        (0..self.logs.len()).map(of_log).collect()
    }
}
