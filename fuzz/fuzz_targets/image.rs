//! Images whose checksum fits, opened to the end: what opens is an image of what it says, and whatever shows can be read.
#![no_main]

use codec::{Image, SigningKey};
use motet::{Kept, Replica, ReplicaId, Shown};

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    for version in [1, 2] {
        let bytes = [b"MOIM", &[version][..], &blake3::hash(body).as_bytes()[..], body].concat();
        open(&bytes);
    }
});

fn open(bytes: &[u8]) {
    let Ok(image) = Image::decode(bytes) else { return };
    assert_eq!(image.encode().as_deref(), Ok(bytes), "one image, one form");
    if let Ok(Some(kept)) = image.kept() {
        read_all(&kept);
        let mut again = image.clone();
        if again.keep(&kept).is_ok() && !again.shown.is_empty() {
            assert_eq!(again.kept(), Ok(Some(kept.clone())), "what shows is written as it was read");
        }
    }
    let key = SigningKey::from_bytes(&[1; 32]);
    if let Ok(replica) = Replica::open_image(image.document, 0, (ReplicaId(1), key), &image) {
        assert_eq!(replica.version(), image.version);
        replica.document().check_invariants();
    }
}

/// Asks for all that there is to be read.
fn read_all(kept: &Kept) {
    let shown = Shown::Kept(kept);
    let count = |count: usize| assert!(count < usize::MAX);
    for (container, _) in &kept.texts {
        count(shown.text(*container).into_iter().flat_map(|text| text.rich()).count());
    }
    for map in kept.maps.rows.iter().filter_map(|(container, _)| shown.map(container)) {
        map.keys().for_each(|key| count(map.heads(key).count()));
    }
    for list in kept.lists.rows.iter().filter_map(|(container, _)| shown.list(container)) {
        list.writes().for_each(|(item, ..)| count(list.heads(item).len() + list.position(item).unwrap_or(0)));
    }
    for tree in kept.trees.rows.iter().filter_map(|(container, _)| shown.tree(container)) {
        count(tree.child_count(None));
        for (_, node) in tree.iter() {
            count(tree.children(Some(node)).count() + tree.lost_moves(node).count());
            count(tree.position(node).map_or(0, |(_, at)| at) + usize::from(tree.moved_by(node).is_some()));
        }
    }
}
