//! What people do to a note: each command is a part of one action, at positions in code points of a body.
//!
//! Commands write no more than they must and name what they mean by its id, so that they hold beside what others do at
//! once: a paragraph is split and joined by its mark alone, and moved as a range. Only [`delete`] takes characters away.

mod blocks;
mod inline;
mod lists;
mod section;
mod spot;
pub mod table;

pub use blocks::{delete, insert_rule, insert_table, join, set_style, split};
pub use inline::{
    free_footnote_label, insert_break, insert_footnote, insert_image, insert_text, set_link, set_mark, toggle_mark,
};
pub use lists::{indent, outdent, quote, set_task, toggle_done, toggle_list, unquote};
pub use section::{Heading, move_blocks, move_section, outline, promote};
pub(crate) use spot::own_first_mark;
