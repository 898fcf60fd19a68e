//! Random edits of texts with objects, marks and moves.

use crate::world::{CHARACTERS, Letter, container, random_index, texts};
use crate::{Author, Direction, Edit, Grows, Random, Text};
use clock::Id;
use log::{ContainerId, Crossing, Kind, Value};
use std::ops::Range;

/// Few, so that authors meet.
const PROPERTIES: [&str; 3] = ["bold", "link", "size"];

/// What objects there are besides paragraph marks.
const OBJECTS: [&str; 3] = ["footnote", "image", "table"];

/// An edit of a rich text, where it can be done.
pub(crate) fn rich_edit(random: &mut Random, author: &Author, letter: Letter) -> Option<Edit> {
    let (container, text) = random_text(random, author)?;
    match letter {
        Letter::Type => {
            let index = random_place(random, author, container);
            Some(Edit::Insert { container, index, text: random_characters(random) })
        }
        Letter::Paragraph => {
            let index = random_place(random, author, container);
            Some(Edit::Object { container, index, kind: String::new() })
        }
        Letter::Object => {
            let index = random_place(random, author, container);
            Some(Edit::Object { container, index, kind: random.pick(&OBJECTS)?.to_owned() })
        }
        Letter::Cut => {
            let direction = if random.chance(50) { Direction::Forward } else { Direction::Backward };
            Some(Edit::Delete { container, range: random_range(random, author, container)?, direction })
        }
        Letter::Mark => mark(random, author, container),
        Letter::Unmark => unmark(random, container, &text),
        Letter::Move => {
            let range = random_range(random, author, container)?;
            Some(Edit::Move { container, range, to: random_place(random, author, container) })
        }
        Letter::MoveBack => move_back(random, author, container, &text),
        Letter::Cell => write_cell(random, author),
        _ => None,
    }
}

fn random_text(random: &mut Random, author: &Author) -> Option<(ContainerId, Text)> {
    let container = container(random, author, Kind::Text, &texts())?;
    Some((container, author.text(container)))
}

fn random_characters(random: &mut Random) -> String {
    let len = if random.chance(50) { 1 } else { 1 + random.below(6) };
    (0..len).filter_map(|_| random.pick(&CHARACTERS)).collect()
}

/// Where the author last typed, anywhere, at the end of a line, or beside what moved.
fn random_place(random: &mut Random, author: &Author, container: ContainerId) -> usize {
    let text = author.text(container);
    let places: Vec<usize> = match random.below(4) {
        0 => return random_index(random, author, container),
        1 => line_ends(&text),
        2 => seams(author, container, &text),
        _ => Vec::new(),
    };
    random.pick(&places).unwrap_or_else(|| random.below(text.ids.len() + 1))
}

/// Before each paragraph mark, and the end.
fn line_ends(text: &Text) -> Vec<usize> {
    let is_end = |&at: &usize| text.objects.get(at).is_none_or(|object| object.as_deref() == Some(""));
    (0..=text.ids.len()).filter(is_end).collect()
}

/// Where one side shows at another slot than the other.
fn seams(author: &Author, container: ContainerId, text: &Text) -> Vec<usize> {
    let follows = author.layout(container).follows;
    let slot = |at: usize| text.ids.get(at).and_then(|id| follows.get(id));
    (1..=text.ids.len()).filter(|&at| slot(at - 1) != slot(at)).collect()
}

/// From a place on, or up to it.
fn random_range(random: &mut Random, author: &Author, container: ContainerId) -> Option<Range<usize>> {
    let text_len = author.ids(container).len();
    let at = random_place(random, author, container);
    let len_max = if random.chance(20) { 20 } else { 5 };
    let len = 1 + random.below(len_max);
    let range = if random.chance(50) { at..text_len.min(at + len) } else { at.saturating_sub(len)..at };
    (!range.is_empty()).then_some(range)
}

fn mark(random: &mut Random, author: &Author, container: ContainerId) -> Option<Edit> {
    let value = match random.below(5) {
        0 => Value::Null,
        1 => Value::Int(random.below(3) as i64),
        2 => Value::Text("here".to_owned()),
        _ => Value::Bool(true),
    };
    let key = random.pick(&PROPERTIES)?.to_owned();
    let range = random_range(random, author, container)?;
    Some(Edit::Mark { container, range, grows: random_growth(random), key, value: Some(value) })
}

fn random_growth(random: &mut Random) -> Grows {
    Grows { at_start: random.chance(40), at_end: random.chance(60) }
}

/// Takes a property away from a part of what has it.
fn unmark(random: &mut Random, container: ContainerId, text: &Text) -> Option<Edit> {
    let marked: Vec<usize> = (0..text.ids.len()).filter(|&at| !text.marks[at].is_empty()).collect();
    let start = random.pick(&marked)?;
    let key = random.pick(&text.marks[start].keys().cloned().collect::<Vec<_>>())?;
    let end = text.ids.len().min(start + 1 + random.below(4));
    Some(Edit::Mark { container, range: start..end, grows: random_growth(random), key, value: None })
}

/// Puts what follows a move to where it lies.
fn move_back(random: &mut Random, author: &Author, container: ContainerId, text: &Text) -> Option<Edit> {
    let layout = author.layout(container);
    let slot = |at: usize| layout.follows.get(&text.ids[at]);
    let moved: Vec<usize> = (0..text.ids.len()).filter(|&at| slot(at).is_some()).collect();
    let start = random.pick(&moved)?;
    let len = (start..text.ids.len()).take_while(|&at| slot(at) == slot(start)).count();
    let lies_before = layout.order.iter().take_while(|&&id| id != text.ids[start]);
    let before: Option<&Id> = lies_before.filter(|id| text.ids.contains(id)).last();
    let to = before.and_then(|before| text.ids.iter().position(|id| id == before)).map_or(0, |before| before + 1);
    Some(Edit::Move { container, range: start..start + len, to })
}

/// Types where two items of a list cross.
fn write_cell(random: &mut Random, author: &Author) -> Option<Edit> {
    let items = author.list(ContainerId::root(Kind::List, "items"));
    let (row, column) = (random.pick(&items)?.id, random.pick(&items)?.id);
    let container = ContainerId::Crossing(Kind::Text, Crossing::new(row, column));
    let index = random.below(author.ids(container).len() + 1);
    Some(Edit::Insert { container, index, text: random_characters(random) })
}
