//! HTML inside Markdown: what is a tag, what is a block. The parser itself is asked, so that both always agree.

use super::options;
use pulldown_cmark::{Event, Parser, Tag};

/// What ends the kinds of HTML block that blank lines do not end.
const ENDS: [&str; 9] = ["", "-->", "?>", ">", "]]>", "</script>", "</style>", "</pre>", "</textarea>"];

/// Whether it is the tag that breaks a line.
pub fn is_break(text: &str) -> bool {
    let inner = text.strip_prefix('<').and_then(|text| text.strip_suffix('>'));
    inner.is_some_and(|inner| inner.trim_end_matches(['/', ' ']).eq_ignore_ascii_case("br"))
}

/// Whether it is one tag, comment or the like, and nothing else.
pub fn is_inline(text: &str) -> bool {
    if !text.starts_with('<') || !text.ends_with('>') {
        return false;
    }
    let line = format!("x{text}x");
    let mut events = Parser::new_ext(&line, options()).skip(1);
    events.next() == Some(Event::Text("x".into()))
        && events.next() == Some(Event::InlineHtml(text.into()))
        && events.next() == Some(Event::Text("x".into()))
}

/// Whether a paragraph that begins with this tag is none.
pub fn opens_block(text: &str) -> bool {
    let line = format!("{text}x");
    matches!(Parser::new_ext(&line, options()).next(), Some(Event::Start(Tag::HtmlBlock)))
}

/// The block with its end, if there is a way to end it: whatever follows is not part of it.
pub fn closed(text: &str) -> Option<String> {
    let text = text.trim_matches('\n');
    let trimmed = text.trim_start_matches([' ', '\n']);
    let ended = |end: &&str| format!("{trimmed}{end}");
    ENDS.iter().map(ended).find(|text| is_block(text))
}

/// Whether the text is one HTML block, whatever follows it, in a list or quote too.
fn is_block(text: &str) -> bool {
    let document = format!("{text}\n\nx");
    let mut found = String::new();
    let mut events = Parser::new_ext(&document, options());
    if events.next() != Some(Event::Start(Tag::HtmlBlock)) {
        return false;
    }
    for event in events.by_ref() {
        match event {
            Event::Html(part) => found.push_str(&part),
            _ => break,
        }
    }
    found.strip_suffix('\n') == Some(text)
        && matches!(events.next(), Some(Event::Start(Tag::Paragraph)))
        && matches!(events.next(), Some(Event::Text(text)) if &*text == "x")
}
