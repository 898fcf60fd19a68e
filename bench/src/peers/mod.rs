//! What every engine is asked to do, in its own best way.

mod automerge;
mod diamond;
mod loro;
mod motet;
mod yrs;

pub use self::automerge::Automerge;
pub use self::diamond::Diamond;
pub use self::loro::Loro;
pub use self::motet::Motet;
pub use self::yrs::Yrs;

use trace::Patch;

/// A document of one engine that holds one text.
pub trait Peer {
    /// What it sends: bytes, or for Motet, whose byte format is measured apart, actions in memory.
    type Message: Clone;
    /// A point in its history to go back to.
    type Version;
    /// What it has, for others to know what to tell.
    type Mark;

    /// An empty document that writes as `writer`.
    fn new(writer: u64) -> Self;
    /// A copy that writes as `writer`.
    fn fork(&mut self, writer: u64) -> Self;
    /// Makes `patches` in one transaction.
    fn transact(&mut self, patches: &[Patch]);
    /// Makes `patches` in one transaction and says what others need to have it too.
    fn transact_and_tell(&mut self, patches: &[Patch]) -> Self::Message {
        let before = self.mark();
        self.transact(patches);
        self.since(&before)
    }
    /// What it has now.
    fn mark(&mut self) -> Self::Mark;
    /// What it has and `mark` lacks.
    fn since(&mut self, mark: &Self::Mark) -> Self::Message;
    /// Everything that it has.
    fn whole(&mut self) -> Self::Message;
    /// Takes a message in.
    fn apply(&mut self, message: Self::Message);
    /// What it shows.
    fn text(&self) -> String;
    /// Where its history is now; `None` where it cannot go back.
    fn version(&mut self) -> Option<Self::Version>;
    /// What it showed then.
    fn text_at(&mut self, version: &Self::Version) -> String;
}
