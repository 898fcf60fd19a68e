//! Commands on whole blocks: Enter, Backspace, what a block is, and what stands alone.

use super::spot::{self, Spot, own_first_mark};
use super::{lists, table};
use crate::look::{Look, Style};
use crate::read::going_on;
use crate::schema::{object, properties};
use motet::{ContainerId, Edit, Id, Seq};
use note::Level;

/// Enter at position `at`: splits the block there. At a block's start the new one comes before it, so that the old mark
/// keeps its text and what others say of it. A heading's end is followed by a paragraph, something done by something to
/// do; in an empty item Enter leaves the list; in code it is a line end. Returns the mark of the new block, if there is
/// one.
pub fn split(edit: &mut Edit<'_>, body: ContainerId, at: Seq) -> Option<Id> {
    let spot = spot::at(edit, body, at)?;
    if spot.look.style.is_verbatim() {
        edit.insert(body, at, "\n");
        return None;
    }
    if spot.is_empty() && leave(edit, body, &spot) {
        return None;
    }
    if at <= spot.start && !spot.is_empty() {
        return Some(split_before(edit, body, spot));
    }
    let style = match spot.look.style {
        Style::Heading(_) if at < spot.end => spot.look.style,
        _ => Style::Paragraph,
    };
    let mark = edit.split(body, at);
    Look { style, levels: next(&spot.look.levels) }.write(edit, properties(mark));
    Some(mark)
}

/// Takes an empty block out of its item, or makes it a paragraph. `false` where there is nothing to leave.
fn leave(edit: &mut Edit<'_>, body: ContainerId, spot: &Spot) -> bool {
    if !spot.look.levels.is_empty() {
        return lists::outdent(edit, body, spot.start, spot.start);
    }
    let is_heading = matches!(spot.look.style, Style::Heading(_));
    if is_heading {
        Spot { look: Look::default(), ..spot.clone() }.write(edit, body);
    }
    is_heading
}

fn split_before(edit: &mut Edit<'_>, body: ContainerId, mut spot: Spot) -> Id {
    if spot.mark.is_none() {
        spot.mark = own_first_mark(edit, body);
    }
    let mut levels = spot.look.levels.clone();
    if let Some(Level::Item { task, .. }) = levels.last_mut() {
        *task = task.map(|_| false);
    }
    let mark = edit.split(body, spot.at);
    Look { style: Style::Paragraph, levels }.write(edit, properties(mark));
    // Where numbers begin is said by the item that now is first, and the items around are its own now.
    let innermost = spot.look.levels.len().saturating_sub(1);
    for (at, level) in spot.look.levels.iter_mut().enumerate() {
        *level = match *level {
            Level::Item { list, task, .. } if at == innermost => Level::Item { list, start: None, task },
            Level::Item { list, .. } => Level::Within(list),
            level => level,
        };
    }
    spot.write(edit, body);
    mark
}

/// The levels of a block that comes right behind one with `levels` when Enter is pressed there.
fn next(levels: &[Level]) -> Vec<Level> {
    let mut next = going_on(levels);
    if let (Some(last), Some(Level::Item { list, task, .. })) = (next.last_mut(), levels.last()) {
        *last = Level::Item { list: *list, start: None, task: task.map(|_| false) };
    }
    next
}

/// Backspace at the start of the block at position `at`: first takes it out of its innermost item or quote, then joins
/// it with the block before, whose look wins. `false` where there is nothing to do.
pub fn join(edit: &mut Edit<'_>, body: ContainerId, at: Seq) -> bool {
    let Some(mut spot) = spot::at(edit, body, at) else { return false };
    if !spot.look.levels.is_empty() {
        return lists::outdent(edit, body, spot.start, spot.start);
    }
    // The end of the block before is right before this one's mark.
    let before = (spot.mark.is_some() && spot.at > 0).then(|| spot::at(edit, body, spot.at)).flatten();
    let Some(before) = before else {
        let is_other = spot.look.style != Style::Paragraph && !spot.look.style.is_atom();
        if is_other {
            spot.look.style = Style::Paragraph;
            spot.write(edit, body);
        }
        return is_other;
    };
    let goes = |spot: &Spot| spot.is_empty() && spot.mark.is_some();
    let is_bare = |spot: &Spot| spot.look.style.is_atom() || spot.look == Look::default();
    if goes(&before) && !before.has_table && is_bare(&before) {
        edit.delete(body, before.at, 1);
        return true;
    }
    let may = goes(&spot) || !(before.has_table || spot.has_table || before.look.style.is_atom());
    if may {
        edit.delete(body, spot.at, 1);
    }
    may
}

/// Deletes `len` code points from position `from` on, with the objects and paragraph marks among them. What is left of
/// the last block joins the first.
pub fn delete(edit: &mut Edit<'_>, body: ContainerId, from: Seq, len: Seq) {
    edit.delete(body, from, len);
}

/// Makes the blocks that positions `from` to `to` touch paragraphs, headings, code or HTML. Tables and rules stay what
/// they are. `false` where nothing changes.
pub fn set_style(edit: &mut Edit<'_>, body: ContainerId, from: Seq, to: Seq, style: &Style) -> bool {
    let mut is_changed = false;
    for mut spot in spot::around(edit, body, from, to) {
        if !style.is_atom() && !spot.has_table && spot.look.style != Style::Rule && spot.look.style != *style {
            spot.look.style = style.clone();
            spot.write(edit, body);
            is_changed = true;
        }
    }
    is_changed
}

/// Puts a rule behind what is before position `at`, and what follows into a block of its own. Returns its mark.
pub fn insert_rule(edit: &mut Edit<'_>, body: ContainerId, at: Seq) -> Option<Id> {
    stand_alone(edit, body, at, Style::Rule).map(|(mark, _)| mark)
}

/// Puts an empty table of so many rows and columns, at least one each, behind what is before position `at`, and what
/// follows into a block of its own. Returns the table.
pub fn insert_table(edit: &mut Edit<'_>, body: ContainerId, at: Seq, rows: usize, columns: usize) -> Option<Id> {
    let (_, place) = stand_alone(edit, body, at, Style::Table)?;
    let id = edit.insert_object(body, place, object::TABLE);
    table::fill(edit, id, rows, columns);
    Some(id)
}

/// Makes a block at position `at` that no text belongs into. Returns its mark, and where what is in it goes.
fn stand_alone(edit: &mut Edit<'_>, body: ContainerId, at: Seq, style: Style) -> Option<(Id, Seq)> {
    let spot = spot::at(edit, body, at)?;
    let at = at.clamp(spot.start, spot.end);
    if let Some(mark) = spot.mark.filter(|_| spot.is_empty() && !spot.look.style.is_atom()) {
        Look { style, levels: spot.look.levels }.write(edit, properties(mark));
        return Some((mark, at));
    }
    if at == spot.start && !spot.is_empty() {
        let levels = spot.look.levels.clone();
        let mark = split_before(edit, body, spot);
        Look { style, levels }.write(edit, properties(mark));
        let place = edit.document().model().text(body).and_then(|text| text.position(mark));
        return Some((mark, place?.0 + 1));
    }
    let levels = going_on(&spot.look.levels);
    if at < spot.end {
        let rest = edit.split(body, at);
        Look { style: spot.look.style, levels: levels.clone() }.write(edit, properties(rest));
    }
    let mark = edit.split(body, at);
    Look { style, levels }.write(edit, properties(mark));
    Some((mark, at + 1))
}
