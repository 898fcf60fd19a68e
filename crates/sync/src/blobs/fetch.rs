//! One blob on its way here.

use super::BlobHost;
use crate::limits::BLOB_RETRY_MS;
use crate::message::BlobPart;
use blob::{BlobHash, Giver, Outline, Pieces, Pull, PullError, outline_len};
use clock::{SortedMap, SortedSet};

/// How far it is.
#[derive(Debug)]
enum Stage {
    /// Nobody was asked for anything.
    Seeking,
    /// A giver says which hashes its pieces have.
    Outlining { giver: Giver, len: u64, nodes: Vec<[u8; 32]>, is_asked: bool },
    /// Pieces come.
    Pulling { len: u64, pull: Pull },
    /// There is no room for it for now.
    Paused { until_ms: u64 },
}

/// A blob that is lacking.
#[derive(Debug)]
pub struct Fetch {
    hash: BlobHash,
    /// The lengths that the document says it has: of several all but one are wrong.
    lens: SortedSet<u64>,
    offers: SortedMap<Giver, (u64, Pieces)>,
    stage: Stage,
}

/// What became of something that came.
#[derive(Debug, PartialEq, Eq)]
pub enum Came {
    /// It is of no use, and no harm.
    Nothing,
    /// It is one more step.
    Step,
    /// The blob is whole.
    Whole,
    /// It is not what the blob has: whoever sent it is asked for nothing more.
    Lie,
    /// It was not kept.
    Refused(String),
}

impl Fetch {
    pub fn new(hash: BlobHash, lens: SortedSet<u64>) -> Self {
        Self { hash, lens, offers: SortedMap::new(), stage: Stage::Seeking }
    }

    /// Adds lengths that the document says it has; whether one is new.
    pub fn add_lens(&mut self, lens: SortedSet<u64>) -> bool {
        let known = self.lens.len();
        self.lens.extend(lens);
        self.lens.len() > known
    }

    /// Whether anything of it is under way.
    pub fn is_going(&self) -> bool {
        match &self.stage {
            Stage::Outlining { is_asked, .. } => *is_asked,
            Stage::Pulling { pull, .. } => pull.under_way() > 0,
            Stage::Seeking | Stage::Paused { .. } => false,
        }
    }

    /// How many of its pieces are here, and how many it has, once that is known.
    pub fn progress(&self) -> Option<(u32, u32)> {
        if let Stage::Pulling { pull, .. } = &self.stage {
            return Some((pull.here().present(), pull.here().count()));
        }
        None
    }

    /// A giver says what it has. Of another length than the document says, it has something else.
    pub fn offer(&mut self, giver: Giver, len: u64, pieces: Pieces) {
        if !self.lens.contains(&len) {
            return;
        }
        if let Stage::Pulling { len: pulled, pull } = &mut self.stage
            && *pulled == len
        {
            pull.offer(giver, pieces.clone());
        }
        self.offers.insert(giver, (len, pieces));
    }

    /// A giver is gone, or not asked any more.
    pub fn leave(&mut self, giver: Giver) {
        self.offers.remove(&giver);
        let mut is_stuck = false;
        match &mut self.stage {
            Stage::Outlining { giver: asked, .. } => is_stuck = *asked == giver,
            Stage::Pulling { len, pull } => {
                pull.leave(giver);
                let has_other_len = self.offers.values().any(|(offered, _)| offered != len);
                is_stuck = has_other_len && !self.offers.values().any(|(offered, _)| offered == len);
            }
            Stage::Seeking | Stage::Paused { .. } => {}
        }
        if is_stuck {
            self.stage = Stage::Seeking;
        }
    }

    /// The next part to ask of a giver now, which counts as asked; or why there is no room for the blob.
    pub fn ask(&mut self, host: &mut dyn BlobHost, giver: Giver, now_ms: u64) -> Result<Option<BlobPart>, String> {
        match &mut self.stage {
            Stage::Paused { until_ms } if *until_ms > now_ms => return Ok(None),
            Stage::Paused { .. } | Stage::Seeking => self.start(host, giver, now_ms)?,
            Stage::Outlining { .. } | Stage::Pulling { .. } => {}
        }
        Ok(match &mut self.stage {
            Stage::Outlining { giver: asked, nodes, is_asked, .. } if *asked == giver && !*is_asked => {
                *is_asked = true;
                Some(BlobPart::Outline(nodes.len() as u32))
            }
            Stage::Pulling { pull, .. } => pull.ask(giver).map(BlobPart::Piece),
            _ => None,
        })
    }

    /// Goes on with what an earlier attempt left, or begins with what the giver has.
    fn start(&mut self, host: &mut dyn BlobHost, giver: Giver, now_ms: u64) -> Result<(), String> {
        let Some(&(len, _)) = self.offers.get(&giver) else { return Ok(()) };
        let known = host.pieces(&self.hash).filter(|(known, _)| *known == len).and_then(|_| host.outline(&self.hash));
        let none = || Outline::new(self.hash, len, Vec::new()).ok();
        match known.or_else(none) {
            Some(outline) => self.pull(host, outline, now_ms),
            None => {
                self.stage = Stage::Outlining { giver, len, nodes: Vec::new(), is_asked: false };
                Ok(())
            }
        }
    }

    fn pull(&mut self, host: &mut dyn BlobHost, outline: Outline, now_ms: u64) -> Result<(), String> {
        let here = host.begin(&outline).inspect_err(|_| self.pause(now_ms))?;
        let (len, mut pull) = (outline.len(), Pull::new(outline, here));
        for (&giver, (_, pieces)) in self.offers.iter().filter(|(_, (offered, _))| *offered == len) {
            pull.offer(giver, pieces.clone());
        }
        self.stage = Stage::Pulling { len, pull };
        Ok(())
    }

    fn pause(&mut self, now_ms: u64) {
        self.stage = Stage::Paused { until_ms: now_ms + BLOB_RETRY_MS };
    }

    /// Hashes of pieces came.
    pub fn hear_outline(
        &mut self,
        host: &mut dyn BlobHost,
        giver: Giver,
        from: u32,
        more: &[[u8; 32]],
        now_ms: u64,
    ) -> Came {
        let Stage::Outlining { giver: asked, len, nodes, is_asked } = &mut self.stage else { return Came::Nothing };
        if *asked != giver || from as usize != nodes.len() {
            return Came::Nothing;
        }
        if more.is_empty() {
            self.leave(giver);
            return Came::Nothing;
        }
        nodes.extend(more);
        *is_asked = false;
        if nodes.len() < outline_len(*len) {
            return Came::Step;
        }
        match Outline::new(self.hash, *len, std::mem::take(nodes)) {
            Ok(outline) => self.pull(host, outline, now_ms).map_or_else(Came::Refused, |()| Came::Step),
            Err(_) => Came::Lie,
        }
    }

    /// A piece came, or that the giver does not have it.
    pub fn hear_piece(
        &mut self,
        host: &mut dyn BlobHost,
        giver: Giver,
        at: u32,
        bytes: Option<&[u8]>,
        now_ms: u64,
    ) -> Came {
        let Stage::Pulling { pull, .. } = &mut self.stage else { return Came::Nothing };
        let Some(bytes) = bytes else {
            pull.miss(giver, at);
            return Came::Nothing;
        };
        match pull.arrive(giver, at, bytes) {
            Ok(()) => {}
            Err(PullError::NotAsked(_)) => return Came::Nothing,
            Err(_) => return Came::Lie,
        }
        let is_complete = pull.here().is_complete();
        match host.keep(&self.hash, at, bytes) {
            Ok(true) => Came::Whole,
            Ok(false) => {
                if is_complete {
                    // Something of it was put away meanwhile: what is there is looked at again.
                    self.stage = Stage::Seeking;
                }
                Came::Step
            }
            Err(reason) => {
                self.pause(now_ms);
                Came::Refused(reason)
            }
        }
    }
}
