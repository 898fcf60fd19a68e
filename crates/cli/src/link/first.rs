//! Linking a file for the first time: what it becomes where it and the document differ.

use super::binding::Binding;
use super::disk::{Contents, Disk};
use super::form;
use super::real::RealDisk;
use super::record::Shelf;
use super::text_file::TextFile;
use crate::error::CommandError;
use clap::ValueEnum;
use motet::{Replica, VersionVector};
use server::{Content, DocumentType};
use std::path::{Path, PathBuf};

/// Which text goes on where the file and the document differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum From {
    /// The file's: what differs becomes an edit of the document.
    File,
    /// The document's: the file is kept under another name and gets the document's text.
    Document,
}

/// How a file is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// The file counts as the text of the document, changed.
    FromNow,
    /// The file, which is empty, counts as older than anything in the document.
    FromNothing,
    /// The file, which is empty, gets what the document says.
    Fill,
    /// The file is set aside first.
    SetAside,
    /// Nobody said which text goes on.
    Unclear,
}

fn way(file: Option<&str>, document: &str, from: Option<From>, document_type: DocumentType) -> Way {
    let is_same = |file: &str| file == document || form::is_same(document_type, file, document);
    match (file, from) {
        (None, _) => Way::FromNow,
        // An empty file is no JSON that anything could have been made of.
        (Some(""), _) if document_type == DocumentType::Json => Way::Fill,
        (_, Some(From::File)) => Way::FromNow,
        (Some(file), _) if is_same(file) || form::is_blank(document_type, document) => Way::FromNow,
        (Some(""), _) => Way::FromNothing,
        (_, Some(From::Document)) => Way::SetAside,
        (_, None) => Way::Unclear,
    }
}

/// Binds the file to the document, which is here as a whole. Returns where the file's text was set aside.
pub fn bind(
    path: &Path,
    shelf: Shelf,
    replica: &Replica,
    from: Option<From>,
) -> Result<(Binding<RealDisk>, Option<PathBuf>), CommandError> {
    let failed = |error| CommandError::File("link", path.to_owned(), error);
    let mut disk = RealDisk::open(path).map_err(failed)?;
    let document = replica.document();
    let Content { text, document_type, .. } = Content::of(document)?;
    let file = read(path, &mut disk)?;
    let (mut version, mut aside) = (replica.version(), None);
    match way(file.as_ref().map(|file| file.text.as_str()), &text, from, document_type) {
        Way::FromNow => check(path, document_type, file.as_ref())?,
        Way::FromNothing => version = VersionVector::new(),
        Way::Unclear => {
            return Err(CommandError::Other(format!(
                "{} and the document differ, and neither is empty. Say which text goes on: --from file (what \
                 differs becomes an edit of the document, which can be undone) or --from document (the file is \
                 kept under another name and gets the document's text)",
                path.display()
            )));
        }
        way @ (Way::SetAside | Way::Fill) => {
            let file = file.unwrap_or_default();
            if way == Way::SetAside {
                aside = Some(disk.write_beside("before-link", &file.encode()).map_err(failed)?);
            }
            let new = TextFile { has_mark: file.has_mark, text };
            replace(&mut disk, &new, &file).map_err(failed)?;
        }
    }
    let binding = Binding::begin(disk, shelf, version, document);
    Ok((binding.map_err(|error| CommandError::Other(error.to_string()))?, aside))
}

/// A file that cannot be saved is not linked: the person is there, and can mend it.
fn check(path: &Path, document_type: DocumentType, file: Option<&TextFile>) -> Result<(), CommandError> {
    match file.and_then(|file| form::problem(document_type, &file.text)) {
        None => Ok(()),
        Some(why) => Err(CommandError::Other(format!(
            "{}: {why}. Mend the file, or link it with --from document, which keeps it under another name",
            path.display()
        ))),
    }
}

fn read(path: &Path, disk: &mut RealDisk) -> Result<Option<TextFile>, CommandError> {
    let refuse = |why: String| Err(CommandError::Other(format!("{} {why}", path.display())));
    match disk.read().map_err(|error| CommandError::File("read", path.to_owned(), error))? {
        Contents::Missing => Ok(None),
        Contents::Moving => refuse("is being written to by another program: try again when it is done".into()),
        Contents::TooLong(stamp) => refuse(format!("has {} bytes: too long to link", stamp.len)),
        Contents::Whole(_, bytes) => match TextFile::decode(bytes) {
            Ok(file) => Ok(Some(file)),
            Err(error) => refuse(format!("is not UTF-8 text: byte {} is not part of a character", error.0)),
        },
    }
}

/// Nothing is noted before the file has the document's text: killed in between, the next attempt finds
/// that they are equal, or that they still differ.
fn replace(disk: &mut RealDisk, new: &TextFile, old: &TextFile) -> std::io::Result<()> {
    disk.stage(&new.encode())?;
    disk.swap()?;
    if matches!(disk.read_staged()?, Contents::Whole(_, bytes) if bytes == old.encode()) {
        return disk.unstage();
    }
    disk.swap()?;
    disk.unstage()?;
    Err(std::io::Error::other("another program wrote to it at the same moment: try again"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_discarded_unasked() {
        for (file, document, from, expected) in [
            (None, "doc", None, Way::FromNow),
            (Some("same"), "same", None, Way::FromNow),
            (Some("file"), "", None, Way::FromNow),
            (Some(""), "doc", None, Way::FromNothing),
            (Some("file"), "doc", None, Way::Unclear),
            (Some("file"), "doc", Some(From::File), Way::FromNow),
            (Some("file"), "doc", Some(From::Document), Way::SetAside),
            (Some("same"), "same", Some(From::Document), Way::FromNow),
        ] {
            assert_eq!(way(file, document, from, DocumentType::Text), expected, "{file:?} {document:?} {from:?}");
        }
    }

    #[test]
    fn json_and_notes_are_compared_by_what_they_say() {
        let (json, note) = (DocumentType::Json, DocumentType::Note);
        for (file, document, document_type, expected) in [
            ("", "{\"a\": 1}", json, Way::Fill),
            ("[1]", "{}\n", json, Way::FromNow),
            ("[1]", "[2]", json, Way::Unclear),
            ("* a", "- a\n", note, Way::FromNow),
            ("* b", "- a\n", note, Way::Unclear),
            ("", "- a\n", note, Way::FromNothing),
        ] {
            assert_eq!(way(Some(file), document, None, document_type), expected, "{file:?} {document:?}");
        }
    }
}
