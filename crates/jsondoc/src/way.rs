//! Where objects and arrays show: the way to one, from the outermost value down.

use crate::choose::Chooser;
use crate::held::Body;
use crate::held::whole_text;
use crate::literal::unquoted;
use crate::names::{GONE_KEY, ROOT_KEY, children, data, nodes, rename_key, top};
use crate::read::Register;
use json::{Kind, Place, Schema};
use motet::{Id, SortedMap, Value};

/// Where objects and arrays were when they were last looked for. It may be wrong by now: what it says is tried first, and
/// so nothing has to be searched for in a long array.
#[derive(Clone, Debug, Default)]
pub struct Places(SortedMap<Id, Register>);

impl Places {
    pub(crate) fn note(&mut self, node: Id, register: Register) {
        self.0.insert(node, register);
    }

    pub(crate) fn get(&self, node: Id) -> Option<Register> {
        self.0.get(&node).copied()
    }
}

/// One object or array on the way.
pub(crate) struct Step {
    pub node: Id,
    pub register: Register,
    pub kind: Kind,
    /// Without escapes.
    pub key: Option<String>,
}

/// The outermost value first.
pub(crate) struct Way(pub Vec<Step>);

impl Way {
    /// The way to an object or array, itself last; none where it does not show.
    pub fn to(node: Id, chooser: &Chooser<'_>, places: &mut Places) -> Option<Self> {
        let mut steps = Vec::new();
        let mut at = Some(node);
        while let Some(node) = at {
            let step = Step::of(node, chooser, places)?;
            at = match step.register {
                Register::Root => None,
                Register::Item { parent, .. } => Some(parent),
            };
            steps.push(step);
        }
        steps.reverse();
        Some(Self(steps))
    }

    /// What it leads to.
    pub fn kind(&self) -> Kind {
        self.0.last().map_or(Kind::Null, |step| step.kind)
    }

    /// Where that is, to a schema.
    pub fn place(&self, schema: &Schema) -> Place {
        let inner = self.0.iter().skip(1);
        inner.fold(schema.root(), |place, step| schema.child(&place, step.key.as_deref()))
    }
}

impl Step {
    fn of(node: Id, chooser: &Chooser<'_>, places: &mut Places) -> Option<Self> {
        let tree = chooser.shown().tree(nodes())?;
        let (parent, _) = tree.position(node).filter(|_| tree.is_visible(node))?;
        let Some(parent) = parent else { return Self::at(node, Register::Root, chooser) };
        let known =
            places.get(node).filter(|known| matches!(known, Register::Item { parent: was, .. } if *was == parent));
        let step = known.and_then(|register| Self::at(node, register, chooser)).or_else(|| {
            let list = chooser.shown().list(children(parent))?;
            let mut items = list.iter().map(|(item, _)| Register::Item { parent, item });
            items.find_map(|register| Self::at(node, register, chooser))
        })?;
        places.note(node, step.register);
        Some(step)
    }

    /// The step where a register shows the node.
    fn at(node: Id, register: Register, chooser: &Chooser<'_>) -> Option<Self> {
        let model = chooser.shown();
        let (heads, parent): (Vec<(Id, &Value)>, _) = match register {
            Register::Root => {
                let heads = model.map(top())?.heads(ROOT_KEY);
                (heads.filter_map(|(id, value)| Some((id, value?))).collect(), None)
            }
            Register::Item { parent, item } => (model.list(children(parent))?.heads(item), Some(parent)),
        };
        let held = chooser.choose(&heads, parent)?.held;
        let kind = match held.body {
            Body::Object(id) if id == node => Kind::Object,
            Body::Array(id) if id == node => Kind::Array,
            _ => return None,
        };
        let new_key = |(parent, item)| whole_text(chooser.shown().get(data(parent), &rename_key(item))?);
        let key = match register {
            Register::Item { parent, item } if held.key.is_some() => new_key((parent, item)).or(held.key),
            _ => None,
        };
        Some(Self { node, register, kind, key: key.as_deref().and_then(unquoted) })
    }
}

/// Whether anybody ever took a node out.
pub(crate) fn was_gone(chooser: &Chooser<'_>, node: Id) -> bool {
    let map = chooser.shown().map(data(node));
    map.is_some_and(|map| map.heads(GONE_KEY).next().is_some())
}
