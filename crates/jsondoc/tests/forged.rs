//! What somebody writes into a JSON document's containers who does not keep to their form.

use json::Tree;
use motet::{ContainerId, Document, Id, Kind, ReplicaId, Value};

fn made(text: &str) -> Document {
    let mut document = Document::new(ReplicaId(1));
    jsondoc::create(&mut document, &Tree::parse(text.as_bytes()).unwrap(), None, 0).unwrap();
    document
}

/// The list of the outermost object.
fn list(document: &Document) -> ContainerId {
    document.model().lists().next().unwrap().0
}

#[test]
fn nothing_but_json_gets_into_a_document() {
    for forged in [
        "1, \"evil\": 2",
        "\"a\":1, \"evil\": 2",
        "\"a\"evil:1",
        "\"a\":}",
        "\"a\":",
        "\"a\":{ffffffff.ff",
        "\"a\":[0",
        "\"a\":[1",
        "\"a\":T99.99|\"evil\"",
        "\"a\":=[1]]",
        "~1~\"a\":nul",
        "<{1.1>!",
        "{1",
        "",
    ] {
        let mut document = made(r#"{"b": [true]}"#);
        let list = list(&document);
        document.edit(0, |edit| {
            edit.list_insert(list, 0, &[Value::Text(forged.into()), Value::Int(3)]);
        });
        let reading = jsondoc::read(&document).unwrap();
        let read: serde_json::Value =
            serde_json::from_str(&reading.text).unwrap_or_else(|error| panic!("{forged}: {error}"));
        assert_eq!(read["b"], serde_json::json!([true]), "{forged}");
        assert!(read.get("evil").is_none(), "{forged}");
        // And goes on.
        let next = Tree::read(reading.text.replace("true", "false")).unwrap();
        jsondoc::save(&mut document, None, &next, 0).unwrap();
        assert_eq!(jsondoc::read(&document).unwrap().text, next.as_str(), "{forged}");
        document.check_invariants();
    }
}

#[test]
fn layouts_and_styles_are_white_space() {
    let mut document = made(r#"{"b": [true]}"#);
    let (node, top) = (list(&document).makers().next().unwrap(), ContainerId::root(Kind::Map, "json"));
    let forged = [
        (Document::node_data(node), "layout", "o0.1+ffffffff|s999999999|evil|\"|,;"),
        (Document::node_data(node), "layout", "e, \"evil\": 1"),
        (top, "style", "11|n|s9999999999|evil:|\"evil\"|,|{"),
        (top, "ends", "evil{|}evil"),
        (top, "schema", "evil"),
    ];
    for (map, key, value) in forged {
        document.edit(0, |edit| edit.set(map, key, Value::Text(value.into())));
        let text = jsondoc::read(&document).unwrap().text;
        let read: serde_json::Value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{value}: {error}: {text}"));
        assert_eq!(read, serde_json::json!({"b": [true]}));
        assert!(text.len() < 16 << 20);
    }
}

/// A chain of nodes, deeper than any document.
#[test]
fn depth_has_an_end() {
    let run = || {
        let mut document = made("[]");
        let nodes = ContainerId::root(Kind::Tree, "json");
        let mut parent = document.tree(nodes).unwrap().children(None).next().unwrap();
        document.edit(0, |edit| {
            for _ in 0..3_000 {
                let node = edit.tree_create(nodes, Some(parent), 0).unwrap();
                let held = format!("[{:x}.{:x}", node.seq, node.replica.0);
                edit.list_insert(ContainerId::Element(Kind::List, parent), 0, &[Value::Text(held)]);
                parent = node;
            }
        });
        let reading = jsondoc::read(&document).unwrap();
        assert!(Tree::read(reading.text.clone()).is_ok() && reading.unreadable > 0);
        jsondoc::save(&mut document, None, &Tree::read("[1, 2]".into()).unwrap(), 0).unwrap();
        assert_eq!(jsondoc::read(&document).unwrap().text, "[1, 2]");
    };
    // As much stack as a browser gives.
    std::thread::Builder::new().stack_size(1 << 20).spawn(run).unwrap().join().unwrap();
}

/// A node that is in many places shows in one.
#[test]
fn a_node_shows_once() {
    let mut document = made(r#"{"a": {"x": [[], []]}}"#);
    let lists: Vec<ContainerId> = document.model().lists().map(|(id, _)| id).collect();
    let nodes: Vec<Id> =
        document.tree(ContainerId::root(Kind::Tree, "json")).unwrap().iter().map(|(_, id)| id).collect();
    for list in lists {
        for node in &nodes {
            let held = format!("\"more\":{{{:x}.{:x}", node.seq, node.replica.0);
            document.edit(0, |edit| {
                edit.list_insert(list, 0, &[Value::Text(held)]);
            });
        }
    }
    let text = jsondoc::read(&document).unwrap().text;
    serde_json::from_str::<serde_json::Value>(&text).unwrap();
    assert!(text.len() < 200, "{text}");
}

#[test]
fn a_newer_form_is_not_read_as_this_one() {
    let mut document = made("1");
    document.edit(0, |edit| edit.set(ContainerId::root(Kind::Map, "json"), "form", Value::Int(2)));
    assert_eq!(jsondoc::read(&document).unwrap_err(), jsondoc::ReadError::Form(2));
    assert_eq!(jsondoc::read(&Document::new(ReplicaId(1))).unwrap_err(), jsondoc::ReadError::Type);
}
