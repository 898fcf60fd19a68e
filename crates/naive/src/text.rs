//! What a view shows of a text, by definition.

use crate::history::Element;
use crate::state::InEffect;
use crate::{Naive, Policy};
use clock::Id;
use log::{ContainerId, Op, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What can be read of a text. The lists have one entry for each visible element, in the order shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text {
    /// The characters: a line feed for a paragraph mark, U+FFFC for another object.
    pub string: String,
    /// The elements.
    pub ids: Vec<Id>,
    /// What kind of object each is, where it is one; empty for a paragraph mark.
    pub objects: Vec<Option<String>>,
    /// The properties of each that marks set.
    pub marks: Vec<BTreeMap<String, Value>>,
    /// The active moves that lose.
    pub lost: BTreeSet<Id>,
}

/// What an element of a text reads as, and the kind of object that it is.
type Character = (char, Option<String>);

impl Naive {
    /// The texts that show something or in which a move loses.
    pub(crate) fn texts(&self, active: &InEffect) -> BTreeMap<ContainerId, Text> {
        let containers: BTreeSet<ContainerId> = self.elements().iter().filter_map(lies_in).collect();
        let texts = containers.into_iter().map(|container| (container, self.text(container, active)));
        texts.filter(|(_, text)| *text != Text::default()).collect()
    }

    /// Where anchors are: how many visible elements come before each element of each text, dead or alive, and whether it is
    /// visible itself.
    pub fn places(&self, policy: &Policy) -> BTreeMap<(ContainerId, Id), (usize, bool)> {
        let active = self.active(policy);
        let containers: BTreeSet<ContainerId> = self.elements().iter().filter_map(lies_in).collect();
        let mut places = BTreeMap::new();
        for container in containers {
            let visible = self.text(container, &active).ids;
            let mut before = 0;
            for id in self.layout(container, &active).shown() {
                let is_visible = visible.get(before) == Some(&id);
                places.insert((container, id), (before, is_visible));
                before += usize::from(is_visible);
            }
        }
        places
    }

    /// What a view shows of one text.
    pub(crate) fn text(&self, container: ContainerId, active: &InEffect) -> Text {
        let elements = self.elements();
        let in_effect = || elements.iter().filter(|element| active.contains(&element.id));
        let mut visible: BTreeMap<Id, Character> = in_effect().filter_map(|e| inserts(e, container)).collect();
        for deleted in in_effect().filter_map(|element| deletes(element, container)) {
            visible.remove(&deleted);
        }
        let layout = self.layout(container, active);
        let marks = self.marks(container, &layout.order, active);
        let mut text = Text { lost: layout.lost.clone(), ..Text::default() };
        for id in layout.shown() {
            let Some((character, object)) = visible.remove(&id) else { continue };
            text.string.push(character);
            text.ids.push(id);
            text.objects.push(object);
            text.marks.push(marks.get(&id).cloned().unwrap_or_default());
        }
        assert!(visible.is_empty(), "every visible element shows");
        text
    }
}

/// The text that an element lies in.
fn lies_in(element: &Element<'_>) -> Option<ContainerId> {
    match element.op {
        Op::Insert { container, .. } | Op::TextObject { container, .. } | Op::TextMove { container, .. } => {
            Some(*container)
        }
        _ => None,
    }
}

fn inserts(element: &Element<'_>, within: ContainerId) -> Option<(Id, Character)> {
    let character = match element.op {
        Op::Insert { container, text, .. } if *container == within => {
            (text.chars().nth(element.offset as usize)?, None)
        }
        Op::TextObject { container, kind, .. } if *container == within => {
            (if kind.is_empty() { '\n' } else { '\u{fffc}' }, Some(kind.clone()))
        }
        _ => return None,
    };
    Some((element.id, character))
}

/// The one element that an element of a deletion takes out.
fn deletes(element: &Element<'_>, within: ContainerId) -> Option<Id> {
    match element.op {
        Op::Delete { container, target, backward } if *container == within => {
            let seq = if *backward { target.end - 1 - element.offset } else { target.start + element.offset };
            Some(Id::new(target.replica, seq))
        }
        _ => None,
    }
}
