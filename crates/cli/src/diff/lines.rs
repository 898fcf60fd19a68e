//! The parts of a difference as lines with marks in them.

use crate::names::Authors;
use crate::out::Paint;
use crate::time_text::write_time;
use motet::{DiffPart, DiffSide, Replica};

/// What stands for the end of a line that came or went.
const LINE_END: &str = "⏎";

/// A line of either text.
#[derive(Debug, Default)]
pub struct Line {
    /// Its number in the second text, from 1.
    pub number: usize,
    pieces: Vec<(DiffSide, String)>,
    /// Who made the differences in it, each once.
    causes: Vec<String>,
}

impl Line {
    /// Whether the texts differ in it.
    pub fn is_changed(&self) -> bool {
        self.pieces.iter().any(|(side, _)| *side != DiffSide::Both)
    }

    /// The line with its marks, and below it whose they are.
    pub fn written(&self, paint: Paint) -> String {
        let mut out = String::from("  ");
        for (side, text) in &self.pieces {
            out.push_str(&match (side, paint.is_on()) {
                (DiffSide::Both, _) => text.clone(),
                (DiffSide::First, true) => paint.removed(text),
                (DiffSide::First, false) => format!("[-{text}-]"),
                (DiffSide::Second, true) => paint.added(text),
                (DiffSide::Second, false) => format!("{{+{text}+}}"),
            });
        }
        out.push('\n');
        self.causes.iter().for_each(|cause| out.push_str(&format!("    {}\n", paint.faint(cause))));
        out
    }

    fn push(&mut self, side: DiffSide, text: &str) {
        match self.pieces.last_mut() {
            Some((last, before)) if *last == side => before.push_str(text),
            _ => self.pieces.push((side, text.to_owned())),
        }
    }

    fn note(&mut self, cause: &str) {
        if !self.causes.iter().any(|known| known == cause) {
            self.causes.push(cause.to_owned());
        }
    }
}

/// All lines, those that are in both texts included.
pub fn lines(replica: &Replica, parts: &[DiffPart]) -> Vec<Line> {
    marked(removed_first(parts).into_iter().map(|part| (part.side, &*part.text, cause(replica, part))))
}

/// The lines of parts, each with whose text it is in, and why.
pub fn marked<'a>(parts: impl Iterator<Item = (DiffSide, &'a str, Option<String>)>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut line = Line { number: 1, ..Line::default() };
    for (side, text, cause) in parts {
        for piece in text.split_inclusive('\n') {
            if let Some(cause) = &cause {
                line.note(cause);
            }
            let (text, is_end) = piece.strip_suffix('\n').map_or((piece, false), |text| (text, true));
            if !text.is_empty() {
                line.push(side, text);
            }
            if is_end && side != DiffSide::Both {
                line.push(side, LINE_END);
            }
            if is_end {
                let number = line.number + usize::from(side != DiffSide::First);
                lines.push(std::mem::replace(&mut line, Line { number, ..Line::default() }));
            }
        }
    }
    if !line.pieces.is_empty() {
        lines.push(line);
    }
    lines
}

/// Between what is in both texts, what went stands before what came, as people read it.
fn removed_first(parts: &[DiffPart]) -> Vec<&DiffPart> {
    let mut sorted: Vec<&DiffPart> = parts.iter().collect();
    for group in sorted.chunk_by_mut(|a, b| a.side != DiffSide::Both && b.side != DiffSide::Both) {
        group.sort_by_key(|part| part.side == DiffSide::Second);
    }
    sorted
}

/// Who made a part differ, when, and by which element.
fn cause(replica: &Replica, part: &DiffPart) -> Option<String> {
    let sign = match part.side {
        DiffSide::Both => return None,
        DiffSide::First => '-',
        DiffSide::Second => '+',
    };
    let authors = Authors::of(replica);
    let by = part.because;
    let log = replica.document().log().log(by.replica).filter(|log| by.seq < log.end())?;
    let action = log.action_range(by.seq);
    let (author, time) = (authors.short(by.replica), write_time(authors.time(by)));
    Some(format!("{sign} {author}  {time}  {}..{}@{}", action.start, action.end, by.replica))
}

#[cfg(test)]
mod tests {
    use super::*;
    use motet::{DocumentId, Policy, ReplicaId, SigningKey};
    use server::text_container;

    #[test]
    fn words_are_marked_and_attributed() {
        let text = text_container();
        let mut replica = Replica::new(DocumentId(1), 0, ReplicaId(1), SigningKey::from_bytes(&[1; 32]));
        replica.document_mut().edit(0, |edit| edit.insert(text, 0, "one two\nthree\nfour\n"));
        let before = replica.document().version();
        replica.document_mut().edit(60, |edit| edit.replace_all(text, "one 2\nthree\nfour\nfive\n"));
        let pin = |version| Policy { pin: Some(version), ..Policy::default() };
        let after = replica.document().version();
        let parts = replica.document().diff(text, pin(before), pin(after));
        let lines = lines(&replica, &parts);
        let paint = Paint::off();
        let marked: Vec<(usize, String)> = lines
            .iter()
            .map(|line| (line.number, line.written(paint).lines().next().unwrap().trim().to_owned()))
            .collect();
        let expected = [(1, "one [-two-]{+2+}"), (2, "three"), (3, "four"), (4, "{+five⏎+}")];
        let expected: Vec<(usize, String)> = expected.iter().map(|&(number, line)| (number, line.to_owned())).collect();
        assert_eq!(marked, expected);
        assert!(lines[0].written(paint).contains("- you  1970-01-01 00:01:00Z  19.."));
        assert!(!lines[2].is_changed());
    }
}
