//! Names by short numbers.

use clock::SortedMap;

/// Up to how many names are looked through one by one.
const SEARCH_MAX: usize = 8;

/// Names in order of first use, each under its number.
///
/// Invariant: no name stands twice; where there are more than [`SEARCH_MAX`], `numbers` holds all.
#[derive(Clone, Debug)]
pub struct Table<T> {
    names: Vec<T>,
    numbers: SortedMap<T, u32>,
    /// The number that was looked for last: mostly it is asked for again.
    recent: u32,
}

impl<T: Copy + Ord> Default for Table<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Copy + Ord> Table<T> {
    /// No names.
    pub fn new() -> Self {
        Self { names: Vec::new(), numbers: SortedMap::new(), recent: 0 }
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The names, each at its number.
    pub fn names(&self) -> &[T] {
        &self.names
    }

    /// The name under a number that was given out.
    pub fn name(&self, number: u32) -> T {
        self.names[number as usize]
    }

    /// The number of a name, which gets one where it is new.
    #[inline]
    pub fn number(&mut self, name: T) -> u32 {
        if self.names.get(self.recent as usize) == Some(&name) { self.recent } else { self.number_anew(name) }
    }

    fn number_anew(&mut self, name: T) -> u32 {
        // New names are used before old ones are again; so is one old name in between.
        if self.names.last() == Some(&name) {
            return self.names.len() as u32 - 1;
        }
        let new = u32::try_from(self.names.len()).expect("fewer names than counters");
        let number = if self.names.len() <= SEARCH_MAX {
            self.find(name).unwrap_or(new)
        } else {
            *self.numbers.entry(name).or_insert(new)
        };
        if number == new {
            self.add(name);
        } else {
            self.recent = number;
        }
        number
    }

    /// The number of a name, where it has one.
    pub fn find(&self, name: T) -> Option<u32> {
        if self.names.len() <= SEARCH_MAX {
            self.names.iter().rposition(|known| *known == name).map(|at| at as u32)
        } else {
            self.numbers.get(&name).copied()
        }
    }

    fn add(&mut self, name: T) {
        // Very many tables hold one name for ever.
        if self.names.is_empty() {
            self.names.reserve_exact(1);
        }
        self.names.push(name);
        if self.names.len() == SEARCH_MAX + 1 {
            self.numbers = self.names.iter().copied().zip(0..).collect();
        }
    }
}

/// The names, each once, get their numbers in the order in which they come.
impl<T: Copy + Ord> FromIterator<T> for Table<T> {
    fn from_iter<I: IntoIterator<Item = T>>(names: I) -> Self {
        let mut table = Self::new();
        names.into_iter().for_each(|name| _ = table.number(name));
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_number() {
        let mut table = Table::new();
        for round in 0..2 {
            for name in 0..3 * SEARCH_MAX as u32 {
                assert_eq!(table.number(name * 7 % 24), name, "round {round}");
                assert_eq!(table.name(name), name * 7 % 24);
            }
        }
    }
}
