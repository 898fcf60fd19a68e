//! Notes as Markdown, saved in actions that can be sent.

use crate::hub::HubError;
use crate::limits::{MARKERS_OF_LINE_MAX, NOTE_PARCEL_BYTES_MAX, NOTE_PARTS_MAX, TEXT_BYTES_MAX};
use clock::VersionVector;
use codec::{AuthorKey, encode_frame};
use motet::{Document, Seq};
use note::{Block, Footnote, Kind, Note, markdown};

/// Elements and bytes up to which nothing can be too much for an action: each makes a few ops at most.
const SMALL: usize = 16 << 10;

/// How often a save is halved: more parts than the longest note needs.
const HALVINGS_MAX: u32 = 8;

/// The note that a text is, where it may be one.
pub fn parse(text: &str) -> Result<Note, HubError> {
    let len = text.len();
    if len > TEXT_BYTES_MAX {
        return Err(HubError::TextRefused(format!(
            "{len} bytes of Markdown, {TEXT_BYTES_MAX} allowed; divide the note"
        )));
    }
    let deep = text.lines().map(markers).enumerate().find(|(_, count)| *count > MARKERS_OF_LINE_MAX);
    if let Some((line, count)) = deep {
        return Err(HubError::TextRefused(format!(
            "line {} begins with {count} marks of quotes and lists, {MARKERS_OF_LINE_MAX} allowed",
            line + 1
        )));
    }
    let note = markdown::parse(text);
    let blocks = note.blocks.iter().chain(note.footnotes.iter().flat_map(|footnote| &footnote.blocks));
    match blocks.map(parts).sum::<usize>() {
        count if count > NOTE_PARTS_MAX => Err(HubError::TextRefused(format!(
            "{count} paragraphs, pieces of lines and cells, {NOTE_PARTS_MAX} allowed; divide the note"
        ))),
        _ => Ok(note),
    }
}

/// How many things a block is made of.
fn parts(block: &Block) -> usize {
    match &block.kind {
        Kind::Paragraph(line) | Kind::Heading { line, .. } => 1 + line.len(),
        Kind::Table(table) => 1 + table.rows.iter().flatten().map(|cell| 1 + cell.len()).sum::<usize>(),
        Kind::Code { .. } | Kind::Html(_) | Kind::Rule => 2,
    }
}

/// How many quotes and list items a line begins.
fn markers(line: &str) -> usize {
    let (mut rest, mut count) = (line.trim_start(), 0);
    while let Some(behind) = behind_marker(rest) {
        rest = behind.trim_start();
        count += 1;
    }
    count
}

/// What stands behind the mark of a quote or an item.
fn behind_marker(rest: &str) -> Option<&str> {
    if let Some(behind) = rest.strip_prefix('>') {
        return Some(behind);
    }
    let number = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let behind = match rest.len() - number.len() {
        0 => rest.strip_prefix(['-', '+', '*']),
        1..=9 => number.strip_prefix(['.', ')']),
        _ => None,
    };
    behind.filter(|behind| behind.starts_with([' ', '\t']))
}

/// Makes a document hold `note`, which was made of what it held at `base`. Where that is more than an action holds it
/// becomes several; where it cannot be divided nothing is changed.
pub fn save(document: &mut Document, base: Option<&VersionVector>, note: &Note, time: i64) -> Result<(), HubError> {
    let mut base = base.cloned().unwrap_or_else(|| document.version());
    let elements: usize = document.version().iter().map(|(_, end)| end as usize).sum();
    if elements + markdown::print(note).len() <= SMALL {
        notedoc::save(document, &base, note, time);
        return Ok(());
    }
    let before = document.clone();
    let saved = save_parts(document, &mut base, note, time, HALVINGS_MAX);
    if saved.is_err() {
        *document = before;
    }
    saved
}

/// Saves in parts that each fit into an action. `base` becomes the version that holds the note.
fn save_parts(
    document: &mut Document,
    base: &mut VersionVector,
    note: &Note,
    time: i64,
    halvings: u32,
) -> Result<(), HubError> {
    let before = document.clone();
    let Some(span) = notedoc::save(document, base, note, time) else { return Ok(()) };
    if fits(document, &before.version()) {
        base.extend_to(span.replica, span.end);
        return Ok(());
    }
    *document = before;
    let half = halfway(&read_at(document, base), note).filter(|_| halvings > 0).ok_or_else(too_much)?;
    save_parts(document, base, &half, time, halvings - 1)?;
    save_parts(document, base, note, time, halvings - 1)
}

fn too_much() -> HubError {
    HubError::TextRefused("one block is more than can be sent at once; divide the longest paragraph or table".into())
}

/// Whether what was written since `before` is within the limits of an action.
fn fits(document: &Document, before: &VersionVector) -> bool {
    let (own, nobody) = (document.replica(), AuthorKey([0; 32]));
    let start: Seq = before.iter().find(|(replica, _)| *replica == own).map_or(0, |(_, end)| end);
    let encoded = encode_frame(own, nobody, start, &document.actions_since(before));
    encoded.is_ok_and(|bytes| bytes.len() <= NOTE_PARCEL_BYTES_MAX)
}

/// The note that a document held at a version.
pub fn read_at(document: &Document, version: &VersionVector) -> Note {
    if *version == document.version() {
        return notedoc::read(document);
    }
    let mut then = document.fork(document.replica());
    then.pin(Some(version.clone()));
    notedoc::read(&then)
}

/// A note on the way from one to another: of what differs, the first half is new and the second as it was.
fn halfway(old: &Note, new: &Note) -> Option<Note> {
    let (from, to) = (&old.blocks[..], &new.blocks[..]);
    let first = from.iter().zip(to).take_while(|(a, b)| a == b).count();
    let last = from[first..].iter().rev().zip(to[first..].iter().rev()).take_while(|(a, b)| a == b).count();
    let middle = |blocks: &[Block]| blocks.len() - first - last;
    let (old_half, new_half) = (first + middle(from) / 2, first + middle(to).div_ceil(2));
    let blocks = [&to[..new_half], &from[old_half..]].concat();
    let is_new = |footnote: &&Footnote| !old.footnotes.iter().any(|known| known.label == footnote.label);
    let footnotes = old.footnotes.iter().chain(new.footnotes.iter().filter(is_new)).cloned().collect();
    let half = Note { blocks, footnotes }.normalized();
    (half != *old && half != *new).then_some(half)
}

#[cfg(test)]
mod tests {
    use super::*;
    use motet::ReplicaId;

    #[test]
    fn marks_at_the_beginning_of_a_line_are_counted() {
        for (line, count) in [
            ("", 0),
            ("text > text", 0),
            ("> > text", 2),
            (">>- 1. text", 4),
            ("-----------", 0),
            ("* * *", 2),
            ("1984. A year", 1),
            ("1234567890. no", 0),
            ("\t- [ ] a", 1),
        ] {
            assert_eq!(markers(line), count, "{line}");
        }
        let deep = ">".repeat(MARKERS_OF_LINE_MAX + 1);
        let refused = parse(&format!("a\n{deep}")).expect_err("too deep");
        assert!(refused.to_string().contains("line 2 begins with 257 marks"), "{refused}");
        assert!(parse(&"a".repeat(TEXT_BYTES_MAX + 1)).is_err());
        let refused = parse(&"a\n\n".repeat(NOTE_PARTS_MAX)).expect_err("too many blocks");
        assert!(refused.to_string().contains("262144 paragraphs"), "{refused}");
    }

    fn saved(document: &mut Document, text: &str) {
        let note = parse(text).expect("allowed");
        save(document, None, &note, 0).expect("it can be divided");
        assert!(notedoc::read(document) == note);
        let nobody = AuthorKey([0; 32]);
        for action in document.actions_since(&VersionVector::new()) {
            encode_frame(document.replica(), nobody, action.id.seq, &[action]).expect("it can be sent");
        }
    }

    /// Sections of all that differ from each other.
    fn long(word: &str, count: usize) -> String {
        (0..count).map(|n| format!("## {word} {n}\n\n- [ ] *a* {n}\n- [x] **b** `c` [d](e)\n\n")).collect()
    }

    #[test]
    fn what_is_more_than_an_action_holds_becomes_several() {
        let mut document = Document::new(ReplicaId(1));
        saved(&mut document, &long("Part", 10_500));
        assert!(document.actions_since(&VersionVector::new()).len() > 1);
        saved(&mut document, &long("Section", 10_500));
        saved(&mut document, "");
    }

    #[test]
    fn what_cannot_be_divided_is_refused_and_changes_nothing() {
        let mut document = Document::new(ReplicaId(1));
        saved(&mut document, "# Title\n\ntext\n");
        let before = document.version();
        let address = "a".repeat(2 << 20);
        let note = parse(&format!("# Title\n\n[text]({address})\n")).expect("allowed");
        let refused = save(&mut document, None, &note, 0).expect_err("no address is so long");
        assert!(refused.to_string().contains("one block"), "{refused}");
        assert_eq!(
            (document.version(), markdown::print(&notedoc::read(&document))),
            (before, "# Title\n\ntext\n".into())
        );
    }
}
