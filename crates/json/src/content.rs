//! What a document says, apart from how it is written: equality, order and digests of values.
//!
//! Two values are the same where a reader of JSON cannot tell them apart: white space, the order of members, escapes
//! and the text of a number (`1.0`, `1`, `10e-1`) do not matter; the order of items does, and so does the sign of
//! zero. Numbers are compared as decimals of any length, never as floats. Of several members with one key, the first
//! is compared with the first, and so on.

use crate::number::Decimal;
use crate::swar;
use crate::tree::read::units;
use crate::tree::{Kind, Node, NodeId, Tree};
use std::cmp::Ordering;

/// A tree with a digest of every value.
pub(crate) struct Content<'a> {
    pub tree: &'a Tree,
    digests: Vec<u64>,
}

impl<'a> Content<'a> {
    pub fn of(tree: &'a Tree) -> Self {
        Self { tree, digests: digests(tree) }
    }

    /// Equal for equal values. Unequal values have equal digests by chance or by malice, so [`Content::is_same`]
    /// looks again.
    pub fn digest(&self, id: NodeId) -> u64 {
        self.digests[id.0 as usize]
    }

    /// Whether two values are the same.
    pub fn is_same(&self, id: NodeId, other: &Content<'_>, other_id: NodeId) -> bool {
        if self.digest(id) != other.digest(other_id) {
            return false;
        }
        if self.tree.text(id) == other.tree.text(other_id) {
            return true;
        }
        match (self.tree.kind(id), other.tree.kind(other_id)) {
            (Kind::Array, Kind::Array) => {
                let (mut items, mut others) = (self.tree.children(id), other.tree.children(other_id));
                loop {
                    match (items.next(), others.next()) {
                        (None, None) => return true,
                        (Some(item), Some(theirs)) if self.is_same(item, other, theirs) => {}
                        _ => return false,
                    }
                }
            }
            (Kind::Object, Kind::Object) => self.has_same_members(id, other, other_id),
            (kind, other_kind) => {
                kind == other_kind && compare_scalars(self.tree, id, other.tree, other_id) == Ordering::Equal
            }
        }
    }

    fn has_same_members(&self, id: NodeId, other: &Content<'_>, other_id: NodeId) -> bool {
        let (members, others) = (by_key(self.tree, id), by_key(other.tree, other_id));
        members.len() == others.len()
            && members.iter().zip(&others).all(|(&member, &theirs)| {
                compare_keys(self.tree, member, other.tree, theirs) == Ordering::Equal
                    && self.is_same(member, other, theirs)
            })
    }

    /// A total order of content, by which ties are broken: null, false, true, numbers, strings, arrays, objects;
    /// numbers by value, strings by code points, the rest by digest.
    pub fn compare(&self, id: NodeId, other: &Content<'_>, other_id: NodeId) -> Ordering {
        let (kind, other_kind) = (self.tree.kind(id), other.tree.kind(other_id));
        kind.cmp(&other_kind).then_with(|| {
            if kind.is_container() {
                let digests = self.digest(id).cmp(&other.digest(other_id));
                let is_same = || self.is_same(id, other, other_id);
                let texts =
                    || if is_same() { Ordering::Equal } else { self.tree.text(id).cmp(other.tree.text(other_id)) };
                return digests.then_with(texts);
            }
            compare_scalars(self.tree, id, other.tree, other_id)
        })
    }
}

/// The members of an object by key, those with one key as they stand.
pub(crate) fn by_key(tree: &Tree, object: NodeId) -> Vec<NodeId> {
    let mut members: Vec<NodeId> = tree.children(object).collect();
    let is_sorted = |pair: &[NodeId]| compare_keys(tree, pair[0], tree, pair[1]).is_le();
    if !members.windows(2).all(is_sorted) {
        members.sort_unstable_by(|&a, &b| compare_keys(tree, a, tree, b).then(a.cmp(&b)));
    }
    members
}

/// The order of two members' keys by code points.
pub(crate) fn compare_keys(tree: &Tree, id: NodeId, other: &Tree, other_id: NodeId) -> Ordering {
    let (Some(key), Some(theirs)) = (tree.key_text(id), other.key_text(other_id)) else {
        return tree.key_text(id).is_some().cmp(&other.key_text(other_id).is_some());
    };
    if !tree.node(id).is_key_escaped && !other.node(other_id).is_key_escaped {
        return inside(key).cmp(inside(theirs));
    }
    compare_strings(key, theirs)
}

fn compare_scalars(tree: &Tree, id: NodeId, other: &Tree, other_id: NodeId) -> Ordering {
    let (text, theirs) = (tree.text(id), other.text(other_id));
    match tree.kind(id) {
        Kind::Number => Decimal::of(text).cmp(&Decimal::of(theirs)),
        Kind::String => compare_strings(text, theirs),
        _ => Ordering::Equal,
    }
}

/// The order of two strings as they are written, by code points; a lone surrogate counts as one.
fn compare_strings(text: &str, other: &str) -> Ordering {
    let points = |text| units(text).map(|unit| unit.map_or_else(u32::from, u32::from));
    if text == other { Ordering::Equal } else { points(inside(text)).cmp(points(inside(other))) }
}

/// What stands between the quotes.
pub(crate) fn inside(text: &str) -> &str {
    &text[1..text.len() - 1]
}

/// All digests, from the last node to the first: children come before what they are in.
fn digests(tree: &Tree) -> Vec<u64> {
    let mut digests = vec![0u64; tree.len()];
    let mut scratch = Vec::new();
    for (at, node) in tree.nodes().iter().enumerate().rev() {
        let kind = node.kind as u64 + 1;
        let text = || tree.slice(node.start as usize, node.end as usize);
        let digest = match node.kind {
            Kind::Number => hash_number(kind, tree, node, &mut scratch),
            Kind::String => hash_string(kind, inside(text()), node.is_escaped, &mut scratch),
            // What the children summed up to.
            _ => mix(kind, digests[at]),
        };
        digests[at] = digest;
        let Some(sum) = digests.get_mut(node.parent as usize) else { continue };
        *sum = match tree.key_text(NodeId(at as u32)) {
            // Members in any order.
            Some(key) => {
                let key = hash_string(0, inside(key), node.is_key_escaped, &mut scratch);
                sum.wrapping_add(mix(key, digest))
            }
            None => mix(sum.rotate_left(17), digest),
        };
    }
    digests
}

/// The digest of what a key says.
pub(crate) fn key_digest(tree: &Tree, id: NodeId) -> u64 {
    let escaped = tree.node(id).is_key_escaped;
    tree.key_text(id).map_or(0, |key| hash_string(0, inside(key), escaped, &mut Vec::new()))
}

fn hash_number(seed: u64, tree: &Tree, node: &Node, scratch: &mut Vec<u8>) -> u64 {
    let (start, len) = (node.start as usize, (node.end - node.start) as usize);
    let word =
        tree.as_str().as_bytes()[start..].first_chunk().filter(|_| len < 8).map(|word| u64::from_le_bytes(*word));
    word.and_then(|word| hash_short_number(seed, word, len)).unwrap_or_else(|| {
        scratch.clear();
        Decimal::write_text(tree.slice(start, node.end as usize), scratch);
        hash(seed, scratch)
    })
}

/// The digest of what nearly all numbers are, whole, not negative and of up to seven digits, which `word` begins with:
/// what [`Decimal::write_text`] writes of it is two words, which need not be written down first.
#[inline]
fn hash_short_number(seed: u64, word: u64, len: usize) -> Option<u64> {
    let digits = word & (u64::MAX >> (64 - 8 * len));
    if swar::digits(&word.to_le_bytes()) < len || word as u8 == b'0' {
        return None;
    }
    // Zeros at the end do not count.
    let zeros = u64::from_le_bytes([b'0'; 8]) & (u64::MAX >> (64 - 8 * len));
    let counted = 8 - (digits ^ zeros).leading_zeros() / 8;
    let state = mix(mix(seed, 9 + u64::from(counted)), (len as u64) << 8);
    Some(mix(state, (digits & (u64::MAX >> (64 - 8 * counted))) << 8))
}

fn hash_string(seed: u64, inside: &str, is_escaped: bool, scratch: &mut Vec<u8>) -> u64 {
    if !is_escaped {
        return hash(seed, inside.as_bytes());
    }
    scratch.clear();
    for unit in units(inside) {
        match unit {
            Ok(point) => scratch.extend_from_slice(point.encode_utf8(&mut [0; 4]).as_bytes()),
            // No UTF-8 has this byte, so that a lone surrogate is like nothing else.
            Err(surrogate) => scratch.extend([0xff, (surrogate >> 8) as u8, surrogate as u8]),
        }
    }
    hash(seed, scratch)
}

/// 64 bits of a byte string. Fixed for ever: ties between arrays and objects are broken by it. After wyhash (Wang
/// Yi): a product of 128 bits, folded. Not for secrets; nothing relies on it alone.
pub(crate) fn hash(seed: u64, bytes: &[u8]) -> u64 {
    let mut state = mix(seed, bytes.len() as u64);
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        state = mix(state, u64::from_le_bytes(chunk.try_into().expect("eight bytes")));
    }
    let rest = chunks.remainder();
    if rest.is_empty() {
        return state;
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(state, u64::from_le_bytes(last))
}

/// Two numbers into one.
pub(crate) fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ 0xa076_1d64_78bd_642f) * u128::from(b ^ 0xe703_7ed1_a0b4_28db);
    (product as u64) ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_same(a: &str, b: &str) -> bool {
        let (a, b) = (Tree::parse(a.as_bytes()).unwrap(), Tree::parse(b.as_bytes()).unwrap());
        Content::of(&a).is_same(a.root(), &Content::of(&b), b.root())
    }

    #[test]
    fn the_same_may_be_written_otherwise() {
        for (a, b) in [
            ("1", "1.0"),
            ("1", "10e-1"),
            ("100", "1E+2"),
            ("0", "0e5"),
            ("0.00120", "12E-4"),
            ("\"\\u0041/\"", "\"A\\/\""),
            ("\"\\ud83d\\ude00\"", "\"😀\""),
            ("{\"a\":1,\"b\":[2]}", "{ \"\\u0062\": [2.0], \"a\": 1 }"),
            ("{\"a\":1,\"b\":0,\"a\":2}", "{\"b\":0,\"a\":1,\"a\":2}"),
        ] {
            assert!(is_same(a, b), "{a} {b}");
        }
    }

    #[test]
    fn short_numbers_have_the_digests_of_any() {
        let check = |text: &str| {
            let tree = Tree::read(format!("[{text},0,0,0,0]")).unwrap();
            let mut written = Vec::new();
            Decimal::write_text(text, &mut written);
            assert_eq!(Content::of(&tree).digest(NodeId(1)), hash(Kind::Number as u64 + 1, &written), "{text}");
        };
        for text in ["0", "-0", "7", "-7", "120", "-9999999", "1000000", "12345678", "1.5", "1e3", "10", "9999900"] {
            check(text);
        }
        (0..3_000).for_each(|number| check(&(number * 3_331).to_string()));
    }

    #[test]
    fn what_differs_is_told_apart() {
        for (a, b) in [
            ("1", "1.00000000000000000000000001"),
            ("123456789012345678901234567890", "123456789012345678901234567891"),
            ("0", "-0"),
            ("1", "\"1\""),
            ("[1,2]", "[2,1]"),
            ("[1,[2]]", "[[1],2]"),
            ("\"\\ud800\"", "\"\\ufffd\""),
            ("{\"a\":1,\"a\":2}", "{\"a\":2,\"a\":1}"),
            ("{}", "[]"),
            ("1e999999999999999999999", "1e999999999999999999998"),
        ] {
            assert!(!is_same(a, b), "{a} {b}");
        }
    }
}
