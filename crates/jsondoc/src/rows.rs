//! A document read as far as somebody looks: one object or array at a time.

use crate::held::Body;
use crate::literal::{kind, unquoted};
use crate::names::{children, nodes, text, top};
use crate::outline::EntryId;
use crate::read::{Child, ReadError, Reader, Register, check, schema};
use crate::source::Source;
use crate::way::{Places, Way, was_gone};
use json::limits::DEPTH_MAX;
use json::{ConflictKind, Kind, Place, Style, Tree};
use motet::{ContainerId, Document, Id, SortedSet, Span};

/// One value as a list of rows shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub id: EntryId,
    /// Where it is held: what editing it takes.
    pub register: Register,
    /// The key of a member, without escapes.
    pub key: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// A scalar, or an array or object that is one value, as JSON. None for what has rows of its own.
    pub value: Option<String>,
    /// The text that holds a string which is edited by words.
    pub text: Option<ContainerId>,
    /// Whether people wanted different things here. That something was moved to two places only a reading tells.
    pub conflict: Option<ConflictKind>,
}

/// What changes may have made otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Objects and arrays whose rows are to be read again.
    pub nodes: SortedSet<Id>,
    /// Texts that say something else.
    pub texts: Vec<ContainerId>,
    /// Whether the outermost value is to be read again.
    pub root: bool,
}

/// Reads a document by parts.
///
/// ```
/// use jsondoc::{EntryId, Places, Rows};
/// # use json::Tree;
/// # use motet::{Document, ReplicaId};
/// # let mut document = Document::new(ReplicaId(1));
/// jsondoc::create(&mut document, &Tree::parse(br#"{"a": 1, "b": [true]}"#).unwrap(), None, 0).unwrap();
/// let mut places = Places::default();
/// let mut rows = Rows::of(&document, &mut places).unwrap();
/// let root = rows.root().unwrap();
/// let EntryId::Node(node) = root.id else { panic!("an object") };
/// let keys: Vec<_> = rows.children(node).into_iter().filter_map(|row| row.key).collect();
/// assert_eq!(keys, ["a", "b"]);
/// ```
pub struct Rows<'a> {
    document: &'a Document,
    reader: Reader<'a>,
    places: &'a mut Places,
}

/// An object or array whose rows are read.
struct Opened {
    node: Id,
    kind: Kind,
    place: Place,
    depth: usize,
}

impl<'a> Rows<'a> {
    /// Of a document; `places` is kept from one reading to the next.
    ///
    /// # Errors
    /// Where it is no JSON document, or one of a later form.
    pub fn of(document: &'a Document, places: &'a mut Places) -> Result<Self, ReadError> {
        check(document.shown())?;
        let style = Style::of(&Tree::read("0".into()).expect("a number is JSON"));
        Ok(Self { document, reader: Reader::of(Source::from(document), style, schema(document)), places })
    }

    /// The outermost value; none where the document says nothing.
    pub fn root(&mut self) -> Option<Row> {
        let child = self.reader.root_child().filter(|child| self.reader.is_printable(child))?;
        Some(self.row(Register::Root, child))
    }

    /// What is in an object or array, in order; nothing where it does not show.
    pub fn children(&mut self, node: Id) -> Vec<Row> {
        self.open(node).map_or_else(Vec::new, |opened| self.listed(&opened))
    }

    /// The row of a value; none where it does not show.
    pub fn get(&mut self, id: EntryId) -> Option<Row> {
        let row = match self.register(id)? {
            Register::Root => self.root(),
            Register::Item { parent, .. } => self.children(parent).into_iter().find(|row| row.id == id),
        };
        row.filter(|row| row.id == id)
    }

    /// Where a value is held; none where it is not there any more.
    pub fn register(&mut self, id: EntryId) -> Option<Register> {
        match id {
            EntryId::Root => Some(Register::Root),
            EntryId::Node(node) => self.way(node)?.0.pop().map(|step| step.register),
            EntryId::Item(item) => match self.maker(item)? {
                ContainerId::Element(motet::Kind::List, parent) => Some(Register::Item { parent, item }),
                _ => None,
            },
        }
    }

    /// The value that a register shows.
    pub fn shown_at(&mut self, register: Register) -> Option<EntryId> {
        let child = match register {
            Register::Root => self.reader.root_child()?,
            Register::Item { parent, item } => self.reader.lone_child(parent, item, Kind::Array)?,
        };
        Some(entry_id(register, &child))
    }

    /// What a value is in, the outermost first, and itself last; nothing where it does not show.
    pub fn path(&mut self, id: EntryId) -> Vec<EntryId> {
        let Some(register) = self.register(id) else { return Vec::new() };
        let mut path = Vec::new();
        if let Register::Item { parent, .. } = register {
            let Some(way) = self.way(parent) else { return Vec::new() };
            path.extend(way.0.iter().map(|step| EntryId::Node(step.node)));
        }
        path.push(id);
        path
    }

    /// The JSON pointer (RFC 6901) of a value; none where it does not show.
    pub fn pointer(&mut self, id: EntryId) -> Option<String> {
        let path = self.path(id);
        let mut pointer = String::new();
        for pair in path.windows(2) {
            let EntryId::Node(parent) = pair[0] else { return None };
            let rows = self.children(parent);
            let at = rows.iter().position(|row| row.id == pair[1])?;
            let step = rows[at].key.as_ref().map(|key| key.replace('~', "~0").replace('/', "~1"));
            pointer.push('/');
            pointer.push_str(&step.unwrap_or_else(|| at.to_string()));
        }
        (!path.is_empty()).then_some(pointer)
    }

    /// The value that a JSON pointer names. Of members with one key the last.
    pub fn at(&mut self, pointer: &str) -> Option<EntryId> {
        let mut at = self.root()?.id;
        let steps = if pointer.is_empty() { None } else { Some(pointer.strip_prefix('/')?.split('/')) };
        for step in steps.into_iter().flatten() {
            let EntryId::Node(node) = at else { return None };
            let step = step.replace("~1", "/").replace("~0", "~");
            let rows = self.children(node);
            let is_it = |(at, row): &(usize, &Row)| match &row.key {
                Some(key) => *key == step,
                None => at.to_string() == step,
            };
            at = rows.iter().enumerate().rfind(is_it)?.1.id;
        }
        Some(at)
    }

    /// A value as JSON, as it would be printed by itself.
    pub fn print(&mut self, id: EntryId) -> Option<String> {
        let place = match id {
            EntryId::Node(node) => self.open(node)?.place,
            _ => self.reader.schema.root(),
        };
        let child = match self.register(id)? {
            Register::Root => self.reader.root_child()?,
            Register::Item { parent, item } => self.reader.lone_child(parent, item, Kind::Array)?,
        };
        Some(self.reader.aside(&child.body, &place))
    }

    /// The elements that a value is made of: what holds it, what wrote it, and the objects and arrays in it. None where it does not
    /// show. Ascending.
    pub fn elements(&mut self, id: EntryId) -> Vec<Id> {
        let (mut elements, mut open) = (Vec::new(), vec![id]);
        if let Some(Register::Item { parent, item }) = self.register(id) {
            elements.push(item);
            let list = self.document.model().list(children(parent));
            elements.extend(list.into_iter().flat_map(|list| list.heads(item)).map(|(write, _)| write));
        }
        while let Some(id) = open.pop() {
            if let EntryId::Node(node) = id {
                elements.push(node);
                open.extend(self.children(node).into_iter().map(|row| row.id));
            }
        }
        elements.sort_unstable();
        elements.dedup();
        elements
    }

    /// The values whose key or value has `words` in it, however they are capitalized, in the order of the document.
    pub fn find(&mut self, words: &str) -> Vec<EntryId> {
        let words = words.to_lowercase();
        let (mut found, mut open) = (Vec::new(), Vec::new());
        let root = self.root();
        open.extend(root.map(|row| (row, self.reader.schema.root(), 1)));
        while let Some((row, place, depth)) = open.pop() {
            if row.says(&words) {
                found.push(row.id);
            }
            let EntryId::Node(node) = row.id else { continue };
            let opened = Opened { node, kind: row.kind, place, depth };
            for inner in self.listed(&opened).into_iter().rev() {
                let place = self.reader.schema.child(&opened.place, inner.key.as_deref());
                open.push((inner, place, depth + 1));
            }
        }
        found
    }

    /// What is otherwise after changes of some containers, in which the nodes `moved` came, went or were moved. Only for
    /// what was read before is it known where that was; whoever keeps rows forgets those that do not show any more.
    pub fn touched(&mut self, containers: impl IntoIterator<Item = ContainerId>, moved: &[Id]) -> Touched {
        let mut touched = Touched::default();
        for container in containers {
            match container {
                ContainerId::Element(motet::Kind::List, node) => self.touch(node, &mut touched),
                ContainerId::Element(motet::Kind::Map, node) => {
                    self.touch(node, &mut touched);
                    self.touch_parent(node, &mut touched);
                }
                ContainerId::Element(motet::Kind::Text, maker) => self.touch_text(container, maker, &mut touched),
                _ => touched.root |= container == top(),
            }
        }
        for &node in moved {
            if let Some(Register::Item { parent, .. }) = self.places.get(node) {
                self.touch(parent, &mut touched);
            }
            self.touch_parent(node, &mut touched);
        }
        touched
    }

    /// What somebody took out shows on where others went on with it, so that what is above may be otherwise too.
    fn touch(&self, node: Id, touched: &mut Touched) {
        if !touched.nodes.insert(node) {
            return;
        }
        if was_gone(&self.reader.chooser, node) {
            self.touch_parent(node, touched);
        } else if let Some(parent) = self.parent(node) {
            self.climb(parent, touched);
        }
    }

    /// Looks above a node that changed for one that was taken out.
    fn climb(&self, node: Id, touched: &mut Touched) {
        let mut at = Some(node);
        while let Some(node) = at.filter(|node| !touched.nodes.contains(node)) {
            at = self.parent(node);
            if was_gone(&self.reader.chooser, node) {
                self.touch_parent(node, touched);
            }
        }
    }

    fn touch_parent(&self, node: Id, touched: &mut Touched) {
        match self.parent(node) {
            Some(parent) => self.touch(parent, touched),
            None => touched.root = true,
        }
    }

    fn touch_text(&self, container: ContainerId, maker: Id, touched: &mut Touched) {
        touched.texts.push(container);
        match self.maker(maker) {
            Some(ContainerId::Element(motet::Kind::List, node)) => self.climb(node, touched),
            _ => touched.root |= self.maker(maker) == Some(top()),
        }
    }

    fn parent(&self, node: Id) -> Option<Id> {
        self.document.tree(nodes())?.position(node)?.0
    }

    /// The container that an element changed.
    fn maker(&self, element: Id) -> Option<ContainerId> {
        let log = self.document.log().log(element.replica)?;
        let span = Span::of(element);
        let mut ops = log.ops_in(span.start..span.end.min(log.ops_end()));
        ops.next().and_then(|(_, op)| op.container())
    }

    fn way(&mut self, node: Id) -> Option<Way> {
        Way::to(node, &self.reader.chooser, self.places)
    }

    fn open(&mut self, node: Id) -> Option<Opened> {
        let way = self.way(node)?;
        Some(Opened { node, kind: way.kind(), place: way.place(&self.reader.schema), depth: way.0.len() })
    }

    fn listed(&mut self, opened: &Opened) -> Vec<Row> {
        let parent = opened.node;
        let mut found = self.reader.children(parent, opened.kind, &opened.place);
        if opened.depth >= DEPTH_MAX {
            found.retain(|child| child.body.node().is_none());
        }
        let row = |child: Child| self.row(Register::Item { parent, item: child.item }, child);
        found.into_iter().map(row).collect()
    }

    fn row(&mut self, register: Register, child: Child) -> Row {
        let id = entry_id(register, &child);
        if let EntryId::Node(node) = id {
            self.places.note(node, register);
        }
        let key = child.key.map(|key| unquoted(&key).unwrap_or(key));
        let conflict = child.kind;
        let (value, text) = match child.body {
            Body::Raw(value) => (Some(value), None),
            Body::Text(maker, spelling) => (Some(self.reader.text(maker, spelling.as_deref())), Some(text(maker))),
            Body::Object(_) => return Row { id, register, key, kind: Kind::Object, value: None, text: None, conflict },
            Body::Array(_) => return Row { id, register, key, kind: Kind::Array, value: None, text: None, conflict },
            Body::Gone => (None, None),
        };
        let kind = value.as_deref().map_or(Kind::Null, kind);
        Row { id, register, key, kind, value, text, conflict }
    }
}

impl Row {
    /// Whether the key or the value has words in it that are written small.
    pub(crate) fn says(&self, words: &str) -> bool {
        let has = |text: &str| text.to_lowercase().contains(words);
        let value = self.value.as_deref().is_some_and(|value| match unquoted(value) {
            Some(said) if self.kind == Kind::String => has(&said),
            _ => has(value),
        });
        value || self.key.as_deref().is_some_and(has)
    }
}

fn entry_id(register: Register, child: &Child) -> EntryId {
    match (child.body.node(), register) {
        (Some(node), _) => EntryId::Node(node),
        (None, Register::Item { item, .. }) => EntryId::Item(item),
        (None, Register::Root) => EntryId::Root,
    }
}
