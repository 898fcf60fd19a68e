//! Linking a file for the first time: what it becomes where it and the document differ.

use super::binding::Binding;
use super::disk::{Contents, Disk};
use super::real::RealDisk;
use super::record::Shelf;
use super::text_file::TextFile;
use crate::error::CommandError;
use clap::ValueEnum;
use motet::{Replica, VersionVector};
use server::{DocumentType, text_container};
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
    /// The file is set aside first.
    SetAside,
    /// Nobody said which text goes on.
    Unclear,
}

fn way(file: Option<&str>, document: &str, from: Option<From>) -> Way {
    match (file, from) {
        (None, _) | (_, Some(From::File)) => Way::FromNow,
        (Some(file), _) if file == document || document.is_empty() => Way::FromNow,
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
    if DocumentType::of(document) == DocumentType::Json {
        return Err(CommandError::Other(
            "this is a JSON document, and motet link keeps texts. Save it over HTTP with If-Match, or use motet export"
                .into(),
        ));
    }
    let text = document.text(text_container());
    let file = read(path, &mut disk)?;
    let (mut version, mut aside) = (replica.version(), None);
    match way(file.as_ref().map(|file| file.text.as_str()), &text, from) {
        Way::FromNow => {}
        Way::FromNothing => version = VersionVector::new(),
        Way::Unclear => {
            return Err(CommandError::Other(format!(
                "{} and the document differ, and neither is empty. Say which text goes on: --from file (what \
                 differs becomes an edit of the document, which can be undone) or --from document (the file is \
                 kept under another name and gets the document's text)",
                path.display()
            )));
        }
        Way::SetAside => {
            let file = file.unwrap_or_default();
            aside = Some(disk.write_beside("before-link", &file.encode()).map_err(failed)?);
            let new = TextFile { has_mark: file.has_mark, text };
            replace(&mut disk, &new, &file).map_err(failed)?;
        }
    }
    let binding = Binding::begin(disk, shelf, version, document);
    Ok((binding.map_err(|error| CommandError::Other(error.to_string()))?, aside))
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
            assert_eq!(way(file, document, from), expected, "{file:?} {document:?} {from:?}");
        }
    }
}
