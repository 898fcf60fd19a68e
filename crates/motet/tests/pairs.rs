//! Every ordered pair of op kinds: at once, one after the other who has heard of it, and by one author; in every order of
//! arrival, and with each turned off and on again in every order.
//!
//! Why this exists: each kind is right beside its own kind long before it is right beside all others. What is a kind says
//! the table of docs/OPS.md, and a new op does not compile here before it is told how it is written; so whoever adds one
//! gets its pairs with all others.
//!
//! The changes are made by the naive model, so that nothing of the engine decides what is tried.

mod common;
mod stories;

use log::{Op, RULES};
use motet::{
    Action, BlobHash, BlobRef, ContainerId, Decider, Id, Kind, MediaType, Outcome, Proposal, ReplicaId, Rule, Span,
    Value,
};
use naive::{Author, Direction, Edit, Grows, Standing};
use std::collections::BTreeSet;
use stories::{Story, Turn, turns};

const WRITER: ReplicaId = ReplicaId(100);

fn body() -> ContainerId {
    ContainerId::root(Kind::Text, "body")
}

fn meta() -> ContainerId {
    ContainerId::root(Kind::Map, "meta")
}

fn items() -> ContainerId {
    ContainerId::root(Kind::List, "items")
}

fn outline() -> ContainerId {
    ContainerId::root(Kind::Tree, "outline")
}

fn votes() -> ContainerId {
    ContainerId::root(Kind::Counter, "votes")
}

/// What an author may do next: something of each kind, and both ways where two of a kind have different effects.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Deed {
    Insert,
    Delete,
    Object,
    Paragraph,
    Mark,
    /// Moves the first two elements to the end.
    Move,
    /// Moves the last two elements behind the first.
    MoveOpposite,
    Set,
    Unset,
    Blob,
    /// Makes a text where [`Deed::Set`] writes, and writes in it.
    Nest,
    Add,
    ItemInsert,
    ItemDelete,
    ItemMove,
    ItemSet,
    Sprout,
    /// Moves the first node below the second.
    Into,
    /// Moves the second node below the first.
    IntoOpposite,
    Fell,
    /// Takes back what was done last, or the writer's move.
    Undo,
    /// Brings back all that is undone.
    Redo,
    /// Accepts all that is proposed.
    Accept,
    Reject,
    Suggest,
    Draft,
    /// Does a part of a draft.
    Plan,
    /// Lets what was done last need that Ann has the hall.
    Enables,
    /// Lets what was done last and the title exclude each other.
    Exclude,
    Claim,
    Resolve,
    Weigh,
    Govern,
    Decide,
    Vote,
    Trim,
    Unknown,
}

const DEEDS: [Deed; 37] = [
    Deed::Insert,
    Deed::Delete,
    Deed::Object,
    Deed::Paragraph,
    Deed::Mark,
    Deed::Move,
    Deed::MoveOpposite,
    Deed::Set,
    Deed::Unset,
    Deed::Blob,
    Deed::Nest,
    Deed::Add,
    Deed::ItemInsert,
    Deed::ItemDelete,
    Deed::ItemMove,
    Deed::ItemSet,
    Deed::Sprout,
    Deed::Into,
    Deed::IntoOpposite,
    Deed::Fell,
    Deed::Undo,
    Deed::Redo,
    Deed::Accept,
    Deed::Reject,
    Deed::Suggest,
    Deed::Draft,
    Deed::Plan,
    Deed::Enables,
    Deed::Exclude,
    Deed::Claim,
    Deed::Resolve,
    Deed::Weigh,
    Deed::Govern,
    Deed::Decide,
    Deed::Vote,
    Deed::Trim,
    Deed::Unknown,
];

/// Those by which something is decided.
const DECIDING: [Deed; 4] = [Deed::Govern, Deed::Decide, Deed::Vote, Deed::Trim];

/// What docs/OPS.md calls the kind of an op.
fn kind(op: &Op) -> &'static str {
    match op {
        Op::Insert { .. } => "insert",
        Op::Delete { .. } => "delete",
        Op::Set { value: Some(Value::Blob(_)), .. } => "blob",
        Op::Set { value: Some(Value::Container(_)), .. } => "container create",
        Op::Set { .. } => "set",
        Op::Control { .. } => "control",
        Op::Constrain { .. } => "constraint",
        Op::Claim { .. } => "claim",
        Op::Resolve { .. } => "answer",
        Op::Weigh { .. } => "weight",
        Op::Draft { .. } => "draft",
        Op::Govern { .. } => "policy",
        Op::Decide { .. } => "decision",
        Op::Vote { .. } => "vote",
        Op::Trim { .. } => "trimming",
        Op::CounterAdd { .. } => "counter add",
        Op::ListInsert { .. } => "list insert",
        Op::ListDelete { .. } => "list delete",
        Op::ListMove { .. } => "list move",
        Op::ListSet { .. } => "list set",
        Op::TreeCreate { .. } => "tree create",
        Op::TreeMove { .. } => "tree move",
        Op::TreeDelete { .. } => "tree delete",
        Op::TextObject { .. } => "text object",
        Op::TextMark { .. } => "text mark",
        Op::TextMove { .. } => "text move",
        Op::Unknown { .. } => "unknown",
    }
}

/// The first column of the table in docs/OPS.md.
fn kinds_in_the_docs() -> BTreeSet<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/OPS.md");
    let text = std::fs::read_to_string(path).expect("the docs lie beside the crates");
    let rows = text.lines().skip_while(|line| !line.starts_with("| kind | container |")).skip(2);
    let rows = rows.take_while(|line| line.starts_with("| "));
    rows.map(|row| row.split('|').nth(1).expect("a column").trim().to_owned()).collect()
}

/// What the stories begin with.
struct Beginning {
    writer: Author,
    keys: Vec<(ReplicaId, Decider)>,
    /// Who has the hall, and who would like to.
    ann: Id,
    bob: Id,
    title: Id,
    moved: Span,
    draft: Id,
    nodes: [Id; 3],
    /// By what decisions are made, the last that counts, and one that not enough agreed to yet.
    policy: Id,
    decided: Id,
    open: Option<Id>,
}

/// Something in each container, a conflict, something undone, something proposed; and a decision behind it. Whoever writes
/// here may decide alone, or where they decide together two of three must agree.
fn written(together: bool) -> Beginning {
    let key = |n: u8| Decider([n; 32]);
    let keys =
        [(WRITER, 1), (ReplicaId(1), if together { 2 } else { 1 }), (ReplicaId(2), if together { 3 } else { 1 })];
    let keys: Vec<_> = keys.map(|(replica, n)| (replica, key(n))).to_vec();
    let mut writer = Author::new(WRITER);
    keys.iter().for_each(|(replica, key)| writer.naive.note_author(*replica, *key));
    writer.commit(&[Edit::insert(body(), 0, "abcdef")]);
    writer.commit(&[Edit::Object { container: body(), index: 2, kind: String::new() }]);
    writer.commit(&[Edit::Object { container: body(), index: 4, kind: "footnote".to_owned() }]);
    let moved = writer.commit(&[Edit::Move { container: body(), range: 5..7, to: 1 }]).span();
    writer.commit(&[mark(0, 1..4)]);
    let title = writer.commit(&[set("title", Some(Value::Int(0)))]).id;
    let values = (0..3).map(Value::Int).collect();
    writer.commit(&[Edit::ListInsert { container: items(), index: 0, values }]);
    writer.commit(&[Edit::ListMove { container: items(), from: 0, to: 1 }]);
    let sprout = Edit::TreeCreate { container: outline(), parent: None, index: 0 };
    let nodes = writer.commit(&[sprout.clone(), sprout.clone(), sprout]).span();
    writer.commit(&[Edit::Add { container: votes(), amount: 1 }]);
    let (mut policy, first) = (govern(&mut writer, &[key(1)], &[]), writer.next());
    writer.commit(&[Edit::Declare(Op::Decide { by: policy, after: None, outcomes: Vec::new() })]);
    let mut decided = first;
    let mut claim = |who: &str| writer.commit(&[set(who, Some(Value::Bool(true))), claim()]).id;
    let (ann, bob) = (claim("ann"), claim("bob"));
    let undone = writer.commit(&[Edit::insert(body(), 3, "un")]).span();
    writer.commit(&[Edit::Undo { targets: vec![undone] }]);
    writer.propose(Some(Proposal::Suggestion), &[Edit::insert(body(), 1, "proposed")]);
    let draft = writer.commit(&[Edit::Declare(Op::Draft { name: "plan".to_owned() })]).id;
    let mut open = None;
    if together {
        let sole = policy;
        policy = govern(&mut writer, &[key(1), key(2), key(3)], &[sole]);
        decided = writer.next();
        writer.commit(&[Edit::Declare(Op::Decide {
            by: sole,
            after: Some(first),
            outcomes: vec![(bob, Outcome::Open)],
        })]);
        open = Some(writer.next());
        writer.commit(&[Edit::Declare(Op::Decide { by: policy, after: Some(decided), outcomes: Vec::new() })]);
    }
    let nodes = [nodes.first(), nodes.first().plus(1), nodes.last()];
    Beginning { writer, keys, ann, bob, title, moved, draft, nodes, policy, decided, open }
}

fn govern(author: &mut Author, deciders: &[Decider], pred: &[Id]) -> Id {
    let op = Op::Govern { rules: RULES, deciders: deciders.to_vec(), pred: pred.to_vec() };
    author.commit(&[Edit::Declare(op)]).id
}

fn set(key: &str, value: Option<Value>) -> Edit {
    Edit::Set { container: meta(), key: key.to_owned(), value }
}

fn mark(value: i64, range: std::ops::Range<usize>) -> Edit {
    let grows = Grows { at_start: false, at_end: true };
    Edit::Mark { container: body(), range, grows, key: "bold".to_owned(), value: Some(Value::Int(value)) }
}

fn claim() -> Edit {
    Edit::Declare(Op::Claim { name: "the hall".to_owned(), places: 1 })
}

fn blob() -> Value {
    let reference = BlobRef::new(BlobHash::of(b"picture"), 7, MediaType::unknown(), Some((4, 3)));
    Value::Blob(Box::new(reference.expect("within the limits")))
}

/// `ids` as spans, each as long as it can be.
fn spans(ids: impl Iterator<Item = Id>) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for id in ids {
        match spans.last_mut() {
            Some(span) if span.replica == id.replica && span.end == id.seq => span.end += 1,
            _ => spans.push(Span::of(id)),
        }
    }
    spans
}

/// The latest action that an author knows of.
fn newest(author: &Author) -> &Action {
    author.naive.actions().max_by_key(|action| (action.lamport, action.id)).expect("something was written")
}

impl Beginning {
    /// The deed as edits of what the author sees, where it can be done, and as what it is proposed. `n` tells what is written
    /// apart.
    fn edits(&self, author: &Author, deed: Deed, n: usize) -> Option<(Option<Proposal>, Vec<Edit>)> {
        let len = author.ids(body()).len();
        let list = author.list(items()).len();
        let typed = ["X", "Y"][n];
        let value = Value::Int(10 + n as i64);
        let insert = |index: usize| Edit::insert(body(), index.min(len), typed);
        let object = |index: usize, kind: &str| Edit::Object { container: body(), index, kind: kind.to_owned() };
        let shift = |range: std::ops::Range<usize>, to| Edit::Move { container: body(), range, to };
        let is_there = |node: Id| author.tree(outline()).nodes.iter().any(|shown| shown.id == node);
        // The second, or where that was taken out the third.
        let [first, second, third] = self.nodes;
        let second = if is_there(second) { second } else { third };
        let into = |node, parent| Edit::TreeMove { container: outline(), node, parent: Some(parent), index: 0 };
        // What there was before the story is known to everybody, so this is the other's where he heard of it.
        let last = newest(author);
        let is_told = last.id.replica != WRITER;
        let edit = match deed {
            Deed::Insert => insert(len),
            Deed::Delete => Edit::Delete { container: body(), range: 1..3, direction: Direction::Backward },
            Deed::Object => object(3, "image"),
            Deed::Paragraph => object(3, ""),
            Deed::Mark => mark(value_of(&value), 2..5),
            Deed::Move => shift(0..2, len),
            Deed::MoveOpposite => shift(len - 2..len, 1),
            Deed::Set => set("title", Some(value)),
            Deed::Unset => set("title", None),
            Deed::Blob => set("title", Some(blob())),
            Deed::Nest => {
                let made = ContainerId::Element(Kind::Text, author.next());
                let text = Edit::insert(made, 0, typed);
                return Some((None, vec![set("title", Some(Value::Container(Kind::Text))), text]));
            }
            Deed::Add => Edit::Add { container: votes(), amount: 5 },
            Deed::ItemInsert => Edit::ListInsert { container: items(), index: 1.min(list), values: vec![value] },
            Deed::ItemDelete => Edit::ListDelete { container: items(), range: 0..list.min(2) },
            Deed::ItemMove => Edit::ListMove { container: items(), from: 0, to: list.checked_sub(1)? },
            Deed::ItemSet => Edit::ListSet { container: items(), index: 0, value },
            Deed::Sprout => {
                Edit::TreeCreate { container: outline(), parent: is_there(first).then_some(first), index: 0 }
            }
            Deed::Into => into(first, second),
            Deed::IntoOpposite => into(second, first),
            Deed::Fell => Edit::TreeDelete { container: outline(), node: second },
            Deed::Undo => Edit::Undo { targets: vec![if is_told { last.span() } else { self.moved }] },
            Deed::Redo => {
                let standings = author.naive.standings(&author.policy).into_iter();
                let undone = standings.filter(|(_, standing)| *standing == Standing::Undone).map(|(id, _)| id);
                Edit::Redo { targets: spans(undone) }
            }
            Deed::Accept | Deed::Reject => {
                let proposed = author.naive.actions().filter(|action| action.proposal.is_some());
                let targets = proposed.map(Action::span).collect();
                Edit::Decide { targets, accepts: deed == Deed::Accept }
            }
            Deed::Suggest => {
                return Some((Some(Proposal::Suggestion), vec![insert(1), set("title", Some(value))]));
            }
            Deed::Draft => Edit::Declare(Op::Draft { name: "another".to_owned() }),
            Deed::Plan => return Some((Some(Proposal::Draft(self.draft)), vec![insert(2)])),
            Deed::Enables => tie(Rule::Enables, self.ann, if is_told { last.id } else { self.title }),
            Deed::Exclude => tie(Rule::AtMost(1), self.title, if is_told { last.id } else { self.bob }),
            Deed::Claim => return Some((None, vec![set("eve", Some(value)), claim()])),
            Deed::Resolve => {
                let mut actions = vec![self.ann, self.bob];
                actions.extend(is_told.then_some(last.id));
                actions.sort_unstable();
                Edit::Declare(Op::Resolve { actions, keep: vec![self.bob], pred: Vec::new() })
            }
            Deed::Weigh => Edit::Declare(Op::Weigh { actions: vec![self.bob], weight: 40, pred: Vec::new() }),
            Deed::Govern => {
                let own = self.keys.iter().find(|(replica, _)| *replica == author.replica).expect("an author's").1;
                let pred = vec![self.policy];
                Edit::Declare(Op::Govern { rules: RULES, deciders: vec![own], pred })
            }
            Deed::Decide => Edit::Declare(self.decision(author)),
            Deed::Vote => Edit::Declare(Op::Vote { decision: self.newest_decision(author) }),
            Deed::Trim => {
                let decision = self.decision(author);
                let Op::Decide { after: Some(followed), .. } = decision else { unreachable!("there is one before") };
                let trim = Op::Trim { decision: followed, certificate: Vec::new() };
                return Some((None, vec![Edit::Declare(decision), Edit::Declare(trim)]));
            }
            Deed::Unknown => Edit::Declare(Op::Unknown { kind: 999, len: 2, body: vec![1, 2, 3] }),
        };
        Some((None, vec![edit]))
    }

    /// A decision that Bob does not get the hall. Where one decides alone it follows whatever was decided before.
    fn decision(&self, author: &Author) -> Op {
        let after = if self.open.is_some() { self.decided } else { self.newest_decision(author) };
        Op::Decide { by: self.policy, after: Some(after), outcomes: vec![(self.bob, Outcome::Out)] }
    }

    fn newest_decision(&self, author: &Author) -> Id {
        let decides = |action: &&Action| matches!(action.ops[0], Op::Decide { .. });
        let latest = author.naive.actions().filter(decides).max_by_key(|action| (action.lamport, action.id));
        latest.expect("there is one").id
    }

    /// The actions of authors who do `deeds` in turn, where they can be done.
    fn actions(&self, deeds: [Deed; 2], turns: &[Turn]) -> Option<Vec<Action>> {
        let mut authors = [1, 2].map(|replica| Author { replica: ReplicaId(replica), ..self.writer.clone() });
        let mut actions: Vec<Action> = Vec::new();
        for (n, (deed, &(who, hears))) in deeds.into_iter().zip(turns).enumerate() {
            if hears {
                actions.iter().for_each(|action| authors[who].naive.receive(action.clone()));
            }
            let (proposal, edits) = self.edits(&authors[who], deed, n)?;
            actions.push(authors[who].propose(proposal, &edits));
        }
        Some(actions)
    }
}

fn value_of(value: &Value) -> i64 {
    if let Value::Int(value) = value { *value } else { 0 }
}

fn tie(rule: Rule, first: Id, second: Id) -> Edit {
    Edit::Declare(Op::Constrain { rule, actions: rule.list(&[first, second]) })
}

/// Tells every story of two deeds of which `is_one` is true; which pairs of kinds met in each of the ways, two at once first.
fn tell(beginning: &Beginning, is_one: impl Fn([Deed; 2]) -> bool) -> Vec<BTreeSet<(String, String)>> {
    let mut met = vec![BTreeSet::new(); turns(2).len()];
    let pairs = DEEDS.into_iter().flat_map(|first| DEEDS.map(|second| [first, second]));
    for deeds in pairs.filter(|deeds| is_one(*deeds)) {
        for (turns, met) in turns(2).iter().zip(&mut met) {
            let Some(actions) = beginning.actions(deeds, turns) else { continue };
            println!("failing story, if any: {deeds:?} by {turns:?}");
            let kinds = |at: usize| actions[at].ops.iter().map(kind).collect::<Vec<_>>();
            for first in kinds(0) {
                met.extend(kinds(1).into_iter().map(|second| (first.to_owned(), second.to_owned())));
            }
            let before = beginning.writer.naive.clone();
            Story::new(before, actions, &beginning.keys, format!("{deeds:?} by {turns:?}")).check(|_, _| {});
        }
    }
    met
}

/// Which of two tests a story is told in, so that they run side by side.
fn is_in(half: usize, [first, _]: [Deed; 2]) -> bool {
    first as usize % 2 == half
}

/// Whether every kind met every other, and itself, in each of the ways. `is_first` says which kinds began.
fn all_met(met: Vec<BTreeSet<(String, String)>>, firsts: &BTreeSet<String>) {
    let all = kinds_in_the_docs();
    for (met, turns) in met.into_iter().zip(turns(2)) {
        for first in firsts {
            let missing: Vec<_> =
                all.iter().filter(|second| !met.contains(&(first.clone(), (*second).clone()))).collect();
            assert!(missing.is_empty(), "{first} never met {missing:?} by {turns:?}");
        }
    }
}

fn kinds_of(half: usize) -> BTreeSet<String> {
    let beginning = written(false);
    let deeds = DEEDS.into_iter().filter(|deed| is_in(half, [*deed; 2]));
    let edits = deeds.filter_map(|deed| beginning.edits(&beginning.writer, deed, 0));
    edits
        .flat_map(|(proposal, edits)| beginning.writer.draft(proposal, &edits).ops)
        .map(|op| kind(&op).to_owned())
        .collect()
}

#[test]
fn the_docs_list_every_kind_and_no_other() {
    let written: BTreeSet<String> = kinds_of(0).into_iter().chain(kinds_of(1)).collect();
    assert_eq!(written, kinds_in_the_docs());
}

#[test]
fn every_ordered_pair_of_kinds_half_of_them() {
    all_met(tell(&written(false), |deeds| is_in(0, deeds)), &kinds_of(0));
}

#[test]
fn every_ordered_pair_of_kinds_the_other_half() {
    all_met(tell(&written(false), |deeds| is_in(1, deeds)), &kinds_of(1));
}

/// What is decided by several, beside anything.
#[test]
fn every_pair_with_what_several_decide_together() {
    let is_one = |deeds: [Deed; 2]| deeds.iter().any(|deed| DECIDING.contains(deed));
    assert!(tell(&written(true), is_one)[0].len() > 150);
}
