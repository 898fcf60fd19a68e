//! Lines in normal form.

use crate::inline::{Content, Line, Link, Marks, Run};
use crate::markdown::html;
use std::collections::BTreeMap;

/// Where a line stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Paragraph,
    Heading,
    Cell,
}

/// The line with whole runs, valid things between them, and marks only where they can be.
pub fn normal(line: Line, place: Place, labels: &BTreeMap<String, String>) -> Line {
    let mut runs: Line = line.into_iter().map(|run| content(run, place, labels)).collect();
    runs.retain(|run| !matches!(&run.content, Content::Text(text) if text.is_empty()));
    if place == Place::Paragraph {
        guard_start(&mut runs);
        guard_definition(&mut runs);
    }
    mark_breaks(&mut runs);
    // One break alone is HTML to CommonMark, and nothing to a reader.
    if matches!(runs.as_slice(), [Run { content: Content::Break, .. }]) {
        return Vec::new();
    }
    join(apart(runs))
}

fn content(mut run: Run, place: Place, labels: &BTreeMap<String, String>) -> Run {
    run.marks.link = run.marks.link.map(|link| Link { href: one_line(link.href), title: title(link.title) });
    run.content = match run.content {
        Content::Text(text) => Content::Text(one_line(text)),
        Content::Image { src, alt, title: hint } => {
            Content::Image { src: one_line(src), alt: one_line(alt), title: title(hint) }
        }
        Content::Footnote(label) => match labels.get(&label) {
            Some(label) => Content::Footnote(label.clone()),
            None => Content::Text(one_line(format!("[^{label}]"))),
        },
        Content::Break => Content::Break,
        Content::Html(text) => inline_html(one_line(text), place),
    };
    run.marks.code &= matches!(run.content, Content::Text(_));
    // A reference is a link by itself.
    run.marks.link = run.marks.link.filter(|_| !matches!(run.content, Content::Footnote(_)));
    run
}

/// A tag, or its text where it is none. A cell would be cut at a bar.
fn inline_html(text: String, place: Place) -> Content {
    let is_cut = place == Place::Cell && text.contains('|');
    if html::is_break(&text) {
        Content::Break
    } else if html::is_inline(&text) && !is_cut {
        Content::Html(text)
    } else {
        Content::Text(text)
    }
}

/// What formats cannot hold in a line: ends of lines become spaces, the null character what Unicode has for it.
fn one_line(text: String) -> String {
    // Byte by byte, which takes a third of the time that characters do: every word of a note comes by here.
    if !text.bytes().any(|byte| matches!(byte, b'\n' | b'\r' | 0)) {
        return text;
    }
    text.replace("\r\n", " ").replace(['\n', '\r'], " ").replace('\0', "\u{fffd}")
}

fn title(title: Option<String>) -> Option<String> {
    title.map(one_line).filter(|title| !title.is_empty())
}

/// The tag that is all of a paragraph, which makes it an HTML block.
pub fn only_html(line: &mut Line) -> Option<String> {
    let [Run { content: Content::Html(text), marks }] = line.as_mut_slice() else { return None };
    let text = one_line(std::mem::take(text));
    if *marks == Marks::default() && html::is_inline(&text) && !html::is_break(&text) {
        return Some(text);
    }
    line[0].content = Content::Html(text);
    None
}

/// A tag that would make the whole paragraph an HTML block becomes text.
fn guard_start(runs: &mut [Run]) {
    let alone = runs.len() == 1;
    let Some(first) = runs.first_mut() else { return };
    if first.marks != Marks::default() {
        return;
    }
    if let Content::Html(text) = &mut first.content
        && (alone || html::opens_block(text))
    {
        first.content = Content::Text(std::mem::take(text));
    }
}

/// In a link that a paragraph begins with, code or a tag with `]:` would make the paragraph the definition of a link,
/// and neither can be escaped: they become text.
fn guard_definition(runs: &mut [Run]) {
    let Some(link) = runs.first().and_then(|run| run.marks.link.clone()) else { return };
    for run in runs.iter_mut().take_while(|run| run.marks.link.as_ref() == Some(&link)) {
        if let Content::Text(text) | Content::Html(text) = &mut run.content
            && text.contains("]:")
        {
            run.content = Content::Text(std::mem::take(text));
            run.marks.code = false;
        }
    }
}

/// Gives breaks the marks that their neighbours share.
fn mark_breaks(runs: &mut [Run]) {
    let mut at = 0;
    while at < runs.len() {
        let breaks = runs[at..].iter().take_while(|run| run.content == Content::Break).count();
        if breaks > 0 {
            let before = at.checked_sub(1).map(|at| &runs[at].marks);
            let after = runs.get(at + breaks).map(|run| &run.marks);
            let marks = before.zip(after).map(|(a, b)| a.common(b)).unwrap_or_default();
            runs[at..at + breaks].iter_mut().for_each(|run| run.marks = marks.clone());
        }
        at += breaks.max(1);
    }
}

/// Puts a space between a reference and a link right behind it: their brackets would be read as one thing.
fn apart(runs: Line) -> Line {
    if !runs.iter().any(|run| matches!(run.content, Content::Footnote(_))) {
        return runs;
    }
    let mut out: Line = Vec::with_capacity(runs.len());
    for run in runs {
        if let Some(before) = out.last()
            && matches!(before.content, Content::Footnote(_))
            && run.marks.link.is_some()
        {
            let marks = before.marks.common(&run.marks);
            out.push(Run { content: Content::Text(" ".to_owned()), marks });
        }
        out.push(run);
    }
    out
}

/// Joins neighbouring texts with equal marks.
fn join(runs: Line) -> Line {
    let is_text = |run: &Run| matches!(run.content, Content::Text(_));
    if !runs.windows(2).any(|pair| pair.iter().all(is_text) && pair[0].marks == pair[1].marks) {
        return runs;
    }
    let mut out: Line = Vec::with_capacity(runs.len());
    for run in runs {
        if let Content::Text(text) = &run.content
            && let Some(Run { content: Content::Text(before), marks }) = out.last_mut()
            && *marks == run.marks
        {
            before.push_str(text);
        } else {
            out.push(run);
        }
    }
    out
}
