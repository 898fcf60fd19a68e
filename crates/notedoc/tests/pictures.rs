//! Pictures whose bytes lie beside the document: out as an address, and back as what they were.

use motet::{BlobHash, BlobRef, Document, Id, ReplicaId, Value, VersionVector};
use note::markdown::{parse, print};
use notedoc::schema::{key, properties, root};

fn reference(bytes: &[u8]) -> BlobRef {
    BlobRef::new(BlobHash::of(bytes), bytes.len() as u64, "image/png".parse().unwrap(), Some((40, 30))).unwrap()
}

/// A note that reads `before` and then shows a blob.
fn with_picture(before: &str) -> Document {
    let mut document = Document::new(ReplicaId(1));
    notedoc::import(&mut document, parse(before), 0);
    document.edit(0, |edit| {
        let end = edit.document().text_len(root());
        let picture = edit.insert_object(root(), end, "image");
        edit.set_blob(properties(picture), key::BLOB, reference(b"song"));
        edit.set(properties(picture), key::ALT, Value::Text("a page".to_owned()));
    });
    document
}

/// The pictures that show: what each says of its blob, and its address.
fn pictures(document: &Document) -> Vec<(Option<BlobRef>, Option<String>)> {
    let text = document.model().text(root()).unwrap();
    let ids: Vec<Id> = text.rich().filter(|run| run.object == Some("image")).map(|run| run.span.first()).collect();
    let address = |id| match document.get(properties(id), key::ADDRESS) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    ids.into_iter().map(|id| (document.blob(properties(id), key::BLOB).cloned(), address(id))).collect()
}

fn save(document: &mut Document, markdown: &str) {
    let base: VersionVector = document.version();
    notedoc::save(document, &base, &parse(markdown), 1);
    document.check_invariants();
    assert_eq!(print(&notedoc::read(document)), markdown);
}

fn address(bytes: &[u8]) -> String {
    format!("/blobs/{}", BlobHash::of(bytes))
}

#[test]
fn what_is_saved_as_it_came_is_no_change() {
    let mut document = with_picture("One");
    let markdown = format!("One![a page]({})\n", address(b"song"));
    assert_eq!(print(&notedoc::read(&document)), markdown);
    let version = document.version();
    assert_eq!(notedoc::save(&mut document, &version, &parse(&markdown), 1), None);
}

#[test]
fn a_picture_stays_its_blob_wherever_it_is_put() {
    let mut document = with_picture("One");
    let known = [(Some(reference(b"song")), None)];
    let song = address(b"song");
    save(&mut document, &format!("Two ![another]({song} \"title\") three\n"));
    assert_eq!(pictures(&document), known);
    save(&mut document, &format!("# Two\n\n- ![another]({song} \"title\")\n\n![once more]({song})\n"));
    assert_eq!(pictures(&document), [known.clone(), known.clone()].concat());
    save(&mut document, "Nothing\n");
    save(&mut document, &format!("![it is back]({song})\n"));
    assert_eq!(pictures(&document), known);
}

#[test]
fn other_addresses_are_addresses() {
    let mut document = with_picture("");
    for other in ["https://example.org/a.png".to_owned(), address(b"of somebody else"), "/blobs/song".to_owned()] {
        save(&mut document, &format!("![a page]({other})\n"));
        assert_eq!(pictures(&document), [(None, Some(other))]);
    }
    save(&mut document, &format!("![a page]({})\n", address(b"song")));
    assert_eq!(pictures(&document), [(Some(reference(b"song")), None)]);
}

#[test]
fn a_file_that_is_imported_names_no_blob() {
    let mut document = Document::new(ReplicaId(1));
    notedoc::import(&mut document, parse(&format!("![]({})", address(b"song"))), 0);
    assert_eq!(pictures(&document), [(None, Some(address(b"song")))]);
}
