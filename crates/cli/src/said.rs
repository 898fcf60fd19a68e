//! What a command says after it declared something of actions.

use crate::error::CommandError;
use crate::opened::Opened;
use crate::out::{print, print_json};
use crate::words::Words;
use motet::{Conflict, Id, Replica, Span};
use serde_json::{Value, json};
use server::{conflicts_json, declared_json, write_version};
use std::process::ExitCode;

/// Tells what `done` declared of `runs`, and what of them gives way now.
pub fn tell(opened: Opened, done: Option<Span>, runs: &[Span], is_json: bool) -> Result<ExitCode, CommandError> {
    let done = done.ok_or_else(|| CommandError::Other("nothing was written".into()))?;
    let replica = opened.replica();
    let declared: Vec<Id> = declared_in(replica, done);
    if is_json {
        let declared: Vec<Value> = declared.iter().map(|id| declared_json(replica, *id)).collect();
        let version = write_version(&opened.document().version());
        print_json(&json!({
            "document": opened.json(), "id": done.to_string(), "declared": declared, "version": version,
            "conflicts": conflicts_json(replica),
        }))?;
    } else {
        let words = Words::of(replica);
        let mut lines: String = declared.iter().map(|id| format!("{}, by {done}\n", words.declared(*id))).collect();
        let about = |conflict: &Conflict| {
            conflict.sides().iter().any(|side| runs.iter().any(|run| opened.document().actions_in(*run).contains(side)))
        };
        let conflicts = opened.document().conflicts();
        lines.extend(conflicts.iter().filter(|conflict| about(conflict)).map(|conflict| words.conflict(conflict)));
        print(&lines)?;
    }
    opened.close();
    Ok(ExitCode::SUCCESS)
}

fn declared_in(replica: &Replica, done: Span) -> Vec<Id> {
    let ops = replica.document().log().ops_in(done);
    ops.filter(|(_, op)| op.is_declaration()).map(|(id, _)| id).collect()
}
