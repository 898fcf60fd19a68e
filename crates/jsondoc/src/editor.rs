//! The changes of a tree editor, one value at a time.

use crate::choose::Chooser;
use crate::held::{Body, Held, whole_value};
use crate::names::{GONE_KEY, children, data, nodes, rename_key, text};
use crate::read::{Child, Other, Reader, Register, Slot};
use crate::way::{Places, Way};
use crate::write::{Unfilled, Writer};
use json::{Kind, Place, Schema, Style, Tree, quoted};
use motet::{Edit, Id};

/// Why a change was not made; nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// It is not there, or not any more.
    #[error("this value is not there any more")]
    Missing,
    /// A member has a key, and an item has none.
    #[error("a member of an object needs a key, and an item of an array has none")]
    Key,
    /// A value cannot be put into itself.
    #[error("a value cannot be moved into itself")]
    Cycle,
    /// The outermost value stays where it is.
    #[error("the outermost value cannot be moved, removed or renamed")]
    Root,
    /// There is no such alternative, or not any more.
    #[error("this alternative is not there any more")]
    Alternative,
}

/// Changes values of a JSON document within one action.
///
/// ```
/// use jsondoc::{Editor, Outline};
/// # use json::Tree;
/// # use motet::{Document, ReplicaId};
/// # let mut document = Document::new(ReplicaId(1));
/// jsondoc::create(&mut document, &Tree::parse(br#"{"a": 1}"#).unwrap(), None, 0).unwrap();
/// let outline = Outline::of(&document).unwrap();
/// let a = outline.entries()[1].register;
/// document.edit(0, |edit| Editor::of(edit).set(a, &Tree::parse(b"[true]").unwrap()).unwrap());
/// assert_eq!(jsondoc::read(&document).unwrap().text, r#"{"a": [true]}"#);
/// ```
pub struct Editor<'a, 'b> {
    edit: &'a mut Edit<'b>,
    schema: Schema,
}

/// What a register shows, where it is, and what it could show.
struct Found {
    slot: Slot,
    child: Child,
    place: Place,
}

impl<'a, 'b> Editor<'a, 'b> {
    /// Of what an action changes. What the document's parts mean is what its schema says.
    pub fn of(edit: &'a mut Edit<'b>) -> Self {
        let schema = crate::read::schema(edit.document());
        Self { edit, schema }
    }

    /// Puts a value in the place of another, of whatever type.
    ///
    /// # Errors
    /// Where there is none.
    pub fn set(&mut self, at: Register, value: &Tree) -> Result<(), EditError> {
        let found = self.find(at)?;
        let mut unfilled = Vec::new();
        let mut writer = writer(self.edit, value, &self.schema);
        writer.replace(&found.slot, value.root(), &found.place, None, &mut unfilled);
        fill(&mut writer, unfilled);
        Ok(())
    }

    /// Inserts a value as member or item number `index` of an object or array; beyond the last, at the end. Returns
    /// where it is held.
    ///
    /// # Errors
    /// Where there is no such object or array, or the key is missing or too much.
    pub fn insert(&mut self, parent: Id, index: usize, key: Option<&str>, value: &Tree) -> Result<Register, EditError> {
        let (kind, place) = self.container(parent)?;
        check_key(kind, key)?;
        let at = self.list_position(parent, kind, &place, index, None);
        let inner = self.schema.child(&place, key);
        let key = key.map(quoted);
        let mut unfilled = Vec::new();
        let mut writer = writer(self.edit, value, &self.schema);
        let item = writer.insert_one(parent, at, value.root(), key, &inner, &mut unfilled);
        fill(&mut writer, unfilled);
        Ok(Register::Item { parent, item })
    }

    /// Takes a member or item out.
    ///
    /// # Errors
    /// Where there is none.
    pub fn remove(&mut self, at: Register) -> Result<(), EditError> {
        if at == Register::Root {
            return Err(EditError::Root);
        }
        let found = self.find(at)?;
        self.hold(&found.slot, Body::Gone);
        Ok(())
    }

    /// Gives a member another key. Who writes its value meanwhile writes the same member.
    ///
    /// # Errors
    /// Where there is no such member.
    pub fn rename(&mut self, at: Register, key: &str) -> Result<(), EditError> {
        let Register::Item { parent, item } = at else { return Err(EditError::Root) };
        let found = self.find(at)?;
        if found.slot.key.is_none() {
            return Err(EditError::Key);
        }
        self.edit.set(data(parent), &rename_key(item), whole_value(quoted(key)));
        Ok(())
    }

    /// Moves a value so that it is member or item number `index` of an object or array, with a key where that is an
    /// object. Objects and arrays stay the same, and what others do in them goes with them; scalars are made anew.
    /// Returns where it is held then.
    ///
    /// # Errors
    /// Where either is not there, or the value would be in itself.
    pub fn move_to(
        &mut self,
        at: Register,
        parent: Id,
        index: usize,
        key: Option<&str>,
    ) -> Result<Register, EditError> {
        let Register::Item { parent: from, item } = at else { return Err(EditError::Root) };
        let found = self.find(at)?;
        let (kind, place) = self.container(parent)?;
        check_key(kind, key)?;
        let list_at = self.list_position(parent, kind, &place, index, Some(item));
        if from == parent {
            let list = self.edit.document().model().list(children(parent)).ok_or(EditError::Missing)?;
            let (here, _) = list.position(item).ok_or(EditError::Missing)?;
            self.edit.list_move(children(parent), here, if here < list_at { list_at - 1 } else { list_at });
            if let Some(key) = key.filter(|key| found.slot.key.as_deref() != Some(&quoted(key))) {
                self.rename(at, key)?;
            }
            return Ok(at);
        }
        let Some(node) = found.slot.body.node() else {
            let text = self.shown_text(&found);
            let value = Tree::read(text).map_err(|_| EditError::Missing)?;
            self.hold(&found.slot, Body::Gone);
            return self.insert(parent, index, key, &value);
        };
        let tree = self.edit.document().tree(nodes()).ok_or(EditError::Missing)?;
        if !tree.may_move(node, Some(parent)) {
            return Err(EditError::Cycle);
        }
        let behind = self.item_before(parent, list_at);
        let null = Tree::read("null".into()).expect("null is JSON");
        let item =
            writer(self.edit, &null, &self.schema).bring(&found.slot, parent, behind, key.map(quoted).as_deref());
        Ok(Register::Item { parent, item })
    }

    /// Ends a conflict: what shows stays, or, with the element that wanted it, an alternative takes its place.
    ///
    /// # Errors
    /// Where there is no such value or alternative.
    pub fn choose(&mut self, at: Register, alternative: Option<Id>) -> Result<(), EditError> {
        let found = self.find(at)?;
        match alternative {
            None => self.keep(&found),
            Some(write) => {
                let other = found.child.others.iter().find(|(id, _)| *id == write).map(|(_, other)| other.clone());
                match other {
                    Some(Other::Body(body)) => self.hold(&found.slot, body),
                    Some(Other::Key(key)) => {
                        let Register::Item { parent, item } = at else { return Err(EditError::Root) };
                        self.edit.set(data(parent), &rename_key(item), whole_value(key));
                    }
                    Some(Other::Rival(_)) => self.hold(&found.slot, Body::Gone),
                    // It was moved to two places: the alternative is the other object or array.
                    None if found.slot.body.node().is_some() && self.container(write).is_ok() => {
                        let key = found.slot.key.as_deref().and_then(crate::literal::unquoted);
                        let (kind, _) = self.container(write)?;
                        let key = if kind == Kind::Object { key.or(Some(String::new())) } else { None };
                        self.move_to(at, write, usize::MAX, key.as_deref())?;
                    }
                    None => return Err(EditError::Alternative),
                }
            }
        }
        Ok(())
    }

    /// Writes again what shows, so that it stands against everything else that was wanted.
    fn keep(&mut self, found: &Found) {
        let rivals: Vec<Id> = found
            .child
            .others
            .iter()
            .filter(|(_, other)| matches!(other, Other::Rival(_)))
            .map(|(id, _)| *id)
            .collect();
        if let Register::Item { parent, item } = found.slot.register {
            for item in rivals {
                if let Ok(rival) = self.find(Register::Item { parent, item }) {
                    self.hold(&rival.slot, Body::Gone);
                }
            }
            let has_keys = found.child.others.iter().any(|(_, other)| matches!(other, Other::Key(_)));
            if let (true, Some(key)) = (has_keys, &found.slot.key) {
                self.edit.set(data(parent), &rename_key(item), whole_value(key.clone()));
            }
            if let Some(node) = found.slot.body.node() {
                // Newer than any move that its author had not seen.
                self.edit.tree_move(nodes(), node, Some(parent), usize::MAX);
            }
        }
        self.hold(&found.slot, found.slot.body.clone());
    }

    /// Makes a register hold a body; a node that was taken out is back.
    fn hold(&mut self, slot: &Slot, body: Body) {
        if let Some(node) = body.node() {
            let is_gone = self.edit.document().get(data(node), GONE_KEY).is_some();
            if is_gone {
                self.edit.unset(data(node), GONE_KEY);
            }
        }
        let null = Tree::read("null".into()).expect("null is JSON");
        writer(self.edit, &null, &self.schema).hold(slot, Held::new(slot.key.clone(), body));
    }

    /// What a register shows.
    fn find(&self, at: Register) -> Result<Found, EditError> {
        let document = self.edit.document();
        let mut reader = Reader::of(document, Style::of(&Tree::read("0".into()).expect("JSON")), self.schema.clone());
        let (child, place) = match at {
            Register::Root => (reader.root_child().ok_or(EditError::Missing)?, self.schema.root()),
            Register::Item { parent, item } => {
                let (kind, place) = self.container(parent)?;
                let mut found = reader.children(parent, kind, &place).into_iter();
                let is_it = |child: &Child| child.item == item;
                let child = match found.find(is_it) {
                    Some(child) => child,
                    // One that another with the same name hides.
                    None => reader.lone_child(parent, item, kind).ok_or(EditError::Missing)?,
                };
                let key = child.key.as_deref().and_then(crate::literal::unquoted);
                let place = self.schema.child(&place, if kind == Kind::Object { key.as_deref() } else { None });
                (child, place)
            }
        };
        Ok(Found { slot: Slot::of(at, &child), child, place })
    }

    /// What a node is, and where, to the schema.
    fn container(&self, node: Id) -> Result<(Kind, Place), EditError> {
        let chooser = Chooser::of(self.edit.document());
        let way = Way::to(node, &chooser, &mut Places::default()).ok_or(EditError::Missing)?;
        Ok((way.kind(), way.place(&self.schema)))
    }

    /// Where in the list of `parent` something goes that has `index` shown children before it, itself not counted.
    fn list_position(&self, parent: Id, kind: Kind, place: &Place, index: usize, moved: Option<Id>) -> usize {
        let document = self.edit.document();
        let mut reader = Reader::of(document, Style::of(&Tree::read("0".into()).expect("JSON")), self.schema.clone());
        let shown = reader.children(parent, kind, place).into_iter().filter(|child| Some(child.item) != moved);
        let last = shown.take(index).last();
        let list = document.model().list(children(parent));
        let at = last.and_then(|last| list?.position(last.item)).map(|(at, _)| at + 1);
        at.unwrap_or(0)
    }

    /// The item before a position of a list.
    fn item_before(&self, parent: Id, at: usize) -> Option<Id> {
        self.edit.document().model().list(children(parent))?.id_at(at.checked_sub(1)?)
    }

    /// A scalar as it is shown.
    fn shown_text(&self, found: &Found) -> String {
        match &found.slot.body {
            Body::Text(id, _) => quoted(&self.edit.document().text(text(*id))),
            Body::Raw(text) => text.clone(),
            Body::Object(_) | Body::Array(_) | Body::Gone => "null".into(),
        }
    }
}

fn writer<'x, 'b>(edit: &'x mut Edit<'b>, new: &'x Tree, schema: &'x Schema) -> Writer<'x, 'b> {
    Writer { edit, new, schema, ops_left: usize::MAX, bytes_left: usize::MAX }
}

/// Fills new objects and arrays with what they hold.
fn fill(writer: &mut Writer<'_, '_>, mut unfilled: Vec<Unfilled>) {
    while let Some(Unfilled { node, new, place }) = unfilled.pop() {
        let run: Vec<_> = writer.new.children(new).collect();
        let key = |id| writer.new.key(id);
        let places: Vec<Place> = run.iter().map(|&id| writer.schema.child(&place, key(id).as_deref())).collect();
        if !run.is_empty() {
            writer.insert(node, 0, &run, &places, &mut unfilled);
        }
    }
}

fn check_key(kind: Kind, key: Option<&str>) -> Result<(), EditError> {
    if (kind == Kind::Object) == key.is_some() { Ok(()) } else { Err(EditError::Key) }
}
