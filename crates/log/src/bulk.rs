//! Many actions at once: parts of logs, as blocks hold them, judged and appended run by run.

use crate::multilog::{MultiLog, ReceiveError};
use crate::op::Proposal;
use crate::runs::{HeaderRun, OpBody, OpRun, ReplicaLog};
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
        let grown = |(&replica, &end): (&ReplicaId, &Seq)| Span::new(replica, self.end(replica), end);
        let grown: Vec<Span> = ends.iter().map(grown).filter(|span| !span.is_empty()).collect();
        for (replica, part) in parts {
            let log = self.logs.entry(replica).or_insert_with(|| ReplicaLog::new(replica));
            log.append_part(part, ends[&replica]);
        }
        self.account_for(&grown);
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

    /// Brings frontier and logical time up to date after logs have grown, each by one of `grown`.
    fn account_for(&mut self, grown: &[Span]) {
        let has_grown = |tip: &Id| grown.iter().any(|span| span.replica == tip.replica);
        let mut tips: Vec<Id> = self.frontier.ids().iter().copied().filter(|tip| !has_grown(tip)).collect();
        tips.extend(grown.iter().map(Span::last));
        tips.sort_unstable();
        for span in grown {
            let log = &self.logs[&span.replica];
            for run in log.headers_in(span.start..span.end).iter().filter(|run| run.range.start >= span.start) {
                let Some(parents) = run.parents() else { continue };
                for parent in parents {
                    tips.binary_search(parent).ok().map(|at| tips.remove(at));
                }
            }
            let lamport = log.lamport(span.end - 1);
            self.hear_of(lamport);
        }
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
    /// Ascending by replica.
    parts: Vec<Progress<'a>>,
}

/// How far one part got.
struct Progress<'a> {
    part: &'a ReplicaLog,
    /// One past what can be appended so far.
    end: Seq,
    /// The Lamport time of the action before the end; 0 for none.
    lamport: Lamport,
    /// What is left to judge.
    headers: &'a [HeaderRun],
    /// The ops from the end on: the first may reach back.
    ops: &'a [OpRun],
    /// The numbers of parts that wait for an element of this one, by its counter, descending.
    waiting: Vec<(Seq, usize)>,
}

impl<'a> Progress<'a> {
    fn of(log: &MultiLog, part: &'a ReplicaLog) -> Self {
        let end = log.end(part.replica);
        let left = end..part.end();
        let lamport = end.checked_sub(1).and_then(|last| log.lamport(Id::new(part.replica, last))).unwrap_or(0);
        let (headers, ops) = (part.headers_in(left.clone()), part.op_runs_in(left));
        Self { part, end, lamport, headers, ops, waiting: Vec::new() }
    }
}

impl<'a> Schedule<'a> {
    /// All that can be appended, in causal order, and where each part's log ends then.
    fn of(
        log: &'a MultiLog,
        parts: &'a SortedMap<ReplicaId, ReplicaLog>,
    ) -> Result<(Vec<Span>, SortedMap<ReplicaId, Seq>), ReceiveError> {
        let mut schedule = Self { log, parts: parts.values().map(|part| Progress::of(log, part)).collect() };
        let mut order = Vec::new();
        let mut ready: Vec<usize> = (0..schedule.parts.len()).rev().collect();
        while let Some(number) = ready.pop() {
            let start = schedule.parts[number].end;
            if let Some(missing) = schedule.advance(number)? {
                schedule.wait(number, missing);
            }
            let Progress { part, end, waiting, .. } = &mut schedule.parts[number];
            if start < *end {
                order.push(Span::new(part.replica, start, *end));
                let still = waiting.partition_point(|(missing, _)| missing >= end);
                ready.extend(waiting.drain(still..).rev().map(|(_, woken)| woken));
            }
        }
        Ok((order, schedule.parts.iter().map(|part| (part.part.replica, part.end)).collect()))
    }

    fn number(&self, replica: ReplicaId) -> Option<usize> {
        self.parts.binary_search_by_key(&replica, |part| part.part.replica).ok()
    }

    fn end(&self, replica: ReplicaId) -> Seq {
        self.number(replica).map_or_else(|| self.log.end(replica), |number| self.parts[number].end)
    }

    /// The Lamport time of the action that holds `id`, where it is here when the next one is judged.
    fn lamport(&self, id: Id) -> Option<Lamport> {
        let Some(number) = self.number(id.replica) else { return self.log.lamport(id) };
        let Progress { part, end, lamport, .. } = self.parts[number];
        match id.seq {
            seq if seq >= end => None,
            // Nearly always it is the newest.
            seq if seq + 1 == end => Some(lamport),
            seq if seq >= self.log.end(id.replica) => Some(part.lamport(seq)),
            _ => self.log.lamport(id),
        }
    }

    /// Lets a part wait for an element; for nothing where no part will bring it.
    fn wait(&mut self, number: usize, missing: Id) {
        if let Some(other) = self.number(missing.replica) {
            let waiting = &mut self.parts[other].waiting;
            waiting.insert(waiting.partition_point(|(seq, _)| *seq > missing.seq), (missing.seq, number));
        }
    }

    /// Judges the actions of a part up to the first that lacks something, which it returns.
    fn advance(&mut self, number: usize) -> Result<Option<Id>, ReceiveError> {
        while let [run, rest @ ..] = self.parts[number].headers {
            let Progress { part, end, lamport: before, ops, .. } = self.parts[number];
            let mut due = before + 1;
            // Of a run that was begun before, the rest follows what is known.
            if let Some(parents) = run.parents()
                && run.range.start >= end
            {
                due = 1;
                for parent in parents.iter().copied() {
                    let Some(lamport) = self.lamport(parent) else { return Ok(Some(parent)) };
                    due = due.max(lamport + 1);
                }
            }
            if let Some(draft) = run.proposal().and_then(Proposal::draft)
                && self.lamport(draft).is_none()
            {
                return Err(ReceiveError::NotInPast { id: Id::new(part.replica, end), target: draft });
            }
            let claimed = run.lamport + Lamport::from((end - run.range.start) / run.each);
            if claimed != due || claimed <= before {
                let id = Id::new(part.replica, end);
                return Err(ReceiveError::Lamport { id, claimed, due: due.max(before + 1) });
            }
            let ops = self.check_targets(part, ops, end..run.range.end)?;
            let (end, lamport) = (run.range.end, run.lamport + Lamport::from(run.count()) - 1);
            let part = &mut self.parts[number];
            (part.end, part.lamport, part.headers, part.ops) = (end, lamport, rest, ops);
        }
        Ok(None)
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
                part.container(*container).makers().try_for_each(check)?;
            }
            match &run.body {
                OpBody::Insert { left, right, .. } if at == run.range.start => {
                    let others = [*left, *right].into_iter().filter(|near| !near.is_own_before(at, 0));
                    others.filter_map(|near| part.id(near)).try_for_each(check)?;
                }
                OpBody::Delete { target, .. } if target.is_own_before(run.range.start, run.len() - 1) => {}
                OpBody::Insert { .. } => {}
                _ => {
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
