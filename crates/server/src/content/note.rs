//! Notes as Markdown: what is taken in, and saving it.

use crate::hub::HubError;
use crate::limits::{MARKERS_OF_LINE_MAX, NOTE_PARTS_MAX, TEXT_BYTES_MAX};
use clock::VersionVector;
use motet::Document;
use note::{Block, Kind, Note, markdown};

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

/// Makes a document hold `note`, which was made of what it held at `base`, in as many actions as it takes. Where
/// something in it cannot be sent nothing is changed.
pub fn save(document: &mut Document, base: Option<&VersionVector>, note: &Note, time: i64) -> Result<(), HubError> {
    let base = base.cloned().unwrap_or_else(|| document.version());
    notedoc::save(document, &base, note, time);
    let too_much =
        |refusal| HubError::TextRefused(format!("something in one paragraph or table is too long: {refusal}"));
    document.take_refusal().map_err(too_much)
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

#[cfg(test)]
mod tests {
    use super::*;
    use codec::{AuthorKey, encode_frame};
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
        save(document, None, &note, 0).expect("it can be cut");
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
        assert!(refused.to_string().contains("one paragraph"), "{refused}");
        assert_eq!(
            (document.version(), markdown::print(&notedoc::read(&document))),
            (before, "# Title\n\ntext\n".into())
        );
    }
}
