//! Who had seen what.

use crate::source::Source;
use motet::{Document, Id, MultiLog, SortedMap, Span, VersionVector};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What the authors of actions could see, found out once for each.
pub(crate) struct Causes<'a> {
    source: Source<'a>,
    /// Whether anything was asked of a history that is not there.
    lacking: Cell<bool>,
    known: RefCell<SortedMap<Id, Rc<Seen>>>,
}

/// What somebody could see, and what they did then.
pub(crate) struct Seen {
    version: VersionVector,
    unseen: Vec<Span>,
}

impl Seen {
    /// Whether they had seen an element.
    pub fn contains(&self, id: Id) -> bool {
        self.version.contains(id)
            && !self.unseen.iter().any(|span| span.replica == id.replica && span.start <= id.seq && id.seq < span.end)
    }

    /// Whether they had seen all elements of a span.
    pub fn includes(&self, span: Span) -> bool {
        let overlaps = |other: &Span| other.replica == span.replica && other.start < span.end && span.start < other.end;
        self.version.contains(span.last()) && !self.unseen.iter().any(overlaps)
    }
}

impl<'a> Causes<'a> {
    pub fn of(source: Source<'a>) -> Self {
        Self { source, lacking: Cell::new(false), known: RefCell::default() }
    }

    /// The history, where it is there.
    pub fn log(&self) -> Option<&'a MultiLog> {
        let log = self.source.document.map(Document::log);
        self.lacking.set(self.lacking.get() || log.is_none());
        log
    }

    /// Whether the history was needed and is not there: then answers are of no use.
    pub fn are_lacking(&self) -> bool {
        self.lacking.get()
    }

    /// What the author of an element had seen with the action that it belongs to, itself too.
    pub fn seen_by(&self, element: Id) -> Rc<Seen> {
        let Some(all) = self.log() else { return Rc::new(Seen::nothing()) };
        let Some(log) = all.log(element.replica).filter(|log| element.seq < log.end()) else {
            return Rc::new(Seen::nothing());
        };
        let range = log.action_range(element.seq);
        let action = Id::new(element.replica, range.start);
        if let Some(seen) = self.known.borrow().get(&action) {
            return seen.clone();
        }
        let unseen = log.header_at(element.seq).rare().map_or_else(Vec::new, |rare| rare.unseen.clone());
        let seen = Rc::new(Seen { version: all.version_at(&[element]), unseen });
        self.known.borrow_mut().insert(action, seen.clone());
        seen
    }

    /// Whether neither of two elements was made by somebody who had seen the other.
    pub fn are_concurrent(&self, one: Id, other: Id) -> bool {
        !self.seen_by(one).contains(other) && !self.seen_by(other).contains(one)
    }
}

impl Seen {
    fn nothing() -> Self {
        Self { version: VersionVector::new(), unseen: Vec::new() }
    }
}
