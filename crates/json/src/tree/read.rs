//! Reading values: strings without escapes, places by pointer.

use super::{Kind, NodeId, Tree};
use std::borrow::Cow;
use std::fmt::Write;

/// What stands between the quotes of a string, without escapes. Lone surrogates become U+FFFD.
pub(super) fn unescaped(inside: &str, is_escaped: bool) -> Cow<'_, str> {
    if !is_escaped {
        return Cow::Borrowed(inside);
    }
    let mut out = String::with_capacity(inside.len());
    for unit in units(inside) {
        out.push(unit.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    Cow::Owned(out)
}

/// The code points of a string with escapes; a lone surrogate is its code unit.
pub(crate) fn units(inside: &str) -> impl Iterator<Item = Result<char, u16>> {
    let mut rest = inside;
    std::iter::from_fn(move || {
        let (unit, len) = first_unit(rest)?;
        rest = &rest[len..];
        Some(unit)
    })
}

/// The first code point of what stands between quotes, and how many bytes it is written in.
pub(crate) fn first_unit(rest: &str) -> Option<(Result<char, u16>, usize)> {
    let first = rest.chars().next()?;
    if first != '\\' {
        return Some((Ok(first), first.len_utf8()));
    }
    let unit = match rest.as_bytes()[1] {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return Some(wide_unit(rest)),
        other => char::from(other),
    };
    Some((Ok(unit), 2))
}

/// One or two `\uXXXX`: a pair of surrogates is one code point.
fn wide_unit(rest: &str) -> (Result<char, u16>, usize) {
    let high = hex(rest);
    let low = rest.get(6..).filter(|rest| rest.starts_with("\\u")).map(hex);
    if let (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) = (high, low) {
        let point = 0x10000 + (u32::from(high - 0xd800) << 10) + u32::from(low - 0xdc00);
        return (Ok(char::from_u32(point).expect("a surrogate pair is a code point")), 12);
    }
    (char::from_u32(u32::from(high)).ok_or(high), 6)
}

/// The number after `\u`.
fn hex(rest: &str) -> u16 {
    u16::from_str_radix(&rest[2..6], 16).expect("the parser saw four digits")
}

impl Tree {
    /// The value that a JSON pointer (RFC 6901) names; of members with one key, the last.
    pub fn at(&self, pointer: &str) -> Option<NodeId> {
        if pointer.is_empty() {
            return Some(self.root());
        }
        let steps = pointer.strip_prefix('/')?.split('/');
        steps.into_iter().try_fold(self.root(), |id, step| self.child(id, &step.replace("~1", "/").replace("~0", "~")))
    }

    /// The member with a key, the last where there are more, or the item with a number.
    pub fn child(&self, id: NodeId, step: &str) -> Option<NodeId> {
        match self.kind(id) {
            Kind::Object => self.children(id).filter(|&child| self.key(child).is_some_and(|key| key == step)).last(),
            Kind::Array => step.parse().ok().and_then(|index| self.children(id).nth(index)),
            _ => None,
        }
    }

    /// The JSON pointer (RFC 6901) of a value. Members with one key have one pointer. Counts siblings: for many values,
    /// [`Names`](crate::Names) does so once.
    pub fn pointer(&self, id: NodeId) -> String {
        self.pointer_by(id, |id| self.index(id))
    }

    /// The pointer of a value, given which child of its parent each value is.
    pub(crate) fn pointer_by(&self, id: NodeId, index: impl Fn(NodeId) -> usize) -> String {
        let mut steps = Vec::new();
        let mut at = id;
        while let Some(parent) = self.parent(at) {
            steps.push(at);
            at = parent;
        }
        steps.iter().rev().fold(String::new(), |mut out, &step| {
            match self.key(step) {
                Some(key) => push_step(&mut out, &key),
                None => write!(out, "/{}", index(step)).expect("a string takes everything"),
            }
            out
        })
    }

    /// Which child of its parent each value is.
    pub(crate) fn indexes(&self) -> Vec<u32> {
        let mut indexes = vec![0; self.len()];
        for id in self.ids().filter(|&id| self.kind(id).is_container()) {
            for (index, child) in self.children(id).enumerate() {
                indexes[child.0 as usize] = index as u32;
            }
        }
        indexes
    }

    /// Which child of its parent a value is, from 0.
    pub fn index(&self, id: NodeId) -> usize {
        let parent = self.parent(id);
        parent.map_or(0, |parent| self.children(parent).take_while(|&child| child != id).count())
    }
}

/// Appends a step to a pointer.
pub(crate) fn push_step(pointer: &mut String, step: &str) {
    pointer.push('/');
    pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
}
