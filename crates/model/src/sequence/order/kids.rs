//! What the nodes of an order hold.

use super::KIDS_MAX;

/// How far apart the entries of handles are that follow each other.
const STEP: u32 = 2;

/// The entries of a leaf, or the nodes of an inner node, in order.
#[derive(Clone, Debug)]
pub(super) enum Kids {
    /// So many entries of handles that follow each other, all shown or all not, by the first: what is appended takes no
    /// memory for each.
    Row { first: u32, len: u32 },
    /// Each by itself, as the nodes of an inner node always are.
    Each(Vec<u32>),
}

impl Kids {
    /// None.
    pub const EMPTY: Self = Self::Each(Vec::new());

    /// Entries, one of them at least.
    pub fn of_leaf(entries: Vec<u32>) -> Self {
        match entries[..] {
            [first, ..] if entries.windows(2).all(|pair| pair[0] + STEP == pair[1]) => {
                Self::Row { first, len: entries.len() as u32 }
            }
            _ => Self::Each(entries),
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Self::Row { len, .. } => *len as usize,
            Self::Each(each) => each.len(),
        }
    }

    pub fn get(&self, at: usize) -> Option<u32> {
        match self {
            Self::Row { first, .. } => (at < self.len()).then(|| first + STEP * at as u32),
            Self::Each(each) => each.get(at).copied(),
        }
    }

    /// The nodes of an inner node.
    #[inline]
    pub fn nodes(&self) -> &[u32] {
        match self {
            Self::Row { .. } => unreachable!("a row is of entries"),
            Self::Each(each) => each,
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = u32> {
        let (row, each) = match self {
            Self::Row { first, len } => ((*first, *len), &[][..]),
            Self::Each(each) => ((0, 0), &each[..]),
        };
        (0..row.1).map(move |n| row.0 + STEP * n).chain(each.iter().copied())
    }

    /// Where the entry of a handle is, shown or not.
    #[inline]
    pub fn position(&self, handle: u32) -> Option<usize> {
        match self {
            Self::Row { first, len } => {
                Some(handle.wrapping_sub(first >> 1)).filter(|at| at < len).map(|at| at as usize)
            }
            // From the end, where who appends looks.
            Self::Each(each) => each.iter().rposition(|&entry| entry >> 1 == handle),
        }
    }

    /// Puts as many entries at a place as is said, which follow each other from one on.
    pub fn insert(&mut self, at: usize, new: u32, count: u32) {
        match self {
            Self::Row { first, len } if at == *len as usize && new == *first + STEP * *len => *len += count,
            Self::Each(each) if each.is_empty() => *self = Self::Row { first: new, len: count },
            _ if count == 1 => self.each().insert(at, new),
            _ => drop(self.each().splice(at..at, (0..count).map(|n| new + STEP * n))),
        }
    }

    /// Puts another entry in the place of one.
    pub fn set(&mut self, at: usize, entry: u32) {
        self.each()[at] = entry;
    }

    /// Takes out what is at a place and behind it.
    pub fn split_off(&mut self, at: usize) -> Vec<u32> {
        let rest = match self {
            Self::Row { first, len } => {
                let rest = (at as u32..*len).map(|n| *first + STEP * n).collect();
                *len = at as u32;
                rest
            }
            Self::Each(each) => each.split_off(at),
        };
        if let Self::Each(each) = self {
            each.shrink_to(KIDS_MAX);
        }
        rest
    }

    fn each(&mut self) -> &mut Vec<u32> {
        if let Self::Row { .. } = self {
            // Mostly one more comes.
            let mut each = Vec::with_capacity((self.len() + 1).max(4));
            each.extend(self.iter());
            *self = Self::Each(each);
        }
        match self {
            Self::Each(each) => each,
            Self::Row { .. } => unreachable!("just made so"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_a_list() {
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let mut below = |n: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed % n as u64) as usize
        };
        for _ in 0..500 {
            let (mut kids, mut list, mut next) = (Kids::EMPTY, Vec::<u32>::new(), 0);
            for _ in 0..20 {
                let (at, count) = (below(list.len() + 1), 1 + below(3) as u32);
                match below(6) {
                    0 if !list.is_empty() => {
                        let at = below(list.len());
                        (kids, list) = (Kids::of_leaf(kids.split_off(at)), list.split_off(at));
                    }
                    1 if at < list.len() => {
                        list[at] ^= 1;
                        kids.set(at, list[at]);
                    }
                    what => {
                        // What is appended comes at the end, as what was before.
                        let at = if what > 2 { list.len() } else { at };
                        let first = next << 1 | 1;
                        kids.insert(at, first, count);
                        list.splice(at..at, (0..count).map(|n| first + STEP * n));
                        next += count;
                    }
                }
                assert_eq!((kids.len(), kids.get(list.len())), (list.len(), None));
                assert!(kids.iter().eq(list.iter().copied()));
                for (at, &entry) in list.iter().enumerate() {
                    assert_eq!((kids.get(at), kids.position(entry >> 1)), (Some(entry), Some(at)));
                }
                assert_eq!(kids.position(next), None);
            }
        }
    }

    /// However many they are.
    #[test]
    fn what_is_appended_is_one_row() {
        let mut kids = Kids::EMPTY;
        (0..100).for_each(|handle| kids.insert(handle as usize, handle << 1 | 1, 1));
        assert!(matches!(kids, Kids::Row { first: 1, len: 100 }));
        assert_eq!(kids.split_off(99), [199]);
    }
}
