//! What an undo takes along: said before it is done, and what of it is to go.
//!
//! The undo is tried on the view and, where containers may go with what they hang on, on the model; what changes is noted, and
//! all is taken back. So it costs what the undo would, twice, however long the log is.

mod holders;

use crate::Patch;
use crate::document::{Document, apart};
use clock::{Id, Span};
use log::{OpRef, Register};
use view::{Standing, Toggle, Trial, Why};

/// What is to become of what would not be active any more, or not be seen, without what is undone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dependants {
    /// It goes along, and comes back with what it needs.
    #[default]
    Cascade,
    /// What others did stays: what was said that makes it need what goes is undone too, and what it hangs on stays.
    Keep,
    /// Nothing is undone where something that others did would go along.
    Refuse,
}

impl Dependants {
    /// What people and programs call each.
    pub fn of_word(word: &str) -> Option<Self> {
        match word {
            "cascade" => Some(Self::Cascade),
            "keep" => Some(Self::Keep),
            "refuse" => Some(Self::Refuse),
            _ => None,
        }
    }
}

/// What becomes of something where others are undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Becomes {
    /// It is undone itself.
    Off,
    /// It was undone by what is undone, and comes back.
    On,
    /// It is not active any more, for this reason.
    Goes(Why),
    /// It becomes active: this is why it was not.
    Comes(Why),
    /// It stays active, and is not seen any more: it is in, or below, what hangs on this element.
    Hides(Id),
}

/// A part of a log with which something happens where others are undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affected {
    /// The elements.
    pub span: Span,
    /// What happens with them.
    pub turn: Becomes,
    /// Whether they are not of the author who asks.
    pub is_others: bool,
}

/// All with which something happens where something is undone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// What is active before and not after, or the other way round: each element at most once, ascending. Then what is only
    /// not seen any more, container by container.
    pub parts: Vec<Affected>,
    /// What is undone besides, so that others' work stays: what was said of it.
    pub lifted: Vec<Id>,
    /// What is not undone although it was named, since others' work hangs on it.
    pub spared: Vec<Span>,
    /// What is not undone although it was named, since history was trimmed: it is final.
    pub trimmed: Vec<Span>,
}

impl Extent {
    /// What others did that nobody named, and that goes all the same.
    pub fn taken(&self) -> impl Iterator<Item = &Affected> {
        self.parts.iter().filter(|part| part.is_others && matches!(part.turn, Becomes::Goes(_) | Becomes::Hides(_)))
    }
}

/// An undo that is thought out.
struct Plan {
    targets: Vec<(Span, bool)>,
    extent: Extent,
}

impl Document {
    /// What undoing `spans` would change, and what it would hide: nothing is done.
    pub fn undo_extent(&mut self, spans: &[Span], dependants: Dependants) -> Extent {
        self.plan(spans, dependants).extent
    }

    /// Undoes `spans` for everybody, whoever wrote them, by one action, of which undoing or [`Document::redo`] brings back
    /// exactly what it took: what is undone already is left alone. None where nothing is to be done.
    ///
    /// # Errors
    ///
    /// What would happen, where it takes along what others did and that is not to go: nothing is done.
    pub fn undo_with(
        &mut self,
        spans: &[Span],
        dependants: Dependants,
        time: i64,
    ) -> Result<Option<(Span, Patch)>, Extent> {
        let plan = self.plan(spans, dependants);
        if dependants != Dependants::Cascade && plan.extent.taken().next().is_some() {
            return Err(plan.extent);
        }
        Ok(self.control(Register::Undo, &plan.targets, time))
    }

    fn plan(&mut self, spans: &[Span], dependants: Dependants) -> Plan {
        self.wake();
        let mut targets = self.switchable(self.targets(spans, false));
        let mut extent = self.extent_of(&targets);
        // Each round lifts or spares something that no round did before.
        while dependants == Dependants::Keep && extent.taken().next().is_some() {
            let (mut lifted, mut spared) = (extent.lifted.clone(), extent.spared.clone());
            let mut next = targets.clone();
            for part in extent.taken() {
                match part.turn {
                    Becomes::Goes(ref why) => lifted.extend(self.needs(part.span, why)),
                    Becomes::Hides(holder) => match extent.fall_of(holder) {
                        Some((span, why)) => lifted.extend(self.needs(span, why)),
                        None => spared.extend(self.spare(&mut next, holder)),
                    },
                    Becomes::Off | Becomes::On | Becomes::Comes(_) => {}
                }
            }
            next.extend(lifted.iter().map(|id| (Span::of(*id), false)));
            let next = self.switchable(next);
            if next == targets {
                break;
            }
            (targets, extent) = (next.clone(), self.extent_of(&next));
            lifted.sort_unstable();
            lifted.dedup();
            (extent.lifted, extent.spared) = (lifted, apart(spared.into_iter()));
        }
        extent.trimmed = apart(self.trimmed_targets(spans).into_iter());
        Plan { targets, extent }
    }

    /// What of `targets` is not as it is to be, in one form.
    fn switchable(&self, targets: Vec<(Span, bool)>) -> Vec<(Span, bool)> {
        let mut switched = Vec::new();
        for on in [false, true] {
            let mut parts = Vec::new();
            for (target, _) in targets.iter().filter(|target| target.1 == on) {
                for (part, is_off) in self.view.undone_parts(*target) {
                    if is_off == on {
                        parts.push(part);
                    }
                }
            }
            for span in apart(parts.into_iter()) {
                switched.push((span, on));
            }
        }
        switched
    }

    /// What switching `targets` changes and hides.
    fn extent_of(&mut self, targets: &[(Span, bool)]) -> Extent {
        let trial = self.view.try_switch(&self.log, self.model.awoken(), self.replica, targets);
        let after = self.standing_in(&trial);
        let holders = self.holders(&trial.toggles);
        self.turn(&trial.toggles, !holders.is_empty());
        let unseen = self.unseen_below(&holders);
        let back = self.view.take_back(&self.log, self.model.awoken(), trial);
        self.turn(&back, !holders.is_empty());
        let mut parts: Vec<Affected> = Vec::new();
        let is_others = |span: Span| !self.mine.contains(&span.replica);
        for (span, now) in after {
            for (part, standing) in self.view.standings(span) {
                match (&now, standing == Standing::Active) {
                    (Some(turn), true) => {
                        parts.push(Affected { span: part, turn: turn.clone(), is_others: is_others(part) });
                    }
                    (None, false) => {
                        let is_named = targets.iter().any(|(span, on)| *on && span.contains(part.first()));
                        for (span, why) in self.why_parts(part) {
                            let is_named = is_named && matches!(why, Why::Undone(_));
                            let turn = if is_named { Becomes::On } else { Becomes::Comes(why) };
                            parts.push(Affected { span, turn, is_others: is_others(span) });
                        }
                    }
                    _ => {}
                }
            }
        }
        let changed: Vec<Span> = parts.iter().map(|part| part.span).collect();
        for (span, holder) in unseen {
            for (part, standing) in self.view.standings(span) {
                if standing == Standing::Active {
                    for span in without(part, &changed) {
                        parts.push(Affected { span, turn: Becomes::Hides(holder), is_others: is_others(span) });
                    }
                }
            }
        }
        Extent { parts, ..Extent::default() }
    }

    /// How what a trial touched stands in it, by parts: none where it is active.
    fn standing_in(&self, trial: &Trial) -> Vec<(Span, Option<Becomes>)> {
        let mut told = Vec::new();
        for span in apart(trial.toggles.iter().map(|toggle| toggle.span)) {
            for (part, standing) in self.view.standings(span) {
                if standing == Standing::Active {
                    told.push((part, None));
                    continue;
                }
                told.extend(self.why_parts(part).into_iter().map(|(part, why)| match why {
                    Why::Undone(by) if trial.is_by(by) => (part, Some(Becomes::Off)),
                    why => (part, Some(Becomes::Goes(why))),
                }));
            }
        }
        told
    }

    fn turn(&mut self, toggles: &[Toggle], is_due: bool) {
        if is_due {
            let model = self.model.awoken_mut();
            toggles.iter().for_each(|toggle| self.view.turn(&self.log, toggle.span, toggle.on, model, None));
            model.settle(None);
        }
    }

    /// The constraints by which `span`, which goes for this reason, needs what goes.
    fn needs(&self, span: Span, why: &Why) -> Vec<Id> {
        match (why, self.action_of(span.first())) {
            (Why::Dependent(on), Some(action)) => self.view.needs_between(*on, action.first()),
            (Why::Unmet(constraint), _) => vec![*constraint],
            _ => Vec::new(),
        }
    }

    /// Leaves out of `targets` what hides an element; returns that.
    fn spare(&self, targets: &mut Vec<(Span, bool)>, holder: Id) -> Vec<Span> {
        let (mut kept, mut spared) = (Vec::new(), Vec::new());
        for (span, on) in targets.drain(..) {
            let hiding = match on {
                true => self.hiding(span, holder),
                false if span.contains(holder) => vec![Span::of(holder)],
                false => Vec::new(),
            };
            for part in without(span, &hiding) {
                kept.push((part, on));
            }
            spared.extend(hiding);
        }
        *targets = kept;
        spared
    }

    /// The ops in `span` that take an element out of sight where they are active.
    fn hiding(&self, span: Span, holder: Id) -> Vec<Span> {
        let made = self.log.ops_in(Span::of(holder)).next().map(|(_, op)| op);
        let mut hiding = Vec::new();
        for (id, op) in self.log.ops_in(span) {
            let hides = match (op, made) {
                (OpRef::Delete { target, .. } | OpRef::ListDelete { target, .. }, _) => target.contains(holder),
                (OpRef::TreeDelete { node, .. }, _) => node == holder,
                (OpRef::Set { container, key, .. }, Some(OpRef::Set { container: of, key: known, .. })) => {
                    container == of && key == known
                }
                (OpRef::ListSet { item, .. }, Some(OpRef::ListSet { item: of, .. })) => item == of,
                (OpRef::ListSet { item, .. }, _) => item == holder,
                _ => false,
            };
            if hides {
                hiding.push(Span::new(id.replica, id.seq, id.seq + op.len()));
            }
        }
        hiding
    }
}

impl Extent {
    /// The part that holds an element, where it goes since it needs what goes.
    fn fall_of(&self, element: Id) -> Option<(Span, &Why)> {
        self.parts.iter().find_map(|part| match &part.turn {
            Becomes::Goes(why @ (Why::Dependent(_) | Why::Unmet(_))) if part.span.contains(element) => {
                Some((part.span, why))
            }
            _ => None,
        })
    }
}

/// What of a span is not among others.
pub(crate) fn without(span: Span, others: &[Span]) -> Vec<Span> {
    let mut left = vec![span];
    for other in others {
        if other.replica != span.replica || other.end <= span.start || span.end <= other.start {
            continue;
        }
        let mut parts = Vec::new();
        for part in left {
            let (end, start) = (other.start.clamp(part.start, part.end), other.end.clamp(part.start, part.end));
            for (from, to) in [(part.start, end), (start, part.end)] {
                if from < to {
                    parts.push(Span::new(part.replica, from, to));
                }
            }
        }
        left = parts;
    }
    left
}
