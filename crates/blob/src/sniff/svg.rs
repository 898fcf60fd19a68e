//! The size of an SVG: what its root element says, in pixels of CSS. No XML is read beyond that element,
//! no entity is looked up, nothing is kept.

/// The attributes of the root element, where these bytes start an SVG document.
pub(super) fn root(start: &[u8]) -> Option<&[u8]> {
    let mut rest = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    loop {
        rest = if let Some(inside) = rest.strip_prefix(b"<?") {
            after(inside, b"?>")?
        } else if let Some(inside) = rest.strip_prefix(b"<!--") {
            after(inside, b"-->")?
        } else if let Some(inside) = rest.strip_prefix(b"<!DOCTYPE") {
            after_doctype(inside)?
        } else {
            let inside = rest.strip_prefix(b"<svg")?;
            let ends = inside.first().is_some_and(|c| c.is_ascii_whitespace() || b">/".contains(c));
            return ends.then_some(inside);
        }
        .trim_ascii_start();
    }
}

fn after<'a>(text: &'a [u8], end: &[u8]) -> Option<&'a [u8]> {
    let at = text.windows(end.len()).position(|window| window == end)?;
    Some(&text[at + end.len()..])
}

/// A document type may declare entities in brackets.
fn after_doctype(text: &[u8]) -> Option<&[u8]> {
    let at = text.iter().position(|c| b"[>".contains(c))?;
    if text[at] == b'>' { Some(&text[at + 1..]) } else { after(&text[at..], b"]>") }
}

/// Width and height that the attributes say: both lengths, or the view box where one is missing.
pub(super) fn size(attributes: &[u8]) -> Option<(u32, u32)> {
    let (mut width, mut height, mut view_box) = (None, None, None);
    let mut rest = attributes;
    while let Some((name, value, later)) = attribute(rest) {
        match name {
            b"width" => width = pixels(value),
            b"height" => height = pixels(value),
            b"viewBox" => view_box = view_box_size(value),
            _ => {}
        }
        rest = later;
    }
    match (width, height, view_box) {
        (Some(width), Some(height), _) => Some((whole(width)?, whole(height)?)),
        (Some(width), None, Some((x, y))) => Some((whole(width)?, whole(width * y / x)?)),
        (None, Some(height), Some((x, y))) => Some((whole(height * x / y)?, whole(height)?)),
        (None, None, Some((x, y))) => Some((whole(x)?, whole(y)?)),
        _ => None,
    }
}

/// The next attribute: its name, its value, and what follows it.
fn attribute(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let text = text.trim_ascii_start();
    let name_end = text.iter().position(|c| c.is_ascii_whitespace() || b"=>/".contains(c))?;
    let (name, rest) = text.split_at(name_end);
    let (&quote, rest) = rest.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start().split_first()?;
    if name.is_empty() || !b"\"'".contains(&quote) {
        return None;
    }
    let value_end = rest.iter().position(|&c| c == quote)?;
    Some((name, &rest[..value_end], &rest[value_end + 1..]))
}

/// A length of CSS in pixels; percentages and lengths in font sizes depend on what is around.
fn pixels(value: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(value).ok()?.trim();
    let end = text.find(|c: char| c.is_ascii_alphabetic() || c == '%').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let factor = match unit {
        "" | "px" => 1.0,
        "in" => 96.0,
        "cm" => 96.0 / 2.54,
        "mm" => 96.0 / 25.4,
        "pt" => 96.0 / 72.0,
        "pc" => 16.0,
        _ => return None,
    };
    positive(number).map(|number| number * factor)
}

fn view_box_size(value: &[u8]) -> Option<(f64, f64)> {
    let text = std::str::from_utf8(value).ok()?;
    let mut numbers = text.split([' ', ',', '\t', '\n', '\r']).filter(|number| !number.is_empty()).skip(2);
    Some((positive(numbers.next()?)?, positive(numbers.next()?)?))
}

fn positive(text: &str) -> Option<f64> {
    decimal(text).filter(|&number| number.is_finite() && number > 0.0)
}

/// A number of CSS or SVG, such as `+12`, `.5` or `1.5e3`. As `std` reads it, where it has at most fifteen digits and a
/// moderate exponent; what has more may be off by its last bits. Written down since `std`'s brings a table along that alone
/// weighs 10 kB in a browser.
fn decimal(text: &str) -> Option<f64> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let (number, power) = match text.split_once(['e', 'E']) {
        Some((number, power)) => (number, power.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = || whole.bytes().chain(fraction.bytes());
    if digits().next().is_none() || !digits().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let value = digits().fold(0.0, |value, digit| value * 10.0 + f64::from(digit - b'0'));
    let power = power.saturating_sub(i32::try_from(fraction.len()).ok()?);
    let factor = (0..power.unsigned_abs().min(POWER_MAX)).fold(1.0, |factor, _| factor * 10.0);
    Some(if power < 0 { value / factor } else { value * factor })
}

/// What is greater makes any number infinite, or zero.
const POWER_MAX: u32 = 700;

/// Rounded up, so that a picture of half a pixel has a size. What is too large is so after the cast too.
fn whole(pixels: f64) -> Option<u32> {
    (pixels.is_finite() && pixels > 0.0).then(|| pixels.ceil() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_std_reads_them() {
        for number in [
            "0",
            "7",
            "+12",
            "012.50",
            ".5",
            "5.",
            "10.5",
            "0.1",
            "123456789.012345",
            "1.5e3",
            "2E-3",
            "1e+2",
            "1e-400",
            "9e22",
            "1e22",
            "1.7e-20",
            "3e400",
            "1e99999",
        ] {
            assert_eq!(decimal(number), number.parse().ok(), "{number}");
        }
        for none in [
            "",
            ".",
            "+",
            "e3",
            "1e",
            "1e99999999999",
            "1.2.3",
            "1,2",
            " 1",
            "0x1",
            "nan",
            "inf",
            "1_000",
            "-1",
            "++1",
            "٣",
        ] {
            assert_eq!(decimal(none), None, "{none}");
        }
        let (long, exact) = (decimal("3.14159265358979323846264338327950288").unwrap(), std::f64::consts::PI);
        assert!((long - exact).abs() < 1e-14);
        assert_eq!(positive("0e999"), None);
    }
}
