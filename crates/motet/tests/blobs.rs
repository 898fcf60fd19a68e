//! Documents that name blobs: what is read before the bytes are here, and what a history names.

use motet::{
    BlobHash, BlobRef, ContainerId, DocumentId, Imported, Kind, MediaType, Replica, ReplicaId, SigningKey, Value,
};

fn map() -> ContainerId {
    ContainerId::root(Kind::Map, "figure")
}

fn member(n: u8) -> Replica {
    Replica::new(DocumentId(7), 0, ReplicaId(n.into()), SigningKey::from_bytes(&[n; 32]))
}

fn picture(content: &[u8]) -> BlobRef {
    let media_type: MediaType = "image/png".parse().unwrap();
    BlobRef::new(BlobHash::of(content), content.len() as u64, media_type, Some((640, 480))).unwrap()
}

fn set(member: &mut Replica, content: &[u8]) -> Vec<u8> {
    member.document_mut().edit(0, |edit| edit.set_blob(map(), "picture", picture(content)));
    member.seal().unwrap().bytes
}

fn named(member: &Replica) -> Vec<BlobHash> {
    member.blob_names().iter().map(|(hash, _)| hash).collect()
}

#[test]
fn a_placeholder_is_known_before_the_bytes() {
    let (mut ann, mut bob) = (member(1), member(2));
    bob.import(&set(&mut ann, b"one"), None).unwrap();
    let shown = bob.document().blob(map(), "picture").unwrap();
    assert_eq!((shown.byte_len(), shown.image_size()), (3, Some((640, 480))));
    assert_eq!((shown.media_type().as_str(), shown.hash()), ("image/png", BlobHash::of(b"one")));
    assert_eq!(bob.hashes(), ann.hashes());
}

#[test]
fn a_blob_that_was_replaced_undone_or_taken_away_is_still_named() {
    let mut ann = member(1);
    for content in [b"one", b"two"] {
        set(&mut ann, content);
    }
    ann.document_mut().undo();
    ann.document_mut().edit(0, |edit| edit.unset(map(), "picture"));
    assert_eq!(ann.document().blob(map(), "picture"), None);
    let list = ContainerId::root(Kind::List, "shots");
    let shot = Value::Blob(Box::new(picture(b"three")));
    ann.document_mut().edit(0, |edit| {
        edit.list_insert(list, 0, &[Value::Null, shot]);
    });
    ann.document_mut().edit(0, |edit| edit.list_delete(list, 0, 2));
    let mut wanted: Vec<BlobHash> = ["one", "two", "three"].iter().map(|c| BlobHash::of(c.as_bytes())).collect();
    wanted.sort_unstable();
    assert_eq!(named(&ann), wanted);
}

#[test]
fn what_waits_for_its_parents_names_blobs_already() {
    let (mut ann, mut bob) = (member(1), member(2));
    set(&mut ann, b"one");
    let later = set(&mut ann, b"two");
    assert_eq!(bob.import(&later, None), Ok(Imported::Waiting));
    assert_eq!(named(&bob), [BlobHash::of(b"two")]);
}

#[test]
fn two_who_set_a_picture_at_once_keep_both() {
    let (mut ann, mut bob) = (member(1), member(2));
    let (a, b) = (set(&mut ann, b"one"), set(&mut bob, b"two"));
    ann.import(&b, None).unwrap();
    bob.import(&a, None).unwrap();
    assert_eq!(ann.hashes(), bob.hashes());
    assert_eq!(ann.document().model().map(map()).unwrap().heads("picture").count(), 2);
}
