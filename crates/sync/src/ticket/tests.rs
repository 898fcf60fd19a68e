//! Tickets come back as they were, and whatever else is read is an error.

use super::*;

fn sample() -> Ticket {
    let addresses: Vec<SocketAddr> = ["192.168.1.7:4041", "[fd00::7]:4041"].map(|a| a.parse().unwrap()).to_vec();
    Ticket::new(DocumentId(0x0102), [7; 16], [9; 32], &addresses, "Minutes Ä")
}

/// SplitMix64, by Sebastiano Vigna.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn any(state: &mut u64) -> Ticket {
    let mut bytes = |len: usize| (0..len).map(|_| random(state) as u8).collect::<Vec<_>>();
    let (doc, secret, node) = (bytes(16), bytes(16), bytes(32));
    let addresses: Vec<SocketAddr> = (0..bytes(1)[0] as usize % (TICKET_ADDRESSES_MAX + 1))
        .map(|_| {
            let (kind, four, sixteen) = (bytes(1)[0] & 1, bytes(4), bytes(16));
            let ip: IpAddr = match kind {
                0 => <[u8; 4]>::try_from(four).unwrap().into(),
                _ => <[u8; 16]>::try_from(sixteen).unwrap().into(),
            };
            SocketAddr::new(ip, u16::from_be_bytes(bytes(2).try_into().unwrap()))
        })
        .collect();
    let len = bytes(1)[0] as usize;
    let name: String = bytes(len).into_iter().map(char::from).collect();
    let doc = DocumentId(u128::from_be_bytes(doc.try_into().unwrap()));
    Ticket::new(doc, secret.try_into().unwrap(), node.try_into().unwrap(), &addresses, &name)
}

#[test]
fn a_ticket_never_changes_its_form() {
    let text = sample().to_string();
    assert_eq!(
        text,
        concat!(
            "motet:aeaaaaaaaaaaaaaaaaaaaaaaaebaobyha4dqobyha4dqobyha4dqocijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijbeeqscijaic",
            "mbkaba4h4sbx5aaaaaaaaaaaaaaaaaaaaaaahb7equtljnz2xizltedbyjgrajr6q"
        )
    );
    assert_eq!(text.parse(), Ok(sample()));
}

#[test]
fn any_ticket_comes_back_as_it_was_however_it_was_copied() {
    let mut state = 1;
    for _ in 0..2000 {
        let ticket = any(&mut state);
        let text = ticket.to_string();
        assert!(text.len() <= TICKET_CHARS_MAX, "{} characters", text.len());
        assert!(Ticket::is_meant(&text));
        let link = ticket.link();
        let typed = format!("http://localhost:8080/{}\n", link.split_once('/').unwrap().1.rsplit_once('/').unwrap().1);
        for text in
            [text.clone(), text.to_uppercase(), format!("  {text}\n"), link.replacen(":aea", "%3Aaea", 1), link, typed]
        {
            assert!(Ticket::is_meant(&text), "{text}");
            assert_eq!(text.parse().as_ref(), Ok(&ticket));
        }
    }
}

#[test]
fn a_damaged_ticket_is_none() {
    let text = sample().to_string();
    for at in 0..text.len() {
        assert!(text[..at].parse::<Ticket>().is_err(), "cut at {at}");
        let mut bytes = text.clone().into_bytes();
        bytes[at] = if bytes[at] == b'q' { b'x' } else { b'q' };
        let altered = String::from_utf8(bytes).unwrap();
        assert!(altered.parse::<Ticket>().is_err(), "{altered}");
    }
    for more in ["a", "aa", "aaaaaaaa", "-", "ä"] {
        assert!(format!("{text}{more}").parse::<Ticket>().is_err(), "{more}");
    }
    assert_eq!("http://h/notes".parse::<Ticket>(), Err(TicketError::Prefix));
    assert_eq!("".parse::<Ticket>(), Err(TicketError::Prefix));
    assert_eq!("motet:".parse::<Ticket>(), Err(TicketError::Checksum));
    assert_eq!("motet:a1".parse::<Ticket>(), Err(TicketError::Digit('1')));
    assert_eq!(format!("motet:{}", "a".repeat(5000)).parse::<Ticket>(), Err(TicketError::Long(5006)));
}

#[test]
fn bytes_with_a_fitting_checksum_are_read_once_or_not_at_all() {
    let mut state = 2;
    let good = sample().encode();
    let body = &good[..good.len() - CHECKSUM_BYTES];
    let mut read = 0;
    for _ in 0..20_000 {
        let mut bytes = body.to_vec();
        for _ in 0..1 + random(&mut state) % 3 {
            let at = random(&mut state) as usize % bytes.len();
            match random(&mut state) % 3 {
                0 => bytes[at] = random(&mut state) as u8,
                1 => bytes.truncate(at.max(1)),
                _ => bytes.insert(at, random(&mut state) as u8),
            }
        }
        bytes.extend(checksum(&bytes));
        if let Ok(ticket) = Ticket::decode(&bytes) {
            read += 1;
            assert_eq!(ticket.encode(), bytes, "one way to write each");
        }
    }
    assert!(read > 1000, "most of a ticket is keys, which may be anything: {read}");
    let mut later = body.to_vec();
    later[0] = 2;
    later.extend(checksum(&later));
    assert_eq!(Ticket::decode(&later), Err(TicketError::Version(2)));
}

#[test]
fn the_secret_stays_out_of_logs() {
    let said = format!("{:?}", sample());
    assert!(!said.contains("7, 7") && !said.contains("0707") && said.contains("Minutes"), "{said}");
    assert_eq!(sample().token(), "07".repeat(16));
}
