//! Documents and edits from a seed.
#![allow(dead_code, missing_docs, reason = "each test file uses a part")]

use serde_json::{Value, json};

/// SplitMix64 (Steele, Lea, Flood): small, and the same everywhere.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }
}

const NUMBERS: [&str; 14] = [
    "0",
    "-0",
    "1",
    "1.0",
    "1.50",
    "-12e5",
    "1E+05",
    "2e-7",
    "0.1",
    "123456789012345678901234567890",
    "-0.0",
    "3",
    "1e400",
    "100",
];
const STRINGS: [&str; 12] = [
    "",
    "a",
    "b",
    "é",
    "\\u00e9",
    "\\ud83d\\ude00",
    "\\ud800",
    "\\/\\\\\\\"",
    "tab\\tline\\n",
    "some words that are long enough to be a text",
    "other words that are long enough to be a text",
    "\u{7f}\u{2028}",
];
const KEYS: [&str; 9] = ["a", "b", "c", "\\u0061", "id", "name", "", "a/b", "x~y"];
const BLANKS: [&str; 8] = ["", "", "", " ", "\n", "\t", "\r\n  ", " \n\n"];

/// Any JSON: odd white space, escapes, numbers, duplicate keys, sometimes a byte order mark.
pub fn anything(dice: &mut Dice) -> String {
    let mut out = String::new();
    if dice.below(10) == 0 {
        out.push('\u{feff}');
    }
    blank(dice, &mut out);
    value(dice, 5, &mut out);
    blank(dice, &mut out);
    out
}

fn blank(dice: &mut Dice, out: &mut String) {
    out.push_str(dice.pick(&BLANKS));
}

fn value(dice: &mut Dice, depth: usize, out: &mut String) {
    match dice.below(if depth == 0 { 6 } else { 10 }) {
        0 => out.push_str("null"),
        1 => out.push_str("true"),
        2 => out.push_str("false"),
        3 => out.push_str(dice.pick(&NUMBERS)),
        4 | 5 => string(dice, &STRINGS, out),
        6 | 7 => container(dice, depth, ['[', ']'], out),
        _ => container(dice, depth, ['{', '}'], out),
    }
}

fn string(dice: &mut Dice, choices: &[&str], out: &mut String) {
    out.push('"');
    out.push_str(dice.pick(choices));
    out.push('"');
}

fn container(dice: &mut Dice, depth: usize, [open, close]: [char; 2], out: &mut String) {
    out.push(open);
    blank(dice, out);
    for at in 0..dice.below(5) {
        if at > 0 {
            out.push(',');
        }
        blank(dice, out);
        if open == '{' {
            string(dice, &KEYS, out);
            blank(dice, out);
            out.push(':');
            blank(dice, out);
        }
        value(dice, depth - 1, out);
        blank(dice, out);
    }
    out.push(close);
}

/// A tree of items with ids, as scenes and outlines are: `children` hold more, the rest is what items have.
pub fn outline(dice: &mut Dice, fresh: &mut u32, depth: usize) -> Value {
    let count = if depth == 0 { 0 } else { dice.below(5) };
    let children: Vec<Value> = (0..count).map(|_| outline(dice, fresh, depth - 1)).collect();
    item(dice, fresh, children)
}

/// One item of an outline.
pub fn item(dice: &mut Dice, fresh: &mut u32, children: Vec<Value>) -> Value {
    *fresh += 1;
    let tags: Vec<String> = (0..dice.below(5)).map(|at| format!("tag{fresh}-{at}")).collect();
    json!({
        "id": format!("n{fresh}"),
        "title": format!("title {}", dice.below(9)),
        "size": dice.below(100),
        "position": [dice.below(9), dice.below(9), dice.below(9)],
        "more": { "on": true, "depth": dice.below(9), "label": "x" },
        "tags": tags,
        "children": children,
    })
}

/// The text of a value, laid out in one of several ways.
pub fn written(value: &Value, way: usize) -> String {
    match way % 3 {
        0 => serde_json::to_string_pretty(value).unwrap() + "\n",
        1 => value.to_string(),
        _ => serde_json::to_string_pretty(value).unwrap().replace("  ", "\t"),
    }
}
