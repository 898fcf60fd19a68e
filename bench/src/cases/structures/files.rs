//! Files in a document, of bytes that nothing makes shorter.

use super::super::{READER, Rng, kept, line};
use crate::measure::median_ms;
use crate::peers::Files;
use crate::table::Table;
use std::hint::black_box;

const COUNT: usize = 100;
const BYTES: usize = 100_000;

/// Measures every line.
pub fn measure(table: &mut Table) {
    let files = files();
    let name = |what: &str| format!("files, {COUNT} of {} kB put in: {what}", BYTES / 1000);
    line!(table, name("local, an action each, ms"), local(&files));
    line!(table, name("all for another, ms"), all(&files));
    line!(table, name("size of that, kB"), size(&files));
    line!(table, name("take all in and read one, ms"), take_in(&files));
    line!(table, name("memory kept after taking all in, MiB"), memory(&files));
}

fn files() -> Vec<Vec<u8>> {
    let mut rng = Rng(9);
    (0..COUNT).map(|_| (0..BYTES).map(|_| rng.below(256) as u8).collect()).collect()
}

/// A document with files; none where the engine has no place for them.
fn filled<P: Files>(files: &[Vec<u8>]) -> Option<P> {
    let mut peer = P::new(1);
    files.iter().enumerate().all(|(at, bytes)| peer.put(&name_of(at), bytes)).then_some(peer)
}

fn name_of(at: usize) -> String {
    format!("file {at}")
}

fn local<P: Files>(repetitions: usize, files: &[Vec<u8>]) -> Option<f64> {
    let (ms, peer) = median_ms(repetitions, || (), |()| filled::<P>(files));
    peer.map(|_| ms)
}

fn all<P: Files>(repetitions: usize, files: &[Vec<u8>]) -> Option<f64> {
    let mut peer = filled::<P>(files)?;
    Some(median_ms(repetitions, || (), |()| black_box(peer.all())).0)
}

fn size<P: Files>(_: usize, files: &[Vec<u8>]) -> Option<f64> {
    Some(filled::<P>(files)?.all().len() as f64 / 1000.0)
}

fn take_in<P: Files>(repetitions: usize, files: &[Vec<u8>]) -> Option<f64> {
    let message = filled::<P>(files)?.all();
    let last = files.len() - 1;
    let take = |()| {
        let mut peer = P::new(READER);
        peer.take_all(&message);
        (peer.file(&name_of(last)), peer)
    };
    let (ms, (file, _)) = median_ms(repetitions, || (), take);
    assert!(file.as_ref() == Some(&files[last]), "the message holds something else");
    Some(ms)
}

fn memory<P: Files>(_: usize, files: &[Vec<u8>]) -> Option<f64> {
    let message = filled::<P>(files)?.all();
    Some(kept(|| {
        let mut peer = P::new(READER);
        peer.take_all(&message);
        peer
    }))
}
