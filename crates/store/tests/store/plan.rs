//! Workloads, one atomic call after the other, and what a store holds after each.
//!
//! A step depends only on its number and on what the steps before it left. So what a disk holds after
//! a crash can be compared with what a memory store holds after the same number of steps.
//! A plan runs in several *lanes* at once: threads that share a store and nothing in it.

use crate::random::mix;
use clock::{DocumentId, ReplicaId, Seq, VersionVector};
use std::collections::BTreeMap;
use std::error::Error;
use store::{DocumentInfo, MemoryStore, Outcome, Record, Snapshot, Store};

/// What a workload does mostly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    SmallAppends,
    BigBatches,
    ManyDocuments,
    ManyReplicas,
    Compaction,
    MetaAndRemove,
    Snapshots,
}

pub const PLANS: [Plan; 7] = [
    Plan::SmallAppends,
    Plan::BigBatches,
    Plan::ManyDocuments,
    Plan::ManyReplicas,
    Plan::Compaction,
    Plan::MetaAndRemove,
    Plan::Snapshots,
];

type Done = Result<(), Box<dyn Error>>;

impl Plan {
    /// Makes step `n` of a lane: one call that writes.
    pub fn step(self, store: &dyn Store, lane: u64, n: u64) -> Done {
        let main = document(lane, 0);
        match self {
            Self::ManyDocuments if n.is_multiple_of(2) => create(store, document(lane, n / 2)),
            Self::ManyDocuments => append(store, document(lane, mix(n) % (n / 2 + 1)), n, 1, 2, 300),
            Self::MetaAndRemove => meta_step(store, lane, n),
            _ if n == 0 => create(store, main),
            Self::SmallAppends => append(store, main, n, 1, 1, 60),
            Self::BigBatches => append(store, main, n, 12, 3, 3000),
            Self::ManyReplicas => append(store, main, n, 4, 40, 200),
            Self::Compaction if n % 5 == 4 => compact(store, main, n),
            Self::Compaction => append(store, main, n, 3, 2, 500),
            Self::Snapshots if n.is_multiple_of(2) => snapshot(store, main, n),
            Self::Snapshots => append(store, main, n, 2, 2, 100),
        }
    }
}

fn meta_step(store: &dyn Store, lane: u64, n: u64) -> Done {
    let doc = document(lane, n / 6);
    match n % 6 {
        0 => create(store, doc),
        1 => append(store, doc, n, 3, 2, 400),
        2 => Ok(store.meta_put(doc, "name", Some(&payload(n, 50)))?),
        3 => Ok(store.meta_put(doc, "deleted-at", Some(&n.to_le_bytes()))?),
        4 => Ok(store.store_meta_put(&lane.to_string(), Some(&n.to_le_bytes()))?),
        _ if n % 12 < 6 => Ok(store.remove(doc)?),
        _ => Ok(store.meta_put(doc, "deleted-at", None)?),
    }
}

fn document(lane: u64, k: u64) -> DocumentId {
    DocumentId(u128::from(lane) << 64 | u128::from(k))
}

fn lane_of(doc: DocumentId) -> u64 {
    (doc.0 >> 64) as u64
}

fn payload(n: u64, bytes_max: u64) -> Vec<u8> {
    (0..mix(n) % bytes_max).map(|i| mix(n ^ i << 32) as u8).collect()
}

fn create(store: &dyn Store, doc: DocumentId) -> Done {
    Ok(store.create(doc, &[("name", &doc.0.to_le_bytes()), ("kind", b"text")])?)
}

/// Appends `count` records that each follow on one of `replicas` replicas.
fn append(store: &dyn Store, doc: DocumentId, n: u64, count: u64, replicas: u64, bytes_max: u64) -> Done {
    let mut version = store.version(doc)?;
    let records: Vec<_> = (0..count)
        .map(|i| {
            let random = mix(n << 8 | i);
            let replica = ReplicaId(mix(random % replicas));
            let start = version.end(replica);
            let end = start + 1 + (random >> 32) as Seq % 9;
            version.extend_to(replica, end);
            Record { replica, start, end, bytes: payload(random, bytes_max) }
        })
        .collect();
    let appended = store.append(doc, &records)?;
    assert!(appended.outcomes.iter().all(|outcome| *outcome == Outcome::Stored), "{appended:?}");
    Ok(())
}

/// Folds what is stored of each replica into one block.
fn compact(store: &dyn Store, doc: DocumentId, n: u64) -> Done {
    let fold =
        |(replica, end): (ReplicaId, Seq)| Record { replica, start: 0, end, bytes: payload(n ^ u64::from(end), 900) };
    let blocks: Vec<_> = store.version(doc)?.iter().map(fold).collect();
    Ok(store.compact(doc, &blocks)?)
}

fn snapshot(store: &dyn Store, doc: DocumentId, n: u64) -> Done {
    let version = store.version(doc)?;
    Ok(store.snapshot_put(doc, Snapshot { version, bytes: payload(n, 20_000) })?)
}

/// Everything that a store holds for a lane.
#[derive(Debug, PartialEq)]
pub struct Dump {
    documents: BTreeMap<DocumentId, Content>,
    store_meta: Option<Vec<u8>>,
}

#[derive(Debug, PartialEq)]
struct Content {
    info: DocumentInfo,
    version: VersionVector,
    records: Vec<Record>,
    meta: Vec<Option<Vec<u8>>>,
    snapshot: Option<Snapshot>,
}

pub fn dump(store: &dyn Store, lane: u64) -> Dump {
    let infos = store.documents().unwrap().into_iter();
    let documents = infos.filter(|info| lane_of(info.id) == lane).map(|info| (info.id, content(store, info)));
    Dump { documents: documents.collect(), store_meta: store.store_meta_get(&lane.to_string()).unwrap() }
}

fn content(store: &dyn Store, info: DocumentInfo) -> Content {
    let meta = |name| store.meta_get(info.id, name).unwrap();
    Content {
        info,
        version: store.version(info.id).unwrap(),
        records: store.read(info.id, &VersionVector::new()).unwrap(),
        meta: ["name", "kind", "deleted-at"].map(meta).to_vec(),
        snapshot: store.snapshot_latest(info.id).unwrap(),
    }
}

/// What a lane's share of a store must be after each number of steps.
pub struct Model {
    plan: Plan,
    lane: u64,
    store: MemoryStore,
    steps: u64,
}

impl Model {
    pub fn new(plan: Plan, lane: u64) -> Self {
        Self { plan, lane, store: MemoryStore::new(), steps: 0 }
    }

    /// The state after `steps` steps, which may only grow.
    pub fn after(&mut self, steps: u64) -> Dump {
        assert!(self.steps <= steps);
        while self.steps < steps {
            self.plan.step(&self.store, self.lane, self.steps).unwrap();
            self.steps += 1;
        }
        dump(&self.store, self.lane)
    }

    /// How many steps `found` shows, given that `acked` of them were acknowledged and one more may have
    /// been under way.
    pub fn recognize(&mut self, found: &Dump, acked: u64) -> u64 {
        if *found == self.after(acked) {
            return acked;
        }
        let next = self.after(acked + 1);
        assert!(
            *found == next,
            "{:?}, lane {}: what is there is neither the state after {acked} steps nor after one more\n\
             found {:?}\nexpected {:?}",
            self.plan,
            self.lane,
            found.documents.values().map(|content| (content.info, &content.version)).collect::<Vec<_>>(),
            next.documents.values().map(|content| (content.info, &content.version)).collect::<Vec<_>>(),
        );
        acked + 1
    }
}
