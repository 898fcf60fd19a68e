//! What members only propose, and what they decide about it.

use super::{edit, unpin};
use crate::host::Host;
use crate::random::Random;
use motet::{Proposal, Span, Suggestions};

/// Changes something as a suggestion, or in a draft, of which now and then one is made.
pub(super) fn suggest(host: &mut Host, time: i64, random: &mut Random) {
    unpin(host);
    let document = host.replica.document_mut();
    let drafts = document.drafts();
    if drafts.len() < 2 && random.chance(150) {
        document.new_draft(["plan b", "the other one"][random.below(2)], time);
        return;
    }
    let draft = random.pick(&drafts).filter(|_| random.chance(300)).map(|draft| Proposal::Draft(draft.id));
    let patch = document.set_suggesting(Some(draft.unwrap_or(Proposal::Suggestion)));
    host.show_choice(&patch);
    match random.below(4) {
        0 => edit(host, time, |pen| pen.insert(random)),
        1 => edit(host, time, |pen| pen.delete(random)),
        2 => edit(host, time, |pen| pen.set(random)),
        _ => edit(host, time, |pen| pen.change_much(random)),
    }
    host.replica.document_mut().set_suggesting(None);
}

/// Accepts or rejects something that somebody proposed: all of it, or what is open of it.
pub(super) fn decide(host: &mut Host, accepts: bool, time: i64, random: &mut Random) {
    unpin(host);
    let document = host.replica.document_mut();
    let Some(proposed) = random.pick(&document.proposals()) else { return };
    let spans: Vec<Span> = if random.chance(500) { vec![proposed.run.span] } else { proposed.open };
    let done = if accepts { document.accept(&spans, time) } else { document.reject(&spans, time) };
    if let Some((_, patch)) = done {
        host.show(&patch);
    }
}

/// Looks at other proposals than before.
pub(super) fn include(host: &mut Host, random: &mut Random) {
    let document = host.replica.document_mut();
    let mut policy = document.view().policy().clone();
    policy.suggestions = [Suggestions::None, Suggestions::Own, Suggestions::All][random.below(3)];
    policy.mine.insert(document.replica());
    policy.drafts = document.drafts().iter().map(|draft| draft.id).filter(|_| random.chance(500)).collect();
    let patch = document.set_policy(policy);
    host.show_choice(&patch);
}
