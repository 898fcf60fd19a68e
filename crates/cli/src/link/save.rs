//! A saved file as actions.

use motet::diff::{self, Change};
use motet::{Replica, Seq, VersionVector};
use server::{DocumentType, HubError, text_container};

/// The text that one op inserts, in bytes: longer pieces would make parcels that hold everything up.
const PIECE_BYTES_MAX: usize = 256 << 10;

/// The text that one action inserts, in bytes.
const ACTION_BYTES_MAX: usize = 1 << 20;

/// The characters that one action deletes: each may be an op of its own.
const ACTION_DELETIONS_MAX: Seq = 50_000;

/// The replacements of one action.
const ACTION_STEPS_MAX: usize = 20_000;

/// What a save amounts to, in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// How many came.
    pub inserted: u64,
    /// How many went.
    pub removed: u64,
}

impl Size {
    fn of(changes: &[Change<'_>]) -> Self {
        changes.iter().fold(Self::default(), |size, change| Self {
            inserted: size.inserted + change.inserted.chars().count() as u64,
            removed: size.removed + u64::from(change.removed),
        })
    }

    /// Both together.
    pub fn sum(self) -> u64 {
        self.inserted + self.removed
    }
}

/// What leads from one text to the other amounts to.
pub fn size(before: &str, after: &str) -> Size {
    Size::of(&diff::words(before, after))
}

/// Makes `after` of `before`, which a file held at `base`, seeing nothing later; sealed. Returns the version that has
/// this: `base` and what was written. Nearly always that is one action. What cannot be saved changes nothing.
pub fn save(
    replica: &mut Replica,
    document_type: DocumentType,
    base: &VersionVector,
    texts: (&str, &str),
    time: i64,
) -> Result<(VersionVector, Size), HubError> {
    if document_type == DocumentType::Text {
        return Ok(save_text(replica, base, texts, time));
    }
    let saved = server::save(replica.document_mut(), Some(base), texts.1, time);
    // What was written before something went wrong stays, and must go out like anything else.
    replica.seal_all();
    saved?;
    let (mut version, own) = (base.clone(), replica.document().replica());
    version.extend_to(own, replica.document().log().end(own));
    Ok((version, size(texts.0, texts.1)))
}

fn save_text(
    replica: &mut Replica,
    base: &VersionVector,
    (before, after): (&str, &str),
    time: i64,
) -> (VersionVector, Size) {
    let changes = diff::words(before, after);
    let mut version = base.clone();
    for action in actions(&changes) {
        let document = replica.document_mut();
        let edit = |edit: &mut motet::Edit<'_>| {
            action.iter().for_each(|step| edit.replace(text_container(), step.at, step.removed, step.inserted));
        };
        if version == document.version() {
            document.edit(time, edit);
        } else {
            document.edit_seen_at(&version, time, edit);
        }
        let own = document.replica();
        version.extend_to(own, document.log().end(own));
        // The parcel is exported again, with whatever else is not on the disk.
        replica.seal_all();
    }
    (version, Size::of(&changes))
}

/// The changes in the order in which they are made, the last place first, so that places stay true.
fn actions<'a>(changes: &[Change<'a>]) -> Vec<Vec<Change<'a>>> {
    let mut actions: Vec<Vec<Change<'a>>> = Vec::new();
    let (mut bytes, mut deletions) = (0, 0);
    for step in changes.iter().rev().flat_map(steps) {
        bytes += step.inserted.len();
        deletions += step.removed;
        let is_full = bytes > ACTION_BYTES_MAX || deletions > ACTION_DELETIONS_MAX;
        match actions.last_mut() {
            Some(action) if !is_full && action.len() < ACTION_STEPS_MAX => action.push(step),
            _ => {
                (bytes, deletions) = (step.inserted.len(), step.removed);
                actions.push(vec![step]);
            }
        }
    }
    actions
}

/// A change in pieces, to be made one after the other.
fn steps<'a>(change: &Change<'a>) -> Vec<Change<'a>> {
    let mut steps = Vec::new();
    let mut removed = change.removed;
    while removed > ACTION_DELETIONS_MAX {
        steps.push(Change { at: change.at, removed: ACTION_DELETIONS_MAX, inserted: "" });
        removed -= ACTION_DELETIONS_MAX;
    }
    let (mut at, mut rest) = (change.at, change.inserted);
    loop {
        let (piece, behind) = rest.split_at(rest.floor_char_boundary(PIECE_BYTES_MAX));
        steps.push(Change { at, removed, inserted: piece });
        (at, removed, rest) = (at + piece.chars().count() as Seq, 0, behind);
        if rest.is_empty() {
            return steps;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use motet::{DocumentId, ReplicaId, SigningKey};

    fn replica(id: u64) -> Replica {
        Replica::new(DocumentId(7), 0, ReplicaId(id), SigningKey::from_bytes(&[1; 32]))
    }

    fn give(from: &Replica, to: &mut Replica) {
        for parcel in from.export(&from.version().missing_from(&to.version()), usize::MAX) {
            to.import(&parcel.bytes, None).unwrap();
        }
    }

    #[test]
    fn a_save_is_one_action_and_its_version_has_its_text() {
        let (mut ann, mut bob) = (replica(1), replica(2));
        let (first, _) = save_text(&mut ann, &VersionVector::new(), ("", "one two three\n"), 1);
        give(&ann, &mut bob);
        save_text(&mut bob, &first, ("one two three\n", "zero one two three\n"), 2);
        give(&bob, &mut ann);
        let (saved, size) = save_text(&mut ann, &first, ("one two three\n", "one 2 three!\n"), 3);
        assert_eq!(size, Size { inserted: 2, removed: 3 });
        assert_eq!(ann.document().text(text_container()), "zero one 2 three!\n");
        assert_eq!(ann.document().text_at(text_container(), &saved), "one 2 three!\n");
        assert_eq!(ann.document().history().len(), 3);
        let next = ("one 2 three!\n", "one 2 three!\nfour\n");
        let (saved, _) = save_text(&mut ann, &saved, next, 9);
        assert_eq!(ann.document().text_at(text_container(), &saved), next.1);
        give(&ann, &mut bob);
        assert_eq!(bob.document().text(text_container()), "zero one 2 three!\nfour\n");
    }

    #[test]
    fn what_is_too_long_for_one_action_becomes_several() {
        let mut replica = replica(1);
        let long: String = (0..400_000).map(|n| format!("{n} ü\n")).collect();
        let (version, _) = save_text(&mut replica, &VersionVector::new(), ("", &long), 1);
        assert!(replica.document().text(text_container()) == long);
        let parcels = replica.export(&version.missing_from(&VersionVector::new()), usize::MAX);
        assert!(parcels.iter().all(|parcel| parcel.bytes.len() < 4 << 20));
        let short = "short\n".to_owned();
        save_text(&mut replica, &version, (&long, &short), 2);
        assert_eq!(replica.document().text(text_container()), short);
    }
}
