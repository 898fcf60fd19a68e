//! Many actions at once: parts of logs, as blocks hold them, judged and appended run by run.

use crate::multilog::{MultiLog, ReceiveError};
use crate::runs::{OpBody, OpRun, Parents, ReplicaLog};
use clock::{Frontier, Id, Lamport, ReplicaId, Seq, SortedMap, Span};
use std::ops::Range;

impl MultiLog {
    /// Takes in parts of logs: each a log that begins at any action instead of at zero, in the form that
    /// logs have in memory. Parts come in any order, may name each other, and may hold what is here
    /// already. Returns what was appended, in causal order, with what had waited for it; what lacks
    /// something waits in memory. Where anything is refused the log is as it was, though more may wait.
    pub fn receive_logs(&mut self, parts: Vec<ReplicaLog>) -> Result<Vec<Span>, ReceiveError> {
        let (parts, separate) = self.gather(parts)?;
        let (mut appended, ends) = Schedule::of(self, &parts)?;
        for part in parts.values() {
            let end = ends[&part.replica];
            self.wait_for_logs(part.actions_in(end..part.end()), &ends)?;
        }
        for part in separate {
            self.wait_for_logs(part.actions_in(part.start()..part.end()), &ends)?;
        }
        for (replica, part) in parts {
            let log = self.logs.entry(replica).or_insert_with(|| ReplicaLog::new(replica));
            log.append_part(part, ends[&replica]);
        }
        self.account_for(&appended);
        self.release_pending(&mut appended);
        Ok(appended)
    }

    /// The parts by replica, those that follow each other joined, without what is known; and those that
    /// begin later.
    fn gather(
        &self,
        mut parts: Vec<ReplicaLog>,
    ) -> Result<(SortedMap<ReplicaId, ReplicaLog>, Vec<ReplicaLog>), ReceiveError> {
        parts.retain(|part| !part.headers.is_empty());
        parts.sort_by_key(|part| (part.replica, part.start()));
        let (mut first, mut separate) = (SortedMap::<ReplicaId, ReplicaLog>::new(), Vec::new());
        for part in parts {
            if let Some(known) = self.logs.get(&part.replica) {
                check_same(known, &part)?;
            }
            let end = match first.get(&part.replica) {
                Some(before) => check_same(before, &part).map(|()| before.end())?,
                None => self.end(part.replica),
            };
            if part.start() > end {
                separate.push(part);
            } else if part.end() > end {
                let end = part.end();
                match first.get_mut(&part.replica) {
                    Some(before) => before.append_part(part, end),
                    None => drop(first.insert(part.replica, part)),
                }
            }
        }
        Ok((first, separate))
    }

    /// Lets actions wait that lack something even when logs have grown to `ends`.
    fn wait_for_logs(
        &mut self,
        actions: impl Iterator<Item = crate::Action>,
        ends: &SortedMap<ReplicaId, Seq>,
    ) -> Result<(), ReceiveError> {
        for action in actions {
            let end = |replica: ReplicaId| ends.get(&replica).copied().unwrap_or_else(|| self.end(replica));
            let before = action.id.seq.checked_sub(1).map(|seq| Id::new(action.id.replica, seq));
            let all = before.into_iter().chain(action.parents.iter().copied());
            let missing =
                all.max_by_key(|id| id.seq >= end(id.replica)).expect("what lacks nothing is in the schedule");
            self.pending.add(action, missing)?;
        }
        Ok(())
    }

    /// Brings frontier and logical time up to date after `spans` were appended, in causal order.
    fn account_for(&mut self, spans: &[Span]) {
        let mut followed: Vec<Id> = Vec::new();
        let mut tips: Vec<Id> = self.frontier.ids().to_vec();
        for span in spans {
            let log = &self.logs[&span.replica];
            for run in log.headers_in(span.start..span.end) {
                match &run.parents {
                    Parents::Named(ids) if run.range.start >= span.start => followed.extend(ids),
                    _ => followed
                        .extend(run.range.start.max(span.start).checked_sub(1).map(|seq| Id::new(span.replica, seq))),
                }
            }
            tips.push(span.last());
            let lamport = log.lamport(span.end - 1);
            self.hear_of(lamport);
        }
        followed.sort_unstable();
        tips.retain(|tip| followed.binary_search(tip).is_err());
        self.frontier = Frontier::from_ids(tips);
    }
}

/// What `known`, which begins no later, and `part` both hold must be the same.
fn check_same(known: &ReplicaLog, part: &ReplicaLog) -> Result<(), ReceiveError> {
    let end = part.end().min(known.end());
    if part.start() >= end {
        return Ok(());
    }
    let ours = known.actions_in(known.action_range(part.start()).start..end);
    match ours.zip(part.actions_in(part.start()..end)).find(|(ours, theirs)| ours != theirs) {
        Some((_, theirs)) => Err(ReceiveError::Equivocation(theirs.id)),
        None => Ok(()),
    }
}

/// Parts of logs, put into causal order and judged on the way.
struct Schedule<'a> {
    log: &'a MultiLog,
    parts: &'a SortedMap<ReplicaId, ReplicaLog>,
    /// How far each part got.
    ends: SortedMap<ReplicaId, Seq>,
}

impl<'a> Schedule<'a> {
    /// All that can be appended, in causal order, and where each part's log ends then.
    fn of(
        log: &'a MultiLog,
        parts: &'a SortedMap<ReplicaId, ReplicaLog>,
    ) -> Result<(Vec<Span>, SortedMap<ReplicaId, Seq>), ReceiveError> {
        let ends = parts.keys().map(|&replica| (replica, log.end(replica))).collect();
        let mut schedule = Self { log, parts, ends };
        let mut order = Vec::new();
        let mut waits: SortedMap<Id, Vec<ReplicaId>> = SortedMap::new();
        let mut ready: Vec<ReplicaId> = parts.keys().rev().copied().collect();
        while let Some(replica) = ready.pop() {
            let start = schedule.ends[&replica];
            if let Some(missing) = schedule.advance(&parts[&replica])? {
                waits.entry(missing).or_default().push(replica);
            }
            let end = schedule.ends[&replica];
            if start < end {
                order.push(Span::new(replica, start, end));
                let arrived = Id::new(replica, start)..Id::new(replica, end);
                let woken: Vec<Id> = waits.range(arrived).map(|(&missing, _)| missing).collect();
                ready.extend(woken.iter().filter_map(|missing| waits.remove(missing)).flatten());
            }
        }
        Ok((order, schedule.ends))
    }

    fn end(&self, replica: ReplicaId) -> Seq {
        self.ends.get(&replica).copied().unwrap_or_else(|| self.log.end(replica))
    }

    fn lamport(&self, id: Id) -> Option<Lamport> {
        match self.parts.get(&id.replica) {
            Some(part) if id.seq >= self.log.end(id.replica) => Some(part.lamport(id.seq)),
            _ => self.log.lamport(id),
        }
    }

    /// Judges the actions of `part` up to the first that lacks something, which it returns.
    fn advance(&mut self, part: &ReplicaLog) -> Result<Option<Id>, ReceiveError> {
        let start = self.ends[&part.replica];
        let mut ops = part.op_runs_in(start..part.end());
        let mut end = start;
        let mut before = start.checked_sub(1).and_then(|seq| self.lamport(Id::new(part.replica, seq))).unwrap_or(0);
        let mut missing = None;
        for run in part.headers_in(start..part.end()) {
            // Of a run that was begun before, the rest follows what is known.
            let parents = match &run.parents {
                Parents::Named(parents) if run.range.start >= start => Some(parents),
                _ => None,
            };
            let lacks = |parent: &&Id| {
                let known = if parent.replica == part.replica { end } else { self.end(parent.replica) };
                parent.seq >= known
            };
            missing = parents.and_then(|parents| parents.iter().find(lacks).copied());
            if missing.is_some() {
                break;
            }
            let due = match parents {
                Some(parents) => 1 + parents.iter().filter_map(|&parent| self.lamport(parent)).max().unwrap_or(0),
                None => before + 1,
            };
            let (id, claimed) =
                (Id::new(part.replica, end), run.lamport + Lamport::from((end - run.range.start) / run.each));
            if claimed != due || claimed <= before {
                return Err(ReceiveError::Lamport { id, claimed, due: due.max(before + 1) });
            }
            ops = self.check_targets(part, ops, end..run.range.end)?;
            before = run.lamport + Lamport::from(run.count()) - 1;
            end = run.range.end;
        }
        self.ends.insert(part.replica, end);
        Ok(missing)
    }

    /// What `ops` name under the counters `range`, the first of which lies in the first of them, must be
    /// here when their turn comes. Returns the ops that reach beyond.
    fn check_targets<'p>(
        &self,
        part: &ReplicaLog,
        mut ops: &'p [OpRun],
        range: Range<Seq>,
    ) -> Result<&'p [OpRun], ReceiveError> {
        while let [run, rest @ ..] = ops {
            let at = run.range.start.max(range.start);
            let check = |target: Id| {
                let end = if target.replica == part.replica { at } else { self.end(target.replica) };
                let action = || Id::new(part.replica, part.action_range(at).start);
                if target.seq < end { Ok(()) } else { Err(ReceiveError::NotInPast { id: action(), target }) }
            };
            if let OpBody::Insert { container, .. } | OpBody::Delete { container, .. } = &run.body {
                part.container(*container).maker().map_or(Ok(()), check)?;
            }
            match &run.body {
                OpBody::Insert { left, right, .. } if at == run.range.start => {
                    let others = [*left, *right].into_iter().filter(|near| !near.is_own_before(at, 0));
                    others.filter_map(|near| part.id(near)).try_for_each(check)?;
                }
                OpBody::Delete { target, .. } if target.is_own_before(run.range.start, run.len() - 1) => {}
                OpBody::Insert { .. } => {}
                OpBody::Delete { .. } | OpBody::Other(_) => {
                    part.op(run, at..run.range.end.min(range.end)).targets().try_for_each(check)?;
                }
            }
            if run.range.end > range.end {
                return Ok(ops);
            }
            ops = rest;
            if run.range.end == range.end {
                return Ok(ops);
            }
        }
        Ok(ops)
    }
}
