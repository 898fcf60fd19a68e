//! Text: a sequence of characters that anybody may insert into and delete from, in any order.
//!
//! The order is that of Fugue (Weidner and Kleppmann, "The Art of the Fugue", 2023): every character is
//! a node of a tree, a right child of the character it was put behind, or, where what followed is
//! already a right descendant of that one, a left child of what followed. Siblings go by replica and
//! counter. Every character that was ever received has its place; what is visible changes, the order
//! never does.

mod around;
mod build;
mod cover;
mod edge;
mod hash;
mod heaviest;
mod leaves;
mod marks;
mod moves;
mod objects;
mod order;
mod origins;
mod places;
mod rich;
mod since;
#[cfg(test)]
mod tests;
mod tree;

pub use build::TextBuilder;
pub use rich::{Grows, RichRun};

use crate::digest::Digest;
use crate::patch::{TextPatch, utf16_len};
use crate::sequence::Neighbours;
use clock::{Id, ReplicaId, Seq, Span};
use log::{Counted, Table, room};
use marks::Marks;
use moves::Moves;
use objects::{Class, Objects};
use order::Crowds;
use origins::Origins;
use places::{Lookup, Places};
use tree::{Cursor, Elem, RUN_LEN_MAX, Run, Tree, Unit, Weight};

/// The state of a text container.
#[derive(Clone, Debug)]
pub struct Text {
    tree: Tree,
    /// All characters ever inserted, in order of arrival.
    buffer: String,
    replicas: Table<ReplicaId>,
    /// By number of a replica.
    origins: Vec<Origins>,
    lookup: Lookup,
    /// The replica used last, and its number.
    recent: Option<(ReplicaId, u32)>,
    /// The run looked at last. Everything that changes another leaf forgets it.
    finger: Option<Finger>,
    /// The place right behind the last local insertion. Everything that changes the text otherwise forgets
    /// it.
    tip: Option<Place>,
    /// Where many inserted at one place.
    crowds: Crowds,
    /// Leaves that took runs from another and whose index is due; empty between calls.
    moved: Vec<u32>,
    /// What is no character.
    objects: Objects,
    marks: Marks,
    moves: Moves,
}

/// A place in a text to insert at.
#[derive(Clone, Copy, Debug)]
struct Place {
    cursor: Cursor,
    /// How much is visible before it, in code points.
    at: Seq,
    /// The visible left neighbour; none at the start.
    left: Option<Elem>,
    /// What follows that, visible or not; none at the end.
    right: Option<Elem>,
    /// Whether the last local insertion was of characters.
    is_typed: bool,
}

/// A run, and how much is visible before it.
#[derive(Clone, Copy, Debug)]
struct Finger {
    leaf: u32,
    run: u32,
    /// In code points.
    before: Seq,
}

/// Elements that lie together, as [`Text::runs`] lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextRun<'a> {
    /// Their ids.
    pub span: Span,
    /// Their characters.
    pub text: &'a str,
    /// Whether they are visible.
    pub visible: bool,
}

/// The length of a text, in each unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextLen {
    /// In code points.
    pub chars: u32,
    /// In UTF-16 code units.
    pub utf16: u32,
    /// In bytes of UTF-8.
    pub bytes: u32,
}

impl Default for Text {
    fn default() -> Self {
        Self::new()
    }
}

impl Text {
    /// An empty text.
    pub fn new() -> Self {
        Self {
            tree: Tree::new(),
            buffer: String::new(),
            replicas: Table::new(),
            origins: Vec::new(),
            lookup: Lookup::default(),
            recent: None,
            finger: None,
            tip: None,
            crowds: Crowds::default(),
            moved: Vec::new(),
            objects: Objects::default(),
            marks: Marks::default(),
            moves: Moves::default(),
        }
    }

    /// Whether it has never had anything but characters.
    pub fn is_plain(&self) -> bool {
        self.objects.is_empty() && self.marks.is_empty()
    }

    /// Brings marks and moves up to date that were turned on or off; nothing may be asked before.
    pub fn settle(&mut self, mut patch: Option<&mut TextPatch>) {
        self.settle_moves(patch.as_deref_mut());
        self.settle_marks(patch);
    }

    /// Whether [`Text::settle`] is due.
    pub fn is_unsettled(&self) -> bool {
        self.moves.is_changed() || self.marks.is_changed()
    }

    /// How long what is visible is.
    pub fn len(&self) -> TextLen {
        let Weight { chars, utf16, bytes } = self.tree.total(&self.buffer);
        TextLen { chars, utf16, bytes }
    }

    /// Whether nothing is visible.
    pub fn is_empty(&self) -> bool {
        self.len().chars == 0
    }

    /// A hash of what is visible and in which order. Costs what changed since it was asked last.
    pub fn hash(&mut self) -> u64 {
        let replicas: Vec<u64> = self.replicas.names().iter().map(|replica| replica.0).collect();
        let elements = self.tree.fold(&replicas).hash;
        if self.is_plain() {
            return elements;
        }
        let mut digest = Digest::new();
        digest.word(elements);
        self.hash_moves(&mut digest);
        self.hash_marks(&mut digest);
        digest.finish()
    }

    /// All elements in order, the dead ones too, in runs of consecutive ids that are alike.
    pub fn runs(&self) -> impl Iterator<Item = TextRun<'_>> {
        self.tree.leaves().flat_map(|leaf| self.tree.runs(leaf)).map(|run| TextRun {
            span: Span::new(self.replicas.name(run.first.replica), run.first.seq, run.first.seq + run.len),
            text: run.text(&self.buffer),
            visible: run.is_visible(),
        })
    }

    /// What is visible.
    pub fn read(&self) -> String {
        if !self.moves.is_empty() {
            return self.rich().map(|run| run.text).collect();
        }
        let mut out = String::with_capacity(self.len().bytes as usize);
        for leaf in self.tree.leaves() {
            for run in self.tree.runs(leaf).iter().filter(|run| run.is_visible()) {
                out.push_str(run.text(&self.buffer));
            }
        }
        out
    }

    /// What is different here from `before`, an earlier state of the same text. Costs as much as reading
    /// both.
    pub fn changed_since(&self, before: Option<&Self>) -> TextPatch {
        if !self.is_plain() {
            return self.rich_changed_since(before);
        }
        let (mut patch, mut at) = (TextPatch::new(), 0);
        // Both are in one order, and every element of `before` is here.
        let mut shown =
            before.into_iter().flat_map(Self::runs).filter(|run| run.visible).map(|run| run.span).peekable();
        for run in self.runs() {
            let (mut span, mut text) = (run.span, run.text);
            while !span.is_empty() {
                let old = shown.peek().and_then(|old| old.intersect(&span));
                let was_shown = old.is_some_and(|old| old.start == span.start);
                let end = old.map_or(span.end, |old| if was_shown { old.end } else { old.start });
                let (part, rest) = split_chars(text, end - span.start);
                match (was_shown, run.visible) {
                    (true, true) => at += utf16_len(part),
                    (true, false) => {
                        patch.append(at, utf16_len(part), "");
                        at += utf16_len(part);
                    }
                    (false, true) => patch.append(at, 0, part),
                    (false, false) => {}
                }
                if was_shown {
                    shown.next_if(|old| old.end == end);
                }
                (span.start, text) = (end, rest);
            }
        }
        patch
    }

    /// Where to insert so that the text lands at visible position `at`, in code points: right after the
    /// visible left neighbour. Positions beyond the end mean the end.
    fn place_at(&mut self, at: Seq) -> Place {
        if let Some(tip) = self.tip.filter(|tip| tip.at == at) {
            return tip;
        }
        let cursor = match at.checked_sub(1) {
            None => self.start(),
            Some(before) => match self.visible(before) {
                Some(found) => Cursor { offset: found.offset + 1, ..found },
                None => self.end_of_visible(),
            },
        };
        Place { cursor, at, left: self.elem_before(cursor), right: self.elem_after(cursor), is_typed: false }
    }

    /// The neighbours of what is put at visible position `at`, in code points: the visible one on the left, and
    /// what follows it, visible or not. Positions beyond the end mean the end.
    pub fn neighbours(&mut self, at: Seq) -> Neighbours {
        let place = self.place_at(at);
        self.tip = Some(place);
        (place.left.map(|elem| self.id(elem)), place.right.map(|elem| self.id(elem)))
    }

    /// The place right behind the last visible element.
    fn end_of_visible(&mut self) -> Cursor {
        match self.len().chars.checked_sub(1).and_then(|last| self.visible(last)) {
            Some(found) => Cursor { offset: found.offset + 1, ..found },
            None => self.start(),
        }
    }

    /// The place before everything.
    fn start(&mut self) -> Cursor {
        self.finger = Some(Finger { leaf: Tree::FIRST, run: 0, before: 0 });
        Cursor { leaf: Tree::FIRST, run: 0, offset: 0 }
    }

    /// The ids of `len` visible elements from position `at` on, in code points, in order.
    pub fn visible_spans(&mut self, at: Seq, len: Seq) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        for (at, len) in self.base_ranges(at, len) {
            self.push_base_spans(at, len, &mut spans);
        }
        spans
    }

    /// Where `len` visible elements from position `at` on, in code points, are in the order of elements.
    fn base_ranges(&self, at: Seq, len: Seq) -> Vec<(Seq, Seq)> {
        if self.moves.is_empty() {
            return vec![(at, len)];
        }
        let (mut ranges, mut at, mut left) = (Vec::new(), at, len);
        while left > 0 {
            let (base, here) = self.to_base(at, Unit::Chars);
            let take = left.min(here);
            if take == 0 {
                break;
            }
            ranges.push((base, take));
            (at, left) = (at + take, left - take);
        }
        ranges
    }

    fn push_base_spans(&mut self, at: Seq, len: Seq, spans: &mut Vec<Span>) {
        let Some(mut at) = self.visible_base(at).filter(|_| len > 0) else { return };
        let mut left = len;
        while left > 0 {
            let run = *self.tree.run(at.leaf, at.run);
            if run.is_visible() {
                let take = left.min(run.len - at.offset);
                let first = self.id(run.first.plus(at.offset));
                let span = Span::new(first.replica, first.seq, first.seq + take);
                match spans.last_mut() {
                    Some(last) if last.replica == span.replica && last.end == span.start => last.end = span.end,
                    _ => spans.push(span),
                }
                left -= take;
            }
            match self.next_run(at) {
                Some(next) => at = next,
                None => break,
            }
        }
    }

    /// The visible text of `len` code points from `at` on.
    pub fn slice(&self, at: Seq, len: Seq) -> String {
        self.base_ranges(at, len).into_iter().map(|(at, len)| self.base_slice(at, len)).collect()
    }

    /// As [`Text::slice`], in the order of elements.
    fn base_slice(&self, at: Seq, len: Seq) -> String {
        let mut text = String::new();
        let Some(mut cursor) = self.find_visible(at) else { return text };
        let mut left = len;
        while left > 0 {
            let run = self.tree.run(cursor.leaf, cursor.run);
            if run.is_visible() {
                let take = left.min(run.len - cursor.offset);
                let all = run.text(&self.buffer);
                text.extend(all.chars().skip(cursor.offset as usize).take(take as usize));
                left -= take;
            }
            match self.next_run(cursor) {
                Some(next) => cursor = next,
                None => break,
            }
        }
        text
    }

    /// The code-point position of UTF-16 position `utf16`; inside a pair, that of the character.
    pub fn chars_at_utf16(&self, utf16: u32) -> u32 {
        if self.moves.is_empty() { self.base_chars_at_utf16(utf16) } else { self.shown_chars_at_utf16(utf16) }
    }

    fn base_chars_at_utf16(&self, utf16: u32) -> u32 {
        let (leaf, before) = self.tree.leaf_at(utf16, Unit::Utf16);
        let (mut chars, mut left) = (before.chars, utf16.saturating_sub(before.utf16));
        for run in self.tree.runs(leaf) {
            let weight = run.visible(&self.buffer);
            if weight.utf16 <= left {
                left -= weight.utf16;
                chars += weight.chars;
                continue;
            }
            for c in run.text(&self.buffer).chars() {
                let width = c.len_utf16() as u32;
                if left < width {
                    return chars;
                }
                left -= width;
                chars += 1;
            }
        }
        chars
    }

    /// The UTF-16 position of code-point position `chars`.
    pub fn utf16_at_chars(&self, chars: u32) -> u32 {
        if self.moves.is_empty() { self.base_utf16_at_chars(chars) } else { self.shown_utf16_at_chars(chars) }
    }

    fn base_utf16_at_chars(&self, chars: u32) -> u32 {
        let (leaf, before) = self.tree.leaf_at(chars, Unit::Chars);
        let (mut utf16, mut left) = (before.utf16, chars.saturating_sub(before.chars));
        for run in self.tree.runs(leaf) {
            let weight = run.visible(&self.buffer);
            if weight.chars <= left {
                left -= weight.chars;
                utf16 += weight.utf16;
                continue;
            }
            return utf16
                + run.text(&self.buffer).chars().take(left as usize).map(|c| c.len_utf16() as u32).sum::<u32>();
        }
        utf16
    }

    /// The visible element at position `at`, in code points.
    pub fn id_at(&mut self, at: Seq) -> Option<Id> {
        let cursor = self.visible(at)?;
        Some(self.id(self.tree.run(cursor.leaf, cursor.run).first.plus(cursor.offset)))
    }

    /// How many visible code points lie before element `id`, and whether it is visible itself; `None`
    /// where the text has no such element.
    pub fn position(&self, id: Id) -> Option<(Seq, bool)> {
        let elem = self.known(id)?;
        let cursor = self.find(elem)?;
        let before = self.to_shown(elem, self.weight_at(cursor)).chars;
        Some((before, self.tree.run(cursor.leaf, cursor.run).is_visible()))
    }

    /// Puts characters, whose first is `first`, at visible position `at`, in code points; positions beyond the
    /// end mean the end. Returns the neighbours to record: the visible one on the left, and what followed it,
    /// visible or not. This is how the author's own typing comes in.
    pub fn insert_at(&mut self, at: Seq, first: Id, text: Counted<'_>) -> (Option<Id>, Option<Id>) {
        let elem = self.elem(first);
        let Place { left, right, .. } = self.insert_here(at, elem, text, true);
        (left.map(|elem| self.id(elem)), right.map(|elem| self.id(elem)))
    }

    /// Puts elements at a visible position; returns where they went. What is put right behind them next knows its place.
    fn insert_here(&mut self, at: Seq, first: Elem, text: Counted<'_>, is_typed: bool) -> Place {
        let place = self.place_at(at);
        let cursor = self.insert_elems(place.cursor, first, (place.left, place.right), text, true);
        let (at, last) = (place.at.saturating_add(text.chars()), first.plus(text.chars() - 1));
        self.tip = Some(Place { cursor, at, left: Some(last), right: place.right, is_typed });
        place
    }

    /// Puts characters, whose first is `first`, at visible position `at`, where that carries on the insertion
    /// before it, as typing mostly does: neighbours need no record then. Returns whether it did.
    pub fn type_on(&mut self, at: Seq, first: Id, text: Counted<'_>) -> bool {
        let fits = |tip: &&mut Place| tip.at == at && tip.is_typed && self.moves.is_empty();
        let Some(tip) = self.tip.as_mut().filter(fits) else { return false };
        let Some(before) = tip.left.filter(|left| left.seq.wrapping_add(1) == first.seq) else { return false };
        let (Cursor { leaf, run, offset }, chars) = (tip.cursor, text.chars());
        let end = self.buffer.len() as u32;
        if self.replicas.name(before.replica) != first.replica
            || !self.tree.run(leaf, run).ends_at(offset, end)
            || chars > RUN_LEN_MAX - offset
        {
            return false;
        }
        let (at, left) = (at.saturating_add(chars), Some(before.plus(chars)));
        *tip = Place { cursor: Cursor { leaf, run, offset: offset + chars }, at, left, ..*tip };
        room::push_str(&mut self.buffer, text.text());
        let piece = Run { first: before.plus(1), len: chars, offset: end, bytes: text.text().len() as u32, hidden: 0 };
        self.tree.extend(leaf, run, piece.weight(&self.buffer));
        true
    }

    /// Deletes visible elements from position `at` on, in code points: `len` of them or fewer, as many as
    /// lie in one run. Returns which; none where `len` is zero or nothing is there. This is how the
    /// author's own deletions come in, piece by piece.
    #[inline]
    pub fn delete_at(&mut self, at: Seq, len: Seq) -> Option<Span> {
        if len > 0 { self.delete_some(at, len) } else { None }
    }

    fn delete_some(&mut self, at: Seq, len: Seq) -> Option<Span> {
        let cursor = self.visible(at)?;
        let run = self.tree.run(cursor.leaf, cursor.run);
        let elem = run.first.plus(cursor.offset);
        let take = self.len_in_piece(elem, len.min(run.len - cursor.offset));
        let first = self.id(elem);
        self.change_part(cursor, take, &mut None, &|run: &mut Run| run.hidden += 1);
        Some(Span::new(first.replica, first.seq, first.seq + take))
    }

    /// Puts an object of `kind`, empty for a paragraph mark, at visible position `at`, between the neighbours that
    /// [`Text::neighbours`] gives: as the author's own come in.
    pub fn insert_object_at(&mut self, at: Seq, id: Id, kind: &str) {
        let elem = self.elem(id);
        self.objects.add(elem, kind);
        self.insert_here(at, elem, Counted::new(Class::of(kind).text()), false);
    }

    /// Puts an object of `kind`, empty for a paragraph mark, between `left` and `right`, wherever the order says.
    pub fn insert_object(
        &mut self,
        id: Id,
        place: (Option<Id>, Option<Id>),
        kind: &str,
        active: bool,
        patch: Option<&mut TextPatch>,
    ) {
        let elem = self.elem(id);
        self.objects.add(elem, kind);
        self.insert(id, place, Class::of(kind).text(), active, patch);
    }

    /// Puts a slot, which is never visible, between `left` and `right`, wherever the order says.
    pub fn insert_slot(&mut self, id: Id, place: (Option<Id>, Option<Id>)) {
        let elem = self.elem(id);
        self.objects.add_slot(elem);
        self.insert(id, place, Class::Slot.text(), false, None);
    }

    /// Puts characters, whose first is `first`, between `left` and `right`, wherever the order says.
    pub fn insert(
        &mut self,
        first: Id,
        (left, right): (Option<Id>, Option<Id>),
        text: &str,
        active: bool,
        patch: Option<&mut TextPatch>,
    ) {
        let elem = self.elem(first);
        // What is no character of this text can be nobody's neighbour: a forger's op falls to the ends.
        let here = |id: Id| self.known(id).filter(|&elem| self.find(elem).is_some());
        let (left, right) = (left.and_then(here), right.and_then(here));
        let cursor = self.cursor_between(left, right, elem);
        (self.finger, self.tip) = (None, None);
        let patch = patch.filter(|_| active);
        let before = patch.is_some().then(|| self.weight_at(cursor));
        self.insert_elems(cursor, elem, (left, right), Counted::new(text), active);
        if let (Some(patch), Some(before)) = (patch, before) {
            patch.splice(self.to_shown(elem, before).utf16, 0, text);
        }
    }

    /// Puts characters at a place; returns the place behind them.
    fn insert_elems(
        &mut self,
        mut cursor: Cursor,
        first: Elem,
        (left, right): (Option<Elem>, Option<Elem>),
        text: Counted<'_>,
        active: bool,
    ) -> Cursor {
        self.origins[first.replica as usize].note(first.replica, first.seq, left, right);
        self.join_crowd(left, right, first);
        let mut offset = self.buffer.len() as u32;
        room::push_str(&mut self.buffer, text.text());
        let hidden = if active { 0 } else { Run::NOT_INSERTED };
        let (mut elem, mut behind) = (first, left);
        for (chars, bytes) in pieces(text) {
            let run = Run { first: elem, len: chars, offset, bytes, hidden };
            cursor = self.insert_run(cursor, behind, run);
            behind = Some(run.last());
            (elem, offset) = (elem.plus(chars), offset + bytes);
            if !self.moves.is_empty() {
                self.reweigh(run.first, Weight::default(), run.visible(&self.buffer));
            }
        }
        cursor
    }

    /// Puts a run at a place, as part of the run before it where it carries that on; returns the place
    /// behind it.
    fn insert_run(&mut self, cursor: Cursor, left: Option<Elem>, run: Run) -> Cursor {
        if let Some(before) = self.tree.runs(cursor.leaf).get(cursor.run as usize)
            && cursor.offset == before.len
            && left == Some(before.last())
            && before.first.replica == run.first.replica
            && before.first.seq + before.len == run.first.seq
            && before.offset + before.bytes == run.offset
            && before.hidden == run.hidden
            && before.len + run.len <= RUN_LEN_MAX
        {
            let len = before.len + run.len;
            let weight = run.weight(&self.buffer);
            if run.is_visible() {
                self.tree.extend(cursor.leaf, cursor.run, weight);
            } else {
                self.tree.extend_hidden(cursor.leaf, cursor.run, weight);
            }
            self.place_newest(run.first, cursor.leaf);
            return Cursor { offset: len, ..cursor };
        }
        let (leaf, at) = self.tree.insert(cursor, run, &self.buffer, &mut self.moved);
        self.place_newest(run.first, leaf);
        self.reindex_moved();
        Cursor { leaf, run: at, offset: run.len }
    }

    fn place_newest(&mut self, first: Elem, leaf: u32) {
        if let Some(places) = self.lookup.index_mut() {
            places.place_newest(first, leaf);
        }
    }

    /// Turns the insertion of `span` on or off.
    pub fn set_inserted(&mut self, span: Span, on: bool, mut patch: Option<&mut TextPatch>) {
        self.change_span(span, &mut patch, |run| {
            run.hidden = if on { run.hidden & !Run::NOT_INSERTED } else { run.hidden | Run::NOT_INSERTED };
        });
    }

    /// Adds or takes away an active deletion of `span`.
    pub fn set_deleted(&mut self, span: Span, on: bool, mut patch: Option<&mut TextPatch>) {
        self.change_span(span, &mut patch, |run| {
            run.hidden = if on { run.hidden + 1 } else { run.hidden - 1 };
        });
    }

    fn change_span(&mut self, span: Span, patch: &mut Option<&mut TextPatch>, change: impl Fn(&mut Run)) {
        let Some(mut elem) = self.known(span.first()) else { return };
        let end = span.end;
        while elem.seq < end {
            // Ids of a span need not all be characters: deletions take counters too.
            let Some(cursor) = self.find(elem) else {
                elem = elem.plus(1);
                continue;
            };
            let len = (self.tree.run(cursor.leaf, cursor.run).len - cursor.offset).min(end - elem.seq);
            let len = self.len_in_piece(elem, len);
            self.change_part(cursor, len, patch, &change);
            elem = elem.plus(len);
        }
    }

    fn change_part(
        &mut self,
        cursor: Cursor,
        len: u32,
        patch: &mut Option<&mut TextPatch>,
        change: &impl Fn(&mut Run),
    ) {
        (self.finger, self.tip) = (self.finger_before(cursor), None);
        let first = |text: &Self| text.tree.run(cursor.leaf, cursor.run).first.plus(cursor.offset);
        let at = patch.is_some().then(|| self.to_shown(first(self), self.weight_at(cursor)).utf16);
        let moved = (!self.moves.is_empty()).then(|| first(self));
        let done = self.tree.change(cursor, len, &self.buffer, &mut self.moved, |run| change(run));
        if let (Some(patch), Some(at)) = (patch.as_deref_mut(), at) {
            match (done.was.utf16, done.now.utf16) {
                (0, 0) => {}
                (0, _) => patch.splice(at, 0, done.piece.text(&self.buffer)),
                (removed, 0) => patch.splice(at, removed, ""),
                _ => {}
            }
        }
        self.reindex_moved();
        if let Some(first) = moved {
            self.reweigh(first, done.was, done.now);
        }
    }

    /// Says where the runs lie that came to other leaves.
    fn reindex_moved(&mut self) {
        if self.moved.is_empty() {
            return;
        }
        self.finger = None;
        if let Some(places) = self.lookup.index_mut() {
            for &leaf in self.moved.iter().rev() {
                self.tree.runs(leaf).iter().for_each(|run| places.place_moved(run, leaf));
            }
        }
        self.moved.clear();
    }

    /// The visible element at position `at`, in code points.
    #[inline]
    fn visible(&mut self, at: u32) -> Option<Cursor> {
        self.visible_base(self.to_base(at, Unit::Chars).0)
    }

    /// The visible element with `at` visible ones before it in the order of elements.
    #[inline]
    fn visible_base(&mut self, at: u32) -> Option<Cursor> {
        // The finger goes elsewhere, which an insertion there would not know.
        self.tip = None;
        let mut finger = self.finger;
        loop {
            let known = finger.take();
            let near = known.unwrap_or_else(|| {
                let (leaf, before) = self.tree.leaf_at(at, Unit::Chars);
                Finger { leaf, run: 0, before: before.chars }
            });
            let found = self.visible_near(near, at);
            if found.is_some() || known.is_none() {
                return found;
            }
        }
    }

    /// The visible element at position `at`, where it is in the leaf of `finger`.
    #[inline]
    fn visible_near(&mut self, finger: Finger, at: u32) -> Option<Cursor> {
        let Finger { leaf, mut run, mut before } = finger;
        let runs = self.tree.runs(leaf);
        while at < before {
            run = run.checked_sub(1)?;
            before -= runs[run as usize].visible_len();
        }
        let mut len = runs.get(run as usize)?.visible_len();
        while at - before >= len {
            (run, before) = (run + 1, before + len);
            len = runs.get(run as usize)?.visible_len();
        }
        self.finger = Some(Finger { leaf, run, before });
        Some(Cursor { leaf, run, offset: at - before })
    }

    /// As [`Text::visible_base`], without a finger.
    fn find_visible(&self, at: u32) -> Option<Cursor> {
        let (leaf, before) = self.tree.leaf_at(at, Unit::Chars);
        let mut left = at - before.chars;
        for (run, number) in self.tree.runs(leaf).iter().zip(0..) {
            if left < run.visible_len() {
                return Some(Cursor { leaf, run: number, offset: left });
            }
            left -= run.visible_len();
        }
        None
    }

    /// The run before that of `cursor`, where `finger` is on that one: what is done there may join both.
    fn finger_before(&self, cursor: Cursor) -> Option<Finger> {
        let finger = self.finger.filter(|finger| (finger.leaf, finger.run) == (cursor.leaf, cursor.run))?;
        let Some(run) = cursor.run.checked_sub(1) else { return Some(finger) };
        let before = finger.before - self.tree.run(cursor.leaf, run).visible_len();
        Some(Finger { run, before, ..finger })
    }

    fn elem_before(&self, cursor: Cursor) -> Option<Elem> {
        (cursor.offset > 0).then(|| self.tree.run(cursor.leaf, cursor.run).first.plus(cursor.offset - 1))
    }

    fn elem_after(&self, cursor: Cursor) -> Option<Elem> {
        match self.tree.runs(cursor.leaf).get(cursor.run as usize) {
            Some(run) if cursor.offset < run.len => Some(run.first.plus(cursor.offset)),
            Some(_) => self.next_run(cursor).map(|next| self.tree.run(next.leaf, next.run).first),
            None => None,
        }
    }

    /// The beginning of the run after that of `cursor`.
    fn next_run(&self, cursor: Cursor) -> Option<Cursor> {
        if cursor.run as usize + 1 < self.tree.runs(cursor.leaf).len() {
            return Some(Cursor { run: cursor.run + 1, offset: 0, ..cursor });
        }
        self.tree.next_leaf(cursor.leaf).map(|leaf| Cursor { leaf, run: 0, offset: 0 })
    }

    /// Where `elem` lies: before it.
    fn find(&self, elem: Elem) -> Option<Cursor> {
        let leaf = self.lookup.leaf_of(elem, &self.tree)?;
        let run = self.tree.runs(leaf).iter().position(|run| run.contains(elem))?;
        let offset = elem.seq - self.tree.run(leaf, run as u32).first.seq;
        Some(Cursor { leaf, run: run as u32, offset })
    }

    fn left_origin(&self, elem: Elem) -> Option<Elem> {
        self.origins[elem.replica as usize].left(elem.replica, elem.seq)
    }

    fn right_origin(&self, elem: Elem) -> Option<Elem> {
        self.origins[elem.replica as usize].right(elem.seq)
    }

    fn id(&self, elem: Elem) -> Id {
        Id::new(self.replicas.name(elem.replica), elem.seq)
    }

    /// The element `id`, where its replica has written here.
    fn known(&self, id: Id) -> Option<Elem> {
        self.replicas.find(id.replica).map(|replica| Elem { replica, seq: id.seq })
    }

    /// The element `id`, whose replica is welcomed where it is new.
    fn elem(&mut self, id: Id) -> Elem {
        if let Some((replica, number)) = self.recent
            && replica == id.replica
        {
            return Elem { replica: number, seq: id.seq };
        }
        let next = self.replicas.len() as u32;
        let replica = self.replicas.number(id.replica);
        if replica == next {
            self.origins.push(Origins::default());
        }
        self.recent = Some((id.replica, replica));
        Elem { replica, seq: id.seq }
    }

    /// About how much memory it takes, in bytes.
    pub fn memory(&self) -> usize {
        let origins: usize = self.origins.iter().map(Origins::memory).sum();
        let rich = self.objects.memory() + self.marks.memory() + self.moves.memory();
        self.tree.memory() + self.buffer.capacity() + origins + self.lookup.index().map_or(0, Places::memory) + rich
    }

    /// Panics where an invariant does not hold.
    pub fn check_invariants(&self) {
        self.tree.check_invariants(&self.buffer);
        assert!(self.moved.is_empty());
        if let Some(places) = self.lookup.index() {
            places.check(&self.tree);
        }
        self.check_marks();
        self.check_moves();
    }
}

impl std::fmt::Display for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.read())
    }
}

/// `text` cut behind its first `chars` characters.
pub fn split_chars(text: &str, chars: Seq) -> (&str, &str) {
    // Only what is cut off is looked at: of a long text, piece after piece is.
    let is_plain = text.get(..chars as usize).is_some_and(str::is_ascii);
    let at = if is_plain {
        chars as usize
    } else {
        text.char_indices().nth(chars as usize).map_or(text.len(), |(at, _)| at)
    };
    text.split_at(at)
}

/// `text` in pieces of at most [`RUN_LEN_MAX`] characters: how many of them each has, and how many bytes.
fn pieces(text: Counted<'_>) -> impl Iterator<Item = (u32, u32)> {
    let (mut rest, mut left) = (text.text(), text.chars());
    std::iter::from_fn(move || {
        let chars = left.min(RUN_LEN_MAX);
        let (piece, behind) = if chars < left { split_chars(rest, chars) } else { (rest, "") };
        (rest, left) = (behind, left - chars);
        (chars > 0).then_some((chars, piece.len() as u32))
    })
}
