//! `motet pack`: documents with their history and blobs into one file, to carry to where no network goes.

use crate::error::CommandError;
use crate::login::Login;
use crate::merge::staged;
use crate::opened::directory_error;
use crate::out::{Progress, counted, print, print_json};
use crate::reached::Reached;
use crate::subject::{Site, Subject};
use crate::target::choose;
use blob::BlobHash;
use serde_json::{Value, json};
use server::bundle::{BundleError, BundleSummary, Packer, summarize};
use server::{BLOB_QUOTAS, DocumentInfo, find_blobs};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::Blobs;
use store::blobs::BlobState;

/// What to pack, and where to.
#[derive(Debug, clap::Args)]
#[command(after_help = "Without DOC it packs all documents that are not deleted; several may be named. \
motet unpack takes the bundle into a directory, any number of times.")]
pub struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// The bundle to write.
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,
    /// Pack only what is missing in this older bundle. Whoever unpacks the new one needs to have unpacked it.
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
    /// Leave out the pictures and other files that documents name.
    #[arg(long)]
    no_blobs: bool,
    /// Write over a file that is there.
    #[arg(long)]
    force: bool,
    /// Print what was packed as JSON.
    #[arg(long)]
    json: bool,
}

/// Packs. The file is there as a whole, synced, or not at all.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let out = &arguments.out;
    if out.exists() && !arguments.force {
        return Err(CommandError::Other(format!("{} is there already: --force writes over it", out.display())));
    }
    let since = arguments.since.as_deref().map(|since| read_older(since, out)).transpose()?.unwrap_or_default();
    let (site, words) = arguments.subject.several()?;
    let source = Source::open(&site, &arguments.subject.login)?;
    let documents = chosen(source.reached.documents()?, &words)?;
    let (stage, file) = staged(out)?;
    let packed = write(arguments, &source, &documents, since, file);
    let placed = packed.and_then(|packed| {
        let failed = |error| CommandError::File("write", out.clone(), error);
        fs::rename(&stage, out).map(|()| packed).map_err(failed)
    });
    let packed = placed.inspect_err(|_| {
        // The error that counts is told; a stage that stays is only untidy.
        let _ = fs::remove_file(&stage);
    })?;
    if arguments.json {
        print_json(&packed.json(out))?
    } else {
        print(&packed.words(out))?
    }
    Ok(ExitCode::SUCCESS)
}

/// What an older bundle holds. It is not to be lost by packing.
fn read_older(since: &Path, out: &Path) -> Result<BundleSummary, CommandError> {
    if let (Ok(since), Ok(out)) = (fs::canonicalize(since), fs::canonicalize(out))
        && since == out
    {
        let words = format!("{} would be written over, and the new bundle builds on it", out.display());
        return Err(CommandError::Other(words));
    }
    let file = File::open(since).map_err(|error| CommandError::File("read", since.to_owned(), error))?;
    summarize(BufReader::new(file))
        .map_err(|error| CommandError::Other(format!("{} is no bundle to build on: {error}", since.display())))
}

fn write(
    arguments: &Arguments,
    source: &Source,
    documents: &BTreeMap<motet::DocumentId, DocumentInfo>,
    since: BundleSummary,
    file: File,
) -> Result<Packed, CommandError> {
    let failed = |error| CommandError::Pack(arguments.out.clone(), error);
    let mut packer = Packer::new(BufWriter::new(file), since).map_err(failed)?;
    let mut packed = Packed::default();
    let mut named = BTreeSet::new();
    let mut progress = Progress::new("packing");
    for (number, info) in documents.values().enumerate() {
        progress.show(number as u64, documents.len() as u64);
        let opened = source.reached.load(info.clone())?;
        let (name, replica) = (&opened.info().name, opened.replica());
        let document = packer.document(name, opened.epoch(), replica).map_err(failed)?;
        named.extend(replica.blob_names().iter().map(|(hash, _)| hash));
        packed.elements += document.elements;
        let mut line = opened.json();
        line["elements"] = json!(document.elements);
        packed.documents.push(line);
        opened.close();
    }
    let left = named.iter().filter(|hash| !arguments.no_blobs && !packer.is_brought(hash)).copied();
    for hash in left.collect::<Vec<BlobHash>>() {
        match source.blob_len(&hash)? {
            None => packed.missing.push(hash.to_string()),
            Some(len) => {
                packer.blob(hash, len, |at, len| source.read_blob(&hash, at, len)).map_err(failed)?;
                packed.blobs += 1;
            }
        }
    }
    let (file, bytes) = packer.finish().map_err(failed)?;
    packed.bytes = bytes;
    let file = file.into_inner().map_err(|error| failed(BundleError::File(error.into_error())))?;
    file.sync_all().map_err(|error| failed(BundleError::File(error)))?;
    Ok(packed)
}

/// The documents that `words` name, or all that are not deleted.
fn chosen(
    documents: Vec<DocumentInfo>,
    words: &[String],
) -> Result<BTreeMap<motet::DocumentId, DocumentInfo>, CommandError> {
    if words.is_empty() {
        return Ok(documents.into_iter().filter(|info| !info.is_deleted).map(|info| (info.id, info)).collect());
    }
    let named = words.iter().map(|words| choose(&documents, words).map(|info| (info.id, info)));
    named.collect::<Result<_, _>>().map_err(|why| CommandError::Other(why.to_string()))
}

/// Where documents and blobs come from.
struct Source {
    reached: Reached,
    /// Of a directory, what has blobs there, if anything has.
    blobs: Option<Blobs>,
}

impl Source {
    fn open(site: &Site, login: &Login) -> Result<Self, CommandError> {
        let reached = Reached::open(site, login)?;
        let blobs = match site {
            Site::Directory(dir) => find_blobs(dir, BLOB_QUOTAS).map_err(|error| directory_error(dir, error.into()))?,
            Site::Server(_) => None,
        };
        Ok(Self { reached, blobs })
    }

    /// How long a blob is that is all there.
    fn blob_len(&self, hash: &BlobHash) -> Result<Option<u64>, CommandError> {
        match &self.reached {
            Reached::Directory(_) => match self.blobs.as_ref().and_then(|blobs| blobs.state(hash)) {
                Some(BlobState::Whole { len }) => Ok(Some(len)),
                _ => Ok(None),
            },
            Reached::Server(server, ..) => Ok(server.0.block_on(server.1.blob_part(hash, 0, 1))?.map(|(_, len)| len)),
        }
    }

    fn read_blob(&self, hash: &BlobHash, at: u64, len: usize) -> Result<Vec<u8>, String> {
        match &self.reached {
            Reached::Directory(_) => {
                let blobs = self.blobs.as_ref().ok_or("it is not here")?;
                blobs.read(hash, at, len).map_err(|error| error.to_string())
            }
            Reached::Server(server, ..) => {
                let part = server.0.block_on(server.1.blob_part(hash, at, len)).map_err(|error| error.to_string())?;
                Ok(part.ok_or("the server has it no longer")?.0.to_vec())
            }
        }
    }
}

/// What is in the bundle.
#[derive(Default)]
struct Packed {
    documents: Vec<Value>,
    elements: u64,
    blobs: usize,
    /// Named, and not there.
    missing: Vec<String>,
    bytes: u64,
}

impl Packed {
    fn json(&self, out: &Path) -> Value {
        json!({
            "file": out.display().to_string(), "documents": self.documents, "blobs": self.blobs,
            "missing": self.missing, "bytes": self.bytes,
        })
    }

    fn words(&self, out: &Path) -> String {
        let (documents, blobs) = (counted(self.documents.len(), "document"), counted(self.blobs, "blob"));
        let mut words =
            format!("{}: {documents} with {} elements, {blobs}, {} bytes\n", out.display(), self.elements, self.bytes);
        if !self.missing.is_empty() {
            words += &format!("{} named and not there\n", counted(self.missing.len(), "blob"));
        }
        words
    }
}
