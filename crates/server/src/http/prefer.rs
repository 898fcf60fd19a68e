//! Which of two forms a program would rather have: media types and encodings (RFC 9110, sections 12.5.1 and 12.5.3).

/// Whether `accept` prefers HTML to Markdown. Who accepts both alike, or says nothing, gets Markdown.
pub fn prefers_html(accept: &str) -> bool {
    weight(accept, "text/html") > weight(accept, "text/markdown")
}

/// How welcome a text type is, in thousandths: what the most specific range says that includes it.
fn weight(accept: &str, wanted: &str) -> u32 {
    let range = |name: &str| accept.split(',').filter_map(read).find(|(range, _)| range.eq_ignore_ascii_case(name));
    [wanted, "text/*", "*/*"].into_iter().find_map(range).map_or(0, |(_, weight)| weight)
}

/// Whether `accept_encoding` lets gzip be sent, and does not prefer what is not packed. Who says nothing gets nothing packed.
pub fn takes_gzip(accept_encoding: &str) -> bool {
    let coding = |name: &str| {
        let given = accept_encoding.split(',').filter_map(read).find(|(coding, _)| coding.eq_ignore_ascii_case(name));
        given.map(|(_, weight)| weight)
    };
    // An old name of the same (RFC 9110, section 8.4.1.3).
    let gzip = coding("gzip").or_else(|| coding("x-gzip")).or_else(|| coding("*")).unwrap_or(0);
    gzip > 0 && gzip >= coding("identity").unwrap_or(0)
}

/// A range and its weight. One that cannot be read counts as one that is not there.
fn read(range: &str) -> Option<(&str, u32)> {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next()?;
    let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let weight = quality.map_or(Some(1.0), |quality| quality.parse::<f32>().ok())?;
    (0.0..=1.0).contains(&weight).then_some((name, (weight * 1000.0) as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_get_html_and_programs_get_markdown() {
        for (accept, is_html) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("", false),
            ("*/*", false),
            ("text/html", true),
            ("text/markdown, text/html;q=0.9", false),
            ("text/html;q=0.2, text/markdown;q=0.1", true),
            ("TEXT/HTML ; level=1 ; q=0.5", true),
            ("text/html;q=0", false),
            ("text/*, text/html;q=0.5", false),
            ("text/html;q=often", false),
            ("text/html;q=9", false),
            (",;,", false),
        ] {
            assert_eq!(prefers_html(accept), is_html, "{accept}");
        }
    }

    #[test]
    fn gzip_goes_to_those_who_take_it() {
        for (accept_encoding, takes) in [
            ("gzip, deflate, br, zstd", true),
            ("br;q=1.0, GZIP ; q=0.8, *;q=0.1", true),
            ("x-gzip", true),
            ("*", true),
            ("identity;q=0, *;q=0.5", true),
            ("gzip;q=0.5, identity;q=0.5", true),
            ("gzip;q=0.001", true),
            ("", false),
            ("identity", false),
            ("br", false),
            ("gzip;q=0", false),
            ("gzip;q=0.000, *", false),
            ("*;q=0", false),
            ("gzip;q=0.2, identity;q=0.9", false),
            ("gzip;q=soon", false),
            ("gzipped", false),
            (",;q=1,", false),
        ] {
            assert_eq!(takes_gzip(accept_encoding), takes, "{accept_encoding}");
        }
    }
}
