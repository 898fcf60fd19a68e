//! What changed on the screen: splices in ascending order, and where properties may be others.

use std::borrow::Cow;
use std::ops::Range;

/// How many changes are kept in one row: a change is sought among so many, and so many are moved for it.
const ROW: usize = if cfg!(any(test, feature = "tiny")) { 3 } else { 256 };

/// One replacement: at `at` of the text before the patch, `removed` units go and `inserted` comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splice {
    /// Where, in UTF-16 code units of the text before the patch.
    pub at: u32,
    /// How many UTF-16 code units go.
    pub removed: u32,
    /// What comes in their place.
    pub inserted: String,
}

/// Changes of a text, gathered one after another and given out together, ascending and disjoint, in
/// positions of the text before all of them.
#[derive(Clone, Debug, Default)]
pub struct TextPatch {
    /// Changes before the others, in rows, each ascending, in positions of the text that those before it leave: each at least twice as long as
    /// the next. So many changes take time in proportion to how many they are.
    before: Vec<Vec<Splice>>,
    /// The others. Ascending; neighbours do not touch.
    splices: Vec<Splice>,
    /// How many UTF-16 code units each of them inserts.
    lens: Vec<u32>,
    /// In UTF-16 code units of the text behind the patch, in any order.
    restyled: Vec<Range<u32>>,
}

impl TextPatch {
    /// No change.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.restyled.is_empty() && self.splices().is_empty()
    }

    /// The changes, ascending, in positions of the text before them.
    pub fn splices(&self) -> Cow<'_, [Splice]> {
        let mut rows = self.before.iter().rev();
        let Some(last) = rows.next() else { return Cow::Borrowed(&self.splices) };
        Cow::Owned(rows.fold(join_rows(last, &self.splices), |later, row| join_rows(row, &later)))
    }

    /// Where properties of what was there may be others, in UTF-16 code units of the text behind the patch, ascending
    /// and apart.
    pub fn restyled(&self) -> Vec<Range<u32>> {
        let mut ranges = self.restyled.clone();
        ranges.sort_unstable_by_key(|range| (range.start, range.end));
        ranges.dedup_by(|next, range| {
            let joins = next.start <= range.end;
            if joins {
                range.end = range.end.max(next.end);
            }
            joins
        });
        ranges
    }

    /// Says that properties within a range of the text as the changes so far have left it may be others.
    pub(crate) fn restyle(&mut self, range: Range<u32>) {
        if !range.is_empty() {
            self.restyled.push(range);
        }
    }

    /// Brings ranges to where a replacement leaves them.
    fn shift_restyled(&mut self, at: u32, removed: u32, inserted: u32) {
        let shift = |place: u32| if place <= at { place } else { place.saturating_sub(removed).max(at) + inserted };
        for range in &mut self.restyled {
            *range = shift(range.start)..shift(range.end);
        }
        self.restyled.retain(|range| !range.is_empty());
    }

    /// Adds a replacement at `at` of the text as the changes so far have left it.
    pub fn splice(&mut self, at: u32, removed: u32, inserted: &str) {
        if !self.restyled.is_empty() {
            self.shift_restyled(at, removed, utf16_len(inserted));
        }
        if self.splices.len() >= ROW {
            self.begin_row();
        }
        // Changes wholly before `at` shift it; those that it touches are joined with it.
        let (mut first, mut shift) = (0, 0i64);
        for (splice, &len) in self.splices.iter().zip(&self.lens) {
            let start = i64::from(splice.at) + shift;
            if start + i64::from(len) >= i64::from(at) {
                break;
            }
            shift += i64::from(len) - i64::from(splice.removed);
            first += 1;
        }
        if !self.splice_within(first, i64::from(at) - shift, removed, inserted) {
            self.join(first, shift, (at, removed), inserted);
        }
    }

    /// Begins a new row: what comes next is in positions of the text behind all that came before.
    fn begin_row(&mut self) {
        self.lens.clear();
        self.before.push(std::mem::take(&mut self.splices));
        while let [.., earlier, later] = &self.before[..]
            && earlier.len() < 2 * later.len()
        {
            let joined = join_rows(earlier, later);
            self.before.truncate(self.before.len() - 2);
            self.before.push(joined);
        }
    }

    /// Replaces within what the change `number` inserts, from `at` on, in units of the text before it; whether that is all
    /// there is to do. So a text that comes piece by piece is not copied for each.
    fn splice_within(&mut self, number: usize, at: i64, removed: u32, inserted: &str) -> bool {
        let (Some(splice), Some(len)) = (self.splices.get_mut(number), self.lens.get_mut(number)) else { return false };
        let Ok(from) = u32::try_from(at - i64::from(splice.at)) else { return false };
        if from + removed > *len || (removed == *len && inserted.is_empty()) {
            return false;
        }
        let start = byte_at(&splice.inserted, *len, from);
        let end = start + byte_at(&splice.inserted[start..], *len - from, removed);
        splice.inserted.replace_range(start..end, inserted);
        *len = *len - removed + utf16_len(inserted);
        true
    }

    /// Makes one change of a replacement at `at` of the text so far and of all that it touches, which begins with the change
    /// `first`; what is before that has moved it by `shift`.
    fn join(&mut self, first: usize, mut shift: i64, (at, removed): (u32, u32), inserted: &str) {
        let mut joined = Splice { at: (i64::from(at) - shift) as u32, removed: 0, inserted: inserted.to_owned() };
        let (mut last, mut left) = (first, i64::from(removed));
        let mut here = i64::from(at);
        while let Some(splice) = self.splices.get(last) {
            let start = i64::from(splice.at) + shift;
            if start > here + left {
                break;
            }
            let len = i64::from(self.lens[last]);
            if start < here {
                // Only the first can begin before: its head stays.
                let head = take_utf16(&splice.inserted, (here - start) as u32);
                joined.inserted.insert_str(0, head);
                joined.at = splice.at;
                let tail = &splice.inserted[head.len()..];
                let cut = i64::from(utf16_len(tail)).min(left);
                joined.inserted.push_str(&tail[take_utf16(tail, cut as u32).len()..]);
                left -= cut;
                joined.removed += splice.removed;
            } else {
                joined.removed += (start - here) as u32;
                left -= start - here;
                let cut = len.min(left);
                joined.inserted.push_str(&splice.inserted[take_utf16(&splice.inserted, cut as u32).len()..]);
                left -= cut;
                joined.removed += splice.removed;
            }
            here = start + len;
            shift += len - i64::from(splice.removed);
            last += 1;
            if left == 0 && self.splices.get(last).is_none_or(|next| i64::from(next.at) + shift > here) {
                break;
            }
        }
        joined.removed += left as u32;
        let done = (joined.removed > 0 || !joined.inserted.is_empty()).then_some(joined);
        self.lens.splice(first..last, done.iter().map(|splice| utf16_len(&splice.inserted)));
        self.splices.splice(first..last, done);
    }

    /// Adds the changes of `next`, which begins where these end.
    pub fn then(&mut self, next: Self) {
        if self.is_empty() {
            *self = next;
            return;
        }
        for Splice { at, removed, inserted } in next.splices().iter().rev() {
            self.splice(*at, *removed, inserted);
        }
        self.restyled.extend(next.restyled);
    }

    /// Adds a replacement behind all others, at `at` of the text before them.
    pub(crate) fn append(&mut self, at: u32, removed: u32, inserted: &str) {
        debug_assert!(self.before.is_empty(), "nothing but what was added so");
        match self.splices.last_mut() {
            Some(last) if last.at + last.removed == at => {
                last.removed += removed;
                last.inserted.push_str(inserted);
                *self.lens.last_mut().expect("one for each") += utf16_len(inserted);
            }
            _ => {
                self.splices.push(Splice { at, removed, inserted: inserted.to_owned() });
                self.lens.push(utf16_len(inserted));
            }
        }
    }

    /// `text` with the changes made; positions that do not fit are an error of the caller and panic.
    pub fn apply(&self, text: &str) -> String {
        let (mut out, mut rest, mut at) = (String::new(), text, 0);
        for splice in self.splices().iter() {
            let keep = take_utf16(rest, splice.at - at);
            out.push_str(keep);
            rest = &rest[keep.len()..];
            rest = &rest[take_utf16(rest, splice.removed).len()..];
            out.push_str(&splice.inserted);
            at = splice.at + splice.removed;
        }
        out.push_str(rest);
        out
    }
}

impl PartialEq for TextPatch {
    fn eq(&self, other: &Self) -> bool {
        self.splices() == other.splices() && self.restyled == other.restyled
    }
}

impl Eq for TextPatch {}

/// Two rows of changes as one, the second of which is in positions of the text that the first leaves. One walk along both.
fn join_rows(first: &[Splice], second: &[Splice]) -> Vec<Splice> {
    let mut walk = Walk { first: first.iter(), inside: None, at: 0, joined: Vec::new(), is_open: false };
    let mut middle = 0;
    for splice in second {
        walk.pass(splice.at - middle, true);
        walk.pass(splice.removed, false);
        walk.change(0, &splice.inserted);
        middle = splice.at + splice.removed;
    }
    while !walk.is_past_all() {
        walk.keep(walk.until_next());
        walk.pass_inside(u32::MAX, true);
    }
    walk.joined.retain(|splice| splice.removed > 0 || !splice.inserted.is_empty());
    walk.joined
}

/// A walk along the text between two rows of changes.
struct Walk<'a> {
    /// What of the first row is ahead; and of what the one before inserts, where it is in that, the rest.
    first: std::slice::Iter<'a, Splice>,
    inside: Option<&'a str>,
    /// Where it is in the text before both.
    at: u32,
    joined: Vec<Splice>,
    /// Whether nothing was kept since the last of them.
    is_open: bool,
}

impl Walk<'_> {
    fn is_past_all(&self) -> bool {
        self.inside.is_none() && self.first.as_slice().is_empty()
    }

    /// How much of the text before both is left as it is up to what the first row changes next.
    fn until_next(&self) -> u32 {
        let next = || self.first.as_slice().first().map_or(u32::MAX, |next| next.at - self.at);
        self.inside.map_or_else(next, |_| 0)
    }

    /// Passes `units` of the text in between, which the second row keeps or removes.
    fn pass(&mut self, mut units: u32, is_kept: bool) {
        while units > 0 {
            let here = self.until_next().min(units);
            if here == 0 {
                units -= self.pass_inside(units, is_kept);
            } else if is_kept {
                self.keep(here);
            } else {
                self.change(here, "");
            }
            units -= here;
        }
    }

    /// Passes up to `units` of what the first row inserts here; how many there were.
    fn pass_inside(&mut self, units: u32, is_kept: bool) -> u32 {
        let inside = self.inside.take().or_else(|| {
            let next = self.first.next()?;
            self.change(next.removed, "");
            Some(next.inserted.as_str())
        });
        let Some(inside) = inside else { return 0 };
        let (mut passed, mut end) = (0, 0);
        for c in inside.chars() {
            if passed >= units {
                break;
            }
            passed += c.len_utf16() as u32;
            end += c.len_utf8();
        }
        let (part, rest) = inside.split_at(end);
        if is_kept {
            self.change(0, part);
        }
        self.inside = (!rest.is_empty()).then_some(rest);
        passed
    }

    fn keep(&mut self, units: u32) {
        self.at += units;
        self.is_open &= units == 0;
    }

    fn change(&mut self, removed: u32, inserted: &str) {
        if !self.is_open {
            self.joined.push(Splice { at: self.at, removed: 0, inserted: String::new() });
            self.is_open = true;
        }
        let splice = self.joined.last_mut().expect("just made");
        splice.removed += removed;
        splice.inserted.push_str(inserted);
        self.at += removed;
    }
}

pub(crate) fn utf16_len(text: &str) -> u32 {
    if text.is_ascii() { text.len() as u32 } else { text.chars().map(|c| c.len_utf16() as u32).sum() }
}

/// Where in `text`, which has `len` UTF-16 code units, `units` of them end, in bytes.
fn byte_at(text: &str, len: u32, units: u32) -> usize {
    if units == len {
        text.len()
    } else if len as usize == text.len() {
        units as usize
    } else {
        take_utf16(text, units).len()
    }
}

/// The first `units` UTF-16 code units of `text`.
fn take_utf16(text: &str, units: u32) -> &str {
    let mut left = units;
    for (at, c) in text.char_indices() {
        if left == 0 {
            return &text[..at];
        }
        left = left.checked_sub(c.len_utf16() as u32).expect("between characters");
    }
    assert_eq!(left, 0, "within the text");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gathered_changes_equal_changes_one_by_one() {
        let mut seed = 88172645463325252_u64;
        let mut next = move |n: u32| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed % u64::from(n)) as u32
        };
        for case in 0..2000 {
            let before = "0123456789abcdefghij".to_owned();
            let (mut now, mut patch) = (before.clone(), TextPatch::new());
            for _ in 0..=next(if case % 2 == 0 { 7 } else { 40 }) {
                let len = utf16_len(&now);
                let at = next(len + 1);
                let removed = next((len - at).min(5) + 1);
                let inserted = ["", "X", "YZ", "WVU"][next(4) as usize];
                let mut one = TextPatch::new();
                one.splice(at, removed, inserted);
                now = one.apply(&now);
                patch.splice(at, removed, inserted);
            }
            assert_eq!(patch.apply(&before), now, "case {case}: {patch:?}");
            for pair in patch.splices().windows(2) {
                assert!(pair[0].at + pair[0].removed < pair[1].at, "case {case}: {patch:?}");
            }
        }
    }
}
