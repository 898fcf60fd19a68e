//! What a screen shows that only ever gets patches, and what its own person does.

use clock::Id;
use log::{ContainerId, Value};
use motet::{Document, Outline, Patch};
use std::collections::BTreeMap;

/// What is shown, container by container.
#[derive(Clone, Debug, Default)]
pub struct Screen {
    /// Texts.
    pub texts: BTreeMap<ContainerId, String>,
    /// Lists: the names of their items, and what they hold.
    pub lists: BTreeMap<ContainerId, Vec<(Id, Value)>>,
    /// Trees.
    pub trees: BTreeMap<ContainerId, Outline>,
}

impl Screen {
    /// What a document shows.
    pub fn of(document: &Document) -> Self {
        let model = document.model();
        Self {
            texts: model.texts().map(|(id, text)| (id, text.to_string())).collect(),
            lists: model.lists().map(|(id, list)| (id, items(list))).collect(),
            trees: model.trees().map(|(id, tree)| (id, Outline::of(tree))).collect(),
        }
    }

    /// Brings it up to date.
    pub fn apply(&mut self, patch: &Patch) {
        for (container, patch) in &patch.texts {
            let text = self.texts.entry(*container).or_default();
            *text = patch.apply(text);
        }
        for (container, patch) in &patch.lists {
            patch.apply(self.lists.entry(*container).or_default());
        }
        for (container, patch) in &patch.trees {
            self.trees.entry(*container).or_default().apply(patch);
        }
    }

    /// The first container that it shows differently from the document.
    pub fn stale(&self, document: &Document) -> Option<String> {
        let now = Self::of(document);
        for (id, text) in &now.texts {
            let shown = self.texts.get(id).map_or("", String::as_str);
            if shown != text {
                return Some(format!("{id:?} reads {text:?}, the screen shows {shown:?}"));
            }
        }
        for (id, list) in &now.lists {
            let shown = self.lists.get(id).map_or(&[][..], Vec::as_slice);
            if shown != list {
                return Some(format!("{id:?} holds {list:?}, the screen shows {shown:?}"));
            }
        }
        for (id, tree) in &now.trees {
            let shown = self.trees.get(id).map_or_else(Vec::new, Outline::nodes);
            if shown != tree.nodes() {
                return Some(format!("{id:?} holds {:?}, the screen shows {shown:?}", tree.nodes()));
            }
        }
        None
    }
}

fn items(list: &motet::List) -> Vec<(Id, Value)> {
    list.iter().map(|(id, value)| (id, value.clone())).collect()
}
