//! Bundles between stores in memory.

use super::*;
use crate::hub::{Hub, HubDocument};
use crate::stored::{StoredDocument, StoredHub, text_container};
use blob::{BlobHash, BlobRef, MediaType};
use clock::{DocumentId, ReplicaId};
use codec::{BUNDLE_PIECE_BYTES, BundleDocument, BundlePart, BundleWriter, SigningKey};
use motet::{ContainerId, Kind};
use std::sync::Arc;
use store::{Blobs, MemoryStore, Quotas};

const DOC: DocumentId = DocumentId(7);

/// A directory in memory, of one author.
struct Place {
    hub: StoredHub,
    blobs: Blobs,
}

impl Place {
    fn new(author: u8) -> Self {
        Self::writing_as(author, author.into())
    }

    fn writing_as(author: u8, replica: u64) -> Self {
        let store = Arc::new(MemoryStore::new());
        let quotas = Quotas { store_bytes_max: 1 << 24, document_bytes_max: 1 << 24, blob_bytes_max: 1 << 24 };
        let blobs = Blobs::in_memory(quotas, Box::new(|| 0));
        Self { hub: StoredHub::new(store, SigningKey::from_bytes(&[author; 32]), ReplicaId(replica)), blobs }
    }

    fn with_document(author: u8) -> Self {
        let place = Self::new(author);
        place.hub.create_as(DOC, 1, "Notes").unwrap();
        place
    }

    fn load(&self) -> StoredDocument {
        self.hub.load(DOC, |_, _| ()).unwrap()
    }

    fn write(&self, text: &str) {
        let mut document = self.load();
        document.replica_mut().document_mut().edit(0, |edit| edit.insert(text_container(), 0, text));
        document.seal();
        document.sync().unwrap();
    }

    fn name(&self, bytes: &[u8]) {
        let mut document = self.load();
        let (hash, len) = (BlobHash::of(bytes), bytes.len() as u64);
        let reference = BlobRef::new(hash, len, MediaType::unknown(), None).unwrap();
        let map = ContainerId::root(Kind::Map, "figures");
        document.replica_mut().document_mut().edit(0, |edit| edit.set_blob(map, &hash.to_string(), reference));
        document.seal();
        document.sync().unwrap();
    }

    fn text(&self) -> String {
        self.load().text().unwrap()
    }

    fn pack_since(&self, since: &[u8]) -> Vec<u8> {
        let since = if since.is_empty() { BundleSummary::default() } else { summarize(since).unwrap() };
        let mut packer = Packer::new(Vec::new(), since).unwrap();
        let document = self.load();
        packer.document("Notes", document.epoch(), document.replica()).unwrap();
        for info in self.blobs.list() {
            if !packer.is_brought(&info.hash) {
                packer.blob(info.hash, info.len, |at, len| self.blobs.read(&info.hash, at, len)).unwrap();
            }
        }
        packer.finish().unwrap().0
    }

    fn pack(&self) -> Vec<u8> {
        self.pack_since(&[])
    }

    fn unpack(&self, bundle: &[u8]) -> (Unpacked, BlobsTaken) {
        let (mut documents, blobs) = unpack(bundle, &self.hub, &self.blobs, |_| ()).unwrap();
        assert_eq!(documents.len(), 1);
        (documents.remove(0), blobs)
    }

    fn take(&self, bundle: &[u8]) -> DocumentTaken {
        self.unpack(bundle).0.outcome.unwrap()
    }
}

#[test]
fn a6_a_bundle_is_taken_in_any_order_and_any_number_of_times() {
    let (ann, bob) = (Place::with_document(1), Place::new(2));
    ann.write("one ");
    let first = ann.pack();
    let taken = bob.take(&first);
    assert_eq!((taken.is_new, taken.elements), (true, 4));
    bob.write("two ");
    ann.write("three ");
    let (of_ann, of_bob) = (ann.pack(), bob.pack());
    for bundle in [&of_bob, &of_ann, &first, &of_bob] {
        ann.take(bundle);
        bob.take(bundle);
    }
    assert_eq!(bob.take(&of_ann), DocumentTaken::default());
    let carol = Place::new(3);
    for bundle in [&of_bob, &first, &of_ann] {
        carol.take(bundle);
    }
    assert_eq!(ann.text(), bob.text());
    assert_eq!(ann.load().hashes(), bob.load().hashes());
    assert_eq!(ann.load().hashes(), carol.load().hashes());
    assert_eq!(carol.load().epoch(), 1);
    assert_eq!(carol.hub.documents().unwrap()[0].name, "Notes");
}

#[test]
fn a8_a_later_bundle_holds_what_the_older_one_lacks() {
    let (ann, bob) = (Place::with_document(1), Place::new(2));
    ann.write(&"a long text ".repeat(1000));
    ann.name(b"first");
    ann.blobs.put(b"first").unwrap();
    let first = ann.pack();
    ann.write("later ");
    ann.name(b"second");
    ann.blobs.put(b"second").unwrap();
    let second = ann.pack_since(&first);
    assert!(second.len() < first.len() / 10, "{} of {}", second.len(), first.len());
    let third = ann.pack_since(&second);
    assert!(third.len() < second.len() && summarize(&*third).unwrap().blobs.is_empty());

    // Too early: nothing of it is taken in, and it is said what is missing.
    let (early, blobs) = bob.unpack(&second);
    assert!(matches!(early.outcome, Err(Refused::Incomplete { .. })), "{early:?}");
    assert_eq!((bob.hub.documents().unwrap().len(), blobs.unnamed), (0, 1));
    bob.take(&first);
    bob.take(&second);
    assert!(!bob.take(&third).lacks_older);
    assert_eq!(bob.load().hashes(), ann.load().hashes());
    assert_eq!(bob.blobs.list().len(), 2);
}

#[test]
fn a6_blobs_travel_once_and_only_those_that_are_named() {
    let ann = Place::with_document(1);
    let long: Vec<u8> = (0..BUNDLE_PIECE_BYTES + 70_000).map(|n| (n % 251) as u8).collect();
    for bytes in [&long[..], b"", b"short"] {
        ann.name(bytes);
        ann.blobs.put(bytes).unwrap();
    }
    ann.blobs.put(b"nobody's").unwrap();
    let (bundle, bob) = (ann.pack(), Place::new(2));
    // One was on its way already.
    let mut upload = bob.blobs.upload(Some(BlobHash::of(&long))).unwrap();
    upload.append(&long[..100_000]).unwrap();
    upload.pause().unwrap();
    let (_, blobs) = bob.unpack(&bundle);
    assert_eq!((blobs.new, blobs.known, blobs.unnamed, blobs.refused.len()), (3, 0, 1, 0), "{blobs:?}");
    for bytes in [&long[..], b"", b"short"] {
        bob.blobs.check(&BlobHash::of(bytes)).unwrap();
    }
    assert_eq!(bob.blobs.claimed(DOC).len(), 3);
    let (_, again) = bob.unpack(&bundle);
    assert_eq!((again.new, again.known), (0, 3));
}

#[test]
fn a6_a_blob_that_is_not_what_it_is_called_is_refused() {
    let ann = Place::with_document(1);
    ann.name(b"right");
    let mut packer = Packer::new(Vec::new(), BundleSummary::default()).unwrap();
    let document = ann.load();
    packer.document("Notes", 1, document.replica()).unwrap();
    let wrong = |_, _| Ok::<_, String>(b"wrong".to_vec());
    let refused = packer.blob(BlobHash::of(b"right"), 5, wrong);
    assert!(matches!(refused, Err(BundleError::Blob { .. })), "who packs notices");
    let bundle = packer.finish().unwrap().0;
    let bob = Place::new(2);
    let (document, blobs) = bob.unpack(&bundle);
    assert_eq!((document.outcome.unwrap().is_new, blobs.refused.len(), bob.blobs.list().len()), (true, 1, 0));
}

#[test]
fn a6_of_who_contradicts_themselves_nothing_more_is_taken_in_and_of_others_everything() {
    let ann = Place::with_document(1);
    ann.write("one ");
    let base = ann.pack();
    // One author writes two different things as one replica.
    let (left, right) = (Place::writing_as(9, 9), Place::writing_as(9, 9));
    for (place, text) in [(&left, "left "), (&right, "right ")] {
        place.take(&base);
        place.write(text);
    }
    let bob = Place::new(2);
    bob.take(&left.pack());
    let carol = Place::new(3);
    carol.take(&base);
    carol.write("carol ");
    right.take(&carol.pack());
    let taken = bob.take(&right.pack());
    assert_eq!((taken.contradicting, taken.elements), (vec![ReplicaId(9)], 6));
    assert!(bob.text().contains("carol") && bob.text().contains("left") && !bob.text().contains("right"));
    assert_eq!(bob.load().replica().forks().count(), 1, "the proof is kept");
    assert_eq!(bob.take(&right.pack()).contradicting, []);
}

#[test]
fn a6_a_document_that_was_made_anew_is_refused() {
    let (ann, bob) = (Place::with_document(1), Place::new(2));
    ann.write("one");
    bob.hub.create_as(DOC, 2, "Notes").unwrap();
    assert!(matches!(bob.unpack(&ann.pack()).0.outcome, Err(Refused::Epoch { here: 2, there: 1 })));
    assert_eq!(bob.text(), "");
}

/// Checksums that fit around history that does not hold: everything or nothing, and never a panic.
#[test]
fn a6_history_that_was_altered_is_refused_as_a_whole() {
    let ann = Place::with_document(1);
    ann.write("one ");
    let bob = Place::new(2);
    bob.take(&ann.pack());
    bob.write("two ");
    let replica = bob.load();
    let version = replica.version();
    let parcels = replica.replica().export(&version.missing_from(&Default::default()), usize::MAX);
    let carol = Place::with_document(3);
    carol.write("mine ");
    let before = carol.load().hashes();
    for (number, parcel) in parcels.iter().enumerate() {
        for at in 0..parcel.bytes.len() {
            let mut chains: Vec<Vec<u8>> = parcels.iter().map(|parcel| parcel.bytes.clone()).collect();
            chains[number][at] ^= 1;
            let document =
                BundleDocument { id: DOC, epoch: 1, name: "x", since: Default::default(), version: version.clone() };
            let (head, mut writer) = BundleWriter::new();
            let mut bundle = head.to_vec();
            let chains = chains.iter().map(Vec::as_slice).collect();
            for part in [
                BundlePart::Start { blobs: Vec::new() },
                BundlePart::Document(document),
                BundlePart::History(chains),
                BundlePart::End,
            ] {
                bundle.extend(writer.part(&part).unwrap());
            }
            let refused = carol.unpack(&bundle).0.outcome;
            assert!(refused.is_err(), "byte {at} of parcel {number}: {refused:?}");
        }
    }
    assert_eq!(carol.load().hashes(), before);
    assert_eq!(carol.take(&bob.pack()).elements, 8);
}

#[test]
fn a6_a_bundle_that_was_cut_or_altered_is_said_to_be() {
    let ann = Place::with_document(1);
    ann.write("one ");
    ann.name(b"blob");
    ann.blobs.put(b"blob").unwrap();
    let bundle = ann.pack();
    assert_eq!(summarize(&*bundle).unwrap().bytes, bundle.len() as u64);
    for len in 0..bundle.len() {
        let cut = summarize(&bundle[..len]);
        assert!(matches!(cut, Err(BundleError::Cut { .. })), "{len} bytes: {cut:?}");
        assert!(unpack(&bundle[..len], &Place::new(2).hub, &ann.blobs, |_| ()).is_err());
    }
    for at in 0..bundle.len() {
        let mut damaged = bundle.clone();
        damaged[at] ^= 0x10;
        assert!(summarize(&*damaged).is_err(), "byte {at}");
    }
    assert!(matches!(summarize(&*[&bundle[..], b"x"].concat()), Err(BundleError::Trailing { .. })));
}

#[test]
fn a6_names_of_strangers_are_made_names() {
    for (name, clean) in [("a\u{1b}[2Jb", "a_[2Jb"), ("  Notes ", "Notes"), ("", ""), (" ", "")] {
        let ann = Place::with_document(1);
        let mut packer = Packer::new(Vec::new(), BundleSummary::default()).unwrap();
        packer.document(name, 1, ann.load().replica()).unwrap();
        let bundle = packer.finish().unwrap().0;
        let bob = Place::new(2);
        bob.take(&bundle);
        let expected = if clean.is_empty() { DOC.to_string() } else { clean.into() };
        assert_eq!(bob.hub.documents().unwrap()[0].name, expected);
    }
}
