//! What Joyce and its kin do, feature by feature: the numbers are those of docs/JOYCE.md, which says what else holds them.

mod a;
mod b;
mod c;
mod d;
mod g;
mod tangle;

use motet::{ContainerId, Document, Id, Kind, Policy, Span, Value};

fn text() -> ContainerId {
    ContainerId::root(Kind::Text, "text")
}

fn map() -> ContainerId {
    ContainerId::root(Kind::Map, "map")
}

/// Writes a key; returns the action.
fn put(document: &mut Document, key: &str) -> Id {
    document.edit(0, |edit| edit.set(map(), key, Value::Bool(true))).expect("an action").first()
}

/// The keys that show, of those that there may be.
fn shown(document: &Document) -> Vec<String> {
    let Some(map) = document.model().map(map()) else { return Vec::new() };
    map.iter().map(|(key, _)| key.to_owned()).collect()
}

/// Gives both everything.
fn exchange(one: &mut Document, other: &mut Document) {
    one.receive_all(other.actions_since(&one.version())).expect("valid");
    other.receive_all(one.actions_since(&other.version())).expect("valid");
}

/// The choice that leaves spans out.
fn hiding(spans: &[Span]) -> Policy {
    let mut policy = Policy::default();
    for span in spans {
        policy.hidden.entry(span.replica).or_default().set(span.start..span.end, Some(()));
    }
    policy
}
