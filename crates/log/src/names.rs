//! Strings by short numbers.

use clock::SortedMap;
use std::sync::Arc;

/// Up to how many names there is no index: they are looked through one by one. Most maps have few keys, and very many
/// maps may be made at once.
const FEW: usize = 8;

/// How many places of the index a name may have.
const PLACES: usize = 4;

/// No name.
const NONE: u32 = u32::MAX;

/// Strings in order of first use, each under its number.
///
/// What is looked for is found by its hash, and where too many are at one place, in ascending order; so names that
/// were chosen to have the same hash cost no more than that.
///
/// Invariant: where there are more than [`FEW`], `numbers` holds all; otherwise it and the index are empty.
#[derive(Clone, Debug, Default)]
pub struct Names {
    names: Vec<Arc<str>>,
    numbers: SortedMap<Arc<str>, u32>,
    /// Numbers, each at one of the first places that its name may have, where one was left. Its length is a power of two.
    index: Box<[u32]>,
}

impl Names {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The name under a number that was given out.
    pub fn name(&self, number: u32) -> &str {
        &self.names[number as usize]
    }

    /// The names with their numbers, ascending by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u32)> {
        let mut few = [0; FEW];
        let few_len = if self.is_few() { self.len() } else { 0 };
        few.iter_mut().zip(0..).for_each(|(slot, number)| *slot = number);
        few[..few_len].sort_unstable_by_key(|&number| self.name(number));
        let few = few.into_iter().take(few_len).map(|number| (self.name(number), number));
        few.chain(self.numbers.iter().map(|(name, &number)| (&**name, number)))
    }

    fn is_few(&self) -> bool {
        self.names.len() <= FEW
    }

    /// The number of a name, which gets one where it is new.
    pub fn number(&mut self, name: &str) -> u32 {
        self.find(name).unwrap_or_else(|| self.add(name))
    }

    /// The number of a name, where it has one.
    #[inline]
    pub fn find(&self, name: &str) -> Option<u32> {
        if self.is_few() {
            return self.names.iter().position(|known| **known == *name).map(|at| at as u32);
        }
        for place in self.places(name) {
            match self.index[place] {
                NONE => return None,
                number if self.name(number) == name => return Some(number),
                _ => {}
            }
        }
        self.numbers.get(name).copied()
    }

    fn add(&mut self, name: &str) -> u32 {
        let (name, number) = (Arc::<str>::from(name), self.names.len() as u32);
        crate::room::push(&mut self.names, Arc::clone(&name));
        if self.is_few() {
            return number;
        }
        if self.numbers.is_empty() {
            self.numbers = self.names.iter().cloned().zip(0..).collect();
        } else {
            self.numbers.insert(name, number);
        }
        if 2 * self.names.len() > self.index.len() {
            self.index = vec![NONE; (4 * self.names.len()).next_power_of_two()].into();
            (0..number).for_each(|number| self.put(number));
        }
        self.put(number);
        number
    }

    fn put(&mut self, number: u32) {
        if let Some(place) = self.places(self.name(number)).find(|&place| self.index[place] == NONE) {
            self.index[place] = number;
        }
    }

    /// Where in the index, which there is, a name may be.
    #[inline]
    fn places(&self, name: &str) -> impl Iterator<Item = usize> + use<> {
        let (first, last) = (hash(name), self.index.len() - 1);
        (0..PLACES).map(move |at| first.wrapping_add(at) & last)
    }
}

/// Some number that is another for most other names.
fn hash(name: &str) -> usize {
    let (words, rest) = name.as_bytes().as_chunks();
    let word = rest.iter().fold(rest.len() as u64, |word, &byte| word << 8 | u64::from(byte));
    let words = words.iter().map(|word| u64::from_le_bytes(*word)).chain([word]);
    let hash = words.fold(0_u64, |hash, word| (hash.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    (hash >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_number() {
        let mut names = Names::default();
        for round in 0..2 {
            for number in 0..500 {
                let name = format!("{}key{number}", "long".repeat(number % 5));
                assert_eq!(names.find(&name).is_some(), round > 0);
                assert_eq!(names.number(&name), number as u32);
                assert_eq!(names.name(number as u32), name);
            }
        }
        assert!(names.iter().is_sorted() && names.iter().count() == names.len());
    }

    /// Whether or not the index has room for them.
    #[test]
    fn names_with_one_hash_are_found() {
        let mut names = Names::default();
        let few = 1 << 7;
        let alike = (0..u32::MAX).map(|n| n.to_string()).filter(|name| hash(name).is_multiple_of(4 * few)).take(few);
        let alike: Vec<String> = alike.collect();
        alike.iter().zip(0..).for_each(|(name, number)| assert_eq!(names.number(name), number));
        alike.iter().zip(0..).for_each(|(name, number)| assert_eq!(names.find(name), Some(number)));
    }
}
