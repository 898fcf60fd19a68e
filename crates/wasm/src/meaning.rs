//! What actions mean together, for JavaScript: said, and told why.

use crate::anchor::{read_spans, write_spans};
use crate::engine::Engine;
use crate::js::{Outcome, coded, object};
use js_sys::Array;
use motet::{Conflict, Document, Id, Loss, OpRef, Rule, Span, Why};
use wasm_bindgen::prelude::*;

/// What one action that is named weighs, about.
const NAMED_WEIGHT: usize = 16;

#[wasm_bindgen]
impl Engine {
    /// Says what edit runs mean together, in the action being written: `what` is `claim`, with the number of places and the
    /// name, `resolve`, with the runs and those of them to keep, `weigh`, with the weight and the runs, or a rule, with its number
    /// and the runs. Runs are separated by spaces.
    pub fn declare(&mut self, what: &str, number: u32, named: &str, keep: &str) -> Outcome<()> {
        self.weigh(NAMED_WEIGHT * (1 + named.len()))?;
        if what == "claim" {
            return self.write(|edit| edit.claim(named, number));
        }
        let (runs, keep) = (read_runs(named)?, read_runs(keep)?);
        let document = self.replica.document();
        if what == "resolve" {
            let sides = document.sides(&runs);
            let kept = runs.iter().zip(&sides).filter(|(run, _)| keep.contains(run));
            let kept: Vec<Id> = kept.flat_map(|(_, side)| side.iter().copied()).collect();
            return self.write(|edit| edit.resolve(&sides.concat(), &kept));
        }
        if what == "weigh" {
            let actions: Vec<Id> = runs.iter().flat_map(|run| document.actions_in(*run)).collect();
            return self.write(|edit| edit.weigh(&actions, number as u16));
        }
        let rule = Rule::of_word(what, number).ok_or_else(|| coded("edit.unfit", &format!("{what} is no rule")))?;
        self.write(|edit| edit.constrain_runs(rule, &runs))
    }

    /// Why the elements of spans stand as they do, by parts; without spans all actions that gave way, and to what.
    pub fn reasons(&self, spans: Option<String>) -> Outcome<JsValue> {
        let document = self.replica.document();
        let told: Array = match spans {
            None => document.conflicts().iter().map(|conflict| conflict_of(document, conflict)).collect(),
            Some(spans) => {
                let parts = read_runs(&spans)?.into_iter().flat_map(|span| document.why_parts(span));
                parts.map(|(span, why)| reason(document, span, &why)).collect()
            }
        };
        Ok(told.into())
    }
}

/// Why a part stands as it does, as JavaScript reads it.
pub fn reason(document: &Document, span: Span, why: &Why) -> JsValue {
    let tell = |standing: &str, by: &[Id]| told(document, (span, standing), by, None, None);
    match why {
        Why::Active => tell("active", &[]),
        Why::Excluded(_) => tell("hidden", &[]),
        Why::Undone(by) => tell("undone", &[*by]),
        Why::Proposed { rejected, .. } => tell("proposed", rejected.as_slice()),
        Why::Failed => tell("failed", &[]),
        Why::Dependent(on) => tell("dependent", &[*on]),
        Why::Unmet(constraint) => told(document, (span, "dependent"), &[], Some(*constraint), None),
        Why::Lost(loss) => {
            let answer = document.view().answer_to(span.first());
            lost(document, span, loss, loss.by(), answer)
        }
    }
}

fn conflict_of(document: &Document, Conflict { action, loss, answer, rivals }: &Conflict) -> JsValue {
    lost(document, *action, loss, rivals, *answer)
}

fn lost(document: &Document, span: Span, loss: &Loss, by: &[Id], answer: Option<Id>) -> JsValue {
    let constraint = if let Loss::Constraint { constraint, .. } = loss { Some(*constraint) } else { None };
    let lost = told(document, (span, "lost"), by, constraint, answer);
    let more: (&str, JsValue) = match loss {
        Loss::Claim { name, .. } => ("claim", (&**name).into()),
        Loss::Mine(_) => ("mine", true.into()),
        Loss::Decided(by) => ("decided", write_spans(&[Span::of(*by)]).into()),
        _ => return lost,
    };
    let set = js_sys::Reflect::set(&lost, &more.0.into(), &more.1);
    debug_assert!(set.is_ok(), "a plain object takes any field");
    lost
}

/// What became of `span`, by which actions, by what constraint, and as somebody answered.
fn told(
    document: &Document,
    (span, standing): (Span, &str),
    by: &[Id],
    constraint: Option<Id>,
    answer: Option<Id>,
) -> JsValue {
    let element = |id: Option<Id>| id.map_or(JsValue::NULL, |id| write_spans(&[Span::of(id)]).into());
    let spans = |actions: &[Id]| -> Array {
        let spans = actions.iter().map(|id| document.action_of(*id).unwrap_or(Span::of(*id)));
        spans.map(|span| JsValue::from(write_spans(&[span]))).collect()
    };
    let op = constraint.and_then(|id| document.log().ops_in(Span::of(id)).next());
    let rule = match op {
        Some((_, OpRef::Constrain { rule, .. })) => rule.word().into(),
        _ => JsValue::NULL,
    };
    let keep = answer.and_then(|answer| document.answer(answer)).map_or(&[][..], |(keep, _)| keep);
    object([
        ("spans", write_spans(&[span]).into()),
        ("standing", standing.into()),
        ("by", spans(by).into()),
        ("rule", rule),
        ("said", element(constraint)),
        ("claim", JsValue::NULL),
        ("mine", false.into()),
        ("decided", JsValue::NULL),
        ("answer", element(answer)),
        ("keep", spans(keep).into()),
    ])
}

fn read_runs(runs: &str) -> Outcome<Vec<Span>> {
    let spans: Option<Vec<Vec<Span>>> = runs.split_whitespace().map(read_spans).collect();
    spans.map(|spans| spans.concat()).ok_or_else(|| coded("spans", "not spans"))
}
