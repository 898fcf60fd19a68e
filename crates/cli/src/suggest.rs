//! `motet suggest`: what makes a document read like a file, as suggestions or in a draft.

use crate::draft::find;
use crate::effects::Effects;
use crate::error::CommandError;
use crate::opened::Opened;
use crate::out::{print, print_json};
use crate::subject::Subject;
use crate::suggestions::{line, proposed_json};
use crate::time_text::now;
use crate::words::Words;
use motet::{Policy, Proposal, Proposed};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;

/// What to suggest.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "What you suggested before, or what is in the draft, is counted in: together it then reads like the \
file. Nobody else sees it in the document before somebody accepts it: motet suggestions lists it, motet accept and reject \
decide, and motet undo takes back what you suggested last."
)]
pub struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// The file that the document is to read like: text, JSON or Markdown, as `motet show` prints it.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Write it in this draft, by name or id, instead of suggesting it.
    #[arg(long)]
    draft: Option<String>,
    /// Print what was suggested as JSON.
    #[arg(long)]
    json: bool,
}

/// Suggests it.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let (target, _) = arguments.subject.document(0)?;
    let bytes = std::fs::read(&arguments.from)
        .map_err(|error| CommandError::Other(format!("failed to read {}: {error}", arguments.from.display())))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| CommandError::Other(format!("{} is no text in UTF-8", arguments.from.display())))?;
    let mut opened = Opened::open(&target, &arguments.subject.login)?;
    let proposal = match &arguments.draft {
        Some(words) => Proposal::Draft(find(opened.document(), words)?.id),
        None => Proposal::Suggestion,
    };
    let before = opened.document().version();
    opened.write(|document| {
        document.set_suggesting(Some(proposal));
        let saved = server::save(document, None, &text, now());
        document.set_suggesting(None);
        saved
    })??;
    // What is told of is told as everybody sees it, and as it is listed later.
    opened.document_mut().set_policy(Policy::default());
    let effects = Effects::on(opened.document())?;
    let is_new = |proposed: &Proposed| !before.contains(proposed.run.span.last());
    let new: Vec<Proposed> = opened.document().proposals().into_iter().filter(is_new).collect();
    if arguments.json {
        let new: Vec<Value> = new.iter().map(|proposed| proposed_json(opened.replica(), &effects, proposed)).collect();
        print_json(&json!({ "document": opened.json(), "suggestions": new }))?;
    } else if new.is_empty() {
        print(&format!("\"{}\" reads like that already, with what was suggested before\n", opened.info().name))?;
    } else {
        let words = Words::of(opened.replica());
        print(&new.iter().map(|proposed| line(&words, &effects, proposed)).collect::<String>())?;
    }
    opened.close();
    Ok(if new.is_empty() { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
