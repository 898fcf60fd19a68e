//! What must not be taken for a mark.

use super::Place;
use super::flank::Plan;
use super::tokens::{Mark, Token};
use crate::inline::Link;

/// Writes a character of text.
pub fn text(tokens: &[Token<'_>], at: usize, c: char, plan: &Plan, place: Place, out: &mut String) {
    if needs_escape(tokens, at, c, plan, place) {
        out.push('\\');
    }
    out.push(c);
}

fn needs_escape(tokens: &[Token<'_>], at: usize, c: char, plan: &Plan, place: Place) -> bool {
    let next = tokens.get(at + 1);
    match c {
        '\\' | '`' | '*' | '[' | ']' | '<' | '~' => true,
        '_' => !(is_word(at.checked_sub(1).and_then(|at| tokens.get(at))) && is_word(next)),
        '&' => !matches!(next, None | Some(Token::Char(' '))),
        '!' => matches!(next, Some(Token::Open(Mark::Link(_)) | Token::Footnote(_))),
        '|' => place == Place::Cell || plan.is_row_start[at],
        '(' | ':' if is_after_footnote(tokens, at) => true,
        '#' if place == Place::Heading => next.is_none(),
        '.' | ')' => place == Place::Paragraph && ends_number(tokens, at, plan) && is_gap(next),
        _ => place == Place::Paragraph && plan.is_row_start[at] && begins_block(c, next, at > 0),
    }
}

fn is_word(token: Option<&Token<'_>>) -> bool {
    matches!(token, Some(Token::Char(c)) if c.is_ascii_alphanumeric())
}

fn is_after_footnote(tokens: &[Token<'_>], at: usize) -> bool {
    at.checked_sub(1).is_some_and(|at| matches!(tokens[at], Token::Footnote(_)))
}

fn is_gap(next: Option<&Token<'_>>) -> bool {
    match next {
        Some(Token::Char(c)) => c.is_whitespace(),
        Some(Token::Break) | None => true,
        _ => false,
    }
}

/// Whether all that stands before in the row is a number that a list could begin with.
fn ends_number(tokens: &[Token<'_>], at: usize, plan: &Plan) -> bool {
    for digits in 1..=9 {
        let Some(at) = at.checked_sub(digits) else { return false };
        if !matches!(tokens[at], Token::Char(c) if c.is_ascii_digit()) {
            return false;
        }
        if plan.is_row_start[at] {
            return true;
        }
    }
    false
}

/// Whether a row that begins with this character could be something else than text.
fn begins_block(c: char, next: Option<&Token<'_>>, is_later_row: bool) -> bool {
    match c {
        '>' => true,
        '#' | '+' => is_gap(next) || matches!(next, Some(Token::Char('#'))),
        '-' => is_later_row || is_gap(next) || matches!(next, Some(Token::Char('-'))),
        '=' | ':' => is_later_row,
        _ => false,
    }
}

/// The text that stands for a picture.
pub fn alt(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let is_edge = out.is_empty() || rest.peek().is_none();
        if c == '|' || c.is_control() || (c.is_whitespace() && is_edge) {
            out.push_str(&format!("&#{};", u32::from(c)));
            continue;
        }
        if "\\`*_[]<~&!".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// What stands in a link's parentheses.
pub fn target(link: &Link, place: Place) -> String {
    let href = address(&link.href);
    let both = match &link.title {
        None => href,
        Some(title) => format!("{} \"{}\"", if href.is_empty() { "<>" } else { &href }, quoted(title)),
    };
    if place == Place::Cell { both.replace('|', "&#124;") } else { both }
}

fn address(href: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$'+,;=%".contains(c);
    if href.chars().all(is_plain) {
        return href.to_owned();
    }
    let mut out = String::from("<");
    for c in href.chars() {
        match c {
            c if c.is_control() || (c.is_whitespace() && c != ' ') => out.push_str(&format!("&#{};", u32::from(c))),
            '&' | '\\' | '<' | '>' | '`' | '*' | '[' | ']' => out.push_str(&format!("&#{};", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('>');
    // Spaces alone are not kept by readers.
    if out.starts_with("< ") || out.ends_with(" >") { out.replace(' ', "&#32;") } else { out }
}

fn quoted(title: &str) -> String {
    let mut out = String::new();
    for c in title.chars() {
        match c {
            '"' | '\\' | '&' | '<' | '`' => out.push_str(&format!("&#{};", u32::from(c))),
            c if c.is_control() => out.push_str(&format!("&#{};", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// What stands behind a code block's fence.
pub fn escaped_info(info: &str) -> String {
    let mut out = String::new();
    for c in info.chars() {
        if matches!(c, '&' | '\\') || c.is_control() {
            out.push_str(&format!("&#{};", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// Whether the address can stand between angle brackets as a link of its own.
pub fn is_automatic(href: &str) -> bool {
    let Some((scheme, rest)) = href.split_once(':') else { return false };
    let is_scheme = (2..=32).contains(&scheme.len())
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()+,;=%*".contains(c);
    is_scheme && rest.chars().all(is_plain)
}
