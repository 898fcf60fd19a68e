//! Cutting and pasting as a move: what is pasted is what was cut, with all that others did to it and said of it.

use super::Document;
use clock::{Id, Seq, Span, VersionVector};
use log::{ContainerId, OpRef};
use model::{Patch, Text};

/// A range of a text that its author is about to cut.
#[derive(Clone, Debug)]
pub struct Cutting {
    text: ContainerId,
    /// The elements, in the order in which they show.
    spans: Vec<Span>,
    seen: VersionVector,
}

/// A range of a text that its author has cut.
#[derive(Clone, Debug)]
pub struct Cut {
    text: ContainerId,
    spans: Vec<Span>,
    /// What deleted them.
    deletions: Vec<Span>,
    /// What there was before.
    seen: VersionVector,
    time: i64,
}

impl Cut {
    /// For how long what was cut is moved when it is pasted, in seconds.
    pub const MOVES_S: i64 = 600;

    /// The text that it is of, and stays in.
    pub fn text(&self) -> ContainerId {
        self.text
    }
}

impl Document {
    /// Remembers `len` code points from position `at` of a text on, which are deleted next. None where there are none.
    pub fn cutting(&mut self, text: ContainerId, (at, len): (Seq, Seq)) -> Option<Cutting> {
        let spans = self.model_text(text).visible_spans(at, len);
        (!spans.is_empty()).then(|| Cutting { text, spans, seen: self.version() })
    }

    /// What was cut, once it is deleted, at `time` in seconds since 1970. None where none of it was.
    pub fn has_cut(&self, Cutting { text, spans, seen }: Cutting, time: i64) -> Option<Cut> {
        let own = Span::new(self.replica, seen.end(self.replica), self.log.end(self.replica));
        let deletes = |op: &OpRef<'_>| matches!(op, OpRef::Delete { .. }) && op.container() == Some(text);
        let ops = self.log.ops_in(own).filter(|(_, op)| deletes(op));
        let deletions: Vec<Span> = ops.map(|(id, op)| Span::new(id.replica, id.seq, id.seq + op.len())).collect();
        (!deletions.is_empty()).then_some(Cut { text, spans, deletions, seen, time })
    }

    /// Moves what was cut to position `at` of the same text, where it was cut at most [`Cut::MOVES_S`] ago, all of it is still
    /// deleted, and nobody took it apart. Returns whether it is there, and what changed. It is two actions: one takes
    /// the deletion back, so far as nobody else deleted too, and one moves.
    pub fn paste_cut(&mut self, cut: &Cut, at: Seq, time: i64) -> (bool, Patch) {
        let is_soon = (0..=Cut::MOVES_S).contains(&time.saturating_sub(cut.time));
        if is_soon && self.is_gone(cut) { self.put_back(cut, at, time) } else { (false, Patch::default()) }
    }

    /// Whether all that was cut is still deleted, and still in one place: what shows within was written since.
    fn is_gone(&mut self, cut: &Cut) -> bool {
        let text = self.model_text(cut.text);
        let places: Vec<_> = ids(&cut.spans).map(|id| text.position(id)).collect();
        let is_gone = places.iter().all(|place| place.is_some_and(|(_, is_visible)| !is_visible));
        let (Some(Some(first)), Some(Some(last))) = (places.first(), places.last()) else { return false };
        let is_new = |span: &Span| span.start >= cut.seen.end(span.replica);
        is_gone && places.is_sorted() && text.visible_spans(first.0, last.0 - first.0).iter().all(is_new)
    }

    /// Takes the deletion back and moves what then is there: nothing, where others deleted it too.
    fn put_back(&mut self, cut: &Cut, at: Seq, time: i64) -> (bool, Patch) {
        // The place is remembered by what is before it, which stays what it is while text comes back elsewhere.
        let left = at.checked_sub(1).and_then(|left| self.model_text(cut.text).id_at(left));
        let Some((_, mut patch)) = self.undo_spans(&cut.deletions, time) else { return (false, Patch::default()) };
        let Some(text) = self.model().text(cut.text) else { return (false, patch) };
        let to = left.and_then(|left| text.position(left)).map_or(0, |(at, _)| at + 1);
        let Some((from, end)) = shown(text, &cut.spans) else { return (false, patch) };
        self.write(&mut patch, |edit| _ = edit.move_text(cut.text, (from, end - from), to));
        self.close(time, Some(&mut patch));
        (true, patch)
    }
}

fn ids(spans: &[Span]) -> impl Iterator<Item = Id> {
    spans.iter().flat_map(|span| (span.start..span.end).map(|seq| Id::new(span.replica, seq)))
}

/// From where to where those of some elements are that show.
fn shown(text: &Text, spans: &[Span]) -> Option<(Seq, Seq)> {
    let places = ids(spans).filter_map(|id| text.position(id));
    let mut shown = places.filter(|(_, is_visible)| *is_visible).map(|(at, _)| at);
    let first = shown.next()?;
    Some((first, shown.last().unwrap_or(first) + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, ReplicaId};

    fn text() -> ContainerId {
        ContainerId::root(Kind::Text, "text")
    }

    /// "one two three" of which "two " is cut at `time`, while its author writes a dash in its place.
    fn cut_at(time: i64) -> (Document, Cut) {
        let mut document = Document::new(ReplicaId(1));
        document.edit(0, |edit| edit.insert(text(), 0, "one two three"));
        let cutting = document.cutting(text(), (4, 4)).unwrap();
        document.edit(time, |edit| edit.replace(text(), 4, 4, "-"));
        let cut = document.has_cut(cutting, time).unwrap();
        assert_eq!(document.text(text()), "one -three");
        (document, cut)
    }

    #[test]
    fn it_moves_once_and_what_else_its_author_did_stays() {
        let (mut document, cut) = cut_at(100);
        let (is_moved, patch) = document.paste_cut(&cut, 0, 200);
        assert!(is_moved && !patch.is_empty());
        assert_eq!(document.text(text()), "two one -three");
        assert!(!document.paste_cut(&cut, 3, 200).0, "it is there");
        document.check_invariants();
    }

    #[test]
    fn an_undo_takes_it_to_where_it_was() {
        let (mut document, cut) = cut_at(100);
        document.paste_cut(&cut, 0, 200);
        document.undo();
        assert_eq!(document.text(text()), "one -two three");
    }

    #[test]
    fn what_was_cut_long_ago_or_later_than_now_stays_cut() {
        for time in [100 + Cut::MOVES_S + 1, 99] {
            let (mut document, cut) = cut_at(100);
            assert!(!document.paste_cut(&cut, 0, time).0);
            assert_eq!(document.text(text()), "one -three");
        }
    }

    #[test]
    fn nothing_is_cut_where_nothing_is_deleted() {
        let mut document = Document::new(ReplicaId(1));
        assert!(document.cutting(text(), (0, 5)).is_none());
        document.edit(0, |edit| edit.insert(text(), 0, "one"));
        let cutting = document.cutting(text(), (0, 2)).unwrap();
        assert!(document.has_cut(cutting, 0).is_none());
    }
}
