//! The ops that make new values, and put others in the place of old ones.

use crate::held::{Body, Held};
use crate::literal::unquoted;
use crate::names::{GONE_KEY, ROOT_KEY, children, data, nodes, text, top};
use crate::read::{Register, Slot};
use json::{Kind, NodeId, Place, Rule, Schema, Shape, Tree, quoted};
use motet::{Edit, Id, Value};

/// Bytes of a string from which it is a text, whatever it says.
const LONG_BYTES_MIN: usize = 64 << 10;

/// Bytes of a string beyond which it is none: one op takes no more.
const TEXT_BYTES_MAX: usize = 4 << 20;

/// Bytes of an array or object beyond which it is no one value, whatever the schema says: each change would write all of it.
const WHOLE_BYTES_MAX: usize = 1 << 20;

/// Bytes from which a string with blanks is a text, as for a merge of files.
const WORDS_BYTES_MIN: usize = 34;

/// Numbers up to which an array of only numbers is one value, as for a merge of files.
const VECTOR_LEN_MAX: usize = 16;

/// What a value of a document becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// An object or array with children.
    Node(Kind),
    /// A text, and what it says.
    Text(String),
    /// One value.
    Raw,
}

impl Plan {
    /// By what it is, and what the schema says of its place.
    pub fn of(tree: &Tree, id: NodeId, rule: Option<&Rule>) -> Self {
        let shape = rule.map_or(Shape::Auto, |rule| rule.shape);
        match tree.kind(id) {
            Kind::Object | Kind::Array if shape == Shape::Value && tree.text(id).len() <= WHOLE_BYTES_MAX => Self::Raw,
            Kind::Array if shape == Shape::Auto && is_vector(tree, id) => Self::Raw,
            kind @ (Kind::Object | Kind::Array) => Self::Node(kind),
            Kind::String => Self::of_string(tree, id, shape),
            _ => Self::Raw,
        }
    }

    fn of_string(tree: &Tree, id: NodeId, shape: Shape) -> Self {
        let written = tree.text(id);
        let is_words = || written.len() >= WORDS_BYTES_MIN && written.contains(' ');
        let is_text = match shape {
            Shape::Text => true,
            Shape::Value => false,
            _ => is_words(),
        };
        let is_text = (is_text || written.len() >= LONG_BYTES_MIN) && written.len() <= TEXT_BYTES_MAX;
        let said = if is_text { tree.exact_string(id) } else { None };
        said.map_or(Self::Raw, |said| Self::Text(said.into_owned()))
    }
}

/// Whether an array is up to 16 numbers, some of them perhaps null.
fn is_vector(tree: &Tree, id: NodeId) -> bool {
    let mut kinds = tree.children(id).take(VECTOR_LEN_MAX + 1).map(|child| tree.kind(child));
    let len = tree.children(id).take(VECTOR_LEN_MAX + 1).count();
    len <= VECTOR_LEN_MAX
        && kinds.clone().any(|kind| kind == Kind::Number)
        && kinds.all(|kind| matches!(kind, Kind::Number | Kind::Null))
}

/// How a string is written, where not in the usual way.
fn spelling(written: &str, said: &str) -> Option<String> {
    (quoted(said) != written).then(|| written.to_owned())
}

/// Writes ops, and counts them.
pub(crate) struct Writer<'a, 'b> {
    pub edit: &'a mut Edit<'b>,
    pub new: &'a Tree,
    pub schema: &'a Schema,
    /// How many ops and bytes the action has room for.
    pub ops_left: usize,
    pub bytes_left: usize,
}

/// A node that was made and has no children yet.
pub(crate) struct Unfilled {
    pub node: Id,
    pub new: NodeId,
    pub place: Place,
}

impl Writer<'_, '_> {
    pub fn is_full(&self) -> bool {
        self.ops_left == 0 || self.bytes_left == 0
    }

    pub fn spend(&mut self, ops: usize, bytes: usize) {
        self.ops_left = self.ops_left.saturating_sub(ops);
        self.bytes_left = self.bytes_left.saturating_sub(bytes + 32 * ops);
    }

    fn replica(&self) -> motet::ReplicaId {
        self.edit.document().replica()
    }

    /// What a new value is to be. A node of it is made at once, under `parent`, and is still to be filled.
    fn body(
        &mut self,
        new: NodeId,
        plan: &Plan,
        place: &Place,
        parent: Option<Id>,
        unfilled: &mut Vec<Unfilled>,
    ) -> Body {
        let kind = match plan {
            Plan::Raw => return Body::Raw(self.new.text(new).to_owned()),
            // Named by the write that holds it.
            Plan::Text(said) => {
                return Body::Text(Id::new(self.replica(), u32::MAX), spelling(self.new.text(new), said));
            }
            Plan::Node(kind) => *kind,
        };
        let node = self.edit.tree_create(nodes(), parent, usize::MAX).expect("its parent is there");
        self.spend(1, 0);
        unfilled.push(Unfilled { node, new, place: place.clone() });
        if kind == Kind::Object { Body::Object(node) } else { Body::Array(node) }
    }

    /// A value for a register that is about to be written.
    fn value(&mut self, held: &Held) -> Value {
        let own = Id::new(self.replica(), u32::MAX);
        let value = held.value(Some(own), self.replica());
        self.spend(1, value.weight());
        value
    }

    /// Writes a text into the one that `maker` made.
    fn fill_text(&mut self, maker: Id, said: &str) {
        self.edit.insert(text(maker), 0, said);
        self.spend(1, said.len());
    }

    /// Inserts children of a node, new values of `new`, as items from position `at` on; returns the first item.
    pub fn insert(
        &mut self,
        node: Id,
        at: usize,
        run: &[NodeId],
        places: &[Place],
        unfilled: &mut Vec<Unfilled>,
    ) -> Option<Id> {
        let (mut values, mut texts) = (Vec::with_capacity(run.len()), Vec::new());
        for (step, (&new, place)) in run.iter().zip(places).enumerate() {
            let plan = Plan::of(self.new, new, self.schema.rule(place));
            let body = self.body(new, &plan, place, Some(node), unfilled);
            let held = Held::new(self.new.key_text(new).map(str::to_owned), body);
            values.push(self.value(&held));
            if let Plan::Text(said) = plan {
                texts.push((step as u32, said));
            }
        }
        let first = self.edit.list_insert(children(node), at, &values)?;
        for (step, said) in texts {
            self.fill_text(Id::new(first.replica, first.seq + step), &said);
        }
        Some(first)
    }

    /// Inserts one new value, with a key that is none of its tree's.
    pub fn insert_one(
        &mut self,
        node: Id,
        at: usize,
        new: NodeId,
        key: Option<String>,
        place: &Place,
        unfilled: &mut Vec<Unfilled>,
    ) -> Id {
        let plan = Plan::of(self.new, new, self.schema.rule(place));
        let body = self.body(new, &plan, place, Some(node), unfilled);
        let value = self.value(&Held::new(key, body));
        let item = self.edit.list_insert(children(node), at, &[value]).expect("one item was inserted");
        if let Plan::Text(said) = plan {
            self.fill_text(item, &said);
        }
        item
    }

    /// Puts a new value in the place of what a slot shows.
    pub fn replace(&mut self, slot: &Slot, new: NodeId, place: &Place, says: Option<Id>, unfilled: &mut Vec<Unfilled>) {
        let plan = Plan::of(self.new, new, self.schema.rule(place));
        let body = self.body(new, &plan, place, slot.parent_node(), unfilled);
        self.hold(slot, Held { says, was: Vec::new(), key: slot.key.clone(), body });
        if let Plan::Text(said) = plan
            && let Some(maker) = self.latest(slot.register)
        {
            self.fill_text(maker, &said);
        }
    }

    /// Writes the register of a slot; what it held elsewhere goes out of sight.
    pub fn hold(&mut self, slot: &Slot, held: Held) {
        let stays = held.body.place();
        let was: Vec<Body> = slot.places.iter().filter(|place| Some(*place) != stays.as_ref()).cloned().collect();
        let parent = slot.parent_node();
        let is_here = |node: &Id| {
            let position = self.edit.document().tree(nodes()).and_then(|tree| tree.position(*node));
            position.is_some_and(|(above, _)| above == parent)
        };
        let here: Vec<Id> = was.iter().filter_map(Body::node).filter(is_here).collect();
        for node in here {
            self.edit.set(data(node), GONE_KEY, Value::Bool(true));
            self.spend(1, 0);
        }
        let value = self.value(&Held { was, ..held });
        self.write(slot.register, &value);
    }

    pub fn write(&mut self, register: Register, value: &Value) {
        match register {
            Register::Root => self.edit.set(top(), ROOT_KEY, value.clone()),
            Register::Item { parent, item } => {
                if let Some(at) = self.position(parent, item) {
                    self.edit.list_set(children(parent), at, value);
                }
            }
        }
    }

    /// The element that wrote a register last.
    fn latest(&self, register: Register) -> Option<Id> {
        let model = self.edit.document().model();
        match register {
            Register::Root => model.map(top())?.heads(ROOT_KEY).next().map(|(id, _)| id),
            Register::Item { parent, item } => model.list(children(parent))?.heads(item).first().map(|(id, _)| *id),
        }
    }

    /// Where an item is in the list of its parent.
    pub fn position(&self, parent: Id, item: Id) -> Option<usize> {
        let (at, is_visible) = self.edit.document().model().list(children(parent))?.position(item)?;
        is_visible.then_some(at)
    }

    /// Edits a text so that it says what a string of the new document says.
    pub fn retext(&mut self, slot: &Slot, id: Id, old: &str, new: NodeId, said: &str) {
        let now = self.edit.document().text(text(id));
        if now != said {
            self.edit.replace_all(text(id), said);
            self.spend(4, said.len());
        }
        let written = self.new.text(new);
        // Where it says the same, only how it is written is new.
        let is_as_printed = if now == said { old == written } else { quoted(said) == written };
        if !is_as_printed {
            let body = Body::Text(id, spelling(written, said));
            self.hold(slot, Held { says: slot.says, was: Vec::new(), key: slot.key.clone(), body });
        }
    }
}

/// What a string of a tree says, where a text can hold that.
pub(crate) fn said(tree: &Tree, id: NodeId) -> Option<String> {
    (tree.kind(id) == Kind::String).then(|| unquoted(tree.text(id))).flatten()
}

impl Writer<'_, '_> {
    /// Moves an item behind another of the same parent, or to the front.
    pub fn move_behind(&mut self, parent: Id, item: Id, behind: Option<Id>) {
        let Some(from) = self.position(parent, item) else { return };
        let behind = behind.and_then(|behind| self.position(parent, behind));
        let to = behind.map_or(0, |at| if from < at { at } else { at + 1 });
        if from != to {
            self.edit.list_move(children(parent), from, to);
            self.spend(1, 0);
        }
    }

    /// Moves the node of a slot under `parent`, behind an item there. Returns its item.
    pub fn bring(&mut self, slot: &Slot, parent: Id, behind: Option<Id>, key: Option<&str>) -> Id {
        let node = slot.body.node().expect("only objects and arrays are brought");
        let was_moved = self.edit.document().tree(nodes()).is_some_and(|tree| tree.moved_by(node).is_some());
        if slot.parent_node() != Some(parent) && self.edit.tree_move(nodes(), node, Some(parent), usize::MAX).is_some()
        {
            self.spend(1, 0);
        }
        let held = Held::new(key.map(str::to_owned), slot.body.clone());
        let value = self.value(&held);
        if let Some(item) = was_moved.then(|| self.old_item(parent, &slot.body)).flatten() {
            // It was here before: its place is used again.
            self.move_behind(parent, item, behind);
            self.write(Register::Item { parent, item }, &value);
            return item;
        }
        let at = behind.and_then(|item| self.position(parent, item)).map_or(0, |at| at + 1);
        self.edit.list_insert(children(parent), at, &[value]).expect("one item was inserted")
    }

    /// The item of `parent` that holds, or held, a node that is elsewhere now.
    fn old_item(&self, parent: Id, body: &Body) -> Option<Id> {
        let list = self.edit.document().model().list(children(parent))?;
        let holds = |item: &Id| {
            let mut heads = list.heads(*item).into_iter();
            heads.any(|(id, value)| Held::read(value, id).is_some_and(|held| held.body == *body))
        };
        list.iter().map(|(item, _)| item).find(holds)
    }
}
