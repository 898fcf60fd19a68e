//! What a merge says about itself.

use crate::out::counted;
use json::{Conflict, ConflictKind, Piece, Taken, TextMerge};
use serde_json::{Value, json};
use std::path::Path;

/// Characters of a value that are shown.
const SHOWN_MAX: usize = 40;

/// The conflicts of a merge.
#[derive(Debug)]
pub enum Report {
    /// Of JSON.
    Json(Vec<Conflict>),
    /// Of text.
    Text(Vec<Lines>),
}

/// Lines that both sides changed.
#[derive(Debug)]
pub struct Lines {
    /// The first of them in the result, from 1.
    line: usize,
    base: String,
    ours: String,
    theirs: String,
}

impl Report {
    /// Of a text, which is written as told.
    pub fn of_text(merged: &TextMerge<'_>, written: impl Fn(&TextMerge<'_>) -> String) -> Self {
        let mut line = 1;
        let mut conflicts = Vec::new();
        for piece in &merged.pieces {
            if let Piece::Conflict { base, ours, theirs } = *piece {
                let [base, ours, theirs] = [base, ours, theirs].map(str::to_owned);
                conflicts.push(Lines { line, base, ours, theirs });
            }
            let text = written(&TextMerge { pieces: vec![piece.clone()] });
            line += text.matches('\n').count();
        }
        Self::Text(conflicts)
    }

    /// Whether there is no conflict.
    pub fn is_clean(&self) -> bool {
        self.len() == 0
    }

    fn len(&self) -> usize {
        match self {
            Self::Json(conflicts) => conflicts.len(),
            Self::Text(conflicts) => conflicts.len(),
        }
    }

    /// For programs; docs/MERGE.md has the form.
    pub fn json(&self, name: &Path) -> Value {
        let (form, conflicts) = match self {
            Self::Json(conflicts) => ("json", conflicts.iter().map(conflict_json).collect::<Vec<Value>>()),
            Self::Text(conflicts) => ("text", conflicts.iter().map(Lines::json).collect()),
        };
        json!({ "file": name.display().to_string(), "as": form, "clean": self.is_clean(), "conflicts": conflicts })
    }

    /// For people: nothing where there is nothing to say.
    pub fn written(&self, name: &Path) -> String {
        if self.is_clean() {
            return String::new();
        }
        let mut out = format!("{}: {}\n", name.display(), counted(self.len(), "conflict"));
        match self {
            Self::Json(conflicts) => conflicts.iter().for_each(|conflict| out.push_str(&said(conflict))),
            Self::Text(conflicts) => conflicts.iter().for_each(|lines| {
                let (ours, theirs) = (shown(Some(&lines.ours)), shown(Some(&lines.theirs)));
                out.push_str(&format!("  line {}: both changed these lines: {ours} | {theirs}\n", lines.line));
            }),
        }
        out
    }
}

impl Lines {
    fn json(&self) -> Value {
        let Self { line, base, ours, theirs } = self;
        json!({ "line": line, "kind": "text", "base": base, "ours": ours, "theirs": theirs, "taken": "both" })
    }
}

fn conflict_json(conflict: &Conflict) -> Value {
    json!({
        "pointer": conflict.pointer,
        "kind": conflict.kind.code(),
        "base": conflict.base,
        "ours": conflict.ours,
        "theirs": conflict.theirs,
        "taken": conflict.taken.code(),
    })
}

fn said(conflict: &Conflict) -> String {
    let what = match conflict.kind {
        ConflictKind::BothSet => "both set it",
        ConflictKind::BothAdded => "both added it",
        ConflictKind::Text => "both changed the same words",
        ConflictKind::DeleteEdit => "removed on one side, edited on the other",
        ConflictKind::DeleteMove => "removed on one side, moved on the other",
        ConflictKind::DeleteReference => "removed on one side, newly referred to on the other",
        ConflictKind::Order => "both put it elsewhere among the others",
        ConflictKind::BothMoved => "both moved it",
        ConflictKind::BothRenamed => "both renamed it",
        _ => "both changed it",
    };
    let [base, ours, theirs] = [&conflict.base, &conflict.ours, &conflict.theirs].map(|value| shown(value.as_deref()));
    let taken = match conflict.taken {
        Taken::Both => "something of both is kept",
        Taken::Ours => "ours is kept",
        Taken::Theirs => "theirs is kept",
    };
    let place = if conflict.pointer.is_empty() { "the document" } else { &conflict.pointer };
    format!("  {place}: {what}: {base} -> {ours} | {theirs}; {taken}\n")
}

fn shown(text: Option<&str>) -> String {
    let Some(text) = text else { return "nothing".to_owned() };
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None if line.is_empty() => "nothing".to_owned(),
        None => line,
    }
}
