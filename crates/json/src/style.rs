//! How a document is laid out, found out from what is there.

use crate::tree::{Kind, NodeId, Tree};

/// Values looked at to find a document's style: enough to see every kind of thing, few enough to cost nothing.
const LOOK_MAX: usize = 4_096;

/// Bytes of white space in which the start of a line is looked for: more is no indent, and looking through it for each
/// of many children would take for ever.
const INDENT_LOOK_MAX: usize = 4_096;

/// A way to lay out JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether members and items stand on lines of their own.
    pub is_lined: bool,
    /// What ends a line.
    pub newline: &'static str,
    /// What a level is indented by.
    pub indent: String,
    /// What stands between key and value.
    pub colon: String,
    /// What stands behind a comma within a line.
    pub gap: String,
    /// What stands inside the braces of an object on one line.
    pub padding: String,
    /// Whether arrays of scalars stand on one line.
    pub is_inline: bool,
}

impl Style {
    /// The style of a document; what it does not show is taken to be usual.
    pub fn of(tree: &Tree) -> Self {
        let (mut indent, mut colon, mut gap, mut padding, mut is_inline) = (None, None, None, None, None);
        let mut newline = "\n";
        for id in tree.ids().take(LOOK_MAX) {
            let Some(parent) = tree.parent(id) else { continue };
            let lead = lead(tree, id);
            let is_first = id.0 == parent.0 + 1;
            if tree.kind(parent) == Kind::Object && colon.is_none() {
                colon = Some(between(tree, id)).filter(|text| !text.contains('\n'));
            }
            if is_first && is_inline.is_none() && is_flat(tree, parent) {
                is_inline = Some(!lead.contains('\n'));
            }
            match lead.rfind('\n') {
                Some(at) if indent.is_none() => {
                    indent = lead[at + 1..].strip_prefix(indent_of(tree, parent)).filter(|text| !text.is_empty());
                    newline = if lead.contains("\r\n") { "\r\n" } else { "\n" };
                }
                Some(_) => {}
                None if is_first && tree.kind(parent) == Kind::Object => {
                    padding.get_or_insert(lead);
                }
                None if !is_first => {
                    gap.get_or_insert(lead);
                }
                None => {}
            }
        }
        let colon = colon.unwrap_or(": ");
        let spaced = if colon.ends_with(' ') { " " } else { "" };
        Self {
            is_lined: indent.is_some(),
            newline,
            indent: indent.unwrap_or("  ").to_owned(),
            colon: colon.to_owned(),
            gap: gap.unwrap_or(spaced).to_owned(),
            padding: padding.unwrap_or_default().to_owned(),
            is_inline: is_inline.unwrap_or(indent.is_none()),
        }
    }

    /// Whether a value that is laid out in the other style fits in here once its lines are indented.
    pub(crate) fn is_alike(&self, other: &Self) -> bool {
        let outline = |style: &Self| (style.is_lined, style.newline, style.colon.len());
        outline(self) == outline(other) && self.indent == other.indent
    }

    /// Appends a value in this style; its first line begins at `indent`.
    /// Beyond so many bytes printed, the rest is copied as it is.
    pub(crate) fn print(&self, tree: &Tree, id: NodeId, indent: &str, budget: usize, out: &mut String) {
        let (open, close) = match tree.kind(id) {
            Kind::Array => ('[', ']'),
            Kind::Object => ('{', '}'),
            _ => return out.push_str(tree.text(id)),
        };
        if out.len() > budget {
            return out.push_str(tree.text(id));
        }
        out.push(open);
        let ends = self.ends(tree.kind(id), indent, tree.next(id) == id.0 + 1, is_flat(tree, id));
        let inner = format!("{indent}{}", self.indent);
        for (at, child) in tree.children(id).enumerate() {
            if at > 0 {
                out.push(',');
            }
            out.push_str(if at == 0 { &ends.first } else { &ends.other });
            if let Some(key) = tree.key_text(child) {
                out.push_str(key);
                out.push_str(&self.colon);
            }
            self.print(tree, child, if ends.is_lined { &inner } else { indent }, budget, out);
        }
        out.push_str(&ends.last);
        out.push(close);
    }

    /// What stands around the children of a container whose line begins at `indent`; `is_flat` says that it is an
    /// array of scalars only.
    pub fn ends(&self, kind: Kind, indent: &str, is_empty: bool, is_flat: bool) -> Ends {
        if is_empty {
            return Ends::default();
        }
        if self.is_lined && !(is_flat && self.is_inline) {
            let first = [self.newline, indent, &self.indent].concat();
            return Ends { other: first.clone(), first, last: [self.newline, indent].concat(), is_lined: true };
        }
        let padding = if kind == Kind::Object { self.padding.clone() } else { String::new() };
        Ends { first: padding.clone(), other: self.gap.clone(), last: padding, is_lined: false }
    }
}

/// The white space before the first child, before each other, and behind the last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// Before the first child.
    pub first: String,
    /// Before each other.
    pub other: String,
    /// Behind the last.
    pub last: String,
    /// Whether each child has a line of its own.
    pub is_lined: bool,
}

/// Whether this is an array of scalars only.
pub(crate) fn is_flat(tree: &Tree, id: NodeId) -> bool {
    tree.kind(id) == Kind::Array && !tree.children(id).any(|child| tree.kind(child).is_container())
}

/// The white space right before a child.
pub(crate) fn lead(tree: &Tree, id: NodeId) -> &str {
    lead_within(tree, id, usize::MAX)
}

fn lead_within(tree: &Tree, id: NodeId, bytes_max: usize) -> &str {
    let before = tree.slice(0, tree.child_start(id));
    let blanks = before.bytes().rev().take(bytes_max).take_while(|byte| b" \t\r\n".contains(byte)).count();
    &before[before.len() - blanks..]
}

/// What stands between a member's key and value: a colon and white space.
pub(crate) fn between(tree: &Tree, id: NodeId) -> &str {
    let node = tree.node(id);
    tree.slice((node.key + node.key_len) as usize, node.start as usize)
}

/// What the line on which a value begins is indented by.
pub(crate) fn indent_of(tree: &Tree, id: NodeId) -> &str {
    let mut at = Some(id);
    while let Some(id) = at {
        let lead = lead_within(tree, id, INDENT_LOOK_MAX);
        if let Some(line) = lead.rfind('\n') {
            return &lead[line + 1..];
        }
        at = tree.parent(id);
    }
    ""
}
