//! Which operations of an application exclude each other: of those done at once, whose authors knew of neither, that touch the
//! same.

use super::Application;
use clock::{Id, ReplicaId, SortedMap, SortedSet, VersionVector};
use log::{ContainerId, Knowledge, MultiLog, OpRef, Value};
use view::Grade;

/// All operations by what they touch.
#[derive(Default)]
pub(super) struct Related {
    knowledge: Knowledge,
    /// Up to where logs were looked at.
    seen: VersionVector,
    /// As which version of an application they are looked at.
    version: u32,
    /// By what they touch and by replica, ascending.
    touching: SortedMap<String, SortedMap<ReplicaId, Vec<Id>>>,
}

impl Related {
    /// Nothing looked at yet, as a version of the application does.
    pub fn of(version: u32) -> Self {
        Self { version, ..Self::default() }
    }

    /// As which version of the application it looks.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Looks at what is new in the log; returns the pairs that exclude each other of which one is new. Each new operation is compared
    /// with those that touch the same and were done at once with it, and with no other.
    pub fn settle<M: Application>(&mut self, log: &MultiLog, list: ContainerId) -> Vec<(Id, Id)> {
        let new = self.take_in::<M>(log, list);
        let mut pairs = SortedSet::new();
        for (id, op) in &new {
            let mut compared = SortedSet::new();
            for name in M::footprint(op) {
                let Some(touching) = self.touching.get(&name) else { continue };
                for ids in touching.iter().filter(|(replica, _)| **replica != id.replica).map(|(_, ids)| ids) {
                    // Later ones of a replica had all that earlier ones had.
                    let end = ids.partition_point(|&other| !self.knowledge.had(other, *id));
                    let is_partial = self.knowledge.is_partial(id.replica);
                    let at_once = |other: &&Id| is_partial || !self.knowledge.had(*id, **other);
                    let before = ids[..end].iter().rev().take_while(at_once);
                    let after = ids[end..].iter().filter(|other| log.was_kept_out(**other, *id));
                    for &other in before.chain(after) {
                        let saw = self.knowledge.had(*id, other) && !log.was_kept_out(*id, other);
                        if !saw
                            && compared.insert(other)
                            && let Some(theirs) = read::<M>(log, other)
                            && M::relate(self.version, op, &theirs) == Grade::Conflict
                        {
                            pairs.insert((other.min(*id), other.max(*id)));
                        }
                    }
                }
            }
        }
        pairs.iter().copied().collect()
    }

    fn take_in<M: Application>(&mut self, log: &MultiLog, list: ContainerId) -> Vec<(Id, M::Op)> {
        self.knowledge.take_in(log);
        let mut new = Vec::new();
        for replica in log.logs() {
            let from = self.seen.end(replica.replica);
            self.seen.extend_to(replica.replica, replica.end());
            let inserts = replica.others_in(from..replica.end());
            for (id, len) in inserts.filter_map(|(id, op)| match op {
                OpRef::ListInsert { container, values, .. } if container == list => Some((id, values.iter().count())),
                _ => None,
            }) {
                for id in (0..len as u32).map(|at| id.plus(at)) {
                    let Some(op) = read::<M>(log, id) else { continue };
                    for name in M::footprint(&op) {
                        self.touching.entry(name).or_default().entry(id.replica).or_default().push(id);
                    }
                    new.push((id, op));
                }
            }
        }
        new
    }
}

fn read<M: Application>(log: &MultiLog, id: Id) -> Option<M::Op> {
    let (_, op) = log.ops_in(clock::Span::of(id)).next()?;
    let OpRef::ListInsert { values, .. } = op else { return None };
    match values.iter().next()?.to_value() {
        Value::Bytes(bytes) => M::read(&bytes),
        _ => None,
    }
}
