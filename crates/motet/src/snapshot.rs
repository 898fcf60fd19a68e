//! Snapshots: a version of a document with a name, that people come back to.
//!
//! They are kept in the document, in a map beside the work ([`snapshots`]), one key each: so they are signed, reach
//! every member, merge, and can be undone. What a snapshot holds is a few words and a version, since the log can show any
//! version; if it was taken of a view that left something out, then also what.
//!
//! ```
//! use motet::{ContainerId, Document, Kind, NewSnapshot, ReplicaId};
//! let text = ContainerId::root(Kind::Text, "text");
//! let mut document = Document::new(ReplicaId(1));
//! document.edit(0, |edit| edit.insert(text, 0, "Draft"));
//! let new = NewSnapshot { name: "first", ..NewSnapshot::of(&document) };
//! document.save_snapshot(7, &new, 0).unwrap();
//! document.edit(0, |edit| edit.insert(text, 5, ", and more"));
//! let snapshot = document.snapshots().0.remove(0);
//! assert_eq!(document.at_snapshot(&snapshot).text(text), "Draft");
//! ```

mod value;

use crate::document::{Document, Refusal};
use clock::{Id, Span, VersionVector};
use log::{ContainerId, Kind};
use model::{Patch, Shown, ShownMap};
use view::Policy;

/// How long a name is, in bytes: a line in a list.
const NAME_BYTES_MAX: usize = 200;

/// How long a note is, in bytes: a page or two.
const NOTE_BYTES_MAX: usize = 16 << 10;

/// The map of snapshots: it is beside the work, and stays where that goes back.
pub fn snapshots() -> ContainerId {
    ContainerId::root(Kind::Map, "motet.snapshots")
}

/// What is beside the work, and stays where that goes back to an earlier version.
pub fn beside_the_work() -> [ContainerId; 4] {
    [crate::people(), snapshots(), crate::space::across(), crate::replay::relations()]
}

/// A snapshot of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// What it is kept under: no other has that.
    pub id: String,
    /// What people call it. Those who did not know of each other may have called two the same.
    pub name: String,
    /// What somebody said of it; may be empty.
    pub note: String,
    /// What the document had.
    pub version: VersionVector,
    /// What the view left out that it was taken of.
    pub policy: Policy,
    /// The element that wrote it: it says who did, and when.
    pub write: Id,
}

/// A snapshot to be taken.
#[derive(Clone, Debug)]
pub struct NewSnapshot<'a> {
    /// What to call it.
    pub name: &'a str,
    /// What there is to say of it.
    pub note: &'a str,
    /// A version that the document includes.
    pub version: VersionVector,
    /// What the view leaves out.
    pub policy: Policy,
}

/// Why a snapshot was not taken; the document is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// There is nothing to come back to.
    #[error("nothing was written yet")]
    Nothing,
    /// The version names what is not here.
    #[error("the version names actions that are not here")]
    Version,
    /// The name is none.
    #[error("a name has 1 to {NAME_BYTES_MAX} bytes and no control characters")]
    Name,
    /// The note is too long, or no text for people.
    #[error("a note has at most {NOTE_BYTES_MAX} bytes, and no control characters but ends of lines")]
    Note,
    /// It is more than anybody could read.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl SnapshotError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Nothing => "snapshot.nothing",
            Self::Version => "snapshot.version",
            Self::Name => "snapshot.name",
            Self::Note => "snapshot.note",
            Self::Refused(refusal) => refusal.code(),
        }
    }
}

impl NewSnapshot<'_> {
    /// One of what a document has and shows now, without a name.
    pub fn of(document: &Document) -> Self {
        Self { name: "", note: "", version: document.version(), policy: document.view().policy().clone() }
    }
}

impl Snapshot {
    /// The choice that shows what it showed, whatever came since.
    pub fn view(&self) -> Policy {
        let pin = self.policy.pin.clone().filter(|pin| self.version.includes(pin));
        Policy { pin: Some(pin.unwrap_or_else(|| self.version.clone())), ..self.policy.clone() }
    }

    /// Whether it was taken of a view that left something out.
    pub fn is_filtered(&self) -> bool {
        self.policy != Policy::default()
    }
}

impl Document {
    /// Takes a snapshot, under an `id` that is drawn by chance, at `time` in seconds since 1970: an action of its own,
    /// whatever this copy leaves out.
    pub fn save_snapshot(&mut self, id: u64, new: &NewSnapshot<'_>, time: i64) -> Result<Span, SnapshotError> {
        if new.version.is_empty() {
            return Err(SnapshotError::Nothing);
        }
        if !self.version().includes(&new.version) {
            return Err(SnapshotError::Version);
        }
        if new.name.trim().is_empty() || new.name.len() > NAME_BYTES_MAX || new.name.chars().any(char::is_control) {
            return Err(SnapshotError::Name);
        }
        if new.note.len() > NOTE_BYTES_MAX || new.note.chars().any(|c| c.is_control() && c != '\n') {
            return Err(SnapshotError::Note);
        }
        let written =
            self.write_beside(time, &mut |edit| edit.set(snapshots(), &format!("{id:016x}"), value::write(new)));
        written?.0.ok_or(SnapshotError::Nothing)
    }

    /// Takes the snapshot `id` out of the list, for everybody; whether it was there.
    pub fn remove_snapshot(&mut self, id: &str, time: i64) -> Result<bool, Refusal> {
        if !self.with_snapshots(|map| map.is_some_and(|map| map.get(id).is_some())) {
            return Ok(false);
        }
        Ok(self.write_beside(time, &mut |edit| edit.unset(snapshots(), id))?.0.is_some())
    }

    /// Writes what has nothing to do with what this copy leaves out, so that goes on to be left out.
    pub(crate) fn write_beside(
        &mut self,
        time: i64,
        change: &mut dyn FnMut(&mut crate::Edit<'_>),
    ) -> Result<(Option<Span>, Patch), Refusal> {
        let mut patch = Patch::default();
        let policy = self.view.policy().clone();
        let is_chosen = policy != Policy::default();
        if is_chosen {
            self.change_policy(Policy::default(), &mut patch);
        }
        let span = self.plainly(|document| document.edit_for(time, &mut patch, change));
        if is_chosen {
            self.change_policy(policy, &mut patch);
        }
        self.take_refusal().map(|()| (span, patch))
    }

    /// The snapshots that everybody sees, by when they were written, and how many there are that this version cannot
    /// read.
    pub fn snapshots(&self) -> (Vec<Snapshot>, usize) {
        self.with_snapshots(|map| self.read_snapshots(map))
    }

    fn with_snapshots<T>(&self, look: impl FnOnce(Option<ShownMap<'_>>) -> T) -> T {
        self.with_beside(snapshots(), look)
    }

    /// Looks at a map that is beside the work as everybody sees it.
    pub(crate) fn with_beside<T>(&self, map: ContainerId, look: impl FnOnce(Option<ShownMap<'_>>) -> T) -> T {
        if *self.view.policy() == Policy::default() {
            return look(self.shown().map(map));
        }
        let shared = self.view_with(Policy::default());
        look(Shown::Model(&shared.project_only(&self.log, map)).map(map))
    }

    fn read_snapshots(&self, map: Option<ShownMap<'_>>) -> (Vec<Snapshot>, usize) {
        let (mut read, mut unread) = (Vec::new(), 0);
        let Some(map) = map else { return (read, unread) };
        for id in map.keys() {
            let Some((write, Some(value))) = map.heads(id).next() else { continue };
            match value::read(id, write, value).filter(|snapshot| self.version().includes(&snapshot.version)) {
                Some(snapshot) => read.push(snapshot),
                None => unread += 1,
            }
        }
        let lamport = |id: Id| self.log.log(id.replica).map_or(0, |log| log.lamport(id.seq));
        read.sort_unstable_by_key(|snapshot| (lamport(snapshot.write), snapshot.write));
        (read, unread)
    }

    /// A copy that shows what a snapshot showed, and nothing else. It has everything that came since.
    pub fn at_snapshot(&self, snapshot: &Snapshot) -> Self {
        let mut then = self.fork(self.replica);
        then.set_policy(snapshot.view());
        then
    }
}
