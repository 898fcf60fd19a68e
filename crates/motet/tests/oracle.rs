//! The engine beside an independent, naive model: random worlds of several authors who edit, undo,
//! hide, hold, pin and exchange in any order; after every step each author's document must show what
//! the naive model works out from scratch.
//!
//! `MOTET_CASES` and `MOTET_STEPS` make it longer.

use motet::{Action, ContainerId, Deep, Document, Id, Kind, Outline, Patch, Policy, ReplicaLog, Seq, Standing, Value};
use naive::{Event, Naive, State, World};
use std::collections::{BTreeMap, BTreeSet};

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// The naive policy in the engine's terms.
fn policy_of(naive: &naive::Policy) -> Policy {
    let mut policy = Policy {
        pin: naive.pin.clone(),
        muted: naive.hidden_replicas.iter().copied().collect(),
        held: naive.held.iter().map(|(&replica, &seq)| (replica, seq)).collect(),
        ..Policy::default()
    };
    for span in &naive.hidden {
        policy.hidden.entry(span.replica).or_default().set(span.start..span.end, Some(()));
    }
    policy
}

/// What somebody sees, kept up to date by patches only.
#[derive(Default)]
struct Screen {
    texts: BTreeMap<ContainerId, String>,
    lists: BTreeMap<ContainerId, Vec<(Id, Value)>>,
    trees: BTreeMap<ContainerId, Outline>,
    counters: BTreeMap<ContainerId, i64>,
}

impl Screen {
    fn apply(&mut self, patch: &Patch) {
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
        self.counters.extend(patch.counters.iter().map(|(&container, &value)| (container, value)));
    }
}

fn compare(document: &Document, screen: &Screen, naive: &Naive, policy: &naive::Policy, what: &str) {
    let state = naive.state(policy);
    for (container, text) in document.model().texts() {
        let wanted = state.text(container);
        assert_eq!(text.to_string(), wanted, "{what}: {container:?}");
        let screen = screen.texts.get(&container).map_or("", String::as_str);
        assert_eq!(screen, wanted, "{what}: the screen of {container:?}");
        let ids: Vec<Id> = text
            .runs()
            .filter(|run| run.visible)
            .flat_map(|run| (run.span.start..run.span.end).map(move |seq| Id::new(run.span.replica, seq)))
            .collect();
        assert_eq!(ids, state.ids(container), "{what}: {container:?}");
    }
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
    compare_lists(document, screen, &state, what);
    compare_trees(document, screen, &state, what);
    compare_counters(document, screen, &state, what);
    for (container, wanted) in state.maps.keys().map(|&map| (map, deep_map(&state, map))) {
        assert_eq!(document.deep(container), wanted, "{what}: {container:?}");
    }
    document.check_invariants();
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
    let moves = document.log().logs().flat_map(|log| log.others_in(0..log.end()));
    let lost = moves.map(|(id, _)| id).filter(|&id| document.standing(id) == Standing::Lost).collect();
    assert_eq!(state.trees.values().flat_map(|tree| tree.lost.clone()).collect::<BTreeSet<Id>>(), lost, "{what}");
}

fn nodes_of(state: &State, container: ContainerId) -> Vec<(usize, Id)> {
    let nodes = state.trees.get(&container).into_iter().flat_map(|tree| &tree.nodes);
    nodes.map(|node| (node.depth, node.id)).collect()
}

fn items_of(state: &State, container: ContainerId) -> Vec<(Id, Value)> {
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

/// Actions as parts of logs, each as long as it can be.
fn parts(actions: &[Action]) -> Vec<ReplicaLog> {
    let mut actions: Vec<&Action> = actions.iter().collect();
    actions.sort_by_key(|action| action.id);
    actions.dedup_by_key(|action| action.id);
    let follows = |a: &&Action, b: &&Action| a.span().last().plus(1) == b.id;
    actions.chunk_by(follows).map(|part| ReplicaLog::part(part.iter().copied().cloned())).collect()
}

/// Takes actions in by one of all ways there are.
fn exchange(document: &mut Document, screen: &mut Screen, actions: &[Action], way: u64) {
    match way % 3 {
        0 => actions.iter().for_each(|action| receive(document, screen, action)),
        1 => screen.apply(&document.receive_all(actions.iter().cloned()).expect("valid actions")),
        _ => {
            let mut patch = Patch::default();
            document.receive_logs(parts(actions), Some(&mut patch)).expect("valid logs");
            screen.apply(&patch);
        }
    }
}

fn receive(document: &mut Document, screen: &mut Screen, action: &Action) {
    let mut patch = Patch::default();
    document.receive(action.clone(), Some(&mut patch)).expect("a valid action");
    screen.apply(&patch);
}

#[test]
fn every_author_sees_what_the_naive_model_says() {
    for seed in 1..=setting("MOTET_CASES", 256) {
        let replicas = 2 + (seed % 3) as usize;
        let mut world = World::new(seed, replicas);
        let mut documents: Vec<Document> = world.authors.iter().map(|author| Document::new(author.replica)).collect();
        let mut screens: Vec<Screen> = (0..documents.len()).map(|_| Screen::default()).collect();
        for n in 0..setting("MOTET_STEPS", 200) {
            let step = world.step();
            let who = step.author;
            let document = &mut documents[who];
            match &step.event {
                Event::Edit { action, .. } => receive(document, &mut screens[who], action),
                Event::Exchange { actions, .. } => exchange(document, &mut screens[who], actions, n),
                _ => {
                    let patch = document.set_policy(policy_of(&world.authors[who].policy));
                    screens[who].apply(&patch);
                }
            }
            let author = &world.authors[who];
            if n % 4 == 0 || n < 40 {
                compare(
                    &documents[who],
                    &screens[who],
                    &author.naive,
                    &author.policy,
                    &format!("seed {seed} step {n}"),
                );
            }
        }
        settle(&mut world, &mut documents, &mut screens, seed);
    }
}

/// Everybody gets everything and lays their choices aside: all must be equal, and equal to a replay.
fn settle(world: &mut World, documents: &mut [Document], screens: &mut [Screen], seed: u64) {
    for (step, way) in world.settle().into_iter().zip(seed..) {
        if let Event::Exchange { actions, .. } = &step.event {
            exchange(&mut documents[step.author], &mut screens[step.author], actions, way);
        }
    }
    let mut hashes = Vec::new();
    for (who, document) in documents.iter_mut().enumerate() {
        let patch = document.set_policy(Policy::default());
        screens[who].apply(&patch);
        let plain = naive::Policy::default();
        compare(document, &screens[who], &world.authors[who].naive, &plain, &format!("seed {seed} settled"));
        hashes.push(document.state_hash());
    }
    let mut replayed = Document::new(motet::ReplicaId(u64::MAX));
    replayed.receive_all(documents[0].actions_since(&motet::VersionVector::new())).unwrap();
    hashes.push(replayed.state_hash());
    for document in documents.iter() {
        let version = document.version();
        // Versions that people had, and ones that lack part of their own past.
        let less = |share: Seq| version.iter().map(|(replica, end)| (replica, end - end / share)).collect();
        for version in [less(2), less(6), version.clone()] {
            let pinned = naive::Policy { pin: Some(version), ..naive::Policy::default() };
            let state = world.authors[0].naive.state(&pinned);
            let version = pinned.pin.as_ref().expect("just set");
            for (container, _) in document.model().texts() {
                assert_eq!(document.text_at(container, version), state.text(container), "seed {seed} at {version:?}");
            }
            for (container, _) in document.model().trees() {
                let tree = document.tree_at(container, version);
                assert_eq!(tree.iter().collect::<Vec<_>>(), nodes_of(&state, container), "seed {seed} at {version:?}");
            }
            for (container, _) in document.model().lists() {
                let list = document.list_at(container, version);
                let shown: Vec<(Id, Value)> = list.iter().map(|(id, value)| (id, value.clone())).collect();
                assert_eq!(shown, items_of(&state, container), "seed {seed} at {version:?}");
            }
        }
    }
    let mut loaded = Document::new(motet::ReplicaId(u64::MAX));
    let all: Vec<ReplicaLog> = documents[0].log().logs().cloned().collect();
    loaded.receive_logs(all, None).unwrap();
    assert_eq!(loaded.log().frontier(), documents[0].log().frontier());
    hashes.push(loaded.state_hash());
    assert!(hashes.windows(2).all(|pair| pair[0] == pair[1]), "seed {seed}: hashes {hashes:x?}");
    assert_eq!(replayed.model().canonical(), documents[0].model().canonical());
}

/// A person who edits through the engine: what they insert at i they read at i, and what the naive
/// model makes of their actions is what they see.
#[test]
fn who_edits_a_view_reads_there_what_they_wrote() {
    let text = ContainerId::root(Kind::Text, "text");
    for seed in 1..=setting("MOTET_CASES", 256) {
        let mut random = naive::Random::new(seed);
        let mut documents: Vec<Document> = (1..=3).map(|n| Document::new(motet::ReplicaId(n))).collect();
        for _ in 0..60 {
            let who = random.below(3);
            let other = random.below(3);
            match random.below(10) {
                0..=5 => edit_and_read(&mut documents[who], text, &mut random),
                6 => {
                    let replica = documents[other].replica();
                    if who != other {
                        documents[who].hold([replica]);
                    }
                }
                7 => {
                    documents[who].release();
                }
                8 => {
                    let version = documents[other].version();
                    documents[who].pin((who != other).then_some(version));
                }
                _ => {
                    let actions = documents[other].actions_since(&documents[who].version());
                    documents[who].receive_all(actions).unwrap();
                }
            }
            documents[who].check_invariants();
        }
        let mut naive = Naive::new();
        for document in &documents {
            for action in document.actions_since(&motet::VersionVector::new()) {
                naive.receive(action);
            }
        }
        for at in 0..3 {
            for from in 0..3 {
                let actions = documents[from].actions_since(&documents[at].version());
                documents[at].receive_all(actions).unwrap();
            }
        }
        for document in &mut documents {
            document.set_policy(Policy::default());
            assert_eq!(document.text(text), naive.state(&naive::Policy::default()).text(text), "seed {seed}");
        }
    }
}

fn edit_and_read(document: &mut Document, text: ContainerId, random: &mut naive::Random) {
    // A pin is laid aside by editing, so what is shown is asked for after an empty edit.
    document.edit(0, |edit| edit.insert(text, 0, "·"));
    let before: Vec<char> = document.text(text).chars().collect();
    let len = before.len();
    let at = random.below(len + 1);
    let removed = random.below(4).min(before.len() - at);
    let inserted = ["", "x", "yé", "long words"][random.below(4)];
    document.edit(0, |edit| edit.replace(text, at as Seq, removed as Seq, inserted));
    let mut wanted = before;
    wanted.splice(at..at + removed, inserted.chars());
    assert_eq!(document.text(text), wanted.into_iter().collect::<String>());
}
