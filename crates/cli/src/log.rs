//! `motet log`: who did what, when.

use crate::error::CommandError;
use crate::names::Authors;
use crate::opened::Opened;
use crate::out::{Paint, print, print_json};
use crate::subject::Subject;
use crate::time_text::write_time;
use motet::{EditRun, Replica, Span, Standing};
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
        let lines: String = runs.iter().rev().take(count).map(|run| line(opened.replica(), run, paint)).collect();
        let left = runs.len().saturating_sub(count);
        let more =
            if left > 0 { paint.faint(&format!("and {left} before: --count 0 lists all\n")) } else { String::new() };
        print(&(lines + &more))?;
    }
    opened.close();
    Ok(ExitCode::SUCCESS)
}

fn line(replica: &Replica, run: &EditRun, paint: Paint) -> String {
    let authors = Authors::of(replica);
    let author = authors.short(run.span.replica);
    let is_undone = matches!(replica.document().standing(run.span.last()), Standing::Undone(_));
    let undone = if is_undone && run.switched.is_none() { "  (undone)" } else { "" };
    let id = paint.name(&run.span.to_string());
    format!("{id}  {}  {author:<8}  {}{}\n", write_time(run.time), what(run), paint.faint(undone))
}

/// What a run did, in words.
fn what(run: &EditRun) -> String {
    if let Some((on, spans)) = &run.switched {
        let spans: Vec<String> = spans.iter().map(Span::to_string).collect();
        return format!("{} {}", if *on { "redid" } else { "undid" }, spans.join(" "));
    }
    let mut parts = Vec::new();
    if run.insertions > 0 {
        let is_cut = run.insertions as usize > run.inserted.chars().count();
        parts.push(format!("+{} {:?}{}", run.insertions, run.inserted, if is_cut { "…" } else { "" }));
    }
    if run.deletions > 0 {
        parts.push(format!("-{}", run.deletions));
    }
    if run.writes > 0 {
        parts.push(format!("{} keys written", run.writes));
    }
    parts.join(" ")
}
