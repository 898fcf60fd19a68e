//! Versions, edit runs and authors as people name them.

use crate::error::CommandError;
use motet::{AuthorKey, Document, Id, Replica, ReplicaId, Span, VersionVector};
use server::{read_version, write_version};

/// How a version is named, for the help of commands that take one.
pub const VERSION_HELP: &str = "A version: the id of a run as `motet log` prints it (what the document was right \
after it), `start`, `now`, or a version in full as --json prints it";

/// The version that `words` name; only what is in the document.
pub fn version(document: &Document, words: &str) -> Result<VersionVector, CommandError> {
    let version = match words {
        "now" => document.version(),
        "start" => VersionVector::new(),
        words if words.contains('@') => after(document, run(document, words)?),
        words => read_version(words)
            .filter(|_| words.contains(':'))
            .ok_or_else(|| CommandError::Other(format!("\"{words}\" names no version. {VERSION_HELP}")))?,
    };
    if document.version().includes(&version) {
        return Ok(version);
    }
    Err(CommandError::Other(format!("the document has no version {}: it is not there yet", write_version(&version))))
}

/// The elements that the id of an edit run names; only such as are in the document.
pub fn run(document: &Document, words: &str) -> Result<Span, CommandError> {
    let read = || {
        let (range, replica) = words.split_once('@')?;
        let (start, end) = range.split_once("..")?;
        let replica = ReplicaId(u64::from_str_radix(replica, 16).ok()?);
        Some(Span::new(replica, start.parse().ok()?, end.parse().ok()?)).filter(|span| !span.is_empty())
    };
    let span = read().ok_or_else(|| {
        CommandError::Other(format!("\"{words}\" is no id of a run, such as 0..12@2f as log prints it"))
    })?;
    if span.end > document.log().end(span.replica) {
        return Err(CommandError::Other(format!("there is no run {words} in this document: see motet log")));
    }
    Ok(span)
}

/// What the document was right after `span`, in the order of its history.
fn after(document: &Document, span: Span) -> VersionVector {
    let mut version = VersionVector::new();
    for run in document.history() {
        if run.span.contains(span.last()) {
            version.extend_to(span.replica, span.end);
            break;
        }
        version.extend_to(run.span.replica, run.span.end);
    }
    version
}

/// The author that a word names: `you`, or somebody who wrote here, by as much of their key as tells it.
pub fn author(replica: &Replica, word: &str) -> Result<AuthorKey, CommandError> {
    if word == "you" {
        return Ok(replica.own_author());
    }
    let known = replica.document().log().logs().filter_map(|log| replica.author(log.replica));
    let known = known.chain([replica.own_author()]);
    let mut meant: Vec<AuthorKey> = known.filter(|key| key.to_string().starts_with(word)).collect();
    meant.sort_unstable();
    meant.dedup();
    match meant[..] {
        [key] if !word.is_empty() => Ok(key),
        [] => Err(CommandError::Other(format!(
            "nobody who wrote in this document has a key that begins with \"{word}\": motet log --json prints keys"
        ))),
        _ => Err(CommandError::Other(format!("\"{word}\" is the beginning of several keys: write more of it"))),
    }
}

/// Who writes in a document.
pub struct Authors<'a> {
    replica: &'a Replica,
}

impl<'a> Authors<'a> {
    /// The authors of `replica`.
    pub fn of(replica: &'a Replica) -> Self {
        Self { replica }
    }

    /// Whether `author` is who this program writes as.
    pub fn is_you(&self, author: AuthorKey) -> bool {
        author == self.replica.own_author()
    }

    /// Whether `replica` is written by who this program writes as.
    pub fn is_yours(&self, replica: ReplicaId) -> bool {
        self.replica.author(replica).is_some_and(|author| self.is_you(author))
    }

    /// `you`, or the beginning of the author's key.
    pub fn short(&self, replica: ReplicaId) -> String {
        self.replica.author(replica).map_or_else(|| "unknown".into(), |author| self.label(author))
    }

    /// As [`Authors::short`].
    pub fn label(&self, author: AuthorKey) -> String {
        if self.is_you(author) { "you".into() } else { author.to_string().chars().take(8).collect() }
    }

    /// The author's whole key, for programs.
    pub fn whole(&self, replica: ReplicaId) -> Option<String> {
        self.replica.author(replica).map(|author| author.to_string())
    }

    /// When the action with this element was made, in seconds since 1970.
    pub fn time(&self, id: Id) -> i64 {
        let log = self.replica.document().log().log(id.replica);
        log.filter(|log| id.seq < log.end()).map_or(0, |log| log.header_at(id.seq).time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use motet::{ContainerId, Kind};

    fn document() -> Document {
        let text = ContainerId::root(Kind::Text, "text");
        let mut ann = Document::new(ReplicaId(1));
        ann.edit(10, |edit| edit.insert(text, 0, "one"));
        let mut bob = ann.fork(ReplicaId(0xb));
        bob.edit(20, |edit| edit.insert(text, 3, " two"));
        bob
    }

    #[test]
    fn versions_by_all_their_names() {
        let document = document();
        let named = |words| version(&document, words).map(|version| write_version(&version));
        assert_eq!(named("start").unwrap(), "");
        assert_eq!(named("now").unwrap(), "1:3,b:4");
        assert_eq!(named("0..3@1").unwrap(), "1:3");
        assert_eq!(named("0..2@b").unwrap(), "1:3,b:2");
        assert_eq!(named("1:2").unwrap(), "1:2");
        for wrong in ["", "yesterday", "1:4", "0..4@1", "0..1@2", "3..3@1", "..@1"] {
            assert!(named(wrong).is_err(), "{wrong}");
        }
    }
}
