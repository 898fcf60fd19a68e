//! Why bytes are no message, and why a session ends.

/// Why bytes are not a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes end in the middle of something.
    #[error("the message ends early")]
    Short,
    /// Something follows the message.
    #[error("{0} bytes follow the message")]
    Trailing(usize),
    /// A number is longer than it needs to be, or too great.
    #[error("a number is not in its shortest form, or too great")]
    Number,
    /// A length or a count passes its limit.
    #[error("{what}: {found}, {limit} allowed")]
    Limit {
        /// What is counted.
        what: &'static str,
        /// What the message says.
        found: u64,
        /// What is allowed.
        limit: usize,
    },
    /// Things that must ascend do not, a span is empty, or a flag is neither 0 nor 1.
    #[error("{0} is not in its canonical form")]
    NotCanonical(&'static str),
    /// A text is not UTF-8, or has control characters.
    #[error("{0} is not readable text")]
    Text(&'static str),
    /// A kind of message that this version does not know and must not skip.
    #[error("message kind {0} is not known")]
    Kind(u8),
}

/// Why a session ends. Nothing that was acknowledged is lost by it: a new session continues.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// Bytes that are no message.
    #[error("the other member sent something unreadable: {0}")]
    Decode(#[from] DecodeError),
    /// No version of the protocol is spoken by both.
    #[error("the other member speaks protocol {from} to {to}, this one {ours}", ours = crate::PROTOCOL)]
    Version {
        /// Its oldest.
        from: u64,
        /// Its newest.
        to: u64,
    },
    /// Something other than the greeting came first, or a second greeting.
    #[error("a message came before or beside the greeting")]
    Order,
    /// The other side was not admitted.
    #[error("not admitted: {0}")]
    NotAdmitted(String),
    /// The first message did not come in time.
    #[error("no greeting within {} s", crate::limits::HELLO_DEADLINE_MS / 1000)]
    HelloDeadline,
    /// Nothing was heard for too long.
    #[error("nothing was heard for {} s", crate::limits::SILENCE_MAX_MS / 1000)]
    Silence,
    /// The other side ended the session.
    #[error("the other member ended the session: {message} ({code})")]
    Refused {
        /// Its code.
        code: RefusalCode,
        /// Its explanation.
        message: String,
    },
    /// The session has ended already.
    #[error("the session has ended")]
    Ended,
}

impl ProtocolError {
    /// What stands for this error on the wire and in the interface; never changes.
    pub fn code(&self) -> RefusalCode {
        match self {
            Self::Decode(_) => RefusalCode::Malformed,
            Self::Version { .. } => RefusalCode::Version,
            Self::Order => RefusalCode::Order,
            Self::NotAdmitted(_) => RefusalCode::NotAdmitted,
            Self::HelloDeadline | Self::Silence | Self::Ended => RefusalCode::Timeout,
            Self::Refused { code, .. } => *code,
        }
    }
}

/// The stable codes of refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RefusalCode {
    /// Unreadable bytes.
    Malformed,
    /// No common version of the protocol.
    Version,
    /// A message at the wrong time.
    Order,
    /// Not admitted: the token is missing or wrong.
    NotAdmitted,
    /// Too slow.
    Timeout,
    /// No such document, or none for this member: the two are not told apart.
    NoDocument,
    /// The document was made anew: what the other side has belongs to the one before.
    Epoch,
    /// Too many of something.
    TooMany,
    /// Parcels were refused; the message says why.
    Parcels,
    /// The member is about to stop; connect again later.
    Draining,
    /// The member cannot read or write its store.
    Unavailable,
    /// A code from a later version.
    Other(u64),
}

impl RefusalCode {
    const TABLE: [(Self, u64, &'static str); 11] = [
        (Self::Malformed, 1, "malformed"),
        (Self::Version, 2, "version"),
        (Self::Order, 3, "order"),
        (Self::NotAdmitted, 4, "not-admitted"),
        (Self::Timeout, 5, "timeout"),
        (Self::NoDocument, 6, "no-document"),
        (Self::Epoch, 7, "epoch"),
        (Self::TooMany, 8, "too-many"),
        (Self::Parcels, 9, "parcels"),
        (Self::Draining, 10, "draining"),
        (Self::Unavailable, 11, "unavailable"),
    ];

    /// Its number on the wire.
    pub fn number(self) -> u64 {
        match self {
            Self::Other(number) => number,
            code => Self::TABLE.iter().find(|row| row.0 == code).map_or(0, |row| row.1),
        }
    }

    /// The code of a number.
    pub fn from_number(number: u64) -> Self {
        Self::TABLE.iter().find(|row| row.1 == number).map_or(Self::Other(number), |row| row.0)
    }

    /// Its name for programs and people.
    pub fn name(self) -> &'static str {
        Self::TABLE.iter().find(|row| row.0 == self).map_or("other", |row| row.2)
    }
}

impl std::fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
