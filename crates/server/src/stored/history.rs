//! Edit runs as JSON.

use super::meaning::{declared_json, telling, why_json};
use crate::version_text::write_version;
use clock::VersionVector;
use motet::{Document, EditRun, Replica, Standing};
use serde_json::{Value, json};

/// Edit runs that `before` covers, or all, the newest first, at most `count`.
pub fn history_json(replica: &Replica, before: Option<&VersionVector>, count: usize) -> Vec<Value> {
    let mut runs = with_versions(replica.document());
    if let Some(before) = before {
        runs.retain(|(run, _)| before.contains(run.span.last()));
    }
    runs.iter().rev().take(count).map(|(run, version)| run_json(replica, run, version)).collect()
}

/// All edit runs, the oldest first, each with a version right after it.
fn with_versions(document: &Document) -> Vec<(EditRun, VersionVector)> {
    let mut version = VersionVector::new();
    let after = |run: EditRun| {
        version.extend_to(run.span.replica, run.span.end);
        (run, version.clone())
    };
    document.history().into_iter().map(after).collect()
}

/// One edit run; `version` is the one right after it, which `?at=` takes.
pub fn run_json(replica: &Replica, run: &EditRun, version: &VersionVector) -> Value {
    let document = replica.document();
    let is_undone = matches!(document.standing(run.span.last()), Standing::Undone(_));
    let author = replica.author(run.span.replica).map(|author| author.to_string());
    let mut json = json!({
        "id": run.span.to_string(),
        "author": author,
        "time": run.time,
        "text": run.inserted,
        "inserted": run.insertions,
        "deleted": run.deletions,
        "written": run.writes,
        "undone": is_undone,
        "why": why_json(replica, telling(document, run)),
        "version": write_version(version),
    });
    if !run.declared.is_empty() {
        json["declared"] = run.declared.iter().map(|id| declared_json(replica, *id)).collect();
    }
    if let Some((on, spans)) = &run.switched {
        let spans: Vec<String> = spans.iter().map(ToString::to_string).collect();
        json[if *on { "redid" } else { "undid" }] = json!(spans);
    }
    json
}
