//! `motet resolve`: decides for everybody which of several edit runs are to be active.

use crate::error::CommandError;
use crate::names::run as named_run;
use crate::opened::Opened;
use crate::said::tell;
use crate::sides::{RUNS_MAX, runs};
use crate::subject::Subject;
use crate::time_text::now;
use motet::{Document, Edit, Id, Span};
use std::process::ExitCode;

const RUN_HELP: &str = "\
A RUN is the id of an edit run, or a part of one, as `motet log` and `motet conflicts` print it. Of a RUN of several actions \
those are meant that are in conflict with the other RUNs, or where none is, its last one.

A decision takes the place of those before about the same, and holds for everybody until it is undone: `motet undo TARGET ID`. \
It may be made before there is a conflict, and counts once there is one.";

/// What to decide.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "motet resolve [OPTIONS] <TARGET> <RUN> <RUN>... <--keep <RUN>...|--both|--neither>",
    after_help = RUN_HELP,
    group(clap::ArgGroup::new("choice").required(true))
)]
pub struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// Keep these of the runs, before whatever else could be chosen.
    #[arg(long, value_name = "RUN", num_args = 1.., group = "choice")]
    keep: Vec<String>,
    /// Keep them all: nothing that ties just them counts.
    #[arg(long, visible_alias = "all", group = "choice")]
    both: bool,
    /// Keep none of them.
    #[arg(long, visible_alias = "none", group = "choice")]
    neither: bool,
    /// In place of the decisions in these runs too, whatever else they were about: of the rest of that nothing is decided any more.
    #[arg(long, value_name = "RUN", num_args = 1..)]
    instead: Vec<String>,
    /// Print what was decided as JSON.
    #[arg(long)]
    json: bool,
}

/// Decides it, and tells what gave way.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let (target, words) = arguments.subject.document(RUNS_MAX)?;
    let mut opened = Opened::open(&target, &arguments.subject.login)?;
    let among = runs(opened.document(), words, 2)?;
    let kept = if arguments.both {
        among.clone()
    } else if arguments.neither {
        Vec::new()
    } else {
        runs(opened.document(), &arguments.keep, 1)?
    };
    if let Some(other) = kept.iter().find(|run| !among.contains(run)) {
        return Err(CommandError::Other(format!(
            "{other} is to be kept, and is not among the runs to decide between: name it before --keep too"
        )));
    }
    let sides = opened.document().sides(&among);
    let keep: Vec<Id> = sides_of(&among, &sides, &kept);
    let instead = answers_in(opened.document(), &arguments.instead)?;
    let resolve = |edit: &mut Edit<'_>| edit.resolve_instead(&instead, &sides.concat(), &keep);
    let done = opened.write(|document| document.edit(now(), resolve))?;
    tell(opened, done, &among, arguments.json)
}

/// The decisions that runs made.
fn answers_in(document: &Document, words: &[String]) -> Result<Vec<Id>, CommandError> {
    let mut answers = Vec::new();
    for word in words {
        let before = answers.len();
        let ops = document.log().ops_in(named_run(document, word)?);
        answers.extend(ops.map(|(id, _)| id).filter(|id| document.answer(*id).is_some()));
        if answers.len() == before {
            return Err(CommandError::Other(format!("{word} decides nothing: --instead names runs of motet resolve")));
        }
    }
    Ok(answers)
}

fn sides_of(among: &[Span], sides: &[Vec<Id>], kept: &[Span]) -> Vec<Id> {
    let is_kept = among.iter().zip(sides).filter(|(run, _)| kept.contains(run));
    is_kept.flat_map(|(_, side)| side.iter().copied()).collect()
}
