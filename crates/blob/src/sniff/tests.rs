use super::*;

fn check(start: &[u8], kind: Kind, size: Option<(u32, u32)>) {
    assert_eq!(sniff(start), Some(Image { kind, size }), "{}", String::from_utf8_lossy(start));
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x01\x2c\0\0\0\x20\x08\x06";
const GIF: &[u8] = b"GIF89a\x2c\x01\x20\0\0";
/// A comment, a filled-up marker, a table, then the frame.
const JPEG: &[u8] = b"\xff\xd8\xff\xfe\0\x05abc\xff\xff\xc4\0\x03t\xff\xc2\0\x11\x08\0\x20\x01\x2c\x03";
const LOSSY: &[u8] = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\x30\x01\0\x9d\x01\x2a\x2c\xc1\x20\0";
const LOSSLESS: &[u8] = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x2b\xc1\x07\0";
const EXTENDED: &[u8] = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x2b\x01\0\x1f\0\0";
const SVG: &[u8] = b"<?xml version='1.0'?>\n<!-- by hand --><!DOCTYPE svg [<!ENTITY a 'b'>]>\
    <svg xmlns=\"http://www.w3.org/2000/svg\" width = '300px' height=\"32\"><script/>";

#[test]
fn every_kind_says_its_size() {
    for (start, kind) in [
        (PNG, Kind::Png),
        (GIF, Kind::Gif),
        (JPEG, Kind::Jpeg),
        (LOSSY, Kind::WebP),
        (LOSSLESS, Kind::WebP),
        (EXTENDED, Kind::WebP),
        (SVG, Kind::Svg),
    ] {
        check(start, kind, Some((300, 32)));
    }
}

#[test]
fn an_svg_says_its_size_in_many_ways() {
    for (attributes, size) in [
        ("viewBox='0 0 10.5 20'", Some((11, 20))),
        ("width='20' viewBox='0,0,10,20'", Some((20, 40))),
        ("height='20' viewBox='0 0 10 20'", Some((10, 20))),
        ("width='1in' height='2.54cm'", Some((96, 96))),
        ("width='100%' height='100%' viewBox='0 0 3 4'", Some((3, 4))),
        ("width='100%' height='100%'", None),
        ("width='1e300' height='1'", None),
        ("width='nan' height='inf' viewBox='0 0 -1 0'", None),
        ("width=3 height=4", None),
        ("", None),
    ] {
        check(format!("\u{feff}<svg {attributes}>").as_bytes(), Kind::Svg, size);
    }
    for other in ["<html>", "<svgx>", "<!-- <svg>", "text", "", "<svg"] {
        assert_eq!(sniff(other.as_bytes()), None, "{other}");
    }
}

#[test]
fn impossible_sizes_are_none() {
    let mut png = PNG.to_vec();
    png[16..20].copy_from_slice(&u32::MAX.to_be_bytes());
    check(&png, Kind::Png, None);
    png[16..20].copy_from_slice(&0_u32.to_be_bytes());
    check(&png, Kind::Png, None);
}

/// Whatever comes: an answer, no panic, no endless loop, and time that is linear in what is looked at: the
/// long ones would take minutes otherwise.
#[test]
fn hostile_bytes_are_looked_at_once() {
    let mut state = 1_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for start in [PNG, GIF, JPEG, LOSSY, LOSSLESS, EXTENDED, SVG] {
        for len in 0..start.len() {
            sniff(&start[..len]);
        }
        for _ in 0..20_000 {
            let mut bytes = start.to_vec();
            for _ in 0..1 + random() % 4 {
                let at = random() as usize % bytes.len();
                bytes[at] = random() as u8;
            }
            sniff(&bytes);
        }
    }
    let filled = |head: &[u8], body: &[u8]| [head, &body.repeat(4 << 20 >> body.len().ilog2())].concat();
    for (head, body) in [
        (&b"\xff\xd8\xff"[..], &b"\xff"[..]),
        (b"\xff\xd8\xff\xfe\0\0", b"\xff\xfe\0\0"),
        (b"<svg ", b"a='b' "),
        (b"<svg ", b"width='1"),
        (b"<!--", b"<!--"),
        (b"", b"<!---->"),
        (b"<svg width='", b"9"),
        (b"<svg viewBox='", b"1 "),
    ] {
        sniff(&filled(head, body));
    }
}
