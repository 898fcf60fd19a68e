//! Made histories, each the worst case of somebody.

use super::{ALL_BUT_YRS, AUTOMERGE, READER, Rng, apply, line};
use crate::measure::median_ms;
use crate::peers::Peer;
use crate::table::Table;
use trace::Patch;

/// How long the common text is, in characters.
const BASE_CHARS: u32 = 100_000;
/// How many edits each of two branches has.
const BRANCH_EDITS: u32 = 10_000;
/// How many people insert one character each.
const WRITERS: u64 = 1_000;

/// Measures every line.
pub fn measure(table: &mut Table) {
    let name = "two branches of 10,000 random edits on 100,000 characters: take in the other, ms";
    line!(table, name, branches());
    let name = "1,000 one-edit writers, random places: merge one by one, ms";
    line!(table, name, slow ALL_BUT_YRS, writers(|rng| rng.below(BASE_CHARS)));
    let name = "1,000 one-edit writers, one place: merge one by one, ms";
    line!(table, name, slow ALL_BUT_YRS, writers(|_| BASE_CHARS / 2));
    let name = "10,000 random local inserts into 1,000,000 characters, ms";
    line!(table, name, slow AUTOMERGE, local());
    let name = "10,000 random remote inserts into 1,000,000 characters, one by one, ms";
    line!(table, name, slow AUTOMERGE, remote());
}

/// A document of `chars` characters, written in one transaction.
fn base<P: Peer>(chars: u32) -> P {
    let mut rng = Rng(7);
    let text: String = (0..chars).map(|_| char::from(b'a' + rng.below(26) as u8)).collect();
    let mut peer = P::new(1);
    peer.transact(&[Patch(0, 0, text)]);
    peer
}

/// One edit at random: two insertions of a character for each deletion of one.
fn edit(rng: &mut Rng, len: &mut u32) -> Patch {
    if rng.below(3) == 0 {
        *len -= 1;
        Patch(rng.below(*len), 1, String::new())
    } else {
        *len += 1;
        Patch(rng.below(*len), 0, "x".into())
    }
}

fn branches<P: Peer>(repetitions: usize) -> Option<f64> {
    let mut common = base::<P>(BASE_CHARS);
    let mut make = |writer: u64| {
        let mut branch = common.fork(writer);
        let (mut rng, mut len) = (Rng(writer), BASE_CHARS);
        for _ in 0..BRANCH_EDITS {
            branch.transact(&[edit(&mut rng, &mut len)]);
        }
        branch
    };
    let (mut here, mut there) = (make(2), make(3));
    let mark = common.mark();
    let (mine, theirs) = (here.since(&mark), there.since(&mark));
    let figure = apply(repetitions, || here.fork(READER), std::slice::from_ref(&theirs), None);
    here.apply(&theirs);
    there.apply(&mine);
    assert!(here.text() == there.text(), "both ways lead to one text");
    figure
}

fn writers<P: Peer>(repetitions: usize, place: impl Fn(&mut Rng) -> u32) -> Option<f64> {
    let mut common = base::<P>(BASE_CHARS);
    let mut rng = Rng(11);
    let messages: Vec<Vec<u8>> =
        (0..WRITERS).map(|n| common.fork(n + 2).transact_and_tell(&[Patch(place(&mut rng), 0, "x".into())])).collect();
    apply(repetitions, || common.fork(READER), &messages, None)
}

fn local<P: Peer>(repetitions: usize) -> Option<f64> {
    const CHARS: u32 = 1_000_000;
    let mut common = base::<P>(CHARS);
    let (ms, _) = median_ms(
        repetitions,
        || (common.fork(2), Rng(13)),
        |(mut peer, mut rng)| {
            for n in 0..10_000 {
                peer.transact(&[Patch(rng.below(CHARS + n), 0, "x".into())]);
            }
            peer
        },
    );
    Some(ms)
}

fn remote<P: Peer>(repetitions: usize) -> Option<f64> {
    const CHARS: u32 = 1_000_000;
    let mut common = base::<P>(CHARS);
    let mut writer = common.fork(2);
    let mut rng = Rng(13);
    let messages: Vec<Vec<u8>> =
        (0..10_000).map(|n| writer.transact_and_tell(&[Patch(rng.below(CHARS + n), 0, "x".into())])).collect();
    apply(repetitions, || common.fork(READER), &messages, Some(&writer.text()))
}
