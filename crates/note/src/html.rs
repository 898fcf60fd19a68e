//! HTML out of notes, for clipboards and for whoever shows one: safe to put into a page, whatever the note says.
//!
//! HTML in a note is shown as text. Links lead to the web, to mail or within the site; other addresses are left out.

use crate::block::{Align, Block, Footnote, Kind, Note, Table};
use crate::inline::{Content, Line, Marks, Run};
use crate::level::{Level, List, shared};
use std::borrow::Cow;

/// The note as HTML.
pub fn print(note: &Note) -> String {
    let mut out = String::new();
    blocks(&note.blocks, &mut out);
    if !note.footnotes.is_empty() {
        out.push_str("<hr>\n");
        note.footnotes.iter().for_each(|one| footnote(one, &mut out));
    }
    out
}

fn footnote(footnote: &Footnote, out: &mut String) {
    let label = escaped(&footnote.label);
    out.push_str(&format!("<div id=\"fn-{label}\">\n<sup>{label}</sup>\n"));
    blocks(&footnote.blocks, out);
    out.push_str("</div>\n");
}

fn blocks(blocks: &[Block], out: &mut String) {
    // The elements that are open: for each level of the block before, those to close.
    let mut open: Vec<Level> = Vec::new();
    for block in blocks {
        let kept = shared(&open, &block.levels);
        let goes_on = block.levels.get(kept).copied().zip(open.get(kept).copied());
        let is_next = goes_on.is_some_and(|(level, before)| is_next(level, before));
        close(&mut open, kept + usize::from(is_next), out);
        if is_next {
            out.push_str("</li>\n");
            open.pop();
        }
        for (at, level) in block.levels.iter().enumerate().skip(kept) {
            open_level(*level, is_next && at == kept, out);
            open.push(*level);
        }
        block_itself(&block.kind, out);
    }
    close(&mut open, 0, out);
}

/// Whether an item is another one of the list that is open.
fn is_next(level: Level, before: Level) -> bool {
    matches!(level, Level::Item { list, start: None, .. } if before.list() == Some(list))
}

fn close(open: &mut Vec<Level>, down_to: usize, out: &mut String) {
    while open.len() > down_to {
        out.push_str(match open.pop().and_then(Level::list) {
            None => "</blockquote>\n",
            Some(List::Bullet) => "</li>\n</ul>\n",
            Some(List::Ordered) => "</li>\n</ol>\n",
        });
    }
}

fn open_level(level: Level, is_next: bool, out: &mut String) {
    match level {
        Level::Quote => out.push_str("<blockquote>\n"),
        _ if is_next => out.push_str("<li>"),
        Level::Item { list: List::Ordered, start: Some(start), .. } => {
            out.push_str(&format!("<ol start=\"{start}\">\n<li>"))
        }
        Level::Item { list: List::Ordered, .. } | Level::Within(List::Ordered) => out.push_str("<ol>\n<li>"),
        Level::Item { .. } | Level::Within(List::Bullet) => out.push_str("<ul>\n<li>"),
    }
    match level {
        Level::Item { task: Some(true), .. } => out.push_str("<input type=\"checkbox\" checked disabled> "),
        Level::Item { task: Some(false), .. } => out.push_str("<input type=\"checkbox\" disabled> "),
        _ => {}
    }
}

fn block_itself(kind: &Kind, out: &mut String) {
    match kind {
        Kind::Paragraph(text) => element("p", text, out),
        Kind::Heading { rank, line } => element(&format!("h{rank}"), line, out),
        Kind::Code { info, text } => {
            let language =
                info.split_whitespace().next().map(|language| format!(" class=\"language-{}\"", escaped(language)));
            out.push_str(&format!("<pre><code{}>{}\n</code></pre>\n", language.unwrap_or_default(), escaped(text)));
        }
        Kind::Rule => out.push_str("<hr>\n"),
        Kind::Table(table) => grid(table, out),
        Kind::Html(text) => out.push_str(&format!("<pre><code>{}\n</code></pre>\n", escaped(text))),
    }
}

fn element(name: &str, text: &Line, out: &mut String) {
    out.push_str(&format!("<{name}>"));
    line(text, out);
    out.push_str(&format!("</{name}>\n"));
}

fn grid(table: &Table, out: &mut String) {
    out.push_str("<table>\n");
    for (at, row) in table.rows.iter().enumerate() {
        let name = if at == 0 { "th" } else { "td" };
        out.push_str("<tr>");
        for (cell, align) in row.iter().zip(&table.aligns) {
            let align = match align {
                Align::None => "",
                Align::Left => " style=\"text-align:left\"",
                Align::Center => " style=\"text-align:center\"",
                Align::Right => " style=\"text-align:right\"",
            };
            out.push_str(&format!("<{name}{align}>"));
            line(cell, out);
            out.push_str(&format!("</{name}>"));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>\n");
}

fn line(line: &Line, out: &mut String) {
    line.iter().for_each(|one| run(one, out));
}

fn run(run: &Run, out: &mut String) {
    let elements = elements(&run.marks);
    elements.iter().for_each(|(start, _)| out.push_str(start));
    match &run.content {
        Content::Text(text) | Content::Html(text) => out.push_str(&escaped(text)),
        Content::Break => out.push_str("<br>"),
        Content::Footnote(label) => {
            let label = escaped(label);
            out.push_str(&format!("<sup><a href=\"#fn-{label}\">{label}</a></sup>"));
        }
        Content::Image { src, alt, title } if is_safe(src) => {
            let title = title.as_ref().map(|title| format!(" title=\"{}\"", escaped(title))).unwrap_or_default();
            out.push_str(&format!("<img src=\"{}\" alt=\"{}\"{title}>", escaped(src), escaped(alt)));
        }
        Content::Image { alt, .. } => out.push_str(&escaped(alt)),
    }
    elements.iter().rev().for_each(|(_, end)| out.push_str(end));
}

/// How the elements of some marks begin and end, outermost first.
fn elements(marks: &Marks) -> Vec<(Cow<'static, str>, &'static str)> {
    let mut found = Vec::new();
    if let Some(link) = marks.link.as_ref().filter(|link| is_safe(&link.href)) {
        let title = link.title.as_ref().map(|title| format!(" title=\"{}\"", escaped(title))).unwrap_or_default();
        found.push((format!("<a href=\"{}\"{title}>", escaped(&link.href)).into(), "</a>"));
    }
    let flags = [
        (marks.strong, "<strong>", "</strong>"),
        (marks.emphasis, "<em>", "</em>"),
        (marks.strike, "<del>", "</del>"),
        (marks.code, "<code>", "</code>"),
    ];
    found.extend(flags.into_iter().filter(|flag| flag.0).map(|(_, start, end)| (start.into(), end)));
    found
}

/// Whether an address leads somewhere and does nothing: to the web, to mail, or within the site.
fn is_safe(address: &str) -> bool {
    // What browsers leave out of an address before they look at it.
    let plain: String = address.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    let scheme = plain.split(['/', '?', '#']).next().and_then(|start| start.split_once(':'));
    scheme.is_none_or(|(scheme, _)| ["http", "https", "mailto"].iter().any(|safe| scheme.eq_ignore_ascii_case(safe)))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::parse;

    fn check(markdown: &str, html: &str) {
        assert_eq!(print(&parse(markdown)).replace('\n', ""), html, "{markdown:?}");
    }

    #[test]
    fn blocks_stand_in_their_lists_and_quotes() {
        check("# A\n\nb *c*", "<h1>A</h1><p>b <em>c</em></p>");
        check(
            "- a\n- b\n  - c\n\n> d",
            "<ul><li><p>a</p></li><li><p>b</p><ul><li><p>c</p></li></ul></li></ul><blockquote><p>d</p></blockquote>",
        );
        check(
            "- a\n\n  b\n- [x] c",
            "<ul><li><p>a</p><p>b</p></li><li><input type=\"checkbox\" checked disabled> <p>c</p></li></ul>",
        );
        check("3. a\n4. b", "<ol start=\"3\"><li><p>a</p></li><li><p>b</p></li></ol>");
        check("- a\n\n1. b", "<ul><li><p>a</p></li></ul><ol><li><p>b</p></li></ol>");
        check("> - a\n>\n> b", "<blockquote><ul><li><p>a</p></li></ul><p>b</p></blockquote>");
        check(
            "| a |\n|:-:|\n| b |",
            "<table><tr><th style=\"text-align:center\">a</th></tr><tr><td style=\"text-align:center\">b</td></tr></table>",
        );
        check("```rust x\n<a>\n```", "<pre><code class=\"language-rust\">&lt;a&gt;</code></pre>");
        check(
            "a[^1]\n\n[^1]: b",
            "<p>a<sup><a href=\"#fn-1\">1</a></sup></p><hr><div id=\"fn-1\"><sup>1</sup><p>b</p></div>",
        );
    }

    #[test]
    fn nothing_in_a_note_runs() {
        check("<script>x</script>", "<pre><code>&lt;script&gt;x&lt;/script&gt;</code></pre>");
        check("[a](<java\tscript:x>)", "<p>a</p>");
        check("[a](data:x) ![b](JavaScript:x)", "<p>a b</p>");
        check("[a](/b:c) [d](mailto:e)", "<p><a href=\"/b:c\">a</a> <a href=\"mailto:e\">d</a></p>");
        check("[a](<\">)", "<p><a href=\"&quot;&gt;\">a</a></p>".replace("&gt;", "").as_str());
    }
}
