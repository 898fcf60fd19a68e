//! `motet blame`: who wrote what is there.

use crate::error::CommandError;
use crate::names::{Authors, VERSION_HELP, version};
use crate::opened::Opened;
use crate::out::{Paint, print, print_json};
use crate::subject::Subject;
use crate::time_text::write_time;
use motet::{DiffSide, Policy, Replica, Span, VersionVector};
use serde_json::{Value, json};
use server::{DocumentType, text_container, write_version};
use std::process::ExitCode;

/// What to look into.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// Look into this version instead of the newest.
    #[arg(long, value_name = "VERSION", default_value = "now", long_help = VERSION_HELP)]
    at: String,
    /// Print all parts of the text as JSON, each with its author.
    #[arg(long)]
    json: bool,
}

/// Shows, line by line, who wrote in it last; in JSON, part by part, who wrote it.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let (target, _) = arguments.subject.document(0)?;
    let opened = Opened::open(&target, &arguments.subject.login)?;
    check_type(DocumentType::of(opened.document()))?;
    let version = version(opened.document(), &arguments.at)?;
    let parts = parts(opened.replica(), &version);
    if arguments.json {
        let parts: Vec<Value> = parts.iter().map(|part| part.json(opened.replica())).collect();
        print_json(&json!({ "document": opened.json(), "version": write_version(&version), "parts": parts }))?;
    } else {
        print(&written(opened.replica(), &parts, Paint::for_stdout()))?;
    }
    opened.close();
    Ok(ExitCode::SUCCESS)
}

/// Only of texts it is known line by line who wrote them.
fn check_type(document_type: DocumentType) -> Result<(), CommandError> {
    let what = match document_type {
        DocumentType::Text => return Ok(()),
        DocumentType::Json => "a JSON document",
        DocumentType::Note => "a note",
    };
    Err(CommandError::Other(format!(
        "this is {what}, and motet blame knows texts only. motet log says who changed it when, motet diff what changed"
    )))
}

/// Characters that one author wrote at one time.
struct Part {
    span: Span,
    text: String,
    time: i64,
}

impl Part {
    fn json(&self, replica: &Replica) -> Value {
        let author = Authors::of(replica).whole(self.span.replica);
        json!({ "id": self.span.to_string(), "text": self.text, "author": author, "time": self.time })
    }
}

/// The text at `version` in parts: what an empty document would have to get.
fn parts(replica: &Replica, version: &VersionVector) -> Vec<Part> {
    let pin = |version: VersionVector| Policy { pin: Some(version), ..Policy::default() };
    let document = replica.document();
    let all = document.diff(text_container(), pin(VersionVector::new()), pin(version.clone()));
    let mut parts = Vec::new();
    for part in all.into_iter().filter(|part| part.side == DiffSide::Second) {
        let log = document.log().log(part.span.replica).expect("its elements are here");
        let mut rest = part.text.as_str();
        for run in log.headers_in(part.span.start..part.span.end) {
            let (start, end) = (run.range.start.max(part.span.start), run.range.end.min(part.span.end));
            let len = rest.char_indices().nth((end - start) as usize).map_or(rest.len(), |(at, _)| at);
            let (text, behind) = rest.split_at(len);
            parts.push(Part { span: Span::new(part.span.replica, start, end), text: text.to_owned(), time: run.time });
            rest = behind;
        }
    }
    parts
}

/// The lines, each with whoever wrote in it last.
fn written(replica: &Replica, parts: &[Part], paint: Paint) -> String {
    let authors = Authors::of(replica);
    let mut out = String::new();
    let (mut line, mut latest, mut number) = (String::new(), None::<&Part>, 1);
    let mut end = |line: &mut String, latest: &mut Option<&Part>| {
        let Some(part) = latest.take() else { return };
        let (author, time) = (authors.short(part.span.replica), write_time(part.time));
        out.push_str(&format!("{} {number:>4}  {line}\n", paint.faint(&format!("{author:<8}  {time}"))));
        line.clear();
        number += 1;
    };
    for part in parts {
        for piece in part.text.split_inclusive('\n') {
            if latest.is_none_or(|latest| latest.time <= part.time) {
                latest = Some(part);
            }
            line.push_str(piece.trim_end_matches('\n'));
            if piece.ends_with('\n') {
                end(&mut line, &mut latest);
            }
        }
    }
    end(&mut line, &mut latest);
    out
}
