//! `motet export`: documents become files of text, JSON or Markdown, the way back from `motet import`.

use crate::error::CommandError;
use crate::names::{VERSION_HELP, version};
use crate::opened::Opened;
use crate::out::{Progress, print, print_json};
use crate::reached::Reached;
use crate::subject::{Site, Subject, Target};
use serde_json::{Value, json};
use server::{Content, DocumentType};
use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The longest name of a file that is made of a document's name, in bytes, without its ending.
const NAME_BYTES_MAX: usize = 120;

/// What to write, and where to.
#[derive(Debug, clap::Args)]
#[command(after_help = "Without DOC it writes all documents that are not deleted.")]
pub struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// Write to this file, or for all documents into this directory, instead of NAME.txt, NAME.json or NAME.md
    /// here.
    #[arg(long, short, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Write this version instead of the newest.
    #[arg(long, value_name = "VERSION", default_value = "now", long_help = VERSION_HELP)]
    at: String,
    /// Write over files that are there.
    #[arg(long)]
    force: bool,
    /// Print what was written as JSON, a line each.
    #[arg(long)]
    json: bool,
}

/// Writes it. A target without DOC means all documents that are not deleted.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let target = arguments.subject.documents()?;
    if target.doc.is_none() && arguments.at != "now" {
        return Err(CommandError::Other("--at names a version of one document: name the document too".into()));
    }
    match &target {
        Target { doc: Some(_), .. } => {
            let opened = Opened::open(&target, &arguments.subject.login)?;
            let path = arguments.out.clone().unwrap_or_else(|| file_name(&opened.info().name, type_of(&opened)).into());
            write(arguments, opened, &path)?;
        }
        Target { site, .. } => write_all(arguments, site)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn write_all(arguments: &Arguments, site: &Site) -> Result<(), CommandError> {
    let dir = arguments.out.clone().unwrap_or_default();
    if !dir.as_os_str().is_empty() {
        std::fs::create_dir_all(&dir).map_err(|error| CommandError::File("make the directory", dir.clone(), error))?;
    }
    let reached = Reached::open(site, &arguments.subject.login)?;
    let mut documents = reached.documents()?;
    documents.retain(|info| !info.is_deleted);
    let mut taken = BTreeSet::new();
    let mut progress = Progress::new("exporting");
    for (number, info) in documents.iter().enumerate() {
        let opened = reached.load(info.clone())?;
        let mut name = file_name(&info.name, type_of(&opened));
        if !taken.insert(name.to_lowercase()) {
            name = file_name(&format!("{} {}", info.name, info.id), type_of(&opened));
        }
        progress.show(number as u64, documents.len() as u64);
        write(arguments, opened, &dir.join(name))?;
    }
    Ok(())
}

fn write(arguments: &Arguments, opened: Opened, path: &Path) -> Result<(), CommandError> {
    let version = version(opened.document(), &arguments.at)?;
    let text = Content::at(opened.document(), &version)?.text;
    let mut options = OpenOptions::new();
    options.write(true);
    if arguments.force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            CommandError::Other(format!("{} is there already: --force writes over it, --out elsewhere", path.display()))
        }
        _ => CommandError::File("write", path.to_owned(), error),
    })?;
    if arguments.json {
        let mut line: Value = opened.json();
        line["file"] = json!(path.display().to_string());
        print_json(&line)?;
    } else {
        print(&format!("{}\n", path.display()))?;
    }
    opened.close();
    Ok(())
}

/// A name that every file system takes.
fn file_name(name: &str, document_type: DocumentType) -> String {
    let is_bad = |c: char| c.is_control() || "/\\:*?\"<>|".contains(c);
    let safe: String = name.chars().map(|c| if is_bad(c) { '_' } else { c }).collect();
    let safe = safe.trim().trim_start_matches('.');
    let short = &safe[..safe.floor_char_boundary(NAME_BYTES_MAX)];
    let short = if short.is_empty() { "Untitled" } else { short };
    match document_type {
        DocumentType::Json if DocumentType::of_name(short) == DocumentType::Json => short.to_owned(),
        DocumentType::Json => format!("{short}.json"),
        DocumentType::Note if short.to_lowercase().ends_with(".md") => short.to_owned(),
        DocumentType::Note => format!("{short}.md"),
        DocumentType::Text => format!("{short}.txt"),
    }
}

fn type_of(opened: &Opened) -> DocumentType {
    DocumentType::of(opened.document())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_directory() {
        for (name, file) in
            [("Notes", "Notes.txt"), ("../a/b", "_a_b.txt"), ("..", "Untitled.txt"), ("a\nb:c", "a_b_c.txt")]
        {
            assert_eq!(file_name(name, DocumentType::Text), file);
        }
        assert_eq!(file_name("scene.svx", DocumentType::Json), "scene.svx.json");
        assert_eq!(file_name("scene.json", DocumentType::Json), "scene.json");
        assert_eq!(file_name("song.1", DocumentType::Note), "song.1.md");
        assert_eq!(file_name("song.MD", DocumentType::Note), "song.MD");
        assert!(file_name(&"ü".repeat(500), DocumentType::Text).len() <= NAME_BYTES_MAX + 4);
    }
}
