//! Suggestions and drafts as people use them: proposed by one, decided about by anybody, taken back by undo.

use motet::{
    ContainerId, Decision, Document, Grows, Id, Kind, Policy, Proposal, ProposalState, Proposes, ReplicaId, Span,
    Standing, Suggestions, Value, Why,
};
use naive::Naive;

fn text() -> ContainerId {
    ContainerId::root(Kind::Text, "text")
}

fn map() -> ContainerId {
    ContainerId::root(Kind::Map, "map")
}

/// Ann, who wrote `written`, and Bob, who has it.
fn ann_and_bob(written: &str) -> [Document; 2] {
    let mut ann = Document::new(ReplicaId(1));
    ann.edit(0, |edit| edit.insert(text(), 0, written));
    let bob = ann.fork(ReplicaId(2));
    [ann, bob]
}

fn exchange(a: &mut Document, b: &mut Document) {
    a.receive_all(b.actions_since(&a.version())).unwrap();
    b.receive_all(a.actions_since(&b.version())).unwrap();
    for document in [a, b] {
        document.check_invariants();
        let mut naive = Naive::new();
        document.actions_since(&Default::default()).into_iter().for_each(|action| naive.receive(action));
        let shared = document.view().with_policy(document.log(), Policy::default(), None).project(document.log());
        let shown = shared.text(text()).map_or_else(String::new, |text| text.read());
        assert_eq!(shown, naive.state(&naive::Policy::default()).text(text()));
    }
}

/// Types at a place, a key at a time.
fn keys(document: &mut Document, at: u32, keys: &str) {
    for (n, key) in keys.chars().enumerate() {
        document.edit(0, |edit| edit.insert(text(), at + n as u32, &key.to_string()));
    }
}

fn states(document: &Document) -> Vec<ProposalState> {
    document.proposals().iter().map(|proposed| proposed.state).collect()
}

#[test]
fn who_suggests_sees_it_and_others_once_it_is_accepted() {
    let [mut ann, mut bob] = ann_and_bob("one three");
    assert!(bob.set_suggesting(Some(Proposal::Suggestion)).texts.is_empty(), "there is nothing to show yet");
    keys(&mut bob, 4, "two ");
    assert_eq!(bob.text(text()), "one two three");
    exchange(&mut ann, &mut bob);
    assert_eq!(ann.text(text()), "one three");

    let [proposed] = &ann.proposals()[..] else { panic!("keys are one run: {:?}", ann.proposals()) };
    let change = Proposes::Insert { at: 4, text: "two ".into() };
    assert_eq!((proposed.state, &proposed.changes[0].what), (ProposalState::Open, &change));
    let first = proposed.run.span.first();
    assert_eq!(ann.standing(first), Standing::Proposed);
    assert_eq!(ann.why(first), Why::Proposed { rejected: None, draft: None });
    assert!(ann.view().is_shared() && !bob.view().is_shared() && bob.view().is_plain());

    let (accepted, patch) = ann.accept(&proposed.open, 0).expect("there is something to accept");
    assert_eq!(patch.texts[&text()].apply("one three"), "one two three");
    assert_eq!(ann.view().proposals(proposed.run.span)[0].1.unwrap().1, Decision::Accepted(accepted.first()));
    assert_eq!(ann.accept(&proposed.open, 0), None, "it is accepted");
    exchange(&mut ann, &mut bob);
    assert_eq!((states(&ann), states(&bob)), (vec![ProposalState::Accepted], vec![ProposalState::Accepted]));

    ann.undo();
    assert_eq!((ann.text(text()), states(&ann)), ("one three".into(), vec![ProposalState::Open]));
    ann.redo();
    assert_eq!((ann.text(text()), states(&ann)), ("one two three".into(), vec![ProposalState::Accepted]));
    exchange(&mut ann, &mut bob);
    bob.reject(&[proposed.run.span], 0).expect("what was accepted can still be rejected");
    assert_eq!((bob.text(text()), states(&bob)), ("one three".into(), vec![ProposalState::Rejected]));
    bob.undo();
    assert_eq!((bob.text(text()), states(&bob)), ("one two three".into(), vec![ProposalState::Accepted]));
}

#[test]
fn half_of_a_suggestion_can_be_accepted_and_the_rest_rejected() {
    let [mut ann, mut bob] = ann_and_bob("");
    bob.suggest(Proposal::Suggestion, 0, |edit| edit.insert(text(), 0, "good bad")).unwrap();
    exchange(&mut ann, &mut bob);
    let bobs = |start, end| Span::new(ReplicaId(2), start, end);
    ann.accept(&[bobs(0, 4)], 0).unwrap();
    assert_eq!((ann.text(text()), states(&ann)), ("good".into(), vec![ProposalState::Partly]));
    assert_eq!(ann.proposals()[0].open, [bobs(4, 8)]);
    ann.reject(&ann.proposals()[0].open.clone(), 0).unwrap();
    exchange(&mut ann, &mut bob);
    assert_eq!(bob.text(text()), "good", "what is rejected is gone for who suggested it too");
    assert_eq!(ann.proposals()[0].decided_by.len(), 2);
    assert!(matches!(ann.why(Id::new(ReplicaId(2), 5)), Why::Proposed { rejected: Some(_), .. }));
}

#[test]
fn changes_say_what_became_of_each_part_and_paragraph_marks_read_as_line_ends() {
    let [mut ann, mut bob] = ann_and_bob("");
    bob.suggest(Proposal::Suggestion, 0, |edit| {
        edit.insert(text(), 0, "good bad");
        edit.insert_object(text(), 8, "");
    });
    exchange(&mut ann, &mut bob);
    let bobs = |start, end| Span::new(ReplicaId(2), start, end);
    ann.accept(&[bobs(0, 4)], 0).unwrap();
    let [proposed] = &ann.proposals()[..] else { panic!("one action is one run") };
    let insert = |at, text: &str| Proposes::Insert { at, text: text.into() };
    let told: Vec<_> = proposed.changes.iter().map(|change| (change.span, change.state, change.what.clone())).collect();
    assert_eq!(
        told,
        [
            (bobs(0, 4), ProposalState::Accepted, insert(0, "good")),
            (bobs(4, 8), ProposalState::Open, insert(4, " bad")),
            (bobs(8, 9), ProposalState::Open, insert(4, "\n")),
        ]
    );
}

#[test]
fn what_an_author_is_called_is_not_taken_back_by_undo() {
    let mut ann = Document::new(ReplicaId(1));
    ann.edit(0, |edit| edit.set(motet::people(), "key", Value::Text("Ann".into())));
    ann.suggest(Proposal::Suggestion, 0, |edit| edit.insert(text(), 0, "Perhaps"));
    assert!(ann.undo().is_some());
    assert_eq!((ann.next_undo(), ann.undo().is_none()), (None, true));
    assert!(ann.get(motet::people(), "key").is_some());
    ann.redo().expect("the suggestion comes back");
    assert_eq!(ann.text(text()), "Perhaps");
}

#[test]
fn undo_withdraws_a_suggestion_and_what_was_meant_stays() {
    let [mut ann, mut bob] = ann_and_bob("tea");
    bob.edit(0, |edit| edit.insert(text(), 3, "!"));
    bob.set_suggesting(Some(Proposal::Suggestion));
    bob.edit(5, |edit| edit.delete(text(), 0, 3));
    assert_eq!(bob.text(text()), "!");
    bob.undo();
    assert_eq!((bob.text(text()), states(&bob)), ("tea!".into(), vec![ProposalState::Withdrawn]));
    bob.redo();
    assert_eq!((bob.text(text()), states(&bob)), ("!".into(), vec![ProposalState::Open]));
    bob.undo();
    bob.undo();
    exchange(&mut ann, &mut bob);
    assert_eq!(ann.text(text()), "tea", "taking back real work is real, also while suggesting");
    bob.set_suggesting(None);
    bob.edit(9, |edit| edit.insert(text(), 0, "Tea, "));
    exchange(&mut ann, &mut bob);
    assert_eq!(ann.text(text()), "Tea, tea");
}

#[test]
fn what_one_takes_out_of_ones_own_suggestion_is_decided_with_it() {
    let [mut ann, mut bob] = ann_and_bob("");
    bob.set_suggesting(Some(Proposal::Suggestion));
    keys(&mut bob, 0, "helo");
    bob.edit(0, |edit| edit.delete(text(), 3, 1));
    keys(&mut bob, 3, "lo");
    exchange(&mut ann, &mut bob);
    let inserted: Vec<Proposes> =
        ann.proposals().into_iter().map(|proposed| proposed.changes[0].what.clone()).collect();
    let insert = |text: &str| Proposes::Insert { at: 0, text: text.into() };
    assert_eq!(inserted, [insert("hel"), insert("lo")]);
    let all: Vec<Span> = ann.proposals().into_iter().flat_map(|proposed| proposed.open).collect();
    ann.accept(&all, 0).unwrap();
    assert_eq!(ann.text(text()), "hello");
    assert_eq!(states(&ann), [ProposalState::Accepted; 2]);
}

#[test]
fn a_draft_is_shown_as_a_whole_and_accepted_as_a_whole() {
    let [mut ann, mut bob] = ann_and_bob("plan a");
    bob.set_suggesting(Some(Proposal::Suggestion));
    let draft = bob.new_draft("Plan B", 7).expect("making a draft is no suggestion");
    assert_eq!(bob.drafts().len(), 1, "who made it knows of it before anybody else does");
    exchange(&mut ann, &mut bob);
    assert_eq!(
        ann.drafts().iter().map(|draft| (draft.id, draft.name.as_str(), draft.time)).collect::<Vec<_>>(),
        [(draft, "Plan B", 7)]
    );
    bob.set_suggesting(Some(Proposal::Draft(draft)));
    bob.edit(0, |edit| {
        edit.replace(text(), 5, 1, "b");
        edit.set(map(), "title", Value::Text("Plan B".into()));
    });
    exchange(&mut ann, &mut bob);
    ann.suggest(Proposal::Draft(draft), 0, |edit| edit.insert(text(), 6, "!")).unwrap();
    assert_eq!(ann.text(text()), "plan b!", "who works on a draft sees all of it");
    exchange(&mut ann, &mut bob);
    assert_eq!(bob.get(map(), "title"), Some(&Value::Text("Plan B".into())));

    let mut eve = Document::new(ReplicaId(3));
    eve.receive_all(ann.actions_since(&eve.version())).unwrap();
    assert_eq!((eve.text(text()).as_str(), eve.get(map(), "title")), ("plan a", None));
    eve.set_policy(Policy { suggestions: Suggestions::All, ..Policy::default() });
    assert_eq!(eve.text(text()), "plan a", "a draft is no suggestion");
    let drafts = [draft].into_iter().collect();
    eve.set_policy(Policy { drafts, ..Policy::default() });
    assert_eq!(eve.text(text()), "plan b!");
    eve.set_policy(Policy::default());
    let of_draft = eve.proposals().into_iter().filter(|proposed| proposed.proposal == Proposal::Draft(draft));
    let open: Vec<Span> = of_draft.flat_map(|proposed| proposed.open).collect();
    eve.accept(&open, 0).unwrap();
    assert_eq!(eve.text(text()), "plan b!");
    assert_eq!(eve.draft_name(draft), "Plan B");

    assert_eq!(eve.new_draft("", 0), None);
    assert!(eve.take_refusal().is_err());
    eve.set_suggesting(Some(Proposal::Draft(Id::new(ReplicaId(9), 9))));
    assert!(eve.take_refusal().is_err() && eve.suggesting().is_none(), "a draft that is not here");
}

#[test]
fn a_suggestion_on_a_suggestion_needs_it() {
    let [mut ann, mut bob] = ann_and_bob("");
    let first = bob.suggest(Proposal::Suggestion, 0, |edit| edit.set(map(), "colour", Value::Int(1))).unwrap();
    let typed = bob.suggest(Proposal::Suggestion, 3, |edit| edit.insert(text(), 0, "ab")).unwrap();
    exchange(&mut ann, &mut bob);
    ann.set_policy(Policy { suggestions: Suggestions::All, ..Policy::default() });
    let second = ann.suggest(Proposal::Suggestion, 0, |edit| edit.set(map(), "colour", Value::Int(2))).unwrap();
    let inside = ann.suggest(Proposal::Suggestion, 3, |edit| edit.insert(text(), 1, "x")).unwrap();
    let further = ann.suggest(Proposal::Suggestion, 3, |edit| edit.insert(text(), 2, "y")).unwrap();
    let beside = ann.suggest(Proposal::Suggestion, 6, |edit| edit.insert(text(), 4, "!")).unwrap();
    assert_eq!(ann.text(text()), "axyb!");
    ann.set_policy(Policy::default());

    ann.accept(&[second, inside, further, beside], 9).unwrap();
    for (needs, needed) in [(second, first), (inside, typed), (further, typed)] {
        assert_eq!(ann.why(needs.first()), Why::Dependent(needed.first()));
    }
    assert_eq!((ann.text(text()).as_str(), ann.get(map(), "colour")), ("!", None));
    ann.accept(&[first, typed], 12).unwrap();
    assert_eq!((ann.text(text()).as_str(), ann.get(map(), "colour")), ("axyb!", Some(&Value::Int(2))));
    ann.undo();
    assert_eq!((ann.text(text()).as_str(), ann.get(map(), "colour")), ("!", None));
    exchange(&mut ann, &mut bob);
}

#[test]
fn what_is_proposed_counts_as_seen_and_a_stale_save_can_be_proposed() {
    let [mut ann, mut bob] = ann_and_bob("one");
    bob.suggest(Proposal::Suggestion, 0, |edit| edit.insert(text(), 3, " two")).unwrap();
    exchange(&mut ann, &mut bob);
    ann.edit(0, |edit| edit.insert(text(), 0, "Zero "));
    let actions = ann.actions_since(&bob.version());
    assert!(actions.iter().all(|action| action.unseen.is_empty()));

    let base = bob.version();
    exchange(&mut ann, &mut bob);
    bob.set_suggesting(Some(Proposal::Suggestion));
    bob.edit_seen_at(&base, 0, |edit| edit.insert(text(), 0, "> ")).unwrap();
    assert_eq!(bob.text(text()), "> Zero one two");
    exchange(&mut ann, &mut bob);
    assert_eq!(ann.text(text()), "Zero one");
}

#[test]
fn going_back_in_time_takes_back_what_was_decided_since() {
    let [mut ann, mut bob] = ann_and_bob("one");
    let proposed = bob.suggest(Proposal::Suggestion, 0, |edit| edit.set(map(), "k", Value::Int(1))).unwrap();
    exchange(&mut ann, &mut bob);
    let then = ann.version();
    ann.accept(&[proposed], 0).unwrap();
    assert_eq!(ann.get(map(), "k"), Some(&Value::Int(1)));
    ann.restore_all(&then, &[], 5).unwrap();
    assert_eq!((ann.get(map(), "k"), states(&ann)), (None, vec![ProposalState::Open]));
    exchange(&mut ann, &mut bob);
}

/// What was proposed long ago and is accepted now shows now, whatever was done in between; taking that back shows what was.
#[test]
fn an_accepted_proposal_takes_effect_when_it_is_accepted() {
    let (list, tree) = (ContainerId::root(Kind::List, "list"), ContainerId::root(Kind::Tree, "tree"));
    let [mut ann, mut bob] = ann_and_bob("abc");
    ann.edit(0, |edit| {
        edit.list_insert(list, 0, &[Value::Int(1), Value::Int(2), Value::Int(3)]);
        edit.set(map(), "k", Value::Text("before".into()));
    });
    let mut nodes = Vec::new();
    ann.edit(0, |edit| nodes.extend((0..3).map(|at| edit.tree_create(tree, None, at).unwrap())));
    exchange(&mut ann, &mut bob);
    let bold = |edit: &mut motet::Edit<'_>, value| edit.mark(text(), (0, 3), "bold", Some(&value), Grows::AtEnd);
    let strike = |document: &mut Document, value: i64, to: usize, parent: Id| {
        document.edit(0, |edit| {
            edit.set(map(), "k", Value::Int(value));
            bold(edit, Value::Int(value));
            edit.list_set(list, 0, &Value::Int(value));
            edit.list_move(list, 1, to);
            edit.move_text(text(), (0, 1), to as u32 + 1);
            edit.tree_move(tree, nodes[2], Some(parent), 0);
        })
    };
    bob.set_suggesting(Some(Proposal::Suggestion));
    let suggested = strike(&mut bob, 7, 2, nodes[1]).unwrap();
    ann.edit(0, |edit| edit.insert(ContainerId::root(Kind::Text, "other"), 0, "a while"));
    strike(&mut ann, 8, 0, nodes[0]).unwrap();
    let shown = |document: &Document| {
        let rich = document.model().text(text()).unwrap().marks_at(1).first().map(|(_, value)| (*value).clone());
        let (value, nodes) = (document.get(map(), "k").cloned(), document.tree_at(tree, &document.version()));
        let items: Vec<Value> = document.model().list(list).unwrap().iter().map(|(_, value)| value.clone()).collect();
        (document.text(text()), rich, value, items, nodes.iter().collect::<Vec<_>>())
    };
    exchange(&mut ann, &mut bob);
    let before = shown(&ann);
    assert_eq!(before.2, Some(Value::Int(8)));
    ann.set_policy(Policy { suggestions: Suggestions::All, ..Policy::default() });
    assert_eq!(shown(&ann).2, Some(Value::Int(8)), "while it is open it has its own place");
    ann.accept(&[suggested], 0).unwrap();
    exchange(&mut ann, &mut bob);
    for document in [&mut ann, &mut bob] {
        document.set_policy(Policy::default());
    }
    let after = shown(&ann);
    assert_eq!((&after.1, &after.2, &after.3[0]), (&Some(Value::Int(7)), &Some(Value::Int(7)), &Value::Int(7)));
    assert_eq!(after.4, [(0, nodes[0]), (0, nodes[1]), (1, nodes[2])]);
    assert_ne!((&before.0, &before.3[1..]), (&after.0, &after.3[1..]), "moves too");
    assert_eq!(shown(&bob), after);
    let mut eve = Document::new(ReplicaId(3));
    eve.receive_all(ann.actions_since(&eve.version())).unwrap();
    assert_eq!((shown(&eve), eve.state_hash()), (after.clone(), ann.state_hash()));

    strike(&mut bob, 9, 1, nodes[0]).expect("who has seen it replaces it");
    bob.accept(&bob.proposals().iter().flat_map(|proposed| proposed.open.clone()).collect::<Vec<_>>(), 0).unwrap();
    ann.undo();
    assert_eq!(shown(&ann), before, "taken back");
    exchange(&mut ann, &mut bob);
    bob.set_policy(Policy::default());
    assert_eq!((shown(&ann), ann.state_hash()), (shown(&bob), bob.state_hash()));
    ann.redo();
    exchange(&mut ann, &mut bob);
    assert_eq!((shown(&ann), ann.state_hash()), (shown(&bob), bob.state_hash()));
}
