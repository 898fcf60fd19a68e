//! What footnotes are called: each by its own name, whatever merging made of their labels.

use crate::grid::{Budget, DEPTH_MAX, Grid};
use crate::schema::{body_of, key, loose_footnotes, object, properties, root};
use motet::{ContainerId, Id, Model, Value};
use note::plain_label;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

/// The footnotes of a document.
#[derive(Debug, Default)]
pub struct Labels {
    /// The label of every object that refers to a footnote.
    pub of_object: HashMap<Id, String>,
    /// The objects that contain what footnotes say, in the order of the text.
    pub owners: Vec<Id>,
    /// Each label, as what a note calls it.
    pub names: BTreeMap<String, String>,
}

/// An object that refers to a footnote.
struct Found {
    id: Id,
    label: Option<String>,
    has_body: bool,
}

impl Labels {
    /// Finds all footnotes that show. An object with nothing in it refers to what another of the same label says;
    /// where two of one label say something, the second goes by another.
    pub fn of(model: &Model) -> Self {
        let found = find(model);
        let mut labels = Self::default();
        let mut taken: HashSet<String> = HashSet::new();
        let mut owner: HashMap<&str, Id> = HashMap::new();
        for (id, label) in found.iter().filter(|one| one.has_body).filter_map(|one| Some((one.id, one.label.as_ref()?)))
        {
            owner.entry(label).or_insert(id);
        }
        for (id, label) in found.iter().filter_map(|one| Some((one.id, one.label.as_ref()?))) {
            owner.entry(label).or_insert(id);
        }
        taken.extend(owner.keys().map(|label| label.to_lowercase()));
        let mut counts = HashMap::new();
        for one in &found {
            let label = one.label.as_deref();
            let own = label.and_then(|label| owner.get(label));
            let (name, is_owner) = match (label, own) {
                (Some(label), Some(&own)) if own == one.id || !one.has_body => (label.to_owned(), own == one.id),
                _ => (free(label, &mut taken, &mut counts), true),
            };
            labels.names.insert(name.clone(), name.clone());
            labels.of_object.insert(one.id, name);
            labels.owners.extend(is_owner.then_some(one.id));
        }
        labels
    }
}

/// A label that nobody has: the one asked for with a number, or a number.
fn free<'a>(label: Option<&'a str>, taken: &mut HashSet<String>, counts: &mut HashMap<Option<&'a str>, u32>) -> String {
    let count = counts.entry(label).or_insert(u32::from(label.is_some()));
    loop {
        *count += 1;
        let name = label.map_or_else(|| count.to_string(), |label| format!("{label}-{count}"));
        if taken.insert(name.to_lowercase()) {
            return name;
        }
    }
}

/// A label that no footnote of the document has.
pub fn free_label(model: &Model) -> String {
    let mut taken = Labels::of(model).names.into_keys().map(|label| label.to_lowercase()).collect();
    free(None, &mut taken, &mut HashMap::new())
}

/// All objects that refer to footnotes: those in the text, those in these, and so on; then what nothing refers to.
fn find(model: &Model) -> Vec<Found> {
    let mut found = Vec::new();
    let mut cells = Budget::default();
    for start in [root(), loose_footnotes()] {
        let mut bodies = VecDeque::from([start]);
        while let Some(body) = bodies.pop_front() {
            let from = found.len();
            find_in(model, body, 0, &mut cells, &mut found);
            bodies.extend(found[from..].iter().filter(|one: &&Found| one.has_body).map(|one| body_of(one.id)));
        }
    }
    found
}

/// The objects of a body and of the tables in it, in the order of the text.
fn find_in(model: &Model, body: ContainerId, depth: usize, cells: &mut Budget, found: &mut Vec<Found>) {
    for (id, kind) in model.text(body).into_iter().flat_map(|text| text.shown_objects()) {
        match kind {
            object::FOOTNOTE => found.push(of_object(model, id)),
            object::TABLE if depth < DEPTH_MAX => {
                for cell in Grid::of(model, id, cells).cells() {
                    find_in(model, cell, depth + 1, cells, found);
                }
            }
            _ => {}
        }
    }
}

fn of_object(model: &Model, id: Id) -> Found {
    let label = match model.map(properties(id)).and_then(|map| map.get(key::LABEL)) {
        Some(Value::Text(label)) if !label.is_empty() => Some(plain_label(label)),
        _ => None,
    };
    Found { id, label, has_body: model.text(body_of(id)).is_some_and(|text| !text.is_empty()) }
}
