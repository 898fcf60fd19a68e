//! Logs to columns.
//!
//! A byte of shape for each run says its kind and which of its places the run before predicts; only
//! the others are written out.

use super::columns::{self, Columns, ForeignColumn};
use super::cursor::{Cursor, NAMED, NEXT, NONE, OWN, PREDICTED, own_seq};
use super::structure::{KeyNumbers, Writes, is_structure};
use super::{BLOCK_VERSION, BLOCK_VERSION_TEXT, PartRef, action_count};
use crate::action::{check_time, lamport_more, write_parents};
use crate::error::EncodeError;
use crate::limits::{BLOCK_PARTS, BLOCK_ROWS, LABEL_BYTES, SEQ, UNSEEN_SPANS, weight_max};
use crate::names::{Names, Place};
use crate::op::{NOWHERE, OP_WEIGHT, check_kind, write_op, write_spans};
use crate::value::INT;
use crate::writer::{TOGETHER, Together, short};
use clock::{Id, ReplicaId, Seq};
use log::{ContainerId, HeaderRun, Kind, Near, OpBody, OpRun, RareHeader, ReplicaLog, Value, Values};
use std::borrow::Cow;
use std::ops::Range;

pub(super) const NAMES_PARENTS: u8 = 1;
pub(super) const NAMES_LAMPORT: u8 = 2;
pub(super) const NAMES_TIME: u8 = 4;
pub(super) const HAS_RARE: u8 = 8;
pub(super) const IS_PROPOSED: u8 = 16;

pub(super) const INSERT: u8 = 0;
pub(super) const DELETE: u8 = 1;
pub(super) const DELETE_BACKWARD: u8 = 2;
pub(super) const OTHER: u8 = 3;
/// Set where the container is not that of the run before.
pub(super) const NAMES_CONTAINER: u8 = 4;
/// From which bit on the shape says where the left neighbour, or the target, is.
pub(super) const LEFT_SHIFT: u8 = 3;
/// From which bit on the shape says where the right neighbour is.
pub(super) const RIGHT_SHIFT: u8 = 5;

/// What a row of runs takes in memory.
pub(super) const RUN_WEIGHT: usize = size_of::<OpRun>();
/// What a name in the tables of a part takes in memory, at most.
pub(super) const LOG_NAME_WEIGHT: u64 = 2 * size_of::<ContainerId>() as u64;
/// What a run of actions takes in memory.
pub(super) const HEADER_WEIGHT: usize = size_of::<HeaderRun>();
/// What its parents and anything rare take besides.
pub(super) const APART_WEIGHT: u64 = HeaderRun::APART_BYTES as u64;

/// The bytes of a block of `parts`, with columns of other versions as they were.
pub fn encode(parts: &[PartRef<'_>], foreign: &[ForeignColumn]) -> Result<Vec<u8>, EncodeError> {
    BLOCK_PARTS.check_len(parts.len())?;
    let mut e = Encoder {
        c: Default::default(),
        names: Names::new(Place::Table, ReplicaId(0)),
        rows: 0,
        local: None,
        keys: KeyNumbers::default(),
        writes: Writes::default(),
        version: BLOCK_VERSION_TEXT,
    };
    for part in parts {
        e.part(part)?;
    }
    e.names_columns()?;
    BLOCK_ROWS.check(e.rows)?;
    // Columns inflated, and what lies between two steps of inflating, which is shorter.
    let weight: u64 = e.c.iter().map(|column| column.weight() + 2 * column.len() as u64).sum();
    let bytes = columns::store(e.version, e.c, foreign)?;
    let max = weight_max(bytes.len());
    if weight > max {
        return Err(EncodeError::Weight { weight, max });
    }
    Ok(bytes)
}

/// Blocks of `parts`: one where it may hold them all, otherwise as many as it takes.
pub fn encode_all(parts: &[PartRef<'_>]) -> Result<Vec<Vec<u8>>, EncodeError> {
    match encode(parts, &[]) {
        Ok(block) => Ok(vec![block]),
        Err(error @ EncodeError::Invalid(_)) => Err(error),
        Err(error) => {
            let (left, right) = halves(parts).ok_or(error)?;
            let mut blocks = encode_all(&left)?;
            blocks.extend(encode_all(&right)?);
            Ok(blocks)
        }
    }
}

/// Two halves of `parts`: half of them each, or half of the only one.
fn halves<'a>(parts: &[PartRef<'a>]) -> Option<(Vec<PartRef<'a>>, Vec<PartRef<'a>>)> {
    match parts {
        [] => None,
        [only] => {
            let (left, right) = half(only)?;
            Some((vec![left], vec![right]))
        }
        _ => {
            let (left, right) = parts.split_at(parts.len() / 2);
            Some((left.to_vec(), right.to_vec()))
        }
    }
}

/// A part in two, cut where a frame ends.
fn half<'a>(part: &PartRef<'a>) -> Option<(PartRef<'a>, PartRef<'a>)> {
    let middle = part.range.start + (part.range.end - part.range.start) / 2;
    let mut at = part.log.action_range(middle).start;
    let total = action_count(part.log, part.range.clone());
    while at > part.range.start {
        let count = action_count(part.log, part.range.start..at);
        let cut = if part.boundaries.is_empty() {
            Some(Default::default())
        } else {
            part.boundaries.part(0..count).zip(part.boundaries.part(count..total))
        };
        if let Some((first, second)) = cut {
            let left = PartRef { range: part.range.start..at, boundaries: first, head: None, ..part.clone() };
            let right = PartRef { range: at..part.range.end, boundaries: second, ..part.clone() };
            return Some((left, right));
        }
        at = part.log.action_range(at - 1).start;
    }
    None
}

/// What is written once: a run of ops, or several of structure in a row that are alike.
#[derive(Clone, Copy)]
struct Row {
    shape: u8,
    len: Seq,
}

/// The shape of a run between two elements of its writer's that are written out, in the container of the run before.
const SCATTERED: u8 = INSERT | OWN << LEFT_SHIFT | OWN << RIGHT_SHIFT;

/// What is said of items that are put in here and there.
struct Scattered {
    places: Together,
    values: Together,
}

impl Row {
    /// Before the first.
    const NONE: Self = Self { shape: 0, len: 0 };

    /// Whether a run of `shape` needs no row of its own behind this one.
    fn is_carried_on(self, shape: u8) -> bool {
        is_structure(shape) && shape == self.shape & !NAMES_CONTAINER
    }
}

pub(super) struct Encoder {
    pub(super) c: Columns,
    pub(super) names: Names,
    rows: u64,
    /// The container of the part's last op, by its number there, and its kind.
    local: Option<(u32, Kind)>,
    pub(super) keys: KeyNumbers,
    pub(super) writes: Writes,
    /// The first version that has all that was written.
    version: u8,
}

impl Encoder {
    fn part(&mut self, part: &PartRef<'_>) -> Result<(), EncodeError> {
        let PartRef { log, range, .. } = part;
        if range.is_empty() || range.end > log.end() || log.action_range(range.start).start != range.start {
            return Err(EncodeError::Invalid("a part that does not begin with an action"));
        }
        if log.action_range(range.end - 1).end != range.end {
            return Err(EncodeError::Invalid("a part that does not end with an action"));
        }
        SEQ.check(u64::from(range.end))?;
        let number = self.names.table_index(log.replica) as u64;
        self.names.own = log.replica;
        let headers = self.headers(part)?;
        let (ops, text) = self.ops(part)?;
        let frames = self.frames(part)?;
        let has_head = self.keys(part)?;
        let w = &mut self.c[columns::PARTS];
        for number in [number, range.start.into(), headers, ops, text, frames, has_head] {
            w.varint(number);
        }
        // No op names more than a container and two replicas.
        let names = (log.name_count() as u64).min(3 * ops);
        w.charge(PART_WEIGHT + names * LOG_NAME_WEIGHT);
        self.rows += headers + ops + frames;
        Ok(())
    }

    fn keys(&mut self, part: &PartRef<'_>) -> Result<u64, EncodeError> {
        let w = &mut self.c[columns::KEYS];
        w.put(&part.author.0);
        let Some(head) = &part.head else {
            return Ok(0);
        };
        let Some(signature) = head.signature else {
            return Err(EncodeError::Invalid("a head without a signature"));
        };
        if (head.replica, head.author, head.end) != (part.log.replica, part.author, part.range.end) {
            return Err(EncodeError::Invalid("a head of another part"));
        }
        w.put(&head.hash.0);
        w.put(&signature.0);
        Ok(1)
    }

    fn frames(&mut self, part: &PartRef<'_>) -> Result<u64, EncodeError> {
        let known = part.boundaries.action_count();
        if known != 0 && known != action_count(part.log, part.range.clone()) {
            return Err(EncodeError::Invalid("boundaries of another part"));
        }
        let w = &mut self.c[columns::FRAMES];
        for run in part.boundaries.runs() {
            w.varint(run.frames.into());
            w.varint(run.actions.into());
            w.charge(FRAME_RUN_WEIGHT);
        }
        Ok(part.boundaries.runs().len() as u64)
    }

    fn headers(&mut self, part: &PartRef<'_>) -> Result<u64, EncodeError> {
        let runs = part.log.headers_in(part.range.clone());
        self.c[columns::HEADERS].reserve(runs.len());
        self.c[columns::HEADERS].charge(runs.len() as u64 * HEADER_WEIGHT as u64);
        self.c[columns::HEADER_LENS].reserve(2 * runs.len() + runs.len() / 16);
        let (mut lamport_before, mut time) = (0, 0);
        for run in runs {
            let is_whole = run.range.start >= part.range.start && run.range.end <= part.range.end;
            let run = if is_whole { Cow::Borrowed(run) } else { Cow::Owned(run.cut(&part.range)) };
            let count = run.count();
            self.header(part.log.replica, &run, count, lamport_before, time)?;
            lamport_before = run.lamport + u64::from(count) - 1;
            time = run.time;
        }
        Ok(runs.len() as u64)
    }

    fn header(
        &mut self,
        own: ReplicaId,
        run: &HeaderRun,
        count: Seq,
        before: u64,
        time: i64,
    ) -> Result<(), EncodeError> {
        check_time(run.time)?;
        let more = lamport_more(run.lamport, before)?;
        crate::limits::LAMPORT.check(run.lamport + u64::from(count))?;
        let start = run.range.start;
        let previous = start.checked_sub(1).map(|seq| Id::new(own, seq));
        let parents = run.parents().filter(|ids| !ids.iter().eq(&previous));
        let mut flags = 0;
        let rare = &mut self.c[columns::RARE];
        if more != 0 {
            flags |= NAMES_LAMPORT;
            rare.varint(more);
        }
        if let Some(ids) = parents {
            flags |= NAMES_PARENTS;
            rare.charge(APART_WEIGHT);
            write_parents(rare, &mut self.names, ids, start)?;
        }
        if let Some(header) = run.rare() {
            rare.charge(APART_WEIGHT + size_of::<RareHeader>() as u64);
            if !header.unseen.is_empty() || !header.label.is_empty() {
                flags |= HAS_RARE;
                write_spans(rare, &mut self.names, &header.unseen, start, UNSEEN_SPANS)?;
                rare.text(&header.label, LABEL_BYTES)?;
            }
            if let Some(proposal) = header.proposal {
                flags |= IS_PROPOSED;
                self.names.write_id_or_none(rare, proposal.draft(), start)?;
            }
        }
        if run.time != time {
            flags |= NAMES_TIME;
            self.c[columns::TIMES].signed(run.time - time);
        }
        self.c[columns::HEADERS].byte(flags);
        self.c[columns::HEADER_LENS].varint(count.into());
        self.c[columns::HEADER_LENS].varint(run.each.into());
        Ok(())
    }

    /// How many rows of ops there are, and how many bytes of text.
    fn ops(&mut self, part: &PartRef<'_>) -> Result<(u64, u64), EncodeError> {
        let (log, range) = (part.log, &part.range);
        let runs = log.op_runs_in(range.clone());
        self.c[columns::SHAPES].reserve(runs.len());
        self.c[columns::SHAPES].charge(runs.len() as u64 * RUN_WEIGHT as u64);
        self.c[columns::OP_LENS].reserve(runs.len() + runs.len() / 16);
        self.c[columns::PLACES].reserve(2 * runs.len());
        let mut cursor = Cursor::new();
        self.local = None;
        self.keys.next_part(log);
        self.writes.next_part();
        let (mut row, mut rows) = (Row::NONE, 0);
        let (mut left, mut scattered) = (runs, Scattered { places: Together::new(), values: Together::new() });
        while let [run, rest @ ..] = left {
            let part = run.range.start.max(range.start)..run.range.end.min(range.end);
            let len = part.end - part.start;
            let shape = self.op(log, run, part, &mut cursor)?;
            if row.is_carried_on(shape) {
                row.len += len;
            } else {
                rows += self.row(row);
                row = Row { shape, len };
            }
            left = rest;
            while let count @ 1.. = self.scattered(log, left, range.end, &mut cursor, &mut scattered) {
                rows += self.row(std::mem::replace(&mut row, Row::NONE)) + count as u64;
                self.c[columns::OP_LENS].put(&[1; TOGETHER][..count]);
                self.c[columns::SHAPES].put(&[SCATTERED; TOGETHER][..count]);
                left = &left[count..];
            }
        }
        rows += self.row(row);
        let text = log.text_in(range.clone());
        self.c[columns::TEXT].put(text.as_bytes());
        self.c[columns::TEXT].charge(text.len() as u64);
        Ok((rows, text.len() as u64))
    }

    /// Writes places and values of the first runs that each put a whole number into the list that was written last, between
    /// two of the writer's own elements that nothing predicts, so many at most as are written together: items that are
    /// put in here and there. Gives how many they are.
    fn scattered(
        &mut self,
        log: &ReplicaLog,
        runs: &[OpRun],
        end: Seq,
        cursor: &mut Cursor,
        written: &mut Scattered,
    ) -> usize {
        let Some((local, Kind::List)) = self.local else { return 0 };
        let mut count = 0;
        for run in runs.iter().take(TOGETHER) {
            let OpBody::ListInsert { container, left, right, values } = run.body else { break };
            let at = run.range.start;
            if container != local || run.len() != 1 || at >= end {
                break;
            }
            let Values::Ints(&[int]) = log.items(values, 0, 1) else { break };
            let (from, to) = (left.seq(), right.seq());
            let is_own = left.is_own() && right.is_own() && from.max(to) < at;
            // What is predicted, or beside each other, is written otherwise.
            if !is_own || left == cursor.left || right == cursor.right || to.wrapping_sub(from) <= 1 {
                break;
            }
            let moved = |to: Seq, from: Seq| short(i64::from(to) - i64::from(from));
            let (Some(from), Some(to), Some(int)) = (moved(from, own_seq(cursor.left)), moved(to, from), short(int))
            else {
                break;
            };
            written.places.put(Together::word(from, to));
            written.values.put(Together::word((INT.into(), 1), int));
            cursor.inserted(at, right);
            count += 1;
        }
        if count > 0 {
            self.version = BLOCK_VERSION;
            // Mostly more of them follow.
            self.c[columns::PLACES].reserve(4 * runs.len());
            self.c[columns::VALUES].reserve(4 * runs.len());
            written.places.write(&mut self.c[columns::PLACES]);
            written.values.write(&mut self.c[columns::VALUES]);
            self.c[columns::VALUES].charge((count * size_of::<Value>()) as u64);
        }
        count
    }

    /// Writes a row of its shape and length; gives how many that were, since before the first there is none.
    fn row(&mut self, row: Row) -> u64 {
        if row.len == 0 {
            return 0;
        }
        self.c[columns::OP_LENS].varint(row.len.into());
        self.c[columns::SHAPES].byte(row.shape);
        1
    }

    /// Writes the part `range` of a run of ops, but for its shape, length and text, and gives the shape.
    fn op(&mut self, log: &ReplicaLog, run: &OpRun, range: Range<Seq>, cursor: &mut Cursor) -> Result<u8, EncodeError> {
        let (at, len) = (range.start, range.end - range.start);
        match run.body {
            OpBody::Insert { container, left, right, .. } => {
                let container = self.container(log, container, Kind::Text)?;
                Ok(container | self.insertion(log, run, range, (left, right), cursor)?)
            }
            OpBody::Delete { container, target, backward } => {
                let container = self.container(log, container, Kind::Text)?;
                let first = target.plus(if backward { run.range.end - range.end } else { at - run.range.start });
                let backward = backward && len > 1;
                let edge = if backward { first.plus(len - 1) } else { first };
                let code = self.place(log, edge, at, cursor.deletion(len, backward))?;
                cursor.deleted(first);
                Ok(container | if backward { DELETE_BACKWARD } else { DELETE } | code << LEFT_SHIFT)
            }
            OpBody::ListInsert { container, left, right, values } => {
                self.version = BLOCK_VERSION;
                let container = self.container(log, container, Kind::List)?;
                self.values(log.items(values, at - run.range.start, len))?;
                Ok(container | self.insertion(log, run, range, (left, right), cursor)?)
            }
            OpBody::ListDelete { container, target } => {
                self.version = BLOCK_VERSION;
                let container = self.container(log, container, Kind::List)?;
                let target = target.plus(at - run.range.start);
                let code = self.place(log, target, at, cursor.deletion(len, false))?;
                cursor.deleted(target);
                Ok(container | DELETE | code << LEFT_SHIFT)
            }
            OpBody::TextObject { .. } | OpBody::Other(_) => {
                let w = &mut self.c[columns::OTHERS];
                w.charge(OP_WEIGHT as u64);
                write_op(w, &mut self.names, log.op(run, range), at)?;
                Ok(OTHER)
            }
            _ => {
                self.version = BLOCK_VERSION;
                Ok(OTHER | self.structure(log, run, range)?)
            }
        }
    }

    /// Writes where the part `range` of an insertion goes, and gives its shape but for the container.
    fn insertion(
        &mut self,
        log: &ReplicaLog,
        run: &OpRun,
        range: Range<Seq>,
        (left, right): (Near, Near),
        cursor: &mut Cursor,
    ) -> Result<u8, EncodeError> {
        let at = range.start;
        let left = if at == run.range.start { left } else { Near::own(at - 1) };
        let left_code = self.place(log, left, at, cursor.left)?;
        let right_code = self.right(log, left, right, at, cursor.right)?;
        cursor.inserted(range.end - 1, right);
        Ok(INSERT | left_code << LEFT_SHIFT | right_code << RIGHT_SHIFT)
    }

    /// Writes the container of a run out where it is not that of the run before, and says so.
    #[inline]
    pub(super) fn container(&mut self, log: &ReplicaLog, local: u32, kind: Kind) -> Result<u8, EncodeError> {
        if self.local == Some((local, kind)) { Ok(0) } else { self.next_container(log, local, kind) }
    }

    #[inline(never)]
    fn next_container(&mut self, log: &ReplicaLog, local: u32, kind: Kind) -> Result<u8, EncodeError> {
        self.local = Some((local, kind));
        let container = log.container(local);
        check_kind(container.kind(), kind)?;
        let number = self.names.container_number(container);
        self.c[columns::OP_CONTAINERS].varint(number as u64);
        Ok(NAMES_CONTAINER)
    }

    /// Writes a place out where it is not the one predicted, and says how.
    #[inline]
    fn place(&mut self, log: &ReplicaLog, place: Near, at: Seq, predicted: Near) -> Result<u8, EncodeError> {
        if place.is_none() {
            return Ok(NONE);
        }
        if place == predicted {
            return Ok(PREDICTED);
        }
        let w = &mut self.c[columns::PLACES];
        if !place.is_own() {
            return self.names.write_id(w, log.id(place).expect("not none"), at).map(|()| NAMED);
        }
        if place.seq() >= at {
            return Err(EncodeError::Invalid("an op names an element that is not before it"));
        }
        w.signed(i64::from(place.seq()) - i64::from(own_seq(predicted)));
        Ok(OWN)
    }

    fn right(
        &mut self,
        log: &ReplicaLog,
        left: Near,
        right: Near,
        at: Seq,
        predicted: Near,
    ) -> Result<u8, EncodeError> {
        if right.is_none() {
            return Ok(NONE);
        }
        if left == right {
            return Err(EncodeError::Invalid(NOWHERE));
        }
        if right == predicted {
            return Ok(PREDICTED);
        }
        if right == left.plus(1) {
            return Ok(NEXT);
        }
        self.place(log, right, at, left)
    }

    fn names_columns(&mut self) -> Result<(), EncodeError> {
        for number in 0..self.names.containers().len() {
            let container = self.names.containers()[number];
            let w = &mut self.c[columns::CONTAINERS];
            w.charge(crate::names::NAME_WEIGHT);
            self.names.write_definition(w, container)?;
        }
        let w = &mut self.c[columns::REPLICAS];
        for replica in self.names.replicas() {
            w.put(&replica.0.to_le_bytes());
            w.charge(crate::names::NAME_WEIGHT);
        }
        Ok(())
    }
}

pub(super) const PART_WEIGHT: u64 = size_of::<super::LogPart>() as u64;
pub(super) const FRAME_RUN_WEIGHT: u64 = 2 * size_of::<crate::FrameRun>() as u64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::decode;
    use crate::keys::AuthorKey;
    use log::{Header, MultiLog, OpRef};

    /// Items put in here and there are written many at a time, others between them one by one: what a block of all says is what
    /// blocks of two halves say, which begin elsewhere.
    #[test]
    fn items_here_and_there_read_back_among_others() {
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let mut below = |n: u32| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed % u64::from(n)) as u32
        };
        let (me, other) = (ReplicaId(1), ReplicaId(2));
        let lists = [ContainerId::root(Kind::List, "a"), ContainerId::root(Kind::List, "b")];
        for count in [1_u32, 2, 40, 300] {
            let mut log = MultiLog::new();
            log.push(other, OpRef::CounterAdd { container: ContainerId::root(Kind::Counter, ""), amount: 1 });
            log.commit(other, Header::default());
            for at in 0..count {
                let near = |below: &mut dyn FnMut(u32) -> u32| match below(20) {
                    0 => None,
                    1 => Some(Id::new(other, 0)),
                    2 => at.checked_sub(1).map(|seq| Id::new(me, seq)),
                    _ if at == 0 => None,
                    _ => Some(Id::new(me, below(at))),
                };
                let left = near(&mut below);
                let right = near(&mut below).filter(|&right| Some(right) != left);
                let container = lists[usize::from(below(30) == 0)];
                let value = match below(20) {
                    0 => Value::Null,
                    1 => Value::Int(i64::MIN + i64::from(below(9))),
                    2 => Value::Int((1 << 27) - 2 + i64::from(below(5))),
                    _ => Value::Int(i64::from(below(1 << 20)) - (1 << below(20))),
                };
                log.push(me, OpRef::ListInsert { container, left, right, values: [value][..].into() });
                log.commit(me, Header::default());
            }
            let log = log.log(me).expect("it has written");
            let read = |range: Range<Seq>| {
                let part = PartRef { range, ..PartRef::whole(log, AuthorKey([0; 32]), Default::default(), None) };
                let block =
                    decode(&encode(std::slice::from_ref(&part), &[]).expect("within the limits")).expect("a block");
                block.parts[0].log.actions_in(part.range).collect::<Vec<_>>()
            };
            let (all, half) = (log.actions_in(0..log.end()).collect::<Vec<_>>(), log.end() / 2);
            assert_eq!(read(0..log.end()), all);
            if half > 0 {
                assert_eq!([read(0..half), read(half..log.end())].concat(), all);
            }
        }
    }
}
