//! Members that exchange sealed parcels, in any order, with forgers among them.

use codec::{Chain, FrameError, SigningKey};
use motet::{ContainerId, DocumentId, ImportError, Imported, Kind, Parcel, Replica, ReplicaId, Seq, VersionVector};

fn text() -> ContainerId {
    ContainerId::root(Kind::Text, "text")
}

fn member(n: u8) -> Replica {
    Replica::new(DocumentId(99), 0, ReplicaId(n.into()), SigningKey::from_bytes(&[n; 32]))
}

fn type_text(replica: &mut Replica, at: Seq, typed: &str) -> Parcel {
    replica.document_mut().edit(0, |edit| edit.insert(text(), at, typed));
    replica.seal().unwrap()
}

fn everything(from: &Replica) -> Vec<Parcel> {
    from.export(&from.version().missing_from(&VersionVector::new()), usize::MAX)
}

#[test]
fn any_order_of_parcels_gives_one_document() {
    for seed in 1..=60 {
        let mut random = naive::Random::new(seed);
        let mut members: Vec<Replica> = (1..=4).map(member).collect();
        let mut sent: Vec<Parcel> = Vec::new();
        for _ in 0..80 {
            let who = random.below(4);
            let len = members[who].document().text_len(text()) as usize;
            let at = random.below(len + 1) as Seq;
            members[who].document_mut().edit(7, |edit| match random.below(4) {
                0 if len > 0 => edit.delete(text(), at.min(len as Seq - 1), 1 + random.below(3) as Seq),
                _ => edit.insert(text(), at, ["a", "bc", "ü𝄞"][random.below(3)]),
            });
            if random.below(6) == 0 {
                members[who].document_mut().undo();
            }
            if random.below(2) == 0 {
                sent.extend(members[who].seal());
            }
            let other = random.below(4);
            if !sent.is_empty() && random.below(2) == 0 {
                let parcel = &sent[random.below(sent.len())];
                members[other].import(&parcel.bytes, None).unwrap();
            }
            if random.below(5) == 0 {
                let missing = members[who].version().missing_from(&members[other].version());
                for parcel in members[who].export(&missing, random.below(400)) {
                    members[other].import(&parcel.bytes, None).unwrap();
                }
            }
        }
        for member in &mut members {
            sent.extend(member.seal());
        }
        for member in &mut members {
            random.shuffle(&mut sent);
            for parcel in &sent {
                member.import(&parcel.bytes, None).unwrap();
            }
            assert_eq!(member.waiting(), 0);
            member.document().check_invariants();
        }
        let hashes: Vec<_> = members.iter_mut().map(|m| (m.log_hash(), m.document_mut().state_hash())).collect();
        assert!(hashes.windows(2).all(|pair| pair[0] == pair[1]), "seed {seed}");
        let mut late = member(77);
        for parcel in everything(&members[2]) {
            late.import(&parcel.bytes, None).unwrap();
        }
        assert_eq!((late.log_hash(), late.document_mut().state_hash()), hashes[0]);
    }
}

#[test]
fn what_was_changed_on_the_way_is_refused() {
    let (mut ann, mut bob) = (member(1), member(2));
    let parcel = type_text(&mut ann, 0, "a line of text");
    for at in 0..parcel.bytes.len() {
        let mut bytes = parcel.bytes.clone();
        bytes[at] ^= 1;
        assert!(bob.import(&bytes, None).is_err() || bob.document().text_len(text()) == 0, "byte {at}");
        assert_eq!(bob.version(), VersionVector::new());
    }
    bob.import(&parcel.bytes, None).unwrap();
    assert_eq!(bob.document().text(text()), "a line of text");
}

#[test]
fn nobody_writes_under_anothers_name() {
    let (mut ann, mut bob) = (member(1), member(2));
    let parcel = type_text(&mut ann, 0, "mine");
    bob.import(&parcel.bytes, None).unwrap();
    // Somebody else with Ann's replica id: another key, so another chain.
    let mut forger = Replica::new(DocumentId(99), 0, ReplicaId(1), SigningKey::from_bytes(&[9; 32]));
    let forged = type_text(&mut forger, 0, "fake, and longer");
    let refused = bob.import(&forged.bytes, None);
    assert!(matches!(refused, Err(ImportError::Frame(FrameError::Signature(_)))), "{refused:?}");
    assert_eq!(bob.document().text(text()), "mine");
    // The right key in another document.
    let mut elsewhere = Replica::new(DocumentId(98), 0, ReplicaId(3), SigningKey::from_bytes(&[3; 32]));
    let strange = type_text(&mut elsewhere, 0, "elsewhere");
    assert!(bob.import(&strange.bytes, None).is_err());
}

#[test]
fn who_contradicts_themselves_is_stopped_with_proof() {
    let (mut ann, mut bob, mut carl) = (member(1), member(2), member(3));
    let first = type_text(&mut ann, 0, "common. ");
    let mut twin = ann.clone();
    let left = type_text(&mut ann, 8, "left");
    let right = type_text(&mut twin, 8, "right");
    for member in [&mut bob, &mut carl] {
        member.import(&first.bytes, None).unwrap();
    }
    bob.import(&left.bytes, None).unwrap();
    assert_eq!(bob.import(&right.bytes, None), Err(ImportError::Equivocation(ReplicaId(1))));
    assert!(bob.forks().next().unwrap().verify());
    let more = type_text(&mut ann, 0, "more");
    assert_eq!(bob.import(&more.bytes, None), Err(ImportError::Equivocation(ReplicaId(1))));
    assert_eq!(bob.document().text(text()), "common. left");
    // Everybody else goes on.
    let carls = type_text(&mut carl, 0, "Carl: ");
    bob.import(&carls.bytes, None).unwrap();
    assert_eq!(bob.document().text(text()), "Carl: common. left");
}

#[test]
fn parcels_come_in_pieces_of_the_size_asked_for() {
    let mut ann = member(1);
    for n in 0..300 {
        let words = format!("{n} {}", "words ".repeat(60));
        type_text(&mut ann, 0, &words);
    }
    let whole = everything(&ann);
    let mut bob = member(2);
    let mut rounds = 0;
    while bob.version() != ann.version() {
        let missing = ann.version().missing_from(&bob.version());
        let parcels = ann.export(&missing, 1);
        assert_eq!(parcels.len(), 1);
        assert!(parcels[0].bytes.len() < whole.iter().map(|p| p.bytes.len()).sum::<usize>() / 4);
        assert!(matches!(bob.import(&parcels[0].bytes, None), Ok(Imported::Applied(_))));
        rounds += 1;
    }
    assert!(rounds > 4);
    assert_eq!(Chain::decode(&whole[0].bytes).unwrap().encode().unwrap(), whole[0].bytes);
    assert_eq!(bob.document().text(text()), ann.document().text(text()));
}

fn import_all(into: &mut Replica, parcels: &[Parcel]) -> Vec<Imported> {
    parcels.iter().map(|parcel| into.import(&parcel.bytes, None).unwrap()).collect()
}

/// A parcel that follows another one's only towards its end used to be shown in part. What was then
/// written on top of that part reached disks without it, and a server could not load it again.
#[test]
fn a_parcel_is_taken_in_as_a_whole_or_waits_as_a_whole() {
    let [mut ann, mut bob, mut carl, mut dora] = [1, 2, 3, 4].map(member);
    let early = type_text(&mut bob, 0, "Bob. ");
    ann.document_mut().edit(0, |edit| edit.insert(text(), 0, "Ann. "));
    ann.import(&early.bytes, None).unwrap();
    ann.document_mut().edit(0, |edit| edit.insert(text(), 0, "Later. "));
    let both = ann.seal().unwrap();

    assert_eq!(carl.import(&both.bytes, None), Ok(Imported::Waiting));
    assert_eq!((carl.document().text(text()), carl.version()), (String::new(), VersionVector::new()));
    assert_eq!(carl.wanted(), [early.span]);
    assert_eq!(carl.log_hash(), member(5).log_hash());
    let own = type_text(&mut carl, 0, "Carl. ");
    assert!(matches!(dora.import(&own.bytes, None), Ok(Imported::Applied(_))));

    assert!(matches!(carl.import(&early.bytes, None), Ok(Imported::Applied(_))));
    assert_eq!(carl.waiting(), 0);
    import_all(&mut ann, &[own]);
    assert_eq!(carl.document().text(text()), ann.document().text(text()));
    assert_eq!(carl.hashes(), ann.hashes());
}

#[test]
fn parcels_that_need_each_other_come_in_together() {
    let [mut ann, mut bob, mut carl] = [1, 2, 3].map(member);
    for turn in 0..8 {
        let said = type_text(&mut ann, turn, "a");
        import_all(&mut bob, &[said]);
        let answer = type_text(&mut bob, 0, "b");
        import_all(&mut ann, &[answer]);
    }
    let parcels = everything(&ann);
    assert!(parcels.len() < 16, "signatures were thinned out");
    let became = import_all(&mut carl, &parcels);
    assert!(became.contains(&Imported::Waiting), "{became:?}");
    assert_eq!(carl.waiting(), 0);
    assert_eq!((carl.version(), carl.hashes()), (ann.version(), ann.hashes()));
}

#[test]
fn a_bad_parcel_that_waits_does_not_keep_out_the_good_one() {
    let [mut ann, mut bob] = [1, 2].map(member);
    let (first, second) = (type_text(&mut ann, 0, "one "), type_text(&mut ann, 4, "two"));
    let mut forged = second.bytes.clone();
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(bob.import(&forged, None), Ok(Imported::Waiting));
    assert_eq!(bob.import(&second.bytes, None), Ok(Imported::Waiting));
    bob.import(&first.bytes, None).unwrap();
    assert_eq!((bob.document().text(text()).as_str(), bob.waiting()), ("one two", 0));
}
