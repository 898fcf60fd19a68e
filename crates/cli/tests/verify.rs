//! `motet verify` on directories that were damaged on purpose.

mod fixture;

use fixture::Place;
use serde_json::Value;

/// A text that is found again in the file that keeps it.
const MARK: &str = "a text that can be found again";

fn verify(place: &Place) -> (Option<i32>, Value) {
    let said = place.run(&["verify", "data", "--json"]);
    let json = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"));
    (said.code, json)
}

#[test]
fn one_byte_in_the_store_is_found_and_nothing_is_changed() {
    let place = Place::new();
    place.import("data", "Notes", MARK);
    place.import("data", "Other", "another text");
    let path = place.path("data/store.redb");
    let mut bytes = std::fs::read(&path).unwrap();
    assert_eq!(verify(&place).0, Some(0));
    assert_eq!(std::fs::read(&path).unwrap(), bytes, "verify writes nothing");
    let places: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at..].starts_with(MARK.as_bytes())).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at] ^= 1;
    }
    std::fs::write(&path, &bytes).unwrap();
    let (code, json) = verify(&place);
    assert_eq!((code, json["sound"].as_bool()), (Some(1), Some(false)), "{json}");
    assert_eq!(std::fs::read(&path).unwrap(), bytes, "verify repairs nothing");
    let said = place.run(&["verify", "data"]);
    assert!(said.out.contains("DAMAGED") && said.err.is_empty(), "{said:?}");
}

#[test]
fn a_file_that_is_no_store_is_damage() {
    let place = Place::new();
    place.import("data", "Notes", MARK);
    let path = place.path("data/store.redb");
    let bytes = std::fs::read(&path).unwrap();
    for damaged in [&bytes[..bytes.len() / 2], &b"not a store at all"[..]] {
        std::fs::write(&path, damaged).unwrap();
        let said = place.run(&["verify", "data"]);
        assert_eq!(said.code, Some(1), "{said:?}");
    }
}

#[test]
fn only_a_directory_of_documents_is_verified() {
    let place = Place::new();
    assert_eq!(place.run(&["verify", "data"]).code, Some(2));
    place.import("data", "Notes", MARK);
    let _server = place.serve("data");
    assert_eq!(place.run(&["verify", "data"]).code, Some(2), "a server has it open");
}
