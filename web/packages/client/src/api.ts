/** Everything that is alike in browsers and in Node. */
export { DocumentBlobs } from "./blobs/document.js";
export { type BlobFacts, BlobReference } from "./blobs/reference.js";
export {
  type AnyContainer, type Containers, CounterContainer, type Held, isContainer, ListContainer, MapContainer, type Origin, type Patch, type PatchEvent, TextContainer, TreeContainer,
} from "./containers.js";
export type { Ballot, Decider, Deciding, Trimming } from "./deciding.js";
export { type AnchoredSelection, type DocumentEvents, type DocumentState, MotetDocument, type Permission, type Person, type Presence, type Selection, type TextSelection } from "./document.js";
export type {
  Alternative, Anchor, Author, AuthorId, Bias, Blame, ContainerId, CounterChange, EditRun, Grade, ItemId, Kind, ListChange, MapChange, NodeId, Place, ShownAt, Spans, TextChange, TreeChange, Version,
} from "./engine/engine.js";
export { type ErrorCode, MotetError } from "./errors.js";
export type { Unsubscribe } from "./events.js";
export type { Affected, Dependants, Difference, UndoPreview } from "./extent.js";
export { type JsonAlternative, type JsonConflict, type JsonConflictKind, JsonDocument, type JsonId, type JsonKind, type JsonListener, type JsonRow, type JsonTouched } from "./json.js";
export type { Answer, Bond, Conflict, Grounds, Reason, Rule, Side, Ties } from "./meaning.js";
export type { DocumentInfo, DocumentType } from "./http.js";
export type { Overlap } from "./overlaps.js";
export type { Draft, DraftId, ProposalDecision, ProposalState, ProposedChange, ProposedRun, Proposing, Showing, Suggesting } from "./proposals.js";
export type { Link, Safety, Saved, Trouble, Upload } from "./session/session.js";
export type { ElementId, MarkPair, Name, RichChange, RichMark, RichPatch, RichPlace, RichReader, RichRun, RichTextChanges, RichTexts } from "./rich.js";
export { Past, type Readable } from "./shelf.js";
export type { Snapshot, Snapshots } from "./snapshots.js";
export { type ConnectOptions, Space, type SpaceEvents } from "./space.js";
export { Float, type Json, type Value } from "./values.js";
