//! What ops of all kinds but text name, apart from their runs: in lists of the log's own, so that a run takes the
//! same few bytes whatever it does.

use crate::borrowed::OpRef;
use crate::container::ContainerId;
use crate::held::{Pool, ValueRef, Values};
use crate::names::Names;
use crate::op::{Op, Value};
use crate::room;
use crate::runs::{Near, OpBody, OpRun, ReplicaLog};
use blob::BlobRef;
use clock::{Id, Seq, Span};
use std::ops::Range;

/// Consecutive things of one of the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    start: u32,
    len: u32,
}

impl Part {
    fn of<T>(self, list: &[T]) -> &[T] {
        &list[self.start as usize..][..self.len as usize]
    }
}

/// An addition's amount, aligned as runs are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount([u8; 8]);

/// What a place is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// An item of a list: the item, then its neighbours.
    ListMove,
    /// A new node of a tree: its parent, then its neighbours.
    TreeCreate,
    /// A node of a tree: the node, its parent, then its neighbours.
    TreeMove,
}

/// What the packed ops of a log name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Packed {
    /// Keys of maps, and what objects of texts are.
    keys: Names,
    values: Pool,
    /// Writes that were replaced.
    replaced: Vec<Id>,
    /// Elements that places are made of.
    nears: Vec<Near>,
    /// Ops that are kept as they are.
    others: Vec<Op>,
    /// Which of those nobody knows.
    unknown: Vec<u32>,
    /// Whether there is a run of any kind but text.
    is_used: bool,
}

/// No value.
const NONE: u32 = u32::MAX;

fn add<T>(list: &mut Vec<T>, things: impl IntoIterator<Item = T>) -> Part {
    let start = list.len();
    things.into_iter().for_each(|thing| room::push(list, thing));
    let number = |len: usize| u32::try_from(len).expect("fewer names than bytes, which are bounded where they come in");
    Part { start: number(start), len: number(list.len() - start) }
}

impl Packed {
    /// Makes room for half of what there is.
    pub(crate) fn make_room(&mut self) {
        let more = self.others.len() / 2;
        room::make_room(&mut self.others, more);
        self.values.make_room();
    }

    /// Gives back room that is not needed soon.
    pub(crate) fn give_back(&mut self) {
        room::give_back(&mut self.others);
        self.values.give_back();
    }

    fn add_other(&mut self, op: Op) -> u32 {
        let is_unknown = matches!(op, Op::Unknown { .. });
        let number = add(&mut self.others, [op]).start;
        if is_unknown {
            room::push(&mut self.unknown, number);
        }
        number
    }

    /// The blobs that its values name.
    pub(crate) fn blobs(&self) -> impl ExactSizeIterator<Item = &BlobRef> {
        self.values.blobs().map(|value| value.blob().expect("only blobs are counted in"))
    }

    /// The ops that nobody knows.
    pub(crate) fn unknown(&self) -> impl ExactSizeIterator<Item = OpRef<'_>> {
        self.unknown.iter().map(|&number| self.others[number as usize].as_op_ref())
    }
}

impl ReplicaLog {
    /// Whether it holds ops of kinds but text.
    pub(crate) fn has_others(&self) -> bool {
        self.packed.is_used
    }

    /// The key under a number that a run names.
    pub fn key(&self, number: u32) -> &str {
        self.packed.keys.name(number)
    }

    /// How many keys its runs name.
    pub fn key_count(&self) -> usize {
        self.packed.keys.len()
    }

    /// The body of a run of one op, which is none of text.
    pub fn pack(&mut self, op: OpRef<'_>) -> OpBody {
        self.packed.is_used = true;
        match op {
            OpRef::Set { container, key, value, pred } => {
                let container = self.container_number(container);
                let key = self.key_number(key);
                self.pack_set(container, key, value.map(ValueRef::to_value), pred)
            }
            OpRef::CounterAdd { container, amount } => {
                OpBody::CounterAdd { container: self.container_number(container), amount: Amount(amount.to_le_bytes()) }
            }
            OpRef::ListInsert { container, left, right, values } => {
                let (container, left, right) = (self.container_number(container), self.near(left), self.near(right));
                self.pack_items(container, (left, right), values.iter().map(ValueRef::to_value))
            }
            OpRef::ListDelete { container, target } => OpBody::ListDelete {
                container: self.container_number(container),
                target: self.near(Some(target.first())),
            },
            OpRef::ListMove { container, item, left, right } => {
                self.pack_placed(Placed::ListMove, container, [Some(item), left, right])
            }
            OpRef::ListSet { container, item, value, pred } => {
                let (container, item) = (self.container_number(container), self.near(Some(item)));
                let value = self.packed.values.add([value.to_value()]);
                OpBody::ListSet { container, item, value, pred: add(&mut self.packed.replaced, pred.iter().copied()) }
            }
            OpRef::TreeCreate { container, parent, left, right } => {
                self.pack_placed(Placed::TreeCreate, container, [parent, left, right])
            }
            OpRef::TreeMove { container, node, parent, left, right } => {
                self.pack_placed(Placed::TreeMove, container, [Some(node), parent, left, right])
            }
            OpRef::TreeDelete { container, node } => {
                OpBody::TreeDelete { container: self.container_number(container), node: self.near(Some(node)) }
            }
            OpRef::TextObject { container, left, right, kind } => OpBody::TextObject {
                container: self.container_number(container),
                left: self.near(left),
                right: self.near(right),
                kind: self.key_number(kind),
            },
            _ => OpBody::Other(self.packed.add_other(op.to_op())),
        }
    }

    /// The number of a key.
    pub fn key_number(&mut self, key: &str) -> u32 {
        self.packed.keys.number(key)
    }

    /// The body of a write of a key, as [`ReplicaLog::pack`] makes it, where map and key have numbers.
    pub fn pack_set(&mut self, container: u32, key: u32, value: Option<Value>, pred: &[Id]) -> OpBody {
        self.packed.is_used = true;
        let Packed { values, replaced, .. } = &mut self.packed;
        let value = value.map_or(NONE, |value| values.add([value]));
        OpBody::Set { container, key, value, pred: add(replaced, pred.iter().copied()) }
    }

    /// The body of a run that puts items into a list, as [`ReplicaLog::pack`] makes it.
    pub fn pack_items(
        &mut self,
        container: u32,
        (left, right): (Near, Near),
        items: impl IntoIterator<Item = Value>,
    ) -> OpBody {
        self.packed.is_used = true;
        OpBody::ListInsert { container, left, right, values: self.packed.values.add(items) }
    }

    /// The items that a run puts into a list, `len` of them from `skip` on, where its body says that they are `values`.
    #[inline]
    pub fn items(&self, values: u32, skip: Seq, len: Seq) -> Values<'_> {
        self.packed.values.several(values, skip, len)
    }

    /// The body of a run that takes items out of a list, as [`ReplicaLog::pack`] makes it.
    pub fn pack_deletion(&mut self, container: u32, target: Near) -> OpBody {
        self.packed.is_used = true;
        OpBody::ListDelete { container, target }
    }

    fn pack_placed<const N: usize>(&mut self, placed: Placed, container: ContainerId, ids: [Option<Id>; N]) -> OpBody {
        let container = self.container_number(container);
        let nears = ids.map(|id| self.near(id));
        OpBody::Placed { placed, container, nears: add(&mut self.packed.nears, nears).start }
    }

    /// Lets the insertion into a list that the log ends with reach over `values` too, where they go behind it. Only
    /// an action's first op may: others are told apart from those before them.
    pub(crate) fn carry_on_list(&mut self, start: Seq, op: OpRef<'_>) -> bool {
        let OpRef::ListInsert { container, left: Some(left), right, values } = op else { return false };
        if start != self.end() || start == 0 || left != Id::new(self.replica, start - 1) {
            return false;
        }
        let (container, right) = (self.container_number(container), self.near(right));
        let Some(OpRun { range, body: OpBody::ListInsert { container: of, right: before, values: first, .. } }) =
            self.ops.last_mut()
        else {
            return false;
        };
        if (*of, *before) != (container, right) {
            return false;
        }
        *first = self.packed.values.carry_on(*first, values.iter().map(ValueRef::to_value));
        range.end += values.len() as Seq;
        true
    }

    /// The part of a packed run that has the counters `part`; all of it where it is one op of one counter.
    pub(crate) fn unpack<'a>(&'a self, run: &'a OpRun, part: Range<Seq>) -> OpRef<'a> {
        let Packed { values, replaced, others, .. } = &self.packed;
        let id = |near: Near| self.id(near).expect("ops name elements");
        let (skip, len) = (part.start - run.range.start, part.end - part.start);
        match run.body {
            OpBody::Set { container, key, value, pred } => {
                let value = (value != NONE).then(|| values.one(value));
                OpRef::Set { container: self.container(container), key: self.key(key), value, pred: pred.of(replaced) }
            }
            OpBody::CounterAdd { container, amount } => {
                OpRef::CounterAdd { container: self.container(container), amount: i64::from_le_bytes(amount.0) }
            }
            OpBody::ListInsert { container, left, right, values: first } => OpRef::ListInsert {
                container: self.container(container),
                left: if skip == 0 { self.id(left) } else { Some(Id::new(self.replica, part.start - 1)) },
                right: self.id(right),
                values: values.several(first, skip, len),
            },
            OpBody::ListDelete { container, target } => {
                let Id { replica, seq } = id(target);
                let target = Span::new(replica, seq + skip, seq + skip + len);
                OpRef::ListDelete { container: self.container(container), target }
            }
            OpBody::ListSet { container, item, value, pred } => OpRef::ListSet {
                container: self.container(container),
                item: id(item),
                value: values.one(value),
                pred: pred.of(replaced),
            },
            OpBody::Placed { placed, container, nears } => self.unpack_placed(placed, container, nears),
            OpBody::TreeDelete { container, node } => {
                OpRef::TreeDelete { container: self.container(container), node: id(node) }
            }
            OpBody::TextObject { container, left, right, kind } => OpRef::TextObject {
                container: self.container(container),
                left: self.id(left),
                right: self.id(right),
                kind: self.key(kind),
            },
            OpBody::Other(number) => {
                let op = others[number as usize].as_op_ref();
                if part == run.range { op } else { op.cut(Id::new(self.replica, run.range.start), part) }
            }
            OpBody::Insert { .. } | OpBody::Delete { .. } => unreachable!("text is not packed"),
        }
    }

    fn unpack_placed(&self, placed: Placed, container: u32, nears: u32) -> OpRef<'_> {
        let container = self.container(container);
        let at = |n: usize| self.id(self.packed.nears[nears as usize + n]);
        let named = |n: usize| at(n).expect("moves name what they move");
        match placed {
            Placed::ListMove => OpRef::ListMove { container, item: named(0), left: at(1), right: at(2) },
            Placed::TreeCreate => OpRef::TreeCreate { container, parent: at(0), left: at(1), right: at(2) },
            Placed::TreeMove => OpRef::TreeMove { container, node: named(0), parent: at(1), left: at(2), right: at(3) },
        }
    }
}
