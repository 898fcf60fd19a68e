//! A part of a document, as people name it.

use crate::content::DocumentType;
use crate::stored::text_container;
use jsondoc::{Places, Rows};
use motet::{Document, Span};

/// The elements of a part of a document: of a text lines such as `12-20`, of a note the section below a heading, of JSON what a
/// JSON pointer such as `/scenes/0` names.
///
/// # Errors
/// Where there is no such part: what was expected.
pub fn part(document: &mut Document, words: &str) -> Result<Vec<Span>, String> {
    match DocumentType::of(document) {
        DocumentType::Json => {
            let mut places = Places::default();
            let mut rows = Rows::of(document, &mut places).map_err(|error| error.to_string())?;
            let nothing = || format!("\"{words}\" names no value: a part of JSON is a JSON pointer, such as /scenes/0");
            let at = rows.at(words).ok_or_else(nothing)?;
            Ok(rows.elements(at).into_iter().map(Span::of).collect())
        }
        DocumentType::Note => {
            let nothing = || format!("no heading reads \"{words}\": a part of a note is the section below a heading");
            let section = notedoc::section(document, words).ok_or_else(nothing)?;
            Ok(document.elements_between(notedoc::schema::root(), section.start, section.end))
        }
        DocumentType::Text => {
            let text = document.text(text_container());
            let nothing = || {
                format!(
                    "\"{words}\" is no part of the text: that is lines, such as 12-20, and there are {}",
                    text.lines().count()
                )
            };
            let (from, to) = lines(&text, words).ok_or_else(nothing)?;
            Ok(document.elements_between(text_container(), from, to))
        }
    }
}

/// From which code point to which these lines go: from the end of the line before, behind which their beginning is written, to
/// before their own.
fn lines(text: &str, words: &str) -> Option<(u32, u32)> {
    let (first, last) = words.split_once('-').unwrap_or((words, words));
    let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
    let mut at = 0;
    let place = |line: &str| {
        let start = at;
        at += line.chars().count() as u32;
        (start, at - u32::from(line.ends_with('\n')))
    };
    let places: Vec<(u32, u32)> = text.split_inclusive('\n').map(place).collect();
    let (from, _) = places.get(first.checked_sub(1)?)?;
    let (_, to) = places.get(last.checked_sub(1)?)?;
    (first <= last).then_some((from.saturating_sub(1), *to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use motet::ReplicaId;

    #[test]
    fn lines_are_counted_from_one() {
        assert_eq!(lines("one\ntwo\nthree", "1"), Some((0, 3)));
        assert_eq!(lines("one\ntwo\nthree", "2-3"), Some((3, 13)));
        for wrong in ["0", "4", "3-2", "2-4", "x", "", "-", "1-"] {
            assert_eq!(lines("one\ntwo\nthree", wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_part_is_named_as_its_document_is_written() {
        let mut text = Document::new(ReplicaId(1));
        text.edit(0, |edit| edit.insert(text_container(), 0, "one\ntwo\n"));
        assert_eq!(part(&mut text, "2"), Ok(vec![Span::new(ReplicaId(1), 3, 7)]));
        assert!(part(&mut text, "3").is_err_and(|error| error.contains("there are 2")));

        let mut note = Document::new(ReplicaId(1));
        crate::make(&mut note, &crate::NewType::Note, "# One\n\nfirst\n\n## In it\n\nmore\n\n# Two\n\nlast\n", 0)
            .unwrap();
        let len = |part: Result<Vec<Span>, String>| part.unwrap().iter().map(Span::len).sum::<u32>();
        let whole = len(part(&mut note, "One"));
        assert_eq!(whole - len(part(&mut note, "In it")), 10, "two marks, One and first");
        assert!(part(&mut note, "first").is_err_and(|error| error.contains("heading")));

        let mut scene = Document::new(ReplicaId(1));
        crate::make(&mut scene, &crate::NewType::Json { schema: None }, r#"{"a": {"b": [1, {}]}, "c": 2}"#, 0).unwrap();
        assert_eq!(len(part(&mut scene, "/a/b")), 3, "the member, the array, and the object in it");
        assert_eq!(len(part(&mut scene, "/c")), 1);
        assert!(part(&mut scene, "/d").is_err_and(|error| error.contains("JSON pointer")));
    }
}
