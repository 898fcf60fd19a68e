//! `motet merge` and `motet diff` on files, and git with `motet merge` as its merge driver.

mod fixture;

use fixture::{Place, Said};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};

const BASE: &str =
    "{\n  \"title\": \"a\",\n  \"nodes\": [\n    {\"id\": 1, \"name\": \"x\"},\n    {\"id\": 2}\n  ]\n}\n";

fn merge(place: &Place, names: [&str; 4], more: &[&str]) -> Said {
    let [base, ours, theirs, out] = names;
    let words = ["merge", "--base", base, "--ours", ours, "--theirs", theirs, "-o", out];
    place.run(&[&words[..], more].concat())
}

/// Three files and what becomes of them.
fn merged(ending: &str, [base, ours, theirs]: [&str; 3], more: &[&str]) -> (Said, String) {
    let place = Place::new();
    let names = ["b", "o", "t"].map(|name| format!("{name}.{ending}"));
    for (name, text) in names.iter().zip([base, ours, theirs]) {
        place.write(name, text);
    }
    let said = merge(&place, [&names[0], &names[1], &names[2], &names[1]], more);
    (said, place.read(&names[1]))
}

#[test]
fn json_is_merged_by_structure() {
    let ours = BASE.replace("\"x\"", "\"y\"");
    let theirs = BASE.replace("{\"id\": 2}", "{\"id\": 2},\n    {\"id\": 3}");
    let (said, text) = merged("json", [BASE, &ours, &theirs], &[]);
    assert_eq!((said.code, said.out.as_str()), (Some(0), ""), "{said:?}");
    assert_eq!(text, theirs.replace("\"x\"", "\"y\""));
}

#[test]
fn conflicts_are_listed_and_both_sides_told() {
    let (ours, theirs) = (BASE.replace("\"a\"", "\"b\""), BASE.replace("\"a\"", "\"c\""));
    let (said, text) = merged("json", [BASE, &ours, &theirs], &[]);
    assert_eq!(said.code, Some(1));
    assert_eq!(said.out, "o.json: 1 conflict\n  /title: both set it: \"a\" -> \"b\" | \"c\"; theirs is kept\n");
    assert_eq!(text, theirs);
    let (said, _) = merged("json", [BASE, &ours, &theirs], &["--json"]);
    let json: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((json["as"].as_str(), json["clean"].as_bool()), (Some("json"), Some(false)));
    assert_eq!(json["conflicts"][0]["kind"], "both-set");
    assert_eq!(json["conflicts"][0]["ours"], "\"b\"");
}

#[test]
fn text_is_merged_by_lines_and_words() {
    let base = "# Title\n\nOne two three.\n";
    let (said, text) = merged("md", [base, "# Title\n\nOne 2 three.\n", "# Title!\n\nOne two three four.\n"], &[]);
    assert_eq!((said.code, text.as_str()), (Some(0), "# Title!\n\nOne 2 three four.\n"));
    let sides = [base, "# Title\n\nours\n", "# Title\n\ntheirs\n"];
    let (said, text) = merged("md", sides, &[]);
    assert_eq!((said.code, text.as_str()), (Some(1), "# Title\n\nours\ntheirs\n"));
    assert_eq!(said.out, "o.md: 1 conflict\n  line 3: both changed these lines: ours | theirs\n");
    let (said, text) = merged("md", sides, &["--markers"]);
    assert_eq!(said.code, Some(1));
    assert!(text.ends_with("<<<<<<< ours\nours\n||||||| base\nOne two three.\n=======\ntheirs\n>>>>>>> theirs\n"));
}

#[test]
fn after_an_error_nothing_is_written() {
    for (ending, versions, more, problem) in [
        ("json", ["{}", "{\"a\": 1}", "{\"a\": }"], &[][..], "t.json is no JSON: line 1, column 7: expected a value"),
        ("json", ["{}", "[1]", "[2]"], &["--schema", "none"][..], "failed to read none"),
        ("txt", ["a", "[1]", "b"], &["--as", "json"][..], "t.txt is no JSON: line 1, column 1: expected a value"),
    ] {
        let (said, text) = merged(ending, versions, more);
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(said.err.contains(problem), "{}", said.err);
        assert_eq!(text, versions[1]);
    }
}

#[test]
fn a_schema_says_what_parts_mean() {
    let place = Place::new();
    place.write("schema.json", r#"{"schema": 1, "rules": [{"at": "/v", "as": "value"}]}"#);
    for (name, text) in
        [("b", r#"{"v": {"a": 1, "b": 1}}"#), ("o", r#"{"v": {"a": 2, "b": 1}}"#), ("t", r#"{"v": {"a": 1, "b": 2}}"#)]
    {
        place.write(name, text);
    }
    assert_eq!(merge(&place, ["b", "o", "t", "out"], &[]).code, Some(0));
    assert_eq!(place.read("out"), r#"{"v": {"a": 2, "b": 2}}"#);
    assert_eq!(merge(&place, ["b", "o", "t", "out"], &["--schema", "schema.json"]).code, Some(1));
}

#[test]
fn an_empty_base_is_none() {
    let (said, text) = merged("json", ["", "{\"a\": 1}", "{\"b\": 2}"], &[]);
    assert_eq!((said.code, text.as_str()), (Some(0), "{\"a\": 1, \"b\": 2}"), "{said:?}");
}

#[test]
fn two_files_are_compared_in_words() {
    let place = Place::new();
    place.write("a.json", BASE);
    place.write("b.json", &BASE.replace("\"x\"", "\"y\"").replace("    {\"id\": 2}", "    {\"id\": 2}, {\"id\": 5}"));
    let said = place.run(&["diff", "a.json", "b.json"]);
    assert_eq!(said.code, Some(1));
    assert_eq!(said.out, "nodes[id=1].name: \"x\" -> \"y\"\nadded nodes[id=5]: {\"id\": 5}\n");
    assert_eq!(place.run(&["diff", "a.json", "a.json"]).code, Some(0));
    let json: Value = serde_json::from_str(&place.run(&["diff", "a.json", "b.json", "--json"]).out).unwrap();
    assert_eq!(json["changes"][0]["to"], "/nodes/0/name");
    assert_eq!(json["changes"][0]["after"], "\"y\"");
    place.write("a.txt", "one two\nthree\nfour\n");
    place.write("b.txt", "one 2\nthree\nfour\n");
    let said = place.run(&["diff", "a.txt", "b.txt"]);
    assert_eq!((said.code, said.out.as_str()), (Some(1), "line 1\n  one [-two-]{+2+}\n  three\n"));
}

/// Runs git away from the settings of whoever runs the test.
fn git(place: &Place, words: &[&str]) -> (bool, String) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "init.defaultBranch=main"]);
    command.args(["-c", "commit.gpgsign=false"]);
    command.args(words).current_dir(place.path("repository")).stdin(Stdio::null());
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", place.path("home"));
    let output = command.output().expect("git was there a moment ago");
    (output.status.success(), format!("{}{}", str(&output.stdout), str(&output.stderr)))
}

fn str(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn commit(place: &Place, file: &str, text: &str) {
    std::fs::write(place.path("repository").join(file), text).unwrap();
    assert!(git(place, &["add", "-A"]).0);
    let (done, said) = git(place, &["commit", "-q", "-m", file]);
    assert!(done, "{said}");
}

/// A repository with two branches that both changed a file, and the lines of docs/MERGE.md.
fn repository(file: &str, [base, ours, theirs]: [&str; 3]) -> Place {
    let place = Place::new();
    std::fs::create_dir(place.path("repository")).unwrap();
    assert!(git(&place, &["init", "-q"]).0);
    let motet = Path::new(env!("CARGO_BIN_EXE_motet")).display().to_string();
    let driver = format!("'{motet}' merge --base %O --ours %A --theirs %B -o %A --path %P");
    assert!(git(&place, &["config", "merge.motet.name", "Motet"]).0);
    assert!(git(&place, &["config", "merge.motet.driver", &driver]).0);
    commit(&place, ".gitattributes", "*.json merge=motet\n*.md merge=motet\n");
    commit(&place, file, base);
    assert!(git(&place, &["checkout", "-q", "-b", "theirs"]).0);
    commit(&place, file, theirs);
    assert!(git(&place, &["checkout", "-q", "main"]).0);
    commit(&place, file, ours);
    place
}

fn has_git() -> bool {
    let is_there = Command::new("git").arg("--version").output().is_ok_and(|output| output.status.success());
    if !is_there {
        eprintln!("skipped: there is no git here");
    }
    is_there
}

#[test]
fn git_merges_with_it() {
    if !has_git() {
        return;
    }
    let ours = BASE.replace("\"x\"", "\"y\"");
    // The same line: git alone could not.
    let theirs = BASE.replace("{\"id\": 1, \"name\": \"x\"}", "{\"id\": 1, \"name\": \"x\", \"size\": 3}");
    let place = repository("scene.json", [BASE, &ours, &theirs]);
    let (done, said) = git(&place, &["merge", "-q", "theirs"]);
    assert!(done, "{said}");
    let wanted = BASE.replace("{\"id\": 1, \"name\": \"x\"}", "{\"id\": 1, \"name\": \"y\", \"size\": 3}");
    assert_eq!(place.read("repository/scene.json"), wanted);
    assert_eq!(git(&place, &["status", "--porcelain"]).1, "");
}

#[test]
fn git_is_told_of_conflicts() {
    if !has_git() {
        return;
    }
    let place = repository("notes.md", ["one\n", "ours\n", "theirs\n"]);
    let (done, said) = git(&place, &["merge", "-q", "theirs"]);
    assert!(!done, "{said}");
    assert!(said.contains("notes.md: 1 conflict"), "{said}");
    assert_eq!(place.read("repository/notes.md"), "ours\ntheirs\n");
    assert_eq!(git(&place, &["status", "--porcelain"]).1, "UU notes.md\n");
}
