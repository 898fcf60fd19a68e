//! One suite for everything that carries work between two members: WebSocket, QUIC, memory, and a file in a pocket.
//!
//! A file is no conversation, so the suite is about what an exchange leaves behind: both have everything, an exchange
//! more moves next to nothing, one that was cut is made up for, and what is nothing, or too long, changes nothing.

#[path = "transports/carriers.rs"]
mod carriers;
#[path = "transports/place.rs"]
mod place;

use carriers::{Bad, Carrier, File, InMemory, Quic, WebSocket};
use place::Place;

/// What an exchange between equals may take, in bytes: greetings, versions, hashes.
const NOTHING_BYTES_MAX: u64 = 1000;

/// Where an exchange is cut: more than a window, so that some of it is known to have arrived.
const CUT_BYTES: u64 = 1_300_000;

async fn suite(mut carrier: impl Carrier) {
    let (a, b) = (Place::new(1), Place::new(2));
    a.write("of the first ");
    b.write("of the second ");
    carrier.exchange(&a, &b, None).await;
    assert_eq!(a.text(), b.text());
    assert!(a.text().contains("of the first") && a.text().contains("of the second"), "{}", a.text());
    let again = carrier.exchange(&a, &b, None).await;
    assert!(again < NOTHING_BYTES_MAX, "{again} bytes between equals");

    (0..24).for_each(|n| a.write(&place::noise(n)));
    b.write("meanwhile ");
    let cut = carrier.exchange(&a, &b, Some(CUT_BYTES)).await;
    assert!(cut >= CUT_BYTES, "it was cut on its way: {cut}");
    assert!(b.text().contains("meanwhile"), "what was here is here");
    assert_ne!(a.text(), b.text());
    let rest = carrier.exchange(&a, &b, None).await;
    assert_eq!(a.text(), b.text());
    if carrier.keeps_what_came() {
        assert!(rest < 2_300_000, "what came is not carried again: {rest}");
    }

    let before = (a.version(), b.version(), b.text());
    for bad in [Bad::Garbage, Bad::GarbageLater, Bad::Long, Bad::LongLater] {
        carrier.refuses(&b, bad).await;
        assert_eq!((a.version(), b.version(), b.text()), before, "{bad:?}");
    }
    b.write("afterwards ");
    carrier.exchange(&a, &b, None).await;
    assert!(a.text().contains("afterwards") && a.text() == b.text());
}

#[tokio::test]
async fn a11_in_memory() {
    suite(InMemory::new()).await;
}

#[tokio::test]
async fn a11_over_websocket() {
    suite(WebSocket::new().await).await;
}

#[tokio::test]
async fn a11_over_quic() {
    suite(Quic::new().await).await;
}

#[tokio::test]
async fn a11_in_a_file() {
    suite(File::default()).await;
}
