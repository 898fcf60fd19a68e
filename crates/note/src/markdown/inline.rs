//! Lines to Markdown.
//!
//! Text and marks become a row of tokens first. What a mark of Markdown means depends on the characters beside it; where
//! those would change its meaning they are written as character references, which count as punctuation.

mod escape;
mod flank;
mod tokens;

use crate::inline::{Line, Link};
use std::collections::BTreeSet;
use tokens::{Mark, Token};

pub use escape::escaped_info;

/// Where a line is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Paragraph,
    Heading,
    Cell,
}

/// The line, of more than one row only where a paragraph has breaks.
pub fn print(line: &Line, place: Place) -> String {
    let tokens = tokens::of(line);
    let plan = flank::plan(&tokens, place);
    let mut out = String::new();
    for at in 0..tokens.len() {
        token(&tokens, at, &plan, place, &mut out);
    }
    out
}

fn token(tokens: &[Token<'_>], at: usize, plan: &flank::Plan, place: Place, out: &mut String) {
    match &tokens[at] {
        Token::Char(c) if plan.is_encoded[at] => out.push_str(&format!("&#{};", u32::from(*c))),
        Token::Char(c) => escape::text(tokens, at, *c, plan, place, out),
        Token::Code(text) => out.push_str(&code(text, place)),
        Token::Whole(text) => out.push_str(text),
        Token::Footnote(label) => out.push_str(&format!("[^{label}]")),
        Token::Image { src, alt, title } => {
            let link = Link { href: (*src).to_owned(), title: title.map(str::to_owned) };
            out.push_str(&format!("![{}]({})", escape::alt(alt), escape::target(&link, place)));
        }
        Token::Auto(href) => out.push_str(&format!("<{href}>")),
        Token::Break if plan.is_row_end[at] => out.push_str("\\\n"),
        Token::Break => out.push_str("<br>"),
        Token::Open(Mark::Link(_)) => out.push('['),
        Token::Close(Mark::Link(link)) => out.push_str(&format!("]({})", escape::target(link, place))),
        Token::Open(mark) | Token::Close(mark) => out.push_str(match mark {
            Mark::Strong => "**",
            Mark::Strike => "~~",
            _ if plan.is_underscore[at] => "_",
            _ => "*",
        }),
    }
}

/// A code span: its fence is longer than anything in it.
fn code(text: &str, place: Place) -> String {
    let taken: BTreeSet<usize> = text.split(|c| c != '`').map(str::len).collect();
    let length = (1..).find(|length| !taken.contains(length)).unwrap_or(1);
    let fence = "`".repeat(length);
    let is_blank = text.chars().all(|c| c == ' ');
    let is_padded = text.starts_with(' ') && text.ends_with(' ') && !is_blank;
    let space = if is_padded || text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    let text = if place == Place::Cell { text.replace('|', "\\|") } else { text.to_owned() };
    format!("{fence}{space}{text}{space}{fence}")
}
