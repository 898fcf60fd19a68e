//! What follows what, known once for all light members: the processor is the server's too.

use clock::{Id, ReplicaId, Seq, VersionVector};
use std::sync::Mutex;

/// Everything that was written. A member of the crowd asks with its own version, and so hears only what
/// it could tell from what it received.
#[derive(Debug)]
pub struct Crowd {
    members: usize,
    known: Mutex<Known>,
}

#[derive(Debug)]
struct Known {
    /// The last element of the lines that everybody types behind, and its logical time.
    lines: Option<(Id, u64)>,
    /// What each member wrote, key by key.
    keys: Vec<Vec<Key>>,
}

#[derive(Debug)]
struct Key {
    lamport: u64,
    /// How many keys of each member its author had before it.
    had: Vec<Seq>,
}

/// What an action says of its past.
pub struct Past {
    /// What it follows.
    pub parents: Vec<Id>,
    /// Its logical time.
    pub lamport: u64,
}

/// The stream that member `number` writes.
pub fn replica(number: usize) -> ReplicaId {
    ReplicaId(number as u64 + 1)
}

impl Crowd {
    /// `members` who have written nothing.
    pub fn new(members: usize) -> Self {
        let keys = (0..members).map(|_| Vec::new()).collect();
        Self { members, known: Mutex::new(Known { lines: None, keys }) }
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut Known) -> T) -> T {
        use_it(&mut self.known.lock().expect("nobody panics with it"))
    }

    /// Whether a member writes as `replica`, and not the server.
    pub fn has(&self, replica: ReplicaId) -> bool {
        (1..=self.members as u64).contains(&replica.0)
    }

    /// The lines that everybody types behind: the last element and its logical time, read by whoever
    /// gets them first. Whose they are.
    pub fn lines(&self, read: impl FnOnce() -> (Id, u64)) -> ReplicaId {
        self.with(|known| known.lines.get_or_insert_with(read).0.replica)
    }

    /// Member `number`, who has `version`, presses a key.
    pub fn press(&self, number: usize, version: &VersionVector) -> Past {
        self.with(|known| known.press(number, version))
    }

    /// The text when all is typed.
    pub fn typed(&self) -> String {
        self.with(|known| known.keys.iter().map(|keys| format!("x{}\n", "k".repeat(keys.len()))).collect())
    }
}

impl Known {
    fn press(&mut self, number: usize, version: &VersionVector) -> Past {
        let had: Vec<Seq> = (0..self.keys.len()).map(|number| version.end(replica(number))).collect();
        let newest = had.iter().zip(&self.keys).filter_map(|(&end, keys)| keys.get((end as usize).checked_sub(1)?));
        let (lines, mut lamport) = self.lines.expect("everybody types behind them");
        // What those who pressed the newest keys had is followed by them.
        let mut followed = vec![0; had.len()];
        for key in newest {
            lamport = lamport.max(key.lamport);
            followed.iter_mut().zip(&key.had).for_each(|(followed, &had)| *followed = had.max(*followed));
        }
        let last = |number: usize| Id::new(replica(number), had[number] - 1);
        let mut parents: Vec<Id> = (0..had.len()).filter(|&n| had[n] > followed[n]).map(last).collect();
        if parents.is_empty() {
            parents.push(lines);
        }
        lamport += 1;
        self.keys[number].push(Key { lamport, had });
        Past { parents, lamport }
    }
}
