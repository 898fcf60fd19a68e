//! `motet show`: the text, JSON or Markdown of a document, now or as it was.

use crate::error::CommandError;
use crate::names::{VERSION_HELP, version};
use crate::opened::Opened;
use crate::out::{print, print_json};
use crate::subject::Subject;
use crate::view::ViewFlag;
use serde_json::json;
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
    /// Print the text, its version and its document as JSON.
    #[arg(long)]
    json: bool,
}

/// Shows it.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let (target, _) = arguments.subject.document(0)?;
    let opened = Opened::open(&target, &arguments.subject.login)?;
    let version = version(opened.document(), &arguments.at)?;
    let Content { text, document_type, conflicts } =
        arguments.view.moment(&opened, version.clone())?.content(opened.document())?;
    if arguments.json {
        let version = write_version(&version);
        let (document, document_type) = (opened.json(), document_type.code());
        let shown = json!({
            "document": document, "type": document_type, "version": version, "text": text, "conflicts": conflicts,
        });
        print_json(&shown)?;
    } else {
        // Byte for byte, but a prompt behind it begins on a line of its own.
        let is_open = !text.is_empty() && !text.ends_with('\n') && std::io::stdout().is_terminal();
        print(&(text + if is_open { "\n" } else { "" }))?;
    }
    opened.close();
    Ok(ExitCode::SUCCESS)
}
