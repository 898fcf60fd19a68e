//! Commands on what is in a line.

use crate::label;
use crate::polish::{self, Fix, Want, write_mark, write_marks, write_object};
use crate::schema::{link_value, mark, object};
use motet::{ContainerId, Edit, Id, Seq, Value};
use note::{Content, Link, Marks};

/// Inserts `text` at position `at` with just these marks, whatever is beside it.
pub fn insert_text(edit: &mut Edit<'_>, body: ContainerId, at: Seq, text: &str, marks: &Marks) {
    let at = at.min(edit.document().text_len(body));
    edit.insert(body, at, text);
    let wants = [Want::text(text, marks)];
    let fixes = polish::fixes(edit.document().model(), body, (at, 0), &wants).into_iter();
    let marks: Vec<_> = fixes.filter_map(|fix| if let Fix::Mark(fix) = fix { Some(fix) } else { None }).collect();
    write_marks(edit, body, &marks);
}

/// Sets `key`, one of [`mark`], for `len` code points from position `from` on, or takes it away. Not for links.
pub fn set_mark(edit: &mut Edit<'_>, body: ContainerId, range: (Seq, Seq), key: &str, is_set: bool) {
    if range.1 > 0 {
        write_mark(edit, body, range, key, is_set.then_some(&Value::Bool(true)));
    }
}

/// Sets `key` for `len` code points from position `from` on where any of them lacks it, and otherwise takes it away.
/// Returns whether it is set now.
pub fn toggle_mark(edit: &mut Edit<'_>, body: ContainerId, (from, len): (Seq, Seq), key: &str) -> bool {
    let Some(text) = edit.document().model().text(body) else { return false };
    let runs = text.rich_between(text.utf16_at_chars(from), text.utf16_at_chars(from.saturating_add(len)));
    let mut inline = runs.iter().filter(|run| run.object != Some(object::MARK)).peekable();
    let is_any = inline.peek().is_some();
    let is_set = is_any && inline.any(|run| !run.marks.contains(&(key, &Value::Bool(true))));
    if is_any {
        set_mark(edit, body, (from, len), key, is_set);
    }
    is_set
}

/// Makes `len` code points from position `from` on a link, or no link.
pub fn set_link(edit: &mut Edit<'_>, body: ContainerId, range: (Seq, Seq), link: Option<&Link>) {
    if range.1 > 0 {
        write_mark(edit, body, range, mark::LINK, link.map(link_value).as_ref());
    }
}

/// Inserts a picture at position `at`.
pub fn insert_image(edit: &mut Edit<'_>, body: ContainerId, at: Seq, src: &str, alt: &str, title: Option<&str>) -> Id {
    let id = edit.insert_object(body, at, object::IMAGE);
    let (src, alt, title) = (src.to_owned(), alt.to_owned(), title.map(str::to_owned));
    write_object(edit, id, &Content::Image { src, alt, title });
    id
}

/// Inserts a line break at position `at`.
pub fn insert_break(edit: &mut Edit<'_>, body: ContainerId, at: Seq) -> Id {
    edit.insert_object(body, at, object::BREAK)
}

/// Inserts a footnote that says nothing yet at position `at`: what it says goes into the text of its name, see
/// [`crate::schema::body_of`].
pub fn insert_footnote(edit: &mut Edit<'_>, body: ContainerId, at: Seq) -> Id {
    let label = free_footnote_label(edit);
    let id = edit.insert_object(body, at, object::FOOTNOTE);
    write_object(edit, id, &Content::Footnote(label));
    id
}

/// A label that no footnote has, as far as is known here.
pub fn free_footnote_label(edit: &Edit<'_>) -> String {
    label::free_label(edit.document().model())
}
