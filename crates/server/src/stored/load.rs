//! From records to a document.

use clock::{DocumentId, ReplicaId, Seq, Span};
use codec::SigningKey;
use motet::{Image, ImageError, ImportError, Replica};
use std::collections::{BTreeMap, VecDeque};
use store::{ReadError, Record, Store};
use sync::Epoch;

/// The generation of a document that was never made anew; zero means none on the wire.
pub const EPOCH_FIRST: Epoch = 1;

/// The generation that chains are sealed under: a document that is made anew gets a new id as well.
pub(super) const CHAIN_EPOCH: u32 = 0;

/// Why a document cannot be loaded. It is never taken for an empty one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The store does not give it.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A record does not hold.
    #[error("the record {span} of document {doc} is damaged: {error}")]
    Record {
        /// Which document.
        doc: DocumentId,
        /// Which record.
        span: Span,
        /// Why.
        error: ImportError,
    },
    /// Records name others that are not there.
    #[error("document {doc} lacks actions that others follow: {wanted:?}")]
    Incomplete {
        /// Which document.
        doc: DocumentId,
        /// What is missing.
        wanted: Vec<Span>,
    },
}

impl LoadError {
    /// The stable code of the error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Read(_) => "load.read",
            Self::Record { .. } => "load.record",
            Self::Incomplete { .. } => "load.incomplete",
        }
    }
}

/// The records of one replica that wait for their turn.
struct Queue {
    replica: ReplicaId,
    records: VecDeque<Record>,
    /// Where the last one that was imported ends.
    fed: Seq,
}

/// The document in `store`, to write to as `writer` with `key`: its newest image and the records since.
/// `progress` hears of records done and all.
pub fn load(
    store: &dyn Store,
    doc: DocumentId,
    (writer, key): (ReplicaId, SigningKey),
    progress: impl FnMut(usize, usize),
) -> Result<Replica, LoadError> {
    let imaged = load_image(store, doc, (writer, key.clone()))?;
    let mut replica = imaged.unwrap_or_else(|| Replica::new(doc, CHAIN_EPOCH, writer, key));
    let records = store.read(doc, &replica.version())?;
    let refuse = |span, error| Err(LoadError::Record { doc, span, error });
    // Whose word was taken when it came is taken still.
    replica.trust_all(true);
    feed_all(&mut replica, records, progress, refuse)?;
    replica.trust_all(false);
    if replica.waiting() > 0 {
        return Err(LoadError::Incomplete { doc, wanted: replica.wanted() });
    }
    Ok(replica)
}

/// The document as its newest image has it. One that cannot be used is left alone: the records have it all.
fn load_image(
    store: &dyn Store,
    doc: DocumentId,
    writer: (ReplicaId, SigningKey),
) -> Result<Option<Replica>, LoadError> {
    let Some(snapshot) = store.snapshot_latest(doc)? else { return Ok(None) };
    let stored = store.version(doc)?;
    let opened = Image::decode(&snapshot.bytes)
        .map_err(ImageError::from)
        .and_then(|image| Replica::open_image(doc, CHAIN_EPOCH, writer, &image));
    match opened {
        Ok(replica) if stored.includes(&replica.version()) => Ok(Some(replica)),
        Ok(_) => {
            tracing::warn!(%doc, "the image has what the records have not; reading all records");
            Ok(None)
        }
        Err(error) => {
            tracing::warn!(%doc, %error, "the image is of no use; reading all records");
            Ok(None)
        }
    }
}

/// Imports records, those of each replica in order, so that few wait at a time. `progress` hears of records done and
/// all; `refuse` of what does not hold: behind that nothing more of its replica is imported.
pub(super) fn feed_all<E>(
    replica: &mut Replica,
    records: Vec<Record>,
    mut progress: impl FnMut(usize, usize),
    mut refuse: impl FnMut(Span, ImportError) -> Result<(), E>,
) -> Result<(), E> {
    let total = records.len();
    let mut queues = by_replica(records);
    let mut done = 0;
    while done < total {
        let before = done;
        for queue in &mut queues {
            done += feed(replica, queue, &mut refuse)?;
            progress(done, total);
        }
        if done == before {
            // People who wrote at once follow each other in turns: more has to wait before any can go.
            for queue in &mut queues {
                done += feed_one(replica, queue, &mut refuse)?;
            }
        }
    }
    Ok(())
}

/// Imports records of one replica as far as everything that they follow is here; how many. So few records
/// of each replica wait, however long the document is.
fn feed<E>(
    replica: &mut Replica,
    queue: &mut Queue,
    refuse: &mut impl FnMut(Span, ImportError) -> Result<(), E>,
) -> Result<usize, E> {
    let mut count = 0;
    while replica.document().log().end(queue.replica) >= queue.fed {
        match feed_one(replica, queue, refuse)? {
            0 => break,
            fed => count += fed,
        }
    }
    Ok(count)
}

/// Imports the next record of one replica, where there is one; how many were dealt with.
fn feed_one<E>(
    replica: &mut Replica,
    queue: &mut Queue,
    refuse: &mut impl FnMut(Span, ImportError) -> Result<(), E>,
) -> Result<usize, E> {
    let Some(record) = queue.records.pop_front() else { return Ok(0) };
    queue.fed = record.end;
    match replica.import(&record.bytes, None) {
        Ok(_) => Ok(1),
        Err(error) => {
            refuse(record.span(), error)?;
            Ok(1 + std::mem::take(&mut queue.records).len())
        }
    }
}

fn by_replica(records: Vec<Record>) -> Vec<Queue> {
    let mut queues: BTreeMap<ReplicaId, VecDeque<Record>> = BTreeMap::new();
    for record in records {
        queues.entry(record.replica).or_default().push_back(record);
    }
    queues.into_iter().map(|(replica, records)| Queue { replica, records, fed: 0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use motet::{ContainerId, Kind, Parcel};
    use store::MemoryStore;

    const DOC: DocumentId = DocumentId(7);

    fn member(n: u8) -> Replica {
        Replica::new(DOC, CHAIN_EPOCH, ReplicaId(n.into()), SigningKey::from_bytes(&[n; 32]))
    }

    fn say(replica: &mut Replica) -> Parcel {
        let text = ContainerId::root(Kind::Text, "text");
        replica.document_mut().edit(0, |edit| edit.insert(text, 0, "a"));
        replica.seal().expect("there is something to seal")
    }

    fn record(parcel: Parcel) -> Record {
        let span = parcel.span;
        Record { replica: span.replica, start: span.start, end: span.end, bytes: parcel.bytes }
    }

    /// Ann's side lies in one record, Bob's in many: hers follows all of his, and his follow hers.
    #[test]
    fn records_that_follow_each_other_in_turns_are_loaded() {
        let (mut ann, mut bob) = (member(1), member(2));
        let mut records = Vec::new();
        for _ in 0..6 {
            bob.import(&say(&mut ann).bytes, None).expect("it follows what is there");
            let answer = say(&mut bob);
            ann.import(&answer.bytes, None).expect("it follows what is there");
            records.push(record(answer));
        }
        let own = ann.export(&[Span::new(ReplicaId(1), 0, 6)], usize::MAX);
        assert!(own.len() < 6, "signatures were thinned out");
        records.extend(own.into_iter().map(record));
        let store = MemoryStore::new();
        store.create(DOC, &[]).expect("nothing has that name");
        store.append(DOC, &records).expect("memory does not fail");
        let loaded = load(&store, DOC, (ReplicaId(3), SigningKey::from_bytes(&[3; 32])), |_, _| ());
        assert_eq!(loaded.map(|replica| replica.version().len()).map_err(|error| error.to_string()), Ok(2));
    }
}
