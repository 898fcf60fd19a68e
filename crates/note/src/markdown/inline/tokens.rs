//! A line as a row of tokens, its marks nested.

use super::escape;
use crate::inline::{Content, Link, Marks, Run};

/// A mark that has a beginning and an end in Markdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark<'a> {
    Link(&'a Link),
    Strike,
    Strong,
    Emphasis,
}

pub enum Token<'a> {
    Open(Mark<'a>),
    Close(Mark<'a>),
    Char(char),
    Code(&'a str),
    /// A tag, as it is.
    Whole(&'a str),
    Footnote(&'a str),
    Image {
        src: &'a str,
        alt: &'a str,
        title: Option<&'a str>,
    },
    /// A link that shows its own address.
    Auto(&'a str),
    Break,
}

/// How many kinds of marks there are.
const KINDS: usize = 4;

fn marks_of(marks: &Marks) -> [Option<Mark<'_>>; KINDS] {
    [
        marks.link.as_ref().map(Mark::Link),
        marks.strike.then_some(Mark::Strike),
        marks.strong.then_some(Mark::Strong),
        marks.emphasis.then_some(Mark::Emphasis),
    ]
}

/// For each run and mark, the run at which the mark ends.
fn ends(line: &[Run]) -> Vec<[usize; KINDS]> {
    let mut ends = vec![[line.len(); KINDS]; line.len()];
    for at in (0..line.len().saturating_sub(1)).rev() {
        let (here, next) = (marks_of(&line[at].marks), marks_of(&line[at + 1].marks));
        for kind in 0..KINDS {
            ends[at][kind] = if here[kind] == next[kind] { ends[at + 1][kind] } else { at + 1 };
        }
    }
    ends
}

/// The tokens of a line.
pub fn of(line: &[Run]) -> Vec<Token<'_>> {
    let ends = ends(line);
    let mut out = Vec::new();
    let mut open: Vec<(Mark<'_>, usize)> = Vec::new();
    for (at, run) in line.iter().enumerate() {
        change(&mut open, at, run, &ends[at], &mut out);
        match automatic(run, at, &ends[at], out.last()) {
            // The link's own brackets are not needed.
            Some(href) => {
                out.pop();
                open.pop();
                out.push(Token::Auto(href));
            }
            None => content(run, &mut out),
        }
    }
    while let Some((mark, _)) = open.pop() {
        out.push(Token::Close(mark));
    }
    out
}

/// Closes and opens marks before a run. The ones that go on longest are outside, and no link is ever cut in two.
fn change<'a>(
    open: &mut Vec<(Mark<'a>, usize)>,
    at: usize,
    run: &'a Run,
    ends: &[usize; KINDS],
    out: &mut Vec<Token<'a>>,
) {
    let wanted: Vec<(Mark<'_>, usize)> =
        marks_of(&run.marks).into_iter().zip(ends).filter_map(|(mark, &end)| Some((mark?, end))).collect();
    let is_over = |&(mark, end): &(Mark<'_>, usize)| end <= at || !wanted.iter().any(|(other, _)| *other == mark);
    let new_link = wanted.first().filter(|link| matches!(link.0, Mark::Link(_)) && !open.contains(link)).copied();
    let is_cut = |&(_, end): &(Mark<'_>, usize)| new_link.is_some_and(|(_, link_end)| end < link_end);
    let kept = open.iter().position(|mark| is_over(mark) || is_cut(mark)).unwrap_or(open.len());
    while open.len() > kept {
        out.extend(open.pop().map(|(mark, _)| Token::Close(mark)));
    }
    let mut new: Vec<_> = wanted.into_iter().filter(|mark| !open.contains(mark)).collect();
    new.sort_by_key(|&(_, end)| std::cmp::Reverse(end));
    out.extend(new.iter().map(|&(mark, _)| Token::Open(mark)));
    open.extend(new);
}

/// The address, where a link is one text that is the same.
fn automatic<'a>(run: &'a Run, at: usize, ends: &[usize; KINDS], last: Option<&Token<'_>>) -> Option<&'a str> {
    let link = run.marks.link.as_ref()?;
    let Content::Text(text) = &run.content else { return None };
    let opens = matches!(last, Some(Token::Open(Mark::Link(_))));
    let is_whole = ends[0] == at + 1 && opens && !run.marks.code && link.title.is_none();
    (is_whole && *text == link.href && escape::is_automatic(text)).then_some(text)
}

fn content<'a>(run: &'a Run, out: &mut Vec<Token<'a>>) {
    match &run.content {
        Content::Text(text) if run.marks.code => out.push(Token::Code(text)),
        Content::Text(text) => out.extend(text.chars().map(Token::Char)),
        Content::Image { src, alt, title } => out.push(Token::Image { src, alt, title: title.as_deref() }),
        Content::Footnote(label) => out.push(Token::Footnote(label)),
        Content::Break => out.push(Token::Break),
        Content::Html(text) => out.push(Token::Whole(text)),
    }
}
