//! Applications of their own: operations in order, from checkpoints, some of which fail.

use motet::{Application, Document, Id, Replay, ReplicaId, Rule, Span, Standing, VersionVector, Why, wrong_claims};

/// An account that is never overdrawn, with all that was ever booked: the order matters.
#[derive(Clone, Debug, Default, PartialEq)]
struct Account {
    sum: i64,
    booked: Vec<i64>,
}

impl Application for Account {
    type Op = i64;

    fn read(bytes: &[u8]) -> Option<i64> {
        Some(i64::from_le_bytes(bytes.try_into().ok()?))
    }

    fn apply(&mut self, amount: &i64) -> Result<(), String> {
        self.booked.push(*amount);
        self.sum += amount;
        if self.sum < 0 { Err(format!("{} is not there", -amount)) } else { Ok(()) }
    }
}

const NAME: &str = "account";

fn book(document: &mut Document, amount: i64) -> Id {
    document.edit(0, |edit| _ = edit.perform(NAME, &amount.to_le_bytes())).expect("an action").first()
}

fn fresh(document: &mut Document) -> Replay<Account> {
    let mut replay = Replay::new(NAME);
    replay.update(document);
    replay
}

fn exchange(one: &mut Document, other: &mut Document) {
    let news = one.actions_since(&other.version());
    other.receive_all(news).expect("valid");
    let news = other.actions_since(&one.version());
    one.receive_all(news).expect("valid");
}

#[test]
fn b7_what_cannot_be_done_fails_with_what_needs_it_and_the_rest_is_done() {
    let (mut ann, mut bob) = (Document::new(ReplicaId(1)), Document::new(ReplicaId(2)));
    book(&mut ann, 100);
    exchange(&mut ann, &mut bob);
    let rent = book(&mut ann, -80);
    let food = book(&mut bob, -50);
    let gift = book(&mut bob, 5);
    bob.edit(0, |edit| edit.constrain(Rule::Enables, &[food, gift])).expect("said");
    exchange(&mut ann, &mut bob);
    let (mut hers, mut his) = (fresh(&mut ann), fresh(&mut bob));
    assert_eq!(hers.state().booked, [100, -80]);
    assert_eq!(hers.state(), his.state());
    assert_eq!(hers.failed().collect::<Vec<_>>(), [(food, "50 is not there")]);
    assert_eq!((ann.why(food), ann.why(gift)), (Why::Failed, Why::Dependent(food)));
    assert_eq!(ann.standing(food), Standing::Failed);
    // Where there is room again it is done after all, with what needs it.
    bob.undo_spans(&[Span::of(rent)], 0).expect("undone");
    exchange(&mut ann, &mut bob);
    for (replay, document) in [(&mut hers, &mut ann), (&mut his, &mut bob)] {
        replay.update(document);
        assert_eq!(replay.state().booked, [100, -50, 5]);
        assert_eq!(replay.failed().count(), 0);
        document.check_invariants();
    }
}

#[test]
fn what_failed_makes_room_for_what_gave_way_to_it() {
    let mut ann = Document::new(ReplicaId(1));
    book(&mut ann, 10);
    let (large, small) = (book(&mut ann, -50), book(&mut ann, -5));
    ann.edit(0, |edit| edit.conflict(&[large, small])).expect("said");
    assert_eq!(ann.standing(small), Standing::Lost);
    let replay = fresh(&mut ann);
    assert_eq!(replay.state().booked, [10, -5]);
    assert_eq!((ann.standing(large), ann.standing(small)), (Standing::Failed, Standing::Active));
}

#[test]
fn b1_an_order_that_was_said_goes_before_the_order_of_time() {
    let mut ann = Document::new(ReplicaId(1));
    let spend = book(&mut ann, -10);
    let earn = book(&mut ann, 10);
    assert_eq!(fresh(&mut ann).state().booked, [10], "nothing was there to spend");
    ann.edit(0, |edit| edit.constrain(Rule::NotAfter, &[earn, spend])).expect("said");
    assert_eq!(fresh(&mut ann).state().booked, [10, -10]);
}

#[test]
fn what_is_no_operation_fails_and_harms_nobody() {
    let mut ann = Document::new(ReplicaId(1));
    ann.edit(0, |edit| _ = edit.perform(NAME, b"nonsense of another length"));
    book(&mut ann, 3);
    let replay = fresh(&mut ann);
    assert_eq!((replay.state().sum, replay.failed().count()), (3, 1));
}

/// G3: step by step it comes to what doing everything from nothing gives, whatever is undone, redone and received.
#[test]
fn g3_step_by_step_is_as_from_nothing() {
    let mut dice = 1_u64;
    let mut roll = |sides: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % sides
    };
    for _ in 0..20 {
        let (mut ann, mut bob) = (Document::new(ReplicaId(1)), Document::new(ReplicaId(2)));
        let (mut hers, mut his) = (fresh(&mut ann), fresh(&mut bob));
        for _ in 0..120 {
            let (document, replay) = if roll(2) == 0 { (&mut ann, &mut hers) } else { (&mut bob, &mut his) };
            let replicas: Vec<Span> =
                document.version().iter().map(|(replica, end)| Span::new(replica, 0, end)).collect();
            let any = |at: u64| {
                let span = replicas.get(at as usize % replicas.len().max(1))?;
                Some(Id::new(span.replica, at as u32 % span.end))
            };
            match (roll(8), any(roll(1 << 20)), any(roll(1 << 20))) {
                (0, Some(id), _) => drop(document.undo_spans(&[Span::of(id)], 0)),
                (1, Some(id), _) => drop(document.redo_spans(&[Span::of(id)], 0)),
                (2, Some(a), Some(b)) => {
                    let rule = [Rule::AtMost(1), Rule::Causes, Rule::NotAfter][roll(3) as usize];
                    document.edit(0, |edit| edit.constrain(rule, &[a, b]));
                    drop(document.take_refusal());
                }
                (3, ..) => {
                    exchange(&mut ann, &mut bob);
                    hers.update(&mut ann);
                    his.update(&mut bob);
                    assert_eq!(hers.state(), his.state());
                    assert_eq!(hers.failed().collect::<Vec<_>>(), his.failed().collect::<Vec<_>>());
                    continue;
                }
                _ => _ = book(document, roll(41) as i64 - 20),
            }
            replay.update(document);
            let mut other = Document::new(ReplicaId(9));
            other.receive_all(document.actions_since(&VersionVector::new())).expect("valid");
            let whole = fresh(&mut other);
            assert_eq!(replay.state(), whole.state());
            assert_eq!(replay.schedule().collect::<Vec<_>>(), whole.schedule().collect::<Vec<_>>());
            assert_eq!(replay.failed().collect::<Vec<_>>(), whole.failed().collect::<Vec<_>>());
            document.check_invariants();
        }
    }
}

#[test]
fn g3_what_comes_last_is_done_from_a_checkpoint() {
    let mut ann = Document::new(ReplicaId(1));
    let mut replay = fresh(&mut ann);
    for n in 0..300 {
        book(&mut ann, n);
        assert_eq!(replay.update(&mut ann).0, n as usize, "only the new one");
    }
    let early = ann.list_items(motet::ContainerId::root(motet::Kind::List, NAME)).nth(290).expect("booked").0;
    ann.undo_spans(&[Span::of(early)], 0).expect("undone");
    assert_eq!(replay.update(&mut ann).0, 290);
    assert_eq!(replay.state().sum, (0..300).sum::<i64>() - 290);
}

#[test]
fn g4_a_wrong_claim_to_commute_is_caught() {
    let states: Vec<Account> = [0, 10, 100].map(|sum| Account { sum, booked: Vec::new() }).into();
    let ops = [5, -5, -50, 0];
    assert!(wrong_claims(&states, &ops, |_, _| false).is_empty());
    let wrong = wrong_claims(&states, &ops, |a, b| a.signum() == b.signum());
    assert_eq!(wrong, [(1, 2)], "what is booked first is written first");
}
