//! Which document a command is about.

use crate::error::CommandError;
use member::{Address, Catalogue};
use server::{DocumentInfo, DocumentType};

/// How many documents an error lists.
const LISTED_MAX: usize = 10;

/// The server and the document that `http://host:4040/DOC`, or the address and `doc`, name.
pub fn server_words(url: &str, doc: Option<&str>) -> Result<(Address, String), CommandError> {
    let (address, inside) = Address::parse(url)?;
    let words = match (inside, doc) {
        (Some(_), Some(_)) => Err("two documents are named: one in the address and one behind it"),
        (Some(words), None) => Ok(words),
        (None, Some(words)) => Ok(words.to_owned()),
        (None, None) => Err("which document? Name it behind the address: http://host:4040/DOC"),
    };
    words.map(|words| (address, words)).map_err(|why| CommandError::Other(why.into()))
}

/// The document of a server that `words` name; made if there is none and `may_create`.
pub async fn find(catalogue: &Catalogue, words: &str, may_create: bool) -> Result<DocumentInfo, CommandError> {
    let documents = catalogue.documents().await?;
    match choose(&documents, words) {
        Err(Choice::None(_)) if may_create => Ok(catalogue.create(words, DocumentType::Text).await?),
        Err(choice) => Err(CommandError::Other(choice.to_string())),
        Ok(info) => Ok(info),
    }
}

/// Why words name no document.
#[derive(Debug, thiserror::Error)]
pub enum Choice {
    /// Nothing is called that.
    #[error("{0}")]
    None(String),
    /// It was deleted.
    #[error("\"{0}\" was deleted. It can be undeleted in the web app")]
    Deleted(String),
    /// Several are called that.
    #[error("{0}")]
    Several(String),
}

/// The document that `words` name: by id, or by a name that one document has.
pub fn choose(documents: &[DocumentInfo], words: &str) -> Result<DocumentInfo, Choice> {
    let by_id = words.parse().ok().and_then(|id| documents.iter().find(|info| info.id == id));
    if let Some(info) = by_id {
        return if info.is_deleted { Err(Choice::Deleted(info.name.clone())) } else { Ok(info.clone()) };
    }
    let named: Vec<&DocumentInfo> = documents.iter().filter(|info| info.name == words).collect();
    let alive: Vec<&DocumentInfo> = named.iter().copied().filter(|info| !info.is_deleted).collect();
    match (alive.as_slice(), named.first()) {
        ([info], _) => Ok((*info).clone()),
        ([], Some(deleted)) => Err(Choice::Deleted(deleted.name.clone())),
        ([], None) => {
            let all: Vec<&DocumentInfo> = documents.iter().filter(|info| !info.is_deleted).collect();
            let known = if all.is_empty() { "There are none.".into() } else { format!("There are:{}", list(&all)) };
            Err(Choice::None(format!("there is no document called \"{words}\". {known}")))
        }
        (several, _) => {
            Err(Choice::Several(format!("several documents are called \"{words}\": give an id{}", list(several))))
        }
    }
}

fn list(documents: &[&DocumentInfo]) -> String {
    let mut lines: String =
        documents.iter().take(LISTED_MAX).map(|info| format!("\n  {}  {}", info.id, info.name)).collect();
    if documents.len() > LISTED_MAX {
        lines.push_str(&format!("\n  and {} more", documents.len() - LISTED_MAX));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use motet::DocumentId;

    #[test]
    fn a_document_is_named_by_its_id_or_by_a_name_of_its_own() {
        let info = |id, name: &str, is_deleted| DocumentInfo {
            id: DocumentId(id),
            name: name.into(),
            is_deleted,
            document_type: None,
        };
        let documents =
            [info(1, "a", false), info(2, "b", false), info(3, "b", false), info(4, "c", true), info(5, "a", true)];
        let chosen = |words: &str| choose(&documents, words).map(|info| info.id.0);
        assert_eq!(chosen("a").unwrap(), 1);
        assert_eq!(chosen(&DocumentId(3).to_string()).unwrap(), 3);
        assert!(matches!(chosen("b"), Err(Choice::Several(why)) if why.contains(&DocumentId(2).to_string())));
        assert!(matches!(chosen("c"), Err(Choice::Deleted(_))));
        assert!(matches!(chosen("d"), Err(Choice::None(_))));
    }

    #[test]
    fn one_document_is_named_once() {
        assert_eq!(server_words("http://h/a", None).unwrap().1, "a");
        assert_eq!(server_words("http://h", Some("a b")).unwrap().1, "a b");
        assert!(server_words("http://h/a", Some("b")).is_err());
        assert!(server_words("http://h", None).is_err());
    }
}
