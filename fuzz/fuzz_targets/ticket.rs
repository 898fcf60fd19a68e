//! Tickets as people paste them: what is read is written and read the same.
#![no_main]

use sync::Ticket;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(ticket) = text.parse::<Ticket>() {
        assert_eq!(ticket.to_string(), text.trim().to_ascii_lowercase());
        assert_eq!(ticket.to_string().parse().as_ref(), Ok(&ticket));
    }
});
