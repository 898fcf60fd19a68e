//! Images whose checksum fits, opened to the end: what opens is an image of what it says.
#![no_main]

use codec::{Image, SigningKey};
use motet::{Replica, ReplicaId};

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    let bytes = [b"MOIM\x01", &blake3::hash(body).as_bytes()[..], body].concat();
    let Ok(image) = Image::decode(&bytes) else { return };
    assert_eq!(image.encode().as_deref(), Ok(&bytes[..]), "one image, one form");
    let key = SigningKey::from_bytes(&[1; 32]);
    if let Ok(replica) = Replica::open_image(image.document, 0, (ReplicaId(1), key), &image) {
        assert_eq!(replica.version(), image.version);
        replica.document().check_invariants();
    }
});
