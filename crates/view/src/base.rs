//! Standings before anything is compared with anything: what the viewer leaves out, what was undone, and what is only
//! proposed.

use crate::controls::Controls;
use crate::parts::Parts;
use crate::policy::{Excluded, Policy};
use crate::precedence::Precedence;
use crate::proposals::{Decision, Proposals};
use clock::{Id, ReplicaId, Seq, Span};
use std::fmt;
use std::ops::Range;

/// A standing other than active.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inactive {
    Excluded(Excluded),
    Undone(Id),
    /// By which control it is rejected, or that it is open.
    Proposed(Option<Id>),
    Failed,
    Dependent,
    Lost,
}

/// Standings are compared in this form. Written down, since a derived one brings along what lays out any value over many lines.
impl fmt::Debug for Inactive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Excluded(why) => write!(f, "Excluded({why:?})"),
            Self::Undone(by) => write!(f, "Undone({by:?})"),
            Self::Proposed(None) => f.write_str("Proposed(None)"),
            Self::Proposed(Some(by)) => write!(f, "Proposed(Some({by:?}))"),
            Self::Failed => f.write_str("Failed"),
            Self::Dependent => f.write_str("Dependent"),
            Self::Lost => f.write_str("Lost"),
        }
    }
}

/// A part of what was asked for, and why it is not active where it is not.
pub(crate) type Classified = (Range<Seq>, Option<Inactive>);

/// What says which elements are left out, undone or only proposed.
#[derive(Clone, Copy)]
pub(crate) struct Base<'a> {
    pub policy: &'a Policy,
    pub parts: &'a Parts,
    pub undo: &'a Controls,
    pub proposals: &'a Proposals,
}

/// What says which actions there are to be compared: with what gives way to the viewer's own left out too.
#[derive(Clone, Copy)]
pub(crate) struct Candidates<'a> {
    pub base: Base<'a>,
    pub precedence: &'a Precedence,
}

impl Candidates<'_> {
    /// Whether any of an action may be active.
    pub fn is_present(&self, action: Span) -> bool {
        self.base.is_present(action) && !self.precedence.yields(action.first())
    }
}

impl Base<'_> {
    /// The standings of `span` from scratch, by parts.
    pub fn classify(&self, span: Span) -> Vec<Classified> {
        let mut parts = self.classify_undone(span);
        if !self.proposals.is_empty() {
            let cut = |(range, why): Classified| match why {
                None => self.classify_proposed(span.replica, range),
                Some(_) => vec![(range, why)],
            };
            parts = parts.into_iter().flat_map(cut).collect();
        }
        parts
    }

    fn classify_undone(&self, span: Span) -> Vec<Classified> {
        let mut parts = Vec::new();
        for (range, excluded) in self.policy.cut_with(self.parts, span.replica, span.start..span.end) {
            if let Some(why) = excluded {
                parts.push((range, Some(Inactive::Excluded(why))));
                continue;
            }
            for (part, off) in self.undo.cut(span.replica, range) {
                self.cut_undone(span.replica, part, off, &mut parts);
            }
        }
        parts
    }

    fn classify_proposed(&self, replica: ReplicaId, range: Range<Seq>) -> Vec<Classified> {
        let standing = |(part, proposed)| match proposed {
            None | Some((_, Decision::Accepted(_))) => (part, None),
            Some((_, Decision::Rejected(by))) => (part, Some(Inactive::Proposed(Some(by)))),
            Some((proposal, Decision::Open)) => {
                (part, (!self.policy.includes(replica, proposal)).then_some(Inactive::Proposed(None)))
            }
        };
        self.proposals.cut(replica, range).into_iter().map(standing).collect()
    }

    /// Whether any of `span` is neither left out nor undone, nor only proposed.
    pub fn is_present(&self, span: Span) -> bool {
        self.classify(span).iter().any(|(_, why)| why.is_none())
    }

    /// Undo and redo themselves cannot be switched: undoing one is writing again.
    fn cut_undone(&self, replica: ReplicaId, part: Range<Seq>, off: Option<Id>, parts: &mut Vec<Classified>) {
        let Some(by) = off else {
            parts.push((part, None));
            return;
        };
        let mut start = part.start;
        for seq in part.clone().filter(|&seq| self.undo.contains(Id::new(replica, seq))) {
            if start < seq {
                parts.push((start..seq, Some(Inactive::Undone(by))));
            }
            parts.push((seq..seq + 1, None));
            start = seq + 1;
        }
        if start < part.end {
            parts.push((start..part.end, Some(Inactive::Undone(by))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Members compare hashes of them.
    #[test]
    fn standings_are_written_as_ever() {
        let standings = [
            Inactive::Excluded(Excluded::OutOfRange),
            Inactive::Undone(Id::new(ReplicaId(10), 3)),
            Inactive::Proposed(None),
            Inactive::Proposed(Some(Id::new(ReplicaId(10), 3))),
            Inactive::Failed,
            Inactive::Dependent,
            Inactive::Lost,
        ];
        assert_eq!(
            format!("{standings:?}"),
            "[Excluded(OutOfRange), Undone(3@a), Proposed(None), Proposed(Some(3@a)), Failed, Dependent, Lost]"
        );
    }
}
