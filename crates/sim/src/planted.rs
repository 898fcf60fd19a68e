//! Faults planted on purpose: each must be found, or the simulation is not worth its time.

use fault::Fault;

/// What is wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// A storage node says durable before it has synced.
    AckBeforeSync,
    /// A storage node goes on after a failed sync as if nothing were.
    AckAfterFailure,
    /// A disk says that it has synced and has not.
    LyingDisk,
    /// A storage node leaves out its last record when it starts.
    LoadTooFew,
    /// What waits for something missing is forgotten when a document is unloaded.
    ForgetPending,
    /// Now and then a parcel is acknowledged and dropped.
    DropParcel,
    /// What waits is counted as received.
    CountWaiting,
    /// A member sends from one element too late on.
    ExportWrongRange,
    /// Sessions are not told of one's own changes now and then.
    ForgetToTell,
    /// A member writes on under its old replica id after a crash.
    ReuseReplica,
    /// Two members write under one replica id.
    ShareReplica,
    /// A member whose disk went back to an earlier copy writes on under the replica id that it had then.
    KeepReplica,
    /// A member gives others only what it wrote itself.
    OwnWorkOnly,
    /// What a member took in last is forgotten when a connection ends.
    ForgetLast,
    /// What a screen should change when choices change is dropped.
    DropPatch,
    /// Blobs are put away that only the history names.
    CollectHidden,
    /// One that lives inside the engine.
    Inside(Fault),
}

/// Every fault, with its name.
pub const ALL: [(&str, Planted); 43] = [
    ("ack-before-sync", Planted::AckBeforeSync),
    ("ack-after-failure", Planted::AckAfterFailure),
    ("lying-disk", Planted::LyingDisk),
    ("load-too-few", Planted::LoadTooFew),
    ("forget-pending", Planted::ForgetPending),
    ("drop-parcel", Planted::DropParcel),
    ("count-waiting", Planted::CountWaiting),
    ("export-wrong-range", Planted::ExportWrongRange),
    ("forget-to-tell", Planted::ForgetToTell),
    ("reuse-replica", Planted::ReuseReplica),
    ("share-replica", Planted::ShareReplica),
    ("keep-replica", Planted::KeepReplica),
    ("own-work-only", Planted::OwnWorkOnly),
    ("forget-last", Planted::ForgetLast),
    ("drop-patch", Planted::DropPatch),
    ("collect-hidden", Planted::CollectHidden),
    ("skip-piece", Planted::Inside(Fault::SkipPiece)),
    ("keep-cycles", Planted::Inside(Fault::KeepCycles)),
    ("skip-signature", Planted::Inside(Fault::SkipSignature)),
    ("trust-length", Planted::Inside(Fault::TrustLength)),
    ("skim-unknown", Planted::Inside(Fault::SkimUnknown)),
    ("stale-lamport", Planted::Inside(Fault::StaleLamport)),
    ("skip-tie-break", Planted::Inside(Fault::SkipTieBreak)),
    ("last-arrival-wins", Planted::Inside(Fault::LastArrivalWins)),
    ("skip-place-tie-break", Planted::Inside(Fault::SkipPlaceTieBreak)),
    ("last-move-wins", Planted::Inside(Fault::LastMoveWins)),
    ("any-move-loses", Planted::Inside(Fault::AnyMoveLoses)),
    ("keep-additions", Planted::Inside(Fault::KeepAdditions)),
    ("undo-by-parity", Planted::Inside(Fault::UndoByParity)),
    ("skip-revival", Planted::Inside(Fault::SkipRevival)),
    ("forget-replaced", Planted::Inside(Fault::ForgetReplaced)),
    ("own-places-only", Planted::Inside(Fault::OwnPlacesOnly)),
    ("keep-old-place", Planted::Inside(Fault::KeepOldPlace)),
    ("forget-decided", Planted::Inside(Fault::ForgetDecided)),
    ("undo-final", Planted::Inside(Fault::UndoFinal)),
    ("forget-too-much", Planted::Inside(Fault::ForgetTooMuch)),
    ("clock-decides", Planted::Inside(Fault::ClockDecides)),
    ("show-muted", Planted::Inside(Fault::ShowMuted)),
    ("hold-less-of-parts", Planted::Inside(Fault::HoldLessOfParts)),
    ("forget-needs", Planted::Inside(Fault::ForgetNeeds)),
    ("show-unknown", Planted::Inside(Fault::ShowUnknown)),
    ("undo-of-others", Planted::Inside(Fault::UndoOfOthers)),
    ("undo-more", Planted::Inside(Fault::UndoMore)),
];

impl Planted {
    /// The fault of a name.
    pub fn named(name: &str) -> Option<Self> {
        ALL.iter().find(|(known, _)| *known == name).map(|(_, fault)| *fault)
    }
}

/// Plants what lives inside the engine, for this thread; takes out what was planted before.
pub(crate) fn plant(planted: Option<Planted>) {
    fault::plant(match planted {
        Some(Planted::Inside(fault)) => Some(fault),
        _ => None,
    });
}
