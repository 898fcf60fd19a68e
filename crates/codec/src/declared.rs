//! Ops that say what actions mean together.

use crate::error::{DecodeError, EncodeError};
use crate::limits::{CLAIM_BYTES, CLAIM_PLACES, CONSTRAINED, DECIDED, DECIDERS, DRAFT_BYTES, RULES, WEIGHT};
use crate::names::Names;
use crate::op::{is_ascending, read_flag, read_ids, write_ids};
use crate::reader::Reader;
use crate::writer::Writer;
use clock::{Id, Seq};
use log::{Decider, Op, Outcome, Rule};

const AT_MOST: u8 = 8;

const UNLISTED: &str = "a constraint that does not list its actions as it should";

fn number(rule: Rule) -> u8 {
    match rule {
        Rule::NotAfter => 1,
        Rule::Enables => 2,
        Rule::Causes => 3,
        Rule::NonCommuting => 4,
        Rule::SoftOrder => 5,
        Rule::Atomic => 6,
        Rule::Contiguous => 7,
        Rule::AtMost(_) => AT_MOST,
        Rule::AnyOf => 9,
        Rule::ExactlyOne => 10,
    }
}

/// A byte that says which rule, of [`Rule::AtMost`] how many, then the actions.
pub(crate) fn write_constraint(
    w: &mut Writer,
    names: &mut Names,
    (rule, actions): (Rule, &[Id]),
    at: Seq,
) -> Result<(), EncodeError> {
    if !rule.fits(actions) {
        return Err(EncodeError::Invalid(UNLISTED));
    }
    w.byte(number(rule));
    if let Rule::AtMost(max) = rule {
        w.varint(max.into());
    }
    w.count(actions.len(), CONSTRAINED, size_of::<Id>())?;
    actions.iter().try_for_each(|&id| names.write_id(w, id, at))
}

pub(crate) fn read_constraint(r: &mut Reader<'_>, names: &mut Names, at: Seq) -> Result<Op, DecodeError> {
    let rule = match r.byte()? {
        1 => Rule::NotAfter,
        2 => Rule::Enables,
        3 => Rule::Causes,
        4 => Rule::NonCommuting,
        5 => Rule::SoftOrder,
        6 => Rule::Atomic,
        7 => Rule::Contiguous,
        AT_MOST => Rule::AtMost(r.limited(CONSTRAINED)? as u32),
        9 => Rule::AnyOf,
        10 => Rule::ExactlyOne,
        number => return Err(DecodeError::Unknown { what: "rule of a constraint", number: number.into() }),
    };
    let count = r.count(CONSTRAINED, size_of::<Id>())?;
    let actions: Vec<Id> = (0..count).map(|_| names.read_id(r, at)).collect::<Result<_, _>>()?;
    if rule.fits(&actions) { Ok(Op::Constrain { rule, actions }) } else { Err(DecodeError::Invalid(UNLISTED)) }
}

/// The actions; a byte for each, 1 where it is kept; answers replaced.
pub(crate) fn write_answer(
    w: &mut Writer,
    names: &mut Names,
    (actions, keep, pred): (&[Id], &[Id], &[Id]),
    at: Seq,
) -> Result<(), EncodeError> {
    let kept: Vec<bool> = actions.iter().map(|action| keep.contains(action)).collect();
    let is_part = is_ascending(keep) && kept.iter().filter(|kept| **kept).count() == keep.len();
    if actions.len() < 2 || !is_part {
        return Err(EncodeError::Invalid(NO_ANSWER));
    }
    write_actions(w, names, actions, at)?;
    kept.into_iter().for_each(|kept| w.byte(kept.into()));
    write_ids(w, names, pred, at)
}

pub(crate) fn read_answer(r: &mut Reader<'_>, names: &mut Names, at: Seq) -> Result<Op, DecodeError> {
    let actions = read_actions(r, names, at)?;
    if actions.len() < 2 {
        return Err(DecodeError::Invalid(NO_ANSWER));
    }
    let mut keep = Vec::new();
    for &action in &actions {
        if read_flag(r)? {
            keep.push(action);
        }
    }
    Ok(Op::Resolve { actions, keep, pred: read_ids(r, names, at)? })
}

/// The actions; how much each is worth; weights replaced.
pub(crate) fn write_weight(
    w: &mut Writer,
    names: &mut Names,
    (actions, weight, pred): (&[Id], u16, &[Id]),
    at: Seq,
) -> Result<(), EncodeError> {
    if actions.is_empty() || weight == 0 {
        return Err(EncodeError::Invalid(NO_WEIGHT));
    }
    write_actions(w, names, actions, at)?;
    w.varint(weight.into());
    write_ids(w, names, pred, at)
}

pub(crate) fn read_weight(r: &mut Reader<'_>, names: &mut Names, at: Seq) -> Result<Op, DecodeError> {
    let actions = read_actions(r, names, at)?;
    match r.limited(WEIGHT)? as u16 {
        weight if weight > 0 && !actions.is_empty() => Ok(Op::Weigh { actions, weight, pred: read_ids(r, names, at)? }),
        _ => Err(DecodeError::Invalid(NO_WEIGHT)),
    }
}

fn write_actions(w: &mut Writer, names: &mut Names, actions: &[Id], at: Seq) -> Result<(), EncodeError> {
    w.count(actions.len(), CONSTRAINED, size_of::<Id>())?;
    if !is_ascending(actions) {
        return Err(EncodeError::Invalid("actions are not ascending"));
    }
    actions.iter().try_for_each(|&id| names.write_id(w, id, at))
}

fn read_actions(r: &mut Reader<'_>, names: &mut Names, at: Seq) -> Result<Vec<Id>, DecodeError> {
    let count = r.count(CONSTRAINED, size_of::<Id>())?;
    let actions: Vec<Id> = (0..count).map(|_| names.read_id(r, at)).collect::<Result<_, _>>()?;
    if is_ascending(&actions) { Ok(actions) } else { Err(DecodeError::NotCanonical("actions are not ascending")) }
}

pub(crate) fn write_claim(w: &mut Writer, name: &str, places: u32) -> Result<(), EncodeError> {
    if name.is_empty() || places == 0 {
        return Err(EncodeError::Invalid(NO_CLAIM));
    }
    w.text(name, CLAIM_BYTES)?;
    w.limited(places.into(), CLAIM_PLACES)
}

pub(crate) fn read_claim(r: &mut Reader<'_>) -> Result<Op, DecodeError> {
    let name = r.text(CLAIM_BYTES)?.to_owned();
    match r.limited(CLAIM_PLACES)? as u32 {
        places if places > 0 && !name.is_empty() => Ok(Op::Claim { name, places }),
        _ => Err(DecodeError::Invalid(NO_CLAIM)),
    }
}

pub(crate) fn write_draft(w: &mut Writer, name: &str) -> Result<(), EncodeError> {
    if name.is_empty() {
        return Err(EncodeError::Invalid(NO_DRAFT));
    }
    w.text(name, DRAFT_BYTES)
}

pub(crate) fn read_draft(r: &mut Reader<'_>) -> Result<Op, DecodeError> {
    match r.text(DRAFT_BYTES)? {
        "" => Err(DecodeError::Invalid(NO_DRAFT)),
        name => Ok(Op::Draft { name: name.to_owned() }),
    }
}

/// The version of the rules; who may decide, ascending, 32 bytes each; policies replaced.
pub(crate) fn write_policy(
    w: &mut Writer,
    names: &mut Names,
    (rules, deciders, pred): (u32, &[Decider], &[Id]),
    at: Seq,
) -> Result<(), EncodeError> {
    if rules == 0 || !is_ascending(deciders) {
        return Err(EncodeError::Invalid(NO_POLICY));
    }
    w.limited(rules.into(), RULES)?;
    w.count(deciders.len(), DECIDERS, size_of::<Decider>())?;
    deciders.iter().for_each(|decider| w.put(&decider.0));
    write_ids(w, names, pred, at)
}

pub(crate) fn read_policy(r: &mut Reader<'_>, names: &mut Names, at: Seq) -> Result<Op, DecodeError> {
    let rules = r.limited(RULES)? as u32;
    let count = r.count(DECIDERS, size_of::<Decider>())?;
    let deciders: Vec<Decider> = (0..count).map(|_| Ok(Decider(r.array()?))).collect::<Result<_, DecodeError>>()?;
    if rules == 0 || !is_ascending(&deciders) {
        return Err(DecodeError::Invalid(NO_POLICY));
    }
    Ok(Op::Govern { rules, deciders, pred: read_ids(r, names, at)? })
}

/// By which policy; the decision before, or none; the actions that do not simply stay in, ascending, and a byte for each.
pub(crate) fn write_decision(
    w: &mut Writer,
    names: &mut Names,
    (by, after, outcomes): (Id, Option<Id>, &[(Id, Outcome)]),
    at: Seq,
) -> Result<(), EncodeError> {
    if !outcomes.is_sorted_by(|a, b| a.0 < b.0) {
        return Err(EncodeError::Invalid("outcomes are not ascending"));
    }
    names.write_id(w, by, at)?;
    names.write_id_or_none(w, after, at)?;
    w.count(outcomes.len(), DECIDED, size_of::<(Id, Outcome)>())?;
    for &(id, outcome) in outcomes {
        names.write_id(w, id, at)?;
        w.byte(match outcome {
            Outcome::In => 0,
            Outcome::Out => 1,
            Outcome::Open => 2,
        });
    }
    Ok(())
}

pub(crate) fn read_decision(r: &mut Reader<'_>, names: &mut Names, at: Seq) -> Result<Op, DecodeError> {
    let by = names.read_id(r, at)?;
    let after = names.read_id_or_none(r, at)?;
    let count = r.count(DECIDED, size_of::<(Id, Outcome)>())?;
    let mut outcomes = Vec::new();
    for _ in 0..count {
        let id = names.read_id(r, at)?;
        let outcome = match r.byte()? {
            0 => Outcome::In,
            1 => Outcome::Out,
            2 => Outcome::Open,
            number => return Err(DecodeError::Unknown { what: "outcome of a decision", number: number.into() }),
        };
        outcomes.push((id, outcome));
    }
    if !outcomes.is_sorted_by(|a, b| a.0 < b.0) {
        return Err(DecodeError::NotCanonical("outcomes are not ascending"));
    }
    Ok(Op::Decide { by, after, outcomes })
}

const NO_POLICY: &str = "a policy without rules, or whose deciders are not ascending";

const NO_DRAFT: &str = "a draft without a name";

const NO_ANSWER: &str = "an answer that is not about two actions or more, and some of them";

const NO_WEIGHT: &str = "a weight of nothing";

const NO_CLAIM: &str = "a claim to nothing";
