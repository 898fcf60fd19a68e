//! What others did that has to do with the viewer's own, though nobody said that they exclude each other: both touch the same, and
//! neither author had seen what the other did. Where the viewer's own comes first, that gives way.
//!
//! Only who asks for it pays, and only for what was done at once: everything else is left alone after one look at who knew what.

mod near;
mod touched;

use crate::base::{Base, Classified, Inactive};
use crate::policy::{Grade, Policy};
use crate::view::push_joined;
use clock::{Id, RangeMap, ReplicaId, Seq, SortedMap, SortedSet, Span, VersionVector};
use log::{Knowledge, MultiLog, OpRef};
use model::Model;
use near::{Horizon, Near};
use std::ops::Range;
use touched::Touched;

/// How many elements before and behind an action are looked at for more that touches the same.
const AROUND_MAX: Seq = 24;

/// An action that gives way.
#[derive(Clone, Copy, Debug)]
struct Yield {
    end: Seq,
    /// An action of the viewer's own that it gives way to, by its first element.
    to: Id,
    /// How much the two have to do with each other.
    grade: Grade,
}

/// What is looked for.
#[derive(Clone, Copy)]
pub(crate) struct Wish<'a> {
    /// The viewer's own replicas.
    pub mine: &'a SortedSet<ReplicaId>,
    /// From which grade on.
    pub from: Grade,
    /// What is passed over, by any element of each action.
    pub except: Option<&'a SortedSet<Id>>,
}

impl<'a> Wish<'a> {
    /// What gives way in a view, if anything does.
    pub fn of(policy: &'a Policy) -> Option<Self> {
        let from = policy.mine_first.filter(|from| *from < Grade::Conflict)?;
        Some(Self { mine: &policy.mine, from, except: Some(&policy.preferred) })
    }
}

/// Others' actions that give way to the viewer's own.
///
/// Invariant, but for what is stirred: an action of somebody else gives way just where one of the viewer's own, of which
/// something has an effect, touches the same, to a grade that counts, neither having seen the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Precedence {
    is_on: bool,
    knowledge: Knowledge,
    touched: Touched,
    /// What was looked at, of each replica.
    ends: SortedMap<ReplicaId, Seq>,
    /// By first element.
    yields: SortedMap<Id, Yield>,
    /// Whom something gives way to, and what.
    over: SortedSet<(Id, Id)>,
    /// Their elements that have an effect.
    lost: SortedMap<ReplicaId, RangeMap<()>>,
    /// What was undone or redone of the viewer's own.
    stirred: Vec<Span>,
}

/// Whether somebody answered that an action is to be active beside another, both by their first elements.
type IsKept<'a> = dyn Fn(Id, Id) -> bool + 'a;

/// Whose the viewer's own are.
struct Rank<'a> {
    own: &'a SortedSet<ReplicaId>,
    mine: Vec<ReplicaId>,
    others: Vec<ReplicaId>,
}

impl<'a> Rank<'a> {
    fn of(own: &'a SortedSet<ReplicaId>, log: &MultiLog) -> Self {
        let (mine, others) = log.logs().map(|log| log.replica).partition(|replica| own.contains(replica));
        Self { own, mine, others }
    }

    fn is_mine(&self, id: Id) -> bool {
        self.own.contains(&id.replica)
    }

    /// The replicas against which an action may stand.
    fn against(&self, id: Id) -> &[ReplicaId] {
        if self.is_mine(id) { &self.others } else { &self.mine }
    }
}

impl Precedence {
    /// Whether the action that begins with `action` gives way.
    pub fn yields(&self, action: Id) -> bool {
        self.yields.contains_key(&action)
    }

    /// Whom the action that holds `id` gives way to.
    pub fn yields_to(&self, id: Id) -> Option<Id> {
        let (first, Yield { end, to, .. }) = self.yields.range(..=id).next_back()?;
        (first.replica == id.replica && id.seq < *end).then_some(*to)
    }

    /// All that gives way, ascending, to what, and how much the two have to do with each other.
    pub fn all(&self) -> impl Iterator<Item = (Span, Id, Grade)> {
        self.yields
            .iter()
            .map(|(first, &Yield { end, to, grade })| (Span::new(first.replica, first.seq, end), to, grade))
    }

    /// The viewer's own actions that touch the same as `theirs`, ascending: `mine`, which does, and what is so soon before and
    /// behind it, as far as `shows` says so of it. What is typed letter by letter is as many actions.
    pub fn around(
        &self,
        log: &MultiLog,
        model: &Model,
        mine: Span,
        theirs: Span,
        shows: impl Fn(Span) -> bool,
    ) -> Vec<Span> {
        let near = Near { log, model, knowledge: &self.knowledge, touched: &self.touched };
        let range = mine.start.saturating_sub(AROUND_MAX)..(mine.end + AROUND_MAX).min(log.end(mine.replica));
        let mut around: Vec<Span> = Vec::new();
        for action in actions_in(log, Span::new(mine.replica, range.start, range.end)) {
            let touches = || near.each(action, &[theirs.replica], &mut |other, _| theirs.contains(other));
            if action == mine || (shows(action) && touches()) {
                push_joined(&mut around, action);
            }
        }
        around
    }

    /// Looks only at what was done since a version, and at what that has to do with what was done before it.
    pub fn since(version: &VersionVector) -> Self {
        Self { ends: version.iter().collect(), ..Self::default() }
    }

    /// How elements stand that are neither left out nor undone, by parts.
    pub fn cut(&self, replica: ReplicaId, range: Range<Seq>) -> Vec<Classified> {
        let Some(lost) = self.lost.get(&replica) else { return vec![(range, None)] };
        lost.cut(range).into_iter().map(|(part, lost)| (part, lost.map(|()| Inactive::Lost))).collect()
    }

    /// Notes that elements were left out, undone or redone, or that they are not any more; and of answers, that they are here.
    pub fn touch(&mut self, log: &MultiLog, span: Span) {
        if !self.is_on {
            return;
        }
        self.stirred.push(span);
        for (_, op) in log.log(span.replica).into_iter().flat_map(|log| log.others_in(span.start..span.end)) {
            if let OpRef::Resolve { actions, .. } = op {
                self.stirred.extend(actions.iter().map(|&action| Span::of(action)));
            }
        }
    }

    /// Forgets everything but what is shown: what the viewer wants is another.
    pub fn begin_anew(&mut self) {
        let Self { yields, over, lost, .. } = std::mem::take(self);
        *self = Self { yields, over, lost, ..Self::default() };
    }

    /// Brings everything up to date; returns the actions of which it changed whether they give way. `model` has all of the
    /// log.
    pub fn settle(
        &mut self,
        log: &MultiLog,
        model: &Model,
        base: Base<'_>,
        wish: Option<Wish<'_>>,
        is_kept: &IsKept<'_>,
    ) -> Vec<Span> {
        let was_on = std::mem::replace(&mut self.is_on, wish.is_some());
        let mut due = SortedSet::new();
        if !was_on {
            due.extend(self.yields.keys().copied());
        }
        let Some(wish) = wish else { return self.decide(log, due.iter().map(|&action| (action, None)).collect()) };
        let rank = Rank::of(wish.mine, log);
        self.knowledge.take_in(log);
        let is_first_look = self.ends.is_empty();
        let mut own = self.look_at_new(log, &rank, &mut due);
        if is_first_look {
            // All others' that may give way are due already: what each of the own touches need not be looked for.
            own.clear();
        }
        let mut stirred: Vec<Span> =
            std::mem::take(&mut self.stirred).into_iter().flat_map(|span| actions_in(log, span)).collect();
        due.extend(stirred.extract_if(.., |action| !rank.is_mine(action.first())).map(|action| action.first()));
        let near = Near { log, model, knowledge: &self.knowledge, touched: &self.touched };
        for action in own.into_iter().chain(stirred) {
            let first = action.first();
            let of = |other| (first, Id::new(ReplicaId(other), 0));
            due.extend(self.over.range(of(0)..).take_while(|(to, _)| *to == first).map(|(_, yields)| *yields));
            if is_in_effect(log, action, base) {
                near.each(action, rank.against(first), &mut |other, _| {
                    due.extend(log.action_of(other).map(|action| action.first()));
                    false
                });
            }
        }
        let decided = due
            .iter()
            .map(|&action| {
                let mut to = None;
                let span = log.action_of(action).expect("in the log");
                let is_excepted = |ids: &SortedSet<Id>| ids.range(span.first()..=span.last()).next().is_some();
                if wish.except.is_some_and(is_excepted) {
                    return (action, None);
                }
                near.each(span, rank.against(action), &mut |other, grade| {
                    let own = log.action_of(other).expect("in the log");
                    let counts = grade >= wish.from && is_in_effect(log, own, base) && !is_kept(action, own.first());
                    to = counts.then_some((own.first(), grade));
                    counts
                });
                (action, to)
            })
            .collect();
        self.decide(log, decided)
    }

    /// Lets actions give way to others, or to none; returns those of which it changed whether they do.
    fn decide(&mut self, log: &MultiLog, decided: Vec<(Id, Option<(Id, Grade)>)>) -> Vec<Span> {
        let mut changed = Vec::new();
        for (action, now) in decided {
            let span = log.action_of(action).expect("in the log");
            let before = match now {
                Some((to, grade)) => self.yields.insert(action, Yield { end: span.end, to, grade }),
                None => self.yields.remove(&action),
            };
            if let Some(before) = before {
                self.over.remove(&(before.to, action));
            }
            if let Some((to, _)) = now {
                self.over.insert((to, action));
            }
            if before.is_some() != now.is_some() {
                let lost = self.lost.entry(span.replica).or_default();
                each_effect(log, span, |range| lost.set(range, now.map(|_| ())));
                changed.push(span);
            }
        }
        changed
    }

    /// Looks at what is new in the log: adds others' actions that may stand against the viewer's own to `due`, and returns
    /// those of the viewer's own that may stand against others'.
    fn look_at_new(&mut self, log: &MultiLog, rank: &Rank<'_>, due: &mut SortedSet<Id>) -> Vec<Span> {
        let mut own = Vec::new();
        for replica in log.logs() {
            let from = self.ends.insert(replica.replica, replica.end()).unwrap_or(0);
            for run in replica.headers_in(from..replica.end()) {
                let span = Span::new(replica.replica, run.range.start.max(from), run.range.end);
                let against = rank.against(span.first());
                // Who has seen all that stands against the last of them has seen what stands against any.
                if Horizon::of(log, &self.knowledge, span.last(), against).is_empty() {
                    continue;
                }
                for action in actions_in(log, span) {
                    let horizon = Horizon::of(log, &self.knowledge, action.first(), against);
                    if horizon.is_empty() {
                        continue;
                    }
                    for (other, first) in horizon.iter() {
                        self.touched.index(log, other, first);
                    }
                    self.touched.index(log, action.replica, action.start);
                    if rank.is_mine(action.first()) {
                        own.push(action);
                    } else {
                        due.insert(action.first());
                    }
                }
            }
            self.touched.go_on(log, replica.replica);
        }
        own
    }

    /// Panics where the invariant does not hold.
    pub fn check_invariants(&self, log: &MultiLog, model: &Model, base: Base<'_>, is_kept: &IsKept<'_>) {
        let mut anew = Self::default();
        anew.settle(log, model, base, Wish::of(base.policy), is_kept);
        let yielding = |of: &Self| of.yields.keys().copied().collect::<Vec<Id>>();
        assert_eq!(yielding(self), yielding(&anew), "what gives way to the viewer's own");
        let lost = |of: &Self| {
            of.lost
                .iter()
                .filter(|(_, lost)| !lost.is_empty())
                .map(|(&id, lost)| (id, lost.clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(lost(self), lost(&anew), "what has no effect since it gives way");
    }
}

/// The actions that `span` holds or cuts, in order.
fn actions_in(log: &MultiLog, span: Span) -> impl Iterator<Item = Span> {
    let mut at = span.start;
    std::iter::from_fn(move || {
        let action = (at < span.end).then(|| log.action_of(Id::new(span.replica, at))).flatten()?;
        at = action.end;
        Some(action)
    })
}

/// Whether any of an action that has an effect of its own is neither left out nor undone.
fn is_in_effect(log: &MultiLog, action: Span, base: Base<'_>) -> bool {
    has_effect(log, action, |part| base.is_present(part))
}

/// Whether of an action that has an effect of its own any part is so.
pub(crate) fn has_effect(log: &MultiLog, action: Span, is_so: impl Fn(Span) -> bool) -> bool {
    let mut is_any = false;
    each_effect(log, action, |range| is_any = is_any || is_so(Span::new(action.replica, range.start, range.end)));
    is_any
}

/// Calls `visit` with the elements of an action that have an effect of their own. Controls and what is declared hold whatever
/// becomes of the action that they are in.
pub(crate) fn each_effect(log: &MultiLog, span: Span, mut visit: impl FnMut(Range<Seq>)) {
    for (id, op) in log.ops_in(span) {
        if !op.is_declaration() && !matches!(op, OpRef::Control { .. }) {
            visit(id.seq..id.seq + op.len());
        }
    }
}
