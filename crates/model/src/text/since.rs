//! What is different between two states of a text whose elements may have moved.

use super::Text;
use super::heaviest;
use super::rich::RichRun;
use crate::patch::{TextPatch, utf16_len};
use clock::{ReplicaId, Seq, SortedMap, Span};

/// Something of each of some elements, by the first of a span.
type BySpan<T> = SortedMap<(ReplicaId, Seq), (Seq, T)>;

/// A part of what is shown now.
struct Part<'a> {
    span: Span,
    text: &'a str,
    /// Which run showed it before.
    was: Option<usize>,
}

impl Text {
    /// As [`Text::changed_since`], for any texts.
    pub(super) fn rich_changed_since(&self, before: Option<&Self>) -> TextPatch {
        let old: Vec<RichRun<'_>> = before.into_iter().flat_map(Self::rich).collect();
        let new: Vec<RichRun<'_>> = self.rich().collect();
        let by_span: BySpan<usize> = old.iter().enumerate().map(|(at, run)| keyed(run.span, at)).collect();
        let parts: Vec<Part<'_>> = new.iter().flat_map(|run| cut(run.span, run.text, &by_span)).collect();
        let stays = staying(&parts);
        let mut patch = TextPatch::new();
        remove(&old, parts.iter().zip(&stays).filter(|(_, stays)| **stays).map(|(part, _)| part.span), &mut patch);
        let mut at = 0;
        for (part, stays) in parts.iter().zip(&stays) {
            if !stays {
                patch.splice(at, 0, part.text);
            }
            at += utf16_len(part.text);
        }
        restyle(&old, &new, &by_span, &mut patch);
        patch
    }
}

fn keyed<T>(span: Span, value: T) -> ((ReplicaId, Seq), (Seq, T)) {
    ((span.replica, span.start), (span.end, value))
}

/// `span` cut where what `by_span` says of it changes.
fn cut<'a>(span: Span, text: &'a str, by_span: &BySpan<usize>) -> Vec<Part<'a>> {
    let (mut parts, mut start, mut rest) = (Vec::new(), span.start, text);
    let key = |seq| (span.replica, seq);
    while start < span.end {
        let here = by_span.range(..=key(start)).next_back();
        let here = here.filter(|((replica, _), (end, _))| *replica == span.replica && *end > start);
        let end = match here {
            Some((_, (end, _))) => *end,
            None => by_span.range(key(start)..key(span.end)).next().map_or(span.end, |((_, next), _)| *next),
        };
        let end = end.min(span.end);
        let (text, behind) = super::split_chars(rest, end - start);
        parts.push(Part { span: Span::new(span.replica, start, end), text, was: here.map(|(_, (_, at))| *at) });
        (start, rest) = (end, behind);
    }
    parts
}

/// Which parts stay: the heaviest row of them that keeps its order.
fn staying(parts: &[Part<'_>]) -> Vec<bool> {
    let mut known: Vec<usize> = (0..parts.len()).filter(|&at| parts[at].was.is_some()).collect();
    known.sort_unstable_by_key(|&at| (parts[at].was, parts[at].span.start, at));
    let mut things: Vec<(Option<u32>, u64)> = parts.iter().map(|part| (None, part.text.len() as u64)).collect();
    known.iter().zip(1..).for_each(|(&at, number)| things[at].0 = Some(number));
    heaviest::staying(&things, known.len())
}

/// Takes out of `old` all but `kept`.
fn remove(old: &[RichRun<'_>], kept: impl Iterator<Item = Span>, patch: &mut TextPatch) {
    let kept: BySpan<usize> = kept.map(|span| keyed(span, 0)).collect();
    let mut end: u32 = old.iter().map(|run| utf16_len(run.text)).sum();
    for run in old.iter().rev() {
        for part in cut(run.span, run.text, &kept).into_iter().rev() {
            end -= utf16_len(part.text);
            if part.was.is_none() {
                patch.splice(end, utf16_len(part.text), "");
            }
        }
    }
}

/// Says where what was shown before has other properties now.
fn restyle(old: &[RichRun<'_>], new: &[RichRun<'_>], by_span: &BySpan<usize>, patch: &mut TextPatch) {
    let mut at = 0;
    for run in new {
        for part in cut(run.span, run.text, by_span) {
            let len = utf16_len(part.text);
            if part.was.is_some_and(|was| old[was].marks != run.marks) {
                patch.restyle(at..at + len);
            }
            at += len;
        }
    }
}
