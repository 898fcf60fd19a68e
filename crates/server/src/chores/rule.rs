//! What is due in a document, and doing it.
//!
//! - A *snapshot* is taken of what changed since the last one, by whomever, one a day at most, and is called by its date (UTC).
//!   Of those that this node took, every one of the last week stays, then the first of each week for two months, the first
//!   of each month for a year, and the first of each year. Nobody else's is touched.
//! - A *decision* is made, or agreed to, where the document names this node's key among those who may, something excludes
//!   something, and nothing was written for so long that everybody who is connected has had time to see it. Ballots and
//!   snapshots are no writing in this sense: nodes do not keep each other waiting.

use super::{Chores, date};
use clock::VersionVector;
use codec::AuthorKey;
use motet::{Document, Finality, NewSnapshot, OpRef, Snapshot, Span, beside_the_work};
use std::collections::BTreeSet;

/// How many days every snapshot stays for, then one a week, then one a month.
const DAILY_DAYS: i64 = 7;
const WEEKLY_DAYS: i64 = 61;
const MONTHLY_DAYS: i64 = 366;

/// What a node says of a snapshot that it takes by itself.
const NOTE: &str = "taken by a storage node";

/// Since when a document is as it is, as far as a node knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    /// What it had when somebody looked last.
    seen: VersionVector,
    /// When it was first seen that nothing was written any more, in seconds since 1970.
    quiet_since: i64,
    /// When something will be due although nothing arrives, if ever.
    next: Option<i64>,
}

/// What was done in a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The snapshot that was taken, by its name.
    pub snapshot: Option<String>,
    /// How many old ones were removed.
    pub thinned: usize,
    /// What was decided, or agreed to.
    pub ballot: Option<Span>,
}

impl Watch {
    /// Of a document that was not looked at yet.
    pub fn new(now: i64) -> Self {
        Self { seen: VersionVector::new(), quiet_since: now, next: Some(now) }
    }

    /// Whether to look although nothing arrived.
    pub fn is_due(&self, now: i64) -> bool {
        self.next.is_some_and(|next| next <= now)
    }

    /// Does what is due, at `now` in seconds since 1970, as the one whose key is `node`.
    pub fn tend(&mut self, document: &mut Document, node: AuthorKey, chores: &Chores, now: i64) -> Done {
        // A clock that was set back begins to count anew.
        if works_since(document, &self.seen) || now < self.quiet_since {
            self.quiet_since = now;
        }
        let mut done = Done::default();
        let mut next = Vec::new();
        if let Some(after) = chores.decides_after {
            let at = self.quiet_since.saturating_add(i64::try_from(after.as_secs()).unwrap_or(i64::MAX));
            if may_decide(document) && at <= now {
                // What cannot be decided waits for others to do something.
                done.ballot = document.decide(now).ok().map(|(ballot, _)| ballot.span());
            } else if may_decide(document) {
                next.push(at);
            }
        }
        if chores.takes_snapshots {
            done.thinned = thin(document, node, now);
            next.extend(snapshot(document, node, now, &mut done));
        }
        self.seen = document.version();
        self.next = next.into_iter().min();
        done
    }
}

/// Whether anything but ballots, snapshots and names of people was written beyond a version.
fn works_since(document: &Document, version: &VersionVector) -> bool {
    let beside = beside_the_work();
    let is_work = |op: OpRef<'_>| !op.binds() && op.container().is_none_or(|container| !beside.contains(&container));
    let missing = document.version().missing_from(version);
    missing.into_iter().any(|span| document.log().ops_in(span).any(|(_, op)| is_work(op)))
}

/// Whether this node has a say in what is open, and has not said it yet.
fn may_decide(document: &Document) -> bool {
    let Some(own) = document.view().author(document.replica()) else { return false };
    let Some(poll) = document.poll().filter(|poll| poll.authority.deciders.contains(&own)) else { return false };
    if poll.has_voted(own) || !poll.authority.is_known() {
        return false;
    }
    let decided = poll.after.map(|last| document.log().version_at(&[last])).unwrap_or_default();
    let is_open = |span: Span| document.finality(span.first()) == Finality::Tentative;
    !poll.candidates.is_empty() || (document.view().tied().any(is_open) && works_since(document, &decided))
}

/// Takes today's snapshot, where something changed; otherwise says when the next one can be due, if there is anything to
/// take.
fn snapshot(document: &mut Document, node: AuthorKey, now: i64, done: &mut Done) -> Option<i64> {
    let today = date::day_of(now);
    let (taken, _) = document.snapshots();
    let known = taken.iter().fold(VersionVector::new(), |mut all, snapshot| {
        all.merge(&snapshot.version);
        all
    });
    if !works_since(document, &known) {
        return None;
    }
    if own_days(&taken, node, today).last() >= Some(&today) {
        return Some(date::begin_of(today + 1));
    }
    let name = date::write(today);
    let new = NewSnapshot { name: &name, note: NOTE, ..NewSnapshot::of(document) };
    let new = NewSnapshot { policy: motet::Policy::default(), ..new };
    if document.save_snapshot(id(node, today), &new, now).is_ok() {
        done.snapshot = Some(name);
    }
    None
}

/// Removes those of the node's own snapshots that are not to stay; how many.
fn thin(document: &mut Document, node: AuthorKey, now: i64) -> usize {
    let today = date::day_of(now);
    let (taken, _) = document.snapshots();
    let mut parts = BTreeSet::new();
    let gone: Vec<i64> =
        own_days(&taken, node, today).into_iter().filter(|&day| !parts.insert(part(day, today))).collect();
    let mut remove = |day: &i64| document.remove_snapshot(&format!("{:016x}", id(node, *day)), now) == Ok(true);
    gone.iter().filter(|day| remove(day)).count()
}

/// Of all days in one part the first one's snapshot stays.
fn part(day: i64, today: i64) -> (u8, i64) {
    let (year, month, _) = date::civil(day);
    match today - day {
        ..DAILY_DAYS => (0, day),
        // The first of January 1970 was a Thursday.
        DAILY_DAYS..WEEKLY_DAYS => (1, (day + 3).div_euclid(7)),
        WEEKLY_DAYS..MONTHLY_DAYS => (2, year * 12 + month),
        _ => (3, year),
    }
}

/// The days of which the node took snapshots, ascending, today's and those of a while to come at most: a clock may have been
/// wrong. What is called by a date and kept under another id somebody else made.
fn own_days(taken: &[Snapshot], node: AuthorKey, today: i64) -> BTreeSet<i64> {
    let day = |snapshot: &Snapshot| {
        let mut parts = snapshot.name.splitn(3, '-').map(str::parse::<i64>);
        let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
        // Near enough, to be looked for around.
        let near = (year - 1970).checked_mul(1461)? / 4 + (month - 1) * 153 / 5 + day - 1;
        (near - 4..=near + 4).find(|&day| date::write(day) == snapshot.name)
    };
    let is_own = |(snapshot, day): &(&Snapshot, i64)| snapshot.id == format!("{:016x}", id(node, *day));
    let days = taken.iter().filter_map(|snapshot| Some((snapshot, day(snapshot)?)));
    days.filter(is_own).map(|(_, day)| day).filter(|&day| day <= today + DAILY_DAYS).collect()
}

/// What a node keeps the snapshot of a day under: it knows its own by that, also after it lost everything but its key.
fn id(node: AuthorKey, day: i64) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"motet snapshot of a day v1").update(&node.0).update(&day.to_le_bytes());
    u64::from_le_bytes(hasher.finalize().as_bytes()[..8].try_into().expect("eight bytes"))
}

#[cfg(test)]
mod tests;
