//! Members that meet in pairs: how many rounds it takes until all have everything.

use super::{Event, World};

/// How long two who meet talk at least, so that the last word arrives.
const MEETING_MS_MIN: u64 = 200;
/// … and at most: by then they must be equal.
const MEETING_MS_MAX: u64 = 60_000;
/// How often it is looked whether they are.
const LOOK_MS: u64 = 50;

impl World {
    /// Lets members meet in pairs, in each round along other ways, until all have everything: that takes no more rounds
    /// than so many members need at most. In a round after that nothing is sent.
    pub(super) fn meet_in_rounds(&mut self) -> Result<(), String> {
        self.part();
        // What somebody carried may be what everybody lost.
        self.queue.retain(|_, event| !matches!(event, Event::Carry(..)));
        let most = rounds_max(self.members.len());
        let mut rounds = 0;
        while !self.have_all_everything() {
            if rounds == most {
                return Err(format!("not everybody has everything after {most} rounds"));
            }
            rounds += 1;
            self.meet_once()?;
        }
        self.trace.note(self.now_ms, format_args!("all have everything after {rounds} of {most} rounds"));
        let parcels = self.parcels;
        self.meet_once()?;
        self.mend();
        if self.parcels > parcels { Err("who has everything is sent parcels".to_owned()) } else { Ok(()) }
    }

    /// Everybody is alone.
    fn part(&mut self) {
        let numbers: Vec<_> = self.network.connections.keys().copied().collect();
        numbers.into_iter().for_each(|number| self.cut(number));
        self.network.divide((0..self.members.len()).collect());
    }

    /// Everybody meets those who are beside them, one after the other.
    fn meet_once(&mut self) -> Result<(), String> {
        let mut pairs = crate::options::topology(&mut self.random, self.members.len());
        self.random.shuffle(&mut pairs);
        pairs.into_iter().try_for_each(|pair| self.meet(pair))
    }

    fn meet(&mut self, pair: [usize; 2]) -> Result<(), String> {
        let together = |at| if at == pair[1] { pair[0] } else { at };
        self.network.divide((0..self.members.len()).map(together).collect());
        let runs = pair.map(|at| self.members[at].runs);
        let number = self.network.connect(None, pair, runs);
        self.open(number, pair)?;
        let (begin_ms, mut end_ms) = (self.now_ms, self.now_ms + MEETING_MS_MIN);
        loop {
            self.run_until(end_ms)?;
            if self.version(pair[0]) == self.version(pair[1]) {
                break;
            }
            if self.now_ms >= begin_ms + MEETING_MS_MAX {
                return Err(format!("{} and {} met, and do not have the same", pair[0], pair[1]));
            }
            end_ms = self.now_ms + LOOK_MS;
        }
        self.part();
        self.run_until(self.now_ms + LOOK_MS)
    }

    fn have_all_everything(&self) -> bool {
        (1..self.members.len()).all(|at| self.version(at) == self.version(0))
    }

    fn version(&self, at: usize) -> Option<clock::VersionVector> {
        self.members[at].running.as_ref().map(|running| running.host.replica.version())
    }
}

/// How many rounds it takes at most until so many members have everything.
fn rounds_max(members: usize) -> u32 {
    2 * members.next_power_of_two().ilog2() + 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_members_need_few_more_rounds() {
        assert_eq!([2, 3, 4, 5, 8, 9].map(rounds_max), [5, 7, 7, 9, 9, 11]);
    }
}
