//! Deciding for good: who may, what becomes of what, and what stays so whatever arrives later. The numbers are those of the list
//! of what Joyce and its kin do: F for commitment.

use motet::{
    Ballot, ContainerId, DecideError, Decider, Document, Edit, Finality, Id, Kind, Loss, Policy, ReplicaId, Rule, Span,
    Standing, Value, Why,
};
use naive::{Naive, Random};

const NAMES: [ReplicaId; 4] = [ReplicaId(1), ReplicaId(2), ReplicaId(3), ReplicaId(4)];

fn author(replica: ReplicaId) -> Decider {
    Decider([replica.0 as u8; 32])
}

fn member(replica: ReplicaId) -> Document {
    let mut document = Document::new(replica);
    for name in NAMES {
        document.note_author(name, author(name));
    }
    document
}

fn members() -> [Document; 4] {
    NAMES.map(member)
}

fn map() -> ContainerId {
    ContainerId::root(Kind::Map, "calendar")
}

fn say(document: &mut Document, what: impl FnOnce(&mut Edit<'_>)) -> Span {
    document.edit(0, what).expect("an action")
}

/// Books what there is one of; returns the action.
fn book(document: &mut Document, who: &str) -> Id {
    let booked = say(document, |edit| {
        edit.set(map(), who, Value::Bool(true));
        edit.claim("the room", 1);
    });
    booked.first()
}

fn decide(document: &mut Document) -> Result<Ballot, DecideError> {
    document.decide(0).map(|(ballot, _)| ballot)
}

fn take_back(document: &mut Document, action: Id) {
    let whole = document.action_of(action).expect("here");
    document.undo_spans(&[whole], 0).expect("undone");
}

fn bring_back(document: &mut Document, action: Id) {
    let whole = document.action_of(action).expect("here");
    document.redo_spans(&[whole], 0).expect("redone");
}

fn tell(from: &Document, to: &mut Document) {
    to.receive_all(from.actions_since(&to.version())).expect("valid");
    to.check_invariants();
}

fn exchange(one: &mut Document, other: &mut Document) {
    tell(one, other);
    tell(other, one);
    assert_eq!(one.shared_state_hash(), other.shared_state_hash());
    assert_eq!(one.view().write_standings(), other.view().write_standings());
    assert_eq!(one.decisions(), other.decisions());
}

fn booked(document: &Document) -> Vec<&'static str> {
    ["ann", "bob", "cat"].into_iter().filter(|who| document.get(map(), who).is_some()).collect()
}

#[test]
fn f1_f2_what_the_owner_decided_stays_and_goes_on_to_be_stable() {
    let [mut ann, mut bob, ..] = members();
    let (hers, his) = (book(&mut ann, "ann"), book(&mut bob, "bob"));
    exchange(&mut ann, &mut bob);
    assert_eq!(booked(&bob), ["ann"], "who was first");
    assert_eq!(ann.finality(hers), Finality::Tentative);
    assert_eq!(decide(&mut ann), Err(DecideError::Nobody));
    ann.govern(&[author(NAMES[0])], 0).expect("said");
    exchange(&mut ann, &mut bob);
    assert_eq!(decide(&mut bob), Err(DecideError::Nobody));
    let Ok(Ballot::Decision(first)) = decide(&mut ann) else { panic!("it is hers") };
    assert_eq!(decide(&mut ann), Err(DecideError::Nothing));
    exchange(&mut ann, &mut bob);
    for document in [&ann, &bob] {
        assert_eq!(document.decisions(), [first.first()]);
        assert_eq!(
            [hers, his].map(|id| document.finality(id)),
            [Finality::Decided(first.first()); 2],
            "what is out is decided too"
        );
        assert_eq!(document.why(his), Why::Lost(Loss::Decided(first.first())));
    }
    // Neither weight nor answer nor undo changes what was chosen.
    say(&mut bob, |edit| edit.weigh(&[his], 999));
    say(&mut bob, |edit| edit.resolve(&[hers, his], &[his]));
    exchange(&mut ann, &mut bob);
    assert_eq!(booked(&ann), ["ann"]);
    say(&mut bob, |edit| edit.resolve(&[hers, his], &[]));
    exchange(&mut ann, &mut bob);
    assert_eq!(booked(&ann), ["ann"], "nor can it be refused");
    take_back(&mut ann, hers);
    exchange(&mut ann, &mut bob);
    assert_eq!(booked(&bob), [] as [&str; 0], "it may be taken back, and what gave way does not come again");
    bring_back(&mut ann, hers);
    let second = decide(&mut ann).expect("decided").span().first();
    exchange(&mut ann, &mut bob);
    assert_eq!(booked(&bob), ["ann"]);
    assert_eq!([hers, his].map(|id| bob.finality(id)), [Finality::Stable(first.first()); 2]);
    assert_eq!(bob.decisions(), [first.first(), second]);
    // Who looks back sees what was chosen then.
    let before = bob.log().version_at(&[his, hers]);
    bob.set_policy(Policy { pin: Some(before), ..Policy::default() });
    assert_eq!((booked(&bob), bob.decisions().len()), (vec!["ann"], 0));
    assert_eq!(bob.finality(his), Finality::Tentative);
    bob.set_policy(Policy::default());
    assert_eq!(bob.decisions().len(), 2);
    bob.check_invariants();
}

#[test]
fn f5_who_was_away_is_told_what_was_decided_without_them() {
    let [mut ann, mut bob, mut cat, _] = members();
    ann.govern(&[author(NAMES[0])], 0).expect("said");
    tell(&ann, &mut bob);
    // Bob books first, and is away.
    let his = book(&mut bob, "bob");
    say(&mut bob, |edit| edit.weigh(&[his], 500));
    say(&mut ann, |edit| edit.set(map(), "more", Value::Bool(true)));
    let hers = book(&mut ann, "ann");
    decide(&mut ann).expect("decided");
    exchange(&mut ann, &mut cat);
    exchange(&mut ann, &mut bob);
    exchange(&mut bob, &mut cat);
    for document in [&ann, &bob, &cat] {
        assert_eq!(booked(document), ["ann"]);
        assert_eq!(document.standing(his), Standing::Lost);
        assert_eq!(document.frozen_out(), [document.action_of(his).expect("here")]);
        assert_eq!(document.finality(his), Finality::Tentative, "the next decision says so");
        assert!(matches!(document.why(his), Why::Lost(Loss::Claim { by, .. }) if by == [hers]));
    }
    // What needs what lost goes along, and what excludes nothing that was decided comes in.
    let needs = say(&mut bob, |edit| {
        edit.set(map(), "cat", Value::Bool(true));
        let this = edit.this().expect("begun");
        edit.constrain(Rule::Enables, &[his, this]);
    });
    take_back(&mut ann, hers);
    exchange(&mut ann, &mut bob);
    assert_eq!(booked(&ann), ["bob", "cat"], "nothing was decided about him");
    decide(&mut ann).expect("decided");
    exchange(&mut ann, &mut bob);
    assert!(matches!(bob.finality(needs.first()), Finality::Decided(_)));
    // Hers was decided, and taken back, before his was; of two that were decided the earlier stays.
    bring_back(&mut ann, hers);
    exchange(&mut ann, &mut bob);
    assert_eq!(booked(&bob), ["bob", "cat"]);
}

#[test]
fn a_ballot_that_decides_says_what_changes_on_the_screen() {
    let [mut ann, mut bob, ..] = members();
    ann.govern(&NAMES.map(author)[..2], 0).expect("said");
    tell(&ann, &mut bob);
    let hers = book(&mut ann, "ann");
    decide(&mut ann).expect("her ballot");
    // His came later, and matters more to everybody: hers gives way until the two decide.
    book(&mut bob, "bob");
    tell(&ann, &mut bob);
    bob.edit(0, |edit| {
        let his = Id { replica: NAMES[1], seq: 0 };
        edit.weigh(&[his], 100);
    });
    assert_eq!(booked(&bob), ["bob"]);
    let (ballot, patch) = bob.decide(0).expect("his ballot");
    assert!(matches!(ballot, Ballot::Vote(_)));
    assert_eq!(booked(&bob), ["ann"]);
    assert_eq!(bob.standing(hers), Standing::Active);
    assert_eq!(patch.maps[&map()], ["ann", "bob"], "both are to be read again");
}

#[test]
fn f3_of_several_most_have_to_agree_and_a_minority_decides_nothing() {
    let [mut ann, mut bob, mut cat, mut guest] = members();
    ann.govern(&NAMES.map(author)[..3], 0).expect("said");
    tell(&ann, &mut bob);
    tell(&ann, &mut cat);
    let hers = book(&mut ann, "ann");
    let his = book(&mut bob, "bob");
    let proposed = decide(&mut ann).expect("her ballot").span().first();
    assert_eq!(decide(&mut ann), Err(DecideError::Waiting));
    assert!(ann.decisions().is_empty());
    tell(&ann, &mut guest);
    assert_eq!(guest.finality(hers), Finality::Tentative, "a minority decides nothing");
    assert_eq!(guest.poll().expect("open").candidates, [(proposed, vec![author(NAMES[0])])]);
    exchange(&mut ann, &mut bob);
    let Ok(Ballot::Vote(vote)) = decide(&mut bob) else { panic!("he agrees") };
    assert_eq!(bob.decisions(), [proposed]);
    exchange(&mut ann, &mut bob);
    assert_eq!(ann.finality(hers), Finality::Decided(proposed));
    assert_eq!(ann.finality(his), Finality::Tentative, "she did not know of it");
    assert_eq!(ann.frozen_out().len(), 1);
    // The third, who knew of neither, decides something else; it comes too late.
    let other = decide(&mut cat).expect("her ballot").span().first();
    exchange(&mut cat, &mut bob);
    exchange(&mut cat, &mut ann);
    assert_eq!(cat.decisions(), [proposed]);
    assert_eq!(cat.poll().expect("the next").candidates, []);
    assert_ne!(other, vote.first());
    // Where each wants something else the earliest is taken, once all have said so.
    book(&mut ann, "cat");
    let three = [&mut ann, &mut bob, &mut cat].map(|of| decide(of).expect("a ballot").span().first());
    exchange(&mut ann, &mut bob);
    assert_eq!(bob.decisions().len(), 1, "nobody has most");
    exchange(&mut bob, &mut cat);
    assert_eq!(cat.decisions().len(), 2);
    assert!(three.contains(&cat.decisions()[1]));
    exchange(&mut ann, &mut cat);
    exchange(&mut ann, &mut bob);
}

#[test]
fn who_may_decide_changes_where_it_was_decided_so() {
    let [mut ann, mut bob, mut cat, _] = members();
    ann.govern(&[author(NAMES[0])], 0).expect("said");
    decide(&mut ann).expect("decided");
    exchange(&mut ann, &mut bob);
    // He takes it, and nobody decided that.
    bob.govern(&[author(NAMES[1])], 0).expect("said");
    assert_eq!(decide(&mut bob), Err(DecideError::Nobody));
    assert_eq!(bob.authority().expect("some").deciders, [author(NAMES[0])]);
    exchange(&mut ann, &mut bob);
    decide(&mut ann).expect("decided");
    exchange(&mut ann, &mut bob);
    assert_eq!(decide(&mut ann), Err(DecideError::Nobody));
    say(&mut bob, |edit| edit.set(map(), "bob", Value::Bool(true)));
    decide(&mut bob).expect("his by now");
    exchange(&mut bob, &mut cat);
    assert_eq!(cat.decisions().len(), 3);
    bob.govern(&[], 0).expect("said");
    assert_eq!(bob.authority().expect("some").deciders.len(), 1, "that has to be decided as well");
    decide(&mut bob).expect("decided");
    assert_eq!(bob.authority().expect("some").deciders, []);
    assert_eq!(decide(&mut bob), Err(DecideError::Nobody));
    assert_eq!(bob.poll(), None);
}

#[test]
fn deciding_cannot_be_undone_nor_hidden_nor_proposed() {
    let [mut ann, mut bob, ..] = members();
    let (hers, his) = (book(&mut ann, "ann"), book(&mut bob, "bob"));
    exchange(&mut ann, &mut bob);
    let (said, _) = ann.govern(&[author(NAMES[0])], 0).expect("said");
    let decided = decide(&mut ann).expect("decided").span();
    exchange(&mut ann, &mut bob);
    ann.undo_spans(&[said, decided], 0);
    exchange(&mut ann, &mut bob);
    assert_eq!(bob.decisions(), [decided.first()]);
    bob.set_policy(Policy { muted: [NAMES[0]].into(), ..Policy::default() });
    assert_eq!(bob.decisions(), [decided.first()]);
    assert_eq!(bob.standing(his), Standing::Lost, "hers is not shown, and still decided");
    bob.put_mine_first(Some(motet::Grade::Overlap));
    bob.prefer([his]);
    bob.check_invariants();
    assert_eq!(bob.standing(his), Standing::Lost);
    bob.set_policy(Policy::default());
    assert_eq!(bob.standing(hers), Standing::Active);
    assert_eq!(
        ann.next_undo(),
        Some(ann.action_of(hers).expect("here")),
        "undo passes over what it could not take back"
    );
}

/// One thing that somebody says or does.
fn anything(document: &mut Document, random: &mut Random, spans: &mut Vec<Span>, changes_hands: bool) {
    let known: Vec<Span> = spans.iter().copied().filter(|span| document.version().contains(span.last())).collect();
    let pick = |random: &mut Random| random.pick(&known).map(|span| span.first());
    let who = random.pick(&["ann", "bob", "cat"]).expect("some");
    let room = random.pick(&["red", "blue"]).expect("some");
    let span = match random.below(14) {
        0..=3 => document.edit(0, |edit| {
            edit.set(map(), who, Value::Bool(true));
            edit.claim(room, 1);
        }),
        4 => pick(random).zip(pick(random)).filter(|(a, b)| a != b).and_then(|(a, b)| {
            let rule = random.pick(&[Rule::Enables, Rule::AtMost(1), Rule::NotAfter, Rule::Atomic]).expect("some");
            document.edit(0, |edit| edit.constrain(rule, &[a, b]))
        }),
        5 => pick(random).zip(pick(random)).filter(|(a, b)| a != b).and_then(|(a, b)| {
            let keep: &[Id] = if random.chance(50) { &[a] } else { &[] };
            document.edit(0, |edit| edit.resolve(&[a, b], keep))
        }),
        6 => pick(random).and_then(|id| document.edit(0, |edit| edit.weigh(&[id], 1 + random.below(300) as u16))),
        7 => {
            let span = random.pick(&known);
            span.and_then(|span| {
                if random.chance(60) { document.undo_spans(&[span], 0) } else { document.redo_spans(&[span], 0) }
            });
            None
        }
        8 if changes_hands && random.chance(30) => {
            let count = random.below(4);
            drop(document.govern(&NAMES.map(author)[..count], 0));
            None
        }
        _ => {
            drop(decide(document));
            None
        }
    };
    // What there is to look at all choices of is to stay few.
    spans.extend(span.filter(|_| spans.len() < 14));
}

/// Four who book, say what excludes what, undo and decide, and hear of it in any order: all agree once they know the same, as
/// the definition has it, and what was decided by one or by most goes on to be.
#[test]
fn whatever_the_order_of_arrival_all_decide_alike_and_nothing_decided_changes() {
    let (mut decisions, mut held) = (0, 0);
    for seed in 1..=80 {
        let mut random = Random::new(seed);
        let mut members = members();
        let mut naive = Naive::new();
        NAMES.into_iter().for_each(|name| naive.note_author(name, author(name)));
        let count = [1, 3][random.below(2)];
        members[0].govern(&NAMES.map(author)[..count], 0).expect("said");
        let started = members[0].version();
        for other in 1..4 {
            let (first, rest) = members.split_at_mut(other);
            tell(&first[0], &mut rest[0]);
        }
        let changes_hands = seed % 4 == 0;
        let mut spans = Vec::new();
        let mut chains: [Vec<Id>; 4] = Default::default();
        for step in 0..60 {
            let at = random.below(4);
            if spans.len() < 14 {
                anything(&mut members[at], &mut random, &mut spans, changes_hands);
            }
            let other = (at + 1 + random.below(3)) % 4;
            if random.chance(40) {
                let news = members[at].actions_since(&members[other].version());
                members[other].receive_all(news).expect("valid");
                members[other].check_invariants();
            }
            for (document, chain) in members.iter().zip(&mut chains) {
                let now = document.decisions();
                assert!(changes_hands || now.starts_with(chain), "seed {seed} step {step}: what was decided stays");
                *chain = now.to_vec();
            }
        }
        for (one, other) in [(0, 1), (2, 3), (0, 2), (1, 3), (0, 1), (2, 3)] {
            let (low, high) = members.split_at_mut(other);
            let (one, other) = (&mut low[one], &mut high[0]);
            tell(one, other);
            tell(other, one);
        }
        for action in members[0].actions_since(&motet::VersionVector::new()) {
            naive.receive(action);
        }
        for document in &members {
            assert_eq!(document.version(), members[0].version());
            assert_eq!(document.decisions(), members[0].decisions(), "seed {seed}");
            for (id, standing) in naive.standings(&naive::Policy::default()) {
                let is_off = standing != naive::Standing::Active;
                assert_eq!(
                    document.standing(id) != Standing::Active,
                    is_off,
                    "seed {seed}: {id} {:?}",
                    document.why(id)
                );
            }
        }
        // One who hears of everything at once.
        let mut late = member(ReplicaId(9));
        tell(&members[0], &mut late);
        assert_eq!(late.view().write_standings(), members[0].view().write_standings(), "seed {seed}");
        assert!(late.version().includes(&started));
        decisions += members[0].decisions().len();
        held += spans.iter().filter(|span| matches!(late.why(span.first()), Why::Lost(Loss::Decided(_)))).count();
    }
    assert!(decisions > 100 && held > 20, "much was decided: {decisions}, {held}");
}
