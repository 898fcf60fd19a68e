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
use motet::{ContainerId, Document, Edit, Id, RichRun, Seq, Span};
use note::{Block, Content, Footnote, Kind, Note, Run};
use std::collections::HashSet;

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
    /// None once it was pasted.
    range: Option<motet::Cut>,
}

/// Deletes `len` code points from position `from` of a body on, at `time`, and remembers them. None where there is
/// nothing to delete.
pub fn cut(document: &mut Document, body: ContainerId, (from, len): (Seq, Seq), time: i64) -> Option<Cut> {
    let note = copy(document, body, (from, len));
    let cutting = document.cutting(body, (from, len))?;
    document.edit(time, |edit| edit.delete(body, from, len))?;
    Some(Cut { note, body, range: document.has_cut(cutting, time) })
}

/// Pastes what was cut at position `at` of a body. For the first time, in the same body and soon, it moves
/// ([`Document::paste_cut`]): what was cut is the same that it was, with all that others did to it meanwhile and said of
/// it. Else it is a copy.
pub fn paste_cut(document: &mut Document, cut: &mut Cut, body: ContainerId, at: Seq, time: i64) {
    let range = cut.range.take().filter(|_| body == cut.body);
    if !range.is_some_and(|range| document.paste_cut(&range, at, time).0) {
        document.edit(time, |edit| paste(edit, body, at, &cut.note));
    }
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
