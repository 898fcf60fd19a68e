//! Numbers as decimals of any length.

use std::cmp::Ordering;

/// Digits of an exponent up to which it is counted with; beyond that only the text is compared.
const EXPONENT_DIGITS_MAX: usize = 15;

/// A number as `±0.d₁d₂…dₙ · 10^exponent` with d₁ and dₙ other than zero; zero has no digits.
#[derive(Debug)]
pub(crate) struct Decimal<'a> {
    is_negative: bool,
    exponent: i64,
    /// The digits before and after the point, and which of all of them count.
    whole: &'a [u8],
    part: &'a [u8],
    start: usize,
    end: usize,
    /// The text of what is too far from 1 to be counted with.
    far: &'a str,
}

impl<'a> Decimal<'a> {
    /// Of a number as JSON writes it.
    pub fn of(text: &'a str) -> Self {
        let (is_negative, size) = text.strip_prefix('-').map_or((false, text), |size| (true, size));
        let (digits, power) = size.split_once(['e', 'E']).unwrap_or((size, "0"));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let (whole, part) = (whole.as_bytes(), part.as_bytes());
        let mut number = Self { is_negative, exponent: 0, whole, part, start: 0, end: 0, far: "" };
        number.trim();
        if number.end == 0 {
            return number;
        }
        let sign = power.trim_start_matches(['+', '-']).trim_start_matches('0');
        match (sign.len() <= EXPONENT_DIGITS_MAX).then(|| power.parse::<i64>()) {
            Some(Ok(power)) => number.exponent = power + whole.len() as i64 - number.start as i64,
            _ => number.far = text,
        }
        number
    }

    /// Leaves out the zeros at both ends.
    fn trim(&mut self) {
        let len = self.whole.len() + self.part.len();
        let is_digit = |&at: &usize| self.digit(at) != b'0';
        let Some(start) = (0..len).find(is_digit) else { return };
        let end = (0..len).rev().find(is_digit).map_or(0, |last| last + 1);
        (self.start, self.end) = (start, end);
    }

    fn digit(&self, at: usize) -> u8 {
        self.whole.get(at).copied().unwrap_or_else(|| self.part[at - self.whole.len()])
    }

    fn digits(&self) -> impl Iterator<Item = u8> + '_ {
        (self.start..self.end).map(|at| self.digit(at))
    }

    /// Appends bytes that are equal for equal numbers.
    pub fn write_text(text: &str, out: &mut Vec<u8>) {
        let bytes = text.as_bytes();
        // Nearly all numbers are short and whole, and need no more than this.
        let is_plain = bytes.iter().all(u8::is_ascii_digit) && bytes[0] != b'0' && bytes[bytes.len() - 1] != b'0';
        if is_plain {
            out.push(0);
            out.extend_from_slice(&(bytes.len() as i64).to_le_bytes());
            out.extend_from_slice(bytes);
        } else {
            Decimal::of(text).write(out);
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.is_negative));
        out.extend_from_slice(&self.exponent.to_le_bytes());
        out.extend(self.digits());
        out.extend_from_slice(self.far.as_bytes());
    }

    fn compare_size(&self, other: &Self) -> Ordering {
        let is_zero = |number: &Self| number.end == 0;
        is_zero(other)
            .cmp(&is_zero(self))
            .then_with(|| self.far.cmp(other.far))
            .then_with(|| self.exponent.cmp(&other.exponent))
            .then_with(|| self.digits().cmp(other.digits()))
    }

    /// By value; minus zero comes before zero.
    pub fn cmp(&self, other: &Self) -> Ordering {
        match (self.is_negative, other.is_negative) {
            (false, false) => self.compare_size(other),
            (true, true) => other.compare_size(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_are_written_alike() {
        let written = |text| {
            let mut out = Vec::new();
            Decimal::write_text(text, &mut out);
            out
        };
        for (a, b) in [("12", "12.0"), ("12", "1.2e1"), ("12", "120e-1"), ("7", "0.7e1"), ("120", "12e1")] {
            assert_eq!(written(a), written(b), "{a} {b}");
        }
        assert_ne!(written("12"), written("120"));
    }

    #[test]
    fn numbers_are_in_order() {
        let ascending = ["-1e3", "-10.5", "-10.25", "-0", "0", "1e-400", "0.1", "0.11", "1", "9", "10", "1e2", "1e400"];
        for (a, first) in ascending.iter().enumerate() {
            for (b, second) in ascending.iter().enumerate() {
                assert_eq!(Decimal::of(first).cmp(&Decimal::of(second)), a.cmp(&b), "{first} {second}");
            }
        }
    }
}
