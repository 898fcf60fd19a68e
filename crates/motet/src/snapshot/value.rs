//! A snapshot as the value of its key.
//!
//! ```text
//! { "name": text, "note": text, "version": "replica:end,…", "view": { … } }
//! view, only what is not plain: "pin", "hold_all": version; "hidden": ["start..end@replica", …];
//!   "held": ["replica:from", …]; "muted", "mine": ["replica", …]; "mine_first": "overlap", "order" or "conflict", from which grade
//!   on; "preferred": ["element", …]; "weights": ["element:weight", …]; "suggestions": "own" or "all"; "drafts": ["element", …]
//! ```
//!
//! Others may have written anything there: what does not read is no snapshot. A later version may say more of a snapshot,
//! but more of a view would show something else, so such a view does not read.

use super::{NewSnapshot, Snapshot};
use crate::version_text::{read_end, read_id, read_replica, read_version, write_version};
use clock::{Id, RangeSet, ReplicaId, SortedMap, Span};
use log::Value;
use view::{Grade, Policy, Suggestions};

/// The value of a snapshot.
pub fn write(new: &NewSnapshot<'_>) -> Value {
    let mut entries = vec![text("name", new.name), text("version", &write_version(&new.version))];
    if !new.note.is_empty() {
        entries.push(text("note", new.note));
    }
    let view = write_view(&new.policy);
    if !view.is_empty() {
        entries.push(("view".into(), Value::Map(view.into())));
    }
    Value::Map(entries.into())
}

/// The snapshot that a value under `id` is, if it is one.
pub fn read(id: &str, write: Id, value: &Value) -> Option<Snapshot> {
    let Value::Map(entries) = value else { return None };
    let get = |key: &str| entries.iter().find(|(name, _)| name == key).map(|(_, value)| value);
    let name = string(get("name")?)?;
    let note = get("note").map_or(Some(""), string)?;
    let version = read_version(string(get("version")?)?).filter(|version| !version.is_empty())?;
    let policy = get("view").map_or(Some(Policy::default()), read_view)?;
    // They are printed where people look.
    let is_foul = |text: &str, line_end| text.chars().any(|c| c.is_control() && c != line_end);
    if is_foul(id, ' ') || is_foul(name, ' ') || is_foul(note, '\n') {
        return None;
    }
    Some(Snapshot { id: id.to_owned(), name: name.to_owned(), note: note.to_owned(), version, policy, write })
}

fn write_view(policy: &Policy) -> Vec<(String, Value)> {
    // Every field by its name: a choice that is not written here would be lost.
    let Policy { pin, hidden, muted, held, hold_all, mine, mine_first, preferred, weights, suggestions, drafts } =
        policy;
    let mut entries = Vec::new();
    entries.extend(pin.as_ref().map(|pin| text("pin", &write_version(pin))));
    entries.extend(hold_all.as_ref().map(|base| text("hold_all", &write_version(base))));
    let spans = |(&replica, ranges): (&ReplicaId, &RangeSet)| -> Vec<String> {
        ranges.iter().map(|(range, ())| Span::new(replica, range.start, range.end).to_string()).collect()
    };
    entries.extend(texts("hidden", hidden.iter().flat_map(spans)));
    entries.extend(texts("held", held.iter().map(|(replica, from)| format!("{replica}:{from}"))));
    entries.extend(texts("muted", muted.iter().map(ToString::to_string)));
    // Whose they are matters only to who holds everything back, puts them first, or shows what they suggest.
    let let_through =
        mine.iter().filter(|_| hold_all.is_some() || mine_first.is_some() || *suggestions == Suggestions::Own);
    entries.extend(texts("mine", let_through.map(ToString::to_string)));
    entries.extend(mine_first.map(|from| text("mine_first", from.word())));
    entries.extend(texts("preferred", preferred.iter().map(ToString::to_string)));
    entries.extend(texts("weights", weights.iter().map(|(id, weight)| format!("{id}:{weight}"))));
    entries.extend(match suggestions {
        Suggestions::None => None,
        Suggestions::Own => Some(text("suggestions", "own")),
        Suggestions::All => Some(text("suggestions", "all")),
    });
    entries.extend(texts("drafts", drafts.iter().map(ToString::to_string)));
    entries
}

fn read_view(value: &Value) -> Option<Policy> {
    let Value::Map(entries) = value else { return None };
    let mut policy = Policy::default();
    for (key, value) in entries {
        match key.as_str() {
            "pin" => policy.pin = Some(read_version(string(value)?)?),
            "hold_all" => policy.hold_all = Some(read_version(string(value)?)?),
            "hidden" => {
                let mut hidden: SortedMap<ReplicaId, RangeSet> = SortedMap::new();
                for span in strings(value)? {
                    let span = read_span(span)?;
                    hidden.entry(span.replica).or_default().set(span.start..span.end, Some(()));
                }
                policy.hidden = hidden;
            }
            "held" => policy.held = strings(value)?.into_iter().map(read_end).collect::<Option<_>>()?,
            "muted" => policy.muted = strings(value)?.into_iter().map(read_replica).collect::<Option<_>>()?,
            "mine" => policy.mine = strings(value)?.into_iter().map(read_replica).collect::<Option<_>>()?,
            "mine_first" => policy.mine_first = Some(Grade::of_word(string(value)?)?),
            "preferred" => policy.preferred = strings(value)?.into_iter().map(read_id).collect::<Option<_>>()?,
            "weights" => policy.weights = strings(value)?.into_iter().map(read_weight).collect::<Option<_>>()?,
            "suggestions" => {
                policy.suggestions = match string(value)? {
                    "own" => Suggestions::Own,
                    "all" => Suggestions::All,
                    _ => return None,
                }
            }
            "drafts" => policy.drafts = strings(value)?.into_iter().map(read_id).collect::<Option<_>>()?,
            _ => return None,
        }
    }
    Some(policy)
}

fn text(key: &str, value: &str) -> (String, Value) {
    (key.to_owned(), Value::Text(value.to_owned()))
}

/// None where there is nothing.
fn texts(key: &str, values: impl Iterator<Item = String>) -> Option<(String, Value)> {
    let values: Vec<Value> = values.map(Value::Text).collect();
    (!values.is_empty()).then(|| (key.to_owned(), Value::List(values.into())))
}

fn string(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

fn strings(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::List(values) => values.iter().map(string).collect(),
        _ => None,
    }
}

fn read_weight(text: &str) -> Option<(Id, u16)> {
    let (id, weight) = text.split_once(':')?;
    Some((read_id(id)?, weight.parse().ok().filter(|weight| *weight > 0)?))
}

/// What [`Span`] prints.
fn read_span(text: &str) -> Option<Span> {
    let (range, replica) = text.split_once('@')?;
    let (start, end) = range.split_once("..")?;
    let span = Span::new(read_replica(replica)?, start.parse().ok()?, end.parse().ok()?);
    (!span.is_empty()).then_some(span)
}
