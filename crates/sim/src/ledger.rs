//! What all members together must keep to, noted as the run goes.

mod choices;
mod ties;

use crate::engine::{KnowsBelow, NEWEST};
use crate::host::Host;
use crate::random::Random;
use clock::{ReplicaId, Span, VersionVector};
use log::{Action, ContainerId, Decider, Value};
use motet::{Document, Hashes, Id, Standing};
use naive::{Naive, State};
use std::collections::BTreeMap;
pub use ties::check as check_ties;

/// The definitions take longer than all else: of more elements than this they are not asked in between.
const ELEMENTS_MAX: u32 = 400;

/// What was seen anywhere, at any time.
#[derive(Debug, Default)]
pub struct Ledger {
    /// The hashes of the logs of everybody who was ever at a version.
    logs: BTreeMap<VersionVector, [u8; 32]>,
    /// What they showed, by what the version of the engine knows that showed it.
    hashes: BTreeMap<(KnowsBelow, VersionVector), Hashes>,
    /// What storage nodes said to be on their disks.
    said: VersionVector,
    /// What of it must be there: all, but for disks that went back.
    promised: VersionVector,
    /// Whether anybody forgot something by a decision that turned out not to count.
    is_void: bool,
}

impl Ledger {
    /// Whoever has the same actions and leaves out nothing sees the same, whenever and wherever.
    pub fn check_hashes(&mut self, host: &mut Host) -> Result<(), String> {
        let (version, hashes) = (host.replica.version(), host.hashes_now());
        if *self.logs.entry(version.clone()).or_insert(hashes.log) != hashes.log {
            return Err("two members have different actions under one version".to_owned());
        }
        // An author who decides on two devices at once may forget what then shows after all.
        self.is_void |= host.replica.forgot_in_vain();
        if self.is_void {
            return Ok(());
        }
        // Who knows all that is here sees what the newest version shows.
        let knows_below = if host.replica.knows_all() { NEWEST } else { host.replica.knows_below() };
        let known = self.hashes.entry((knows_below, version)).or_insert(hashes);
        if known.standings != hashes.standings {
            return Err("two members with equal logs see different actions as active".to_owned());
        }
        if known.state != hashes.state {
            return Err("two members with equal logs show different states".to_owned());
        }
        Ok(())
    }

    /// Notes what a storage node says to be on its disk.
    pub fn promise(&mut self, version: &VersionVector) {
        self.said.merge(version);
        self.promised.merge(version);
    }

    /// A disk went back to an earlier copy: what only it had is no promise any more. What is left of promises is `promised`.
    pub fn go_back(&mut self, promised: VersionVector) {
        self.promised = promised;
    }

    /// Nobody may hear of more than storage nodes said.
    pub fn check_heard(&self, version: &VersionVector) -> Result<(), String> {
        if self.said.includes(version) {
            return Ok(());
        }
        Err(format!("called durable and on no disk: {:?}", version.missing_from(&self.said)))
    }

    /// What was ever called durable must be in `version`.
    pub fn check_kept(&self, version: &VersionVector) -> Result<(), String> {
        if version.includes(&self.promised) {
            return Ok(());
        }
        Err(format!("what was durable is lost: {:?}", self.promised.missing_from(version)))
    }
}

/// What a screen shows that got patches only must be what the document reads.
pub fn check_screen(host: &Host) -> Result<(), String> {
    match host.stale() {
        Some(what) => Err(format!("the patches missed something: {what}")),
        None => Ok(()),
    }
}

/// Who takes everything in at once must see what others came to see step by step, whatever they chose to see; and what
/// clocks said when it was written has no say in that.
pub fn check_rebuilt(document: &mut Document, random: &mut Random) -> Result<(), String> {
    let mut actions = document.actions_since(&VersionVector::new());
    let policy = document.view().policy().clone();
    for what in ["everything at once shows another state than step by step", "what is shown depends on clocks"] {
        let mut rebuilt = Document::new(ReplicaId(0));
        authors(document).for_each(|(replica, author)| rebuilt.note_author(replica, author));
        rebuilt.receive_all(actions.clone()).map_err(|error| error.to_string())?;
        rebuilt.check_invariants();
        if rebuilt.state_hash() != document.shared_state_hash() {
            return Err(what.to_owned());
        }
        rebuilt.set_policy(policy.clone());
        if rebuilt.state_hash() != document.state_hash() {
            return Err(format!("{what}, to who chose to see it so"));
        }
        actions.iter_mut().for_each(|action| action.time = random.number() as i64 >> random.below(64));
    }
    Ok(())
}

fn authors(document: &Document) -> impl Iterator<Item = (ReplicaId, Decider)> {
    document.log().logs().filter_map(|log| Some((log.replica, document.view().author(log.replica)?)))
}

/// What a document shows must be what follows from its actions and its viewer's choices by definition.
pub fn check_definition(document: &Document) -> Result<(), String> {
    if !crate::acts::is_small(document) {
        return Ok(());
    }
    let naive = by_definition(document, document.actions_since(&VersionVector::new()));
    let policy = choices::of(document, &naive);
    for (id, wanted) in naive.standings(&policy) {
        // A move that gave way to a circle shows at an older place, and is active all the same.
        let standing = document.view().standing(id);
        if (standing == Standing::Active) != (wanted == naive::Standing::Active) {
            return Err(format!("{id} stands as {standing:?}, by definition {wanted:?}"));
        }
    }
    compare(document, &naive.state(&policy))
}

/// As [`check_definition`], of documents that are short.
pub fn check_short(document: &Document) -> Result<(), String> {
    if is_short(document) { check_definition(document) } else { Ok(()) }
}

fn is_short(document: &Document) -> bool {
    document.log().logs().map(|log| log.end()).sum::<u32>() <= ELEMENTS_MAX
}

/// What an undo is compared with: everything that was there before it.
pub struct Before(Option<Vec<Action>>);

impl Before {
    /// A document that is about to be changed; of a long one nothing is compared.
    pub fn of(document: &Document) -> Self {
        let is_compared = is_short(document) && crate::acts::is_small(document);
        Self(is_compared.then(|| document.actions_since(&VersionVector::new())))
    }

    /// After an undo of `spans` all must be as if these had never taken effect, and nothing else. Where history was trimmed
    /// nothing is undone.
    pub fn check_undone(self, document: &Document, spans: &[Span]) -> Result<(), String> {
        let Some(actions) = self.0 else { return Ok(()) };
        let naive = by_definition(document, actions);
        let mut policy = choices::of(document, &naive);
        policy.hidden.extend(spans.iter().flat_map(|span| untrimmed(document, *span)));
        let state = naive.state(&policy);
        compare(document, &state).map_err(|what| format!("undo took back more or less than {spans:?}: {what}"))
    }
}

/// What of a span can be undone still.
fn untrimmed(document: &Document, span: Span) -> Vec<Span> {
    let (mut parts, mut at) = (Vec::new(), span.start);
    for trimmed in document.view().trimmed_parts(span) {
        parts.push(Span::new(span.replica, at, trimmed.start));
        at = trimmed.end;
    }
    parts.push(Span::new(span.replica, at, span.end));
    parts.retain(|part| !part.is_empty());
    parts
}

fn by_definition(document: &Document, mut actions: Vec<Action>) -> Naive {
    let mut naive = Naive::new();
    authors(document).for_each(|(replica, author)| naive.note_author(replica, author));
    actions.sort_by_key(|action| (action.lamport, action.id));
    actions.into_iter().for_each(|action| naive.receive(action));
    naive
}

fn compare(document: &Document, state: &State) -> Result<(), String> {
    for (id, text) in document.model().texts() {
        if text.to_string() != state.text(id) {
            return Err(format!("{id:?} reads {:?}, by definition {:?}", text.to_string(), state.text(id)));
        }
    }
    check_structure(document, state)?;
    document.model().maps().try_for_each(|(id, _)| check_map(document, state, id))
}

fn check_structure(document: &Document, state: &State) -> Result<(), String> {
    for (id, list) in document.model().lists() {
        let shown: Vec<(Id, Option<Value>)> = list.iter().map(|(id, value)| (id, Some(value.clone()))).collect();
        let wanted: Vec<_> = state.list(id).iter().map(|item| (item.id, item.entry.value.clone())).collect();
        if shown != wanted {
            return Err(format!("{id:?} holds {shown:?}, by definition {wanted:?}"));
        }
    }
    for (id, tree) in document.model().trees() {
        let shown: Vec<(usize, Id)> = tree.iter().collect();
        let nodes = state.trees.get(&id).into_iter().flat_map(|tree| &tree.nodes);
        let wanted: Vec<_> = nodes.map(|node| (node.depth, node.id)).collect();
        if shown != wanted {
            return Err(format!("{id:?} holds {shown:?}, by definition {wanted:?}"));
        }
    }
    for (id, counter) in document.model().counters() {
        let wanted = state.counters.get(&id).copied().unwrap_or_default();
        if counter.value() != wanted {
            return Err(format!("{id:?} reads {}, by definition {wanted}", counter.value()));
        }
    }
    Ok(())
}

/// A key, what it holds, and what else was written there at once.
type Entry = (String, Option<Value>, Vec<(Id, Option<Value>)>);

fn check_map(document: &Document, state: &State, id: ContainerId) -> Result<(), String> {
    let entries = state.maps.get(&id).into_iter().flatten();
    let wanted: Vec<Entry> =
        entries.map(|(key, entry)| (key.clone(), entry.value.clone(), entry.alternatives.clone())).collect();
    let map = document.model().map(id).ok_or("a map is gone")?;
    for (key, value, alternatives) in &wanted {
        let others: Vec<_> = map.heads(key).skip(1).map(|(id, value)| (id, value.cloned())).collect();
        if map.get(key) != value.as_ref() || others != *alternatives {
            return Err(format!("{id:?} {key:?} holds {:?}, by definition {value:?}", map.get(key)));
        }
    }
    match map.iter().find(|(key, _)| !wanted.iter().any(|(known, ..)| known == key)) {
        Some((key, value)) => Err(format!("{id:?} {key:?} holds {value:?}, by definition nothing")),
        None => Ok(()),
    }
}
