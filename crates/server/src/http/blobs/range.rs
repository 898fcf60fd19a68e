//! Which bytes are asked for. RFC 9110, section 14.

use std::ops::Range;

/// What a `Range` header asks for of something of `len` bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Everything: also where it asks for several ranges, in other units, or for nothing that makes sense.
    All,
    /// One range, not empty.
    Some(Range<u64>),
    /// What is not there.
    Nothing,
}

/// Reads a `Range` header.
pub fn read(header: &str, len: u64) -> Asked {
    let Some((first, last)) = header.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-')) else {
        return Asked::All;
    };
    let range = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(len),
        (Some(first), None) if last.is_empty() => first..len,
        (None, Some(count)) if first.is_empty() => len.saturating_sub(count)..len,
        _ => return Asked::All,
    };
    if range.is_empty() { Asked::Nothing } else { Asked::Some(range) }
}

fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|_| text.bytes().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_understood() {
        for (header, asked) in [
            ("bytes=0-0", Asked::Some(0..1)),
            ("bytes=2-99999999999999999999", Asked::All),
            ("bytes=2-18446744073709551615", Asked::Some(2..10)),
            ("bytes=9-", Asked::Some(9..10)),
            ("bytes=10-", Asked::Nothing),
            ("bytes=-3", Asked::Some(7..10)),
            ("bytes=-30", Asked::Some(0..10)),
            ("bytes=-0", Asked::Nothing),
            ("bytes=5-4", Asked::All),
            ("bytes=+1-4", Asked::All),
            ("bytes=0-1,3-4", Asked::All),
            ("lines=0-1", Asked::All),
            ("bytes=-", Asked::All),
            ("", Asked::All),
        ] {
            assert_eq!(read(header, 10), asked, "{header}");
        }
        assert_eq!(read("bytes=0-", 0), Asked::Nothing);
    }
}
