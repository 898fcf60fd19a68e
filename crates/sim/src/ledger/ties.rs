//! Every constraint, looked at by itself: whether what a member sees as active keeps to it.

use clock::Id;
use log::{OpRef, Rule};
use motet::{Document, Span, Standing};
use std::collections::{BTreeMap, BTreeSet};

/// What is declared in a document and counts, by the first elements of actions.
#[derive(Debug, Default)]
struct Declared {
    constraints: Vec<(Rule, Vec<Id>)>,
    /// The places that there are of a name, and who claims one.
    claims: BTreeMap<String, (u32, BTreeSet<Id>)>,
    /// What answers keep: these may be active together whatever is declared.
    kept: Vec<BTreeSet<Id>>,
}

/// Whatever is declared of actions must hold of those that are active, but where somebody answered that several stay.
pub fn check(document: &Document) -> Result<(), String> {
    if document.view().tied().next().is_none() {
        return Ok(());
    }
    let declared = Declared::of(document);
    let fate = |id: Id| fate(document, id);
    // What is final goes for nothing that is said later, and of two such neither does.
    let finals = |actions: &[Id]| actions.iter().filter(|id| document.is_final(**id)).count();
    let bends = |rule: &Rule, actions: &[Id]| finals(actions) > usize::from(matches!(rule, Rule::AtMost(_)));
    for (rule, actions) in &declared.constraints {
        if bends(rule, actions) {
            continue;
        }
        if !declared.is_waived(actions) && !holds(*rule, actions, &fate) {
            return Err(format!("what is active breaks {rule:?} of {actions:?}"));
        }
        let back = [actions[1], actions[0]];
        let is_circle = *rule == Rule::NotAfter
            && declared.constraints.iter().any(|(rule, of)| *rule == Rule::NotAfter && *of == back);
        if is_circle && !declared.is_waived(actions) && actions.iter().all(|id| fate(*id) == Fate::Active) {
            return Err(format!("each of {actions:?} comes before the other"));
        }
    }
    for (name, (places, claims)) in &declared.claims {
        let actions: Vec<Id> = claims.iter().copied().filter(|id| fate(*id) == Fate::Active).collect();
        if actions.len() > *places as usize && finals(&actions) < 2 && !declared.is_waived(&actions) {
            return Err(format!("{actions:?} share {places} places of {name:?}"));
        }
    }
    Ok(())
}

impl Declared {
    fn of(document: &Document) -> Self {
        let mut declared = Self::default();
        let first = |id: Id| document.log().action_of(id).expect("what is named is in the log").first();
        for log in document.log().logs() {
            for (id, op) in log.ops_in(0..log.end()) {
                if document.view().standing(id) != Standing::Active {
                    continue;
                }
                match op {
                    OpRef::Constrain { rule, actions } => {
                        let actions: Vec<Id> = actions.iter().map(|id| first(*id)).collect();
                        let actions = rule.list(&actions);
                        if rule.fits(&actions) {
                            declared.constraints.push((rule, actions));
                        }
                    }
                    OpRef::Claim { name, places } => {
                        let (least, claims) =
                            declared.claims.entry(name.to_owned()).or_insert((places, BTreeSet::new()));
                        *least = places.min(*least);
                        claims.insert(first(id));
                    }
                    OpRef::Resolve { keep, .. } => declared.kept.push(keep.iter().map(|id| first(*id)).collect()),
                    _ => {}
                }
            }
        }
        declared
    }

    /// Whether somebody answered that several of some actions stay.
    fn is_waived(&self, actions: &[Id]) -> bool {
        self.kept.iter().any(|kept| actions.iter().filter(|id| kept.contains(id)).nth(1).is_some())
    }
}

/// Whether an action has an effect, as far as its elements say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Something of it is active.
    Active,
    /// Nothing is.
    Out,
    /// What it says of others counts whether or not it is active.
    Untold,
}

fn fate(document: &Document, id: Id) -> Fate {
    let span = document.log().action_of(id).expect("it is in the log");
    let parts: Vec<Span> = document
        .view()
        .standings(span)
        .into_iter()
        .filter(|(_, standing)| *standing == Standing::Active)
        .map(|(part, _)| part)
        .collect();
    let is_work = |op: OpRef<'_>| !op.is_declaration() && !matches!(op, OpRef::Control { .. });
    match parts.iter().any(|part| document.log().ops_in(*part).any(|(_, op)| is_work(op))) {
        true => Fate::Active,
        false if parts.is_empty() => Fate::Out,
        false => Fate::Untold,
    }
}

/// Whether a rule about which of several are active holds.
fn holds(rule: Rule, actions: &[Id], fate: &dyn Fn(Id) -> Fate) -> bool {
    let count = |of: &[Id], what| of.iter().filter(|id| fate(**id) == what).count();
    let (active, out) = (|of| count(of, Fate::Active), |of| count(of, Fate::Out));
    match rule {
        Rule::NotAfter | Rule::NonCommuting | Rule::SoftOrder => true,
        Rule::Enables | Rule::Causes => active(&actions[1..]) == 0 || out(&actions[..1]) == 0,
        Rule::Atomic | Rule::Contiguous => active(actions) == 0 || out(actions) == 0,
        Rule::AtMost(most) => active(actions) <= most as usize,
        Rule::AnyOf => active(&actions[..1]) == 0 || out(&actions[1..]) < actions.len() - 1,
        Rule::ExactlyOne => {
            active(&actions[1..]) <= 1 && (active(&actions[..1]) == 0 || out(&actions[1..]) < actions.len() - 1)
        }
    }
}
