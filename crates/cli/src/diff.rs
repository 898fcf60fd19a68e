//! `motet diff`: what two versions of a document show differently, word by word, and whose doing that is; or what is
//! different in two files.

pub mod files;
mod lines;

use crate::error::CommandError;
use crate::moment::Moment;
use crate::names::{Authors, VERSION_HELP, version};
use crate::opened::Opened;
use crate::out::{Paint, print, print_json};
use crate::subject::Subject;
use crate::view::ViewFlag;
use lines::{Line, lines};
use motet::{DiffPart, DiffSide, Replica};
use serde_json::{Value, json};
use server::{Content, DocumentType, text_container, write_version};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// How many lines around a change are shown.
const CONTEXT_LINES: usize = 1;

/// What to compare.
#[derive(Debug, clap::Args)]
#[command(override_usage = "motet diff [OPTIONS] <TARGET> <A> [B]\n       motet diff [OPTIONS] <FILE> <FILE>", after_help = VERSION_HELP)]
pub struct Arguments {
    #[command(flatten)]
    subject: Subject,
    #[command(flatten)]
    view: ViewFlag,
    /// Print all parts of both texts as JSON, with who made the difference; of two files, the changes.
    #[arg(long)]
    json: bool,
    /// For two JSON files: what their parts mean, as docs/JSON.md describes.
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
}

/// Compares A with B, or with what is there now, or two files; the exit code says whether they are the same.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    if let Some(files) = arguments.subject.files() {
        return files::run(files, arguments.schema.as_deref(), arguments.json);
    }
    let (target, words) = arguments.subject.document(2)?;
    let (from, to) = match words {
        [from, to] => (from.as_str(), to.as_str()),
        [from] => (from.as_str(), "now"),
        _ => return Err(CommandError::Other("which versions? motet diff TARGET A [B]".into())),
    };
    let opened = Opened::open(&target, &arguments.subject.login)?;
    let (before, after) = (version(opened.document(), from)?, version(opened.document(), to)?);
    let schema = arguments.schema.as_deref();
    let (before, after) = (arguments.view.moment(&opened, before)?, arguments.view.moment(&opened, after)?);
    let answer = compare(&opened, [&before, &after], schema, arguments.json)?;
    opened.close();
    Ok(answer)
}

/// Says what a document showed differently at two times; the exit code says whether it was the same.
pub fn compare(
    opened: &Opened,
    [before, after]: [&Moment; 2],
    schema: Option<&Path>,
    is_json_wanted: bool,
) -> Result<ExitCode, CommandError> {
    match DocumentType::of(opened.document()) {
        DocumentType::Json => return json(opened, [before, after], schema, is_json_wanted),
        DocumentType::Note => return note(opened, [before, after], is_json_wanted),
        DocumentType::Text => {}
    }
    let parts = opened.document().diff(text_container(), before.policy.clone(), after.policy.clone());
    let is_same = parts.iter().all(|part| part.side == DiffSide::Both);
    if is_json_wanted {
        let parts: Vec<Value> = parts.iter().map(|part| part_json(opened.replica(), part)).collect();
        let (from, to) = (write_version(&before.version), write_version(&after.version));
        print_json(&json!({ "document": opened.json(), "from": from, "to": to, "same": is_same, "parts": parts }))?;
    } else {
        print(&written(&lines(opened.replica(), &parts), Paint::for_stdout()))?;
    }
    Ok(ExitCode::from(u8::from(!is_same)))
}

/// Compares two versions of a JSON document, by structure.
fn json(
    opened: &Opened,
    moments: [&Moment; 2],
    schema: Option<&Path>,
    is_json_wanted: bool,
) -> Result<ExitCode, CommandError> {
    let schema = schema.map_or(Ok(json::Schema::default()), crate::merge::read_schema)?;
    let [before, after] = moments.map(|moment| moment.content(opened.document()));
    let tree = |content: Content| {
        let text = if content.text.is_empty() { "null".to_owned() } else { content.text };
        json::Tree::read(text).map_err(|error| CommandError::Damaged(error.to_string()))
    };
    let (before, after) = (tree(before?)?, tree(after?)?);
    say(opened, moments, files::structural(&before, &after, &schema), is_json_wanted)
}

/// Compares the Markdown of two versions of a note, word by word.
fn note(opened: &Opened, moments: [&Moment; 2], is_json_wanted: bool) -> Result<ExitCode, CommandError> {
    let [before, after] = moments.map(|moment| moment.content(opened.document()));
    say(opened, moments, files::textual(&before?.text, &after?.text), is_json_wanted)
}

/// Says what changed, for programs and in words.
fn say(
    opened: &Opened,
    moments: [&Moment; 2],
    (changes, words): (Vec<Value>, String),
    is_json_wanted: bool,
) -> Result<ExitCode, CommandError> {
    let is_same = changes.is_empty();
    if is_json_wanted {
        let [from, to] = moments.map(|moment| write_version(&moment.version));
        let document = opened.json();
        print_json(&json!({ "document": document, "from": from, "to": to, "same": is_same, "changes": changes }))?;
    } else {
        print(&words)?;
    }
    Ok(ExitCode::from(u8::from(!is_same)))
}

fn part_json(replica: &Replica, part: &DiffPart) -> Value {
    let mut json = json!({ "id": part.span.to_string(), "text": part.text });
    let side = match part.side {
        DiffSide::Both => "both",
        DiffSide::First => "removed",
        DiffSide::Second => "added",
    };
    json["side"] = side.into();
    if part.side != DiffSide::Both {
        let authors = Authors::of(replica);
        json["because"] = part.because.to_string().into();
        json["author"] = authors.whole(part.because.replica).into();
        json["time"] = authors.time(part.because).into();
    }
    json
}

/// The lines that changed, with a few around them.
fn written(lines: &[Line], paint: Paint) -> String {
    let mut out = String::new();
    let mut shown = 0;
    for (at, line) in lines.iter().enumerate() {
        let near = at.saturating_sub(CONTEXT_LINES)..lines.len().min(at + CONTEXT_LINES + 1);
        if !lines[near].iter().any(Line::is_changed) {
            continue;
        }
        if shown != at || at == 0 {
            out.push_str(&paint.name(&format!("line {}", line.number)));
            out.push('\n');
        }
        shown = at + 1;
        out.push_str(&line.written(paint));
    }
    out
}
