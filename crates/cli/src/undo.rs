//! `motet undo` and `motet redo`: actions that switch others off and on, for everybody.

use crate::error::CommandError;
use crate::names::{Authors, run as named_run};
use crate::opened::Opened;
use crate::out::{print, print_json};
use crate::subject::Subject;
use crate::time_text::now;
use crate::words::Words;
use motet::{Becomes, Dependants, Document, Extent, Span, Standing};
use serde_json::{Value, json};
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
    /// Undo: say what would go along, come back, or go out of sight, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// Undo: what becomes of what others did that needs what is undone, or hangs on it.
    #[arg(long, value_enum, default_value_t = Choice::Cascade)]
    dependants: Choice,
    /// Print what was done as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Choice {
    /// It goes along, and comes back with it.
    Cascade,
    /// It stays: what makes it need what goes is undone too, and what it hangs on stays.
    Keep,
    /// Then nothing is undone.
    Refuse,
}

impl Choice {
    fn dependants(self) -> Dependants {
        match self {
            Self::Cascade => Dependants::Cascade,
            Self::Keep => Dependants::Keep,
            Self::Refuse => Dependants::Refuse,
        }
    }
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
    let binds = |span: &Span| opened.document().log().ops_in(*span).any(|(_, op)| op.binds());
    if let Some(span) = spans.iter().find(|span| binds(span)) {
        return Err(CommandError::Other(format!(
            "{span} is about what is decided for good, which stands: motet decide --by says who may from now on"
        )));
    }
    if way == Way::Redo && (arguments.dry_run || arguments.dependants != Choice::Cascade) {
        return Err(CommandError::Other("--dry-run and --dependants are for undo".into()));
    }
    let dependants = arguments.dependants.dependants();
    if arguments.dry_run {
        return dry_run(opened, &spans, arguments);
    }
    let is_new = spans.iter().any(|span| would_switch(opened.document(), *span, way));
    let act = |document: &mut Document| match way {
        Way::Undo => document.undo_with(&spans, dependants, now()),
        Way::Redo => Ok(document.redo_spans(&spans, now())),
    };
    let done = if is_new { opened.write(act)?.map_err(|extent| refused(&extent))? } else { None };
    let done = done.map(|(span, _)| span);
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

/// Says what an undo would do; the exit code says whether others' work would go, and is not to.
fn dry_run(opened: Opened, spans: &[Span], arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let dependants = arguments.dependants.dependants();
    let extent = opened.document().clone().undo_extent(spans, dependants);
    let is_refused = dependants != Dependants::Cascade && extent.taken().next().is_some();
    if arguments.json {
        let parts: Vec<Value> = extent.parts.iter().map(|part| part_json(&opened, part)).collect();
        let names = |spans: &mut dyn Iterator<Item = Span>| spans.map(|span| span.to_string()).collect::<Vec<_>>();
        let lifted = names(&mut extent.lifted.iter().map(|id| Span::of(*id)));
        let spared = names(&mut extent.spared.iter().copied());
        let trimmed = names(&mut extent.trimmed.iter().copied());
        print_json(&json!({
            "document": opened.json(), "parts": parts, "lifted": lifted, "spared": spared, "trimmed": trimmed,
            "refused": is_refused,
        }))?;
    } else {
        print(&Words::of(opened.replica()).extent(&extent))?;
    }
    opened.close();
    Ok(ExitCode::from(u8::from(is_refused)))
}

fn part_json(opened: &Opened, part: &motet::Affected) -> Value {
    let turn = match part.turn {
        Becomes::Off => "off",
        Becomes::On => "on",
        Becomes::Goes(_) => "goes",
        Becomes::Comes(_) => "comes",
        Becomes::Hides(_) => "hides",
    };
    let author = Authors::of(opened.replica()).whole(part.span.replica);
    let mut json = json!({ "id": part.span.to_string(), "turn": turn, "author": author, "others": part.is_others });
    if let Becomes::Hides(holder) = part.turn {
        json["holder"] = holder.to_string().into();
    }
    json
}

/// Others' work would go, and is not to.
fn refused(extent: &Extent) -> CommandError {
    CommandError::Other(format!(
        "nothing was undone: {} of others' changes would go along; --dry-run shows them, and --dependants cascade lets them go",
        extent.taken().count()
    ))
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
