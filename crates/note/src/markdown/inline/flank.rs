//! Which characters must be written as references so that marks begin and end where they should.

use super::Place;
use super::tokens::{Mark, Token};

/// How each token is written.
pub struct Plan {
    /// Characters written as references.
    pub is_encoded: Vec<bool>,
    /// Ends of emphasis written with an underscore.
    pub is_underscore: Vec<bool>,
    /// Breaks written as the end of a row.
    pub is_row_end: Vec<bool>,
    /// Characters that a row begins with, up to a list's mark.
    pub is_row_start: Vec<bool>,
}

/// What CommonMark's rules of flanking tell apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Blank,
    Punctuation,
    Word,
    /// Parsers of different Unicode versions may differ.
    Unsure,
}

pub fn plan(tokens: &[Token<'_>], place: Place) -> Plan {
    let none = || vec![false; tokens.len()];
    let mut plan = Plan { is_encoded: none(), is_underscore: none(), is_row_end: none(), is_row_start: none() };
    for at in 0..tokens.len() {
        plan.is_row_end[at] = matches!(tokens[at], Token::Break) && is_row_end(tokens, at, place);
    }
    for at in 0..tokens.len() {
        plan.is_row_start[at] = at == 0 || plan.is_row_end[at - 1];
        let is_blank = matches!(tokens[at], Token::Char(c) if c.is_whitespace() || c.is_control());
        plan.is_encoded[at] = is_blank && is_at_edge(tokens, at);
    }
    encode_before_code(tokens, &mut plan);
    choose_marks(tokens, &mut plan);
    while encode_beside_marks(tokens, &mut plan) {}
    plan
}

/// A break ends the row where something plain is on both sides; elsewhere it is written as a tag.
fn is_row_end(tokens: &[Token<'_>], at: usize, place: Place) -> bool {
    let before = at.checked_sub(1).map(|at| &tokens[at]);
    let is_plain_before = before.is_some_and(|token| !matches!(token, Token::Open(_) | Token::Break));
    let is_plain_after = matches!(
        tokens.get(at + 1),
        Some(Token::Char(_) | Token::Code(_) | Token::Image { .. } | Token::Open(_) | Token::Footnote(_))
    );
    place == Place::Paragraph && is_plain_before && is_plain_after
}

/// Blanks at the ends of rows are cut off by readers.
fn is_at_edge(tokens: &[Token<'_>], at: usize) -> bool {
    let before = at.checked_sub(1).map(|at| &tokens[at]);
    let is_edge = |token: Option<&Token<'_>>| matches!(token, None | Some(Token::Break));
    is_edge(before) || is_edge(tokens.get(at + 1))
}

/// A backtick before a code span would make its fence longer, even behind a backslash.
fn encode_before_code(tokens: &[Token<'_>], plan: &mut Plan) {
    for at in 1..tokens.len() {
        if matches!((&tokens[at - 1], &tokens[at]), (Token::Char('`'), Token::Code(_))) {
            plan.is_encoded[at - 1] = true;
        }
        // Behind a reference the parser looks for a second bracket, whatever is before it.
        if matches!((&tokens[at - 1], &tokens[at]), (Token::Footnote(_), Token::Char('['))) {
            plan.is_encoded[at] = true;
        }
    }
}

/// Emphasis is written with an asterisk unless one of strong emphasis stands beside it.
fn choose_marks(tokens: &[Token<'_>], plan: &mut Plan) {
    let is_strong = |at: Option<usize>| {
        let token = at.and_then(|at| tokens.get(at));
        matches!(token, Some(Token::Open(Mark::Strong) | Token::Close(Mark::Strong)))
    };
    let is_beside = |at: usize| is_strong(at.checked_sub(1)) || is_strong(Some(at + 1));
    let mut open = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Open(Mark::Emphasis) => open = at,
            Token::Close(Mark::Emphasis) => {
                let is_underscore = is_beside(open) || is_beside(at);
                plan.is_underscore[open] = is_underscore;
                plan.is_underscore[at] = is_underscore;
            }
            _ => {}
        }
    }
}

fn class(tokens: &[Token<'_>], at: Option<usize>, plan: &Plan) -> Class {
    let Some(at) = at.filter(|&at| at < tokens.len()) else { return Class::Blank };
    match tokens[at] {
        Token::Char(_) if plan.is_encoded[at] => Class::Punctuation,
        Token::Char(c) if c.is_ascii_alphanumeric() => Class::Word,
        Token::Char(' ' | '\t') => Class::Blank,
        Token::Char(c) if c.is_ascii_punctuation() => Class::Punctuation,
        Token::Char(c) if !c.is_ascii() && c.is_alphanumeric() && !is_enclosed(c) => Class::Word,
        Token::Char(_) => Class::Unsure,
        _ => Class::Punctuation,
    }
}

/// Letters in circles and squares are alphabetic, but symbols.
fn is_enclosed(c: char) -> bool {
    matches!(c, '\u{2460}'..='\u{24ff}' | '\u{1f100}'..='\u{1f1ff}')
}

/// Encodes what keeps a mark from beginning or ending where it should; true if there was anything.
fn encode_beside_marks(tokens: &[Token<'_>], plan: &mut Plan) -> bool {
    let mut has_changed = false;
    for (at, token) in tokens.iter().enumerate() {
        let (inside, outside) = match token {
            Token::Open(mark) if !matches!(mark, Mark::Link(_)) => (Some(at + 1), at.checked_sub(1)),
            Token::Close(mark) if !matches!(mark, Mark::Link(_)) => (at.checked_sub(1), Some(at + 1)),
            _ => continue,
        };
        let inner = class(tokens, inside, plan);
        let is_blank = matches!(inside.map(|at| &tokens[at]), Some(Token::Char(c)) if c.is_whitespace());
        if is_blank && inner != Class::Punctuation {
            has_changed |= encode(tokens, inside, plan);
        }
        let inner = class(tokens, inside, plan);
        let outer = class(tokens, outside, plan);
        let is_open = matches!(outer, Class::Blank | Class::Punctuation);
        if !is_open && (inner != Class::Word || plan.is_underscore[at]) {
            has_changed |= encode(tokens, outside, plan);
        }
    }
    has_changed
}

fn encode(tokens: &[Token<'_>], at: Option<usize>, plan: &mut Plan) -> bool {
    let Some(at) = at.filter(|&at| matches!(tokens.get(at), Some(Token::Char(_)))) else { return false };
    !std::mem::replace(&mut plan.is_encoded[at], true)
}
