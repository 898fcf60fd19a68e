//! Found by the naive model among forgers: somebody inserts at the start of a text right after he inserted there, and
//! names neither the first insertion nor anything else as a neighbour. Nothing that we make does that. The second one
//! follows the first in the text and in counters, so where both were switched off they became one run, and what was
//! put between them then came behind the second. Who took everything in at once had it between them.

use motet::{Action, ContainerId, Document, Id, Kind, ReplicaId, Span};

fn text() -> ContainerId {
    ContainerId::root(Kind::Text, "text")
}

fn insert(left: Option<Id>, text_of: &str) -> log::Op {
    log::Op::Insert { container: text(), left, right: None, text: text_of.to_owned() }
}

#[test]
fn what_is_inserted_apart_stays_apart() {
    let (ann, bob) = (ReplicaId(1), ReplicaId(2));
    let off = vec![Span::new(ann, 0, 6)];
    let ops = [
        (Id::new(ann, 0), insert(None, "abc")),
        (Id::new(ann, 3), insert(None, "xyz")),
        (Id::new(bob, 0), insert(Some(Id::new(ann, 5)), "!")),
        (
            Id::new(ann, 6),
            log::Op::Control { register: log::Register::Undo, on: false, targets: off, pred: Vec::new() },
        ),
        (Id::new(bob, 1), insert(Some(Id::new(ann, 1)), "?")),
    ];
    let mut actions: Vec<Action> = Vec::new();
    for (lamport, (id, op)) in (1..).zip(ops) {
        let parents = actions.last().map(|before| before.span().last()).into_iter().collect();
        actions.push(Action {
            id,
            lamport,
            parents,
            unseen: Vec::new(),
            time: 0,
            label: String::new(),
            proposal: None,
            ops: vec![op],
        });
    }
    let (mut one_by_one, mut at_once) = (Document::new(ReplicaId(9)), Document::new(ReplicaId(9)));
    for action in &actions {
        one_by_one.receive(action.clone(), None).expect("a valid action");
    }
    at_once.receive_all(actions).expect("valid actions");
    assert_eq!(at_once.text(text()), "?!");
    assert_eq!(one_by_one.text(text()), "?!");
    assert_eq!(one_by_one.state_hash(), at_once.state_hash());
}
