//! `motet import`: text files become documents.

use crate::error::CommandError;
use server::{Hub, HubDocument, StoredDocument, StoredHub, text_container};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::UNIX_EPOCH;

/// What to take in, and where to.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The directory of the documents; made if it is missing.
    dir: PathBuf,
    /// Text files in UTF-8; each becomes a document with its name.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The name of the document, where there is one file.
    #[arg(long)]
    name: Option<String>,
    /// Print what was made as JSON.
    #[arg(long)]
    json: bool,
}

/// Takes them in, the first first.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    if arguments.name.is_some() && arguments.files.len() > 1 {
        return Err(CommandError::Other("--name names one document, and there are several files".into()));
    }
    let hub = StoredHub::open_directory(&arguments.dir)
        .map_err(|error| CommandError::Directory(arguments.dir.clone(), error))?;
    for file in &arguments.files {
        let text = read_text(file)?;
        let name = arguments.name.clone().unwrap_or_else(|| name_of(file));
        let info = hub.create(&name)?;
        let mut document = hub.load(info.id, |_, _| {})?;
        write(&mut document, &text, modified(file));
        document.sync()?;
        document.put_away();
        if arguments.json {
            println!("{}", serde_json::json!({ "id": info.id.to_string(), "name": name }));
        } else {
            println!("{} {name}", info.id);
        }
    }
    Ok(ExitCode::SUCCESS)
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
fn write(document: &mut StoredDocument, text: &str, time: i64) {
    const ACTION_BYTES_MAX: usize = 64 << 10;
    let mut at = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let (part, behind) = rest.split_at(rest.floor_char_boundary(ACTION_BYTES_MAX));
        document.replica_mut().document_mut().edit(time, |edit| edit.insert(text_container(), at, part));
        at += part.chars().count() as u32;
        rest = behind;
    }
    document.seal();
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
