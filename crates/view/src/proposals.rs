//! What was only proposed, and what became of it.

use crate::controls::Controls;
use clock::{Id, RangeMap, ReplicaId, Seq, SortedMap, SortedSet, Span};
use log::{MultiLog, Proposal};
use std::ops::Range;

/// Elements that were only proposed, and the controls that accept or reject them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proposals {
    made: SortedMap<ReplicaId, RangeMap<Proposal>>,
    /// What began drafts.
    drafts: SortedSet<Id>,
    pub decisions: Controls,
}

/// What became of something that was only proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nobody decided, or whoever did took it back.
    Open,
    /// Accepted by this control, the first of those in force.
    Accepted(Id),
    /// Rejected by this control, the last of those in force.
    Rejected(Id),
}

/// A part of a log, and where it is only proposed, as what, and what became of that.
type Decided = (Range<Seq>, Option<(Proposal, Decision)>);

impl Decision {
    /// The control that it goes by.
    pub fn by(self) -> Option<Id> {
        match self {
            Self::Open => None,
            Self::Accepted(by) | Self::Rejected(by) => Some(by),
        }
    }
}

impl Proposals {
    /// Whether nothing was ever proposed.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.made.is_empty()
    }

    /// Takes in what of `span`, which is in the log, is proposed, and which drafts it begins.
    pub fn note(&mut self, log: &MultiLog, span: Span) {
        let Some(of) = log.log(span.replica) else { return };
        for (range, proposal) in of.proposals_in(span.start..span.end) {
            self.made.entry(span.replica).or_default().set(range, Some(proposal));
        }
        self.drafts.extend(of.drafts_in(span.start..span.end));
    }

    /// What began drafts.
    pub fn drafts(&self) -> &SortedSet<Id> {
        &self.drafts
    }

    /// As what an element is proposed, where it is.
    pub fn get(&self, id: Id) -> Option<Proposal> {
        self.made.get(&id.replica)?.get(id.seq).copied()
    }

    /// `range` of `replica` cut into parts that were proposed alike and decided alike.
    pub fn cut(&self, replica: ReplicaId, range: Range<Seq>) -> Vec<Decided> {
        let Some(made) = self.made.get(&replica) else { return vec![(range, None)] };
        let cut = |(part, proposal): (Range<Seq>, Option<Proposal>)| match proposal {
            None => vec![(part, None)],
            Some(proposal) => {
                let decided = self.decisions.cut_by(replica, part, |writes| self.decide(writes)).into_iter();
                decided.map(|(part, decision)| (part, Some((proposal, decision)))).collect()
            }
        };
        made.cut(range).into_iter().flat_map(cut).collect()
    }

    /// What the controls say that wrote one register.
    fn decide(&self, writes: &[Id]) -> Decision {
        if let Some(by) = self.decisions.off(writes) {
            return Decision::Rejected(by);
        }
        let heads = self.decisions.heads(writes);
        heads.into_iter().min_by_key(|&id| self.decisions.time(id)).map_or(Decision::Open, Decision::Accepted)
    }
}
