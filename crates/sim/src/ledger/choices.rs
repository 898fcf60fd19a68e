//! What a member chose to see, as the definitions know it.

use motet::{Document, Grade, Id, Policy, Span, Suggestions, spans_of};
use naive::Naive;
use std::collections::BTreeSet;

/// The choices of a document's view, of a log that is known by definition.
pub fn of(document: &Document, naive: &Naive) -> naive::Policy {
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
    } = document.view().policy();
    let mut policy = naive::Policy {
        pin: pin.clone(),
        hidden: spans_of(hidden),
        hidden_replicas: muted.iter().copied().collect(),
        held: held.iter().map(|(&replica, &from)| (replica, from)).collect(),
        first: mine.iter().copied().filter(|_| mine_first.is_some()).collect(),
        first_from: mine_first.map_or(naive::Grade::Overlap, grade),
        preferred: preferred.iter().copied().collect(),
        weights: weights.iter().map(|(&id, &weight)| (id, weight)).collect(),
        every_suggestion: *suggestions == Suggestions::All,
        suggestions_of: mine.iter().copied().filter(|_| *suggestions == Suggestions::Own).collect(),
        drafts: drafts.iter().copied().collect(),
    };
    if let Some(base) = hold_all {
        for log in document.log().logs().filter(|log| !mine.contains(&log.replica)) {
            let from = policy.held.entry(log.replica).or_insert(base.end(log.replica));
            *from = base.end(log.replica).min(*from);
        }
    }
    for part in held_parts {
        let ids = |span: Span| (span.start..span.end).map(move |seq| Id::new(span.replica, seq));
        let elements: BTreeSet<Id> = spans_of(&part.elements).into_iter().flat_map(ids).collect();
        let waits = |id: &Id| !part.since.contains(*id) && !mine.contains(&id.replica);
        policy.hidden.extend(naive.belonging(&elements, &part.since).into_iter().filter(waits).map(Span::of));
    }
    policy
}

fn grade(grade: Grade) -> naive::Grade {
    match grade {
        Grade::Commute => naive::Grade::Commute,
        Grade::Overlap => naive::Grade::Overlap,
        Grade::Order => naive::Grade::Order,
        Grade::Conflict => naive::Grade::Conflict,
    }
}
