//! How a document is laid out: its style, and where an object or array is laid out otherwise.
//!
//! Registers hold layouts as texts: white space as letters (`n` a new line, `r` a return, `s` a space, `t` a tab), each
//! with how often it stands there where that is more than once. Whatever else stands there is no white space and is
//! ignored, so that nobody puts anything into a document that way.

use json::{Ends, Kind, NodeId, Style, Tree};
use motet::{Id, ReplicaId};
use std::rc::Rc;

/// Characters of white space that one letter stands for at most.
const REPEAT_MAX: usize = 1 << 20;

/// The white space around a member or item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gap {
    pub lead: String,
    /// Before the colon, and behind.
    pub colon: [String; 2],
    pub trail: String,
}

/// How one object or array is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// In the document's style.
    Usual,
    /// On one line.
    Flat,
    /// Each child on a line of its own.
    Lined,
    /// Empty, with this inside.
    Empty(String),
    /// As each child says.
    Own(Vec<(Id, Rc<Gap>)>),
}

/// What is known of a container when it is laid out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'a> {
    pub kind: Kind,
    /// What its line is indented by.
    pub indent: &'a str,
    pub is_empty: bool,
    pub is_flat: bool,
}

impl Layout {
    /// How a container is laid out whose children are these items.
    pub fn of(tree: &Tree, id: NodeId, style: &Style, indent: &str, items: &[Id]) -> Self {
        let frame = Frame { kind: tree.kind(id), indent, is_empty: items.is_empty(), is_flat: tree.is_flat(id) };
        if frame.is_empty {
            let text = tree.text(id);
            return if text.len() == 2 { Self::Usual } else { Self::Empty(text[1..text.len() - 1].to_owned()) };
        }
        for layout in [Self::Usual, Self::Flat, Self::Lined] {
            if layout.fits(tree, id, style, frame) {
                return layout;
            }
        }
        let gap = |child| {
            let (before, after) = tree.colon(child).split_once(':').unwrap_or_default();
            let colon = [before.to_owned(), after.to_owned()];
            Rc::new(Gap { lead: tree.lead(child).to_owned(), colon, trail: tree.trail(child).to_owned() })
        };
        Self::Own(items.iter().copied().zip(tree.children(id).map(gap)).collect())
    }

    fn fits(&self, tree: &Tree, id: NodeId, style: &Style, frame: Frame<'_>) -> bool {
        let ends = self.ends(style, frame);
        let mut children = tree.children(id).enumerate().peekable();
        while let Some((at, child)) = children.next() {
            let lead = if at == 0 { &ends.first } else { &ends.other };
            let trail = if children.peek().is_none() { ends.last.as_str() } else { "" };
            let is_colon = frame.kind == Kind::Array || tree.colon(child) == style.colon;
            if tree.lead(child) != lead || tree.trail(child) != trail || !is_colon {
                return false;
            }
        }
        true
    }

    /// What stands around children that have no gap of their own.
    pub fn ends(&self, style: &Style, frame: Frame<'_>) -> Ends {
        let padding = || if frame.kind == Kind::Object { style.padding.clone() } else { String::new() };
        let lined = || [style.newline, frame.indent, &style.indent].concat();
        match self {
            Self::Usual | Self::Empty(_) => style.ends(frame.kind, frame.indent, frame.is_empty, frame.is_flat),
            Self::Flat => Ends { first: padding(), other: style.gap.clone(), last: padding(), is_lined: false },
            Self::Lined => {
                Ends { first: lined(), other: lined(), last: [style.newline, frame.indent].concat(), is_lined: true }
            }
            Self::Own(gaps) => Ends {
                first: gaps.first().map_or_else(String::new, |(_, gap)| gap.lead.clone()),
                other: gaps.get(1).map_or_else(|| own_gap(gaps, style), |(_, gap)| gap.lead.clone()),
                last: gaps.last().map_or_else(String::new, |(_, gap)| gap.trail.clone()),
                is_lined: false,
            },
        }
    }

    /// As a register holds it; none for what goes without saying.
    pub fn write(&self) -> Option<String> {
        match self {
            Self::Usual => None,
            Self::Flat => Some("f".into()),
            Self::Lined => Some("l".into()),
            Self::Empty(inside) => Some(format!("e{}", blanks(inside))),
            Self::Own(gaps) => {
                let mut out = "o".to_owned();
                let mut at = 0;
                while let Some((first, gap)) = gaps.get(at) {
                    let goes_on = |(step, (id, other)): (usize, &(Id, Rc<Gap>))| {
                        other == gap && id.replica == first.replica && id.seq as usize == first.seq as usize + step
                    };
                    let len = gaps[at..].iter().enumerate().take_while(|&(step, entry)| goes_on((step, entry))).count();
                    let [lead, before, after, trail] =
                        [&gap.lead, &gap.colon[0], &gap.colon[1], &gap.trail].map(|text| blanks(text));
                    let (seq, replica) = (first.seq, first.replica.0);
                    out.push_str(&format!("{seq:x}.{replica:x}+{len:x}|{lead}|{before}|{after}|{trail};"));
                    at += len;
                }
                Some(out)
            }
        }
    }

    /// What a register holds; what is not of the form is the usual layout. Of no more than `children_max` children.
    pub fn read(text: &str, children_max: usize) -> Self {
        match text.chars().next() {
            Some('f') => Self::Flat,
            Some('l') => Self::Lined,
            Some('e') => Self::Empty(unblanked(&text[1..])),
            Some('o') => Self::read_own(&text[1..], children_max).map_or(Self::Usual, Self::Own),
            _ => Self::Usual,
        }
    }

    fn read_own(text: &str, children_max: usize) -> Option<Vec<(Id, Rc<Gap>)>> {
        let mut gaps = Vec::new();
        for entry in text.split_terminator(';') {
            let (name, rest) = entry.split_once('|')?;
            let (seq, rest_of_name) = name.split_once('.')?;
            let (replica, len) = rest_of_name.split_once('+')?;
            let hex = |text: &str| u32::from_str_radix(text, 16).ok();
            let (seq, replica) = (hex(seq)?, ReplicaId(u64::from_str_radix(replica, 16).ok()?));
            let mut parts = rest.split('|').map(unblanked);
            let mut part = || parts.next();
            let gap = Rc::new(Gap { lead: part()?, colon: [part()?, part()?], trail: part()? });
            let room = children_max.saturating_sub(gaps.len());
            let len = (hex(len)? as usize).min(room) as u32;
            gaps.extend((0..len).map(|step| (Id::new(replica, seq.saturating_add(step)), gap.clone())));
        }
        Some(gaps)
    }
}

/// What stands before a second child where there never was one.
fn own_gap(gaps: &[(Id, Rc<Gap>)], style: &Style) -> String {
    gaps.first().map(|(_, gap)| &gap.lead).filter(|lead| lead.contains('\n')).unwrap_or(&style.gap).clone()
}

/// White space as letters.
pub(crate) fn blanks(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let len = rest.len() - rest.trim_start_matches(first).len();
        let letter = match first {
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            _ => 's',
        };
        for piece in (0..len).step_by(REPEAT_MAX) {
            out.push(letter);
            let count = (len - piece).min(REPEAT_MAX);
            if count > 1 {
                out.push_str(&count.to_string());
            }
        }
        rest = &rest[len * first.len_utf8()..];
    }
    out
}

/// White space from letters.
pub(crate) fn unblanked(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        rest = &rest[first.len_utf8()..];
        let blank = match first {
            'n' => "\n",
            'r' => "\r",
            't' => "\t",
            's' => " ",
            _ => continue,
        };
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let count = rest[..digits].parse().unwrap_or(1).min(REPEAT_MAX);
        rest = &rest[digits..];
        out.push_str(&blank.repeat(count));
    }
    out
}

/// A style as a register holds it.
pub(crate) fn write_style(style: &Style) -> String {
    let flag = |is_so: bool| if is_so { "1" } else { "0" };
    let (before, after) = style.colon.split_once(':').unwrap_or_default();
    let parts = [style.newline, &style.indent, before, after, &style.gap, &style.padding].map(blanks);
    format!("{}{}|{}", flag(style.is_lined), flag(style.is_inline), parts.join("|"))
}

/// The style that a register holds.
pub(crate) fn read_style(text: &str) -> Style {
    let mut parts = text.split('|');
    let flags = parts.next().unwrap_or_default();
    let mut blank = || parts.next().map(unblanked).unwrap_or_default();
    let newline = if blank() == "\r\n" { "\r\n" } else { "\n" };
    let indent = blank();
    let colon = format!("{}:{}", blank(), blank());
    let (gap, padding) = (blank(), blank());
    Style { is_lined: flags.starts_with('1'), newline, indent, colon, gap, padding, is_inline: flags.ends_with('1') }
}

/// What stands around the outermost value, as a register holds it.
pub(crate) fn write_ends((before, after): (&str, &str)) -> String {
    let mark = if before.starts_with('\u{feff}') { "b" } else { "" };
    format!("{mark}{}|{}", blanks(before.trim_start_matches('\u{feff}')), blanks(after))
}

/// What stands before and behind the outermost value.
pub(crate) fn read_ends(text: &str) -> (String, String) {
    let (before, after) = text.split_once('|').unwrap_or_default();
    let mark = if before.starts_with('b') { "\u{feff}" } else { "" };
    (format!("{mark}{}", unblanked(before)), unblanked(after))
}

/// What a line is indented by that begins after `lead`, within a line that is indented by `indent`.
pub(crate) fn inner_indent<'a>(lead: &'a str, indent: &'a str) -> &'a str {
    lead.rfind('\n').map_or(indent, |line| &lead[line + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_read_as_it_was_written() {
        for text in ["", " ", "\r\n\t\t  ", &" ".repeat(3 * REPEAT_MAX + 1)] {
            assert_eq!(unblanked(&blanks(text)), text);
        }
        assert_eq!(blanks("\n    \t"), "ns4t");
        assert_eq!(unblanked("s\"x\"s3").len(), 4);
    }

    #[test]
    fn layouts_are_read_as_they_were_written() {
        let gap =
            |lead: &str| Rc::new(Gap { lead: lead.into(), colon: [String::new(), " ".into()], trail: "\n".into() });
        let id = |replica, seq| Id::new(ReplicaId(replica), seq);
        let own = vec![(id(1, 4), gap(" ")), (id(1, 5), gap(" ")), (id(1, 7), gap(" ")), (id(2, 8), gap("\n"))];
        for layout in [Layout::Flat, Layout::Lined, Layout::Empty(" \n".into()), Layout::Own(own)] {
            assert_eq!(Layout::read(&layout.write().unwrap(), 4), layout);
        }
        assert_eq!(Layout::read("o0.0+ffffffff|s1000000|||;", 0), Layout::Own(vec![]));
    }
}
