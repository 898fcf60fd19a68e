//! Maps and sets in order of their keys, small in a program.
//!
//! `std`'s B-tree is compiled anew for every pair of types, nine kilobytes each time: the forty pairs of
//! the engine took a third of what a browser loads. These are sorted vectors of bounded length in a sorted
//! vector; two binary searches find a key. A leaf goes once it is empty and is never joined with another.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::iter::Flatten;
use std::ops::{Bound, Index, RangeBounds};
use std::{slice, vec};

/// A map in ascending order of its keys.
///
/// Invariants: keys ascend strictly; no leaf is empty or longer than [`SortedMap::LEAF_MAX`].
#[derive(Clone)]
pub struct SortedMap<K, V> {
    leaves: Vec<Vec<(K, V)>>,
}

/// Where a key stands, or would.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    leaf: usize,
    at: usize,
}

impl<K, V> SortedMap<K, V> {
    /// An insertion moves half a leaf: up to two pages of memory are as quick as walking a tree. Few under
    /// test, so that leaves split and go.
    const LEAF_MAX: usize = if cfg!(test) {
        3
    } else {
        match 8192 / (1 + size_of::<(K, V)>()) {
            0..16 => 16,
            256.. => 256,
            fit => fit,
        }
    };

    /// An empty map.
    pub const fn new() -> Self {
        Self { leaves: Vec::new() }
    }

    /// How many keys there are. Takes a step for every few hundred of them.
    pub fn len(&self) -> usize {
        self.leaves.iter().map(Vec::len).sum()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.leaves.is_empty()
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        self.leaves.clear();
    }

    /// All entries, ascending.
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter { front: [].iter(), leaves: self.leaves.iter(), back: [].iter() }
    }

    /// All keys, ascending.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator + Clone {
        self.iter().map(|(key, _)| key)
    }

    /// All values, ascending by key.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator + Clone {
        self.iter().map(|(_, value)| value)
    }

    /// All entries, ascending, to change the values.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (&K, &mut V)> {
        self.leaves.iter_mut().flatten().map(|(key, value)| (&*key, value))
    }

    /// All values, ascending by key, to be changed.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> {
        self.iter_mut().map(|(_, value)| value)
    }

    /// All values, ascending by key.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> {
        self.into_iter().map(|(_, value)| value)
    }

    /// The entry with the least key.
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    /// The entry with the greatest key.
    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next_back()
    }

    /// Takes out whatever `keep` does not want, asked in ascending order.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.leaves.retain_mut(|leaf| {
            leaf.retain_mut(|(key, value)| keep(key, value));
            !leaf.is_empty()
        });
    }
}

impl<K: Ord, V> SortedMap<K, V> {
    /// The place of `key`, or where it would be put.
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<Place, Place>
    where
        K: Borrow<Q>,
    {
        let Some(last) = self.leaves.last() else { return Err(Place::default()) };
        // Who fills a map in order asks for the last entry, or puts one behind it, each time.
        let end = Place { leaf: self.leaves.len() - 1, at: last.len() };
        match last.last().map(|(last, _)| last.borrow().cmp(key)) {
            Some(Ordering::Greater) => {}
            Some(Ordering::Equal) => return Ok(Place { at: end.at - 1, ..end }),
            Some(Ordering::Less) | None => return Err(end),
        }
        let before = |leaf: &Vec<(K, V)>| leaf.last().is_some_and(|(last, _)| last.borrow() < key);
        let leaf = self.leaves.partition_point(before);
        match self.leaves[leaf].binary_search_by(|(known, _)| known.borrow().cmp(key)) {
            Ok(at) => Ok(Place { leaf, at }),
            Err(at) => Err(Place { leaf, at }),
        }
    }

    /// Puts an entry where [`SortedMap::find`] said, and returns where it is then.
    fn put(&mut self, mut place: Place, key: K, value: V) -> Place {
        if self.leaves.is_empty() {
            self.leaves.push(Vec::new());
        }
        let leaf = &mut self.leaves[place.leaf];
        if leaf.len() == Self::LEAF_MAX {
            // What only ascends fills its leaves.
            let is_last = place.at == Self::LEAF_MAX;
            let half = if is_last { Self::LEAF_MAX } else { Self::LEAF_MAX / 2 };
            let rest = leaf.split_off(half);
            self.leaves.insert(place.leaf + 1, rest);
            if place.at > half || is_last {
                place = Place { leaf: place.leaf + 1, at: place.at - half };
            }
        }
        self.leaves[place.leaf].insert(place.at, (key, value));
        place
    }

    /// Whether `key` is here.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// The value of `key`.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let Place { leaf, at } = self.find(key).ok()?;
        Some(&self.leaves[leaf][at].1)
    }

    /// The value of `key`, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let Place { leaf, at } = self.find(key).ok()?;
        Some(&mut self.leaves[leaf][at].1)
    }

    /// Gives `key` a value; returns the one that it had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(Place { leaf, at }) => Some(std::mem::replace(&mut self.leaves[leaf][at].1, value)),
            Err(place) => {
                self.put(place, key, value);
                None
            }
        }
    }

    /// Takes `key` out; returns the value that it had.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let Place { leaf, at } = self.find(key).ok()?;
        let (_, value) = self.leaves[leaf].remove(at);
        if self.leaves[leaf].is_empty() {
            self.leaves.remove(leaf);
        }
        Some(value)
    }

    /// Where `key` stands. Looks at `hint` first, where the caller found a key before.
    #[inline]
    pub fn place_near(&self, hint: Place, key: &K) -> Option<Place> {
        let known = self.leaves.get(hint.leaf).and_then(|leaf| leaf.get(hint.at));
        if known.is_some_and(|(known, _)| known == key) { Some(hint) } else { self.find(key).ok() }
    }

    /// The value of `key`, which mostly is at `hint`.
    #[inline]
    pub fn get_near(&self, hint: Place, key: &K) -> Option<&V> {
        match self.leaves.get(hint.leaf).and_then(|leaf| leaf.get(hint.at)) {
            Some((known, value)) if known == key => Some(value),
            _ => self.get(key),
        }
    }

    /// The value of `key`. Who looks keys up in order finds each at `hint` or right behind it, or sees there that there is
    /// none; otherwise it is looked for. Then `hint` is there.
    pub fn get_after(&self, hint: &mut Place, key: &K) -> Option<&V> {
        let found = match self.entry_at(*hint).map(|(known, _)| known.cmp(key)) {
            Some(Ordering::Equal) => Some(*hint),
            Some(Ordering::Less) => {
                let next = self.next(*hint);
                match self.entry_at(next).map(|(known, _)| known.cmp(key)) {
                    Some(Ordering::Equal) => Some(next),
                    Some(Ordering::Greater) | None => return None,
                    Some(Ordering::Less) => self.find_near(hint, key),
                }
            }
            Some(Ordering::Greater) | None => self.find_near(hint, key),
        };
        *hint = found?;
        Some(&self.leaves[hint.leaf][hint.at].1)
    }

    /// Where `key` stands; where it does not, `hint` is at the entry before it.
    #[cold]
    fn find_near(&self, hint: &mut Place, key: &K) -> Option<Place> {
        let place = self.find(key);
        if let Err(Place { leaf, at }) = place {
            *hint = match (at.checked_sub(1), leaf.checked_sub(1)) {
                (Some(at), _) => Place { leaf, at },
                (None, Some(leaf)) => Place { leaf, at: self.leaves[leaf].len() - 1 },
                (None, None) => Place::default(),
            };
        }
        place.ok()
    }

    fn entry_at(&self, place: Place) -> Option<&(K, V)> {
        self.leaves.get(place.leaf)?.get(place.at)
    }

    /// The place behind one that there is.
    fn next(&self, place: Place) -> Place {
        if place.at + 1 < self.leaves[place.leaf].len() { place.after() } else { Place { leaf: place.leaf + 1, at: 0 } }
    }

    /// The value at a place just asked for, to be changed.
    #[inline]
    pub fn value_at(&mut self, place: Place) -> &mut V {
        &mut self.leaves[place.leaf][place.at].1
    }

    /// The value of `key`, to be put there or changed.
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        Entry { place: self.find(&key), map: self, key }
    }

    /// The entries whose keys lie in `range`, ascending; none where it ends before it begins.
    pub fn range(&self, range: impl RangeBounds<K>) -> Iter<'_, K, V> {
        let start = match range.start_bound() {
            Bound::Unbounded => Place { leaf: 0, at: 0 },
            Bound::Included(key) => self.find(key).unwrap_or_else(|place| place),
            Bound::Excluded(key) => self.find(key).map_or_else(|place| place, Place::after),
        };
        let end = match range.end_bound() {
            Bound::Unbounded => Place { leaf: self.leaves.len(), at: 0 },
            Bound::Included(key) => self.find(key).map_or_else(|place| place, Place::after),
            Bound::Excluded(key) => self.find(key).unwrap_or_else(|place| place),
        };
        self.between(start, end)
    }

    fn between(&self, start: Place, end: Place) -> Iter<'_, K, V> {
        let leaf = |place: Place| self.leaves.get(place.leaf).map_or(&[][..], Vec::as_slice);
        if start.leaf >= end.leaf {
            let entries = leaf(start).get(start.at..end.at).filter(|_| start.leaf == end.leaf);
            return Iter { front: entries.unwrap_or_default().iter(), leaves: [].iter(), back: [].iter() };
        }
        Iter {
            front: leaf(start)[start.at..].iter(),
            leaves: self.leaves[start.leaf + 1..end.leaf].iter(),
            back: leaf(end)[..end.at].iter(),
        }
    }

    /// Panics where an invariant does not hold.
    pub fn check_invariants(&self) {
        assert!(self.leaves.iter().all(|leaf| (1..=Self::LEAF_MAX).contains(&leaf.len())), "leaves hold a few each");
        assert!(self.keys().is_sorted_by(|a, b| a < b), "keys ascend");
    }
}

impl Place {
    fn after(self) -> Self {
        Self { at: self.at + 1, ..self }
    }
}

/// A key of a map, with or without a value: see [`SortedMap::entry`].
pub struct Entry<'a, K, V> {
    map: &'a mut SortedMap<K, V>,
    key: K,
    place: Result<Place, Place>,
}

impl<'a, K: Ord, V> Entry<'a, K, V> {
    /// The value, which is `value` where there was none.
    pub fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    /// The value, which is made where there was none.
    pub fn or_insert_with(self, value: impl FnOnce() -> V) -> &'a mut V {
        let Place { leaf, at } = match self.place {
            Ok(place) => place,
            Err(place) => self.map.put(place, self.key, value()),
        };
        &mut self.map.leaves[leaf][at].1
    }

    /// The value, which is the default where there was none.
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }
}

/// Entries of a map, ascending.
pub struct Iter<'a, K, V> {
    front: slice::Iter<'a, (K, V)>,
    leaves: slice::Iter<'a, Vec<(K, V)>>,
    back: slice::Iter<'a, (K, V)>,
}

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Self { front: self.front.clone(), leaves: self.leaves.clone(), back: self.back.clone() }
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        if self.front.as_slice().is_empty() {
            self.front = match self.leaves.next() {
                Some(leaf) => leaf.iter(),
                None => std::mem::replace(&mut self.back, [].iter()),
            };
        }
        self.front.next().map(|(key, value)| (key, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.front.len() + self.leaves.as_slice().iter().map(Vec::len).sum::<usize>() + self.back.len();
        (len, Some(len))
    }
}

impl<K, V> DoubleEndedIterator for Iter<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.back.as_slice().is_empty() {
            self.back = match self.leaves.next_back() {
                Some(leaf) => leaf.iter(),
                None => std::mem::replace(&mut self.front, [].iter()),
            };
        }
        self.back.next_back().map(|(key, value)| (key, value))
    }
}

impl<K, V> ExactSizeIterator for Iter<'_, K, V> {}

impl<'a, K, V> IntoIterator for &'a SortedMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K, V> IntoIterator for SortedMap<K, V> {
    type Item = (K, V);
    type IntoIter = Flatten<vec::IntoIter<Vec<(K, V)>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.leaves.into_iter().flatten()
    }
}

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Ord, V> Extend<(K, V)> for SortedMap<K, V> {
    fn extend<T: IntoIterator<Item = (K, V)>>(&mut self, entries: T) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for SortedMap<K, V> {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(entries: T) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for SortedMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K: Ord + Borrow<Q>, Q: Ord + ?Sized, V> Index<&Q> for SortedMap<K, V> {
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("the key is here")
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for SortedMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other)
    }
}

impl<K: Eq, V: Eq> Eq for SortedMap<K, V> {}

impl<K: PartialOrd, V: PartialOrd> PartialOrd for SortedMap<K, V> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.iter().partial_cmp(other)
    }
}

impl<K: Ord, V: Ord> Ord for SortedMap<K, V> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other)
    }
}

impl<K: Hash, V: Hash> Hash for SortedMap<K, V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.len().hash(state);
        self.iter().for_each(|entry| entry.hash(state));
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for SortedMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

/// A set in ascending order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SortedSet<T> {
    map: SortedMap<T, ()>,
}

impl<T> SortedSet<T> {
    /// An empty set.
    pub const fn new() -> Self {
        Self { map: SortedMap::new() }
    }

    /// How many there are. Takes a step for every few hundred of them.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        self.map.clear();
    }

    /// All, ascending.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator + Clone {
        self.map.keys()
    }

    /// Takes out whatever `keep` does not want, asked in ascending order.
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.map.retain(|key, ()| keep(key));
    }
}

impl<T: Ord> SortedSet<T> {
    /// Whether it is in.
    pub fn contains(&self, key: &T) -> bool {
        self.map.contains_key(key)
    }

    /// Puts it in; whether it was not.
    pub fn insert(&mut self, key: T) -> bool {
        self.map.insert(key, ()).is_none()
    }

    /// Takes it out; whether it was in.
    pub fn remove(&mut self, key: &T) -> bool {
        self.map.remove(key).is_some()
    }

    /// Those in `range`, ascending.
    pub fn range(&self, range: impl RangeBounds<T>) -> impl DoubleEndedIterator<Item = &T> {
        self.map.range(range).map(|(key, ())| key)
    }
}

impl<T> IntoIterator for SortedSet<T> {
    type Item = T;
    type IntoIter = std::iter::Map<<SortedMap<T, ()> as IntoIterator>::IntoIter, fn((T, ())) -> T>;

    fn into_iter(self) -> Self::IntoIter {
        self.map.into_iter().map(|(key, ())| key)
    }
}

impl<T> Default for SortedSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Ord> Extend<T> for SortedSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, keys: I) {
        for key in keys {
            self.insert(key);
        }
    }
}

impl<T: Ord> FromIterator<T> for SortedSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(keys: I) -> Self {
        let mut set = Self::new();
        set.extend(keys);
        set
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for SortedSet<T> {
    fn from(keys: [T; N]) -> Self {
        keys.into_iter().collect()
    }
}

impl<T: fmt::Debug> fmt::Debug for SortedSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests;
