//! What an author does in one action.

mod meaning;
mod nested;
mod rich;
mod structure;

pub use rich::Format;

use crate::diff;
use crate::document::Document;
use blob::BlobRef;
use clock::{Id, Lamport, Seq, Span};
use codec::Cost;
use log::{ContainerId, Counted, OpRef, ReplicaLog, Value};
use model::Patch;

/// The changes of one action, made one after another on what is shown.
#[derive(Debug)]
pub struct Edit<'a> {
    pub(crate) document: &'a mut Document,
    /// Where what changes on the screen is told, if anywhere.
    pub(crate) told: Option<&'a mut Patch>,
}

impl Edit<'_> {
    /// The document as it is now, with what was changed so far.
    pub fn document(&self) -> &Document {
        self.document
    }

    /// Whether anything was changed so far.
    pub fn is_changed(&self) -> bool {
        self.document.is_writing()
    }

    /// Inserts `inserted` at position `at`, in code points; positions beyond the end mean the end.
    pub fn insert(&mut self, container: ContainerId, at: Seq, inserted: &str) {
        self.replace(container, at, 0, inserted);
    }

    /// Deletes `len` code points from position `at` on; what lies beyond the end is ignored.
    pub fn delete(&mut self, container: ContainerId, at: Seq, len: Seq) {
        self.replace(container, at, len, "");
    }

    /// Replaces `len` code points from position `at` on by `inserted`.
    pub fn replace(&mut self, container: ContainerId, at: Seq, len: Seq, inserted: &str) {
        if len == 0 && inserted.is_empty() {
            return;
        }
        if self.document.is_refused() {
            return;
        }
        self.tell_replaced(container, at, len, inserted);
        let Document { model, log, replica, writing, .. } = &mut *self.document;
        let (text, mut left) = (model.awoken_mut().text_mut(container), len);
        let mut next = text.delete_at(at, left);
        if next.is_none() && inserted.is_empty() {
            return;
        }
        let mut writer = log.writer(*replica, container);
        while let Some(target) = next {
            writing.account(Cost::SMALL, || writer.ends());
            writer.delete(target);
            left -= target.len();
            next = text.delete_at(at, left);
        }
        if !inserted.is_empty() {
            let inserted = Counted::new(inserted);
            writing.account_text(inserted, || writer.ends());
            if text.type_on(at, writer.next_id(), inserted) {
                writer.type_on(inserted);
            } else {
                let (left, right) = text.insert_at(at, writer.next_id(), inserted);
                writer.insert(left, right, inserted);
            }
        }
    }

    /// Tells of a replacement before it is made.
    fn tell_replaced(&mut self, container: ContainerId, at: Seq, len: Seq, inserted: &str) {
        let Some(told) = &mut self.told else { return };
        let text = self.document.model.awoken().text(container);
        let utf16 = |chars| text.map_or(0, |text| text.utf16_at_chars(chars));
        let (from, to) = (utf16(at), utf16(at.saturating_add(len)));
        told.texts.entry(container).or_default().splice(from, to - from, inserted);
    }

    /// Makes the text `container` read `wanted`, changing only words that differ.
    pub fn replace_all(&mut self, container: ContainerId, wanted: &str) {
        let now = self.document.text(container);
        for change in diff::words(&now, wanted).into_iter().rev() {
            self.replace(container, change.at, change.removed, change.inserted);
        }
    }

    /// Writes `key` of the map `container`, replacing what its author sees there.
    pub fn set(&mut self, container: ContainerId, key: &str, value: Value) {
        self.write(container, key, Some(value));
    }

    /// Writes `key` of the map `container`: a blob, whose bytes lie beside the log and come by themselves.
    pub fn set_blob(&mut self, container: ContainerId, key: &str, reference: BlobRef) {
        self.set(container, key, Value::Blob(Box::new(reference)));
    }

    /// Takes `key` of the map `container` away.
    pub fn unset(&mut self, container: ContainerId, key: &str) {
        self.write(container, key, None);
    }

    fn write(&mut self, container: ContainerId, key: &str, value: Option<Value>) -> Id {
        let map = self.document.model.awoken().map(container);
        let pred = &replaced(map.map_or_else(Vec::new, |map| map.heads(key).map(|(id, _)| id).collect()));
        let op = OpRef::Set { container, key, value: value.as_ref().map(Into::into), pred };
        let (id, lamport) = match self.document.write_op(op) {
            Ok((span, lamport)) => (span.first(), lamport),
            Err(span) => return span.first(),
        };
        let (model, told) = (self.document.model.awoken_mut(), self.told.as_deref_mut());
        model.write_map((id, lamport), container, (key, value), pred, true, told);
        id
    }

    /// Writes an op and shows it; returns its elements.
    fn push(&mut self, op: OpRef<'_>) -> Span {
        self.document.push(op, self.told.as_deref_mut())
    }

    /// As [`Edit::push`], where what is done once for many changes is still due: [`Edit::settle`].
    fn push_unsettled(&mut self, op: OpRef<'_>) -> Span {
        self.document.push_unsettled(op, self.told.as_deref_mut())
    }

    fn settle(&mut self) {
        self.document.model.awoken_mut().settle(self.told.as_deref_mut());
    }

    /// As [`Edit::push`], with what changes.
    fn push_telling(&mut self, op: OpRef<'_>) -> Patch {
        let mut patch = Patch::default();
        self.document.push(op, Some(&mut patch));
        if let Some(told) = &mut self.told {
            told.then(patch.clone());
        }
        patch
    }
}

impl Document {
    /// Writes an op into the action being written, and shows it. What changes is added to `patch`, where one is
    /// given.
    fn push(&mut self, op: OpRef<'_>, mut patch: Option<&mut Patch>) -> Span {
        let span = self.push_unsettled(op, patch.as_deref_mut());
        self.model.awoken_mut().settle(patch);
        span
    }

    fn push_unsettled(&mut self, op: OpRef<'_>, patch: Option<&mut Patch>) -> Span {
        let (span, lamport) = match self.write_op(op) {
            Ok(written) => written,
            Err(span) => return span,
        };
        self.model.awoken_mut().insert(span.first(), lamport, op, true, patch);
        span
    }

    /// Writes an op into the action being written, where it may be; returns its elements and its time. Otherwise what they
    /// would have been: nothing that names them is written either.
    fn write_op(&mut self, op: OpRef<'_>) -> Result<(Span, Lamport), Span> {
        if !self.may_push(op) {
            let start = self.next_seq();
            return Err(Span::new(self.replica, start, start + op.len()));
        }
        let lamport = self.lamport_next();
        Ok((self.log.push(self.replica, op), lamport))
    }

    /// The counter of what is written next.
    pub(crate) fn next_seq(&self) -> Seq {
        self.log.log(self.replica).map_or(0, ReplicaLog::ops_end)
    }
}

/// The writes that a write replaces, which are given the latest first, as an op names them. Of more than it can name
/// the oldest are left out: they stay beside it as they were beside each other, and it shows, being later.
fn replaced(mut heads: Vec<Id>) -> Vec<Id> {
    heads.truncate(codec::limits::PRED.max as usize);
    heads.sort_unstable();
    heads
}

#[cfg(test)]
mod tests {
    use super::*;
    use clock::ReplicaId;
    use log::Kind;
    use model::Grows;

    /// What an author is told of their own changes leads from the text before to the text after.
    #[test]
    fn what_is_told_is_what_was_done() {
        let text = ContainerId::root(Kind::Text, "text");
        let mut random = 7_u32;
        let mut next = |end: u32| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 16) % end
        };
        let mut document = Document::new(ReplicaId(1));
        for case in 0..500 {
            let (before, mut patch) = (document.text(text), Patch::default());
            document.write(&mut patch, |edit| {
                for _ in 0..=next(3) {
                    let len = edit.document().text_len(text);
                    let (at, count) = (next(len + 2), next(4));
                    match next(5) {
                        0 => drop(edit.split(text, at)),
                        1 => drop(edit.move_text(text, (at, count), next(len + 1))),
                        2 => edit.mark(text, (at, count), "strong", Some(&Value::Bool(true)), Grows::AtEnd),
                        _ => edit.replace(text, at, count, ["", "a", "é🎼"][next(3) as usize]),
                    }
                }
            });
            document.close(0, None);
            let told = patch.texts.remove(&text).unwrap_or_default();
            assert_eq!(told.apply(&before), document.text(text), "case {case}");
        }
    }
}
