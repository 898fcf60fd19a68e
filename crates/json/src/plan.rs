//! A document put together from pieces of others, and how it is printed so that little of the text changes.
//!
//! Every array and object that is not a plain copy has a *frame*: the one in some document whose layout it takes.
//! What was in the frame keeps the white space around it; what is new gets that of its neighbours.

use crate::style::{Ends, Style, between, indent_of, lead};
use crate::tree::{Kind, NodeId, Tree};

/// A value in one of the documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub doc: usize,
    pub id: NodeId,
}

/// One value of the new document, by its place in [`Plan::parts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PartId(pub usize);

#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// All of a value.
    Copy(Origin),
    /// A scalar as it is to be written.
    Literal(String),
    /// An array or object like that of the frame, with these children.
    Container { frame: Origin, children: Vec<Child> },
}

#[derive(Clone, Debug)]
pub(crate) struct Child {
    pub part: PartId,
    /// Whose key and place it has.
    pub from: Option<Origin>,
    /// The key as it is to be written, where it is not that of `from`.
    pub key: Option<String>,
}

pub(crate) struct Plan<'a> {
    docs: Vec<&'a Tree>,
    styles: Vec<Style>,
    pub parts: Vec<Part>,
    /// Bytes printed after which no white space is added any more, so that a document with a mile of blanks before
    /// an item does not make a thousand miles of a thousand items.
    budget: usize,
}

impl<'a> Plan<'a> {
    pub fn new(docs: Vec<&'a Tree>) -> Self {
        let styles = docs.iter().map(|doc| Style::of(doc)).collect();
        let budget = (1 << 20) + 2 * docs.iter().map(|doc| doc.as_str().len()).sum::<usize>();
        Self { docs, styles, parts: Vec::new(), budget }
    }

    pub fn add(&mut self, part: Part) -> PartId {
        self.parts.push(part);
        PartId(self.parts.len() - 1)
    }

    pub fn copy(&mut self, doc: usize, id: NodeId) -> PartId {
        self.add(Part::Copy(Origin { doc, id }))
    }

    /// Prints a part in the layout of document `doc`.
    pub fn print(&self, root: PartId, doc: usize) -> String {
        let tree = self.docs[doc];
        let mut out = String::with_capacity(tree.as_str().len() + tree.as_str().len() / 16);
        self.part(root, doc, indent_of(tree, tree.root()), &mut out);
        out
    }

    /// Appends a part on a line that is indented by `indent`, in the layout of `doc`.
    fn part(&self, id: PartId, doc: usize, indent: &str, out: &mut String) {
        match &self.parts[id.0] {
            Part::Literal(text) => out.push_str(text),
            Part::Copy(origin) => self.copied(*origin, doc, indent, out),
            Part::Container { frame, children } if frame.doc == doc => self.container(*frame, children, indent, out),
            Part::Container { frame, children } => self.foreign(*frame, children, doc, indent, out),
        }
    }

    fn copied(&self, origin: Origin, doc: usize, indent: &str, out: &mut String) {
        let tree = self.docs[origin.doc];
        if !tree.kind(origin.id).is_container() {
            return out.push_str(tree.text(origin.id));
        }
        let old = indent_of(tree, origin.id);
        if origin.doc == doc && old == indent {
            return out.push_str(tree.text(origin.id));
        }
        self.laid_out((tree, origin.id), (&self.styles[origin.doc], old), (&self.styles[doc], indent), out);
    }

    /// A container in the layout of another document: printed in its own first.
    fn foreign(&self, frame: Origin, children: &[Child], doc: usize, indent: &str, out: &mut String) {
        let old = indent_of(self.docs[frame.doc], frame.id);
        let mut text = String::new();
        self.container(frame, children, old, &mut text);
        let tree = Tree::trusted(text);
        self.laid_out((&tree, tree.root()), (&self.styles[frame.doc], old), (&self.styles[doc], indent), out);
    }

    /// Appends a value that was laid out in one style, on a line with one indent, in another, on a line with another.
    fn laid_out(&self, (tree, id): (&Tree, NodeId), old: (&Style, &str), new: (&Style, &str), out: &mut String) {
        if !old.0.is_alike(new.0) {
            return new.0.print(tree, id, new.1, self.budget, out);
        }
        let mut lines = tree.text(id).split('\n');
        out.push_str(lines.next().unwrap_or_default());
        for line in lines {
            out.push('\n');
            let rest = line.strip_prefix(old.1);
            if rest.is_some() && out.len() < self.budget {
                out.push_str(new.1);
            }
            out.push_str(rest.unwrap_or(line));
        }
    }

    fn container(&self, frame: Origin, children: &[Child], indent: &str, out: &mut String) {
        let tree = self.docs[frame.doc];
        let gaps = Gaps::of(tree, frame.id);
        let (open, close) = if tree.kind(frame.id) == Kind::Array { ('[', ']') } else { ('{', '}') };
        out.push(open);
        let style = &self.styles[frame.doc];
        let ends = self.ends(&gaps, style, frame, children, indent);
        for (at, child) in children.iter().enumerate() {
            let own = child.from.filter(|from| from.doc == frame.doc).and_then(|from| gaps.find(from.id));
            if at > 0 {
                out.push(',');
            }
            let lead = match own {
                Some(own) if (own == 0) == (at == 0) => gaps.lead(own),
                _ if out.len() > self.budget => "",
                _ if at == 0 => &ends.first,
                _ => &ends.other,
            };
            out.push_str(lead);
            self.key(child, own.is_some(), &gaps, style, out);
            let inner = lead.rfind('\n').map_or(indent, |line| &lead[line + 1..]);
            match &self.parts[child.part.0] {
                // Where it was: nothing about it changes.
                Part::Copy(origin) if own.is_some() && origin.doc == frame.doc && Some(*origin) == child.from => {
                    out.push_str(tree.text(origin.id));
                }
                _ => self.part(child.part, frame.doc, inner, out),
            }
            let is_last = at + 1 == children.len();
            out.push_str(match own {
                Some(own) if gaps.is_last(own) == is_last => gaps.trail(own),
                _ if is_last => &ends.last,
                _ => gaps.middle(),
            });
        }
        if children.is_empty() && gaps.is_empty() {
            let text = tree.text(frame.id);
            out.push_str(&text[1..text.len() - 1]);
        }
        out.push(close);
    }

    /// What stands around children that were not in the frame.
    fn ends(&self, gaps: &Gaps<'_>, style: &Style, frame: Origin, children: &[Child], indent: &str) -> Ends {
        if gaps.is_empty() {
            let is_scalar = |child: &Child| match &self.parts[child.part.0] {
                Part::Literal(_) => true,
                Part::Copy(origin) => !self.docs[origin.doc].kind(origin.id).is_container(),
                Part::Container { .. } => false,
            };
            let kind = self.docs[frame.doc].kind(frame.id);
            let is_flat = kind == Kind::Array && children.iter().all(is_scalar);
            return style.ends(kind, indent, children.is_empty(), is_flat);
        }
        let first = gaps.lead(0);
        let other = match gaps.len() {
            1 if first.contains('\n') => first,
            1 => &style.gap,
            _ => gaps.lead(1),
        };
        Ends { first: first.to_owned(), other: other.to_owned(), last: gaps.closing().to_owned(), is_lined: true }
    }

    fn key(&self, child: &Child, is_own: bool, gaps: &Gaps<'_>, style: &Style, out: &mut String) {
        let text = child.from.and_then(|from| self.docs[from.doc].key_text(from.id));
        let Some(text) = child.key.as_deref().or(text) else { return };
        out.push_str(text);
        let own = child.from.filter(|_| is_own).map(|from| between(self.docs[from.doc], from.id));
        let like = gaps.children.first().map(|&(id, _)| between(gaps.tree, id));
        out.push_str(own.or(like).unwrap_or(&style.colon));
    }
}

/// The white space around each child of a container.
struct Gaps<'a> {
    tree: &'a Tree,
    /// Each child, and where what belongs to it ends: at the comma or bracket behind it.
    children: Vec<(NodeId, usize)>,
}

impl<'a> Gaps<'a> {
    fn of(tree: &'a Tree, id: NodeId) -> Self {
        let blanks = |at: usize| {
            let rest = tree.slice(at, tree.node(id).end as usize).bytes();
            at + rest.take_while(|byte| b" \t\r\n".contains(byte)).count()
        };
        let children = tree.children(id).map(|child| (child, blanks(tree.node(child).end as usize))).collect();
        Self { tree, children }
    }

    fn find(&self, id: NodeId) -> Option<usize> {
        self.children.binary_search_by_key(&id, |&(child, _)| child).ok()
    }

    fn len(&self) -> usize {
        self.children.len()
    }

    fn is_empty(&self) -> bool {
        self.children.is_empty()
    }

    fn is_last(&self, at: usize) -> bool {
        at + 1 == self.children.len()
    }

    fn lead(&self, at: usize) -> &'a str {
        lead(self.tree, self.children[at].0)
    }

    fn trail(&self, at: usize) -> &'a str {
        let (id, end) = self.children[at];
        self.tree.slice(self.tree.node(id).end as usize, end)
    }

    /// What stands before the closing bracket.
    fn closing(&self) -> &'a str {
        self.trail(self.children.len() - 1)
    }

    /// What stands before commas.
    fn middle(&self) -> &'a str {
        if self.children.len() > 1 { self.trail(0) } else { "" }
    }
}
