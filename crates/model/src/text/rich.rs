//! Reading a text with its objects and properties, in the order in which it shows.

use super::Text;
use super::edge::{Edge, Stretch};
use super::marks::MarkCursor;
use super::objects::ObjectCursor;
use super::tree::{Cursor, Elem, Run, Tree, Unit};
use clock::{Id, Span};
use log::{Gap, TextRange, Value};

/// A part of what a text shows: characters with the same properties, or an object.
#[derive(Clone, Debug, PartialEq)]
pub struct RichRun<'a> {
    /// The elements.
    pub span: Span,
    /// How they read.
    pub text: &'a str,
    /// What object it is, of which there is one then: empty for a paragraph mark.
    pub object: Option<&'a str>,
    /// Properties that are set, ascending by key.
    pub marks: Vec<(&'a str, &'a Value)>,
}

/// At which ends a range grows by what is put there later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grows {
    /// At its end, as emphasis does that somebody types on in.
    AtEnd,
    /// At its start.
    AtStart,
    /// At both.
    AtBoth,
    /// At neither, as a link does.
    Nowhere,
}

impl Grows {
    fn at_start(self) -> bool {
        matches!(self, Self::AtStart | Self::AtBoth)
    }

    fn at_end(self) -> bool {
        matches!(self, Self::AtEnd | Self::AtBoth)
    }
}

/// Where reading is in a stretch.
struct Walk<'a> {
    text: &'a Text,
    /// The next run, and how many of its elements are behind.
    at: Option<Cursor>,
    /// How many bytes of its run are behind, where that is known: counting them anew for each piece of a long run
    /// would take as long as the run is, each time.
    bytes: Option<usize>,
    end: Edge,
    marks: MarkCursor<'a>,
    objects: ObjectCursor<'a>,
}

impl Text {
    /// What is visible, in the order in which it shows. Neighbours may be alike.
    pub fn rich(&self) -> impl Iterator<Item = RichRun<'_>> {
        self.shown_stretches().into_iter().flat_map(|stretch| Walk::new(self, stretch))
    }

    /// The objects that are visible, in the order in which they show: their names and kinds.
    pub fn shown_objects(&self) -> Vec<(Id, &str)> {
        if !self.moves.is_empty() {
            return self.rich().filter_map(|run| Some((run.span.first(), run.object?))).collect();
        }
        let (mut cursor, mut found) = (self.objects.cursor(), Vec::new());
        let runs = self.tree.leaves().flat_map(|leaf| self.tree.runs(leaf)).filter(|run| run.is_visible());
        for run in runs.take_while(|_| !self.objects.is_empty()) {
            let mut from = run.first;
            while let Some((elem, kind)) = cursor.next_from(from).filter(|(elem, _)| run.contains(*elem)) {
                found.extend(kind.map(|kind| (self.id(elem), kind)));
                from = elem.plus(1);
            }
        }
        found
    }

    /// What is visible between two positions in UTF-16 code units, as [`Text::rich`] gives it out; what is half in
    /// the range is left out.
    pub fn rich_between(&self, from: u32, to: u32) -> Vec<RichRun<'_>> {
        let (from, to) = (self.chars_at_utf16(from), self.chars_at_utf16(to));
        let stretch = |(at, len): (u32, u32)| {
            let elem = |cursor: Cursor| self.tree.run(cursor.leaf, cursor.run).first.plus(cursor.offset);
            let (first, last) = (self.find_visible(at)?, self.find_visible(at + len - 1)?);
            Some(Stretch { start: Edge::Before(elem(first)), end: Edge::After(elem(last)) })
        };
        let ranges = self.base_ranges(from, to.saturating_sub(from).min(self.len().chars.saturating_sub(from)));
        let stretches = ranges.into_iter().filter(|(_, len)| *len > 0).filter_map(stretch);
        stretches.flat_map(|stretch| Walk::new(self, stretch)).collect()
    }

    /// What is set at the visible element at `at`, in code points.
    pub fn marks_at(&self, at: u32) -> Vec<(&str, &Value)> {
        let (base, left) = self.to_base(at, Unit::Chars);
        let Some(cursor) = self.find_visible(base).filter(|_| left > 0) else { return Vec::new() };
        let elem = self.tree.run(cursor.leaf, cursor.run).first.plus(cursor.offset);
        self.marks_from(Edge::Before(elem)).here()
    }

    /// Ranges that hold `len` visible elements from position `at` on, in code points, in the order in which they show.
    /// What is put between them later is in them too; at each end, if they grow there.
    pub fn ranges(&mut self, at: u32, len: u32, grows: Grows) -> Vec<TextRange> {
        let pieces = self.base_ranges(at, len.min(self.len().chars.saturating_sub(at)));
        let ends: Vec<(Cursor, Cursor)> = pieces
            .iter()
            .filter(|(_, len)| *len > 0)
            .filter_map(|&(at, len)| Some((self.find_visible(at)?, self.find_visible(at + len - 1)?)))
            .collect();
        let last = ends.len().saturating_sub(1);
        let range = |(number, &(first, end)): (usize, &(Cursor, Cursor))| TextRange {
            start: self.start_gap(first, number == 0 && grows.at_start()),
            end: self.end_gap(end, number < last || grows.at_end()),
        };
        ends.iter().enumerate().map(range).collect()
    }

    fn start_gap(&self, first: Cursor, grows: bool) -> Gap {
        let elem = self.tree.run(first.leaf, first.run).first.plus(first.offset);
        if grows { Gap::After(self.before(first).map(|elem| self.id(elem))) } else { Gap::Before(Some(self.id(elem))) }
    }

    fn end_gap(&self, last: Cursor, grows: bool) -> Gap {
        let elem = self.tree.run(last.leaf, last.run).first.plus(last.offset);
        let behind = Cursor { offset: last.offset + 1, ..last };
        if grows {
            Gap::Before(self.elem_after(behind).map(|elem| self.id(elem)))
        } else {
            Gap::After(Some(self.id(elem)))
        }
    }

    /// The element before that at `cursor`, dead or alive.
    fn before(&self, cursor: Cursor) -> Option<Elem> {
        if let Some(before) = self.elem_before(cursor) {
            return Some(before);
        }
        let last = |leaf: u32, run: u32| Some(self.tree.run(leaf, run).last());
        match cursor.run.checked_sub(1) {
            Some(run) => last(cursor.leaf, run),
            None => self.tree.prev_leaf(cursor.leaf).and_then(|leaf| last(leaf, self.tree.runs(leaf).len() as u32 - 1)),
        }
    }

    pub(super) fn shown_chars_at_utf16(&self, utf16: u32) -> u32 {
        let len = self.len();
        let (base, left) = self.to_base(utf16, Unit::Utf16);
        if left == 0 {
            return len.chars;
        }
        let chars = self.base_chars_at_utf16(base);
        let cursor = self.find_visible(chars).expect("something is left there");
        let elem = self.tree.run(cursor.leaf, cursor.run).first.plus(cursor.offset);
        self.to_shown(elem, self.weight_at(cursor)).chars
    }

    pub(super) fn shown_utf16_at_chars(&self, chars: u32) -> u32 {
        let (base, left) = self.to_base(chars, Unit::Chars);
        if left == 0 {
            return self.len().utf16;
        }
        let cursor = self.find_visible(base).expect("something is left there");
        let elem = self.tree.run(cursor.leaf, cursor.run).first.plus(cursor.offset);
        self.to_shown(elem, self.weight_at(cursor)).utf16
    }
}

impl<'a> Walk<'a> {
    fn new(text: &'a Text, stretch: Stretch) -> Self {
        let at = match stretch.start {
            Edge::Start => text.beginning_after(Cursor { leaf: Tree::FIRST, run: 0, offset: 0 }),
            Edge::End => None,
            Edge::Before(elem) => text.find(elem),
            Edge::After(elem) => {
                let at = text.find(elem).expect("gaps are beside elements of the text");
                text.beginning_after(Cursor { offset: at.offset + 1, ..at })
            }
        };
        let (marks, objects) = (text.marks_from(stretch.start), text.objects.cursor());
        Self { text, at, bytes: None, end: stretch.end, marks, objects }
    }

    /// How many elements of a run lie before a gap beside one of them.
    fn offset(run: &Run, edge: Edge) -> Option<u32> {
        match edge {
            Edge::Before(elem) if run.contains(elem) => Some(elem.seq - run.first.seq),
            Edge::After(elem) if run.contains(elem) => Some(elem.seq - run.first.seq + 1),
            _ => None,
        }
    }

    /// How many elements of `run` from `from` on go together, and what object they are.
    fn part(&mut self, run: &Run, from: u32) -> (u32, Option<&'a str>) {
        let first = run.first.plus(from);
        match self.objects.next_from(first) {
            Some((elem, kind)) if elem == first => (1, kind),
            next => {
                let rest = self.marks.next(|edge| Self::offset(run, edge)).unwrap_or(run.len) - from;
                let object = next.map(|(elem, _)| elem).filter(|&elem| run.contains(elem));
                (object.map_or(rest, |elem| rest.min(elem.seq - first.seq)), None)
            }
        }
    }

    fn run(&mut self, run: &'a Run, from: u32, (len, object): (u32, Option<&'a str>)) -> RichRun<'a> {
        let first = run.first.plus(from);
        let id = self.text.id(first);
        let start = self.bytes.unwrap_or_else(|| run.head(from, &self.text.buffer).bytes as usize);
        let rest = &run.text(&self.text.buffer)[start..];
        let bytes = rest.char_indices().nth(len as usize).map_or(rest.len(), |(at, _)| at);
        self.bytes = Some(start + bytes);
        RichRun {
            span: Span::new(id.replica, id.seq, id.seq + len),
            text: &rest[..bytes],
            object,
            marks: self.marks.here(),
        }
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = RichRun<'a>;

    fn next(&mut self) -> Option<RichRun<'a>> {
        loop {
            let at = self.at?;
            let run = self.text.tree.run(at.leaf, at.run);
            let end = Self::offset(run, self.end).unwrap_or(run.len);
            let from = at.offset;
            // Gaps that lie between what is behind and what comes.
            self.marks.pass(|edge| Self::offset(run, edge).is_some_and(|offset| offset <= from));
            if from >= end {
                self.at = if end < run.len { None } else { self.behind(at, run) };
                self.bytes = None;
                continue;
            }
            if !run.is_visible() {
                // The gaps within are passed one by one behind it.
                self.at = Some(Cursor { offset: end, ..at });
                continue;
            }
            let (len, object) = self.part(run, from);
            let len = len.min(end - from);
            self.at = Some(Cursor { offset: from + len, ..at });
            return Some(self.run(run, from, (len, object)));
        }
    }
}

impl Walk<'_> {
    /// The run after one, unless the stretch ends right behind that.
    fn behind(&self, at: Cursor, run: &Run) -> Option<Cursor> {
        if Self::offset(run, self.end) == Some(run.len) { None } else { self.text.next_run(at) }
    }
}
