//! `motet import`: files of text or JSON become documents.

use crate::error::CommandError;
use crate::login::Login;
use crate::opened::{Opened, call, make_directory};
use crate::out::{Progress, print, print_json};
use crate::subject::Site;
use motet::Document;
use server::{DocumentType, Hub, HubError, NewType, StoredHub, text_container};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::UNIX_EPOCH;

/// What to take in, and where to.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A directory of documents, made if it is missing, or a running server: http://host:4040.
    #[arg(value_name = "DIR|URL")]
    site: String,
    /// Files in UTF-8; each becomes a document with its name: of JSON where it ends in .json or the like, and of text
    /// otherwise.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The name of the document, where there is one file.
    #[arg(long)]
    name: Option<String>,
    /// What the parts of JSON files mean, as docs/JSON.md describes. The document keeps it.
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// Print what was made as JSON, a line each.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    login: Login,
}

/// Takes them in, the first first.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    if arguments.name.is_some() && arguments.files.len() > 1 {
        return Err(CommandError::Other("--name names one document, and there are several files".into()));
    }
    let site = Site::parse(&arguments.site)?;
    let hub = match &site {
        Site::Directory(dir) => Some(make_directory(dir)?),
        Site::Server(_) => None,
    };
    let schema = arguments.schema.as_deref().map(read_schema).transpose()?;
    let mut progress = Progress::new("importing");
    for (number, file) in arguments.files.iter().enumerate() {
        progress.show(number as u64, arguments.files.len() as u64);
        let contents = Contents::read(file)?;
        let name = arguments.name.clone().unwrap_or_else(|| name_of(file));
        let mut opened = make(&site, hub.as_ref(), &name, &arguments.login)?;
        opened.write(|document| contents.write(document, schema.as_deref(), modified(file)))??;
        if arguments.json {
            print_json(&opened.json())?;
        } else {
            print(&format!("{} {name}\n", opened.info().id))?;
        }
        opened.close();
    }
    Ok(ExitCode::SUCCESS)
}

/// What a file holds.
enum Contents {
    Text(String),
    /// Byte for byte, and known to be JSON.
    Json(String),
}

impl Contents {
    fn read(file: &Path) -> Result<Self, CommandError> {
        if DocumentType::of_name(&file.to_string_lossy()) == DocumentType::Text {
            return Ok(Self::Text(read_text(file)?));
        }
        Ok(Self::Json(crate::merge::read_tree(file)?.into_string()))
    }

    fn write(&self, document: &mut Document, schema: Option<&str>, time: i64) -> Result<(), HubError> {
        match self {
            Self::Text(text) => insert(document, text, time),
            Self::Json(text) => {
                return server::make(document, &NewType::Json { schema: schema.map(str::to_owned) }, text, time);
            }
        }
        Ok(())
    }
}

/// The text of a schema.
fn read_schema(file: &Path) -> Result<String, CommandError> {
    crate::merge::read_schema(file)?;
    Ok(crate::merge::read_tree(file)?.into_string())
}

/// An empty document.
fn make(site: &Site, hub: Option<&StoredHub>, name: &str, login: &Login) -> Result<Opened, CommandError> {
    match (site, hub) {
        (Site::Server(address), _) => {
            let (runtime, catalogue) = call(address, login)?;
            let info = runtime.block_on(catalogue.create(name, DocumentType::Text))?;
            Opened::fetch(runtime, &catalogue, info)
        }
        (_, hub) => {
            let hub = hub.expect("a directory is open");
            Opened::load(hub, hub.create(name, DocumentType::Text)?)
        }
    }
}

/// The text of a file; what is no text is refused rather than damaged.
pub fn read_text(file: &Path) -> Result<String, CommandError> {
    let bytes = std::fs::read(file).map_err(|error| CommandError::File("read", file.to_owned(), error))?;
    let not_text = |error: std::string::FromUtf8Error| {
        let at = error.utf8_error().valid_up_to();
        CommandError::Other(format!("{} is not UTF-8 text: byte {at} is not part of a character", file.display()))
    };
    let text = String::from_utf8(bytes).map_err(not_text)?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}

/// In actions that are small enough for a frame each.
fn insert(document: &mut Document, text: &str, time: i64) {
    const ACTION_BYTES_MAX: usize = 64 << 10;
    let mut at = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let (part, behind) = rest.split_at(rest.floor_char_boundary(ACTION_BYTES_MAX));
        document.edit(time, |edit| edit.insert(text_container(), at, part));
        at += part.chars().count() as u32;
        rest = behind;
    }
}

fn name_of(file: &Path) -> String {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    stem.filter(|stem| !stem.is_empty()).unwrap_or_else(|| "Untitled".into())
}

/// When the file was written, in seconds since 1970.
fn modified(file: &Path) -> i64 {
    let time = std::fs::metadata(file).and_then(|data| data.modified()).ok();
    let since = time.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.and_then(|since| i64::try_from(since.as_secs()).ok()).unwrap_or(0)
}
