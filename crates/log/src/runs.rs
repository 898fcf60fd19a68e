//! How one replica's log lies in memory: runs of like actions, runs of like ops, one text buffer.
//!
//! A keystroke that follows the one before it costs no new run, only the bytes of its characters.

use crate::borrowed::OpRef;
use crate::container::ContainerId;
use crate::op::{Action, Op, Proposal};
use crate::packed::{Amount, Packed, Part, Placed};
use crate::room;
use crate::table::Table;
use crate::writer::Counted;
use clock::{Id, Lamport, ReplicaId, Seq, Span};
use std::ops::Range;

/// Consecutive actions of one replica that differ only in place.
///
/// Invariant: where a run holds more than one action, all have `each` counters, each further one has
/// the one before it as its only parent, and nothing is unseen, labelled or proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderRun {
    /// The counters that it covers.
    pub range: Range<Seq>,
    /// How many counters each action takes.
    pub each: Seq,
    /// The Lamport time of the first action; each further one is one later.
    pub lamport: Lamport,
    /// The time of all of them, in seconds since 1970.
    pub time: i64,
    /// What most have not: runs are many.
    apart: Option<Box<Apart>>,
}

/// What tells the first action of a run from one that just follows the action before it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Apart {
    parents: Option<Box<[Id]>>,
    rare: Option<Box<RareHeader>>,
}

/// Header fields that nearly no action has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RareHeader {
    /// See [`Action::unseen`].
    pub unseen: Vec<Span>,
    /// See [`Action::label`].
    pub label: String,
    /// See [`Action::proposal`].
    pub proposal: Option<Proposal>,
}

impl RareHeader {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.unseen.is_empty() && self.label.is_empty() && self.proposal.is_none()
    }
}

impl HeaderRun {
    /// How many bytes parents or anything rare take in memory, apart from what they hold.
    pub const APART_BYTES: usize = size_of::<Apart>();

    /// Actions that just follow each other and the one before them.
    pub fn new(range: Range<Seq>, each: Seq, lamport: Lamport, time: i64) -> Self {
        Self { range, each, lamport, time, apart: None }
    }

    /// The same where the first action has these parents, unless they go without saying, and what is rare. An
    /// action with anything rare stands alone.
    #[must_use]
    pub fn with(mut self, parents: Option<Vec<Id>>, rare: RareHeader) -> Self {
        let rare = (!rare.is_empty()).then(|| Box::new(rare));
        if parents.is_some() || rare.is_some() {
            self.apart = Some(Box::new(Apart { parents: parents.map(Vec::into_boxed_slice), rare }));
        }
        self
    }

    /// The parents of the first action; `None` where that is just the action before it in the same log, or none
    /// for a log's first.
    pub fn parents(&self) -> Option<&[Id]> {
        self.apart.as_deref()?.parents.as_deref()
    }

    /// What is rare, of the first and only action.
    pub fn rare(&self) -> Option<&RareHeader> {
        self.apart.as_deref()?.rare.as_deref()
    }

    /// Where its action is only proposed, as what.
    pub fn proposal(&self) -> Option<Proposal> {
        self.rare()?.proposal
    }

    /// How many actions it holds.
    pub fn count(&self) -> Seq {
        (self.range.end - self.range.start) / self.each
    }

    /// Whether `lamport` is the logical time of the action after it: without the division that counting takes.
    fn is_followed_by(&self, lamport: Lamport) -> bool {
        let count = lamport.saturating_sub(self.lamport);
        count.checked_mul(Lamport::from(self.each)) == Some(Lamport::from(self.range.end - self.range.start))
    }

    /// The part of it within `range`, which cuts between actions.
    #[must_use]
    pub fn cut(&self, range: &Range<Seq>) -> Self {
        let start = self.range.start.max(range.start);
        let skipped = Lamport::from((start - self.range.start) / self.each);
        Self {
            range: start..self.range.end.min(range.end),
            each: self.each,
            lamport: self.lamport + skipped,
            time: self.time,
            apart: if skipped == 0 { self.apart.clone() } else { None },
        }
    }
}

/// Consecutive ops of one replica as one change; may reach across actions.
#[derive(Clone, Debug, PartialEq)]
pub struct OpRun {
    /// The counters that it covers.
    pub range: Range<Seq>,
    /// The change.
    pub body: OpBody,
}

impl OpRun {
    /// How many counters it covers.
    pub fn len(&self) -> Seq {
        self.range.end - self.range.start
    }

    /// Whether it covers none, which no run does.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }
}

/// What an [`OpRun`] does; what it names is known to its [`ReplicaLog`].
#[derive(Clone, Debug, PartialEq)]
pub enum OpBody {
    /// Characters, the first between `left` and `right`.
    Insert {
        /// The text, see [`ReplicaLog::container`].
        container: u32,
        /// Left neighbour of the first character.
        left: Near,
        /// Right neighbour of all of them.
        right: Near,
        /// Where the characters begin in [`ReplicaLog::text`], in bytes.
        text: u32,
    },
    /// Deletions of as many elements as the run has counters, upward or downward.
    Delete {
        /// The sequence, see [`ReplicaLog::container`].
        container: u32,
        /// The first of the elements.
        target: Near,
        /// Whether the first counter belongs to the last target.
        backward: bool,
    },
    /// A write of a map's register.
    Set {
        /// The map, see [`ReplicaLog::container`].
        container: u32,
        /// The register, see [`ReplicaLog::key`].
        key: u32,
        /// Which of the log's values it writes, if any.
        value: u32,
        /// The writes replaced.
        pred: Part,
    },
    /// An addition to a counter.
    CounterAdd {
        /// The counter.
        container: u32,
        /// How much.
        amount: Amount,
    },
    /// Items, the first between `left` and `right`; may reach across actions.
    ListInsert {
        /// The list.
        container: u32,
        /// Left neighbour of the first item.
        left: Near,
        /// Right neighbour of all of them.
        right: Near,
        /// Which of the log's values the first holds.
        values: u32,
    },
    /// A deletion of as many items as the run has counters, upward.
    ListDelete {
        /// The list.
        container: u32,
        /// The first of the items.
        target: Near,
    },
    /// A write of a list's item.
    ListSet {
        /// The list.
        container: u32,
        /// The item.
        item: Near,
        /// Which of the log's values it writes.
        value: u32,
        /// The writes replaced.
        pred: Part,
    },
    /// A place for an item or a node.
    Placed {
        /// What the place is for.
        placed: Placed,
        /// The list or tree.
        container: u32,
        /// Where the elements begin that it is made of.
        nears: u32,
    },
    /// A deletion of a tree's node.
    TreeDelete {
        /// The tree.
        container: u32,
        /// The node.
        node: Near,
    },
    /// An object in a text.
    TextObject {
        /// The text.
        container: u32,
        /// Left neighbour.
        left: Near,
        /// Right neighbour.
        right: Near,
        /// What it is, among the log's keys.
        kind: u32,
    },
    /// Anything else: exactly one op, kept as it is.
    Other(u32),
}

impl OpBody {
    /// Whether it changes a text.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Insert { .. } | Self::Delete { .. })
    }
}

/// An element, or none, as a log names it: in a third of the memory. See [`ReplicaLog::id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Near {
    /// 0 for the log's own replica, otherwise one more than the place in its table; [`Near::NONE`]'s for
    /// none.
    writer: u32,
    seq: Seq,
}

impl Near {
    /// No element.
    pub const NONE: Self = Self { writer: u32::MAX, seq: 0 };

    /// An element of the log's own replica.
    pub fn own(seq: Seq) -> Self {
        Self { writer: 0, seq }
    }

    /// Which of [`ReplicaLog::writers`] it is by; none for no element.
    pub fn writer(self) -> Option<usize> {
        (!self.is_none()).then_some(self.writer as usize)
    }

    /// Whether it is an element of the log's own replica.
    pub fn is_own(self) -> bool {
        self.writer == 0
    }

    /// Whether there is no element.
    pub fn is_none(self) -> bool {
        self.writer == u32::MAX
    }

    /// The element's counter; 0 where there is none.
    pub fn seq(self) -> Seq {
        self.seq
    }

    /// The element of the same replica that comes `more` later; none where there is none, or no such counter.
    #[must_use]
    pub fn plus(self, more: Seq) -> Self {
        match self.seq.checked_add(more) {
            Some(seq) if !self.is_none() => Self { seq, ..self },
            _ => Self::NONE,
        }
    }

    /// The element of the same replica that comes `less` earlier; none where there is none, or no such counter.
    #[must_use]
    pub fn minus(self, less: Seq) -> Self {
        match self.seq.checked_sub(less) {
            Some(seq) if !self.is_none() => Self { seq, ..self },
            _ => Self::NONE,
        }
    }

    /// Whether it and `more` elements behind it are the log's own and come before `end`.
    pub(crate) fn is_own_before(self, end: Seq, more: Seq) -> bool {
        self.writer == 0 && self.seq < end.saturating_sub(more)
    }
}

/// The log of one replica.
#[derive(Clone, Debug)]
pub struct ReplicaLog {
    /// Whose it is.
    pub replica: ReplicaId,
    /// Runs of actions, without a gap from zero.
    pub headers: Vec<HeaderRun>,
    /// Runs of ops, without a gap from zero.
    pub ops: Vec<OpRun>,
    /// All characters that it inserted, in order.
    text: String,
    /// Whether each of them is one byte.
    is_ascii: bool,
    /// What its ops of other kinds name.
    pub(crate) packed: Packed,
    /// The containers that its ops name.
    containers: Table<ContainerId>,
    /// The other replicas that its ops name.
    replicas: Table<ReplicaId>,
}

/// Equal where they say the same, under whatever numbers.
impl PartialEq for ReplicaLog {
    fn eq(&self, other: &Self) -> bool {
        let actions = |log: &'_ Self| log.actions_in(log.start()..log.end()).collect::<Vec<_>>();
        self.replica == other.replica && self.headers == other.headers && actions(self) == actions(other)
    }
}

impl ReplicaLog {
    /// The log of a replica that has not written.
    pub fn new(replica: ReplicaId) -> Self {
        let (containers, replicas) = (Table::new(), Table::new());
        Self {
            replica,
            headers: Vec::new(),
            ops: Vec::new(),
            text: String::new(),
            is_ascii: true,
            packed: Packed::default(),
            containers,
            replicas,
        }
    }

    /// All characters that it inserted, in order.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether each of them is one byte.
    pub fn is_ascii(&self) -> bool {
        self.is_ascii
    }

    /// Sets all characters that it inserts. Its insertions have to be of just as many.
    pub fn set_text(&mut self, text: String) {
        self.is_ascii = text.is_ascii();
        self.text = text;
    }

    /// The container under a number that the log gave out.
    pub fn container(&self, number: u32) -> ContainerId {
        self.containers.name(number)
    }

    /// How many containers it names.
    pub fn container_count(&self) -> usize {
        self.containers.len()
    }

    /// The number of a container.
    pub fn container_number(&mut self, container: ContainerId) -> u32 {
        self.containers.number(container)
    }

    /// How many containers and other replicas it names.
    pub fn name_count(&self) -> usize {
        self.containers.len() + self.replicas.len()
    }

    /// Its own replica, then the others that its ops name.
    pub fn writers(&self) -> impl Iterator<Item = ReplicaId> {
        std::iter::once(self.replica).chain(self.replicas.names().iter().copied())
    }

    /// The element that the log names so.
    pub fn id(&self, near: Near) -> Option<Id> {
        let replica = match near.writer {
            0 => self.replica,
            u32::MAX => return None,
            other => self.replicas.name(other - 1),
        };
        Some(Id::new(replica, near.seq))
    }

    /// How the log names an element.
    pub fn near(&mut self, id: Option<Id>) -> Near {
        let Some(id) = id else { return Near::NONE };
        let writer = if id.replica == self.replica { 0 } else { self.replicas.number(id.replica) + 1 };
        Near { writer, seq: id.seq }
    }

    /// Which elements a run deletes from `target` on, `backward` or not, under the counters `part`.
    fn part_of_deletion(&self, run: &OpRun, target: Near, backward: bool, part: Range<Seq>) -> Span {
        let first = self.id(target).expect("deletions name elements");
        let skip = if backward { run.range.end - part.end } else { part.start - run.range.start };
        Span::new(first.replica, first.seq + skip, first.seq + skip + (part.end - part.start))
    }

    /// Consecutive actions of one replica as a part of its log; at least one.
    pub fn part(actions: impl IntoIterator<Item = Action>) -> Self {
        let mut actions = actions.into_iter();
        let first = actions.next().expect("a part holds an action");
        let mut part = Self::new(first.id.replica);
        part.push_action(first);
        for action in actions {
            assert_eq!(action.id, Id::new(part.replica, part.end()), "actions follow each other");
            part.push_action(action);
        }
        part
    }

    /// Its first counter: zero but in a part of a log.
    pub fn start(&self) -> Seq {
        self.headers.first().map_or(0, |run| run.range.start)
    }

    /// One past its last counter.
    pub fn end(&self) -> Seq {
        self.headers.last().map_or(0, |run| run.range.end)
    }

    /// One past the last counter of its ops: ahead of [`ReplicaLog::end`] while an action is written.
    pub fn ops_end(&self) -> Seq {
        self.ops.last().map_or(0, |run| run.range.end)
    }

    /// The run of actions that holds `seq`, which must be below [`ReplicaLog::end`].
    pub fn header_at(&self, seq: Seq) -> &HeaderRun {
        &self.headers[self.headers.partition_point(|run| run.range.end <= seq)]
    }

    /// The Lamport time of the action that holds `seq`.
    pub fn lamport(&self, seq: Seq) -> Lamport {
        let run = self.header_at(seq);
        run.lamport + Lamport::from((seq - run.range.start) / run.each)
    }

    /// The counters of the action that holds `seq`.
    pub fn action_range(&self, seq: Seq) -> Range<Seq> {
        let run = self.header_at(seq);
        let start = run.range.start + (seq - run.range.start) / run.each * run.each;
        start..start + run.each
    }

    /// The parts of `range` that are only proposed, ascending, and as what.
    pub fn proposals_in(&self, range: Range<Seq>) -> impl Iterator<Item = (Range<Seq>, Proposal)> {
        let runs = self.headers_in(range.clone()).iter().filter_map(|run| Some((&run.range, run.proposal()?)));
        runs.map(move |(of, proposal)| (of.start.max(range.start)..of.end.min(range.end), proposal))
    }

    /// The parents of the action that begins at `start`.
    pub fn parents(&self, start: Seq) -> Vec<Id> {
        let run = self.header_at(start);
        match run.parents() {
            Some(ids) if run.range.start == start => ids.to_vec(),
            _ if start == 0 => Vec::new(),
            _ => vec![Id::new(self.replica, start - 1)],
        }
    }

    /// The runs of actions that hold any of `range`, in order.
    pub fn headers_in(&self, range: Range<Seq>) -> &[HeaderRun] {
        let first = self.headers.partition_point(|run| run.range.end <= range.start);
        let last = self.headers.partition_point(|run| run.range.start < range.end);
        &self.headers[first.min(last)..last]
    }

    /// The runs of ops that hold any of `range`, in order.
    pub fn op_runs_in(&self, range: Range<Seq>) -> &[OpRun] {
        let first = self.ops.partition_point(|run| run.range.end <= range.start);
        let last = self.ops.partition_point(|run| run.range.start < range.end);
        &self.ops[first.min(last)..last]
    }

    /// Ops of `range`, in order, cut to it.
    pub fn ops_in(&self, range: Range<Seq>) -> impl DoubleEndedIterator<Item = (Id, OpRef<'_>)> {
        self.op_runs_in(range.clone()).iter().map(move |run| {
            let start = run.range.start.max(range.start);
            let end = run.range.end.min(range.end);
            (Id::new(self.replica, start), self.op(run, start..end))
        })
    }

    /// Ops of `range` that are none of text, in order, cut to it. Costs nothing where there are none.
    pub fn others_in(&self, range: Range<Seq>) -> impl Iterator<Item = (Id, OpRef<'_>)> {
        let runs = if self.has_others() { self.op_runs_in(range.clone()) } else { &[] };
        runs.iter().filter(|run| !run.body.is_text()).map(move |run| {
            let part = run.range.start.max(range.start)..run.range.end.min(range.end);
            (Id::new(self.replica, part.start), self.unpack(run, part))
        })
    }

    /// The drafts that `range` begins, in order. Costs nothing where nothing but text was written.
    pub fn drafts_in(&self, range: Range<Seq>) -> impl Iterator<Item = Id> {
        let runs = if self.has_others() { self.op_runs_in(range) } else { &[] };
        let is_draft = |run: &&OpRun| {
            matches!(run.body, OpBody::Other(_)) && matches!(self.op(run, run.range.clone()), OpRef::Draft { .. })
        };
        runs.iter().filter(is_draft).map(|run| Id::new(self.replica, run.range.start))
    }

    /// The part of a run of this log that has the counters `part`.
    pub fn op<'a>(&'a self, run: &'a OpRun, part: Range<Seq>) -> OpRef<'a> {
        match &run.body {
            OpBody::Insert { container, left, right, text } => {
                let skip = part.start - run.range.start;
                OpRef::Insert {
                    container: self.container(*container),
                    left: if skip == 0 { self.id(*left) } else { Some(Id::new(self.replica, part.start - 1)) },
                    right: self.id(*right),
                    text: self.chars(*text as usize, skip as usize..(part.end - run.range.start) as usize),
                }
            }
            OpBody::Delete { container, target, backward } => {
                let target = self.part_of_deletion(run, *target, *backward, part);
                let container = self.container(*container);
                OpRef::Delete { container, target, backward: *backward && target.len() > 1 }
            }
            _ => self.unpack(run, part),
        }
    }

    /// The characters that the counters `range` inserted, in order.
    pub fn text_in(&self, range: Range<Seq>) -> &str {
        &self.text[self.text_at(range.start)..self.text_at(range.end)]
    }

    /// Where the characters begin that are inserted from counter `at` on, in bytes.
    fn text_at(&self, at: Seq) -> usize {
        let first = self.ops.partition_point(|run| run.range.end <= at);
        let insertion = self.ops[first..].iter().find_map(|run| match run.body {
            OpBody::Insert { text, .. } => Some((text as usize, run.range.start)),
            _ => None,
        });
        insertion.map_or(self.text.len(), |(text, start)| {
            text + self.chars(text, 0..at.saturating_sub(start) as usize).len()
        })
    }

    /// Characters `range` of those from byte `from` of [`ReplicaLog::text`] on.
    pub fn chars(&self, from: usize, range: Range<usize>) -> &str {
        let text = &self.text[from..];
        if self.is_ascii || text.as_bytes()[..range.end].is_ascii() {
            return &text[range];
        }
        let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]).skip(range.start);
        let start = ends.next().expect("within the run");
        let end = if range.is_empty() { start } else { ends.nth(range.len() - 1).expect("within the run") };
        &text[start..end]
    }

    /// The actions of `range`, which must begin and end where actions do.
    pub fn actions_in(&self, range: Range<Seq>) -> impl Iterator<Item = Action> + '_ {
        let mut at = range.start;
        std::iter::from_fn(move || {
            if at >= range.end {
                return None;
            }
            let run = self.header_at(at);
            let start = at;
            at = start + run.each;
            let rare = if start == run.range.start { run.rare() } else { None };
            Some(Action {
                id: Id::new(self.replica, start),
                lamport: self.lamport(start),
                parents: self.parents(start),
                unseen: rare.map_or(Vec::new(), |rare| rare.unseen.clone()),
                time: run.time,
                label: rare.map_or(String::new(), |rare| rare.label.clone()),
                proposal: rare.and_then(|rare| rare.proposal),
                ops: joined(Id::new(self.replica, start), self.ops_in(start..at).map(|(_, op)| op.to_op())),
            })
        })
    }

    /// Appends an op, whose first counter is `start`, joining it with the run before it where it carries
    /// that on.
    pub(crate) fn push_op(&mut self, start: Seq, op: OpRef<'_>) {
        match op {
            OpRef::Insert { container, left, right, text } => {
                let (container, between) = (self.container_number(container), (self.near(left), self.near(right)));
                self.push_insert(start, container, between, Counted::new(text));
            }
            OpRef::Delete { container, target, backward } => {
                let (container, first) = (self.container_number(container), self.near(Some(target.first())));
                self.push_delete(start, container, (first, target.len()), backward);
            }
            _ if self.carry_on_list(start, op) => {}
            _ => {
                let range = start..start + op.len();
                let body = self.pack(op);
                self.push_run(OpRun { range, body });
            }
        }
    }

    /// Appends an insertion, whose first counter is `start`.
    pub(crate) fn push_insert(&mut self, start: Seq, container: u32, (left, right): (Near, Near), text: Counted<'_>) {
        let from = u32::try_from(self.text.len()).expect("bounded where bytes come in");
        room::push_str(&mut self.text, text.text());
        self.is_ascii &= text.is_ascii();
        let range = start..start + text.chars();
        if let Some(run) = self.ops.last_mut()
            && let OpBody::Insert { container: old, right: old_right, .. } = &run.body
            && *old == container
            && *old_right == right
            && range.start > 0
            && left == (Near { writer: 0, seq: range.start - 1 })
        {
            run.range.end = range.end;
            return;
        }
        let body = OpBody::Insert { container, left, right, text: from };
        self.push_run(OpRun { range, body });
    }

    /// Lengthens the insertion that the log ends with.
    pub(crate) fn carry_on_insert(&mut self, text: Counted<'_>) {
        let Some(OpRun { range, body: OpBody::Insert { .. } }) = self.ops.last_mut() else {
            panic!("typing carries on an insertion");
        };
        range.end += text.chars();
        self.is_ascii &= text.is_ascii();
        room::push_str(&mut self.text, text.text());
    }

    /// Appends the deletion of `len` elements from `first` on, under the counters from `start` on.
    pub(crate) fn push_delete(&mut self, start: Seq, container: u32, (first, len): (Near, Seq), backward: bool) {
        let backward = backward && len > 1;
        if let Some(run) = self.ops.last_mut()
            && let OpBody::Delete { container: old, target: old_first, backward: old_backward } = &mut run.body
            && *old == container
            && old_first.writer == first.writer
        {
            let old_len = run.range.end - run.range.start;
            let may_rise = !backward && (!*old_backward || old_len == 1);
            let may_fall = (backward || len == 1) && (*old_backward || old_len == 1);
            // Somebody may delete what is no character: the deletion right before this one. One run of both would name what is
            // not before it.
            let is_before = first.writer != 0 || first.seq + len <= run.range.start;
            if may_rise && is_before && old_first.seq + old_len == first.seq {
                *old_backward = false;
                run.range.end += len;
                return;
            }
            if may_fall && old_first.seq == first.seq + len {
                *old_backward = true;
                *old_first = first;
                run.range.end += len;
                return;
            }
        }
        let body = OpBody::Delete { container, target: first, backward };
        self.push_run(OpRun { range: start..start + len, body });
    }

    #[inline]
    fn push_run(&mut self, run: OpRun) {
        if self.ops.len() == self.ops.capacity() {
            self.make_room();
        }
        self.ops.push(run);
    }

    /// Makes room for runs. An action that is long already may be half as long again, and then so may be what it names: room
    /// that it does not need is given back at its end.
    #[cold]
    fn make_room(&mut self) {
        let (before, len) = (self.ops.partition_point(|run| run.range.end <= self.end()), self.ops.len());
        let more = (len - before) / 2;
        room::make_room(&mut self.ops, more.max(1));
        if more > len / 4 {
            self.packed.make_room();
        }
    }

    /// Appends an action, which begins where the log ends.
    pub(crate) fn push_action(&mut self, action: Action) {
        let span = action.span();
        let mut at = span.start;
        for op in &action.ops {
            self.push_op(at, op.as_op_ref());
            at = self.ops_end();
        }
        let previous = match action.parents.as_slice() {
            [] => span.start == 0,
            [only] => span.start > 0 && *only == Id::new(self.replica, span.start - 1),
            _ => false,
        };
        let header = HeaderRun::new(span.start..span.end, span.len(), action.lamport, action.time);
        let rare = RareHeader { unseen: action.unseen, label: action.label, proposal: action.proposal };
        self.push_header(header.with((!previous).then_some(action.parents), rare));
    }

    /// Appends what `part`, a later part of the same log, holds from this log's end on up to `end`.
    pub(crate) fn append_part(&mut self, part: Self, end: Seq) {
        if self.headers.is_empty() && end == part.end() {
            *self = part;
            return;
        }
        let range = self.end()..end;
        for (id, op) in part.ops_in(range.clone()) {
            self.push_op(id.seq, op);
        }
        for run in part.headers_in(range.clone()) {
            self.push_header(run.cut(&range));
        }
    }

    /// Closes an action over the ops pushed since the last one.
    pub(crate) fn push_header(&mut self, header: HeaderRun) {
        if !(header.apart.is_none() && self.repeat_actions(&header.range, header.each, header.lamport, header.time)) {
            room::push(&mut self.headers, header);
            room::give_back(&mut self.ops);
            self.packed.give_back();
        }
    }

    /// Closes actions of `each` counters that just follow each other and the one before them, where they are
    /// like that one. Returns whether they are.
    pub(crate) fn repeat_actions(&mut self, range: &Range<Seq>, each: Seq, lamport: Lamport, time: i64) -> bool {
        match self.headers.last_mut() {
            Some(run)
                if run.each == each && run.time == time && run.is_followed_by(lamport) && run.rare().is_none() =>
            {
                run.range.end = range.end;
                true
            }
            _ => false,
        }
    }

    /// Panics where an invariant does not hold.
    pub fn check_invariants(&self) {
        let mut end = 0;
        for run in &self.headers {
            assert_eq!(run.range.start, end, "actions without a gap");
            assert!(run.each > 0 && run.count() > 0 && run.count() * run.each == run.range.end - run.range.start);
            assert!(run.rare().is_none() || run.count() == 1, "rare headers stand alone");
            end = run.range.end;
        }
        let mut ops_end = 0;
        for run in &self.ops {
            assert_eq!(run.range.start, ops_end, "ops without a gap");
            assert!(!run.range.is_empty());
            ops_end = run.range.end;
        }
        assert_eq!(end, ops_end, "every op belongs to an action");
    }
}

/// The ops of the action at `id`, joined where one carries on the one before it. A log joins ops across
/// actions, so that two ops of one action may lie in two runs though they could be one.
fn joined(id: Id, ops: impl Iterator<Item = Op>) -> Vec<Op> {
    let mut out: Vec<Op> = Vec::new();
    let mut at = id;
    for op in ops {
        let len = op.len();
        match out.last_mut().and_then(|before| join(before, at, &op)) {
            Some(both) => *out.last_mut().expect("just looked at") = both,
            None => out.push(op),
        }
        at = at.plus(len);
    }
    out
}

/// `op`, which begins at `at`, and the op before it in its action, as one; `None` where it does not
/// carry that on.
fn join(before: &Op, at: Id, op: &Op) -> Option<Op> {
    match (before, op) {
        (
            Op::Insert { container, left, right, text },
            Op::Insert { container: next, left: next_left, right: next_right, text: more },
        ) if container == next && right == next_right && *next_left == Some(Id::new(at.replica, at.seq - 1)) => {
            Some(Op::Insert { container: *container, left: *left, right: *right, text: format!("{text}{more}") })
        }
        (
            Op::Delete { container, target, backward },
            Op::Delete { container: next, target: more, backward: next_backward },
        ) if container == next && target.replica == more.replica => {
            let (one, next_one) = (target.len() == 1, more.len() == 1);
            let rises = !next_backward && (one || !backward) && target.end == more.start;
            let falls = (*next_backward || next_one) && (one || *backward) && target.start == more.end;
            let whole = |start, end| Span::new(target.replica, start, end);
            match (rises, falls) {
                (true, _) => {
                    let target = whole(target.start, more.end);
                    Some(Op::Delete { container: *container, target, backward: false })
                }
                (_, true) => {
                    let target = whole(more.start, target.end);
                    Some(Op::Delete { container: *container, target, backward: true })
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether the ops of the action at `id` are as a log reads them back.
pub(crate) fn is_joined(id: Id, ops: &[Op]) -> bool {
    let mut at = id;
    let mut before: Option<&Op> = None;
    for op in ops {
        let turned = matches!(op, Op::Delete { target, backward: true, .. } if target.len() == 1);
        if turned || before.is_some_and(|before| join(before, at, op).is_some()) {
            return false;
        }
        at = at.plus(op.len());
        before = Some(op);
    }
    true
}
