//! What an undo takes along is told before it is done, done as told, and brought back as it was.

#[allow(dead_code, reason = "what compares screens is for other tests")]
mod common;

use common::policy_of;
use motet::{
    Action, Affected, Becomes, ContainerId, Dependants, Document, Id, Kind, ReplicaId, Rule, Span, Standing, Value, Why,
};
use naive::{Event, Random, World};
use std::collections::BTreeMap;

fn text() -> ContainerId {
    ContainerId::root(Kind::Text, "text")
}

/// Whether each element is active.
fn active(document: &Document) -> BTreeMap<Id, bool> {
    let spans = document.log().logs().map(|log| Span::new(log.replica, 0, log.end()));
    let parts = spans.flat_map(|span| document.view().standings(span));
    parts
        .flat_map(|(span, standing)| (span.start..span.end).map(move |seq| (Id::new(span.replica, seq), standing)))
        .map(|(id, standing)| (id, standing == Standing::Active))
        .collect()
}

fn each(span: Span) -> impl Iterator<Item = Id> {
    (span.start..span.end).map(move |seq| Id::new(span.replica, seq))
}

/// What would change, by element: whether it becomes active.
fn told(parts: &[Affected]) -> BTreeMap<Id, bool> {
    let changes = parts.iter().filter(|part| !matches!(part.turn, Becomes::Hides(_)));
    let told: Vec<(Id, bool)> = changes
        .flat_map(|part| each(part.span).map(|id| (id, matches!(part.turn, Becomes::On | Becomes::Comes(_)))))
        .collect();
    let map: BTreeMap<Id, bool> = told.iter().copied().collect();
    assert_eq!(map.len(), told.len(), "each element is told of once");
    map
}

/// What changed from `before`, but for what was written since.
fn changed(before: &BTreeMap<Id, bool>, after: &BTreeMap<Id, bool>) -> BTreeMap<Id, bool> {
    before.iter().filter(|(id, on)| after[id] != **on).map(|(id, on)| (*id, !on)).collect()
}

/// Tries, does and takes back an undo of `spans`.
fn check(document: &mut Document, spans: &[Span], dependants: Dependants, what: &str) -> Outcome {
    let (before, looks) = (active(document), document.model().canonical());
    let extent = document.undo_extent(spans, dependants);
    document.check_invariants();
    assert_eq!(document.model().canonical(), looks, "{what}: looking changes nothing");
    assert_eq!(active(document), before, "{what}: looking changes nothing");
    let mut done = document.clone();
    let outcome = done.undo_with(spans, dependants, 0);
    let is_refused = dependants != Dependants::Cascade && extent.taken().next().is_some();
    let Ok(outcome) = outcome else {
        assert!(is_refused, "{what}: nothing of others' goes, and it is refused");
        assert_eq!(active(&done), before);
        return Outcome::Refused;
    };
    assert!(!is_refused, "{what}: what others did goes, and it is done");
    let Some((control, _)) = outcome else {
        assert_eq!(told(&extent.parts), BTreeMap::new(), "{what}");
        return Outcome::Nothing;
    };
    done.check_invariants();
    assert_eq!(told(&extent.parts), changed(&before, &active(&done)), "{what}: what was told is what happens");
    done.undo_spans(&[control], 0).expect("what was done is there to be taken back");
    done.check_invariants();
    assert_eq!(changed(&before, &active(&done)), BTreeMap::new(), "{what}: it comes back");
    assert_eq!(done.model().canonical(), looks, "{what}: it comes back as it was");
    match (extent.lifted.is_empty() && extent.spared.is_empty(), extent.taken().next().is_some()) {
        (false, _) => Outcome::Kept,
        (true, true) => Outcome::Along,
        (true, false) => Outcome::Alone,
    }
}

/// What came of an undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Nothing,
    Refused,
    /// Nothing of others' went along, for something else was undone, or something was not.
    Kept,
    /// Something of others' went along.
    Along,
    Alone,
}

fn receive(document: &mut Document, actions: Vec<Action>) {
    document.receive_all(actions).expect("valid actions");
}

#[test]
fn d2_what_is_told_in_random_worlds_is_what_happens_and_comes_back() {
    let cases = std::env::var("MOTET_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(24);
    let mut outcomes = BTreeMap::new();
    for (begin, steps) in [
        (World::new as fn(u64, usize) -> World, 100),
        (World::rich, 100),
        (World::meant, 80),
        (World::proposed, 100),
        (World::wishing, 60),
    ] {
        for seed in 1..=cases {
            let mut world = begin(seed, 2 + (seed % 3) as usize);
            let mut random = Random::new(seed);
            let mut documents: Vec<Document> =
                world.authors.iter().map(|author| Document::new(author.replica)).collect();
            for n in 0..steps {
                let step = world.step();
                let document = &mut documents[step.author];
                match &step.event {
                    Event::Edit { action, .. } => receive(document, vec![action.clone()]),
                    Event::Exchange { actions, .. } => receive(document, actions.clone()),
                    _ => _ = document.set_policy(policy_of(&world.authors[step.author].policy)),
                }
                if n % 8 != 7 {
                    continue;
                }
                let mut document = document.clone();
                let mut policy = document.view().policy().clone();
                // Who writes sees what they write: a view in which they would not is another once they do.
                policy.pin = None;
                policy.muted.remove(&document.replica());
                policy.held.remove(&document.replica());
                document.set_policy(policy);
                let actions: Vec<Span> =
                    document.actions_since(&motet::VersionVector::new()).iter().map(Action::span).collect();
                let named: Vec<Span> = (0..1 + random.below(3)).filter_map(|_| random.pick(&actions)).collect();
                for dependants in [Dependants::Cascade, Dependants::Keep, Dependants::Refuse] {
                    let outcome = check(
                        &mut document,
                        &named,
                        dependants,
                        &format!("seed {seed} step {n} {dependants:?} {named:?}"),
                    );
                    *outcomes.entry(outcome).or_insert(0) += 1;
                }
            }
        }
    }
    assert!(outcomes.len() == 5 && outcomes.values().all(|count| *count > 5), "{outcomes:?}");
}

struct Pair {
    ann: Document,
    ben: Document,
}

impl Pair {
    fn new() -> Self {
        Self { ann: Document::new(ReplicaId(1)), ben: Document::new(ReplicaId(2)) }
    }

    fn exchange(&mut self) {
        let Self { ann, ben } = self;
        receive(ann, ben.actions_since(&ann.version()));
        receive(ben, ann.actions_since(&ben.version()));
    }
}

#[test]
fn d10_what_needs_it_goes_along_stays_or_keeps_it_there() {
    let mut pair = Pair::new();
    let room = pair.ann.edit(0, |edit| edit.insert(text(), 0, "room ")).unwrap();
    pair.exchange();
    let table = pair.ben.edit(0, |edit| edit.insert(text(), 5, "table ")).unwrap();
    let chair = pair.ben.edit(0, |edit| edit.insert(text(), 11, "chair")).unwrap();
    pair.ben.edit(0, |edit| {
        edit.constrain(Rule::Enables, &[room.first(), table.first()]);
        edit.constrain(Rule::Enables, &[table.first(), chair.first()]);
    });
    pair.exchange();
    let extent = pair.ann.undo_extent(&[room], Dependants::Cascade);
    let wanted = [
        Affected { span: room, turn: Becomes::Off, is_others: false },
        Affected { span: table, turn: Becomes::Goes(Why::Dependent(room.first())), is_others: true },
        Affected { span: chair, turn: Becomes::Goes(Why::Dependent(table.first())), is_others: true },
    ];
    assert_eq!(extent.parts, wanted);
    assert_eq!(pair.ann.undo_with(&[room], Dependants::Refuse, 0).unwrap_err().parts, wanted);
    assert_eq!(pair.ann.text(text()), "room table chair");

    let mut kept = pair.ann.clone();
    let (done, _) = kept.undo_with(&[room], Dependants::Keep, 0).unwrap().unwrap();
    assert_eq!(kept.text(text()), "table chair");
    kept.undo_spans(&[done], 0).unwrap();
    assert_eq!(kept.text(text()), "room table chair");
    let again = kept.undo_extent(&[room], Dependants::Cascade);
    assert_eq!(again.parts, wanted, "what was said holds again");

    pair.ann.undo_with(&[room], Dependants::Cascade, 0).unwrap().unwrap();
    assert_eq!(pair.ann.text(text()), "");
    pair.ann.redo().unwrap();
    assert_eq!(pair.ann.text(text()), "room table chair");
}

#[test]
fn what_others_wrote_in_a_footnote_is_told_and_can_keep_the_footnote_there() {
    let mut pair = Pair::new();
    let mut object = None;
    let run = pair.ann.edit(0, |edit| {
        edit.insert(text(), 0, "Word.");
        object = Some(edit.insert_object(text(), 4, "footnote"));
    });
    let (run, object) = (run.unwrap(), object.unwrap());
    let footnote = ContainerId::Element(Kind::Text, object);
    pair.exchange();
    let small = pair.ben.edit(0, |edit| edit.insert(footnote, 0, "small print")).unwrap();
    let map = ContainerId::Element(Kind::Map, object);
    pair.ben.edit(0, |edit| edit.set(map, "label", Value::Text("*".into())));
    pair.exchange();
    let extent = pair.ann.undo_extent(&[run], Dependants::Cascade);
    let hidden: Vec<Span> = extent.taken().map(|part| part.span).collect();
    assert!(hidden.contains(&small), "{extent:?}");
    assert!(extent.taken().all(|part| part.turn == Becomes::Hides(object)));
    assert_eq!(extent.taken().map(|part| part.span.len()).sum::<u32>(), 12);

    pair.ann.undo_with(&[run], Dependants::Refuse, 0).unwrap_err();
    let extent = pair.ann.undo_extent(&[run], Dependants::Keep);
    assert_eq!((extent.taken().count(), extent.spared.as_slice()), (0, &[Span::of(object)][..]));
    pair.ann.undo_with(&[run], Dependants::Keep, 0).unwrap().unwrap();
    assert_eq!(pair.ann.text(text()).chars().count(), 1, "the footnote is what is left");
    assert_eq!(pair.ann.text(footnote), "small print");
    pair.ann.redo().unwrap();
    assert!(pair.ann.text(text()).starts_with("Word"));
}

#[test]
fn what_is_below_a_node_in_a_list_or_in_a_cell_goes_out_of_sight_with_it() {
    let (tree, list, map) =
        (ContainerId::root(Kind::Tree, "t"), ContainerId::root(Kind::List, "l"), ContainerId::root(Kind::Map, "m"));
    let mut pair = Pair::new();
    let (mut node, mut inner) = (None, None);
    let made = pair.ann.edit(0, |edit| {
        node = edit.tree_create(tree, None, 0);
        _ = edit.list_insert(list, 0, &[Value::Int(1)]);
        inner = Some(edit.set_container(map, "inner", Kind::List));
    });
    let (made, node, inner) = (made.unwrap(), node.unwrap(), inner.unwrap());
    let item = pair.ann.list_items(list).next().unwrap().0;
    pair.exchange();
    let below = pair.ben.edit(0, |edit| _ = edit.tree_create(tree, Some(node), 0)).unwrap();
    let cell = ContainerId::Crossing(Kind::Text, motet::Crossing::new(item, node));
    let written = pair.ben.edit(0, |edit| edit.insert(cell, 0, "cell")).unwrap();
    let value = pair.ben.edit(0, |edit| _ = edit.list_insert(inner, 0, &[Value::Int(2)])).unwrap();
    let data = pair.ben.edit(0, |edit| edit.set(Document::node_data(below.first()), "k", Value::Int(3))).unwrap();
    pair.exchange();
    let extent = pair.ann.undo_extent(&[made], Dependants::Cascade);
    let mut taken: Vec<Span> = extent.taken().map(|part| part.span).collect();
    taken.sort_unstable();
    let mut wanted = vec![below, written, value, data];
    // What was written one after the other is told together.
    wanted.sort_unstable();
    let ids = |spans: &[Span]| spans.iter().copied().flat_map(each).collect::<Vec<Id>>();
    assert_eq!(ids(&taken), ids(&wanted));
    let before = pair.ann.model().canonical();
    let (done, _) = pair.ann.undo_with(&[made], Dependants::Keep, 0).unwrap().unwrap_or((made, Default::default()));
    assert!(pair.ann.tree(tree).unwrap().is_visible(below.first()));
    assert_eq!(pair.ann.text(cell), "cell");
    assert_eq!(pair.ann.list_len(inner), 1);
    if done != made {
        pair.ann.undo_spans(&[done], 0);
    }
    assert_eq!(pair.ann.model().canonical(), before);
}

#[test]
fn what_gave_way_comes_back_where_what_it_gave_way_to_is_undone() {
    let mut pair = Pair::new();
    let tea = pair.ann.edit(0, |edit| edit.insert(text(), 0, "tea ")).unwrap();
    pair.exchange();
    let talk = pair.ben.edit(0, |edit| edit.insert(text(), 4, "talk ")).unwrap();
    pair.ben.edit(0, |edit| edit.constrain(Rule::AtMost(1), &[tea.first(), talk.first()]));
    pair.exchange();
    assert_eq!(pair.ann.text(text()), "tea ");
    let extent = pair.ann.undo_extent(&[tea], Dependants::Refuse);
    assert_eq!(extent.taken().count(), 0);
    assert!(
        matches!(&extent.parts[..], [Affected { turn: Becomes::Off, .. }, Affected { span, turn: Becomes::Comes(Why::Lost(_)), is_others: true }] if *span == talk)
    );
    pair.ann.undo_with(&[tea], Dependants::Refuse, 0).unwrap().unwrap();
    assert_eq!(pair.ann.text(text()), "talk ");
    // The undo of an undo tells the reverse.
    let (undone, ..) = (pair.ann.history().last().unwrap().span, ());
    let back = pair.ann.undo_extent(&[undone], Dependants::Cascade);
    assert!(matches!(
        &back.parts[..],
        [Affected { turn: Becomes::On, .. }, Affected { turn: Becomes::Goes(Why::Lost(_)), .. }]
    ));
}

/// What is looked at is the undone and what depends on it, however long the log.
#[test]
fn d9_looking_costs_the_cone_and_not_the_log() {
    let effort = |actions: u32| {
        let mut pair = Pair::new();
        let mut spans = Vec::new();
        for n in 0..actions {
            let document = if n % 2 == 0 { &mut pair.ann } else { &mut pair.ben };
            spans.push(document.edit(i64::from(n) * 10, |edit| edit.insert(text(), 0, "word ")).unwrap());
            pair.exchange();
        }
        // Every pair of actions is tied, so that the graph grows with the log.
        pair.ben.edit(0, |edit| {
            for two in spans.chunks_exact(2) {
                edit.constrain(Rule::Enables, &[two[0].first(), two[1].first()]);
            }
        });
        pair.exchange();
        let before = view::effort();
        let extent = pair.ann.undo_extent(&[spans[10]], Dependants::Refuse);
        assert_eq!(extent.parts.len(), 2);
        assert!(pair.ann.undo_with(&[spans[10]], Dependants::Keep, 0).unwrap().is_some());
        view::effort() - before
    };
    let (few, many) = (effort(40), effort(800));
    assert!(few > 0 && many <= few, "{few} looked at among 40 actions, {many} among 800");
}
