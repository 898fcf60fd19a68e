//! `motet why`: why edit runs are active or not.

use crate::error::CommandError;
use crate::names::run as named_run;
use crate::out::{Paint, print, print_json};
use crate::subject::Subject;
use crate::together::{Telling, Together};
use crate::view::ViewFlag;
use crate::words::Words;
use motet::Span;
use serde_json::{Value, json};
use server::why_json;
use std::process::ExitCode;

/// How many runs one call looks at.
const RUNS_MAX: usize = 1000;

/// What to look at.
#[derive(Debug, clap::Args)]
#[command(override_usage = "motet why [OPTIONS] <TARGET> <RUN>...")]
#[command(after_help = "A RUN is the id of an edit run, or a part of one, as `motet log` prints it. What \
documents are said to have to do with each other (`motet across`) counts as far as they are here.")]
pub struct Arguments {
    #[command(flatten)]
    subject: Subject,
    #[command(flatten)]
    view: ViewFlag,
    /// Print the parts of the runs, and why each is active or not, as JSON.
    #[arg(long)]
    json: bool,
}

/// Says of each part of the runs why it is active, undone, in need of what is not active, or gave way, and to whom.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let (target, words) = arguments.subject.document(RUNS_MAX)?;
    if words.is_empty() {
        return Err(CommandError::Other("which run? Name it behind the document, as motet log prints it".into()));
    }
    let (id, together) = Together::around(&target, &arguments.subject.login, &arguments.view)?;
    let (opened, replica) = (together.opened(id), together.replica(id));
    let document = replica.document();
    let runs: Vec<Span> = words.iter().map(|word| named_run(document, word)).collect::<Result<_, _>>()?;
    let parts = || runs.iter().flat_map(|run| document.why_parts(*run)).map(|(part, _)| part);
    if arguments.json {
        let part = |part: Span| {
            let mut json = why_json(replica, part.first());
            let action = document.action_of(part.first()).map(|action| action.first());
            if let Some(barred) = together.barred_in(id).find(|barred| Some(barred.action) == action)
                && json["standing"] == "failed"
            {
                json = together.barred_json(barred);
                json["standing"] = "barred".into();
            }
            json["id"] = part.to_string().into();
            json
        };
        print_json(&json!({ "document": opened.json(), "parts": parts().map(part).collect::<Vec<Value>>() }))?;
    } else {
        let telling = Telling::of(&together);
        let barred = together.barred_in(id).map(|barred| (barred.action, telling.because(barred)));
        let (words, paint) = (Words::of(replica).with_barred(barred), Paint::for_stdout());
        let line = |part: Span| format!("{}  {}\n", paint.name(&part.to_string()), words.why(part.first()));
        print(&parts().map(line).collect::<String>())?;
    }
    together.close();
    Ok(ExitCode::SUCCESS)
}
