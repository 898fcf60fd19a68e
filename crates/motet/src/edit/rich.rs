//! Changes of texts that are more than characters.

use super::Edit;
use clock::{Id, Seq};
use log::{ContainerId, OpRef, Value};
use model::Grows;

/// What a property of a part of a text is to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Format<'a> {
    /// Where the part begins, in code points.
    pub at: Seq,
    /// How long it is, in code points.
    pub len: Seq,
    /// The property.
    pub key: &'a str,
    /// What it is to be; none for nothing.
    pub value: Option<&'a Value>,
    /// Where the part grows.
    pub grows: Grows,
}

/// How many ranges one op names at most: well within what an op may.
const RANGES: usize = 1 << 12;

impl Edit<'_> {
    /// Puts an object of `kind` at position `at` of the text `container`, in code points; positions beyond the end
    /// mean the end. What it is like is written in the containers of its name. Returns its name.
    pub fn insert_object(&mut self, container: ContainerId, at: Seq, kind: &str) -> Id {
        let (left, right) = self.document.model.awoken_mut().text_mut(container).neighbours(at);
        let op = OpRef::TextObject { container, left, right, kind };
        if self.told.is_some() {
            return self.push(op).first();
        }
        match self.document.write_op(op) {
            Ok((span, _)) => {
                let text = self.document.model.awoken_mut().text_mut(container);
                text.insert_object_at(at, span.first(), kind);
                span.first()
            }
            Err(span) => span.first(),
        }
    }

    /// Begins a paragraph at position `at` of the text `container`, in code points. Returns the name of its mark.
    pub fn split(&mut self, container: ContainerId, at: Seq) -> Id {
        self.insert_object(container, at, "")
    }

    /// Says what property `key` of `len` code points from position `at` on is; none for nothing.
    pub fn mark(
        &mut self,
        container: ContainerId,
        (at, len): (Seq, Seq),
        key: &str,
        value: Option<&Value>,
        grows: Grows,
    ) {
        self.mark_all(container, [Format { at, len, key, value, grows }]);
    }

    /// As [`Edit::mark`], of many parts: each further one costs much less than the first.
    pub fn mark_all<'a>(&mut self, container: ContainerId, formats: impl IntoIterator<Item = Format<'a>>) {
        for Format { at, len, key, value, grows } in formats {
            let ranges = self.document.model.awoken_mut().text_mut(container).ranges(at, len, grows);
            for ranges in ranges.chunks(RANGES) {
                self.push_unsettled(OpRef::TextMark { container, ranges, key, value });
            }
        }
        self.settle();
    }

    /// Moves `len` code points from position `from` on to position `to` of the same text, each as the text is now.
    /// What others put between them goes along, and so does what is put right behind the last. `false` where there
    /// is nothing to move, or `to` is within.
    pub fn move_text(&mut self, container: ContainerId, (from, len): (Seq, Seq), to: Seq) -> bool {
        let text = self.document.model.awoken_mut().text_mut(container);
        let end = from.saturating_add(len).min(text.len().chars);
        if from >= end || (from..=end).contains(&to) {
            return false;
        }
        let ranges = text.ranges(from, end - from, Grows::AtEnd);
        let (mut left, right) = text.neighbours(to);
        for ranges in ranges.chunks(RANGES) {
            left = Some(self.push(OpRef::TextMove { container, ranges, left, right }).first());
        }
        true
    }
}
