//! `motet conflicts`: what gave way, to whom, and whether somebody decided.

use crate::error::CommandError;
use crate::opened::Opened;
use crate::out::{print, print_json};
use crate::subject::Subject;
use crate::view::ViewFlag;
use crate::words::Words;
use serde_json::json;
use server::conflicts_json;
use std::process::ExitCode;

/// Where to look.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit code 0: nothing waits for a decision; 1: something does. What nobody decided comes first. \
`motet resolve` decides; undoing a decision brings the conflict back."
)]
pub struct Arguments {
    #[command(flatten)]
    subject: Subject,
    #[command(flatten)]
    view: ViewFlag,
    /// Print the conflicts as JSON.
    #[arg(long)]
    json: bool,
}

/// Lists all that gave way.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let (target, _) = arguments.subject.document(0)?;
    let opened = Opened::open(&target, &arguments.subject.login)?;
    let seen = arguments.view.replica(&opened)?;
    let replica = seen.as_ref().unwrap_or(opened.replica());
    let mut conflicts = replica.document().conflicts();
    let is_open = conflicts.iter().any(|conflict| conflict.answer.is_none());
    if arguments.json {
        print_json(&json!({ "document": opened.json(), "conflicts": conflicts_json(replica) }))?;
    } else if !conflicts.is_empty() {
        conflicts.sort_by_key(|conflict| conflict.answer.is_some());
        let words = Words::of(replica);
        print(&conflicts.iter().map(|conflict| words.conflict(conflict)).collect::<String>())?;
    }
    opened.close();
    Ok(if is_open { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
