//! Changes that are told while one action is written: whoever follows them has what the document shows.

use motet::{ContainerId, Document, Id, Kind, Outline, Patch, ReplicaId, Value};

fn root(kind: Kind) -> ContainerId {
    ContainerId::root(kind, "it")
}

/// What somebody shows who follows patches.
#[derive(Default)]
struct Screen {
    text: String,
    list: Vec<(Id, Value)>,
    tree: Outline,
    counter: i64,
}

impl Screen {
    fn follow(&mut self, patch: &Patch) {
        patch.texts.get(&root(Kind::Text)).iter().for_each(|patch| self.text = patch.apply(&self.text));
        patch.lists.get(&root(Kind::List)).iter().for_each(|patch| patch.apply(&mut self.list));
        patch.trees.get(&root(Kind::Tree)).iter().for_each(|patch| self.tree.apply(patch));
        patch.counters.get(&root(Kind::Counter)).iter().for_each(|&&value| self.counter = value);
    }

    fn check(&self, document: &Document) {
        assert_eq!(self.text, document.text(root(Kind::Text)));
        let items: Vec<(Id, Value)> =
            document.list_items(root(Kind::List)).map(|(id, value)| (id, value.clone())).collect();
        assert_eq!(self.list, items);
        let tree = document.tree(root(Kind::Tree)).map(Outline::of).unwrap_or_default();
        assert_eq!(self.tree.nodes(), tree.nodes());
        assert_eq!(self.counter, document.counter(root(Kind::Counter)));
    }
}

#[test]
fn what_is_written_is_told_as_it_shows() {
    for seed in 1..100_u32 {
        let mut random = seed;
        let mut below = |end: usize| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 16) as usize % end
        };
        let (mut document, mut screen) = (Document::new(ReplicaId(1)), Screen::default());
        for _ in 0..60 {
            let mut patch = Patch::default();
            for _ in 0..=below(3) {
                let nodes: Vec<Id> = document
                    .tree(root(Kind::Tree))
                    .map_or_else(Vec::new, |tree| tree.iter().map(|(_, id)| id).collect());
                let (node, parent) = (nodes.get(below(9)).copied(), nodes.get(below(9)).copied());
                let (at, len) = (below(9), below(3));
                document.write(&mut patch, |edit| match below(9) {
                    0 => edit.replace(root(Kind::Text), at as u32, len as u32, "né🎻"),
                    1 => edit.insert(root(Kind::Text), u32::MAX, "on"),
                    2 => drop(edit.list_insert(root(Kind::List), at, &[Value::Int(1), Value::Null])),
                    3 => edit.list_delete(root(Kind::List), at, len),
                    4 => drop(edit.list_move(root(Kind::List), at, len)),
                    5 => drop(edit.list_set(root(Kind::List), at, &Value::Int(len as i64))),
                    6 => drop(edit.tree_create(root(Kind::Tree), parent, at)),
                    7 => drop(node.map(|node| edit.tree_move(root(Kind::Tree), node, parent, at))),
                    _ => edit.counter_add(root(Kind::Counter), at as i64 - 4),
                });
                screen.follow(&std::mem::take(&mut patch));
                screen.check(&document);
            }
            document.close(0, None);
            assert!(!document.is_writing());
        }
        let mut other = Document::new(ReplicaId(2));
        other.receive_all(document.actions_since(&other.version())).unwrap();
        assert_eq!(other.state_hash(), document.state_hash(), "seed {seed}");
    }
}

#[test]
fn an_action_is_whole_and_undone_as_one() {
    let mut document = Document::new(ReplicaId(1));
    let mut patch = Patch::default();
    document.write(&mut patch, |edit| edit.insert(root(Kind::Text), 0, "a"));
    let made = document.write(&mut patch, |edit| edit.set_container(root(Kind::Map), "inner", Kind::List));
    assert!(document.knows(made.makers().next().unwrap()));
    document.write(&mut patch, |edit| edit.list_insert(made, 0, &[Value::Null]));
    assert_eq!(document.close(0, None).map(|span| span.len()), Some(3));
    assert_eq!(document.close(0, None), None);
    document.undo();
    assert_eq!((document.text(root(Kind::Text)).as_str(), document.list_len(made)), ("", 0));
}

#[test]
fn typing_goes_on_behind_what_the_first_action_wrote_besides() {
    let mut document = Document::new(ReplicaId(1));
    document.edit(0, |edit| {
        edit.set(root(Kind::Map), "author", Value::Text("Ann".into()));
        edit.insert(root(Kind::Text), 0, "a");
    });
    document.edit(0, |edit| edit.insert(root(Kind::Text), 1, "b"));
    assert_eq!(document.history().len(), 1);
    document.undo();
    assert_eq!(document.text(root(Kind::Text)), "");
}
