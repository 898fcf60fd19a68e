//! JSON from anywhere: parsing never panics, printing gives the input, and three documents merge, alike from both sides.
#![no_main]

use json::{Names, Schema, Tree, diff, merge, merge_text};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Up to three documents, with a byte between them that no JSON has.
    let mut parts = bytes.splitn(3, |&byte| byte == 0);
    let mut part = || parts.next().unwrap_or(b"null");
    let parts = [part(), part(), part()];
    if let [Ok(base), Ok(ours), Ok(theirs)] = parts.map(std::str::from_utf8) {
        assert_eq!(merge_text(base, ours, theirs).both(), merge_text(base, theirs, ours).both());
    }
    let [Ok(base), Ok(ours), Ok(theirs)] = parts.map(Tree::parse) else { return };
    assert_eq!(base.as_str().as_bytes(), parts[0]);
    assert_eq!(base.edit(&[]).as_ref(), Ok(&base));
    let schema = Schema::read(&theirs).unwrap_or_default();
    let names = Names::of(&base, &ours, &schema);
    diff(&base, &ours, &schema).iter().for_each(|change| drop(names.say(change)));
    let merged = merge(&base, &ours, &theirs, &schema);
    let other = merge(&base, &theirs, &ours, &schema);
    assert!(diff(&merged.tree, &other.tree, &schema).is_empty());
    assert_eq!(merge(&base, &ours, &base, &schema).tree, ours);
    assert_eq!(merge(&base, &base, &ours, &schema).tree, ours);
});
