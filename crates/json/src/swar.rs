//! Runs of bytes, found eight bytes at a time.

const ONES: u64 = u64::from_le_bytes([1; 8]);
const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);

/// How many decimal digits `bytes` begins with.
#[inline]
pub(crate) fn digits(bytes: &[u8]) -> usize {
    // What lies behind the first byte that is none may be marked wrongly by a carry: only the first counts.
    let others = |word: u64| {
        let upper = |word: u64| (word & (ONES * 0xf0)) ^ (ONES * 0x30);
        upper(word) | upper(word.wrapping_add(ONES * 6))
    };
    run(bytes, others, u8::is_ascii_digit)
}

/// How many bytes of a string `bytes` begins with that stand for themselves: no quote, backslash or control character.
#[inline]
pub(crate) fn plain(bytes: &[u8]) -> usize {
    // The high bit of bytes that are less than `bound`, at least of the first.
    let below = |word: u64, bound: u64| word.wrapping_sub(ONES * bound) & !word & HIGHS;
    let is = |word: u64, byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let others = |word| is(word, b'"') | is(word, b'\\') | below(word, 0x20);
    run(bytes, others, |&byte| byte != b'"' && byte != b'\\' && byte >= b' ')
}

/// How many bytes of one kind `bytes` begins with. Of a word `others` sets a bit in the first byte that is of no such
/// kind, and none before it.
#[inline]
fn run(bytes: &[u8], others: impl Fn(u64) -> u64, is_one: impl Fn(&u8) -> bool) -> usize {
    let mut len = 0;
    while let Some(chunk) = bytes[len..].first_chunk() {
        let others = others(u64::from_le_bytes(*chunk));
        if others != 0 {
            return len + (others.trailing_zeros() / 8) as usize;
        }
        len += 8;
    }
    len + bytes[len..].iter().take_while(|&byte| is_one(byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_end_at_the_first_other_byte() {
        for other in 0..=u8::MAX {
            for at in 0..20 {
                let mut bytes = *b"01234567899876543210";
                bytes[at] = other;
                assert_eq!(digits(&bytes), if other.is_ascii_digit() { 20 } else { at }, "{other} at {at}");
                let mut bytes = "a~é ÿ\u{7f}!09Az¡ü".repeat(2).into_bytes();
                let len = bytes.len();
                bytes[at] = other;
                let is_plain = other >= b' ' && !b"\"\\".contains(&other);
                assert_eq!(plain(&bytes), if is_plain { len } else { at }, "{other} at {at}");
            }
        }
        assert_eq!((digits(b""), plain(b"")), (0, 0));
    }
}
