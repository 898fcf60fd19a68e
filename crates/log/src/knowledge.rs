//! Who knew what: the past of every action, kept so that asking costs next to nothing.

use crate::multilog::MultiLog;
use clock::{Id, Lamport, ReplicaId, Seq, SortedMap, SortedSet, Span};

/// How far the logs of others went that the authors of a multi-log had, action by action.
///
/// Of most actions there is nothing to keep: an author who goes on knows what they knew.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// By who knew and of whom: from which counter on, up to which one; both ascend.
    known: SortedMap<(ReplicaId, ReplicaId), Vec<(Seq, Seq)>>,
    /// What was taken in, of each replica.
    ends: SortedMap<ReplicaId, Seq>,
    /// Replicas of which an action left out part of its past.
    partial: SortedSet<ReplicaId>,
}

impl Knowledge {
    /// Takes in what a log has by now. Costs what is new there.
    pub fn take_in(&mut self, log: &MultiLog) {
        let mut joins: Vec<(Lamport, Id, &[Id])> = Vec::new();
        for replica in log.logs() {
            let from = self.ends.insert(replica.replica, replica.end()).unwrap_or(0);
            for run in replica.headers_in(from..replica.end()).iter().filter(|run| run.range.start >= from) {
                if let Some(parents) = run.parents() {
                    joins.push((run.lamport, Id::new(replica.replica, run.range.start), parents));
                }
                if run.rare().is_some_and(|rare| !rare.unseen.is_empty()) {
                    self.partial.insert(replica.replica);
                }
            }
        }
        // Logical time goes on along every path, so what an action follows is known before it.
        joins.sort_unstable_by_key(|(lamport, id, _)| (*lamport, *id));
        for (_, id, parents) in joins {
            for &parent in parents {
                self.join(id, parent);
            }
        }
    }

    fn join(&mut self, id: Id, parent: Id) {
        self.raise(id, parent.replica, parent.seq + 1);
        let of = |replica| (parent.replica, ReplicaId(replica));
        let theirs: Vec<ReplicaId> = self.known.range(of(0)..=of(u64::MAX)).map(|((_, of), _)| *of).collect();
        for of in theirs {
            self.raise(id, of, self.known(parent, of));
        }
    }

    fn raise(&mut self, id: Id, of: ReplicaId, end: Seq) {
        if of == id.replica || end == 0 {
            return;
        }
        let steps = self.known.entry((id.replica, of)).or_default();
        match steps.last_mut() {
            Some((_, known)) if *known >= end => {}
            Some((from, known)) if *from == id.seq => *known = end,
            _ => steps.push((id.seq, end)),
        }
    }

    /// Up to which counter of `of` the author of element `id` had that log.
    pub fn known(&self, id: Id, of: ReplicaId) -> Seq {
        if of == id.replica {
            return id.seq;
        }
        let steps = self.known.get(&(id.replica, of)).map_or(&[][..], Vec::as_slice);
        steps[..steps.partition_point(|(from, _)| *from <= id.seq)].last().map_or(0, |(_, end)| *end)
    }

    /// Whether `other` was in the log that element `id` was appended to.
    pub fn had(&self, id: Id, other: Id) -> bool {
        other.seq < self.known(id, other.replica)
    }

    /// From which counter on the author of a replica had element `id`; none where nothing of them followed it yet.
    pub fn since(&self, replica: ReplicaId, id: Id) -> Option<Seq> {
        if replica == id.replica {
            return Some(id.seq + 1);
        }
        let steps = self.known.get(&(replica, id.replica))?;
        steps.get(steps.partition_point(|(_, end)| *end <= id.seq)).map(|(from, _)| *from)
    }

    /// Whether any action of a replica left out part of its past.
    pub fn is_partial(&self, replica: ReplicaId) -> bool {
        self.partial.contains(&replica)
    }
}

impl MultiLog {
    /// What a personal choice kept the author of element `id` from seeing of what they had, as
    /// [`Action::unseen`](crate::Action::unseen) says.
    pub fn unseen(&self, id: Id) -> &[Span] {
        let log = self.log(id.replica).filter(|log| id.seq < log.end());
        log.and_then(|log| log.header_at(id.seq).rare()).map_or(&[], |rare| &rare.unseen)
    }

    /// Whether such a choice kept all of the action that holds `other` from the author of element `id`.
    pub fn was_kept_out(&self, id: Id, other: Id) -> bool {
        let unseen = self.unseen(id);
        let is_all = |action: Span| unseen.iter().any(|span| span.intersect(&action) == Some(action));
        !unseen.is_empty() && self.action_of(other).is_some_and(is_all)
    }
}
