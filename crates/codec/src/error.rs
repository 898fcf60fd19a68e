//! Why bytes could not be read, or a thing not be written.

use crate::limits::OverLimit;

/// Why bytes are not what they should be. Each has a code that wire and interface share.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// They end too early.
    #[error("the bytes end too early, at byte {at}")]
    Truncated {
        /// Where.
        at: usize,
    },
    /// Something follows the end.
    #[error("{0} bytes follow the end")]
    Trailing(usize),
    /// A claim beyond its limit.
    #[error(transparent)]
    Limit(#[from] OverLimit),
    /// They would take more memory than their length justifies.
    #[error("decoding would take more than {max} bytes of memory")]
    Weight {
        /// What was allowed.
        max: u64,
    },
    /// The same thing has another, shorter or sorted, form, and only that one is valid.
    #[error("not in canonical form: {0}")]
    NotCanonical(&'static str),
    /// Text is not UTF-8.
    #[error("text is not UTF-8")]
    Utf8,
    /// A number that this version gives no meaning to, where one is needed to go on.
    #[error("unknown {what} {number}")]
    Unknown {
        /// What it numbers.
        what: &'static str,
        /// The number.
        number: u64,
    },
    /// Something that contradicts itself or what stands around it.
    #[error("invalid: {0}")]
    Invalid(&'static str),
    /// Bytes do not have the checksum that they claim.
    #[error("the checksum does not match the bytes")]
    Checksum,
    /// A compressed column does not inflate to what it claims.
    #[error("column {0} does not inflate")]
    Inflate(u64),
}

impl DecodeError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => "decode.truncated",
            Self::Trailing(_) => "decode.trailing",
            Self::Limit(_) => "decode.limit",
            Self::Weight { .. } => "decode.weight",
            Self::NotCanonical(_) => "decode.not-canonical",
            Self::Utf8 => "decode.utf8",
            Self::Unknown { .. } => "decode.unknown",
            Self::Invalid(_) => "decode.invalid",
            Self::Checksum => "decode.checksum",
            Self::Inflate(_) => "decode.inflate",
        }
    }
}

/// Why a thing has no encoding. Each has a code that wire and interface share.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// It passes a limit, so no reader would take it.
    #[error(transparent)]
    Limit(#[from] OverLimit),
    /// It would take readers more memory than its length justifies: split it.
    #[error("decoding would take {weight} bytes of memory, {max} are allowed")]
    Weight {
        /// What it would take.
        weight: u64,
        /// What is allowed.
        max: u64,
    },
    /// It breaks a rule of the format.
    #[error("invalid: {0}")]
    Invalid(&'static str),
}

impl EncodeError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Limit(_) => "encode.limit",
            Self::Weight { .. } => "encode.weight",
            Self::Invalid(_) => "encode.invalid",
        }
    }
}
