//! `motet undo` and `motet redo`: actions that switch others off and on, for everybody.

use crate::error::CommandError;
use crate::names::{Authors, run as named_run};
use crate::opened::Opened;
use crate::out::{print, print_json};
use crate::subject::Subject;
use crate::time_text::now;
use motet::{Document, Span, Standing};
use serde_json::json;
use server::write_version;
use std::process::ExitCode;

/// How many runs one call switches at most: more would be one action larger than others take in.
const RUNS_MAX: usize = 1000;

const RUN_HELP: &str = "A RUN is the id of an edit run, or a part of one, as `motet log` prints it. Without any, undo \
takes your last run that is not undone, and redo what your last undo took.";

/// What to switch.
#[derive(Debug, clap::Args)]
#[command(override_usage = "motet undo|redo [OPTIONS] <TARGET> [RUN]...", after_help = RUN_HELP)]
pub struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// Switch what others wrote too, when a RUN names it.
    #[arg(long)]
    anyone: bool,
    /// Print what was done as JSON.
    #[arg(long)]
    json: bool,
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Off.
    Undo,
    /// On again.
    Redo,
}

impl Way {
    fn verb(self) -> &'static str {
        match self {
            Self::Undo => "undo",
            Self::Redo => "redo",
        }
    }

    fn done(self) -> &'static str {
        match self {
            Self::Undo => "undone",
            Self::Redo => "redone",
        }
    }
}

/// Switches the runs that are named, or without any the own last one.
pub fn run(arguments: &Arguments, way: Way) -> Result<ExitCode, CommandError> {
    let (target, words) = arguments.subject.document(RUNS_MAX)?;
    let mut opened = Opened::open(&target, &arguments.subject.login)?;
    let spans = match words {
        [] => own_last(opened.document(), way),
        words => words.iter().map(|word| named_run(opened.document(), word)).collect::<Result<_, _>>()?,
    };
    if !arguments.anyone {
        check_own(&opened, &spans, way, words.is_empty())?;
    }
    let is_new = spans.iter().any(|span| would_switch(opened.document(), *span, way));
    let done = if is_new { opened.write(|document| switch(document, &spans, way))? } else { None };
    let names: Vec<String> = spans.iter().map(Span::to_string).collect();
    if arguments.json {
        let version = write_version(&opened.document().version());
        let id = done.map(|span| span.to_string());
        print_json(&json!({ "document": opened.json(), way.done(): names, "id": id, "version": version }))?;
    } else {
        let names = names.join(" ");
        print(&match (done, spans.is_empty()) {
            (Some(id), _) => format!("{} {names} by {id}\n", way.done()),
            (None, true) => format!("nothing of yours to {}\n", way.verb()),
            (None, false) => format!("{names}: {} already\n", way.done()),
        })?;
    }
    opened.close();
    Ok(if done.is_some() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn own_last(document: &Document, way: Way) -> Vec<Span> {
    match way {
        Way::Undo => document.next_undo().into_iter().collect(),
        Way::Redo => document.next_redo().unwrap_or_default(),
    }
}

fn switch(document: &mut Document, spans: &[Span], way: Way) -> Option<Span> {
    let switched = match way {
        Way::Undo => document.undo_spans(spans, now()),
        Way::Redo => document.redo_spans(spans, now()),
    };
    switched.map(|(span, _)| span)
}

/// What is undone and was not named is what oneself has undone: that may be brought back.
fn check_own(opened: &Opened, spans: &[Span], way: Way, is_own_last: bool) -> Result<(), CommandError> {
    let authors = Authors::of(opened.replica());
    let others = spans.iter().find(|span| !is_own_last && !authors.is_yours(span.replica));
    match others {
        None => Ok(()),
        Some(span) => Err(CommandError::Other(format!(
            "{span} was written by {}, not by you: --anyone lets you {} it all the same",
            authors.short(span.replica),
            way.verb()
        ))),
    }
}

/// Whether switching `span` would change anything. Controls in it stand for what they switched.
fn would_switch(document: &Document, span: Span, way: Way) -> bool {
    let log = document.log();
    let is_on = |span: Span| document.view().standings(span).iter().any(|(_, standing)| *standing == Standing::Active);
    let is_off = |span: Span| {
        document.view().standings(span).iter().any(|(_, standing)| matches!(standing, Standing::Undone(_)))
    };
    log.ops_in(span).any(|(id, op)| match document.view().control(id) {
        Some((did, targets)) => {
            let to_on = did == (way == Way::Redo);
            targets.iter().any(|target| if to_on { is_off(*target) } else { is_on(*target) })
        }
        None => {
            let part = Span::new(id.replica, id.seq, id.seq + op.to_op().len());
            if way == Way::Redo { is_off(part) } else { is_on(part) }
        }
    })
}
