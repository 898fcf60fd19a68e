//! Who did what: lists for the panels of the app.

use crate::anchor::{write_author, write_spans, write_version};
use crate::engine::is_held;
use crate::js::object;
use js_sys::Array;
use motet::Choices;
use motet::{
    AuthorKey, ContainerId, EditRun, Id, OpRef, Replica, ReplicaId, SortedMap, SortedSet, Span, Standing, Value,
    VersionVector, people,
};
use wasm_bindgen::JsValue;

/// Who writes as a replica.
pub fn author_of(replica: &Replica, id: ReplicaId) -> AuthorKey {
    replica.author(id).unwrap_or(AuthorKey([0; 32]))
}

/// What an author calls themselves.
pub fn name_of(replica: &Replica, author: AuthorKey) -> String {
    let key = write_author(author);
    match replica.document().get(people(), &key) {
        Some(Value::Text(name)) => name.clone(),
        _ => name_lost(replica, author).unwrap_or_else(|| format!("Someone ({})", &key[..6])),
    }
}

/// What an author called themselves with the first of what they wrote, where that gave way, and the name with it: who it was has to
/// be said of just that.
fn name_lost(replica: &Replica, author: AuthorKey) -> Option<String> {
    let log = replica.document().log();
    replica.replicas_of(author).into_iter().filter(|id| log.end(*id) > 0).find_map(|id| {
        let (_, OpRef::Set { container, value: Some(value), .. }) = log.ops_in(Span::of(Id::new(id, 0))).next()? else {
            return None;
        };
        if let (true, Value::Text(name)) = (container == people(), value.to_value()) { Some(name) } else { None }
    })
}

/// The edit runs of everybody, oldest first.
pub fn runs(replica: &Replica) -> JsValue {
    let mut version = VersionVector::new();
    let list = replica.document().history().into_iter().map(|run| {
        version.extend_to(run.span.replica, run.span.end);
        edit_run(replica, &run, &version)
    });
    list.collect::<Array>().into()
}

fn edit_run(replica: &Replica, run: &EditRun, version: &VersionVector) -> JsValue {
    let author = author_of(replica, run.span.replica);
    let standing = replica.document().standing(run.span.last());
    // What is said of actions at the end of one stands whatever becomes of it.
    let is_out = |id: Id| matches!(replica.document().standing(id), Standing::Lost | Standing::Dependent);
    let is_lost = is_out(run.span.first()) || is_out(run.span.last());
    object([
        ("id", write_spans(&[Span::of(run.span.first())]).into()),
        ("spans", write_spans(&[run.span]).into()),
        ("author", write_author(author).into()),
        ("name", name_of(replica, author).into()),
        ("time", (run.time as f64 * 1000.0).into()),
        ("summary", summary(run).into()),
        ("inserted", run.insertions.into()),
        ("deleted", run.deletions.into()),
        ("undone", matches!(standing, Standing::Undone(_)).into()),
        ("lost", is_lost.into()),
        ("hidden", matches!(standing, Standing::Excluded(_)).into()),
        ("final", (replica.document().final_len(run.span) == run.span.len()).into()),
        ("forgotten", replica.has_forgotten(run.span).into()),
        ("version", js_sys::Uint8Array::from(write_version(version).as_slice()).into()),
    ])
}

fn summary(run: &EditRun) -> String {
    match &run.switched {
        Some((false, _)) => "Undid changes".to_owned(),
        Some((true, _)) => "Redid changes".to_owned(),
        None if !run.inserted.is_empty() => run.inserted.clone(),
        None if run.deletions > 0 => format!("Deleted {} characters", run.deletions),
        None if run.binds => "Decided for good".to_owned(),
        None if run.writes == 0 && !run.declared.is_empty() => "Said what changes mean together".to_owned(),
        None => "Changed properties".to_owned(),
    }
}

/// Everyone in the log.
pub fn authors(replica: &Replica, choices: &Choices) -> JsValue {
    let known: SortedSet<AuthorKey> =
        replica.document().log().logs().map(|log| author_of(replica, log.replica)).collect();
    let list = known.into_iter().map(|author| {
        object([
            ("id", write_author(author).into()),
            ("name", name_of(replica, author).into()),
            ("hidden", choices.hidden.contains(&author).into()),
            ("held", choices.held.contains_key(&author).into()),
        ])
    });
    list.collect::<Array>().into()
}

/// Who is responsible for what between two UTF-16 positions of the visible text.
pub fn blame(replica: &Replica, text: ContainerId, from: u32, to: u32) -> JsValue {
    let list = Array::new();
    let Some(now) = replica.document().model().text(text) else { return list.into() };
    let mut at = 0;
    for run in now.runs().filter(|run| run.visible) {
        for (span, len) in by_action(replica, run.span, run.text) {
            let (start, end) = (at.max(from), (at + len).min(to));
            if start < end {
                list.push(&stretch(replica, span, start, end));
            }
            at += len;
            if at >= to {
                return list.into();
            }
        }
    }
    list.into()
}

/// A run cut where actions of different times meet, with the UTF-16 length of each part.
fn by_action(replica: &Replica, span: Span, text: &str) -> Vec<(Span, u32)> {
    let Some(log) = replica.document().log().log(span.replica) else { return Vec::new() };
    let mut parts = Vec::new();
    let (mut start, mut rest) = (span.start, text.chars());
    while start < span.end {
        let end = log.header_at(start).range.end.min(span.end);
        let len = rest.by_ref().take((end - start) as usize).map(|c| c.len_utf16() as u32).sum();
        parts.push((Span::new(span.replica, start, end), len));
        start = end;
    }
    parts
}

fn stretch(replica: &Replica, span: Span, from: u32, to: u32) -> JsValue {
    let author = author_of(replica, span.replica);
    let time = replica.document().log().log(span.replica).map_or(0, |log| log.header_at(span.start).time);
    object([
        ("from", from.into()),
        ("to", to.into()),
        ("author", write_author(author).into()),
        ("name", name_of(replica, author).into()),
        ("time", (time as f64 * 1000.0).into()),
        ("spans", write_spans(&[span]).into()),
    ])
}

/// How many actions wait because of a hold.
pub fn held(replica: &Replica) -> u32 {
    let log = replica.document().log();
    let mut actions = 0;
    for span in replica.document().view().unseen() {
        let Some(log) = log.log(span.replica) else { continue };
        let mut at = span.start;
        while at < span.end {
            let action = log.action_range(at);
            actions += u32::from(is_held(replica, Id::new(span.replica, at)));
            at = action.end;
        }
    }
    actions
}

/// `spans` without what `less` names.
pub fn without(spans: &[Span], less: &[Span]) -> Vec<Span> {
    let mut sets: SortedMap<ReplicaId, motet::RangeSet> = SortedMap::new();
    for span in spans {
        sets.entry(span.replica).or_default().set(span.start..span.end, Some(()));
    }
    for span in less {
        sets.entry(span.replica).or_default().set(span.start..span.end, None);
    }
    let left = |(replica, set): (&ReplicaId, &motet::RangeSet)| -> Vec<Span> {
        set.iter().map(|(range, ())| Span::new(*replica, range.start, range.end)).collect()
    };
    sets.iter().flat_map(left).collect()
}
