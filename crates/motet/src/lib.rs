//! Documents that many people edit at once.
//!
//! A [`Document`] is one member's copy: the log of everything that happened, a view that says what of
//! it is active, and the model that shows it. Everything done to it is an action that others can take
//! in, in any order.
//!
//! ```
//! use motet::{ContainerId, Document, Kind, ReplicaId};
//! let text = ContainerId::root(Kind::Text, "text");
//! let (mut ann, mut bob) = (Document::new(ReplicaId(1)), Document::new(ReplicaId(2)));
//!
//! ann.edit(0, |edit| edit.insert(text, 0, "Hello"));
//! bob.receive_all(ann.actions_since(&bob.version())).unwrap();
//! bob.edit(0, |edit| edit.insert(text, 5, ", world"));
//! ann.receive_all(bob.actions_since(&ann.version())).unwrap();
//! assert_eq!(ann.text(text), "Hello, world");
//!
//! ann.undo(); // only her own work
//! assert_eq!(ann.text(text), ", world");
//! ```
//!
//! It reads no clock and no disk and opens no socket: times are given to it, and bytes are `codec`'s.

mod choices;
mod conflict;
mod decisions;
pub mod diff;
mod document;
mod edit;
mod extent;
mod forget;
mod graph;
pub mod plain;
mod proposals;
mod replay;
mod replica;
mod snapshot;
mod space;
mod trimming;
mod undo;
mod version_text;
mod waiting;

pub use blob::{BlobHash, BlobRef, MediaType};
pub use choices::{Choices, PartHeld, Proposals};
pub use clock::{DocumentId, Frontier, Id, Place, RangeSet, ReplicaId, Seq, SortedMap, SortedSet, Span, VersionVector};
pub use codec::{AuthorKey, Hash, Image, SigningKey, limits};
pub use conflict::{Conflict, Runs};
pub use decisions::{Ballot, DecideError};
pub use document::{CONTAINER_DEPTH_MAX, Cut, Cutting, Deep, Document, Refusal};
pub use edit::{Edit, Format};
pub use extent::{Affected, Becomes, Dependants, Extent};
pub use graph::Ties;
pub use log::{
    Action, BlobNames, ContainerId, Crossing, Decider, Gap, HeaderRun, Kind, Listing, MultiLog, OpRef, Outcome,
    Proposal, ReceiveError, Received, Register, ReplicaLog, RootName, Rule, TextRange, Value,
};
pub use model::{
    Counter, Grows, Kept, List, ListChange, ListPatch, Map, Model, Outline, Patch, RichRun, Shown, ShownList, ShownMap,
    ShownRun, ShownText, ShownTree, Splice, Text, TextPatch, Tree, TreeChange, TreePatch,
};
pub use proposals::{Draft, ProposalState, Proposed, ProposedChange, Proposes};
pub use replay::{Application, Replay, Update, wrong_claims, wrong_relations};
pub use replica::{Hashes, ImageError, ImportError, Imported, Parcel, Replica, parcel_span, people};
pub use snapshot::{NewSnapshot, Snapshot, SnapshotError, beside_the_work, snapshots};
pub use space::{Barred, SPACE_ACTIONS_MAX, Settled, Space, SpaceConstraint, SpaceError, across};
pub use trimming::Trimming;
pub use undo::EditRun;
pub use version_text::{read_version, write_version};
pub use view::{
    Authority, Bond, BondKind, CounterDiff, Decision, DiffPart, DiffSide, Excluded, Finality, Grade, HeldPart, KeyDiff,
    ListDiff, ListSide, Loss, NodeDiff, Overlap, Policy, Poll, Standing, Suggestions, Why, elements_of, spans_of,
};
