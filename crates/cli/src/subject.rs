//! What a command is about: documents in a directory or on a server.

use crate::error::CommandError;
use crate::login::Login;
use member::Address;
use std::fmt;
use std::path::{Path, PathBuf};

/// The words that name it, the same for all commands, and what admits to a server.
#[derive(Clone, Debug, clap::Args)]
pub struct Subject {
    /// DIR DOC: a document of a directory that no server has open. http://host:4040/DOC, or
    /// http://host:4040 DOC: a document of a running server. DOC is an id, or a name that only one document
    /// has. What the command takes besides follows behind.
    #[arg(required = true, value_name = "TARGET")]
    words: Vec<String>,
    #[command(flatten)]
    pub login: Login,
}

/// What a command takes that is about a document and has something to say.
#[derive(Debug, clap::Args)]
pub struct Plain {
    #[command(flatten)]
    pub subject: Subject,
    /// Print the answer as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Where documents are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Site {
    /// In a directory.
    Directory(PathBuf),
    /// On a running server.
    Server(Address),
}

/// Where documents are, and perhaps which one is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Where.
    pub site: Site,
    /// Which one, by name or id.
    pub doc: Option<String>,
}

impl Subject {
    /// One document, and the words behind it, of which there may be `rest_max`.
    pub fn document(&self, rest_max: usize) -> Result<(Target, &[String]), CommandError> {
        let (target, rest) = split(&self.words)?;
        if target.doc.is_none() {
            let site = &target.site;
            return Err(CommandError::Other(format!(
                "which document? Name it behind {site}; motet stats {site} lists them"
            )));
        }
        check_rest(rest, rest_max)?;
        Ok((target, rest))
    }

    /// All documents of a place, where none is named, or those that are.
    pub fn several(&self) -> Result<(Site, Vec<String>), CommandError> {
        let (target, rest) = split(&self.words)?;
        Ok((target.site, target.doc.into_iter().chain(rest.iter().cloned()).collect()))
    }

    /// Two files on this machine, where that is what the words name. A directory of documents is no file.
    pub fn files(&self) -> Option<[&Path; 2]> {
        let [a, b] = self.words.as_slice() else { return None };
        let files = [Path::new(a), Path::new(b)];
        files.iter().all(|file| file.is_file()).then_some(files)
    }

    /// All documents of a place, or one of them.
    pub fn documents(&self) -> Result<Target, CommandError> {
        let (target, rest) = split(&self.words)?;
        check_rest(rest, 0)?;
        Ok(target)
    }
}

impl Site {
    /// What `word` names: an address of a server without a document, or a directory.
    pub fn parse(word: &str) -> Result<Self, CommandError> {
        if !Address::is_meant(word) {
            return Ok(Self::Directory(word.into()));
        }
        match Address::parse(word)? {
            (address, None) => Ok(Self::Server(address)),
            (address, Some(_)) => Err(CommandError::Other(format!(
                "{word} names a document, and here the server alone is meant: {address}"
            ))),
        }
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(dir) => write!(f, "{}", dir.display()),
            Self::Server(address) => address.fmt(f),
        }
    }
}

/// An address may hold the document; otherwise it is the next word.
fn split(words: &[String]) -> Result<(Target, &[String]), CommandError> {
    let (first, rest) = words.split_first().expect("one word at least is required");
    if Address::is_meant(first)
        && let (address, Some(doc)) = Address::parse(first)?
    {
        return Ok((Target { site: Site::Server(address), doc: Some(doc) }, rest));
    }
    let site = Site::parse(first)?;
    Ok(match rest.split_first() {
        Some((doc, rest)) => (Target { site, doc: Some(doc.clone()) }, rest),
        None => (Target { site, doc: None }, rest),
    })
}

fn check_rest(rest: &[String], rest_max: usize) -> Result<(), CommandError> {
    match rest.get(rest_max) {
        Some(word) => Err(CommandError::Other(format!("\"{word}\" is one word too many: see --help"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(words: &[&str]) -> Option<(String, Option<String>, Vec<String>)> {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        let (target, rest) = split(&words).ok()?;
        Some((target.site.to_string(), target.doc, rest.to_vec()))
    }

    #[test]
    fn directories_and_servers_are_named_alike() {
        for (words, site, doc, rest) in [
            (&["data", "Notes"][..], "data", Some("Notes"), &[][..]),
            (&["data"], "data", None, &[]),
            (&["data", "Notes", "a", "b"], "data", Some("Notes"), &["a", "b"]),
            (&["http://h:1/My%20notes", "a"], "http://h:1", Some("My notes"), &["a"]),
            (&["http://h:1/", "Notes", "a"], "http://h:1", Some("Notes"), &["a"]),
            (&["http://h:1"], "http://h:1", None, &[]),
        ] {
            let rest = rest.iter().map(ToString::to_string).collect();
            assert_eq!(parts(words), Some((site.into(), doc.map(str::to_owned), rest)), "{words:?}");
        }
        assert_eq!(parts(&["https://h/Notes"]), None);
    }
}
