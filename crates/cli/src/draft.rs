//! `motet draft`: named collections of proposals.

use crate::error::CommandError;
use crate::moment::Moment;
use crate::names::Authors;
use crate::opened::Opened;
use crate::out::{Paint, print, print_json};
use crate::subject::Plain;
use crate::time_text::{now, write_time};
use motet::{Document, Draft, Policy, Replica};
use serde_json::{Value, json};
use server::{Content, write_version};
use std::process::ExitCode;

/// What to do with the drafts of a document.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Drafts are kept in the document: every member has them. motet suggest --draft writes in one, motet \
accept --draft accepts all that is open in it, and motet undo takes a draft out of the list."
)]
pub struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, clap::Subcommand)]
enum Task {
    /// TARGET NAME: make a draft.
    New(Plain),
    /// List the drafts, the oldest first.
    List(Plain),
    /// TARGET DRAFT: show the document with what is open in a draft.
    Show(Plain),
}

/// Does it.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    match &arguments.task {
        Task::New(arguments) => make(arguments),
        Task::List(arguments) => list(arguments),
        Task::Show(arguments) => show(arguments),
    }
}

fn make(arguments: &Plain) -> Result<ExitCode, CommandError> {
    let (target, words) = arguments.subject.document(1)?;
    let [name] = words else {
        return Err(CommandError::Other("what is it called? Name it behind the document".into()));
    };
    let mut opened = Opened::open(&target, &arguments.subject.login)?;
    if opened.document().drafts().iter().any(|draft| draft.name == *name) {
        return Err(CommandError::Other(format!("there is a draft called \"{name}\": take another name")));
    }
    let made = opened.write(|document| document.new_draft(name, now()))?;
    let draft = opened.document().drafts().into_iter().find(|draft| Some(draft.id) == made);
    let draft = draft.ok_or_else(|| CommandError::Other("no draft was made".into()))?;
    if arguments.json {
        print_json(&json!({ "document": opened.json(), "draft": draft_json(opened.replica(), &draft) }))?;
    } else {
        print(&format!("made the draft \"{name}\" ({})\n", draft.id))?;
    }
    opened.close();
    Ok(ExitCode::SUCCESS)
}

fn list(arguments: &Plain) -> Result<ExitCode, CommandError> {
    let (target, _) = arguments.subject.document(0)?;
    let opened = Opened::open(&target, &arguments.subject.login)?;
    let (replica, drafts) = (opened.replica(), opened.document().drafts());
    if arguments.json {
        let drafts: Vec<Value> = drafts.iter().map(|draft| draft_json(replica, draft)).collect();
        print_json(&json!({ "document": opened.json(), "drafts": drafts }))?;
    } else {
        let (authors, paint) = (Authors::of(replica), Paint::for_stdout());
        let line = |draft: &Draft| {
            let (who, when, open) = (authors.short(draft.id.replica), write_time(draft.time), open_in(replica, draft));
            format!("{}  {}  {who}, {when}, {open} open\n", paint.name(&draft.id.to_string()), draft.name)
        };
        print(&drafts.iter().map(line).collect::<String>())?;
    }
    opened.close();
    Ok(ExitCode::SUCCESS)
}

fn show(arguments: &Plain) -> Result<ExitCode, CommandError> {
    let (target, words) = arguments.subject.document(1)?;
    let [name] = words else { return Err(CommandError::Other("which draft? Name it behind the document".into())) };
    let opened = Opened::open(&target, &arguments.subject.login)?;
    let draft = find(opened.document(), name)?;
    let drafts = [draft.id].into_iter().collect();
    let moment = Moment { version: opened.document().version(), policy: Policy { drafts, ..Policy::default() } };
    let Content { text, document_type, conflicts } = moment.content(opened.document())?;
    if arguments.json {
        let (document, draft) = (opened.json(), draft_json(opened.replica(), &draft));
        let (version, document_type) = (write_version(&moment.version), document_type.code());
        print_json(&json!({
            "document": document, "draft": draft, "type": document_type, "version": version, "text": text,
            "conflicts": conflicts,
        }))?;
    } else {
        print(&text)?;
    }
    opened.close();
    Ok(ExitCode::SUCCESS)
}

/// The draft of a name, or of the id that `motet draft list` prints.
pub fn find(document: &Document, words: &str) -> Result<Draft, CommandError> {
    let mut drafts = document.drafts();
    drafts.retain(|draft| draft.name == words || draft.id.to_string() == words);
    match drafts.len() {
        0 => Err(CommandError::Other(format!("there is no draft \"{words}\": see motet draft list"))),
        1 => Ok(drafts.remove(0)),
        count => Err(CommandError::Other(format!("{count} drafts are called \"{words}\": name one by its id"))),
    }
}

fn open_in(replica: &Replica, draft: &Draft) -> usize {
    let proposals = replica.document().proposals().into_iter();
    proposals.filter(|proposed| proposed.proposal.draft() == Some(draft.id) && !proposed.open.is_empty()).count()
}

fn draft_json(replica: &Replica, draft: &Draft) -> Value {
    json!({
        "id": draft.id.to_string(), "name": draft.name, "author": Authors::of(replica).whole(draft.id.replica),
        "time": draft.time, "open": open_in(replica, draft),
    })
}
