//! The sections of a note: a heading, and what follows before the next one of its rank or above.

use crate::body::{Segment, segments};
use crate::look::{Look, Style};
use crate::schema::{block_properties, root};
use motet::{Document, Seq};
use std::ops::Range;

/// Where the section below a heading is in the note's text, in code points, its heading among it. Of headings that read alike
/// it is the first; none where no heading reads so.
pub fn section(document: &Document, heading: &str) -> Option<Range<Seq>> {
    let model = document.model();
    let all = segments(model, root());
    let rank_of = |segment: &Segment<'_>| match Look::read(model, block_properties(root(), segment.mark)).style {
        Style::Heading(rank) => Some(rank),
        _ => None,
    };
    let reads_so = |segment: &Segment<'_>| {
        let text: String = segment.runs.iter().filter(|run| run.object.is_none()).map(|run| run.text).collect();
        text.trim() == heading.trim()
    };
    let at = all.iter().position(|segment| rank_of(segment).is_some() && reads_so(segment))?;
    let rank = rank_of(&all[at])?;
    let is_above = |segment: &&Segment<'_>| rank_of(segment).is_some_and(|other| other <= rank);
    let end = all[at + 1..].iter().find(is_above).map_or_else(|| all[all.len() - 1].end(), |next| next.at);
    Some(all[at].at..end)
}
