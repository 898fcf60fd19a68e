//! What a view chooses to see, and what becomes of each element.

use clock::{Id, ReplicaId, Seq, Span, VersionVector};
use log::Proposal;
use std::collections::{BTreeMap, BTreeSet};

/// How much two actions have to do with each other that were made at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Nothing.
    Commute,
    /// They touch the same.
    #[default]
    Overlap,
    /// They write the same.
    Order,
    /// They exclude each other.
    Conflict,
}

/// The personal choices of a view. The default one sees everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// The version that the view is pinned to; elements beyond it are out of range.
    pub pin: Option<VersionVector>,
    /// Elements hidden one by one; spans may overlap.
    pub hidden: Vec<Span>,
    /// Replicas muted as a whole.
    pub hidden_replicas: BTreeSet<ReplicaId>,
    /// Replicas held: elements from this counter on are filtered.
    pub held: BTreeMap<ReplicaId, Seq>,
    /// The replicas for whose actions others' are given up where not all can be; none for nobody's.
    pub first: BTreeSet<ReplicaId>,
    /// From which grade on others' actions give way to theirs.
    pub first_from: Grade,
    /// Actions, by any element, that come before whatever else could be chosen.
    pub preferred: BTreeSet<Id>,
    /// How much actions, by any element, are worth to the viewer.
    pub weights: BTreeMap<Id, u16>,
    /// Whether it shows everybody's open suggestions.
    pub every_suggestion: bool,
    /// The replicas whose open suggestions it shows.
    pub suggestions_of: BTreeSet<ReplicaId>,
    /// The drafts, by the elements that made them, of which it shows what is open.
    pub drafts: BTreeSet<Id>,
}

impl Policy {
    /// Whether `id` is within the version that the view is pinned to.
    pub fn is_in_range(&self, id: Id) -> bool {
        self.pin.as_ref().is_none_or(|pin| pin.contains(id))
    }

    /// Whether `id` is hidden, muted or held.
    pub fn is_filtered(&self, id: Id) -> bool {
        self.hidden.iter().any(|span| span.contains(id))
            || self.hidden_replicas.contains(&id.replica)
            || self.held.get(&id.replica).is_some_and(|&from| id.seq >= from)
    }

    /// Whether it shows what `replica` proposed so, while nobody decided about it.
    pub fn includes(&self, replica: ReplicaId, proposal: Proposal) -> bool {
        match proposal {
            Proposal::Suggestion => self.every_suggestion || self.suggestions_of.contains(&replica),
            Proposal::Draft(draft) => self.drafts.contains(&draft),
        }
    }

    /// Whether someone with this view can see `id`: it is in range and not filtered.
    pub fn is_seen(&self, id: Id) -> bool {
        self.is_in_range(id) && !self.is_filtered(id)
    }
}

/// What becomes of an element in a view. The first that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Beyond the pin, or not received, or received without everything that came before it.
    OutOfRange,
    /// Hidden, muted or held.
    Filtered,
    /// Switched off by a control.
    Undone,
    /// Proposed: not shown by this view and not accepted, or rejected.
    Proposed,
    /// Of an action that cannot be active together with others.
    Rejected,
    /// In effect.
    Active,
}
