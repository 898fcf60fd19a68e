//! What members say of what actions mean together.

use super::{some_span, unpin};
use crate::host::Host;
use crate::random::Random;
use clock::Id;
use log::{Decider, Rule};
use motet::{Document, Edit, Patch};

/// How many actions a member lets be tied: the oracle looks at all choices among those that hang together.
const TIED_MAX: usize = 5;

/// Says something of some actions, often of such of which something was said.
pub(super) fn declare(host: &mut Host, time: i64, random: &mut Random) {
    unpin(host);
    let document = host.replica.document();
    let tied: Vec<Id> = document.view().tied().map(|span| span.first()).collect();
    let named: Vec<Id> = (0..3).filter_map(|_| some(host, &tied, random)).collect();
    // Of answers that another program replaces nobody knows what they are about.
    let about = random.pick(&tied).filter(|_| random.chance(500));
    let instead = about.and_then(|action| random.pick(&document.view().answers_in_force(action)));
    let mut told = Patch::default();
    let document = host.replica.document_mut();
    document.write(&mut told, |edit| say(edit, &named, instead, tied.len() < TIED_MAX, random));
    // What cannot be said is refused; then nothing is.
    drop(document.take_refusal());
    document.close(time, Some(&mut told));
    host.show(&told);
}

fn some(host: &Host, tied: &[Id], random: &mut Random) -> Option<Id> {
    let any = if tied.len() < TIED_MAX { some_span(host, random).map(|span| span.first()) } else { None };
    if random.chance(600) { random.pick(tied).or(any) } else { any }
}

fn say(edit: &mut Edit<'_>, named: &[Id], instead: Option<Id>, has_room: bool, random: &mut Random) {
    match random.below(9) {
        0 if has_room => edit.claim(["hall", "stage"][random.below(2)], 1 + random.below(2) as u32),
        1 => edit.weigh(&named[..named.len().min(1)], [1, 20, 60][random.below(3)]),
        2 | 3 => {
            let keep = random.below(named.len() + 1);
            edit.resolve_instead(instead.as_slice(), named, &named[..keep]);
        }
        4 => edit.constrain(Rule::AtMost(2), named),
        _ => edit.constrain(Rule::EACH[random.below(10)], &named[..named.len().min(2 + random.below(2))]),
    }
}

/// Says who may decide, where nobody does and now and then elsewhere, or decides; where others may, that is refused.
pub(super) fn decide(host: &mut Host, time: i64, random: &mut Random) {
    unpin(host);
    let document = host.replica.document_mut();
    if document.authority().is_none() || random.chance(50) {
        let authors = document.log().logs().filter_map(|log| document.view().author(log.replica));
        let mut deciders: Vec<Decider> = authors.filter(|_| random.chance(600)).collect();
        deciders.extend(document.view().author(document.replica()));
        if let Ok((_, told)) = document.govern(&deciders, time) {
            host.show(&told);
        }
    } else if random.chance(300)
        && let Ok((_, told)) = host.replica.trim(time)
    {
        host.show(&told);
    } else if let Ok((_, told)) = host.replica.document_mut().decide(time) {
        host.show(&told);
    }
    if random.chance(500) {
        host.replica.forget();
    }
}

/// Whether a document has so little tied that the oracle can look at all choices.
pub fn is_small(document: &Document) -> bool {
    document.view().tied().count() < 16
}
