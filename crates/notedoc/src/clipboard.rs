//! Copying, cutting and pasting.
//!
//! HTML goes out only ([`note::html`]). It comes in through the browser, which has a parser for it and the editor's schema
//! to say what is kept; a parser of our own would weigh as much as all else that a visitor loads.

use crate::body::{Segment, segments_around};
use crate::label::Labels;
use crate::look::Look;
use crate::read::Reader;
use crate::save::Saver;
use crate::schema::{block_properties, body_of, properties};
use motet::{ContainerId, Document, Edit, Id, RichRun, Seq, Span, Text, VersionVector};
use note::{Block, Content, Footnote, Kind, Note, Run};
use std::collections::HashSet;

/// For how long what was cut is moved when it is pasted, in seconds; later it is copied.
pub const MOVES_S: i64 = 600;

/// What positions `from` to `from + len` of a body hold, as a note with the footnotes that it refers to.
pub fn copy(document: &Document, body: ContainerId, (from, len): (Seq, Seq)) -> Note {
    let model = document.model();
    let to = from.saturating_add(len);
    let mut segments = segments_around(model, body, from, to);
    segments.iter_mut().for_each(|segment| clip(segment, from, to));
    let mut reader = Reader::new(model);
    let blocks = reader.segments(body, &segments).blocks;
    let mut note = Note { blocks, footnotes: Vec::new() };
    let mut is_new = HashSet::new();
    for owner in std::mem::take(&mut reader.labels.owners) {
        let label = reader.labels.of_object[&owner].clone();
        let refers = |blocks: &[Block]| blocks.iter().any(|block| refers_to(block, &label));
        // Owners come in the order of reference, those within footnotes behind the footnotes.
        if (refers(&note.blocks) || note.footnotes.iter().any(|one| refers(&one.blocks)))
            && is_new.insert(label.clone())
        {
            note.footnotes.push(Footnote { label, blocks: reader.body(body_of(owner)).blocks });
        }
    }
    note.normalized()
}

/// Leaves only what lies between two positions.
fn clip(segment: &mut Segment<'_>, from: Seq, to: Seq) {
    let mut at = segment.start();
    let clipped = std::mem::take(&mut segment.runs).into_iter().filter_map(|run| {
        let (start, end) = (at, at + run.span.len());
        at = end;
        clip_run(run, from.saturating_sub(start), to.min(end).saturating_sub(start))
    });
    segment.runs = clipped.collect();
    segment.len = segment.runs.iter().map(|run| run.span.len()).sum();
}

fn clip_run(run: RichRun<'_>, from: Seq, to: Seq) -> Option<RichRun<'_>> {
    if from >= to {
        return None;
    }
    let byte = |chars: Seq| run.text.char_indices().nth(chars as usize).map_or(run.text.len(), |(at, _)| at);
    let text = &run.text[byte(from)..byte(to)];
    let span = Span::new(run.span.replica, run.span.start + from, run.span.start + to);
    Some(RichRun { span, text, ..run })
}

fn refers_to(block: &Block, label: &str) -> bool {
    let refers = |run: &Run| matches!(&run.content, Content::Footnote(of) if of == label);
    match &block.kind {
        Kind::Paragraph(line) | Kind::Heading { line, .. } => line.iter().any(refers),
        Kind::Table(table) => table.rows.iter().flatten().flatten().any(refers),
        Kind::Code { .. } | Kind::Rule | Kind::Html(_) => false,
    }
}

/// What was cut, so that it can be pasted.
#[derive(Clone, Debug)]
pub struct Cut {
    /// What it said.
    pub note: Note,
    body: ContainerId,
    /// The elements, in the order in which they showed.
    spans: Vec<Span>,
    /// The action that deleted them.
    action: Span,
    /// What there was when it was cut.
    seen: VersionVector,
    time: i64,
    is_pasted: bool,
}

/// Deletes `len` code points from position `from` of a body on, at `time`, and remembers them. None where there is
/// nothing to delete.
pub fn cut(document: &mut Document, body: ContainerId, (from, len): (Seq, Seq), time: i64) -> Option<Cut> {
    let note = copy(document, body, (from, len));
    let spans = document.model_text(body).visible_spans(from, len);
    let seen = document.version();
    let action = document.edit(time, |edit| edit.delete(body, from, len))?;
    Some(Cut { note, body, spans, action, seen, time, is_pasted: false })
}

/// Pastes what was cut at position `at` of a body. For the first time, in the same body and within [`MOVES_S`], it moves:
/// what was cut is the same that it was, with all that others did to it meanwhile and said of it. Else it is a copy.
///
/// A move is two actions: one takes back the deletion, so far as nobody else deleted too, and one moves.
pub fn paste_cut(document: &mut Document, cut: &mut Cut, body: ContainerId, at: Seq, time: i64) {
    let is_first = !std::mem::replace(&mut cut.is_pasted, true);
    let is_soon = (0..=MOVES_S).contains(&time.saturating_sub(cut.time));
    if !(is_first && is_soon && body == cut.body && is_gone(document, cut) && put_back(document, cut, body, at, time)) {
        document.edit(time, |edit| paste(edit, body, at, &cut.note));
    }
}

/// Whether all that was cut is still deleted, and still in one place: what shows within was written since.
fn is_gone(document: &mut Document, cut: &Cut) -> bool {
    let text = document.model_text(cut.body);
    let places: Vec<_> = cut.spans.iter().flat_map(|span| ids(*span)).map(|id| text.position(id)).collect();
    let is_gone = places.iter().all(|place| place.is_some_and(|(_, is_visible)| !is_visible));
    let (Some(Some(first)), Some(Some(last))) = (places.first(), places.last()) else { return false };
    let is_new = |span: &Span| span.start >= cut.seen.end(span.replica);
    is_gone && places.is_sorted() && text.visible_spans(first.0, last.0 - first.0).iter().all(is_new)
}

fn ids(span: Span) -> impl Iterator<Item = Id> {
    (span.start..span.end).map(move |seq| Id::new(span.replica, seq))
}

/// Takes the deletion back and moves what then is there. `false` where nothing is there, since others deleted it too.
fn put_back(document: &mut Document, cut: &Cut, body: ContainerId, at: Seq, time: i64) -> bool {
    // The place is remembered by what is before it, which stays what it is while text comes back elsewhere.
    let left = at.checked_sub(1).and_then(|left| document.model_text(body).id_at(left));
    let is_undone = document.undo_spans(&[cut.action], time).is_some();
    let Some(text) = document.model().text(body).filter(|_| is_undone) else { return false };
    let to = left.and_then(|left| text.position(left)).map_or(0, |(at, _)| at + 1);
    let Some((from, end)) = shown(text, &cut.spans) else { return false };
    document.edit(time, |edit| _ = edit.move_text(body, (from, end - from), to));
    true
}

/// From where to where those of some elements are that show.
fn shown(text: &Text, spans: &[Span]) -> Option<(Seq, Seq)> {
    let places = spans.iter().flat_map(|span| ids(*span)).filter_map(|id| text.position(id));
    let mut shown = places.filter(|(_, is_visible)| *is_visible).map(|(at, _)| at);
    let first = shown.next()?;
    Some((first, shown.last().unwrap_or(first) + 1))
}

/// Plain text as a note: a paragraph a line.
pub fn plain(text: &str) -> Note {
    let lines = text.split(['\n', '\r']).filter(|line| !line.is_empty());
    let blocks = lines.map(|line| Block::new(Kind::Paragraph(vec![Run::text(line)]))).collect();
    Note { blocks, footnotes: Vec::new() }.normalized()
}

/// Inserts a note at position `at` of a body. Its first paragraph goes on with the line there, the rest of the line goes
/// on with its last. Footnotes that have another's label get a new one.
pub fn paste(edit: &mut Edit<'_>, body: ContainerId, at: Seq, note: &Note) {
    let mut note = note.clone().normalized();
    let labels = Labels::of(edit.document().model());
    relabel(&mut note, &labels);
    let at = at.min(edit.document().text_len(body));
    let Some(here) = segments_around(edit.document().model(), body, at, at).first().map(Place::of) else { return };
    let look = Look::read(edit.document().model(), block_properties(body, here.mark));
    let is_text = |block: Option<&Block>| {
        block.is_some_and(|block| matches!(block.kind, Kind::Paragraph(_)) && block.levels.is_empty())
    };
    let (is_in_line, ends_in_line) = (is_text(note.blocks.first()), is_text(note.blocks.last()));
    if look.style.is_verbatim() {
        return edit.insert(body, at, &plain_text(&note));
    }
    let has_rest = at < here.end;
    if has_rest && !ends_in_line {
        let mark = edit.split(body, at);
        look.write(edit, properties(mark));
    }
    let mut saver = Saver::new(edit, labels);
    saver.insert_blocks(body, at, &note.blocks, is_in_line);
    saver.footnotes(&note.footnotes);
}

/// What is needed of the segment at the cursor.
struct Place {
    mark: Option<Id>,
    end: Seq,
}

impl Place {
    fn of(segment: &Segment<'_>) -> Self {
        Self { mark: segment.mark, end: segment.end() }
    }
}

/// Gives new labels to footnotes whose labels are taken.
fn relabel(note: &mut Note, labels: &Labels) {
    let mut taken: HashSet<String> = labels.names.keys().map(|label| label.to_lowercase()).collect();
    let own: Vec<String> = note.footnotes.iter().map(|footnote| footnote.label.clone()).collect();
    for label in own {
        let mut number = 2;
        let mut free = label.clone();
        while !taken.insert(free.to_lowercase()) {
            free = format!("{label}-{number}");
            number += 1;
        }
        if free != label {
            rename(note, &label, &free);
        }
    }
}

fn rename(note: &mut Note, from: &str, to: &str) {
    let change = |run: &mut Run| match &mut run.content {
        Content::Footnote(label) if label == from => to.clone_into(label),
        _ => {}
    };
    let in_footnotes = note.footnotes.iter_mut().flat_map(|footnote| &mut footnote.blocks);
    for block in note.blocks.iter_mut().chain(in_footnotes) {
        match &mut block.kind {
            Kind::Paragraph(line) | Kind::Heading { line, .. } => line.iter_mut().for_each(change),
            Kind::Table(table) => table.rows.iter_mut().flatten().flatten().for_each(change),
            Kind::Code { .. } | Kind::Rule | Kind::Html(_) => {}
        }
    }
    let footnote = note.footnotes.iter_mut().find(|footnote| footnote.label == from);
    footnote.into_iter().for_each(|footnote| to.clone_into(&mut footnote.label));
}

/// What a note reads as without any formatting: a line for each block.
pub fn plain_text(note: &Note) -> String {
    let line = |line: &note::Line| line.iter().map(Run::plain).collect::<String>();
    let block = |block: &Block| match &block.kind {
        Kind::Paragraph(text) | Kind::Heading { line: text, .. } => line(text),
        Kind::Code { text, .. } | Kind::Html(text) => text.clone(),
        Kind::Rule => String::new(),
        Kind::Table(table) => {
            let row = |row: &Vec<note::Line>| row.iter().map(line).collect::<Vec<_>>().join("\t");
            table.rows.iter().map(row).collect::<Vec<_>>().join("\n")
        }
    };
    note.blocks.iter().map(block).collect::<Vec<_>>().join("\n")
}
