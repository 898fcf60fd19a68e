//! The house rules that a machine can hold.

use crate::tools::{files_under, root};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The crates from the ground up: one may depend only on those in earlier rows. DESIGN.md, section 5.
const LAYERS: [&[&str]; 16] = [
    &["fault"],
    &["blob", "clock", "json", "note"],
    &["log"],
    &["model"],
    &["reconcile"],
    &["view"],
    &["codec"],
    &["motet"],
    &["sync"],
    &["jsondoc", "lyx", "notedoc", "scene", "score", "trace"],
    &["store"],
    &["net"],
    &["server"],
    &["member"],
    &["cli"],
    &["wasm"],
];

/// Crates that only tests use: the others may name them nowhere but under `[dev-dependencies]`.
const TESTS_ONLY: [&str; 2] = ["naive", "sim"];

/// Plants faults in other crates: they may name it only where it stays out unless a test asks.
const OPTIONAL: &str = "fault";

/// No file is longer, so that each holds one idea.
const LINES_MAX: usize = 1_000;

/// Tables and generated files, which may be.
const LONG_FILES: [&str; 3] = ["web/package-lock.json", "bench/Cargo.lock", "fuzz/Cargo.lock"];

fn ours() -> Vec<PathBuf> {
    let root = root();
    ["crates", "web", "xtask", "bench", "fuzz", "docs", "examples"]
        .iter()
        .flat_map(|name| files_under(&root.join(name)))
        .collect()
}

fn name_of(file: &Path) -> String {
    file.strip_prefix(root()).unwrap_or(file).to_string_lossy().replace('\\', "/")
}

fn layer_of(name: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&name))
}

/// The keys of the sections of a manifest that end up in the built crate.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut inside = false;
    for line in manifest.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            inside = section.ends_with("dependencies") && !section.ends_with("dev-dependencies");
            let single = section.split_once("dependencies.").filter(|(table, _)| !table.ends_with("dev-"));
            found.extend(single.map(|(_, name)| name.to_owned()));
        } else if inside && !line.starts_with('#') {
            let key: String = line.chars().take_while(|c| c.is_alphanumeric() || "_-".contains(*c)).collect();
            found.extend(Some(key).filter(|key| !key.is_empty()));
        }
    }
    found
}

#[test]
fn reads_dependencies() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\nclock.workspace = true\n# log\nmodel = { path = \"\" }\n\
        [dependencies.view]\nworkspace = true\n[dev-dependencies]\nsim = \"1\"\n[target.'cfg(unix)'.dependencies]\nlibc = \"1\"";
    assert_eq!(dependencies(manifest).into_iter().collect::<Vec<_>>(), ["clock", "libc", "model", "view"]);
}

#[test]
fn crates_depend_only_on_crates_above_them() {
    let mut wrong = Vec::new();
    for entry in fs::read_dir(root().join("crates")).expect("the crates' folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(manifest) = fs::read_to_string(entry.path().join("Cargo.toml")) else {
            continue;
        };
        if TESTS_ONLY.contains(&name.as_str()) {
            continue;
        }
        let Some(layer) = layer_of(&name) else {
            wrong.push(format!("{name} has no place among the layers"));
            continue;
        };
        for dependency in dependencies(&manifest) {
            if TESTS_ONLY.contains(&dependency.as_str()) {
                wrong.push(format!("{name} depends on {dependency}, which is for tests only"));
            }
            if layer_of(&dependency).is_some_and(|other| other >= layer) {
                wrong.push(format!("{name} depends on {dependency}, which is not above it"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn faults_are_compiled_in_only_where_asked_for() {
    for entry in fs::read_dir(root().join("crates")).expect("the crates' folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let manifest = fs::read_to_string(entry.path().join("Cargo.toml")).unwrap_or_default();
        let is_named = |line: &&str| line.split(['=', '.', ' ']).next() == Some(OPTIONAL);
        let line = manifest.lines().find(is_named);
        let is_optional = line.is_none_or(|line| line.contains("optional = true"));
        assert!(is_optional || TESTS_ONLY.contains(&name.as_str()), "{name} always depends on {OPTIONAL}");
        // Behind the name, which has the word in it.
        let is_default = |line: &str| line.strip_prefix("default").is_some_and(|rest| rest.contains(OPTIONAL));
        assert!(!manifest.lines().any(is_default), "{name} plants faults by default");
    }
}

#[test]
fn no_file_is_long() {
    let is_long = |file: &PathBuf| fs::read_to_string(file).is_ok_and(|text| text.lines().count() > LINES_MAX);
    let long: Vec<String> = ours()
        .iter()
        .filter(|file| is_long(file))
        .map(|file| name_of(file))
        .filter(|name| !LONG_FILES.contains(&name.as_str()))
        .collect();
    assert!(long.is_empty(), "longer than {LINES_MAX} lines:\n{}", long.join("\n"));
}

#[test]
fn nothing_is_left_to_do_in_comments() {
    let words = [concat!("TO", "DO"), concat!("FIX", "ME")];
    let mut found = Vec::new();
    for file in ours() {
        let Ok(text) = fs::read_to_string(&file) else {
            continue;
        };
        let hits = text.lines().enumerate().filter(|(_, line)| words.iter().any(|word| line.contains(word)));
        found.extend(
            hits.filter(|_| !file.ends_with("package-lock.json"))
                .map(|(row, _)| format!("{}:{}", name_of(&file), row + 1)),
        );
    }
    assert!(found.is_empty(), "write an issue instead, or do it:\n{}", found.join("\n"));
}

#[test]
fn the_lock_file_names_no_host() {
    let Ok(lock) = fs::read_to_string(root().join("web/package-lock.json")) else {
        return;
    };
    assert!(
        !lock.contains("\"resolved\": \"http"),
        "web/package-lock.json records where packages came from; see web/.npmrc"
    );
}

/// How many features each part of docs/JOYCE.md has.
const FEATURES: [(char, usize); 7] = [('A', 14), ('B', 15), ('C', 12), ('D', 10), ('E', 8), ('F', 5), ('G', 4)];

#[test]
fn every_feature_has_a_test_of_its_number() {
    let table = fs::read_to_string(root().join("docs/JOYCE.md")).unwrap();
    for (part, count) in FEATURES {
        for number in 1..=count {
            let begin = format!("| {part}{number} ");
            let row = table.lines().find(|line| line.starts_with(&begin));
            let row = row.unwrap_or_else(|| panic!("docs/JOYCE.md has no {part}{number}"));
            let tests: Vec<&str> = row.split('`').skip(1).step_by(2).filter(|name| name.contains(": ")).collect();
            tests.iter().for_each(|test| check_is_there(test));
            let own = format!("{}{number}", part.to_ascii_lowercase());
            let is_of_it = |test: &&str| {
                let name = test.split_once(": ").expect("filtered").1;
                name.split(['_', ' ']).take(2).any(|number| number == own)
            };
            assert!(tests.iter().any(is_of_it) || row.contains("| waits"), "{part}{number} has no test of its number");
        }
    }
}

/// Panics where a file has no test of the name that stands behind it.
fn check_is_there(test: &str) {
    let (file, name) = test.split_once(": ").expect("a file and a name");
    let is_outside = file.starts_with("examples/") || file.starts_with("web/");
    let path = if is_outside { root().join(file) } else { root().join("crates").join(file) };
    let content = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
    let wanted = if file.ends_with(".rs") { format!("fn {name}(") } else { format!("test(\"{name}") };
    assert!(content.contains(&wanted), "{file} has no test {name}");
}
