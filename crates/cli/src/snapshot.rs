//! `motet snapshot`: versions of a document with names, kept in the document itself.

use crate::diff::compare;
use crate::error::CommandError;
use crate::moment::Moment;
use crate::names::{Authors, VERSION_HELP, version};
use crate::opened::Opened;
use crate::out::{Paint, print, print_json};
use crate::random;
use crate::restore::bring_back;
use crate::subject::{Plain, Subject};
use crate::time_text::{now, write_time};
use motet::{NewSnapshot, Replica, Snapshot};
use serde_json::{Value, json};
use server::{Content, write_version};
use std::path::PathBuf;
use std::process::ExitCode;

/// What to do with the snapshots of a document.
#[derive(Debug, clap::Args)]
#[command(after_help = "Snapshots are kept in the document: every member has them, and motet undo takes one back.")]
pub struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, clap::Subcommand)]
enum Task {
    /// Give what is there now a name.
    Save(Save),
    /// List the snapshots, the oldest first.
    List(Plain),
    /// TARGET NAME: show the text, JSON or Markdown of a snapshot.
    Show(Plain),
    /// TARGET NAME [OTHER]: compare a snapshot with another one, a version, or what is there now. Exit code 1 where they
    /// differ.
    Diff(Diff),
    /// TARGET NAME: make the document read as it did, by an edit that adds to the history.
    Restore(Plain),
    /// TARGET NAME: take a snapshot out of the list. What it is of stays in the history.
    Remove(Plain),
}

#[derive(Debug, clap::Args)]
struct Save {
    #[command(flatten)]
    subject: Subject,
    /// What to call it.
    #[arg(long)]
    name: String,
    /// What there is to say of it.
    #[arg(long, default_value = "")]
    note: String,
    /// Name this version instead of the newest.
    #[arg(long, value_name = "VERSION", default_value = "now", long_help = VERSION_HELP)]
    at: String,
    /// Print the snapshot as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Diff {
    #[command(flatten)]
    plain: Plain,
    /// For JSON documents: what their parts mean, as docs/JSON.md describes.
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
}

/// Does it.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    match &arguments.task {
        Task::Save(arguments) => save(arguments),
        Task::List(arguments) => list(arguments),
        Task::Show(arguments) => show(arguments),
        Task::Diff(arguments) => diff(arguments),
        Task::Restore(arguments) => restore(arguments),
        Task::Remove(arguments) => remove(arguments),
    }
}

fn save(arguments: &Save) -> Result<ExitCode, CommandError> {
    let (target, _) = arguments.subject.document(0)?;
    let mut opened = Opened::open(&target, &arguments.subject.login)?;
    let (name, note) = (arguments.name.as_str(), arguments.note.as_str());
    let (taken, _) = opened.document().snapshots();
    if taken.iter().any(|snapshot| snapshot.name == name) {
        return Err(CommandError::Other(format!(
            "there is a snapshot called \"{name}\": remove it, or take another name"
        )));
    }
    let version = version(opened.document(), &arguments.at)?;
    let id = random()?;
    let new = NewSnapshot { name, note, version, ..NewSnapshot::of(opened.document()) };
    let saved = opened.write(|document| document.save_snapshot(id, &new, now()))?;
    saved.map_err(|error| CommandError::Other(format!("no snapshot was taken: {error}")))?;
    let snapshot = find(&opened, &format!("{id:016x}"))?;
    if arguments.json {
        print_json(&json!({ "document": opened.json(), "snapshot": snapshot_json(opened.replica(), &snapshot) }))?;
    } else {
        print(&format!("{}  {name}\n", snapshot.id))?;
    }
    opened.close();
    Ok(ExitCode::SUCCESS)
}

fn list(arguments: &Plain) -> Result<ExitCode, CommandError> {
    let (target, _) = arguments.subject.document(0)?;
    let opened = Opened::open(&target, &arguments.subject.login)?;
    let (snapshots, unread) = opened.document().snapshots();
    if arguments.json {
        let listed: Vec<Value> = snapshots.iter().map(|one| snapshot_json(opened.replica(), one)).collect();
        print_json(&json!({ "document": opened.json(), "snapshots": listed, "unread": unread }))?;
    } else {
        let paint = Paint::for_stdout();
        let mut words: String = snapshots.iter().map(|one| line(opened.replica(), one, paint)).collect();
        if unread > 0 {
            words += &paint.faint(&format!("and {unread} that this version cannot read\n"));
        }
        print(&words)?;
    }
    opened.close();
    Ok(ExitCode::SUCCESS)
}

fn line(replica: &Replica, snapshot: &Snapshot, paint: Paint) -> String {
    let authors = Authors::of(replica);
    let (author, time) = (authors.short(snapshot.write.replica), write_time(authors.time(snapshot.write)));
    let filtered = if snapshot.is_filtered() { "  (leaves something out)" } else { "" };
    let mut line = format!("{}  {time}  {author:<8}  {}{filtered}\n", paint.name(&snapshot.id), snapshot.name);
    snapshot.note.lines().for_each(|note| line += &paint.faint(&format!("    {note}\n")));
    line
}

fn show(arguments: &Plain) -> Result<ExitCode, CommandError> {
    let (opened, snapshot, _) = open(&arguments.subject, 1)?;
    let Content { text, document_type, conflicts } = Moment::of_snapshot(&snapshot).content(opened.document())?;
    if arguments.json {
        let json = snapshot_json(opened.replica(), &snapshot);
        print_json(&json!({
            "document": opened.json(), "snapshot": json, "type": document_type.code(), "text": text,
            "conflicts": conflicts,
        }))?;
    } else {
        print(&text)?;
    }
    opened.close();
    Ok(ExitCode::SUCCESS)
}

fn diff(arguments: &Diff) -> Result<ExitCode, CommandError> {
    let Plain { subject, json } = &arguments.plain;
    let (opened, snapshot, rest) = open(subject, 2)?;
    let document = opened.document();
    let other = match rest.first().map_or("now", String::as_str) {
        "now" => Moment::of(document.version()),
        words => match named(&document.snapshots().0, words)? {
            Some(other) => Moment::of_snapshot(&other),
            None => Moment::of(version(document, words)?),
        },
    };
    let answer = compare(&opened, [&Moment::of_snapshot(&snapshot), &other], arguments.schema.as_deref(), *json)?;
    opened.close();
    Ok(answer)
}

fn restore(arguments: &Plain) -> Result<ExitCode, CommandError> {
    let (mut opened, snapshot, _) = open(&arguments.subject, 1)?;
    let is_changed = bring_back(&mut opened, &Moment::of_snapshot(&snapshot))?;
    let (name, snapshot_name) = (&opened.info().name, &snapshot.name);
    if arguments.json {
        let json = snapshot_json(opened.replica(), &snapshot);
        let now = write_version(&opened.document().version());
        print_json(&json!({ "document": opened.json(), "restored": json, "changed": is_changed, "version": now }))?;
    } else {
        print(&if is_changed {
            format!("\"{name}\" reads as in \"{snapshot_name}\"; motet undo takes that back\n")
        } else {
            format!("\"{name}\" reads like that already\n")
        })?;
    }
    opened.close();
    Ok(ExitCode::from(u8::from(!is_changed)))
}

fn remove(arguments: &Plain) -> Result<ExitCode, CommandError> {
    let (mut opened, snapshot, _) = open(&arguments.subject, 1)?;
    let removed = opened.write(|document| document.remove_snapshot(&snapshot.id, now()))?;
    let removed = removed.map_err(crate::opened::not_written)?;
    if arguments.json {
        let json = snapshot_json(opened.replica(), &snapshot);
        print_json(&json!({ "document": opened.json(), "snapshot": json, "removed": removed }))?;
    } else {
        print(&format!("removed \"{}\"; motet undo brings it back\n", snapshot.name))?;
    }
    opened.close();
    Ok(ExitCode::SUCCESS)
}

/// The document, the snapshot that the first word behind it names, and the words behind that.
fn open(subject: &Subject, words_max: usize) -> Result<(Opened, Snapshot, &[String]), CommandError> {
    let (target, words) = subject.document(words_max)?;
    let Some((name, rest)) = words.split_first() else {
        return Err(CommandError::Other(
            "which snapshot? Name it behind the document; motet snapshot list lists them".into(),
        ));
    };
    let opened = Opened::open(&target, &subject.login)?;
    let snapshot = find(&opened, name)?;
    Ok((opened, snapshot, rest))
}

fn find(opened: &Opened, words: &str) -> Result<Snapshot, CommandError> {
    let (snapshots, _) = opened.document().snapshots();
    if let Some(snapshot) = named(&snapshots, words)? {
        return Ok(snapshot);
    }
    let known: String = snapshots.iter().map(|one| format!("\n  {}  {}", one.id, one.name)).collect();
    let known = if known.is_empty() { "There are none.".into() } else { format!("There are:{known}") };
    Err(CommandError::Other(format!("there is no snapshot called \"{words}\". {known}")))
}

/// The snapshot with this id, or the only one of this name.
fn named(snapshots: &[Snapshot], words: &str) -> Result<Option<Snapshot>, CommandError> {
    if let Some(snapshot) = snapshots.iter().find(|snapshot| snapshot.id == words) {
        return Ok(Some(snapshot.clone()));
    }
    let called: Vec<&Snapshot> = snapshots.iter().filter(|snapshot| snapshot.name == words).collect();
    match called.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some((*one).clone())),
        several => {
            let ids: Vec<&str> = several.iter().map(|one| one.id.as_str()).collect();
            Err(CommandError::Other(format!("several are called \"{words}\": give an id ({})", ids.join(", "))))
        }
    }
}

fn snapshot_json(replica: &Replica, snapshot: &Snapshot) -> Value {
    let authors = Authors::of(replica);
    json!({
        "id": snapshot.id, "name": snapshot.name, "note": snapshot.note,
        "version": write_version(&snapshot.version), "author": authors.whole(snapshot.write.replica),
        "time": authors.time(snapshot.write), "filtered": snapshot.is_filtered(),
    })
}
