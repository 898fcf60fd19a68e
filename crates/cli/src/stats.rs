//! `motet stats`: how much there is, and of whom.

use crate::error::CommandError;
use crate::names::Authors;
use crate::opened::{Opened, call, open_directory};
use crate::out::{counted, print, print_json};
use crate::subject::{Site, Subject};
use crate::time_text::write_time;
use motet::{AuthorKey, EditRun, Replica, VersionVector};
use serde_json::{Value, json};
use server::{Content, DocumentInfo, DocumentType, Hub, write_version};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

/// What to count.
#[derive(Debug, clap::Args)]
#[command(after_help = "Without DOC it lists all documents, the deleted ones included.")]
pub struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// Print the numbers as JSON.
    #[arg(long)]
    json: bool,
}

/// Counts. A target without DOC means all documents, listed.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let target = arguments.subject.documents()?;
    let (json, words) = match (&target.doc, &target.site) {
        (Some(_), _) => {
            let opened = Opened::open(&target, &arguments.subject.login)?;
            let numbers = Numbers::of(opened.replica())?;
            let both = (numbers.json(&opened), numbers.words(&opened));
            opened.close();
            both
        }
        (None, Site::Directory(dir)) => directory(dir)?,
        (None, Site::Server(address)) => {
            let (runtime, catalogue) = call(address, &arguments.subject.login)?;
            let documents = runtime.block_on(catalogue.documents())?;
            (json!({ "documents": documents.iter().map(listed).collect::<Vec<_>>() }), list(&documents))
        }
    };
    if arguments.json {
        print_json(&json)?
    } else {
        print(&words)?
    }
    Ok(ExitCode::SUCCESS)
}

/// What is in one document.
struct Numbers {
    lines: usize,
    words: usize,
    characters: usize,
    bytes: usize,
    actions: u64,
    elements: u64,
    /// The bytes of the sealed history.
    sealed: usize,
    version: VersionVector,
    by: BTreeMap<AuthorKey, Share>,
}

/// What one author did.
#[derive(Default)]
struct Share {
    replicas: usize,
    runs: usize,
    inserted: u64,
    deleted: u64,
    first: i64,
    last: i64,
}

impl Share {
    fn add(&mut self, run: &EditRun) {
        self.first = if self.runs == 0 { run.time } else { self.first.min(run.time) };
        self.last = if self.runs == 0 { run.time } else { self.last.max(run.time) };
        self.runs += 1;
        self.inserted += u64::from(run.insertions);
        self.deleted += u64::from(run.deletions);
    }
}

impl Numbers {
    fn of(replica: &Replica) -> Result<Self, CommandError> {
        let document = replica.document();
        let (text, version) = (Content::of(document)?.text, replica.version());
        let mut by: BTreeMap<AuthorKey, Share> = BTreeMap::new();
        for run in document.history() {
            if let Some(author) = replica.author(run.span.replica) {
                by.entry(author).or_default().add(&run);
            }
        }
        for (author, share) in &mut by {
            share.replicas = replica.replicas_of(*author).len();
        }
        let all = version.missing_from(&VersionVector::new());
        let headers = |span: &motet::Span| {
            let log = document.log().log(span.replica);
            log.map_or(0, |log| log.headers_in(0..log.end()).iter().map(|run| u64::from(run.count())).sum())
        };
        Ok(Self {
            lines: text.lines().count(),
            words: text.split_whitespace().count(),
            characters: text.chars().count(),
            bytes: text.len(),
            actions: all.iter().map(headers).sum(),
            elements: all.iter().map(|span| u64::from(span.len())).sum(),
            sealed: replica.export(&all, usize::MAX).iter().map(|parcel| parcel.bytes.len()).sum(),
            version,
            by,
        })
    }

    fn runs(&self) -> usize {
        self.by.values().map(|share| share.runs).sum()
    }

    fn json(&self, opened: &Opened) -> Value {
        let share = |(author, share): (&AuthorKey, &Share)| {
            json!({
                "author": author.to_string(),
                "you": Authors::of(opened.replica()).is_you(*author),
                "replicas": share.replicas,
                "runs": share.runs,
                "inserted": share.inserted,
                "deleted": share.deleted,
                "first": share.first,
                "last": share.last,
            })
        };
        json!({
            "document": opened.json(),
            "version": write_version(&self.version),
            "text": {
                "lines": self.lines, "words": self.words, "characters": self.characters, "bytes": self.bytes,
            },
            "history": {
                "actions": self.actions, "elements": self.elements, "runs": self.runs(), "bytes": self.sealed,
            },
            "authors": self.by.iter().map(share).collect::<Vec<_>>(),
        })
    }

    fn words(&self, opened: &Opened) -> String {
        let info = opened.info();
        let Self { lines, words, characters, bytes, actions, elements, sealed, .. } = self;
        let runs = self.runs();
        let mut out = format!(
            "{}  {}\ntext     {lines} lines, {words} words, {characters} characters, {bytes} bytes\n\
             history  {actions} actions in {runs} runs, {elements} elements, {sealed} bytes\n",
            info.id, info.name
        );
        for (author, share) in &self.by {
            let Share { runs, inserted, deleted, first, last, .. } = share;
            let name = Authors::of(opened.replica()).label(*author);
            let (first, last) = (write_time(*first), write_time(*last));
            out.push_str(&format!("{name:<8} {runs} runs, +{inserted} -{deleted}, {first} to {last}\n"));
        }
        out
    }
}

/// All documents of a directory with what they take on the disk.
fn directory(dir: &Path) -> Result<(Value, String), CommandError> {
    let hub = open_directory(dir)?;
    let kept = hub.store().documents().map_err(|error| CommandError::Other(error.to_string()))?;
    let documents = hub.documents()?;
    let mut rows = Vec::new();
    let mut out = String::new();
    for info in &documents {
        let (records, bytes) =
            kept.iter().find(|kept| kept.id == info.id).map_or((0, 0), |kept| (kept.records, kept.bytes));
        let mut row = listed(info);
        (row["records"], row["bytes"]) = (json!(records), json!(bytes));
        rows.push(row);
        let deleted = if info.is_deleted { "  (deleted)" } else { "" };
        out.push_str(&format!("{}  {bytes:>10} bytes in {records:>6} records  {}{deleted}\n", info.id, info.name));
    }
    let bytes: u64 = kept.iter().map(|kept| kept.bytes).sum();
    let disk = disk_bytes(dir);
    out.push_str(&format!(
        "{}, {bytes} bytes of history, {disk} bytes on the disk\n",
        counted(documents.len(), "document")
    ));
    Ok((json!({ "documents": rows, "bytes": bytes, "disk_bytes": disk }), out))
}

/// What the files of a directory take. Those that cannot be looked at count nothing.
fn disk_bytes(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).filter(|data| data.is_file()).map(|data| data.len()).sum()
}

fn listed(info: &DocumentInfo) -> Value {
    let document_type = info.document_type.map(DocumentType::code);
    json!({ "id": info.id.to_string(), "name": info.name, "deleted": info.is_deleted, "type": document_type })
}

fn list(documents: &[DocumentInfo]) -> String {
    let line = |info: &DocumentInfo| {
        format!("{}  {}{}\n", info.id, info.name, if info.is_deleted { "  (deleted)" } else { "" })
    };
    documents.iter().map(line).collect::<String>() + &counted(documents.len(), "document") + "\n"
}
