//! The framework. What else there is: `replay.rs`, and the examples `calendar` and `babble`.

use super::{exchange, map, put, text};
use motet::{Document, Patch, Policy, ReplicaId, Span, TextPatch, Value};
use std::collections::BTreeMap;

/// A screen that shows a text, and one that shows keys: of one document, each by what it is told only.
#[test]
fn g1_one_model_has_many_screens() {
    let (mut ann, mut bob) = (Document::new(ReplicaId(1)), Document::new(ReplicaId(2)));
    let (mut page, mut form) = (String::new(), BTreeMap::new());
    let mut show = |document: &Document, patch: &Patch| {
        page = patch.texts.get(&text()).map_or(page.clone(), |patch: &TextPatch| patch.apply(&page));
        let keys = patch.maps.get(&map()).into_iter().flatten();
        form.extend(keys.map(|key| (key.clone(), document.get(map(), key).cloned())));
        form.retain(|_, value| value.is_some());
        assert_eq!(page, document.text(text()));
        let shown: BTreeMap<_, _> =
            super::shown(document).into_iter().map(|key| (key, Some(Value::Bool(true)))).collect();
        assert_eq!(form, shown);
    };
    bob.edit(0, |edit| edit.insert(text(), 0, "Hello"));
    let tea = put(&mut bob, "tea");
    let talk = put(&mut bob, "talk");
    let patch = ann.receive_all(bob.actions_since(&ann.version())).expect("valid");
    show(&ann, &patch);
    let (_, patch) = ann.undo_spans(&[Span::of(tea)], 0).expect("undone");
    show(&ann, &patch);
    exchange(&mut ann, &mut bob);
    bob.edit(0, |edit| {
        edit.conflict(&[tea, talk]);
        edit.insert(text(), 5, "!");
    });
    let patch = ann.receive_all(bob.actions_since(&ann.version())).expect("valid");
    show(&ann, &patch);
    let (_, patch) = ann.redo_spans(&[Span::of(tea)], 0).expect("done again");
    show(&ann, &patch);
    let patch = ann.set_policy(Policy { muted: [ReplicaId(2)].into_iter().collect(), ..Policy::default() });
    show(&ann, &patch);
}
