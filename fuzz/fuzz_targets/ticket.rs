//! Tickets as people paste them, and as others may make them, with a checksum that fits: what is read is written and read the same.
#![no_main]

use sync::Ticket;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        read(text);
    }
    let checksum = blake3::hash(bytes);
    let made = format!("motet:{}", to_digits(&[bytes, &checksum.as_bytes()[..4]].concat()));
    read(&made);
    read(&format!(" {}\n", made.to_ascii_uppercase()));
});

fn read(text: &str) {
    if let Ok(ticket) = text.parse::<Ticket>() {
        assert_eq!(ticket.to_string(), text.trim().to_ascii_lowercase());
        assert_eq!(ticket.to_string().parse().as_ref(), Ok(&ticket));
        let again = Ticket::new(ticket.doc, ticket.secret, ticket.node, &ticket.addresses, &ticket.name);
        assert_eq!(again.to_string().parse().as_ref(), Ok(&again), "what fits is read");
    }
}

/// RFC 4648 in lower case, with nothing at the end.
fn to_digits(bytes: &[u8]) -> String {
    let bit = |at: usize| bytes.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1);
    let digit = |at: usize| (0..5).fold(0, |digit, of| digit << 1 | usize::from(bit(at * 5 + of)));
    (0..(bytes.len() * 8).div_ceil(5)).map(|at| char::from(b"abcdefghijklmnopqrstuvwxyz234567"[digit(at)])).collect()
}
