//! Constraints between documents: a booking and the letter that confirms it, both or neither.
//!
//! A space is several documents with one membership; who holds some of them may say what actions of these mean together. It is
//! written into each document that it names, beside the work, so it reaches everybody who has any of them. What several documents come to
//! together is worked out where they are together: a document by itself shows what it shows by itself, everywhere the same.
//!
//! ```
//! use motet::{ContainerId, Document, DocumentId, Kind, ReplicaId, Rule, Space, Value};
//! let (days, text) = (ContainerId::root(Kind::Map, "days"), ContainerId::root(Kind::Text, "text"));
//! let (mut calendar, mut letter) = (Document::new(ReplicaId(1)), Document::new(ReplicaId(1)));
//! let booked = calendar.edit(0, |edit| edit.set(days, "monday", Value::Bool(true))).unwrap();
//! let said = letter.edit(0, |edit| edit.insert(text, 0, "See you on Monday.")).unwrap();
//! let (first, second) = (DocumentId(1), DocumentId(2));
//! let mut space = Space::new([(first, &mut calendar), (second, &mut letter)]);
//! space.constrain(7, Rule::Atomic, &[(first, booked.first()), (second, said.first())], 0).unwrap();
//! calendar.undo_spans(&[booked], 0).unwrap();
//! Space::new([(first, &mut calendar), (second, &mut letter)]).settle();
//! assert_eq!(letter.text(text), "");
//! ```

use crate::document::{Document, Refusal};
use crate::version_text::read_id;
use clock::{DocumentId, Id, SortedMap, SortedSet, Span};
use log::{ContainerId, Kind, Rule, Value};
use model::Patch;
use view::{Across, Part, settle_together};

/// How many actions one constraint names.
pub const SPACE_ACTIONS_MAX: usize = 256;

/// The map of constraints with other documents: it is beside the work, and stays where that goes back.
pub fn across() -> ContainerId {
    ContainerId::root(Kind::Map, "motet.across")
}

/// What somebody said of actions of several documents.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SpaceConstraint {
    /// What it is kept under, in each of the documents.
    pub key: String,
    /// What is said.
    pub rule: Rule,
    /// The actions, each by any of its elements, in the order in which the rule lists them.
    pub actions: Vec<(DocumentId, Id)>,
}

/// An action that its document would show by itself, and does not because of another document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Barred {
    /// The document.
    pub document: DocumentId,
    /// Its first element.
    pub action: Id,
    /// What it needs or gave way to, each by its first element; nothing where that is not here yet.
    pub by: Vec<(DocumentId, Id)>,
}

/// What the documents of a space come to.
#[derive(Clone, Debug, Default)]
pub struct Settled {
    /// What changed on the screens of documents.
    pub patches: SortedMap<DocumentId, Patch>,
    /// What is kept out, by document and action.
    pub barred: Vec<Barred>,
    /// Constraints that name a document that is not here: they do not count yet.
    pub open: Vec<SpaceConstraint>,
}

/// Why nothing was said; the documents are as they were, or, where one of them takes no more, say it in those before it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpaceError {
    /// The document is not here.
    #[error("document {0} is not here")]
    Document(DocumentId),
    /// The action is not here.
    #[error("document {0} has no element {1}")]
    Action(DocumentId, Id),
    /// The rule says nothing of so many actions, or there are too many.
    #[error("the rule \"{}\" says nothing of these actions, or there are more than {SPACE_ACTIONS_MAX}", .0.word())]
    Rule(Rule),
    /// A document takes no more.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl SpaceConstraint {
    /// What it was said under together with others, and is taken back by: its own key, or that of what it goes along with.
    pub fn said(&self) -> &str {
        stem(&self.key)
    }
}

impl SpaceError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Document(_) => "space.document",
            Self::Action(..) => "space.action",
            Self::Rule(_) => "space.rule",
            Self::Refused(refusal) => refusal.code(),
        }
    }
}

/// Documents of one space that are here.
pub struct Space<'a> {
    documents: SortedMap<DocumentId, &'a mut Document>,
}

impl<'a> Space<'a> {
    /// These documents.
    pub fn new(documents: impl IntoIterator<Item = (DocumentId, &'a mut Document)>) -> Self {
        Self { documents: documents.into_iter().collect() }
    }

    /// Says what actions mean together, each named by its document and any of its elements, under a `key` that is drawn by chance, at
    /// `time` in seconds since 1970. Returns what changes on the screens.
    pub fn constrain(
        &mut self,
        key: u64,
        rule: Rule,
        actions: &[(DocumentId, Id)],
        time: i64,
    ) -> Result<Settled, SpaceError> {
        self.say(key, vec![(rule, actions.to_vec())], time)
    }

    /// As [`Space::constrain`], of edit runs or parts of some, which may be several actions: all of each are active or none, and its
    /// last one stands for them.
    pub fn constrain_runs(
        &mut self,
        key: u64,
        rule: Rule,
        runs: &[(DocumentId, Span)],
        time: i64,
    ) -> Result<Settled, SpaceError> {
        let mut each: Vec<Vec<(DocumentId, Id)>> = Vec::new();
        for &(document, run) in runs {
            let of = self.documents.get(&document).ok_or(SpaceError::Document(document))?;
            if run.is_empty() || of.action_of(run.last()).is_none() {
                return Err(SpaceError::Action(document, Id::new(run.replica, run.end.saturating_sub(1))));
            }
            each.push(of.actions_in(run).into_iter().map(|action| (document, action)).collect());
        }
        if matches!(rule, Rule::Atomic | Rule::Contiguous) {
            return self.say(key, vec![(rule, each.concat())], time);
        }
        let stand = each.iter().filter_map(|actions| actions.last().copied()).collect();
        let mut said = vec![(rule, stand)];
        said.extend(each.into_iter().filter(|actions| actions.len() > 1).map(|actions| (Rule::Atomic, actions)));
        self.say(key, said, time)
    }

    /// Says it all under one key: the first as it is, what goes along under [`part_key`].
    fn say(&mut self, key: u64, said: Vec<(Rule, Vec<(DocumentId, Id)>)>, time: i64) -> Result<Settled, SpaceError> {
        let mut values: SortedMap<DocumentId, Vec<(String, Value)>> = SortedMap::new();
        for (at, (rule, actions)) in said.into_iter().enumerate() {
            let actions = self.listed(rule, &actions)?;
            let value = write(rule, &actions);
            let named: SortedSet<DocumentId> = actions.iter().map(|(document, _)| *document).collect();
            for document in named.iter() {
                values.entry(*document).or_default().push((part_key(key, at), value.clone()));
            }
        }
        let mut patches = SortedMap::new();
        for (id, values) in values.iter() {
            let document = self.documents.get_mut(id).expect("looked up before");
            let (_, patch) = document.write_beside(time, &mut |edit| {
                values.iter().for_each(|(key, value)| edit.set(across(), key, value.clone()));
            })?;
            patches.insert(*id, patch);
        }
        Ok(self.settle_after(patches))
    }

    /// What a rule says of actions, as it is written: each by its first element, in the order of the rule.
    fn listed(&self, rule: Rule, actions: &[(DocumentId, Id)]) -> Result<Vec<(DocumentId, Id)>, SpaceError> {
        let mut firsts = Vec::new();
        for &(document, id) in actions {
            let of = self.documents.get(&document).ok_or(SpaceError::Document(document))?;
            let action = of.action_of(id).ok_or(SpaceError::Action(document, id))?;
            firsts.push((document, action.first()));
        }
        let actions = rule.list(&firsts);
        let fits = rule.fits(&actions) && actions.len() <= SPACE_ACTIONS_MAX;
        if fits { Ok(actions) } else { Err(SpaceError::Rule(rule)) }
    }

    /// Takes back what was said under `key`, with what was said along with it, in all documents that are here. Returns what changes on
    /// the screens.
    pub fn release(&mut self, key: &str, time: i64) -> Result<Settled, SpaceError> {
        let mut patches = SortedMap::new();
        for (&id, document) in self.documents.iter_mut() {
            let keys: Vec<String> = document.with_beside(across(), |map| {
                let keys = map.into_iter().flat_map(|map| map.keys().map(ToString::to_string).collect::<Vec<_>>());
                keys.filter(|known| known == key || stem(known) == key).collect()
            });
            if !keys.is_empty() {
                let (_, patch) =
                    document.write_beside(time, &mut |edit| keys.iter().for_each(|key| edit.unset(across(), key)))?;
                patches.insert(id, patch);
            }
        }
        Ok(self.settle_after(patches))
    }

    /// What was said in any of the documents about actions of it and of others, each once, by key.
    pub fn constraints(&self) -> Vec<SpaceConstraint> {
        let mut constraints = SortedSet::new();
        for (id, document) in self.documents.iter() {
            document.with_beside(across(), |map| {
                let Some(map) = map else { return };
                for key in map.keys() {
                    // Who may write in one document says nothing of others only.
                    let read = map.get(key).and_then(|value| read(key, value));
                    if let Some(read) = read.filter(|read| read.actions.iter().any(|(of, _)| of == id)) {
                        constraints.insert(read);
                    }
                }
            });
        }
        constraints.iter().cloned().collect()
    }

    /// Works out what the documents show together, and lets them show it. To be called after any of them changed.
    pub fn settle(&mut self) -> Settled {
        self.settle_after(SortedMap::new())
    }

    fn settle_after(&mut self, patches: SortedMap<DocumentId, Patch>) -> Settled {
        let mut settled = Settled { patches, ..Settled::default() };
        let ids: Vec<DocumentId> = self.documents.keys().copied().collect();
        let mut named: Vec<Vec<Id>> = vec![Vec::new(); ids.len()];
        let mut across = Vec::new();
        for constraint in self.constraints() {
            let Some(actions) = self.resolve(&ids, &constraint) else {
                settled.open.push(constraint);
                continue;
            };
            let actions = constraint.rule.list(&actions);
            if constraint.rule.fits(&actions) {
                let here = actions.iter().filter(|(of, id)| self.documents[&ids[*of]].knows(*id));
                here.for_each(|&(of, id)| named[of].push(id));
                across.push(Across { rule: constraint.rule, actions });
            }
        }
        let parts: Vec<Part> = self.documents.values_mut().zip(&named).map(|(of, named)| of.part(named)).collect();
        let together = settle_together(&parts, &across);
        for ((&id, document), barred) in self.documents.iter_mut().zip(&together.barred) {
            let mut patch = settled.patches.remove(&id).unwrap_or_default();
            document.set_barred(barred, &mut patch);
            if patch != Patch::default() {
                settled.patches.insert(id, patch);
            }
        }
        let named = |(of, action): (usize, Id)| (ids[of], action);
        settled.barred.extend(together.because.into_iter().map(|(barred, by)| {
            let (document, action) = named(barred);
            Barred { document, action, by: by.into_iter().map(named).collect() }
        }));
        settled
    }

    /// The actions of a constraint, each by the number of its document and its first element, or its own name where it is not here yet; none where
    /// a document is not.
    fn resolve(&self, ids: &[DocumentId], constraint: &SpaceConstraint) -> Option<Vec<(usize, Id)>> {
        let mut actions = Vec::new();
        for (document, id) in &constraint.actions {
            let of = ids.binary_search(document).ok()?;
            let action = self.documents[document].action_of(*id);
            actions.push((of, action.map_or(*id, |action| action.first())));
        }
        Some(actions)
    }
}

impl Document {
    fn part(&mut self, of: &[Id]) -> Part {
        self.wake();
        self.view.part(&self.log, of)
    }

    fn set_barred(&mut self, barred: &SortedSet<Id>, patch: &mut Patch) {
        self.view.set_barred(&self.log, barred, self.model.awoken_mut(), Some(patch));
    }
}

/// What the constraint number `at` of those that were said at once is kept under: it goes with the first.
fn part_key(key: u64, at: usize) -> String {
    if at == 0 { format!("{key:016x}") } else { format!("{key:016x}.{at}") }
}

/// The key of the first of those that were said at once.
fn stem(key: &str) -> &str {
    key.split_once('.').map_or(key, |(stem, _)| stem)
}

/// A constraint as the value of its key.
///
/// ```text
/// { "rule": word, "max": number, "actions": ["document/element", …] }
/// ```
fn write(rule: Rule, actions: &[(DocumentId, Id)]) -> Value {
    let name = |(document, id): &(DocumentId, Id)| Value::Text(format!("{document}/{id}"));
    let mut entries = vec![
        ("rule".to_owned(), Value::Text(rule.word().to_owned())),
        ("actions".to_owned(), Value::List(actions.iter().map(name).collect())),
    ];
    if let Rule::AtMost(max) = rule {
        entries.push(("max".to_owned(), Value::Int(max.into())));
    }
    Value::Map(entries.into())
}

/// The constraint that a value is, if it is one: others may have written anything there.
fn read(key: &str, value: &Value) -> Option<SpaceConstraint> {
    let Value::Map(entries) = value else { return None };
    let get = |key: &str| entries.iter().find(|(name, _)| name == key).map(|(_, value)| value);
    let max = match get("max") {
        Some(Value::Int(max)) => u32::try_from(*max).ok()?,
        Some(_) => return None,
        None => 1,
    };
    let (Some(Value::Text(word)), Some(Value::List(names))) = (get("rule"), get("actions")) else { return None };
    let rule = Rule::of_word(word, max)?;
    let name = |value: &Value| {
        let Value::Text(name) = value else { return None };
        let (document, id) = name.split_once('/')?;
        Some((document.parse().ok()?, read_id(id)?))
    };
    if names.len() > SPACE_ACTIONS_MAX {
        return None;
    }
    let actions = names.iter().map(name).collect::<Option<Vec<_>>>()?;
    rule.fits(&actions).then(|| SpaceConstraint { key: key.to_owned(), rule, actions })
}
