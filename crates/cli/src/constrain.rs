//! `motet constrain`: says what edit runs mean together, for everybody.

use crate::error::CommandError;
use crate::opened::Opened;
use crate::said::tell;
use crate::sides::{RUNS_MAX, runs};
use crate::subject::Subject;
use crate::time_text::now;
use motet::{Document, Rule, Span, limits};
use std::process::ExitCode;

const RULES: &str = "\
RULE is one of
  not-after A B      where both are active, A is never after B; each of two the other way round: never both
  enables A B        B is active only where A is
  causes A B         B is active only where A is, and comes after it
  atomic A B ...     all are active or none
  contiguous A B ... all are active or none, with nothing in between
  at-most N A B ...  no more than N are active
  conflict A B ...   no more than one is active, the same as at-most 1
  any-of A B ...     A is active only where one of the others is
  exactly-one A B ... A is active only where one of the others is, of which never two are

A RUN is the id of an edit run, or a part of one, as `motet log` prints it. A RUN of several actions takes part as a whole: \
all of its actions are active or none, and its last one stands for them. What is said holds for everybody until it is undone: \
`motet undo TARGET ID`.";

/// What to say of which runs.
#[derive(Debug, clap::Args)]
#[command(override_usage = "motet constrain [OPTIONS] <TARGET> <RULE> <RUN> <RUN>...", after_help = RULES)]
pub struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// Print what was said as JSON.
    #[arg(long)]
    json: bool,
}

/// Says it, and tells what gave way.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let (target, words) = arguments.subject.document(2 + RUNS_MAX)?;
    let (rule, words) = rule(words)?;
    let mut opened = Opened::open(&target, &arguments.subject.login)?;
    let runs = runs(opened.document(), words, 2)?;
    check_count(rule, runs.len())?;
    check_actions(opened.document(), &runs)?;
    let done = opened.write(|document| document.edit(now(), |edit| edit.constrain_runs(rule, &runs)))?;
    tell(opened, done, &runs, arguments.json)
}

/// The rule that the first words name, and the words behind it.
pub fn rule(words: &[String]) -> Result<(Rule, &[String]), CommandError> {
    let wrong = |why: &str| Err(CommandError::Other(format!("{why}: see motet constrain --help")));
    let Some((name, rest)) = words.split_first() else {
        return wrong("which rule? Name it behind the document");
    };
    if name == "at-most" {
        let max = rest.first().and_then(|max| max.parse().ok()).filter(|max| *max > 0);
        let Some(max) = max else { return wrong("at-most takes a number of at least 1 before the runs") };
        return Ok((Rule::AtMost(max), &rest[1..]));
    }
    let rule = if name == "conflict" { Some(Rule::AtMost(1)) } else { Rule::of_word(name, 1) };
    let Some(rule) = rule else { return wrong(&format!("\"{name}\" is no rule")) };
    Ok((rule, rest))
}

/// Whether a rule says something of so many runs.
pub fn check_count(rule: Rule, count: usize) -> Result<(), CommandError> {
    let wrong = |what: String| Err(CommandError::Other(format!("{what}, and {count} are named")));
    match rule {
        Rule::NotAfter | Rule::Enables | Rule::Causes | Rule::NonCommuting | Rule::SoftOrder if count != 2 => {
            wrong(format!("{} is said of two runs", rule.word()))
        }
        Rule::AtMost(max) if count <= max as usize => wrong(format!("at-most {max} says something only of more runs")),
        _ => Ok(()),
    }
}

/// A constraint names no more actions than others take in.
fn check_actions(document: &Document, runs: &[Span]) -> Result<(), CommandError> {
    let max = limits::CONSTRAINED.max as usize;
    let many = runs.iter().map(|run| (run, document.actions_in(*run).len())).find(|(_, count)| *count > max);
    many.map_or(Ok(()), |(run, count)| {
        Err(CommandError::Other(format!("{run} has {count} actions, and at most {max} can be tied: name a part of it")))
    })
}
