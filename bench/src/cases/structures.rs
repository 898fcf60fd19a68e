//! Maps, movable lists, movable trees, counters, rich texts and files.

mod files;
mod rich;

use super::{READER, Rng, YRS, kept, line};
use crate::measure::median_ms;
use crate::peers::{Change, Shape, Structures};
use crate::table::Table;
use std::collections::BTreeMap;
use std::hint::black_box;

/// What happens in one structure.
struct History {
    name: &'static str,
    /// Who takes many seconds to make it in one action.
    slow: &'static [&'static str],
    shape: Shape,
    /// What is there before, made in one transaction.
    base: Vec<Change>,
    changes: Vec<Change>,
    /// What shows at the end.
    end: Vec<i64>,
}

/// Measures every line.
pub fn measure(table: &mut Table) {
    for make in [map, random_inserts, appends, moves, writes, tree, counter, rich::styles, rich::mixed] {
        lines(table, &make());
    }
    let name = "tree: two who moved 10,000 of 10,000 nodes: take in the other, ms";
    line!(table, name, branches());
    files::measure(table);
}

fn lines(table: &mut Table, history: &History) {
    let name = |what: &str| format!("{}: {what}", history.name);
    line!(table, name("local, an action each, ms"), local(history, true));
    line!(table, name("local, one action, ms"), slow history.slow, local(history, false));
    line!(table, name("encode all, ms"), encode(history));
    line!(table, name("size with history, kB"), size(history));
    line!(table, name("take all in and read it, ms"), apply(history));
    line!(table, name("open a file and read it, ms"), load(history));
    line!(table, name("read it, ms"), read(history));
    line!(table, name("memory kept after making it, MiB"), memory(history));
    line!(table, name("memory kept after taking all in, MiB"), memory_loaded(history));
}

/// A document in which a history happened; none where the engine has no such thing.
fn played<P: Structures>(history: &History) -> Option<P> {
    let mut peer = P::new(1);
    (peer.play(&history.base, false) && peer.play(&history.changes, true)).then_some(peer)
}

fn local<P: Structures>(repetitions: usize, history: &History, is_each: bool) -> Option<f64> {
    let base = || {
        let mut peer = P::new(1);
        let can = peer.play(&history.base, false);
        (peer, can)
    };
    let (ms, (mut peer, can)) = median_ms(repetitions, base, |(mut peer, can)| {
        let can = can && peer.play(&history.changes, is_each);
        (peer, can)
    });
    if can {
        assert!(peer.shown(history.shape) == history.end, "the history ends otherwise");
    }
    can.then_some(ms)
}

fn encode<P: Structures>(repetitions: usize, history: &History) -> Option<f64> {
    let mut peer = played::<P>(history)?;
    Some(median_ms(repetitions, || (), |()| black_box(peer.whole())).0)
}

fn size<P: Structures>(_: usize, history: &History) -> Option<f64> {
    Some(played::<P>(history)?.whole().len() as f64 / 1000.0)
}

fn apply<P: Structures>(repetitions: usize, history: &History) -> Option<f64> {
    let message = played::<P>(history)?.whole();
    let take_in = |()| {
        let mut peer = P::new(READER);
        peer.apply(&message);
        (peer.shown(history.shape), peer)
    };
    let (ms, (shown, _)) = median_ms(repetitions, || (), take_in);
    assert!(shown == history.end, "the message leads elsewhere");
    Some(ms)
}

fn load<P: Structures>(repetitions: usize, history: &History) -> Option<f64> {
    let saved = played::<P>(history)?.save();
    let open = |()| {
        let mut peer = P::load(&saved, READER);
        (peer.shown(history.shape), peer)
    };
    let (ms, (shown, _)) = median_ms(repetitions, || (), open);
    assert!(shown == history.end, "the file holds something else");
    Some(ms)
}

fn read<P: Structures>(repetitions: usize, history: &History) -> Option<f64> {
    let mut peer = played::<P>(history)?;
    Some(median_ms(repetitions, || (), |()| black_box(peer.shown(history.shape))).0)
}

fn memory<P: Structures>(_: usize, history: &History) -> Option<f64> {
    let mut can = false;
    let kept = kept(|| {
        let peer = played::<P>(history);
        can = peer.is_some();
        peer
    });
    can.then_some(kept)
}

fn memory_loaded<P: Structures>(_: usize, history: &History) -> Option<f64> {
    let message = played::<P>(history)?.whole();
    Some(kept(|| {
        let mut peer = P::new(READER);
        peer.apply(&message);
        peer
    }))
}

/// What it takes to merge as many moves as one has made oneself, of which some close cycles together.
fn branches<P: Structures>(repetitions: usize) -> Option<f64> {
    let history = tree();
    let mut common = P::new(1);
    if !common.play(&history.base, false) {
        return None;
    }
    let mut make = |writer: u64| {
        let mut branch = common.fork(writer);
        branch.play(&hangs(&mut Rng(writer)), true);
        branch
    };
    let (mut here, mut there) = (make(2), make(3));
    let mark = common.mark();
    let (mine, theirs) = (here.since(&mark), there.since(&mark));
    let (ms, _) = median_ms(
        repetitions,
        || here.fork(READER),
        |mut peer| {
            peer.apply(&theirs);
            peer
        },
    );
    here.apply(&theirs);
    there.apply(&mine);
    assert!(here.shown(Shape::Tree) == there.shown(Shape::Tree), "both ways lead to one tree");
    Some(ms)
}

/// Values that were written somewhere.
fn value(rng: &mut Rng) -> i64 {
    rng.below(1_000_000).into()
}

fn map() -> History {
    let mut rng = Rng(17);
    let (mut changes, mut end) = (Vec::new(), BTreeMap::new());
    for _ in 0..100_000 {
        let (key, value) = (format!("key{}", rng.below(1_000)), value(&mut rng));
        end.insert(key.clone(), value);
        changes.push(Change::Set(key, value));
    }
    let name = "map, 100,000 writes of 1,000 keys";
    History { name, slow: &[], shape: Shape::Map, base: Vec::new(), changes, end: end.into_values().collect() }
}

fn inserts(count: u32, rng: &mut Rng, place: impl Fn(&mut Rng, u32) -> u32) -> (Vec<Change>, Vec<i64>) {
    let (mut changes, mut end) = (Vec::new(), Vec::new());
    for len in 0..count {
        let (at, value) = (place(rng, len) as usize, value(rng));
        end.insert(at, value);
        changes.push(Change::Insert(at, value));
    }
    (changes, end)
}

fn random_inserts() -> History {
    let (changes, end) = inserts(20_000, &mut Rng(19), |rng, len| rng.below(len + 1));
    let name = "list, 20,000 items put in at random places";
    History { name, slow: &[], shape: Shape::List, base: Vec::new(), changes, end }
}

fn appends() -> History {
    let (changes, end) = inserts(100_000, &mut Rng(23), |_, len| len);
    History { name: "list, 100,000 items appended", slow: YRS, shape: Shape::List, base: Vec::new(), changes, end }
}

fn moves() -> History {
    let mut rng = Rng(29);
    let (base, mut end) = inserts(10_000, &mut rng, |_, len| len);
    let change = |_| {
        let (from, to) = (rng.below(10_000) as usize, rng.below(10_000) as usize);
        let value = end.remove(from);
        end.insert(to, value);
        Change::Move(from, to)
    };
    let changes = (0..10_000).map(change).collect();
    History { name: "list, 10,000 moves of 10,000 items", slow: &[], shape: Shape::List, base, changes, end }
}

fn writes() -> History {
    let mut rng = Rng(31);
    let (base, mut end) = inserts(10_000, &mut rng, |_, len| len);
    let change = |_| {
        let (at, value) = (rng.below(10_000) as usize, value(&mut rng));
        end[at] = value;
        Change::Write(at, value)
    };
    let changes = (0..10_000).map(change).collect();
    History { name: "list, 10,000 writes of 10,000 items", slow: &[], shape: Shape::List, base, changes, end }
}

/// How many nodes there are.
const NODES: u32 = 10_000;

/// Moves of random nodes under random others.
fn hangs(rng: &mut Rng) -> Vec<Change> {
    let hang = |_| Change::Hang(rng.below(NODES) as usize, Some(rng.below(NODES) as usize), rng.below(4) as usize);
    (0..10_000).map(hang).collect()
}

fn tree() -> History {
    let mut rng = Rng(37);
    let mut parent = |node: u32| (node > 0).then(|| rng.below(node) as usize);
    let base: Vec<Change> = (0..NODES).map(|node| Change::Create(parent(node))).collect();
    let changes = hangs(&mut rng);
    let mut outline = Outline::default();
    base.iter().chain(&changes).for_each(|change| outline.make(change));
    History {
        name: "tree, 10,000 moves of 10,000 nodes",
        slow: &[],
        shape: Shape::Tree,
        end: outline.depths(),
        base,
        changes,
    }
}

/// A tree, the simplest way.
#[derive(Default)]
struct Outline {
    top: Vec<usize>,
    parents: Vec<Option<usize>>,
    children: Vec<Vec<usize>>,
}

impl Outline {
    fn below(&mut self, parent: Option<usize>) -> &mut Vec<usize> {
        parent.map_or(&mut self.top, |parent| &mut self.children[parent])
    }

    fn make(&mut self, change: &Change) {
        match *change {
            Change::Create(parent) => {
                let node = self.parents.len();
                self.parents.push(parent);
                self.children.push(Vec::new());
                self.below(parent).push(node);
            }
            Change::Hang(node, parent, at) => {
                if std::iter::successors(parent, |&above| self.parents[above]).any(|above| above == node) {
                    return;
                }
                let before = std::mem::replace(&mut self.parents[node], parent);
                self.below(before).retain(|&child| child != node);
                let siblings = self.below(parent);
                siblings.insert(at.min(siblings.len()), node);
            }
            _ => unreachable!("a change of a tree"),
        }
    }

    fn depths(&self) -> Vec<i64> {
        let mut open: Vec<(i64, usize)> = self.top.iter().rev().map(|&node| (0, node)).collect();
        let mut depths = Vec::new();
        while let Some((depth, node)) = open.pop() {
            depths.push(depth);
            open.extend(self.children[node].iter().rev().map(|&child| (depth + 1, child)));
        }
        depths
    }
}

fn counter() -> History {
    let mut rng = Rng(41);
    let amounts: Vec<i64> = (0..100_000).map(|_| i64::from(rng.below(2_000)) - 1_000).collect();
    let end = vec![amounts.iter().sum()];
    let changes = amounts.into_iter().map(Change::Add).collect();
    History { name: "counter, 100,000 additions", slow: &[], shape: Shape::Counter, base: Vec::new(), changes, end }
}
