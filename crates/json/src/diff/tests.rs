use super::*;

/// What is said about the way from one document to another, without a schema.
fn said(base: &str, other: &str) -> Vec<String> {
    said_with("{\"schema\": 1}", base, other)
}

fn said_with(schema: &str, base: &str, other: &str) -> Vec<String> {
    let parse = |text: &str| Tree::parse(text.as_bytes()).unwrap();
    let schema = Schema::read(&parse(schema)).unwrap();
    let (base, other) = (parse(base), parse(other));
    let names = Names::of(&base, &other, &schema);
    diff(&base, &other, &schema).iter().map(|change| names.say(change)).collect()
}

#[test]
fn how_it_is_written_is_no_change() {
    assert_eq!(said(r#"{"a": 1.0, "b": "é", "c": [1]}"#, r#"{"c":[10e-1],"b":"\u00e9","a":1}"#), [""; 0]);
}

#[test]
fn members_are_set_added_removed_and_renamed() {
    let long = r#"["a value", "that is long enough"]"#;
    assert_eq!(
        said(&format!(r#"{{"a": 1, "b": 2, "old": {long}}}"#), &format!(r#"{{"a": 3, "c d": 2, "new": {long}}}"#)),
        ["removed b: 2", "a: 1 -> 3", "added [\"c d\"]: 2", "renamed old to new"]
    );
}

#[test]
fn items_are_identified_by_what_they_have() {
    assert_eq!(
        said(
            r#"{"scenes": [{"nodes": [{"id": 1}, {"id": 3, "name": "a"}]}]}"#,
            r#"{"scenes": [{"nodes": [{"id": 3, "name": "b"}, {"id": 2}]}]}"#
        ),
        [
            "removed scenes[0].nodes[id=1]: {\"id\": 1}",
            "scenes[0].nodes[id=3].name: \"a\" -> \"b\"",
            "added scenes[0].nodes[id=2]: {\"id\": 2}"
        ]
    );
    // Renamed, and otherwise the same for the most part.
    assert_eq!(
        said(
            r#"[{"name": "Key", "x": 1, "y": 2}, {"name": "Fill", "x": 5}]"#,
            r#"[{"name": "Fill", "x": 5}, {"name": "Key light", "x": 1, "y": 2}]"#
        ),
        ["moved [name=Fill]: from place 1 to 0", "[name=Key light].name: \"Key\" -> \"Key light\""]
    );
}

#[test]
fn items_without_identity_are_found_by_content() {
    assert_eq!(said("[\"a\", \"b\", \"c\"]", "[\"a\", \"x\", \"c\"]"), ["[1]: \"b\" -> \"x\""]);
    assert_eq!(
        said("[\"a\", \"b\"]", "[\"a\", \"x\", \"d\"]"),
        ["removed [1]: \"b\"", "added [1]: \"x\"", "added [2]: \"d\""]
    );
    assert_eq!(said("[\"a\", \"b\", \"c\"]", "[\"c\", \"a\", \"b\"]"), ["moved [2]: from place 2 to 0"]);
    assert_eq!(
        said(
            r#"[{"a": 1, "b": 2, "c": 3}, {"a": 4, "b": 5, "c": 6}]"#,
            r#"[{"z": 0}, {"a": 4, "b": 5, "c": 7}, {"a": 1, "b": 2, "c": 9}]"#
        ),
        ["added [0]: {\"z\": 0}", "moved [1]: from place 1 to 1", "[1].c: 6 -> 7", "[2].c: 3 -> 9"]
    );
    assert_eq!(said("[1, 2, 3]", "[1, 5, 3]"), ["the document: [1, 2, 3] -> [1, 5, 3]"]);
}

#[test]
fn items_move_between_arrays() {
    let base = r#"{"n": [{"id": "a", "children": [{"id": "x", "v": 1}]}, {"id": "b", "children": []}]}"#;
    let other = r#"{"n": [{"id": "a", "children": []}, {"id": "b", "children": [{"id": "x", "v": 2}]}]}"#;
    assert_eq!(
        said(base, other),
        ["moved n[id=a].children[id=x] to n[id=b].children[id=x]", "n[id=b].children[id=x].v: 1 -> 2"]
    );
    // Into something new.
    let wrapped = r#"{"n": [{"id": "g", "children": [{"id": "x", "v": 1}]}, {"id": "a", "children": []}, {"id": "b", "children": []}]}"#;
    assert_eq!(
        said(base, wrapped),
        [
            "added n[id=g]: {\"id\": \"g\", \"children\": [{\"id\": \"x\", \"v\": 1}]}",
            "moved n[id=a].children[id=x] to n[id=g].children[id=x]"
        ]
    );
}

#[test]
fn long_strings_are_edited_by_words() {
    assert_eq!(
        said(
            r#"{"t": "one two three four five six seven eight"}"#,
            r#"{"t": "one 2 three four five six seven eight nine"}"#
        ),
        ["t: \"2\" for 3 characters at 4, \" nine\" at 39"]
    );
}

#[test]
fn a_schema_says_what_things_are() {
    let schema = r#"{"schema": 1, "rules": [
        {"at": "/tags", "as": "set"},
        {"at": "/p", "as": "value"},
        {"at": "/d", "by": ["u", "q"], "order": false}
    ]}"#;
    assert_eq!(said_with(schema, r#"{"tags": ["a", "b"]}"#, r#"{"tags": ["b", "a", "c"]}"#), ["added tags[2]: \"c\""]);
    assert_eq!(said_with(schema, r#"{"p": {"x": 1}}"#, r#"{"p": {"x": 2}}"#), ["p: {\"x\": 1} -> {\"x\": 2}"]);
    assert_eq!(
        said_with(
            schema,
            r#"{"d": [{"u": 1, "q": 1, "v": 0}, {"u": 1, "q": 2, "v": 0}]}"#,
            r#"{"d": [{"u": 1, "q": 2, "v": 5}, {"u": 1, "q": 1, "v": 0}]}"#
        ),
        ["d[u=1,q=2].v: 0 -> 5"]
    );
}
