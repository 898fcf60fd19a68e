//! All logs together: appending, receiving in any order, and questions about the past.

use crate::op::{Action, Op};
use crate::runs::{HeaderRun, OpRef, Parents, RareHeader, ReplicaLog};
use clock::{Frontier, Id, Lamport, ReplicaId, Seq, Span, VersionVector};
use std::collections::BTreeMap;

/// The header fields of a new local action; the rest follows from the log.
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// See [`Action::time`].
    pub time: i64,
    /// See [`Action::unseen`].
    pub unseen: Vec<Span>,
    /// See [`Action::label`].
    pub label: String,
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
    logs: BTreeMap<ReplicaId, ReplicaLog>,
    frontier: Frontier,
    /// The Lamport time of the newest action; 0 before any.
    lamport_last: Lamport,
    pending: Pending,
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
        self.logs.get(&replica).is_some_and(|log| log.ops_end() > log.end())
    }

    /// The Lamport time that the next local action gets.
    pub fn lamport_next(&self) -> Lamport {
        self.lamport_last + 1
    }

    /// The ops of `span`, in order, cut to it.
    pub fn ops_in(&self, span: Span) -> impl DoubleEndedIterator<Item = (Id, OpRef<'_>)> {
        self.logs.get(&span.replica).into_iter().flat_map(move |log| log.ops_in(span.start..span.end.min(log.end())))
    }

    /// Begins or carries on the local action of `replica`: appends an op and names its elements. The
    /// action exists once [`MultiLog::commit`] closes it; nothing may be received in between.
    pub fn push(&mut self, replica: ReplicaId, op: OpRef<'_>) -> Span {
        let log = self.logs.entry(replica).or_insert_with(|| ReplicaLog::new(replica));
        let start = log.ops_end();
        log.push_op(op);
        Span::new(replica, start, log.ops_end())
    }

    /// Closes the local action of `replica` over everything pushed since the last one; `None` where
    /// nothing was.
    pub fn commit(&mut self, replica: ReplicaId, header: Header) -> Option<Span> {
        let log = self.logs.get_mut(&replica)?;
        let span = Span::new(replica, log.end(), log.ops_end());
        if span.is_empty() {
            return None;
        }
        let lamport = self.lamport_last + 1;
        let parents = match self.frontier.ids() {
            [] => Parents::Previous,
            [id] if span.start > 0 && *id == Id::new(replica, span.start - 1) => Parents::Previous,
            ids => Parents::Named(ids.into()),
        };
        let rare = (!header.unseen.is_empty() || !header.label.is_empty())
            .then(|| Box::new(RareHeader { unseen: header.unseen, label: header.label }));
        log.push_header(HeaderRun {
            range: span.start..span.end,
            each: span.len(),
            lamport,
            time: header.time,
            parents,
            rare,
        });
        self.lamport_last = lamport;
        self.frontier = Frontier::from_ids(vec![span.last()]);
        Some(span)
    }

    /// Takes in an action from anywhere, in any order, any number of times.
    pub fn receive(&mut self, action: Action) -> Result<Received, ReceiveError> {
        let id = action.id;
        check_form(&action)?;
        if id.seq < self.end(id.replica) {
            return self.compare(&action);
        }
        if !self.is_ready(&action) {
            self.pending.add(action)?;
            return Ok(Received::Pending);
        }
        let mut appended = vec![self.append(action)?];
        self.release_pending(&mut appended);
        Ok(Received::Appended(appended))
    }

    /// The spans that waiting actions need and the log lacks, by replica: up to which counter.
    pub fn wanted(&self) -> Vec<Id> {
        let mut wanted: BTreeMap<ReplicaId, Seq> = BTreeMap::new();
        for action in self.pending.actions.values() {
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
        self.pending.actions.values()
    }

    /// Everything in the past of `ids` and themselves.
    pub fn version_at(&self, ids: &[Id]) -> VersionVector {
        let mut vv = VersionVector::new();
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
                if let Parents::Named(parents) = &run.parents {
                    open.extend(parents.iter().filter(|parent| !vv.contains(**parent)));
                }
            }
        }
        vv
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

    fn is_ready(&self, action: &Action) -> bool {
        action.id.seq == self.end(action.id.replica)
            && action.parents.iter().all(|parent| parent.seq < self.end(parent.replica))
    }

    fn append(&mut self, action: Action) -> Result<Span, ReceiveError> {
        let id = action.id;
        Ahead::of(self).check(&action)?;
        let span = action.span();
        let log = self.logs.entry(id.replica).or_insert_with(|| ReplicaLog::new(id.replica));
        for op in &action.ops {
            log.push_op(op.as_op_ref());
        }
        let previous = match action.parents.as_slice() {
            [] => id.seq == 0,
            [only] => id.seq > 0 && *only == Id::new(id.replica, id.seq - 1),
            _ => false,
        };
        self.frontier.advance(&action.parents, span.last());
        let rare = (!action.unseen.is_empty() || !action.label.is_empty())
            .then(|| Box::new(RareHeader { unseen: action.unseen, label: action.label }));
        log.push_header(HeaderRun {
            range: span.start..span.end,
            each: span.len(),
            lamport: action.lamport,
            time: action.time,
            parents: if previous { Parents::Previous } else { Parents::Named(action.parents.into()) },
            rare,
        });
        #[cfg(feature = "fault-injection")]
        if fault::is_on(fault::Fault::StaleLamport) {
            return Ok(span);
        }
        self.lamport_last = self.lamport_last.max(action.lamport);
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

    /// Appends what waited and is ready now; a waiting action that proves bad is dropped.
    fn release_pending(&mut self, appended: &mut Vec<Span>) {
        loop {
            let ready: Vec<Id> =
                self.pending.actions.values().filter(|action| self.is_ready(action)).map(|action| action.id).collect();
            if ready.is_empty() {
                return;
            }
            for id in ready {
                let action = self.pending.take(id);
                if let Ok(span) = self.append(action) {
                    appended.push(span);
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
    ends: BTreeMap<ReplicaId, Vec<(Seq, Lamport)>>,
}

impl<'a> Ahead<'a> {
    fn of(log: &'a MultiLog) -> Self {
        Self { log, ends: BTreeMap::new() }
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
        let mut due = 1;
        for &parent in &action.parents {
            due = due.max(1 + known(parent)?);
        }
        let before = id.seq.checked_sub(1).map_or(Ok(0), |seq| known(Id::new(id.replica, seq)))?;
        if action.lamport != due || action.lamport <= before {
            return Err(ReceiveError::Lamport { id, claimed: action.lamport, due: due.max(before + 1) });
        }
        let mut at = id;
        for op in &action.ops {
            self.check_targets(id, at, op)?;
            at = at.plus(op.len());
        }
        Ok(())
    }

    /// Every element that `op`, at `at`, names must be known: in the log, or earlier in its action.
    fn check_targets(&self, action: Id, at: Id, op: &Op) -> Result<(), ReceiveError> {
        let known = |target: Id| {
            if target.replica == at.replica { target.seq < at.seq } else { target.seq < self.end(target.replica) }
        };
        let check =
            |target: Id| if known(target) { Ok(()) } else { Err(ReceiveError::NotInPast { id: action, target }) };
        match op {
            Op::Insert { left, right, .. } => left.iter().chain(right).try_for_each(|&target| check(target)),
            Op::Delete { target, .. } => check(target.last()),
            Op::Set { pred, .. } => pred.iter().try_for_each(|&target| check(target)),
            Op::Control { targets, pred, .. } => {
                targets.iter().try_for_each(|span| check(span.last()))?;
                pred.iter().try_for_each(|&target| check(target))
            }
            Op::Unknown { .. } => Ok(()),
        }
    }
}

/// Actions received whose parents are missing, bounded.
#[derive(Clone, Debug, Default)]
struct Pending {
    actions: BTreeMap<Id, Action>,
    /// The memory of `actions`, about.
    bytes: usize,
}

impl Pending {
    /// Enough for a day's offline work of a few people arriving backwards; a flood stops here.
    const BYTES_MAX: usize = 32 << 20;

    fn add(&mut self, action: Action) -> Result<(), ReceiveError> {
        let bytes = self.bytes + weight(&action);
        if bytes > Self::BYTES_MAX {
            return Err(ReceiveError::PendingFull { bytes, limit: Self::BYTES_MAX });
        }
        if let Some(known) = self.actions.get(&action.id) {
            return if *known == action { Ok(()) } else { Err(ReceiveError::Equivocation(action.id)) };
        }
        self.bytes = bytes;
        self.actions.insert(action.id, action);
        Ok(())
    }

    fn take(&mut self, id: Id) -> Action {
        let action = self.actions.remove(&id).expect("named by a waiting action");
        self.bytes -= weight(&action);
        action
    }
}

/// About what an action takes in memory, in bytes.
fn weight(action: &Action) -> usize {
    let ops: usize = action
        .ops
        .iter()
        .map(|op| {
            size_of::<Op>()
                + match op {
                    Op::Insert { text, .. } => text.len(),
                    Op::Delete { .. } => 0,
                    Op::Set { key, value, pred, .. } => {
                        key.len() + value.as_ref().map_or(0, value_weight) + size_of_val(pred.as_slice())
                    }
                    Op::Control { targets, pred, .. } => size_of_val(targets.as_slice()) + size_of_val(pred.as_slice()),
                    Op::Unknown { body, .. } => body.len(),
                }
        })
        .sum();
    size_of::<Action>()
        + ops
        + action.label.len()
        + size_of_val(action.parents.as_slice())
        + size_of_val(action.unseen.as_slice())
}

fn value_weight(value: &crate::Value) -> usize {
    use crate::Value;
    size_of::<Value>()
        + match value {
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => 0,
            Value::Text(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            Value::List(values) => values.iter().map(value_weight).sum(),
            Value::Map(entries) => entries.iter().map(|(key, value)| key.len() + value_weight(value)).sum(),
        }
}
