//! The runs of a line.

use crate::inline::{Content, Line, Link, Marks, Run};
use crate::markdown::html;
use pulldown_cmark::{CowStr, Event, LinkType, Tag, TagEnd};

/// What an open tag changed, to be put back at its end.
enum Open {
    Emphasis(bool),
    Strong(bool),
    Strike(bool),
    /// The link outside, and how much had been read when this one began.
    Link(Option<Link>, usize),
    Image {
        src: String,
        title: String,
    },
}

/// The line being read.
#[derive(Default)]
pub struct Lines {
    runs: Line,
    /// How many things were put into the line.
    count: usize,
    marks: Marks,
    open: Vec<Open>,
    /// The text that stands for a picture, and how many pictures are open: they may stand in each other's text.
    alt: String,
    images: usize,
}

impl Lines {
    pub fn is_inline(tag: &Tag<'_>) -> bool {
        matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. })
    }

    pub fn is_inline_end(tag: TagEnd) -> bool {
        use TagEnd::{Emphasis, Image, Link, Strikethrough, Strong};
        matches!(tag, Emphasis | Strong | Strikethrough | Link | Image)
    }

    pub fn take(&mut self) -> Line {
        self.open.clear();
        self.marks = Marks::default();
        std::mem::take(&mut self.runs)
    }

    pub fn text(&mut self, text: &str) {
        if self.images > 0 {
            return self.alt.push_str(text);
        }
        self.count += 1;
        // The parser hands text over in many small parts.
        if let Some(Run { content: Content::Text(before), marks }) = self.runs.last_mut()
            && *marks == self.marks
        {
            return before.push_str(text);
        }
        self.push(Content::Text(text.to_owned()));
    }

    fn push(&mut self, content: Content) {
        self.count += 1;
        self.runs.push(Run { content, marks: self.marks.clone() });
    }

    pub fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Code(text) if self.images == 0 => self.code(&text),
            Event::Code(text) => self.alt.push_str(&text),
            Event::SoftBreak => self.text(" "),
            Event::HardBreak if self.images > 0 => self.alt.push(' '),
            Event::HardBreak => self.push(Content::Break),
            Event::InlineHtml(text) => self.html(&text),
            Event::FootnoteReference(label) if self.images == 0 => self.push(Content::Footnote(label.to_string())),
            _ => {}
        }
    }

    fn code(&mut self, text: &str) {
        self.count += 1;
        let marks = Marks { code: true, ..self.marks.clone() };
        self.runs.push(Run { content: Content::Text(text.to_owned()), marks });
    }

    fn html(&mut self, text: &str) {
        if self.images > 0 {
            return;
        }
        self.push(if html::is_break(text) { Content::Break } else { Content::Html(text.to_owned()) });
    }

    pub fn start(&mut self, tag: Tag<'_>) {
        let open = match tag {
            Tag::Emphasis => Open::Emphasis(std::mem::replace(&mut self.marks.emphasis, true)),
            Tag::Strong => Open::Strong(std::mem::replace(&mut self.marks.strong, true)),
            Tag::Strikethrough => Open::Strike(std::mem::replace(&mut self.marks.strike, true)),
            Tag::Link { link_type, dest_url, title, .. } => {
                let link = Link { href: address(link_type, &dest_url), title: named(&title) };
                Open::Link(self.marks.link.replace(link), self.count)
            }
            Tag::Image { dest_url, title, .. } => {
                self.images += 1;
                Open::Image { src: dest_url.to_string(), title: title.to_string() }
            }
            _ => return,
        };
        self.open.push(open);
    }

    pub fn end(&mut self) {
        match self.open.pop() {
            Some(Open::Emphasis(was)) => self.marks.emphasis = was,
            Some(Open::Strong(was)) => self.marks.strong = was,
            Some(Open::Strike(was)) => self.marks.strike = was,
            Some(Open::Link(outer, count)) => self.end_link(outer, count),
            Some(Open::Image { src, title }) => self.end_image(src, &title),
            None => {}
        }
    }

    /// A link on nothing would be gone: it stands on its own address.
    fn end_link(&mut self, outer: Option<Link>, count: usize) {
        if self.count == count && self.images == 0 {
            let text = self.marks.link.as_ref().map(|link| link.href.clone()).unwrap_or_default();
            self.push(Content::Text(text));
        }
        self.marks.link = outer;
    }

    /// A picture inside the text of another is only text.
    fn end_image(&mut self, src: String, title: &str) {
        self.images -= 1;
        if self.images == 0 {
            let alt = std::mem::take(&mut self.alt);
            self.push(Content::Image { src, alt, title: named(title) });
        }
    }
}

fn address(kind: LinkType, url: &CowStr<'_>) -> String {
    if kind == LinkType::Email { format!("mailto:{url}") } else { url.to_string() }
}

fn named(title: &str) -> Option<String> {
    Some(title.to_owned()).filter(|title| !title.is_empty())
}
