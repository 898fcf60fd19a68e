//! The action being written: kept within what can be sealed and sent, by cutting it, or by refusing what cannot be cut.

use super::Document;
use clock::{Seq, Span};
use codec::limits::{PARENTS, SEQ, UNSEEN_SPANS};
use codec::{Cost, EncodeError};
use log::{Counted, Header, OpRef};

/// What one action may take, in bytes, but for a single op that is more: with everything around it, it fits into a
/// parcel of 8 MiB twice; and insertions into a list that the log joins are together no more than one may be.
const ACTION_BYTES_MAX: usize = 7 << 19;

/// What one action may take in memory, for each byte it may take; see [`ACTION_BYTES_MAX`].
const MEMORY_PER_BYTE: usize = 4;

/// How long the pieces are at whose ends text that is longer than an action may be cut, in bytes.
const TEXT_PIECE: usize = 1 << 20;

/// Why an edit was not made; the document is as it was before it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// One thing in it is more than anybody could read.
    #[error("{0}: make it smaller, or several, or keep it as a blob")]
    TooLarge(#[from] EncodeError),
    /// More wrote at once than an action can follow.
    #[error("{count} wrote at once and none saw the other, {} are allowed: let somebody who saw fewer write first", PARENTS.max)]
    ManyAtOnce {
        /// How many.
        count: usize,
    },
    /// What is held back is in more pieces than an action can name.
    #[error("what is held back or pinned here is in {count} pieces, {} are allowed: release it and write then", UNSEEN_SPANS.max)]
    ManyUnseen {
        /// How many.
        count: usize,
    },
    /// What is said of actions names one that is not here, or says nothing that can be said of them.
    #[error("what is said of actions has to name actions that are here, as many as it is said of")]
    Unfit,
    /// What was there at a version is not here any more.
    #[error("what was there then was forgotten: history was trimmed")]
    Forgotten,
    /// This copy has written as much as one may.
    #[error("this copy has no numbers left to write with: open the document again")]
    UsedUp,
}

impl Refusal {
    /// The stable code, which wire and interface share.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge(_) => "edit.too-large",
            Self::ManyAtOnce { .. } => "edit.many-at-once",
            Self::ManyUnseen { .. } => "edit.many-unseen",
            Self::Unfit => "edit.unfit",
            Self::Forgotten => "edit.forgotten",
            Self::UsedUp => "edit.used-up",
        }
    }
}

/// How far the action being written is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Writing {
    /// What was written since the last cut, in bytes, or in memory where that is nearer to what may be.
    taken: usize,
    /// Where an action ends and the next begins, ascending: what people call one change may be several.
    cuts: Vec<Seq>,
    /// Why it is not to be.
    refusal: Option<Refusal>,
    /// Whether something was said of what actions mean together.
    pub declares: bool,
    /// Whether it begins a draft.
    pub drafts: bool,
    /// Whether half of all numbers are used.
    is_used_up: bool,
}

impl Writing {
    /// Whether there is room for an op; then it counts.
    #[inline]
    fn has_room(&mut self, cost: Cost) -> bool {
        let taken = self.taken + room(cost);
        let has_room = taken <= ACTION_BYTES_MAX;
        if has_room {
            self.taken = taken;
        }
        has_room
    }

    /// Accounts for an op; `ends` says where what is being written begins, and where the op does.
    #[inline]
    pub fn account(&mut self, cost: Cost, ends: impl FnOnce() -> (Seq, Seq)) {
        if !self.has_room(cost) {
            self.make_room(cost, ends());
        }
    }

    /// Makes room for an op that begins at counter `at`: in the next action where this one, which began at `start`
    /// unless it was cut since, is not empty.
    #[cold]
    fn make_room(&mut self, cost: Cost, (start, at): (Seq, Seq)) {
        if self.cuts.last().copied().unwrap_or(start) < at {
            self.cut(at);
        }
        self.taken += room(cost);
    }

    /// Accounts for text that is inserted next, and cuts it where it is longer than an action.
    #[inline]
    pub fn account_text(&mut self, text: Counted<'_>, ends: impl FnOnce() -> (Seq, Seq)) {
        if !self.has_room(Cost::of_text(text.text().len())) {
            self.cut_text(text.text(), ends());
        }
    }

    #[cold]
    fn cut_text(&mut self, text: &str, (start, mut at): (Seq, Seq)) {
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, behind) = rest.split_at(rest.floor_char_boundary(TEXT_PIECE));
            self.account(Cost::of_text(piece.len()), || (start, at));
            at += piece.chars().count() as Seq;
            rest = behind;
        }
    }

    /// Whether something was refused, and nothing more is to be written.
    #[inline]
    pub fn is_refused(&self) -> bool {
        self.refusal.is_some()
    }

    /// Whether something was written that is still to be closed.
    #[inline]
    fn is_begun(&self) -> bool {
        self.taken > 0 || !self.cuts.is_empty()
    }

    fn cut(&mut self, at: Seq) {
        self.cuts.push(at);
        self.taken = 0;
    }
}

/// What an op takes of what an action may.
#[inline]
fn room(cost: Cost) -> usize {
    cost.bytes.max(cost.memory.div_ceil(MEMORY_PER_BYTE))
}

impl Document {
    /// Why the last edit, undo or restore was not made, where one was not; asked once. Whoever hands on what others
    /// bring asks after each.
    ///
    /// # Errors
    /// With what was in the way, and what to do.
    pub fn take_refusal(&mut self) -> Result<(), Refusal> {
        self.writing.refusal.take().map_or(Ok(()), Err)
    }

    /// Whether nothing more is written, since something was refused.
    pub(crate) fn is_refused(&self) -> bool {
        self.writing.is_refused()
    }

    /// Remembers why nothing is written.
    pub(crate) fn refuse(&mut self, refusal: Refusal) {
        self.writing.refusal.get_or_insert(refusal);
    }

    /// Sees whether anything can be written at all, in a view whose policy `is_plain` or not. A refusal of an edit before is forgotten.
    #[inline]
    pub(crate) fn begin(&mut self, is_plain: bool) {
        if self.writing.is_begun() {
            return;
        }
        let is_free = !self.writing.is_refused() && !self.writing.is_used_up;
        let has_few = self.log.frontier().ids().len() as u64 <= PARENTS.max;
        if !(is_free && has_few && is_plain) {
            self.look_for_obstacles();
        }
    }

    #[cold]
    fn look_for_obstacles(&mut self) {
        self.writing.refusal = None;
        let count = self.log.frontier().ids().len();
        if count as u64 > PARENTS.max {
            return self.refuse(Refusal::ManyAtOnce { count });
        }
        if self.writing.is_used_up {
            return self.refuse(Refusal::UsedUp);
        }
        if !self.view.is_plain() {
            let count = self.view.unseen().len();
            if count as u64 > UNSEEN_SPANS.max {
                self.refuse(Refusal::ManyUnseen { count });
            }
        }
    }

    /// Accounts for an op that is about to be written; whether it may be.
    pub(crate) fn may_push(&mut self, op: OpRef<'_>) -> bool {
        if self.is_refused() {
            return false;
        }
        match codec::cost(op) {
            Ok(cost) => self.account(cost),
            Err(error) => self.refuse(error.into()),
        }
        !self.is_refused()
    }

    /// Accounts for an op.
    fn account(&mut self, cost: Cost) {
        self.writing.account(cost, || self.log.local_ends(self.replica));
    }

    /// The Lamport time of what is written next.
    pub(crate) fn lamport_next(&self) -> clock::Lamport {
        self.log.lamport_next() + self.writing.cuts.len() as clock::Lamport
    }

    /// Closes what was written, in as many actions as it was cut into.
    pub(crate) fn commit_cut(&mut self, header: &Header) -> Option<Span> {
        let replica = self.replica;
        let start = self.log.end(replica);
        for cut in std::mem::take(&mut self.writing.cuts) {
            self.log.commit_until(replica, cut, header.clone());
        }
        let last = self.log.commit(replica, header.clone());
        self.closed(last.map(|last| Span::new(replica, start, last.end)))
    }

    /// Whether it was cut.
    pub(crate) fn is_cut(&self) -> bool {
        !self.writing.cuts.is_empty()
    }

    /// Begins to count anew, for what was written is closed: `span`.
    #[inline]
    pub(crate) fn closed(&mut self, span: Option<Span>) -> Option<Span> {
        self.writing.taken = 0;
        self.writing.is_used_up |= span.is_some_and(|span| u64::from(span.end) > SEQ.max / 2);
        span
    }

    /// Takes what was written of a refused edit back, as if it never was.
    pub(crate) fn abandon(&mut self) {
        self.writing.cuts.clear();
        self.writing.taken = 0;
        self.writing.declares = false;
        self.writing.drafts = false;
        if self.is_writing() {
            self.log.abandon(self.replica);
            self.model = super::LazyModel::awake(self.view.project(&self.log));
        }
    }
}

/// A time in seconds since 1970 that calendars agree to show.
pub(crate) fn shown_time(time: i64) -> i64 {
    let max = codec::limits::TIME.max as i64;
    time.clamp(-max, max)
}
