//! The part of a session that is about no document: greeting, admission, silence.

use crate::limits::{HELLO_DEADLINE_MS, PING_AFTER_MS, REASON_BYTES_MAX, SILENCE_MAX_MS};
use crate::message::{Hello, Message, PROTOCOL, Proof};
use crate::{MemberId, ProtocolError, RefusalCode, Trust};
use clock::DocumentId;

/// Which side of a session this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It made the connection: greets first, and asks after silence.
    Initiator,
    /// It was connected to: greets once it admits.
    Responder,
}

/// Who is let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Everybody who speaks the protocol.
    All(Trust),
    /// Whom the host admits after [`crate::Event::Greeted`].
    Ask,
}

/// What a session is made with.
#[derive(Clone, Debug)]
pub struct Config {
    /// Who this member is: random for each run.
    pub member: MemberId,
    /// What admits this member on the other side.
    pub token: Vec<u8>,
    /// Who is let in on this side.
    pub admission: Admission,
}

/// What a message meant to the channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It was dealt with.
    Done,
    /// The other side greeted.
    Greeted(Hello),
    /// The other side says who it is, and how that is seen.
    Proof(Proof),
    /// It is about a document, or refuses one.
    About(DocumentId, Message),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    /// The other side has not greeted.
    Greeting,
    /// It has, and the host must decide.
    Asking,
    /// Both may speak.
    Talking,
    /// Over.
    Ended(ProtocolError),
}

/// The state of a session apart from its documents.
#[derive(Debug)]
pub struct Channel {
    role: Role,
    config: Config,
    phase: Phase,
    trust: Trust,
    has_greeted: bool,
    began_ms: u64,
    heard_ms: u64,
    /// When a ping went out that nothing has answered.
    pinged_ms: Option<u64>,
    pongs: Vec<u64>,
    last_words: Option<Message>,
}

impl Channel {
    /// A channel that began at `now_ms`.
    pub fn new(role: Role, config: Config, now_ms: u64) -> Self {
        Self {
            role,
            config,
            phase: Phase::Greeting,
            trust: Trust::Relay,
            has_greeted: false,
            began_ms: now_ms,
            heard_ms: now_ms,
            pinged_ms: None,
            pongs: Vec::new(),
            last_words: None,
        }
    }

    /// Deals with a message. After an error the session is over: [`Channel::poll`] says the last words.
    pub fn hear(&mut self, message: Message, now_ms: u64) -> Result<Heard, ProtocolError> {
        self.heard_ms = now_ms;
        self.pinged_ms = None;
        match (&self.phase, message) {
            (Phase::Ended(_), _) => Err(ProtocolError::Ended),
            (_, Message::Refused { doc: None, code, message }) => {
                let error = ProtocolError::Refused { code, message };
                self.phase = Phase::Ended(error.clone());
                Err(error)
            }
            (Phase::Greeting, Message::Hello(hello)) => self.hear_hello(hello),
            (Phase::Talking, Message::Hello(_)) | (Phase::Greeting | Phase::Asking, _) => {
                Err(self.end(ProtocolError::Order))
            }
            (Phase::Talking, message) => Ok(self.hear_talk(message)),
        }
    }

    fn hear_hello(&mut self, hello: Hello) -> Result<Heard, ProtocolError> {
        if !(hello.protocol_from..=hello.protocol_to).contains(&PROTOCOL) {
            let (from, to) = (hello.protocol_from, hello.protocol_to);
            return Err(self.end(ProtocolError::Version { from, to }));
        }
        self.phase = Phase::Asking;
        match (self.role, self.config.admission.clone()) {
            (Role::Initiator, _) => self.admit(Trust::Relay),
            (Role::Responder, Admission::All(trust)) => self.admit(trust),
            (Role::Responder, Admission::Ask) => {}
        }
        Ok(Heard::Greeted(hello))
    }

    fn hear_talk(&mut self, message: Message) -> Heard {
        match (message.doc(), message) {
            (Some(doc), message) => Heard::About(doc, message),
            (None, Message::Ping(token)) => {
                // Who asks again before hearing the answer is content with one.
                self.pongs = vec![token];
                Heard::Done
            }
            (None, Message::Proof(proof)) => Heard::Proof(proof),
            (None, _) => Heard::Done,
        }
    }

    /// Lets the other side in, once it has greeted.
    pub fn admit(&mut self, trust: Trust) {
        if self.phase == Phase::Asking {
            self.phase = Phase::Talking;
            self.trust = trust;
        }
    }

    /// The other side proved to be this author. What it opened before goes on without.
    pub fn believe(&mut self, author: [u8; 32]) {
        if let Trust::Leaf(stamp) = &mut self.trust {
            stamp.author = Some(author);
        }
    }

    /// Ends the session with an explanation for the other side.
    pub fn end(&mut self, error: ProtocolError) -> ProtocolError {
        if !matches!(self.phase, Phase::Ended(_)) {
            self.last_words = Some(refusal(None, error.code(), &error.to_string()));
            self.phase = Phase::Ended(error.clone());
        }
        error
    }

    /// What to send now.
    pub fn poll(&mut self, now_ms: u64, out: &mut Vec<Message>) {
        self.look_at_clock(now_ms);
        let may_greet = self.role == Role::Initiator || self.phase == Phase::Talking;
        if !self.has_greeted && may_greet && !matches!(self.phase, Phase::Ended(_)) {
            self.has_greeted = true;
            out.push(Message::Hello(self.hello()));
        }
        out.extend(self.pongs.drain(..).map(Message::Pong));
        if self.phase == Phase::Talking && self.is_ping_due(now_ms) {
            self.pinged_ms = Some(now_ms);
            out.push(Message::Ping(now_ms));
        }
        out.extend(self.last_words.take());
    }

    fn hello(&self) -> Hello {
        let you = match &self.trust {
            Trust::Leaf(stamp) => stamp.member,
            Trust::Relay => MemberId(0),
        };
        Hello {
            protocol_from: PROTOCOL,
            protocol_to: PROTOCOL,
            features: 0,
            member: self.config.member,
            you,
            token: self.config.token.clone(),
        }
    }

    fn is_ping_due(&self, now_ms: u64) -> bool {
        self.role == Role::Initiator && self.pinged_ms.is_none() && self.heard_ms + PING_AFTER_MS <= now_ms
    }

    fn look_at_clock(&mut self, now_ms: u64) {
        match self.phase {
            Phase::Greeting | Phase::Asking if self.began_ms + HELLO_DEADLINE_MS <= now_ms => {
                self.end(ProtocolError::HelloDeadline);
            }
            Phase::Talking if self.heard_ms + SILENCE_MAX_MS <= now_ms => {
                self.end(ProtocolError::Silence);
            }
            _ => {}
        }
    }

    /// When to poll at the latest although nothing came.
    pub fn next_wake_ms(&self) -> Option<u64> {
        match self.phase {
            Phase::Greeting | Phase::Asking => Some(self.began_ms + HELLO_DEADLINE_MS),
            Phase::Talking if self.role == Role::Initiator && self.pinged_ms.is_none() => {
                Some(self.heard_ms + PING_AFTER_MS)
            }
            Phase::Talking => Some(self.heard_ms + SILENCE_MAX_MS),
            Phase::Ended(_) => None,
        }
    }

    /// Whether both sides have greeted and documents may be exchanged.
    pub fn is_talking(&self) -> bool {
        self.phase == Phase::Talking
    }

    /// Why the session is over, if it is.
    pub fn ended(&self) -> Option<&ProtocolError> {
        if let Phase::Ended(error) = &self.phase { Some(error) } else { None }
    }

    /// How far the other side is believed.
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// This member.
    pub fn me(&self) -> MemberId {
        self.config.member
    }
}

/// A refusal whose explanation fits into a message.
pub fn refusal(doc: Option<DocumentId>, code: RefusalCode, message: &str) -> Message {
    let mut clean = String::new();
    for c in message.chars().filter(|c| !c.is_control()) {
        if clean.len() + c.len_utf8() > REASON_BYTES_MAX {
            break;
        }
        clean.push(c);
    }
    Message::Refused { doc, code, message: clean }
}
