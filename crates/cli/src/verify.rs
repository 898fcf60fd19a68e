//! `motet verify`: whether what is kept holds, all of it.
//!
//! A directory is looked at without changing anything in it: the checksums of the store, the bytes of every
//! record, the hashes and signatures of every chain, and the documents that come out. A document of a server
//! is fetched, which checks its chains too, and rebuilt.

mod check;

use crate::error::CommandError;
use crate::login::Login;
use crate::opened::{Opened, call, check_is_there, directory_error};
use crate::out::{Progress, counted, print, print_json};
use crate::subject::{Site, Subject};
use crate::target::choose;
use check::{Report, check, rebuilds};
use member::Address;
use motet::{ReplicaId, SigningKey};
use serde_json::{Value, json};
use server::{DocumentInfo, Hub, StoredHub, examine_blobs, read_or_make_key};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use store::{OpenError, RedbStore};

/// The author's key in a directory.
const KEY_NAME: &str = "author.key";

/// What to check.
#[derive(Debug, clap::Args)]
#[command(after_help = "Without DOC it checks all documents. Exit code 1: there is damage, and it is listed.")]
pub struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// Print what was found as JSON.
    #[arg(long)]
    json: bool,
}

/// Everything that was found.
#[derive(Default)]
struct Findings {
    /// Damages that concern no single document.
    general: Vec<String>,
    documents: Vec<Report>,
}

/// Checks. A target without DOC means all documents. The exit code says whether all is sound.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let target = arguments.subject.documents()?;
    // What panics is caught and reported among the damages.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let findings = match &target.site {
        Site::Directory(dir) => directory(dir, target.doc.as_deref()),
        Site::Server(address) => server(address, target.doc.as_deref(), &arguments.subject.login),
    };
    std::panic::set_hook(hook);
    let findings = findings?;
    if arguments.json {
        print_json(&findings.json())?
    } else {
        print(&findings.words())?
    }
    Ok(ExitCode::from(u8::from(!findings.is_sound())))
}

fn directory(dir: &Path, doc: Option<&str>) -> Result<Findings, CommandError> {
    check_is_there(dir)?;
    let mut findings = Findings::default();
    if dir.join(KEY_NAME).exists()
        && let Err(error) = read_or_make_key(&dir.join(KEY_NAME))
    {
        findings.general.push(error.to_string());
    }
    let (store, damage) = match RedbStore::examine(dir) {
        Ok(examined) => examined,
        Err(OpenError::Disk(error)) => {
            findings.general.push(error.to_string());
            return Ok(findings);
        }
        Err(error) => return Err(directory_error(dir, error.into())),
    };
    findings.general.extend(damage.map(|damage| damage.to_string()));
    // Nothing is written, so the key is nobody's.
    let hub = StoredHub::new(Arc::new(store), SigningKey::from_bytes(&[0; 32]), ReplicaId(0));
    let documents = match hub.documents() {
        Ok(documents) => documents,
        Err(error) => {
            findings.general.push(error.to_string());
            return Ok(findings);
        }
    };
    let mut progress = Progress::new("verifying");
    if doc.is_none() {
        findings.general.extend(blob_damages(dir)?);
    }
    for info in chosen(documents, doc)? {
        findings.documents.push(check(&hub, &info, |done, total| progress.show(done, total)));
    }
    Ok(findings)
}

/// The blobs that are not what they are called.
fn blob_damages(dir: &Path) -> Result<Vec<String>, CommandError> {
    let damages = examine_blobs(dir);
    let damages = damages.map_err(|error| CommandError::File("read the blobs in", dir.to_owned(), error))?;
    let advise = |damage| format!("{damage}; motet blobs {} verify --repair", dir.display());
    Ok(damages.into_iter().map(advise).collect())
}

fn server(address: &Address, doc: Option<&str>, login: &Login) -> Result<Findings, CommandError> {
    let (runtime, catalogue) = call(address, login)?;
    let alive = runtime.block_on(catalogue.documents())?.into_iter().filter(|info| !info.is_deleted).collect();
    let mut findings = Findings::default();
    for info in chosen(alive, doc)? {
        let (runtime, catalogue) = call(address, login)?;
        let mut report = Report::of(&info);
        match Opened::fetch(runtime, &catalogue, info) {
            Ok(opened) => {
                report.elements = opened.replica().version().iter().map(|(_, end)| u64::from(end)).sum();
                report.damages.extend(rebuilds(opened.document()));
                opened.close();
            }
            Err(CommandError::Damaged(damage)) => report.damages.push(damage),
            Err(error) => return Err(error),
        }
        findings.documents.push(report);
    }
    Ok(findings)
}

/// All documents, or the one that is named.
fn chosen(documents: Vec<DocumentInfo>, doc: Option<&str>) -> Result<Vec<DocumentInfo>, CommandError> {
    match doc {
        None => Ok(documents),
        Some(words) => {
            choose(&documents, words).map(|info| vec![info]).map_err(|why| CommandError::Other(why.to_string()))
        }
    }
}

impl Findings {
    fn is_sound(&self) -> bool {
        self.general.is_empty() && self.documents.iter().all(|report| report.damages.is_empty())
    }

    fn json(&self) -> Value {
        let documents: Vec<Value> = self.documents.iter().map(Report::json).collect();
        json!({ "sound": self.is_sound(), "damages": self.general, "documents": documents })
    }

    fn words(&self) -> String {
        let mut out: String = self.general.iter().map(|damage| format!("DAMAGED  {damage}\n")).collect();
        out.extend(self.documents.iter().map(Report::words));
        let damaged = self.documents.iter().filter(|report| !report.damages.is_empty()).count();
        let all = counted(self.documents.len(), "document");
        out.push_str(&match (self.is_sound(), damaged) {
            (true, _) => format!("{all}, all sound\n"),
            (false, 0) => format!("{all}, and damage that concerns none of them\n"),
            (false, _) => format!("{damaged} of {all} damaged; the others are not affected\n"),
        });
        out
    }
}
