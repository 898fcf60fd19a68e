//! All logs together: appending, receiving in any order, and questions about the past.

use crate::borrowed::OpRef;
use crate::container::ContainerId;
use crate::op::{Action, Op, Proposal};
use crate::pending::Pending;
use crate::runs::{HeaderRun, RareHeader, ReplicaLog};
use crate::writer::Writer;
use clock::{Frontier, Id, Lamport, Place, ReplicaId, Seq, SortedMap, Span, VersionVector};

/// The header fields of a new local action; the rest follows from the log.
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// See [`Action::time`].
    pub time: i64,
    /// See [`Action::unseen`].
    pub unseen: Vec<Span>,
    /// See [`Action::label`].
    pub label: String,
    /// See [`Action::proposal`].
    pub proposal: Option<Proposal>,
}

impl Header {
    /// Whether it says nothing but the time.
    fn is_plain(&self) -> bool {
        self.unseen.is_empty() && self.label.is_empty() && self.proposal.is_none()
    }
}

/// What became of a received action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// It was appended, and so were these that had waited for it: all of them, in causal order.
    Appended(Vec<Span>),
    /// The log has it already, the same in every part.
    Duplicate,
    /// Something that it follows is missing; it waits in memory.
    Pending,
}

impl Received {
    /// What was appended, in causal order.
    pub fn appended(self) -> Vec<Span> {
        match self {
            Self::Appended(spans) => spans,
            Self::Duplicate | Self::Pending => Vec::new(),
        }
    }
}

/// Why a received action was refused; the log is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// It has no ops, or an op without elements.
    #[error("action {0} is empty")]
    Empty(Id),
    /// Its ops are not in the one form that a log reads back: joined where one carries on the other.
    #[error("action {0} is not in canonical form")]
    NotCanonical(Id),
    /// Its Lamport time is not one more than the greatest of its parents'.
    #[error("action {id} claims logical time {claimed}, its parents give {due}")]
    Lamport {
        /// The action.
        id: Id,
        /// What it says.
        claimed: Lamport,
        /// What it should say.
        due: Lamport,
    },
    /// Another action stands under its id: its author wrote twice under one name.
    #[error("two different actions stand under {0}")]
    Equivocation(Id),
    /// It names an element that is not in its past, or that cannot be what the op needs.
    #[error("action {id} names {target}, which is not in its past")]
    NotInPast {
        /// The action.
        id: Id,
        /// What it names.
        target: Id,
    },
    /// Its counters would pass the greatest one.
    #[error("action {0} passes the last counter of its replica")]
    Overflow(Id),
    /// Too much waits already.
    #[error("too many actions wait for missing parents: {bytes} bytes, {limit} allowed")]
    PendingFull {
        /// What would wait, in bytes of memory, about.
        bytes: usize,
        /// What may.
        limit: usize,
    },
}

impl ReceiveError {
    /// The action that was refused, where it is the action's fault.
    pub fn action(&self) -> Option<Id> {
        match self {
            Self::Empty(id) | Self::NotCanonical(id) | Self::Equivocation(id) | Self::Overflow(id) => Some(*id),
            Self::Lamport { id, .. } | Self::NotInPast { id, .. } => Some(*id),
            Self::PendingFull { .. } => None,
        }
    }
}

/// What happened: the logs of all replicas of a document.
///
/// Invariants: every log runs from zero without a gap; the parents of every action are in it.
#[derive(Clone, Debug, Default)]
pub struct MultiLog {
    pub(crate) logs: SortedMap<ReplicaId, ReplicaLog>,
    /// Where the log of the local writer stood last.
    local: Place,
    pub(crate) frontier: Frontier,
    /// The Lamport time of the newest action; 0 before any.
    lamport_last: Lamport,
    pub(crate) pending: Pending,
}

impl MultiLog {
    /// An empty multi-log.
    pub fn new() -> Self {
        Self::default()
    }

    /// What it holds.
    pub fn version(&self) -> VersionVector {
        self.logs.values().map(|log| (log.replica, log.end())).collect()
    }

    /// One past the last counter of `replica`.
    pub fn end(&self, replica: ReplicaId) -> Seq {
        self.logs.get(&replica).map_or(0, ReplicaLog::end)
    }

    /// The newest actions that nothing follows.
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// The log of `replica`, where it has written.
    pub fn log(&self, replica: ReplicaId) -> Option<&ReplicaLog> {
        self.logs.get(&replica)
    }

    /// All logs, ascending by replica.
    pub fn logs(&self) -> impl Iterator<Item = &ReplicaLog> {
        self.logs.values()
    }

    /// The Lamport time of the action that holds `id`, where it is here.
    pub fn lamport(&self, id: Id) -> Option<Lamport> {
        let log = self.logs.get(&id.replica)?;
        (id.seq < log.end()).then(|| log.lamport(id.seq))
    }

    /// Whether the local action of `replica` has ops already.
    pub fn is_writing(&self, replica: ReplicaId) -> bool {
        let (end, next) = self.local_ends(replica);
        end < next
    }

    /// Where the action begins that `replica` writes here, and where its next op does; both alike where it writes none.
    #[inline]
    pub fn local_ends(&self, replica: ReplicaId) -> (Seq, Seq) {
        self.logs.get_near(self.local, &replica).map_or((0, 0), |log| (log.end(), log.ops_end()))
    }

    /// The Lamport time that the next local action gets.
    pub fn lamport_next(&self) -> Lamport {
        self.lamport_last + 1
    }

    /// The elements of the action that holds `id`, where it is here.
    pub fn action_of(&self, id: Id) -> Option<Span> {
        let log = self.logs.get(&id.replica).filter(|log| id.seq < log.end())?;
        let range = log.action_range(id.seq);
        Some(Span::new(id.replica, range.start, range.end))
    }

    /// As what the action that holds `id` is only proposed, where it is.
    pub fn proposal(&self, id: Id) -> Option<Proposal> {
        let log = self.logs.get(&id.replica).filter(|log| id.seq < log.end())?;
        log.header_at(id.seq).proposal()
    }

    /// The ops of `span`, in order, cut to it.
    pub fn ops_in(&self, span: Span) -> impl DoubleEndedIterator<Item = (Id, OpRef<'_>)> {
        self.logs.get(&span.replica).into_iter().flat_map(move |log| log.ops_in(span.start..span.end.min(log.end())))
    }

    /// The ops of one text, to be added to the local action of `replica`; see [`MultiLog::push`].
    pub fn writer(&mut self, replica: ReplicaId, container: ContainerId) -> Writer<'_> {
        Writer { log: self.local_log(replica), container }
    }

    /// Begins or carries on the local action of `replica`: appends an op and names its elements. The
    /// action exists once [`MultiLog::commit`] closes it; nothing may be received in between.
    pub fn push(&mut self, replica: ReplicaId, op: OpRef<'_>) -> Span {
        let log = self.local_log(replica);
        let start = log.ops_end();
        log.push_op(start, op);
        Span::new(replica, start, log.ops_end())
    }

    /// Forgets what was pushed to the local action of `replica`, as if it never was.
    pub fn abandon(&mut self, replica: ReplicaId) {
        let Some(log) = self.logs.get_mut(&replica).filter(|log| log.ops_end() > log.end()) else { return };
        if log.end() == 0 {
            self.logs.remove(&replica);
            return;
        }
        *log = ReplicaLog::part(log.actions_in(0..log.end()));
    }

    #[inline]
    fn local_log(&mut self, replica: ReplicaId) -> &mut ReplicaLog {
        self.local = self.logs.place_near(self.local, &replica).unwrap_or_else(|| self.add_log(replica));
        self.logs.value_at(self.local)
    }

    #[cold]
    fn add_log(&mut self, replica: ReplicaId) -> Place {
        self.logs.insert(replica, ReplicaLog::new(replica));
        self.logs.place_near(self.local, &replica).expect("just put there")
    }

    /// Closes the local action of `replica` over everything pushed since the last one; `None` where
    /// nothing was.
    pub fn commit(&mut self, replica: ReplicaId, header: Header) -> Option<Span> {
        if header.is_plain() { self.commit_plain(replica, header.time) } else { self.commit_new(replica, header) }
    }

    /// As [`MultiLog::commit`], where the header says nothing but the time.
    #[inline]
    pub fn commit_plain(&mut self, replica: ReplicaId, time: i64) -> Option<Span> {
        let repeated = self.commit_like_before(replica, time);
        if repeated.is_some() { repeated } else { self.commit_new(replica, Header { time, ..Header::default() }) }
    }

    /// As [`MultiLog::commit`], where the action just follows one that is like it.
    fn commit_like_before(&mut self, replica: ReplicaId, time: i64) -> Option<Span> {
        let lamport = self.lamport_last + 1;
        let log = self.logs.value_at(self.logs.place_near(self.local, &replica)?);
        let span = Span::new(replica, log.end(), log.ops_end());
        let follows = self.frontier.is_just_before(span.first());
        if !follows || span.is_empty() || !log.repeat_actions(&(span.start..span.end), span.len(), lamport, time) {
            return None;
        }
        self.lamport_last = lamport;
        self.frontier.follow(span.last());
        Some(span)
    }

    fn commit_new(&mut self, replica: ReplicaId, header: Header) -> Option<Span> {
        let end = self.logs.get(&replica)?.ops_end();
        self.commit_until(replica, end, header)
    }

    /// As [`MultiLog::commit`], over what was pushed before counter `end` only: the rest is of the next action. What
    /// is in that rest has a Lamport time that is greater by one.
    pub fn commit_until(&mut self, replica: ReplicaId, end: Seq, header: Header) -> Option<Span> {
        let log = self.logs.get_mut(&replica)?;
        let span = Span::new(replica, log.end(), end.min(log.ops_end()));
        if span.is_empty() {
            return None;
        }
        let lamport = self.lamport_last + 1;
        let parents = match self.frontier.ids() {
            [] => None,
            _ if self.frontier.is_just_before(span.first()) => None,
            ids => Some(ids.to_vec()),
        };
        let Header { time, unseen, label, proposal } = header;
        let run = HeaderRun::new(span.start..span.end, span.len(), lamport, time);
        log.push_header(run.with(parents, RareHeader { unseen, label, proposal }));
        self.lamport_last = lamport;
        self.frontier.follow(span.last());
        Some(span)
    }

    /// Takes in an action from anywhere, in any order, any number of times.
    pub fn receive(&mut self, action: Action) -> Result<Received, ReceiveError> {
        let id = action.id;
        check_form(&action)?;
        if id.seq < self.end(id.replica) {
            return self.compare(&action);
        }
        if let Some(missing) = self.missing(&action) {
            self.pending.add(action, missing)?;
            return Ok(Received::Pending);
        }
        let mut appended = vec![self.append(action)?];
        self.release_pending(&mut appended);
        Ok(Received::Appended(appended))
    }

    /// The spans that waiting actions need and the log lacks, by replica: up to which counter.
    pub fn wanted(&self) -> Vec<Id> {
        let mut wanted: SortedMap<ReplicaId, Seq> = SortedMap::new();
        for action in self.pending.iter() {
            let before = action.id.seq.checked_sub(1).map(|seq| Id::new(action.id.replica, seq));
            for parent in action.parents.iter().copied().chain(before) {
                if parent.seq >= self.end(parent.replica) {
                    let seq = wanted.entry(parent.replica).or_default();
                    *seq = parent.seq.max(*seq);
                }
            }
        }
        wanted.into_iter().map(|(replica, seq)| Id::new(replica, seq)).collect()
    }

    /// The actions that wait for missing parents.
    pub fn pending(&self) -> impl ExactSizeIterator<Item = &Action> {
        self.pending.iter()
    }

    /// Everything in the past of `ids` and themselves.
    pub fn version_at(&self, ids: &[Id]) -> VersionVector {
        let mut vv = VersionVector::new();
        self.extend_version(&mut vv, ids);
        vv
    }

    /// Adds `ids`, and everything in their past, to a version that is all of some actions' past. Costs what is new in it.
    pub fn extend_version(&self, vv: &mut VersionVector, ids: &[Id]) {
        let mut open = ids.to_vec();
        while let Some(id) = open.pop() {
            let Some(log) = self.logs.get(&id.replica) else {
                continue;
            };
            let (from, end) = (vv.end(id.replica), log.action_range(id.seq).end);
            if end <= from {
                continue;
            }
            vv.extend_to(id.replica, end);
            let first = log.headers.partition_point(|run| run.range.end <= from);
            for run in log.headers[first..].iter().take_while(|run| run.range.start < end) {
                if let Some(parents) = run.parents() {
                    open.extend(parents.iter().filter(|parent| !vv.contains(**parent)));
                }
            }
        }
    }

    /// Whether action `a` is in the past of action `b`, each named by one of its elements.
    pub fn precedes(&self, a: Id, b: Id) -> bool {
        match self.logs.get(&b.replica) {
            Some(log) if b.seq < log.end() => {
                let start = log.action_range(b.seq).start;
                let mut parents = log.parents(start);
                parents.extend(start.checked_sub(1).map(|seq| Id::new(b.replica, seq)));
                self.version_at(&parents).contains(a)
            }
            _ => false,
        }
    }

    fn compare(&self, action: &Action) -> Result<Received, ReceiveError> {
        let log = &self.logs[&action.id.replica];
        let range = action.span();
        let same = log.action_range(action.id.seq) == (range.start..range.end)
            && log.actions_in(range.start..range.end).next().as_ref() == Some(action);
        if same { Ok(Received::Duplicate) } else { Err(ReceiveError::Equivocation(action.id)) }
    }

    /// An element that `action` follows and that is not here.
    fn missing(&self, action: &Action) -> Option<Id> {
        let before = action.id.seq.checked_sub(1).map(|seq| Id::new(action.id.replica, seq));
        before.into_iter().chain(action.parents.iter().copied()).find(|id| id.seq >= self.end(id.replica))
    }

    fn append(&mut self, action: Action) -> Result<Span, ReceiveError> {
        let id = action.id;
        Ahead::of(self).check(&action)?;
        let span = action.span();
        self.frontier.advance(&action.parents, span.last());
        self.hear_of(action.lamport);
        let log = self.logs.entry(id.replica).or_insert_with(|| ReplicaLog::new(id.replica));
        log.push_action(action);
        Ok(span)
    }

    /// Whether `actions`, of anybody and in causal order, could be received one after the other. Changes
    /// nothing.
    pub fn validate(&self, actions: &[Action]) -> Result<(), ReceiveError> {
        let mut ahead = Ahead::of(self);
        for action in actions {
            check_form(action)?;
            ahead.check(action)?;
            ahead.take(action);
        }
        Ok(())
    }

    /// Logical time goes on after whatever was heard of.
    pub(crate) fn hear_of(&mut self, lamport: Lamport) {
        #[cfg(feature = "fault-injection")]
        if fault::is_on(fault::Fault::StaleLamport) {
            return;
        }
        self.lamport_last = self.lamport_last.max(lamport);
    }

    /// Appends what waited for `appended` and is ready now, adding it there; a waiting action that proves
    /// bad is dropped, and so is one that came another way.
    pub(crate) fn release_pending(&mut self, appended: &mut Vec<Span>) {
        let mut at = 0;
        while let Some(&arrived) = appended.get(at) {
            at += 1;
            for action in self.pending.woken_by(arrived) {
                if action.id.seq < self.end(action.id.replica) {
                    continue;
                }
                match self.missing(&action) {
                    Some(missing) => self.pending.add(action, missing).expect("there was room for it before"),
                    None => appended.extend(self.append(action)),
                }
            }
        }
    }

    /// Panics where an invariant does not hold.
    pub fn check_invariants(&self) {
        for log in self.logs.values() {
            log.check_invariants();
        }
    }
}

/// What can be judged of an action by itself.
fn check_form(action: &Action) -> Result<(), ReceiveError> {
    let id = action.id;
    if action.ops.is_empty() || action.ops.iter().any(Op::is_empty) {
        return Err(ReceiveError::Empty(id));
    }
    let len: u64 = action.ops.iter().map(|op| u64::from(op.len())).sum();
    if u64::from(id.seq) + len >= u64::from(Seq::MAX) {
        return Err(ReceiveError::Overflow(id));
    }
    if !crate::runs::is_joined(id, &action.ops) {
        return Err(ReceiveError::NotCanonical(id));
    }
    Ok(())
}

/// A log with further actions that are only being judged.
struct Ahead<'a> {
    log: &'a MultiLog,
    /// Where those actions end, and their Lamport times, by replica.
    ends: SortedMap<ReplicaId, Vec<(Seq, Lamport)>>,
}

impl<'a> Ahead<'a> {
    fn of(log: &'a MultiLog) -> Self {
        Self { log, ends: SortedMap::new() }
    }

    fn take(&mut self, action: &Action) {
        self.ends.entry(action.id.replica).or_default().push((action.span().end, action.lamport));
    }

    fn end(&self, replica: ReplicaId) -> Seq {
        self.ends.get(&replica).and_then(|ends| ends.last()).map_or_else(|| self.log.end(replica), |(end, _)| *end)
    }

    fn lamport(&self, id: Id) -> Option<Lamport> {
        self.log.lamport(id).or_else(|| {
            let ends = self.ends.get(&id.replica)?;
            ends.get(ends.partition_point(|(end, _)| *end <= id.seq)).map(|(_, lamport)| *lamport)
        })
    }

    /// What can be judged of an action once its parents are here.
    fn check(&self, action: &Action) -> Result<(), ReceiveError> {
        let id = action.id;
        if id.seq < self.end(id.replica) {
            return Err(ReceiveError::Equivocation(id));
        }
        let known = |target: Id| self.lamport(target).ok_or(ReceiveError::NotInPast { id, target });
        if let Some(draft) = action.proposal.and_then(Proposal::draft) {
            known(draft)?;
        }
        let mut due = 1;
        for &parent in &action.parents {
            due = due.max(1 + known(parent)?);
        }
        let before = id.seq.checked_sub(1).map_or(Ok(0), |seq| known(Id::new(id.replica, seq)))?;
        if action.lamport != due || action.lamport <= before {
            return Err(ReceiveError::Lamport { id, claimed: action.lamport, due: due.max(before + 1) });
        }
        let (mut at, mut asked) = (id, None);
        for op in &action.ops {
            self.check_targets(id, (at, op), &mut asked)?;
            at = at.plus(op.len());
        }
        Ok(())
    }

    /// Every element that `op`, at `at`, names must be known: in the log, or earlier in its action. Mostly they are of
    /// the replica whose end was `asked` for last.
    fn check_targets(
        &self,
        action: Id,
        (at, op): (Id, &Op),
        asked: &mut Option<(ReplicaId, Seq)>,
    ) -> Result<(), ReceiveError> {
        let mut end = |replica| match *asked {
            _ if replica == at.replica => at.seq,
            Some((of, end)) if of == replica => end,
            _ => asked.insert((replica, self.end(replica))).1,
        };
        let mut known = |target: Id| target.seq < end(target.replica);
        let check =
            |target: Id| if known(target) { Ok(()) } else { Err(ReceiveError::NotInPast { id: action, target }) };
        op.as_op_ref().targets().try_for_each(check)
    }
}
