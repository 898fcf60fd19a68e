//! Going back to how it was, by going on.

use super::{Document, Refusal};
use crate::Edit;
use crate::forget::FORGOTTEN;
use clock::{Id, SortedMap, Span, VersionVector};
use log::{ContainerId, Kind, OpRef, Proposal, Register};
use model::Patch;
use view::{Decision, Policy, Standing, View};

impl Document {
    /// Makes the container, and what is within it, as it was at `version`, by an action that adds to the history. A
    /// text of nothing but characters is written again where words differ; in whatever else there is, what came since
    /// is undone, and what was undone since comes back, so that everything keeps its name; but what is final stays as it is, and
    /// where something of the text was forgotten nothing is done: [`Document::take_refusal`] says so. The second is what changes on
    /// the screen: elsewhere too, where what comes or goes excludes something.
    pub fn restore(&mut self, container: ContainerId, version: &VersionVector, time: i64) -> Option<(Span, Patch)> {
        if container.kind() != Kind::Text || self.model().text(container).is_some_and(|text| !text.is_plain()) {
            let targets = self.since(pinned(version), &[container], true);
            return self.control(Register::Undo, &targets, time);
        }
        let then = self.text_at(container, version);
        if self.trimmed().is_some() && then.contains(FORGOTTEN) {
            self.refuse(Refusal::Forgotten);
            return None;
        }
        let mut patch = Patch::default();
        let change = |edit: &mut Edit<'_>| edit.replace_all(container, &then);
        let span = self.plainly(|document| document.edit_for(time, &mut patch, change));
        span.map(|span| (span, patch))
    }

    /// Makes everything but some containers, and what is within them, as it was at `version`, by an action that adds to
    /// the history: what came since is undone, and what was undone since comes back.
    pub fn restore_all(&mut self, version: &VersionVector, spared: &[ContainerId], time: i64) -> Option<(Span, Patch)> {
        self.restore_view(pinned(version), spared, time)
    }

    /// As [`Document::restore_all`], of what another choice shows.
    pub fn restore_view(&mut self, policy: Policy, spared: &[ContainerId], time: i64) -> Option<(Span, Patch)> {
        let targets = self.since(policy, spared, false);
        self.control(Register::Undo, &targets, time)
    }

    /// What stands otherwise than under `policy` in the containers that are within `roots`, or are not, and whether it is
    /// in effect there; but for what is final.
    fn since(&self, policy: Policy, roots: &[ContainerId], is_within: bool) -> Vec<(Span, bool)> {
        let then = self.view_with(policy);
        let now = self.view_with(Policy::default());
        let mut within = Within { document: self, roots, known: SortedMap::new() };
        let mut targets = Vec::new();
        for log in self.log.logs() {
            for (id, op) in log.ops_in(0..log.end()) {
                if op.container().is_some_and(|container| within.has(container) == is_within) {
                    targets.extend(differences(&now, &then, Span::new(id.replica, id.seq, id.seq + op.len())));
                }
            }
        }
        self.still_open(targets)
    }
}

/// The choice that shows a version and nothing later.
fn pinned(version: &VersionVector) -> Policy {
    Policy { pin: Some(version.clone()), ..Policy::default() }
}

/// The parts of `span` that are left out or undone in one of two views, and whether they are not in the second; of what is
/// only proposed in one of them, what was decided about it. What gave way comes back by itself where what it gave way to
/// goes.
fn differences(now: &View, then: &View, span: Span) -> Vec<(Span, bool)> {
    let is_on = |standing: Standing| !matches!(standing, Standing::Excluded(_) | Standing::Undone(_));
    let mut differences = Vec::new();
    for (part, standing) in now.standings(span) {
        let parts = then.standings(part).into_iter().map(|(part, standing)| (part, is_on(standing)));
        differences.extend(parts.filter(|(_, was_on)| *was_on != is_on(standing)));
    }
    if !now.has_no_proposals() {
        differences.extend(decisions(now, then, span));
    }
    differences
}

/// The controls that decided about parts of `span` in one of two views and not in the other, and whether in the second.
fn decisions(now: &View, then: &View, span: Span) -> Vec<(Span, bool)> {
    let by = |proposed: Option<(Proposal, Decision)>| proposed.and_then(|(_, decision)| decision.by()).map(Span::of);
    let mut decisions = Vec::new();
    for (part, proposed) in now.proposals(span) {
        for (_, before) in then.proposals(part) {
            let (is, was) = (by(proposed), by(before));
            if is != was {
                decisions.extend(is.map(|by| (by, false)).into_iter().chain(was.map(|by| (by, true))));
            }
        }
    }
    decisions
}

/// Which containers are within some.
struct Within<'a> {
    document: &'a Document,
    roots: &'a [ContainerId],
    known: SortedMap<ContainerId, bool>,
}

impl Within<'_> {
    /// Whether a container is one of the roots, or hangs on an element of one that is within them.
    fn has(&mut self, container: ContainerId) -> bool {
        let (mut open, mut is_within) = (vec![container], false);
        let mut met = vec![];
        while let Some(one) = open.pop() {
            let known = self.known.get(&one).copied();
            let is_root = self.roots.iter().any(|root| one == *root || one == root.beside(one.kind()));
            if is_root || known == Some(true) {
                is_within = true;
                break;
            }
            if known.is_none() && !met.contains(&one) {
                open.extend(one.makers().filter_map(|id| self.home(id)));
                met.push(one);
            }
        }
        self.known.insert(container, is_within);
        is_within
    }

    /// The container that an element is of.
    fn home(&self, id: Id) -> Option<ContainerId> {
        let op: Option<(Id, OpRef<'_>)> = self.document.log.ops_in(Span::of(id)).next();
        op.and_then(|(_, op)| op.container())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clock::ReplicaId;
    use log::Value;
    use model::{Grows, Text};

    #[test]
    fn restoring_a_rich_text_brings_back_the_same_elements() {
        let (text, other) = (ContainerId::root(Kind::Text, "text"), ContainerId::root(Kind::Text, "other"));
        let mut document = Document::new(ReplicaId(1));
        document.edit(0, |edit| edit.insert(text, 0, "Hello"));
        let mut object = None;
        document.edit(0, |edit| object = Some(edit.insert_object(text, 5, "footnote")));
        let note = ContainerId::Element(Kind::Text, object.expect("inserted"));
        document.edit(0, |edit| edit.insert(note, 0, "small print"));
        document.edit(0, |edit| edit.mark(text, (0, 5), "strong", Some(&Value::Bool(true)), Grows::AtEnd));
        let (version, then) = (document.version(), document.model().canonical());
        document.edit(0, |edit| assert!(edit.move_text(text, (0, 2), 6)));
        document.edit(0, |edit| edit.delete(text, 0, 3));
        document.edit(0, |edit| edit.insert(note, 0, "very "));
        document.undo();
        document.edit(0, |edit| edit.replace(note, 0, 5, "large"));
        document.edit(0, |edit| edit.insert(other, 0, "stays"));
        assert_ne!(document.model().canonical(), then);
        document.restore(text, &version, 0).expect("something to restore");
        assert_eq!(document.text(other), "stays");
        document.edit(0, |edit| edit.delete(other, 0, 5));
        assert_eq!(document.model().canonical(), then);
        document.check_invariants();
        assert_eq!(document.restore(text, &version, 0), None, "nothing is left to do");
        assert!(document.model().text(text).is_some_and(|text| !Text::is_empty(text)));
    }

    #[test]
    fn restoring_everything_spares_what_it_is_told_to() {
        let (map, spared) = (ContainerId::root(Kind::Map, "map"), ContainerId::root(Kind::Map, "people"));
        let mut document = Document::new(ReplicaId(1));
        document.edit(0, |edit| edit.set(map, "a", Value::Int(1)));
        let version = document.version();
        let mut list = None;
        document.edit(0, |edit| list = Some(edit.set_container(spared, "names", Kind::List)));
        let list = list.expect("made");
        document.edit(0, |edit| assert!(edit.list_insert(list, 0, &[Value::Int(7)]).is_some()));
        document.edit(0, |edit| edit.set(map, "a", Value::Int(2)));
        let (span, patch) = document.restore_all(&version, &[spared], 0).expect("something to restore");
        assert_eq!(document.get(map, "a"), Some(&Value::Int(1)));
        assert_eq!(document.list_len(list), 1);
        assert_eq!(patch.maps.keys().copied().collect::<Vec<_>>(), [map]);
        document.undo_spans(&[span], 0).expect("a restore can be undone");
        assert_eq!(document.get(map, "a"), Some(&Value::Int(2)));
    }

    #[test]
    fn restoring_everything_undoes_and_redoes_what_came_since() {
        let map = ContainerId::root(Kind::Map, "map");
        let mut document = Document::new(ReplicaId(1));
        document.edit(0, |edit| edit.set(map, "a", Value::Int(1)));
        document.edit(0, |edit| edit.set(map, "b", Value::Int(2)));
        let (version, then) = (document.version(), document.model().canonical());
        document.undo();
        document.edit(0, |edit| edit.set(map, "a", Value::Int(3)));
        document.restore_all(&version, &[], 0).expect("something to restore");
        assert_eq!(document.model().canonical(), then);
    }
}
