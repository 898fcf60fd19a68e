//! What a document shows, as JSON, with what each value is and where others wanted something else.

use crate::choose::{Choice, Chooser};
use crate::conflict::{Alternative, Conflict};
use crate::duplicates;
use crate::held::{Body, Held, whole_text};
use crate::layout::{Frame, Layout, inner_indent, read_ends, read_style};
use crate::literal::{is_string, is_value, kind, unquoted};
use crate::names::{
    ENDS_KEY, FORM, FORM_KEY, GONE_KEY, LAYOUT_KEY, ROOT_KEY, SCHEMA_KEY, STYLE_KEY, children, data, is_rename_key,
    nodes, rename_key, shows_json, text, top,
};
use crate::source::Source;
use json::limits::{BYTES_MAX, DEPTH_MAX};
use json::{ConflictKind, Kind, Place, Schema, Style, Tree, quoted};
use motet::{Document, Id, Shown, ShownList, ShownMap, ShownText, SortedMap, Value};
use std::collections::HashMap;

/// Bytes of alternatives that are read with a document: more than anybody looks at.
const ALTERNATIVES_BYTES_MAX: usize = 16 << 20;

/// What a document shows.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The document as JSON.
    pub text: String,
    /// Where others wanted something else, in the order of the document.
    pub conflicts: Vec<Conflict>,
    /// How many members and items cannot be shown: they are not of the form, or too deep. Nothing makes such ones but a
    /// program that is broken or hostile.
    pub unreadable: usize,
    pub(crate) slots: Vec<Slot>,
    pub(crate) style: Style,
    pub(crate) schema: Schema,
}

/// Why a document cannot be read as JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is of another type.
    #[error("this is no JSON document")]
    Type,
    /// It was made by a later version of this program.
    #[error("this JSON document has form {0}, which only a newer version of this program reads")]
    Form(i64),
    /// It says nothing: what was written was taken back.
    #[error("the JSON document is empty; save a value, or redo what was undone")]
    Empty,
    /// It is longer than a document may be.
    #[error("the JSON document is longer than {BYTES_MAX} bytes")]
    TooLong,
}

/// The register that holds a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Register {
    /// The outermost value.
    Root,
    /// An item of the list of an object or array.
    Item {
        /// The node of the object or array.
        parent: Id,
        /// The item.
        item: Id,
    },
}

/// One value that shows, and where it is held.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub register: Register,
    /// The slot of the object or array that it is in.
    pub parent: Option<usize>,
    /// How many siblings come before it.
    pub index: usize,
    pub key: Option<String>,
    /// What shows. Of a reading, a [`Body::Raw`] is empty.
    pub body: Body,
    /// Everything that any of the register's writes holds somewhere else than in the register.
    pub places: Vec<Body>,
    /// How many writes nobody replaced.
    pub heads: usize,
    /// The write that says what shows, where that is not disputed.
    pub says: Option<Id>,
}

impl Slot {
    /// The register of the outermost value, where it holds nothing.
    pub fn root() -> Self {
        let (register, body) = (Register::Root, Body::Gone);
        Self { register, parent: None, index: 0, key: None, body, places: Vec::new(), heads: 0, says: None }
    }

    /// Of a register with what it shows.
    pub fn of(register: Register, child: &Child) -> Self {
        let Child { key, body, places, heads, says, .. } = child.clone();
        Self { register, parent: None, index: 0, key, body, places, heads, says }
    }

    /// The node of the object or array that it is in.
    pub fn parent_node(&self) -> Option<Id> {
        match self.register {
            Register::Root => None,
            Register::Item { parent, .. } => Some(parent),
        }
    }
}

/// A member or item on its way into the text.
#[derive(Clone, Debug)]
pub(crate) struct Child {
    pub item: Id,
    /// The write that gave it its key.
    pub named: Id,
    pub key: Option<String>,
    pub body: Body,
    pub places: Vec<Body>,
    pub heads: usize,
    pub says: Option<Id>,
    /// The element that wanted what shows.
    pub by: Id,
    pub kind: Option<ConflictKind>,
    pub others: Vec<(Id, Other)>,
}

/// What else somebody wanted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Other {
    Body(Body),
    /// Another key.
    Key(String),
    /// Another member or item with the same key.
    Rival(Body),
}

/// Reads the document that is shown.
///
/// # Errors
/// Where it is no JSON document, or cannot be shown as one.
pub fn read(document: &Document) -> Result<Reading, ReadError> {
    let (mut reader, ends) = begin(Source::from(document))?;
    reader.read_all(&ends)?;
    Ok(reader.finish())
}

/// Reads what an image shows; none where that takes its history, since people disagree, or something was taken out.
///
/// # Errors
/// Where it is no JSON document, or cannot be shown as one.
pub fn read_shown(shown: Shown<'_>) -> Result<Option<Reading>, ReadError> {
    let (mut reader, ends) = begin(Source::from(shown))?;
    let read = reader.read_all(&ends);
    if reader.chooser.causes.are_lacking() {
        return Ok(None);
    }
    read.map(|()| Some(reader.finish()))
}

/// A reader of a document, and what stands before and behind it.
fn begin(source: Source<'_>) -> Result<(Reader<'_>, (String, String)), ReadError> {
    let shown = source.shown;
    check(shown)?;
    let held = |key| shown.get(top(), key).and_then(whole_text).unwrap_or_default();
    let reader = Reader::of(source, read_style(&held(STYLE_KEY)), schema_of(shown));
    Ok((reader, read_ends(&held(ENDS_KEY))))
}

/// Whether a document is one that this program reads.
pub(crate) fn check(shown: Shown<'_>) -> Result<(), ReadError> {
    if !shows_json(shown) {
        return Err(ReadError::Type);
    }
    match shown.get(top(), FORM_KEY) {
        Some(Value::Int(form)) if *form > FORM => Err(ReadError::Form(*form)),
        _ => Ok(()),
    }
}

/// What a document's parts mean.
pub(crate) fn schema(document: &Document) -> Schema {
    schema_of(document.shown())
}

fn schema_of(shown: Shown<'_>) -> Schema {
    let text = shown.get(top(), SCHEMA_KEY).and_then(whole_text).unwrap_or_default();
    Tree::read(text).ok().and_then(|tree| Schema::read(&tree).ok()).unwrap_or_default()
}

/// A conflict by its slot.
struct Told {
    slot: usize,
    kind: ConflictKind,
    by: Id,
    alternatives: Vec<Alternative>,
}

impl Told {
    fn conflict(self, slots: &[Slot]) -> Conflict {
        let Self { slot, kind, by, alternatives } = self;
        Conflict { pointer: pointer(slots, slot), register: slots[slot].register, kind, by, alternatives }
    }
}

/// The JSON pointer of a slot.
pub(crate) fn pointer(slots: &[Slot], slot: usize) -> String {
    let mut steps = Vec::new();
    let mut at = &slots[slot];
    while let Some(parent) = at.parent {
        let key = at.key.as_deref().map(|key| unquoted(key).unwrap_or_default());
        steps.push(key.map_or_else(|| at.index.to_string(), |key| key.replace('~', "~0").replace('/', "~1")));
        at = &slots[parent];
    }
    steps.iter().rev().flat_map(|step| ["/", step]).collect()
}

/// Where what was read last at one depth was found, and the map of its last child. What is made together has names that
/// follow each other, level by level.
#[derive(Clone, Copy, Default)]
struct Near {
    map: motet::Place,
    list: motet::Place,
    child: motet::Place,
}

pub(crate) struct Reader<'a> {
    pub source: Source<'a>,
    pub chooser: Chooser<'a>,
    pub schema: Schema,
    style: Style,
    out: String,
    slots: Vec<Slot>,
    conflicts: Vec<Told>,
    unreadable: usize,
    /// Which node shows in which slot. Only asked for one by one, so that no order comes from it.
    shown: HashMap<Id, usize>,
    /// Places at which a node was put by somebody who had not seen where it is now: the node, the array or object, and the
    /// write that put it there.
    elsewhere: Vec<(Id, Id, Id)>,
    /// Whether what is read is an alternative, in which nothing is told.
    is_aside: bool,
    aside_bytes: usize,
    /// By depth.
    near: Vec<Near>,
}

impl<'a> Reader<'a> {
    pub fn of(source: impl Into<Source<'a>>, style: Style, schema: Schema) -> Self {
        let source = source.into();
        Self {
            source,
            chooser: Chooser::of(source),
            schema,
            style,
            out: String::new(),
            slots: Vec::new(),
            conflicts: Vec::new(),
            unreadable: 0,
            shown: HashMap::new(),
            elsewhere: Vec::new(),
            is_aside: false,
            aside_bytes: 0,
            near: Vec::new(),
        }
    }

    fn read_all(&mut self, (before, after): &(String, String)) -> Result<(), ReadError> {
        self.out.push_str(before);
        self.root().ok_or(ReadError::Empty)?;
        self.out.push_str(after);
        if self.out.len() > BYTES_MAX {
            return Err(ReadError::TooLong);
        }
        self.tell_moves();
        Ok(())
    }

    fn finish(self) -> Reading {
        let Self { out, slots, conflicts, unreadable, style, schema, .. } = self;
        let conflicts = conflicts.into_iter().map(|told| told.conflict(&slots)).collect();
        Reading { text: out, conflicts, unreadable, slots, style, schema }
    }

    fn shown(&self) -> Shown<'a> {
        self.source.shown
    }

    fn root(&mut self) -> Option<()> {
        let child = self.root_child()?;
        if !self.is_printable(&child) {
            return None;
        }
        let place = self.schema.root();
        self.value(child, (Register::Root, None, 0), "", &place, 1);
        Some(())
    }

    /// The outermost value.
    pub fn root_child(&self) -> Option<Child> {
        let map = self.shown().map(top())?;
        let heads: Vec<(Id, &Value)> = map.heads(ROOT_KEY).filter_map(|(id, value)| Some((id, value?))).collect();
        let choice = self.chooser.choose(&heads, None)?;
        Some(self.child(Id::new(motet::ReplicaId(0), 0), &heads, choice, None))
    }

    /// A member or item by itself, whether or not another hides it.
    pub fn lone_child(&self, node: Id, item: Id, kind: Kind) -> Option<Child> {
        let heads = self.shown().list(children(node))?.heads(item);
        let choice = self.chooser.choose(&heads, Some(node))?;
        let map = self.shown().map(data(node));
        Some(self.child(item, &heads, choice, map.as_ref().filter(|map| has_renames(map, kind))))
    }

    fn child(&self, item: Id, heads: &[(Id, &Value)], choice: Choice, renames: Option<&ShownMap<'_>>) -> Child {
        let places = if heads.len() == 1 && choice.held.was.is_empty() {
            choice.held.body.place().into_iter().collect()
        } else {
            let held = heads.iter().filter_map(|(id, value)| Held::read(value, *id));
            held.flat_map(|held| held.was.into_iter().chain(Some(held.body))).filter_map(|body| body.place()).collect()
        };
        let others = choice.others.into_iter().map(|(id, body)| (id, Other::Body(body))).collect();
        let says = choice.kind.is_none().then_some(choice.says);
        let Held { key, body, .. } = choice.held;
        let (by, kind, heads) = (choice.by, choice.kind, heads.len());
        let mut child = Child { item, named: item, key, body, places, heads, says, by, kind, others };
        if let Some(renames) = renames {
            rename(renames, &mut child);
        }
        child
    }

    /// The members or items of a node, in order.
    pub fn children(&mut self, node: Id, kind: Kind, place: &Place) -> Vec<Child> {
        let map = self.shown().map(data(node));
        let list = self.shown().list(children(node));
        self.children_of((node, map, list), kind, place)
    }

    /// As [`Reader::children`], of a node with its map and list.
    fn children_of(
        &mut self,
        (node, map, list): (Id, Option<ShownMap<'a>>, Option<ShownList<'a>>),
        kind: Kind,
        place: &Place,
    ) -> Vec<Child> {
        let shown = self.shown();
        let mut found: Vec<Child> = Vec::with_capacity(list.as_ref().map_or(0, |list| list.len()));
        let mut nodes_here = 0;
        let renames = map.filter(|map| has_renames(map, kind));
        for (item, write, value, is_disputed) in list.iter().flat_map(|list| list.writes()) {
            let one = [(write, value)];
            let many = if is_disputed { list.iter().flat_map(|list| list.heads(item)).collect() } else { Vec::new() };
            let heads = if is_disputed { many.as_slice() } else { &one };
            let Some(choice) = self.chooser.choose(heads, Some(node)) else {
                nodes_here += self.note_hidden(heads, node);
                continue;
            };
            let child = self.child(item, heads, choice, renames.as_ref());
            // What was chosen is here.
            let is_shown = |id| child.body.node() == Some(id);
            let is_here =
                |body: &&Body| body.node().is_some_and(|id| is_shown(id) || self.chooser.is_in(id, Some(node)));
            nodes_here += child.places.iter().filter(is_here).count();
            found.push(child);
        }
        let tree = shown.tree(nodes());
        if tree.is_some_and(|tree| tree.child_count(Some(node)) > nodes_here) {
            self.add_stray(node, kind, &mut found);
        }
        let rule = self.schema.rule(place).cloned().unwrap_or_default();
        duplicates::join(self, kind, &rule, &mut found);
        let before = found.len();
        found.retain(|child| self.is_printable(child) && (child.key.is_some() || kind == Kind::Array));
        self.unreadable += before - found.len();
        found
    }

    /// Notes what is not here any more; returns how many of the node's children that are.
    fn note_hidden(&mut self, heads: &[(Id, &Value)], node: Id) -> usize {
        let mut here = 0;
        for (write, held) in heads.iter().filter_map(|(id, value)| Some((*id, Held::read(value, *id)?))) {
            for child in held.was.iter().chain([&held.body]).filter_map(Body::node) {
                if self.chooser.is_in(child, Some(node)) {
                    here += 1;
                } else if !self.is_aside {
                    self.note_elsewhere(child, write, node);
                }
            }
        }
        here
    }

    /// Notes a node that `write` put here, where whoever put it where it is had not seen that: two moved it, or the move
    /// here closed a cycle and lost.
    fn note_elsewhere(&mut self, child: Id, write: Id, node: Id) {
        let Some(tree) = self.shown().tree(nodes()) else { return };
        let put = tree.moved_by(child).unwrap_or(child);
        if !self.chooser.causes.seen_by(put).contains(write) {
            self.elsewhere.push((child, node, write));
        }
    }

    /// Adds children that the tree has and the list has not: their place was undone, and they were not.
    fn add_stray(&self, node: Id, kind: Kind, found: &mut Vec<Child>) {
        let has = |id: Id| found.iter().any(|child| child.places.iter().any(|body| body.node() == Some(id)));
        let tree = self.shown().tree(nodes()).expect("it has children");
        let strays: Vec<Id> = tree.children(Some(node)).filter(|id| !has(*id)).collect();
        for id in strays {
            let map = self.shown().map(data(id));
            let is_gone = map.is_some_and(|map| map.get(GONE_KEY).is_some());
            let Some(body) = self.body_of(id).filter(|_| !is_gone) else { continue };
            let key = (kind == Kind::Object).then(|| quoted(&format!("moved {id}")));
            let places = vec![body.clone()];
            found.push(Child {
                item: id,
                named: id,
                key,
                body,
                places,
                heads: 0,
                says: None,
                by: id,
                kind: None,
                others: Vec::new(),
            });
        }
    }

    /// What a node is, by what is in it.
    pub fn body_of(&self, id: Id) -> Option<Body> {
        let list = self.shown().list(children(id))?;
        let is_member = |(item, value): (Id, &Value)| Held::read(value, item).is_some_and(|held| held.key.is_some());
        Some(if list.iter().next().is_some_and(is_member) { Body::Object(id) } else { Body::Array(id) })
    }

    pub fn is_printable(&self, child: &Child) -> bool {
        let is_value = match &child.body {
            Body::Raw(text) => is_value(text),
            Body::Gone => false,
            Body::Object(id) | Body::Array(id) => self.is_aside || !self.shown.contains_key(id),
            Body::Text(..) => true,
        };
        is_value && child.key.as_deref().is_none_or(is_string)
    }

    fn value(&mut self, child: Child, at: (Register, Option<usize>, usize), indent: &str, place: &Place, depth: usize) {
        let slot = self.slots.len();
        let (register, parent, index) = at;
        let Child { key, body, places, heads, says, by, kind, others, .. } = child;
        if self.is_aside {
            return self.body(&body, slot, indent, place, depth);
        }
        let told = self.conflicts.len();
        if let Some(kind) = kind {
            // Told before what is told of its inside.
            self.conflicts.push(Told { slot, kind, by, alternatives: Vec::new() });
        }
        match body.node() {
            Some(node) => {
                let shown = body.clone();
                self.shown.insert(node, slot);
                self.slots.push(Slot { register, parent, index, key, body, places, heads, says });
                self.body(&shown, slot, indent, place, depth);
            }
            None => {
                self.body(&body, slot, indent, place, depth);
                // What it says is in the text; kept twice, a large document takes twice the time to be read.
                let body = if let Body::Raw(_) = body { Body::Raw(String::new()) } else { body };
                self.slots.push(Slot { register, parent, index, key, body, places, heads, says });
            }
        }
        if kind.is_some() {
            let alternatives = others.into_iter().map(|(write, other)| self.alternative(write, other, place)).collect();
            self.conflicts[told].alternatives = alternatives;
        }
    }

    fn body(&mut self, body: &Body, slot: usize, indent: &str, place: &Place, depth: usize) {
        match body {
            Body::Raw(text) => self.out.push_str(text),
            Body::Text(id, spelling) => self.out.push_str(&self.text(*id, spelling.as_deref())),
            Body::Object(node) => self.container(*node, Kind::Object, slot, indent, place, depth),
            Body::Array(node) => self.container(*node, Kind::Array, slot, indent, place, depth),
            Body::Gone => {}
        }
    }

    /// A text as a string of JSON, written as somebody wrote it where it still says that.
    pub fn text(&self, id: Id, spelling: Option<&str>) -> String {
        let now = self.shown().text(text(id)).map_or_else(String::new, ShownText::read);
        let still = spelling.filter(|spelling| unquoted(spelling).as_deref() == Some(&now));
        still.map_or_else(|| quoted(&now), str::to_owned)
    }

    fn container(&mut self, node: Id, kind: Kind, slot: usize, indent: &str, place: &Place, depth: usize) {
        let (map, mut found) = self.look_up(node, kind, place, depth);
        if depth >= DEPTH_MAX {
            let before = found.len();
            found.retain(|child| !is_container(&child.body));
            self.unreadable += before - found.len();
        }
        let layout = map.and_then(|map| map.get(LAYOUT_KEY)).and_then(whole_text);
        let layout = layout.map_or(Layout::Usual, |text| Layout::read(&text, found.len().max(1)));
        let is_flat = kind == Kind::Array && !found.iter().any(|child| is_container(&child.body));
        let frame = Frame { kind, indent, is_empty: found.is_empty(), is_flat };
        let (open, close) = if kind == Kind::Object { ('{', '}') } else { ('[', ']') };
        self.out.push(open);
        self.members(found, (slot, node), &layout, frame, place, depth);
        self.out.push(close);
    }

    /// The map of a node at some depth, and its members or items.
    fn look_up(&mut self, node: Id, kind: Kind, place: &Place, depth: usize) -> (Option<ShownMap<'a>>, Vec<Child>) {
        if self.near.len() <= depth {
            self.near.resize(depth + 1, Near::default());
        }
        let Near { mut map, mut list, child } = self.near[depth];
        let data = self.shown().map_after(&mut map, data(node));
        let items = self.shown().list_after(&mut list, children(node));
        self.chooser.near.set(child);
        let is_full = self.out.len() > BYTES_MAX;
        let found = if is_full { Vec::new() } else { self.children_of((node, data.clone(), items), kind, place) };
        self.near[depth] = Near { map, list, child: self.chooser.near.get() };
        (data, found)
    }

    fn members(
        &mut self,
        found: Vec<Child>,
        (slot, node): (usize, Id),
        layout: &Layout,
        frame: Frame<'_>,
        place: &Place,
        depth: usize,
    ) {
        let ends = layout.ends(&self.style, frame);
        let own = match layout {
            Layout::Own(gaps) => gaps.iter().enumerate().map(|(at, (id, gap))| (*id, (at, gap))).collect(),
            _ => SortedMap::new(),
        };
        if let (true, Layout::Empty(inside)) = (found.is_empty(), layout) {
            self.out.push_str(inside);
        }
        let (len, own_len) = (found.len(), own.len());
        let items = (frame.kind == Kind::Array).then(|| self.schema.child(place, None));
        for (at, child) in found.into_iter().enumerate() {
            let gap = own.get(&child.item);
            if at > 0 {
                self.out.push(',');
            }
            let lead = match gap {
                Some((was, gap)) if (*was == 0) == (at == 0) => &gap.lead,
                _ if at == 0 => &ends.first,
                _ => &ends.other,
            };
            self.out.push_str(lead);
            if let Some(key) = &child.key {
                self.out.push_str(key);
                match gap {
                    Some((_, gap)) => {
                        let [before, after] = &gap.colon;
                        self.out.extend([before, ":", after]);
                    }
                    None => self.out.push_str(&self.style.colon),
                }
            }
            let inner = match (&items, &child.key) {
                (Some(items), _) => items.clone(),
                (None, Some(key)) if !place.is_free() => self.schema.child(place, unquoted(key).as_deref()),
                (None, _) => place.clone(),
            };
            let register = Register::Item { parent: node, item: child.item };
            self.value(child, (register, Some(slot), at), inner_indent(lead, frame.indent), &inner, depth + 1);
            let is_last = at + 1 == len;
            match gap {
                Some((was, gap)) if (was + 1 == own_len) == is_last => self.out.push_str(&gap.trail),
                _ if is_last => self.out.push_str(&ends.last),
                _ => {}
            }
        }
    }

    /// What else somebody wanted, as JSON.
    fn alternative(&mut self, write: Id, other: Other, place: &Place) -> Alternative {
        let (key, body) = match other {
            Other::Key(key) => return Alternative { write, by: write, key: Some(key), text: None },
            Other::Body(Body::Gone) => return Alternative { write, by: write, key: None, text: None },
            Other::Body(body) | Other::Rival(body) => (None, body),
        };
        let text = self.aside(&body, place);
        Alternative { write, by: write, key, text: Some(text) }
    }

    /// A value that is not shown, as JSON; of a great deal, only the beginning.
    pub fn aside(&mut self, body: &Body, place: &Place) -> String {
        if self.aside_bytes > ALTERNATIVES_BYTES_MAX {
            return "…".to_owned();
        }
        let (out, was_aside) = (std::mem::take(&mut self.out), std::mem::replace(&mut self.is_aside, true));
        self.body(body, 0, "", place, 1);
        self.is_aside = was_aside;
        let text = std::mem::replace(&mut self.out, out);
        self.aside_bytes += text.len();
        text
    }

    /// Tells of what was moved to two places.
    fn tell_moves(&mut self) {
        let tree = self.shown().tree(nodes());
        for (child, parent, write) in std::mem::take(&mut self.elsewhere) {
            if let (Some(&slot), Some(&other)) = (self.shown.get(&child), self.shown.get(&parent)) {
                let text = Some(quoted(&pointer(&self.slots, other)));
                let alternatives = vec![Alternative { write: parent, by: write, key: None, text }];
                let by = tree.as_ref().and_then(|tree| tree.moved_by(child)).unwrap_or(child);
                self.conflicts.push(Told { slot, kind: ConflictKind::BothMoved, by, alternatives });
            }
        }
        self.conflicts.sort_by_key(|told| told.slot);
    }
}

/// Whether members of an object with this map were renamed.
fn has_renames(map: &ShownMap<'_>, kind: Kind) -> bool {
    kind == Kind::Object && map.keys().any(is_rename_key)
}

/// Gives a member the key that it was given last.
fn rename(renames: &ShownMap<'_>, child: &mut Child) {
    let name = rename_key(child.item);
    let heads: Vec<(Id, String)> = renames
        .heads(&name)
        .filter_map(|(id, value)| Some((id, whole_text(value?)?)))
        .filter(|(_, key)| is_string(key))
        .collect();
    let Some((named, key)) = heads.first() else { return };
    if heads.len() > 1 && child.kind.is_none() {
        child.by = *named;
    }
    for (id, other) in heads.iter().skip(1).filter(|(_, other)| other != key) {
        child.kind = child.kind.or(Some(ConflictKind::BothRenamed));
        child.others.push((*id, Other::Key(other.clone())));
    }
    (child.named, child.key) = (*named, Some(key.clone()));
}

pub(crate) fn is_container(body: &Body) -> bool {
    match body {
        Body::Object(_) | Body::Array(_) => true,
        Body::Raw(text) => kind(text).is_container(),
        Body::Text(..) | Body::Gone => false,
    }
}
