//! Who is where in one document, as one link knows it: coalesced on the way out, forgotten in silence.

use crate::limits::{PRESENCE_GONE_MS, PRESENCE_INTERVAL_MS, PRESENCE_REPEAT_MS, PRESENCES_MAX, ROSTER_MEMBERS_MAX};
use crate::{Figure, MemberId, Presence};
use clock::SortedMap;
use std::sync::Arc;

/// Presences of both directions. News of a member that are not newer than what is known stop here, so
/// that nothing circles in a ring.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    entries: SortedMap<MemberId, Entry>,
    /// How many of them are [`Source::Unsent`].
    unsent: usize,
    sent_ms: Option<u64>,
    /// The own member, once it has shown itself, and when it did last.
    own: Option<(MemberId, u64)>,
    /// Before this nobody else is gone; none where there is nobody else. News make it later than it says,
    /// so that it costs nothing to keep.
    expiry_ms: Option<u64>,
}

#[derive(Debug)]
struct Entry {
    presence: Arc<Presence>,
    heard_ms: u64,
    source: Source,
}

/// Who knows of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The other side told of it.
    Peer,
    /// The other side must be told of it.
    Unsent,
    /// The other side was told of it.
    Sent,
}

impl Entry {
    /// Whether the host believes the member to be there because of the other side.
    fn is_of_peer(&self) -> bool {
        self.source == Source::Peer && self.presence.figure.is_some()
    }
}

impl Roster {
    /// Takes news for the other side.
    pub fn show(&mut self, presence: Arc<Presence>, now_ms: u64) {
        self.put(presence, now_ms, Source::Unsent);
    }

    /// Takes the own figure for the other side, and repeats it from then on.
    pub fn show_own(&mut self, me: MemberId, figure: Option<Figure>, now_ms: u64) {
        if figure.is_none() && !self.entries.contains_key(&me) {
            return;
        }
        let clock = self.entries.get(&me).map_or(now_ms, |entry| now_ms.max(entry.presence.clock + 1));
        self.own = figure.is_some().then_some((me, now_ms));
        self.show(Arc::new(Presence { member: me, clock, figure }), now_ms);
    }

    /// Takes news from the other side; whether they are news.
    pub fn hear(&mut self, presence: Arc<Presence>, now_ms: u64) -> bool {
        !self.is_own(presence.member) && self.put(presence, now_ms, Source::Peer)
    }

    fn is_own(&self, member: MemberId) -> bool {
        self.own.is_some_and(|(me, _)| me == member)
    }

    fn put(&mut self, presence: Arc<Presence>, now_ms: u64, source: Source) -> bool {
        let member = presence.member;
        match self.entries.get(&member) {
            Some(entry) if entry.presence.clock >= presence.clock => return false,
            None if self.entries.len() >= ROSTER_MEMBERS_MAX => return false,
            _ => {}
        }
        let old = self.entries.insert(member, Entry { presence, heard_ms: now_ms, source });
        let was_unsent = old.is_some_and(|old| old.source == Source::Unsent);
        self.unsent += usize::from(source == Source::Unsent);
        self.unsent -= usize::from(was_unsent);
        if !self.is_own(member) {
            self.expiry_ms.get_or_insert(now_ms + PRESENCE_GONE_MS);
        }
        true
    }

    /// Forgets who was silent for too long; those of the other side by name.
    pub fn expire(&mut self, now_ms: u64) -> Vec<MemberId> {
        if self.expiry_ms.is_none_or(|expiry_ms| now_ms < expiry_ms) {
            return Vec::new();
        }
        let expiry_ms = |entry: &Entry| entry.heard_ms + PRESENCE_GONE_MS;
        let others = || self.entries.values().filter(|entry| !self.is_own(entry.presence.member));
        let (old, here): (Vec<&Entry>, Vec<&Entry>) = others().partition(|entry| expiry_ms(entry) <= now_ms);
        let old: Vec<MemberId> = old.into_iter().map(|entry| entry.presence.member).collect();
        self.expiry_ms = here.into_iter().map(expiry_ms).min();
        old.into_iter().filter(|member| self.forget(*member)).collect()
    }

    /// Forgets a member; whether the host believes it to be there because of the other side.
    fn forget(&mut self, member: MemberId) -> bool {
        let Some(entry) = self.entries.remove(&member) else { return false };
        self.unsent -= usize::from(entry.source == Source::Unsent);
        entry.is_of_peer()
    }

    /// Everybody whom only the other side told of: they leave with it.
    pub fn of_peer(&self) -> impl Iterator<Item = &Arc<Presence>> {
        self.entries.values().filter(|entry| entry.is_of_peer()).map(|entry| &entry.presence)
    }

    /// What is due for the other side, if anything: the newest of each member.
    pub fn due(&mut self, now_ms: u64) -> Option<Vec<Arc<Presence>>> {
        self.repeat_own(now_ms);
        if self.unsent == 0 || self.sent_ms.is_some_and(|sent| now_ms < sent + PRESENCE_INTERVAL_MS) {
            return None;
        }
        self.sent_ms = Some(now_ms);
        let unsent = self.entries.values_mut().filter(|entry| entry.source == Source::Unsent);
        let send = |entry: &mut Entry| {
            entry.source = Source::Sent;
            entry.presence.clone()
        };
        let due: Vec<Arc<Presence>> = unsent.take(PRESENCES_MAX).map(send).collect();
        self.unsent -= due.len();
        Some(due)
    }

    /// A repeat takes its clock from the time rounded down, so that all links of a member repeat the
    /// same news, and a ring passes them on once.
    fn repeat_own(&mut self, now_ms: u64) {
        let Some((me, shown_ms)) = self.own.filter(|(_, shown_ms)| shown_ms + PRESENCE_REPEAT_MS <= now_ms) else {
            return;
        };
        let Some(entry) = self.entries.get_mut(&me) else { return };
        let clock = (now_ms - now_ms % PRESENCE_REPEAT_MS).max(shown_ms);
        let presence = Arc::make_mut(&mut entry.presence);
        presence.clock = clock.max(presence.clock + 1);
        self.own = Some((me, now_ms));
        self.unsent += usize::from(entry.source != Source::Unsent);
        entry.source = Source::Unsent;
    }

    /// When something is due next.
    pub fn next_wake_ms(&self) -> Option<u64> {
        let send = (self.unsent > 0).then(|| self.sent_ms.map_or(0, |sent| sent + PRESENCE_INTERVAL_MS));
        let repeat = self.own.map(|(_, shown_ms)| shown_ms + PRESENCE_REPEAT_MS);
        [send, repeat, self.expiry_ms].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clock::Frontier;

    const ANN: MemberId = MemberId(1);
    const BEN: MemberId = MemberId(2);

    fn figure(name: &str) -> Option<Figure> {
        Some(Figure::new(name, [1, 2, 3], None, Frontier::new()))
    }

    fn news(member: MemberId, clock: u64) -> Arc<Presence> {
        Arc::new(Presence { member, clock, figure: figure("x") })
    }

    #[test]
    fn twenty_a_second_and_the_newest_of_each() {
        let (mut roster, mut sent) = (Roster::default(), 0);
        for ms in 0..1000 {
            roster.show_own(ANN, figure(&ms.to_string()), ms);
            if let Some(due) = roster.due(ms) {
                assert_eq!(due[0].figure, figure(&ms.to_string()));
                sent += 1;
            }
        }
        assert_eq!(sent, 20);
    }

    #[test]
    fn repeats_every_two_seconds_and_no_sooner() {
        let mut roster = Roster::default();
        roster.show_own(ANN, figure("Ann"), 100);
        let sent: Vec<u64> = (100..7000).filter(|&ms| roster.due(ms).is_some()).collect();
        assert_eq!(sent, [100, 2100, 4100, 6100]);
    }

    #[test]
    fn gone_after_five_silent_seconds() {
        let mut roster = Roster::default();
        assert!(roster.hear(news(BEN, 1), 1000));
        assert!(roster.expire(5999).is_empty());
        assert_eq!(roster.next_wake_ms(), Some(6000));
        assert_eq!(roster.expire(6000), [BEN]);
        assert!(roster.expire(6000).is_empty());
    }

    #[test]
    fn what_does_not_fit_into_a_message_goes_with_the_next() {
        let (mut roster, members) = (Roster::default(), PRESENCES_MAX as u64 + 3);
        for member in 0..members {
            roster.show(news(MemberId(member), 1), 0);
        }
        let mut sent: Vec<Arc<Presence>> = roster.due(0).unwrap();
        assert_eq!(sent.len(), PRESENCES_MAX);
        sent.extend(roster.due(PRESENCE_INTERVAL_MS).unwrap());
        assert!(sent.iter().map(|presence| presence.member.0).eq(0..members), "each once");
        assert_eq!(roster.due(2 * PRESENCE_INTERVAL_MS), None);
    }

    #[test]
    fn who_goes_on_speaking_stays_and_who_fell_silent_goes() {
        let (mut roster, cid) = (Roster::default(), MemberId(3));
        for second in 1..=6 {
            assert!(roster.hear(news(BEN, second), second * 1000));
            assert!(roster.expire(second * 1000).is_empty());
        }
        assert!(roster.hear(news(cid, 1), 6500));
        assert_eq!(roster.expire(11_000), [BEN]);
        assert_eq!(roster.next_wake_ms(), Some(11_500));
        assert_eq!(roster.expire(11_500), [cid]);
        assert_eq!(roster.next_wake_ms(), None);
    }

    /// What is counted is what is there, whatever happens in which order.
    #[test]
    fn the_unsent_are_counted() {
        let mut roster = Roster::default();
        for ms in 0..20_000 {
            let news = news(MemberId(ms * 7 % 13), ms);
            match ms * 31 % 11 {
                0..4 => roster.show(news, ms),
                4..8 => drop(roster.hear(news, ms)),
                8 => roster.show_own(ANN, figure("Ann").filter(|_| ms % 3 > 0), ms),
                9 => drop(roster.due(ms)),
                _ => drop(roster.expire(ms + ms % 5 * PRESENCE_GONE_MS / 4)),
            }
            let unsent = roster.entries.values().filter(|entry| entry.source == Source::Unsent).count();
            assert_eq!(roster.unsent, unsent, "at {ms}");
        }
    }

    #[test]
    fn old_news_and_news_of_oneself_stop() {
        let mut roster = Roster::default();
        roster.show_own(ANN, figure("Ann"), 5);
        assert!(roster.hear(news(BEN, 7), 10));
        assert!(!roster.hear(news(BEN, 7), 11));
        assert!(!roster.hear(news(BEN, 6), 12));
        assert!(!roster.hear(news(ANN, 99), 12));
    }

    #[test]
    fn the_number_of_members_is_bounded() {
        let mut roster = Roster::default();
        for member in 0..2 * ROSTER_MEMBERS_MAX as u64 {
            roster.hear(news(MemberId(member), 1), 0);
        }
        assert_eq!(roster.of_peer().count(), ROSTER_MEMBERS_MAX);
    }
}
