//! Documents in which much is tied to much: what people and programs could declare, by chance.

use motet::{
    ContainerId, Document, DocumentId, Edit, Id, Kind, Parcel, Replica, ReplicaId, Rule, SigningKey, Span, Value,
};
use naive::Random;

/// The document.
pub const DOC: DocumentId = DocumentId(0xd1d0);

/// How many people write.
const PEOPLE: usize = 3;

/// A member whom nobody else is.
pub fn member(number: u8) -> Replica {
    Replica::new(DOC, 0, ReplicaId(number.into()), SigningKey::from_bytes(&[number; 32]))
}

/// Gives `to` what it lacks of what `from` has.
pub fn give(from: &mut Replica, to: &mut Replica) {
    from.seal_all();
    for parcel in from.export(&from.version().missing_from(&to.version()), usize::MAX) {
        to.import(&parcel.bytes, None).expect("signed by its author");
    }
}

/// Three people who wrote `steps` times altogether, exchanging now and then, and in the end have everything.
pub fn written(seed: u64, steps: usize) -> Vec<Replica> {
    let mut random = Random::new(seed);
    let mut members: Vec<Replica> = (1..=PEOPLE as u8).map(member).collect();
    for step in 0..steps {
        let who = random.below(PEOPLE);
        act(members[who].document_mut(), &mut random, step as i64);
        if random.chance(20) {
            exchange(&mut members, who, (who + 1 + random.below(PEOPLE - 1)) % PEOPLE);
        }
    }
    for (one, other) in [(0, 1), (1, 2), (0, 1)] {
        exchange(&mut members, one, other);
    }
    members
}

fn exchange(members: &mut [Replica], one: usize, other: usize) {
    let [one, other] = members.get_disjoint_mut([one, other]).expect("two people");
    give(one, other);
    give(other, one);
}

/// Writes, undoes, or says something of what is there.
fn act(document: &mut Document, random: &mut Random, time: i64) {
    let some = actions(document, random);
    match random.below(12) {
        0 | 1 => drop(document.edit(time, |edit| work(edit, random))),
        2 if !some.is_empty() => drop(document.undo_spans(&[Span::of(some[0])], time)),
        3 if !some.is_empty() => drop(document.redo_spans(&[Span::of(some[0])], time)),
        4 => drop(document.edit(time, |edit| {
            work(edit, random);
            edit.claim(["room", "hall"][random.below(2)], 1 + random.below(2) as u32);
        })),
        5 => drop(document.edit(time, |edit| edit.resolve(&some, &some[..some.len().min(1)]))),
        6 => drop(document.edit(time, |edit| edit.weigh(&some, 1 + random.below(40) as u16))),
        _ => drop(document.edit(time, |edit| edit.constrain(Rule::EACH[random.below(10)], &some))),
    }
    // What cannot be said of just these is not said.
    drop(document.take_refusal());
}

fn work(edit: &mut Edit<'_>, random: &mut Random) {
    let text = ContainerId::root(Kind::Text, "text");
    let len = edit.document().text_len(text);
    let at = random.below(len as usize + 1) as u32;
    match random.below(3) {
        0 if at < len => edit.delete(text, at, 1),
        1 => edit.set(ContainerId::root(Kind::Map, "map"), ["a", "b", "c"][random.below(3)], Value::Int(at.into())),
        _ => edit.insert(text, at, ["a", "bc", "def"][random.below(3)]),
    }
}

/// Two to four actions that are here, where there are any.
fn actions(document: &Document, random: &mut Random) -> Vec<Id> {
    let ends: Vec<_> = document.version().iter().filter(|(_, end)| *end > 0).collect();
    let mut some = Vec::new();
    for _ in 0..2 + random.below(3) {
        let Some((replica, end)) = random.pick(&ends) else { return Vec::new() };
        let id = Id::new(replica, random.below(end as usize) as u32);
        let first = document.action_of(id).expect("it is here").first();
        if !some.contains(&first) {
            some.push(first);
        }
    }
    some
}

/// Everything that a member has, in parcels of a size.
pub fn parcels(member: &Replica, bytes_max: usize) -> Vec<Parcel> {
    let mut missing = member.version().missing_from(&motet::VersionVector::new());
    let mut parcels = Vec::new();
    while !missing.is_empty() {
        let some = member.export(&missing, bytes_max);
        assert!(!some.is_empty(), "something is missing and nothing comes");
        for parcel in &some {
            missing = missing.iter().flat_map(|span| without(*span, parcel.span)).collect();
        }
        parcels.extend(some);
    }
    parcels
}

/// The parts of a span that are not in another.
fn without(span: Span, other: Span) -> Vec<Span> {
    if span.intersect(&other).is_none() {
        return vec![span];
    }
    let before = Span::new(span.replica, span.start, other.start.max(span.start));
    let after = Span::new(span.replica, other.end.min(span.end), span.end);
    [before, after].into_iter().filter(|part| !part.is_empty()).collect()
}
