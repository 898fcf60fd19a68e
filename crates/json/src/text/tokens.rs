//! Texts cut into lines and words.

use crate::tree::read::first_unit;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// Lines with their ends.
pub(super) fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// What kind of thing a character is part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Word,
    Blank,
    Single,
}

fn class(c: char) -> Class {
    match c {
        c if c.is_alphanumeric() || c == '_' => Class::Word,
        ' ' | '\t' => Class::Blank,
        _ => Class::Single,
    }
}

/// Words, runs of blanks, and all other characters one by one.
pub(super) fn words(text: &str) -> Vec<&str> {
    cut(text, |rest| rest.chars().next().map(|c| (class(c), c.len_utf8())))
}

/// A word of a string as JSON writes it. Two are equal where they say the same.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Token<'a> {
    /// As it is written.
    pub raw: &'a str,
    /// The code point, where it is one with an escape; a lone surrogate counts as one.
    point: Option<u32>,
}

/// The words of what stands between the quotes of a string; an escape is a word of its own.
pub(super) fn string_tokens(inside: &str) -> Vec<Token<'_>> {
    let raws = cut(inside, |rest| {
        let (unit, len) = first_unit(rest)?;
        Some((if rest.starts_with('\\') { Class::Single } else { unit.map_or(Class::Single, class) }, len))
    });
    raws.into_iter().map(Token::of).collect()
}

impl<'a> Token<'a> {
    fn of(raw: &'a str) -> Self {
        let escaped = || first_unit(raw).map(|(unit, _)| unit.map_or_else(u32::from, u32::from));
        Self { raw, point: if raw.starts_with('\\') { escaped() } else { None } }
    }

    /// The code points that it says.
    fn points(&self) -> impl Iterator<Item = u32> + '_ {
        let raw = if self.point.is_some() { "" } else { self.raw };
        self.point.into_iter().chain(raw.chars().map(u32::from))
    }
}

impl PartialEq for Token<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Token<'_> {}

impl PartialOrd for Token<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Token<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.point.is_none() && other.point.is_none() {
            return self.raw.cmp(other.raw);
        }
        self.points().cmp(other.points())
    }
}

impl Hash for Token<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.point.map(|point| (point, char::from_u32(point))) {
            Some((_, Some(c))) => c.encode_utf8(&mut [0; 4]).hash(state),
            Some((point, None)) => point.hash(state),
            None => self.raw.hash(state),
        }
    }
}

/// Cuts where the class changes, and around everything single; `first` says class and length of what comes first.
fn cut(text: &str, first: impl Fn(&str) -> Option<(Class, usize)>) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut at) = (0, 0);
    let mut last = None;
    while let Some((class, len)) = first(&text[at..]) {
        if at > start && (last != Some(class) || class == Class::Single) {
            words.push(&text[start..at]);
            start = at;
        }
        last = Some(class);
        at += len;
    }
    if start < at {
        words.push(&text[start..at]);
    }
    words
}
