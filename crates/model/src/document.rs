//! All containers of a document together.

use crate::{Map, Text, TextBuilder, TextPatch};
use clock::{Id, Lamport, Seq, SortedMap, Span};
use log::{ContainerId, OpBody, OpRef, OpRun, ReplicaLog, Value};
use std::ops::Range;

/// What changed in a document, container by container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    /// Changes of texts.
    pub texts: SortedMap<ContainerId, TextPatch>,
    /// Keys of maps whose value or alternatives may have changed.
    pub maps: SortedMap<ContainerId, Vec<String>>,
}

impl Patch {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.maps.is_empty() && self.texts.values().all(TextPatch::is_empty)
    }

    /// Adds the changes of `next`, which begins where these end.
    pub fn then(&mut self, next: Self) {
        for (id, patch) in next.texts {
            self.texts.entry(id).or_default().then(patch);
        }
        for (id, keys) in next.maps {
            keys.iter().for_each(|key| self.touch(id, key));
        }
    }

    fn touch(&mut self, map: ContainerId, key: &str) {
        let keys = self.maps.entry(map).or_default();
        if !keys.iter().any(|known| known == key) {
            keys.push(key.to_owned());
        }
    }
}

/// The state of a document: every op it was given, on or off.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Ascending by container.
    texts: Vec<(ContainerId, Text)>,
    /// Which text was edited last: nearly always the one that is edited next.
    recent: usize,
    maps: SortedMap<ContainerId, Map>,
}

impl Model {
    /// An empty document.
    pub fn new() -> Self {
        Self::default()
    }

    /// The text `container`, where anything was ever written there.
    pub fn text(&self, container: ContainerId) -> Option<&Text> {
        self.texts.binary_search_by_key(&container, |(id, _)| *id).ok().map(|at| &self.texts[at].1)
    }

    /// The text `container`, to look things up in or to edit.
    #[inline]
    pub fn text_mut(&mut self, container: ContainerId) -> &mut Text {
        if self.texts.get(self.recent).is_none_or(|(id, _)| *id != container) {
            self.recent = self.find_text(container);
        }
        &mut self.texts[self.recent].1
    }

    fn find_text(&mut self, container: ContainerId) -> usize {
        self.texts.binary_search_by_key(&container, |(id, _)| *id).unwrap_or_else(|at| {
            self.texts.insert(at, (container, Text::new()));
            at
        })
    }

    /// All texts.
    pub fn texts(&self) -> impl Iterator<Item = (ContainerId, &Text)> {
        self.texts.iter().map(|(id, text)| (*id, text))
    }

    /// The map `container`, where anything was ever written there.
    pub fn map(&self, container: ContainerId) -> Option<&Map> {
        self.maps.get(&container)
    }

    /// All maps.
    pub fn maps(&self) -> impl Iterator<Item = (ContainerId, &Map)> {
        self.maps.iter().map(|(&id, map)| (id, map))
    }

    /// Takes in an op for the first time, as active or not. Its elements begin at `id`. Deletions come
    /// in inactive parts and active ones by [`Model::set_active`]; controls change no container.
    pub fn insert(&mut self, id: Id, lamport: Lamport, op: OpRef<'_>, active: bool, patch: Option<&mut Patch>) {
        match op {
            OpRef::Insert { container, left, right, text } => {
                let patch = patch.map(|patch| patch.texts.entry(container).or_default());
                self.text_mut(container).insert(id, (left, right), text, active, patch);
            }
            OpRef::Delete { .. } => {
                if active {
                    self.set_active(id, op, true, patch);
                }
            }
            OpRef::Set { container, key, value, pred } => {
                let map = self.maps.entry(container).or_default();
                if map.insert(id, lamport, key, value, pred, active)
                    && let Some(patch) = patch
                {
                    patch.touch(container, key);
                }
            }
            OpRef::Control { .. } | OpRef::Unknown { .. } => {}
        }
    }

    /// Turns an op, or a part of one, on or off. It must be in the other state.
    pub fn set_active(&mut self, id: Id, op: OpRef<'_>, on: bool, patch: Option<&mut Patch>) {
        match op {
            OpRef::Insert { container, text, .. } => {
                let len = text.chars().count() as u32;
                let span = Span::new(id.replica, id.seq, id.seq + len);
                let patch = patch.map(|patch| patch.texts.entry(container).or_default());
                self.text_mut(container).set_inserted(span, on, patch);
            }
            OpRef::Delete { container, target, .. } => {
                let patch = patch.map(|patch| patch.texts.entry(container).or_default());
                self.text_mut(container).set_deleted(target, on, patch);
            }
            OpRef::Set { container, .. } => {
                let Some(map) = self.maps.get_mut(&container) else { return };
                if let Some(key) = map.set_active(id, on)
                    && let Some(patch) = patch
                {
                    patch.touch(container, key);
                }
            }
            OpRef::Control { .. } | OpRef::Unknown { .. } => {}
        }
    }

    /// What is visible, in a form that two members can compare: equal exactly when they show the same.
    /// Grows with the document; for frequent comparison there are hashes.
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        for (id, text) in self.texts().filter(|(_, text)| !text.is_empty()) {
            out.push_str(&format!("text {id:?} {:?}\n", text.read()));
        }
        for (id, map) in &self.maps {
            for (key, value) in map.iter() {
                out.push_str(&format!("map {id:?} {key:?} {}\n", show(value)));
            }
        }
        out
    }

    /// What is different here from `before`, an earlier state of the same document.
    pub fn changed_since(&self, before: &Self) -> Patch {
        let mut patch = Patch::default();
        for (id, text) in self.texts() {
            patch.texts.insert(id, text.changed_since(before.text(id)));
        }
        for (&id, map) in &self.maps {
            patch.maps.insert(id, map.changed_since(before.map(id)));
        }
        patch.texts.retain(|_, patch| !patch.is_empty());
        patch.maps.retain(|_, keys| !keys.is_empty());
        patch
    }

    /// Hashes of all texts that show something, by container. Costs what changed since the last time.
    pub fn text_hashes(&mut self) -> Vec<(ContainerId, u64)> {
        self.texts.iter_mut().filter(|(_, text)| !text.is_empty()).map(|(id, text)| (*id, text.hash())).collect()
    }

    /// Panics where an invariant does not hold.
    pub fn check_invariants(&self) {
        assert!(self.texts.is_sorted_by(|a, b| a.0 < b.0), "texts ascend by container");
        self.texts.iter().for_each(|(_, text)| text.check_invariants());
        self.maps.values().for_each(Map::check_invariants);
    }
}

/// Everything that ever happened in a document, to be built at once.
#[derive(Debug, Default)]
pub struct ModelBuilder<'a> {
    texts: Vec<TextBuilder<'a>>,
    /// The place of each container's text among them.
    numbers: SortedMap<ContainerId, usize>,
    maps: SortedMap<ContainerId, Map>,
}

impl<'a> ModelBuilder<'a> {
    /// Nothing happened yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in a log, of which `inactive` finds the parts of a range that are not active. Logs come ascending by
    /// replica.
    pub fn add(&mut self, log: &'a ReplicaLog, inactive: impl Fn(Range<Seq>) -> Vec<Range<Seq>>) {
        // By the log's number of a container.
        let mut texts: Vec<Option<usize>> = vec![None; log.container_count()];
        for run in log.op_runs_in(0..log.end()) {
            let part = run.range.start..run.range.end.min(log.end());
            match run.body {
                OpBody::Insert { container, .. } | OpBody::Delete { container, .. } => {
                    let text = *texts[container as usize].get_or_insert_with(|| self.text(log, container));
                    self.texts[text].add(log, run, log.end(), &inactive(part));
                }
                OpBody::Other(_) => self.add_other(log, run, inactive(part).is_empty()),
            }
        }
    }

    /// The number of the text that a log knows as container number `container`.
    fn text(&mut self, log: &ReplicaLog, container: u32) -> usize {
        let number = *self.numbers.entry(log.container(container)).or_insert(self.texts.len());
        if number == self.texts.len() {
            self.texts.push(TextBuilder::new());
        }
        if log.container_count() == 1 {
            let insertions = log.ops.iter().filter(|run| matches!(run.body, OpBody::Insert { .. })).count();
            self.texts[number].reserve(insertions, log.ops.len() - insertions);
        }
        number
    }

    fn add_other(&mut self, log: &ReplicaLog, run: &OpRun, active: bool) {
        if let OpRef::Set { container, key, value, pred } = log.op(run, run.range.clone()) {
            let id = Id::new(log.replica, run.range.start);
            self.maps.entry(container).or_default().load(id, log.lamport(id.seq), key, value, pred, active);
        }
    }

    /// The state of the document.
    pub fn build(mut self) -> Model {
        self.maps.values_mut().for_each(Map::settle);
        let text = |(&id, &number): (&ContainerId, &usize)| (id, std::mem::take(&mut self.texts[number]).build());
        Model { texts: self.numbers.iter().map(text).collect(), recent: 0, maps: self.maps }
    }
}

fn show(value: &Value) -> String {
    match value {
        Value::Float(float) => format!("Float({:016x})", float.to_bits()),
        other => format!("{other:?}"),
    }
}
