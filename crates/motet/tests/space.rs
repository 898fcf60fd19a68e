//! What actions of several documents mean together. The number is that of the list of what Joyce and its kin do: A12, actions tied across
//! documents.

use motet::{
    Barred, ContainerId, Document, DocumentId, Id, Kind, ReplicaId, Rule, Space, SpaceError, Span, Standing, Value,
    across,
};
use naive::Random;

const CALENDAR: DocumentId = DocumentId(1);
const LETTER: DocumentId = DocumentId(2);

fn days() -> ContainerId {
    ContainerId::root(Kind::Map, "days")
}

fn text() -> ContainerId {
    ContainerId::root(Kind::Text, "text")
}

/// Books what there is one of; returns the action.
fn book(document: &mut Document, who: &str) -> Id {
    let booked = document.edit(0, |edit| {
        edit.set(days(), who, Value::Bool(true));
        edit.claim("the room", 1);
    });
    booked.expect("an action").first()
}

fn write(document: &mut Document, words: &str) -> Id {
    document.edit(0, |edit| edit.insert(text(), 0, words)).expect("an action").first()
}

fn tell(from: &Document, to: &mut Document) {
    to.receive_all(from.actions_since(&to.version())).expect("valid");
}

fn booked(document: &Document) -> Vec<&'static str> {
    ["ann", "bob"].into_iter().filter(|who| document.get(days(), who).is_some()).collect()
}

/// Somebody who has a calendar and a letter.
struct Member(Document, Document);

impl Member {
    fn new(replica: u64) -> Self {
        Self(Document::new(ReplicaId(replica)), Document::new(ReplicaId(replica)))
    }

    fn space(&mut self) -> Space<'_> {
        Space::new([(CALENDAR, &mut self.0), (LETTER, &mut self.1)])
    }

    fn shown(&mut self) -> (Vec<&'static str>, String) {
        self.space().settle();
        self.0.check_invariants();
        self.1.check_invariants();
        (booked(&self.0), self.1.text(text()))
    }
}

#[test]
fn a12_what_is_atomic_over_documents_is_both_or_neither() {
    let (mut ann, mut bob) = (Member::new(1), Member::new(2));
    let hers = book(&mut ann.0, "ann");
    let letter = write(&mut ann.1, "See you on Monday.");
    let named = [(CALENDAR, hers), (LETTER, letter)];
    ann.space().constrain(7, Rule::Atomic, &named, 0).expect("both are here");
    assert_eq!(ann.shown(), (vec!["ann"], "See you on Monday.".to_owned()));
    // He has the room already, and everybody thinks that he needs it more.
    let his = book(&mut bob.0, "bob");
    bob.0.edit(0, |edit| edit.weigh(&[his], 50)).expect("said");
    tell(&bob.0, &mut ann.0);
    assert_eq!(ann.shown(), (vec!["bob"], String::new()), "the letter goes with the booking");
    assert_eq!(ann.1.standing(letter), Standing::Failed);
    let settled = ann.space().settle();
    assert!(settled.patches.is_empty(), "nothing is new");
    assert_eq!(settled.barred, [Barred { document: LETTER, action: letter, by: vec![(CALENDAR, hers)] }]);
    // Whatever of it arrives first: what is named and not here keeps the other out.
    tell(&ann.1, &mut bob.1);
    assert_eq!(bob.shown(), (vec!["bob"], String::new()));
    tell(&ann.0, &mut bob.0);
    assert_eq!(bob.shown(), (vec!["bob"], String::new()));
    // He gives the room back, and both are here again.
    bob.0.undo_spans(&[Span::of(his)], 0).expect("undone");
    let whole = bob.0.action_of(his).expect("here");
    bob.0.undo_spans(&[whole], 0).expect("undone");
    assert_eq!(bob.shown(), (vec!["ann"], "See you on Monday.".to_owned()));
    tell(&bob.0, &mut ann.0);
    assert_eq!(ann.shown(), bob.shown());
    // She takes the letter back, and the booking goes.
    let whole = ann.1.action_of(letter).expect("here");
    ann.1.undo_spans(&[whole], 0).expect("undone");
    let patches = ann.space().settle().patches;
    assert_eq!(patches[&CALENDAR].maps[&days()], ["ann"], "screens hear of it");
    assert_eq!(ann.shown(), (vec![], String::new()));
    // Until nothing is said any more.
    let key = ann.space().constraints()[0].key.clone();
    ann.space().release(&key, 0).expect("taken back");
    assert_eq!(ann.shown(), (vec!["ann"], String::new()));
}

#[test]
fn a_run_of_several_actions_takes_part_as_a_whole_and_all_of_it_is_taken_back() {
    let mut ann = Member::new(1);
    let hers = book(&mut ann.0, "ann");
    let (start, _) = (write(&mut ann.1, "See you"), ann.1.edit(0, |edit| edit.insert(text(), 7, " soon.")));
    let run = Span::new(ReplicaId(1), start.seq, ann.1.log().end(ReplicaId(1)));
    assert_eq!(ann.1.actions_in(run).len(), 2);
    let whole = ann.0.action_of(hers).expect("here");
    let named = [(CALENDAR, whole), (LETTER, run)];
    ann.space().constrain_runs(7, Rule::Enables, &named, 0).expect("both are here");
    let said: Vec<_> = ann.space().constraints().iter().map(|said| (said.rule, said.said().to_owned())).collect();
    let key = format!("{:016x}", 7);
    assert_eq!(said, [(Rule::Enables, key.clone()), (Rule::Atomic, key.clone())]);
    ann.0.undo_spans(&[whole], 0).expect("undone");
    assert_eq!(ann.shown(), (vec![], String::new()), "the first action of the run goes with its last");
    ann.space().release(&key, 0).expect("taken back");
    assert_eq!(ann.space().constraints(), []);
    assert_eq!(ann.shown(), (vec![], "See you soon.".to_owned()));
    let behind = Span::new(ReplicaId(1), 90, 91);
    let mut space = ann.space();
    let refused = space.constrain_runs(8, Rule::Atomic, &[(CALENDAR, whole), (LETTER, behind)], 0).map(|_| ());
    assert_eq!(refused, Err(SpaceError::Action(LETTER, behind.first())));
}

#[test]
fn who_holds_one_of_the_documents_sees_it_as_it_is_by_itself() {
    let mut ann = Member::new(1);
    let hers = book(&mut ann.0, "ann");
    let letter = write(&mut ann.1, "See you.");
    ann.space().constrain(7, Rule::Enables, &[(LETTER, letter), (CALENDAR, hers)], 0).expect("said");
    let whole = ann.1.action_of(letter).expect("here");
    ann.1.undo_spans(&[whole], 0).expect("undone");
    assert_eq!(ann.shown().0, Vec::<&str>::new());
    let mut guest = Document::new(ReplicaId(3));
    tell(&ann.0, &mut guest);
    let mut space = Space::new([(CALENDAR, &mut guest)]);
    assert_eq!(space.settle().open, space.constraints());
    assert_eq!(booked(&guest), ["ann"]);
    assert_eq!(guest.shared_state_hash(), ann.0.shared_state_hash(), "the shared view is the document's own");
}

#[test]
fn what_cannot_be_said_is_refused_and_what_is_forged_says_nothing() {
    let mut ann = Member::new(1);
    let (hers, letter) = (book(&mut ann.0, "ann"), write(&mut ann.1, "See you."));
    let unknown = Id::new(ReplicaId(9), 0);
    let mut space = ann.space();
    let mut say = |rule, of: &[(DocumentId, Id)]| space.constrain(1, rule, of, 0).map(|_| ()).unwrap_err();
    assert_eq!(say(Rule::Atomic, &[(DocumentId(9), hers)]), SpaceError::Document(DocumentId(9)));
    assert_eq!(say(Rule::Atomic, &[(CALENDAR, unknown)]), SpaceError::Action(CALENDAR, unknown));
    assert_eq!(say(Rule::Enables, &[(CALENDAR, hers)]), SpaceError::Rule(Rule::Enables));
    assert_eq!(say(Rule::AtMost(2), &[(CALENDAR, hers), (LETTER, letter)]), SpaceError::Rule(Rule::AtMost(2)));
    let text = |text: &str| Value::Text(text.to_owned());
    let forged = |rule: &str, names: Vec<Value>| {
        Value::Map(vec![("rule".to_owned(), text(rule)), ("actions".to_owned(), Value::List(names.into()))].into())
    };
    let name = |document: DocumentId, id: Id| text(&format!("{document}/{id}"));
    let values = [
        text("atomic"),
        forged("atomic", vec![]),
        forged("atomic", vec![name(CALENDAR, hers), text("x/y")]),
        forged("enables", vec![name(LETTER, letter); 300]),
        // Of the letter it says nothing: it is said of others.
        forged("enables", vec![name(CALENDAR, unknown), name(CALENDAR, hers)]),
    ];
    for (at, value) in values.into_iter().enumerate() {
        ann.1.edit(0, |edit| edit.set(across(), &at.to_string(), value)).expect("written");
    }
    assert_eq!(ann.space().constraints(), []);
    assert_eq!(ann.shown(), (vec!["ann"], "See you.".to_owned()));
}

/// What is said of actions, each by its document and its place among those of the world.
type Said = (Rule, Vec<usize>);

/// Whether a choice of actions, given as bits, keeps to a rule.
fn keeps(set: u32, (rule, of): &Said) -> bool {
    let has = |at: &usize| set >> at & 1 == 1;
    let count = of.iter().filter(|at| has(at)).count();
    match rule {
        Rule::Enables => !has(&of[1]) || has(&of[0]),
        Rule::Atomic => count == 0 || count == of.len(),
        Rule::AtMost(max) => count <= *max as usize,
        Rule::AnyOf => !has(&of[0]) || count > 1,
        Rule::ExactlyOne => of[1..].iter().filter(|at| has(at)).count() <= 1 && (!has(&of[0]) || count > 1),
        rule => unreachable!("{rule:?} is not said here"),
    }
}

const RULES: [Rule; 5] = [Rule::Enables, Rule::Atomic, Rule::AtMost(1), Rule::AnyOf, Rule::ExactlyOne];

#[test]
fn of_all_choices_over_three_documents_the_greatest_is_made() {
    let mut random = Random::new(12);
    let mut were_out = 0;
    for world in 0..300 {
        let mut documents = [0, 1, 2].map(|_| Document::new(ReplicaId(1)));
        let mut actions: Vec<(usize, Id)> = Vec::new();
        for _ in 0..4 + random.below(6) {
            let of = random.below(3);
            let id = documents[of].edit(0, |edit| edit.set(days(), &actions.len().to_string(), Value::Bool(true)));
            actions.push((of, id.expect("an action").first()));
        }
        // Each weighs another power of two, so of all choices just one is the best.
        let mut weights: Vec<u16> = (0..actions.len()).map(|at| 1 << at).collect();
        random.shuffle(&mut weights);
        for (&(of, id), &weight) in actions.iter().zip(&weights) {
            documents[of].edit(0, |edit| edit.weigh(&[id], weight));
        }
        let gone: u32 = if random.chance(50) { 1 << random.below(actions.len()) } else { 0 };
        let mut said: Vec<Said> = Vec::new();
        for key in 0..2 + random.below(6) {
            let rule = RULES[random.below(RULES.len())];
            let mut of: Vec<usize> = (0..actions.len()).collect();
            random.shuffle(&mut of);
            of.truncate(if rule == Rule::Enables { 2 } else { 2 + random.below(2) });
            let ids: Vec<(usize, Id)> = of.iter().map(|&at| actions[at]).collect();
            let home = ids[0].0;
            if ids.iter().all(|(document, _)| *document == home) {
                let ids: Vec<Id> = ids.iter().map(|(_, id)| *id).collect();
                documents[home].edit(0, |edit| edit.constrain(rule, &ids));
            } else {
                let ids: Vec<(DocumentId, Id)> = ids.iter().map(|&(of, id)| (DocumentId(of as u128), id)).collect();
                let mut space =
                    Space::new(documents.iter_mut().enumerate().map(|(of, it)| (DocumentId(of as u128), it)));
                space.constrain(key as u64, rule, &ids, 0).expect("said");
            }
            said.push((rule, of));
        }
        for (at, &(of, id)) in actions.iter().enumerate().filter(|(at, _)| gone >> at & 1 == 1) {
            documents[of].undo_spans(&[Span::of(id)], 0).unwrap_or_else(|| panic!("{at} is undone"));
        }
        Space::new(documents.iter_mut().enumerate().map(|(of, it)| (DocumentId(of as u128), it))).settle();
        let worth =
            |set: u32| (0..actions.len()).filter(|at| set >> at & 1 == 1).map(|at| u32::from(weights[at])).sum::<u32>();
        let sound =
            (0..1u32 << actions.len()).filter(|set| set & gone == 0 && said.iter().all(|said| keeps(*set, said)));
        let best = sound.max_by_key(|&set| worth(set)).expect("nothing at least");
        were_out += (((1u32 << actions.len()) - 1) & !best & !gone).count_ones();
        for (at, &(of, id)) in actions.iter().enumerate() {
            let is_in = documents[of].standing(id) == Standing::Active;
            assert_eq!(is_in, best >> at & 1 == 1, "action {at} of world {world}: {said:?}, weights {weights:?}");
            assert_eq!(documents[of].get(days(), &at.to_string()).is_some(), is_in);
        }
        documents.iter().for_each(Document::check_invariants);
    }
    assert!(were_out > 300, "{were_out} had to give way");
}
