//! `motet accept` and `motet reject`: decisions about what is only proposed.

use crate::draft::find;
use crate::error::CommandError;
use crate::names::{Authors, run as named_run};
use crate::opened::Opened;
use crate::out::{print, print_json};
use crate::subject::Subject;
use crate::time_text::now;
use motet::{Proposed, Span, Standing, Why};
use serde_json::{Value, json};
use server::{why_json, write_version};
use std::process::ExitCode;

/// How many runs one call names at most.
const RUNS_MAX: usize = 1000;

/// What to decide about.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "motet accept|reject [OPTIONS] <TARGET> <RUN>...|--all|--author <KEY>|--draft <DRAFT>",
    after_help = "A RUN is the id of what is proposed, or a part of one, as `motet suggestions` prints it. A decision \
holds for everybody until it is undone: motet undo."
)]
pub struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// All that is open.
    #[arg(long)]
    all: bool,
    /// All that is open and by this author: the beginning of a key, as `motet suggestions` prints it, or `you`.
    #[arg(long, value_name = "KEY")]
    author: Option<String>,
    /// All that is open in this draft, by name or id.
    #[arg(long)]
    draft: Option<String>,
    /// Print what was decided as JSON.
    #[arg(long)]
    json: bool,
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It takes effect.
    Accept,
    /// It does not.
    Reject,
}

impl Way {
    fn verb(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Reject => "reject",
        }
    }

    fn done(self) -> &'static str {
        match self {
            Self::Accept => "accepted",
            Self::Reject => "rejected",
        }
    }
}

/// Decides, and tells what of it still is not in effect.
pub fn run(arguments: &Arguments, way: Way) -> Result<ExitCode, CommandError> {
    let (target, words) = arguments.subject.document(RUNS_MAX)?;
    let is_chosen = arguments.all || arguments.author.is_some() || arguments.draft.is_some();
    if words.is_empty() != is_chosen {
        return Err(CommandError::Other(format!(
            "what to {}? Name runs as motet suggestions prints them, or --all, --author or --draft",
            way.verb()
        )));
    }
    let mut opened = Opened::open(&target, &arguments.subject.login)?;
    let spans: Vec<Span> = if is_chosen {
        chosen(&opened, arguments)?
    } else {
        words.iter().map(|word| named_run(opened.document(), word)).collect::<Result<_, _>>()?
    };
    let done = opened.write(|document| match way {
        Way::Accept => document.accept(&spans, now()),
        Way::Reject => document.reject(&spans, now()),
    })?;
    let done = done.map(|(span, _)| span);
    tell(&opened, &spans, done, way, arguments.json)?;
    opened.close();
    Ok(if done.is_some() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// What is open of all, of an author, of a draft.
fn chosen(opened: &Opened, arguments: &Arguments) -> Result<Vec<Span>, CommandError> {
    let draft = arguments.draft.as_ref().map(|words| find(opened.document(), words)).transpose()?;
    let authors = Authors::of(opened.replica());
    let is_by = |proposed: &Proposed, author: &str| match author {
        "you" => authors.is_yours(proposed.run.span.replica),
        key => authors.whole(proposed.run.span.replica).is_some_and(|whole| whole.starts_with(key)),
    };
    let mut proposals = opened.document().proposals();
    proposals.retain(|proposed| {
        draft.as_ref().is_none_or(|draft| proposed.proposal.draft() == Some(draft.id))
            && arguments.author.as_ref().is_none_or(|author| is_by(proposed, author))
    });
    Ok(proposals.into_iter().flat_map(|proposed| proposed.open).collect())
}

fn tell(opened: &Opened, spans: &[Span], done: Option<Span>, way: Way, is_json: bool) -> Result<(), CommandError> {
    let (replica, document) = (opened.replica(), opened.document());
    let names: Vec<String> = spans.iter().map(Span::to_string).collect();
    // What is accepted may need what is not.
    let parts = spans.iter().filter(|_| way == Way::Accept).flat_map(|span| document.why_parts(*span));
    let inactive: Vec<(Span, Why)> =
        parts.filter(|(part, _)| document.standing(part.first()) == Standing::Dependent).collect();
    if is_json {
        let inactive: Vec<Value> = inactive.iter().map(|(part, _)| why_json(replica, part.first())).collect();
        return print_json(&json!({
            "document": opened.json(), way.done(): names, "id": done.map(|span| span.to_string()), "inactive": inactive,
            "version": write_version(&document.version()),
        }));
    }
    let names = names.join(" ");
    let mut text = match done {
        Some(id) => format!("{} {names} by {id}\n", way.done()),
        None => format!("nothing to {}\n", way.verb()),
    };
    let words = crate::words::Words::of(replica);
    for (part, _) in inactive {
        text.push_str(&format!("  {part} {}\n", words.why(part.first())));
    }
    print(&text)
}
