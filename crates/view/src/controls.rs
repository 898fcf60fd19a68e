//! The hidden on/off registers of one kind that every element has, as run-length maps over ranges.

use crate::decisions::Fixed;
use clock::{Id, Lamport, RangeMap, ReplicaId, Seq, SortedMap, SortedSet, Span, VersionVector};
use std::ops::Range;

/// One control action's write.
#[derive(Clone, Debug)]
struct Control {
    lamport: Lamport,
    on: bool,
    pred: Vec<Id>,
    targets: Vec<Span>,
    active: bool,
}

/// All writes of one kind of register.
#[derive(Clone, Debug, Default)]
pub(crate) struct Controls {
    controls: SortedMap<Id, Control>,
    /// Which controls wrote the registers of a range, ascending.
    writes: SortedMap<ReplicaId, RangeMap<Vec<Id>>>,
    /// Where only what is within a horizon counts of what was written.
    fixed: Fixed,
}

impl Controls {
    /// Takes in a control, which does not count yet.
    pub fn insert(&mut self, (lamport, id): (Lamport, Id), on: bool, targets: &[Span], pred: &[Id]) {
        for target in targets {
            self.writes.entry(target.replica).or_default().update(target.start..target.end, |writes| {
                let mut writes = writes.cloned().unwrap_or_default();
                if let Err(at) = writes.binary_search(&id) {
                    writes.insert(at, id);
                }
                Some(writes)
            });
        }
        let control = Control { lamport, on, pred: pred.to_vec(), targets: targets.to_vec(), active: false };
        self.controls.insert(id, control);
    }

    /// Forgets a control; returns what it wrote on where it counted.
    pub fn remove(&mut self, id: Id) -> Vec<Span> {
        let Some(control) = self.controls.remove(&id) else { return Vec::new() };
        for target in &control.targets {
            self.writes.entry(target.replica).or_default().update(target.start..target.end, |writes| {
                let left: Vec<Id> = writes?.iter().copied().filter(|write| *write != id).collect();
                (!left.is_empty()).then_some(left)
            });
        }
        if control.active { control.targets } else { Vec::new() }
    }

    /// Whether there are no controls.
    pub fn is_empty(&self) -> bool {
        self.controls.is_empty()
    }

    /// The controls among the elements of `span`, each with its logical time.
    pub fn within(&self, span: Span) -> impl Iterator<Item = (Lamport, Id)> {
        let (start, end) = (Id::new(span.replica, span.start), Id::new(span.replica, span.end));
        self.controls.range(start..end).map(|(&id, control)| (control.lamport, id))
    }

    /// When a control was written, in the order of all that is written.
    pub fn time(&self, id: Id) -> (Lamport, Id) {
        (self.controls[&id].lamport, id)
    }

    /// Whether `id` is a control.
    pub fn contains(&self, id: Id) -> bool {
        self.controls.contains_key(&id)
    }

    /// What a control wrote, and on what.
    pub fn get(&self, id: Id) -> Option<(bool, &[Span])> {
        self.controls.get(&id).map(|control| (control.on, control.targets.as_slice()))
    }

    /// Lets a control count or not; returns what it wrote on where it did not before, or does not any more.
    pub fn set_active(&mut self, id: Id, active: bool) -> Vec<Span> {
        match self.controls.get_mut(&id) {
            Some(control) if control.active != active => {
                control.active = active;
                control.targets.clone()
            }
            _ => Vec::new(),
        }
    }

    /// Lets no control count.
    pub fn clear_active(&mut self) {
        self.controls.values_mut().for_each(|control| control.active = false);
    }

    /// Whether a control counts.
    pub fn is_active(&self, id: Id) -> bool {
        self.controls[&id].active
    }

    /// `range` of `replica` cut into parts with equal registers: off by which control, or on.
    pub fn cut(&self, replica: ReplicaId, range: Range<Seq>) -> Vec<(Range<Seq>, Option<Id>)> {
        if self.fixed.is_empty() {
            return self.cut_by(replica, range, |writes| self.off(writes));
        }
        self.cut_within(&self.fixed, replica, range)
    }

    /// The same, with other horizons than these.
    pub fn cut_within(&self, fixed: &Fixed, replica: ReplicaId, range: Range<Seq>) -> Vec<(Range<Seq>, Option<Id>)> {
        let within = |writes: &[Id], horizon: Option<&VersionVector>| {
            #[cfg(feature = "fault-injection")]
            let horizon = horizon.filter(|_| !fault::is_on(fault::Fault::UndoFinal));
            let counts = |id: &Id| horizon.is_none_or(|horizon| horizon.contains(*id));
            self.off(&writes.iter().copied().filter(counts).collect::<Vec<Id>>())
        };
        let parts = fixed.cut(replica, range).into_iter();
        parts.flat_map(|(part, horizon)| self.cut_by(replica, part, |writes| within(writes, horizon))).collect()
    }

    /// Lets only what is within horizons count where that is said; returns the parts where something was written and it was not
    /// said before, or is not any more.
    pub fn set_fixed(&mut self, fixed: &Fixed) -> Vec<Span> {
        if self.fixed == *fixed {
            return Vec::new();
        }
        let before = std::mem::replace(&mut self.fixed, fixed.clone());
        let mut spans = Vec::new();
        for span in before.spans().chain(self.fixed.spans()) {
            let Some(writes) = self.writes.get(&span.replica) else { continue };
            let written = writes.cut(span.start..span.end).into_iter().filter(|(_, writes)| writes.is_some());
            spans.extend(written.map(|(part, _)| Span::new(span.replica, part.start, part.end)));
        }
        spans
    }

    /// `range` of `replica` cut into parts that the same controls wrote on, each with what `read` makes of those.
    pub fn cut_by<T>(&self, replica: ReplicaId, range: Range<Seq>, read: impl Fn(&[Id]) -> T) -> Vec<(Range<Seq>, T)> {
        match self.writes.get(&replica) {
            None => vec![(range, read(&[]))],
            Some(writes) => {
                let parts = writes.cut(range).into_iter();
                parts.map(|(part, writes)| (part, read(writes.as_deref().unwrap_or_default()))).collect()
            }
        }
    }

    /// By which of `writes`, of one register, it is off.
    pub fn off(&self, writes: &[Id]) -> Option<Id> {
        #[cfg(feature = "fault-injection")]
        if fault::is_on(fault::Fault::UndoByParity) {
            let mut offs = writes.iter().filter(|id| self.controls[id].active && !self.controls[id].on);
            return (offs.clone().count() % 2 == 1).then(|| offs.next_back().copied()).flatten();
        }
        self.heads(writes).into_iter().rev().find(|head| !self.controls[head].on)
    }

    /// The controls that a new control on `targets` replaces: those that nobody replaced.
    pub fn heads_on(&self, targets: &[Span]) -> Vec<Id> {
        let mut heads = SortedSet::new();
        for target in targets {
            let Some(writes) = self.writes.get(&target.replica) else { continue };
            for (_, writes) in writes.cut(target.start..target.end) {
                heads.extend(self.heads(&writes.unwrap_or_default()));
            }
        }
        heads.into_iter().collect()
    }

    /// Those of `writes`, of one register, that count and that none that counts replaces, directly or
    /// through others of them. What a control replaces elsewhere has no say here.
    pub fn heads(&self, writes: &[Id]) -> Vec<Id> {
        let mut replaced = SortedSet::new();
        let here = |pred: &&Id| writes.binary_search(pred).is_ok();
        let active = writes.iter().filter(|id| self.controls[id].active);
        let mut open: Vec<Id> = active.flat_map(|id| self.controls[id].pred.iter().filter(here)).copied().collect();
        while let Some(id) = open.pop() {
            if replaced.insert(id) {
                open.extend(self.controls[&id].pred.iter().filter(here));
            }
        }
        writes.iter().copied().filter(|id| self.controls[id].active && !replaced.contains(id)).collect()
    }
}
