//! Which leaf holds which of one replica's elements.

use log::room;

/// How many entries a chunk holds; few under test, so that chunks split and vanish.
const CHUNK_MAX: usize = if cfg!(any(test, feature = "tiny")) { 3 } else { 64 };

/// From which counter on elements lie in which leaf, up to the next entry: a sorted list in chunks, for
/// entries come and go in the middle.
///
/// Invariant: counters ascend; no chunk is empty; the first entry of each stands in `firsts`.
#[derive(Clone, Debug, Default)]
pub(super) struct Leaves {
    firsts: Vec<u32>,
    chunks: Vec<Vec<(u32, u32)>>,
    /// The chunk assigned to last: neighbours in text are often neighbours in time.
    recent: usize,
    /// The leaf of the last entry.
    newest: Option<u32>,
}

impl Leaves {
    /// The leaf that holds `seq`.
    pub fn get(&self, seq: u32) -> Option<u32> {
        let chunk = self.firsts.partition_point(|&first| first <= seq).checked_sub(1)?;
        let entries = &self.chunks[chunk];
        Some(entries[entries.partition_point(|&(start, _)| start <= seq) - 1].1)
    }

    /// Says that what comes from `start` on, which no entry comes behind, lies in `leaf`.
    pub fn place_newest(&mut self, start: u32, leaf: u32) {
        if self.newest != Some(leaf) {
            self.push(start, leaf);
            self.newest = Some(leaf);
        }
    }

    fn push(&mut self, start: u32, leaf: u32) {
        match self.chunks.last_mut() {
            Some(chunk) if chunk.last().is_some_and(|(last, _)| *last == start) => {
                chunk.last_mut().expect("just seen").1 = leaf;
            }
            Some(chunk) if chunk.len() < CHUNK_MAX => chunk.push((start, leaf)),
            _ => {
                self.firsts.push(start);
                self.chunks.push(vec![(start, leaf)]);
            }
        }
    }

    /// Says that `start..end` lies in `leaf`; what is before and behind stays where it was. There must be
    /// an entry at `start` or before.
    pub fn assign(&mut self, start: u32, end: u32, leaf: u32) {
        let at = self.chunk_of(start);
        self.recent = at;
        let entries = &mut self.chunks[at];
        let from = entries.partition_point(|&(known, _)| known < start);
        let to = from + entries[from..].iter().take_while(|(known, _)| *known <= end).count();
        let reaches_on = to == entries.len();
        let before = entries[..from].last().map(|(_, leaf)| *leaf);
        let mut behind = entries[..to].last().expect("an entry at the start or before").1;
        if reaches_on {
            behind = self.clear_chunks(at + 1, end).unwrap_or(behind);
        }
        let before = before.or_else(|| Some(self.chunks[at.checked_sub(1)?].last().expect("not empty").1));
        let entries = &mut self.chunks[at];
        let to = if before == Some(leaf) { to } else { put(entries, from, to, (start, leaf)) };
        let from = if before == Some(leaf) { from } else { from + 1 };
        let (from, to) = if behind == leaf { (from, to) } else { (from + 1, put(entries, from, to, (end, behind))) };
        if from < to {
            entries.drain(from..to);
        }
        self.mend(at);
        self.newest = self.last();
    }

    fn last(&self) -> Option<u32> {
        Some(self.chunks.last()?.last()?.1)
    }

    /// The chunk that holds `seq`.
    fn chunk_of(&self, seq: u32) -> usize {
        let holds = |at: usize| {
            self.firsts.get(at).is_some_and(|&first| first <= seq)
                && self.firsts.get(at + 1).is_none_or(|&first| first > seq)
        };
        if holds(self.recent) { self.recent } else { self.firsts.partition_point(|&first| first <= seq) - 1 }
    }

    /// Drops entries up to and at `end` from chunk `at` on; returns the leaf of the last of them.
    fn clear_chunks(&mut self, at: usize, end: u32) -> Option<u32> {
        let mut last = None;
        while self.firsts.get(at).is_some_and(|&first| first <= end) {
            let gone = self.chunks[at].partition_point(|&(known, _)| known <= end);
            last = self.chunks[at].drain(..gone).next_back().map(|(_, leaf)| leaf);
            self.mend(at);
        }
        last
    }

    /// Removes chunk `at` where it is empty, and splits it where it is too long.
    fn mend(&mut self, at: usize) {
        let Some(&(first, _)) = self.chunks[at].first() else {
            self.firsts.remove(at);
            self.chunks.remove(at);
            return;
        };
        self.firsts[at] = first;
        if self.chunks[at].len() > CHUNK_MAX {
            let rest = self.chunks[at].split_off(CHUNK_MAX / 2);
            self.chunks[at].shrink_to(CHUNK_MAX * 5 / 8);
            self.firsts.insert(at + 1, rest[0].0);
            self.chunks.insert(at + 1, rest);
        }
    }

    /// About how much memory it takes, in bytes.
    pub fn memory(&self) -> usize {
        let entries: usize = self.chunks.iter().map(|chunk| chunk.capacity() * size_of::<(u32, u32)>()).sum();
        entries + self.chunks.capacity() * size_of::<Vec<(u32, u32)>>() + self.firsts.capacity() * size_of::<u32>()
    }

    /// Panics where the invariant does not hold.
    pub fn check_invariants(&self) {
        assert!(self.chunks.iter().flatten().is_sorted_by(|a, b| a.0 < b.0));
        assert!(self.chunks.iter().map(|chunk| chunk[0].0).eq(self.firsts.iter().copied()));
        assert_eq!(self.newest, self.last());
    }
}

/// Puts an entry at `from`, over what stands at `from..to`, where anything does; returns where that ends then.
fn put(entries: &mut Vec<(u32, u32)>, from: usize, to: usize, entry: (u32, u32)) -> usize {
    if from < to {
        entries[from] = entry;
        return to;
    }
    room::make_room(entries, 1);
    entries.insert(from, entry);
    to + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_an_array() {
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let mut below = |n: u32| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed % u64::from(n)) as u32
        };
        for _ in 0..200 {
            let mut leaves = Leaves::default();
            let mut array: Vec<u32> = Vec::new();
            for _ in 0..60 {
                if array.is_empty() || below(3) == 0 {
                    let leaf = below(5);
                    leaves.place_newest(array.len() as u32, leaf);
                    array.resize(array.len() + 1 + below(4) as usize, leaf);
                } else {
                    let start = below(array.len() as u32);
                    let end = start + 1 + below(array.len() as u32 - start);
                    let leaf = below(5);
                    leaves.assign(start, end, leaf);
                    array[start as usize..end as usize].fill(leaf);
                    // Behind the end nothing is known yet, and nothing is asked.
                }
                leaves.check_invariants();
                for (seq, &leaf) in array.iter().enumerate() {
                    assert_eq!(leaves.get(seq as u32), Some(leaf));
                }
                if leaves.get(array.len() as u32).is_some_and(|last| last != *array.last().unwrap()) {
                    array.push(leaves.get(array.len() as u32).unwrap());
                }
            }
        }
    }
}
