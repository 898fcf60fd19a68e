//! `motet blobs`: what lies beside the documents of a directory, and who names it.

use crate::blob_flags::Grace;
use crate::error::CommandError;
use crate::opened::{directory_error, open_directory};
use crate::out::{counted, print, print_json};
use serde_json::{Value, json};
use server::{BLOB_QUOTAS, Census, DocumentInfo, Hub, StoredHub, open_blobs};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::Blobs;
use store::blobs::{BlobInfo, BlobState};

/// What to do with the blobs of a directory that no server has open.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The directory of the documents.
    #[arg(default_value = "motet-data")]
    dir: PathBuf,
    /// What to do.
    #[command(subcommand)]
    task: Option<Task>,
    /// Print the answer as JSON.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Task {
    /// List blobs, what names them, and what documents name that is not here. Done when nothing else is asked for.
    List,
    /// Read every blob and compare it with its name.
    Verify {
        /// Remove what is damaged, so that it is fetched again from members that have it.
        #[arg(long)]
        repair: bool,
    },
    /// Remove what no document names, in any of its history.
    Collect {
        #[command(flatten)]
        grace: Grace,
    },
}

/// A directory with its blobs.
struct Shelf {
    blobs: Blobs,
    census: Census,
    documents: Vec<DocumentInfo>,
}

/// Lists, verifies or collects.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let hub = open_directory(&arguments.dir)?;
    let shelf = Shelf::open(&arguments.dir, &hub)?;
    let (json, words, is_well) = match &arguments.task {
        None | Some(Task::List) => shelf.list(),
        Some(Task::Verify { repair }) => shelf.verify(*repair)?,
        Some(Task::Collect { grace }) => shelf.collect(grace)?,
    };
    if arguments.json {
        print_json(&json)?
    } else {
        print(&words)?
    }
    Ok(ExitCode::from(u8::from(!is_well)))
}

/// What to print for programs and for people, and whether all is well.
type Answer = (Value, String, bool);

impl Shelf {
    fn open(dir: &Path, hub: &StoredHub) -> Result<Self, CommandError> {
        let blobs = open_blobs(dir, BLOB_QUOTAS).map_err(|error| directory_error(dir, error.into()))?;
        let mut census = Census::default();
        census.update(&**hub.store())?;
        Ok(Self { blobs, census, documents: hub.documents()? })
    }

    /// The names of the documents that name a blob.
    fn named_by(&self, hash: &blob::BlobHash) -> Vec<&str> {
        let names = self.census.documents().filter(|(_, names)| names.may_name(hash));
        let title = |doc| self.documents.iter().find(|info| info.id == doc).map_or("", |info| info.name.as_str());
        names.map(|(doc, _)| title(doc)).collect()
    }

    /// What documents name and what is not here, or not all of it; with the lengths.
    fn missing(&self) -> BTreeMap<blob::BlobHash, u64> {
        let is_whole = |hash: &blob::BlobHash| matches!(self.blobs.state(hash), Some(BlobState::Whole { .. }));
        let named = self.census.documents().flat_map(|(_, names)| names.iter());
        named.filter(|(hash, _)| !is_whole(hash)).collect()
    }

    fn list(&self) -> Answer {
        let (mut lines, mut listed) = (String::new(), Vec::new());
        for BlobInfo { hash, len, touched_ms } in self.blobs.list() {
            let named_by = self.named_by(&hash);
            let by = if named_by.is_empty() { "nothing names it".into() } else { named_by.join(", ") };
            lines += &format!("{hash}  {len:>12}  {by}\n");
            listed
                .push(json!({ "hash": hash.to_string(), "len": len, "touched_ms": touched_ms, "named_by": named_by }));
        }
        let mut missing = Vec::new();
        for (hash, len) in self.missing() {
            let by = self.named_by(&hash);
            lines += &format!("{hash}  {len:>12}  not here; named by {}\n", by.join(", "));
            missing.push(json!({ "hash": hash.to_string(), "len": len, "named_by": by }));
        }
        let usage = self.blobs.usage();
        lines += &format!(
            "{}, {} bytes; {} unfinished; {} not here\n",
            counted(usage.whole, "blob"),
            usage.bytes,
            usage.unfinished,
            missing.len()
        );
        let json = json!({
            "blobs": listed, "missing": missing, "bytes": usage.bytes, "unfinished": usage.unfinished,
        });
        (json, lines, true)
    }

    fn verify(&self, repair: bool) -> Result<Answer, CommandError> {
        let damages = damages(&self.blobs);
        for (hash, _) in damages.iter().filter(|_| repair) {
            self.blobs.remove(hash).map_err(|error| CommandError::Other(error.to_string()))?;
        }
        let mut words: String = damages.iter().map(|(_, damage)| format!("DAMAGED  {damage}\n")).collect();
        let count = self.blobs.usage().whole;
        words += &match (damages.len(), repair) {
            (0, _) => format!("{}, all sound\n", counted(count, "blob")),
            (damaged, true) => format!("{damaged} damaged and removed: they are fetched again from members\n"),
            (damaged, false) => format!("{damaged} of {count} damaged; --repair removes them, to be fetched again\n"),
        };
        let listed: Vec<String> = damages.iter().map(|(hash, _)| hash.to_string()).collect();
        let is_sound = damages.is_empty();
        Ok((json!({ "sound": is_sound, "blobs": count, "damaged": listed, "removed": repair }), words, is_sound))
    }

    fn collect(&self, grace: &Grace) -> Result<Answer, CommandError> {
        let grace_ms = u64::try_from(grace.time().as_millis()).unwrap_or(u64::MAX);
        let collected = self.census.collect(&self.blobs, grace_ms)?;
        let words = format!(
            "removed {} and {} unfinished, {} bytes\n",
            counted(collected.whole, "blob"),
            collected.unfinished,
            collected.bytes
        );
        let json = json!({ "whole": collected.whole, "unfinished": collected.unfinished, "bytes": collected.bytes });
        Ok((json, words, true))
    }
}

/// The blobs that are not what they are called, and why.
fn damages(blobs: &Blobs) -> Vec<(blob::BlobHash, String)> {
    let check = |info: &BlobInfo| Some((info.hash, blobs.check(&info.hash).err()?.to_string()));
    blobs.list().iter().filter_map(check).collect()
}
