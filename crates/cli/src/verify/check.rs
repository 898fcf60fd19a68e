//! One document of a store, record by record.

use motet::{Document, Replica, ReplicaId, Seq, SigningKey};
use serde_json::{Value, json};
use server::{DocumentInfo, StoredHub, text_container};
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use store::Record;

/// What was found about one document.
pub struct Report {
    /// Its id.
    id: String,
    /// What it is called.
    name: String,
    /// How many records there are.
    pub records: usize,
    /// How many elements came out of them.
    pub elements: u64,
    /// What does not hold.
    pub damages: Vec<String>,
}

impl Report {
    /// Nothing found yet.
    pub fn of(info: &DocumentInfo) -> Self {
        Self { id: info.id.to_string(), name: info.name.clone(), records: 0, elements: 0, damages: Vec::new() }
    }

    /// For programs.
    pub fn json(&self) -> Value {
        json!({
            "id": self.id, "name": self.name, "sound": self.damages.is_empty(),
            "records": self.records, "elements": self.elements, "damages": self.damages,
        })
    }

    /// For people.
    pub fn words(&self) -> String {
        let state = if self.damages.is_empty() { "sound" } else { "DAMAGED" };
        let mut out = format!("{state:<7}  {}  {}, {} elements\n", self.id, self.name, self.elements);
        self.damages.iter().for_each(|damage| out.push_str(&format!("         {damage}\n")));
        out
    }
}

/// The records of one replica that were not looked at yet.
struct Queue {
    replica: ReplicaId,
    records: VecDeque<Record>,
    /// Where the last one that was taken in ends.
    fed: Seq,
}

/// Checks the document `info` of `hub`. `progress` hears of records done and all.
pub fn check(hub: &StoredHub, info: &DocumentInfo, progress: impl FnMut(u64, u64)) -> Report {
    let mut report = Report::of(info);
    let all = catch_unwind(AssertUnwindSafe(|| check_all(hub, info, &mut report, progress)));
    if let Err(panic) = all {
        report.damages.push(format!("it cannot be read through: {}", message(&*panic)));
    }
    report
}

fn check_all(hub: &StoredHub, info: &DocumentInfo, report: &mut Report, mut progress: impl FnMut(u64, u64)) {
    let store = hub.store();
    let (records, version) = match (store.read(info.id, &motet::VersionVector::new()), store.version(info.id)) {
        (Ok(records), Ok(version)) => (records, version),
        (Err(error), _) | (_, Err(error)) => return report.damages.push(error.to_string()),
    };
    report.records = records.len();
    let total = records.len() as u64;
    let mut replica = Replica::new(info.id, 0, ReplicaId(0), SigningKey::from_bytes(&[0; 32]));
    // Whose word was taken when it came is taken still.
    replica.trust_all(true);
    let mut queues = by_replica(records);
    let mut done = 0;
    while done < total {
        let before = done;
        for queue in &mut queues {
            // As far as everything that is followed is here, so that little waits.
            while !queue.records.is_empty() && replica.document().log().end(queue.replica) >= queue.fed {
                done += take(&mut replica, queue, report);
                progress(done, total);
            }
        }
        if done == before {
            queues.iter_mut().for_each(|queue| done += take(&mut replica, queue, report));
        }
    }
    let rebuilt = replica.version();
    report.elements = rebuilt.iter().map(|(_, end)| u64::from(end)).sum();
    if replica.waiting() > 0 {
        let wanted: Vec<String> = replica.wanted().iter().map(ToString::to_string).collect();
        report.damages.push(format!("actions that others follow are missing: {}", wanted.join(" ")));
    }
    for lost in version.missing_from(&rebuilt) {
        report.damages.push(format!("{lost} is stored and cannot be rebuilt"));
    }
    report.damages.extend(rebuilds(replica.document()));
    if report.damages.is_empty() {
        report.damages.extend(loads(hub, info, &replica));
    }
}

/// Takes in the next record of a queue; how many were dealt with. Behind one that does not hold nothing of
/// its replica can be taken in: the rest is only read.
fn take(replica: &mut Replica, queue: &mut Queue, report: &mut Report) -> u64 {
    let Some(record) = queue.records.pop_front() else { return 0 };
    let span = record.span();
    queue.fed = record.end;
    let problem = match motet::parcel_span(&record.bytes) {
        Ok(held) if held != span => Some(format!("it holds {held}")),
        Ok(_) => replica.import(&record.bytes, None).err().map(|error| error.to_string()),
        Err(error) => Some(error.to_string()),
    };
    let Some(problem) = problem else { return 1 };
    report.damages.push(format!("record {span}: {problem}"));
    let rest: Vec<Record> = queue.records.drain(..).collect();
    for record in &rest {
        match motet::parcel_span(&record.bytes) {
            Ok(held) if held == record.span() => {}
            Ok(held) => report.damages.push(format!("record {}: it holds {held}", record.span())),
            Err(error) => report.damages.push(format!("record {}: {error}", record.span())),
        }
    }
    1 + rest.len() as u64
}

fn by_replica(records: Vec<Record>) -> Vec<Queue> {
    let mut queues: BTreeMap<ReplicaId, VecDeque<Record>> = BTreeMap::new();
    for record in records {
        queues.entry(record.replica).or_default().push_back(record);
    }
    queues.into_iter().map(|(replica, records)| Queue { replica, records, fed: 0 }).collect()
}

/// Why a document in memory does not hold, if it does not: its invariants, and the text found in another way.
pub fn rebuilds(document: &Document) -> Option<String> {
    let checked = catch_unwind(AssertUnwindSafe(|| {
        document.check_invariants();
        document.text_at(text_container(), &document.version()) == document.text(text_container())
    }));
    match checked {
        Ok(true) => None,
        Ok(false) => Some("the text of its history is not the text that is shown".into()),
        Err(panic) => Some(format!("what comes out of its records does not hold: {}", message(&*panic))),
    }
}

/// Why a server would not load it, or load something else.
fn loads(hub: &StoredHub, info: &DocumentInfo, replica: &Replica) -> Option<String> {
    match hub.load(info.id, |_, _| {}) {
        Err(error) => Some(error.to_string()),
        Ok(loaded) => {
            let loaded = loaded.replica();
            let is_same = loaded.version() == replica.version()
                && loaded.log_hash() == replica.log_hash()
                && loaded.document().text(text_container()) == replica.document().text(text_container());
            (!is_same).then(|| "a server loads something else than its records say".into())
        }
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use server::DocumentType;
    use server::{Hub, HubDocument};
    use std::sync::Arc;
    use store::{MemoryStore, Store};

    /// A store with a document of three records of one author and one of another that follows them.
    fn records() -> (DocumentInfo, Vec<Record>) {
        let store = Arc::new(MemoryStore::default());
        let hub =
            |writer: u8| StoredHub::new(store.clone(), SigningKey::from_bytes(&[writer; 32]), ReplicaId(writer.into()));
        let info = hub(1).create("Notes", DocumentType::Text).unwrap();
        for (writer, text) in [(1, "one"), (1, "two"), (1, "three"), (2, "four")] {
            let mut document = hub(writer).load(info.id, |_, _| {}).unwrap();
            document.put_text(None, text).unwrap();
            document.sync().unwrap();
        }
        let records = store.read(info.id, &motet::VersionVector::new()).unwrap();
        assert_eq!(records.len(), 4);
        (info, records)
    }

    fn damages(info: &DocumentInfo, records: &[Record]) -> Vec<String> {
        let store = Arc::new(MemoryStore::default());
        let hub = StoredHub::new(store.clone(), SigningKey::from_bytes(&[0; 32]), ReplicaId(0));
        hub.create_as(info.id, 1, &info.name).unwrap();
        store.append(info.id, records).unwrap();
        check(&hub, info, |_, _| {}).damages
    }

    #[test]
    fn every_damaged_record_is_named() {
        let (info, records) = records();
        assert_eq!(damages(&info, &records), Vec::<String>::new());
        for at in 0..records.len() {
            for byte in 0..records[at].bytes.len() {
                let mut bad = records.clone();
                bad[at].bytes[byte] ^= 4;
                let found = damages(&info, &bad);
                let name = format!("{}", records[at].span());
                assert!(found.iter().any(|damage| damage.contains(&name)), "byte {byte} of {name}: {found:?}");
            }
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let (info, records) = records();
        let found = damages(&info, &records[3..]);
        assert!(found[0].contains("are missing: 0..") && found[0].contains("@1"), "{found:?}");
        let mut swapped = records.clone();
        let bytes = swapped[2].bytes.clone();
        swapped[1].bytes = bytes;
        assert!(damages(&info, &swapped)[0].contains("it holds"), "{swapped:?}");
    }

    #[test]
    fn damage_behind_damage_is_named_too() {
        let (info, mut records) = records();
        for record in &mut records[..2] {
            record.bytes.truncate(5);
        }
        let found = damages(&info, &records);
        for record in &records[..2] {
            assert!(found.iter().any(|damage| damage.starts_with(&format!("record {}", record.span()))), "{found:?}");
        }
    }
}
