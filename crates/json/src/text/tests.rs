use super::*;

fn both(base: &str, ours: &str, theirs: &str) -> (String, usize) {
    let merged = merge_text(base, ours, theirs);
    assert_eq!(merged.both(), merge_text(base, theirs, ours).both(), "not the same the other way round");
    (merged.both(), merged.conflicts().count())
}

#[test]
fn lines_and_words_of_both_are_kept() {
    let base = "# Title\n\nOne two three.\nFour.\n";
    for (ours, theirs, merged) in [
        (base, "new\n", "new\n"),
        (
            "# Title\n\nOne 2 three.\nFour.\n",
            "# Heading\n\nOne two three.\nFour.\n",
            "# Heading\n\nOne 2 three.\nFour.\n",
        ),
        ("# Title\n\n1 two three.\nFour.\n", "# Title\n\nOne two 3.\nFour.\n", "# Title\n\n1 two 3.\nFour.\n"),
        ("# Title\n\nOne two three.\n", "# Title\n\nOne two three.\nFour.\n", "# Title\n\nOne two three.\n"),
        ("# Title\n\nSame.\n", "# Title\n\nSame.\n", "# Title\n\nSame.\n"),
        (
            "0\n# Title\n\nOne two three.\nFour.\n",
            "# Title\n\nOne two three.\nFour.\n5",
            "0\n# Title\n\nOne two three.\nFour.\n5",
        ),
    ] {
        assert_eq!(both(base, ours, theirs), (merged.to_owned(), 0));
    }
}

#[test]
fn both_sides_of_a_conflict_are_kept_or_marked() {
    assert_eq!(both("a\nquick\nb\n", "a\nslow\nb\n", "a\nfast\nb\n"), ("a\nfast\nslow\nb\n".into(), 1));
    assert_eq!(both("", "one", "two\n"), ("one\ntwo\n".into(), 1));
    assert_eq!(both("a\nb\nc\n", "a\nc\n", "a\nB\nc\n"), ("a\nB\nc\n".into(), 1));
    let marked = merge_text("x\n", "ours", "theirs\n").marked(["base", "O", "T"]);
    assert_eq!(marked, "<<<<<<< O\nours\n||||||| base\nx\n=======\ntheirs\n>>>>>>> T\n");
}

#[test]
fn strings_are_merged_word_by_word_and_keep_their_escapes() {
    let merge = |base: &str, ours: &str, theirs: &str| {
        let quoted = |text: &str| format!("\"{text}\"");
        let merged = merge_strings(&quoted(base), &quoted(ours), &quoted(theirs));
        assert_eq!(merged, merge_strings(&quoted(base), &quoted(theirs), &quoted(ours)));
        merged
    };
    assert_eq!(merge("one two three", "ONE two three", "one two three four"), ("\"ONE two three four\"".into(), false));
    assert_eq!(merge("a\\n\\u00e9 b", "A\\n\\u00e9 b", "a\\né b c"), ("\"A\\n\\u00e9 b c\"".into(), false));
    assert_eq!(merge("the quick fox", "the slow fox", "the fast fox"), ("\"the slow fox\"".into(), true));
    assert_eq!(merge("the quick fox", "the fox", "the fast fox"), ("\"the fast fox\"".into(), true));
    assert_eq!(merge("a\\ud800b", "a\\ud800c", "d a\\ud800b"), ("\"d a\\ud800c\"".into(), false));
}

#[test]
fn edits_lead_from_one_text_to_the_other() {
    let samples = ["", "one two  three\n", "one 2 three\nfour", "ünï two, three!", "completely other"];
    for before in samples {
        for after in samples {
            let mut now: Vec<char> = before.chars().collect();
            for edit in text_edits(before, after).into_iter().rev() {
                now.splice(edit.at..edit.at + edit.removed, edit.inserted.chars());
            }
            assert_eq!(now.into_iter().collect::<String>(), after);
        }
    }
}
