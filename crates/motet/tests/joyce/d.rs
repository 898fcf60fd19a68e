//! Selective undo and redo. What else there is: `meaning.rs`, `oracle.rs`, `switching.rs`.

use super::tangle::written;
use super::{exchange, hiding, put, shown, text};
use motet::{Document, Id, ReplicaId, Span};
use naive::Random;

/// A thousand random documents, and all pairs of a few of their actions.
#[test]
fn d1_any_action_is_undone_at_any_time_in_any_order() {
    let mut pairs = 0;
    for seed in 0..1_000 {
        let mut random = Random::new(seed);
        let document = written(seed, 12).swap_remove(0).document().clone();
        let ends: Vec<_> = document.version().iter().collect();
        let some: Vec<Span> = (0..4)
            .filter_map(|_| {
                let (replica, end) = random.pick(&ends)?;
                document.action_of(Id::new(replica, random.below(end as usize) as u32))
            })
            .collect();
        for (at, one) in some.iter().enumerate() {
            for other in &some[..at] {
                let end = |first: &Span, second: &Span| {
                    let mut document = document.fork(ReplicaId(9));
                    // Of one kind, so that undoing an undo is not among them.
                    for span in [first, second] {
                        document.set_policy(motet::Policy::default());
                        drop(document.undo_spans(&elements(&document, *span), 0));
                    }
                    document.state_hash()
                };
                assert_eq!(end(one, other), end(other, one), "seed {seed}: {one} and {other}");
                pairs += 1;
            }
        }
    }
    assert!(pairs > 3_000, "{pairs} pairs");
}

/// The elements of an action that are work: what an undo switched is another's.
fn elements(document: &Document, span: Span) -> Vec<Span> {
    let ops = document.log().ops_in(span).filter(|(_, op)| !matches!(op, motet::OpRef::Control { .. }));
    ops.map(|(id, op)| Span::new(id.replica, id.seq, id.seq + op.len())).collect()
}

/// What was undone and done again is as if nothing had been, whatever came in between.
#[test]
fn d3_redo_gives_back_what_undo_took_whatever_came_since() {
    let mut ann = Document::new(ReplicaId(1));
    let first = ann.edit(0, |edit| edit.insert(text(), 0, "one two three")).expect("an action");
    let mut bob = ann.fork(ReplicaId(2));
    let mut untouched = ann.fork(ReplicaId(3));
    let (undo, _) = ann.undo_spans(&[Span::new(first.replica, 4, 8)], 0).expect("undone");
    assert_eq!(ann.text(text()), "one three");
    bob.edit(0, |edit| edit.insert(text(), 4, "and a half "));
    let news = bob.actions_since(&ann.version());
    ann.receive_all(news.clone()).expect("valid");
    untouched.receive_all(news).expect("valid");
    ann.redo_spans(&[Span::new(first.replica, 4, 8)], 0).expect("done again");
    assert_eq!(ann.text(text()), untouched.text(text()));
    assert_eq!(ann.state_hash(), untouched.state_hash());
    // Undoing the undo is the same.
    ann.undo_spans(&[Span::new(first.replica, 4, 8)], 0).expect("undone");
    ann.undo_spans(&[undo], 0).expect("undone");
    assert_eq!(ann.text(text()), untouched.text(text()));
}

/// Somebody else's work is left out for oneself, of which nobody hears, or undone for everybody.
#[test]
fn d5_somebody_elses_action_is_undone_for_oneself_or_for_all() {
    let (mut ann, mut bob) = (Document::new(ReplicaId(1)), Document::new(ReplicaId(2)));
    let theirs = put(&mut bob, "theirs");
    exchange(&mut ann, &mut bob);
    let version = ann.version();
    ann.set_policy(hiding(&[Span::of(theirs)]));
    assert!(shown(&ann).is_empty());
    assert_eq!(ann.version(), version, "there is nothing to send");
    ann.set_policy(motet::Policy::default());
    ann.undo_spans(&[Span::of(theirs)], 0).expect("undone");
    exchange(&mut ann, &mut bob);
    assert!(shown(&bob).is_empty());
    assert_eq!(ann.state_hash(), bob.state_hash());
}

/// However often something is switched, what is kept of the text does not grow, and each look is as it was.
#[test]
fn d7_undo_explores_and_destroys_nothing() {
    let mut ann = Document::new(ReplicaId(1));
    let spans: Vec<Span> =
        (0..20).map(|n| ann.edit(n, |edit| edit.insert(text(), 0, &format!("{n} "))).expect("an action")).collect();
    let seen = |document: &Document| {
        document.model().text(text()).expect("written").runs().map(|run| run.span.len()).sum::<u32>()
    };
    let (elements, before) = (seen(&ann), ann.state_hash());
    let mut random = Random::new(5);
    let mut off = [false; 20];
    let mut looks: Vec<([bool; 20], u64)> = Vec::new();
    for _ in 0..500 {
        let at = random.below(20);
        off[at] = !off[at];
        let done = if off[at] { ann.undo_spans(&[spans[at]], 0) } else { ann.redo_spans(&[spans[at]], 0) };
        done.expect("switched");
        assert_eq!(seen(&ann), elements);
        let hash = ann.state_hash();
        match looks.iter().find(|(look, _)| *look == off) {
            Some((_, known)) => assert_eq!(hash, *known),
            None => looks.push((off, hash)),
        }
    }
    for at in (0..20).filter(|at| off[*at]) {
        ann.redo_spans(&[spans[at]], 0).expect("switched");
    }
    assert_eq!(ann.state_hash(), before);
}

/// Two undo the same at once: that is one undo, and one redo that knows of both brings it back.
#[test]
fn d8_two_who_undo_one_action_undo_it_once() {
    let (mut ann, mut bob) = (Document::new(ReplicaId(1)), Document::new(ReplicaId(2)));
    let tea = put(&mut ann, "tea");
    exchange(&mut ann, &mut bob);
    ann.undo_spans(&[Span::of(tea)], 0).expect("undone");
    bob.undo_spans(&[Span::of(tea)], 0).expect("undone");
    exchange(&mut ann, &mut bob);
    assert!(shown(&ann).is_empty() && shown(&bob).is_empty());
    let mut late = ann.fork(ReplicaId(3));
    bob.redo_spans(&[Span::of(tea)], 0).expect("done again");
    exchange(&mut ann, &mut bob);
    assert_eq!((shown(&ann), shown(&bob)), (vec!["tea".to_owned()], vec!["tea".to_owned()]));
    // Who undid it again meanwhile, knowing of neither, keeps it off: of two at once, off wins.
    late.redo_spans(&[Span::of(tea)], 0).expect("done again");
    late.undo_spans(&[Span::of(tea)], 0).expect("undone");
    exchange(&mut ann, &mut late);
    assert_eq!(shown(&ann), [] as [String; 0]);
}

/// What an undo touches is its cone, however long the log is: what is told of is counted, and what is tied.
#[test]
fn d9_an_undo_costs_what_depends_on_it() {
    let touched = |len: u32| {
        let mut ann = Document::new(ReplicaId(1));
        let mut random = Random::new(9);
        for n in 0..len {
            let at = random.below(n as usize + 1) as u32;
            ann.edit(0, |edit| edit.insert(text(), at, "x"));
        }
        let one = Span::of(Id::new(ReplicaId(1), len / 2));
        let before = ann.view().write_standings().len();
        let (control, patch) = ann.undo_spans(&[one], 0).expect("undone");
        let texts: Vec<usize> = patch.texts.values().map(|patch| patch.splices().len()).collect();
        assert!(!ann.view().is_tied(one.first()));
        (texts, control.len(), ann.view().write_standings().lines().count(), before)
    };
    assert_eq!(touched(100), touched(20_000));
}
