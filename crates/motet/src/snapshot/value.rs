//! A snapshot as the value of its key.
//!
//! ```text
//! { "name": text, "note": text, "version": "replica:end,…", "view": { … } }
//! view, only what is not plain: "pin", "hold_all": version; "hidden": ["start..end@replica", …];
//!   "held": ["replica:from", …]; "held_parts": ["replica:end,… start..end@replica …", …]; "muted", "mine": ["replica", …]; "mine_first": "overlap", "order" or "conflict", from which grade
//!   on; "preferred": ["element", …]; "weights": ["element:weight", …]; "suggestions": "own" or "all"; "drafts": ["element", …]
//! ```
//!
//! Others may have written anything there: what does not read is no snapshot. A later version may say more of a snapshot,
//! but more of a view would show something else, so such a view does not read.

use super::{NewSnapshot, Snapshot};
use crate::version_text::{read_end, read_id, read_replica, read_version, write_version};
use clock::{Id, Span};
use log::Value;
use view::{Grade, HeldPart, Policy, Suggestions, elements_of, spans_of};

/// Takes what a list has, one by one.
type Tell<'a> = dyn FnMut(String) + 'a;

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
    let Policy {
        pin,
        hidden,
        muted,
        held,
        hold_all,
        held_parts,
        mine,
        mine_first,
        preferred,
        weights,
        suggestions,
        drafts,
    } = policy;
    let mut entries = Vec::new();
    entries.extend(pin.as_ref().map(|pin| text("pin", &write_version(pin))));
    entries.extend(hold_all.as_ref().map(|base| text("hold_all", &write_version(base))));
    // None where there is nothing. Told one by one, since iterators of seven kinds would weigh much in browsers.
    let mut texts = |key: &str, each: &dyn Fn(&mut Tell<'_>)| {
        let mut list = Vec::new();
        each(&mut |value| list.push(Value::Text(value)));
        if !list.is_empty() {
            entries.push((key.to_owned(), Value::List(list.into())));
        }
    };
    texts("hidden", &|tell| spans_of(hidden).iter().for_each(|span| tell(span.to_string())));
    texts("held_parts", &|tell| {
        for HeldPart { elements, since } in held_parts {
            let spans = spans_of(elements).into_iter().map(|span| span.to_string());
            tell([write_version(since)].into_iter().chain(spans).collect::<Vec<_>>().join(" "));
        }
    });
    texts("held", &|tell| held.iter().for_each(|(replica, from)| tell(format!("{replica}:{from}"))));
    texts("muted", &|tell| muted.iter().for_each(|replica| tell(replica.to_string())));
    // Whose they are matters only to who holds everything back, puts them first, or shows what they suggest.
    if hold_all.is_some() || !held_parts.is_empty() || mine_first.is_some() || *suggestions == Suggestions::Own {
        texts("mine", &|tell| mine.iter().for_each(|replica| tell(replica.to_string())));
    }
    texts("preferred", &|tell| preferred.iter().for_each(|id| tell(id.to_string())));
    texts("weights", &|tell| weights.iter().for_each(|(id, weight)| tell(format!("{id}:{weight}"))));
    texts("drafts", &|tell| drafts.iter().for_each(|id| tell(id.to_string())));
    entries.extend(mine_first.map(|from| text("mine_first", from.word())));
    entries.extend(match suggestions {
        Suggestions::None => None,
        Suggestions::Own => Some(text("suggestions", "own")),
        Suggestions::All => Some(text("suggestions", "all")),
    });
    entries
}

fn read_view(value: &Value) -> Option<Policy> {
    let Value::Map(entries) = value else { return None };
    let mut policy = Policy::default();
    for (key, value) in entries {
        match key.as_str() {
            "pin" => policy.pin = Some(read_version(string(value)?)?),
            "hold_all" => policy.hold_all = Some(read_version(string(value)?)?),
            "mine_first" => policy.mine_first = Some(Grade::of_word(string(value)?)?),
            "suggestions" => {
                policy.suggestions = match string(value)? {
                    "own" => Suggestions::Own,
                    "all" => Suggestions::All,
                    _ => return None,
                }
            }
            list @ ("hidden" | "held" | "held_parts" | "muted" | "mine" | "preferred" | "weights" | "drafts") => {
                let Value::List(values) = value else { return None };
                values.iter().try_for_each(|value| read_item(&mut policy, list, string(value)?))?;
            }
            _ => return None,
        }
    }
    Some(policy)
}

/// One of a list of the view.
fn read_item(policy: &mut Policy, list: &str, item: &str) -> Option<()> {
    match list {
        "hidden" => {
            let span = read_span(item)?;
            policy.hidden.entry(span.replica).or_default().set(span.start..span.end, Some(()));
        }
        "held" => policy.held.extend([read_end(item)?]),
        "held_parts" => {
            let mut words = item.split(' ');
            let since = read_version(words.next()?)?;
            let elements = elements_of(words.map(read_span).collect::<Option<Vec<Span>>>()?);
            policy.held_parts.push(HeldPart { elements, since });
        }
        "muted" => policy.muted.extend([read_replica(item)?]),
        "mine" => policy.mine.extend([read_replica(item)?]),
        "preferred" => policy.preferred.extend([read_id(item)?]),
        "weights" => policy.weights.extend([read_weight(item)?]),
        "drafts" => policy.drafts.extend([read_id(item)?]),
        _ => return None,
    }
    Some(())
}

fn text(key: &str, value: &str) -> (String, Value) {
    (key.to_owned(), Value::Text(value.to_owned()))
}

fn string(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
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
