//! The order of footnotes that containers have.
#![allow(dead_code, missing_docs, reason = "each test file uses a part")]

use note::{Block, Content, Footnote, Kind, Line, Note};
use std::collections::{HashSet, VecDeque};

fn labels(blocks: &[Block]) -> Vec<String> {
    let of_line = |line: &Line| -> Vec<String> {
        line.iter()
            .filter_map(|run| match &run.content {
                Content::Footnote(label) => Some(label.clone()),
                _ => None,
            })
            .collect()
    };
    let of_block = |block: &Block| match &block.kind {
        Kind::Paragraph(line) | Kind::Heading { line, .. } => of_line(line),
        Kind::Table(table) => table.rows.iter().flatten().flat_map(of_line).collect(),
        _ => Vec::new(),
    };
    blocks.iter().flat_map(of_block).collect()
}

/// The note with its footnotes in the order in which they are referred to, and those last to which nothing refers.
pub fn ordered(note: &Note) -> Note {
    let mut order: Vec<&Footnote> = Vec::new();
    let mut seen = HashSet::new();
    let mut starts: VecDeque<Vec<String>> = [labels(&note.blocks)].into();
    starts.extend(note.footnotes.iter().map(|footnote| vec![footnote.label.clone()]));
    for start in starts {
        let mut next: VecDeque<String> = start.into();
        while let Some(label) = next.pop_front() {
            if seen.insert(label.clone())
                && let Some(footnote) = note.footnotes.iter().find(|footnote| footnote.label == label)
            {
                order.push(footnote);
                next.extend(labels(&footnote.blocks));
            }
        }
    }
    Note { blocks: note.blocks.clone(), footnotes: order.into_iter().cloned().collect() }
}
