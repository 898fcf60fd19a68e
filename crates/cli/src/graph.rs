//! `motet graph`: what ties edit runs to each other, and what became of each.

use crate::error::CommandError;
use crate::names::run as named_run;
use crate::opened::Opened;
use crate::out::{Paint, print, print_json};
use crate::subject::Subject;
use crate::words::Words;
use motet::{Bond, BondKind, Id, SortedMap, Span, Ties, Why};
use serde_json::{Value, json};
use server::why_json;
use std::process::ExitCode;

/// What to look at.
#[derive(Debug, clap::Args)]
#[command(after_help = "Without --at, all that is tied to anything. Actions are named as `motet log` names runs. \
`motet graph TARGET --format dot | dot -Tsvg -o graph.svg` draws it.")]
pub struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// Only what is tied to this run, or part of one (0..12@2f) or element (12@2f), straight or through others.
    #[arg(long, value_name = "RUN")]
    at: Option<String>,
    /// As what to print it.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// Words, for people.
    Text,
    /// JSON, for programs.
    Json,
    /// The language of Graphviz, to be drawn.
    Dot,
}

/// Prints the actions, their ties with the rules, and which of them are active, and why.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let (target, _) = arguments.subject.document(0)?;
    let opened = Opened::open(&target, &arguments.subject.login)?;
    let document = opened.document();
    let at = arguments.at.as_deref().map(|words| named_run(document, &as_run(words))).transpose()?;
    let ties = document.ties(at.as_ref().map(std::slice::from_ref));
    let words = Words::of(opened.replica());
    match arguments.format {
        Format::Text => print(&text(&ties, &words, Paint::for_stdout()))?,
        Format::Dot => print(&dot(&ties, &words))?,
        Format::Json => {
            let action = |(span, _): &(Span, Why)| {
                let mut json = why_json(opened.replica(), document.doing(*span));
                json["id"] = span.to_string().into();
                json
            };
            let actions: Vec<Value> = ties.actions.iter().map(action).collect();
            let bonds: Vec<Value> = ties.bonds.iter().map(|bond| bond_json(&ties, bond)).collect();
            print_json(&json!({ "document": opened.json(), "actions": actions, "ties": bonds }))?;
        }
    }
    opened.close();
    Ok(ExitCode::SUCCESS)
}

/// An element is a run of one.
fn as_run(words: &str) -> String {
    match words.split_once('@') {
        Some((seq, replica)) => match seq.parse::<u32>() {
            Ok(seq) => format!("{seq}..{}@{replica}", u64::from(seq) + 1),
            Err(_) => words.to_owned(),
        },
        None => words.to_owned(),
    }
}

fn word(why: &Why) -> &'static str {
    match why {
        Why::Active => "active",
        Why::Excluded(_) => "hidden",
        Why::Undone(_) => "undone",
        Why::Proposed { .. } => "proposed",
        Why::Failed => "failed",
        Why::Dependent(_) | Why::Unmet(_) => "dependent",
        Why::Lost(_) => "lost",
    }
}

fn text(ties: &Ties, words: &Words<'_>, paint: Paint) -> String {
    if ties.actions.is_empty() {
        return "nothing is tied to anything here\n".into();
    }
    let mut out = String::new();
    for (span, _) in &ties.actions {
        let (name, id) = (paint.name(&span.to_string()), words.doing(*span));
        out.push_str(&format!("{name}  {}\n  {}\n", words.action(id), words.why(id)));
    }
    for bond in &ties.bonds {
        let off = if bond.is_in_force { "" } else { " (not in force)" };
        out.push_str(&format!("{}{off}\n", words.bond(bond)));
    }
    out
}

fn bond_json(ties: &Ties, bond: &Bond) -> Value {
    let whole = |id: &Id| {
        let action = ties.actions.iter().find(|(span, _)| span.first() == *id);
        action.map_or_else(|| id.to_string(), |(span, _)| span.to_string())
    };
    let actions: Vec<String> = bond.actions.iter().map(whole).collect();
    let mut json = match &bond.kind {
        BondKind::Constraint(id, rule) => json!({ "rule": rule.word(), "said": id.to_string() }),
        BondKind::Places(name, places) => json!({ "claim": &**name, "places": places }),
        BondKind::Related => json!({ "rule": "related" }),
        BondKind::Answer(id) => json!({ "answer": id.to_string() }),
    };
    if let BondKind::Constraint(_, motet::Rule::AtMost(max)) = bond.kind {
        json["max"] = max.into();
    }
    json["actions"] = actions.into();
    json["inForce"] = bond.is_in_force.into();
    json
}

/// Actions are boxes, filled where they are active. What ties two is an edge; what ties several is a point between them.
fn dot(ties: &Ties, words: &Words<'_>) -> String {
    let quoted = |words: &str| format!("\"{}\"", words.replace('\\', "\\\\").replace('"', "\\\""));
    let mut out = String::from("digraph motet {\n  node [shape=box, fontname=sans];\n  edge [fontname=sans];\n");
    let mut numbers = SortedMap::new();
    for (at, (span, why)) in ties.actions.iter().enumerate() {
        numbers.insert(span.first(), at);
        let style = if *why == Why::Active { "filled" } else { "dashed" };
        let label = format!("{}\n{}\n{}", words.action(words.doing(*span)), span, word(why));
        out.push_str(&format!("  a{at} [label={}, style={style}];\n", quoted(&label).replace('\n', "\\n")));
    }
    for (at, bond) in ties.bonds.iter().enumerate() {
        let style = if bond.is_in_force { "solid" } else { "dotted" };
        let label = quoted(&words.bond_word(bond));
        let ends: Vec<String> =
            bond.actions.iter().filter_map(|id| numbers.get(id)).map(|at| format!("a{at}")).collect();
        match ends.as_slice() {
            [from, to] => {
                let heads = if is_directed(bond) { "" } else { ", dir=none" };
                out.push_str(&format!("  {from} -> {to} [label={label}, style={style}{heads}];\n"));
            }
            ends => {
                out.push_str(&format!("  t{at} [label={label}, shape=ellipse, style={style}];\n"));
                for end in ends {
                    out.push_str(&format!("  t{at} -> {end} [dir=none, style={style}];\n"));
                }
            }
        }
    }
    out.push_str("}\n");
    out
}

/// Whether its actions differ in what they are to each other.
fn is_directed(bond: &Bond) -> bool {
    matches!(bond.kind, BondKind::Constraint(_, rule) if rule.listing() == motet::Listing::Pair)
}
