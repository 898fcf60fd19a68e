//! `motet show`: the text, JSON or Markdown of a document, now or as it was.

use crate::error::CommandError;
use crate::moment::content_of;
use crate::names::{VERSION_HELP, version};
use crate::opened::Opened;
use crate::out::{print, print_json};
use crate::subject::{Subject, Target};
use crate::together::Together;
use crate::view::ViewFlag;
use motet::VersionVector;
use serde_json::{Value, json};
use server::{Content, write_version};
use std::io::IsTerminal;
use std::process::ExitCode;

/// What to show.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// Show this version instead of the newest.
    #[arg(long, value_name = "VERSION", default_value = "now", long_help = VERSION_HELP)]
    at: String,
    #[command(flatten)]
    view: ViewFlag,
    /// Show it by itself, as who has none of the documents that it is tied to by `motet across`.
    #[arg(long)]
    alone: bool,
    /// Print the text, its version and its document as JSON.
    #[arg(long)]
    json: bool,
}

/// Shows it.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let (target, _) = arguments.subject.document(0)?;
    let is_together = arguments.at == "now" && !arguments.alone;
    let shown = if is_together { together(&target, arguments)? } else { alone(&target, arguments)? };
    let Shown { content: Content { text, document_type, conflicts }, version, document, barred } = shown;
    if arguments.json {
        let (version, document_type) = (write_version(&version), document_type.code());
        let shown = json!({
            "document": document, "type": document_type, "version": version, "text": text, "conflicts": conflicts,
            "barred": barred,
        });
        print_json(&shown)?;
    } else {
        // Byte for byte, but a prompt behind it begins on a line of its own.
        let is_open = !text.is_empty() && !text.ends_with('\n') && std::io::stdout().is_terminal();
        print(&(text + if is_open { "\n" } else { "" }))?;
    }
    Ok(ExitCode::SUCCESS)
}

struct Shown {
    content: Content,
    version: VersionVector,
    document: Value,
    /// What other documents keep out of it.
    barred: Vec<Value>,
}

/// The document by itself, as everybody sees it who has no other.
fn alone(target: &Target, arguments: &Arguments) -> Result<Shown, CommandError> {
    let opened = Opened::open(target, &arguments.subject.login)?;
    let version = version(opened.document(), &arguments.at)?;
    let content = arguments.view.moment(&opened, version.clone())?.content(opened.document())?;
    let document = opened.json();
    opened.close();
    Ok(Shown { content, version, document, barred: Vec::new() })
}

/// The document as it is now, with what others of the place have to say of it.
fn together(target: &Target, arguments: &Arguments) -> Result<Shown, CommandError> {
    let (id, together) = Together::around(target, &arguments.subject.login, &arguments.view)?;
    let (opened, seen) = (together.opened(id), together.replica(id).document());
    let content = content_of(seen, opened.document())?;
    let barred: Vec<Value> = together.barred_in(id).map(|barred| together.barred_json(barred)).collect();
    if !barred.is_empty() && !arguments.json {
        let site = &target.site;
        eprintln!(
            "motet: other documents keep some of it out, see motet across list {site}; --alone shows it by itself"
        );
    }
    let (version, document) = (opened.document().version(), opened.json());
    together.close();
    Ok(Shown { content, version, document, barred })
}
