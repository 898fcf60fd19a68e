//! What gave way to what, for those who decide.

use crate::document::Document;
use crate::undo::EditRun;
use clock::{Id, SortedMap, SortedSet, Span};
use log::OpRef;
use view::{Loss, Standing, Why};

/// An action that gave way to others, or that somebody decided against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// What gave way.
    pub action: Span,
    /// To what, and by what.
    pub loss: Loss,
    /// The answer by which it did: none where nobody decided yet.
    pub answer: Option<Id>,
    /// The other actions that an answer has to be about, each by its first element: those that it gave way to; where an answer
    /// keeps none, the others that it is about.
    pub rivals: Vec<Id>,
}

impl Conflict {
    /// All that an answer has to be about.
    pub fn sides(&self) -> Vec<Id> {
        std::iter::once(self.action.first()).chain(self.rivals.iter().copied()).collect()
    }
}

impl Document {
    /// All that gave way to others and would be active without them, ascending.
    pub fn conflicts(&self) -> Vec<Conflict> {
        let conflict = |(action, loss): (Span, Loss)| Conflict {
            action,
            answer: self.view.answer_to(action.first()),
            rivals: match &loss {
                Loss::Answer(answer) => self.others_of(*answer, action),
                loss => loss.by().to_vec(),
            },
            loss,
        };
        self.view.lost().map(conflict).collect()
    }

    /// Why the elements of `span` stand as they do, cut into parts of which the same is to be said; ascending.
    pub fn why_parts(&self, span: Span) -> Vec<(Span, Why)> {
        let mut parts: Vec<(Span, Why)> = Vec::new();
        for (part, standing) in self.view.standings(span) {
            for piece in self.alike(part, standing) {
                let why = self.why(piece.first());
                match parts.last_mut() {
                    Some((last, before)) if *before == why => last.end = piece.end,
                    _ => parts.push((piece, why)),
                }
            }
        }
        parts
    }

    /// Parts of what stands alike, of each of which all elements stand so for one reason.
    fn alike(&self, part: Span, standing: Standing) -> Vec<Span> {
        let within = |span: Span| Span::new(part.replica, span.start.max(part.start), span.end.min(part.end));
        match standing {
            Standing::Excluded(_) | Standing::Undone(_) => vec![part],
            Standing::Proposed => self.view.proposals(part).into_iter().map(|(part, _)| part).collect(),
            Standing::Failed | Standing::Dependent | Standing::Lost => {
                let actions = self.actions_in(part).into_iter();
                actions.filter_map(|action| self.action_of(action)).map(within).collect()
            }
            // Which moves lose the model knows, op by op.
            Standing::Active => {
                let ops = self.log.ops_in(part);
                ops.map(|(id, op)| Span::new(id.replica, id.seq, id.seq + op.len())).collect()
            }
        }
    }

    /// The first elements of the actions of which a part lies in `span`, ascending.
    pub fn actions_in(&self, span: Span) -> Vec<Id> {
        let Some(log) = self.log.log(span.replica) else { return Vec::new() };
        let mut actions = Vec::new();
        let mut at = span.start;
        while at < span.end.min(log.end()) {
            let action = log.action_range(at);
            actions.push(Id::new(span.replica, action.start));
            at = action.end;
        }
        actions
    }

    /// The whole action that holds an element, which is here.
    pub fn action_of(&self, id: Id) -> Option<Span> {
        self.log.action_of(id)
    }

    /// The actions that `element` keeps and is about, where it is an answer; each by one of its elements.
    pub fn answer(&self, element: Id) -> Option<(&[Id], &[Id])> {
        self.action_of(element)?;
        match self.log.ops_in(Span::of(element)).next()? {
            (_, OpRef::Resolve { actions, keep, .. }) => Some((keep, actions)),
            _ => None,
        }
    }

    /// What an answer that is to decide between edit runs has to be about: of each those actions that are in conflict with
    /// another of them, or that an answer in force decides about together with them; where there is none, its last one. Where one
    /// gave way to the viewer's own, all of both.
    pub fn sides(&self, runs: &[Span]) -> Vec<Vec<Id>> {
        let actions: Vec<Vec<Id>> = runs.iter().map(|run| self.actions_in(*run)).collect();
        let mut run_of: SortedMap<Id, usize> = SortedMap::new();
        for (at, actions) in actions.iter().enumerate() {
            run_of.extend(actions.iter().map(|action| (*action, at)));
        }
        let mut tied = SortedSet::new();
        let mut tie = |together: &[Id]| {
            let named: Vec<Id> = together.iter().copied().filter(|action| run_of.contains_key(action)).collect();
            if named.iter().any(|action| run_of[action] != run_of[&named[0]]) {
                tied.extend(named);
            }
        };
        // What touches one of the viewer's own touches what they did beside it too.
        let mut whole = SortedSet::new();
        for conflict in self.conflicts() {
            tie(&conflict.sides());
            if let Loss::Mine(by) = &conflict.loss
                && let (Some(&loser), Some(&winner)) = (run_of.get(&conflict.action.first()), run_of.get(by))
                && loser != winner
            {
                whole.extend([loser, winner]);
            }
        }
        for answer in actions.iter().flatten().flat_map(|action| self.view.answers_in_force(*action)) {
            let (_, about) = self.answer(answer).expect("an answer");
            tie(&self.firsts(about));
        }
        tied.extend(whole.iter().flat_map(|run| actions[*run].iter().copied()));
        let side = |actions: &Vec<Id>| {
            let side: Vec<Id> = actions.iter().copied().filter(|action| tied.contains(action)).collect();
            if side.is_empty() { actions.last().copied().into_iter().collect() } else { side }
        };
        actions.iter().map(side).collect()
    }

    /// The other actions that an answer is about, each by its first element.
    fn others_of(&self, answer: Id, action: Span) -> Vec<Id> {
        let about = self.answer(answer).map_or(&[][..], |(_, about)| about);
        self.firsts(about).into_iter().filter(|other| *other != action.first()).collect()
    }

    fn firsts(&self, actions: &[Id]) -> Vec<Id> {
        actions.iter().filter_map(|action| self.action_of(*action)).map(|action| action.first()).collect()
    }
}

/// The edit runs of everybody, found by element.
#[derive(Clone, Debug)]
pub struct Runs(SortedMap<Id, EditRun>);

impl Runs {
    /// Those of a document as it is now.
    pub fn of(document: &Document) -> Self {
        Self(document.history().into_iter().map(|run| (run.span.first(), run)).collect())
    }

    /// The one that holds an element.
    pub fn get(&self, id: Id) -> Option<&EditRun> {
        let after = Id::new(id.replica, id.seq.checked_add(1)?);
        let (_, run) = self.0.range(..after).next_back()?;
        run.span.contains(id).then_some(run)
    }
}
