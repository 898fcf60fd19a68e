//! Commands on what blocks stand in: lists, quotes, things to do. What is under an item goes with it.

use super::spot::{Spot, all, selected};
use crate::look::Style;
use motet::{ContainerId, Edit, Seq};
use note::limits::LEVELS_MAX;
use note::{Level, List};

/// Changes the levels of the blocks that positions `from` to `to` touch by `change`, which is told all blocks and
/// which one it is about. Writes what differs; `false` where nothing does.
fn change_levels(
    edit: &mut Edit<'_>,
    body: ContainerId,
    (from, to): (Seq, Seq),
    mut change: impl FnMut(&mut [Spot], usize),
) -> bool {
    let mut spots = all(edit, body);
    let before: Vec<Vec<Level>> = spots.iter().map(|spot| spot.look.levels.clone()).collect();
    for at in selected(&spots, from, to) {
        change(&mut spots, at);
    }
    let changed = spots.iter().zip(before).filter(|(spot, before)| spot.look.levels != *before);
    changed.map(|(spot, _)| spot.write(edit, body)).count() > 0
}

/// The blocks after `at` that stand in the item that the block there has at `depth`.
fn under(spots: &mut [Spot], at: usize, depth: usize) -> impl Iterator<Item = &mut Vec<Level>> {
    let levels = spots[at + 1..].iter_mut().map(|spot| &mut spot.look.levels);
    levels.take_while(move |levels| matches!(levels.get(depth), Some(Level::Within(_))))
}

fn innermost_item(levels: &[Level]) -> Option<usize> {
    levels.iter().rposition(|level| level.is_item())
}

/// Puts items under the item before them, with what is under them. `false` where none is there.
pub fn indent(edit: &mut Edit<'_>, body: ContainerId, from: Seq, to: Seq) -> bool {
    let mut end_of_last = 0;
    change_levels(edit, body, (from, to), |spots, at| {
        let Some(depth) = innermost_item(&spots[at].look.levels).filter(|_| at >= end_of_last) else { return };
        let before = at.checked_sub(1).and_then(|before| spots[before].look.levels.get(depth).copied());
        let Some(list) = before.and_then(Level::list) else { return };
        let deepest = under(spots, at, depth).map(|levels| levels.len()).max().unwrap_or(0);
        if deepest.max(spots[at].look.levels.len()) >= LEVELS_MAX {
            return;
        }
        if let Level::Item { start, .. } = &mut spots[at].look.levels[depth] {
            *start = None;
        }
        spots[at].look.levels.insert(depth, Level::Within(list));
        let count = under(spots, at, depth).map(|levels| levels.insert(depth, Level::Within(list))).count();
        end_of_last = at + 1 + count;
    })
}

/// Takes blocks out of their innermost item or quote, with what is under them. `false` where they stand in none.
pub fn outdent(edit: &mut Edit<'_>, body: ContainerId, from: Seq, to: Seq) -> bool {
    let mut end_of_last = 0;
    change_levels(edit, body, (from, to), |spots, at| {
        if at < end_of_last {
            return;
        }
        let levels = &spots[at].look.levels;
        match levels.last() {
            Some(Level::Item { .. }) => end_of_last = outdent_item(spots, at),
            Some(_) => drop(spots[at].look.levels.pop()),
            None => {}
        }
    })
}

/// Takes one item out of the item around it, or out of its list. Returns the first block that is not under it.
fn outdent_item(spots: &mut [Spot], at: usize) -> usize {
    let levels = &spots[at].look.levels;
    let depth = levels.len() - 1;
    let around = levels[..depth].iter().rposition(|level| level.list().is_some());
    // Levels from here up to the item go.
    let first = around.map_or(depth, |around| around + 1);
    let count = under(spots, at, depth).map(|levels| drop(levels.drain(first..=depth))).count();
    let levels = &mut spots[at].look.levels;
    let task = match levels[depth] {
        Level::Item { task, .. } => task,
        _ => None,
    };
    levels.truncate(first);
    if let (Some(around), Some(list)) = (around, around.and_then(|around| levels[around].list())) {
        levels[around] = Level::Item { list, start: None, task };
    }
    at + 1 + count
}

/// Puts blocks into a quote.
pub fn quote(edit: &mut Edit<'_>, body: ContainerId, from: Seq, to: Seq) -> bool {
    change_levels(edit, body, (from, to), |spots, at| {
        let levels = &mut spots[at].look.levels;
        if levels.len() < LEVELS_MAX {
            levels.insert(0, Level::Quote);
        }
    })
}

/// Takes blocks out of their outermost quote.
pub fn unquote(edit: &mut Edit<'_>, body: ContainerId, from: Seq, to: Seq) -> bool {
    change_levels(edit, body, (from, to), |spots, at| {
        let levels = &mut spots[at].look.levels;
        if let Some(quote) = levels.iter().position(|level| *level == Level::Quote) {
            levels.remove(quote);
        }
    })
}

/// Makes blocks items of a list of this kind, or no items where all of them are.
pub fn toggle_list(edit: &mut Edit<'_>, body: ContainerId, from: Seq, to: Seq, list: List) -> bool {
    let spots = all(edit, body);
    let is_item = |spot: &Spot| matches!(spot.look.levels.last(), Some(Level::Item { list: of, .. }) if *of == list);
    if spots[selected(&spots, from, to)].iter().all(is_item) {
        return change_levels(edit, body, (from, to), |spots, at| {
            let depth = spots[at].look.levels.len() - 1;
            under(spots, at, depth).for_each(|levels| {
                levels.remove(depth);
            });
            spots[at].look.levels.pop();
        });
    }
    change_levels(edit, body, (from, to), |spots, at| make_item(spots, at, list))
}

fn make_item(spots: &mut [Spot], at: usize, list: List) {
    let levels = &mut spots[at].look.levels;
    let count = levels.len();
    if let Some(Level::Item { list: of, start, .. }) = levels.last_mut() {
        (*of, *start) = (list, None);
        under(spots, at, count - 1).for_each(|levels| levels[count - 1] = Level::Within(list));
    } else if count < LEVELS_MAX {
        levels.push(Level::item(list));
    }
}

/// Says of paragraphs that there is something to do, whether it is done, or neither. What is no item becomes one.
pub fn set_task(edit: &mut Edit<'_>, body: ContainerId, from: Seq, to: Seq, wanted: Option<bool>) -> bool {
    change_levels(edit, body, (from, to), |spots, at| {
        if spots[at].look.style != Style::Paragraph {
            return;
        }
        if wanted.is_some() && !spots[at].look.levels.last().is_some_and(|level| level.is_item()) {
            make_item(spots, at, List::Bullet);
        }
        if let Some(Level::Item { task, .. }) = spots[at].look.levels.last_mut() {
            *task = wanted;
        }
    })
}

/// Ticks off what is to be done at position `at`, or takes the tick away. `false` where nothing is to be done.
pub fn toggle_done(edit: &mut Edit<'_>, body: ContainerId, at: Seq) -> bool {
    change_levels(edit, body, (at, at), |spots, at| {
        if let Some(Level::Item { task: Some(task), .. }) = spots[at].look.levels.last_mut() {
            *task = !*task;
        }
    })
}
