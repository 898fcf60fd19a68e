//! Names of containers as JavaScript holds them: `map:settings` for a root, `list@7.3` for one that an element made,
//! `text@7.3*7.9` for one that two elements have together.

use crate::name::{Name, write_name};
use motet::{ContainerId, Kind, RootName};

const KINDS: [(Kind, &str); 5] =
    [(Kind::Text, "text"), (Kind::Map, "map"), (Kind::List, "list"), (Kind::Tree, "tree"), (Kind::Counter, "counter")];

/// The name of a container.
pub fn write_container(container: ContainerId) -> String {
    let kind = KINDS.iter().find(|(kind, _)| *kind == container.kind()).map_or("", |(_, word)| word);
    match container {
        ContainerId::Root(_, name) => format!("{kind}:{}", name.as_str()),
        ContainerId::Element(..) | ContainerId::Crossing(..) => format!("{kind}@{}", write_name(container)),
    }
}

/// The container that `text` names.
pub fn read_container(text: &str) -> Option<ContainerId> {
    let (kind, rest) = text.split_at(text.find([':', '@'])?);
    let kind = read_kind(kind)?;
    let name = match rest.strip_prefix('@') {
        Some(ids) => Name::read(ids).filter(|name| !matches!(name, Name::Root(_)))?,
        None => Name::Root(RootName::new(&rest[1..])?),
    };
    name.container(kind, &[])
}

/// The kind that `word` names.
pub fn read_kind(word: &str) -> Option<Kind> {
    KINDS.iter().find(|(_, known)| *known == word).map(|(kind, _)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_as_written() {
        for name in
            ["text:text", "map:", "list:a:b@c", "tree@7.0", "counter@ffffffffffffffff.4294967295", "text@7.3*8.0"]
        {
            assert_eq!(write_container(read_container(name).unwrap()), name);
        }
        for name in ["", "text", "blob:x", "text@", "list@7", "text@7.3*", "map:longer than twenty-two bytes"] {
            assert_eq!(read_container(name), None, "{name}");
        }
    }
}
