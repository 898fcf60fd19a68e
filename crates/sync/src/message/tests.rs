//! Bytes from outside: every message comes back as it was, and nothing else gets in.

use super::*;
use blob::{BlobHash, Pieces};
use clock::{Id, ReplicaId};

fn vv(ends: &[(u64, u32)]) -> VersionVector {
    ends.iter().map(|&(replica, end)| (ReplicaId(replica), end)).collect()
}

/// One of every kind, with every optional part both there and not.
fn samples() -> Vec<Message> {
    let doc = DocumentId(0x0102_0304);
    let standing = Standing { epoch: 9, version: vv(&[(1, 2), (7, 300)]), durable: vv(&[(1, 2)]) };
    let parcel = |start, bytes: &[u8]| Parcel { replica: ReplicaId(3), start, end: start + 5, bytes: bytes.into() };
    let anchor = |element, bias| Anchor { element, bias };
    let selection = Selection {
        place: b"text".to_vec(),
        anchor: anchor(Some(Id::new(ReplicaId(3), 4)), Bias::Right),
        head: anchor(None, Bias::Left),
    };
    let mut figure =
        Figure::new("Ann Ä", [1, 2, 3], Some(selection), Frontier::from_ids(vec![Id::new(ReplicaId(3), 4)]));
    figure.author = Some([7; 32]);
    let bare = Figure::new("", [0; 3], None, Frontier::new());
    let presence = |member, figure| Arc::new(Presence { member: MemberId(member), clock: 1 << 40, figure });
    let hashes = |state| Hashes { log: [1; 32], standings: [2; 32], state };
    let (hash, blob) = (BlobHash([9; 32]), |message| Message::Blob { doc, message });
    let pieces = |len, there: &[u32]| {
        let mut pieces = Pieces::none(len);
        there.iter().for_each(|&at| assert!(pieces.insert(at)));
        pieces
    };
    vec![
        Message::Hello(Hello {
            protocol_from: 1,
            protocol_to: 3,
            features: u64::MAX,
            member: MemberId(u64::MAX),
            you: MemberId(0),
            token: b"secret".to_vec(),
        }),
        Message::Open { doc, standing: standing.clone() },
        Message::Opened { doc, standing },
        Message::Parcels { doc, seq: 1, done: 10, total: 500, parcels: vec![parcel(0, b"ab"), parcel(5, b"")] },
        Message::Want { doc, spans: vec![Span::new(ReplicaId(1), 2, 3), Span::new(ReplicaId(2), 0, u32::MAX)] },
        Message::Received { doc, seq: 3, version: vv(&[]) },
        Message::Durable { doc, version: vv(&[(4, 4)]) },
        Message::Presence {
            doc,
            presences: vec![presence(1, Some(figure)), presence(2, None), presence(3, Some(bare))],
        },
        Message::Hashes { doc, version: vv(&[(1, 1)]), hashes: hashes(Some([3; 32])) },
        Message::Hashes { doc, version: vv(&[(1, 1)]), hashes: hashes(None) },
        Message::Close { doc },
        Message::Refused { doc: Some(doc), code: RefusalCode::NoDocument, message: "no".into() },
        Message::Refused { doc: None, code: RefusalCode::Other(99), message: String::new() },
        blob(BlobMessage::Lacks { hashes: vec![BlobHash([1; 32]), BlobHash([2; 32])] }),
        blob(BlobMessage::Offer { hash, len: 300_000, pieces: pieces(300_000, &[0, 1, 4]) }),
        blob(BlobMessage::Offer { hash, len: 0, pieces: pieces(0, &[]) }),
        blob(BlobMessage::Ask { hash, part: BlobPart::Outline(7) }),
        blob(BlobMessage::Ask { hash, part: BlobPart::Piece(300) }),
        blob(BlobMessage::Outline { hash, from: 1, nodes: vec![[5; 32]] }),
        blob(BlobMessage::Piece { hash, at: 2, bytes: Some(vec![1, 2, 3]) }),
        blob(BlobMessage::Piece { hash, at: 2, bytes: None }),
        Message::Ping(0),
        Message::Pong(u64::MAX),
        Message::Proof(Proof { author: [7; 32], signature: [9; 64] }),
    ]
}

#[test]
fn every_message_comes_back_as_it_was() {
    for message in samples() {
        assert_eq!(Message::decode(&message.encode()), Ok(message));
    }
}

#[test]
fn no_message_is_the_beginning_of_another() {
    for message in samples() {
        let bytes = message.encode();
        for len in 0..bytes.len() {
            assert!(Message::decode(&bytes[..len]).is_err(), "{message:?} cut to {len}");
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        assert!(Message::decode(&longer).is_err(), "{message:?} with a byte more");
    }
}

/// Whatever is read was written in the one form there is.
#[test]
fn mutated_messages_are_refused_or_canonical() {
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |n: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 11) as usize % n
    };
    let samples = samples();
    for _ in 0..200_000 {
        let mut bytes = samples[next(samples.len())].encode();
        for _ in 0..=next(3) {
            let at = next(bytes.len());
            match next(4) {
                0 => bytes[at] = next(256) as u8,
                1 => bytes[at] ^= 1 << next(8),
                2 => bytes.insert(at, next(256) as u8),
                _ if bytes.len() > 1 => drop(bytes.remove(at)),
                _ => {}
            }
        }
        match Message::decode(&bytes) {
            Ok(Message::Unknown(kind)) => assert!(kind >= KIND_OPTIONAL),
            Ok(message) => assert_eq!(message.encode(), bytes, "{message:?}"),
            Err(_) => {}
        }
    }
}

/// Every length field at its limit, one beyond, and far beyond: refused before anything is allocated.
#[test]
fn lengths_that_lie_are_refused() {
    let doc = DocumentId(1);
    let prefix = |message: Message, cut: usize| {
        let bytes = message.encode();
        bytes[..bytes.len() - cut].to_vec()
    };
    let version = || VersionVector::new();
    let (hash, blobs) = (BlobHash([9; 32]), |message| prefix(Message::Blob { doc, message }, 1));
    let cases = [
        (prefix(Message::Durable { doc, version: version() }, 1), limits::VERSION_ENTRIES_MAX),
        (prefix(Message::Want { doc, spans: vec![] }, 1), limits::SPANS_MAX),
        (prefix(Message::Presence { doc, presences: vec![] }, 1), limits::PRESENCES_MAX),
        (prefix(Message::Parcels { doc, seq: 0, done: 0, total: 0, parcels: vec![] }, 1), limits::PARCELS_MAX),
        (blobs(BlobMessage::Lacks { hashes: vec![] }), limits::BLOB_LACKS_MAX),
        (blobs(BlobMessage::Offer { hash, len: 0, pieces: Pieces::none(0) }), limits::BLOB_RANGES_MAX),
        (blobs(BlobMessage::Outline { hash, from: 0, nodes: vec![] }), limits::OUTLINE_NODES_MAX),
        (blobs(BlobMessage::Piece { hash, at: 0, bytes: Some(vec![]) }), blob::limits::PIECE_BYTES),
        (
            prefix(Message::Refused { doc: None, code: RefusalCode::Epoch, message: String::new() }, 1),
            limits::REASON_BYTES_MAX,
        ),
    ];
    for (head, limit) in cases {
        assert_eq!(refused(&head, limit as u64), DecodeError::Short);
        for count in [limit as u64 + 1, 1 << 31, 1 << 40, 1 << 63, u64::MAX] {
            assert!(matches!(refused(&head, count), DecodeError::Limit { found, .. } if found == count));
        }
    }
}

fn refused(head: &[u8], count: u64) -> DecodeError {
    let mut w = Writer::default();
    w.fixed(head);
    w.number(count);
    Message::decode(&w.finish()).expect_err("a length that lies")
}

#[test]
fn numbers_have_one_form() {
    assert_eq!(Message::decode(&[12, 0x80, 0x00]), Err(DecodeError::Number));
    assert_eq!(
        Message::decode(&[12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02]),
        Err(DecodeError::Number)
    );
    assert_eq!(
        Message::decode(&[12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
        Ok(Message::Ping(u64::MAX))
    );
}

#[test]
fn kinds_of_later_versions_are_skipped_where_they_may_be() {
    assert_eq!(Message::decode(&[200, 1, 2, 3]), Ok(Message::Unknown(200)));
    assert_eq!(Message::decode(&[14]), Err(DecodeError::Kind(14)));
    assert_eq!(Message::decode(&[]), Err(DecodeError::Short));
}

#[test]
fn pieces_that_a_blob_has_not_are_not_offered() {
    let hash = BlobHash([9; 32]);
    let offer = |ranges: &[u8]| {
        let none = BlobMessage::Offer { hash, len: 300_000, pieces: Pieces::none(300_000) };
        let mut bytes = Message::Blob { doc: DocumentId(1), message: none }.encode();
        bytes.pop();
        Message::decode(&[&bytes, ranges].concat())
    };
    assert!(offer(&[1, 0, 5]).is_ok() && offer(&[2, 0, 1, 1, 3]).is_ok());
    assert!(matches!(offer(&[1, 0, 6]), Err(DecodeError::Limit { .. })));
    assert!(matches!(offer(&[1, 5, 1]), Err(DecodeError::Limit { .. })));
    for touching_or_empty in [&[2, 0, 1, 0, 1][..], &[1, 0, 0]] {
        assert_eq!(offer(touching_or_empty), Err(DecodeError::NotCanonical("ranges of pieces")));
    }
}

#[test]
fn a_greeting_is_short_and_a_message_is_bounded() {
    let mut long = samples()[0].encode();
    long.resize(limits::HELLO_BYTES_MAX + 1, 0);
    assert!(matches!(Message::decode(&long), Err(DecodeError::Limit { .. })));
    let huge = vec![200; limits::MESSAGE_BYTES_MAX + 1];
    assert!(matches!(Message::decode(&huge), Err(DecodeError::Limit { .. })));
}

#[test]
fn names_are_cut_and_cleaned() {
    let figure = Figure::new(&format!("a\nb{}", "ä".repeat(64)), [0; 3], None, Frontier::new());
    assert!(figure.name.starts_with("abä") && figure.name.len() <= limits::NAME_BYTES_MAX);
    let presence = Presence { member: MemberId(1), clock: 0, figure: Some(Figure { name: "a\nb".into(), ..figure }) };
    let bytes = Message::Presence { doc: DocumentId(1), presences: vec![presence.into()] }.encode();
    assert_eq!(Message::decode(&bytes), Err(DecodeError::Text("name")));
}
