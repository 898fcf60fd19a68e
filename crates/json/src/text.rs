//! Texts merged by lines and then by words: whole files, and long strings inside documents.
//!
//! After diff3 (Khanna, Kunal, Pierce: *A formal investigation of diff3*): what both sides changed between two common
//! places is in conflict, unless they changed it alike. Changes that touch each other count as one.

mod tokens;

use crate::common::{Hunk, hunks};
use crate::content::inside;
use std::borrow::Cow;
use std::hash::Hash;
use std::ops::Range;
use tokens::{lines, string_tokens, words};

/// Three texts as one: a list of pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextMerge<'a> {
    /// In order.
    pub pieces: Vec<Piece<'a>>,
}

/// A part of a merged text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// What nobody or one side changed, or both alike, or what could be merged by words.
    Clean(Cow<'a, str>),
    /// Whole lines that both sides changed, each otherwise.
    Conflict {
        /// As they were.
        base: &'a str,
        /// As one side has them.
        ours: &'a str,
        /// As the other side has them.
        theirs: &'a str,
    },
}

/// Merges three texts by lines, and lines that both sides changed by words.
///
/// ```
/// let merged = json::merge_text("one two\nthree\n", "one 2\nthree\n", "1 two\nthree\nfour\n");
/// assert_eq!(merged.both(), "1 2\nthree\nfour\n");
/// assert_eq!(merged.conflicts().count(), 0);
/// ```
pub fn merge_text<'a>(base: &'a str, ours: &'a str, theirs: &'a str) -> TextMerge<'a> {
    let (b, o, t) = (lines(base), lines(ours), lines(theirs));
    let mut pieces = Vec::new();
    for chunk in diff3(&b, &o, &t) {
        match chunk {
            Chunk::Base(range) => push(&mut pieces, Cow::Borrowed(span(base, &b, range))),
            Chunk::Ours(range) => push(&mut pieces, Cow::Borrowed(span(ours, &o, range))),
            Chunk::Theirs(range) => push(&mut pieces, Cow::Borrowed(span(theirs, &t, range))),
            Chunk::Conflict(in_base, in_ours, in_theirs) => {
                let (base, ours, theirs) =
                    (span(base, &b, in_base), span(ours, &o, in_ours), span(theirs, &t, in_theirs));
                match by_words(base, ours, theirs) {
                    Some(text) => push(&mut pieces, Cow::Owned(text)),
                    None => pieces.push(Piece::Conflict { base, ours, theirs }),
                }
            }
        }
    }
    TextMerge { pieces }
}

impl TextMerge<'_> {
    /// What both sides changed, each otherwise.
    pub fn conflicts(&self) -> impl Iterator<Item = &Piece<'_>> {
        self.pieces.iter().filter(|piece| matches!(piece, Piece::Conflict { .. }))
    }

    /// The text with both sides of every conflict, the lesser by bytes first: the same whoever merges.
    pub fn both(&self) -> String {
        self.written(|out, _, ours, theirs| {
            let (first, second) = if ours <= theirs { (ours, theirs) } else { (theirs, ours) };
            push_line(out, first, !second.is_empty());
            out.push_str(second);
        })
    }

    /// The text with conflicts marked as git marks them, with what the three versions are called.
    pub fn marked(&self, names: [&str; 3]) -> String {
        self.written(|out, base, ours, theirs| {
            for (mark, name, text) in
                [("<<<<<<<", names[1], ours), ("|||||||", names[0], base), ("=======", "", theirs)]
            {
                push_line(out, format!("{mark} {name}").trim_end(), true);
                push_line(out, text, true);
            }
            push_line(out, &format!(">>>>>>> {}", names[2]), true);
        })
    }

    fn written(&self, mut conflict: impl FnMut(&mut String, &str, &str, &str)) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Clean(text) => out.push_str(text),
                Piece::Conflict { base, ours, theirs } => conflict(&mut out, base, ours, theirs),
            }
        }
        out
    }
}

/// Appends a text, with a line's end where something follows and there is none.
fn push_line(out: &mut String, text: &str, is_followed: bool) {
    out.push_str(text);
    if is_followed && !text.is_empty() && !text.ends_with('\n') {
        out.push('\n');
    }
}

fn push<'a>(pieces: &mut Vec<Piece<'a>>, text: Cow<'a, str>) {
    if !text.is_empty() {
        pieces.push(Piece::Clean(text));
    }
}

/// All three merged by words, where no two changes touch.
fn by_words(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let (b, o, t) = (words(base), words(ours), words(theirs));
    let mut out = String::new();
    for chunk in diff3(&b, &o, &t) {
        out.push_str(match chunk {
            Chunk::Base(range) => span(base, &b, range),
            Chunk::Ours(range) => span(ours, &o, range),
            Chunk::Theirs(range) => span(theirs, &t, range),
            Chunk::Conflict(..) => return None,
        });
    }
    Some(out)
}

/// Three strings as JSON writes them, merged by words; escapes stay as they were written. Where both sides changed the
/// same words, one side's are taken: rather something than nothing, then the greater by code points. Says whether that
/// happened.
pub(crate) fn merge_strings(base: &str, ours: &str, theirs: &str) -> (String, bool) {
    let texts = [inside(base), inside(ours), inside(theirs)];
    let [b, o, t] = texts.map(string_tokens);
    let mut out = String::from("\"");
    let mut is_conflict = false;
    for chunk in diff3(&b, &o, &t) {
        match chunk {
            Chunk::Base(range) => b[range].iter().for_each(|token| out.push_str(token.raw)),
            Chunk::Ours(range) => o[range].iter().for_each(|token| out.push_str(token.raw)),
            Chunk::Theirs(range) => t[range].iter().for_each(|token| out.push_str(token.raw)),
            Chunk::Conflict(_, ours, theirs) => {
                is_conflict = true;
                let (ours, theirs) = (&o[ours], &t[theirs]);
                // Nothing is the least of all.
                let winner = if theirs > ours { theirs } else { ours };
                winner.iter().for_each(|token| out.push_str(token.raw));
            }
        }
    }
    out.push('"');
    (out, is_conflict)
}

/// One replacement inside a string, in code points of the string before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// Where.
    pub at: usize,
    /// How many code points go.
    pub removed: usize,
    /// What comes.
    pub inserted: String,
}

/// The replacements that lead from one text to another, ascending and disjoint, cut at words.
pub fn text_edits(before: &str, after: &str) -> Vec<TextEdit> {
    let (old, new) = (words(before), words(after));
    let mut edits = Vec::new();
    let (mut at, mut token) = (0, 0);
    let points = |tokens: &[&str]| -> usize { tokens.iter().map(|token| token.chars().count()).sum() };
    for (gone, come) in hunks(&old, &new) {
        at += points(&old[token..gone.start]);
        let removed = points(&old[gone.clone()]);
        edits.push(TextEdit { at, removed, inserted: new[come].concat() });
        at += removed;
        token = gone.end;
    }
    edits
}

/// A part of a merge of three sequences; ranges are in the sequence that is named.
enum Chunk {
    Base(Range<usize>),
    Ours(Range<usize>),
    Theirs(Range<usize>),
    Conflict(Range<usize>, Range<usize>, Range<usize>),
}

fn diff3<T: Hash + Eq + Clone + Default>(base: &[T], ours: &[T], theirs: &[T]) -> Vec<Chunk> {
    let (our_hunks, their_hunks) = (hunks(base, ours), hunks(base, theirs));
    let (mut o, mut t) = (0, 0);
    let mut at = 0;
    let mut chunks = Vec::new();
    while o < our_hunks.len() || t < their_hunks.len() {
        let (first_o, first_t) = (o, t);
        let start = |hunks: &[Hunk], at: usize| hunks.get(at).map_or(usize::MAX, |hunk| hunk.0.start);
        let from = start(&our_hunks, o).min(start(&their_hunks, t));
        let mut end = from;
        // What touches the region belongs to it.
        loop {
            if start(&our_hunks, o) <= end {
                end = end.max(our_hunks[o].0.end);
                o += 1;
            } else if start(&their_hunks, t) <= end {
                end = end.max(their_hunks[t].0.end);
                t += 1;
            } else {
                break;
            }
        }
        if at < from {
            chunks.push(Chunk::Base(at..from));
        }
        let region = from..end;
        let in_ours = mapped(&our_hunks[first_o..o], our_hunks[..first_o].last(), &region);
        let in_theirs = mapped(&their_hunks[first_t..t], their_hunks[..first_t].last(), &region);
        chunks.push(match (first_o < o, first_t < t) {
            (true, false) => Chunk::Ours(in_ours),
            (false, _) => Chunk::Theirs(in_theirs),
            _ if ours[in_ours.clone()] == theirs[in_theirs.clone()] => Chunk::Ours(in_ours),
            _ => Chunk::Conflict(region, in_ours, in_theirs),
        });
        at = end;
    }
    if at < base.len() {
        chunks.push(Chunk::Base(at..base.len()));
    }
    chunks
}

/// Where a region of the base is in a side, given the hunks inside it and the last one before.
fn mapped(inside: &[Hunk], before: Option<&Hunk>, region: &Range<usize>) -> Range<usize> {
    let shift = |hunk: Option<&Hunk>, at: usize| match hunk {
        Some((old, new)) => at - old.end + new.end,
        None => at,
    };
    shift(before, region.start)..shift(inside.last().or(before), region.end)
}

/// The text that a run of its tokens covers.
fn span<'a>(text: &'a str, tokens: &[&'a str], range: Range<usize>) -> &'a str {
    if range.is_empty() {
        return "";
    }
    let start = tokens[range.start].as_ptr() as usize - text.as_ptr() as usize;
    let last = tokens[range.end - 1];
    let end = last.as_ptr() as usize - text.as_ptr() as usize + last.len();
    &text[start..end]
}

#[cfg(test)]
mod tests;
