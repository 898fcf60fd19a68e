//! Texts as rows of tokens, so that the words, objects and paragraph marks that are still there are found.

use crate::body::Segment;
use crate::label::Labels;
use crate::polish::Want;
use crate::schema::{key, object, picture_address, properties};
use motet::{Id, Model, Seq, Value};
use note::Content;
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

    /// The object that a piece of a line is; none for text.
    fn wanted(content: &Content) -> Option<Self> {
        Some(match content {
            Content::Text(_) => return None,
            Content::Image { src, .. } => Self::Image(src.clone()),
            Content::Break => Self::Break,
            Content::Html(tag) => Self::Html(tag.clone()),
            Content::Footnote(label) => Self::Footnote(label.clone()),
        })
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

impl<'a> Token<'a> {
    /// What is put into the text for it.
    pub fn piece(&self) -> Piece<'a> {
        match *self {
            Self::Mark => Piece::Object(object::MARK),
            Self::Word(word) => Piece::Words(word),
            Self::Object(object) => Piece::Object(object.kind()),
        }
    }

    /// How long it is, in code points.
    pub fn len(&self) -> Seq {
        match self {
            Self::Mark | Self::Object(_) => 1,
            Self::Word(word) => word.chars().count() as Seq,
        }
    }
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

/// Something to be put into a text.
#[derive(Clone, Copy, Debug)]
pub enum Piece<'a> {
    /// Characters.
    Words(&'a str),
    /// An object, by what it is called there.
    Object(&'static str),
}

impl<'a> Piece<'a> {
    /// A piece of a line.
    pub fn of(content: &'a Content) -> Self {
        match content {
            Content::Text(text) => Self::Words(text),
            Content::Image { .. } => Self::Object(object::IMAGE),
            Content::Break => Self::Object(object::BREAK),
            Content::Html(_) => Self::Object(object::HTML),
            Content::Footnote(_) => Self::Object(object::FOOTNOTE),
        }
    }
}

/// The parts that are wanted.
pub fn wanted<'n>(wants: &[Want<'n>]) -> Vec<Part<'n>> {
    let mut parts = Vec::with_capacity(wants.len());
    for want in wants {
        match *want {
            Want::NoMark(_) => {}
            Want::Mark(_) => parts.push(Part::Mark),
            Want::Table(_) => parts.push(Part::Object(Object::Table)),
            Want::Text { text: "", .. } => {}
            Want::Text { text, .. } => match parts.last_mut() {
                Some(Part::Text(before)) => before.to_mut().push_str(text),
                _ => parts.push(Part::Text(text.into())),
            },
            Want::Object(content, _) => parts.extend(Object::wanted(content).map(Part::Object)),
        }
    }
    parts
}
