//! `motet replay`: a recorded editing history through the engine.

use crate::error::CommandError;
use std::fs::File;
use std::io::{IsTerminal, Write};
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
    replay(&arguments.trace, arguments.out.as_deref(), arguments.json).map_err(CommandError::Other)
}

fn replay(path: &Path, out: Option<&Path>, json: bool) -> Result<ExitCode, String> {
    let file = File::open(path).map_err(|error| format!("failed to open {}: {error}", path.display()))?;
    let trace = Trace::read(file).map_err(|error| format!("{}: {error}", path.display()))?;
    let bar = std::io::stderr().is_terminal() && !json;
    let total = trace.txns.len();
    let started = Instant::now();
    let mut document = trace
        .play(|done| {
            if bar && (done % 4096 == 0 || done == total) {
                eprint!("\r{done} of {total} transactions");
            }
        })
        .map_err(|error| format!("{}: {error}", path.display()))?;
    let took = started.elapsed();
    if bar {
        eprintln!();
    }
    let text = document.text(trace::text());
    if let Some(out) = out {
        std::fs::write(out, &text).map_err(|error| format!("failed to write {}: {error}", out.display()))?;
    }
    let same = text == trace.end_content;
    let hash = document.state_hash();
    let mut stdout = std::io::stdout().lock();
    let written = if json {
        let report = serde_json::json!({
            "transactions": total,
            "patches": trace.patches(),
            "characters": text.chars().count(),
            "ends_as_recorded": same,
            "state_hash": format!("{hash:016x}"),
            "milliseconds": took.as_secs_f64() * 1000.0,
        });
        writeln!(stdout, "{report}")
    } else {
        let verdict = if same { "ends as recorded" } else { "ends otherwise than recorded" };
        writeln!(
            stdout,
            "{} patches in {total} transactions, {:.1} ms: {} characters, {verdict} (state {hash:016x})",
            trace.patches(),
            took.as_secs_f64() * 1000.0,
            text.chars().count(),
        )
    };
    written.map_err(|error| format!("failed to write the result: {error}"))?;
    Ok(if same { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
