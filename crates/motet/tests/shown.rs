//! What an image shows is what the document shows that it was made from: every question of a reader is answered alike
//! from an image, from the model that its history leads to, and by the naive model.

mod common;

use codec::{Image, SigningKey};
use common::{Screen, compare, items_of, nodes_of, policy_of};
use motet::{
    Action, ContainerId, Document, DocumentId, Id, Kept, Patch, Replica, ReplicaId, Seq, Shown, ShownText, Value,
    VersionVector,
};
use naive::{Naive, Policy, State, World};
use std::collections::BTreeMap;

const DOC: DocumentId = DocumentId(7);

/// Everything that happened in a random world.
fn history(mut world: World, steps: usize) -> Naive {
    for _ in 0..steps {
        world.step();
    }
    world.settle();
    world.authors.swap_remove(0).naive
}

/// A member who has all of it, sealed by everybody as it was made, and the screen.
fn member(naive: &Naive) -> (Replica, Screen) {
    let mut actions: Vec<&Action> = naive.actions().collect();
    actions.sort_by_key(|action| (action.lamport, action.id));
    let mut members: BTreeMap<ReplicaId, Replica> = BTreeMap::new();
    let mut reader = Replica::new(DOC, 0, ReplicaId(900), SigningKey::from_bytes(&[9; 32]));
    let mut screen = Screen::default();
    for action in actions {
        let own = action.id.replica;
        let key = SigningKey::from_bytes(&[own.0 as u8; 32]);
        let member = members.entry(own).or_insert_with(|| Replica::new(DOC, 0, own, key));
        for parcel in reader.export(&reader.version().missing_from(&member.version()), usize::MAX) {
            member.import(&parcel.bytes, None).expect("sealed by an author");
        }
        member.document_mut().receive(action.clone(), None).expect("a valid action");
        let mut patch = Patch::default();
        let parcel = member.seal().expect("something new");
        reader.import(&parcel.bytes, Some(&mut patch)).expect("sealed by an author");
        screen.apply(&patch);
    }
    (reader, screen)
}

fn reopened(replica: &Replica) -> Replica {
    let bytes = replica.image().expect("a document of its own bytes");
    let image = Image::decode(&bytes).expect("just made");
    assert_eq!(image.encode().as_deref(), Ok(&bytes[..]), "one image, one form");
    let opened = Replica::open_image(DOC, 0, (ReplicaId(901), SigningKey::from_bytes(&[8; 32])), &image);
    opened.expect("just made")
}

/// Text, properties and objects, joined where they are alike.
type Parts = Vec<(String, Option<(Id, String)>, Vec<(String, Value)>)>;

fn parts(text: ShownText<'_>) -> Parts {
    let mut parts: Parts = Vec::new();
    for run in text.rich() {
        assert_eq!(run.text.chars().count(), run.len as usize);
        let marks: Vec<(String, Value)> =
            run.marks.iter().map(|&(key, value)| (key.to_owned(), value.clone())).collect();
        let object = run.object.map(|(id, kind)| (id, kind.to_owned()));
        match parts.last_mut() {
            Some((text, None, before)) if object.is_none() && *before == marks => text.push_str(run.text),
            _ => parts.push((run.text.to_owned(), object, marks)),
        }
    }
    parts
}

/// What a document shows, every question asked, so that two can be compared.
fn answers(document: &Document, shown: Shown<'_>) -> Vec<String> {
    let model = document.model();
    let mut all = Vec::new();
    for container in model.texts().map(|(id, _)| id) {
        let text = shown.text(container);
        all.push(format!("{container:?} {:?} {:?}", text.map(ShownText::read), text.map(ShownText::len_chars)));
        all.push(format!("{:?}", text.map(parts)));
    }
    for container in model.maps().map(|(id, _)| id) {
        let map = shown.map(container).expect("it was written");
        all.push(format!("{container:?} {:?}", map.iter().collect::<Vec<_>>()));
        for key in map.keys() {
            all.push(format!("{key} {:?} {:?}", map.get(key), map.heads(key).collect::<Vec<_>>()));
        }
        all.push(format!("{:?} {:?}", map.get("no such key"), map.heads("no such key").count()));
    }
    for container in model.lists().map(|(id, _)| id) {
        let list = shown.list(container).expect("it was written");
        all.push(format!("{container:?} {} {:?}", list.len(), list.iter().collect::<Vec<_>>()));
        all.push(format!("{:?}", list.writes().collect::<Vec<_>>()));
        for at in 0..=list.len() {
            all.push(format!("{at} {:?} {:?}", list.id_at(at), list.get(at)));
        }
        for id in elements(document) {
            all.push(format!("{id} {:?} {:?}", list.position(id), list.heads(id)));
        }
    }
    for container in model.trees().map(|(id, _)| id) {
        let tree = shown.tree(container).expect("it was written");
        all.push(format!("{container:?} {:?}", tree.iter().collect::<Vec<_>>()));
        for parent in elements(document).into_iter().map(Some).chain([None]) {
            let children: Vec<Id> = tree.children(parent).collect();
            assert_eq!(children.len(), tree.child_count(parent));
            all.push(format!("{parent:?} {children:?}"));
        }
        for id in elements(document) {
            let lost: Vec<Id> = tree.lost_moves(id).collect();
            let place = (tree.is_visible(id), tree.position(id), tree.moved_by(id));
            all.push(format!("{id} {place:?} {lost:?}"));
        }
    }
    all.extend(model.counters().map(|(id, _)| format!("{id:?} {:?}", shown.counter(id))));
    all
}

/// Elements that somebody may ask for, there or not.
fn elements(document: &Document) -> Vec<Id> {
    let others = document.log().logs().flat_map(|log| log.others_in(0..log.end()));
    let ids = others.flat_map(|(id, op)| (0..op.len().min(3)).map(move |n| id.plus(n as Seq)));
    ids.chain([Id::new(ReplicaId(77), 3)]).collect()
}

fn check_by_naive(document: &Document, state: &State, what: &str) {
    let shown = document.shown();
    for (container, text) in &state.texts {
        assert_eq!(document.text(*container), text.string, "{what}: {container:?}");
    }
    for (&container, keys) in &state.maps {
        for (key, entry) in keys {
            let heads: Vec<(Id, Option<Value>)> = shown
                .map(container)
                .map_or_else(Vec::new, |map| map.heads(key).map(|(id, v)| (id, v.cloned())).collect());
            let wanted = std::iter::once((entry.winner, entry.value.clone())).chain(entry.alternatives.clone());
            assert_eq!(heads, wanted.collect::<Vec<_>>(), "{what}: {container:?} {key}");
        }
    }
    for &container in state.lists.keys() {
        let items: Vec<(Id, Value)> = document.list_items(container).map(|(id, value)| (id, value.clone())).collect();
        assert_eq!(items, items_of(state, container), "{what}: {container:?}");
    }
    for &container in state.trees.keys() {
        let nodes: Vec<(usize, Id)> = shown.tree(container).map_or_else(Vec::new, |tree| tree.iter().collect());
        assert_eq!(nodes, nodes_of(state, container), "{what}: {container:?}");
    }
    for (&container, &sum) in &state.counters {
        assert_eq!(document.counter(container), sum, "{what}: {container:?}");
    }
}

fn check_world(world: World, seed: u64) {
    let what = format!("seed {seed}");
    let naive = history(world, 120);
    let (mut live, mut screen) = member(&naive);
    compare(live.document(), &mut screen, &naive.state(&Policy::default()), &what);
    let mut opened = reopened(&live);
    check_by_naive(opened.document(), &naive.state(&Policy::default()), &what);
    assert!(opened.document().is_asleep(), "{what}: readers need no model");
    assert_eq!(
        answers(opened.document(), opened.document().shown()),
        answers(live.document(), live.document().shown())
    );
    let model = Shown::Model(opened.document().model());
    assert_eq!(answers(opened.document(), model), answers(opened.document(), opened.document().shown()), "{what}");
    assert_eq!(Kept::of(opened.document().model()), Kept::of(live.document().model()), "{what}");
    assert_eq!(opened.image(), live.image(), "{what}: an image of an image");

    // A version before, a part left out, and everything again.
    let mut random = naive::Random::new(seed);
    let mut sleeper = reopened(&live);
    let hidden = naive.actions().map(Action::span).filter(|_| random.chance(30)).collect();
    let policy = Policy { hidden, ..Policy::default() };
    let then = pinned(&naive, &mut random);
    for policy in [policy, Policy { pin: Some(then), ..Policy::default() }] {
        let state = naive.state(&policy);
        sleeper.document_mut().set_policy(policy_of(&policy));
        check_by_naive(sleeper.document(), &state, &what);
        assert!(!sleeper.document().is_asleep());
        let image = sleeper.image().expect("within the limits");
        assert_eq!(Ok(image), live.image(), "{what}: an image is of the shared view");
    }

    // Who edits an opened document does what they would do in one that never was closed.
    opened.document_mut().check_invariants();
    let edit = |replica: &mut Replica| {
        naive_edit(replica, seed);
        replica.document_mut().undo();
        replica.document_mut().state_hash()
    };
    let mut twin = fork_as(&mut live, &opened);
    assert_eq!(edit(&mut opened), edit(&mut twin), "{what}");
    assert_eq!(opened.document().model().canonical(), twin.document().model().canonical(), "{what}");
    opened.document().check_invariants();
}

/// A version that the history went through.
fn pinned(naive: &Naive, random: &mut naive::Random) -> VersionVector {
    let mut actions: Vec<&Action> = naive.actions().collect();
    actions.sort_by_key(|action| (action.lamport, action.id));
    let mut version = VersionVector::new();
    for action in &actions[..random.below(actions.len())] {
        version.extend_to(action.id.replica, action.span().end);
    }
    version
}

/// A copy of a live document that writes as another does.
fn fork_as(live: &mut Replica, other: &Replica) -> Replica {
    let key = SigningKey::from_bytes(&[8; 32]);
    let mut twin = Replica::new(DOC, 0, other.document().replica(), key);
    for parcel in live.export(&live.version().missing_from(&VersionVector::new()), usize::MAX) {
        twin.import(&parcel.bytes, None).expect("sealed by an author");
    }
    twin
}

/// Changes all that there is a bit.
fn naive_edit(replica: &mut Replica, seed: u64) {
    let model = replica.document().model();
    let texts: Vec<ContainerId> = model.texts().map(|(id, _)| id).collect();
    let lists: Vec<ContainerId> = model.lists().map(|(id, _)| id).collect();
    let maps: Vec<ContainerId> = model.maps().map(|(id, _)| id).collect();
    let trees: Vec<ContainerId> = model.trees().map(|(id, _)| id).collect();
    let counters: Vec<ContainerId> = model.counters().map(|(id, _)| id).collect();
    let document = replica.document_mut();
    for &text in &texts {
        let len = document.text_len(text);
        document
            .edit(0, |edit| edit.replace(text, seed as Seq % (len + 1), 1.min(len - seed as Seq % (len + 1)), "new"));
    }
    for &list in &lists {
        document.edit(0, |edit| {
            edit.list_insert(list, seed as usize % 3, &[Value::Int(seed as i64)]);
        });
        document.edit(0, |edit| {
            edit.list_move(list, 0, 2);
        });
        document.edit(0, |edit| {
            edit.list_set(list, 1, &Value::Null);
        });
    }
    for &map in &maps {
        document.edit(0, |edit| edit.set(map, "key", Value::Int(seed as i64)));
    }
    for &tree in &trees {
        document.edit(0, |edit| {
            edit.tree_create(tree, None, 0);
        });
    }
    for &counter in &counters {
        document.edit(0, |edit| edit.counter_add(counter, 5));
    }
}

#[test]
fn an_image_of_any_history_answers_as_its_document() {
    for seed in 1..=20 {
        check_world(World::new(seed, 2 + (seed % 3) as usize), seed);
    }
}

#[test]
fn an_image_of_a_rich_history_answers_as_its_document() {
    for seed in 1..=20 {
        check_world(World::rich(seed, 2 + (seed % 2) as usize), seed);
    }
}

#[test]
fn an_image_of_a_forged_history_answers_as_its_document() {
    for seed in 1..=20 {
        check_world(World::forged(seed, 2), seed);
    }
}
