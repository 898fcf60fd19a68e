//! Why this exists: after a failed sync the system may forget what it could not write, and report
//! success the next time. A store that tries again acknowledges what is gone.
//!
//! Each I/O of each workload fails once, in four ways. The error must surface, nothing may work
//! after it, and a reopening must find what was acknowledged, whether the disk kept what was unsynced
//! or lost it.

use crate::disk::{Disk, Event, FAULTS, Fault, apply};
use crate::plan::{Model, PLANS, Plan, dump};
use clock::{DocumentId, VersionVector};
use std::error::Error;
use store::{CreateError, DiskError, OpenError, ReadError, RedbStore, Store};

const STEPS: u64 = 12;

#[test]
fn whatever_io_fails_nothing_acknowledged_is_lost() {
    let formatted = Disk::formatted().bytes();
    let mut trials = 0;
    for plan in PLANS {
        let ios = ios_of(plan);
        for n in 0..ios {
            for fault in FAULTS {
                try_fault(plan, &formatted, n, fault);
                trials += 1;
            }
        }
    }
    println!("{trials} failures injected");
}

fn ios_of(plan: Plan) -> usize {
    let disk = Disk::formatted();
    assert!(matches!(run(plan, &disk), (STEPS, None)));
    disk.ios()
}

/// Runs a plan up to its end or its first failure, and gives the number of steps acknowledged.
fn run(plan: Plan, disk: &Disk) -> (u64, Option<RedbStore>) {
    let store = match RedbStore::open_with_backend(disk.clone()) {
        Ok(store) => store,
        Err(error) => {
            assert!(matches!(error, OpenError::Disk(DiskError::Failed { .. })), "{error:?}");
            return (0, None);
        }
    };
    for n in 0..STEPS {
        let failures = disk.failures();
        let done = plan.step(&store, 0, n);
        match done {
            Err(error) => {
                assert!(disk.failures() > 0, "step {n} failed by itself: {error}");
                assert!(error.to_string().contains("the disk failed: "), "{error}");
                return (n, Some(store));
            }
            Ok(()) => assert_eq!(disk.failures(), failures, "step {n} hid a failure"),
        }
    }
    (STEPS, None)
}

fn try_fault(plan: Plan, formatted: &[u8], n: usize, fault: Fault) {
    let disk = Disk::with(formatted.to_vec());
    disk.fail(n, fault);
    let (acked, failed) = run(plan, &disk);
    if let Some(store) = failed {
        check_poisoned(&store);
    }
    for image in [disk.bytes(), synced(formatted.to_vec(), &disk.events())] {
        let store = RedbStore::open_with_backend(Disk::with(image))
            .unwrap_or_else(|error| panic!("{plan:?} does not open after {fault:?} of I/O {n}: {error}"));
        let mut model = Model::new(plan, 0);
        if acked < STEPS {
            model.recognize(&dump(&store, 0), acked);
        } else {
            assert!(dump(&store, 0) == model.after(STEPS), "{plan:?} lost a step after {fault:?} of I/O {n}");
        }
    }
}

/// The disk if it lost all that was not synced.
fn synced(mut bytes: Vec<u8>, events: &[Event]) -> Vec<u8> {
    let end = events.iter().rposition(|event| matches!(event, Event::Sync)).unwrap_or(0);
    events[..end].iter().for_each(|event| apply(&mut bytes, event));
    bytes
}

fn check_poisoned(store: &RedbStore) {
    let doc = DocumentId(0);
    let errors: [Box<dyn Error>; 6] = [
        Box::new(store.documents().unwrap_err()),
        Box::new(store.read(doc, &VersionVector::new()).unwrap_err()),
        Box::new(store.append(doc, &[]).unwrap_err()),
        Box::new(store.create(DocumentId(99), &[]).unwrap_err()),
        Box::new(store.store_meta_put("a", None).unwrap_err()),
        Box::new(store.remove(doc).unwrap_err()),
    ];
    for error in errors {
        let text = error.to_string();
        assert!(text.contains("stopped at an earlier error") && text.contains("injected"), "{text}");
    }
    assert_eq!(store.documents().unwrap_err().code(), "store.poisoned");
}

#[test]
fn a_full_disk_has_a_code_of_its_own() {
    let disk = Disk::default();
    let store = RedbStore::open_with_backend(disk.clone()).unwrap();
    disk.fail(disk.ios(), Fault::Full);
    let error = store.create(DocumentId(1), &[]).unwrap_err();
    assert_eq!(error.code(), "store.disk_full");
}

#[test]
fn a_panic_on_the_writer_stops_the_store_and_hangs_nobody() {
    let disk = Disk::default();
    let store = RedbStore::open_with_backend(disk.clone()).unwrap();
    store.create(DocumentId(1), &[]).unwrap();
    disk.fail(disk.ios(), Fault::Panic);
    let poisoned = DiskError::Poisoned { first: "the writer panicked".to_owned() };
    assert_eq!(store.create(DocumentId(2), &[]), Err(CreateError::Disk(poisoned.clone())));
    assert_eq!(store.documents(), Err(ReadError::Disk(poisoned)));
}

#[test]
fn a_panic_of_an_acknowledgement_harms_nobody_else() {
    let store = RedbStore::open_with_backend(Disk::default()).unwrap();
    store.create(DocumentId(1), &[]).unwrap();
    store.append_then(DocumentId(1), Vec::new(), Box::new(|_| panic!("on purpose, by a test")));
    assert!(store.append(DocumentId(1), &[]).unwrap().is_complete());
}
