//! `motet log`: who did what, when.

use crate::error::CommandError;
use crate::names::Authors;
use crate::opened::Opened;
use crate::out::{Paint, print, print_json};
use crate::subject::Subject;
use crate::time_text::write_time;
use crate::words::{Words, state, what};
use motet::{EditRun, Replica};
use serde_json::json;
use server::{history_json, write_version};
use std::process::ExitCode;

/// What to list.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// List at most so many runs; 0 lists all.
    #[arg(long, short = 'n', value_name = "RUNS", default_value_t = 50)]
    count: usize,
    /// Print the runs as JSON, with their authors' keys and the versions right after them.
    #[arg(long)]
    json: bool,
}

/// Lists it, the newest first.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let (target, _) = arguments.subject.document(0)?;
    let opened = Opened::open(&target, &arguments.subject.login)?;
    let count = if arguments.count == 0 { usize::MAX } else { arguments.count };
    if arguments.json {
        let version = write_version(&opened.document().version());
        let runs = history_json(opened.replica(), None, count);
        print_json(&json!({ "document": opened.json(), "version": version, "runs": runs }))?;
    } else {
        let runs = opened.document().history();
        let paint = Paint::for_stdout();
        let words = Words::of(opened.replica());
        let lines: String =
            runs.iter().rev().take(count).map(|run| line(opened.replica(), &words, run, paint)).collect();
        let left = runs.len().saturating_sub(count);
        let more =
            if left > 0 { paint.faint(&format!("and {left} before: --count 0 lists all\n")) } else { String::new() };
        print(&(lines + &more))?;
    }
    opened.close();
    Ok(ExitCode::SUCCESS)
}

fn line(replica: &Replica, words: &Words<'_>, run: &EditRun, paint: Paint) -> String {
    let author = Authors::of(replica).short(run.span.replica);
    let state = state(replica.document(), run).filter(|_| run.switched.is_none());
    let state = state.map_or_else(String::new, |state| format!("  ({state})"));
    let id = paint.name(&run.span.to_string());
    format!("{id}  {}  {author:<8}  {}{}\n", write_time(run.time), what(words, run), paint.faint(&state))
}
