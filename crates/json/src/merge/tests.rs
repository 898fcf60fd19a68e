use super::*;

/// What a merge makes, the same from both sides, and its conflicts as `kind pointer`.
#[track_caller]
fn check_with(schema: &str, base: &str, ours: &str, theirs: &str, merged: &str, conflicts: &[&str]) {
    let parse = |text: &str| Tree::parse(text.as_bytes()).unwrap();
    let schema = Schema::read(&parse(schema)).unwrap();
    let (base, ours, theirs, wanted) = (parse(base), parse(ours), parse(theirs), parse(merged));
    let found = merge(&base, &ours, &theirs, &schema);
    let said = |merged: &Merged| -> Vec<String> {
        merged.conflicts.iter().map(|found| format!("{} {}", found.kind.code(), found.pointer)).collect()
    };
    let other = merge(&base, &theirs, &ours, &schema);
    assert_eq!(
        (found.tree.as_str(), said(&found)),
        (wanted.as_str(), conflicts.iter().map(|c| c.to_string()).collect())
    );
    let (one, two) = (Content::of(&found.tree), Content::of(&other.tree));
    assert!(one.is_same(NodeId(0), &two, NodeId(0)), "the other way round: {}", other.tree);
    assert_eq!(said(&found), said(&other));
    for (a, b) in found.conflicts.iter().zip(&other.conflicts) {
        assert_eq!((&a.ours, &a.theirs), (&b.theirs, &b.ours));
    }
}

#[track_caller]
fn check(base: &str, ours: &str, theirs: &str, merged: &str, conflicts: &[&str]) {
    check_with("{\"schema\": 1}", base, ours, theirs, merged, conflicts);
}

#[test]
fn members_of_both_sides_are_kept() {
    check(r#"{"a": 1, "b": 2}"#, r#"{"a": 3, "b": 2}"#, r#"{"a": 1, "b": 4}"#, r#"{"a": 3, "b": 4}"#, &[]);
    check(r#"{"a": 1}"#, r#"{"a": 1, "o": 1}"#, r#"{"t": 2, "a": 1}"#, r#"{"t": 2, "a": 1, "o": 1}"#, &[]);
    check(r#"{"a": 1, "b": 2}"#, r#"{"b": 2}"#, r#"{"a": 1, "b": 3}"#, r#"{"b": 3}"#, &[]);
    check(r#"{"a": {"b": 1}}"#, r#"{"a": {"b": 1, "c": 2}}"#, r#"{"a": {}}"#, r#"{"a": {"c": 2}}"#, &[]);
    check(r#"{"a": 1}"#, r#"{"a": 2}"#, r#"{"a": 2.0}"#, r#"{"a": 2}"#, &[]);
}

#[test]
fn two_values_for_one_place_are_a_conflict() {
    check(r#"{"a": 1}"#, r#"{"a": 2}"#, r#"{"a": 3}"#, r#"{"a": 3}"#, &["both-set /a"]);
    check(r#"{"a": 1}"#, r#"{"a": "x"}"#, r#"{"a": [1]}"#, r#"{"a": [1]}"#, &["both-set /a"]);
    check(r#"{}"#, r#"{"a": true}"#, r#"{"a": false}"#, r#"{"a": true}"#, &["both-added /a"]);
    check(r#"{}"#, r#"{"a": {"b": 1}}"#, r#"{"a": {"c": 2}}"#, r#"{"a": {"b": 1, "c": 2}}"#, &[]);
    check("1", "2", "3", "3", &["both-set "]);
}

#[test]
fn what_was_removed_and_edited_is_kept() {
    check(
        r#"{"a": {"b": 1, "c": 2}, "d": 0}"#,
        r#"{"d": 0}"#,
        r#"{"a": {"b": 5, "c": 2}, "d": 0}"#,
        r#"{"a": {"b": 5, "c": 2}, "d": 0}"#,
        &["delete-edit /a"],
    );
    check(
        r#"[{"id": 1, "a": 1}, {"id": 2}]"#,
        r#"[{"id": 2}]"#,
        r#"[{"id": 1, "a": 5}, {"id": 2}]"#,
        r#"[{"id": 1, "a": 5}, {"id": 2}]"#,
        &["delete-edit /0"],
    );
}

#[test]
fn lists_keep_what_both_inserted_in_runs() {
    check(r#"["a"]"#, r#"["a", "y", "b"]"#, r#"["a", "x", "c"]"#, r#"["a", "x", "c", "y", "b"]"#, &[]);
    check(r#"["a", "b"]"#, r#"["n", "a", "b"]"#, r#"["a", "b", "z"]"#, r#"["n", "a", "b", "z"]"#, &[]);
    check(r#"["a"]"#, r#"["a", "same"]"#, r#"["a", "same", "t"]"#, r#"["a", "same", "t"]"#, &[]);
    check(r#"["a", "b", "c"]"#, r#"["b", "c"]"#, r#"["a", "c"]"#, r#"["c"]"#, &[]);
    check("[1, 2, 3]", "[1, 2, 3, 4]", "[0, 1, 2, 3]", "[0, 1, 2, 3, 4]", &[]);
    check(r#"["a", "b"]"#, r#"["a", "x"]"#, r#"["a", "y"]"#, r#"["a", "y"]"#, &["both-set /1"]);
    check(r#"["a", "b"]"#, r#"["a", "x"]"#, r#"["a"]"#, r#"["a", "x"]"#, &["delete-edit /1"]);
}

#[test]
fn vectors_are_never_blended() {
    check("[1, 2, 3]", "[9, 2, 3]", "[1, 2, 9]", "[1, 2, 9]", &["both-set "]);
    check(
        r#"{"p": [1, 2, 3], "q": 1}"#,
        r#"{"p": [9, 2, 3], "q": 1}"#,
        r#"{"p": [1, 2, 3], "q": 2}"#,
        r#"{"p": [9, 2, 3], "q": 2}"#,
        &[],
    );
}

#[test]
fn items_move_while_others_edit_them() {
    check(
        r#"[{"id": 1}, {"id": 2}, {"id": 3}]"#,
        r#"[{"id": 3}, {"id": 1}, {"id": 2}]"#,
        r#"[{"id": 1}, {"id": 2}, {"id": 3, "n": 1}, {"id": 4}]"#,
        r#"[{"id": 3, "n": 1}, {"id": 1}, {"id": 2}, {"id": 4}]"#,
        &[],
    );
    check(
        r#"["a", "b", "c", "d"]"#,
        r#"["d", "a", "b", "c"]"#,
        r#"["a", "d", "b", "c"]"#,
        r#"["a", "d", "b", "c"]"#,
        &["order /1"],
    );
    check(r#"["a", "b", "c"]"#, r#"["b", "c", "a"]"#, r#"["b", "c", "a"]"#, r#"["b", "c", "a"]"#, &[]);
}

#[test]
fn items_move_between_arrays_while_others_edit_them() {
    let base = r#"{"n": [{"id": "a", "children": [{"id": "x", "v": 1}]}, {"id": "b", "children": []}]}"#;
    let moved = r#"{"n": [{"id": "a", "children": []}, {"id": "b", "children": [{"id": "x", "v": 1}]}]}"#;
    let edited = r#"{"n": [{"id": "a", "children": [{"id": "x", "v": 2}]}, {"id": "b", "children": []}]}"#;
    let both = r#"{"n": [{"id": "a", "children": []}, {"id": "b", "children": [{"id": "x", "v": 2}]}]}"#;
    check(base, moved, edited, both, &[]);
    let deleted = r#"{"n": [{"id": "a", "children": []}, {"id": "b", "children": []}]}"#;
    check(base, moved, deleted, moved, &["delete-move /n/1/children/0"]);
    let wrapped = r#"{"n": [{"id": "a", "children": []}, {"id": "b", "children": []}, {"id": "g", "children": [{"id": "x", "v": 1}]}]}"#;
    let wrapped_edited = r#"{"n": [{"id": "a", "children": []}, {"id": "b", "children": []}, {"id": "g", "children": [{"id": "x", "v": 2}]}]}"#;
    check(base, wrapped, edited, wrapped_edited, &[]);
    check(
        base,
        moved,
        wrapped,
        &wrapped
            .replace("{\"id\": \"b\", \"children\": []}", "{\"id\": \"b\", \"children\": [{\"id\": \"x\", \"v\": 1}]}")
            .replace("{\"id\": \"g\", \"children\": [{\"id\": \"x\", \"v\": 1}]}", "{\"id\": \"g\", \"children\": []}"),
        &["both-moved /n/1/children/0"],
    );
}

#[test]
fn two_moves_never_close_a_cycle() {
    let node = |id: &str, inner: &str| format!(r#"{{"id": "{id}", "children": [{inner}]}}"#);
    let doc = |nodes: &[String]| format!(r#"{{"children": [{}]}}"#, nodes.join(", "));
    let base = doc(&[node("x", ""), node("y", "")]);
    let ours = doc(&[node("y", &node("x", ""))]);
    let theirs = doc(&[node("x", &node("y", ""))]);
    check(&base, &ours, &theirs, &doc(&[node("x", &node("y", ""))]), &["both-moved /children/0"]);
}

#[test]
fn keys_are_renamed_while_others_edit_the_value() {
    let value = r#"{"some": "content", "n": 1, "more": 2}"#;
    check(
        &format!(r#"{{"old": {value}}}"#),
        &format!(r#"{{"new": {value}}}"#),
        r#"{"old": {"some": "content", "n": 5, "more": 2}}"#,
        r#"{"new": {"some": "content", "n": 5, "more": 2}}"#,
        &[],
    );
    check(
        &format!(r#"{{"old": {value}}}"#),
        &format!(r#"{{"new": {value}}}"#),
        &format!(r#"{{"other": {value}}}"#),
        &format!(r#"{{"new": {value}}}"#),
        &["both-renamed /new"],
    );
    // The new key is taken: nothing is renamed.
    check(
        &format!(r#"{{"old": {value}}}"#),
        &format!(r#"{{"new": {value}}}"#),
        &format!(r#"{{"old": {value}, "new": 1}}"#),
        &format!(r#"{{"new": {value}}}"#),
        &["both-added /new"],
    );
}

#[test]
fn long_strings_are_merged_by_words() {
    check(
        r#"{"t": "one two three four five six seven"}"#,
        r#"{"t": "ONE two three four five six seven"}"#,
        r#"{"t": "one two three four five six seven eight"}"#,
        r#"{"t": "ONE two three four five six seven eight"}"#,
        &[],
    );
    check(
        r#"{"t": "one two three four five six seven, as ever"}"#,
        r#"{"t": "one two 3 four five six seven, as ever"}"#,
        r#"{"t": "one two iii four five six VII, as ever"}"#,
        r#"{"t": "one two iii four five six VII, as ever"}"#,
        &["text /t"],
    );
}

#[test]
fn duplicate_keys_are_kept() {
    check(r#"{"a": 1, "a": 2}"#, r#"{"a": 1, "a": 3}"#, r#"{"a": 5, "a": 2}"#, r#"{"a": 5, "a": 3}"#, &[]);
}

#[test]
fn a_schema_says_what_things_are() {
    let schema = r#"{"schema": 1, "rules": [
        {"at": "/tags", "as": "set"},
        {"at": "/nodes", "by": ["id"], "kind": "node"},
        {"at": "/scene/*", "refers": "node"},
        {"at": "/v", "as": "value"},
        {"at": "/t", "as": "text"},
        {"at": "/loose", "by": ["k"], "order": false}
    ]}"#;
    check_with(
        schema,
        r#"{"tags": ["a", "b", "c"]}"#,
        r#"{"tags": ["c", "b", "n"]}"#,
        r#"{"tags": ["n", "a", "c"]}"#,
        r#"{"tags": ["c", "n"]}"#,
        &[],
    );
    check_with(
        schema,
        r#"{"nodes": [{"id": 1}, {"id": 2}], "scene": [1]}"#,
        r#"{"nodes": [{"id": 1}], "scene": [1]}"#,
        r#"{"nodes": [{"id": 1}, {"id": 2}], "scene": [1, 2]}"#,
        r#"{"nodes": [{"id": 1}, {"id": 2}], "scene": [1, 2]}"#,
        &["delete-reference /nodes/1"],
    );
    check_with(
        schema,
        r#"{"v": {"a": 1, "b": 1}}"#,
        r#"{"v": {"a": 2, "b": 1}}"#,
        r#"{"v": {"a": 1, "b": 1}, "w": 1}"#,
        r#"{"v": {"a": 2, "b": 1}, "w": 1}"#,
        &[],
    );
    check_with(schema, r#"{"t": "a b c"}"#, r#"{"t": "A b c"}"#, r#"{"t": "a b C"}"#, r#"{"t": "A b C"}"#, &[]);
    check_with(
        schema,
        r#"{"loose": [{"k": 1}, {"k": 2}, {"k": 3}]}"#,
        r#"{"loose": [{"k": 3}, {"k": 1}, {"k": 2}]}"#,
        r#"{"loose": [{"k": 1}, {"k": 3}, {"k": 2, "v": 1}]}"#,
        r#"{"loose": [{"k": 1}, {"k": 3}, {"k": 2, "v": 1}]}"#,
        &[],
    );
}

#[test]
fn layout_follows_ours_and_changes_little() {
    check(
        "{\n  \"a\": [1, 2],\n  \"b\": {\n    \"c\": 1\n  }\n}\n",
        "{\n  \"a\": [1, 2],\n  \"b\": {\n    \"c\": 2\n  }\n}\n",
        "{\"a\":[1,2],\"b\":{\"c\":1},\"d\":{\"e\":[true,null]}}",
        "{\n  \"a\": [1, 2],\n  \"b\": {\n    \"c\": 2\n  },\n  \"d\": {\n    \"e\": [true, null]\n  }\n}",
        &[],
    );
}

#[test]
fn documents_without_a_past_are_merged() {
    let parse = |text: &str| Tree::parse(text.as_bytes()).unwrap();
    let (ours, theirs) = (parse(r#"{"a": 1, "b": [1]}"#), parse(r#"{"b": [2], "c": 3}"#));
    let merged = merge_new(&ours, &theirs, &Schema::default());
    assert_eq!(merged.tree.as_str(), r#"{"a": 1, "b": [2], "c": 3}"#);
    assert_eq!(merged.conflicts.len(), 1);
}

/// Cases as one finds them in descriptions of three-way merges of JSON.
#[test]
fn corner_cases() {
    // Null is a value, and not the same as none.
    check(r#"{"a": null}"#, r#"{}"#, r#"{"a": null, "b": 1}"#, r#"{"b": 1}"#, &[]);
    check(r#"{"a": 1}"#, r#"{"a": null}"#, r#"{}"#, r#"{"a": null}"#, &["delete-edit /a"]);
    check(r#"{}"#, r#"{"a": null}"#, r#"{"a": null, "b": 0}"#, r#"{"a": null, "b": 0}"#, &[]);
    // Both removed it.
    check(r#"{"a": 1, "b": 1}"#, r#"{"b": 2}"#, r#"{"b": 1, "c": 1}"#, r#"{"b": 2, "c": 1}"#, &[]);
    // Another kind of value on one side, an edit inside on the other.
    check(r#"{"a": {"x": 1}}"#, r#"{"a": 5}"#, r#"{"a": {"x": 2}}"#, r#"{"a": {"x": 2}}"#, &["both-set /a"]);
    check(
        r#"{"a": {"x": 1}, "b": 0}"#,
        r#"{"a": [], "b": 0}"#,
        r#"{"a": {"x": 1}, "b": 1}"#,
        r#"{"a": [], "b": 1}"#,
        &[],
    );
    // Emptied on one side, filled on the other.
    check(r#"{"a": {"x": 1}}"#, r#"{"a": {}}"#, r#"{"a": {"x": 1, "y": 2}}"#, r#"{"a": {"y": 2}}"#, &[]);
    check(r#"{"a": ["x"]}"#, r#"{"a": []}"#, r#"{"a": ["x", "y"]}"#, r#"{"a": ["y"]}"#, &[]);
    // Keys that a pointer has to escape.
    check(
        r#"{"a/b": {"~": 1}}"#,
        r#"{"a/b": {"~": 2}}"#,
        r#"{"a/b": {"~": 3}}"#,
        r#"{"a/b": {"~": 3}}"#,
        &["both-set /a~1b/~0"],
    );
    check(r#"{"": 1}"#, r#"{"": 2}"#, r#"{"": 3}"#, r#"{"": 3}"#, &["both-set /"]);
    // Deep down, two edits in one object.
    check(
        r#"{"a": {"b": {"c": [{"id": "k", "v": 1, "w": 1}]}}}"#,
        r#"{"a": {"b": {"c": [{"id": "k", "v": 2, "w": 1}]}}}"#,
        r#"{"a": {"b": {"c": [{"id": "k", "v": 1, "w": 2}]}}}"#,
        r#"{"a": {"b": {"c": [{"id": "k", "v": 2, "w": 2}]}}}"#,
        &[],
    );
    // One identity, inserted on both sides with other contents.
    check(
        r#"{"n": []}"#,
        r#"{"n": [{"id": 1, "a": 1}]}"#,
        r#"{"n": [{"id": 1, "b": 2}]}"#,
        r#"{"n": [{"id": 1, "a": 1, "b": 2}]}"#,
        &[],
    );
    check(
        r#"{"n": []}"#,
        r#"{"n": [{"id": 1, "a": 1}]}"#,
        r#"{"n": [{"id": 1, "a": 2}]}"#,
        r#"{"n": [{"id": 1, "a": 2}]}"#,
        &["both-added /n/0/a"],
    );
    // Numbers beyond any float.
    check(
        r#"[{"id": 1, "n": 12345678901234567890123}]"#,
        r#"[{"id": 1, "n": 12345678901234567890124}]"#,
        r#"[{"id": 1, "n": 12345678901234567890123.0, "m": 1}]"#,
        r#"[{"id": 1, "n": 12345678901234567890124, "m": 1}]"#,
        &[],
    );
}

#[test]
fn conflicts_about_places_name_places() {
    let parse = |text: &str| Tree::parse(text.as_bytes()).unwrap();
    let (base, ours) = (parse(r#"["a", "b", "c", "d"]"#), parse(r#"["d", "a", "b", "c"]"#));
    let merged = merge(&base, &ours, &parse(r#"["a", "d", "b", "c"]"#), &Schema::default());
    let [conflict] = &merged.conflicts[..] else { panic!("{:?}", merged.conflicts) };
    let place = |place: &Option<String>| place.clone().unwrap_or_default();
    assert_eq!([place(&conflict.base), place(&conflict.ours), place(&conflict.theirs)], ["/3", "/0", "/1"]);
}
