//! Logs read back what was written, in whatever order it arrived.

use super::*;
use clock::{Id, ReplicaId, Span, VersionVector};

const ANN: ReplicaId = ReplicaId(1);
const BOB: ReplicaId = ReplicaId(2);

fn text() -> ContainerId {
    ContainerId::root(Kind::Text, "text")
}

fn type_text(log: &mut MultiLog, replica: ReplicaId, left: Option<Id>, right: Option<Id>, text_: &str) -> Span {
    log.push(replica, OpRef::Insert { container: text(), left, right, text: text_ });
    log.commit(replica, Header::default()).unwrap()
}

fn actions(log: &MultiLog) -> Vec<Action> {
    log.logs().flat_map(|log| log.actions_in(0..log.end()).collect::<Vec<_>>()).collect()
}

/// Ann types, deletes backwards and forwards; Bob joins in and answers.
fn sample() -> MultiLog {
    let mut log = MultiLog::new();
    let mut left = None;
    for letter in ["h", "é", "llo", "𝄞"] {
        left = Some(type_text(&mut log, ANN, left, None, letter).last());
    }
    for (start, end) in [(4, 6), (3, 4), (0, 1), (1, 2)] {
        log.push(ANN, OpRef::Delete { container: text(), target: Span::new(ANN, start, end), backward: end == 6 });
        log.commit(ANN, Header { time: 5, ..Header::default() }).unwrap();
    }
    type_text(&mut log, BOB, Some(Id::new(ANN, 0)), Some(Id::new(ANN, 1)), "bob");
    log.push(BOB, OpRef::Control { register: Register::Undo, on: false, targets: &[Span::new(ANN, 0, 3)], pred: &[] });
    log.commit(BOB, Header { label: "undo".into(), unseen: vec![Span::new(ANN, 3, 4)], ..Header::default() }).unwrap();
    type_text(&mut log, ANN, None, Some(Id::new(ANN, 0)), "again");
    log.check_invariants();
    log
}

#[test]
fn consecutive_keystrokes_share_runs() {
    let log = sample();
    let ann = log.log(ANN).unwrap();
    assert_eq!(ann.ops.len(), 4, "typing, backspaces, deletions, typing: {:?}", ann.ops);
    assert_eq!(ann.text(), "héllo𝄞again");
}

#[test]
fn any_order_and_any_repetition_gives_the_same_log() {
    let sent = sample();
    let all = actions(&sent);
    for shift in 0..all.len() {
        for step in [1, 3, 7] {
            let mut got = MultiLog::new();
            for i in 0..all.len() * 2 {
                let action = all[(shift + i * step) % all.len()].clone();
                got.receive(action).unwrap();
            }
            for action in all.iter().rev() {
                got.receive(action.clone()).unwrap();
            }
            got.check_invariants();
            assert_eq!(actions(&got), all);
            assert_eq!(got.frontier(), sent.frontier());
            assert_eq!(got.pending().len(), 0);
        }
    }
}

#[test]
fn what_waits_is_wanted_and_released() {
    let all = actions(&sample());
    let mut log = MultiLog::new();
    assert_eq!(log.receive(all[2].clone()), Ok(Received::Pending));
    assert_eq!(log.wanted(), [Id::new(ANN, 1)]);
    assert_eq!(log.receive(all[1].clone()), Ok(Received::Pending));
    let Ok(Received::Appended(spans)) = log.receive(all[0].clone()) else { panic!("ready") };
    assert_eq!(spans, [Span::new(ANN, 0, 1), Span::new(ANN, 1, 2), Span::new(ANN, 2, 5)]);
}

#[test]
fn writing_twice_under_one_id_is_refused() {
    let all = actions(&sample());
    let mut log = MultiLog::new();
    log.receive(all[0].clone()).unwrap();
    let mut other = all[0].clone();
    other.time += 1;
    assert_eq!(log.receive(other), Err(ReceiveError::Equivocation(all[0].id)));
}

#[test]
fn false_logical_times_are_refused() {
    let mut log = MultiLog::new();
    let mut action = actions(&sample())[0].clone();
    action.lamport = u64::MAX;
    assert!(matches!(log.receive(action), Err(ReceiveError::Lamport { due: 1, .. })));
    assert_eq!(log.version(), VersionVector::new());
}

#[test]
fn elements_from_nowhere_are_refused() {
    let mut log = MultiLog::new();
    let mut action = actions(&sample())[0].clone();
    action.ops = vec![Op::Delete { container: text(), target: Span::new(BOB, 0, 1), backward: false }];
    assert_eq!(log.receive(action), Err(ReceiveError::NotInPast { id: Id::new(ANN, 0), target: Id::new(BOB, 0) }));
}

#[test]
fn the_past_is_what_parents_reach() {
    let mut log = MultiLog::new();
    let first = type_text(&mut log, ANN, None, None, "a");
    let mut other = log.clone();
    let bobs = type_text(&mut other, BOB, Some(first.last()), None, "b");
    let anns = type_text(&mut log, ANN, Some(first.last()), None, "c");
    log.receive(actions(&other)[1].clone()).unwrap();
    assert_eq!(log.frontier().ids(), [anns.last(), bobs.last()]);
    assert!(!log.precedes(anns.last(), bobs.last()) && !log.precedes(bobs.last(), anns.last()));
    assert!(log.precedes(first.last(), bobs.last()) && !log.precedes(first.last(), first.last()));
    let both = type_text(&mut log, BOB, None, None, "d");
    assert_eq!(log.lamport(both.last()), Some(3));
    assert!(log.precedes(anns.last(), both.last()));
}

#[test]
fn parts_of_runs_read_as_ops_of_their_own() {
    let log = sample();
    let (id, op) = log.ops_in(Span::new(ANN, 1, 3)).next().unwrap();
    assert_eq!(id, Id::new(ANN, 1));
    assert_eq!(op, OpRef::Insert { container: text(), left: Some(Id::new(ANN, 0)), right: None, text: "él" });
    // Counters 6 to 8 delete elements 5, 4 and 3, downward.
    let (_, op) = log.ops_in(Span::new(ANN, 7, 9)).next().unwrap();
    assert_eq!(op, OpRef::Delete { container: text(), target: Span::new(ANN, 3, 5), backward: true });
}

#[test]
fn ops_that_carry_each_other_on_must_come_joined() {
    let insert = |left, text_: &str| Op::Insert { container: text(), left, right: None, text: text_.into() };
    let mut action = actions(&sample())[0].clone();
    action.ops = vec![insert(None, "a"), insert(Some(Id::new(ANN, 0)), "b")];
    assert_eq!(MultiLog::new().receive(action.clone()), Err(ReceiveError::NotCanonical(action.id)));
    let delete = |start, backward| Op::Delete { container: text(), target: Span::new(ANN, start, start + 1), backward };
    action.ops = vec![insert(None, "abc"), delete(0, true)];
    assert_eq!(MultiLog::new().receive(action.clone()), Err(ReceiveError::NotCanonical(action.id)));
    action.ops = vec![insert(None, "abc"), delete(1, false), delete(0, false)];
    assert_eq!(MultiLog::new().receive(action.clone()), Err(ReceiveError::NotCanonical(action.id)));
    action.ops = vec![insert(None, "abc"), delete(2, false), delete(0, false)];
    let mut log = MultiLog::new();
    assert!(matches!(log.receive(action.clone()), Ok(Received::Appended(_))));
    assert_eq!(log.receive(action), Ok(Received::Duplicate));
}

/// A second deletion of something whose first one was undone carries on two runs at once.
#[test]
fn what_a_log_reads_back_is_joined_whatever_came_before() {
    let mut log = MultiLog::new();
    type_text(&mut log, ANN, None, None, "abcdefgh");
    let delete = |start, end| OpRef::Delete { container: text(), target: Span::new(ANN, start, end), backward: false };
    log.push(ANN, delete(2, 5));
    log.commit(ANN, Header::default()).unwrap();
    log.push(ANN, delete(5, 6));
    log.push(ANN, delete(4, 5));
    log.commit(ANN, Header::default()).unwrap();
    let all = actions(&log);
    assert_eq!(all[2].ops, [Op::Delete { container: text(), target: Span::new(ANN, 4, 6), backward: true }]);
    let mut other = MultiLog::new();
    for action in all.iter().chain(&all) {
        other.receive(action.clone()).unwrap();
        log.receive(action.clone()).unwrap();
    }
    assert_eq!(actions(&other), all);
}

#[test]
fn actions_of_several_are_judged_together_in_causal_order() {
    let mut all = actions(&sample());
    all.sort_by_key(|action| (action.lamport, action.id));
    let log = MultiLog::new();
    assert_eq!(log.validate(&all), Ok(()));
    let (alone, late) = (all.pop().unwrap(), all.remove(0));
    assert_eq!(log.validate(std::slice::from_ref(&alone)).map_err(|error| error.action()), Err(Some(alone.id)));
    all.push(late);
    assert!(matches!(log.validate(&all), Err(ReceiveError::NotInPast { .. })));
}

/// Items that somebody appends one by one lie in one run, and each action still holds the ops that it was written with.
#[test]
fn items_appended_by_several_actions_are_one_run() {
    let list = ContainerId::root(Kind::List, "list");
    let mut log = MultiLog::new();
    let insert = |log: &mut MultiLog, left: Option<u32>, values: &[Value]| {
        let left = left.map(|seq| Id::new(ANN, seq));
        log.push(ANN, OpRef::ListInsert { container: list, left, right: None, values: values.into() });
    };
    insert(&mut log, None, &[Value::Int(0)]);
    log.commit(ANN, Header::default());
    insert(&mut log, Some(0), &[Value::Int(1), Value::Null]);
    log.commit(ANN, Header::default());
    insert(&mut log, Some(2), &[Value::Int(3)]);
    insert(&mut log, Some(3), &[Value::Int(4)]);
    log.commit(ANN, Header::default());
    let ann = log.log(ANN).unwrap();
    assert_eq!(ann.ops.len(), 2, "what one action holds twice stays two ops");
    let ops: Vec<Vec<u32>> = ann.actions_in(0..5).map(|action| action.ops.iter().map(Op::len).collect()).collect();
    assert_eq!(ops, [vec![1], vec![2], vec![1, 1]]);
    let mut other = MultiLog::new();
    for action in ann.actions_in(0..5) {
        other.receive(action).unwrap();
    }
    assert_eq!(other.log(ANN), Some(ann));
    other.check_invariants();
}

#[test]
fn what_is_proposed_stands_alone_and_names_a_draft_of_its_past() {
    let mut sent = sample();
    sent.push(BOB, OpRef::Draft { name: "plan b" });
    let draft = sent.commit(BOB, Header::default()).unwrap().first();
    for proposal in [Some(Proposal::Suggestion), Some(Proposal::Draft(draft)), Some(Proposal::Draft(draft)), None] {
        let left = sent.log(ANN).unwrap().end().checked_sub(1).map(|seq| Id::new(ANN, seq));
        sent.push(ANN, OpRef::Insert { container: text(), left, right: None, text: "new" });
        sent.commit(ANN, Header { proposal, ..Header::default() }).unwrap();
    }
    sent.check_invariants();
    let ann = sent.log(ANN).unwrap();
    let proposed: Vec<_> = ann.proposals_in(0..ann.end()).collect();
    let end = ann.end() - 3;
    let drafted = Proposal::Draft(draft);
    let wanted = [(end - 9..end - 6, Proposal::Suggestion), (end - 6..end - 3, drafted), (end - 3..end, drafted)];
    assert_eq!(proposed, wanted);
    assert_eq!(sent.proposal(Id::new(ANN, end - 1)), Some(drafted));
    assert_eq!(sent.proposal(Id::new(ANN, end)), None);

    let mut got = MultiLog::new();
    for action in actions(&sent).into_iter().rev() {
        got.receive(action).unwrap();
    }
    assert_eq!(actions(&got), actions(&sent));
    let mut last = actions(&sent).into_iter().rfind(|action| action.proposal.is_none()).unwrap();
    last.id = Id::new(ANN, ann.end());
    last.parents = sent.frontier().ids().to_vec();
    last.lamport = sent.lamport_next();
    last.proposal = Some(Proposal::Draft(Id::new(ANN, ann.end())));
    last.ops = vec![Op::Draft { name: "itself".into() }];
    let refused = Err(ReceiveError::NotInPast { id: last.id, target: last.id });
    assert_eq!(sent.clone().receive(last.clone()), refused);
    let part = ReplicaLog::part([last]);
    assert_eq!(sent.clone().receive_logs(vec![part]), refused.map(|_: Received| Vec::new()));
}
