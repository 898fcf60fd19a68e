//! What history was trimmed of can be forgotten, and who was away takes what stands in its place. The number is that of the list of
//! what Joyce and its kin do: F for commitment.

use codec::trimmed::{Piece, Tail};
use codec::{Image, SigningKey};
use motet::{
    ContainerId, Decider, DocumentId, Id, ImportError, Imported, Kind, Parcel, Policy, Refusal, Replica, ReplicaId,
    Value, VersionVector,
};

const DOC: DocumentId = DocumentId(7);

fn member(number: u8) -> Replica {
    Replica::new(DOC, 0, ReplicaId(number.into()), SigningKey::from_bytes(&[number; 32]))
}

fn text() -> ContainerId {
    ContainerId::root(Kind::Text, "text")
}

fn map() -> ContainerId {
    ContainerId::root(Kind::Map, "map")
}

fn parcels(from: &Replica, to: &Replica) -> Vec<Parcel> {
    from.export(&from.version().missing_from(&to.version()), usize::MAX)
}

fn tell(from: &mut Replica, to: &mut Replica) {
    from.seal_all();
    for parcel in parcels(from, to) {
        assert_eq!(motet::parcel_span(&parcel.bytes), Ok(parcel.span));
        to.import(&parcel.bytes, None).expect("valid");
    }
    to.document().check_invariants();
}

fn exchange(one: &mut Replica, other: &mut Replica) {
    tell(one, other);
    tell(other, one);
    assert_eq!((one.version(), one.hashes()), (other.version(), other.hashes()));
}

fn write(member: &mut Replica, at: u32, words: &str) {
    member.document_mut().edit(0, |edit| edit.insert(text(), at, words)).expect("written");
}

fn delete(member: &mut Replica, at: u32, len: u32) {
    member.document_mut().edit(0, |edit| edit.delete(text(), at, len)).expect("deleted");
}

fn set(member: &mut Replica, key: &str, value: &str) {
    member.document_mut().edit(0, |edit| edit.set(map(), key, Value::Text(value.into()))).expect("written");
}

fn content(member: &Replica) -> String {
    member.document().text(text())
}

/// What a member gives in the place of what was forgotten, but for what follows it.
fn pieces(of: &Replica) -> Vec<Piece> {
    let all = parcels(of, &member(99)).into_iter().filter(|parcel| Piece::is_piece(&parcel.bytes));
    all.map(|parcel| Piece { tail: Tail::None, ..Piece::decode(&parcel.bytes).expect("valid") }).collect()
}

fn govern(member: &mut Replica) {
    let author = Decider(member.own_author().0);
    member.document_mut().govern(&[author], 0).expect("said");
}

/// Whether anything of these words is in what a member keeps, or would give to others.
fn knows(member: &Replica, words: &str) -> bool {
    let holds = |bytes: &[u8]| bytes.windows(words.len()).any(|part| part == words.as_bytes());
    let mut all = parcels(member, &self::member(99)).into_iter();
    let log = member.document().log();
    let text: String = log
        .logs()
        .flat_map(|log| log.actions_in(0..log.end()))
        .flat_map(|action| action.ops)
        .map(|op| format!("{op:?}"))
        .collect();
    text.contains(words) || all.any(|parcel| holds(&parcel.bytes))
}

/// Ann's document, which Bob knows, in which she deleted a secret of hers and he wrote over one of his, behind two decisions;
/// she is about to trim.
fn couple() -> (Replica, Replica) {
    let (mut ann, mut bob) = (member(1), member(2));
    govern(&mut ann);
    write(&mut ann, 0, "one secret two");
    exchange(&mut ann, &mut bob);
    set(&mut bob, "pin", "hidden");
    set(&mut bob, "pin", "shown");
    delete(&mut ann, 3, 7);
    exchange(&mut ann, &mut bob);
    ann.document_mut().decide(0).expect("decided");
    write(&mut ann, 0, ".");
    (ann, bob)
}

#[test]
fn f4_what_nobody_will_see_again_is_forgotten_and_all_else_stays() {
    let (mut ann, mut bob) = couple();
    ann.trim(0).expect("trimmed");
    exchange(&mut ann, &mut bob);
    let before = ann.hashes();
    assert!(knows(&ann, "secret") && knows(&ann, "hidden"));
    assert!(ann.forget());
    assert!(!knows(&ann, "secret") && !knows(&ann, "hidden"), "not in her memory, nor in what she gives to others");
    assert!(knows(&ann, "shown"));
    let told: Vec<bool> = ann.document().history().iter().map(|run| ann.has_forgotten(run.span)).collect();
    assert!(told.contains(&true) && told.contains(&false), "the history knows of what: {told:?}");
    assert!(bob.document().history().iter().all(|run| !bob.has_forgotten(run.span)));
    assert!(!ann.forget(), "there is nothing more to forget");
    assert_eq!(ann.hashes(), before, "what everybody shares is the same");
    ann.document().check_invariants();
    // Both go on with each other, who forgot and who did not.
    write(&mut ann, 0, "a");
    write(&mut bob, 0, "b");
    exchange(&mut ann, &mut bob);
    assert!(knows(&bob, "secret"));
    // He checks what she says by himself.
    assert!(bob.forget());
    assert!(!knows(&bob, "secret"));
    exchange(&mut ann, &mut bob);
    assert!(pieces(&ann) == pieces(&bob), "both give the same to who comes");
}

#[test]
fn f4_who_was_away_takes_it_and_keeps_what_they_did() {
    let (mut ann, mut bob) = couple();
    let mut cat = member(3);
    exchange(&mut ann, &mut cat);
    exchange(&mut ann, &mut bob);
    // She is away, and goes on with what she has.
    let known = cat.version();
    write(&mut cat, 1, "mine ");
    cat.seal_all();
    for at in 0..20 {
        write(&mut ann, 0, "gone");
        write(&mut bob, 0, "lost");
        exchange(&mut ann, &mut bob);
        delete(&mut ann, 0, 8);
        exchange(&mut ann, &mut bob);
        assert_eq!(content(&ann), ".one two", "{at}");
    }
    ann.document_mut().decide(0).expect("decided");
    write(&mut bob, 0, "!");
    exchange(&mut ann, &mut bob);
    ann.trim(0).expect("trimmed");
    assert!(ann.forget());
    tell(&mut ann, &mut cat);
    assert!(cat.version().includes(&known));
    assert_eq!(content(&cat), "!.mine one two");
    assert!(!knows(&cat, "gone") && !knows(&cat, "lost"), "it was never given to her");
    assert_eq!(cat.forgotten_by(), ann.forgotten_by(), "she forgot the rest too");
    exchange(&mut ann, &mut cat);
    exchange(&mut bob, &mut cat);
    assert_eq!(cat.hashes(), bob.hashes());
    // What she took she can give.
    let mut dan = member(4);
    tell(&mut cat, &mut dan);
    assert_eq!((dan.version(), dan.hashes()), (cat.version(), cat.hashes()));
    write(&mut dan, 0, "new ");
    exchange(&mut dan, &mut bob);
    exchange(&mut bob, &mut ann);
    assert_eq!(content(&ann), "new !.mine one two");
}

#[test]
fn f4_who_comes_anew_takes_what_there_is_in_any_order() {
    let (mut ann, mut bob) = couple();
    ann.trim(0).expect("trimmed");
    exchange(&mut ann, &mut bob);
    assert!(ann.forget());
    write(&mut ann, 0, "later ");
    ann.seal_all();
    let all = parcels(&ann, &member(9));
    for turn in 0..all.len() {
        let mut eve = member(9);
        let (late, early) = all.split_at(turn);
        for parcel in early.iter().chain(late).rev() {
            // What is not of Ann's time may come first, and she is no newcomer then; she gets it again.
            drop(eve.import(&parcel.bytes, None));
        }
        tell(&mut ann, &mut eve);
        assert_eq!(eve.hashes(), ann.hashes());
        assert_eq!(eve.waiting(), 0);
    }
}

#[test]
fn nobody_takes_the_word_of_who_may_not_decide() {
    let (mut ann, _) = couple();
    let mut cat = member(3);
    tell(&mut ann, &mut cat);
    let mut eve = member(5);
    tell(&mut ann, &mut eve);
    // Whoever says that it is theirs to decide, it was Ann's before.
    govern(&mut eve);
    ann.trim(0).expect("trimmed");
    ann.forget();
    let mut stranger = member(6);
    write(&mut stranger, 0, "elsewhere");
    stranger.seal_all();
    let mut dan = member(4);
    tell(&mut stranger, &mut dan);
    let error = parcels(&ann, &dan).into_iter().find_map(|parcel| dan.import(&parcel.bytes, None).err());
    assert_eq!(error, Some(ImportError::Untrusted(ann.own_author())));
    assert_eq!(content(&dan), "elsewhere");
    dan.trust(ann.own_author());
    tell(&mut ann, &mut dan);
    assert!(content(&dan).contains("one two") && content(&dan).contains("elsewhere"));
}

#[test]
fn whatever_is_changed_of_a_piece_is_refused() {
    let (mut ann, _) = couple();
    ann.trim(0).expect("trimmed");
    ann.forget();
    let piece = parcels(&ann, &member(9)).remove(0);
    for at in 0..piece.bytes.len() {
        let mut bytes = piece.bytes.clone();
        bytes[at] ^= 1;
        let mut eve = member(9);
        match eve.import(&bytes, None) {
            Err(_) | Ok(Imported::Waiting) => assert_eq!(eve.version(), VersionVector::new(), "byte {at}"),
            Ok(other) => panic!("byte {at}: {other:?}"),
        }
    }
}

#[test]
fn an_image_keeps_what_was_forgotten_and_by_whose_word() {
    let (mut ann, mut bob) = couple();
    ann.trim(0).expect("trimmed");
    exchange(&mut ann, &mut bob);
    ann.forget();
    write(&mut ann, 0, "later ");
    ann.seal_all();
    let bytes = ann.image().expect("an image");
    let writer = (ReplicaId(11), SigningKey::from_bytes(&[1; 32]));
    let mut opened = Replica::open_image(DOC, 0, writer, &Image::decode(&bytes).expect("valid")).expect("valid");
    assert_eq!((opened.version(), opened.hashes()), (ann.version(), ann.hashes()));
    assert_eq!(opened.forgotten_by(), ann.forgotten_by());
    assert!(parcels(&opened, &member(9)) == parcels(&ann, &member(9)));
    write(&mut opened, 0, "on ");
    exchange(&mut opened, &mut bob);
    assert_eq!(opened.image().map(|bytes| bytes.len() > 100), Ok(true));
}

#[test]
fn what_is_trimmed_again_is_forgotten_again() {
    let (mut ann, mut bob) = couple();
    ann.trim(0).expect("trimmed");
    exchange(&mut ann, &mut bob);
    assert!(ann.forget());
    write(&mut bob, 0, "passing ");
    exchange(&mut ann, &mut bob);
    delete(&mut ann, 0, 8);
    ann.document_mut().decide(0).expect("decided");
    exchange(&mut ann, &mut bob);
    assert!(knows(&ann, "passing"));
    ann.trim(0).expect("trimmed");
    assert!(ann.forget());
    assert!(!knows(&ann, "passing"));
    exchange(&mut ann, &mut bob);
    // He forgets both at once, and knows as much.
    assert!(bob.forget());
    assert!(pieces(&ann) == pieces(&bob));
    let mut eve = member(9);
    tell(&mut bob, &mut eve);
    assert_eq!(eve.hashes(), ann.hashes());
}

#[test]
fn a_view_of_before_shows_that_something_is_not_here_any_more() {
    let (mut ann, _) = couple();
    let first = ann.version();
    let at = |end| [(ReplicaId(1), end)].into_iter().collect::<VersionVector>();
    ann.trim(0).expect("trimmed");
    assert!(first.contains(Id::new(ReplicaId(1), 14)));
    let before = |ann: &Replica| {
        let policy = Policy { pin: Some(at(15)), ..Policy::default() };
        ann.document().with_policy(policy).text(text())
    };
    assert_eq!(before(&ann), "one secret two");
    ann.forget();
    let now = content(&ann);
    assert_eq!(ann.document_mut().restore(text(), &at(15), 0), None);
    assert_eq!(ann.document_mut().take_refusal(), Err(Refusal::Forgotten), "nobody writes what is not known");
    assert_eq!(content(&ann), now);
    assert_eq!(before(&ann), "one\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd} two");
}

#[test]
fn nothing_is_forgotten_where_nobody_vouches_for_what_stands_in_its_place() {
    let (mut ann, mut bob) = couple();
    ann.document_mut().trim(0).expect("trimmed");
    exchange(&mut ann, &mut bob);
    assert!(!ann.forget() && !bob.forget());
    assert!(knows(&ann, "secret") && knows(&bob, "secret"));
}
