//! What members send each other: chains as their authors sealed them, and pieces of what was forgotten.

use clock::{Span, VersionVector};
use codec::trimmed::Piece;
use codec::{Chain, DecodeError, FrameName};
use log::{Action, BlobNames};

/// The one or the other.
#[derive(Clone, Debug)]
pub(crate) enum Sealed {
    Chain(Chain),
    Piece(Box<Piece>),
}

impl Sealed {
    /// Reads either without looking into its frames.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        Ok(match Piece::is_piece(bytes) {
            true => Self::Piece(Box::new(Piece::decode(bytes)?)),
            false => Self::Chain(Chain::decode(bytes)?),
        })
    }

    /// Whose actions it says to hold, and from where on.
    pub fn name(&self) -> Result<FrameName, DecodeError> {
        match self {
            Self::Chain(chain) => codec::name(chain.frames.first().expect("a chain has frames")),
            Self::Piece(piece) => {
                let author = Some(piece.base.author);
                piece.name().map(|name| FrameName { author, ..name })
            }
        }
    }

    /// What it says to hold, and what its actions follow.
    pub fn outline(&self) -> Result<(Span, VersionVector), DecodeError> {
        let mut needs = VersionVector::new();
        let mut note = |actions: &[Action], name: FrameName| {
            let parents = actions.iter().flat_map(|action| &action.parents);
            parents.filter(|id| id.replica != name.replica).for_each(|id| needs.extend_to(id.replica, id.seq + 1));
        };
        let name = self.name()?;
        let mut end = name.start;
        match self {
            Self::Chain(chain) => {
                for frame in &chain.frames {
                    let (actions, frame_end) = codec::decode_frame(frame)?;
                    note(&actions, name);
                    end = end.max(frame_end);
                }
            }
            Self::Piece(piece) => {
                let (span, actions, base) = piece.outline()?;
                note(&actions, name);
                // One alone leaves its replica without a hash to go on from.
                needs.extend_to(name.replica, base);
                end = span.end;
            }
        }
        Ok((Span::new(name.replica, name.start, end), needs))
    }

    /// Adds what its actions name, though nobody vouched for them yet. It was outlined before.
    pub fn add_blob_names(&self, names: &mut BlobNames) {
        let mut add = |actions: Vec<Action>| {
            actions.iter().flat_map(|action| &action.ops).for_each(|op| names.add(op.as_op_ref()));
        };
        match self {
            Self::Chain(chain) => {
                for frame in &chain.frames {
                    add(codec::decode_frame(frame).expect("decoded before it waited").0);
                }
            }
            Self::Piece(piece) => add(piece.outline().expect("decoded before it waited").1),
        }
    }
}
