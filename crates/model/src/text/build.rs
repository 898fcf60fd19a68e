//! A text from everything that ever happened to it, at once.
//!
//! The order is that of a tree (see [`super`]), so whoever knows all insertions needs no positions: the
//! tree is put together from what each insertion names, and read off from left to right. It takes about
//! as long as reading the insertions does, however they are tangled.
//!
//! ```text
//! insertions ──► which run holds each neighbour ──► children by place ──► walk ──► runs, leaf by leaf
//! deletions  ──► changes by place ───────────────────────────────────────┘
//! ```

use super::Text;
use super::index::Index;
use super::tree::{Elem, RUN_LEN_MAX, Run, TreeBuilder};
use clock::{Id, ReplicaId, Seq, Span};
use std::ops::Range;

/// Everything that happened to a text, to be built at once.
#[derive(Clone, Debug, Default)]
pub struct TextBuilder<'a> {
    /// Ascending by id.
    insertions: Vec<Insertion<'a>>,
    /// The replicas that inserted, ascending, each with the number of its first insertion.
    replicas: Vec<(ReplicaId, usize)>,
    /// What is said of elements, in any order.
    changes: Vec<(Span, Change)>,
}

#[derive(Clone, Copy, Debug)]
struct Insertion<'a> {
    first: Elem,
    len: u32,
    left: Option<Id>,
    right: Option<Id>,
    text: &'a str,
}

/// What can be said of elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    /// Their insertion is not active.
    Hide,
    /// An active deletion covers them.
    Delete,
}

impl<'a> TextBuilder<'a> {
    /// Nothing happened yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in an insertion between `left` and `right`, its first character being `first`, of which
    /// `inactive` are not active. Insertions come ascending by id.
    pub fn insert(&mut self, first: Id, (left, right): (Option<Id>, Option<Id>), text: &'a str, inactive: &[Span]) {
        if self.replicas.last().is_none_or(|(last, _)| *last != first.replica) {
            assert!(self.replicas.last().is_none_or(|(last, _)| *last < first.replica), "insertions ascend by id");
            self.replicas.push((first.replica, self.insertions.len()));
        }
        let first = Elem { replica: self.replicas.len() as u32 - 1, seq: first.seq };
        let len = if text.is_ascii() { text.len() } else { text.chars().count() } as u32;
        self.insertions.push(Insertion { first, len, left, right, text });
        self.changes.extend(inactive.iter().map(|&span| (span, Change::Hide)));
    }

    /// Takes in the deletion of `target` by counters from `id` on, upward or `backward`, of which `inactive`
    /// are not active.
    pub fn delete(&mut self, id: Id, target: Span, backward: bool, inactive: &[Span]) {
        let mut at = 0;
        let gaps = inactive.iter().map(|gap| (gap.start - id.seq, gap.end - id.seq));
        for (gap, behind) in gaps.chain([(target.len(), target.len())]) {
            if at < gap {
                let (from, to) = if backward { (target.len() - gap, target.len() - at) } else { (at, gap) };
                let part = Span::new(target.replica, target.start + from, target.start + to);
                self.changes.push((part, Change::Delete));
            }
            at = behind;
        }
    }

    /// The text.
    pub fn build(self) -> Text {
        let finder = Finder::new(&self);
        let links = Links::new(&self, &finder);
        let mut built = Built {
            placed: Vec::with_capacity(self.insertions.len() * 2),
            buffer: String::with_capacity(self.insertions.iter().map(|insertion| insertion.text.len()).sum()),
            tree: TreeBuilder::new(),
        };
        Walk::new(&self, &finder, |insertion, run, text| built.push(insertion, run, text)).run(&links);
        let Built { placed, buffer, tree } = built;
        let indexes = self.indexes(placed, &links.origins);
        Text {
            tree: tree.finish(&buffer),
            buffer,
            numbers: self.replicas.iter().enumerate().map(|(number, (id, _))| (*id, number as u32)).collect(),
            replicas: self.replicas.iter().map(|(id, _)| *id).collect(),
            indexes,
            ..Text::new()
        }
    }

    /// What is visible; `None` where an insertion names a neighbour that is not here, for then more is
    /// needed to know where it belongs.
    pub fn read(self) -> Option<String> {
        let finder = Finder::new(&self);
        let links = Links::new(&self, &finder);
        if self.insertions.iter().zip(&links.origins).any(|(insertion, (left, right))| {
            insertion.left.is_some() != left.is_some() || insertion.right.is_some() != right.is_some()
        }) {
            return None;
        }
        let mut shown = String::new();
        let show = |_, run: Run, text: &str| {
            if run.is_visible() {
                shown.push_str(text)
            }
        };
        Walk::new(&self, &finder, show).run(&links);
        Some(shown)
    }

    /// The insertions of replica `number`.
    fn insertions_of(&self, number: usize) -> Range<usize> {
        let end = self.replicas.get(number + 1).map_or(self.insertions.len(), |(_, start)| *start);
        self.replicas[number].1..end
    }

    fn indexes(&self, placed: Vec<Placed>, origins: &Origins) -> Vec<Index> {
        let placed = Buckets::new(self.insertions.len(), placed.iter().map(|placed| (placed.insertion, *placed)));
        let elem = |place: Place| self.insertions[place.insertion as usize].first.plus(place.offset);
        (0..self.replicas.len())
            .map(|number| {
                let insertions = self.insertions_of(number);
                let leaves = insertions.clone().flat_map(|at| placed.of(at)).map(|placed| (placed.seq, placed.leaf));
                let mut index = Index::of_leaves(leaves);
                for at in insertions {
                    let (left, right) = origins[at];
                    index.note_origins(number as u32, self.insertions[at].first.seq, left.map(elem), right.map(elem));
                }
                index
            })
            .collect()
    }
}

/// Things by the number of what they belong to; those of one in the order given.
struct Buckets<T> {
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T: Copy> Buckets<T> {
    fn new(count: usize, items: impl Iterator<Item = (u32, T)> + Clone) -> Self {
        let mut starts = vec![0_u32; count + 1];
        let mut first = None;
        for (bucket, item) in items.clone() {
            starts[bucket as usize] += 1;
            first = Some(item);
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += std::mem::replace(start, sum);
        }
        let Some(first) = first else { return Self { starts, items: Vec::new() } };
        let (mut next, mut sorted) = (starts.clone(), vec![first; sum as usize]);
        for (bucket, item) in items {
            let at = &mut next[bucket as usize];
            sorted[*at as usize] = item;
            *at += 1;
        }
        Self { starts, items: sorted }
    }

    fn range(&self, bucket: usize) -> Range<usize> {
        self.starts[bucket] as usize..self.starts[bucket + 1] as usize
    }

    fn of(&self, bucket: usize) -> impl Iterator<Item = T> + '_ {
        self.items[self.range(bucket)].iter().copied()
    }

    fn sort(&mut self)
    where
        T: Ord,
    {
        for bucket in 0..self.starts.len() - 1 {
            let range = self.range(bucket);
            if range.len() > 1 {
                self.items[range].sort_unstable();
            }
        }
    }
}

/// An element: one of an insertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    insertion: u32,
    offset: u32,
}

/// Finds which insertion an element belongs to, by a table of about as many entries as insertions.
struct Finder<'b> {
    builder: &'b TextBuilder<'b>,
    tables: Vec<Table>,
}

struct Table {
    /// The first counter.
    base: Seq,
    /// One past the last.
    end: Seq,
    /// How many bits of a counter, less the base, one entry stands for.
    shift: u32,
    /// For each entry the first insertion that ends behind the beginning of what it stands for; then the
    /// last insertion.
    first: Vec<u32>,
}

impl<'b> Finder<'b> {
    fn new(builder: &'b TextBuilder<'b>) -> Self {
        let tables = (0..builder.replicas.len()).map(|number| {
            let range = builder.insertions_of(number);
            let (from, to) = (&builder.insertions[range.start], &builder.insertions[range.end - 1]);
            let (base, end) = (from.first.seq, to.first.seq + to.len);
            let shift = ((end - base) / range.len() as u32).checked_ilog2().unwrap_or(0);
            let mut first = Vec::with_capacity(((end - base) >> shift) as usize + 1);
            for (at, insertion) in builder.insertions[range.clone()].iter().enumerate() {
                let last = (insertion.first.seq + insertion.len - 1 - base) >> shift;
                first.resize(first.len().max(last as usize + 1), (range.start + at) as u32);
            }
            first.push(range.end as u32 - 1);
            Table { base, end, shift, first }
        });
        Self { builder, tables: tables.collect() }
    }

    /// The place of an element, where the text has it.
    fn find(&self, id: Id) -> Option<Place> {
        let number = match self.builder.replicas.as_slice() {
            [(only, _)] => (*only == id.replica).then_some(0)?,
            many => many.binary_search_by_key(&id.replica, |(replica, _)| *replica).ok()?,
        };
        let at = self.first_behind(number, id.seq)?;
        let insertion = &self.builder.insertions[at];
        let offset = id.seq.checked_sub(insertion.first.seq)?;
        Some(Place { insertion: at as u32, offset })
    }

    /// The first insertion of a replica that ends behind `seq`.
    fn first_behind(&self, number: usize, seq: Seq) -> Option<usize> {
        let table = &self.tables[number];
        if seq >= table.end {
            return None;
        }
        let entry = (seq.saturating_sub(table.base) >> table.shift) as usize;
        let (first, last) = (table.first[entry] as usize, table.first[entry + 1] as usize);
        let among = &self.builder.insertions[first..last];
        Some(first + among.partition_point(|insertion| insertion.first.seq + insertion.len <= seq))
    }

    /// The parts of insertions that `span` covers, each as its number and a range of it.
    fn parts(&self, span: Span) -> impl Iterator<Item = (u32, Range<u32>)> + '_ {
        let number = self.builder.replicas.binary_search_by_key(&span.replica, |(replica, _)| *replica).ok();
        let all = &self.builder.insertions;
        let first = number.and_then(|number| self.first_behind(number, span.start)).unwrap_or(all.len());
        let part = move |insertion: &Insertion<'_>| {
            let from = span.start.saturating_sub(insertion.first.seq);
            from..(span.end - insertion.first.seq).min(insertion.len)
        };
        all[first..]
            .iter()
            .zip(first as u32..)
            .take_while(move |(insertion, _)| {
                Some(insertion.first.replica as usize) == number && insertion.first.seq < span.end
            })
            .map(move |(insertion, at)| (at, part(insertion)))
            .filter(|(_, part)| !part.is_empty())
    }
}

/// A child of an element of an insertion; sorted, children stand as they are met from left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Child {
    /// Which element of the insertion it is a child of.
    offset: u32,
    is_right: bool,
    /// Its own number, which rises with ids.
    insertion: u32,
}

/// The tree of insertions.
struct Links {
    /// The children of each insertion, and last of all those that have no parent.
    children: Buckets<Child>,
    origins: Box<Origins>,
}

/// Between what each insertion was put. What is no character of this text can be nobody's neighbour: a
/// forger's op falls to the ends.
type Origins = [(Option<Place>, Option<Place>)];

impl Links {
    fn new(builder: &TextBuilder<'_>, finder: &Finder<'_>) -> Self {
        let find = |id: Option<Id>| id.and_then(|id| finder.find(id));
        let origins: Box<Origins> =
            builder.insertions.iter().map(|insertion| (find(insertion.left), find(insertion.right))).collect();
        let left_origin = |place: Place| match place.offset.checked_sub(1) {
            Some(offset) => Some(Place { offset, ..place }),
            None => origins[place.insertion as usize].0,
        };
        let no_parent = builder.insertions.len() as u32;
        let parents = (0_u32..).zip(&origins).map(|(insertion, &(left, right))| {
            match (left, right.filter(|&right| left_origin(right) == left)) {
                (_, Some(right)) => (right.insertion, Child { offset: right.offset, is_right: false, insertion }),
                (Some(left), None) => (left.insertion, Child { offset: left.offset, is_right: true, insertion }),
                (None, None) => (no_parent, Child { offset: 0, is_right: true, insertion }),
            }
        });
        let parents: Vec<(u32, Child)> = parents.collect();
        let mut children = Buckets::new(builder.insertions.len() + 1, parents.into_iter());
        children.sort();
        Self { children, origins }
    }
}

/// Where, in an insertion, something begins or ends to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    offset: u32,
    /// What ends at an offset sorts before what begins there.
    begins: bool,
    change: Change,
}

impl Edge {
    fn apply(self, state: &mut State) {
        let count = match self.change {
            Change::Hide => &mut state.hidden,
            Change::Delete => &mut state.deletions,
        };
        *count = if self.begins { *count + 1 } else { *count - 1 };
    }
}

fn edges(builder: &TextBuilder<'_>, finder: &Finder<'_>) -> Buckets<Edge> {
    let mut edges = Vec::with_capacity(builder.changes.len() * 2);
    for &(span, change) in &builder.changes {
        for (insertion, part) in finder.parts(span) {
            edges.push((insertion, Edge { offset: part.start, begins: true, change }));
            edges.push((insertion, Edge { offset: part.end, begins: false, change }));
        }
    }
    let mut edges = Buckets::new(builder.insertions.len(), edges.into_iter());
    edges.sort();
    edges
}

/// How far the walk has come in an insertion, and what holds there.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    edges_done: u32,
    deletions: u32,
    hidden: u32,
    bytes_done: u32,
}

/// Where a part of an insertion came to lie.
#[derive(Clone, Copy, Debug)]
struct Placed {
    insertion: u32,
    seq: Seq,
    leaf: u32,
}

/// What is left to walk.
enum Step {
    /// An insertion from an offset on, its children from a number on.
    Rest { insertion: u32, offset: u32, child: usize },
    /// Children of one element, one after another.
    Siblings(Range<usize>),
}

/// A text in the making.
struct Built {
    tree: TreeBuilder,
    buffer: String,
    placed: Vec<Placed>,
}

impl Built {
    /// Puts a run of an insertion, with its characters, behind the others.
    fn push(&mut self, insertion: u32, run: Run, text: &str) {
        let run = Run { offset: self.buffer.len() as u32, ..run };
        self.buffer.push_str(text);
        if let Some(leaf) = self.tree.push(run) {
            self.placed.push(Placed { insertion, seq: run.first.seq, leaf });
        }
    }
}

struct Walk<'b, F> {
    insertions: &'b [Insertion<'b>],
    edges: Buckets<Edge>,
    states: Vec<State>,
    /// Takes each run with its insertion and its characters, whose offset it does not know.
    put: F,
}

impl<'b, F: FnMut(u32, Run, &str)> Walk<'b, F> {
    fn new(builder: &'b TextBuilder<'b>, finder: &Finder<'_>, put: F) -> Self {
        let states = vec![State::default(); builder.insertions.len()];
        Self { insertions: &builder.insertions, edges: edges(builder, finder), states, put }
    }

    /// Visits the tree from left to right.
    fn run(&mut self, links: &Links) {
        let children = &links.children;
        let mut steps = vec![Step::Siblings(children.range(self.insertions.len()))];
        while let Some(step) = steps.pop() {
            match step {
                Step::Siblings(range) if range.is_empty() => {}
                Step::Siblings(range) => {
                    let insertion = children.items[range.start].insertion;
                    steps.push(Step::Siblings(range.start + 1..range.end));
                    steps.push(Step::Rest { insertion, offset: 0, child: children.range(insertion as usize).start });
                }
                Step::Rest { insertion, offset, child } => self.rest(insertion, offset, child, children, &mut steps),
            }
        }
    }

    /// Visits an insertion up to its next children, and says what comes then.
    fn rest(&mut self, insertion: u32, offset: u32, child: usize, children: &Buckets<Child>, steps: &mut Vec<Step>) {
        let end = children.range(insertion as usize).end;
        let len = self.insertions[insertion as usize].len;
        if child == end {
            return self.emit(insertion, offset..len);
        }
        let here = children.items[child];
        let beside = children.items[child..end]
            .iter()
            .take_while(|other| (other.offset, other.is_right) == (here.offset, here.is_right))
            .count();
        let behind = child + beside;
        if !here.is_right {
            self.emit(insertion, offset..here.offset);
            steps.push(Step::Rest { insertion, offset: here.offset, child: behind });
            steps.push(Step::Siblings(child..behind));
            return;
        }
        // The next element of the insertion is a right child too, among the others by id.
        let next = here.offset + 1;
        self.emit(insertion, offset..next);
        let early = children.items[child..behind].partition_point(|child| child.insertion < insertion);
        steps.push(Step::Siblings(child + early..behind));
        if next < len {
            steps.push(Step::Rest { insertion, offset: next, child: behind });
        }
        steps.push(Step::Siblings(child..child + early));
    }

    /// Puts a part of an insertion behind what is there, in runs that are alike.
    fn emit(&mut self, insertion: u32, part: Range<u32>) {
        let Insertion { first, len, text, .. } = self.insertions[insertion as usize];
        let edges = self.edges.range(insertion as usize);
        let state = &mut self.states[insertion as usize];
        let mut at = part.start;
        while at < part.end {
            let ahead = &self.edges.items[edges.start + state.edges_done as usize..edges.end];
            let due = ahead.iter().take_while(|edge| edge.offset <= at).count();
            ahead[..due].iter().for_each(|edge| edge.apply(state));
            state.edges_done += due as u32;
            let next = ahead.get(due).map_or(part.end, |edge| edge.offset.min(part.end)).min(at + RUN_LEN_MAX);
            let rest = &text[state.bytes_done as usize..];
            let bytes = if len as usize == text.len() {
                next - at
            } else {
                rest.char_indices().nth((next - at) as usize).map_or(rest.len(), |(bytes, _)| bytes) as u32
            };
            let run = Run {
                first: first.plus(at),
                len: next - at,
                offset: 0,
                bytes,
                hidden: state.deletions + if state.hidden == 0 { 0 } else { Run::NOT_INSERTED },
            };
            state.bytes_done += bytes;
            (self.put)(insertion, run, &rest[..bytes as usize]);
            at = next;
        }
    }
}
