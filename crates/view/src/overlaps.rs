//! What several people did to the same at once, all of which shows: told to whom it concerns, and never held back.

use crate::base::Base;
use crate::policy::Grade;
use crate::precedence::{Precedence, Wish};
use clock::{ReplicaId, SortedSet, Span, VersionVector};
use log::MultiLog;
use model::Model;

/// What somebody did, and what the viewer did to the same, neither having seen the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Somebody else's actions.
    pub theirs: Span,
    /// The viewer's own actions that touch the same, ascending: one of them, and what the viewer did so soon before and
    /// behind it.
    pub mine: Vec<Span>,
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
    pub fn all(&self, log: &MultiLog, model: &Model, is_active: impl Fn(Span) -> bool) -> Vec<Overlap> {
        let mut found: Vec<(Span, Span, Grade)> = Vec::new();
        for (theirs, mine, grade) in self.found.all() {
            let Some(mine) = log.action_of(mine).filter(|mine| is_active(theirs) && is_active(*mine)) else { continue };
            match found.last_mut() {
                Some((last, to, of)) if (*to, *of) == (mine, grade) && follows(theirs, *last) => last.end = theirs.end,
                _ => found.push((theirs, mine, grade)),
            }
        }
        let mut all: Vec<Overlap> = Vec::new();
        for (theirs, mine, grade) in found {
            let mine = self.found.around(log, model, mine, theirs, &is_active);
            match all.last_mut() {
                Some(last) if last.grade == grade && last.mine == mine && follows(theirs, last.theirs) => {
                    last.theirs.end = theirs.end;
                }
                _ => all.push(Overlap { theirs, mine, grade }),
            }
        }
        all
    }
}

fn follows(span: Span, other: Span) -> bool {
    span.replica == other.replica && span.start == other.end
}
