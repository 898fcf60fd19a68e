//! Semantic graph and reconciliation. What else there is: `meaning.rs`, and `reconcile` itself.

use super::tangle::{DOC, give, member, parcels, written};
use super::{exchange, hiding, map, put, shown, text};
use motet::{
    Application, Document, Id, Image, Loss, Policy, Replay, Replica, ReplicaId, Rule, SigningKey, Span, Standing,
    Value, VersionVector, Why,
};
use naive::Random;

/// What two do depends on its order: none is out, and everybody has them in the same one.
#[test]
fn b6_what_does_not_commute_runs_in_one_order_everywhere() {
    let (mut ann, mut bob) = (Document::new(ReplicaId(1)), Document::new(ReplicaId(2)));
    let mut said = Vec::new();
    for (document, word) in [(&mut ann, "double"), (&mut bob, "add one")] {
        document.edit(0, |edit| said.extend(edit.perform("sums", word.as_bytes())));
    }
    exchange(&mut ann, &mut bob);
    bob.edit(0, |edit| edit.constrain(Rule::NonCommuting, &said));
    exchange(&mut ann, &mut bob);
    let run = |document: &mut Document| {
        let mut replay: Replay<Sums> = Replay::new("sums");
        replay.update(document);
        (replay.state().clone(), replay.schedule().collect::<Vec<_>>())
    };
    assert_eq!(run(&mut ann), run(&mut bob));
    assert_eq!(run(&mut ann).1.len(), 2);
    assert!(said.iter().all(|&id| ann.standing(id) == Standing::Active));
}

/// A number that is doubled, or one more.
#[derive(Clone, Debug, Default, PartialEq)]
struct Sums(i64);

impl Application for Sums {
    type Op = String;

    fn read(bytes: &[u8]) -> Option<String> {
        String::from_utf8(bytes.to_vec()).ok()
    }

    fn apply(&mut self, op: &String) -> Result<(), String> {
        match op.as_str() {
            "double" => self.0 = self.0 * 2 + 1,
            "add one" => self.0 += 1,
            _ => return Err("what?".into()),
        }
        Ok(())
    }
}

/// An order that is only better is kept where it can be, and keeps nobody out where it cannot.
#[test]
fn b8_an_order_that_is_only_better_never_keeps_anything_out() {
    let mut ann = Document::new(ReplicaId(1));
    let ids: Vec<Id> = (0..3)
        .map(|n| {
            let mut id = None;
            ann.edit(0, |edit| id = edit.perform("sums", [&b"double"[..], b"add one", b"add one"][n]));
            id.expect("performed")
        })
        .collect();
    let run = |document: &mut Document| {
        let mut replay: Replay<Sums> = Replay::new("sums");
        replay.update(document);
        replay.schedule().collect::<Vec<_>>()
    };
    ann.edit(0, |edit| edit.constrain(Rule::SoftOrder, &[ids[2], ids[0]]));
    let order = run(&mut ann);
    let at = |order: &[Id], id| order.iter().position(|other| *other == id).expect("performed");
    assert!(at(&order, ids[2]) < at(&order, ids[0]), "{order:?}");
    ann.edit(0, |edit| edit.constrain(Rule::NotAfter, &[ids[0], ids[2]]));
    let order = run(&mut ann);
    assert!(at(&order, ids[0]) < at(&order, ids[2]), "{order:?}");
    assert_eq!(order.len(), 3, "all are done");
}

/// An action that commutes never comes into the graph: what is solved stays as large as what is tied.
#[test]
fn b12_one_more_action_that_commutes_costs_nothing_of_the_log() {
    let tied_and_told = |len: u32| {
        let mut ann = Document::new(ReplicaId(1));
        let mut random = Random::new(3);
        for n in 0..len {
            let at = random.below(n as usize + 1) as u32;
            ann.edit(0, |edit| edit.insert(text(), at, "x"));
        }
        let pairs: Vec<[Id; 2]> = (0..50).map(|n| [n * 2, n * 2 + 1].map(|seq| Id::new(ReplicaId(1), seq))).collect();
        pairs.iter().for_each(|pair| _ = ann.edit(0, |edit| edit.conflict(pair)));
        let mut bob = ann.fork(ReplicaId(2));
        bob.edit(0, |edit| edit.insert(text(), 5, "new"));
        let patch = ann.receive_all(bob.actions_since(&ann.version())).expect("valid");
        let new = Id::new(ReplicaId(2), 0);
        assert!(!ann.view().is_tied(new));
        (ann.view().tied().count(), patch.texts[&text()].splices().len())
    };
    assert_eq!(tied_and_told(200), tied_and_told(20_000));
}

/// A hash of what became of everything.
fn decisions(member: &mut Replica) -> ([u8; 32], u64) {
    (member.hashes().standings, member.document_mut().state_hash())
}

/// In any order of arrival, in pieces of any size, at once or one by one.
#[test]
fn b13_the_order_of_arrival_decides_nothing() {
    let mut lost = 0;
    for seed in 0..40 {
        let mut ann = written(seed, 100).swap_remove(0);
        let wanted = decisions(&mut ann);
        lost += ann.document().view().lost().count();
        let mut random = Random::new(seed + 1);
        for bytes_max in [1, 300, 2_000, usize::MAX] {
            let mut pieces = parcels(&ann, bytes_max);
            random.shuffle(&mut pieces);
            let mut other = member(50);
            pieces.iter().for_each(|piece| drop(other.import(&piece.bytes, None).expect("signed")));
            assert_eq!(other.waiting(), 0);
            assert_eq!(decisions(&mut other), wanted, "seed {seed}, pieces of {bytes_max}");
        }
        let standings = ann.document().view().write_standings();
        let mut actions = ann.document().actions_since(&VersionVector::new());
        let mut at_once = Document::new(ReplicaId(51));
        at_once.receive_all(actions.clone()).expect("valid");
        assert_eq!(at_once.view().write_standings(), standings, "seed {seed}, at once");
        random.shuffle(&mut actions);
        let mut one_by_one = Document::new(ReplicaId(52));
        for action in actions {
            one_by_one.receive(action, None).expect("valid");
        }
        assert_eq!(one_by_one.view().write_standings(), standings, "seed {seed}, one by one");
        assert_eq!(one_by_one.state_hash(), wanted.1, "seed {seed}, one by one");
    }
    assert!(lost > 100, "only {lost} actions gave way");
}

/// Who has other files of the same log is as far: an image and what came since.
#[test]
fn b13_an_image_and_what_came_since_decide_alike() {
    for seed in 0..20 {
        let mut members = written(seed, 60);
        let mut ann = members.swap_remove(0);
        let image = ann.image().expect("whole");
        ann.document_mut().edit(0, |edit| edit.set(map(), "later", Value::Bool(true)));
        let image = Image::decode(&image).expect("just written");
        let writer = (ReplicaId(60), SigningKey::from_bytes(&[60; 32]));
        let mut back = Replica::open_image(DOC, 0, writer, &image).expect("its own");
        give(&mut ann, &mut back);
        assert_eq!(decisions(&mut back), decisions(&mut ann), "seed {seed}");
    }
}

/// Every action that is not active says why, and names what is to blame.
#[test]
fn b14_each_rejected_action_has_its_reason() {
    let mut ann = Document::new(ReplicaId(1));
    let [hidden, undone, needs, first, second, ring] =
        ["hidden", "undone", "needs", "first", "second", "ring"].map(|key| put(&mut ann, key));
    let ring_too = put(&mut ann, "ring too");
    let said = ann
        .edit(0, |edit| {
            edit.constrain(Rule::Enables, &[undone, needs]);
            edit.conflict(&[first, second]);
            edit.constrain(Rule::NotAfter, &[ring, ring_too]);
            edit.constrain(Rule::NotAfter, &[ring_too, ring]);
        })
        .expect("said");
    let conflict = Id::new(ReplicaId(1), said.start + 1);
    let (undo, _) = ann.undo_spans(&[Span::of(undone)], 0).expect("undone");
    ann.set_policy(hiding(&[Span::of(hidden)]));
    assert_eq!(ann.why(hidden), Why::Excluded(motet::Excluded::Hidden));
    assert_eq!(ann.why(undone), Why::Undone(undo.first()));
    assert_eq!(ann.why(needs), Why::Dependent(undone));
    assert_eq!(ann.why(second), Why::Lost(Loss::Constraint { constraint: conflict, by: vec![first] }));
    assert_eq!(ann.why(ring_too), Why::Lost(Loss::Circle(vec![ring])));
    assert_eq!(shown(&ann), ["first", "ring"]);
    // What an application could not do.
    ann.set_policy(Policy::default());
    let mut failed = None;
    ann.edit(0, |edit| failed = edit.perform("sums", b"halve"));
    let mut replay: Replay<Sums> = Replay::new("sums");
    replay.update(&mut ann);
    assert_eq!(replay.failed().map(|(id, why)| (Some(id), why)).collect::<Vec<_>>(), [(failed, "what?")]);
}
