//! Random histories: authors who edit, undo, look away, and now and then exchange what they have.

use crate::author::{ids, runs};
use crate::declare::{random_answer, random_claim, random_constraint, random_weight};
use crate::forge::forge;
use crate::made::KINDS;
use crate::rich::rich_edit;
use crate::{Author, Direction, Edit, Grade, Random, Standing, Tree};
use blob::{BlobHash, BlobRef, MediaType};
use clock::{Id, ReplicaId, Seq, Span, VersionVector};
use log::{Action, ContainerId, Kind, Op, Proposal, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Several authors, and what they do next: the same for the same seed.
#[derive(Clone, Debug)]
pub struct World {
    /// The authors; [`Step::author`] is an index into them.
    pub authors: Vec<Author>,
    random: Random,
    alphabet: Alphabet,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Whom it happened to.
    pub author: usize,
    /// What it was.
    pub event: Event,
}

impl Step {
    /// The action made, where one was.
    pub fn action(&self) -> Option<&Action> {
        match &self.event {
            Event::Edit { action, .. } => Some(action),
            _ => None,
        }
    }
}

/// What can happen to an author.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// He changed the document.
    Edit {
        /// What he meant, each for what the one before it left.
        edits: Vec<Edit>,
        /// The action that it made.
        action: Action,
    },
    /// He hid some elements.
    Hide(Span),
    /// He shows again what one earlier [`Event::Hide`] hid.
    Unhide(Span),
    /// He hid a replica, past and future.
    HideReplica(ReplicaId),
    /// He shows that replica again.
    UnhideReplica(ReplicaId),
    /// He holds a replica from a counter on.
    Hold(ReplicaId, Seq),
    /// He lets the replica go on.
    Release(ReplicaId),
    /// He looks at an old version.
    Pin(VersionVector),
    /// He looks at the newest version again.
    Unpin,
    /// He wants other things of actions that cannot all be active.
    Wish,
    /// He shows what is proposed that he did not, or the other way round.
    Include,
    /// He received actions.
    Exchange {
        /// The index of the author that they came from.
        from: usize,
        /// The actions in order of arrival: any order, some perhaps known, some perhaps held back.
        actions: Vec<Action>,
    },
}

/// The kinds of step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Letter {
    Insert,
    Delete,
    Set,
    Add,
    ListInsert,
    ListDelete,
    ListMove,
    ListSet,
    TreeCreate,
    TreeMove,
    TreeDelete,
    Type,
    Paragraph,
    Object,
    Cut,
    Mark,
    Unmark,
    Move,
    MoveBack,
    Cell,
    Forge,
    Declare,
    Claim,
    Resolve,
    Weigh,
    Undo,
    Redo,
    Hide,
    Unhide,
    Hold,
    Release,
    Pin,
    Unpin,
    Wish,
    Include,
    Draft,
    Propose,
    Accept,
    Reject,
    Exchange,
}

/// What can happen, and what else an edit may do.
#[derive(Clone, Copy, Debug)]
struct Alphabet {
    letters: &'static [(Letter, usize)],
    edits: &'static [Letter],
}

/// How often each is tried. Looking away is rare and ends soon, so that most edits meet each other;
/// what gives back what is not taken away fails and is tried anew.
const PLAIN: [(Letter, usize); 20] = [
    (Letter::Insert, 30),
    (Letter::Delete, 14),
    (Letter::Set, 12),
    (Letter::Add, 4),
    (Letter::ListInsert, 12),
    (Letter::ListDelete, 5),
    (Letter::ListMove, 12),
    (Letter::ListSet, 6),
    (Letter::TreeCreate, 7),
    (Letter::TreeMove, 18),
    (Letter::TreeDelete, 3),
    (Letter::Undo, 10),
    (Letter::Redo, 6),
    (Letter::Hide, 4),
    (Letter::Unhide, 4),
    (Letter::Hold, 3),
    (Letter::Release, 4),
    (Letter::Pin, 2),
    (Letter::Unpin, 5),
    (Letter::Exchange, 22),
];

/// The same, mostly in texts with objects, marks and moves.
const RICH: [(Letter, usize); 29] = [
    (Letter::Insert, 4),
    (Letter::Delete, 5),
    (Letter::Set, 5),
    (Letter::Add, 1),
    (Letter::ListInsert, 4),
    (Letter::ListDelete, 1),
    (Letter::ListMove, 2),
    (Letter::ListSet, 1),
    (Letter::TreeCreate, 2),
    (Letter::TreeMove, 2),
    (Letter::TreeDelete, 1),
    (Letter::Type, 26),
    (Letter::Paragraph, 8),
    (Letter::Object, 4),
    (Letter::Cut, 6),
    (Letter::Mark, 10),
    (Letter::Unmark, 4),
    (Letter::Move, 18),
    (Letter::MoveBack, 5),
    (Letter::Cell, 3),
    (Letter::Undo, 11),
    (Letter::Redo, 7),
    (Letter::Hide, 4),
    (Letter::Unhide, 4),
    (Letter::Hold, 3),
    (Letter::Release, 4),
    (Letter::Pin, 2),
    (Letter::Unpin, 5),
    (Letter::Exchange, 22),
];

/// The same with ops that nobody means.
const FORGED: [(Letter, usize); 14] = [
    (Letter::Type, 16),
    (Letter::Paragraph, 4),
    (Letter::Object, 2),
    (Letter::Cut, 4),
    (Letter::Mark, 5),
    (Letter::Move, 8),
    (Letter::Cell, 2),
    (Letter::ListInsert, 3),
    (Letter::Forge, 30),
    (Letter::Undo, 9),
    (Letter::Redo, 5),
    (Letter::Hide, 4),
    (Letter::Unhide, 4),
    (Letter::Exchange, 16),
];

/// The same with what actions mean together.
const MEANT: [(Letter, usize); 23] = [
    (Letter::Insert, 14),
    (Letter::Delete, 4),
    (Letter::Set, 16),
    (Letter::Add, 4),
    (Letter::ListInsert, 6),
    (Letter::ListMove, 4),
    (Letter::TreeCreate, 4),
    (Letter::TreeMove, 6),
    (Letter::Declare, 34),
    (Letter::Claim, 12),
    (Letter::Resolve, 12),
    (Letter::Weigh, 6),
    (Letter::Wish, 8),
    (Letter::Undo, 12),
    (Letter::Redo, 9),
    (Letter::Hide, 5),
    (Letter::Unhide, 5),
    (Letter::Hold, 3),
    (Letter::Release, 4),
    (Letter::Pin, 2),
    (Letter::Unpin, 5),
    (Letter::Exchange, 22),
    (Letter::Mark, 3),
];

/// The same as with rich texts, where some want their own to come first.
const WISHING: [(Letter, usize); 23] = [
    (Letter::Set, 8),
    (Letter::ListInsert, 3),
    (Letter::ListDelete, 2),
    (Letter::ListMove, 3),
    (Letter::ListSet, 3),
    (Letter::TreeCreate, 3),
    (Letter::TreeMove, 4),
    (Letter::TreeDelete, 1),
    (Letter::Type, 30),
    (Letter::Paragraph, 4),
    (Letter::Object, 2),
    (Letter::Cut, 14),
    (Letter::Mark, 8),
    (Letter::Move, 6),
    (Letter::Cell, 6),
    (Letter::Undo, 11),
    (Letter::Redo, 7),
    (Letter::Hide, 3),
    (Letter::Unhide, 3),
    (Letter::Hold, 3),
    (Letter::Release, 4),
    (Letter::Wish, 8),
    (Letter::Exchange, 14),
];

/// The same with what is only proposed, and decided about.
const PROPOSED: [(Letter, usize); 28] = [
    (Letter::Insert, 6),
    (Letter::Delete, 4),
    (Letter::Set, 5),
    (Letter::ListInsert, 4),
    (Letter::ListMove, 2),
    (Letter::TreeCreate, 3),
    (Letter::TreeMove, 3),
    (Letter::Mark, 3),
    (Letter::Move, 3),
    (Letter::Declare, 3),
    (Letter::Claim, 2),
    (Letter::Resolve, 2),
    (Letter::Draft, 2),
    (Letter::Propose, 44),
    (Letter::Accept, 18),
    (Letter::Reject, 9),
    (Letter::Undo, 12),
    (Letter::Redo, 9),
    (Letter::Include, 12),
    (Letter::Hide, 4),
    (Letter::Unhide, 4),
    (Letter::Hold, 3),
    (Letter::Release, 4),
    (Letter::Pin, 2),
    (Letter::Unpin, 5),
    (Letter::Wish, 2),
    (Letter::Add, 2),
    (Letter::Exchange, 22),
];

/// Those that edit, for the further edits of an action.
const EDITS: [Letter; 11] = [
    Letter::Insert,
    Letter::Delete,
    Letter::Set,
    Letter::Add,
    Letter::ListInsert,
    Letter::ListMove,
    Letter::ListSet,
    Letter::TreeCreate,
    Letter::TreeMove,
    Letter::Undo,
    Letter::Redo,
];

/// The same for worlds with rich texts.
const RICH_EDITS: [Letter; 11] = [
    Letter::Insert,
    Letter::Set,
    Letter::Type,
    Letter::Type,
    Letter::Paragraph,
    Letter::Object,
    Letter::Cut,
    Letter::Mark,
    Letter::Move,
    Letter::Undo,
    Letter::Redo,
];

/// The same for worlds where actions mean something together.
const MEANT_EDITS: [Letter; 7] =
    [Letter::Insert, Letter::Set, Letter::Declare, Letter::Declare, Letter::Claim, Letter::Resolve, Letter::Undo];

/// The same for worlds of proposals: what is proposed, too.
const PROPOSED_EDITS: [Letter; 20] = [
    Letter::Insert,
    Letter::Insert,
    Letter::Delete,
    Letter::Set,
    Letter::Set,
    Letter::Set,
    Letter::Add,
    Letter::ListInsert,
    Letter::ListDelete,
    Letter::ListMove,
    Letter::ListSet,
    Letter::TreeCreate,
    Letter::TreeMove,
    Letter::TreeDelete,
    Letter::Mark,
    Letter::Move,
    Letter::Declare,
    Letter::Undo,
    Letter::Redo,
    Letter::Accept,
];

/// One to four bytes of UTF-8, one and two units of UTF-16, and a line break.
pub(crate) const CHARACTERS: [char; 12] = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'é', 'ß', '語', '𝄞', '\n'];

/// Few, so that authors meet.
const KEYS: [&str; 3] = ["colour", "size", "title"];

/// The texts of every world; the first is used most.
pub(crate) fn texts() -> [ContainerId; 3] {
    ["body", "body", "notes"].map(|name| ContainerId::root(Kind::Text, name))
}

/// The maps of every world.
fn maps() -> [ContainerId; 2] {
    ["meta", "style"].map(|name| ContainerId::root(Kind::Map, name))
}

/// One of the containers of a kind: mostly one that every world has, or one that somebody made and the author
/// has seen, wherever it is now.
pub(crate) fn container(
    random: &mut Random,
    author: &Author,
    kind: Kind,
    roots: &[ContainerId],
) -> Option<ContainerId> {
    let made: Vec<ContainerId> = author
        .naive
        .made()
        .into_iter()
        .filter(|made| made.kind() == kind && made.makers().all(|maker| author.policy.is_seen(maker)))
        .collect();
    if random.chance(25) && !made.is_empty() { random.pick(&made) } else { random.pick(roots) }
}

impl World {
    /// A world of `replicas` authors, at least one, who have nothing yet. Their texts are plain.
    pub fn new(seed: u64, replicas: usize) -> Self {
        Self::with(seed, replicas, Alphabet { letters: &PLAIN, edits: &EDITS })
    }

    /// A world whose texts have objects, marks and moves.
    pub fn rich(seed: u64, replicas: usize) -> Self {
        Self::with(seed, replicas, Alphabet { letters: &RICH, edits: &RICH_EDITS })
    }

    /// A world where texts are rich and some say what nobody means: neighbours in other containers, ranges that
    /// are reversed or overlap or cover nothing.
    pub fn forged(seed: u64, replicas: usize) -> Self {
        Self::with(seed, replicas, Alphabet { letters: &FORGED, edits: &RICH_EDITS })
    }

    /// A world where authors say what actions mean together, their own and others'.
    pub fn meant(seed: u64, replicas: usize) -> Self {
        Self::with(seed, replicas, Alphabet { letters: &MEANT, edits: &MEANT_EDITS })
    }

    /// A world of rich texts where some want their own to come first.
    pub fn wishing(seed: u64, replicas: usize) -> Self {
        Self::with(seed, replicas, Alphabet { letters: &WISHING, edits: &RICH_EDITS })
    }

    /// A world where much is only proposed, as suggestions and in drafts, and accepted or rejected.
    pub fn proposed(seed: u64, replicas: usize) -> Self {
        Self::with(seed, replicas, Alphabet { letters: &PROPOSED, edits: &PROPOSED_EDITS })
    }

    fn with(seed: u64, replicas: usize, alphabet: Alphabet) -> Self {
        assert!(replicas > 0, "a world needs an author");
        let mut random = Random::new(seed);
        // The low byte keeps them apart; the rest makes their order another one in every world.
        let replica = |index| ReplicaId((random.below(1 << 16) << 8 | index) as u64);
        let authors = (0..replicas).map(replica).map(Author::new).collect();
        Self { authors, random, alphabet }
    }

    /// Lets something happen.
    pub fn step(&mut self) -> Step {
        loop {
            let author = self.random.below(self.authors.len());
            let letter = self.letter();
            if let Some(event) = self.attempt(author, letter) {
                return Step { author, event };
            }
        }
    }

    /// Gives everybody everything. Returns who received what.
    pub fn settle(&mut self) -> Vec<Step> {
        let mut all = BTreeMap::new();
        for author in &self.authors {
            all.extend(author.naive.actions().map(|action| (action.id, action.clone())));
        }
        let mut steps = Vec::new();
        for to in 0..self.authors.len() {
            for from in (0..self.authors.len()).filter(|&from| from != to) {
                let actions = self.missing(from, to);
                if !actions.is_empty() {
                    steps.push(Step { author: to, event: self.deliver(from, to, actions) });
                }
            }
            assert_eq!(self.authors[to].naive.actions().count(), all.len(), "somebody keeps something back");
        }
        steps
    }

    fn letter(&mut self) -> Letter {
        let letters = self.alphabet.letters;
        let mut at = self.random.below(letters.iter().map(|(_, weight)| weight).sum());
        for &(letter, weight) in letters {
            if at < weight {
                return letter;
            }
            at -= weight;
        }
        unreachable!("the weights add up")
    }

    /// Does it where it can be done.
    fn attempt(&mut self, author: usize, letter: Letter) -> Option<Event> {
        match letter {
            Letter::Hide => self.hide(author),
            Letter::Unhide => self.unhide(author),
            Letter::Hold => self.hold(author),
            Letter::Release => self.release(author),
            Letter::Pin => self.pin(author),
            Letter::Unpin => self.authors[author].policy.pin.take().map(|_| Event::Unpin),
            Letter::Wish => self.wish(author),
            Letter::Include => self.include(author),
            Letter::Propose => self.propose(author),
            Letter::Exchange => self.exchange(author),
            _ => self.edit(author, letter),
        }
    }

    fn edit(&mut self, author: usize, first: Letter) -> Option<Event> {
        self.edit_as(author, None, first)
    }

    fn edit_as(&mut self, author: usize, proposal: Option<Proposal>, first: Letter) -> Option<Event> {
        let mut edits = vec![random_edit(&mut self.random, &self.authors[author], first)?];
        while self.random.chance(20) {
            let letter = self.random.pick(self.alphabet.edits)?;
            let ahead = self.authors[author].after_proposing(proposal, &edits);
            edits.extend(random_edit(&mut self.random, &ahead, letter));
        }
        let action = self.authors[author].propose(proposal, &edits);
        Some(Event::Edit { edits, action })
    }

    /// A suggestion or a part of a draft. Mostly who does it sees what is proposed so, as editors let them.
    fn propose(&mut self, author: usize) -> Option<Event> {
        let draft = random_draft(&mut self.random, &self.authors[author]).filter(|_| self.random.chance(40));
        let proposal = draft.map_or(Proposal::Suggestion, Proposal::Draft);
        let Author { policy, replica, .. } = &mut self.authors[author];
        if !policy.includes(*replica, proposal) && self.random.chance(80) {
            match proposal {
                Proposal::Suggestion => _ = policy.suggestions_of.insert(*replica),
                Proposal::Draft(draft) => _ = policy.drafts.insert(draft),
            }
            return Some(Event::Include);
        }
        let letter = self.random.pick(self.alphabet.edits)?;
        self.edit_as(author, Some(proposal), letter)
    }

    /// His own suggestions, everybody's, a draft; or none of these any more.
    fn include(&mut self, author: usize) -> Option<Event> {
        let draft = random_draft(&mut self.random, &self.authors[author]);
        let Author { policy, replica, .. } = &mut self.authors[author];
        match self.random.below(6) {
            0 => policy.every_suggestion = true,
            1 => _ = policy.suggestions_of.insert(*replica),
            2 | 3 => policy.drafts.extend(draft),
            4 => (policy.every_suggestion, policy.suggestions_of) = (false, BTreeSet::new()),
            _ => policy.drafts.clear(),
        }
        Some(Event::Include)
    }

    fn hide(&mut self, author: usize) -> Option<Event> {
        if self.random.chance(30) {
            let replica = self.other(author)?;
            let hidden = &mut self.authors[author].policy.hidden_replicas;
            return hidden.insert(replica).then_some(Event::HideReplica(replica));
        }
        let span = random_action(&mut self.random, &self.authors[author])?.span();
        let span = if self.random.chance(50) { span } else { part(&mut self.random, span) };
        self.authors[author].policy.hidden.push(span);
        Some(Event::Hide(span))
    }

    fn unhide(&mut self, author: usize) -> Option<Event> {
        let policy = &mut self.authors[author].policy;
        if self.random.chance(50)
            && let Some(replica) = policy.hidden_replicas.pop_first()
        {
            return Some(Event::UnhideReplica(replica));
        }
        let at = self.random.pick(&(0..policy.hidden.len()).collect::<Vec<_>>())?;
        Some(Event::Unhide(policy.hidden.remove(at)))
    }

    /// From somewhere near the end of what is known of the other one, even amid an action.
    fn hold(&mut self, author: usize) -> Option<Event> {
        let replica = self.other(author)?;
        let end = self.authors[author].naive.end(replica);
        let from = end.saturating_sub(self.random.below(6) as Seq);
        self.authors[author].policy.held.insert(replica, from);
        Some(Event::Hold(replica, from))
    }

    fn release(&mut self, author: usize) -> Option<Event> {
        let held: Vec<_> = self.authors[author].policy.held.keys().copied().collect();
        let replica = self.random.pick(&held)?;
        self.authors[author].policy.held.remove(&replica);
        Some(Event::Release(replica))
    }

    /// To what there is now, or to what the author of some action had.
    fn pin(&mut self, author: usize) -> Option<Event> {
        let naive = &self.authors[author].naive;
        let last = random_action(&mut self.random, &self.authors[author])?.span().last();
        let version = if self.random.chance(30) { naive.version() } else { naive.past(last) };
        self.authors[author].policy.pin = Some(version.clone());
        Some(Event::Pin(version))
    }

    /// His own work first or not, an action before others, or what one is worth to him; now and then none of these.
    fn wish(&mut self, author: usize) -> Option<Event> {
        let element = random_action(&mut self.random, &self.authors[author])?.span().first();
        let wish = self.random.below(7);
        let weight = [1, 8, 20, 400][self.random.below(4)];
        let Author { policy, replica, .. } = &mut self.authors[author];
        match wish {
            0 | 1 => {
                policy.first.insert(*replica);
                policy.first_from = [Grade::Overlap, Grade::Order, Grade::Conflict][self.random.below(3)];
            }
            2 => policy.first.clear(),
            3 => _ = policy.preferred.insert(element),
            4 => policy.preferred.clear(),
            5 => _ = policy.weights.insert(element, weight),
            _ => policy.weights.clear(),
        }
        Some(Event::Wish)
    }

    /// Shuffled; now and then with something twice, or with something left out, so that the rest waits.
    fn exchange(&mut self, to: usize) -> Option<Event> {
        let others: Vec<_> = (0..self.authors.len()).filter(|&from| from != to).collect();
        let from = self.random.pick(&others)?;
        let mut actions = self.missing(from, to);
        if self.random.chance(20) {
            actions.extend(random_action(&mut self.random, &self.authors[from]).cloned());
        }
        self.random.shuffle(&mut actions);
        if self.random.chance(25) {
            actions.truncate(actions.len().div_ceil(2));
        }
        (!actions.is_empty()).then(|| self.deliver(from, to, actions))
    }

    fn missing(&self, from: usize, to: usize) -> Vec<Action> {
        let has = &self.authors[to].naive;
        self.authors[from].naive.actions().filter(|action| !has.has(action.id)).cloned().collect()
    }

    fn deliver(&mut self, from: usize, to: usize, actions: Vec<Action>) -> Event {
        for action in &actions {
            self.authors[to].naive.receive(action.clone());
        }
        Event::Exchange { from, actions }
    }

    /// Another author's replica. Nobody holds or mutes himself, since he would not see what he types.
    fn other(&mut self, author: usize) -> Option<ReplicaId> {
        let own = self.authors[author].replica;
        let others: Vec<_> = self.authors.iter().map(|other| other.replica).filter(|&other| other != own).collect();
        self.random.pick(&others)
    }
}

fn random_edit(random: &mut Random, author: &Author, letter: Letter) -> Option<Edit> {
    match letter {
        Letter::Insert => random_insert(random, author),
        Letter::Delete => random_delete(random, author),
        Letter::Set => random_set(random, author),
        Letter::Add => random_add(random, author),
        Letter::ListInsert => random_list_insert(random, author),
        Letter::TreeCreate => random_create(random, author),
        Letter::TreeMove | Letter::TreeDelete => random_node_edit(random, author, letter),
        Letter::ListDelete | Letter::ListMove | Letter::ListSet => random_item_edit(random, author, letter),
        Letter::Undo => random_undo(random, author),
        Letter::Redo => random_redo(random, author),
        Letter::Forge => Some(Edit::Forge(forge(random, author))),
        Letter::Declare => random_constraint(random, author),
        Letter::Claim => random_claim(random, author),
        Letter::Resolve => random_answer(random, author),
        Letter::Draft => Some(Edit::Declare(Op::Draft { name: "plan".to_owned() })),
        Letter::Accept => random_decision(random, author, true),
        Letter::Reject => random_decision(random, author, false),
        Letter::Weigh => random_weight(random, author),
        rich => rich_edit(random, author, rich),
    }
}

fn random_insert(random: &mut Random, author: &Author) -> Option<Edit> {
    let container = container(random, author, Kind::Text, &texts())?;
    let index = random_index(random, author, container);
    let len = if random.chance(50) { 1 } else { 1 + random.below(6) };
    let text = (0..len).filter_map(|_| random.pick(&CHARACTERS)).collect();
    Some(Edit::Insert { container, index, text })
}

/// Half the time typing goes on where the author last typed, after it or before it.
pub(crate) fn random_index(random: &mut Random, author: &Author, container: ContainerId) -> usize {
    let ids = author.ids(container);
    let own = (0..ids.len()).filter(|&at| ids[at].replica == author.replica).max_by_key(|&at| ids[at].seq);
    match own {
        Some(last) if random.chance(50) => last + random.below(2),
        _ => random.below(ids.len() + 1),
    }
}

fn random_delete(random: &mut Random, author: &Author) -> Option<Edit> {
    let container = container(random, author, Kind::Text, &texts())?;
    let len = author.ids(container).len();
    let end = random_index(random, author, container).min(len);
    let start = end.saturating_sub(1 + random.below(5));
    let direction = if random.chance(50) { Direction::Forward } else { Direction::Backward };
    (start < end).then_some(Edit::Delete { container, range: start..end, direction })
}

fn random_set(random: &mut Random, author: &Author) -> Option<Edit> {
    let container = container(random, author, Kind::Map, &maps())?;
    let key = random.pick(&KEYS)?.to_owned();
    let value = (!random.chance(16)).then(|| random_value(random));
    Some(Edit::Set { container, key, value })
}

fn random_value(random: &mut Random) -> Value {
    match random.below(7) {
        0 => Value::Null,
        1 => Value::Bool(random.chance(50)),
        2 => Value::Text(CHARACTERS[random.below(CHARACTERS.len())].to_string()),
        3 => Value::Container(KINDS[random.below(KINDS.len())]),
        4 => random_blob(random),
        _ => Value::Int(random.below(100) as i64),
    }
}

/// One of a few, so that one is named in several places.
fn random_blob(random: &mut Random) -> Value {
    let content = [random.below(4) as u8];
    let size = random.chance(50).then_some((640, 480));
    let reference = BlobRef::new(BlobHash::of(&content), 1, MediaType::unknown(), size);
    Value::Blob(Box::new(reference.expect("within the limits")))
}

/// Now and then as much as a counter reads at all.
fn random_add(random: &mut Random, author: &Author) -> Option<Edit> {
    let container = container(random, author, Kind::Counter, &[ContainerId::root(Kind::Counter, "votes")])?;
    let amount = match random.below(8) {
        0 => i64::MAX,
        1 => i64::MIN,
        _ => random.below(21) as i64 - 10,
    };
    Some(Edit::Add { container, amount })
}

fn random_list(random: &mut Random, author: &Author) -> Option<ContainerId> {
    container(random, author, Kind::List, &[ContainerId::root(Kind::List, "items")])
}

fn random_list_insert(random: &mut Random, author: &Author) -> Option<Edit> {
    let container = random_list(random, author)?;
    let index = random.below(author.list(container).len() + 1);
    let len = if random.chance(60) { 1 } else { 1 + random.below(4) };
    Some(Edit::ListInsert { container, index, values: (0..len).map(|_| random_value(random)).collect() })
}

fn random_tree(random: &mut Random, author: &Author) -> Option<ContainerId> {
    container(random, author, Kind::Tree, &[ContainerId::root(Kind::Tree, "outline")])
}

/// A visible node or the top.
fn random_parent(random: &mut Random, tree: &Tree) -> Option<Id> {
    random.below(tree.nodes.len() + 1).checked_sub(1).map(|at| tree.nodes[at].id)
}

fn random_create(random: &mut Random, author: &Author) -> Option<Edit> {
    let container = random_tree(random, author)?;
    let tree = author.tree(container);
    let parent = random_parent(random, &tree);
    let index = random.below(tree.children(parent).len() + 1);
    Some(Edit::TreeCreate { container, parent, index })
}

/// An edit of a node that is there. Moves under what is below the node are made too: they lose.
fn random_node_edit(random: &mut Random, author: &Author, letter: Letter) -> Option<Edit> {
    let container = random_tree(random, author)?;
    let tree = author.tree(container);
    let node = random.pick(&tree.nodes)?.id;
    if letter == Letter::TreeDelete {
        return Some(Edit::TreeDelete { container, node });
    }
    let parent = random_parent(random, &tree);
    let others = tree.children(parent).iter().filter(|child| child.id != node).count();
    Some(Edit::TreeMove { container, node, parent, index: random.below(others + 1) })
}

/// An edit of what is there.
fn random_item_edit(random: &mut Random, author: &Author, letter: Letter) -> Option<Edit> {
    let container = random_list(random, author)?;
    let len = author.list(container).len();
    let from = random.pick(&(0..len).collect::<Vec<_>>())?;
    Some(match letter {
        Letter::ListDelete => Edit::ListDelete { container, range: from..len.min(from + 1 + random.below(3)) },
        Letter::ListMove => Edit::ListMove { container, from, to: random.below(len) },
        _ => Edit::ListSet { container, index: from, value: random_value(random) },
    })
}

/// An action, his own last one more often than not, or a stretch of somebody's log; whatever he can
/// see of it, controls included, though on them it has no effect.
fn random_undo(random: &mut Random, author: &Author) -> Option<Edit> {
    let mut spans = vec![random_undo_span(random, author)?];
    if random.chance(20) {
        spans.extend(random_undo_span(random, author));
    }
    let seen: BTreeSet<Id> = spans.into_iter().flat_map(ids).filter(|&id| author.policy.is_seen(id)).collect();
    let targets = runs(seen);
    (!targets.is_empty()).then_some(Edit::Undo { targets })
}

fn random_undo_span(random: &mut Random, author: &Author) -> Option<Span> {
    let own = author.naive.actions().filter(|action| action.id.replica == author.replica);
    let own_last = own.filter(|action| !matches!(action.ops[..], [Op::Control { .. }])).last();
    let any = random_action(random, author)?;
    let span = match (random.below(5), own_last) {
        (0 | 1, Some(own)) => own.span(),
        (2, _) => Span::new(any.id.replica, 0, author.naive.end(any.id.replica)),
        _ => any.span(),
    };
    Some(if random.chance(40) { part(random, span) } else { span })
}

/// What he sees undone, all of it or a part.
fn random_redo(random: &mut Random, author: &Author) -> Option<Edit> {
    let standings = author.naive.standings(&author.policy).into_iter();
    let undone = runs(standings.filter(|&(_, standing)| standing == Standing::Undone).map(|(id, _)| id));
    let one = random.pick(&undone)?;
    let targets = match random.below(4) {
        0 => undone,
        1 => vec![one],
        _ => vec![part(random, one)],
    };
    Some(Edit::Redo { targets })
}

/// Of what is proposed and was not decided so, or of anything: all of it, one, or a part.
fn random_decision(random: &mut Random, author: &Author, accepts: bool) -> Option<Edit> {
    let proposed = author.naive.actions().filter(|action| action.proposal.is_some());
    let elements = proposed.flat_map(|action| ids(action.span())).filter(|&id| author.policy.is_seen(id));
    let all = runs(elements);
    let one = random.pick(&all)?;
    let targets = match random.below(6) {
        0 => all,
        1 => {
            return random_undo(random, author).map(|edit| match edit {
                Edit::Undo { targets } => Edit::Decide { targets, accepts },
                other => other,
            });
        }
        2 | 3 => vec![one],
        _ => vec![part(random, one)],
    };
    Some(Edit::Decide { targets, accepts })
}

/// A draft that he can see, or now and then an element that is none.
fn random_draft(random: &mut Random, author: &Author) -> Option<Id> {
    let elements = author.naive.elements();
    let is_draft = |op: &Op| matches!(op, Op::Draft { .. });
    let some: Vec<Id> = elements.iter().filter(|element| is_draft(element.op)).map(|element| element.id).collect();
    let any = random_action(random, author)?.id;
    if random.chance(5) { Some(any) } else { random.pick(&some) }
}

fn random_action<'a>(random: &mut Random, author: &'a Author) -> Option<&'a Action> {
    random.pick(&author.naive.actions().collect::<Vec<_>>())
}

/// A stretch of at most eight elements.
fn part(random: &mut Random, span: Span) -> Span {
    let start = span.start + random.below(span.len() as usize) as Seq;
    let len = 1 + random.below(8) as Seq;
    Span::new(span.replica, start, span.end.min(start + len))
}
