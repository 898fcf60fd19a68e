//! Several changes in one action: read whole before the first is made, so that a mistake makes none.

use crate::js::{Outcome, error, field, number_field, text_field};
use crate::name::{Element, Name};
use crate::value::{from_js, key};
use crate::write::OP_WEIGHT;
use js_sys::{Array, Reflect};
use motet::{ContainerId, Document, Edit, Grows, Id, Kind, Value};
use wasm_bindgen::{JsCast, JsValue};

/// A property of text.
struct Mark {
    key: String,
    value: Option<Value>,
    grows: Grows,
}

impl Mark {
    fn weight(&self) -> usize {
        self.key.len() + self.value.as_ref().map_or(0, Value::weight)
    }
}

enum Act {
    Replace { at: u32, len: u32, text: String, marks: Vec<Mark> },
    Object { at: u32, kind: String, marks: Vec<Mark> },
    Mark { at: u32, len: u32, mark: Mark },
    Move { at: u32, len: u32, to: u32 },
    Set { key: String, value: Option<Value> },
    SetList { key: String },
    ListInsert { at: u32 },
    ListDelete { at: u32, len: u32 },
    ListMove { at: u32, to: u32 },
}

impl Act {
    fn makes(&self) -> bool {
        matches!(self, Self::Object { .. } | Self::SetList { .. } | Self::ListInsert { .. })
    }

    /// What it carries, in bytes, about.
    fn weight(&self) -> usize {
        let dressed = |marks: &[Mark]| marks.iter().map(|mark| OP_WEIGHT + mark.weight()).sum::<usize>();
        let carried = match self {
            Self::Replace { text, marks, .. } => text.len() + dressed(marks),
            Self::Object { kind, marks, .. } => kind.len() + dressed(marks),
            Self::Mark { mark, .. } => mark.weight(),
            Self::Set { key, value } => key.len() + value.as_ref().map_or(0, Value::weight),
            Self::SetList { key } => key.len(),
            Self::ListDelete { len, .. } => OP_WEIGHT * *len as usize,
            Self::Move { .. } | Self::ListInsert { .. } | Self::ListMove { .. } => 0,
        };
        OP_WEIGHT + carried
    }

    /// What kind of container it changes.
    fn kind(&self) -> Kind {
        match self {
            Self::Replace { .. } | Self::Object { .. } | Self::Mark { .. } | Self::Move { .. } => Kind::Text,
            Self::Set { .. } | Self::SetList { .. } => Kind::Map,
            Self::ListInsert { .. } | Self::ListDelete { .. } | Self::ListMove { .. } => Kind::List,
        }
    }
}

/// The changes of an action.
pub struct Plan {
    acts: Vec<(Name, Act)>,
}

impl Plan {
    /// Reads changes; errs where one is none, or names what is not there.
    pub fn read(changes: &Array, document: &Document) -> Outcome<Self> {
        let (mut acts, mut made) = (Vec::new(), 0);
        for change in changes.iter() {
            let text = text_field(&change, "in")?;
            let name = Name::read(&text).ok_or_else(|| error(&format!("{text} names nothing")))?;
            let is_there = |element: Element| match element {
                Element::Id(id) => document.knows(id),
                Element::Made(number) => number < made,
            };
            if !name.elements().all(is_there) {
                return Err(error(&format!("{text} is not here")));
            }
            let act = read_act(&change)?;
            made += usize::from(act.makes());
            acts.push((name, act));
        }
        Ok(Self { acts })
    }

    /// What the changes carry, in bytes, about.
    pub fn weight(&self) -> usize {
        self.acts.iter().map(|(_, act)| act.weight()).sum()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.acts.is_empty()
    }

    /// Makes the changes. Returns the names of what they make, in order.
    pub fn carry_out(self, edit: &mut Edit<'_>) -> Vec<Id> {
        let mut made = Vec::new();
        for (name, act) in self.acts {
            // Reading has seen to it that the elements are there.
            if let Some(container) = name.container(act.kind(), &made) {
                made.extend(carry_out(edit, container, act));
            }
        }
        made
    }
}

fn carry_out(edit: &mut Edit<'_>, container: ContainerId, act: Act) -> Option<Id> {
    match act {
        Act::Replace { at, len, text, marks } => {
            let (at, len) = chars(edit, container, at, len);
            edit.replace(container, at, len, &text);
            if !text.is_empty() {
                dress(edit, container, (at, text.chars().count() as u32), marks);
            }
        }
        Act::Object { at, kind, marks } => {
            let (at, _) = chars(edit, container, at, 0);
            let id = edit.insert_object(container, at, &kind);
            dress(edit, container, (at, 1), marks);
            return Some(id);
        }
        Act::Mark { at, len, mark } => {
            let range = chars(edit, container, at, len);
            put_mark(edit, container, range, &mark);
        }
        Act::Move { at, len, to } => {
            let (to, _) = chars(edit, container, to, 0);
            let range = chars(edit, container, at, len);
            edit.move_text(container, range, to);
        }
        Act::Set { key, value: Some(value) } => edit.set(container, &key, value),
        Act::Set { key, value: None } => edit.unset(container, &key),
        Act::SetList { key } => return edit.set_container(container, &key, Kind::List).makers().next(),
        Act::ListInsert { at } => return edit.list_insert(container, at as usize, &[Value::Null]),
        Act::ListDelete { at, len } => edit.list_delete(container, at as usize, len as usize),
        Act::ListMove { at, to } => drop(edit.list_move(container, at as usize, to as usize)),
    }
    None
}

/// A range in code points.
fn chars(edit: &Edit<'_>, container: ContainerId, at: u32, len: u32) -> (u32, u32) {
    edit.document().model().text(container).map_or((0, 0), |text| {
        let from = text.chars_at_utf16(at);
        (from, text.chars_at_utf16(at.saturating_add(len)) - from)
    })
}

/// Sees to it that what was put in, all at one place, has these properties and no others, whatever grew over it.
fn dress(edit: &mut Edit<'_>, container: ContainerId, (at, len): (u32, u32), wanted: Vec<Mark>) {
    let now: Vec<(String, Value)> = edit.document().model().text(container).map_or_else(Vec::new, |text| {
        text.marks_at(at).into_iter().map(|(key, value)| (key.to_owned(), value.clone())).collect()
    });
    for (key, _) in now.iter().filter(|(key, _)| !wanted.iter().any(|mark| mark.key == *key)) {
        edit.mark(container, (at, len), key, None, Grows::AtEnd);
    }
    let is_so = |mark: &Mark| now.iter().any(|(key, value)| *key == mark.key && Some(value) == mark.value.as_ref());
    for mark in wanted.iter().filter(|mark| !is_so(mark)) {
        put_mark(edit, container, (at, len), mark);
    }
}

/// Marks a range. At the end of a text nothing would stop it growing: whatever anybody added, ever, would be marked.
fn put_mark(edit: &mut Edit<'_>, container: ContainerId, (at, len): (u32, u32), mark: &Mark) {
    let is_followed = at.saturating_add(len) < edit.document().text_len(container);
    let grows = if is_followed { mark.grows } else { without_end(mark.grows) };
    edit.mark(container, (at, len), &mark.key, mark.value.as_ref(), grows);
}

fn without_end(grows: Grows) -> Grows {
    match grows {
        Grows::AtEnd | Grows::Nowhere => Grows::Nowhere,
        Grows::AtStart | Grows::AtBoth => Grows::AtStart,
    }
}

fn read_act(change: &JsValue) -> Outcome<Act> {
    let number = |name| number_field(change, name);
    let at = || number("at");
    Ok(match text_field(change, "do")?.as_str() {
        "text" => Act::Replace {
            at: at()?,
            len: number("len")?,
            text: text_field(change, "text")?,
            marks: read_marks(change)?,
        },
        "object" => Act::Object { at: at()?, kind: text_field(change, "kind")?, marks: read_marks(change)? },
        "mark" => Act::Mark { at: at()?, len: number("len")?, mark: read_mark(change)? },
        "move" => Act::Move { at: at()?, len: number("len")?, to: number("to")? },
        "set" => Act::Set { key: key(&text_field(change, "key")?)?, value: read_value(change)? },
        "setList" => Act::SetList { key: key(&text_field(change, "key")?)? },
        "listInsert" => Act::ListInsert { at: at()? },
        "listDelete" => Act::ListDelete { at: at()?, len: number("len")? },
        "listMove" => Act::ListMove { at: at()?, to: number("to")? },
        other => return Err(error(&format!("there is no change {other}"))),
    })
}

fn read_marks(change: &JsValue) -> Outcome<Vec<Mark>> {
    let marks = field(change, "marks")?;
    let Some(marks) = marks.dyn_ref::<Array>() else { return Ok(Vec::new()) };
    marks.iter().map(|mark| read_mark(&mark)).collect()
}

fn read_mark(mark: &JsValue) -> Outcome<Mark> {
    let grows = match field(mark, "grows")?.as_string().as_deref() {
        Some("end") => Grows::AtEnd,
        Some("start") => Grows::AtStart,
        Some("both") => Grows::AtBoth,
        None | Some("nowhere") => Grows::Nowhere,
        Some(other) => return Err(error(&format!("nothing grows at {other}"))),
    };
    Ok(Mark { key: key(&text_field(mark, "key")?)?, value: read_value(mark)?, grows })
}

/// The field `value`; none where it is undefined.
fn read_value(from: &JsValue) -> Outcome<Option<Value>> {
    let given = Reflect::get(from, &"value".into())?;
    if given.is_undefined() { Ok(None) } else { from_js(&given).map(Some) }
}
