//! Found by fuzzing: somebody deletes an element, and then, in the next action, the element that follows it, which is that
//! deletion itself. Nothing that we make does that. The log kept both as one run, as it does where two characters are deleted
//! one after the other; but that run names what is not before it, so a block of it could not be read any more: whoever had
//! taken the actions in one by one could neither store nor pass on that history.

use codec::block::{PartRef, decode, encode};
use motet::{Action, ContainerId, Document, Id, Kind, ReplicaId, ReplicaLog, Span};

const ANN: ReplicaId = ReplicaId(1);

fn text() -> ContainerId {
    ContainerId::root(Kind::Text, "text")
}

/// The actions of somebody who does these, one after the other.
fn actions(ops: impl IntoIterator<Item = log::Op>) -> Vec<Action> {
    let mut actions: Vec<Action> = Vec::new();
    for (lamport, op) in (1..).zip(ops) {
        let parents: Vec<Id> = actions.last().map(|before| before.span().last()).into_iter().collect();
        let id = parents.first().map_or(Id::new(ANN, 0), |last| last.plus(1));
        let ops = vec![op];
        let (unseen, label, proposal) = (Vec::new(), String::new(), None);
        actions.push(Action { id, lamport, parents, unseen, time: 0, label, proposal, ops });
    }
    actions
}

/// Whoever took them in one by one can write them as a block, which others read.
fn check(actions: Vec<Action>) {
    let mut one_by_one = Document::new(ReplicaId(9));
    for action in &actions {
        one_by_one.receive(action.clone(), None).expect("a valid action");
    }
    let author = codec::AuthorKey([0; 32]);
    let whole = |log| PartRef::whole(log, author, Default::default(), None);
    let parts: Vec<_> = one_by_one.log().logs().map(whole).collect();
    let block = decode(&encode(&parts, &[]).expect("within the limits")).expect("just encoded");
    let mut from_block = Document::new(ReplicaId(10));
    let logs: Vec<ReplicaLog> = block.parts.into_iter().map(|part| part.log).collect();
    from_block.receive_logs(logs, None).expect("valid");
    assert_eq!(from_block.state_hash(), one_by_one.state_hash());
    assert_eq!(from_block.actions_since(&Default::default()), actions);
    assert_eq!(one_by_one.actions_since(&Default::default()), actions);
}

#[test]
fn a_deletion_of_a_deletion_is_read_back() {
    let insert = log::Op::Insert { container: text(), left: None, right: None, text: "a".to_owned() };
    let delete = |at| log::Op::Delete { container: text(), target: Span::of(Id::new(ANN, at)), backward: false };
    check(actions([insert, delete(0), delete(1), delete(2)]));
}

#[test]
fn what_is_deleted_character_by_character_is_one_run_still() {
    let insert = log::Op::Insert { container: text(), left: None, right: None, text: "abc".to_owned() };
    let delete = |at| log::Op::Delete { container: text(), target: Span::of(Id::new(ANN, at)), backward: false };
    check(actions([insert, delete(0), delete(1), delete(2)]));
}
