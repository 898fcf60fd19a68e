//! What may stand in a document as it is.

use json::{Kind, Tree};

/// Whether a text is one value of JSON and nothing else.
pub(crate) fn is_value(text: &str) -> bool {
    match text {
        "null" | "true" | "false" => true,
        _ if is_plain_string(text) || is_plain_number(text) => true,
        _ => Tree::read(text.to_owned()).is_ok_and(|tree| tree.ends() == ("", "")),
    }
}

/// Whether a text is a string of JSON.
pub(crate) fn is_string(text: &str) -> bool {
    is_plain_string(text) || (text.starts_with('"') && is_value(text))
}

fn is_plain_string(text: &str) -> bool {
    let inside = text.len().checked_sub(1).and_then(|end| text.get(1..end));
    let is_plain = |inside: &str| !inside.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\');
    text.starts_with('"') && text.ends_with('"') && inside.is_some_and(is_plain)
}

/// Numbers without an exponent, which most are.
fn is_plain_number(text: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    is_digits(whole) && is_digits(part) && (whole == "0" || !whole.starts_with('0'))
}

/// What a string of JSON says; none where no text can hold that.
pub(crate) fn unquoted(text: &str) -> Option<String> {
    if is_plain_string(text) {
        return Some(text[1..text.len() - 1].to_owned());
    }
    let tree = Tree::read(text.to_owned()).ok()?;
    tree.exact_string(tree.root()).map(|text| text.into_owned())
}

/// What kind of value a text is.
pub(crate) fn kind(text: &str) -> Kind {
    match text.as_bytes().first() {
        Some(b'{') => Kind::Object,
        Some(b'[') => Kind::Array,
        Some(b'"') => Kind::String,
        Some(b't') => Kind::True,
        Some(b'f') => Kind::False,
        Some(b'n') => Kind::Null,
        _ => Kind::Number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_value_is_a_value() {
        for text in ["null", "-0", "12", "-0.5", "10.25", "1.50e+3", "\"\"", "\"\\u00e9\\\"\"", "[1, 2]", "{\"a\": []}"]
        {
            assert!(is_value(text), "{text}");
        }
        for text in [
            "",
            "\"",
            "-",
            "01",
            "00.5",
            ".5",
            "1.",
            "1.-5",
            "-.5",
            "1.5.5",
            "1,2",
            "1 ",
            "\"a\", \"b\"",
            "\"a\nb\"",
            "]",
            "1]",
        ] {
            assert!(!is_value(text), "{text}");
        }
        assert_eq!(unquoted("\"\\u00e9\\n\"").as_deref(), Some("é\n"));
        assert_eq!(unquoted("\"\\ud800\""), None);
    }
}
