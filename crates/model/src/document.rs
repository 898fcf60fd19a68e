//! All containers of a document together.

use crate::digest::Digest;
use crate::map::Keys;
use crate::{Counter, List, ListPatch, Map, Text, TextBuilder, TextPatch, Tree, TreePatch};
use clock::{Id, Lamport, Place, Seq, SortedMap, Span};
use log::{ContainerId, Kind, OpBody, OpRef, OpRun, ReplicaLog, Value, ValueRef};
use std::ops::Range;

/// What changed in a document, container by container.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch {
    /// Changes of texts.
    pub texts: SortedMap<ContainerId, TextPatch>,
    /// Keys of maps whose value or alternatives may have changed.
    pub maps: SortedMap<ContainerId, Vec<String>>,
    /// Changes of lists.
    pub lists: SortedMap<ContainerId, ListPatch>,
    /// Changes of trees.
    pub trees: SortedMap<ContainerId, TreePatch>,
    /// What counters read now.
    pub counters: SortedMap<ContainerId, i64>,
}

impl Patch {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.maps.is_empty()
            && self.counters.is_empty()
            && self.texts.values().all(TextPatch::is_empty)
            && self.lists.values().all(ListPatch::is_empty)
            && self.trees.values().all(TreePatch::is_empty)
    }

    /// Adds the changes of `next`, which begins where these end.
    pub fn then(&mut self, next: Self) {
        for (id, patch) in next.texts {
            self.texts.entry(id).or_default().then(patch);
        }
        for (id, keys) in next.maps {
            keys.iter().for_each(|key| self.touch(id, key));
        }
        for (id, patch) in next.lists {
            self.lists.entry(id).or_default().then(patch);
        }
        for (id, patch) in next.trees {
            self.trees.entry(id).or_default().then(patch);
        }
        self.counters.extend(next.counters);
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
    /// In the order in which they were made. In boxes, as lists are, since very many may be made one after another.
    texts: Vec<(ContainerId, Box<Text>)>,
    /// Where each text is among them.
    pub(crate) text_numbers: SortedMap<ContainerId, u32>,
    /// Which text was edited last: nearly always the one that is edited next.
    recent: usize,
    /// Texts in which marks or moves were turned on or off.
    unsettled: Vec<ContainerId>,
    /// In boxes, as lists are: there may be very many, which are found among their names, and those lie together.
    pub(crate) maps: SortedMap<ContainerId, Box<Map>>,
    /// The keys of maps that were written lately.
    keys: Keys,
    pub(crate) lists: SortedMap<ContainerId, Box<List>>,
    pub(crate) trees: SortedMap<ContainerId, Tree>,
    counters: SortedMap<ContainerId, Counter>,
}

impl Model {
    /// An empty document.
    pub fn new() -> Self {
        Self::default()
    }

    /// The text `container`, where anything was ever written there.
    pub fn text(&self, container: ContainerId) -> Option<&Text> {
        self.text_numbers.get(&container).map(|&number| &*self.texts[number as usize].1)
    }

    /// The text `container`, to look things up in or to edit.
    #[inline(always)] // Asked for with every key.
    pub fn text_mut(&mut self, container: ContainerId) -> &mut Text {
        if self.texts.get(self.recent).is_none_or(|(id, _)| *id != container) {
            self.recent = self.find_text(container);
        }
        &mut self.texts[self.recent].1
    }

    fn find_text(&mut self, container: ContainerId) -> usize {
        let texts = &mut self.texts;
        let number = self.text_numbers.entry(container).or_insert_with(|| {
            log::room::push(texts, (container, Box::default()));
            texts.len() as u32 - 1
        });
        *number as usize
    }

    /// All texts.
    pub fn texts(&self) -> impl Iterator<Item = (ContainerId, &Text)> {
        self.text_numbers.iter().map(|(&id, &number)| (id, &*self.texts[number as usize].1))
    }

    /// The map `container`, where anything was ever written there.
    pub fn map(&self, container: ContainerId) -> Option<&Map> {
        self.maps.get(&container).map(|map| &**map)
    }

    /// As [`Model::map`], of many whose names ascend: `near` is where the one before was found.
    pub fn map_after(&self, near: &mut Place, container: ContainerId) -> Option<&Map> {
        self.maps.get_after(near, &container).map(|map| &**map)
    }

    /// All maps.
    pub fn maps(&self) -> impl Iterator<Item = (ContainerId, &Map)> {
        self.maps.iter().map(|(&id, map)| (id, &**map))
    }

    /// The list `container`, where anything was ever written there.
    pub fn list(&self, container: ContainerId) -> Option<&List> {
        self.lists.get(&container).map(|list| &**list)
    }

    /// As [`Model::list`], of many whose names ascend: `near` is where the one before was found.
    pub fn list_after(&self, near: &mut Place, container: ContainerId) -> Option<&List> {
        self.lists.get_after(near, &container).map(|list| &**list)
    }

    /// All lists.
    pub fn lists(&self) -> impl Iterator<Item = (ContainerId, &List)> {
        self.lists.iter().map(|(&id, list)| (id, &**list))
    }

    /// The tree `container`, where anything was ever made there.
    pub fn tree(&self, container: ContainerId) -> Option<&Tree> {
        self.trees.get(&container)
    }

    /// All trees.
    pub fn trees(&self) -> impl Iterator<Item = (ContainerId, &Tree)> {
        self.trees.iter().map(|(&id, tree)| (id, tree))
    }

    /// Whether `id` is a move in the tree or text `container` that is active and loses, since it would put
    /// something into itself.
    pub fn is_lost(&self, container: ContainerId, id: Id) -> bool {
        match container.kind() {
            Kind::Tree => self.tree(container).is_some_and(|tree| tree.is_lost(id)),
            Kind::Text => self.text(container).is_some_and(|text| text.is_lost(id)),
            Kind::Map | Kind::List | Kind::Counter => false,
        }
    }

    /// Whether taking in or turning off a single op may take as long as making the model anew.
    pub fn is_strained(&self) -> bool {
        self.trees.values().any(Tree::is_strained)
    }

    /// The counter `container`, where anything was ever added there.
    pub fn counter(&self, container: ContainerId) -> Option<Counter> {
        self.counters.get(&container).copied()
    }

    /// All counters.
    pub fn counters(&self) -> impl Iterator<Item = (ContainerId, Counter)> {
        self.counters.iter().map(|(&id, counter)| (id, *counter))
    }

    /// Takes in an op for the first time, as active or not. Its elements begin at `id`. Deletions come
    /// in inactive parts and active ones by [`Model::set_active`]; controls change no container. Before anything
    /// is asked [`Model::settle`] is due.
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
                let written = (key, value.map(ValueRef::to_value));
                self.write_map((id, lamport), container, written, pred, active, patch);
            }
            OpRef::ListInsert { container, left, right, values } => {
                let (list, patch) = self.list_mut(container, patch);
                list.insert(id, (left, right), values, active, patch);
            }
            OpRef::ListMove { container, item, left, right } => {
                let (list, patch) = self.list_mut(container, patch);
                list.insert_move((id, lamport), item, (left, right), active, patch);
            }
            OpRef::ListSet { container, item, value, pred } => {
                let (list, patch) = self.list_mut(container, patch);
                list.insert_write((id, lamport), item, (value, pred), active, patch);
            }
            OpRef::CounterAdd { container, .. } => {
                self.counters.entry(container).or_default();
                if active {
                    self.set_active(id, op, true, patch);
                }
            }
            OpRef::TreeCreate { container, parent, left, right } => {
                let (tree, patch) = self.tree_mut(container, patch);
                tree.create((id, lamport), parent, (left, right), active, patch);
            }
            OpRef::TreeMove { container, node, parent, left, right } => {
                let (tree, patch) = self.tree_mut(container, patch);
                tree.insert_move((id, lamport), (node, parent), (left, right), active, patch);
            }
            OpRef::ListDelete { .. } | OpRef::TreeDelete { .. } => {
                if active {
                    self.set_active(id, op, true, patch);
                }
            }
            OpRef::TextObject { container, left, right, kind } => {
                let patch = patch.map(|patch| patch.texts.entry(container).or_default());
                self.text_mut(container).insert_object(id, (left, right), kind, active, patch);
            }
            OpRef::TextMark { container, ranges, key, value } => {
                self.text_mut(container).insert_mark(id, lamport, ranges, key, value);
                if active {
                    self.set_active(id, op, true, patch);
                }
            }
            OpRef::TextMove { container, ranges, left, right } => {
                let text = self.text_mut(container);
                text.insert_slot(id, (left, right));
                text.insert_move(id, lamport, ranges);
                if active {
                    self.set_active(id, op, true, patch);
                }
            }
            OpRef::Control { .. } | OpRef::Unknown { .. } => {}
            OpRef::Constrain { .. } | OpRef::Claim { .. } | OpRef::Resolve { .. } | OpRef::Weigh { .. } => {}
            OpRef::Draft { .. } | OpRef::Govern { .. } | OpRef::Decide { .. } | OpRef::Vote { .. } => {}
            OpRef::Trim { .. } => {}
        }
    }

    /// As [`Model::insert`], of a write of a map's register.
    pub fn write_map(
        &mut self,
        time: (Id, Lamport),
        container: ContainerId,
        (key, value): (&str, Option<Value>),
        pred: &[Id],
        active: bool,
        patch: Option<&mut Patch>,
    ) {
        let map = self.maps.entry(container).or_default();
        let may_show = map.insert(time, (key, &mut self.keys), value, pred, active);
        if let Some(patch) = patch.filter(|_| may_show) {
            patch.touch(container, key);
        }
    }

    /// Brings up to date what is done once for many changes: marks and moves of texts. Due behind any number of
    /// [`Model::insert`] and [`Model::set_active`].
    #[inline]
    pub fn settle(&mut self, patch: Option<&mut Patch>) {
        if !self.unsettled.is_empty() {
            self.settle_texts(patch);
        }
    }

    fn settle_texts(&mut self, mut patch: Option<&mut Patch>) {
        let mut due = std::mem::take(&mut self.unsettled);
        due.sort_unstable();
        due.dedup();
        for container in due {
            let patch = patch.as_deref_mut().map(|patch| patch.texts.entry(container).or_default());
            self.text_mut(container).settle(patch);
        }
    }

    fn list_mut<'a>(
        &mut self,
        container: ContainerId,
        patch: Option<&'a mut Patch>,
    ) -> (&mut List, Option<&'a mut ListPatch>) {
        let list = self.lists.entry(container).or_default();
        (list, patch.map(|patch| patch.lists.entry(container).or_default()))
    }

    fn tree_mut<'a>(
        &mut self,
        container: ContainerId,
        patch: Option<&'a mut Patch>,
    ) -> (&mut Tree, Option<&'a mut TreePatch>) {
        let tree = self.trees.entry(container).or_default();
        (tree, patch.map(|patch| patch.trees.entry(container).or_default()))
    }

    /// Turns an op, or a part of one, on or off. It must be in the other state. Before anything is asked
    /// [`Model::settle`] is due.
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
            OpRef::CounterAdd { container, amount } => {
                let counter = self.counters.entry(container).or_default();
                counter.set_active(amount, on);
                if let Some(patch) = patch {
                    patch.counters.insert(container, counter.value());
                }
            }
            OpRef::ListInsert { container, values, .. } => {
                let (list, patch) = self.list_mut(container, patch);
                list.set_inserted(Span::new(id.replica, id.seq, id.seq + values.len() as u32), on, patch);
            }
            OpRef::ListDelete { container, target } => {
                let (list, patch) = self.list_mut(container, patch);
                list.set_deleted(target, on, patch);
            }
            OpRef::ListMove { container, .. } => {
                let (list, patch) = self.list_mut(container, patch);
                list.set_moved(id, on, patch);
            }
            OpRef::ListSet { container, item, .. } => {
                let (list, patch) = self.list_mut(container, patch);
                list.set_written(id, item, on, patch);
            }
            OpRef::TreeCreate { container, .. } => {
                let (tree, patch) = self.tree_mut(container, patch);
                tree.set_created(id, on, patch);
            }
            OpRef::TreeMove { container, .. } => {
                let (tree, patch) = self.tree_mut(container, patch);
                tree.set_moved(id, on, patch);
            }
            OpRef::TreeDelete { container, node } => {
                let (tree, patch) = self.tree_mut(container, patch);
                tree.set_deleted(node, on, patch);
            }
            OpRef::TextObject { container, .. } => {
                let patch = patch.map(|patch| patch.texts.entry(container).or_default());
                self.text_mut(container).set_inserted(Span::of(id), on, patch);
            }
            OpRef::TextMark { container, key, .. } => {
                self.text_mut(container).set_marked(id, key);
                self.unsettled.push(container);
            }
            OpRef::TextMove { container, .. } => {
                self.text_mut(container).set_moved(id);
                self.unsettled.push(container);
            }
            OpRef::Control { .. } | OpRef::Unknown { .. } => {}
            OpRef::Constrain { .. } | OpRef::Claim { .. } | OpRef::Resolve { .. } | OpRef::Weigh { .. } => {}
            OpRef::Draft { .. } | OpRef::Govern { .. } | OpRef::Decide { .. } | OpRef::Vote { .. } => {}
            OpRef::Trim { .. } => {}
        }
    }

    /// Lets an op that is not active count as written at another time, where what is later wins: a write of a register, a
    /// mark, or a move. What was inserted stays where it is.
    pub fn set_lamport(&mut self, id: Id, op: OpRef<'_>, lamport: Lamport) {
        match op {
            OpRef::Set { container, .. } => {
                self.maps.get_mut(&container).into_iter().for_each(|map| map.set_lamport(id, lamport));
            }
            OpRef::ListSet { container, .. } | OpRef::ListMove { container, .. } => {
                self.list_mut(container, None).0.set_lamport(id, lamport);
            }
            OpRef::TreeMove { container, .. } => self.tree_mut(container, None).0.set_lamport(id, lamport),
            OpRef::TextMark { container, key, .. } => self.text_mut(container).set_mark_lamport(id, key, lamport),
            OpRef::TextMove { container, .. } => self.text_mut(container).set_move_lamport(id, lamport),
            _ => {}
        }
    }

    /// What is visible, in a form that two members can compare: equal exactly when they show the same.
    /// Grows with the document; for frequent comparison there are hashes.
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        for (id, text) in self.texts().filter(|(_, text)| !text.is_empty()) {
            out.push_str(&format!("text {id:?} {:?}\n", text.read()));
            out.push_str(&show_rich(text));
        }
        for (id, map) in self.maps() {
            for (key, value) in map.iter() {
                out.push_str(&format!("map {id:?} {key:?} {}\n", show(value)));
            }
        }
        for (id, list) in self.lists() {
            for (item, value) in list.iter() {
                out.push_str(&format!("list {id:?} {item} {}\n", show(value)));
            }
        }
        for (id, tree) in self.trees() {
            for (depth, node) in tree.iter() {
                out.push_str(&format!("tree {id:?} {depth} {node}\n"));
            }
        }
        for (id, counter) in self.counters().filter(|(_, counter)| !counter.is_zero()) {
            out.push_str(&format!("counter {id:?} {}\n", counter.sum()));
        }
        out
    }

    /// What is different here from `before`, an earlier state of the same document.
    pub fn changed_since(&self, before: &Self) -> Patch {
        let mut patch = Patch::default();
        for (id, text) in self.texts() {
            patch.texts.insert(id, text.changed_since(before.text(id)));
        }
        for (id, map) in self.maps() {
            patch.maps.insert(id, map.changed_since(before.map(id)));
        }
        for (id, list) in self.lists() {
            patch.lists.insert(id, list.changed_since(before.list(id)));
        }
        for (id, tree) in self.trees() {
            patch.trees.insert(id, tree.changed_since(before.tree(id)));
        }
        for (id, counter) in self.counters() {
            if counter.value() != before.counter(id).unwrap_or_default().value() {
                patch.counters.insert(id, counter.value());
            }
        }
        patch.texts.retain(|_, patch| !patch.is_empty());
        patch.maps.retain(|_, keys| !keys.is_empty());
        patch.lists.retain(|_, patch| !patch.is_empty());
        patch.trees.retain(|_, patch| !patch.is_empty());
        patch
    }

    /// Hashes of all texts that show something, by container. Costs what changed since the last time.
    pub fn text_hashes(&mut self) -> Vec<(ContainerId, u64)> {
        let Self { texts, text_numbers, .. } = self;
        let hash = |(&id, &number): (&ContainerId, &u32)| {
            let text = &mut texts[number as usize].1;
            (!text.is_empty()).then(|| (id, text.hash()))
        };
        text_numbers.iter().filter_map(hash).collect()
    }

    /// Hashes of all other containers that show something, by container. Those that changed since the last time
    /// are read.
    pub fn other_hashes(&mut self) -> Vec<(ContainerId, u64)> {
        let mut hashes: Vec<_> = self.maps.iter_mut().map(|(&id, map)| (id, map.hash())).collect();
        hashes.extend(self.lists.iter_mut().map(|(&id, list)| (id, list.hash())));
        hashes.extend(self.trees.iter_mut().map(|(&id, tree)| (id, tree.hash())));
        for (&id, counter) in &self.counters {
            let mut digest = Digest::new();
            if !counter.is_zero() {
                digest.bytes(&counter.sum().to_le_bytes());
            }
            hashes.push((id, digest.finish()));
        }
        hashes.retain(|(_, hash)| *hash != Digest::new().finish());
        hashes
    }

    /// Panics where an invariant does not hold.
    pub fn check_invariants(&self) {
        assert_eq!(self.text_numbers.len(), self.texts.len(), "each text has a name");
        self.texts.iter().for_each(|(id, text)| {
            assert!(
                std::ptr::eq(&**text, self.text(*id).expect("texts have numbers")),
                "texts are found by their names"
            );
            text.check_invariants();
        });
        self.maps.values().for_each(|map| map.check_invariants());
        self.lists.values().for_each(|list| list.check_invariants());
        self.trees.values().for_each(Tree::check_invariants);
    }
}

/// Everything that ever happened in a document, to be built at once.
#[derive(Debug, Default)]
pub struct ModelBuilder<'a> {
    texts: Vec<TextBuilder<'a>>,
    /// The place of each container's text among them.
    numbers: SortedMap<ContainerId, usize>,
    /// The only container of interest, where there is one.
    only: Option<ContainerId>,
    /// What has to come in causal order, by container; marks and moves come behind all elements of texts.
    ordered: SortedMap<ContainerId, Vec<Ordered<'a>>>,
}

/// An op for containers that take ops in causal order.
#[derive(Debug)]
struct Ordered<'a> {
    /// Whoever knew of an op has a later time than it: ascending by these is an order of causes.
    time: (Lamport, Id),
    op: OpRef<'a>,
    /// The parts of its counters that are not active.
    inactive: Vec<Range<Seq>>,
    /// The logical time that it counts as written at, where that is another.
    late: Option<Lamport>,
}

impl Ordered<'_> {
    fn insert_into(&self, model: &mut Model) {
        let (lamport, id) = self.time;
        let is_active = self.inactive.is_empty() && self.late.is_none();
        match self.op {
            OpRef::TextMove { container, ranges, .. } => {
                model.text_mut(container).insert_move(id, lamport, ranges);
                if is_active {
                    model.set_active(id, self.op, true, None);
                }
            }
            op => model.insert(id, lamport, op, is_active, None),
        }
        if is_active {
            return;
        }
        if let Some(late) = self.late {
            model.set_lamport(id, self.op, late);
        }
        let end = id.seq + self.op.len();
        let starts = std::iter::once(id.seq).chain(self.inactive.iter().map(|part| part.end));
        let ends = self.inactive.iter().map(|part| part.start).chain([end]);
        for (start, end) in starts.zip(ends).filter(|(start, end)| start < end) {
            model.set_active(Id::new(id.replica, start), self.op.cut(id, start..end), true, None);
        }
    }
}

impl<'a> ModelBuilder<'a> {
    /// Nothing happened yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Nothing happened yet, and only one container matters.
    pub fn of(container: ContainerId) -> Self {
        Self { only: Some(container), ..Self::default() }
    }

    /// Takes in a log, of which `inactive` finds the parts of a range that are not active, and `late` the time that an op
    /// counts as written at, where that is another, see [`Model::set_lamport`]. Logs come ascending by replica.
    pub fn add(
        &mut self,
        log: &'a ReplicaLog,
        inactive: impl Fn(Range<Seq>) -> Vec<Range<Seq>>,
        late: impl Fn(Id) -> Option<Lamport>,
    ) {
        // By the log's number of a container.
        let mut texts: Vec<Option<usize>> = vec![None; log.container_count()];
        for run in log.op_runs_in(0..log.end()) {
            let part = run.range.start..run.range.end.min(log.end());
            match run.body {
                OpBody::Insert { container, .. } | OpBody::Delete { container, .. } => {
                    if self.only.is_some_and(|only| only != log.container(container)) {
                        continue;
                    }
                    let text = *texts[container as usize].get_or_insert_with(|| self.text(log, container));
                    self.texts[text].add(log, run, log.end(), &inactive(part));
                }
                _ => self.add_other(log, run, inactive(part), late(Id::new(log.replica, run.range.start))),
            }
        }
    }

    fn text_of(&mut self, container: ContainerId) -> usize {
        let number = *self.numbers.entry(container).or_insert(self.texts.len());
        if number == self.texts.len() {
            self.texts.push(TextBuilder::new());
        }
        number
    }

    /// The number of the text that a log knows as container number `container`.
    fn text(&mut self, log: &ReplicaLog, container: u32) -> usize {
        let number = self.text_of(log.container(container));
        if log.container_count() == 1 {
            let insertions = log.ops.iter().filter(|run| matches!(run.body, OpBody::Insert { .. })).count();
            self.texts[number].reserve(insertions, log.ops.len() - insertions);
        }
        number
    }

    fn add_other(&mut self, log: &'a ReplicaLog, run: &'a OpRun, inactive: Vec<Range<Seq>>, late: Option<Lamport>) {
        let op = log.op(run, run.range.clone());
        let Some(container) = op.container().filter(|&container| self.only.is_none_or(|only| only == container)) else {
            return;
        };
        let id = Id::new(log.replica, run.range.start);
        let lamport = log.lamport(id.seq);
        let is_active = inactive.is_empty();
        match op {
            OpRef::TextObject { left, right, kind, .. } => {
                let text = self.text_of(container);
                return self.texts[text].add_object(log, id.seq, (left, right), Some(kind), is_active);
            }
            OpRef::TextMove { left, right, .. } => {
                let text = self.text_of(container);
                self.texts[text].add_object(log, id.seq, (left, right), None, is_active);
            }
            _ => {}
        }
        self.ordered.entry(container).or_default().push(Ordered { time: (lamport, id), op, inactive, late });
    }

    /// The state of the document.
    pub fn build(mut self) -> Model {
        let mut build = |number: usize| Box::new(std::mem::take(&mut self.texts[number]).build());
        let text = |(&id, &number): (&ContainerId, &usize)| (id, build(number));
        let texts: Vec<(ContainerId, Box<Text>)> = self.numbers.iter().map(text).collect();
        let text_numbers = texts.iter().map(|(id, _)| *id).zip(0..).collect();
        let mut model = Model { texts, text_numbers, ..Model::default() };
        for (container, mut ops) in self.ordered {
            // Each log is in order already, which a stable sort makes use of.
            ops.sort_by_key(|ordered| ordered.time);
            match container.kind() {
                Kind::List => drop(model.lists.insert(container, Box::new(List::load()))),
                Kind::Tree => drop(model.trees.insert(container, Tree::load())),
                Kind::Text | Kind::Map | Kind::Counter => {}
            }
            ops.iter().for_each(|ordered| ordered.insert_into(&mut model));
        }
        model.settle(None);
        model.lists.values_mut().for_each(|list| list.settle());
        model.trees.values_mut().for_each(Tree::settle);
        model
    }
}

/// The objects and properties of a text, in one way only, however its runs are cut.
fn show_rich(text: &Text) -> String {
    let mut parts: Vec<(Span, Option<&str>, String)> = Vec::new();
    for run in text.rich() {
        let marks: String = run.marks.iter().map(|(key, value)| format!(" {key:?} {}", show(value))).collect();
        match parts.last_mut() {
            Some((span, None, before))
                if run.object.is_none()
                    && *before == marks
                    && (span.replica, span.end) == (run.span.replica, run.span.start) =>
            {
                span.end = run.span.end;
            }
            _ => parts.push((run.span, run.object, marks)),
        }
    }
    let told = parts.iter().filter(|(_, object, marks)| object.is_some() || !marks.is_empty());
    told.map(|(span, object, marks)| format!("part {span} {object:?}{marks}\n")).collect()
}

fn show(value: &Value) -> String {
    match value {
        Value::Float(float) => format!("Float({:016x})", float.to_bits()),
        other => format!("{other:?}"),
    }
}
