use super::*;

/// Checks what an edit makes of a document.
fn check(before: &str, edit: impl Fn(&Tree) -> Edit<'static>, after: &str) {
    let tree = Tree::parse(before.as_bytes()).unwrap();
    assert_eq!(tree.edit(&[edit(&tree)]).unwrap().as_str(), after);
}

fn value(text: &str) -> &'static Tree {
    Box::leak(Box::new(Tree::parse(text.as_bytes()).unwrap()))
}

#[test]
fn what_is_new_is_laid_out_like_its_neighbours() {
    let add = |tree: &Tree| Edit::AddMember { object: tree.root(), key: "c", value: value(r#"{"d":[1,2]}"#) };
    check("{\"a\":1}", add, "{\"a\":1,\"c\":{\"d\":[1,2]}}");
    check("{}", add, "{\"c\": {\"d\": [1, 2]}}");
    check("{ \"a\" : 1 }", add, "{ \"a\" : 1, \"c\" : { \"d\" : [1, 2] } }");
    check(
        "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n",
        add,
        "{\n  \"a\": {\n    \"b\": 1\n  },\n  \"c\": {\n    \"d\": [\n      1,\n      2\n    ]\n  }\n}\n",
    );
    check("{\r\n\t\"a\": [0, 0]\r\n}", add, "{\r\n\t\"a\": [0, 0],\r\n\t\"c\": {\r\n\t\t\"d\": [1, 2]\r\n\t}\r\n}");
}

#[test]
fn items_keep_their_white_space() {
    let insert =
        |index| move |tree: &Tree| Edit::InsertItem { array: tree.at("/a").unwrap(), index, value: value("9") };
    check("{\"a\": [1, 2]}", insert(0), "{\"a\": [9, 1, 2]}");
    check("{\"a\": [1, 2]}", insert(2), "{\"a\": [1, 2, 9]}");
    check("{\"a\": [ 1 , 2 ]}", insert(7), "{\"a\": [ 1 , 2 , 9 ]}");
    check("{\n\"a\": [\n\n 1,\n  2\n]}", insert(1), "{\n\"a\": [\n\n 1,\n  9,\n  2\n]}");
    let remove = |at: &'static str| move |tree: &Tree| Edit::Remove { at: tree.at(at).unwrap() };
    check("[1, 2, 3]", remove("/0"), "[2, 3]");
    check("[1, 2, 3]", remove("/2"), "[1, 2]");
    check("[\n  1,\n  2\n]", remove("/1"), "[\n  1\n]");
    check("[\n  1\n]", remove("/0"), "[]");
    check("{\"a\": 1, \"b\": 2}", remove("/a"), "{\"b\": 2}");
}

#[test]
fn edits_that_do_not_fit_do_nothing() {
    check("[1]", |tree| Edit::AddMember { object: tree.root(), key: "a", value: value("1") }, "[1]");
    check("3", |tree| Edit::InsertItem { array: tree.root(), index: 0, value: value("1") }, "3");
    check(" 3 ", |tree| Edit::Remove { at: tree.root() }, " 3 ");
    check(" 3 ", |tree| Edit::Replace { at: tree.root(), value: value(" [4] ") }, " [4] ");
}

#[test]
fn strings_are_quoted_as_json_wants() {
    let text = "a\"\\\n\r\t\u{1}é";
    assert_eq!(quoted(text), "\"a\\\"\\\\\\n\\r\\t\\u0001é\"");
    assert_eq!(Tree::read(quoted(text)).unwrap().string(NodeId(0)).unwrap(), text);
}

#[test]
fn what_would_be_too_deep_is_refused() {
    let depth = crate::limits::DEPTH_MAX;
    let deep = Tree::read(format!("{}{}", "[".repeat(depth), "]".repeat(depth))).unwrap();
    let last = NodeId(depth as u32 - 1);
    assert!(deep.edit(&[Edit::InsertItem { array: last, index: 0, value: &deep }]).is_err());
    assert!(deep.edit(&[Edit::Replace { at: last, value: value("[1]") }]).is_ok());
}
