//! How long to wait before connecting again.

/// The first pause, in milliseconds: a server that was restarted is back within it.
const FIRST_MS: u64 = 250;

/// The longest pause, in milliseconds: nobody waits much longer than a person who looks would.
const LAST_MS: u64 = 20_000;

/// Pauses that double up to a limit, each shortened by chance, so that the members of a server that
/// comes back do not all knock at once.
#[derive(Clone, Debug)]
pub struct Backoff {
    next_ms: u64,
    state: u64,
}

impl Backoff {
    /// Pauses from the beginning; `seed` is a random number.
    pub fn new(seed: u64) -> Self {
        Self { next_ms: FIRST_MS, state: seed }
    }

    /// The next pause, in milliseconds: between half of its length and all of it.
    pub fn pause_ms(&mut self) -> u64 {
        let length = self.next_ms;
        self.next_ms = (length * 2).min(LAST_MS);
        length / 2 + self.random() % (length / 2 + 1)
    }

    /// The connection worked: the next pause is short again.
    pub fn reset(&mut self) {
        self.next_ms = FIRST_MS;
    }

    /// The next pause is the longest: what was refused is refused again soon.
    pub fn lengthen(&mut self) {
        self.next_ms = LAST_MS;
    }

    /// SplitMix64, by Sebastiano Vigna.
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_limit_and_begin_anew() {
        let mut backoff = Backoff::new(7);
        let pauses: Vec<u64> = (0..20).map(|_| backoff.pause_ms()).collect();
        let mut length = FIRST_MS;
        for &pause in &pauses {
            assert!((length / 2..=length).contains(&pause), "{pauses:?}");
            length = (length * 2).min(LAST_MS);
        }
        backoff.reset();
        assert!(backoff.pause_ms() <= FIRST_MS);
        backoff.lengthen();
        assert!(backoff.pause_ms() >= LAST_MS / 2);
    }

    #[test]
    fn members_do_not_knock_at_once() {
        let first: Vec<u64> = (0..8).map(|seed| Backoff::new(seed).pause_ms()).collect();
        assert!(first.iter().any(|pause| *pause != first[0]), "{first:?}");
    }
}
