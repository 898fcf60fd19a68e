//! One contract for every store, and besides what only the one on disk can do.

use crate::disk::Disk;
use crate::random::Random;
use clock::{DocumentId, ReplicaId, Seq, Span, VersionVector};
use std::collections::BTreeMap;
use std::sync::mpsc;
use std::thread;
use store::{
    AppendError, CompactError, CreateError, MemoryStore, MetaError, MetaLimit, OpenError, Outcome, ReadError, Record,
    RecordError, RedbStore, RemoveError, Snapshot, SnapshotError, Store, limits,
};

const DOC: DocumentId = DocumentId(1);
const ANN: ReplicaId = ReplicaId(1);
const BEN: ReplicaId = ReplicaId(2);

/// Holds both stores to one check, each with an empty document.
fn check(promise: impl Fn(&dyn Store)) {
    let redb = RedbStore::open_with_backend(Disk::default()).unwrap();
    for store in [&MemoryStore::new() as &dyn Store, &redb] {
        store.create(DOC, &[]).unwrap();
        promise(store);
    }
}

fn record(replica: ReplicaId, start: Seq, end: Seq) -> Record {
    Record { replica, start, end, bytes: format!("{start}..{end}").into_bytes() }
}

fn vv(ends: &[(ReplicaId, Seq)]) -> VersionVector {
    ends.iter().copied().collect()
}

fn spans(records: &[Record]) -> Vec<(ReplicaId, Seq, Seq)> {
    records.iter().map(|record| (record.replica, record.start, record.end)).collect()
}

fn everything(store: &dyn Store) -> Vec<Record> {
    store.read(DOC, &VersionVector::new()).unwrap()
}

#[test]
fn what_is_appended_is_read_by_replica_and_counter() {
    check(|store| {
        let records = [record(BEN, 0, 2), record(ANN, 0, 3), record(ANN, 3, 4)];
        assert_eq!(store.append(DOC, &records).unwrap().outcomes, [Outcome::Stored; 3]);
        assert_eq!(everything(store), [&records[1], &records[2], &records[0]].map(Clone::clone));
        assert_eq!(store.version(DOC).unwrap(), vv(&[(ANN, 4), (BEN, 2)]));
        let info = store.documents().unwrap()[0];
        assert_eq!((info.id, info.records, info.bytes), (DOC, 3, 12));
    });
}

#[test]
fn a_reader_gets_whole_records_after_what_he_has() {
    check(|store| {
        store.append(DOC, &[record(ANN, 0, 3), record(ANN, 3, 5), record(BEN, 0, 1)]).unwrap();
        let read = |since: &[(ReplicaId, Seq)]| spans(&store.read(DOC, &vv(since)).unwrap());
        assert_eq!(read(&[(ANN, 3), (BEN, 1)]), [(ANN, 3, 5)]);
        assert_eq!(read(&[(ANN, 2)]), [(ANN, 0, 3), (ANN, 3, 5), (BEN, 0, 1)]);
        assert_eq!(read(&[(ANN, 4), (BEN, 7)]), [(ANN, 3, 5)]);
        assert_eq!(read(&[(ANN, Seq::MAX), (BEN, 1)]), []);
    });
}

#[test]
fn duplicates_and_gaps_are_told_and_not_written() {
    check(|store| {
        let given = [record(ANN, 0, 3), record(ANN, 1, 3), record(ANN, 5, 6), record(BEN, 1, 2)];
        let expected = [Outcome::Stored, Outcome::Duplicate, Outcome::Gap { have: 3 }, Outcome::Gap { have: 0 }];
        let appended = store.append(DOC, &given).unwrap();
        assert_eq!(appended.outcomes, expected);
        assert!(!appended.is_complete());
        assert_eq!(everything(store), [given[0].clone()]);
        assert!(store.append(DOC, &given[..2]).unwrap().is_complete());
        assert_eq!(everything(store), [given[0].clone()]);
    });
}

#[test]
fn a_record_across_the_end_lies_beside_the_older_ones() {
    check(|store| {
        store.append(DOC, &[record(ANN, 0, 4), record(ANN, 4, 6)]).unwrap();
        let appended = store.append(DOC, &[record(ANN, 0, 9), record(ANN, 9, 10)]).unwrap();
        assert_eq!(appended.outcomes, [Outcome::Stored; 2]);
        assert_eq!(spans(&everything(store)), [(ANN, 0, 4), (ANN, 4, 6), (ANN, 0, 9), (ANN, 9, 10)]);
        assert_eq!(spans(&store.read(DOC, &vv(&[(ANN, 6)])).unwrap()), [(ANN, 0, 9), (ANN, 9, 10)]);
    });
}

#[test]
fn counters_and_replicas_may_be_as_large_as_they_get() {
    check(|store| {
        let last = ReplicaId(u64::MAX);
        let records = [record(ReplicaId(0), 0, Seq::MAX), record(last, 0, 1), record(last, 1, Seq::MAX)];
        assert!(store.append(DOC, &records).unwrap().is_complete());
        assert_eq!(everything(store), records);
        store.compact(DOC, &[record(last, 0, Seq::MAX)]).unwrap();
        assert_eq!(store.version(DOC).unwrap(), vv(&[(ReplicaId(0), Seq::MAX), (last, Seq::MAX)]));
    });
}

#[test]
fn an_append_with_a_bad_record_writes_nothing() {
    check(|store| {
        let empty = RecordError::Empty { span: Span::new(BEN, 2, 2) };
        let refused = store.append(DOC, &[record(ANN, 0, 1), record(BEN, 2, 2)]);
        assert_eq!(refused, Err(AppendError::Record(empty)));
        let len = limits::RECORD_BYTES_MAX + 1;
        let huge = Record { bytes: vec![0; len], ..record(ANN, 0, 1) };
        let refused = store.append(DOC, &[huge]);
        assert_eq!(refused, Err(AppendError::Record(RecordError::TooLarge { span: Span::new(ANN, 0, 1), len })));
        assert_eq!(everything(store), []);
    });
}

#[test]
fn pages_join_to_the_whole() {
    check(|store| {
        let records: Vec<_> = (0..9).map(|n| record([ANN, BEN][n as usize % 2], n / 2, n / 2 + 1)).collect();
        store.append(DOC, &records).unwrap();
        let (mut since, mut paged) = (VersionVector::new(), Vec::new());
        loop {
            let page = store.read_page(DOC, &since, 8).unwrap();
            assert!((1..=2).contains(&page.records.len()));
            page.records.iter().for_each(|record| since.extend_to(record.replica, record.end));
            paged.extend(page.records);
            if page.is_last {
                break;
            }
        }
        assert_eq!(paged, everything(store));
        assert_eq!(store.read_page(DOC, &VersionVector::new(), 0).unwrap().records.len(), 1);
    });
}

#[test]
fn compaction_replaces_what_lies_within_and_keeps_the_rest() {
    check(|store| {
        let records: Vec<_> = (0..6).map(|n| record(ANN, n * 2, n * 2 + 2)).collect();
        store.append(DOC, &records).unwrap();
        store.append(DOC, &[record(BEN, 0, 1)]).unwrap();
        store.compact(DOC, &[record(ANN, 0, 4), record(ANN, 6, 10)]).unwrap();
        let expected = [(ANN, 0, 4), (ANN, 4, 6), (ANN, 6, 10), (ANN, 10, 12), (BEN, 0, 1)];
        assert_eq!(spans(&everything(store)), expected);
        let info = store.documents().unwrap()[0];
        let bytes = everything(store).iter().map(|record| record.bytes.len() as u64).sum();
        assert_eq!((info.records, info.bytes), (5, bytes));
        let same_range = Record { bytes: b"coded anew".to_vec(), ..record(ANN, 0, 4) };
        store.compact(DOC, std::slice::from_ref(&same_range)).unwrap();
        assert_eq!(everything(store)[0], same_range);
    });
}

#[test]
fn compaction_is_refused_where_it_could_lose_something() {
    check(|store| {
        store.append(DOC, &[record(ANN, 0, 4), record(ANN, 4, 8), record(BEN, 0, 4)]).unwrap();
        let before = everything(store);
        let span = |start, end| Span::new(ANN, start, end);
        let good = record(BEN, 0, 4);
        let refused = |bad: &[Record]| store.compact(DOC, &[std::slice::from_ref(&good), bad].concat()).unwrap_err();
        let beyond = CompactError::Beyond { span: span(0, 9), have: 8 };
        assert_eq!(refused(&[record(ANN, 0, 9)]), beyond);
        let stale = CompactError::Stale { span: span(5, 8), stored: span(4, 8) };
        assert_eq!(refused(&[record(ANN, 5, 8)]), stale);
        let stale = CompactError::Stale { span: span(0, 3), stored: span(0, 4) };
        assert_eq!(refused(&[record(ANN, 0, 3)]), stale);
        let overlap = CompactError::Overlap { first: span(0, 6), second: span(4, 8) };
        assert_eq!(refused(&[record(ANN, 4, 8), record(ANN, 0, 6)]), overlap);
        let empty = CompactError::Record(RecordError::Empty { span: span(3, 3) });
        assert_eq!(refused(&[record(ANN, 3, 3)]), empty);
        assert_eq!(everything(store), before);
    });
}

/// Random appends and compactions against the rule that they must obey: whatever a reader has, applying
/// what he gets in order leaves no gap and brings him up to the version.
#[test]
fn a_reader_never_meets_a_gap() {
    check(|store| {
        let mut random = Random(1);
        let mut ends = BTreeMap::<ReplicaId, Seq>::new();
        for _ in 0..400 {
            let replica = [ANN, BEN][random.below(2)];
            let start = random.below(60) as Seq;
            let given = record(replica, start, start + 1 + random.below(12) as Seq);
            if random.below(3) > 0 {
                let end = ends.entry(replica).or_default();
                let outcome = store.append(DOC, std::slice::from_ref(&given)).unwrap().outcomes[0];
                let follows = given.start <= *end && given.end > *end;
                assert_eq!(outcome == Outcome::Stored, follows);
                *end = if follows { given.end } else { *end };
            } else {
                // Refusals are compared between the stores by what is left.
                let _ = store.compact(DOC, &[given]);
            }
            let mut had = vv(&[(ANN, random.below(70) as Seq), (BEN, random.below(70) as Seq)]);
            for record in store.read(DOC, &had).unwrap() {
                let end = had.end(record.replica);
                assert!(record.start <= end && record.end > end, "{record:?} after {end}");
                had.extend_to(record.replica, record.end);
            }
            let version: VersionVector = ends.iter().map(|(&replica, &end)| (replica, end)).collect();
            assert_eq!(store.version(DOC).unwrap(), version);
            assert!(had.includes(&version));
        }
    });
}

#[test]
fn an_unknown_document_is_said_to_be_one() {
    check(|store| {
        let doc = DocumentId(9);
        let none = Snapshot { version: VersionVector::new(), bytes: Vec::new() };
        assert_eq!(store.append(doc, &[]), Err(AppendError::UnknownDocument(doc)));
        assert_eq!(store.read(doc, &VersionVector::new()), Err(ReadError::UnknownDocument(doc)));
        assert_eq!(store.version(doc), Err(ReadError::UnknownDocument(doc)));
        assert_eq!(store.remove(doc), Err(RemoveError::UnknownDocument(doc)));
        assert_eq!(store.compact(doc, &[]), Err(CompactError::UnknownDocument(doc)));
        assert_eq!(store.meta_get(doc, "a"), Err(ReadError::UnknownDocument(doc)));
        assert_eq!(store.meta_put(doc, "a", None), Err(MetaError::UnknownDocument(doc)));
        assert_eq!(store.snapshot_put(doc, none), Err(SnapshotError::UnknownDocument(doc)));
        assert_eq!(store.snapshot_latest(doc), Err(ReadError::UnknownDocument(doc)));
    });
}

#[test]
fn a_removed_document_is_forgotten_and_its_neighbours_are_not() {
    check(|store| {
        let snapshot = Snapshot { version: vv(&[(ANN, 1)]), bytes: vec![1] };
        for doc in [DocumentId(0), DOC, DocumentId(2)] {
            let _ = store.create(doc, &[]);
            store.append(doc, &[record(ANN, 0, 1)]).unwrap();
            store.meta_put(doc, "name", Some(b"x")).unwrap();
            store.meta_put(doc, "", Some(b"y")).unwrap();
            store.snapshot_put(doc, snapshot.clone()).unwrap();
        }
        store.remove(DOC).unwrap();
        assert_eq!(store.append(DOC, &[record(ANN, 1, 2)]), Err(AppendError::UnknownDocument(DOC)));
        store.create(DOC, &[]).unwrap();
        assert_eq!(everything(store), []);
        assert_eq!(store.meta_get(DOC, "name").unwrap(), None);
        assert_eq!(store.meta_get(DOC, "").unwrap(), None);
        assert_eq!(store.snapshot_latest(DOC).unwrap(), None);
        for doc in [DocumentId(0), DocumentId(2)] {
            assert_eq!(store.version(doc).unwrap(), vv(&[(ANN, 1)]));
            assert_eq!(store.meta_get(doc, "").unwrap(), Some(b"y".to_vec()));
            assert_eq!(store.snapshot_latest(doc).unwrap(), Some(snapshot.clone()));
        }
    });
}

#[test]
fn meta_values_are_written_read_and_taken_away() {
    check(|store| {
        assert_eq!(store.create(DOC, &[("name", b"other")]), Err(CreateError::Exists(DOC)));
        assert_eq!(store.meta_get(DOC, "name").unwrap(), None);
        store.create(DocumentId(5), &[("name", b"Sonnet")]).unwrap();
        assert_eq!(store.meta_get(DocumentId(5), "name").unwrap(), Some(b"Sonnet".to_vec()));
        store.meta_put(DOC, "name", Some(b"Ode")).unwrap();
        store.store_meta_put("name", Some(b"of the store")).unwrap();
        assert_eq!(store.meta_get(DOC, "name").unwrap(), Some(b"Ode".to_vec()));
        assert_eq!(store.store_meta_get("name").unwrap(), Some(b"of the store".to_vec()));
        store.meta_put(DOC, "name", None).unwrap();
        store.store_meta_put("name", None).unwrap();
        assert_eq!(store.meta_get(DOC, "name").unwrap(), None);
        assert_eq!(store.store_meta_get("name").unwrap(), None);
    });
}

#[test]
fn meta_values_have_limits() {
    check(|store| {
        let name = "n".repeat(limits::META_NAME_BYTES_MAX);
        let value = vec![7; limits::META_VALUE_BYTES_MAX];
        store.meta_put(DOC, &name, Some(&value)).unwrap();
        let (long, large) = (format!("{name}n"), [&value[..], &[7]].concat());
        let too_long = MetaLimit::NameTooLong { len: long.len() };
        assert_eq!(store.meta_put(DOC, &long, Some(b"")), Err(MetaError::Limit(too_long.clone())));
        assert_eq!(store.create(DocumentId(5), &[(&long, b"")]), Err(CreateError::Meta(too_long)));
        let too_large = MetaLimit::ValueTooLarge { name: "n".to_owned(), len: large.len() };
        assert_eq!(store.store_meta_put("n", Some(&large)), Err(MetaError::Limit(too_large)));
    });
}

#[test]
fn the_snapshot_put_last_is_the_latest() {
    check(|store| {
        assert_eq!(store.snapshot_latest(DOC).unwrap(), None);
        for (end, len) in [(3, 100_000), (9, 0)] {
            let version = vv(&[(ANN, end), (ReplicaId(u64::MAX), Seq::MAX)]);
            let snapshot = Snapshot { version, bytes: vec![end as u8; len] };
            store.snapshot_put(DOC, snapshot.clone()).unwrap();
            assert_eq!(store.snapshot_latest(DOC).unwrap(), Some(snapshot));
        }
    });
}

#[test]
fn many_writers_lose_nothing() {
    check(|store| {
        thread::scope(|scope| {
            for writer in 0..8 {
                scope.spawn(move || {
                    for n in 0..50 {
                        let appended = store.append(DOC, &[record(ReplicaId(writer), n, n + 1)]).unwrap();
                        assert!(appended.is_complete());
                        assert!(store.version(DOC).unwrap().end(ReplicaId(writer)) > n, "acked, not visible");
                    }
                });
            }
        });
        assert_eq!(everything(store).len(), 400);
    });
}

#[test]
fn an_acknowledgement_comes_once_and_in_order() {
    check(|store| {
        let (tell, told) = mpsc::channel();
        for n in 0..20 {
            let tell = tell.clone();
            let then = Box::new(move |appended: Result<_, _>| drop(tell.send((n, appended))));
            store.append_then(DOC, vec![record(ANN, n, n + 1)], then);
        }
        drop(tell);
        let told: Vec<_> = told.iter().collect();
        assert!(told.iter().map(|(n, _)| *n).eq(0..20));
        assert!(told.iter().all(|(_, appended)| appended.as_ref().unwrap().outcomes == [Outcome::Stored]));
    });
}

#[test]
fn what_waits_for_the_disk_shares_one_sync() {
    let disk = Disk::default();
    let store = RedbStore::open_with_backend(disk.clone()).unwrap();
    store.create(DOC, &[]).unwrap();
    let (tell, told) = mpsc::channel();
    let append = |n| {
        let tell = tell.clone();
        store.append_then(DOC, vec![record(ANN, n, n + 1)], Box::new(move |_| tell.send(n).unwrap()));
    };
    let before = disk.syncs();
    append(0);
    told.recv().unwrap();
    let syncs_of_one = disk.syncs() - before;
    disk.hold();
    append(1);
    disk.wait_until_held();
    (2..100).for_each(append);
    assert!(told.try_recv().is_err(), "acknowledged before the sync");
    assert_eq!(store.version(DOC).unwrap(), vv(&[(ANN, 1)]), "visible before the sync");
    let before = disk.syncs();
    disk.release();
    (1..100).for_each(|n| assert_eq!(told.recv(), Ok(n)));
    assert_eq!(disk.syncs() - before, 2 * syncs_of_one);
}

#[test]
fn duplicates_cost_no_sync() {
    let disk = Disk::default();
    let store = RedbStore::open_with_backend(disk.clone()).unwrap();
    store.create(DOC, &[]).unwrap();
    store.append(DOC, &[record(ANN, 0, 1)]).unwrap();
    let syncs = disk.syncs();
    assert!(store.append(DOC, &[record(ANN, 0, 1)]).unwrap().is_complete());
    assert!(store.create(DOC, &[]).is_err());
    assert_eq!(disk.syncs(), syncs);
}

#[test]
fn a_full_queue_is_said_to_those_who_cannot_wait() {
    let disk = Disk::default();
    let store = RedbStore::open_with_backend(disk.clone()).unwrap();
    store.create(DOC, &[]).unwrap();
    let (tell, told) = mpsc::channel();
    let append = |start, len| {
        let tell = tell.clone();
        let record = Record { bytes: vec![0; len], ..record(ANN, start, start + 1) };
        store.append_then(DOC, vec![record], Box::new(move |appended| tell.send(appended).unwrap()));
    };
    disk.hold();
    append(0, 1);
    disk.wait_until_held();
    append(1, limits::QUEUE_BYTES_MAX * 3 / 4);
    append(2, limits::QUEUE_BYTES_MAX / 2);
    let refused = told.recv().unwrap().unwrap_err();
    assert!(matches!(refused, AppendError::QueueFull { queued_bytes } if queued_bytes > 0), "{refused:?}");
    disk.release();
    assert!(told.recv().unwrap().unwrap().is_complete() && told.recv().unwrap().unwrap().is_complete());
    assert_eq!(store.version(DOC).unwrap(), vv(&[(ANN, 2)]));
}

#[test]
fn the_last_handle_may_be_dropped_by_an_acknowledgement() {
    let disk = Disk::default();
    let store = std::sync::Arc::new(RedbStore::open_with_backend(disk.clone()).unwrap());
    store.create(DOC, &[]).unwrap();
    let (tell, told) = mpsc::channel();
    let (go, wait) = mpsc::channel::<()>();
    let last = store.clone();
    let then = Box::new(move |_| {
        wait.recv().unwrap();
        drop(last);
        tell.send(()).unwrap();
    });
    store.append_then(DOC, vec![record(ANN, 0, 1)], then);
    drop(store);
    go.send(()).unwrap();
    told.recv().unwrap();
}

#[test]
fn one_directory_is_open_once() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("a/b");
    let store = RedbStore::open(&dir).unwrap();
    store.create(DOC, &[]).unwrap();
    assert_eq!(RedbStore::open(&dir).unwrap_err(), OpenError::Locked);
    drop(store);
    assert_eq!(RedbStore::open(&dir).unwrap().documents().unwrap()[0].id, DOC);
}

#[cfg(unix)]
#[test]
fn what_is_made_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("store");
    let _store = RedbStore::open(&dir).unwrap();
    assert_eq!(mode(&dir), 0o700);
    let files: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 2);
    assert!(files.iter().all(|path| mode(path) == 0o600));
}

/// A power cut while a store is made leaves any part of it, under a name that is no store's.
#[test]
fn a_store_that_was_never_finished_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("store.redb.new"), [0; 70_000]).unwrap();
    RedbStore::open(dir.path()).unwrap().create(DOC, &[]).unwrap();
    assert!(!dir.path().join("store.redb.new").exists());
    assert_eq!(RedbStore::open(dir.path()).unwrap().documents().unwrap().len(), 1);
}

#[test]
fn what_is_no_store_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.redb");
    std::fs::write(&path, b"somebody's novel").unwrap();
    let error = RedbStore::open(dir.path()).unwrap_err();
    assert!(matches!(error, OpenError::Disk(_)), "{error:?}");
    assert_eq!(std::fs::read(&path).unwrap(), b"somebody's novel");
    let error = RedbStore::open(&path).unwrap_err();
    assert_eq!(error.code(), "store.unusable");
}

#[test]
fn a_later_format_is_refused() {
    let disk = Disk::formatted();
    let database = redb::Database::builder().create_with_backend(disk.clone()).unwrap();
    let transaction = database.begin_write().unwrap();
    let format = redb::TableDefinition::<(), u32>::new("format");
    transaction.open_table(format).unwrap().insert((), 2).unwrap();
    transaction.commit().unwrap();
    drop(database);
    let error = RedbStore::open_with_backend(disk).unwrap_err();
    assert_eq!(error, OpenError::NewerFormat { found: 2, known: 1 });
}
