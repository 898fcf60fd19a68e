//! `motet restore`: a document reads as it did, by an edit that adds to the history.

use crate::error::CommandError;
use crate::moment::Moment;
use crate::names::{VERSION_HELP, version};
use crate::opened::Opened;
use crate::out::{print, print_json};
use crate::subject::Subject;
use crate::time_text::now;
use motet::{Document, Seq, beside_the_work, diff};
use serde_json::json;
use server::{Content, DocumentType, text_container, write_version};
use std::process::ExitCode;

/// How much one action takes away, in characters, and brings back, in bytes: well below what a frame holds.
const ACTION_WEIGHT_MAX: usize = 64 << 10;

/// What to bring back.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// The version to bring back.
    #[arg(long, value_name = "VERSION", long_help = VERSION_HELP)]
    at: String,
    /// Print what was done as JSON.
    #[arg(long)]
    json: bool,
}

/// Brings it back.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let (target, _) = arguments.subject.document(0)?;
    let mut opened = Opened::open(&target, &arguments.subject.login)?;
    let then = version(opened.document(), &arguments.at)?;
    let is_changed = bring_back(&mut opened, &Moment::of(then.clone()))?;
    if arguments.json {
        let (to, now) = (write_version(&then), write_version(&opened.document().version()));
        print_json(&json!({ "document": opened.json(), "restored": to, "changed": is_changed, "version": now }))?;
    } else {
        let name = &opened.info().name;
        print(&if is_changed {
            format!("\"{name}\" reads as at {}; motet undo takes that back\n", arguments.at)
        } else {
            format!("\"{name}\" reads like that already\n")
        })?;
    }
    opened.close();
    Ok(if is_changed { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Makes a document read as it did; whether it read otherwise.
pub fn bring_back(opened: &mut Opened, moment: &Moment) -> Result<bool, CommandError> {
    let before = opened.document().version();
    let forgotten = opened.replica().forgotten_by();
    if forgotten.is_some_and(|by| moment.policy.pin.as_ref().is_some_and(|pin| !pin.contains(by))) {
        let why = "something of what was there then was forgotten: history was trimmed since (motet decide --show)";
        return Err(CommandError::Other(why.into()));
    }
    let Content { text: wanted, document_type, .. } = moment.content(opened.document())?;
    match document_type {
        DocumentType::Text => opened.write(|document| make_read(document, &wanted, now()))?,
        DocumentType::Json if wanted.is_empty() => {
            return Err(CommandError::Other("there was no JSON then: undo what made it instead".into()));
        }
        // What stands in a note keeps its name: the same paragraph comes back, with what was said of it.
        DocumentType::Note => {
            let policy = moment.policy.clone();
            drop(opened.write(|document| document.restore_view(policy, &beside_the_work(), now()))?);
        }
        DocumentType::Json => opened.write(|document| server::save(document, None, &wanted, now()))??,
    }
    Ok(opened.document().version() != before)
}

/// Makes the text read `wanted`, changing only words that differ, in actions of bounded size.
fn make_read(document: &mut Document, wanted: &str, time: i64) {
    let container = text_container();
    let before = document.text(container);
    let changes = diff::words(&before, wanted);
    // From the end, so that no change moves the place of another.
    let steps: Vec<Step<'_>> = changes.iter().rev().flat_map(steps).collect();
    let mut rest = steps.as_slice();
    while !rest.is_empty() {
        let mut weight = 0;
        let fits = |step: &&Step<'_>| {
            weight += step.removed as usize + step.inserted.len();
            weight <= ACTION_WEIGHT_MAX
        };
        let count = rest.iter().take_while(fits).count();
        let (batch, later) = rest.split_at(count);
        document.edit(time, |edit| {
            batch.iter().for_each(|step| edit.replace(container, step.at, step.removed, step.inserted));
        });
        rest = later;
    }
}

/// A part of a change that fits into an action.
struct Step<'a> {
    at: Seq,
    removed: Seq,
    inserted: &'a str,
}

/// A change in parts: what goes first, then what comes, each right behind the one before.
fn steps<'a>(change: &diff::Change<'a>) -> Vec<Step<'a>> {
    const PART_MAX: usize = ACTION_WEIGHT_MAX / 2;
    let mut steps = Vec::new();
    let mut left = change.removed;
    while left > 0 {
        let removed = left.min(PART_MAX as Seq);
        steps.push(Step { at: change.at, removed, inserted: "" });
        left -= removed;
    }
    let (mut at, mut rest) = (change.at, change.inserted);
    while !rest.is_empty() {
        let (inserted, behind) = rest.split_at(rest.floor_char_boundary(PART_MAX));
        steps.push(Step { at, removed: 0, inserted });
        at += inserted.chars().count() as Seq;
        rest = behind;
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use motet::ReplicaId;

    #[test]
    fn texts_of_any_length_come_back() {
        let container = text_container();
        let mut document = Document::new(ReplicaId(1));
        let long: String = (0..60_000).map(|n| format!("{n} ü\n")).collect();
        for wanted in ["one two three", "one 2 three", &long, "", &long.replace("7", "seven"), "end"] {
            make_read(&mut document, wanted, 0);
            assert_eq!(document.text(container), wanted);
        }
        let largest = document.actions_since(&motet::VersionVector::new()).iter().map(|action| action.ops.len()).max();
        assert!(largest.unwrap() <= 1 << 17);
    }
}
