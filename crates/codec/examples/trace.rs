//! Sizes and times of a real editing history: `cargo run --release -p codec --example trace [TRACE]`.
//!
//! The trace is looked for in `$MOTET_CORPUS/traces`, or in `../shared/corpus/traces`.

use clock::{DocumentId, Id, ReplicaId, Span};
use codec::block::{PartRef, decode, encode, verify_chain};
use codec::{Boundaries, Frame, Origin, SigningKey};
use log::{ContainerId, Header, Kind, MultiLog, OpRef};
use std::io::Read;
use std::time::{Duration, Instant};

fn main() {
    let name = std::env::args().nth(1).unwrap_or_else(|| "seq_automerge-paper".into());
    let corpus = std::env::var("MOTET_CORPUS").unwrap_or_else(|_| "../shared/corpus".into());
    let file = std::fs::File::open(format!("{corpus}/traces/{name}.json.gz")).expect("a trace");
    let mut json = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut json).expect("gzip");
    let trace: serde_json::Value = serde_json::from_str(&json).expect("json");
    let log = replay(&trace);
    let log = log.log(ANN).expect("written");
    println!(
        "{name}: {} runs of actions, {} runs of ops, {} bytes of text",
        log.headers.len(),
        log.ops.len(),
        log.text().len()
    );

    let key = SigningKey::from_bytes(&[1; 32]);
    let origin = Origin { document: DocumentId(1), epoch: 0, replica: ANN, author: key.author() };
    let Origin { document, epoch, replica, author } = origin;
    let mut head = origin.head();
    let mut boundaries = Boundaries::new();
    let mut frame_bytes = 0;
    let begin = Instant::now();
    for action in log.actions_in(0..log.end()) {
        let end = action.span().end;
        let bytes = codec::encode_frame(replica, author, head.end, &[action]).expect("valid");
        frame_bytes += bytes.len();
        boundaries.push(1);
        head.hash = codec::hash_after(head.hash, &bytes);
        head.end = end;
    }
    head.signature = Some(key.sign(head.hash));
    println!(
        "frames of one action: {} bytes each, {:?} in all",
        frame_bytes as u32 / log.end().max(1),
        begin.elapsed()
    );

    let part = PartRef::whole(log, author, boundaries, Some(head));
    let block = encode(std::slice::from_ref(&part), &[]).expect("valid");
    println!("block: {} bytes", block.len());
    for (id, stored, len) in codec::block::sizes(&block).expect("a block") {
        println!("  column {id:2}: {stored:7} bytes, {len:7} inflated");
    }
    println!("encode {:?}", best(|| drop(encode(std::slice::from_ref(&part), &[]))));
    println!("decode {:?}", best(|| drop(decode(&block))));
    let decoded = decode(&block).expect("valid");
    assert_eq!(decoded.parts[0].log, *log);
    let begin = Instant::now();
    assert_eq!(verify_chain(&decoded.parts[0], &origin.head()), Ok(head));
    println!("verify chain {:?}", begin.elapsed());

    let action = log.actions_in(log.end() - 1..log.end()).next().expect("written");
    let frame =
        Frame { document, epoch, replica, author, start: action.id.seq, prev: head.hash, actions: vec![action] };
    println!("last action as a live frame: {} bytes", codec::seal(&frame, &key).expect("valid").bytes.len());
}

const ANN: ReplicaId = ReplicaId(0x1234_5678_9abc_def0);

fn best(mut run: impl FnMut()) -> Duration {
    let time = |run: &mut dyn FnMut()| {
        let begin = Instant::now();
        run();
        begin.elapsed()
    };
    (0..15).map(|_| time(&mut run)).min().expect("some")
}

/// An action for each transaction.
fn replay(trace: &serde_json::Value) -> MultiLog {
    let mut log = MultiLog::new();
    let mut text = Sequence::default();
    let container = ContainerId::root(Kind::Text, "text");
    for txn in trace["txns"].as_array().expect("transactions") {
        for patch in txn["patches"].as_array().expect("patches") {
            let at = patch[0].as_u64().expect("a position") as usize;
            for _ in 0..patch[1].as_u64().expect("a count") {
                let id = Id::new(ANN, text.delete(at));
                log.push(ANN, OpRef::Delete { container, target: Span::of(id), backward: false });
            }
            let inserted = patch[2].as_str().expect("text");
            if !inserted.is_empty() {
                let (left, right, slot) = text.neighbours(at);
                let (left, right) = (left.map(|seq| Id::new(ANN, seq)), right.map(|seq| Id::new(ANN, seq)));
                let span = log.push(ANN, OpRef::Insert { container, left, right, text: inserted });
                text.insert(slot, span);
            }
        }
        let time = seconds(txn["time"].as_str().unwrap_or_default());
        log.commit(ANN, Header { time, ..Header::default() });
    }
    log
}

/// Seconds since 1970 of a time like 2021-04-19T06:06:58.219Z, near enough for a measurement.
fn seconds(time: &str) -> i64 {
    let part = |range: std::ops::Range<usize>| time.get(range).and_then(|part| part.parse::<i64>().ok()).unwrap_or(0);
    let days = (part(0..4) - 1970) * 365 + (part(5..7) - 1) * 30 + part(8..10);
    ((days * 24 + part(11..13)) * 60 + part(14..16)) * 60 + part(17..19)
}

/// Elements, dead or alive, in chunks.
#[derive(Default)]
struct Sequence {
    chunks: Vec<(usize, Vec<(u32, bool)>)>,
}

impl Sequence {
    /// The chunk of the `at`-th visible element, and its place there.
    fn find(&self, mut at: usize) -> Option<(usize, usize)> {
        for (chunk, (visible, elements)) in self.chunks.iter().enumerate() {
            if at < *visible {
                let mut alive = elements.iter().enumerate().filter(|(_, element)| element.1);
                return alive.nth(at).map(|(place, _)| (chunk, place));
            }
            at -= visible;
        }
        None
    }

    fn delete(&mut self, at: usize) -> u32 {
        let (chunk, place) = self.find(at).expect("within the text");
        self.chunks[chunk].0 -= 1;
        self.chunks[chunk].1[place].1 = false;
        self.chunks[chunk].1[place].0
    }

    fn neighbours(&self, at: usize) -> (Option<u32>, Option<u32>, (usize, usize)) {
        let (left, slot) = match at.checked_sub(1).and_then(|left| self.find(left)) {
            Some((chunk, place)) => (Some(self.chunks[chunk].1[place].0), (chunk, place + 1)),
            None => (None, (0, 0)),
        };
        let here = self.chunks.get(slot.0).and_then(|(_, elements)| elements.get(slot.1));
        let right = here.or_else(|| self.chunks.get(slot.0 + 1).and_then(|(_, elements)| elements.first()));
        (left, right.map(|element| element.0), slot)
    }

    fn insert(&mut self, (chunk, place): (usize, usize), span: Span) {
        if self.chunks.is_empty() {
            self.chunks.push((0, Vec::new()));
        }
        let (visible, elements) = &mut self.chunks[chunk];
        elements.splice(place..place, (span.start..span.end).map(|seq| (seq, true)));
        *visible += span.len() as usize;
        if elements.len() > 1024 {
            let tail = elements.split_off(elements.len() / 2);
            let alive = tail.iter().filter(|element| element.1).count();
            *visible -= alive;
            self.chunks.insert(chunk + 1, (alive, tail));
        }
    }
}
