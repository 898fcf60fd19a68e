//! Who stands beside whom: lists of numbers, one for each number, one behind the other in memory.

use crate::graph::Index;

#[derive(Clone, Debug, Default)]
pub(crate) struct Lists {
    starts: Vec<u32>,
    all: Vec<Index>,
}

impl Lists {
    /// For each of `len` the second numbers of the pairs that begin with it, ascending, each once.
    pub fn of(len: usize, pairs: impl IntoIterator<Item = (Index, Index)>) -> Self {
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        pairs.sort_unstable();
        pairs.dedup();
        let mut starts = vec![0; len + 1];
        for &(from, _) in &pairs {
            starts[from as usize + 1] += 1;
        }
        for at in 0..len {
            starts[at + 1] += starts[at];
        }
        Self { starts, all: pairs.into_iter().map(|(_, to)| to).collect() }
    }

    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// All pairs, ascending.
    pub fn pairs(&self) -> impl Iterator<Item = (Index, Index)> {
        (0..self.len() as Index).flat_map(|from| self.get(from).iter().map(move |&to| (from, to)))
    }

    pub fn get(&self, at: Index) -> &[Index] {
        &self.all[self.starts[at as usize] as usize..self.starts[at as usize + 1] as usize]
    }
}

/// Which strongly connected component each number is in, where an arrow stands for each pair; components are numbered so
/// that arrows lead to lower numbers (Tarjan 1972, without recursion).
pub(crate) fn components(arrows: &Lists) -> Vec<u32> {
    const NEW: u32 = u32::MAX;
    let len = arrows.len();
    let (mut found, mut low, mut component) = (vec![NEW; len], vec![0; len], vec![NEW; len]);
    let (mut stack, mut calls): (Vec<Index>, Vec<(Index, usize)>) = (Vec::new(), Vec::new());
    let (mut clock, mut count) = (0, 0);
    for root in 0..len as Index {
        if found[root as usize] != NEW {
            continue;
        }
        calls.push((root, 0));
        while let Some((at, next)) = calls.pop() {
            let here = at as usize;
            if next == 0 {
                (found[here], low[here]) = (clock, clock);
                clock += 1;
                stack.push(at);
            } else {
                let before = arrows.get(at)[next - 1] as usize;
                if component[before] == NEW {
                    low[here] = low[here].min(low[before]);
                }
            }
            let rest = &arrows.get(at)[next..];
            if let Some(step) = rest.iter().position(|&to| found[to as usize] == NEW || component[to as usize] == NEW) {
                let to = rest[step];
                if found[to as usize] == NEW {
                    calls.push((at, next + step + 1));
                    calls.push((to, 0));
                } else {
                    low[here] = low[here].min(found[to as usize]);
                    calls.push((at, next + step + 1));
                }
                continue;
            }
            if low[here] == found[here] {
                while let Some(member) = stack.pop() {
                    component[member as usize] = count;
                    if member == at {
                        break;
                    }
                }
                count += 1;
            }
        }
    }
    component
}

/// Numbers in groups that are joined two by two; the least of a group names it.
#[derive(Clone, Debug)]
pub(crate) struct Groups(Vec<Index>);

impl Groups {
    pub fn new(len: usize) -> Self {
        Self((0..len as Index).collect())
    }

    pub fn find(&mut self, mut at: Index) -> Index {
        while self.0[at as usize] != at {
            let above = self.0[at as usize];
            self.0[at as usize] = self.0[above as usize];
            at = above;
        }
        at
    }

    pub fn join(&mut self, a: Index, b: Index) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b) as usize] = a.min(b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_lead_to_lower_components() {
        let arrows = Lists::of(6, [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 3), (5, 5)]);
        let component = components(&arrows);
        assert_eq!(component[0], component[2]);
        assert_eq!(component[3], component[4]);
        assert!(component[0] > component[3]);
        assert_ne!(component[5], component[0]);
    }
}
