//! Changing a tree so that little of its text changes.

use crate::error::ParseError;
use crate::plan::{Child, Origin, Part, PartId, Plan};
use crate::tree::{Kind, NodeId, Tree};

/// One change to a tree. All places are those of the tree before any change.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Edit<'a> {
    /// Another value in the place of one.
    Replace {
        /// The value that goes.
        at: NodeId,
        /// What comes.
        value: &'a Tree,
    },
    /// An item or member less. The outermost value stays.
    Remove {
        /// The value that goes, with its key.
        at: NodeId,
    },
    /// One more item.
    InsertItem {
        /// The array.
        array: NodeId,
        /// Before which of its items, from 0; beyond the last, at the end.
        index: usize,
        /// The item.
        value: &'a Tree,
    },
    /// One more member, behind the others. There is no check whether the key is taken.
    AddMember {
        /// The object.
        object: NodeId,
        /// The key, without quotes or escapes.
        key: &'a str,
        /// The value.
        value: &'a Tree,
    },
}

impl Edit<'_> {
    fn place(&self) -> NodeId {
        match *self {
            Self::Replace { at, .. } | Self::Remove { at } => at,
            Self::InsertItem { array, .. } => array,
            Self::AddMember { object, .. } => object,
        }
    }
}

impl Tree {
    /// The tree with some changes. What is not changed keeps its text; what is new is laid out like its neighbours.
    /// Edits that do not fit (an item for an object, a member for an array) and those inside what goes do nothing.
    ///
    /// # Errors
    /// Where the result is longer, deeper or has more values than a document may: see [limits](crate::limits).
    ///
    /// ```
    /// # use json::{Edit, Tree};
    /// let tree = Tree::parse(b"{\n\t\"a\": [1, 2],\n\t\"b\": 1.0\n}").unwrap();
    /// let (three, list) = (Tree::parse(b"3").unwrap(), tree.at("/a").unwrap());
    /// let edits = [
    ///     Edit::InsertItem { array: list, index: 2, value: &three },
    ///     Edit::AddMember { object: tree.root(), key: "c", value: &three },
    /// ];
    /// assert_eq!(tree.edit(&edits).unwrap().as_str(), "{\n\t\"a\": [1, 2, 3],\n\t\"b\": 1.0,\n\t\"c\": 3\n}");
    /// ```
    pub fn edit(&self, edits: &[Edit<'_>]) -> Result<Tree, ParseError> {
        let values = edits.iter().map(|edit| match edit {
            Edit::Replace { value, .. } | Edit::InsertItem { value, .. } | Edit::AddMember { value, .. } => *value,
            Edit::Remove { .. } => self,
        });
        let mut editor = Editor {
            tree: self,
            plan: Plan::new([self].into_iter().chain(values).collect()),
            edits: edits.iter().enumerate().map(|(at, edit)| (edit, at + 1)).collect(),
            is_touched: vec![false; self.len()],
        };
        editor.edits.sort_unstable_by_key(|&(edit, number)| (edit.place(), number));
        editor.touch();
        let root = editor.part(self.root());
        let (before, after) = self.ends();
        Tree::read(format!("{before}{}{after}", editor.plan.print(root, 0)))
    }
}

struct Editor<'a> {
    tree: &'a Tree,
    plan: Plan<'a>,
    /// By place, each with the number of the document that its value is.
    edits: Vec<(&'a Edit<'a>, usize)>,
    /// Whether something changes in there.
    is_touched: Vec<bool>,
}

impl<'a> Editor<'a> {
    fn touch(&mut self) {
        for (edit, _) in &self.edits {
            let mut at = Some(edit.place());
            while let Some(id) = at.filter(|id| !self.is_touched[id.0 as usize]) {
                self.is_touched[id.0 as usize] = true;
                at = self.tree.parent(id);
            }
        }
    }

    fn edits_at(&self, id: NodeId) -> &[(&'a Edit<'a>, usize)] {
        let start = self.edits.partition_point(|(edit, _)| edit.place() < id);
        let end = self.edits.partition_point(|(edit, _)| edit.place() <= id);
        &self.edits[start..end]
    }

    fn part(&mut self, id: NodeId) -> PartId {
        let replaced = self.edits_at(id).iter().rev().find(|(edit, _)| matches!(edit, Edit::Replace { .. }));
        if let Some(&(Edit::Replace { value, .. }, doc)) = replaced {
            return self.plan.copy(doc, value.root());
        }
        if !self.is_touched[id.0 as usize] || !self.tree.kind(id).is_container() {
            return self.plan.copy(0, id);
        }
        let mut children = Vec::new();
        for (index, child) in self.tree.children(id).enumerate() {
            self.insert_at(id, Some(index), &mut children);
            if !self.edits_at(child).iter().any(|(edit, _)| matches!(edit, Edit::Remove { .. })) {
                let part = self.part(child);
                children.push(Child { part, from: Some(Origin { doc: 0, id: child }), key: None });
            }
        }
        self.insert_at(id, None, &mut children);
        self.plan.add(Part::Container { frame: Origin { doc: 0, id }, children })
    }

    /// Adds what comes before the child with this number, or, without one, at the end.
    fn insert_at(&mut self, id: NodeId, before: Option<usize>, children: &mut Vec<Child>) {
        let len = if before.is_none() { self.tree.children(id).count() } else { usize::MAX };
        let kind = self.tree.kind(id);
        for (edit, doc) in self.edits_at(id).to_vec() {
            let (value, key) = match *edit {
                Edit::InsertItem { index, value, .. } if kind == Kind::Array => {
                    if before.map_or(index < len, |before| index != before) {
                        continue;
                    }
                    (value, None)
                }
                Edit::AddMember { key, value, .. } if kind == Kind::Object && before.is_none() => {
                    (value, Some(quoted(key)))
                }
                _ => continue,
            };
            let part = self.plan.copy(doc, value.root());
            children.push(Child { part, from: None, key });
        }
    }
}

/// A string as JSON writes it, with no more escapes than needed.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests;
