//! Columns to logs. Everything a log promises is checked here, once.

use super::columns;
use super::cursor::{Cursor, NAMED, NEXT, NONE, OWN, PREDICTED, own_seq};
use super::encode::{
    APART_WEIGHT, DELETE, DELETE_BACKWARD, FRAME_RUN_WEIGHT, HAS_RARE, HEADER_WEIGHT, INSERT, IS_PROPOSED, LEFT_SHIFT,
    LOG_NAME_WEIGHT, NAMES_CONTAINER, NAMES_LAMPORT, NAMES_PARENTS, NAMES_TIME, OTHER, PART_WEIGHT, RIGHT_SHIFT,
    RUN_WEIGHT,
};
use super::structure::{Writes, check_within_action, is_structure};
use super::{BLOCK_VERSION, Block, LogPart, action_count};
use crate::action::{check_time, read_parent_ids, read_proposal};
use crate::boundaries::{Boundaries, FrameRun};
use crate::error::DecodeError;
use crate::frame::ChainHead;
use crate::keys::{AuthorKey, Hash, Signature};
use crate::limits::{
    ACTION_COUNTERS, BLOCK_PARTS, BLOCK_ROWS, CONTAINERS, INFLATED_BYTES, LABEL_BYTES, LAMPORT, SEQ, UNSEEN_SPANS,
    weight_max,
};
use crate::names::{NAME_WEIGHT, Names, Place};
use crate::op::{NOWHERE, OP_WEIGHT, read_op, read_spans};
use crate::reader::Reader;
use clock::{ReplicaId, Seq};
use log::{ContainerId, HeaderRun, Kind, Near, Op, OpBody, OpRun, RareHeader, ReplicaLog};
use std::ops::Range;

/// Verifies the checksum of a block and reads it. Chains are not verified: see [`super::verify_chain`].
pub fn decode(bytes: &[u8]) -> Result<Block, DecodeError> {
    let memory = Reader::within(weight_max(bytes.len()));
    let (version, (mut columns, foreign)) = columns::load(bytes, &memory)?;
    let text = std::mem::take(&mut columns[columns::TEXT]);
    let mut decoder = Decoder::new(version, &columns, text, &memory)?;
    let parts = decoder.parts()?;
    decoder.r.iter().try_for_each(Reader::finish)?;
    match decoder.text.len() - decoder.text_at {
        0 => (),
        left => return Err(DecodeError::Trailing(left)),
    }
    Ok(Block { parts, foreign })
}

pub(super) struct Decoder<'a> {
    version: u8,
    pub(super) r: [Reader<'a>; columns::END],
    /// The characters of all parts; none once a part took them all.
    text: Vec<u8>,
    /// How many bytes of them went to parts.
    text_at: usize,
    pub(super) names: Names,
    /// The container of the part's last op, by its number there, and its kind.
    local: Option<(u32, Kind)>,
    /// The keys of the block.
    pub(super) keys: Vec<&'a str>,
    pub(super) writes: Writes,
}

/// What a part says of itself.
struct PartRow {
    replica: ReplicaId,
    start: Seq,
    headers: usize,
    ops: usize,
    text: usize,
    frames: usize,
    has_head: bool,
}

impl<'a> Decoder<'a> {
    fn new(
        version: u8,
        columns: &'a [Vec<u8>; columns::END],
        text: Vec<u8>,
        memory: &Reader<'_>,
    ) -> Result<Self, DecodeError> {
        let r = std::array::from_fn(|id| Reader::part(&columns[id], memory));
        let names = Names::new(Place::Table, ReplicaId(0));
        let (keys, writes) = (Vec::new(), Writes::default());
        let mut decoder = Self { version, r, text, text_at: 0, names, local: None, keys, writes };
        decoder.read_names()?;
        decoder.read_keys()?;
        Ok(decoder)
    }

    fn read_names(&mut self) -> Result<(), DecodeError> {
        let r = &mut self.r[columns::REPLICAS];
        while !r.is_empty() {
            r.charge(NAME_WEIGHT)?;
            if !self.names.add_replica(ReplicaId(u64::from_le_bytes(r.array()?))) {
                return Err(DecodeError::NotCanonical("a replica named twice"));
            }
        }
        let r = &mut self.r[columns::CONTAINERS];
        while !r.is_empty() {
            r.charge(NAME_WEIGHT)?;
            let container = self.names.read_definition(r)?;
            if !self.names.add_container(container) {
                return Err(DecodeError::NotCanonical("a container named twice"));
            }
        }
        CONTAINERS.check_len(self.names.containers().len())?;
        Ok(())
    }

    fn parts(&mut self) -> Result<Vec<LogPart>, DecodeError> {
        let mut parts = Vec::new();
        while !self.r[columns::PARTS].is_empty() {
            BLOCK_PARTS.check_len(parts.len() + 1)?;
            parts.push(self.part()?);
        }
        Ok(parts)
    }

    fn part_row(&mut self) -> Result<PartRow, DecodeError> {
        let r = &mut self.r[columns::PARTS];
        r.charge(PART_WEIGHT)?;
        let replica = self.names.replica_at(r.varint()?.saturating_add(1))?;
        let start = r.limited(SEQ)? as Seq;
        let headers = r.limited(BLOCK_ROWS)? as usize;
        let ops = r.limited(BLOCK_ROWS)? as usize;
        let text = r.limited(INFLATED_BYTES)? as usize;
        let frames = r.limited(BLOCK_ROWS)? as usize;
        let has_head = match r.byte()? {
            0 => false,
            1 => true,
            number => return Err(DecodeError::Unknown { what: "presence of a head", number: number.into() }),
        };
        if headers == 0 || ops == 0 {
            return Err(DecodeError::Invalid("a part without actions"));
        }
        Ok(PartRow { replica, start, headers, ops, text, frames, has_head })
    }

    fn part(&mut self) -> Result<LogPart, DecodeError> {
        let row = self.part_row()?;
        self.names.own = row.replica;
        let mut log = ReplicaLog::new(row.replica);
        self.headers(&row, &mut log)?;
        self.ops(&row, &mut log)?;
        let end = log.end();
        let boundaries = self.frames(row.frames)?;
        if !boundaries.is_empty() && boundaries.action_count() != action_count(&log, row.start..end) {
            return Err(DecodeError::Invalid("boundaries of another part"));
        }
        let author = AuthorKey(self.r[columns::KEYS].array()?);
        let head = if row.has_head { Some(self.head(row.replica, author, end)?) } else { None };
        Ok(LogPart { author, start: row.start, log, boundaries, head })
    }

    fn head(&mut self, replica: ReplicaId, author: AuthorKey, end: Seq) -> Result<ChainHead, DecodeError> {
        let r = &mut self.r[columns::KEYS];
        let (hash, signature) = (Hash(r.array()?), Signature(r.array()?));
        Ok(ChainHead { replica, author, end, hash, signature: Some(signature) })
    }

    fn frames(&mut self, count: usize) -> Result<Boundaries, DecodeError> {
        let mut boundaries = Boundaries::new();
        let r = &mut self.r[columns::FRAMES];
        for i in 0..count {
            r.charge(FRAME_RUN_WEIGHT)?;
            let frames = r.limited(SEQ)? as u32;
            let actions = r.limited(SEQ)? as u32;
            boundaries.push_run(FrameRun { frames, actions });
            if boundaries.runs().len() != i + 1 {
                return Err(DecodeError::NotCanonical("runs of frames that have to be one"));
            }
        }
        // A sum that passes every counter would not be one of actions.
        let total = boundaries.runs().iter().try_fold(0_u64, |sum, run| {
            SEQ.check(u64::from(run.frames) * u64::from(run.actions)).and_then(|more| SEQ.check(sum + more))
        });
        total?;
        Ok(boundaries)
    }

    fn headers(&mut self, row: &PartRow, log: &mut ReplicaLog) -> Result<(), DecodeError> {
        self.check_rows(columns::HEADERS, row.headers, HEADER_WEIGHT)?;
        log.headers = Vec::with_capacity(row.headers);
        let (mut at, mut before, mut time) = (row.start, 0, 0);
        for _ in 0..row.headers {
            let run = self.header(at, before, time)?;
            at = run.range.end;
            before = run.lamport + u64::from(run.count()) - 1;
            time = run.time;
            log.headers.push(run);
        }
        Ok(())
    }

    /// Every row has a byte in `column`, and takes `weight` of memory.
    fn check_rows(&mut self, column: usize, count: usize, weight: usize) -> Result<(), DecodeError> {
        if count > self.r[column].left() {
            return Err(DecodeError::Truncated { at: 0 });
        }
        self.r[column].charge(count as u64 * weight as u64)
    }

    fn header(&mut self, start: Seq, before: u64, time_before: i64) -> Result<HeaderRun, DecodeError> {
        let flags = self.r[columns::HEADERS].byte()?;
        if flags & !(NAMES_PARENTS | NAMES_LAMPORT | NAMES_TIME | HAS_RARE | IS_PROPOSED) != 0 {
            return Err(DecodeError::Unknown { what: "header flags", number: flags.into() });
        }
        let count = self.r[columns::HEADER_LENS].limited(SEQ)?;
        let each = self.r[columns::HEADER_LENS].limited(ACTION_COUNTERS)?;
        let end = SEQ.check(u64::from(start) + count.saturating_mul(each))?;
        if count == 0 || each == 0 {
            return Err(DecodeError::Invalid("an action without elements"));
        }
        let rare = &mut self.r[columns::RARE];
        let more = if flags & NAMES_LAMPORT != 0 { rare.limited(LAMPORT)? } else { 0 };
        let lamport = before + 1 + more;
        LAMPORT.check(lamport + count)?;
        let mut parents = None;
        if flags & NAMES_PARENTS != 0 {
            rare.charge(APART_WEIGHT)?;
            let ids = read_parent_ids(rare, &mut self.names, start)?;
            if ids.iter().map(|id| (id.replica, u64::from(id.seq) + 1)).eq(previous_end(self.names.own, start)) {
                return Err(DecodeError::NotCanonical("parents that have to go without saying"));
            }
            parents = Some(ids);
        }
        let rare =
            if flags & (HAS_RARE | IS_PROPOSED) != 0 { self.rare(flags, start, count)? } else { RareHeader::default() };
        let mut time = time_before;
        if flags & NAMES_TIME != 0 {
            time = time.saturating_add(self.r[columns::TIMES].signed()?);
            check_time(time)?;
        }
        Ok(HeaderRun::new(start..end as Seq, each as Seq, lamport, time).with(parents, rare))
    }

    fn rare(&mut self, flags: u8, start: Seq, count: u64) -> Result<RareHeader, DecodeError> {
        let r = &mut self.r[columns::RARE];
        r.charge(APART_WEIGHT + size_of::<RareHeader>() as u64)?;
        let mut rare = RareHeader::default();
        if flags & HAS_RARE != 0 {
            rare.unseen = read_spans(r, &mut self.names, start, UNSEEN_SPANS)?;
            rare.label = r.text(LABEL_BYTES)?.to_owned();
        }
        if count != 1 || flags & HAS_RARE != 0 && rare.is_empty() {
            return Err(DecodeError::Invalid("a rare header that does not stand alone"));
        }
        if flags & IS_PROPOSED != 0 {
            rare.proposal = Some(read_proposal(r, &mut self.names, start)?);
        }
        Ok(rare)
    }

    fn ops(&mut self, row: &PartRow, log: &mut ReplicaLog) -> Result<(), DecodeError> {
        self.check_rows(columns::SHAPES, row.ops, RUN_WEIGHT)?;
        let shapes = self.r[columns::SHAPES].take(row.ops)?;
        let count = self.count(shapes)?;
        log.set_text(self.text(row.text)?);
        log.ops = Vec::with_capacity(count);
        let mut text = TextCutter::new(log);
        let mut cursor = Cursor::new();
        self.local = None;
        self.writes.next_part();
        let mut at = row.start;
        for &shape in shapes {
            let len = self.r[columns::OP_LENS].limited(SEQ)?;
            let end = SEQ.check(u64::from(at) + len)? as Seq;
            if len == 0 {
                return Err(DecodeError::Invalid("an op without elements"));
            }
            self.op(shape, at..end, log, &mut text, &mut cursor)?;
            at = end;
        }
        if at != log.end() || text.at != log.text().len() {
            return Err(DecodeError::Invalid("ops and actions do not end together"));
        }
        Ok(())
    }

    /// How many runs of ops the next rows hold, charging for those beyond one for each.
    fn count(&self, shapes: &[u8]) -> Result<usize, DecodeError> {
        if !shapes.iter().any(|&shape| is_structure(shape)) {
            return Ok(shapes.len());
        }
        let mut lens = self.r[columns::OP_LENS].clone();
        let mut more = 0;
        for &shape in shapes {
            let len = lens.limited(SEQ)?;
            more += if is_structure(shape) { len.saturating_sub(1) } else { 0 };
        }
        self.r[columns::SHAPES].charge(more.saturating_mul(RUN_WEIGHT as u64))?;
        Ok(shapes.len() + more as usize)
    }

    /// The next `len` bytes of text; all that there are without copying them.
    fn text(&mut self, len: usize) -> Result<String, DecodeError> {
        self.r[columns::TEXT].charge(len as u64)?;
        let text = if self.text_at == 0 && len == self.text.len() {
            std::mem::take(&mut self.text)
        } else {
            let rest = &self.text[self.text_at..];
            let text = rest.get(..len).ok_or(DecodeError::Truncated { at: self.text.len() })?.to_vec();
            self.text_at += len;
            text
        };
        String::from_utf8(text).map_err(|_| DecodeError::Utf8)
    }

    /// Appends a run of ops to `log`.
    #[inline]
    fn op(
        &mut self,
        shape: u8,
        range: Range<Seq>,
        log: &mut ReplicaLog,
        text: &mut TextCutter,
        cursor: &mut Cursor,
    ) -> Result<(), DecodeError> {
        let (left_code, right_code) = (shape >> LEFT_SHIFT & 3, shape >> RIGHT_SHIFT);
        let len = range.end - range.start;
        match shape & 3 {
            INSERT => {
                let (container, kind) = self.sequence(shape, log)?;
                let left = self.place(left_code, range.start, cursor.left, log)?;
                let right = self.right(right_code, left, range.start, cursor.right, log)?;
                if !left.is_none() && left == right {
                    return Err(DecodeError::Invalid(NOWHERE));
                }
                cursor.inserted(range.end - 1, right);
                let body = if kind == Kind::Text {
                    OpBody::Insert { container, left, right, text: text.cut(log.text(), len)? }
                } else {
                    self.items(container, (left, right), &range, log)?
                };
                log.ops.push(OpRun { range, body });
            }
            shape_kind @ (DELETE | DELETE_BACKWARD) => {
                let (container, kind) = self.sequence(shape, log)?;
                let backward = shape_kind == DELETE_BACKWARD;
                if backward && (len == 1 || kind != Kind::Text) || right_code != 0 {
                    return Err(DecodeError::NotCanonical("the shape of a deletion"));
                }
                let edge = self.place(left_code, range.start, cursor.deletion(len, backward), log)?;
                let target = target(edge, len, range.start, backward)?;
                cursor.deleted(target);
                let body = if kind == Kind::Text {
                    OpBody::Delete { container, target, backward }
                } else {
                    check_within_action(&range, log)?;
                    log.pack_deletion(container, target)
                };
                log.ops.push(OpRun { range, body });
            }
            OTHER if shape == OTHER => {
                let op = self.other(range.clone(), log)?;
                let body = log.pack(op.as_op_ref());
                log.ops.push(OpRun { range, body });
            }
            OTHER if self.version >= BLOCK_VERSION => {
                self.structure(shape, range, log)?;
            }
            _ => return Err(DecodeError::Unknown { what: "shape of an op", number: shape.into() }),
        }
        Ok(())
    }

    fn other(&mut self, range: Range<Seq>, log: &ReplicaLog) -> Result<Op, DecodeError> {
        let r = &mut self.r[columns::OTHERS];
        r.charge(OP_WEIGHT as u64)?;
        let op = read_op(r, &mut self.names, range.start)?;
        let has_columns = match op {
            Op::Insert { .. } | Op::Delete { .. } => true,
            Op::Control { .. } | Op::Draft { .. } | Op::Unknown { .. } => false,
            Op::Constrain { .. } | Op::Claim { .. } | Op::Resolve { .. } | Op::Weigh { .. } => false,
            Op::Govern { .. } | Op::Decide { .. } | Op::Vote { .. } | Op::Trim { .. } => false,
            Op::TextObject { .. } | Op::TextMark { .. } | Op::TextMove { .. } => false,
            _ => self.version >= BLOCK_VERSION,
        };
        if has_columns {
            return Err(DecodeError::NotCanonical("an op that has columns of its own"));
        }
        if op.len() != range.end - range.start {
            return Err(DecodeError::Invalid("an op of another number of counters than it says"));
        }
        check_within_action(&range, log)?;
        Ok(op)
    }

    /// The number in the part's own table of a text or a list, and which of both it is.
    #[inline]
    fn sequence(&mut self, shape: u8, log: &mut ReplicaLog) -> Result<(u32, Kind), DecodeError> {
        let (local, kind) = self.any_container(shape, log)?;
        if kind == Kind::Text || kind == Kind::List && self.version >= BLOCK_VERSION {
            Ok((local, kind))
        } else {
            Err(DecodeError::Invalid("an op on a container of another kind"))
        }
    }

    /// The number of a container of `kind` in the part's own table.
    pub(super) fn container(&mut self, shape: u8, log: &mut ReplicaLog, kind: Kind) -> Result<u32, DecodeError> {
        match self.any_container(shape, log)? {
            (local, of) if of == kind => Ok(local),
            _ => Err(DecodeError::Invalid("an op on a container of another kind")),
        }
    }

    #[inline]
    fn any_container(&mut self, shape: u8, log: &mut ReplicaLog) -> Result<(u32, Kind), DecodeError> {
        match self.local {
            Some(local) if shape & NAMES_CONTAINER == 0 => Ok(local),
            _ => self.next_container(shape, log),
        }
    }

    #[inline(never)]
    fn next_container(&mut self, shape: u8, log: &mut ReplicaLog) -> Result<(u32, Kind), DecodeError> {
        if shape & NAMES_CONTAINER == 0 {
            return Err(DecodeError::Invalid("an op without a container"));
        }
        let number = self.r[columns::OP_CONTAINERS].limited(CONTAINERS)?;
        let known = self.names.containers().get(number as usize).copied();
        let container: ContainerId = known.ok_or(DecodeError::Unknown { what: "container number", number })?;
        let local = self.charged(log, |log| log.container_number(container))?;
        Ok(*self.local.insert((local, container.kind())))
    }

    /// Charges for the names that `add` adds to the part.
    pub(super) fn charged<T>(
        &self,
        log: &mut ReplicaLog,
        add: impl FnOnce(&mut ReplicaLog) -> T,
    ) -> Result<T, DecodeError> {
        let before = log.name_count();
        let added = add(log);
        self.r[columns::SHAPES].charge((log.name_count() - before) as u64 * LOG_NAME_WEIGHT)?;
        Ok(added)
    }

    #[inline]
    fn place(&mut self, code: u8, at: Seq, predicted: Near, log: &mut ReplicaLog) -> Result<Near, DecodeError> {
        let place = match code {
            NONE => return Ok(Near::NONE),
            PREDICTED if predicted.is_none() => {
                return Err(DecodeError::Invalid("nothing to predict a place from"));
            }
            PREDICTED => predicted,
            OWN => {
                let seq = i64::from(own_seq(predicted)).checked_add(self.r[columns::PLACES].signed()?);
                let seq = seq.and_then(|seq| Seq::try_from(seq).ok());
                Near::own(seq.ok_or(DecodeError::Invalid("a place out of range"))?)
            }
            NAMED => self.named_place(at, log)?,
            number => return Err(DecodeError::Unknown { what: "kind of place", number: number.into() }),
        };
        SEQ.check(u64::from(place.seq()))?;
        if place.is_own() && place.seq() >= at {
            return Err(NOT_BEFORE);
        }
        Ok(place)
    }

    #[inline(never)]
    fn named_place(&mut self, at: Seq, log: &mut ReplicaLog) -> Result<Near, DecodeError> {
        let id = self.names.read_id(&mut self.r[columns::PLACES], at)?;
        self.charged(log, |log| log.near(Some(id)))
    }

    #[inline]
    fn right(
        &mut self,
        code: u8,
        left: Near,
        at: Seq,
        predicted: Near,
        log: &mut ReplicaLog,
    ) -> Result<Near, DecodeError> {
        match code {
            PREDICTED => self.place(PREDICTED, at, predicted, log),
            NEXT => self.place(PREDICTED, at, left.plus(1), log),
            other => self.place(other, at, left, log),
        }
    }
}

const NOT_BEFORE: DecodeError = DecodeError::Invalid("an op names an element that is not before it");

/// The parents that go without saying, each by the counter after it.
fn previous_end(own: ReplicaId, start: Seq) -> Option<(ReplicaId, u64)> {
    (start > 0).then_some((own, u64::from(start)))
}

/// The lowest of the `len` elements that a deletion at counter `at` takes: from `edge` upward, or downward.
fn target(edge: Near, len: Seq, at: Seq, backward: bool) -> Result<Near, DecodeError> {
    if edge.is_none() {
        return Err(DecodeError::Invalid("a deletion of nothing"));
    }
    let target = if backward { edge.minus(len - 1) } else { edge };
    if target.is_none() {
        return Err(DecodeError::Invalid("a deletion out of range"));
    }
    let end = SEQ.check(u64::from(target.seq()) + u64::from(len))?;
    if target.is_own() && end > u64::from(at) {
        return Err(NOT_BEFORE);
    }
    Ok(target)
}

/// Cuts a text into runs of characters, in order.
struct TextCutter {
    at: usize,
    /// Up to where it is known that each character is one byte.
    ascii_end: usize,
}

impl TextCutter {
    fn new(log: &ReplicaLog) -> Self {
        let text = log.text().as_bytes();
        Self { at: 0, ascii_end: if log.is_ascii() { text.len() } else { ascii_len(text) } }
    }

    /// Where the next `chars` characters begin, in bytes.
    #[inline]
    fn cut(&mut self, text: &str, chars: Seq) -> Result<u32, DecodeError> {
        let start = self.at;
        let end = start.saturating_add(chars as usize);
        if end <= self.ascii_end {
            self.at = end
        } else {
            self.cut_wide(text.as_bytes(), chars)?
        }
        Ok(start as u32)
    }

    fn cut_wide(&mut self, text: &[u8], chars: Seq) -> Result<(), DecodeError> {
        let len = chars_len(&text[self.at..], chars as usize);
        self.at += len.ok_or(DecodeError::Invalid("less text than elements"))?;
        self.ascii_end = self.at + ascii_len(&text[self.at..]);
        Ok(())
    }
}

/// How many bytes there are before the first that is not ASCII.
fn ascii_len(text: &[u8]) -> usize {
    let whole: usize = text.chunks(64).take_while(|some| some.is_ascii()).map(<[u8]>::len).sum();
    whole + text[whole..].iter().take_while(|byte| byte.is_ascii()).count()
}

/// How many bytes the first `chars` characters take, where there are so many.
fn chars_len(text: &[u8], chars: usize) -> Option<usize> {
    let (mut at, mut left) = (0_usize, chars);
    while left > 0 {
        let some = text.get(at..at.checked_add(left)?)?;
        // Every byte begins a character, or carries one on.
        left = if some.is_ascii() { 0 } else { some.iter().filter(|&&byte| carries_on(byte)).count() };
        at += some.len();
    }
    Some(at + text[at..].iter().take_while(|&&byte| carries_on(byte)).count())
}

/// Whether a byte of UTF-8 is not the first of a character.
fn carries_on(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}
