//! A body taken apart at its paragraph marks.

use crate::schema::object;
use motet::{ContainerId, Id, Model, RichRun, Seq};

/// What lies from one paragraph mark to the next.
#[derive(Clone, Debug)]
pub struct Segment<'a> {
    /// The mark that begins it; none for what is before the first.
    pub mark: Option<Id>,
    /// Where it begins, in code points: at its mark, if it has one.
    pub at: Seq,
    /// What is in it, without the mark.
    pub runs: Vec<RichRun<'a>>,
    /// How much that is, in code points, without the mark.
    pub len: Seq,
}

impl Segment<'_> {
    /// Where its first character is, or would be.
    pub fn start(&self) -> Seq {
        self.at + Seq::from(self.mark.is_some())
    }

    /// Where it ends.
    pub fn end(&self) -> Seq {
        self.start() + self.len
    }

    /// How long it is with its mark.
    pub fn whole(&self) -> Seq {
        self.end() - self.at
    }
}

/// The segments of a body: at least one. That before the first mark is among them where it shows something, or where
/// there is no mark.
pub fn segments(model: &Model, body: ContainerId) -> Vec<Segment<'_>> {
    let text = model.text(body);
    let mut segments = cut(text.into_iter().flat_map(|text| text.rich()), 0);
    if segments.len() > 1 && segments[0].len == 0 {
        segments.remove(0);
    }
    segments
}

/// Takes runs apart that begin at `at`. What is before the first mark comes first, even where it is nothing.
pub fn cut<'a>(runs: impl Iterator<Item = RichRun<'a>>, mut at: Seq) -> Vec<Segment<'a>> {
    let mut segments = vec![Segment { mark: None, at, runs: Vec::new(), len: 0 }];
    for run in runs {
        let len = run.span.len();
        if run.object == Some(object::MARK) {
            segments.push(Segment { mark: Some(run.span.first()), at, runs: Vec::new(), len: 0 });
        } else if let Some(last) = segments.last_mut() {
            last.len += len;
            last.runs.push(run);
        }
        at += len;
    }
    segments
}

/// How far around a position is looked at first; four times as far each further time.
const NEAR: Seq = 256;

/// The segments that positions `from` to `to` of a body touch, in code points, and no others.
pub fn segments_around(model: &Model, body: ContainerId, from: Seq, to: Seq) -> Vec<Segment<'_>> {
    let Some(text) = model.text(body) else { return segments(model, body) };
    let len = text.len().chars;
    let (from, to) = (from.min(len), to.min(len));
    let mut near = NEAR;
    loop {
        let (start, end) = (from.saturating_sub(near), to.saturating_add(near).min(len));
        let runs = text.rich_between(text.utf16_at_chars(start), text.utf16_at_chars(end));
        let mut found = cut(runs.into_iter(), start);
        let is_begun = start == 0 || found.iter().any(|segment| segment.mark.is_some() && segment.start() <= from);
        let is_ended = end == len || found.last().is_some_and(|segment| segment.at >= to && segment.mark.is_some());
        if is_begun && is_ended {
            if found.len() > 1 && found[0].len == 0 {
                found.remove(0);
            }
            let first = found.iter().rposition(|segment| segment.start() <= from).unwrap_or(0);
            let end = found.iter().position(|segment| segment.start() > to).unwrap_or(found.len());
            return found.drain(first..end.max(first + 1)).collect();
        }
        near = near.saturating_mul(4);
    }
}
