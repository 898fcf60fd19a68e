//! What two people added at once under one key, or as one item.
//!
//! A document may have a key twice, and a list may have an item twice, because somebody wanted that. Only what was added
//! by people who had not seen each other is one thing that is there twice.

use crate::held::Body;
use crate::literal::unquoted;
use crate::names::children;
use crate::read::{Child, Other, Reader};
use json::{ConflictKind, Kind, Rule, Shape};
use motet::{Id, SortedMap};

/// Leaves one of each: the latest shows, and the others become alternatives.
pub(crate) fn join(reader: &mut Reader<'_>, kind: Kind, rule: &Rule, found: &mut Vec<Child>) {
    if found.len() < 2 || is_of_one_action(reader, found) {
        return;
    }
    let names: Vec<Option<String>> = found.iter().map(|child| name(reader, kind, rule, child)).collect();
    let mut by_name: SortedMap<&str, Vec<usize>> = SortedMap::new();
    for (at, name) in names.iter().enumerate().filter_map(|(at, name)| Some((at, name.as_deref()?))) {
        by_name.entry(name).or_default().push(at);
    }
    let mut lost = vec![false; found.len()];
    for group in by_name.values().filter(|group| group.len() > 1) {
        rivals(reader, rule, group, found, &mut lost);
    }
    let mut at = 0;
    found.retain(|_| {
        at += 1;
        !lost[at - 1]
    });
}

/// Whether one action made them all, as an import does: then nothing happened at once.
fn is_of_one_action(reader: &Reader<'_>, found: &[Child]) -> bool {
    let first = found[0].named;
    // Who cannot know looks at the names.
    let Some(document) = reader.source.document else { return false };
    let Some(log) = document.log().log(first.replica).filter(|log| first.seq < log.end()) else { return true };
    let range = log.action_range(first.seq);
    found.iter().all(|child| child.named.replica == first.replica && range.contains(&child.named.seq))
}

/// Of several with one name, those that lose against a later one whose author had not seen them.
fn rivals(reader: &Reader<'_>, rule: &Rule, group: &[usize], found: &mut [Child], lost: &mut [bool]) {
    let lamport = |id: Id| reader.chooser.causes.log().and_then(|log| log.lamport(id)).unwrap_or(0);
    let mut order = group.to_vec();
    order.sort_unstable_by_key(|&at| (lamport(found[at].named), found[at].named));
    for (place, &at) in order.iter().enumerate() {
        let causes = &reader.chooser.causes;
        let later =
            order[place + 1..].iter().rev().find(|&&later| causes.are_concurrent(found[later].named, found[at].named));
        let Some(&winner) = later else { continue };
        lost[at] = true;
        let (write, body) = (found[at].item, found[at].body.clone());
        // In a set, the same value twice is nothing to ask about; nor are equal scalars.
        if rule.shape != Shape::Set && (body != found[winner].body || body.node().is_some()) {
            let child = &mut found[winner];
            child.kind = child.kind.or(Some(ConflictKind::BothAdded));
            child.others.push((write, Other::Rival(body)));
        }
    }
}

/// What makes a member or item the same as another.
fn name(reader: &mut Reader<'_>, kind: Kind, rule: &Rule, child: &Child) -> Option<String> {
    match (kind, rule.shape) {
        (Kind::Object, _) => unquoted(child.key.as_deref()?).or_else(|| child.key.clone()),
        (_, Shape::Set) => {
            let place = reader.schema.root();
            Some(reader.aside(&child.body, &place))
        }
        (_, Shape::Keyed) => rule.by.iter().map(|field| member(reader, &child.body, field)).collect(),
        (_, Shape::Auto) => ["id", "uid"].iter().find_map(|field| member(reader, &child.body, field)),
        _ => None,
    }
}

/// The scalar that an object has as a member, with how long it is.
fn member(reader: &Reader<'_>, body: &Body, field: &str) -> Option<String> {
    let Body::Object(node) = *body else { return None };
    let list = reader.source.shown.list(children(node))?;
    let mut heads = list.iter().map(|(item, _)| list.heads(item));
    heads.find_map(|heads| {
        let choice = reader.chooser.choose(&heads, Some(node))?;
        let is_it = unquoted(choice.held.key.as_deref()?).as_deref() == Some(field);
        match choice.held.body {
            Body::Raw(text) if is_it => {
                let text = unquoted(&text).unwrap_or(text);
                Some(format!("{}:{text}", text.len()))
            }
            _ => None,
        }
    })
}
