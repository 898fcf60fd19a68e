//! Edit runs that something is said of, and the actions that they stand for.

use crate::error::CommandError;
use crate::names::run as named_run;
use motet::{Document, Span};

/// How many runs one call speaks of.
pub const RUNS_MAX: usize = 1000;

/// The runs that words name, at least `least` of them, none of which has an action in common with another.
pub fn runs(document: &Document, words: &[String], least: usize) -> Result<Vec<Span>, CommandError> {
    if words.len() < least {
        let few = if least == 1 { "one run" } else { "two runs" };
        return Err(CommandError::Other(format!(
            "at least {few} must be named behind the document, as motet log prints them"
        )));
    }
    let runs: Vec<Span> = words.iter().map(|word| named_run(document, word)).collect::<Result<_, _>>()?;
    let mut whole: Vec<(Span, Span)> = runs.iter().map(|run| (whole_actions(document, *run), *run)).collect();
    whole.sort_unstable();
    let shared =
        whole.windows(2).find(|pair| pair[0].0.replica == pair[1].0.replica && pair[0].0.end > pair[1].0.start);
    match shared {
        None => Ok(runs),
        Some(pair) => Err(CommandError::Other(format!(
            "{} and {} have an action in common: what is said of actions is said of whole ones",
            pair[0].1, pair[1].1
        ))),
    }
}

fn whole_actions(document: &Document, run: Span) -> Span {
    let of = |id| document.action_of(id).expect("it was found");
    Span::new(run.replica, of(run.first()).start, of(run.last()).end)
}
