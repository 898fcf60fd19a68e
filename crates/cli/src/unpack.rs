//! `motet unpack`: a bundle into a directory of documents.

use crate::error::CommandError;
use crate::opened::{directory_error, make_directory};
use crate::out::{Progress, counted, print, print_json};
use serde_json::{Value, json};
use server::bundle::{BlobsTaken, DocumentTaken, Refused, Unpacked, summarize, unpack};
use server::{BLOB_QUOTAS, open_blobs};
use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::process::ExitCode;

/// What to take in, and where to.
#[derive(Debug, clap::Args)]
#[command(after_help = "Documents that are not there are made, with the same id; those that are get what they lack. \
Of a document that does not hold nothing is taken in. Exit code 1: something was refused, and it is listed. \
Of a file that is damaged nothing is taken in.")]
pub struct Arguments {
    /// A bundle that motet pack wrote.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A directory of documents that no server has open; made if it is missing.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Print what was taken in as JSON.
    #[arg(long)]
    json: bool,
}

/// Takes it in. The file is read through before anything is changed.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let (file, dir) = (&arguments.file, &arguments.dir);
    let open = || match File::open(file) {
        Ok(open) => Ok(BufReader::new(open)),
        Err(error) => Err(CommandError::File("read", file.clone(), error)),
    };
    let whole = summarize(open()?).map_err(|error| CommandError::Bundle(file.clone(), error))?;
    let hub = make_directory(dir)?;
    let blobs = open_blobs(dir, BLOB_QUOTAS).map_err(|error| directory_error(dir, error.into()))?;
    let mut progress = Progress::new("unpacking");
    let taken = unpack(open()?, &hub, &blobs, |bytes| progress.show(bytes, whole.bytes));
    drop(progress);
    let (documents, blobs) = taken.map_err(|error| {
        CommandError::Other(format!(
            "{error}. What was taken in before that stays: unpack it again once that is mended"
        ))
    })?;
    let is_refused = documents.iter().any(is_refused) || !blobs.refused.is_empty();
    if arguments.json {
        let documents: Vec<Value> = documents.iter().map(document_json).collect();
        print_json(&json!({ "documents": documents, "blobs": blobs_json(&blobs) }))?;
    } else {
        print(&(documents.iter().map(document_words).collect::<String>() + &blobs_words(&blobs)))?;
    }
    Ok(ExitCode::from(u8::from(is_refused)))
}

fn is_refused(document: &Unpacked) -> bool {
    document.outcome.as_ref().map_or(true, |taken| !taken.contradicting.is_empty())
}

fn document_json(document: &Unpacked) -> Value {
    let mut json = json!({ "id": document.id.to_string(), "name": document.name });
    match &document.outcome {
        Ok(taken) => {
            let contradicting: Vec<String> = taken.contradicting.iter().map(ToString::to_string).collect();
            json["new"] = json!(taken.is_new);
            json["elements"] = json!(taken.elements);
            json["contradicting"] = json!(contradicting);
            json["lacks_older"] = json!(taken.lacks_older);
        }
        Err(refused) => json["refused"] = json!({ "code": refused.code(), "message": refused.to_string() }),
    }
    json
}

fn document_words(document: &Unpacked) -> String {
    let Unpacked { id, name, outcome } = document;
    match outcome {
        Ok(taken) => format!("{id}  {name}: {}\n", taken_words(taken)),
        Err(refused @ Refused::Incomplete { wanted }) => {
            let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
            format!("{id}  {name}: REFUSED, {refused} ({})\n", wanted.join(" "))
        }
        Err(refused) => format!("{id}  {name}: REFUSED, {refused}\n"),
    }
}

fn taken_words(taken: &DocumentTaken) -> String {
    let mut words = match (taken.is_new, taken.elements) {
        (true, elements) => format!("made, with {elements} elements"),
        (false, 0) => "everything was here".into(),
        (false, elements) => format!("{elements} elements that were not here"),
    };
    if taken.is_deleted {
        words += "; it is deleted here, and stays so";
    }
    if taken.lacks_older {
        words += "; an older bundle has more, which is not here yet";
    }
    for replica in &taken.contradicting {
        words += &format!("\n  REFUSED: replica {replica} contradicts itself, and nothing more of it is taken in");
    }
    words
}

fn blobs_json(blobs: &BlobsTaken) -> Value {
    let refused = blobs.refused.iter().map(|(hash, why)| json!({ "hash": hash.to_string(), "message": why }));
    json!({
        "new": blobs.new, "known": blobs.known, "unnamed": blobs.unnamed, "refused": refused.collect::<Vec<_>>(),
    })
}

fn blobs_words(blobs: &BlobsTaken) -> String {
    let mut words = String::new();
    if blobs.new > 0 {
        words += &format!("{} taken in\n", counted(blobs.new, "blob"));
    }
    for (hash, why) in &blobs.refused {
        words += &format!("REFUSED  blob {hash}: {why}\n");
    }
    words
}
