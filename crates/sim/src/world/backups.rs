//! Disks that go back to what was on them earlier, as from a backup.

use super::World;
use clock::VersionVector;

impl World {
    /// Copies the disk of a member, or has on it what the last copy holds: then it starts anew from that, and others have to
    /// give it what it lacks.
    pub(super) fn back_up_or_go_back(&mut self, at: usize) {
        if self.members[at].running.is_none() {
            return;
        }
        let backup = self.backups[at].take().filter(|_| self.random.chance(600));
        let Some(backup) = backup else {
            self.backups[at] = self.members[at].copy();
            return;
        };
        self.trace.note(self.now_ms, format_args!("{at} goes back to a copy"));
        self.report.crashes += 1;
        self.members[at].go_back(&backup);
        // Whoever lost what is here, or never had it, must find it elsewhere.
        let promised = self.members.iter().fold(VersionVector::new(), |mut all, member| {
            all.merge(&member.promised);
            all
        });
        self.ledger.go_back(promised);
        self.fall_silent(at);
    }
}
