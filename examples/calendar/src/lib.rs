//! A calendar that several people keep without a server: an example of an application whose actions mean something
//! together.
//!
//! A *meeting* is asked for with several *offers*, the best first: a time, a room, and who comes. Each offer is an action of
//! its own; what ties them is declared, and Motet does the rest: it finds the greatest part of what everybody asked for that
//! can be, alike on everybody's machine, keeps what gave way, and says why.
//!
//! ```text
//! meeting ──exactly one of──► offers ──claims──► a place in the room at that time
//!    │                                      └──► each person at that time
//!    └──atomic── another meeting
//! ```
//!
//! It never says who may have what: that is what [`motet::Why`] is for.
//!
//! ```
//! use calendar::{Calendar, Offer};
//! let (mut ann, mut bob) = (Calendar::new(1), Calendar::new(2));
//! let review = ann.request("Review", &[Offer::at("Mon 10", "Blue", 1, &["ann"]), Offer::at("Mon 11", "Blue", 1, &["ann"])]);
//! let talk = bob.request("Talk", &[Offer::at("Mon 10", "Blue", 1, &["bob"])]);
//! ann.exchange(&mut bob);
//! assert_eq!(ann.schedule(), bob.schedule());
//! assert_eq!(ann.when(review).unwrap().time, "Mon 11"); // It moved, so that both can be.
//! assert_eq!(bob.why(review), ["not Mon 10 in Blue: Talk has the room"]);
//! ```

use motet::{
    ContainerId, Document, DocumentId, Edit, Id, Kind, Loss, OpRef, Parcel, Replica, ReplicaId, Rule, SigningKey, Span,
    Value, Why,
};

/// What a meeting is worth before it matters which of its offers it gets: so that no choice of better offers outweighs one
/// meeting more, as long as fewer than a hundred depend on each other.
const MEETING: u16 = 10_000;
/// What the best offer is worth; each further one is worth one less.
const OFFER: u16 = 100;

/// When and where a meeting could be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The time, by any name; times of one name are at once.
    pub time: String,
    /// The room.
    pub room: String,
    /// How many meetings the room has places for at once.
    pub places: u32,
    /// Who comes. Nobody is in two meetings at once.
    pub people: Vec<String>,
}

impl Offer {
    /// An offer.
    pub fn at(time: &str, room: &str, places: u32, people: &[&str]) -> Self {
        let people = people.iter().map(|&person| person.to_owned()).collect();
        Self { time: time.to_owned(), room: room.to_owned(), places, people }
    }

    /// The places that it takes, and how many there are of each.
    fn claims(&self) -> impl Iterator<Item = (String, u32)> {
        let people = self.people.iter().map(|person| (format!("{person} at {}", self.time), 1));
        std::iter::once((format!("room {} at {}", self.room, self.time), self.places)).chain(people)
    }

    fn to_value(&self) -> Value {
        let text = |text: &str| Value::Text(text.to_owned());
        let people = self.people.iter().map(|person| text(person)).collect();
        Value::List([text(&self.time), text(&self.room), Value::Int(self.places.into()), Value::List(people)].into())
    }

    /// What anybody may have written where an offer is due is read as an offer or not at all.
    fn from_value(value: &Value) -> Option<Self> {
        let Value::List(fields) = value else { return None };
        let [Value::Text(time), Value::Text(room), Value::Int(places), Value::List(people)] = &**fields else {
            return None;
        };
        let person = |value: &Value| if let Value::Text(name) = value { Some(name.clone()) } else { None };
        let people = people.iter().map(person).collect::<Option<_>>()?;
        Some(Self { time: time.clone(), room: room.clone(), places: u32::try_from(*places).ok()?, people })
    }
}

/// A meeting that is still asked for, whether it can be or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// The action that asked for it.
    pub id: Id,
    /// What it is called.
    pub title: String,
    /// Its offers, the best first, each with the action that made it.
    pub offers: Vec<(Id, Offer)>,
}

/// One person's copy of the calendar.
pub struct Calendar {
    replica: Replica,
}

impl Calendar {
    /// An empty calendar, written to by a person of whom `number` is known to nobody else.
    pub fn new(number: u64) -> Self {
        let mut secret = [0; 32];
        secret[..8].copy_from_slice(&number.to_le_bytes());
        Self::of(ReplicaId(number), &secret)
    }

    /// As [`Calendar::new`], with a secret from a good source of chance, and the number of a writer that was never used.
    pub fn of(writer: ReplicaId, secret: &[u8; 32]) -> Self {
        Self { replica: Replica::new(DocumentId(0xca1e), 0, writer, SigningKey::from_bytes(secret)) }
    }

    /// Asks for a meeting at one of `offers`, the best first; returns the action that stands for it.
    pub fn request(&mut self, title: &str, offers: &[Offer]) -> Id {
        let meeting = self.write(|edit| edit.set(meetings(), title, Value::Bool(true)));
        let mut made = Vec::new();
        for (rank, offer) in offers.iter().enumerate() {
            made.push(self.write(|edit| {
                edit.set(map_of(meeting), &format!("{rank:03}"), offer.to_value());
                offer.claims().for_each(|(name, places)| edit.claim(&name, places));
            }));
        }
        self.write(|edit| {
            edit.constrain(Rule::ExactlyOne, &[&[meeting], &made[..]].concat());
            edit.weigh(&[meeting], MEETING);
            for (&offer, rank) in made.iter().zip(0..) {
                edit.constrain(Rule::Enables, &[meeting, offer]);
                edit.weigh(&[offer], OFFER.saturating_sub(rank).max(1));
            }
        });
        meeting
    }

    /// Makes one action; returns its name.
    fn write(&mut self, change: impl FnOnce(&mut Edit<'_>)) -> Id {
        self.replica.document_mut().edit(0, change).expect("names and offers are short").first()
    }

    /// Wants several meetings all, or none of them: a talk and the way there.
    pub fn together(&mut self, meetings: &[Id]) {
        self.write(|edit| edit.constrain(Rule::Atomic, meetings));
    }

    /// Does not ask for a meeting any more; who gave way to it comes back.
    pub fn cancel(&mut self, meeting: Id) {
        self.replica.document_mut().undo_spans(&[Span::of(meeting)], 0);
    }

    /// Gives each what the other lacks.
    pub fn exchange(&mut self, other: &mut Self) {
        for parcel in self.parcels() {
            other.take(&parcel.bytes).expect("signed by its author");
        }
        for parcel in other.parcels() {
            self.take(&parcel.bytes).expect("signed by its author");
        }
    }

    /// Everything that is here, signed by who wrote it: to be kept in a file, or given to others.
    pub fn parcels(&mut self) -> Vec<Parcel> {
        self.replica.seal_all();
        let all = self.replica.version();
        let spans: Vec<Span> = all.iter().map(|(replica, end)| Span::new(replica, 0, end)).collect();
        self.replica.export(&spans, usize::MAX)
    }

    /// Takes a parcel in, from anybody, in any order, any number of times.
    ///
    /// # Errors
    /// Where it is not what its author signed.
    pub fn take(&mut self, parcel: &[u8]) -> Result<(), String> {
        self.replica.import(parcel, None).map(drop).map_err(|error| error.to_string())
    }

    /// The meetings that are asked for, by title.
    pub fn meetings(&self) -> Vec<Meeting> {
        let is_asked_for = |id: &Id| !matches!(self.document().why(*id), Why::Undone(_) | Why::Excluded(_));
        let asked = self.written(meetings()).into_iter().filter(|(_, id, _)| is_asked_for(id));
        asked.map(|(title, id, _)| Meeting { id, title, offers: self.offers(id) }).collect()
    }

    fn offers(&self, meeting: Id) -> Vec<(Id, Offer)> {
        let written = self.written(map_of(meeting)).into_iter();
        written.filter_map(|(_, id, value)| Some((id, Offer::from_value(&value)?))).collect()
    }

    /// What was ever written into a map, by key. What gave way is in no map that shows; the log has it.
    fn written(&self, map: ContainerId) -> Vec<(String, Id, Value)> {
        let mut written = Vec::new();
        for (id, op) in self.document().log().logs().flat_map(|log| log.ops_in(0..log.end())) {
            if let OpRef::Set { container, key, value: Some(value), .. } = op
                && container == map
            {
                written.push((key.to_owned(), id, value.to_value()));
            }
        }
        written.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        written
    }

    fn document(&self) -> &Document {
        self.replica.document()
    }

    /// When and where a meeting is; none where it cannot be.
    pub fn when(&self, meeting: Id) -> Option<Offer> {
        let mut offers = self.offers(meeting).into_iter();
        offers.find(|(id, _)| self.document().why(*id) == Why::Active).map(|(_, offer)| offer)
    }

    /// All meetings that can be, by time, room and title.
    pub fn schedule(&self) -> Vec<(Offer, String)> {
        let meetings = self.meetings().into_iter();
        let mut all: Vec<_> = meetings.filter_map(|meeting| Some((self.when(meeting.id)?, meeting.title))).collect();
        all.sort_by(|a, b| (&a.0.time, &a.0.room, &a.1).cmp(&(&b.0.time, &b.0.room, &b.1)));
        all
    }

    /// Why a meeting is not where it was rather wanted, offer by offer; of one that cannot be at all, why not.
    pub fn why(&self, meeting: Id) -> Vec<String> {
        let document = self.document();
        let mut reasons = Vec::new();
        if let Why::Dependent(on) = document.why(meeting)
            && on != meeting
        {
            reasons.push(format!("not without {}", self.title(on)));
        }
        for (id, offer) in self.offers(meeting) {
            let place = format!("not {} in {}", offer.time, offer.room);
            match document.why(id) {
                Why::Active => break,
                Why::Lost(Loss::Claim { name, by }) => {
                    let what =
                        if name.starts_with("room ") { "the room" } else { name.split(" at ").next().unwrap_or("it") };
                    let who: Vec<String> = by.iter().map(|&by| self.title(by)).collect();
                    reasons.push(format!(
                        "{place}: {} {} {what}",
                        who.join(" and "),
                        if by.len() > 1 { "have" } else { "has" }
                    ));
                }
                Why::Lost(_) => reasons.push(format!("{place}: a better choice has it elsewhere")),
                Why::Undone(_) => reasons.push(format!("{place}: taken back")),
                _ => {}
            }
        }
        reasons
    }

    /// What the meeting is called that an action is of, be it the meeting itself or an offer.
    fn title(&self, action: Id) -> String {
        let of = |meeting: &Meeting| meeting.id == action || meeting.offers.iter().any(|(offer, _)| *offer == action);
        self.meetings().into_iter().find(of).map_or_else(|| "something".to_owned(), |meeting| meeting.title)
    }
}

fn meetings() -> ContainerId {
    ContainerId::root(Kind::Map, "meetings")
}

fn map_of(meeting: Id) -> ContainerId {
    ContainerId::Element(Kind::Map, meeting)
}
