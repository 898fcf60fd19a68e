//! Deciding for good: what is active of what excludes each other stays so, whatever arrives later.
//!
//! A document says who may decide (one author, or several of whom most have to agree), and these decide about everything that
//! they have. So what people agreed on in the shared view ends being open, and who was away finds what was decided without them.
//!
//! ```
//! use motet::{Decider, Document, Finality, ReplicaId, ContainerId, Kind, Standing};
//! let list = ContainerId::root(Kind::Text, "bookings");
//! let (mut office, mut ann) = (Document::new(ReplicaId(1)), Document::new(ReplicaId(2)));
//! for document in [&mut office, &mut ann] {
//!     document.note_author(ReplicaId(1), Decider([1; 32]));
//! }
//! office.govern(&[Decider([1; 32])], 0).unwrap();
//! let kept = office.edit(0, |edit| {
//!     edit.insert(list, 0, "Bob on Monday\n");
//!     edit.claim("the room on Monday", 1);
//! }).unwrap();
//! office.decide(0).unwrap();
//! assert!(matches!(office.finality(kept.first()), Finality::Decided(_)));
//! ```

use crate::document::{Document, Refusal};
use clock::{Id, Span};
use log::{Decider, OpRef, Outcome, RULES, RULES_TRIM};
use model::Patch;
use view::{Authority, Finality, Policy, Poll};

/// What one author's share in deciding came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ballot {
    /// They decided.
    Decision(Span),
    /// They agreed to what somebody else decided.
    Vote(Span),
}

impl Ballot {
    /// The action.
    pub fn span(&self) -> Span {
        match self {
            Self::Decision(span) | Self::Vote(span) => *span,
        }
    }
}

/// What an author's ballot would be.
pub(crate) enum Next {
    /// They would agree to that decision.
    Vote(Id),
    /// They would decide: by what is said of who may, after which decision, and what becomes of what excludes each other.
    Decision { by: Id, after: Option<Id>, outcomes: Vec<(Id, Outcome)> },
}

/// Says what stands in the place of what may be forgotten by a decision that is about to be made: the bytes of a certificate.
pub(crate) type Vouch<'a> = dyn FnMut(&Document, OpRef<'_>) -> Result<Vec<u8>, DecideError> + 'a;

/// Why nothing was decided; the document is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecideError {
    /// Nobody may, or others.
    #[error("this author may not decide here: say first who may")]
    Nobody,
    /// The ballot was cast; others have to agree first.
    #[error("this author has decided already, and others who may decide have to agree first")]
    Waiting,
    /// Everything is decided.
    #[error("nothing is new since the last decision")]
    Nothing,
    /// The shared view goes by rules that this version does not know.
    #[error("this document goes by rules that a newer version of Motet knows")]
    Rules,
    /// History can be trimmed only up to a decision, by the one that follows it.
    #[error("nothing was decided before: history is trimmed up to a decision, by the one that follows it")]
    Founding,
    /// Who may decide was said by an older version.
    #[error(
        "history cannot be trimmed by the rules that this document goes by: say again who may decide, and decide, first"
    )]
    OldRules,
    /// It is more than one decision may list.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl DecideError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Nobody => "decide.nobody",
            Self::Waiting => "decide.waiting",
            Self::Nothing => "decide.nothing",
            Self::Rules => "decide.rules",
            Self::Founding => "decide.founding",
            Self::OldRules => "decide.old-rules",
            Self::Refused(refusal) => refusal.code(),
        }
    }
}

impl Document {
    /// Notes which author writes as a replica: who decides is named by author. Before anything that they decide is taken in, or
    /// after; [`crate::Replica`] does it by itself.
    pub fn note_author(&mut self, replica: clock::ReplicaId, author: Decider) {
        self.view.note_author(replica, author);
    }

    /// Says who may decide, for everybody, from the next decision on; with nobody nothing is decided any more. It cannot be
    /// undone; say something else instead. The second is what changes on the screen.
    pub fn govern(&mut self, deciders: &[Decider], time: i64) -> Result<(Span, Patch), Refusal> {
        let mut deciders = deciders.to_vec();
        deciders.sort_unstable();
        deciders.dedup();
        self.govern_by(&deciders, time)
    }

    /// As [`Document::govern`], of authors that are ascending, each once.
    pub fn govern_by(&mut self, deciders: &[Decider], time: i64) -> Result<(Span, Patch), Refusal> {
        let pred: Vec<Id> = self.authority().map(|authority| authority.by).into_iter().collect();
        let op = OpRef::Govern { rules: RULES, deciders, pred: &pred };
        self.declare_beside(&[op], time)
    }

    /// Who may decide next; nobody where nobody ever said so.
    pub fn authority(&self) -> Option<Authority> {
        self.view.authority(&self.log)
    }

    /// What could be decided next, and who agrees; none where nobody may decide.
    pub fn poll(&self) -> Option<Poll> {
        self.view.poll(&self.log)
    }

    /// The decisions so far, each by its element, in order.
    pub fn decisions(&self) -> &[Id] {
        self.view.decisions()
    }

    /// How far the choice about the action that holds an element is from being final.
    pub fn finality(&self, id: Id) -> Finality {
        self.action_of(id).map_or(Finality::Tentative, |action| self.view.finality(&self.log, action.first()))
    }

    /// The actions that gave way to what was decided before anybody who decided knew of them, ascending.
    pub fn frozen_out(&self) -> Vec<Span> {
        self.view.frozen_out().collect()
    }

    /// Decides that everything that is here stays as the shared view shows it, or agrees to what others decided. Where several
    /// have to agree it takes effect once most of them did. The second is what changes on the screen: where others found something
    /// else, or this copy leaves something out, that may be much.
    pub fn decide(&mut self, time: i64) -> Result<(Ballot, Patch), DecideError> {
        self.decide_with(time, None)
    }

    /// Decides, or agrees; with `vouch`, which says what stands in the place of what may be forgotten by the decision that it is
    /// given, lets history be trimmed.
    pub(crate) fn decide_with(
        &mut self,
        time: i64,
        vouch: Option<&mut Vouch<'_>>,
    ) -> Result<(Ballot, Patch), DecideError> {
        let (by, after, outcomes) = match self.next_ballot(vouch.is_some())? {
            Next::Vote(decision) => {
                let (span, patch) = self.declare_beside(&[OpRef::Vote { decision }], time)?;
                return Ok((Ballot::Vote(span), patch));
            }
            Next::Decision { by, after, outcomes } => (by, after, outcomes),
        };
        let decide = OpRef::Decide { by, after, outcomes: &outcomes };
        let certificate = vouch.map(|vouch| vouch(self, decide)).transpose()?;
        let trim =
            after.zip(certificate.as_deref()).map(|(decision, certificate)| OpRef::Trim { decision, certificate });
        let ops = [decide, trim.unwrap_or(decide)];
        let (span, patch) = self.declare_beside(&ops[..1 + usize::from(trim.is_some())], time)?;
        Ok((Ballot::Decision(span), patch))
    }

    /// What this author's ballot would be now, which may be to let history be trimmed; or why they have none.
    pub(crate) fn next_ballot(&self, trims: bool) -> Result<Next, DecideError> {
        let author = self.view.author(self.replica).ok_or(DecideError::Nobody)?;
        let poll = self.poll().filter(|poll| poll.authority.deciders.contains(&author)).ok_or(DecideError::Nobody)?;
        if !poll.authority.is_known() {
            return Err(DecideError::Rules);
        }
        if poll.has_voted(author) {
            return Err(DecideError::Waiting);
        }
        if let Some(&(decision, _)) = poll.candidates.first() {
            return Ok(Next::Vote(decision));
        }
        if trims && poll.authority.rules < RULES_TRIM {
            return Err(DecideError::OldRules);
        }
        if trims && poll.after.is_none() {
            return Err(DecideError::Founding);
        }
        let is_nothing_new = poll.after.is_some_and(|last| self.is_last(last));
        if is_nothing_new && (!trims || self.trimmed() == poll.after) {
            return Err(DecideError::Nothing);
        }
        // What an application or another document keeps out goes by what these know.
        let outcomes = match self.view.policy().is_shared() {
            true => self.view.outcomes(),
            false => self.view_with(Policy::default()).outcomes(),
        };
        Ok(Next::Decision { by: poll.authority.by, after: poll.after, outcomes })
    }

    /// The last decision by which history was trimmed.
    pub fn trimmed(&self) -> Option<Id> {
        self.view.trims(&self.log).next_back().map(|(by, _)| by)
    }

    /// The decisions by which history was trimmed, in order.
    pub fn trims(&self) -> impl Iterator<Item = Id> {
        self.view.trims(&self.log).map(|(by, _)| by)
    }

    /// Whether an element is final: nobody can undo it any more, nor bring it back, since history was trimmed.
    pub fn is_final(&self, id: Id) -> bool {
        !self.view.trimmed_parts(Span::of(id)).is_empty()
    }

    /// Decides as [`Document::decide`], and lets history be trimmed up to the decision before, for everybody: what that one covers and
    /// stays in by this one is final from then on, whoever undoes it later, or did without having told. What was left open, gave way,
    /// or was only proposed stays as open as it was. It cannot be taken back. Where several have to agree it takes effect once most did.
    ///
    /// What nobody will ever see again can be forgotten then: [`crate::Replica::trim`] vouches for what stands in its place.
    pub fn trim(&mut self, time: i64) -> Result<(Ballot, Patch), DecideError> {
        self.decide_with(time, Some(&mut |_, _| Ok(Vec::new())))
    }

    pub(crate) fn declare_beside(&mut self, ops: &[OpRef<'_>], time: i64) -> Result<(Span, Patch), Refusal> {
        let (span, patch) = self.write_beside(time, &mut |edit| ops.iter().for_each(|op| edit.declare(*op)))?;
        Ok((span.expect("an op was written"), patch))
    }

    /// Whether nothing but ballots came since a decision.
    fn is_last(&self, decision: Id) -> bool {
        let since = self.log.version().missing_from(&self.log.version_at(&[decision]));
        for span in since {
            for (_, op) in self.log.ops_in(span) {
                if !matches!(op, OpRef::Vote { .. } | OpRef::Decide { .. }) {
                    return false;
                }
            }
        }
        true
    }
}
