//! `motet weigh`: says how much edit runs matter where not everything can be active.

use crate::error::CommandError;
use crate::opened::Opened;
use crate::said::tell;
use crate::sides::{RUNS_MAX, runs};
use crate::subject::Subject;
use crate::time_text::now;
use motet::Id;
use std::process::ExitCode;

const RUN_HELP: &str = "\
A RUN is the id of an edit run, or a part of one, as `motet log` prints it; each of its actions weighs so much. Where actions \
cannot all be active, those stay that weigh most together. It holds for everybody until it is undone: `motet undo TARGET ID`.";

/// What to weigh.
#[derive(Debug, clap::Args)]
#[command(override_usage = "motet weigh [OPTIONS] <TARGET> <RUN>... --weight <N>", after_help = RUN_HELP)]
pub struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// How much each action weighs, from 1 to 65535; 16 where nobody said.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    weight: u16,
    /// Print what was said as JSON.
    #[arg(long)]
    json: bool,
}

/// Says it, and tells what gave way.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let (target, words) = arguments.subject.document(RUNS_MAX)?;
    let mut opened = Opened::open(&target, &arguments.subject.login)?;
    let runs = runs(opened.document(), words, 1)?;
    let actions: Vec<Id> = runs.iter().flat_map(|run| opened.document().actions_in(*run)).collect();
    let done = opened.write(|document| document.edit(now(), |edit| edit.weigh(&actions, arguments.weight)))?;
    tell(opened, done, &runs, arguments.json)
}
