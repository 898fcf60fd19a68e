//! What actions mean together: which are tied to which, and what became of them.
//!
//! Only actions that something ties to another are here; nearly none are. A change marks the actions that it concerns;
//! once for many changes, those are solved anew together with all that they may have a say in, and nothing else
//! (`semantics/solve.rs`). What comes out is what all of them solved together from nothing would give.

mod answers;
mod bonds;
mod solve;
mod together;

pub use bonds::{Bond, BondKind};
pub use together::{Across, Named, Part, Together, settle_together};

use crate::base::{Base, Candidates, Classified, Inactive};
use crate::decisions::{Decisions, Held};
use crate::policy::Policy;
use crate::precedence::each_effect;
use answers::{Answer, Answers};
use clock::{Id, Lamport, RangeMap, ReplicaId, Seq, SortedMap, SortedSet, Span};
use log::{MultiLog, OpRef, Outcome, Rule};
use std::ops::Range;
use std::sync::Arc;

/// What an action gave way to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loss {
    /// It would come before itself: the others of the shortest circle, in order, each by its first element.
    Circle(Vec<Id>),
    /// More would be active than this constraint allows.
    Constraint {
        /// The constraint.
        constraint: Id,
        /// The actions that are active, each by its first element.
        by: Vec<Id>,
    },
    /// There are no more places of this name.
    Claim {
        /// What there are places of.
        name: Arc<str>,
        /// The actions that have them, each by its first element.
        by: Vec<Id>,
    },
    /// The application that they are of says that the two exclude each other: the action that is active, by its first element.
    Related(Id),
    /// Somebody answered that none of several is to be active.
    Answer(Id),
    /// It gave way before, and this decision made that final.
    Decided(Id),
    /// The viewer's own comes first: this action, by its first element, touches the same, and neither author had seen what
    /// the other did.
    Mine(Id),
}

impl Loss {
    /// The actions that it gave way to, each by its first element.
    pub fn by(&self) -> &[Id] {
        match self {
            Self::Circle(by) | Self::Constraint { by, .. } | Self::Claim { by, .. } => by,
            Self::Mine(by) | Self::Related(by) => std::slice::from_ref(by),
            Self::Answer(_) | Self::Decided(_) => &[],
        }
    }
}

/// What became of an action by what it means together with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nothing is against it.
    Active,
    /// It is left out or undone.
    Out,
    /// An application could not do it.
    Failed,
    /// It needs an action that is not active.
    Dependent(Id),
    /// It needs one of those that a constraint lists, and none of them is active.
    Unmet(Id),
    /// It gave way.
    Lost(Loss),
}

impl Fate {
    /// How its elements stand that are neither left out nor undone.
    fn standing(&self) -> Option<Inactive> {
        match self {
            Self::Active | Self::Out => None,
            Self::Failed => Some(Inactive::Failed),
            Self::Dependent(_) | Self::Unmet(_) => Some(Inactive::Dependent),
            Self::Lost(_) => Some(Inactive::Lost),
        }
    }
}

/// What ties actions together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Tie {
    /// Places of something. First, since of several reasons the first is told.
    Places(Arc<str>),
    /// A constraint, by its element.
    Constraint(Id),
    /// What an application says of two actions, by their first elements, ascending.
    Related(Id, Id),
    /// An answer, by its element.
    Answer(Id),
}

#[derive(Clone, Debug)]
struct Constraint {
    rule: Rule,
    /// By their first elements, listed as the rule says.
    actions: Vec<Id>,
    counts: bool,
    /// Whether more wanted to be active than may when they were solved last.
    is_crowded: bool,
}

#[derive(Clone, Debug)]
struct Claim {
    action: Id,
    places: u32,
    counts: bool,
}

/// How much actions matter.
#[derive(Clone, Debug)]
struct Weight {
    lamport: Lamport,
    /// By their first elements, ascending.
    actions: Vec<Id>,
    weight: u16,
    pred: Vec<Id>,
    counts: bool,
}

/// All claims to one name.
#[derive(Clone, Debug)]
struct Claimed {
    name: Arc<str>,
    claims: SortedSet<Id>,
    /// As that of a constraint.
    is_crowded: bool,
}

/// An action that something ties to others.
#[derive(Clone, Debug)]
struct Vertex {
    end: Seq,
    lamport: Lamport,
    /// Whether any of it is neither left out nor undone.
    is_present: bool,
    /// Whether an application could not do it.
    has_failed: bool,
    /// Whether it cannot be because of what is in another document.
    is_barred: bool,
    /// Whether nothing was to be chosen about it.
    is_settled: bool,
    /// Whether another choice might have been better.
    is_near: bool,
    /// What was decided about it for good.
    held: Held,
    /// Whether nobody can undo it any more, nor say of it what would let it give way.
    is_fixed: bool,
    fate: Fate,
    ties: SortedSet<Tie>,
    /// What says how much it matters.
    weights: SortedSet<Id>,
}

impl Vertex {
    fn span(&self, first: Id) -> Span {
        Span::new(first.replica, first.seq, self.end)
    }
}

/// Actions that are tied to others.
///
/// Invariant, but for what is marked: fates are what [`reconcile::select`] says of all of them at once.
#[derive(Clone, Debug, Default)]
pub(crate) struct SemanticGraph {
    constraints: SortedMap<Id, Constraint>,
    claims: SortedMap<Id, Claim>,
    claimed: SortedMap<Arc<str>, Claimed>,
    answers: Answers,
    weights: SortedMap<Id, Weight>,
    /// Actions that exclude each other as an application says, by their first elements, ascending; and those of them of which both
    /// wanted to be active when they were solved last.
    related: SortedSet<(Id, Id)>,
    crowded: SortedSet<(Id, Id)>,
    /// Whether an application or another document keeps anything out.
    has_failed: bool,
    has_barred: bool,
    pub decisions: Decisions,
    /// By first element.
    vertices: SortedMap<Id, Vertex>,
    /// Actions to be solved anew, by first element.
    marked: SortedSet<Id>,
    /// How the elements stand whose actions are not active.
    fallen: SortedMap<ReplicaId, RangeMap<Inactive>>,
}

impl SemanticGraph {
    /// Whether nothing is tied to anything.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.vertices.is_empty()
    }

    /// Whether anything was said here that is not in the log: by an application, or by what is in other documents.
    pub fn has_own(&self) -> bool {
        self.has_failed || self.has_barred || !self.related.is_empty()
    }

    /// Lets nothing be said that is not in the log.
    pub fn forget_own(&mut self) {
        if !self.has_own() {
            return;
        }
        (self.has_failed, self.has_barred) = (false, false);
        self.crowded = Default::default();
        self.forget_related();
        for (action, vertex) in self.vertices.iter_mut() {
            (vertex.has_failed, vertex.is_barred) = (false, false);
            self.marked.insert(*action);
        }
    }

    /// Lets no pairs exclude each other because an application said so.
    pub fn forget_related(&mut self) {
        for &(a, b) in self.related.iter() {
            for action in [a, b] {
                if let Some(vertex) = self.vertices.get_mut(&action) {
                    vertex.ties.remove(&Tie::Related(a, b));
                    self.marked.insert(action);
                }
            }
        }
        self.related.clear();
    }

    /// Takes in what element `id` of the log declares, where it declares anything.
    pub fn declare(&mut self, log: &MultiLog, id: Id, op: OpRef<'_>, among: Candidates<'_>) {
        let base = among.base;
        match op {
            OpRef::Constrain { rule, actions } => {
                let actions = rule.list(&actions.iter().map(|&action| first(log, action)).collect::<Vec<_>>());
                // Two names may be of one action; then nothing may be left to say.
                if !rule.fits(&actions) {
                    return;
                }
                for &action in &actions {
                    self.vertex(log, action, among).ties.insert(Tie::Constraint(id));
                }
                let counts = base.is_present(Span::of(id));
                self.constraints.insert(id, Constraint { rule, actions, counts, is_crowded: false });
            }
            OpRef::Claim { name, places } => {
                let known = self.claimed.get(name).map(|claimed| claimed.name.clone());
                let name = known.unwrap_or_else(|| name.into());
                let action = first(log, id);
                self.vertex(log, action, among).ties.insert(Tie::Places(name.clone()));
                let counts = base.is_present(Span::of(id));
                let claimed = || Claimed { name: name.clone(), claims: SortedSet::new(), is_crowded: false };
                self.claimed.entry(name.clone()).or_insert_with(claimed).claims.insert(id);
                self.claims.insert(id, Claim { action, places, counts });
            }
            OpRef::Resolve { actions, keep, pred } => {
                let actions = firsts(log, actions);
                for &action in &actions {
                    self.vertex(log, action, among).ties.insert(Tie::Answer(id));
                }
                let keep = firsts(log, keep);
                let counts = base.is_present(Span::of(id));
                let answer = Answer::new(log.lamport(id).expect("in the log"), actions, keep, pred.to_vec(), counts);
                self.marked.extend(self.answers.insert(id, answer));
            }
            OpRef::Weigh { actions, weight, pred } => {
                let actions = firsts(log, actions);
                for &action in &actions {
                    self.vertex(log, action, among).weights.insert(id);
                }
                let (lamport, counts) = (log.lamport(id).expect("in the log"), base.is_present(Span::of(id)));
                self.weights.insert(id, Weight { lamport, actions, weight, pred: pred.to_vec(), counts });
            }
            OpRef::Govern { .. } | OpRef::Decide { .. } | OpRef::Vote { .. } | OpRef::Trim { .. } => {
                self.decisions.declare(log, id, op);
            }
            _ => {}
        }
    }

    /// The action that begins with `action`, marked.
    fn vertex(&mut self, log: &MultiLog, action: Id, among: Candidates<'_>) -> &mut Vertex {
        self.marked.insert(action);
        let held = self.decisions.held(action);
        #[cfg(feature = "fault-injection")]
        let held = if fault::is_on(fault::Fault::ForgetDecided) { Held::Free } else { held };
        let is_fixed = self.decisions.fixed().contains(action);
        self.vertices.entry(action).or_insert_with(|| {
            let span = action_of(log, action);
            Vertex {
                end: span.end,
                lamport: log.lamport(action).expect("what is tied is in the log"),
                is_present: among.is_present(span),
                has_failed: false,
                is_barred: false,
                is_settled: true,
                is_near: false,
                held,
                is_fixed,
                fate: Fate::Active,
                ties: SortedSet::new(),
                weights: SortedSet::new(),
            }
        })
    }

    /// Looks again which elements of `span` are left out or undone.
    pub fn touch(&mut self, span: Span, among: Candidates<'_>) {
        let base = among.base;
        for action in self.actions_in(span) {
            let vertex = self.vertices.get_mut(&action).expect("just found");
            let is_present = among.is_present(vertex.span(action));
            if vertex.is_present != is_present {
                vertex.is_present = is_present;
                #[cfg(feature = "fault-injection")]
                if fault::is_on(fault::Fault::SkipRevival) && !is_present {
                    continue;
                }
                self.marked.insert(action);
            }
        }
        let marked = &mut self.marked;
        recount(&mut self.constraints, span, base, |said| (&mut said.counts, &said.actions), marked);
        recount(&mut self.claims, span, base, |said| (&mut said.counts, std::slice::from_ref(&said.action)), marked);
        recount(&mut self.weights, span, base, |said| (&mut said.counts, &said.actions), marked);
        self.marked.extend(self.answers.touch(span, base));
    }

    /// The actions here of which a part lies in `span`, ascending.
    fn actions_in(&self, span: Span) -> Vec<Id> {
        let start = Id::new(span.replica, span.start);
        let before = self.vertices.range(..start).next_back();
        let reaches = before.filter(|(first, vertex)| first.replica == span.replica && vertex.end > span.start);
        let mut actions: Vec<Id> = reaches.map(|(first, _)| *first).into_iter().collect();
        actions.extend(keys_in(&self.vertices, span));
        actions
    }

    /// How elements stand that are neither left out nor undone, by parts.
    pub fn cut(&self, replica: ReplicaId, range: Range<Seq>) -> Vec<Classified> {
        self.fallen.get(&replica).map_or_else(|| vec![(range.clone(), None)], |fallen| fallen.cut(range.clone()))
    }

    /// Lets just these actions, by any of their elements, be such as an application could not do.
    pub fn set_failed(&mut self, log: &MultiLog, failed: &SortedSet<Id>, among: Candidates<'_>) {
        let failed: SortedSet<Id> = failed.iter().map(|&id| first(log, id)).collect();
        self.has_failed = !failed.is_empty();
        for &action in failed.iter() {
            self.vertex(log, action, among);
        }
        for (action, vertex) in self.vertices.iter_mut() {
            let has_failed = failed.contains(action);
            if vertex.has_failed != has_failed {
                vertex.has_failed = has_failed;
                self.marked.insert(*action);
            }
        }
    }

    /// Lets pairs of actions, by any of their elements, exclude each other from now on, as an application says that they do.
    pub fn relate(&mut self, log: &MultiLog, pairs: &[(Id, Id)], among: Candidates<'_>) {
        for &(a, b) in pairs {
            let (a, b) = (first(log, a), first(log, b));
            let (a, b) = (a.min(b), a.max(b));
            if a == b || !self.related.insert((a, b)) {
                continue;
            }
            for action in [a, b] {
                self.vertex(log, action, among).ties.insert(Tie::Related(a, b));
            }
        }
    }

    /// Whether anything ties the action that holds `id` to others.
    pub fn is_tied(&self, id: Id) -> bool {
        self.named([&id]).any(|action| self.vertices[&action].ties.iter().next().is_some())
    }

    /// Marks all actions: what the viewer wishes is another.
    pub fn mark_everything(&mut self) {
        self.marked = self.vertices.keys().copied().collect();
    }

    /// Finds what is decided, where that may be something else than before.
    pub fn settle_decisions(&mut self, log: &MultiLog, policy: &Policy) {
        if self.decisions.settle(log, policy.pin.as_ref()) {
            for (&action, vertex) in self.vertices.iter_mut() {
                let now = (self.decisions.held(action), self.decisions.fixed().contains(action));
                if (vertex.held, vertex.is_fixed) != now {
                    (vertex.held, vertex.is_fixed) = now;
                    self.marked.insert(action);
                }
            }
        }
    }

    /// Brings the fates up to date once it is settled what is decided; returns the actions of which they changed.
    pub fn settle(&mut self, log: &MultiLog, policy: &Policy) -> Vec<Span> {
        let mut changed = Vec::new();
        for (action, fate) in self.solve(policy) {
            let vertex = self.vertices.get_mut(&action).expect("just solved");
            let before = std::mem::replace(&mut vertex.fate, fate);
            let standing = vertex.fate.standing();
            if before.standing() != standing {
                let span = vertex.span(action);
                self.fall(log, span, standing);
                changed.push(span);
            }
        }
        changed
    }

    /// Controls and what is declared hold whatever becomes of the action that they are in.
    fn fall(&mut self, log: &MultiLog, span: Span, standing: Option<Inactive>) {
        let fallen = self.fallen.entry(span.replica).or_default();
        each_effect(log, span, |range| fallen.set(range, standing));
    }

    /// What became of the action that holds `id`; none where nothing ties it to others.
    pub fn fate(&self, id: Id) -> Option<&Fate> {
        let action = self.actions_in(Span::of(id)).pop()?;
        self.vertices.get(&action).map(|vertex| &vertex.fate)
    }

    /// The answers that a new one about `actions`, which are named by any elements, replaces: those that count and are about
    /// nothing else. Ascending.
    pub fn answers_within(&self, actions: &[Id]) -> Vec<Id> {
        let actions: SortedSet<Id> = self.named(actions).collect();
        let answers: SortedSet<Id> = actions.iter().flat_map(|action| self.answers_about(*action)).collect();
        let is_within = |id: &Id| {
            let answer = self.answers.current(*id);
            answer.is_some_and(|answer| answer.actions.iter().all(|action| actions.contains(action)))
        };
        answers.iter().copied().filter(is_within).collect()
    }

    /// The latest answer by which an action gave way: one in force that keeps what it gave way to and not the action itself,
    /// or that keeps none. None where nobody answered, or where it did not give way.
    pub fn answer_to(&self, id: Id) -> Option<Id> {
        let action = self.named(&[id]).next()?;
        let by = match &self.vertices[&action].fate {
            Fate::Lost(Loss::Answer(answer)) => return Some(*answer),
            Fate::Lost(loss) => loss.by(),
            _ => return None,
        };
        let current = self.answers_about(action).into_iter().filter_map(|id| Some((id, self.answers.current(id)?)));
        let answers = current.filter(|(_, answer)| {
            !answer.keep.contains(&action) && by.iter().any(|winner| answer.keep.contains(winner))
        });
        answers.max_by_key(|(id, answer)| (answer.lamport, *id)).map(|(id, _)| id)
    }

    /// Whether an answer in force that is about both keeps `action`.
    pub fn is_kept(&self, action: Id, beside: Id) -> bool {
        let keeps = |answer: &Answer| answer.keep.contains(&action) && answer.actions.contains(&beside);
        self.vertices.contains_key(&action)
            && self.answers_about(action).into_iter().any(|id| self.answers.current(id).is_some_and(keeps))
    }

    /// The answers in force that are about an action, ascending.
    pub fn answers_in_force(&self, id: Id) -> Vec<Id> {
        let about = self.named(&[id]).next().map_or_else(Vec::new, |action| self.answers_about(action));
        about.into_iter().filter(|answer| self.answers.current(*answer).is_some()).collect()
    }

    fn answers_about(&self, action: Id) -> Vec<Id> {
        let ties = self.vertices[&action].ties.range(Tie::Answer(Id::new(ReplicaId(0), 0))..);
        ties.filter_map(|tie| if let Tie::Answer(id) = tie { Some(*id) } else { None }).collect()
    }

    /// The actions among those tied that `ids` are of.
    fn named<'a>(&'a self, ids: impl IntoIterator<Item = &'a Id> + 'a) -> impl Iterator<Item = Id> + 'a {
        ids.into_iter().filter_map(|&id| self.actions_in(Span::of(id)).pop())
    }

    /// The weights that new ones of `actions` replace, ascending.
    pub fn weights_of(&self, actions: &[Id]) -> Vec<Id> {
        let weights = self.named(actions).flat_map(|action| self.vertices[&action].weights.iter().copied());
        let weights: SortedSet<Id> = weights.filter(|id| self.weights[id].counts).collect();
        weights.iter().copied().collect()
    }

    /// What a decision has to list: what becomes of the actions that do not simply stay in, as far as no decision said so
    /// before. Ascending.
    pub fn outcomes(&self) -> Vec<(Id, Outcome)> {
        let mut outcomes = Vec::new();
        for (&action, vertex) in &self.vertices {
            let was_open = self.decisions.is_left_open(action);
            let outcome = match (&vertex.fate, vertex.held) {
                (_, Held::Out(_)) => None,
                (Fate::Active, Held::Free) => was_open.then_some(Outcome::In),
                (_, Held::In) => None,
                (Fate::Lost(_), Held::Free) => Some(Outcome::Out),
                _ => (!was_open).then_some(Outcome::Open),
            };
            if let Some(outcome) = outcome {
                outcomes.push((action, outcome));
            }
        }
        outcomes
    }

    /// The actions that gave way to what was decided before anybody knew of them, ascending.
    pub fn frozen_out(&self) -> impl Iterator<Item = Span> {
        let is_held = |id: &Id| self.vertices.get(id).is_some_and(|vertex| vertex.held == Held::In);
        self.vertices.iter().filter_map(move |(first, vertex)| match &vertex.fate {
            Fate::Lost(loss) if vertex.held == Held::Free && loss.by().iter().any(is_held) => Some(vertex.span(*first)),
            _ => None,
        })
    }

    /// Actions of which another choice might have been better, ascending.
    pub fn near(&self) -> impl Iterator<Item = Span> {
        self.vertices.iter().filter(|(_, vertex)| vertex.is_near).map(|(first, vertex)| vertex.span(*first))
    }

    /// All actions here, ascending.
    pub fn tied(&self) -> impl Iterator<Item = Span> {
        self.vertices.iter().map(|(first, vertex)| vertex.span(*first))
    }

    /// All that gave way, ascending, and to what.
    pub fn lost(&self) -> impl Iterator<Item = (Span, &Loss)> {
        self.vertices.iter().filter_map(|(first, vertex)| match &vertex.fate {
            Fate::Lost(loss) => Some((vertex.span(*first), loss)),
            _ => None,
        })
    }

    /// Panics where an invariant does not hold.
    pub fn check_invariants(&self, log: &MultiLog, among: Candidates<'_>) {
        assert!(self.marked.is_empty(), "everything that was marked is solved");
        let mut anew = self.clone();
        for (&first, vertex) in self.vertices.iter() {
            assert_eq!(vertex.held, self.decisions.held(first), "what is decided about {first}");
            assert_eq!(vertex.is_present, among.is_present(vertex.span(first)), "whether {first} is present");
            anew.marked.insert(first);
        }
        assert_eq!(anew.settle(log, among.base.policy), [], "as solved from nothing");
        for (first, vertex) in self.vertices.iter() {
            assert_eq!(vertex.fate, anew.vertices[first].fate, "fate of {first}");
            assert_eq!(vertex.is_settled, anew.vertices[first].is_settled, "whether {first} is settled");
        }
    }
}

/// The elements of the action that holds `id`, which is in the log.
fn action_of(log: &MultiLog, id: Id) -> Span {
    log.action_of(id).expect("what is named is in the log")
}

fn first(log: &MultiLog, id: Id) -> Id {
    action_of(log, id).first()
}

/// The first elements of actions, ascending.
fn firsts(log: &MultiLog, actions: &[Id]) -> Vec<Id> {
    let mut firsts: Vec<Id> = actions.iter().map(|&action| first(log, action)).collect();
    firsts.sort_unstable();
    firsts.dedup();
    firsts
}

/// Looks again which of what was said in `span` counts, and marks what it was said of where that has changed; `parts` are
/// whether it counts, and of what it was said.
fn recount<V>(
    said: &mut SortedMap<Id, V>,
    span: Span,
    base: Base<'_>,
    parts: impl Fn(&mut V) -> (&mut bool, &[Id]),
    marked: &mut SortedSet<Id>,
) {
    for id in keys_in(said, span) {
        let (counts, actions) = parts(said.get_mut(&id).expect("just found"));
        let now = base.is_present(Span::of(id));
        if std::mem::replace(counts, now) != now {
            marked.extend(actions.iter().copied());
        }
    }
}

fn keys_in<V>(map: &SortedMap<Id, V>, span: Span) -> Vec<Id> {
    let (start, end) = (Id::new(span.replica, span.start), Id::new(span.replica, span.end));
    map.range(start..end).map(|(id, _)| *id).collect()
}
