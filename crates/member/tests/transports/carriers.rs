//! What carries: transports with a session at either end, and bundles.

use crate::place::{DOC, Place};
use member::{Keeping, Shelf};
use net::{Discovery, Incoming, Node, Outgoing, Socket, SocketError, Stream, Transport};
use server::HubDocument;
use server::bundle::{BundleError, BundleSummary, Packer, summarize, unpack};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant};
use store::{Blobs, Quotas};
use sync::limits::{HELLO_BYTES_MAX, MESSAGE_BYTES_MAX};
use sync::{Admission, Config, MemberId, Role, Session, Trust};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// The time after which what has not happened does not happen: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is handed over instead of work.
#[derive(Clone, Copy, Debug)]
pub enum Bad {
    /// Bytes that are nothing, at once.
    Garbage,
    /// The same in the middle.
    GarbageLater,
    /// Something longer than the first may be.
    Long,
    /// Something longer than any may be.
    LongLater,
}

/// Carries work between two members.
pub trait Carrier {
    /// Carries both ways until neither lacks what the other has, or until so many bytes were carried; how many were.
    async fn exchange(&mut self, a: &Place, b: &Place, cut: Option<u64>) -> u64;

    /// Hands over what is none; it is refused.
    async fn refuses(&mut self, to: &Place, bad: Bad);

    /// Whether a part of what was carried counts, where the rest did not arrive.
    fn keeps_what_came(&self) -> bool;
}

/// A way to connect two members.
pub trait Way {
    type Here: Transport;
    type There: Transport;

    async fn connect(&self) -> Self::Here;

    async fn accept(&self) -> Self::There;
}

impl<W: Way> Carrier for W {
    async fn exchange(&mut self, a: &Place, b: &Place, cut: Option<u64>) -> u64 {
        let talk = Talk { carried: AtomicU64::new(0), cut, is_level: [AtomicBool::new(false), AtomicBool::new(false)] };
        let here = async { talk.run(a, Role::Initiator, self.connect().await).await };
        let there = async { talk.run(b, Role::Responder, self.accept().await).await };
        tokio::time::timeout(PATIENCE, async { tokio::join!(here, there) }).await.expect("an exchange ends");
        talk.carried.into_inner()
    }

    async fn refuses(&mut self, to: &Place, bad: Bad) {
        let sending = async {
            let (mut incoming, mut outgoing) = self.connect().await.split();
            let (first, later) = match bad {
                Bad::Garbage => (vec![0xff; 100], None),
                Bad::Long => (vec![0; HELLO_BYTES_MAX + 1], None),
                Bad::GarbageLater => (hello(), Some(vec![0x05; 5000])),
                Bad::LongLater => (hello(), Some(vec![0; MESSAGE_BYTES_MAX + 1])),
            };
            outgoing.write(vec![first], PATIENCE).await.unwrap();
            if let Some(later) = later {
                incoming.read().await.expect("a greeting in answer");
                // Who does not want to hear more may be gone before all of it was said.
                let _ = outgoing.write(vec![later], PATIENCE).await;
            }
            // The end, perhaps after last words.
            while incoming.read().await.is_ok() {}
        };
        let hearing = async {
            let transport = self.accept().await;
            hear(to, transport, bad).await;
        };
        tokio::time::timeout(PATIENCE, async { tokio::join!(sending, hearing) }).await.expect("it ends");
    }

    fn keeps_what_came(&self) -> bool {
        true
    }
}

fn hello() -> Vec<u8> {
    let mut session = Session::new(Role::Initiator, config(1), 0);
    let mut shelf = Shelf::new(Keeping::Copy);
    session.poll(&mut shelf, 0).remove(0)
}

fn config(member: u64) -> Config {
    Config { member: MemberId(member), token: Vec::new(), admission: Admission::All(Trust::Relay) }
}

/// Hears what is none, until that is refused, by the transport or by the session.
async fn hear<T: Transport>(to: &Place, mut transport: T, bad: Bad) {
    let mut shelf = Shelf::new(Keeping::Storage);
    shelf.put(DOC, to.load());
    let mut session = Session::new(Role::Responder, config(2), 0);
    let first = match transport.greeting().await {
        Err(error) => {
            assert!(matches!(bad, Bad::Long) && matches!(error, SocketError::Long { .. }), "{bad:?}: {error}");
            return;
        }
        Ok(first) => first,
    };
    if session.handle(&mut shelf, &first, 0).is_err() {
        assert!(matches!(bad, Bad::Garbage), "{bad:?}");
        return;
    }
    let (mut incoming, mut outgoing) = transport.known().await.split();
    outgoing.write(session.poll(&mut shelf, 0), PATIENCE).await.unwrap();
    match incoming.read().await {
        Err(SocketError::Long { limit, .. }) => assert!(matches!(bad, Bad::LongLater) && limit == MESSAGE_BYTES_MAX),
        Err(error) => panic!("{bad:?}: {error}"),
        Ok(bytes) => {
            assert!(session.handle(&mut shelf, &bytes, 0).is_err() && matches!(bad, Bad::GarbageLater), "{bad:?}");
        }
    }
    outgoing.close(PATIENCE).await;
}

/// What both ends of an exchange share.
struct Talk {
    carried: AtomicU64,
    cut: Option<u64>,
    is_level: [AtomicBool; 2],
}

impl Talk {
    async fn run<T: Transport>(&self, place: &Place, role: Role, mut transport: T) {
        let began = Instant::now();
        let now_ms = || began.elapsed().as_millis() as u64;
        let mut shelf = Shelf::new(Keeping::Storage);
        shelf.put(DOC, place.load());
        let mut session = Session::new(role, config(role as u64 + 1), 0);
        if role == Role::Responder {
            let first = transport.greeting().await.unwrap();
            session.handle(&mut shelf, &first, 0).unwrap();
            transport = transport.known().await;
        } else {
            session.open(DOC);
        }
        let (mut incoming, mut outgoing) = transport.split();
        while !self.is_over(&session, &shelf, role) {
            let messages = session.poll(&mut shelf, now_ms());
            let bytes: usize = messages.iter().map(Vec::len).sum();
            let carried = self.carried.fetch_add(bytes as u64, SeqCst) + bytes as u64;
            if outgoing.write(messages, PATIENCE).await.is_err() || self.cut.is_some_and(|cut| cut <= carried) {
                break;
            }
            match tokio::time::timeout(Duration::from_millis(10), incoming.read()).await {
                Ok(Ok(bytes)) => {
                    session.handle(&mut shelf, &bytes, now_ms()).unwrap();
                    shelf.sync().unwrap();
                }
                Ok(Err(error)) => {
                    assert!(self.cut.is_some() || self.is_level.iter().all(|level| level.load(SeqCst)), "{error}");
                    break;
                }
                Err(_) => {}
            }
        }
        if self.cut.is_none() {
            outgoing.close(PATIENCE).await;
        }
    }

    /// Whether both ends have what the other has, and know it.
    fn is_over(&self, session: &Session, shelf: &Shelf, role: Role) -> bool {
        let ours = shelf.document(DOC).unwrap().replica().version();
        let is_level = session.links().any(|(_, link)| *link.theirs() == ours && !ours.is_empty());
        self.is_level[role as usize].store(is_level, SeqCst);
        self.is_level.iter().all(|level| level.load(SeqCst))
    }
}

/// Two ends in one process.
pub struct InMemory {
    waiting: (mpsc::UnboundedSender<net::Memory>, tokio::sync::Mutex<mpsc::UnboundedReceiver<net::Memory>>),
}

impl InMemory {
    pub fn new() -> Self {
        let (put, take) = mpsc::unbounded_channel();
        Self { waiting: (put, take.into()) }
    }
}

impl Way for InMemory {
    type Here = net::Memory;
    type There = net::Memory;

    async fn connect(&self) -> net::Memory {
        let (here, there) = net::memory();
        self.waiting.0.send(there).unwrap();
        here
    }

    async fn accept(&self) -> net::Memory {
        self.waiting.1.lock().await.recv().await.unwrap()
    }
}

/// WebSocket over loopback.
pub struct WebSocket {
    listener: TcpListener,
}

impl WebSocket {
    pub async fn new() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }
}

impl Way for WebSocket {
    type Here = Socket<TcpStream>;
    type There = Socket<TcpStream>;

    async fn connect(&self) -> Socket<TcpStream> {
        net::connect(&format!("ws://{}/sync", self.listener.local_addr().unwrap())).await.unwrap()
    }

    async fn accept(&self) -> Socket<TcpStream> {
        let (mut io, _) = self.listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(io.read_u8().await.unwrap());
        }
        let request = String::from_utf8(request).unwrap();
        let header = request.lines().find(|line| line.to_ascii_lowercase().starts_with("sec-websocket-key:")).unwrap();
        let key = net::derive_accept_key(header.split_once(": ").unwrap().1.as_bytes());
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: {key}\r\n\r\n"
        );
        io.write_all(answer.as_bytes()).await.unwrap();
        Socket::accept(io).await
    }
}

/// QUIC over loopback, between keys.
pub struct Quic {
    here: Node,
    there: Node,
}

impl Quic {
    pub async fn new() -> Self {
        let at = Some("127.0.0.1:0".parse().unwrap());
        let node = async |n| Node::bind(&[n; 32], at, Discovery::Off).await.unwrap();
        Self { here: node(1).await, there: node(2).await }
    }
}

impl Way for Quic {
    type Here = Stream;
    type There = Stream;

    async fn connect(&self) -> Stream {
        self.here.connect(self.there.key(), &self.there.addresses().await).await.unwrap()
    }

    async fn accept(&self) -> Stream {
        let stream = self.there.accept().await.unwrap().answer().await.unwrap();
        assert_eq!(stream.key(), self.here.key());
        stream
    }
}

/// Bundles carried there and back. Each is of what the one before it lacked.
#[derive(Default)]
pub struct File {
    sent: [Mutex<BundleSummary>; 2],
}

impl File {
    /// Carries a bundle, or the beginning of it.
    fn carry(&self, from: &Place, to: &Place, at: usize, cut: Option<u64>) -> u64 {
        let mut since = self.sent[at].lock().unwrap();
        let bytes = pack(from, since.clone());
        match cut.filter(|&cut| cut < bytes.len() as u64) {
            Some(cut) => {
                let (_, why) = take(to, &bytes[..cut as usize]);
                assert!(matches!(why, Some(BundleError::Cut { .. })), "{why:?}");
                cut
            }
            None => {
                assert!(take(to, &bytes).1.is_none());
                *since = summarize(&bytes[..]).unwrap();
                bytes.len() as u64
            }
        }
    }
}

fn pack(from: &Place, since: BundleSummary) -> Vec<u8> {
    let document = from.load();
    let mut packer = Packer::new(Vec::new(), since).unwrap();
    packer.document("Notes", document.epoch(), document.replica()).unwrap();
    packer.finish().unwrap().0
}

/// As the command does: the whole file is looked at before anything is taken in.
fn take(to: &Place, bytes: &[u8]) -> (usize, Option<BundleError>) {
    if let Err(error) = summarize(bytes) {
        return (0, Some(error));
    }
    let quotas = Quotas { store_bytes_max: 0, document_bytes_max: 0, blob_bytes_max: 0 };
    let (taken, _) = unpack(bytes, &to.hub, &Blobs::in_memory(quotas, Box::new(|| 0)), |_| {}).unwrap();
    taken.iter().for_each(|document| assert!(document.outcome.is_ok(), "{:?}", document.outcome));
    (taken.len(), None)
}

impl Carrier for File {
    async fn exchange(&mut self, a: &Place, b: &Place, cut: Option<u64>) -> u64 {
        let there = self.carry(a, b, 0, cut);
        if cut.is_some() { there } else { there + self.carry(b, a, 1, None) }
    }

    async fn refuses(&mut self, to: &Place, bad: Bad) {
        let good = pack(&Place::new(9), BundleSummary::default());
        let mut bytes = good.clone();
        match bad {
            Bad::Garbage => bytes.fill(0xff),
            Bad::GarbageLater => bytes[good.len() / 2] ^= 1,
            // The length of the first part.
            Bad::Long => bytes[6..10].fill(0xff),
            Bad::LongLater => bytes.extend([0xff; 64]),
        }
        assert!(take(to, &bytes).1.is_some(), "{bad:?}");
    }

    fn keeps_what_came(&self) -> bool {
        false
    }
}
