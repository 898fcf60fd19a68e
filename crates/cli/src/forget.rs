//! `motet forget`: what nobody will see again is taken off the disk.

use crate::error::CommandError;
use crate::opened::Opened;
use crate::out::{print, print_json};
use crate::subject::Subject;
use serde_json::json;
use std::process::ExitCode;

const HELP: &str = "\
Where those who may decide let history be trimmed (motet decide --trim), the text that is deleted for good, and values that were \
replaced for good, are taken out of this directory: everything else stays, and so does what everybody sees. Members who have it still \
go on to have it. Views of before show \u{fffd} for a character, null for a value. It cannot be brought back. Exit code 0: \
done; 1: there was nothing to forget.";

/// What to forget.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// Print the answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Does it.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let (target, _) = arguments.subject.document(0)?;
    let mut opened = Opened::open(&target, &arguments.subject.login)?;
    let is_new = opened.forget()?;
    let by = opened.replica().forgotten_by();
    if arguments.json {
        print_json(&json!({
            "document": opened.json(), "forgotten": by.map(|id| id.to_string()), "new": is_new,
        }))?;
    } else {
        print(match (is_new, by) {
            (true, _) => "forgot what nobody will see again\n",
            (false, Some(_)) => "everything was forgotten before\n",
            (false, None) => "there is nothing to forget: history was not trimmed (motet decide --trim)\n",
        })?;
    }
    opened.close();
    Ok(if is_new { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
