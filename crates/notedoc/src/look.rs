//! What a block is like, apart from what is in it: the registers of its map.

use crate::schema::key;
use motet::{ContainerId, Edit, Map, Model, Value};
use note::limits::{LEVELS_MAX, START_MAX};
use note::{Block, Kind, Level, List};
use std::array;

/// What a block is, by its register.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// A paragraph.
    #[default]
    Paragraph,
    /// A heading of a rank from 1 to 6.
    Heading(u8),
    /// Code, with its language.
    Code(String),
    /// A line across.
    Rule,
    /// A table.
    Table,
    /// HTML as written.
    Html,
}

/// What a block is like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// What it is.
    pub style: Style,
    /// What it stands in, as stored: it may not fit the block before.
    pub levels: Vec<Level>,
}

/// The keys that a look is kept under.
const KEYS: [&str; 6] = [key::KIND, key::RANK, key::INFO, key::LEVELS, key::START, key::TASK];

impl Look {
    /// The look that the map `properties` holds; that of a plain paragraph where it holds nothing.
    pub fn read(model: &Model, properties: ContainerId) -> Self {
        let Some(map) = model.map(properties) else { return Self::default() };
        let style = match text(map, key::KIND) {
            Some("heading") => Style::Heading(rank(map)),
            Some("code") => Style::Code(text(map, key::INFO).unwrap_or_default().to_owned()),
            Some("rule") => Style::Rule,
            Some("table") => Style::Table,
            Some("html") => Style::Html,
            _ => Style::Paragraph,
        };
        Self { style, levels: levels(map) }
    }

    /// Makes the map `properties` hold this look; writes only what differs.
    pub fn write(&self, edit: &mut Edit<'_>, properties: ContainerId) {
        write(edit, properties, self.style.clone(), &self.levels);
    }
}

/// Makes the map `properties` hold the look of a note's block; writes only what differs.
pub(crate) fn write_look(edit: &mut Edit<'_>, properties: ContainerId, block: &Block) {
    write(edit, properties, Style::of(&block.kind), &block.levels);
}

fn write(edit: &mut Edit<'_>, properties: ContainerId, style: Style, levels: &[Level]) {
    let values = values(style, levels);
    let map = edit.document().model().map(properties);
    let due: [bool; KEYS.len()] = array::from_fn(|at| map.and_then(|map| map.get(KEYS[at])) != values[at].as_ref());
    for ((key, value), _) in KEYS.into_iter().zip(values).zip(due).filter(|(_, is_due)| *is_due) {
        match value {
            Some(value) => edit.set(properties, key, value),
            None => edit.unset(properties, key),
        }
    }
}

/// What the registers of a look hold.
fn values(style: Style, levels: &[Level]) -> [Option<Value>; KEYS.len()] {
    let text = |text: String| (!text.is_empty()).then_some(Value::Text(text));
    let (start, task) = match levels.last() {
        Some(Level::Item { start, task, .. }) => (*start, *task),
        _ => (None, None),
    };
    let name = style.name().map(|name| Value::Text(name.to_owned()));
    let (rank, info) = match style {
        Style::Heading(rank) if rank != 1 => (Some(Value::Int(rank.into())), None),
        Style::Code(info) => (None, text(info)),
        _ => (None, None),
    };
    [name, rank, info, text(letters(levels)), start.map(|start| Value::Int(start.into())), task.map(Value::Bool)]
}

impl Style {
    /// That of a note's block.
    fn of(kind: &Kind) -> Self {
        match kind {
            Kind::Paragraph(_) => Self::Paragraph,
            Kind::Heading { rank, .. } => Self::Heading(*rank),
            Kind::Code { info, .. } => Self::Code(info.clone()),
            Kind::Rule => Self::Rule,
            Kind::Table(_) => Self::Table,
            Kind::Html(_) => Self::Html,
        }
    }

    /// What it is called in its register; nothing for a paragraph.
    fn name(&self) -> Option<&'static str> {
        match self {
            Self::Paragraph => None,
            Self::Heading(_) => Some("heading"),
            Self::Code(_) => Some("code"),
            Self::Rule => Some("rule"),
            Self::Table => Some("table"),
            Self::Html => Some("html"),
        }
    }

    /// Whether a line end in it is a character like others.
    pub fn is_verbatim(&self) -> bool {
        matches!(self, Self::Code(_) | Self::Html)
    }

    /// Whether it has no text of its own.
    pub fn is_atom(&self) -> bool {
        matches!(self, Self::Rule | Self::Table)
    }
}

fn text<'a>(map: &'a Map, key: &str) -> Option<&'a str> {
    match map.get(key) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

fn rank(map: &Map) -> u8 {
    match map.get(key::RANK) {
        Some(&Value::Int(rank)) => rank.clamp(1, 6) as u8,
        _ => 1,
    }
}

/// The levels as letters: `q` for a quote, `b` and `o` for what begins an item, `w` and `v` for what goes on in one.
/// What the innermost starts with has a key of its own; what others do follows the letter.
fn letters(levels: &[Level]) -> String {
    let mut letters = String::new();
    let innermost = levels.len().saturating_sub(1);
    for (at, level) in levels.iter().enumerate() {
        letters.push(match level {
            Level::Quote => 'q',
            Level::Within(List::Bullet) => 'w',
            Level::Within(List::Ordered) => 'v',
            Level::Item { list: List::Bullet, .. } => 'b',
            Level::Item { list: List::Ordered, .. } => 'o',
        });
        if let Level::Item { start: Some(start), .. } = level
            && at < innermost
        {
            letters.push_str(&start.to_string());
        }
    }
    letters
}

fn levels(map: &Map) -> Vec<Level> {
    let mut levels = Vec::new();
    for c in text(map, key::LEVELS).unwrap_or_default().chars() {
        match (c, levels.last_mut()) {
            ('q', _) => levels.push(Level::Quote),
            ('b', _) => levels.push(Level::item(List::Bullet)),
            ('o', _) => levels.push(Level::item(List::Ordered)),
            ('w', _) => levels.push(Level::Within(List::Bullet)),
            ('v', _) => levels.push(Level::Within(List::Ordered)),
            ('0'..='9', Some(Level::Item { start, .. })) => {
                let digit = c as u32 - '0' as u32;
                *start = Some(start.unwrap_or(0).saturating_mul(10).saturating_add(digit).min(START_MAX));
            }
            _ => {}
        }
        if levels.len() > LEVELS_MAX {
            levels.truncate(LEVELS_MAX);
            break;
        }
    }
    if let Some(Level::Item { start, task, .. }) = levels.last_mut() {
        if let Some(&Value::Int(number)) = map.get(key::START) {
            *start = Some(number.clamp(0, START_MAX.into()) as u32);
        }
        if let Some(&Value::Bool(is_done)) = map.get(key::TASK) {
            *task = Some(is_done);
        }
    }
    levels
}
