//! Undo takes what was typed in one go, however it was cut into frames and wherever it is read again.

use codec::SigningKey;
use motet::{ContainerId, DocumentId, Kind, Replica, ReplicaId};

#[test]
fn what_was_typed_in_one_go_is_undone_in_one_go_after_a_reload() {
    let text = ContainerId::root(Kind::Text, "text");
    let key = || SigningKey::from_bytes(&[1; 32]);
    for cut in 1..12 {
        for offset in 0..2 {
            let mut ann = Replica::new(DocumentId(7), 0, ReplicaId(1), key());
            let mut parcels = Vec::new();
            for (at, letter) in "Also kept. ".chars().enumerate() {
                let time = if at < 5 { 10 } else { 10 + offset };
                ann.document_mut().edit(time, |edit| edit.insert(text, at as u32, &letter.to_string()));
                if at % cut == cut - 1 {
                    parcels.extend(ann.seal());
                }
            }
            parcels.extend(ann.seal());
            assert_eq!(ann.document().next_undo().map(|span| span.len()), Some(11), "cut {cut}");
            let mut again = Replica::new(DocumentId(7), 0, ReplicaId(2), key());
            for parcel in parcels {
                again.import(&parcel.bytes, None).unwrap();
            }
            again.document_mut().add_mine(ReplicaId(1));
            assert_eq!(again.document().next_undo().map(|span| span.len()), Some(11), "cut {cut} reloaded");
            again.document_mut().undo();
            assert_eq!(again.document().text(text), "");
        }
    }
}
