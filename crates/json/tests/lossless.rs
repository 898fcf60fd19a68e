//! What is parsed is printed, byte for byte: real documents, and generated ones with everything odd in them.

mod generate;

use generate::{Dice, anything};
use json::{Schema, Tree, diff, merge};
use std::path::{Path, PathBuf};

/// All `.json` under a directory.
fn documents(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            documents(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
}

#[test]
fn real_documents_are_printed_as_they_were() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if !corpus.exists() {
        eprintln!("skipped: there is no corpus beside this checkout");
        return;
    }
    let mut found = Vec::new();
    documents(&corpus, &mut found);
    assert!(!found.is_empty());
    for path in found {
        let bytes = std::fs::read(&path).unwrap();
        let tree = Tree::parse(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(tree.as_str().as_bytes() == bytes, "{}", path.display());
        assert_eq!(tree.edit(&[]).unwrap().as_str(), tree.as_str(), "{}", path.display());
    }
}

/// Edits that a real program made to one scene, two at a time.
#[test]
fn real_edits_merge_alike_from_both_sides() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/svx/real-client");
    if !dir.exists() {
        eprintln!("skipped: there is no corpus beside this checkout");
        return;
    }
    let mut paths = Vec::new();
    documents(&dir, &mut paths);
    paths.sort();
    let trees: Vec<Tree> = paths.iter().map(|path| Tree::parse(&std::fs::read(path).unwrap()).unwrap()).collect();
    let (base, edits) = trees.split_first().unwrap();
    let schema = Schema::default();
    for (a, ours) in edits.iter().enumerate() {
        assert_eq!(merge(base, ours, base, &schema).tree.as_str(), ours.as_str());
        assert_eq!(merge(base, base, ours, &schema).tree.as_str(), ours.as_str());
        for (b, theirs) in edits.iter().enumerate() {
            let (one, two) = (merge(base, ours, theirs, &schema), merge(base, theirs, ours, &schema));
            assert!(diff(&one.tree, &two.tree, &schema).is_empty(), "{:?} {:?}", paths[a + 1], paths[b + 1]);
            assert_eq!(one.conflicts.len(), two.conflicts.len());
        }
    }
}

#[test]
fn generated_documents_are_printed_as_they_were() {
    let mut dice = Dice(1);
    for round in 0..1_000 {
        let text = anything(&mut dice);
        let tree = Tree::parse(text.as_bytes()).unwrap_or_else(|error| panic!("round {round}: {error}: {text}"));
        assert_eq!(tree.as_str(), text, "round {round}");
        assert_eq!(tree.edit(&[]).unwrap().as_str(), text, "round {round}");
    }
}

/// Documents that have nothing to do with each other: the worst that a matcher can meet.
#[test]
fn any_three_documents_merge() {
    let mut dice = Dice(2);
    let schema = Schema::default();
    for round in 0..3_000 {
        let mut tree = || Tree::parse(anything(&mut dice).as_bytes()).unwrap();
        let (base, ours, theirs) = (tree(), tree(), tree());
        let merged = merge(&base, &ours, &theirs, &schema);
        let other = merge(&base, &theirs, &ours, &schema);
        let way = || format!("round {round}:\n{base}\n{ours}\n{theirs}\n= {}\n= {}", merged.tree, other.tree);
        assert!(diff(&merged.tree, &other.tree, &schema).is_empty(), "{}", way());
        assert_eq!(merged.conflicts.len(), other.conflicts.len(), "{}", way());
        assert_eq!(merge(&base, &ours, &base, &schema).tree, ours, "{}", way());
        assert_eq!(merge(&base, &base, &ours, &schema).tree, ours, "{}", way());
        assert_eq!(merge(&base, &ours, &ours, &schema).tree, ours, "{}", way());
    }
}

#[test]
fn hostile_documents_do_no_harm() {
    let deep = |inner: &str| format!("{}{inner}{}", "[{\"a\":".repeat(100), "}]".repeat(100));
    let wide = |last: &str| format!("[{}{last}]", "0,".repeat(50_000));
    let blank = |items: &str| format!("[{}1{items}]", " ".repeat(1_000_000));
    let same_key = |last: &str| format!("{{{}\"a\":{last}}}", "\"a\":1,".repeat(20_000));
    let mut dice = Dice(5);
    // Lists with little and much in common, and nothing that stands out: what a diff in square time hangs on.
    let mut list = |kinds: usize| {
        let items: Vec<String> = (0..60_000).map(|_| format!("\"{}\"", dice.below(kinds))).collect();
        format!("[{}]", items.join(","))
    };
    let schema = Schema::default();
    for (base, ours, theirs) in [
        (list(2), list(2), list(2)),
        (list(100), list(100), list(100)),
        (list(1 << 40), list(1 << 40), list(1 << 40)),
        (deep("1"), deep("2"), deep("[3]")),
        (wide("1"), wide("2,3"), wide("\"x\",{}")),
        (blank(""), blank(&",2".repeat(1_000)), blank(&",\"x\"".repeat(1_000))),
        (same_key("1"), same_key("2"), same_key("3")),
        (
            "[".to_owned() + &"[],".repeat(20_000) + "1]",
            "[]".to_owned(),
            "[".to_owned() + &"[1],".repeat(20_000) + "2]",
        ),
    ] {
        let parse = |text: &str| Tree::parse(text.as_bytes()).unwrap();
        let merged = merge(&parse(&base), &parse(&ours), &parse(&theirs), &schema);
        let most = 4 * (base.len() + ours.len() + theirs.len()) + (1 << 21);
        assert!(merged.tree.as_str().len() < most);
    }
}

/// As deep as a document may be, on the stack that a browser gives.
#[test]
fn the_deepest_documents_fit_a_browsers_stack() {
    let deep = |inner: &str| format!("{}{inner}{}", "[{\"id\":1,\"a\":".repeat(128), "}]".repeat(128));
    let run = move || {
        let [base, ours, theirs] = [deep("0"), deep("[]"), deep("\"\"")].map(Tree::read);
        assert!(base.is_ok() && ours.is_err());
        let [base, ours, theirs] = [base, Tree::read(deep("1")), theirs].map(Result::unwrap);
        let schema = Schema::default();
        assert_eq!(diff(&base, &ours, &schema).len(), 1);
        assert_eq!(merge(&base, &ours, &theirs, &schema).conflicts.len(), 1);
        // Something new at the top, beside an edit at the bottom.
        let text = |id: u32, more: &str| base.as_str().replacen("\"id\":1", &format!("\"id\":{id}{more}"), 1);
        let added = Tree::read(text(1, ",\"z\":[{\"id\":9}]")).unwrap();
        assert_eq!(merge(&base, &ours, &added, &schema).conflicts.len(), 0);
        assert_eq!(ours.edit(&[]).unwrap(), ours);
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(run).unwrap().join().unwrap();
}
