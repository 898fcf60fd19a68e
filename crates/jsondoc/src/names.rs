//! Which containers a JSON document consists of.

use motet::{ContainerId, Document, Id, Kind, Shown, Value};

/// The version of the form that is written here.
pub(crate) const FORM: i64 = 1;

/// Keys of [`top`].
pub(crate) const FORM_KEY: &str = "form";
pub(crate) const SCHEMA_KEY: &str = "schema";
pub(crate) const STYLE_KEY: &str = "style";
pub(crate) const ENDS_KEY: &str = "ends";
pub(crate) const ROOT_KEY: &str = "root";

/// Keys of [`data`].
pub(crate) const GONE_KEY: &str = "gone";
pub(crate) const LAYOUT_KEY: &str = "layout";

/// The map of what holds for the whole document.
pub fn top() -> ContainerId {
    ContainerId::root(Kind::Map, "json")
}

/// The tree of all objects and arrays: which is in which.
pub fn nodes() -> ContainerId {
    ContainerId::root(Kind::Tree, "json")
}

/// The list of the members or items of an object or array.
pub fn children(node: Id) -> ContainerId {
    ContainerId::Element(Kind::List, node)
}

/// The map of what else there is to say of an object or array.
pub fn data(node: Id) -> ContainerId {
    Document::node_data(node)
}

/// The text of a string that is edited by words.
pub fn text(maker: Id) -> ContainerId {
    ContainerId::Element(Kind::Text, maker)
}

/// The key in [`data`] under which a renamed member has its key.
pub(crate) fn rename_key(item: Id) -> String {
    format!("k{:x}.{}", item.seq, item.replica)
}

/// Whether a key in [`data`] is one under which a renamed member has its key.
pub(crate) fn is_rename_key(key: &str) -> bool {
    key.starts_with('k')
}

/// Whether a document is one of JSON.
pub fn is_json(document: &Document) -> bool {
    shows_json(document.shown())
}

/// Whether what is shown is a document of JSON.
pub fn shows_json(shown: Shown<'_>) -> bool {
    matches!(shown.get(top(), FORM_KEY), Some(Value::Int(_)))
}
