//! Short histories, told in every way that there is: in each order of arrival, all at once, as logs, and with each action
//! turned off and on again in every order, so that every subset is shown. The engine must show what the naive model
//! says of it, patches must bring a screen there, and whatever is equal must have one hash.

#[path = "../standings/mod.rs"]
mod standings;

use crate::common::{Screen, compare, policy_of};
use motet::{Action, ContainerId, Decider, Document, Id, Patch, ReplicaId};
use naive::{Naive, Policy, Standing, State};
use standings::{compare_places, compare_standings};
use std::collections::{BTreeMap, BTreeSet};

/// Who acts, and whether he has heard of everything before.
pub type Turn = (usize, bool);

/// Two at once; one after the other, who has heard of it; one alone.
const TWO: [&[Turn]; 3] = [&[(0, false), (1, false)], &[(0, false), (1, true)], &[(0, false), (0, false)]];

/// Three at once; two at once, and one of them again when he has heard; one twice beside another; one who has
/// heard beside one who has not.
const THREE: [&[Turn]; 4] = [
    &[(0, false), (1, false), (2, false)],
    &[(0, false), (1, false), (0, true)],
    &[(0, false), (0, false), (1, false)],
    &[(0, false), (1, true), (2, false)],
];

/// The ways in which so many, two or three, can follow one another.
pub fn turns(count: usize) -> &'static [&'static [Turn]] {
    if count == 2 { &TWO } else { &THREE }
}

/// What came before, and the actions of a history.
pub struct Story {
    before: Naive,
    actions: Vec<Action>,
    /// What is shown without the actions of each set, by its bits.
    pub states: Vec<State>,
    /// What becomes of each element then.
    standings: Vec<BTreeMap<Id, Standing>>,
    /// Where each element of texts is then.
    places: Vec<BTreeMap<(ContainerId, Id), (usize, bool)>>,
    /// Who writes as which replica, where that matters.
    keys: Vec<(ReplicaId, Decider)>,
    what: String,
}

impl Story {
    pub fn new(before: Naive, actions: Vec<Action>, keys: &[(ReplicaId, Decider)], what: String) -> Self {
        let mut all = before.clone();
        actions.iter().for_each(|action| all.receive(action.clone()));
        let policies: Vec<Policy> = (0..1_usize << actions.len()).map(|set| hiding(&actions, set)).collect();
        let states = policies.iter().map(|policy| all.state(policy)).collect();
        let standings = policies.iter().map(|policy| all.standings(policy)).collect();
        let places = policies.iter().map(|policy| all.places(policy)).collect();
        Self { before, actions, states, standings, places, keys: keys.to_vec(), what }
    }

    /// Somebody who knows nothing yet.
    fn nobody(&self) -> Document {
        let mut document = Document::new(ReplicaId(9));
        self.keys.iter().for_each(|(replica, key)| document.note_author(*replica, *key));
        document
    }

    /// Somebody who knows what came before, and his screen.
    fn reader(&self) -> (Document, Screen) {
        let (mut document, mut screen) = (self.nobody(), Screen::default());
        screen.apply(&document.receive_all(self.before.actions().cloned()).expect("valid actions"));
        (document, screen)
    }

    /// Tells it in every way; whoever asks looks at what is shown each time, too.
    pub fn check(&self, also: impl Fn(&Document, &str)) {
        let mut hashes = Vec::new();
        let orders = permutations(self.actions.len());
        for order in &orders {
            let (mut document, mut screen) = self.reader();
            for &at in order {
                let mut patch = Patch::default();
                document.receive(self.actions[at].clone(), Some(&mut patch)).expect("a valid action");
                screen.apply(&patch);
            }
            let what = format!("{} in the order {order:?}", self.what);
            self.compare(&document, &mut screen, 0, &what);
            also(&document, &what);
            hashes.push(document.state_hash());
        }
        let (mut document, mut screen) = self.reader();
        screen.apply(&document.receive_all(self.actions.iter().cloned()).expect("valid actions"));
        self.compare(&document, &mut screen, 0, &self.what);
        hashes.push(document.state_hash());
        let mut loaded = self.nobody();
        loaded.receive_logs(document.log().logs().cloned().collect(), None).expect("valid logs");
        hashes.push(loaded.state_hash());
        for order in &orders {
            let reversed: Vec<usize> = order.iter().rev().copied().collect();
            self.toggle((&mut document, &mut screen), order, order, &also);
            self.toggle((&mut document, &mut screen), order, &reversed, &also);
            hashes.push(document.state_hash());
        }
        assert!(hashes.windows(2).all(|pair| pair[0] == pair[1]), "{}: hashes {hashes:x?}", self.what);
    }

    /// Turns the actions off one by one, and on again.
    fn toggle(
        &self,
        (document, screen): (&mut Document, &mut Screen),
        off: &[usize],
        on: &[usize],
        also: impl Fn(&Document, &str),
    ) {
        let mut set = 0_usize;
        for at in off.iter().chain(on) {
            set ^= 1 << at;
            screen.apply(&document.set_policy(policy_of(&hiding(&self.actions, set))));
            let what = format!("{} without {set:b}, off {off:?} and on {on:?}", self.what);
            self.compare(document, screen, set, &what);
            also(document, &what);
        }
    }

    fn compare(&self, document: &Document, screen: &mut Screen, set: usize, what: &str) {
        compare(document, screen, &self.states[set], what);
        compare_standings(document, &self.standings[set], what);
        compare_places(document, &self.places[set], what);
        nothing_shows_twice(document, what);
    }
}

/// No element is at two places of one text, list or tree, whatever moved.
fn nothing_shows_twice(document: &Document, what: &str) {
    let model = document.model();
    let spans = |text: &model::Text| text.rich().map(|run| run.span).collect::<Vec<_>>();
    let texts = model.texts().map(|(_, text)| {
        spans(text).iter().flat_map(|span| (span.start..span.end).map(|seq| Id::new(span.replica, seq))).collect()
    });
    let lists = model.lists().map(|(_, list)| list.iter().map(|(id, _)| id).collect());
    let trees = model.trees().map(|(_, tree)| tree.iter().map(|(_, id)| id).collect());
    for shown in texts.chain(lists).chain(trees) {
        let shown: Vec<Id> = shown;
        assert_eq!(shown.iter().collect::<BTreeSet<_>>().len(), shown.len(), "{what}: {shown:?}");
    }
}

fn hiding(actions: &[Action], set: usize) -> Policy {
    let hidden = (0..actions.len()).filter(|at| set >> at & 1 == 1).map(|at| actions[at].span()).collect();
    Policy { hidden, ..Policy::default() }
}

/// All orders of `0..len`.
fn permutations(len: usize) -> Vec<Vec<usize>> {
    let Some(last) = len.checked_sub(1) else { return vec![Vec::new()] };
    let shorter = permutations(last).into_iter();
    let with_last = |order: Vec<usize>, at: usize| [&order[..at], &[last], &order[at..]].concat();
    shorter.flat_map(|order| (0..len).map(move |at| with_last(order.clone(), at))).collect()
}
