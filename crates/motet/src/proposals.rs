//! What is only proposed: suggestions and drafts, who made them, and what became of them.
//!
//! ```
//! use motet::{ContainerId, Document, Kind, Policy, Proposal, ProposalState, ReplicaId, Suggestions};
//! let text = ContainerId::root(Kind::Text, "text");
//! let (mut ann, mut bob) = (Document::new(ReplicaId(1)), Document::new(ReplicaId(2)));
//! ann.edit(0, |edit| edit.insert(text, 0, "We meet at noon."));
//!
//! bob.receive_all(ann.actions_since(&bob.version())).unwrap();
//! bob.suggest(Proposal::Suggestion, 0, |edit| edit.replace(text, 11, 4, "ten"));
//! assert_eq!(bob.text(text), "We meet at ten.", "who suggests sees it");
//!
//! ann.receive_all(bob.actions_since(&ann.version())).unwrap();
//! assert_eq!(ann.text(text), "We meet at noon.", "nobody else does, unless they want to");
//! ann.set_policy(Policy { suggestions: Suggestions::All, ..Policy::default() });
//! assert_eq!(ann.text(text), "We meet at ten.");
//! ann.set_policy(Policy::default());
//!
//! let suggestion = ann.proposals().remove(0);
//! assert_eq!(suggestion.state, ProposalState::Open);
//! ann.accept(&suggestion.open, 0);
//! assert_eq!(ann.text(text), "We meet at ten.");
//! ann.undo();
//! assert_eq!(ann.text(text), "We meet at noon.");
//! ```

mod needs;

use crate::document::Document;
use crate::edit::Edit;
use crate::undo::EditRun;
use crate::{Patch, Refusal};
use clock::{Id, RangeSet, ReplicaId, Seq, SortedMap, SortedSet, Span};
use log::{ContainerId, OpRef, Proposal, Register, Value};
use view::{Decision, Standing};

/// A named collection of proposals, which views show as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The element that made it, and names it in [`Proposal::Draft`] and in policies.
    pub id: Id,
    /// What people call it.
    pub name: String,
    /// When it was made, in seconds since 1970, by its author's clock.
    pub time: i64,
}

/// An edit run that is only proposed, and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposed {
    /// The run: whose, when, and what it does in short.
    pub run: EditRun,
    /// As what it is proposed.
    pub proposal: Proposal,
    /// What its author called it; may be empty.
    pub label: String,
    /// What became of it.
    pub state: ProposalState,
    /// What of it is open, ascending: what there is to accept or to reject.
    pub open: Vec<Span>,
    /// The controls that accepted or rejected parts of it, ascending.
    pub decided_by: Vec<Id>,
    /// What it would change, or changed, in order.
    pub changes: Vec<ProposedChange>,
}

/// What became of something that is only proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProposalState {
    /// Nobody decided about any of it.
    Open,
    /// All of it is accepted.
    Accepted,
    /// All of it is rejected.
    Rejected,
    /// All of it was taken back.
    Withdrawn,
    /// Its parts stand differently.
    Partly,
}

impl ProposalState {
    /// What people and programs call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Partly => "partly",
        }
    }
}

/// One change that is proposed.
#[derive(Clone, Debug, PartialEq)]
pub struct ProposedChange {
    /// The elements that make it.
    pub span: Span,
    /// What became of it: never [`ProposalState::Partly`], since what stands differently is several.
    pub state: ProposalState,
    /// What it changes.
    pub container: ContainerId,
    /// How.
    pub what: Proposes,
}

/// What a proposed change does.
#[derive(Clone, Debug, PartialEq)]
pub enum Proposes {
    /// Puts characters into a text, or an object, which is one: a paragraph mark reads as the end of a line.
    Insert {
        /// Where, in code points of the text as it is shown.
        at: Seq,
        /// The characters, but for those that the author took out again.
        text: String,
    },
    /// Takes characters out of a text.
    Delete {
        /// Where, in code points of the text as it is shown.
        at: Seq,
        /// The characters.
        text: String,
    },
    /// Writes a key of a map.
    Set {
        /// The key.
        key: String,
        /// What it is to hold; none to take the key away.
        value: Option<Value>,
    },
    /// Anything else.
    Other,
}

/// What authors proposed and then proposed to take out again: its elements, and those that take it out.
type TakenOut = Vec<(Span, Span)>;

impl Document {
    /// Lets whatever is edited from now on be only proposed, or not; undo, redo, accepting and rejecting never are. The view
    /// shows what is proposed so, and goes on to. Returns what that changed. Refused where the draft is not here.
    pub fn set_suggesting(&mut self, proposal: Option<Proposal>) -> Patch {
        let mut patch = Patch::default();
        if proposal.and_then(Proposal::draft).is_some_and(|draft| self.log.lamport(draft).is_none()) {
            self.refuse(Refusal::Unfit);
            return patch;
        }
        self.suggesting = proposal;
        self.wake();
        self.let_mine_through(Some(&mut patch));
        patch
    }

    /// As what whatever is edited is only proposed, if at all.
    pub fn suggesting(&self) -> Option<Proposal> {
        self.suggesting
    }

    /// As [`Document::edit`], where it is only proposed.
    pub fn suggest(&mut self, proposal: Proposal, time: i64, change: impl FnOnce(&mut Edit<'_>)) -> Option<Span> {
        let before = self.suggesting;
        self.set_suggesting(Some(proposal));
        let span = if self.suggesting == Some(proposal) { self.edit(time, change) } else { None };
        self.suggesting = before;
        span
    }

    /// Does what is never only proposed.
    pub(crate) fn plainly<T>(&mut self, change: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.suggesting.take();
        let result = change(self);
        self.suggesting = before;
        result
    }

    /// Makes a draft, at `time` in seconds since 1970: an action of its own. None where the name is empty or too long, see
    /// [`Document::take_refusal`].
    pub fn new_draft(&mut self, name: &str, time: i64) -> Option<Id> {
        self.plainly(|document| document.edit(time, |edit| _ = edit.draft(name))).map(|span| span.first())
    }

    /// The drafts that somebody made and nobody took back, the earliest first.
    pub fn drafts(&self) -> Vec<Draft> {
        let begun = self.view.drafts().iter().filter(|&&id| self.view.standing(id) == Standing::Active);
        let draft = |&id: &Id| {
            let time = self.log.log(id.replica)?.header_at(id.seq).time;
            Some((self.log.lamport(id)?, Draft { id, name: self.draft_name(id).to_owned(), time }))
        };
        let mut drafts: Vec<_> = begun.filter_map(draft).collect();
        drafts.sort_unstable_by_key(|(lamport, draft)| (*lamport, draft.id));
        drafts.into_iter().map(|(_, draft)| draft).collect()
    }

    /// What a draft is called, by the element that made it; empty where it is none.
    pub fn draft_name(&self, draft: Id) -> &str {
        match self.log.ops_in(Span::of(draft)).next() {
            Some((_, OpRef::Draft { name })) => name,
            _ => "",
        }
    }

    /// All edit runs that are only proposed, the latest last, whatever this view shows of them. What an author proposed and
    /// then proposed to take out again is left out.
    pub fn proposals(&self) -> Vec<Proposed> {
        if self.view.has_no_proposals() {
            return Vec::new();
        }
        let taken_out = self.taken_out();
        self.proposed_runs().into_iter().filter_map(|run| self.proposed(run, &taken_out)).collect()
    }

    fn proposed(&self, run: EditRun, taken_out: &TakenOut) -> Option<Proposed> {
        let proposal = self.log.proposal(run.span.first())?;
        let (mut all, mut open, mut decided_by, mut changes) = (None, Vec::new(), SortedSet::new(), Vec::new());
        for (part, decision) in self.decided_parts(run.span) {
            let state = match decision {
                None => ProposalState::Withdrawn,
                Some(Decision::Open) => ProposalState::Open,
                Some(Decision::Accepted(_)) => ProposalState::Accepted,
                Some(Decision::Rejected(_)) => ProposalState::Rejected,
            };
            decided_by.extend(decision.and_then(Decision::by));
            if state == ProposalState::Open {
                open.push(part);
            }
            all = Some(if all.is_none_or(|all| all == state) { state } else { ProposalState::Partly });
            let ops = self.log.ops_in(part).map(|(id, op)| self.proposed_change(id, op, state, taken_out));
            changes.extend(ops.flatten());
        }
        let state = all?;
        let label = self.log.log(run.span.replica)?.header_at(run.span.start).rare()?.label.clone();
        let decided_by = decided_by.iter().copied().collect();
        (!changes.is_empty()).then_some(Proposed { run, proposal, label, state, open, decided_by, changes })
    }

    /// The parts of what is only proposed, with what was decided about each; none where it was taken back.
    fn decided_parts(&self, span: Span) -> Vec<(Span, Option<Decision>)> {
        let mut decisions: Vec<(Span, Option<Decision>)> = Vec::new();
        for (part, proposed) in self.view.proposals(span) {
            let Some((_, decision)) = proposed else { continue };
            let first = decisions.len();
            for (part, standing) in self.view.standings(part) {
                let is_undone = matches!(standing, Standing::Undone(_));
                let decision = (!is_undone).then_some(decision);
                match decisions[first..].last_mut() {
                    // Whether it shows, or needs what does not, is another question.
                    Some((last, before)) if *before == decision => last.end = part.end,
                    _ => decisions.push((part, decision)),
                }
            }
        }
        decisions
    }

    fn proposed_change(
        &self,
        id: Id,
        op: OpRef<'_>,
        state: ProposalState,
        taken_out: &TakenOut,
    ) -> Option<ProposedChange> {
        let (container, span) = (op.container()?, Span::new(id.replica, id.seq, id.seq + op.len()));
        let at = |id: Id| self.model().text(container).and_then(|text| text.position(id)).map_or(0, |(at, _)| at);
        let what = match op {
            OpRef::Insert { .. } | OpRef::TextObject { .. } => {
                let is_out = |id: Id| taken_out.iter().any(|(of, _)| of.contains(id));
                Proposes::Insert { at: at(id), text: self.text_of(span, is_out) }
            }
            OpRef::Delete { target, .. } => {
                let is_own = |id: Id| taken_out.iter().any(|(of, by)| span.contains(by.first()) && of.contains(id));
                Proposes::Delete { at: at(target.first()), text: self.text_of(target, is_own) }
            }
            OpRef::Set { key, value, .. } => {
                Proposes::Set { key: key.to_owned(), value: value.map(|value| value.to_value()) }
            }
            _ => Proposes::Other,
        };
        let is_nothing =
            matches!(&what, Proposes::Insert { text, .. } | Proposes::Delete { text, .. } if text.is_empty());
        (!is_nothing).then_some(ProposedChange { span, state, container, what })
    }

    /// The characters of elements of a text, but for some; an object is one too.
    fn text_of(&self, span: Span, is_out: impl Fn(Id) -> bool) -> String {
        let mut text = String::new();
        for (id, op) in self.log.ops_in(span) {
            let chars = match op {
                OpRef::Insert { text, .. } => text,
                OpRef::TextObject { kind: "", .. } => "\n",
                OpRef::TextObject { .. } => "\u{fffc}",
                _ => continue,
            };
            text.extend(chars.chars().zip(0..).filter(|(_, n)| !is_out(id.plus(*n))).map(|(c, _)| c));
        }
        text
    }

    /// What authors proposed to take out again of what they proposed, where both stand alike.
    fn taken_out(&self) -> TakenOut {
        let mut taken = Vec::new();
        for log in self.log.logs() {
            for (part, decision) in self.decided_parts(Span::new(log.replica, 0, log.end())) {
                let Some(decision) = decision else { continue };
                for (id, op) in log.ops_in(part.start..part.end) {
                    let OpRef::Delete { target, backward, .. } = op else { continue };
                    let is_mine = |replica| self.mine.contains(&replica);
                    if target.replica == log.replica || is_mine(target.replica) && is_mine(log.replica) {
                        self.add_taken_out((id, target, backward), decision, &mut taken);
                    }
                }
            }
        }
        taken
    }

    fn add_taken_out(&self, (id, target, backward): (Id, Span, bool), decision: Decision, taken: &mut TakenOut) {
        let is_alike = |(of, other): (Proposal, Decision)| {
            let kind = |decision| std::mem::discriminant(&decision);
            Some(of) == self.log.proposal(id) && kind(other) == kind(decision)
        };
        for (part, proposed) in self.view.proposals(target) {
            if proposed.is_some_and(is_alike) {
                let start = id.seq + if backward { target.end - part.end } else { part.start - target.start };
                taken.push((part, Span::new(id.replica, start, start + part.len())));
            }
        }
    }

    /// Accepts what of `spans` is only proposed, for everybody: an action of its own. What its author took out of it again
    /// is accepted with it. `None` where there is nothing to accept.
    pub fn accept(&mut self, spans: &[Span], time: i64) -> Option<(Span, Patch)> {
        self.accept_or_reject(spans, true, time)
    }

    /// Rejects what of `spans` is only proposed, for everybody, also where it was accepted before: an action of its own.
    /// `None` where there is nothing to reject.
    pub fn reject(&mut self, spans: &[Span], time: i64) -> Option<(Span, Patch)> {
        self.accept_or_reject(spans, false, time)
    }

    fn accept_or_reject(&mut self, spans: &[Span], accepts: bool, time: i64) -> Option<(Span, Patch)> {
        let mut targets: SortedMap<ReplicaId, RangeSet> = SortedMap::new();
        let meets = |a: Span, b: Span| a.replica == b.replica && a.start < b.end && b.start < a.end;
        let along = self.taken_out().into_iter().filter(|(of, _)| spans.iter().any(|span| meets(*span, *of)));
        for span in spans.iter().copied().chain(along.map(|(_, by)| by)) {
            for (part, decision) in self.decided_parts(span) {
                match decision {
                    Some(Decision::Accepted(_)) if accepts => {}
                    Some(Decision::Rejected(_)) if !accepts => {}
                    Some(_) => targets.entry(part.replica).or_default().set(part.start..part.end, Some(())),
                    None => {}
                }
            }
        }
        let spans = targets.iter().flat_map(|(&replica, ranges)| {
            ranges.iter().map(move |(range, ())| (Span::new(replica, range.start, range.end), accepts))
        });
        self.control(Register::Accept, &spans.collect::<Vec<_>>(), time)
    }
}
