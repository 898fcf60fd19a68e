//! Undo of things that overlap, and undo in a view that is pinned: found by the simulation. The first
//! made a control that could not be sealed, the second left the screen behind the document.

use codec::SigningKey;
use motet::{ContainerId, DocumentId, Kind, Patch, Replica, ReplicaId, Span, VersionVector};

fn text() -> ContainerId {
    ContainerId::root(Kind::Text, "text")
}

fn member() -> Replica {
    Replica::new(DocumentId(99), 0, ReplicaId(1), SigningKey::from_bytes(&[1; 32]))
}

fn span(start: u32, end: u32) -> Span {
    Span::new(ReplicaId(1), start, end)
}

#[test]
fn what_is_switched_may_overlap() {
    let mut ann = member();
    ann.document_mut().edit(0, |edit| edit.insert(text(), 0, "abcdef"));
    let document = ann.document_mut();
    document.undo_spans(&[span(2, 4), span(0, 3), span(4, 5)], 0);
    assert_eq!(document.text(text()), "f");
    // A span with the control in it: what that took comes back, beside what is named twice over.
    document.undo_spans(&[span(3, 7)], 0);
    assert_eq!(document.text(text()), "abc");
    assert!(ann.seal().is_some());
}

#[test]
fn undo_in_a_pinned_view_says_everything_that_changed() {
    let mut ann = member();
    let document = ann.document_mut();
    document.edit(0, |edit| edit.insert(text(), 0, "one "));
    let then = document.version();
    document.edit(9, |edit| edit.insert(text(), 4, "two "));
    document.edit(18, |edit| edit.insert(text(), 8, "three"));
    let mut screen = document.text(text());
    let mut show = |patch: Patch| screen = patch.texts.get(&text()).map_or(screen.clone(), |text| text.apply(&screen));
    show(document.pin(Some(then)));
    show(document.undo_spans(&[span(4, 8)], 0).expect("there is something to undo").1);
    assert_eq!(document.text(text()), "one three");
    assert_eq!(screen, "one three");
}

#[test]
fn undo_of_nothing_leaves_a_pinned_view_alone() {
    let mut ann = member();
    let document = ann.document_mut();
    document.edit(0, |edit| edit.insert(text(), 0, "one"));
    document.pin(Some(VersionVector::new()));
    assert_eq!(document.undo_spans(&[], 0), None);
    assert_eq!(document.text(text()), "");
}
