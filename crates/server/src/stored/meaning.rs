//! What actions mean together as JSON: why a run is active or not, what gave way, what was declared.

use motet::{AuthorKey, Conflict, Document, EditRun, Excluded, Id, Loss, OpRef, Outcome, Replica, Rule, Span, Why};
use serde_json::{Value, json};

/// The element of a run that says most of how it stands: the last one that is not active, or where all are, the last one.
pub fn telling(document: &Document, run: &EditRun) -> Id {
    let parts = document.why_parts(run.span);
    parts.iter().rev().find(|(_, why)| *why != Why::Active).map_or(run.span.last(), |(part, _)| part.first())
}

/// Why an element stands as it does. Actions are named by their elements, as edit runs are, and have authors and times.
pub fn why_json(replica: &Replica, id: Id) -> Value {
    match replica.document().why(id) {
        Why::Active => json!({ "standing": "active" }),
        Why::Excluded(choice) => json!({ "standing": "excluded", "choice": choice_word(choice) }),
        Why::Undone(by) => json!({ "standing": "undone", "by": action_json(replica, by) }),
        Why::Proposed { rejected, draft } => json!({
            "standing": "proposed",
            "rejected": rejected.map(|by| action_json(replica, by)),
            "draft": draft.map(|draft| replica.document().draft_name(draft)),
        }),
        Why::Failed => json!({ "standing": "failed" }),
        Why::Dependent(on) => json!({ "standing": "dependent", "on": action_json(replica, on) }),
        Why::Unmet(constraint) => json!({ "standing": "dependent", "unmet": declared_json(replica, constraint) }),
        Why::Lost(loss) => {
            let answer = replica.document().view().answer_to(id);
            let mut json = loss_json(replica, &loss, answer);
            json["standing"] = "lost".into();
            json
        }
    }
}

/// All that gave way, each with what it gave way to, by what, and the answer, if somebody decided.
pub fn conflicts_json(replica: &Replica) -> Value {
    let conflict = |conflict: Conflict| {
        let mut json = loss_json(replica, &conflict.loss, conflict.answer);
        json["action"] = action_json(replica, conflict.action.first());
        json["rivals"] = actions_json(replica, &conflict.rivals);
        json
    };
    replica.document().conflicts().into_iter().map(conflict).collect()
}

/// To what something gave way, by what, and by whose decision.
fn loss_json(replica: &Replica, loss: &Loss, answer: Option<Id>) -> Value {
    let by = match loss {
        Loss::Circle(_) => json!({ "circle": true }),
        Loss::Constraint { constraint, .. } => json!({ "constraint": declared_json(replica, *constraint) }),
        Loss::Claim { name, .. } => json!({ "claim": **name }),
        Loss::Related(_) => json!({ "related": true }),
        Loss::Mine(_) => json!({ "mine": true }),
        Loss::Decided(by) => json!({ "decided": by.to_string() }),
        Loss::Answer(_) => json!({}),
    };
    let mut json = by;
    json["to"] = actions_json(replica, loss.by());
    json["answer"] = answer.map(|answer| declared_json(replica, answer)).into();
    json
}

/// An action: its elements, who made it, and when.
pub fn action_json(replica: &Replica, id: Id) -> Value {
    let document = replica.document();
    let span = document.action_of(id).unwrap_or(Span::of(id));
    let time = document.log().log(id.replica).filter(|log| id.seq < log.end()).map(|log| log.header_at(id.seq).time);
    let author = replica.author(id.replica).map(|author| author.to_string());
    json!({ "id": span.to_string(), "author": author, "time": time })
}

fn actions_json(replica: &Replica, actions: &[Id]) -> Value {
    actions.iter().map(|action| action_json(replica, *action)).collect()
}

/// What an element declares of which actions, who said so, and when.
pub fn declared_json(replica: &Replica, id: Id) -> Value {
    let document = replica.document();
    let mut json = action_json(replica, id);
    json["id"] = Span::of(id).to_string().into();
    let spans = |actions: &[Id]| -> Vec<String> {
        actions.iter().map(|action| document.action_of(*action).unwrap_or(Span::of(*action)).to_string()).collect()
    };
    match document.log().ops_in(Span::of(id)).next() {
        Some((_, OpRef::Constrain { rule, actions })) => {
            json["rule"] = rule.word().into();
            if let Rule::AtMost(max) = rule {
                json["max"] = max.into();
            }
            json["actions"] = spans(actions).into();
        }
        Some((_, OpRef::Claim { name, places })) => {
            json["claim"] = name.into();
            json["places"] = places.into();
        }
        Some((_, OpRef::Resolve { actions, keep, .. })) => {
            json["actions"] = spans(actions).into();
            json["keep"] = spans(keep).into();
        }
        Some((_, OpRef::Weigh { actions, weight, .. })) => {
            json["actions"] = spans(actions).into();
            json["weight"] = weight.into();
        }
        Some((_, OpRef::Govern { rules, deciders, .. })) => {
            let keys = deciders.iter().map(|decider| AuthorKey(decider.0).to_string());
            json["deciders"] = keys.collect::<Vec<String>>().into();
            json["rules"] = rules.into();
        }
        Some((_, OpRef::Decide { outcomes, .. })) => {
            let of = |wanted: Outcome| {
                let actions = outcomes.iter().filter(|(_, outcome)| *outcome == wanted).map(|(id, _)| *id);
                spans(&actions.collect::<Vec<Id>>())
            };
            json["out"] = of(Outcome::Out).into();
            json["open"] = of(Outcome::Open).into();
        }
        Some((_, OpRef::Vote { decision })) => json["agrees"] = Span::of(decision).to_string().into(),
        Some((_, OpRef::Trim { decision, .. })) => json["trims"] = Span::of(decision).to_string().into(),
        _ => {}
    }
    json
}

fn choice_word(choice: Excluded) -> &'static str {
    match choice {
        Excluded::OutOfRange => "pinned",
        Excluded::Hidden => "hidden",
        Excluded::Muted => "muted",
        Excluded::Held => "held",
    }
}
