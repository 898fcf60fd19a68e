//! What every engine is asked to do, in its own best way.

mod automerge;
mod diamond;
mod files;
mod loro;
mod motet;
mod structures;
mod yrs;

pub use self::automerge::Automerge;
pub use self::diamond::Diamond;
pub use self::files::Files;
pub use self::loro::Loro;
pub use self::motet::Motet;
pub use self::structures::{Change, Runs, STYLES, Shape, Structures};
pub use self::yrs::Yrs;

use trace::Patch;

/// A document of one engine that holds one text. What it sends is bytes, unsigned.
pub trait Peer {
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
    fn transact_and_tell(&mut self, patches: &[Patch]) -> Vec<u8> {
        let before = self.mark();
        self.transact(patches);
        self.since(&before)
    }
    /// What it has now.
    fn mark(&mut self) -> Self::Mark;
    /// What it has and `mark` lacks.
    fn since(&mut self, mark: &Self::Mark) -> Vec<u8>;
    /// What it has and `other` lacks.
    fn missing_from(&mut self, other: &mut Self) -> Vec<u8> {
        self.since(&other.mark())
    }
    /// Everything that it has, for another member.
    fn whole(&mut self) -> Vec<u8>;
    /// Everything that it has, for a file: so that the text shows at once, where it can do that.
    fn save(&mut self) -> Vec<u8> {
        self.whole()
    }
    /// What [`Peer::save`] wrote.
    fn load(bytes: &[u8], writer: u64) -> Self
    where
        Self: Sized,
    {
        let mut peer = Self::new(writer);
        peer.apply(bytes);
        peer
    }
    /// Takes a message in.
    fn apply(&mut self, message: &[u8]);
    /// What it shows.
    fn text(&self) -> String;
    /// Where its history is now; `None` where it cannot go back.
    fn version(&mut self) -> Option<Self::Version>;
    /// What it showed then.
    fn text_at(&mut self, version: &Self::Version) -> String;
}
