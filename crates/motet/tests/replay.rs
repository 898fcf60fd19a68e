//! Applications of their own: operations in order, from checkpoints, some of which fail.

use motet::{
    Application, Decider, Document, Grade, Id, Loss, Replay, ReplicaId, Rule, Span, Standing, Update, VersionVector,
    Why, wrong_claims, wrong_relations,
};

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
        assert_eq!(replay.update(&mut ann).schedule_from, n as usize, "only the new one");
    }
    let early = ann.list_items(motet::ContainerId::root(motet::Kind::List, NAME)).nth(290).expect("booked").0;
    ann.undo_spans(&[Span::of(early)], 0).expect("undone");
    assert_eq!(replay.update(&mut ann).schedule_from, 290);
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

/// Who sits where: of two who take one seat at once one has it, and one after the other it is moved on.
#[derive(Clone, Debug, Default, PartialEq)]
struct Seats(std::collections::BTreeMap<u8, u8>);

impl Application for Seats {
    /// A seat, and who takes it; nobody clears it.
    type Op = (u8, u8);

    fn read(bytes: &[u8]) -> Option<(u8, u8)> {
        <[u8; 2]>::try_from(bytes).ok().map(Into::into)
    }

    fn apply(&mut self, &(seat, who): &(u8, u8)) -> Result<(), String> {
        self.0.insert(seat, who);
        Ok(())
    }

    fn footprint((seat, _): &(u8, u8)) -> Vec<String> {
        vec![format!("seat {seat}")]
    }

    fn relate(_: u32, (_, one): &(u8, u8), (_, other): &(u8, u8)) -> Grade {
        if one == other { Grade::Commute } else { Grade::Conflict }
    }

    fn authorize(&(seat, _): &(u8, u8), author: Option<Decider>) -> Result<(), String> {
        // The first row is the conductor's.
        if seat > 0 || author == Some(CONDUCTOR) { Ok(()) } else { Err("this seat is not yours to give".to_owned()) }
    }
}

const CONDUCTOR: Decider = Decider([7; 32]);

fn seat(document: &mut Document, seat: u8, who: u8) -> Id {
    document.edit(0, |edit| _ = edit.perform("seats", &[seat, who])).expect("an action").first()
}

fn seats(document: &mut Document) -> (Replay<Seats>, Update) {
    let mut replay = Replay::new("seats");
    let update = replay.update(document);
    (replay, update)
}

#[test]
fn g2_what_an_application_says_excludes_each_other_does_where_it_was_done_at_once() {
    let (mut ann, mut bob) = (Document::new(ReplicaId(1)), Document::new(ReplicaId(2)));
    let (hers, his) = (seat(&mut ann, 5, 1), seat(&mut bob, 5, 2));
    let (same, other) = (seat(&mut bob, 6, 3), seat(&mut ann, 6, 3));
    exchange(&mut ann, &mut bob);
    let (mut replay, update) = seats(&mut ann);
    assert_eq!(replay.state().0, [(5, 1), (6, 3)].into());
    assert_eq!((update.lost, update.regained), (vec![Span::of(his)], vec![]));
    assert_eq!(ann.why(his), Why::Lost(Loss::Related(hers)));
    assert_eq!([same, other].map(|id| ann.standing(id)), [Standing::Active; 2], "they agree");
    let (his_replay, _) = seats(&mut bob);
    assert_eq!(his_replay.state(), replay.state());
    // Undoing who won brings back who lost; a later one who knew of both takes the seat over.
    ann.undo_spans(&[Span::of(hers)], 0).expect("undone");
    let update = replay.update(&mut ann);
    assert_eq!((update.lost, update.regained), (vec![], vec![Span::of(his)]));
    assert_eq!(replay.state().0[&5], 2);
    seat(&mut ann, 5, 9);
    assert_eq!(replay.update(&mut ann).schedule_from, 3);
    assert_eq!(replay.state().0[&5], 9);
    assert_eq!(replay.update(&mut ann), Update { schedule_from: 4, ..Update::default() });
    // An answer for the other side counts.
    ann.redo_spans(&[Span::of(hers)], 0).expect("redone");
    ann.edit(0, |edit| edit.resolve(&[hers, his], &[his])).expect("said");
    assert_eq!(replay.update(&mut ann).regained, []);
    assert_eq!(ann.standing(hers), Standing::Lost);
    ann.check_invariants();
}

/// In its first version two who sit down in one seat exclude each other only where the seat is in the first row.
#[derive(Clone, Default)]
struct LaterSeats(Seats);

impl Application for LaterSeats {
    type Op = (u8, u8);
    const RELATIONS: u32 = 2;

    fn read(bytes: &[u8]) -> Option<(u8, u8)> {
        Seats::read(bytes)
    }

    fn apply(&mut self, op: &(u8, u8)) -> Result<(), String> {
        self.0.apply(op)
    }

    fn footprint(op: &(u8, u8)) -> Vec<String> {
        Seats::footprint(op)
    }

    fn relate(version: u32, one: &(u8, u8), other: &(u8, u8)) -> Grade {
        if version == 1 && one.0 > 1 { Grade::Order } else { Seats::relate(1, one, other) }
    }
}

#[test]
fn g2_what_excludes_each_other_is_said_by_the_version_that_the_document_goes_by() {
    let (mut ann, mut bob) = (Document::new(ReplicaId(1)), Document::new(ReplicaId(2)));
    let of_front = [seat(&mut ann, 1, 1), seat(&mut bob, 1, 2)];
    let of_rear = [seat(&mut ann, 5, 1), seat(&mut bob, 5, 2)];
    exchange(&mut ann, &mut bob);
    let mut replays = [(); 2].map(|()| Replay::<LaterSeats>::new("seats"));
    let mut stand = |ann: &mut Document, bob: &mut Document| {
        let mut of = |document: &mut Document, at: usize| {
            replays[at].update(document);
            document.check_invariants();
            [of_front[1], of_rear[1]].map(|id| document.standing(id))
        };
        let both = [of(ann, 0), of(bob, 1)];
        assert_eq!(both[0], both[1]);
        assert_eq!(replays[0].version_in(ann), replays[1].version_in(bob));
        (replays[0].version_in(ann), both[0])
    };
    let (lost, active) = (Standing::Lost, Standing::Active);
    assert_eq!(stand(&mut ann, &mut bob), (1, [lost, active]));
    // Raised by one, it is for everybody; whoever did not hear of it yet goes by the first.
    let raiser = Replay::<LaterSeats>::new("seats");
    let raised = raiser.raise(&mut ann, 0).expect("raised");
    assert_eq!(raiser.raise(&mut ann, 0), None, "it is already");
    exchange(&mut ann, &mut bob);
    assert_eq!(stand(&mut ann, &mut bob), (2, [lost, lost]));
    ann.undo_spans(&[raised], 0).expect("undone");
    exchange(&mut ann, &mut bob);
    assert_eq!(stand(&mut ann, &mut bob), (1, [lost, active]));
    // A program that knows only the first is told that there is a later one.
    raiser.raise(&mut bob, 0).expect("raised");
    let (mut old, _) = seats(&mut bob);
    old.update(&mut bob);
    assert_eq!((old.version_in(&bob), Seats::RELATIONS), (2, 1));
}

#[test]
fn a14_who_may_not_do_something_has_not_done_it() {
    let (mut ann, mut bob) = (Document::new(ReplicaId(1)), Document::new(ReplicaId(2)));
    for document in [&mut ann, &mut bob] {
        document.note_author(ReplicaId(2), CONDUCTOR);
    }
    let (hers, his) = (seat(&mut ann, 0, 1), seat(&mut bob, 0, 2));
    exchange(&mut ann, &mut bob);
    ann.edit(0, |edit| edit.constrain(Rule::Enables, &[hers, his])).expect("said");
    let (replay, _) = seats(&mut ann);
    assert_eq!(replay.failed().collect::<Vec<_>>(), [(hers, "this seat is not yours to give")]);
    assert_eq!([hers, his].map(|id| ann.standing(id)), [Standing::Failed, Standing::Dependent]);
}

#[test]
fn g4_wrong_relations_are_found() {
    /// Claims that what is done to two seats never matters to each other, and to one seat by one person neither.
    #[derive(Clone, Default, PartialEq)]
    struct Careless(Seats);
    impl Application for Careless {
        type Op = (u8, u8);
        fn read(bytes: &[u8]) -> Option<(u8, u8)> {
            Seats::read(bytes)
        }
        fn apply(&mut self, op: &(u8, u8)) -> Result<(), String> {
            self.0.apply(op)
        }
        fn footprint(op: &(u8, u8)) -> Vec<String> {
            Seats::footprint(op)
        }
        fn relate(_: u32, &(_, one): &(u8, u8), &(_, other): &(u8, u8)) -> Grade {
            if one < 3 && other < 3 || one > other { Grade::Commute } else { Grade::Conflict }
        }
    }
    let ops = [(1, 1), (1, 2), (2, 1), (1, 4)];
    assert_eq!(wrong_relations(&[Seats::default()], &ops), []);
    // The first two do not commute, and of the others it says one thing one way round and another the other way.
    assert_eq!(wrong_relations(&[Careless::default()], &ops), [(0, 1), (0, 3), (1, 3), (2, 3)]);
}

/// Whoever heard of what in which order: all come to the same, and of each pair done at once for one seat at most one shows.
#[test]
fn relations_do_not_depend_on_the_order_of_arrival() {
    let mut lost = 0;
    for seed in 1..=40 {
        let mut random = naive::Random::new(seed);
        let mut members = [1, 2, 3].map(|name| Document::new(ReplicaId(name)));
        let mut replays = [(); 3].map(|()| Replay::<Seats>::new("seats"));
        let mut taken = Vec::new();
        for _ in 0..30 {
            let at = random.below(3);
            let who = 1 + random.below(3) as u8;
            let id = seat(&mut members[at], 1 + random.below(3) as u8, who);
            taken.push(id);
            if random.chance(20) {
                members[at].undo_spans(&[Span::of(id)], 0);
            }
            let from = (at + 1 + random.below(2)) % 3;
            if random.chance(30) {
                let news = members[from].actions_since(&members[at].version());
                members[at].receive_all(news).expect("valid");
            }
            if random.chance(50) {
                replays[at].update(&mut members[at]);
                members[at].check_invariants();
            }
        }
        for (from, to) in [(0, 1), (1, 2), (2, 0), (0, 1)] {
            let news = members[from].actions_since(&members[to].version());
            members[to].receive_all(news).expect("valid");
        }
        for (document, replay) in members.iter_mut().zip(&mut replays) {
            replay.update(document);
            document.check_invariants();
        }
        let (mut late, states) = (Document::new(ReplicaId(9)), replays.map(|replay| replay.state().clone()));
        late.receive_all(members[0].actions_since(&VersionVector::new())).expect("valid");
        let (replay, _) = seats(&mut late);
        assert!(states.iter().all(|state| state == replay.state()), "seed {seed}");
        for document in &members {
            assert_eq!(document.view().write_standings(), late.view().write_standings(), "seed {seed}");
        }
        lost += taken.iter().filter(|id| matches!(late.why(**id), Why::Lost(Loss::Related(_)))).count();
    }
    assert!(lost > 100, "{lost}");
}
