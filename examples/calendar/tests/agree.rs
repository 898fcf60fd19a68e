//! Three people who book offline agree on the best schedule, whatever the order of exchange, and see why a meeting moved.

use calendar::{Calendar, Meeting, Offer};
use motet::Id;

/// Numbers that only look random.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // SplitMix64 (Steele, Lea, Flood 2014).
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ z >> 31) % sides as u64) as usize
    }
}

const PEOPLE: [&str; 3] = ["ann", "bob", "cy"];

fn offer(dice: &mut Dice) -> Offer {
    let time = ["Mon 10", "Mon 11", "Tue 10"][dice.roll(3)];
    let (room, places) = [("Blue", 1), ("Hall", 2)][dice.roll(2)];
    let first = dice.roll(3);
    let count = 1 + dice.roll(2);
    let people: Vec<&str> = (0..count).map(|n| PEOPLE[(first + n) % 3]).collect();
    Offer::at(time, room, places, &people)
}

/// Each asks for meetings with overlaps and alternatives, and ties some.
fn booked(dice: &mut Dice) -> [Calendar; 3] {
    let mut calendars = [1, 2, 3].map(Calendar::new);
    for (calendar, name) in calendars.iter_mut().zip(PEOPLE) {
        let mut made = Vec::new();
        for n in 0..2 {
            let offers: Vec<Offer> = (0..=dice.roll(3)).map(|_| offer(dice)).collect();
            made.push(calendar.request(&format!("{name} {n}"), &offers));
        }
        if dice.roll(4) == 0 {
            calendar.together(&made);
        }
    }
    calendars
}

/// What a choice of offers is worth, where it can be at all: how many meetings, then how good their offers are.
fn worth(meetings: &[Meeting], chosen: &[Option<usize>], tied: &[[usize; 2]]) -> Option<(usize, usize)> {
    let offers: Vec<&Offer> =
        meetings.iter().zip(chosen).filter_map(|(meeting, &at)| Some(&meeting.offers[at?].1)).collect();
    for (at, one) in offers.iter().enumerate() {
        let others = || offers.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other);
        let at_once = || others().filter(|other| other.time == one.time);
        let crowd = at_once().filter(|other| other.room == one.room).count();
        let meets_oneself = at_once().any(|other| other.people.iter().any(|person| one.people.contains(person)));
        if crowd >= one.places as usize || meets_oneself {
            return None;
        }
    }
    if tied.iter().any(|&[a, b]| chosen[a].is_some() != chosen[b].is_some()) {
        return None;
    }
    Some((offers.len(), chosen.iter().flatten().map(|rank| 100 - rank).sum()))
}

/// The best that all choices of offers give.
fn best(meetings: &[Meeting], tied: &[[usize; 2]]) -> (usize, usize) {
    let choices = meetings.iter().map(|meeting| meeting.offers.len() + 1).product::<usize>();
    let choice = |mut number: usize| {
        let mut chosen = Vec::new();
        for meeting in meetings {
            chosen.push((number % (meeting.offers.len() + 1)).checked_sub(1));
            number /= meeting.offers.len() + 1;
        }
        chosen
    };
    (0..choices).filter_map(|number| worth(meetings, &choice(number), tied)).max().expect("nothing at all can be")
}

fn chosen(calendar: &Calendar, meetings: &[Meeting]) -> Vec<Option<usize>> {
    let rank = |meeting: &Meeting| {
        let when = calendar.when(meeting.id)?;
        meeting.offers.iter().position(|(_, offer)| *offer == when)
    };
    meetings.iter().map(rank).collect()
}

#[test]
fn whatever_the_order_of_exchange_all_agree_on_the_best() {
    let mut moved = 0;
    for seed in 0..60 {
        let orders: [&[(usize, usize)]; 4] = [
            &[(0, 1), (1, 2), (0, 1), (0, 2)],
            &[(2, 1), (1, 0), (2, 1), (2, 0)],
            &[(0, 2), (0, 1), (2, 1)],
            &[(1, 2), (0, 2), (0, 1), (1, 2)],
        ];
        let mut outcomes = Vec::new();
        for order in orders {
            let mut calendars = booked(&mut Dice(seed));
            for &(one, other) in order {
                let [a, b] = calendars.get_disjoint_mut([one, other]).expect("two people");
                a.exchange(b);
            }
            for calendar in &calendars {
                let meetings = calendar.meetings();
                let tied = ties(&mut Dice(seed), &meetings);
                let chosen = chosen(calendar, &meetings);
                let is_best = worth(&meetings, &chosen, &tied) == Some(best(&meetings, &tied));
                assert!(is_best, "seed {seed}: {:?} of {meetings:#?}", calendar.schedule());
                moved += check_reasons(calendar, &meetings, &chosen);
                outcomes.push(calendar.schedule());
            }
        }
        assert!(outcomes.windows(2).all(|pair| pair[0] == pair[1]), "seed {seed}");
    }
    assert!(moved > 100, "only {moved} meetings moved");
}

/// Which meetings [`booked`] ties, by their place.
fn ties(dice: &mut Dice, meetings: &[Meeting]) -> Vec<[usize; 2]> {
    let mut tied = Vec::new();
    for name in PEOPLE {
        for _ in 0..2 {
            (0..=dice.roll(3)).for_each(|_| drop(offer(dice)));
        }
        if dice.roll(4) == 0 {
            let at = |n: usize| meetings.iter().position(|meeting| meeting.title == format!("{name} {n}"));
            tied.push([at(0), at(1)].map(|at| at.expect("asked for")));
        }
    }
    tied
}

/// Everything that is not where it was rather wanted has a reason for each offer before; returns how many those are.
fn check_reasons(calendar: &Calendar, meetings: &[Meeting], chosen: &[Option<usize>]) -> usize {
    let mut moved = 0;
    for (meeting, rank) in meetings.iter().zip(chosen) {
        let reasons = calendar.why(meeting.id);
        match rank {
            Some(rank) => assert_eq!(reasons.len(), *rank, "{meeting:?}: {reasons:?}"),
            None => assert!(!reasons.is_empty(), "{meeting:?} cannot be and nobody says why"),
        }
        moved += usize::from(*rank != Some(0));
    }
    moved
}

/// What two told a third, the third tells on; and a meeting that is taken back makes room.
#[test]
fn who_cancels_makes_room() {
    let mut calendars = [1, 2, 3].map(Calendar::new);
    let [ann, bob, cy] = &mut calendars;
    let review = ann.request("Review", &[Offer::at("Mon 10", "Blue", 1, &["ann"])]);
    let talk = bob.request("Talk", &[Offer::at("Mon 10", "Blue", 1, &["bob"])]);
    ann.exchange(bob);
    bob.exchange(cy);
    let is_on = |calendar: &Calendar, meeting: Id| calendar.when(meeting).is_some();
    assert_eq!((is_on(cy, review), is_on(cy, talk)), (true, false));
    assert_eq!(cy.why(talk), ["not Mon 10 in Blue: Review has the room"]);
    cy.cancel(review);
    assert_eq!((is_on(cy, review), is_on(cy, talk)), (false, true));
    cy.exchange(ann);
    assert!(is_on(ann, talk));
}

/// A talk is worth nothing without the way there.
#[test]
fn a12_what_is_wanted_together_is_all_or_none() {
    let (mut ann, mut bob) = (Calendar::new(1), Calendar::new(2));
    let talk = ann.request("Talk", &[Offer::at("Mon 10", "Hall", 2, &["ann"])]);
    let way = ann.request("Way", &[Offer::at("Mon 09", "Car", 1, &["ann"])]);
    ann.together(&[talk, way]);
    assert!(ann.when(talk).is_some());
    let trips = ["Trip", "Tour", "Test"].map(|title| bob.request(title, &[Offer::at(title, "Car", 1, &["bob"])]));
    let move_house = bob.request("Move house", &[Offer::at("Mon 09", "Car", 1, &["bob"])]);
    bob.together(&[trips[0], trips[1], trips[2], move_house]);
    ann.exchange(&mut bob);
    assert_eq!(ann.when(talk), None, "four outweigh two");
    assert_eq!(ann.why(talk), ["not without Way"]);
    assert_eq!(ann.schedule(), bob.schedule());
    bob.cancel(move_house);
    ann.exchange(&mut bob);
    assert!(ann.when(talk).is_some() && ann.when(way).is_some());
}

/// What an application has to say of itself is little: its values, its claims, what ties them, and its questions.
#[test]
fn g2_a_calendar_takes_less_than_300_lines() {
    let lines = include_str!("../src/lib.rs").lines().count();
    assert!(lines < 300, "{lines} lines");
}
