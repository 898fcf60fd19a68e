//! `motet conflicts`: what gave way, to whom, and whether somebody decided.

use crate::error::CommandError;
use crate::out::{print, print_json};
use crate::subject::Subject;
use crate::together::{Telling, Together};
use crate::view::ViewFlag;
use crate::words::Words;
use motet::Barred;
use serde_json::{Value, json};
use server::conflicts_json;
use std::process::ExitCode;

/// Where to look.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit code 0: nothing waits for a decision; 1: something does. What nobody decided comes first. \
`motet resolve` decides; undoing a decision brings the conflict back. What gave way to another document (`motet across`) is \
listed too, as far as the documents are here."
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
    let (id, together) = Together::around(&target, &arguments.subject.login, &arguments.view)?;
    let (opened, replica) = (together.opened(id), together.replica(id));
    let mut conflicts = replica.document().conflicts();
    let is_choice = |barred: &&Barred| barred.document == id && together.gave_way(barred);
    let barred: Vec<&Barred> = together.barred_runs().filter(is_choice).collect();
    let is_open = !barred.is_empty() || conflicts.iter().any(|conflict| conflict.answer.is_none());
    if arguments.json {
        let barred: Vec<Value> = barred.iter().map(|barred| together.barred_json(barred)).collect();
        print_json(&json!({
            "document": opened.json(), "conflicts": conflicts_json(replica), "across": barred,
        }))?;
    } else {
        conflicts.sort_by_key(|conflict| conflict.answer.is_some());
        let (words, telling) = (Words::of(replica), Telling::of(&together));
        let across = barred.iter().map(|barred| telling.barred(barred));
        print(&across.chain(conflicts.iter().map(|conflict| words.conflict(conflict))).collect::<String>())?;
    }
    together.close();
    Ok(if is_open { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
