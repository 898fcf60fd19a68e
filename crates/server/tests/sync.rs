//! Members over real sockets: convergence, acknowledgement, limits, stopping.

mod fixture;

use clock::DocumentId;
use fixture::start;
use net::{Incoming, Outgoing, Transport};
use server::{Gate, Reach, Token};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use sync::limits::{HELLO_BYTES_MAX, HELLO_DEADLINE_MS};
use sync::{Admission, Config, Event, MemberId, Message, Presence, Proof, RefusalCode, Role, Session, Trust};

#[tokio::test(flavor = "multi_thread")]
async fn two_members_and_a_save_over_http_become_one_text() {
    let fixture = start(None).await;
    let doc = fixture.create("notes");
    let (mut ann, mut ben) = (fixture.client(1, "").await, fixture.client(2, "").await);
    ann.open(doc);
    ben.open(doc);
    ann.add(doc, "from Ann");
    ben.add(doc, "from Ben");
    ben.until("durable", |ben| ben.durable(doc) == 1).await;
    ann.until("Ben's line", |ann| ann.text(doc) == "from Ann\nfrom Ben\n").await;
    let saved =
        fixture.http("PUT", &format!("/api/documents/{doc}/text"), &[], "from Ann\nfrom Ben\nfrom a file\n").await;
    assert_eq!(saved.status, 204);
    let all = "from Ann\nfrom Ben\nfrom a file\n";
    ann.until("the file", |ann| ann.text(doc) == all).await;
    ben.until("the file", |ben| ben.text(doc) == all).await;
    ann.until("durable", |ann| ann.durable(doc) == 1).await;
    assert_eq!(*fixture.hub.opens.lock().unwrap(), 1, "one task for each document");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_break_is_resumed_by_a_new_session() {
    let fixture = start(None).await;
    let doc = fixture.create("notes");
    let mut ann = fixture.client(1, "").await;
    ann.open(doc);
    (0..50).for_each(|n| ann.add(doc, &format!("{n:04}{}", "x".repeat(50_000))));
    ann.until("a part", |ann| ann.durable(doc) > 0).await;
    let mut again = fixture.client(1, "").await;
    again.host = std::mem::take(&mut ann.host);
    drop(ann);
    again.open(doc);
    again.until("the rest", |ann| ann.durable(doc) == 50).await;
    assert_eq!(fixture.hub.lines(doc).lock().unwrap().text(), again.text(doc));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_documents_share_one_socket() {
    let fixture = start(None).await;
    let docs: Vec<DocumentId> = (0..100).map(|n| fixture.create(&n.to_string())).collect();
    let mut ann = fixture.client(1, "").await;
    for doc in &docs {
        ann.open(*doc);
        ann.add(*doc, &doc.to_string());
    }
    ann.until("all to be durable", |ann| docs.iter().all(|doc| ann.durable(*doc) == 1)).await;
    assert_eq!(fixture.service.metrics().sockets.get(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_absent_and_a_deleted_document_look_alike() {
    let fixture = start(None).await;
    let doc = fixture.create("gone");
    fixture.http("DELETE", &format!("/api/documents/{doc}"), &[], "").await;
    let mut ann = fixture.client(1, "").await;
    ann.open(doc);
    ann.open(DocumentId(99));
    let refused = |ann: &fixture::Client| {
        let codes = ann.events.iter().filter(|e| matches!(e, Event::Refused { code: RefusalCode::NoDocument, .. }));
        codes.count()
    };
    ann.until("two refusals", |ann| refused(ann) == 2).await;
    assert_eq!(ann.error, None);
}

/// What Ben sees of Ann, who shows herself in a document that both open.
async fn shown_to(ben: &mut fixture::Client, ann: &mut fixture::Client, doc: DocumentId) -> Arc<Presence> {
    ann.open(doc);
    ben.open(doc);
    let is_open = |c: &fixture::Client| c.events.contains(&Event::Opened(doc));
    ann.until("open", is_open).await;
    ben.until("open", is_open).await;
    ann.show(doc, "Ann");
    ann.send().await;
    let shown = |ben: &fixture::Client| {
        ben.events.iter().find_map(|event| match event {
            Event::Presence { presence, .. } if presence.figure.is_some() => Some(presence.clone()),
            _ => None,
        })
    };
    ben.until("Ann", |ben| shown(ben).is_some()).await;
    shown(ben).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn carets_carry_the_identity_of_their_connection() {
    let fixture = start(None).await;
    let doc = fixture.create("notes");
    let (mut ann, mut ben) = (fixture.client(1, "").await, fixture.client(2, "").await);
    let presence = shown_to(&mut ben, &mut ann, doc).await;
    assert_eq!(presence.figure.as_ref().unwrap().name, "Ann");
    assert_ne!(presence.member.0, 1, "not what Ann says of herself");
    drop(ann);
    let left = |ben: &fixture::Client| {
        ben.events.iter().any(|e| matches!(e, Event::Presence { presence, .. } if presence.figure.is_none()))
    };
    ben.until("Ann to leave", left).await;
}

/// What Ben sees of Ann's author, where Ann says it is `author` and proves it to be that of `key`.
async fn author_shown(author: [u8; 32], key: &codec::SigningKey) -> Option<[u8; 32]> {
    let fixture = start(None).await;
    let doc = fixture.create("notes");
    let (mut ann, mut ben) = (fixture.client(1, "").await, fixture.client(2, "").await);
    let you =
        |c: &fixture::Client| c.events.iter().find_map(|e| if let Event::Greeted(h) = e { Some(h.you) } else { None });
    ann.until("a greeting", |ann| you(ann).is_some()).await;
    ann.session.prove(Proof { author, signature: key.prove(you(&ann).unwrap().0).0 });
    shown_to(&mut ben, &mut ann, doc).await.figure.as_ref().unwrap().author
}

#[tokio::test(flavor = "multi_thread")]
async fn carets_carry_the_author_that_their_connection_proved_and_no_other() {
    let (ann, mallory) = (codec::SigningKey::from_bytes(&[1; 32]), codec::SigningKey::from_bytes(&[2; 32]));
    assert_eq!(author_shown(ann.author().0, &ann).await, Some(ann.author().0));
    assert_eq!(author_shown(ann.author().0, &mallory).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_is_refused_and_the_right_one_admitted() {
    let fixture = start(Some("a long random secret")).await;
    let doc = fixture.create("notes");
    for token in ["", "a long random secres"] {
        let mut stranger = fixture.client(1, token).await;
        stranger.until("a refusal", |c| c.error.is_some()).await;
        assert_eq!(stranger.error.as_deref(), Some("not-admitted"));
    }
    let mut ann = fixture.client(1, "a long random secret").await;
    ann.open(doc);
    ann.add(doc, "x");
    ann.until("durable", |ann| ann.durable(doc) == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_may_say_little_and_not_for_long() {
    let fixture = start(None).await;
    let url = format!("ws://{}/sync", fixture.address);
    let mut long = net::connect(&url).await.unwrap();
    // The socket may be closed before all was written.
    let _ = long.write(vec![200; HELLO_BYTES_MAX + 1]).await;
    assert!(tokio::time::timeout(Duration::from_secs(20), long.read()).await.expect("closed at once").is_err());
    let mut early = net::connect(&url).await.unwrap();
    early.write(Message::Ping(1).encode()).await.unwrap();
    let answer = Message::decode(&early.read().await.unwrap()).unwrap();
    assert!(matches!(answer, Message::Refused { code: RefusalCode::Order, .. }));

    let (began, mut silent) = (Instant::now(), net::connect(&url).await.unwrap());
    let answer = Message::decode(&silent.read().await.unwrap()).unwrap();
    assert!(matches!(answer, Message::Refused { code: RefusalCode::Timeout, .. }), "{answer:?}");
    let took_ms = began.elapsed().as_millis() as u64;
    assert!((HELLO_DEADLINE_MS - 100..HELLO_DEADLINE_MS + 1000).contains(&took_ms), "{took_ms} ms");
}

#[tokio::test(flavor = "multi_thread")]
async fn random_bytes_end_one_session_only() {
    let fixture = start(None).await;
    let doc = fixture.create("notes");
    let mut seed = 0x1234_5678_9abc_def1_u64;
    for _ in 0..50 {
        let mut socket = net::connect(&format!("ws://{}/sync", fixture.address)).await.unwrap();
        for _ in 0..5 {
            let bytes = (0..40)
                .map(|_| {
                    seed ^= seed << 13;
                    seed ^= seed >> 7;
                    seed ^= seed << 17;
                    seed as u8
                })
                .collect();
            let _ = socket.write(bytes).await;
        }
    }
    let mut ann = fixture.client(1, "").await;
    ann.open(doc);
    ann.add(doc, "x");
    ann.until("durable", |ann| ann.durable(doc) == 1).await;
    assert_eq!(fixture.service.metrics().panics.get(), 0);
}

/// Somebody who opens a document and reads nothing costs what fits in the queue, and has everything
/// once he reads again.
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_never_reads_holds_nobody_up() {
    let fixture = start(None).await;
    let doc = fixture.create("notes");
    let (mut ann, mut stalled) = (fixture.client(1, "").await, fixture.client(2, "").await);
    ann.open(doc);
    stalled.open(doc);
    stalled.until("open", |c| c.events.contains(&Event::Opened(doc))).await;
    let sent = fixture.service.metrics().bytes_out.get();
    for n in 0..200 {
        ann.add(doc, &format!("{n:04}{}", "x".repeat(100_000)));
    }
    ann.until("durable", |ann| ann.durable(doc) == 200).await;
    let sent = fixture.service.metrics().bytes_out.get() - sent;
    assert!(sent < 8 << 20, "{sent} bytes went into the sockets");
    stalled.until("everything", |c| c.text(doc) == ann.text(doc)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_error_of_the_store_nothing_is_acknowledged() {
    let fixture = start(None).await;
    let doc = fixture.create("notes");
    let mut ann = fixture.client(1, "").await;
    ann.open(doc);
    ann.add(doc, "safe");
    ann.until("durable", |ann| ann.durable(doc) == 1).await;
    fixture.hub.is_broken.store(true, Ordering::Relaxed);
    ann.add(doc, "not safe");
    let refused = |ann: &fixture::Client| {
        ann.events.iter().any(|e| matches!(e, Event::Refused { code: RefusalCode::Unavailable, .. }))
    };
    ann.until("a refusal", refused).await;
    assert!(!ann.events.iter().any(|e| matches!(e, Event::Durable { version, .. } if version.end(ann.replica) > 1)));
    assert_eq!(fixture.http("GET", "/readyz", &[], "").await.status, 503);
    let put = fixture.http("PUT", &format!("/api/documents/{doc}/text"), &[], "x\n").await;
    assert_eq!(put.status, 503);
    assert!(put.body.contains("\"store\""), "{}", put.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_says_goodbye_and_keeps_what_came() {
    let mut fixture = start(None).await;
    let doc = fixture.create("notes");
    let mut ann = fixture.client(1, "").await;
    ann.open(doc);
    ann.add(doc, "x");
    ann.until("durable", |ann| ann.durable(doc) == 1).await;
    fixture.stop.take().unwrap().send(()).unwrap();
    ann.until("goodbye", |ann| ann.error.is_some()).await;
    assert_eq!(ann.error.as_deref(), Some("draining"));
    tokio::time::timeout(Duration::from_secs(30), &mut fixture.running).await.expect("stops in time").unwrap();
    assert_eq!(fixture.hub.lines(doc).lock().unwrap().text(), "x\n");
}

/// Forty members write at once; everybody gets everything, and every line is durable.
#[tokio::test(flavor = "multi_thread")]
async fn forty_members_write_at_once() {
    let fixture = start(None).await;
    let doc = fixture.create("notes");
    let mut members = Vec::new();
    for n in 1..=40 {
        let mut member = fixture.client(n, "").await;
        member.open(doc);
        (0..5).for_each(|line| member.add(doc, &format!("{n}.{line}")));
        members.push(tokio::spawn(async move {
            member.until("everything", |m| m.host.docs[&doc].order.len() == 200 && m.durable(doc) == 5).await;
            member.text(doc)
        }));
    }
    let mut texts = Vec::new();
    for member in members {
        texts.push(member.await.unwrap());
    }
    assert!(texts.iter().all(|text| *text == texts[0]));
    assert_eq!(fixture.service.metrics().divergences.get(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_was_refused_can_be_opened_later() {
    let fixture = start(None).await;
    let doc = fixture.create("notes");
    fixture.http("DELETE", &format!("/api/documents/{doc}"), &[], "").await;
    let mut ann = fixture.client(1, "").await;
    ann.open(doc);
    ann.until("a refusal", |ann| ann.events.iter().any(|e| matches!(e, Event::Refused { .. }))).await;
    let patch = [("content-type", "application/json")];
    fixture.http("PATCH", &format!("/api/documents/{doc}"), &patch, r#"{"deleted":false}"#).await;
    ann.open(doc);
    ann.add(doc, "x");
    ann.until("durable", |ann| ann.durable(doc) == 1).await;
}

/// A bug in one document ends that document's task, says so to everybody who has it open, and harms
/// nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_told_and_survived() {
    let fixture = start(None).await;
    let (doc, other) = (fixture.create("notes"), fixture.create("other"));
    let (mut ann, mut ben) = (fixture.client(1, "").await, fixture.client(2, "").await);
    ben.open(doc);
    ben.open(other);
    ben.add(doc, "safe");
    ben.until("durable", |ben| ben.durable(doc) == 1).await;
    ann.open(doc);
    ann.add(doc, "panic");
    let stopped = |c: &fixture::Client| {
        c.events.iter().any(|e| matches!(e, Event::Refused { code: RefusalCode::Unavailable, .. }))
    };
    ann.until("a refusal", stopped).await;
    ben.until("a refusal", stopped).await;
    assert_eq!(fixture.service.metrics().panics.get(), 1);
    ben.open(doc);
    ben.add(doc, "again");
    ben.add(other, "x");
    ben.until("durable", |ben| ben.durable(doc) == 2 && ben.durable(other) == 1).await;
}

/// Talks through a gate until something about a document is heard, or the session ends.
async fn through(
    gate: &Gate,
    fixture: &fixture::Fixture,
    token: &str,
    docs: &[DocumentId],
) -> Result<Vec<Event>, String> {
    let (here, there) = net::memory();
    let (service, gate) = (fixture.service.clone(), gate.clone());
    let serving = tokio::spawn(async move { service.accept(there, &gate, || {}).await });
    let (mut incoming, mut outgoing) = here.split();
    let admission = Admission::All(Trust::Relay);
    let mut session = Session::new(Role::Initiator, Config { member: MemberId(1), token: token.into(), admission }, 0);
    let mut host = fixture::ClientHost::default();
    for doc in docs {
        host.docs.entry(*doc).or_default();
        session.open(*doc);
    }
    let mut heard = Vec::new();
    let is_answer = |event: &&Event| matches!(event, Event::Opened(_) | Event::Refused { .. });
    while heard.iter().filter(is_answer).count() < docs.len() {
        outgoing.write(session.poll(&mut host, 0), Duration::from_secs(10)).await.map_err(|error| error.to_string())?;
        let bytes = incoming.read().await.map_err(|error| error.to_string())?;
        heard.extend(session.handle(&mut host, &bytes, 0).map_err(|error| error.code().to_string())?);
    }
    drop((incoming, outgoing));
    serving.await.unwrap();
    Ok(heard)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_to_one_document_lets_nobody_see_another() {
    let fixture = start(Some("the token of the server")).await;
    let (shared, private) = (fixture.create("shared"), fixture.create("private"));
    let gate = Gate { token: Some(Token::new("the secret of a ticket").unwrap()), reach: Reach::One(shared) };
    for wrong in ["", "the token of the server", "the secret of a tickeT"] {
        let refused = through(&gate, &fixture, wrong, &[shared]).await.unwrap_err();
        assert_eq!(refused, RefusalCode::NotAdmitted.to_string(), "{wrong}");
    }
    let absent = DocumentId(99);
    let heard = through(&gate, &fixture, "the secret of a ticket", &[shared, private, absent]).await.unwrap();
    assert!(heard.contains(&Event::Opened(shared)), "{heard:?}");
    let said = |doc: DocumentId| {
        let words = |event: &Event| match event {
            Event::Refused { doc: of, code, message } if *of == doc => Some((*code, message.clone())),
            _ => None,
        };
        let (code, message) = heard.iter().find_map(words).unwrap();
        (code, message.replace(&doc.to_string(), "ID"))
    };
    assert_eq!(said(private), said(absent), "what is there and what is not look alike");
    assert_eq!(said(private).0, RefusalCode::NoDocument);
    let all = Gate { token: None, reach: Reach::All };
    let heard = through(&all, &fixture, "", &[shared, private]).await.unwrap();
    assert!(heard.contains(&Event::Opened(private)), "{heard:?}");
}
