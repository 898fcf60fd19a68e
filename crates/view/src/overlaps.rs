//! What several people did to the same at once, all of which shows: told to whom it concerns, and never held back.

use crate::base::Base;
use crate::policy::Grade;
use crate::precedence::{Precedence, Wish};
use clock::{Id, ReplicaId, SortedSet, Span, VersionVector};
use log::MultiLog;
use model::Model;

/// What somebody did, and what the viewer did to the same, neither having seen the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Somebody else's actions.
    pub theirs: Span,
    /// An action of the viewer's own, by its first element: one of those that touch the same.
    pub mine: Id,
    /// How much they have to do with each other.
    pub grade: Grade,
}

/// Keeps in mind what overlaps with the viewer's own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overlaps {
    mine: SortedSet<ReplicaId>,
    since: VersionVector,
    found: Precedence,
}

impl Overlaps {
    /// Those of which one side was done since a version.
    pub fn since(mine: SortedSet<ReplicaId>, since: VersionVector) -> Self {
        Self { found: Precedence::since(&since), mine, since }
    }

    /// Counts what a replica writes as the viewer's own: what there is to overlap is another.
    pub fn add_mine(&mut self, replica: ReplicaId) {
        self.mine.insert(replica);
        self.begin_anew();
    }

    /// Forgets what was found: what there is to overlap is another.
    pub fn begin_anew(&mut self) {
        self.found = Precedence::since(&self.since);
    }

    /// Notes that elements were left out, undone or redone.
    pub fn touch(&mut self, log: &MultiLog, span: Span) {
        self.found.touch(log, span);
    }

    /// Looks at what changed since it last did.
    pub fn settle(&mut self, log: &MultiLog, model: &Model, base: Base<'_>) {
        let wish = Wish { mine: &self.mine, from: Grade::Overlap, except: None };
        self.found.settle(log, model, base, Some(wish), &|_, _| false);
    }

    /// Those of which both sides show, as `is_active` says of actions.
    pub fn all(&self, log: &MultiLog, is_active: impl Fn(Span) -> bool) -> Vec<Overlap> {
        let mut all: Vec<Overlap> = Vec::new();
        for (theirs, mine, grade) in self.found.all() {
            if !is_active(theirs) || !log.action_of(mine).is_some_and(&is_active) {
                continue;
            }
            match all.last_mut() {
                Some(last)
                    if (last.mine, last.grade, last.theirs.replica) == (mine, grade, theirs.replica)
                        && last.theirs.end == theirs.start =>
                {
                    last.theirs.end = theirs.end;
                }
                _ => all.push(Overlap { theirs, mine, grade }),
            }
        }
        all
    }
}
