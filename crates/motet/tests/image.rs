//! Images: a document that was opened from one is the document that it was made from.

use codec::{Image, SigningKey};
use motet::{ContainerId, DocumentId, ImageError, Kind, Replica, ReplicaId, VersionVector};

const DOC: DocumentId = DocumentId(7);

fn text() -> ContainerId {
    ContainerId::root(Kind::Text, "text")
}

fn member(number: u8) -> Replica {
    Replica::new(DOC, 0, ReplicaId(number.into()), SigningKey::from_bytes(&[number; 32]))
}

fn give(from: &Replica, to: &mut Replica) {
    for parcel in from.export(&from.version().missing_from(&to.version()), usize::MAX) {
        to.import(&parcel.bytes, None).unwrap();
    }
}

/// Three people who type, delete, undo and exchange, sealing now and then.
fn written(steps: usize, seed: u64) -> Vec<Replica> {
    let mut random = naive::Random::new(seed);
    let mut members = vec![member(1), member(2), member(3)];
    for step in 0..steps {
        let who = random.below(3);
        let len = members[who].document().text_len(text());
        let at = random.below(len as usize + 1) as u32;
        let document = members[who].document_mut();
        match random.below(8) {
            0 if len > at => drop(document.edit(step as i64, |edit| edit.delete(text(), at, 3))),
            1 => drop(document.undo()),
            2 => drop(document.redo()),
            _ => drop(document.edit(step as i64, |edit| edit.insert(text(), at, ["a", "bc", "ü𝄞"][step % 3]))),
        }
        if random.below(3) == 0 {
            drop(members[who].seal());
            let other = random.below(3);
            let from = members[who].clone();
            give(&from, &mut members[other]);
        }
    }
    for member in &mut members {
        drop(member.seal());
    }
    members
}

fn reopen(replica: &Replica) -> Replica {
    let bytes = replica.image().unwrap();
    let image = Image::decode(&bytes).unwrap();
    Replica::open_image(DOC, 0, (ReplicaId(9), SigningKey::from_bytes(&[9; 32])), &image).unwrap()
}

#[test]
fn a_reopened_document_is_the_same_and_goes_on() {
    for seed in 1..30 {
        let mut members = written(120, seed);
        for at in 0..3 {
            let mut opened = reopen(&members[at]);
            opened.document().check_invariants();
            assert_eq!(opened.hashes(), members[at].hashes(), "seed {seed}");
            assert_eq!(opened.version(), members[at].version());
            let all =
                |replica: &Replica| replica.export(&replica.version().missing_from(&VersionVector::new()), usize::MAX);
            assert_eq!(all(&opened), all(&members[at]), "what goes out is sealed as it was");
            let next = members[(at + 1) % 3].clone();
            give(&next, &mut opened);
            give(&next, &mut members[at]);
            assert_eq!(opened.hashes(), members[at].hashes(), "seed {seed}");
            opened.document_mut().edit(0, |edit| edit.insert(text(), 0, "more"));
            drop(opened.seal());
            give(&opened.clone(), &mut members[at]);
            assert_eq!(opened.hashes(), members[at].hashes(), "seed {seed}");
        }
    }
}

#[test]
fn an_image_shows_its_text_without_being_opened() {
    let replica = &written(100, 5)[0];
    let bytes = replica.image().unwrap();
    let image = Image::decode(&bytes).unwrap();
    assert_eq!(image.version, replica.version());
    assert_eq!(image.texts, [(text(), replica.document().text(text()).as_str())]);
}

#[test]
fn an_image_that_is_not_whole_is_refused() {
    let replica = &written(60, 6)[1];
    let key = || (ReplicaId(9), SigningKey::from_bytes(&[9; 32]));
    let bytes = replica.image().unwrap();
    let whole = Image::decode(&bytes).unwrap();
    let open = |image: &Image<'_>| Replica::open_image(DOC, 0, key(), image).map(|_| ()).unwrap_err();
    assert_eq!(open(&Image { blocks: Vec::new(), ..whole.clone() }), ImageError::Version);
    assert_eq!(open(&Image { version: VersionVector::new(), ..whole.clone() }), ImageError::Version);
    assert_eq!(open(&Image { document: DocumentId(8), ..whole.clone() }), ImageError::Document(DocumentId(8)));
    let doubled = [whole.blocks.clone(), whole.blocks.clone()].concat();
    assert_eq!(open(&Image { blocks: doubled, ..whole }), ImageError::Version);
}

/// Every chain of an author who had contradicted themselves in one used to be closed after a restart.
#[test]
fn who_contradicted_themselves_stays_stopped_in_that_replica_only() {
    let (mut ann, mut bob) = (member(1), member(2));
    let mut elsewhere = Replica::new(DOC, 0, ReplicaId(5), SigningKey::from_bytes(&[1; 32]));
    let mut twin = ann.clone();
    let say = |replica: &mut Replica, said: &str| {
        replica.document_mut().edit(0, |edit| edit.insert(text(), 0, said));
        replica.seal().unwrap().bytes
    };
    bob.import(&say(&mut ann, "left"), None).unwrap();
    assert!(bob.import(&say(&mut twin, "right"), None).is_err());
    bob.import(&say(&mut elsewhere, "one "), None).unwrap();
    let image = bob.image().unwrap();
    let writer = (ReplicaId(3), SigningKey::from_bytes(&[3; 32]));
    let mut opened = Replica::open_image(DOC, 0, writer, &Image::decode(&image).unwrap()).unwrap();
    assert!(opened.import(&say(&mut ann, "more"), None).is_err());
    opened.import(&say(&mut elsewhere, "two "), None).unwrap();
    assert_eq!(opened.document().text(text()), "lefttwo one ");
}

/// A server is brought up to date between making an image and opening it.
#[test]
fn what_an_older_version_did_not_know_shows_once_a_newer_one_opens_its_image() {
    let mut ann = member(1);
    ann.document_mut().edit(0, |edit| {
        edit.insert(text(), 0, "first");
        edit.claim("the room", 1);
    });
    ann.document_mut().edit(0, |edit| {
        edit.insert(text(), 5, " second");
        edit.claim("the room", 1);
    });
    ann.seal_all();
    assert_eq!(ann.document().text(text()), "first");
    codec::older::know_below(codec::kind::CONSTRAINT);
    let mut old = member(2);
    give(&ann, &mut old);
    assert_eq!(old.document().text(text()), "first second", "it knows no claims");
    let bytes = old.image().unwrap();
    codec::older::know_below(u64::MAX);
    let opened =
        Replica::open_image(DOC, 0, (ReplicaId(9), SigningKey::from_bytes(&[9; 32])), &Image::decode(&bytes).unwrap());
    let mut opened = opened.unwrap();
    assert_eq!(opened.document().text(text()), "first");
    assert_eq!(opened.hashes(), ann.hashes());
}
