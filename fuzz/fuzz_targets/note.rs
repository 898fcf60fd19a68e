//! Markdown from anywhere: reading never panics, what is printed reads back as the same, with and without the original.
#![no_main]

use note::markdown::{parse, print, print_like};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // A text, and another that it became, with a byte between them that no text has.
    let mut parts = bytes.splitn(2, |&byte| byte == 0xff);
    let mut part = || std::str::from_utf8(parts.next().unwrap_or_default());
    let [Ok(text), Ok(other)] = [part(), part()] else { return };
    let [note, changed] = [text, other].map(parse);
    assert_eq!(note.check_invariants(), Ok(()));
    assert_eq!(parse(&print(&note)), note);
    assert_eq!(print_like(text, &note), text);
    assert_eq!(parse(&print_like(text, &changed)), changed);
});
