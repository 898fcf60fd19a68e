//! Bundles there and back, and every way to damage a small one.

use super::*;
use clock::ReplicaId;

fn version(ends: &[(u64, u32)]) -> VersionVector {
    ends.iter().map(|&(replica, end)| (ReplicaId(replica), end)).collect()
}

fn document(id: u128, name: &str) -> BundlePart<'_> {
    let (since, version) = (version(&[(4, 2)]), version(&[(4, 9), (u64::MAX, 1)]));
    BundlePart::Document(BundleDocument { id: DocumentId(id), epoch: 1, name, since, version })
}

fn parts(piece: &[u8]) -> Vec<BundlePart<'_>> {
    vec![
        BundlePart::Start { blobs: vec![BlobHash([1; 32]), BlobHash([2; 32])] },
        document(7, "grüße"),
        BundlePart::History(vec![b"a chain", b"another"]),
        BundlePart::History(vec![b"a third"]),
        document(8, ""),
        BundlePart::Blob { hash: BlobHash([3; 32]), len: 0 },
        BundlePart::Blob { hash: BlobHash([4; 32]), len: piece.len() as u64 },
        BundlePart::Piece(piece),
        BundlePart::End,
    ]
}

fn write(parts: &[BundlePart<'_>]) -> Result<Vec<u8>, EncodeError> {
    let (head, mut writer) = BundleWriter::new();
    let mut bytes = head.to_vec();
    for part in parts {
        bytes.extend(writer.part(part)?);
    }
    Ok(bytes)
}

/// Reads to the end, and hands each part on.
fn read(bytes: &[u8], mut each: impl FnMut(BundlePart<'_>)) -> Result<(), DecodeError> {
    let cut = DecodeError::Truncated { at: bytes.len() };
    let (head, mut rest) = bytes.split_first_chunk().ok_or(cut.clone())?;
    let mut reader = BundleReader::new(head)?;
    while !reader.is_whole() {
        let (head, behind) = rest.split_first_chunk().ok_or(cut.clone())?;
        let (body, behind) = behind.split_at_checked(BundleReader::body_len(head)?).ok_or(cut.clone())?;
        each(reader.part(head, body)?);
        rest = behind;
    }
    if rest.is_empty() { Ok(()) } else { Err(DecodeError::Trailing(rest.len())) }
}

#[test]
fn a6_a_bundle_reads_back() {
    let bytes = write(&parts(b"bytes")).unwrap();
    let mut expected = parts(b"bytes").into_iter();
    read(&bytes, |part| assert_eq!(Some(part), expected.next())).unwrap();
    assert_eq!(expected.next(), None);
}

#[test]
fn a6_every_cut_and_every_flip_is_an_error() {
    let bytes = write(&parts(b"bytes")).unwrap();
    for len in 0..bytes.len() {
        assert!(read(&bytes[..len], |_| ()).is_err(), "{len} bytes");
    }
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << bit;
            assert!(read(&damaged, |_| ()).is_err(), "bit {bit} of byte {at}");
        }
    }
    assert_eq!(read(&[&bytes[..], b"x"].concat(), |_| ()), Err(DecodeError::Trailing(1)));
}

/// Somebody who makes checksums fit may say anything, and it reads as something or is an error.
#[test]
fn a6_flips_under_a_checksum_that_fits_never_panic() {
    let parts = parts(b"bytes");
    let mut read_all_the_same = 0;
    for (number, part) in parts.iter().enumerate() {
        let (_, mut writer) = BundleWriter::new();
        let before: Vec<Vec<u8>> = parts[..number].iter().map(|part| writer.part(part).unwrap()).collect();
        let last = writer.last;
        let bytes = writer.part(part).unwrap();
        for at in (0..bytes.len()).filter(|at| !(1..BUNDLE_PART_HEAD_BYTES).contains(at)) {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                let (head, body) = damaged.split_first_chunk_mut::<BUNDLE_PART_HEAD_BYTES>().unwrap();
                let sum = checksum(last, head[0], [head[1], head[2], head[3], head[4]], body);
                head[5..].copy_from_slice(&sum.0);
                let mut reader = BundleReader::new(&BundleWriter::new().0).unwrap();
                for part in &before {
                    let (head, body) = part.split_first_chunk().unwrap();
                    reader.part(head, body).unwrap();
                }
                read_all_the_same += usize::from(reader.part(head, body).is_ok());
            }
        }
    }
    assert!(read_all_the_same > 20, "damage gets past the door");
}

#[test]
fn a6_claims_of_size_are_held_to_their_limits() {
    let mut head = [0; BUNDLE_PART_HEAD_BYTES];
    head[1..5].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(BundleReader::body_len(&head), Err(DecodeError::Limit(_))));
    for (kind, claim) in [(START, 1_u64 << 40), (START, 1 << 19), (HISTORY, 1 << 15), (HISTORY, u64::MAX)] {
        let mut w = Writer::new();
        w.varint(claim);
        let body = w.into_bytes();
        let mut r = Reader::new(&body);
        assert!(read_body(&mut r, kind, &body).is_err(), "{claim} in {kind}");
    }
    let long = vec![b'x'; BUNDLE_NAME_BYTES.max as usize + 1];
    let name = std::str::from_utf8(&long).unwrap();
    assert!(write(&[BundlePart::Start { blobs: vec![] }, document(1, name)]).is_err());
}

#[test]
fn a6_parts_have_one_order() {
    let start = || BundlePart::Start { blobs: vec![] };
    let blob = |n: u8, len| BundlePart::Blob { hash: BlobHash([n; 32]), len };
    let chains = || BundlePart::History(vec![b"x"]);
    for wrong in [
        vec![BundlePart::End],
        vec![start(), start()],
        vec![BundlePart::Start { blobs: vec![BlobHash([2; 32]), BlobHash([1; 32])] }],
        vec![start(), chains()],
        vec![start(), document(1, ""), BundlePart::History(vec![])],
        vec![start(), document(1, ""), document(1, "")],
        vec![start(), document(2, ""), document(1, "")],
        vec![start(), blob(1, 0), document(1, "")],
        vec![start(), blob(2, 0), blob(1, 0)],
        vec![start(), BundlePart::Piece(b"x")],
        vec![start(), blob(1, 2), BundlePart::Piece(b"x")],
        vec![start(), blob(1, 2), BundlePart::Piece(b"xyz")],
        vec![start(), blob(1, 2), BundlePart::End],
        vec![start(), BundlePart::End, start()],
    ] {
        assert!(matches!(write(&wrong), Err(EncodeError::Invalid(_))), "{wrong:?}");
    }
}
