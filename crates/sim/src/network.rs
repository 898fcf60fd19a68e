//! Connections between members, and what is under way on them.

use crate::options::Options;
use crate::random::Random;
use std::collections::BTreeMap;
use sync::{BlobMessage, Message, PeerKey};

/// One of the two ends of a connection; the first made it.
pub type Side = usize;

/// A channel between two members.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The members.
    pub ends: [usize; 2],
    /// Which of their runs they are in.
    pub runs: [u64; 2],
    /// Which wire it goes along; none of those who only meet.
    pub wire: Option<usize>,
    /// Whether anything still arrives. Who is at an end may not know.
    pub is_alive: bool,
    /// Whether it did less than a channel must: lost, doubled, reordered or altered something.
    pub is_spoilt: bool,
    /// Which ends know that it is gone.
    lost: [bool; 2],
    /// When the last message arrives, by the side that it goes to.
    due_ms: [u64; 2],
}

/// Who is connected to whom.
#[derive(Debug)]
pub struct Network {
    /// Who may connect to whom; the first of each does.
    pub wires: Vec<[usize; 2]>,
    /// By number. A connection is here as long as one of its ends has a session over it.
    pub connections: BTreeMap<PeerKey, Connection>,
    /// In which part of a divided network each member is.
    parts: Vec<usize>,
    next: PeerKey,
}

/// A message that will arrive.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// When.
    pub due_ms: u64,
    /// At which end.
    pub side: Side,
    /// What.
    pub bytes: Vec<u8>,
}

impl Network {
    /// Nobody is connected yet.
    pub fn new(options: &Options) -> Self {
        let parts = vec![0; options.members];
        Self { wires: options.wires.clone(), connections: BTreeMap::new(), parts, next: 1 }
    }

    /// Opens a connection; the first of its ends makes it.
    pub fn connect(&mut self, wire: Option<usize>, ends: [usize; 2], runs: [u64; 2]) -> PeerKey {
        let number = self.next;
        self.next += 1;
        let connection =
            Connection { ends, runs, wire, is_alive: true, is_spoilt: false, lost: [false; 2], due_ms: [0; 2] };
        self.connections.insert(number, connection);
        number
    }

    /// An end learns that the connection is gone; none where it knew. What both know of is forgotten.
    pub fn lose(&mut self, number: PeerKey, side: Side) -> Option<Connection> {
        let connection = self.connections.get_mut(&number)?;
        connection.is_alive = false;
        if std::mem::replace(&mut connection.lost[side], true) {
            return None;
        }
        let lost = connection.clone();
        if lost.lost == [true; 2] {
            self.connections.remove(&number);
        }
        Some(lost)
    }

    /// Whether messages pass between two members.
    pub fn is_passable(&self, ends: [usize; 2]) -> bool {
        self.parts[ends[0]] == self.parts[ends[1]]
    }

    /// Divides the members into parts, or joins them again.
    pub fn divide(&mut self, parts: Vec<usize>) {
        self.parts = parts;
    }

    /// The connections that end at `member`.
    pub fn of(&self, member: usize) -> Vec<PeerKey> {
        let numbers = self.connections.iter().filter(|(_, connection)| connection.ends.contains(&member));
        numbers.map(|(&number, _)| number).collect()
    }

    /// Sends a message; says when and how often it arrives.
    pub fn send(
        &mut self,
        (number, from): (PeerKey, Side),
        bytes: Vec<u8>,
        now_ms: u64,
        options: &Options,
        random: &mut Random,
    ) -> Vec<Arrival> {
        let Some(connection) = self.connections.get_mut(&number).filter(|connection| connection.is_alive) else {
            return Vec::new();
        };
        // An ordered channel that loses one message brings none after it.
        if self.parts[connection.ends[0]] != self.parts[connection.ends[1]] {
            connection.is_alive = false;
            return Vec::new();
        }
        let side = 1 - from;
        let mut copies = 1;
        if random.chance(options.lose) {
            copies = 0;
        } else if random.chance(options.duplicate) {
            copies = 2;
        }
        let bytes = match random.chance(options.alter).then(|| alter_load(&bytes, random)).flatten() {
            Some(altered) => {
                connection.is_spoilt = true;
                altered
            }
            None => bytes,
        };
        connection.is_spoilt |= copies != 1;
        let arrive = |_| connection.arrival(side, bytes.clone(), now_ms, options, random);
        (0..copies).map(arrive).collect()
    }
}

impl Connection {
    /// Which side `member` is of it.
    pub fn side(&self, member: usize) -> Side {
        usize::from(self.ends[0] != member)
    }

    fn arrival(&mut self, side: Side, bytes: Vec<u8>, now_ms: u64, options: &Options, random: &mut Random) -> Arrival {
        let own_ms = now_ms + delay_ms(options, random);
        if random.chance(options.overtake) {
            self.is_spoilt = true;
            return Arrival { due_ms: own_ms + random.between(0, 500), side, bytes };
        }
        self.due_ms[side] = self.due_ms[side].max(own_ms);
        Arrival { due_ms: self.due_ms[side], side, bytes }
    }
}

/// How long a message takes one way.
pub fn delay_ms(options: &Options, random: &mut Random) -> u64 {
    let (chance, max_ms) = options.tail;
    let max_ms = if random.chance(chance) { max_ms } else { options.delay_ms_max };
    random.between(0, max_ms)
}

/// The message with the bytes of one parcel or of a piece of a blob altered; none where it carries none.
fn alter_load(bytes: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let mut message = Message::decode(bytes).ok()?;
    match &mut message {
        Message::Parcels { parcels, .. } => {
            let at = random.below(parcels.len().max(1));
            let parcel = parcels.get_mut(at)?;
            parcel.bytes = alter(&parcel.bytes, random).into();
        }
        Message::Blob { message: BlobMessage::Piece { bytes: Some(bytes), .. }, .. } if !bytes.is_empty() => {
            *bytes = alter(bytes, random);
        }
        _ => return None,
    }
    Some(message.encode())
}

/// A bit that fell over, a byte that became another, or an end that is missing.
pub fn alter(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut altered = bytes.to_vec();
    let at = random.below(altered.len());
    match random.below(4) {
        0 => altered[at] = random.number() as u8,
        1 => altered.truncate(at.max(1)),
        _ => altered[at] ^= 1 << random.below(8),
    }
    altered
}
