//! Members and the blobs that their document names.

use super::{Member, World};
use crate::acts;
use crate::attic::{Side, named};
use crate::network::Side as End;
use blob::BlobHash;
use std::collections::BTreeSet;
use sync::{BlobEvent, BlobMessage, PeerKey};

/// How long blobs are: a piece, several, and not all of a piece.
const LENS: [usize; 5] = [1, 5000, 65_536, 70_000, 200_000];

/// How many bytes of blobs go out at a time.
const ROOM: usize = 128 << 10;

impl World {
    /// A person adds a file and names it in the document.
    pub(super) fn attach(&mut self, at: usize, time: i64) {
        let (len, content) = (LENS[self.random.below(LENS.len())], self.random.below(40) as u8);
        let bytes: Vec<u8> = (0..len).map(|n| (n / 1000) as u8 ^ content).collect();
        let Ok(reference) = self.members[at].attic.put(&bytes) else { return self.crash(at) };
        if let Some(running) = self.members[at].running.as_mut() {
            acts::attach(&mut running.host, time, reference, &mut self.random);
        }
    }

    /// A member puts away what nothing names.
    pub(super) fn collect(&mut self, at: usize) -> Result<(), String> {
        let member = &mut self.members[at];
        let Some(running) = &member.running else { return Ok(()) };
        member.attic.collect(&running.host.replica)?;
        if member.attic.is_dead() {
            self.crash(at);
        }
        Ok(())
    }

    pub(super) fn hear_of_blob(&mut self, at: usize, number: PeerKey, message: BlobMessage) {
        let member = &mut self.members[at];
        let Some(running) = member.running.as_mut() else { return };
        let mut side = Side { replica: &running.host.replica, attic: &member.attic };
        running.traffic.hear(&mut side, number, message, self.now_ms);
    }

    /// Lets a member say what there is to say of blobs.
    pub(super) fn talk_of_blobs(&mut self, at: usize) -> Result<(), String> {
        let numbers = self.network.of(at);
        let member = &mut self.members[at];
        let Some(running) = member.running.as_mut() else { return Ok(()) };
        let mut side = Side { replica: &running.host.replica, attic: &member.attic };
        let mut out: Vec<(PeerKey, Vec<u8>)> = Vec::new();
        for &number in &numbers {
            let messages = running.traffic.poll(&mut side, number, self.now_ms, ROOM);
            out.extend(messages.iter().map(|message| (number, message.encode())));
        }
        let events = running.traffic.take_events();
        events.into_iter().try_for_each(|event| self.hear_blob_event(at, event))?;
        if self.members[at].attic.is_dead() {
            self.crash(at);
            return Ok(());
        }
        out.into_iter().for_each(|(number, bytes)| self.send(at, number, bytes));
        Ok(())
    }

    fn hear_blob_event(&mut self, at: usize, event: BlobEvent) -> Result<(), String> {
        match event {
            BlobEvent::Whole { hash } => {
                self.members[at].attic.note_whole(hash);
                self.members[at].attic.check(&hash)
            }
            BlobEvent::Lie { giver, .. } => {
                if self.network.connections.get(&giver).is_some_and(|connection| !connection.is_spoilt) {
                    return Err("who sends what a blob holds is called a liar".to_owned());
                }
                self.cut(giver);
                Ok(())
            }
            BlobEvent::Refused { reason, .. } if !self.members[at].attic.is_dead() => {
                Err(format!("a blob was refused: {reason}"))
            }
            _ => Ok(()),
        }
    }

    /// When a member has to say something of blobs at the latest.
    pub(super) fn blobs_wake_ms(&self, at: usize) -> Option<u64> {
        let running = self.members[at].running.as_ref()?;
        let ends = self.network.connections.iter().filter(|(_, connection)| connection.ends.contains(&at));
        ends.filter_map(|(&number, _)| running.traffic.next_wake_ms(number)).min()
    }

    /// In the end whoever names a blob that anybody has has it, as it should be.
    pub(super) fn check_blobs(&self) -> Result<(), String> {
        // Who forgot what named it gives it to nobody.
        let given = |member: &Member| -> Option<Vec<BlobHash>> {
            let named = named(&member.running.as_ref()?.host.replica);
            Some(member.attic.whole().into_iter().filter(|hash| named.contains(hash)).collect())
        };
        let anywhere: BTreeSet<BlobHash> = self.members.iter().filter_map(given).flatten().collect();
        for (at, member) in self.members.iter().enumerate() {
            let Some(running) = &member.running else { continue };
            let whole = member.attic.whole();
            for hash in named(&running.host.replica).intersection(&anywhere) {
                if !whole.contains(hash) {
                    return Err(format!("{at} names blob {hash}, which others have, and lacks it"));
                }
                member.attic.check(hash)?;
            }
        }
        Ok(())
    }

    /// An end of a connection gives nothing and is given nothing any more.
    pub(super) fn lose_blobs(&mut self, number: PeerKey, at: End) {
        if let Some(running) = self.running(at) {
            running.traffic.disconnect(number);
        }
    }
}
