//! Growing by a little. Most of a document's memory is a few long lists, and lists that double when they
//! are full hold up to as much room as content.

/// From which length on, in bytes, a list grows by a sixteenth. Below, it grows by a quarter.
const LONG: usize = 128 << 10;

/// From which length on a list grows by a quarter again: an allocator that has freed as much at once before copies what
/// grows, which for a large document takes longer than all else; and room that was never touched takes no memory.
const HUGE: usize = 4 << 20;

/// Makes room for `more` things and, where there is too little, for a part of what is there.
pub fn make_room<T>(list: &mut Vec<T>, more: usize) {
    if list.capacity() - list.len() < more {
        list.reserve_exact(growth(list.len(), size_of::<T>()).max(more));
    }
}

/// Gives back most of the room that a list has, where that is more than it would grow by.
pub fn give_back<T>(list: &mut Vec<T>) {
    let room = growth(list.len(), size_of::<T>());
    if list.capacity() - list.len() > room {
        list.shrink_to(list.len() + room);
    }
}

/// Adds `thing` to a list that grows by a little.
pub fn push<T>(list: &mut Vec<T>, thing: T) {
    make_room(list, 1);
    list.push(thing);
}

/// Adds `more` to a text that grows by a little.
#[inline]
pub fn push_str(text: &mut String, more: &str) {
    if text.capacity() - text.len() < more.len() {
        text.reserve_exact(growth(text.len(), 1).max(more.len()));
    }
    match *more.as_bytes() {
        // What typing adds: worth no call.
        [byte] => text.push(char::from(byte)),
        _ => text.push_str(more),
    }
}

fn growth(len: usize, size: usize) -> usize {
    if len == 0 {
        // Very many containers hold one thing for ever.
        return 1;
    }
    let part = if (LONG..HUGE).contains(&(len * size)) { 16 } else { 4 };
    (len / part).max(4)
}
