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
}

impl<T: Copy + Ord> Default for Table<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Copy + Ord> Table<T> {
    /// No names.
    pub fn new() -> Self {
        Self { names: Vec::new(), numbers: SortedMap::new() }
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
    pub fn number(&mut self, name: T) -> u32 {
        let known = if self.names.len() <= SEARCH_MAX {
            self.names.iter().rposition(|known| *known == name).map(|at| at as u32)
        } else {
            self.numbers.get(&name).copied()
        };
        known.unwrap_or_else(|| self.add(name))
    }

    fn add(&mut self, name: T) -> u32 {
        let number = u32::try_from(self.names.len()).expect("fewer names than counters");
        self.names.push(name);
        if self.names.len() > SEARCH_MAX {
            let unnumbered = self.numbers.len() as u32..;
            self.numbers.extend(self.names[self.numbers.len()..].iter().copied().zip(unnumbered));
        }
        number
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
