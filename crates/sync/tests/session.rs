//! One session against bytes of our choice: order, deadlines, identity, malformed input.

mod harness;

use clock::{Frontier, ReplicaId, Span, VersionVector};
use harness::{DOC, Doc, Memory, Random};
use sync::{
    Admission, Config, Event, Figure, Hello, MemberId, Message, PROTOCOL, Parcel, Presence, ProtocolError, RefusalCode,
    Replica, Role, Session, Stamp, Standing, Trust, limits,
};

fn host() -> Memory {
    Memory { docs: [(DOC, Doc::default())].into() }
}

fn config(admission: Admission) -> Config {
    Config { member: MemberId(100), token: Vec::new(), admission }
}

fn hello() -> Message {
    let member = MemberId(7);
    let (protocol_from, protocol_to, features, token) = (PROTOCOL, PROTOCOL, 0, Vec::new());
    Message::Hello(Hello { protocol_from, protocol_to, features, member, you: MemberId(0), token })
}

fn open() -> Message {
    let (version, durable) = (VersionVector::new(), VersionVector::new());
    Message::Open { doc: DOC, standing: Standing { epoch: 0, version, durable } }
}

fn responder(trust: Trust) -> Session {
    Session::new(Role::Responder, config(Admission::All(trust)), 0)
}

fn say(session: &mut Session, host: &mut Memory, message: &Message) -> Result<Vec<Event>, ProtocolError> {
    session.handle(host, &message.encode(), 10)
}

fn answers(session: &mut Session, host: &mut Memory, now_ms: u64) -> Vec<Message> {
    session.poll(host, now_ms).iter().map(|bytes| Message::decode(bytes).expect("own words")).collect()
}

/// A responder that has greeted and has the document open.
fn talking(trust: Trust) -> (Session, Memory) {
    let (mut session, mut host) = (responder(trust), host());
    say(&mut session, &mut host, &hello()).unwrap();
    say(&mut session, &mut host, &open()).unwrap();
    let said = answers(&mut session, &mut host, 10);
    assert!(matches!(said[..], [Message::Hello(_), Message::Opened { .. }]), "{said:?}");
    (session, host)
}

#[test]
fn nothing_comes_before_the_greeting() {
    for message in [open(), Message::Ping(1), Message::Close { doc: DOC }] {
        let (mut session, mut host) = (responder(Trust::Relay), host());
        assert_eq!(say(&mut session, &mut host, &message), Err(ProtocolError::Order));
        let said = answers(&mut session, &mut host, 10);
        assert!(matches!(said[..], [Message::Refused { doc: None, code: RefusalCode::Order, .. }]), "{said:?}");
        assert_eq!(say(&mut session, &mut host, &hello()), Err(ProtocolError::Ended));
    }
}

#[test]
fn a_stranger_learns_nothing_before_it_is_admitted() {
    let (mut session, mut host) = (Session::new(Role::Responder, config(Admission::Ask), 0), host());
    assert!(answers(&mut session, &mut host, 1).is_empty());
    let events = say(&mut session, &mut host, &hello()).unwrap();
    assert!(matches!(events[..], [Event::Greeted(_)]));
    assert!(answers(&mut session, &mut host, 2).is_empty());
    session.admit(Trust::Leaf(Stamp { member: MemberId(55), name: None, author: None }));
    let said = answers(&mut session, &mut host, 3);
    assert!(matches!(&said[..], [Message::Hello(hello)] if hello.you == MemberId(55)), "{said:?}");
}

#[test]
fn the_deadline_of_the_greeting_is_absolute() {
    let (mut session, mut host) = (Session::new(Role::Responder, config(Admission::Ask), 0), host());
    say(&mut session, &mut host, &hello()).unwrap();
    answers(&mut session, &mut host, limits::HELLO_DEADLINE_MS - 1);
    assert_eq!(session.ended(), None);
    assert_eq!(session.next_wake_ms(), Some(limits::HELLO_DEADLINE_MS));
    answers(&mut session, &mut host, limits::HELLO_DEADLINE_MS);
    assert_eq!(session.ended(), Some(&ProtocolError::HelloDeadline));
}

#[test]
fn another_version_is_refused() {
    let (mut session, mut host) = (responder(Trust::Relay), host());
    let Message::Hello(hello) = hello() else { unreachable!() };
    let newer = Message::Hello(Hello { protocol_from: PROTOCOL + 1, protocol_to: PROTOCOL + 2, ..hello });
    assert!(matches!(say(&mut session, &mut host, &newer), Err(ProtocolError::Version { .. })));
}

#[test]
fn silence_ends_a_session() {
    let (mut session, mut host) = talking(Trust::Relay);
    answers(&mut session, &mut host, 10 + limits::SILENCE_MAX_MS);
    assert_eq!(session.ended(), Some(&ProtocolError::Silence));
}

#[test]
fn an_unknown_document_is_refused_and_the_session_goes_on() {
    let (mut session, mut host) = (responder(Trust::Relay), Memory::default());
    say(&mut session, &mut host, &hello()).unwrap();
    assert_eq!(say(&mut session, &mut host, &open()), Ok(Vec::new()));
    let said = answers(&mut session, &mut host, 10);
    assert!(matches!(said[..], [Message::Hello(_), Message::Refused { doc: Some(DOC), .. }]), "{said:?}");
    assert_eq!(session.ended(), None);
}

#[test]
fn a_leaf_speaks_for_itself_only() {
    let stamp = Stamp { member: MemberId(55), name: Some("Ben".into()), author: Some([5; 32]) };
    let (mut session, mut host) = talking(Trust::Leaf(stamp));
    let mut figure = Figure::new("Ann", [1, 2, 3], None, Frontier::new());
    figure.author = Some([9; 32]);
    let claim = |member| Presence { member: MemberId(member), clock: 1, figure: Some(figure.clone()) };
    let events = say(
        &mut session,
        &mut host,
        &Message::Presence { doc: DOC, presences: vec![claim(1).into(), claim(2).into()] },
    );
    let events = events.unwrap();
    let [Event::Presence { presence, .. }] = &events[..] else { panic!("{events:?}") };
    let shown = presence.figure.as_ref().unwrap();
    assert_eq!((presence.member, shown.name.as_str(), shown.author), (MemberId(55), "Ben", Some([5; 32])));
}

#[test]
fn parcels_twice_are_one() {
    let (mut session, mut host) = talking(Trust::Relay);
    let mut other = Doc::default();
    other.write(ReplicaId(4), 3, 10);
    let parcels = other.order.clone();
    for seq in 1..4 {
        let message = Message::Parcels { doc: DOC, seq, done: 3, total: 3, parcels: parcels.clone() };
        say(&mut session, &mut host, &message).unwrap();
        let said = answers(&mut session, &mut host, 10 + limits::RECEIVED_DELAY_MS);
        assert!(matches!(said[..], [Message::Received { seq: s, .. }] if s == seq), "{said:?}");
    }
    assert_eq!(host.version(DOC), Some(other.version));
}

#[test]
fn refused_parcels_are_reported_and_not_sent_for_again() {
    let (mut session, mut host) = talking(Trust::Relay);
    let bad = Parcel { replica: ReplicaId(4), start: 0, end: 3, bytes: [1, 2].into() };
    let message = Message::Parcels { doc: DOC, seq: 1, done: 3, total: 3, parcels: vec![bad] };
    let events = say(&mut session, &mut host, &message).unwrap();
    assert!(events.iter().any(|event| matches!(event, Event::Rejected { .. })));
    let said = answers(&mut session, &mut host, 10 + limits::RECEIVED_DELAY_MS);
    assert!(matches!(said[..], [Message::Received { .. }]), "{said:?}");
}

#[test]
fn what_nobody_has_is_asked_for_once() {
    let (mut session, mut host) = talking(Trust::Relay);
    let mut other = Doc::default();
    (0..3).for_each(|_| other.write(ReplicaId(4), 3, 10));
    let orphan = vec![other.order[2].clone()];
    let mut wants = 0;
    for seq in 1..10 {
        let message = Message::Parcels { doc: DOC, seq, done: 3, total: 3, parcels: orphan.clone() };
        say(&mut session, &mut host, &message).unwrap();
        wants += answers(&mut session, &mut host, 10).iter().filter(|m| matches!(m, Message::Want { .. })).count();
    }
    assert_eq!(wants, 1);
}

#[test]
fn asking_for_what_is_not_here_brings_nothing() {
    let (mut session, mut host) = talking(Trust::Relay);
    let spans = vec![Span::new(ReplicaId(1), 0, u32::MAX), Span::new(ReplicaId(2), 5, 6)];
    say(&mut session, &mut host, &Message::Want { doc: DOC, spans }).unwrap();
    assert!(answers(&mut session, &mut host, 10).is_empty());
}

/// Whatever comes, in whatever state: no panic, and only parcels change the documents.
#[test]
fn random_and_mutated_bytes_never_panic() {
    let mut random = Random(99);
    let mut other = Doc::default();
    other.write(ReplicaId(4), 3, 10);
    let messages = [
        hello(),
        open(),
        Message::Parcels { doc: DOC, seq: 1, done: 3, total: 3, parcels: other.order.clone() },
        Message::Want { doc: DOC, spans: vec![Span::new(ReplicaId(4), 0, 3)] },
        Message::Received { doc: DOC, seq: 1, version: other.version.clone() },
        Message::Durable { doc: DOC, version: other.version.clone() },
        Message::Close { doc: DOC },
        Message::Ping(3),
    ];
    for _ in 0..3000 {
        let (mut session, mut host) = talking(Trust::Relay);
        for step in 0..20 {
            let mut bytes = messages[random.below(messages.len())].encode();
            if random.below(3) > 0 {
                let at = random.below(bytes.len());
                bytes[at] ^= 1 << random.below(8);
            }
            let result = session.handle(&mut host, &bytes, 20 + step);
            session.poll(&mut host, 20 + step);
            if result.is_err() {
                assert!(session.ended().is_some());
                break;
            }
        }
    }
}

/// A figure that was shown before the other side answered used to make the session ask for a poll at
/// once, again and again, for as long as the answer took.
#[test]
fn nothing_is_due_before_the_other_side_has_answered() {
    let (mut session, mut host) = (Session::new(Role::Initiator, config(Admission::All(Trust::Relay)), 0), host());
    session.open(DOC);
    session.show_own(DOC, Some(Figure::new("ann", [0; 3], None, Frontier::new())), 0);
    say(&mut session, &mut host, &hello()).unwrap();
    let said = answers(&mut session, &mut host, 10);
    assert!(matches!(said[..], [Message::Hello(_), Message::Open { .. }]), "{said:?}");
    assert_eq!(session.next_wake_ms(), Some(10 + limits::PING_AFTER_MS));
}
