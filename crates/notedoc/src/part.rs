//! Texts as rows of tokens, so that the words, objects and paragraph marks that are still there are found.

use crate::body::Segment;
use crate::label::Labels;
use crate::schema::{key, object, picture_address, properties};
use motet::{Id, Model, Seq, Value};
use note::{Block, Content, Kind, Line};
use std::borrow::Cow;

/// An object, by what makes it the same one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Object {
    /// A picture, by its address.
    Image(String),
    /// A line break.
    Break,
    /// A tag, as written.
    Html(String),
    /// A reference to the footnote with this label.
    Footnote(String),
    /// A table, whatever is in it.
    Table,
    /// One that this version does not know.
    Other(Id),
}

impl Object {
    /// What it is called in the text.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Image(_) => object::IMAGE,
            Self::Break => object::BREAK,
            Self::Html(_) => object::HTML,
            Self::Footnote(_) => object::FOOTNOTE,
            Self::Table | Self::Other(_) => object::TABLE,
        }
    }

    fn of(model: &Model, labels: &Labels, id: Id, kind: &str) -> Self {
        let text = |key| match model.map(properties(id)).and_then(|map| map.get(key)) {
            Some(Value::Text(text)) => text.clone(),
            _ => String::new(),
        };
        match kind {
            object::IMAGE => Self::Image(picture_address(model, id)),
            object::BREAK => Self::Break,
            object::HTML => Self::Html(text(key::TAG)),
            object::FOOTNOTE => Self::Footnote(labels.of_object.get(&id).cloned().unwrap_or_default()),
            object::TABLE => Self::Table,
            _ => Self::Other(id),
        }
    }
}

/// A piece of a text.
#[derive(Clone, Debug)]
pub enum Part<'a> {
    /// A paragraph mark.
    Mark,
    /// Characters.
    Text(Cow<'a, str>),
    /// An object.
    Object(Object),
}

/// The smallest thing that is kept or replaced.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Token<'a> {
    /// A paragraph mark.
    Mark,
    /// A word, blanks, or another character.
    Word(&'a str),
    /// An object.
    Object(&'a Object),
}

impl Token<'_> {
    /// How long it is, in code points.
    pub fn len(&self) -> Seq {
        match self {
            Self::Mark | Self::Object(_) => 1,
            Self::Word(word) => word.chars().count() as Seq,
        }
    }
}

/// `parts` as they are, each text as one word: where there is nothing to compare them with.
pub fn whole<'a>(parts: &'a [Part<'_>]) -> Vec<Token<'a>> {
    let token = |part: &'a Part<'_>| match part {
        Part::Mark => Token::Mark,
        Part::Text(text) => Token::Word(text),
        Part::Object(object) => Token::Object(object),
    };
    parts.iter().map(token).collect()
}

/// The tokens of `parts`.
pub fn tokens<'a>(parts: &'a [Part<'_>]) -> Vec<Token<'a>> {
    let mut tokens = Vec::new();
    for part in parts {
        match part {
            Part::Mark => tokens.push(Token::Mark),
            Part::Text(text) => tokens.extend(motet::diff::split(text).into_iter().map(Token::Word)),
            Part::Object(object) => tokens.push(Token::Object(object)),
        }
    }
    tokens
}

/// The parts of a segment, its mark first.
pub fn of_segment(model: &Model, labels: &Labels, segment: &Segment<'_>, parts: &mut Vec<Part<'static>>) {
    parts.extend(segment.mark.map(|_| Part::Mark));
    for run in &segment.runs {
        match run.object {
            None => push_text(parts, run.text),
            Some(kind) => parts.push(Part::Object(Object::of(model, labels, run.span.first(), kind))),
        }
    }
}

fn push_text(parts: &mut Vec<Part<'_>>, text: &str) {
    match parts.last_mut() {
        Some(Part::Text(before)) => before.to_mut().push_str(text),
        _ => parts.push(Part::Text(Cow::Owned(text.to_owned()))),
    }
}

/// The parts of a block, without a mark.
pub fn of_block<'a>(block: &'a Block, parts: &mut Vec<Part<'a>>) {
    match &block.kind {
        Kind::Paragraph(line) | Kind::Heading { line, .. } => of_line(line, parts),
        Kind::Code { text, .. } | Kind::Html(text) if !text.is_empty() => parts.push(Part::Text(text.into())),
        Kind::Table(_) => parts.push(Part::Object(Object::Table)),
        Kind::Rule | Kind::Code { .. } | Kind::Html(_) => {}
    }
}

/// The parts of a line.
pub fn of_line<'a>(line: &'a Line, parts: &mut Vec<Part<'a>>) {
    for run in line {
        match (&run.content, parts.last_mut()) {
            (Content::Text(text), Some(Part::Text(before))) => before.to_mut().push_str(text),
            (Content::Text(text), _) => parts.push(Part::Text(text.into())),
            (Content::Image { src, .. }, _) => parts.push(Part::Object(Object::Image(src.clone()))),
            (Content::Break, _) => parts.push(Part::Object(Object::Break)),
            (Content::Html(tag), _) => parts.push(Part::Object(Object::Html(tag.clone()))),
            (Content::Footnote(label), _) => parts.push(Part::Object(Object::Footnote(label.clone()))),
        }
    }
}
