//! A text cut into rows as wide as the screen.

use std::ops::Range;
use unicode_width::UnicodeWidthChar;

/// How wide a tab is drawn.
const TAB: usize = 4;

/// How a character is drawn: the same width whatever stands before it.
pub fn glyph(c: char) -> (String, usize) {
    match c {
        '\t' => (" ".repeat(TAB), TAB),
        c if c.is_control() => ("·".into(), 1),
        c => (c.to_string(), c.width().unwrap_or(0)),
    }
}

/// The characters of each row, without the ends of lines. There is one at least.
pub fn of(chars: &[char], columns: usize) -> Vec<Range<usize>> {
    let mut rows = Vec::new();
    let (mut start, mut width) = (0, 0);
    for (at, &c) in chars.iter().enumerate() {
        if c == '\n' {
            rows.push(start..at);
            (start, width) = (at + 1, 0);
            continue;
        }
        let wide = glyph(c).1;
        // The last column is for the caret.
        if width + wide >= columns.max(2) && width > 0 {
            rows.push(start..at);
            (start, width) = (at, 0);
        }
        width += wide;
    }
    rows.push(start..chars.len());
    rows
}

/// The row and the column of a place.
pub fn spot(rows: &[Range<usize>], chars: &[char], at: usize) -> (usize, usize) {
    let row = rows.iter().rposition(|row| row.start <= at).unwrap_or(0);
    let width = chars[rows[row].start..at.min(rows[row].end)].iter().map(|&c| glyph(c).1).sum();
    (row, width)
}

/// The place in a row that is nearest to a column.
pub fn at(rows: &[Range<usize>], chars: &[char], (row, column): (usize, usize)) -> usize {
    let mut width = 0;
    let Range { start, end } = rows[row].clone();
    for (at, &c) in (start..end).zip(&chars[start..end]) {
        width += glyph(c).1;
        if width > column {
            return at;
        }
    }
    // The end of a row that was cut is the beginning of the next.
    let is_cut = rows.get(row + 1).is_some_and(|next| next.start == end);
    if is_cut { end - 1 } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_found_again_where_it_is_drawn() {
        for text in ["", "one", "one\n", "\n\n", "a longer line that is cut\tand 広い too", "é\u{301}x\nab"] {
            let chars: Vec<char> = text.chars().collect();
            for columns in [2, 5, 9, 80] {
                let rows = of(&chars, columns);
                for at_place in 0..=chars.len() {
                    let place = spot(&rows, &chars, at_place);
                    let found = at(&rows, &chars, place);
                    // What is no column wide belongs to what stands before it.
                    let between = &chars[at_place.min(found)..at_place.max(found)];
                    assert!(between.iter().all(|&c| glyph(c).1 == 0), "{text:?} in {columns}: {at_place} is {found}");
                }
                let shown: usize = rows.iter().map(Range::len).sum();
                assert_eq!(shown + chars.iter().filter(|&&c| c == '\n').count(), chars.len());
            }
        }
    }
}
