//! What members do with texts that have more than characters.

use super::{KEYS, Pen, RICH, byte_at, place};
use crate::random::Random;
use clock::Seq;
use log::{ContainerId, Kind, Value};
use motet::Grows;

impl Pen<'_, '_> {
    /// Puts an object or a paragraph mark into a text, says what a part of it looks like, or moves one.
    pub(super) fn adorn(&mut self, random: &mut Random) {
        let text = ContainerId::root(Kind::Text, RICH);
        let (len, many) = (self.len(text), 1 + random.below(6) as Seq);
        let at = place(random, len);
        match random.below(10) {
            0 => self.put(text, at, "", "\n"),
            1 => self.put(text, at, "image", "\u{fffc}"),
            2 | 3 => {
                let grows = [Grows::AtEnd, Grows::AtStart, Grows::AtBoth, Grows::Nowhere][random.below(4)];
                let value = Value::Int(random.below(3) as i64);
                let value = (random.below(3) > 0).then_some(&value);
                self.edit.mark(text, (at, many), KEYS[random.below(KEYS.len())], value, grows);
            }
            4..8 => {
                // Either half into the other: two who do so at once move each into what the other moves.
                let (middle, offset) = (len / 2, 1 + random.below(len as usize / 2 + 1) as Seq);
                let is_first = random.chance(500);
                let part = if is_first { (0, middle) } else { (middle, len) };
                self.shift(text, part, if is_first { (middle + offset).min(len) } else { offset.min(middle) });
            }
            _ => {
                let to = place(random, len);
                self.shift(text, (at, at.saturating_add(many).min(len)), to);
            }
        }
    }

    fn put(&mut self, text: ContainerId, at: Seq, kind: &str, reads: &str) {
        self.edit.insert_object(text, at, kind);
        let shown = self.screen.texts.entry(text).or_default();
        shown.insert_str(byte_at(shown, at), reads);
    }

    fn shift(&mut self, text: ContainerId, (from, end): (Seq, Seq), to: Seq) {
        if !self.edit.move_text(text, (from, end.saturating_sub(from)), to) {
            return;
        }
        let shown = self.screen.texts.entry(text).or_default();
        let part: String = shown.drain(byte_at(shown, from)..byte_at(shown, end)).collect();
        let to = if to > from { to - (end - from) } else { to };
        shown.insert_str(byte_at(shown, to), &part);
    }
}
