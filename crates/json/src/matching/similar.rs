//! How much of one item is in another.

use crate::content::{Content, hash, key_digest, mix};
use crate::limits::{FEATURES_MAX, TEXT_BYTES_MIN};
use crate::tree::{Kind, NodeId};

/// What makes an item what it is: its members, its items, or its words.
#[derive(Debug)]
pub(super) struct Features {
    kind: Kind,
    /// Digests of key and value, sorted; items and words have no key.
    parts: Vec<(u64, u64, Kind)>,
    /// How many there are, those too that were not looked at.
    len: usize,
}

impl Features {
    pub fn of(content: &Content<'_>, id: NodeId) -> Self {
        let tree = content.tree;
        let kind = tree.kind(id);
        let mut parts: Vec<(u64, u64, Kind)> = match kind {
            Kind::Object | Kind::Array => {
                let part = |child| (key_digest(tree, child), content.digest(child), tree.kind(child));
                tree.children(id).take(FEATURES_MAX).map(part).collect()
            }
            Kind::String if tree.text(id).len() >= TEXT_BYTES_MIN => {
                let words = tree.text(id).split_ascii_whitespace().take(FEATURES_MAX);
                words.map(|word| (0, hash(0, word.as_bytes()), kind)).collect()
            }
            _ => Vec::new(),
        };
        let len = if kind.is_container() { tree.children(id).count() } else { parts.len() };
        parts.sort_unstable();
        Self { kind, parts, len }
    }

    /// The features as single digests.
    pub fn words(&self) -> impl Iterator<Item = u64> + '_ {
        self.parts.iter().map(|&(key, value, _)| mix(key, value))
    }
}

/// What part of two items is equal, in 256ths of the larger. A member with the same key and a container of the same
/// kind in it counts for a third, since what is in there may be equal for the most part.
pub(super) fn similarity(from: &Features, to: &Features) -> u32 {
    if from.kind != to.kind || from.len == 0 || to.len == 0 {
        return 0;
    }
    let (mut a, mut b, mut sum) = (0, 0, 0);
    while a < from.parts.len() && b < to.parts.len() {
        let (left, right) = (from.parts[a], to.parts[b]);
        let is_keyed = from.kind == Kind::Object && left.0 == right.0;
        if is_keyed || left == right {
            sum += match left.1 == right.1 {
                true => 256,
                false if left.2 == right.2 && left.2.is_container() => 85,
                false => 0,
            };
            (a, b) = (a + 1, b + 1);
        } else if left < right {
            a += 1;
        } else {
            b += 1;
        }
    }
    let looked = from.parts.len().max(to.parts.len());
    let len = from.len.max(to.len).min(looked.max(1));
    sum / len as u32
}
