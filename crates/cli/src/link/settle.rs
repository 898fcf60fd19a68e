//! When a file that changes has come to rest.

use super::disk::Stamp;

/// The time for which a file must be as it is: programs that write in place do it in several steps.
const QUIET_MS: u64 = 40;

/// The same for a file that is empty: whoever writes in place empties it first.
const QUIET_EMPTY_MS: u64 = 700;

/// The same for a file that is not there: whoever replaces it may take it away first.
const QUIET_MISSING_MS: u64 = 1_000;

/// Remembers since when a file has looked as it does.
#[derive(Clone, Debug, Default)]
pub struct Settle {
    seen: Option<(Option<Stamp>, u64)>,
}

impl Settle {
    /// Whether a file that looks like `stamp` has come to rest; if not, when to look again.
    pub fn look(&mut self, stamp: Option<Stamp>, now_ms: u64) -> Result<(), u64> {
        let since_ms = match self.seen {
            Some((seen, since_ms)) if seen == stamp => since_ms,
            _ => now_ms,
        };
        self.seen = Some((stamp, since_ms));
        let quiet_ms = match stamp {
            None => QUIET_MISSING_MS,
            Some(stamp) if stamp.len == 0 => QUIET_EMPTY_MS,
            Some(_) => QUIET_MS,
        };
        let rest_ms = since_ms + quiet_ms;
        if now_ms >= rest_ms { Ok(()) } else { Err(rest_ms) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_rests_once_it_stays_the_same() {
        let stamp = |len| Some(Stamp { inode: 1, len, modified_ns: 0 });
        let mut settle = Settle::default();
        assert_eq!(settle.look(stamp(5), 100), Err(140));
        assert_eq!(settle.look(stamp(6), 130), Err(170));
        assert_eq!(settle.look(stamp(6), 169), Err(170));
        assert_eq!(settle.look(stamp(6), 170), Ok(()));
        assert_eq!(settle.look(stamp(0), 200), Err(900), "emptied: the rest follows");
        assert_eq!(settle.look(None, 300), Err(1300), "taken away: something follows");
        assert_eq!(settle.look(stamp(6), 400), Err(440));
    }
}
