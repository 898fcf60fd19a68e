//! Files saved into documents: two versions of a note or of JSON, the second also against the first while another was
//! saved. What is saved alone reads as it was; whatever is saved can be sealed, taken in elsewhere, and shows the same.
#![no_main]

use codec::SigningKey;
use json::Tree;
use motet::{DocumentId, Replica, ReplicaId, VersionVector};
use note::markdown;

fn replica(id: u64) -> Replica {
    Replica::new(DocumentId(1), 0, ReplicaId(id), SigningKey::from_bytes(&[id as u8; 32]))
}

/// Who gets it all at once shows the same.
fn check(author: &mut Replica) {
    author.seal_all();
    let mut reader = replica(9);
    for parcel in author.export(&author.version().missing_from(&VersionVector::new()), usize::MAX) {
        reader.import(&parcel.bytes, None).expect("an own parcel");
    }
    assert_eq!(reader.version(), author.document().version());
    assert_eq!(reader.document().model().canonical(), author.document().model().canonical());
}

fn save_notes(texts: [&str; 3]) {
    let mut author = replica(1);
    let [first, second, third] = texts.map(markdown::parse);
    let document = author.document_mut();
    notedoc::save(document, &VersionVector::new(), &first, 0);
    if document.take_refusal().is_ok() {
        assert_eq!(notedoc::read(document), first);
    }
    let base = document.version();
    notedoc::save(document, &base, &second, 0);
    if document.take_refusal().is_ok() {
        assert_eq!(notedoc::read(document), second);
    }
    notedoc::save(document, &base, &third, 0);
    assert_eq!(notedoc::read(document).check_invariants(), Ok(()));
    check(&mut author);
}

fn save_json(texts: [&str; 3]) {
    let [Ok(first), Ok(second), Ok(third)] = texts.map(|text| Tree::parse(text.as_bytes())) else { return };
    let mut author = replica(1);
    let document = author.document_mut();
    if jsondoc::create(document, &first, None, 0).is_err() {
        return;
    }
    assert_eq!(jsondoc::read(document).expect("just made").text, first.as_str());
    let base = document.version();
    if jsondoc::save(document, None, &second, 0).is_ok() {
        assert_eq!(jsondoc::read(document).expect("just saved").text, second.as_str());
    }
    if jsondoc::save(document, Some(&base), &third, 0).is_ok() {
        let read = jsondoc::read(document).expect("merged").text;
        assert!(Tree::parse(read.as_bytes()).is_ok());
    }
    check(&mut author);
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Three texts, with a byte between them that no text has.
    let mut parts = bytes.splitn(3, |&byte| byte == 0xff);
    let mut part = || std::str::from_utf8(parts.next().unwrap_or_default());
    let [Ok(first), Ok(second), Ok(third)] = [part(), part(), part()] else { return };
    save_notes([first, second, third]);
    save_json([first, second, third]);
});
