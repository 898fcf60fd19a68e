//! Which value of one document is which of another.
//!
//! Members are matched by key, then by value where a key was changed. Items are matched by what identifies them, or
//! in order by content (a longest common subsequence of digests), then by similarity within what lies between; what
//! is left over and equal was moved. At last, items with ids that turn up in another array of the same kind are
//! matched across arrays. Top down with a list of what is to be done, so that depth costs no stack; near-linear, since
//! everything that compares pairs has a budget.

pub(crate) mod identity;
mod list;
mod similar;

use crate::content::{Content, by_key, compare_keys};
use crate::limits::{RENAME_BYTES_MIN, TEXT_BYTES_MIN, VECTOR_LEN_MAX};
use crate::schema::{Place, Rule, Schema, Shape};
use crate::tree::{Kind, NONE, NodeId, Tree};
use identity::{Identity, Keys};
use std::cmp::Ordering;

/// A one-to-one relation between some values of two documents. What is matched sits in matched containers, except
/// items that were moved between arrays.
pub(crate) struct Matching {
    to_other: Vec<u32>,
    to_base: Vec<u32>,
    /// Items of the other document that were looked for in other arrays, and found; sorted.
    across: Vec<NodeId>,
}

impl Matching {
    /// Matches two documents; with `is_across` items are found in other arrays too.
    pub fn of(base: &Content<'_>, other: &Content<'_>, schema: &Schema, is_across: bool) -> Self {
        let (to_other, to_base) = (vec![NONE; base.tree.len()], vec![NONE; other.tree.len()]);
        let empty = Self { to_other, to_base, across: Vec::new() };
        let mut matcher = Matcher { base, other, schema, matching: empty, work: Vec::new() };
        matcher.work.push((base.tree.root(), other.tree.root(), schema.root()));
        matcher.run();
        if is_across {
            matcher.across();
            matcher.matching.across.sort_unstable();
        }
        matcher.matching
    }

    /// Nothing of nothing.
    pub fn nothing() -> Self {
        Self { to_other: Vec::new(), to_base: Vec::new(), across: Vec::new() }
    }

    /// The value of the other document that this one of the base became.
    pub fn other(&self, base: NodeId) -> Option<NodeId> {
        Some(self.to_other[base.0 as usize]).filter(|&id| id != NONE).map(NodeId)
    }

    /// The value of the base that this one of the other document was.
    pub fn base(&self, other: NodeId) -> Option<NodeId> {
        Some(self.to_base[other.0 as usize]).filter(|&id| id != NONE).map(NodeId)
    }

    /// The items of the other document that were in another array, ascending.
    pub fn crossed(&self, base: &Tree, other: &Tree) -> Vec<NodeId> {
        let array = |id| base.parent(self.base(id)?);
        let is_crossed = |&id: &NodeId| array(id) != other.parent(id).and_then(|parent| self.base(parent));
        self.across.iter().copied().filter(is_crossed).collect()
    }

    fn set(&mut self, base: NodeId, other: NodeId) {
        self.to_other[base.0 as usize] = other.0;
        self.to_base[other.0 as usize] = base.0;
    }
}

struct Matcher<'a> {
    base: &'a Content<'a>,
    other: &'a Content<'a>,
    schema: &'a Schema,
    matching: Matching,
    work: Vec<(NodeId, NodeId, Place)>,
}

impl Matcher<'_> {
    fn run(&mut self) {
        while let Some((base, other, place)) = self.work.pop() {
            self.pair(base, other, &place);
        }
    }

    /// Pairs two values with all in them, where they are written alike.
    fn pair_alike(&mut self, base: NodeId, other: NodeId) -> bool {
        let is_alike = self.base.tree.text(base) == self.other.tree.text(other);
        if is_alike {
            for step in 0..self.base.tree.next(base) - base.0 {
                self.matching.set(NodeId(base.0 + step), NodeId(other.0 + step));
            }
        }
        is_alike
    }

    fn pair(&mut self, base: NodeId, other: NodeId, place: &Place) {
        if self.pair_alike(base, other) {
            return;
        }
        self.matching.set(base, other);
        let (before, after) = (self.base.tree, self.other.tree);
        let rule = self.schema.rule(place).cloned().unwrap_or_default();
        if rule.shape == Shape::Value {
            return;
        }
        match (before.kind(base), after.kind(other)) {
            (Kind::Object, Kind::Object) => self.members(base, other, place),
            (Kind::Array, Kind::Array) => self.items(base, other, place, &rule),
            _ => {}
        }
    }

    fn members(&mut self, base: NodeId, other: NodeId, place: &Place) {
        let (before, after) = (self.base.tree, self.other.tree);
        let (members, others) = (by_key(before, base), by_key(after, other));
        let (mut gone, mut new) = (Vec::new(), Vec::new());
        let (mut a, mut b) = (0, 0);
        while a < members.len() && b < others.len() {
            match compare_keys(before, members[a], after, others[b]) {
                Ordering::Less => {
                    gone.push(members[a]);
                    a += 1;
                }
                Ordering::Greater => {
                    new.push(others[b]);
                    b += 1;
                }
                Ordering::Equal => {
                    self.member(members[a], others[b], place);
                    (a, b) = (a + 1, b + 1);
                }
            }
        }
        gone.extend(&members[a..]);
        new.extend(&others[b..]);
        self.renamed(&gone, &new, place);
    }

    fn member(&mut self, base: NodeId, other: NodeId, place: &Place) {
        let child = self.schema.child(place, self.other.tree.key(other).as_deref());
        self.work.push((base, other, child));
    }

    /// Matches members with other keys and the same large value.
    fn renamed(&mut self, gone: &[NodeId], new: &[NodeId], place: &Place) {
        let is_large = |content: &Content<'_>, id| content.tree.text(id).len() >= RENAME_BYTES_MIN;
        let sorted = |content: &Content<'_>, ids: &[NodeId]| {
            let mut ids: Vec<NodeId> = ids.iter().copied().filter(|&id| is_large(content, id)).collect();
            ids.sort_unstable_by_key(|&id| (content.digest(id), id));
            ids
        };
        let (gone, new) = (sorted(self.base, gone), sorted(self.other, new));
        let pairs = join(&gone, &new, |&id| self.base.digest(id), |&id| self.other.digest(id));
        for (base, other) in pairs {
            if self.base.is_same(base, self.other, other) {
                self.member(base, other, place);
            }
        }
    }

    fn items(&mut self, base: NodeId, other: NodeId, place: &Place, rule: &Rule) {
        let items: Vec<NodeId> = self.base.tree.children(base).collect();
        let others: Vec<NodeId> = self.other.tree.children(other).collect();
        let pairs = match Identity::of(rule, &[(self.base, &items), (self.other, &others)]) {
            Some((identity, keys)) => self.keyed(&identity, keys, &items, &others),
            None if rule.shape == Shape::Set => list::equal(self.base, &items, self.other, &others),
            None => list::pairs((self.base, &items), (self.other, &others), list::Rest::Placed),
        };
        if pairs.is_empty() {
            return;
        }
        let child = self.schema.child(place, None);
        for (base, other) in pairs {
            if !self.pair_alike(base, other) {
                self.work.push((base, other, child.clone()));
            }
        }
    }

    fn keyed(
        &self,
        identity: &Identity,
        keys: Vec<Keys>,
        items: &[NodeId],
        others: &[NodeId],
    ) -> Vec<(NodeId, NodeId)> {
        let [(keyed, mut rest), (other_keyed, mut other_rest)] =
            <[Keys; 2]>::try_from(keys).expect("as many keys as lists");
        let pairs = join(&keyed, &other_keyed, |pair| pair.0, |pair| pair.0);
        let mut pairs: Vec<_> = pairs.into_iter().map(|(a, b)| (a.1, b.1)).collect();
        let mut way = list::Rest::Placed;
        if identity.is_renamed {
            let is_left = |matched: &[NodeId], id: NodeId| matched.binary_search(&id).is_err();
            let (mut left, mut right): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
            left.sort_unstable();
            right.sort_unstable();
            rest = items.iter().copied().filter(|&id| is_left(&left, id)).collect();
            other_rest = others.iter().copied().filter(|&id| is_left(&right, id)).collect();
            way = list::Rest::Similar;
        }
        pairs.extend(list::pairs((self.base, &rest), (self.other, &other_rest), way));
        pairs
    }

    /// Matches items that are in another array of their kind.
    fn across(&mut self) {
        let is_left = |map: &[u32]| map.contains(&NONE);
        if !is_left(&self.matching.to_other) || !is_left(&self.matching.to_base) {
            return;
        }
        let ids = identity::all_ids(self.base.tree, self.base, self.schema);
        let other_ids = identity::all_ids(self.other.tree, self.other, self.schema);
        let mut pairs = join(&ids, &other_ids, |id| id.0, |id| id.0);
        pairs.sort_unstable_by_key(|pair| (pair.0.1, pair.1.1));
        for ((_, base, _), (_, other, array)) in pairs {
            if self.matching.other(base).is_none() && self.matching.base(other).is_none() {
                let place = identity::place(self.other.tree, array, self.schema);
                self.work.push((base, other, self.schema.child(&place, None)));
                self.run();
                self.matching.across.push(other);
            }
        }
    }
}

/// Pairs what has equal keys, the first with the first and so on. Both lists are sorted by key.
pub(crate) fn join<A: Copy, B: Copy>(
    left: &[A],
    right: &[B],
    left_key: impl Fn(&A) -> u64,
    right_key: impl Fn(&B) -> u64,
) -> Vec<(A, B)> {
    let (mut a, mut b) = (0, 0);
    let mut pairs = Vec::new();
    while a < left.len() && b < right.len() {
        match left_key(&left[a]).cmp(&right_key(&right[b])) {
            Ordering::Less => a += 1,
            Ordering::Greater => b += 1,
            Ordering::Equal => {
                pairs.push((left[a], right[b]));
                (a, b) = (a + 1, b + 1);
            }
        }
    }
    pairs
}

/// Whether an array counts as one value: the schema says so, or nothing says otherwise and it is a vector, that is up to
/// 16 numbers, some of them perhaps null, and as many in all versions.
pub(crate) fn is_value(rule: &Rule, versions: &[(&Content<'_>, NodeId)]) -> bool {
    let len = |&(content, id): &(&Content<'_>, NodeId)| vector_len(content, id);
    let first = || versions.first().and_then(len);
    match rule.shape {
        Shape::Value => true,
        Shape::Auto => first().is_some_and(|wanted| versions.iter().all(|version| len(version) == Some(wanted))),
        _ => false,
    }
}

/// How many numbers an array holds, where it holds nothing else.
fn vector_len(content: &Content<'_>, id: NodeId) -> Option<usize> {
    let tree = content.tree;
    let mut has_number = false;
    let mut len = 0;
    if tree.kind(id) != Kind::Array {
        return None;
    }
    for item in tree.children(id).take(VECTOR_LEN_MAX + 1) {
        has_number |= tree.kind(item) == Kind::Number;
        if !matches!(tree.kind(item), Kind::Number | Kind::Null) {
            return None;
        }
        len += 1;
    }
    (has_number && len <= VECTOR_LEN_MAX).then_some(len)
}

/// Whether strings are merged word by word.
pub(crate) fn is_text(rule: &Rule, versions: &[(&Content<'_>, NodeId)]) -> bool {
    let is_string = |&(content, id): &(&Content<'_>, NodeId)| content.tree.kind(id) == Kind::String;
    let is_long = |&(content, id): &(&Content<'_>, NodeId)| {
        let text = content.tree.text(id);
        text.len() >= TEXT_BYTES_MIN + 2 && text.contains(' ')
    };
    versions.iter().all(is_string)
        && match rule.shape {
            Shape::Text => true,
            Shape::Auto => versions.iter().all(is_long),
            _ => false,
        }
}
