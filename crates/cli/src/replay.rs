//! `motet replay`: a recorded editing history through the engine.

use crate::error::CommandError;
use crate::out::{Progress, print, print_json};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use trace::Trace;

/// What to play.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The history: gzip-compressed JSON of the public editing-traces collection.
    trace: PathBuf,
    /// Write the text that comes out to this file.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// Plays it.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    replay(&arguments.trace, arguments.out.as_deref(), arguments.json)
}

fn replay(path: &Path, out: Option<&Path>, json: bool) -> Result<ExitCode, CommandError> {
    let file = File::open(path).map_err(|error| CommandError::File("open", path.to_owned(), error))?;
    let unplayable = |error: &dyn std::fmt::Display| CommandError::Other(format!("{}: {error}", path.display()));
    let trace = Trace::read(file).map_err(|error| unplayable(&error))?;
    let mut progress = Progress::new("playing");
    let total = trace.txns.len();
    let started = Instant::now();
    let played = trace.play(|done| progress.show(done as u64, total as u64));
    let mut document = played.map_err(|error| unplayable(&error))?;
    let took = started.elapsed();
    drop(progress);
    let text = document.text(trace::text());
    if let Some(out) = out {
        std::fs::write(out, &text).map_err(|error| CommandError::File("write", out.to_owned(), error))?;
    }
    let same = text == trace.end_content;
    let hash = document.state_hash();
    if json {
        print_json(&serde_json::json!({
            "transactions": total,
            "patches": trace.patches(),
            "characters": text.chars().count(),
            "ends_as_recorded": same,
            "state_hash": format!("{hash:016x}"),
            "milliseconds": took.as_secs_f64() * 1000.0,
        }))?;
    } else {
        let verdict = if same { "ends as recorded" } else { "ends otherwise than recorded" };
        print(&format!(
            "{} patches in {total} transactions, {:.1} ms: {} characters, {verdict} (state {hash:016x})\n",
            trace.patches(),
            took.as_secs_f64() * 1000.0,
            text.chars().count(),
        ))?;
    }
    Ok(if same { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
