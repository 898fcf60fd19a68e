//! What one person chose to see: never sent to anybody.

use crate::parts::{HeldPart, Parts};
use clock::{Id, RangeMap, RangeSet, ReplicaId, Seq, SortedMap, SortedSet, VersionVector};
use log::Proposal;
use std::ops::Range;

/// Why an action that arrived has no effect, before undo is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Excluded {
    /// Beyond the version that the view is pinned to.
    OutOfRange,
    /// Hidden by range.
    Hidden,
    /// By a replica that is muted.
    Muted,
    /// Received since a hold began, of everybody, of its author, or of its part of the document.
    Held,
}

/// How much two actions that touch the same have to do with each other, neither author having seen what the other did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Nothing: they touch nothing of the same.
    Commute,
    /// Both show, at the same place, or one within what the other deletes.
    #[default]
    Overlap,
    /// They write the same, and the later one shows.
    Order,
    /// They exclude each other, as an author declared.
    Conflict,
}

impl Grade {
    /// Those from which on others' actions may give way, by their words.
    const WORDS: [(Self, &'static str); 3] =
        [(Self::Overlap, "overlap"), (Self::Order, "order"), (Self::Conflict, "conflict")];

    /// What it is called where it is written down, as a grade from which on others' actions give way.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().rfind(|(grade, _)| *grade <= self.max(Self::Overlap)).map_or("", |(_, word)| word)
    }

    /// The grade that is called so.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, known)| *known == word).map(|(grade, _)| *grade)
    }
}

/// Whose suggestions a view shows while nobody accepted or rejected them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suggestions {
    /// Nobody's.
    #[default]
    None,
    /// The viewer's own, see [`Policy::mine`].
    Own,
    /// Everybody's.
    All,
}

/// Which actions a view leaves out. The default leaves out nothing but what is only proposed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Show this version and nothing later.
    pub pin: Option<VersionVector>,
    /// Leave these elements out.
    pub hidden: SortedMap<ReplicaId, RangeSet>,
    /// Leave everything of these replicas out.
    pub muted: SortedSet<ReplicaId>,
    /// Leave out what these replicas wrote from a counter on.
    pub held: SortedMap<ReplicaId, Seq>,
    /// Leave out whatever is not in this version, whoever wrote it, but for [`Policy::mine`].
    pub hold_all: Option<VersionVector>,
    /// Leave out what belongs to these parts and came since, but for [`Policy::mine`].
    pub held_parts: Vec<HeldPart>,
    /// The viewer's own replicas: those that a general hold and one of a part let through, and that come first where [`Policy::mine_first`]
    /// says so.
    pub mine: SortedSet<ReplicaId>,
    /// Of actions that cannot all be active, give up others' for the own ones, whatever these weigh; what was answered for
    /// everybody counts all the same. So with what others did without having seen it, and that has to do with the own ones
    /// this much or more. None where nobody comes first.
    pub mine_first: Option<Grade>,
    /// Actions, each by any of its elements, that come before whatever else could be chosen, answers for everybody included.
    pub preferred: SortedSet<Id>,
    /// How much actions, each by any of its elements, are worth to the viewer, whatever they are to others; at least 1.
    pub weights: SortedMap<Id, u16>,
    /// Show suggestions that are open.
    pub suggestions: Suggestions,
    /// Show what is open of these drafts, each by the element that made it.
    pub drafts: SortedSet<Id>,
}

impl Policy {
    /// Whether it leaves out nothing.
    pub fn is_plain(&self) -> bool {
        self.pin.is_none()
            && self.hidden.is_empty()
            && self.muted.is_empty()
            && self.held.is_empty()
            && self.hold_all.is_none()
            && self.held_parts.is_empty()
    }

    /// Whether it is what everybody sees who chose nothing.
    pub fn is_shared(&self) -> bool {
        let shows_proposed = self.suggestions != Suggestions::None || !self.drafts.is_empty();
        self.is_plain() && !shows_proposed && self.has_equal_wishes(&Self::default())
    }

    /// Whether it shows what `replica` proposed so while that is open.
    pub fn includes(&self, replica: ReplicaId, proposal: Proposal) -> bool {
        match (proposal, self.suggestions) {
            (Proposal::Draft(draft), _) => self.drafts.contains(&draft),
            (Proposal::Suggestion, Suggestions::None) => false,
            (Proposal::Suggestion, Suggestions::Own) => self.mine.contains(&replica),
            (Proposal::Suggestion, Suggestions::All) => true,
        }
    }

    /// Whether another one wants the same of actions that cannot all be active.
    pub(crate) fn has_equal_wishes(&self, other: &Self) -> bool {
        let first = |policy: &Self| policy.mine_first.map(|from| (policy.mine.clone(), from));
        first(self) == first(other) && self.preferred == other.preferred && self.weights == other.weights
    }

    fn is_muted(&self, replica: ReplicaId) -> bool {
        #[cfg(feature = "fault-injection")]
        if fault::is_on(fault::Fault::ShowMuted) {
            return false;
        }
        self.muted.contains(&replica)
    }

    /// `range` of `replica` cut into parts that it treats alike, ascending, but for what parts of the document that it holds came to.
    pub fn cut(&self, replica: ReplicaId, range: Range<Seq>) -> Vec<(Range<Seq>, Option<Excluded>)> {
        self.cut_with(&Parts::default(), replica, range)
    }

    /// As [`Policy::cut`], with what parts came to.
    pub(crate) fn cut_with(
        &self,
        held: &Parts,
        replica: ReplicaId,
        range: Range<Seq>,
    ) -> Vec<(Range<Seq>, Option<Excluded>)> {
        let mut parts: RangeMap<Excluded> = RangeMap::new();
        // From the weakest reason to the strongest, which is written last.
        if !self.mine.contains(&replica) {
            if let Some(base) = &self.hold_all {
                parts.set(base.end(replica).max(range.start)..range.end, Some(Excluded::Held));
            }
            for span in held.held_of(replica, &range) {
                parts.set(span.start..span.end, Some(Excluded::Held));
            }
        }
        if let Some(&from) = self.held.get(&replica) {
            parts.set(from.max(range.start)..range.end, Some(Excluded::Held));
        }
        if self.is_muted(replica) {
            parts.set(range.clone(), Some(Excluded::Muted));
        }
        for (hidden, ()) in self.hidden.get(&replica).into_iter().flat_map(RangeMap::iter) {
            parts.set(hidden.start.max(range.start)..hidden.end.min(range.end), Some(Excluded::Hidden));
        }
        if let Some(pin) = &self.pin {
            parts.set(pin.end(replica).max(range.start)..range.end, Some(Excluded::OutOfRange));
        }
        parts.cut(range)
    }
}
