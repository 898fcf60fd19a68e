//! What a document of the engine shows, beside what the naive model says.

use motet::{
    ContainerId, Deep, Document, Grade, Id, Kind, Outline, Patch, Policy, Standing, Suggestions, TextPatch, Value,
};
use naive::{State, Text};
use std::collections::{BTreeMap, BTreeSet};

/// The naive policy in the engine's terms.
pub fn policy_of(naive: &naive::Policy) -> Policy {
    let mut policy = Policy {
        pin: naive.pin.clone(),
        muted: naive.hidden_replicas.iter().copied().collect(),
        held: naive.held.iter().map(|(&replica, &seq)| (replica, seq)).collect(),
        mine: naive.first.iter().chain(&naive.suggestions_of).copied().collect(),
        mine_first: (!naive.first.is_empty()).then_some(grade_of(naive.first_from)),
        preferred: naive.preferred.iter().copied().collect(),
        weights: naive.weights.iter().map(|(&id, &weight)| (id, weight)).collect(),
        suggestions: match naive.every_suggestion {
            true => Suggestions::All,
            false if naive.suggestions_of.is_empty() => Suggestions::None,
            false => Suggestions::Own,
        },
        drafts: naive.drafts.iter().copied().collect(),
        ..Policy::default()
    };
    for span in &naive.hidden {
        policy.hidden.entry(span.replica).or_default().set(span.start..span.end, Some(()));
    }
    policy
}

fn grade_of(naive: naive::Grade) -> Grade {
    match naive {
        naive::Grade::Commute => Grade::Commute,
        naive::Grade::Overlap => Grade::Overlap,
        naive::Grade::Order => Grade::Order,
        naive::Grade::Conflict => Grade::Conflict,
    }
}

/// What somebody sees, kept up to date by patches only.
#[derive(Default)]
pub struct Screen {
    texts: BTreeMap<ContainerId, Page>,
    lists: BTreeMap<ContainerId, Vec<(Id, Value)>>,
    trees: BTreeMap<ContainerId, Outline>,
    counters: BTreeMap<ContainerId, i64>,
}

/// The properties of an element.
type Marks = BTreeMap<String, Value>;

/// A text on a screen.
#[derive(Default)]
struct Page {
    string: String,
    /// The properties of each UTF-16 code unit; none where they have to be asked for.
    marks: Vec<Option<Marks>>,
}

impl Page {
    fn apply(&mut self, patch: &TextPatch) {
        self.string = patch.apply(&self.string);
        for splice in patch.splices().iter().rev() {
            let (at, end) = (splice.at as usize, (splice.at + splice.removed) as usize);
            self.marks.splice(at..end, vec![None; splice.inserted.encode_utf16().count()]);
        }
        for range in patch.restyled() {
            self.marks[range.start as usize..range.end as usize].fill(None);
        }
    }

    /// Compares with what is shown, and asks for the properties that are not known.
    fn check(&mut self, shown: &Text, what: &str) {
        assert_eq!(self.string, shown.string, "{what}");
        let units =
            shown.string.chars().zip(&shown.marks).flat_map(|(c, marks)| vec![Some(marks.clone()); c.len_utf16()]);
        let marks: Vec<Option<Marks>> = units.collect();
        assert_eq!(self.marks.len(), marks.len(), "{what}");
        let differs = |at: &usize| self.marks[*at].is_some() && self.marks[*at] != marks[*at];
        let differ: Vec<usize> = (0..marks.len()).filter(differs).collect();
        assert!(differ.is_empty(), "{what}: nobody said that properties are others at {differ:?} of {shown:?}");
        self.marks = marks;
    }
}

impl Screen {
    pub fn apply(&mut self, patch: &Patch) {
        for (container, patch) in &patch.texts {
            self.texts.entry(*container).or_default().apply(patch);
        }
        for (container, patch) in &patch.lists {
            patch.apply(self.lists.entry(*container).or_default());
        }
        for (container, patch) in &patch.trees {
            self.trees.entry(*container).or_default().apply(patch);
        }
        self.counters.extend(patch.counters.iter().map(|(&container, &value)| (container, value)));
    }
}

/// What a document shows must be what follows from its actions, and so must what is on its screen.
pub fn compare(document: &Document, screen: &mut Screen, state: &State, what: &str) {
    compare_texts(document, screen, state, what);
    compare_maps(document, state, what);
    compare_lists(document, screen, state, what);
    compare_trees(document, screen, state, what);
    compare_counters(document, screen, state, what);
    compare_lost(document, state, what);
    for (container, wanted) in state.maps.keys().map(|&map| (map, deep_map(state, map))) {
        assert_eq!(document.deep(container), wanted, "{what}: {container:?}");
    }
    document.check_invariants();
}

fn compare_texts(document: &Document, screen: &mut Screen, state: &State, what: &str) {
    for (container, text) in document.model().texts() {
        let (shown, wanted) = (shown(text), state.texts.get(&container).cloned().unwrap_or_default());
        assert_eq!(text.to_string(), wanted.string, "{what}: {container:?}");
        assert_eq!(shown.string, wanted.string, "{what}: {container:?} by runs");
        assert_eq!(shown.ids, wanted.ids, "{what}: {container:?}");
        assert_eq!(shown.objects, wanted.objects, "{what}: objects of {container:?}");
        assert_eq!(shown.marks, wanted.marks, "{what}: marks of {container:?}");
        screen.texts.entry(container).or_default().check(&shown, &format!("{what}: the screen of {container:?}"));
    }
    let is_there = |container: &ContainerId| document.model().texts().any(|(known, _)| known == *container);
    assert!(state.texts.keys().all(is_there), "{what}");
}

/// What a text of the engine shows, in the terms of the naive model.
fn shown(text: &model::Text) -> Text {
    let mut shown = Text::default();
    for run in text.rich() {
        let marks: Marks = run.marks.iter().map(|&(key, value)| (key.to_owned(), value.clone())).collect();
        assert!(run.marks.is_sorted_by(|a, b| a.0 < b.0), "ascending by key");
        assert!(run.object.is_none() || run.span.len() == 1, "an object is a run by itself");
        assert_eq!(run.text.chars().count(), run.span.len() as usize);
        for seq in run.span.start..run.span.end {
            shown.ids.push(Id::new(run.span.replica, seq));
            shown.objects.push(run.object.map(str::to_owned));
            shown.marks.push(marks.clone());
        }
        shown.string.push_str(run.text);
    }
    shown
}

fn compare_maps(document: &Document, state: &State, what: &str) {
    for (container, map) in document.model().maps() {
        let shown: Vec<(String, Value)> = map.iter().map(|(k, v)| (k.to_owned(), v.clone())).collect();
        let keys = state.maps.get(&container);
        let wanted: Vec<(String, Value)> = keys
            .into_iter()
            .flatten()
            .filter_map(|(key, entry)| entry.value.clone().map(|value| (key.clone(), value)))
            .collect();
        assert_eq!(shown, wanted, "{what}: {container:?}");
        for (key, entry) in keys.into_iter().flatten() {
            let alternatives: Vec<_> = map.heads(key).skip(1).map(|(id, v)| (id, v.cloned())).collect();
            assert_eq!(alternatives, entry.alternatives, "{what}: alternatives of {key}");
        }
    }
}

/// What a map holds with everything within; random worlds do not nest deeper than documents are read.
fn deep_map(state: &State, map: ContainerId) -> Deep {
    let entries = state.maps.get(&map).into_iter().flatten();
    let held = entries.filter_map(|(key, entry)| Some((key.clone(), deep_entry(state, entry)?)));
    Deep::Map(held.collect())
}

fn deep_entry(state: &State, entry: &naive::Entry) -> Option<Deep> {
    let value = entry.value.clone()?;
    let Value::Container(kind) = value else { return Some(Deep::Value(value)) };
    let made = ContainerId::Element(kind, entry.winner);
    Some(match kind {
        Kind::Text => Deep::Text(state.text(made).to_owned()),
        Kind::Map => deep_map(state, made),
        Kind::List => Deep::List(state.list(made).iter().filter_map(|item| deep_entry(state, &item.entry)).collect()),
        Kind::Counter => Deep::Counter(state.counters.get(&made).copied().unwrap_or_default()),
        Kind::Tree => {
            let nodes = state.trees.get(&made).into_iter().flat_map(|tree| &tree.nodes);
            let data = |id| deep_map(state, ContainerId::Element(Kind::Map, id));
            Deep::Tree(nodes.map(|node| (node.depth, node.id, data(node.id))).collect())
        }
    })
}

fn compare_lists(document: &Document, screen: &Screen, state: &State, what: &str) {
    for (container, list) in document.model().lists() {
        let wanted = items_of(state, container);
        let shown: Vec<(Id, Value)> = list.iter().map(|(id, value)| (id, value.clone())).collect();
        assert_eq!(shown, wanted, "{what}: {container:?}");
        let screen = screen.lists.get(&container).map_or(&[][..], Vec::as_slice);
        assert_eq!(screen, wanted, "{what}: the screen of {container:?}");
        for item in state.list(container) {
            let heads = list.heads(item.id);
            let alternatives: Vec<_> = heads[1..].iter().map(|&(id, value)| (id, Some(value.clone()))).collect();
            assert_eq!((heads[0].0, alternatives), (item.entry.winner, item.entry.alternatives.clone()), "{what}");
            assert_eq!(list.moved_by(item.id).unwrap_or(item.id), item.place, "{what}");
        }
    }
    assert!(state.lists.keys().all(|&container| document.model().list(container).is_some()), "{what}");
}

fn compare_trees(document: &Document, screen: &Screen, state: &State, what: &str) {
    for (container, tree) in document.model().trees() {
        let wanted = nodes_of(state, container);
        assert_eq!(tree.iter().collect::<Vec<_>>(), wanted, "{what}: {container:?}");
        for node in state.trees.get(&container).into_iter().flat_map(|tree| &tree.nodes) {
            assert_eq!(tree.moved_by(node.id).unwrap_or(node.id), node.slot, "{what}");
            assert_eq!(tree.position(node.id).map(|(parent, _)| parent), Some(node.parent), "{what}");
        }
        let outline = Outline::of(tree);
        let empty = Outline::default();
        let screen = screen.trees.get(&container).unwrap_or(&empty);
        for parent in std::iter::once(None).chain(wanted.iter().map(|(_, node)| Some(*node))) {
            assert_eq!(screen.children(parent), outline.children(parent), "{what}: the screen of {container:?}");
        }
    }
}

fn compare_lost(document: &Document, state: &State, what: &str) {
    let others = document.log().logs().flat_map(|log| log.others_in(0..log.end()));
    let is_lost = |id: Id| document.standing(id) == Standing::Lost && document.view().standing(id) == Standing::Active;
    let lost = others.map(|(id, _)| id).filter(|&id| is_lost(id)).collect();
    let wanted = state.trees.values().map(|tree| &tree.lost).chain(state.texts.values().map(|text| &text.lost));
    assert_eq!(wanted.flatten().copied().collect::<BTreeSet<Id>>(), lost, "{what}");
}

pub fn nodes_of(state: &State, container: ContainerId) -> Vec<(usize, Id)> {
    let nodes = state.trees.get(&container).into_iter().flat_map(|tree| &tree.nodes);
    nodes.map(|node| (node.depth, node.id)).collect()
}

pub fn items_of(state: &State, container: ContainerId) -> Vec<(Id, Value)> {
    state.list(container).iter().filter_map(|item| Some((item.id, item.entry.value.clone()?))).collect()
}

fn compare_counters(document: &Document, screen: &Screen, state: &State, what: &str) {
    for (container, counter) in document.model().counters() {
        let wanted = state.counters.get(&container).copied().unwrap_or_default();
        assert_eq!(counter.value(), wanted, "{what}: {container:?}");
        let screen = screen.counters.get(&container).copied().unwrap_or_default();
        assert_eq!(screen, wanted, "{what}: the screen of {container:?}");
    }
}
