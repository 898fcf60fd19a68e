//! What a member chose to see, as the definitions know it.

use motet::{Document, Grade, Policy, Span, Suggestions};

/// The choices of a document's view.
pub fn of(document: &Document) -> naive::Policy {
    let Policy { pin, hidden, muted, held, hold_all, mine, mine_first, preferred, weights, suggestions, drafts } =
        document.view().policy();
    let spans = hidden.iter().flat_map(|(&replica, ranges)| {
        ranges.iter().map(move |(range, ())| Span::new(replica, range.start, range.end))
    });
    let mut policy = naive::Policy {
        pin: pin.clone(),
        hidden: spans.collect(),
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
