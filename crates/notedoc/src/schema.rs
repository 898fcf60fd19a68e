//! Where the parts of a note are, and what they are called there: the table of docs/NOTES.md, "In containers".

use motet::{BlobHash, ContainerId, Crossing, Document, Id, Kind, Model, Value};
use note::{Link, Marks};

/// Objects of a text.
pub mod object {
    /// A paragraph mark.
    pub const MARK: &str = "";
    /// A picture.
    pub const IMAGE: &str = "image";
    /// A line break.
    pub const BREAK: &str = "break";
    /// One tag.
    pub const HTML: &str = "html";
    /// A reference to a footnote, and with it the footnote.
    pub const FOOTNOTE: &str = "footnote";
    /// A table.
    pub const TABLE: &str = "table";
    /// All that this version knows.
    pub const KNOWN: [&str; 6] = [MARK, IMAGE, BREAK, HTML, FOOTNOTE, TABLE];
}

/// Keys of maps.
pub mod key {
    /// What a block is.
    pub const KIND: &str = "kind";
    /// The rank of a heading.
    pub const RANK: &str = "rank";
    /// The language of code.
    pub const INFO: &str = "info";
    /// What a block stands in.
    pub const LEVELS: &str = "levels";
    /// The number that a new ordered list starts with.
    pub const START: &str = "start";
    /// Whether what is to be done is done.
    pub const TASK: &str = "task";
    /// Where a picture is, or a link leads.
    pub const ADDRESS: &str = "address";
    /// The blob that a picture is.
    pub const BLOB: &str = "blob";
    /// What shows when the pointer rests on it.
    pub const TITLE: &str = "title";
    /// What stands for a picture.
    pub const ALT: &str = "alt";
    /// A tag as written.
    pub const TAG: &str = "tag";
    /// What a footnote is called.
    pub const LABEL: &str = "label";
    /// The rows of a table.
    pub const ROWS: &str = "rows";
    /// The columns of a table.
    pub const COLUMNS: &str = "columns";
    /// How a column is set.
    pub const ALIGN: &str = "align";
}

/// Properties of text.
pub mod mark {
    /// Emphasis.
    pub const EMPHASIS: &str = "emphasis";
    /// Strong emphasis.
    pub const STRONG: &str = "strong";
    /// Struck through.
    pub const STRIKE: &str = "strike";
    /// Code.
    pub const CODE: &str = "code";
    /// A link.
    pub const LINK: &str = "link";
}

/// Where servers give blobs: the hash follows.
const BLOBS: &str = "/blobs/";

/// Where the picture `id` is: at its address, or where servers give its blob.
pub fn picture_address(model: &Model, id: Id) -> String {
    let map = model.map(properties(id));
    let get = |key| map.and_then(|map| map.get(key));
    match (get(key::ADDRESS), get(key::BLOB)) {
        (Some(Value::Text(address)), _) if !address.is_empty() => address.clone(),
        (_, Some(Value::Blob(reference))) => format!("{BLOBS}{}", reference.hash()),
        _ => String::new(),
    }
}

/// The blob that is given at an address.
pub fn blob_at(address: &str) -> Option<BlobHash> {
    address.strip_prefix(BLOBS)?.parse().ok()
}

/// The body of the note itself.
pub fn root() -> ContainerId {
    ContainerId::root(Kind::Text, "note")
}

/// Whether a document is a note: whether anything was ever written in its body.
pub fn is_note(document: &Document) -> bool {
    document.model().text(root()).is_some_and(|text| text.runs().next().is_some())
}

/// The text that holds the footnotes which nothing refers to, as objects.
pub fn loose_footnotes() -> ContainerId {
    ContainerId::root(Kind::Text, "footnotes")
}

/// The body that an object contains.
pub fn body_of(object: Id) -> ContainerId {
    ContainerId::Element(Kind::Text, object)
}

/// The body where a row and a column of a table cross.
pub fn cell(row: Id, column: Id) -> ContainerId {
    ContainerId::Crossing(Kind::Text, Crossing::new(row, column))
}

/// The properties of an object, of a column, or of the block that a paragraph mark begins.
pub fn properties(element: Id) -> ContainerId {
    ContainerId::Element(Kind::Map, element)
}

/// The properties of the block of `body` that `mark` begins; none for the block before the first mark.
pub fn block_properties(body: ContainerId, mark: Option<Id>) -> ContainerId {
    mark.map_or_else(|| body.beside(Kind::Map), properties)
}

/// The marks that text has, of those that a note knows.
pub(crate) fn marks_of(found: &[(&str, &Value)]) -> Marks {
    let mut marks = Marks::default();
    for &(key, value) in found {
        let is_set = *value == Value::Bool(true);
        match key {
            mark::EMPHASIS => marks.emphasis = is_set,
            mark::STRONG => marks.strong = is_set,
            mark::STRIKE => marks.strike = is_set,
            mark::CODE => marks.code = is_set,
            mark::LINK => marks.link = link_of(value),
            _ => {}
        }
    }
    marks
}

fn link_of(value: &Value) -> Option<Link> {
    match value {
        Value::Text(address) => Some(Link { href: address.clone(), title: None }),
        Value::Map(entries) => {
            let text = |wanted: &str| {
                entries.iter().find_map(|(key, value)| match value {
                    Value::Text(text) if key == wanted => Some(text.clone()),
                    _ => None,
                })
            };
            Some(Link { href: text(key::ADDRESS)?, title: text(key::TITLE) })
        }
        _ => None,
    }
}

/// A link as a mark holds it.
pub(crate) fn link_value(link: &Link) -> Value {
    let text = |text: &String| Value::Text(text.clone());
    match &link.title {
        None => text(&link.href),
        Some(title) => {
            Value::Map([(key::ADDRESS.to_owned(), text(&link.href)), (key::TITLE.to_owned(), text(title))].into())
        }
    }
}
