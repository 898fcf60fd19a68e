//! From one text to another by whole words.

use clock::Seq;
use model::TextPatch;

/// One replacement, in code points of the text before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change<'a> {
    /// Where.
    pub at: Seq,
    /// How many code points go.
    pub removed: Seq,
    /// What comes.
    pub inserted: &'a str,
}

/// The replacements that lead from `before` to `after`, ascending and disjoint, cut at words.
pub fn words<'a>(before: &str, after: &'a str) -> Vec<Change<'a>> {
    let (old, new) = (split(before), split(after));
    let input = intern(&old, &new);
    let mut diff = imara_diff::Diff::compute(imara_diff::Algorithm::Histogram, &input);
    diff.postprocess_no_heuristic(&input);
    let starts = |words: &[&str], count: fn(&str) -> usize| -> Vec<usize> {
        let mut at = 0;
        let mut starts = vec![0];
        starts.extend(words.iter().map(|word| {
            at += count(word);
            at
        }));
        starts
    };
    let chars = starts(&old, |word| word.chars().count());
    let bytes = starts(&new, str::len);
    diff.hunks()
        .map(|hunk| Change {
            at: chars[hunk.before.start as usize] as Seq,
            removed: (chars[hunk.before.end as usize] - chars[hunk.before.start as usize]) as Seq,
            inserted: &after[bytes[hunk.after.start as usize]..bytes[hunk.after.end as usize]],
        })
        .collect()
}

/// The changes of [`words`] as a patch.
pub fn patch(before: &str, after: &str) -> TextPatch {
    let mut patch = TextPatch::new();
    let mut units = before.chars().map(|c| c.len_utf16() as u32);
    let (mut chars, mut utf16, mut shift) = (0, 0, 0i64);
    for change in words(before, after) {
        utf16 += units.by_ref().take((change.at - chars) as usize).sum::<u32>();
        let removed: u32 = units.by_ref().take(change.removed as usize).sum();
        patch.splice((i64::from(utf16) + shift) as u32, removed, change.inserted);
        shift += change.inserted.encode_utf16().count() as i64 - i64::from(removed);
        utf16 += removed;
        chars = change.at + change.removed;
    }
    patch
}

fn intern<'a>(old: &[&'a str], new: &[&'a str]) -> imara_diff::InternedInput<&'a str> {
    let mut input = imara_diff::InternedInput::default();
    input.update_before(old.iter().copied());
    input.update_after(new.iter().copied());
    input
}

/// Words, single other characters, and runs of blanks, which together are the text.
pub fn split(text: &str) -> Vec<&str> {
    let class = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => 0,
        c if c == ' ' || c == '\t' => 1,
        _ => 2,
    };
    let mut words = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (at, c) in text.char_indices() {
        let now = class(c);
        if last.is_some_and(|last| last != now || now == 2) {
            words.push(&text[start..at]);
            start = at;
        }
        last = Some(now);
    }
    if start < text.len() {
        words.push(&text[start..]);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_lead_from_one_text_to_the_other() {
        let samples = ["", "one two  three\n", "one 2 three\nfour", "ünï two, three!", "completely other"];
        for before in samples {
            for after in samples {
                let mut now: Vec<char> = before.chars().collect();
                for change in words(before, after).into_iter().rev() {
                    let range = change.at as usize..(change.at + change.removed) as usize;
                    now.splice(range, change.inserted.chars());
                }
                assert_eq!(now.into_iter().collect::<String>(), after);
                assert_eq!(patch(before, after).apply(before), after);
            }
        }
    }

    #[test]
    fn only_what_differs_changes() {
        let changes = words("the quick brown fox", "the slow brown fox");
        assert_eq!(changes, [Change { at: 4, removed: 5, inserted: "slow" }]);
    }
}
