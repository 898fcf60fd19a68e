//! `motet suggestions`: what is only proposed, and what became of it.

use crate::draft::find;
use crate::effects::Effects;
use crate::error::CommandError;
use crate::names::Authors;
use crate::opened::Opened;
use crate::out::{Paint, print, print_json};
use crate::subject::Subject;
use crate::words::{Words, what};
use motet::{ProposalState, Proposed, ProposedChange, Proposes, Replica, Span};
use serde_json::{Value, json};
use server::action_json;
use std::process::ExitCode;

/// What to list.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit code 0: nothing waits for a decision; 1: something does.")]
pub struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// List what was decided or taken back too.
    #[arg(long)]
    all: bool,
    /// List what is in this draft, by name or id, only.
    #[arg(long)]
    draft: Option<String>,
    /// Print it as JSON, with every change.
    #[arg(long)]
    json: bool,
}

/// Lists it.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let (target, _) = arguments.subject.document(0)?;
    let opened = Opened::open(&target, &arguments.subject.login)?;
    let mut proposals = opened.document().proposals();
    if let Some(words) = &arguments.draft {
        let draft = find(opened.document(), words)?.id;
        proposals.retain(|proposed| proposed.proposal.draft() == Some(draft));
    }
    let is_open = proposals.iter().any(|proposed| !proposed.open.is_empty());
    proposals.retain(|proposed| arguments.all || !proposed.open.is_empty());
    let effects = Effects::on(opened.document())?;
    if arguments.json {
        let proposals: Vec<Value> =
            proposals.iter().map(|proposed| proposed_json(opened.replica(), &effects, proposed)).collect();
        print_json(&json!({ "document": opened.json(), "suggestions": proposals }))?;
    } else {
        let words = Words::of(opened.replica());
        print(&proposals.iter().map(|proposed| line(&words, &effects, proposed)).collect::<String>())?;
    }
    opened.close();
    Ok(if is_open { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// `0..4@2  open  you, 2026-11-21 17:19:07Z  +4 "two "`, and the draft; then each change, with what names it and what it would do.
pub fn line(words: &Words<'_>, effects: &Effects<'_>, proposed: &Proposed) -> String {
    let (run, paint) = (&proposed.run, Paint::for_stdout());
    let (id, who) = (run.span.to_string(), words.who(run.span.first()));
    let draft = proposed.proposal.draft().map(|draft| format!("  in {:?}", words.draft(draft)));
    let mut line = format!(
        "{}  {}  {who}  {}{}\n",
        paint.name(&id),
        proposed.state.word(),
        what(words, run),
        draft.unwrap_or_default()
    );
    let is_partly = proposed.state == ProposalState::Partly;
    for change in &proposed.changes {
        let state = if is_partly { format!("  ({})", change.state.word()) } else { String::new() };
        let does = match &change.what {
            Proposes::Delete { text, at } => format!("at {at} {}", paint.removed(&format!("-{text:?}"))),
            Proposes::Insert { text, at } => format!("at {at} {}", paint.added(&format!("+{text:?}"))),
            Proposes::Set { .. } | Proposes::Other => match effect(effects, change) {
                Some((_, words)) if words.is_empty() => "nothing by itself".to_owned(),
                Some((_, words)) => words.trim_end().replace('\n', "\n    "),
                None if is_partly => "a change".to_owned(),
                None => continue,
            },
        };
        line.push_str(&format!("  {}  {does}{state}\n", paint.name(&change.span.to_string())));
    }
    if is_partly && !proposed.open.is_empty() {
        line.push_str(&format!("  open: {}\n", spans(&proposed.open).join(" ")));
    }
    line
}

/// What a change would do that is open, and that no text tells of.
fn effect(effects: &Effects<'_>, change: &ProposedChange) -> Option<(Vec<Value>, String)> {
    let is_told = matches!(change.what, Proposes::Insert { .. } | Proposes::Delete { .. });
    if is_told || change.state != ProposalState::Open { None } else { effects.of(change.span) }
}

fn spans(spans: &[Span]) -> Vec<String> {
    spans.iter().map(Span::to_string).collect()
}

/// It as JSON.
pub fn proposed_json(replica: &Replica, effects: &Effects<'_>, proposed: &Proposed) -> Value {
    let Proposed { run, proposal, label, state, open, decided_by, changes } = proposed;
    let document = replica.document();
    let decided: Vec<Value> = decided_by.iter().map(|by| action_json(replica, *by)).collect();
    json!({
        "id": run.span.to_string(), "author": Authors::of(replica).whole(run.span.replica), "time": run.time,
        "label": label, "draft": proposal.draft().map(|draft| document.draft_name(draft).to_owned()),
        "state": state.word(), "open": spans(open), "decided": decided,
        "changes": changes.iter().map(|change| change_json(effects, change)).collect::<Vec<Value>>(),
    })
}

fn change_json(effects: &Effects<'_>, change: &ProposedChange) -> Value {
    let (id, state) = (change.span.to_string(), change.state.word());
    let mut json = match &change.what {
        Proposes::Insert { at, text } => json!({ "id": id, "state": state, "at": at, "inserted": text }),
        Proposes::Delete { at, text } => json!({ "id": id, "state": state, "at": at, "removed": text }),
        Proposes::Set { key, value } => json!({ "id": id, "state": state, "key": key, "removes": value.is_none() }),
        Proposes::Other => json!({ "id": id, "state": state }),
    };
    if let Some((effect, _)) = effect(effects, change) {
        json["effect"] = effect.into();
    }
    json
}
