//! The messages and their bytes. `docs/PROTOCOL.md` gives the layout of each.

use crate::error::DecodeError;
use crate::limits;
use crate::presence::{Anchor, Bias, Figure, Presence, Selection};
use crate::wire::{Reader, Writer};
use crate::{Epoch, Hashes, MemberId, Parcel, RefusalCode};
use clock::{DocumentId, Frontier, Span, VersionVector};
use std::sync::Arc;

mod blobs;
#[cfg(test)]
mod tests;

pub use blobs::{BlobMessage, BlobPart};

/// The newest version of the protocol that this crate speaks, and the oldest.
pub const PROTOCOL: u64 = 1;

/// Kinds from here on may be skipped by who does not know them.
const KIND_OPTIONAL: u8 = 64;

/// The kind of [`Message::Proof`]: it may be skipped.
const KIND_PROOF: u8 = 69;

/// About what is at the beginning of a message: kind, document, a few numbers.
const HEAD_BYTES: usize = 48;

/// About what an entry of a version takes.
const ENTRY_BYTES: usize = 12;

/// The greeting: the first message of both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// The oldest version spoken.
    pub protocol_from: u64,
    /// The newest version spoken.
    pub protocol_to: u64,
    /// A bit for each thing beyond the protocol's version; unknown ones are ignored.
    pub features: u64,
    /// Who speaks, for as long as it runs.
    pub member: MemberId,
    /// Who the listener is in presence, where the speaker gives identities; zero otherwise.
    pub you: MemberId,
    /// What admits the speaker; empty where nothing is needed.
    pub token: Vec<u8>,
}

/// Who the speaker is. It is not looked into here: hosts sign and verify.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The public key.
    pub author: [u8; 32],
    /// Its signature over the identity that the listener gave in `you` of its greeting.
    pub signature: [u8; 64],
}

/// What a member has of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The generation.
    pub epoch: Epoch,
    /// What is here.
    pub version: VersionVector,
    /// What is on a storage node's disk.
    pub durable: VersionVector,
}

/// Everything that one member says to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// The first message.
    Hello(Hello),
    /// Asks to exchange a document.
    Open {
        /// Which one.
        doc: DocumentId,
        /// What the speaker has of it.
        standing: Standing,
    },
    /// Agrees to.
    Opened {
        /// Which one.
        doc: DocumentId,
        /// What the speaker has of it.
        standing: Standing,
    },
    /// Actions.
    Parcels {
        /// Of which document.
        doc: DocumentId,
        /// Counts these messages in one direction of an open document, from one.
        seq: u64,
        /// How many elements were sent since the speaker began to catch the listener up, these included.
        done: u64,
        /// How many there are.
        total: u64,
        /// The actions.
        parcels: Vec<Parcel>,
    },
    /// Asks for actions that others wait for.
    Want {
        /// Of which document.
        doc: DocumentId,
        /// Which.
        spans: Vec<Span>,
    },
    /// Acknowledges: another member has them.
    Received {
        /// Of which document.
        doc: DocumentId,
        /// The last `Parcels` that was dealt with.
        seq: u64,
        /// What the speaker has, as far as the listener does not know it.
        version: VersionVector,
    },
    /// Acknowledges: they are on a storage node's disk.
    Durable {
        /// Of which document.
        doc: DocumentId,
        /// What is, as far as the listener was not told.
        version: VersionVector,
    },
    /// News of who is where.
    Presence {
        /// In which document.
        doc: DocumentId,
        /// The newest of each member, shared: a server says the same to many.
        presences: Vec<Arc<Presence>>,
    },
    /// What the speaker computed.
    Hashes {
        /// Of which document.
        doc: DocumentId,
        /// From what.
        version: VersionVector,
        /// The hashes.
        hashes: Hashes,
    },
    /// Ends the exchange of a document.
    Close {
        /// Which one.
        doc: DocumentId,
    },
    /// Says no: to a document, or to the session.
    Refused {
        /// To which document; none where the session ends.
        doc: Option<DocumentId>,
        /// Why, for programs.
        code: RefusalCode,
        /// Why, for people.
        message: String,
    },
    /// Are you there?
    Ping(u64),
    /// Yes.
    Pong(u64),
    /// Something about blobs.
    Blob {
        /// Of which document.
        doc: DocumentId,
        /// What.
        message: BlobMessage,
    },
    /// The speaker is that author: what it shows of itself may bear its key.
    Proof(Proof),
    /// A message from a later version that may be skipped.
    Unknown(u8),
}

impl Message {
    /// The message as bytes. Panics where it passes a limit: who builds messages keeps them.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new(self.kind(), self.len_about());
        match self {
            Self::Hello(hello) => write_hello(&mut w, hello),
            Self::Open { doc, standing } | Self::Opened { doc, standing } => {
                write_doc(&mut w, *doc);
                w.number(standing.epoch);
                write_version(&mut w, &standing.version);
                write_version(&mut w, &standing.durable);
            }
            Self::Parcels { doc, seq, done, total, parcels } => {
                write_doc(&mut w, *doc);
                [seq, done, total].into_iter().for_each(|&value| w.number(value));
                w.count(parcels.len(), limits::PARCELS_MAX);
                for parcel in parcels {
                    w.span(parcel.span());
                    w.blob(&parcel.bytes, limits::PARCEL_BYTES_MAX);
                }
            }
            Self::Want { doc, spans } => {
                write_doc(&mut w, *doc);
                w.count(spans.len(), limits::SPANS_MAX);
                spans.iter().for_each(|&span| w.span(span));
            }
            Self::Received { doc, seq, version } => {
                write_doc(&mut w, *doc);
                w.number(*seq);
                write_version(&mut w, version);
            }
            Self::Durable { doc, version } => {
                write_doc(&mut w, *doc);
                write_version(&mut w, version);
            }
            Self::Presence { doc, presences } => {
                write_doc(&mut w, *doc);
                w.count(presences.len(), limits::PRESENCES_MAX);
                presences.iter().for_each(|presence| write_presence(&mut w, presence));
            }
            Self::Hashes { doc, version, hashes } => {
                write_doc(&mut w, *doc);
                write_version(&mut w, version);
                w.fixed(&hashes.log);
                w.fixed(&hashes.standings);
                w.byte(hashes.state.is_some().into());
                hashes.state.iter().for_each(|state| w.fixed(state));
            }
            Self::Close { doc } => write_doc(&mut w, *doc),
            Self::Refused { doc, code, message } => {
                w.byte(doc.is_some().into());
                doc.iter().for_each(|&doc| write_doc(&mut w, doc));
                w.number(code.number());
                w.blob(message.as_bytes(), limits::REASON_BYTES_MAX);
            }
            Self::Ping(token) | Self::Pong(token) => w.number(*token),
            Self::Blob { doc, message } => {
                write_doc(&mut w, *doc);
                message.write(&mut w);
            }
            Self::Proof(proof) => {
                w.fixed(&proof.author);
                w.fixed(&proof.signature);
            }
            Self::Unknown(_) => {}
        }
        w.finish()
    }

    /// Reads a message: the whole of `bytes`, within all limits, in the one form that
    /// [`encode`](Self::encode) writes.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > limits::MESSAGE_BYTES_MAX {
            return Err(limit("message bytes", bytes.len(), limits::MESSAGE_BYTES_MAX));
        }
        let mut r = Reader::new(bytes);
        let message = match r.byte()? {
            1 => Self::Hello(read_hello(&mut r, bytes.len())?),
            2 => Self::Open { doc: read_doc(&mut r)?, standing: read_standing(&mut r)? },
            3 => Self::Opened { doc: read_doc(&mut r)?, standing: read_standing(&mut r)? },
            4 => read_parcels(&mut r)?,
            5 => Self::Want { doc: read_doc(&mut r)?, spans: read_spans(&mut r)? },
            6 => Self::Received { doc: read_doc(&mut r)?, seq: r.number()?, version: read_version(&mut r)? },
            7 => Self::Durable { doc: read_doc(&mut r)?, version: read_version(&mut r)? },
            8 => Self::Presence { doc: read_doc(&mut r)?, presences: read_presences(&mut r)? },
            9 => Self::Hashes { doc: read_doc(&mut r)?, version: read_version(&mut r)?, hashes: read_hashes(&mut r)? },
            10 => Self::Close { doc: read_doc(&mut r)? },
            11 => read_refused(&mut r)?,
            12 => Self::Ping(r.number()?),
            13 => Self::Pong(r.number()?),
            kind if BlobMessage::is_kind(kind) => {
                Self::Blob { doc: read_doc(&mut r)?, message: BlobMessage::read(kind, &mut r)? }
            }
            KIND_PROOF => Self::Proof(Proof { author: r.fixed()?, signature: r.fixed()? }),
            kind if kind >= KIND_OPTIONAL => return Ok(Self::Unknown(kind)),
            kind => return Err(DecodeError::Kind(kind)),
        };
        r.finish()?;
        Ok(message)
    }

    /// The document that the message is about, if it is about one.
    pub fn doc(&self) -> Option<DocumentId> {
        match self {
            Self::Open { doc, .. }
            | Self::Opened { doc, .. }
            | Self::Parcels { doc, .. }
            | Self::Want { doc, .. }
            | Self::Received { doc, .. }
            | Self::Durable { doc, .. }
            | Self::Presence { doc, .. }
            | Self::Hashes { doc, .. }
            | Self::Blob { doc, .. }
            | Self::Close { doc } => Some(*doc),
            Self::Refused { doc, .. } => *doc,
            Self::Hello(_) | Self::Ping(_) | Self::Pong(_) | Self::Proof(_) | Self::Unknown(_) => None,
        }
    }

    /// About how many bytes it takes.
    fn len_about(&self) -> usize {
        /// What stands around the bytes of a parcel: a span, a length.
        const AROUND_PARCEL: usize = 24;
        match self {
            Self::Parcels { parcels, .. } => {
                HEAD_BYTES + parcels.iter().map(|parcel| AROUND_PARCEL + parcel.bytes.len()).sum::<usize>()
            }
            Self::Received { version, .. } | Self::Durable { version, .. } => HEAD_BYTES + version.len() * ENTRY_BYTES,
            Self::Blob { message, .. } => HEAD_BYTES + message.len_about(),
            _ => HEAD_BYTES,
        }
    }

    fn kind(&self) -> u8 {
        match self {
            Self::Hello(_) => 1,
            Self::Open { .. } => 2,
            Self::Opened { .. } => 3,
            Self::Parcels { .. } => 4,
            Self::Want { .. } => 5,
            Self::Received { .. } => 6,
            Self::Durable { .. } => 7,
            Self::Presence { .. } => 8,
            Self::Hashes { .. } => 9,
            Self::Close { .. } => 10,
            Self::Refused { .. } => 11,
            Self::Ping(_) => 12,
            Self::Pong(_) => 13,
            Self::Blob { message, .. } => message.kind(),
            Self::Proof(_) => KIND_PROOF,
            Self::Unknown(kind) => *kind,
        }
    }
}

fn limit(what: &'static str, found: usize, limit: usize) -> DecodeError {
    DecodeError::Limit { what, found: found as u64, limit }
}

fn write_doc(w: &mut Writer, doc: DocumentId) {
    w.fixed(&doc.0.to_be_bytes());
}

fn read_doc(r: &mut Reader<'_>) -> Result<DocumentId, DecodeError> {
    Ok(DocumentId(u128::from_be_bytes(r.fixed()?)))
}

fn write_hello(w: &mut Writer, hello: &Hello) {
    w.number(hello.protocol_from);
    w.number(hello.protocol_to);
    w.number(hello.features);
    w.fixed(&hello.member.0.to_le_bytes());
    w.fixed(&hello.you.0.to_le_bytes());
    w.blob(&hello.token, limits::TOKEN_BYTES_MAX);
}

fn read_hello(r: &mut Reader<'_>, len: usize) -> Result<Hello, DecodeError> {
    if len > limits::HELLO_BYTES_MAX {
        return Err(limit("greeting bytes", len, limits::HELLO_BYTES_MAX));
    }
    Ok(Hello {
        protocol_from: r.number()?,
        protocol_to: r.number()?,
        features: r.number()?,
        member: MemberId(u64::from_le_bytes(r.fixed()?)),
        you: MemberId(u64::from_le_bytes(r.fixed()?)),
        token: r.blob("token bytes", limits::TOKEN_BYTES_MAX)?.to_vec(),
    })
}

fn write_version(w: &mut Writer, version: &VersionVector) {
    w.count(version.len(), limits::VERSION_ENTRIES_MAX);
    for (replica, end) in version.iter() {
        w.replica(replica);
        w.number(u64::from(end));
    }
}

fn read_version(r: &mut Reader<'_>) -> Result<VersionVector, DecodeError> {
    let count = r.count("replicas in a version", limits::VERSION_ENTRIES_MAX, 9)?;
    let mut version = VersionVector::new();
    let mut last = None;
    for _ in 0..count {
        let (replica, end) = (r.replica()?, r.seq()?);
        if end == 0 || last.is_some_and(|last| last >= replica) {
            return Err(DecodeError::NotCanonical("version"));
        }
        last = Some(replica);
        version.extend_to(replica, end);
    }
    Ok(version)
}

fn read_standing(r: &mut Reader<'_>) -> Result<Standing, DecodeError> {
    Ok(Standing { epoch: r.number()?, version: read_version(r)?, durable: read_version(r)? })
}

fn read_parcels(r: &mut Reader<'_>) -> Result<Message, DecodeError> {
    let (doc, seq, done, total) = (read_doc(r)?, r.number()?, r.number()?, r.number()?);
    if done > total {
        return Err(DecodeError::NotCanonical("progress"));
    }
    let count = r.count("parcels", limits::PARCELS_MAX, 11)?;
    let mut parcels = Vec::with_capacity(count);
    for _ in 0..count {
        let span = r.span()?;
        let bytes = r.blob("parcel bytes", limits::PARCEL_BYTES_MAX)?.into();
        parcels.push(Parcel { replica: span.replica, start: span.start, end: span.end, bytes });
    }
    Ok(Message::Parcels { doc, seq, done, total, parcels })
}

fn read_spans(r: &mut Reader<'_>) -> Result<Vec<Span>, DecodeError> {
    let count = r.count("spans", limits::SPANS_MAX, 10)?;
    let spans = (0..count).map(|_| r.span()).collect::<Result<Vec<_>, _>>()?;
    let ascends = spans.windows(2).all(|pair| pair[0] < pair[1]);
    if ascends { Ok(spans) } else { Err(DecodeError::NotCanonical("spans")) }
}

fn write_presence(w: &mut Writer, presence: &Presence) {
    w.fixed(&presence.member.0.to_le_bytes());
    w.number(presence.clock);
    w.byte(presence.figure.is_some().into());
    if let Some(figure) = &presence.figure {
        write_figure(w, figure);
    }
}

fn write_figure(w: &mut Writer, figure: &Figure) {
    w.blob(figure.name.as_bytes(), limits::NAME_BYTES_MAX);
    w.fixed(&figure.colour);
    w.byte(figure.author.is_some().into());
    figure.author.iter().for_each(|author| w.fixed(author));
    w.byte(figure.selection.is_some().into());
    if let Some(selection) = &figure.selection {
        w.blob(&selection.place, limits::PLACE_BYTES_MAX);
        write_anchor(w, selection.anchor);
        write_anchor(w, selection.head);
    }
    w.count(figure.at.ids().len(), limits::FRONTIER_IDS_MAX);
    figure.at.ids().iter().for_each(|&id| w.id(id));
}

/// One byte: bit 0 the side, bit 1 whether an element follows.
fn write_anchor(w: &mut Writer, anchor: Anchor) {
    w.byte(u8::from(anchor.bias == Bias::Right) | u8::from(anchor.element.is_some()) << 1);
    anchor.element.iter().for_each(|&id| w.id(id));
}

fn read_presences(r: &mut Reader<'_>) -> Result<Vec<Arc<Presence>>, DecodeError> {
    let count = r.count("presences", limits::PRESENCES_MAX, 10)?;
    (0..count).map(|_| read_presence(r).map(Arc::new)).collect()
}

fn read_presence(r: &mut Reader<'_>) -> Result<Presence, DecodeError> {
    let member = MemberId(u64::from_le_bytes(r.fixed()?));
    let clock = r.number()?;
    let figure = if r.flag("presence")? { Some(read_figure(r)?) } else { None };
    Ok(Presence { member, clock, figure })
}

fn read_figure(r: &mut Reader<'_>) -> Result<Figure, DecodeError> {
    let name = r.text("name", limits::NAME_BYTES_MAX)?;
    let colour = r.fixed()?;
    let author = if r.flag("author")? { Some(r.fixed()?) } else { None };
    let selection = if r.flag("selection")? { Some(read_selection(r)?) } else { None };
    let count = r.count("ids in a frontier", limits::FRONTIER_IDS_MAX, 9)?;
    let ids = (0..count).map(|_| r.id()).collect::<Result<Vec<_>, _>>()?;
    if ids.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(DecodeError::NotCanonical("frontier"));
    }
    Ok(Figure { name, colour, author, selection, at: Frontier::from_ids(ids) })
}

fn read_selection(r: &mut Reader<'_>) -> Result<Selection, DecodeError> {
    let place = r.blob("place", limits::PLACE_BYTES_MAX)?.to_vec();
    Ok(Selection { place, anchor: read_anchor(r)?, head: read_anchor(r)? })
}

fn read_anchor(r: &mut Reader<'_>) -> Result<Anchor, DecodeError> {
    let flags = r.byte()?;
    if flags > 3 {
        return Err(DecodeError::NotCanonical("anchor"));
    }
    let bias = if flags & 1 == 1 { Bias::Right } else { Bias::Left };
    let element = if flags & 2 == 2 { Some(r.id()?) } else { None };
    Ok(Anchor { element, bias })
}

fn read_hashes(r: &mut Reader<'_>) -> Result<Hashes, DecodeError> {
    let (log, standings) = (r.fixed()?, r.fixed()?);
    let state = if r.flag("state")? { Some(r.fixed()?) } else { None };
    Ok(Hashes { log, standings, state })
}

fn read_refused(r: &mut Reader<'_>) -> Result<Message, DecodeError> {
    let doc = if r.flag("document")? { Some(read_doc(r)?) } else { None };
    let code = RefusalCode::from_number(r.number()?);
    Ok(Message::Refused { doc, code, message: r.text("reason", limits::REASON_BYTES_MAX)? })
}
