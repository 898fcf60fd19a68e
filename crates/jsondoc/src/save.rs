//! A document that somebody saves, as the least ops that lead there.

use crate::held::{Body, Held, whole_value};
use crate::layout::{Layout, inner_indent, write_ends, write_style};
use crate::names::{ENDS_KEY, FORM, FORM_KEY, LAYOUT_KEY, SCHEMA_KEY, STYLE_KEY, data, is_json, rename_key, top};
use crate::read::{ReadError, Reading, Register, Slot, read};
use crate::write::{Plan, Unfilled, Writer, said};
use json::{Kind, NodeId, Pairs, Place, Schema, SchemaError, Style, Tree, ascending};
use motet::{Document, Edit, Id, Patch, Value, VersionVector};
use std::collections::VecDeque;
use std::rc::Rc;

/// Ops and bytes of one action: what is more is saved as several. An action that is sealed must be one parcel.
const OPS_MAX: usize = 1 << 16;
const BYTES_MAX: usize = 3 << 20;

/// Bytes of one scalar, and of a key: with an action around it, still one parcel.
const VALUE_BYTES_MAX: usize = 4 << 20;
const KEY_BYTES_MAX: usize = 64 << 10;

/// Why a document was not saved; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SaveError {
    /// What is there cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The document is a JSON document already.
    #[error("this is a JSON document already; save to it instead")]
    Exists,
    /// One value or key is longer than an action can hold and still be sent.
    #[error(
        "{pointer} is longer than {VALUE_BYTES_MAX} bytes, or its key than {KEY_BYTES_MAX}: keep it as a blob instead"
    )]
    LongValue {
        /// Where, as a JSON pointer.
        pointer: String,
    },
    /// The schema is none.
    #[error("the schema is none: {0}")]
    Schema(#[from] SchemaError),
}

/// The version that was seen, if not this one; the time; what is told.
type Action<'a> = (Option<VersionVector>, i64, Option<&'a mut Patch>);

/// Makes an empty document a JSON document that says `body`, at `time` in seconds since 1970. What its parts mean to a
/// merge is what `schema` says, for ever.
///
/// # Errors
/// Where it is a JSON document already, or the schema is none.
pub fn create(document: &mut Document, body: &Tree, schema: Option<&Tree>, time: i64) -> Result<(), SaveError> {
    make(document, body, schema, (None, time, None))
}

/// As [`create`]; what changes on the screen is added to `told`.
///
/// # Errors
/// As [`create`].
pub fn create_telling(
    document: &mut Document,
    body: &Tree,
    schema: Option<&Tree>,
    time: i64,
    told: &mut Patch,
) -> Result<(), SaveError> {
    make(document, body, schema, (None, time, Some(told)))
}

fn make(document: &mut Document, body: &Tree, schema: Option<&Tree>, action: Action<'_>) -> Result<(), SaveError> {
    if is_json(document) {
        return Err(SaveError::Exists);
    }
    check_lengths(body)?;
    let rules = schema.map_or(Ok(Schema::default()), Schema::read)?;
    let begin = |edit: &mut Edit<'_>| {
        edit.set(top(), FORM_KEY, Value::Int(FORM));
        if let Some(schema) = schema {
            edit.set(top(), SCHEMA_KEY, whole_value(schema.as_str().to_owned()));
        }
    };
    let style = Style::of(body);
    let mut saver = Saver::new(None, body, &rules, &style);
    let mut begin = Some(begin);
    saver.run(document, action, |edit| begin.take().into_iter().for_each(|begin| begin(edit)));
    Ok(())
}

/// Makes a JSON document say `body`, which somebody made from the version `base`, or from what shows now. What came since
/// is merged with it.
///
/// # Errors
/// Where what is there is no JSON document, or cannot be read.
pub fn save(document: &mut Document, base: Option<&VersionVector>, body: &Tree, time: i64) -> Result<(), SaveError> {
    let base = base.filter(|base| **base != document.version());
    let mut reading = None;
    match base {
        // Nothing is written, so nothing is committed.
        Some(base) => drop(document.edit_seen_at(base, time, |edit| reading = Some(read(edit.document())))),
        None => reading = Some(read(document)),
    }
    save_over(document, reading.expect("it was read"), body, (base.cloned(), time, None))
}

/// As [`save`] of what was made from what shows now; what changes on the screen is added to `told`.
///
/// # Errors
/// As [`save`].
pub fn save_telling(document: &mut Document, body: &Tree, time: i64, told: &mut Patch) -> Result<(), SaveError> {
    let reading = read(document);
    save_over(document, reading, body, (None, time, Some(told)))
}

fn save_over(
    document: &mut Document,
    reading: Result<Reading, ReadError>,
    body: &Tree,
    action: Action<'_>,
) -> Result<(), SaveError> {
    check_lengths(body)?;
    match reading {
        // What was taken back is said anew.
        Err(ReadError::Empty) => {
            let style = Style::of(body);
            Saver::new(None, body, &Schema::default(), &style).run(document, action, |_| {});
        }
        Err(error) => return Err(error.into()),
        Ok(reading) if reading.text == body.as_str() => {}
        Ok(reading) => {
            let old = Old::of(reading)?;
            let pairs = Pairs::of(&old.tree, body, &old.reading.schema);
            let mut saver = Saver::new(Some((&old, &pairs)), body, &old.reading.schema, &old.reading.style);
            saver.run(document, action, |_| {});
        }
    }
    Ok(())
}

fn check_lengths(tree: &Tree) -> Result<(), SaveError> {
    let is_long = |&id: &NodeId| {
        let is_scalar = !tree.kind(id).is_container();
        is_scalar && tree.text(id).len() > VALUE_BYTES_MAX
            || tree.key_text(id).is_some_and(|key| key.len() > KEY_BYTES_MAX)
    };
    match tree.ids().find(is_long) {
        Some(id) => Err(SaveError::LongValue { pointer: tree.pointer(id) }),
        None => Ok(()),
    }
}

/// What was there: the text, as a tree, and which register each value of it is from.
struct Old {
    reading: Reading,
    tree: Tree,
    /// By value; none for what is inside of a value that is one.
    slots: Vec<Option<u32>>,
}

impl Old {
    fn of(mut reading: Reading) -> Result<Self, ReadError> {
        let text = std::mem::take(&mut reading.text);
        let tree = Tree::read(text).map_err(|_| ReadError::TooLong)?;
        let slots = align(&tree, &reading.slots);
        Ok(Self { reading, tree, slots })
    }

    fn slot(&self, id: NodeId) -> Option<&Slot> {
        let index = self.slots[id.index()]?;
        Some(&self.reading.slots[index as usize])
    }
}

/// Which slot each value of a printed document is from.
pub(crate) fn align(tree: &Tree, slots: &[Slot]) -> Vec<Option<u32>> {
    let mut aligned = vec![None; tree.len()];
    let mut open = vec![tree.root()];
    let mut next = 0;
    while let Some(id) = open.pop() {
        aligned[id.index()] = Some(next);
        if slots[next as usize].body.node().is_some() {
            let from = open.len();
            open.extend(tree.children(id));
            open[from..].reverse();
        }
        next += 1;
    }
    aligned
}

/// Something that is still to be done.
enum Task {
    /// The children of a node, which may be new.
    Children(Children),
    /// Two values that are one, in a register that stays.
    Value(NodeId, NodeId, Place, Rc<str>),
    /// The outermost value of a document that has none.
    Root,
}

/// How far the children of a node are.
struct Children {
    node: Id,
    new: NodeId,
    place: Place,
    indent: Rc<str>,
    /// The children that go, the last first.
    gone: Vec<NodeId>,
    /// Those that keep their order, by their place in the old document, the last first.
    stable: Vec<NodeId>,
    /// The new ones that are still to be put in, the last first.
    left: Vec<NodeId>,
    /// The items of those that are in.
    items: Vec<Id>,
}

struct Saver<'a> {
    old: Option<(&'a Old, &'a Pairs<'a>)>,
    new: &'a Tree,
    schema: &'a Schema,
    style: Style,
    old_style: &'a Style,
    tasks: Vec<Task>,
    /// New nodes with nothing in them yet, and what their lines are indented by. The oldest is filled first, when all else
    /// is done: containers are found soonest where they are made in the order of their names.
    unfilled: VecDeque<(Unfilled, Rc<str>)>,
}

impl<'a> Saver<'a> {
    fn new(old: Option<(&'a Old, &'a Pairs<'a>)>, new: &'a Tree, schema: &'a Schema, old_style: &'a Style) -> Self {
        let root = match old {
            Some((old, _)) => Task::Value(old.tree.root(), new.root(), schema.root(), "".into()),
            None => Task::Root,
        };
        let (style, unfilled) = (Style::of(new), VecDeque::new());
        Self { old, new, schema, style, old_style, tasks: vec![root], unfilled }
    }

    /// Does what is to be done, in as many actions as it takes.
    fn run(
        &mut self,
        document: &mut Document,
        (mut base, time, mut told): Action<'_>,
        mut begin: impl FnMut(&mut Edit<'_>),
    ) {
        let mut is_first = true;
        while is_first || !self.tasks.is_empty() || !self.unfilled.is_empty() {
            let change = |edit: &mut Edit<'_>| {
                begin(edit);
                if is_first {
                    self.dress(edit);
                }
                let mut writer =
                    Writer { edit, new: self.new, schema: self.schema, ops_left: OPS_MAX, bytes_left: BYTES_MAX };
                while !writer.is_full()
                    && let Some(task) = self.next_task()
                {
                    self.step(task, &mut writer);
                }
            };
            match (&mut base, &mut told) {
                (None, None) => drop(document.edit(time, change)),
                (None, Some(told)) => {
                    document.write(told, change);
                    document.close(time, Some(told));
                }
                (Some(base), _) => {
                    if let Some(span) = document.edit_seen_at(base, time, change) {
                        base.extend_to(span.replica, span.end);
                    }
                }
            }
            is_first = false;
        }
    }

    fn next_task(&mut self) -> Option<Task> {
        self.tasks.pop().or_else(|| {
            let (Unfilled { node, new, place }, indent) = self.unfilled.pop_front()?;
            Some(Task::Children(Children::of(node, new, place, indent, self.new)))
        })
    }

    /// Writes how the document as a whole is laid out.
    fn dress(&self, edit: &mut Edit<'_>) {
        let mut set = |key: &str, text: String| {
            let is_there = matches!(edit.document().get(top(), key), Some(Value::Text(now)) if *now == text);
            if !is_there {
                edit.set(top(), key, Value::Text(text));
            }
        };
        set(STYLE_KEY, write_style(&self.style));
        set(ENDS_KEY, write_ends(self.new.ends()));
    }

    fn step(&mut self, task: Task, writer: &mut Writer<'_, '_>) {
        match task {
            Task::Root => {
                let none = Slot::root();
                let mut unfilled = Vec::new();
                writer.replace(&none, self.new.root(), &self.schema.root(), None, &mut unfilled);
                self.fill(unfilled, "");
            }
            Task::Value(old, new, place, indent) => self.value(old, new, place, &indent, writer),
            Task::Children(children) => self.children(children, writer),
        }
    }

    fn fill(&mut self, unfilled: Vec<Unfilled>, indent: &str) {
        self.unfilled.extend(unfilled.into_iter().map(|unfilled| (unfilled, indent.into())));
    }

    fn value(&mut self, old: NodeId, new: NodeId, place: Place, indent: &str, writer: &mut Writer<'_, '_>) {
        let (was, pairs) = self.old.expect("there is something old");
        let Some(slot) = was.slot(old) else { return };
        let (before, after) = (was.tree.text(old), self.new.text(new));
        let plan = Plan::of(self.new, new, self.schema.rule(&place));
        let said = match (&slot.body, &plan) {
            (Body::Object(node), Plan::Node(Kind::Object)) | (Body::Array(node), Plan::Node(Kind::Array)) => {
                return self.begin_children(*node, old, new, place, indent);
            }
            (Body::Array(node), Plan::Raw) if self.new.kind(new) == Kind::Array => {
                return self.begin_children(*node, old, new, place, indent);
            }
            (Body::Text(..), _) => said(self.new, new),
            _ => None,
        };
        match (&slot.body, said) {
            (Body::Text(id, _), Some(said)) => writer.retext(slot, *id, before, new, &said),
            _ if before == after => {}
            _ => {
                let mut unfilled = Vec::new();
                let is_respelled = plan == Plan::Raw && matches!(slot.body, Body::Raw(_)) && pairs.is_same(old, new);
                writer.replace(slot, new, &place, slot.says.filter(|_| is_respelled), &mut unfilled);
                self.fill(unfilled, indent);
            }
        }
    }

    fn begin_children(&mut self, node: Id, old: NodeId, new: NodeId, place: Place, indent: &str) {
        let (was, pairs) = self.old.expect("there is something old");
        // Nothing in it is new, nor how it is laid out.
        if was.tree.text(old) == self.new.text(new)
            && self.style == *self.old_style
            && self.is_indented_alike(old, indent)
        {
            return;
        }
        let mut task = Children::of(node, new, place, indent.into(), self.new);
        let is_kept = |child| pairs.other(child).and_then(|new| self.kept(new)) == Some(child);
        task.gone = was.tree.children(old).filter(|&child| !is_kept(child)).collect();
        task.gone.reverse();
        let here = |child| pairs.base(child).filter(|&base| was.tree.parent(base) == Some(old));
        let here: Vec<NodeId> = self.new.children(new).filter_map(here).collect();
        task.stable = ascending(&here).into_iter().map(|at| here[at]).collect();
        task.stable.reverse();
        self.tasks.push(Task::Children(task));
    }

    /// Whether a value's line was indented as it is now.
    fn is_indented_alike(&self, old: NodeId, indent: &str) -> bool {
        let (was, _) = self.old.expect("there is something old");
        let mut at = Some(old);
        while let Some(id) = at {
            if let Some(line) = was.tree.lead(id).rfind('\n') {
                return was.tree.lead(id)[line + 1..] == *indent;
            }
            at = was.tree.parent(id);
        }
        indent.is_empty()
    }

    /// Does as much as the action has room for.
    fn children(&mut self, mut task: Children, writer: &mut Writer<'_, '_>) {
        while let Some(gone) = task.gone.pop() {
            self.take_out(gone, writer);
            if writer.is_full() {
                return self.tasks.push(Task::Children(task));
            }
        }
        let items = (self.new.kind(task.new) == Kind::Array).then(|| self.schema.child(&task.place, None));
        while let Some(&next) = task.left.last() {
            if writer.is_full() {
                return self.tasks.push(Task::Children(task));
            }
            let place = self.child_place(&task.place, items.as_ref(), next);
            match self.kept(next) {
                Some(old) => {
                    task.left.pop();
                    let item = self.keep(&mut task, old, next, writer);
                    task.items.push(item);
                    let indent = inner_indent(self.new.lead(next), &task.indent).into();
                    self.tasks.push(Task::Value(old, next, place, indent));
                }
                None => self.insert(&mut task, items.as_ref(), writer),
            }
        }
        self.lay_out(&task, writer);
    }

    fn child_place(&self, place: &Place, items: Option<&Place>, child: NodeId) -> Place {
        match items {
            Some(items) => items.clone(),
            None if place.is_free() => place.clone(),
            None => self.schema.child(place, self.new.key(child).as_deref()),
        }
    }

    /// The old value that a child was, where that can be kept: it is here, or can be brought here.
    fn kept(&self, new: NodeId) -> Option<NodeId> {
        let (was, pairs) = self.old?;
        let old = pairs.base(new)?;
        let slot = was.slot(old)?;
        let parent = self.new.parent(new).and_then(|parent| pairs.base(parent));
        let is_here = parent.is_some() && was.tree.parent(old) == parent && slot.heads > 0;
        (is_here || slot.body.node().is_some()).then_some(old)
    }

    /// Takes an old child out.
    fn take_out(&self, old: NodeId, writer: &mut Writer<'_, '_>) {
        let (was, _) = self.old.expect("there is something old");
        if let Some(slot) = was.slot(old) {
            writer.hold(slot, Held::new(slot.key.clone(), Body::Gone));
        }
    }

    /// Leaves a child where it is, or moves or brings it behind those that are in. Returns its item.
    fn keep(&self, task: &mut Children, old: NodeId, new: NodeId, writer: &mut Writer<'_, '_>) -> Id {
        let (was, _) = self.old.expect("there is something old");
        let slot = was.slot(old).expect("what is kept has a slot");
        let key = self.new.key_text(new);
        let item = match slot.register {
            Register::Item { parent, item } if parent == task.node && slot.heads > 0 => {
                if task.stable.last() == Some(&old) {
                    task.stable.pop();
                } else {
                    let to = task.items.last().copied();
                    writer.move_behind(task.node, item, to);
                }
                item
            }
            _ => writer.bring(slot, task.node, task.items.last().copied(), key),
        };
        if let (Some(key), Some(was)) = (key, &slot.key)
            && key != was
        {
            writer.edit.set(data(task.node), &rename_key(item), whole_value(key.to_owned()));
            writer.spend(1, key.len());
        }
        item
    }

    /// Inserts the run of new children that comes next.
    fn insert(&mut self, task: &mut Children, items: Option<&Place>, writer: &mut Writer<'_, '_>) {
        let (mut run, mut places, mut bytes) = (Vec::new(), Vec::new(), 0);
        while let Some(&next) = task.left.last()
            && self.kept(next).is_none()
            && run.len() < writer.ops_left.max(1)
            && (run.is_empty() || bytes + self.new.text(next).len() <= writer.bytes_left)
        {
            task.left.pop();
            run.push(next);
            places.push(self.child_place(&task.place, items, next));
            bytes += if self.new.kind(next).is_container() { 0 } else { self.new.text(next).len() };
        }
        let at = task.items.last().and_then(|&item| writer.position(task.node, item)).map_or(0, |at| at + 1);
        let mut unfilled = Vec::new();
        let Some(first) = writer.insert(task.node, at, &run, &places, &mut unfilled) else { return };
        task.items.extend((0..run.len() as u32).map(|step| Id::new(first.replica, first.seq + step)));
        for unfilled in unfilled {
            let indent = inner_indent(self.new.lead(unfilled.new), &task.indent).into();
            self.unfilled.push_back((unfilled, indent));
        }
    }

    /// Writes how the node is laid out, where that is new.
    fn lay_out(&self, task: &Children, writer: &mut Writer<'_, '_>) {
        let layout = Layout::of(self.new, task.new, &self.style, &task.indent, &task.items).write();
        let now = writer.edit.document().get(data(task.node), LAYOUT_KEY).cloned();
        match layout {
            None if now.is_some() => writer.edit.unset(data(task.node), LAYOUT_KEY),
            Some(layout) => {
                let value = whole_value(layout);
                if now.as_ref() != Some(&value) {
                    writer.spend(1, value.weight());
                    writer.edit.set(data(task.node), LAYOUT_KEY, value);
                }
            }
            None => {}
        }
    }
}

impl Children {
    fn of(node: Id, new: NodeId, place: Place, indent: Rc<str>, tree: &Tree) -> Self {
        let mut left: Vec<NodeId> = tree.children(new).collect();
        left.reverse();
        Self { node, new, place, indent, gone: Vec::new(), stable: Vec::new(), left, items: Vec::new() }
    }
}
