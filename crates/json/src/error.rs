//! What is wrong with foreign bytes, and where.

/// Why bytes are not a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct ParseError {
    /// The line, from 1.
    pub line: usize,
    /// The column in code points, from 1.
    pub column: usize,
    /// The byte, from 0.
    pub offset: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Something else must stand there.
    #[error("expected {0}")]
    Expected(&'static str),
    /// The bytes are not UTF-8, as RFC 8259 asks.
    #[error("expected UTF-8")]
    Encoding,
    /// The document has too many bytes: see [`BYTES_MAX`](crate::limits::BYTES_MAX).
    #[error("expected no more than {} bytes", crate::limits::BYTES_MAX)]
    TooLong,
    /// Too many arrays and objects inside each other: see [`DEPTH_MAX`](crate::limits::DEPTH_MAX).
    #[error("expected no more than {} levels", crate::limits::DEPTH_MAX)]
    TooDeep,
    /// The document has too many values: see [`NODES_MAX`](crate::limits::NODES_MAX).
    #[error("expected no more than {} values", crate::limits::NODES_MAX)]
    TooMany,
}

impl ParseError {
    /// `problem` at byte `offset` of `bytes`.
    pub(crate) fn at(bytes: &[u8], offset: usize, problem: Problem) -> Self {
        let before = &bytes[..offset.min(bytes.len())];
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let is_start = |byte: &&u8| **byte & 0xc0 != 0x80;
        let column = 1 + before[start..].iter().filter(is_start).count();
        Self { line, column, offset, problem }
    }
}
