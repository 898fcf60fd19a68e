//! What a kind of document means beyond its syntax: which arrays are sets, what identifies items, what is one value.
//!
//! docs/JSON.md describes the form.

mod read;

use crate::tree::Tree;
use std::rc::Rc;

/// Rules by place. The default has none: then everything is guessed, see [`Shape::Auto`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    rules: Vec<(Vec<Step>, Rule)>,
}

/// What holds for the values at some places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What kind of thing it is.
    pub shape: Shape,
    /// For [`Shape::Keyed`]: the members that together identify an item.
    pub by: Vec<String>,
    /// Whether the order of items says something, so that two orders are in conflict.
    pub is_ordered: bool,
    /// Whether an item that is found under another key, with nearly the same content, is the same one renamed.
    pub is_renamed: bool,
    /// For arrays: what the items are, so that one that turns up in another array of this kind is moved.
    pub kind: Option<String>,
    /// For scalars: this is the key of an item of that kind, which must not go while somebody newly refers to it.
    pub refers: Option<String>,
}

/// What a value is to a merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// Guessed from the values. Items are identified by a member `id`, `uid`, `name` or `key` where all are objects
    /// that have it, each another; otherwise by content. Up to 16 numbers, as many in all versions, are one value.
    /// Strings of 32 bytes and more, with blanks, are text.
    Auto,
    /// An array whose items are identified by content alone.
    List,
    /// An array in which a value is or is not.
    Set,
    /// An array of objects that are identified by members.
    Keyed,
    /// Replaced as a whole, whatever it is.
    Value,
    /// A string that is merged word by word, however short.
    Text,
}

/// Why a document is no schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: expected {expected}")]
pub struct SchemaError {
    /// Where, as a JSON pointer.
    pub pointer: String,
    /// What must stand there.
    pub expected: &'static str,
}

/// One step of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// The member with this key.
    Key(String),
    /// Any member or item.
    Any,
    /// Any number of steps, none too.
    Deep,
}

impl Default for Rule {
    fn default() -> Self {
        Self { shape: Shape::Auto, by: Vec::new(), is_ordered: true, is_renamed: false, kind: None, refers: None }
    }
}

impl Schema {
    /// Reads a schema.
    ///
    /// # Errors
    /// Where it has not the form that docs/JSON.md describes.
    ///
    /// ```
    /// # use json::{Schema, Tree};
    /// let text = br#"{"schema": 1, "rules": [{"at": "/**/tags", "as": "set"}]}"#;
    /// assert!(Schema::read(&Tree::parse(text).unwrap()).is_ok());
    /// let wrong = br#"{"schema": 1, "rules": [{"at": "/tags", "as": "bag"}]}"#;
    /// let error = Schema::read(&Tree::parse(wrong).unwrap()).unwrap_err();
    /// assert!(error.to_string().starts_with("/rules/0/as: expected auto, list, set"));
    /// ```
    pub fn read(tree: &Tree) -> Result<Self, SchemaError> {
        read::schema(tree).map(|rules| Self { rules })
    }

    pub(crate) fn has(&self, is_wanted: impl Fn(&Rule) -> bool) -> bool {
        self.rules.iter().any(|(_, rule)| is_wanted(rule))
    }

    /// The place of the outermost value.
    pub fn root(&self) -> Place {
        let mut states = Vec::new();
        for rule in 0..self.rules.len() {
            self.enter(&mut states, (rule as u16, 0));
        }
        Place(states.into())
    }

    /// The place of a member, or without a key that of every item.
    pub fn child(&self, place: &Place, key: Option<&str>) -> Place {
        if place.0.is_empty() {
            return place.clone();
        }
        let mut states = Vec::new();
        for &(rule, at) in place.0.iter() {
            match self.rules[rule as usize].0.get(at as usize) {
                Some(Step::Deep) => self.enter(&mut states, (rule, at)),
                Some(Step::Any) => self.enter(&mut states, (rule, at + 1)),
                Some(Step::Key(wanted)) if key == Some(wanted) => self.enter(&mut states, (rule, at + 1)),
                _ => {}
            }
        }
        Place(states.into())
    }

    /// What holds at a place: the last rule that matches, as in a `.gitattributes`.
    pub fn rule(&self, place: &Place) -> Option<&Rule> {
        let is_whole = |&&(rule, at): &&(u16, u16)| self.rules[rule as usize].0.len() == at as usize;
        let last = place.0.iter().filter(is_whole).map(|&(rule, _)| rule).max()?;
        Some(&self.rules[last as usize].1)
    }

    /// Adds a state and those that follow from it without a step.
    fn enter(&self, states: &mut Vec<(u16, u16)>, state: (u16, u16)) {
        if states.contains(&state) {
            return;
        }
        states.push(state);
        if self.rules[state.0 as usize].0.get(state.1 as usize) == Some(&Step::Deep) {
            self.enter(states, (state.0, state.1 + 1));
        }
    }
}

/// How far the patterns have come on the way down to a value: rules, each with the number of steps done.
#[derive(Clone, Debug)]
pub struct Place(Rc<[(u16, u16)]>);

impl Place {
    /// Whether no rule matches here or anywhere below, so that keys do not matter any more.
    pub fn is_free(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests;
