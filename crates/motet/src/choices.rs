//! What one person chose to see, by author, in a form that can be kept beside the log.
//!
//! ```text
//! hide AUTHOR            leave out all that an author wrote
//! spans SPANS            leave out these elements
//! hold AUTHOR VERSION    leave out what an author wrote since
//! hold-all VERSION       leave out what everybody else wrote since
//! hold-part VERSION SPANS NAME    leave out what everybody else did since to these elements, which are called so
//! mine-first GRADE       of what cannot all be, or touches the same from a grade on, others' gives way
//! prefer SPANS           actions, each by its first element, that come before all else
//! weigh ELEMENT N        the action that begins with it is worth so much to the viewer
//! show WORDS             what shows of what is only proposed: `own` or `all`, and drafts, each by its element
//! pin VERSION            leave out what came since
//! ```
//!
//! One a line, in any order. An author is a key in hexadecimal, a span `replica.start-end`, a version the spans from zero that it
//! covers, or `-`.
//!
//! ```
//! use motet::Choices;
//! let choices = Choices::read("mine-first overlap\nhold-all 2a.0-7");
//! assert_eq!(Choices::read(&choices.write()), choices);
//! ```

use crate::plain::{read_author, read_id, read_spans, write_author, write_id, write_spans};
use crate::replica::Replica;
use clock::{Id, ReplicaId, Seq, SortedMap, SortedSet, Span, VersionVector};
use codec::AuthorKey;
use log::Proposal;
use view::{Grade, HeldPart, Policy, Suggestions, elements_of, spans_of};

/// Personal choices. The engine turns them into a policy, anew whenever an author gets a new replica.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Authors whose work is left out.
    pub hidden: SortedSet<AuthorKey>,
    /// Elements that are left out.
    pub hidden_spans: Vec<Span>,
    /// Authors whose work since this version waits.
    pub held: SortedMap<AuthorKey, VersionVector>,
    /// Everybody else's work since this version waits.
    pub held_all: Option<VersionVector>,
    /// Parts of the document where everybody else's work waits.
    pub held_parts: Vec<PartHeld>,
    /// From which grade on others' work gives way to the own, where that comes first.
    pub first_from: Option<Grade>,
    /// Actions that come before whatever they would give way to.
    pub preferred: Vec<Span>,
    /// How much actions are worth to the viewer, each by its first element; at least 1.
    pub weights: SortedMap<Id, u16>,
    /// What shows of what is only proposed.
    pub show: Proposals,
    /// What came after this version is left out.
    pub pin: Option<VersionVector>,
}

/// A part of a document where everybody else's work waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartHeld {
    /// What its viewer calls it, in one line.
    pub name: String,
    /// It as it was when the hold began.
    pub part: HeldPart,
}

/// What shows of what is only proposed and open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposals {
    /// Whose suggestions.
    pub suggestions: Suggestions,
    /// Which drafts, each by the element that made it.
    pub drafts: SortedSet<Id>,
}

impl Proposals {
    /// Shows what somebody proposes from now on.
    pub fn extend(&mut self, proposal: Option<Proposal>) {
        match proposal {
            Some(Proposal::Draft(draft)) => _ = self.drafts.insert(draft),
            Some(Proposal::Suggestion) => self.suggestions = self.suggestions.max(Suggestions::Own),
            None => {}
        }
    }

    /// It as words: `own` or `all`, and drafts.
    pub fn write(&self) -> String {
        let whose = match self.suggestions {
            Suggestions::None => None,
            Suggestions::Own => Some("own".to_owned()),
            Suggestions::All => Some("all".to_owned()),
        };
        whose.into_iter().chain(self.drafts.iter().map(|draft| write_id(*draft))).collect::<Vec<_>>().join(" ")
    }

    /// What the words say; those that say nothing known are left out.
    pub fn read(words: &str) -> Self {
        let mut shown = Self::default();
        for word in words.split(' ') {
            match word {
                "own" => shown.suggestions = Suggestions::Own,
                "all" => shown.suggestions = Suggestions::All,
                draft => shown.drafts.extend(read_id(draft)),
            }
        }
        shown
    }
}

impl Choices {
    /// The policy that they come to, in a document as it is now.
    pub fn policy(&self, replica: &Replica) -> Policy {
        let own = replica.own_author();
        let mut mine: SortedSet<ReplicaId> = replica.replicas_of(own).into_iter().collect();
        mine.insert(replica.document().replica());
        let preferred = self.preferred.iter().map(Span::first).collect();
        let (hold_all, mine_first) = (self.held_all.clone(), self.first_from);
        let weights = self.weights.clone();
        let Proposals { suggestions, drafts } = self.show.clone();
        let pin = self.pin.clone();
        let mut policy =
            Policy { mine, hold_all, mine_first, preferred, weights, suggestions, drafts, pin, ..Policy::default() };
        policy.held_parts.extend(self.held_parts.iter().map(|held| held.part.clone()));
        for &author in self.hidden.iter() {
            policy.muted.extend(replica.replicas_of(author));
        }
        for (&author, since) in &self.held {
            policy.held.extend(replica.replicas_of(author).into_iter().map(|id| (id, since.end(id))));
        }
        for span in &self.hidden_spans {
            policy.hidden.entry(span.replica).or_default().set(span.start..span.end, Some(()));
        }
        policy
    }

    /// The choices as lines of text.
    pub fn write(&self) -> String {
        let mut lines = Vec::new();
        lines.extend(self.hidden.iter().map(|author| format!("hide {}", write_author(*author))));
        if !self.hidden_spans.is_empty() {
            lines.push(format!("spans {}", write_spans(&self.hidden_spans)));
        }
        lines.extend(self.held.iter().map(|(author, since)| format!("hold {} {}", write_author(*author), ends(since))));
        lines.extend(self.held_all.iter().map(|since| format!("hold-all {}", ends(since))));
        for PartHeld { name, part } in &self.held_parts {
            let name: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            lines.push(format!("hold-part {} {} {name}", ends(&part.since), write_spans(&spans_of(&part.elements))));
        }
        lines.extend(self.first_from.map(|from| format!("mine-first {}", from.word())));
        if !self.preferred.is_empty() {
            lines.push(format!("prefer {}", write_spans(&self.preferred)));
        }
        lines.extend(self.weights.iter().map(|(id, weight)| format!("weigh {} {weight}", write_id(*id))));
        let show = self.show.write();
        if !show.is_empty() {
            lines.push(format!("show {show}"));
        }
        lines.extend(self.pin.iter().map(|version| format!("pin {}", ends(version))));
        lines.join("\n")
    }

    /// The choices that `text` holds; lines that say nothing known are left out.
    pub fn read(text: &str) -> Self {
        let mut choices = Self::default();
        for line in text.lines() {
            if let Some(shown) = line.strip_prefix("show ") {
                choices.show = Proposals::read(shown);
            }
            let mut words = line.split(' ');
            match (words.next(), words.next(), words.next()) {
                (Some("hide"), Some(author), None) => choices.hidden.extend(read_author(author)),
                (Some("spans"), Some(spans), None) => {
                    choices.hidden_spans.extend(read_spans(spans).unwrap_or_default())
                }
                (Some("hold"), Some(author), Some(since)) => {
                    choices.held.extend(read_author(author).zip(read_ends(since)));
                }
                (Some("weigh"), Some(action), Some(weight)) => {
                    let weight = weight.parse().ok().filter(|weight| *weight > 0);
                    choices.weights.extend(read_id(action).zip(weight));
                }
                (Some("hold-part"), Some(since), Some(spans)) => {
                    let name = line.splitn(4, ' ').nth(3).unwrap_or_default().to_owned();
                    if let (Some(since), Some(spans)) = (read_ends(since), read_spans(spans)) {
                        let part = HeldPart { elements: elements_of(spans), since };
                        choices.held_parts.push(PartHeld { name, part });
                    }
                }
                (Some("hold-all"), Some(since), None) => choices.held_all = read_ends(since),
                (Some("mine-first"), Some(from), None) => choices.first_from = Grade::of_word(from),
                (Some("pin"), Some(version), None) => choices.pin = read_ends(version),
                (Some("prefer"), Some(spans), None) => choices.preferred.extend(read_spans(spans).unwrap_or_default()),
                _ => {}
            }
        }
        choices
    }
}

/// A version as spans from zero; `-` where it is empty.
fn ends(version: &VersionVector) -> String {
    let spans: Vec<Span> = version.iter().map(|(replica, end)| Span::new(replica, 0, end)).collect();
    if spans.is_empty() { "-".to_owned() } else { write_spans(&spans) }
}

fn read_ends(text: &str) -> Option<VersionVector> {
    if text == "-" {
        return Some(VersionVector::new());
    }
    let entry = |span: Span| -> (ReplicaId, Seq) { (span.replica, span.end) };
    Some(read_spans(text)?.into_iter().map(entry).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_survive_being_kept() {
        let since: VersionVector = [(ReplicaId(5), 9)].into_iter().collect();
        let pin = Some(since.clone());
        let choices = Choices {
            hidden: [AuthorKey([1; 32])].into(),
            hidden_spans: vec![Span::new(ReplicaId(2), 3, 4)],
            held: [(AuthorKey([2; 32]), since), (AuthorKey([3; 32]), VersionVector::new())].into(),
            held_all: Some(VersionVector::new()),
            held_parts: vec![PartHeld {
                name: "Chapter 2, the end".to_owned(),
                part: HeldPart {
                    elements: elements_of([Span::new(ReplicaId(2), 3, 4), Span::new(ReplicaId(4), 0, 9)]),
                    since: VersionVector::new(),
                },
            }],
            first_from: Some(Grade::Order),
            preferred: vec![Span::new(ReplicaId(2), 5, 7)],
            weights: [(Id::new(ReplicaId(2), 9), 7), (Id::new(ReplicaId(3), 0), u16::MAX)].into(),
            show: Proposals {
                suggestions: Suggestions::All,
                drafts: [Id::new(ReplicaId(2), 5), Id::new(ReplicaId(3), 1)].into(),
            },
            pin,
        };
        assert_eq!(Choices::read(&choices.write()), choices);
        assert_eq!(Choices::read("nonsense\nhide 00\nhold x y\nweigh 2.0 0\nweigh x 3\nshow 7"), Choices::default());
    }
}
