//! Texts of several replicas that got the same ops in different orders, with half of them off.

use super::*;

/// A small generator of numbers; the same seed gives the same numbers everywhere.
struct Rng(u64);

impl Rng {
    fn below(&mut self, n: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % u64::from(n)) as u32
    }
}

#[derive(Clone, Debug)]
enum TestOp {
    Insert { first: Id, left: Option<Id>, right: Option<Id>, text: String },
    Delete { target: Span },
}

/// One person's copy: a text, the screen that follows it by patches, and how much of everybody's ops
/// it has seen.
struct Copy {
    replica: ReplicaId,
    text: Text,
    screen: String,
    seen: Vec<usize>,
    end: Seq,
}

fn apply(copy: &mut Copy, op: &TestOp) {
    let mut patch = TextPatch::new();
    match op {
        TestOp::Insert { first, left, right, text } => {
            copy.text.insert(*first, (*left, *right), text, true, Some(&mut patch));
        }
        TestOp::Delete { target } => copy.text.set_deleted(*target, true, Some(&mut patch)),
    }
    copy.screen = patch.apply(&copy.screen);
    assert_eq!(copy.screen, copy.text.to_string(), "the screen follows");
    copy.text.check_invariants();
}

fn edit(copy: &mut Copy, rng: &mut Rng, log: &mut Vec<TestOp>) {
    let len = copy.text.len().chars;
    let op = if len > 0 && rng.below(3) == 0 {
        let at = rng.below(len);
        let count = 1 + rng.below(4.min(len - at));
        let spans = copy.text.visible_spans(at, count);
        assert_eq!(spans.iter().map(Span::len).sum::<u32>(), count);
        copy.end += spans[0].len();
        TestOp::Delete { target: spans[0] }
    } else {
        let at = if rng.below(2) == 0 { len } else { rng.below(len + 1) };
        let text = ["a", "é", "xyz", "𝄞b", "0123456789"][rng.below(5) as usize];
        let first = Id::new(copy.replica, copy.end);
        copy.end += text.chars().count() as u32;
        let expected: String = {
            let now = copy.text.to_string();
            now.chars().take(at as usize).chain(text.chars()).chain(now.chars().skip(at as usize)).collect()
        };
        let (left, right) = copy.text.insert_at(at, first, Counted::new(text));
        let op = TestOp::Insert { first, left, right, text: text.into() };
        copy.screen = copy.text.to_string();
        assert_eq!(copy.screen, expected, "insert at {at}, read at {at}");
        copy.text.check_invariants();
        log.push(op);
        return;
    };
    apply(copy, &op);
    log.push(op);
}

fn exchange(copies: &mut [Copy], logs: &[Vec<(Vec<usize>, TestOp)>], to: usize, from: usize) {
    // Everything that `from` has, in an order that respects who had seen what.
    loop {
        let mut moved = false;
        for (author, log) in logs.iter().enumerate() {
            let next = copies[to].seen[author];
            if author == to || next >= copies[from].seen[author] {
                continue;
            }
            let (needs, op) = log[next].clone();
            if needs.iter().zip(&copies[to].seen).all(|(need, have)| need <= have) {
                apply(&mut copies[to], &op);
                copies[to].seen[author] += 1;
                moved = true;
            }
        }
        if !moved {
            return;
        }
    }
}

#[test]
fn any_order_of_arrival_gives_one_text() {
    for seed in 1..=300 {
        let mut rng = Rng(seed * 0x9e37_79b9);
        let people = 2 + rng.below(3) as usize;
        let mut copies: Vec<Copy> = (0..people)
            .map(|n| Copy {
                replica: ReplicaId([7, 3, 9, 1][n]),
                text: Text::new(),
                screen: String::new(),
                seen: vec![0; people],
                end: 0,
            })
            .collect();
        let mut logs: Vec<Vec<(Vec<usize>, TestOp)>> = vec![Vec::new(); people];
        for _ in 0..80 {
            let who = rng.below(people as u32) as usize;
            if rng.below(4) == 0 {
                let from = rng.below(people as u32) as usize;
                exchange(&mut copies, &logs, who, from);
            } else {
                let needs = copies[who].seen.clone();
                let mut made = Vec::new();
                edit(&mut copies[who], &mut rng, &mut made);
                copies[who].seen[who] += made.len();
                logs[who].extend(made.into_iter().map(|op| (needs.clone(), op)));
            }
        }
        for _ in 0..people {
            for (to, from) in (0..people).flat_map(|to| (0..people).map(move |from| (to, from))) {
                exchange(&mut copies, &logs, to, from);
            }
        }
        let (first, rest) = copies.split_first_mut().unwrap();
        for other in rest {
            assert_eq!(first.text.to_string(), other.text.to_string(), "seed {seed}");
            assert_eq!(first.text.hash(), other.text.hash(), "seed {seed}");
        }
        toggle_everything(first, &logs, &mut rng);
    }
}

/// Turns ops off and on in any order; in the end everything is as it was.
fn toggle_everything(copy: &mut Copy, logs: &[Vec<(Vec<usize>, TestOp)>], rng: &mut Rng) {
    let (text, hash) = (copy.text.to_string(), copy.text.hash());
    let mut ops: Vec<TestOp> = logs.iter().flatten().map(|(_, op)| op.clone()).collect();
    for on in [false, true] {
        for at in 0..ops.len() {
            let other = rng.below(ops.len() as u32) as usize;
            ops.swap(at, other);
        }
        for op in &ops {
            let mut patch = TextPatch::new();
            match op {
                TestOp::Insert { first, text, .. } => {
                    let span = Span::new(first.replica, first.seq, first.seq + text.chars().count() as u32);
                    copy.text.set_inserted(span, on, Some(&mut patch));
                }
                TestOp::Delete { target } => copy.text.set_deleted(*target, on, Some(&mut patch)),
            }
            copy.screen = patch.apply(&copy.screen);
            assert_eq!(copy.screen, copy.text.to_string());
            copy.text.check_invariants();
        }
        if !on {
            assert!(copy.text.is_empty());
        }
    }
    assert_eq!((copy.text.to_string(), copy.text.hash()), (text, hash));
}

#[test]
fn runs_typed_at_once_do_not_interleave() {
    for backward in [false, true] {
        let mut copies = [Text::new(), Text::new()];
        let mut ops = Vec::new();
        for (n, text) in copies.iter_mut().enumerate() {
            let replica = ReplicaId(n as u64 + 1);
            for k in 0..20 {
                let (at, id, c) = (if backward { 0 } else { k }, Id::new(replica, k), if n == 0 { "a" } else { "b" });
                let between = text.insert_at(at, id, Counted::new(c));
                ops.push((id, between, c));
            }
        }
        for (n, text) in copies.iter_mut().enumerate() {
            for &(id, between, c) in ops.iter().filter(|(id, ..)| id.replica.0 != n as u64 + 1) {
                text.insert(id, between, c, true, None);
            }
            assert_eq!(text.to_string(), format!("{}{}", "a".repeat(20), "b".repeat(20)), "backward: {backward}");
        }
    }
}

#[test]
fn positions_convert_between_units() {
    let mut text = Text::new();
    text.insert_at(0, Id::new(ReplicaId(1), 0), Counted::new("aé𝄞b"));
    assert_eq!(text.len(), TextLen { chars: 4, utf16: 5, bytes: 8 });
    for (chars, utf16) in [(0, 0), (1, 1), (2, 2), (3, 4), (4, 5)] {
        assert_eq!(text.utf16_at_chars(chars), utf16);
        assert_eq!(text.chars_at_utf16(utf16), chars);
    }
    assert_eq!(text.chars_at_utf16(3), 2, "inside the pair");
    assert_eq!(text.slice(1, 2), "é𝄞");
}

/// A look-up moved the finger behind the run where typing went on, which then counted too little before it.
#[test]
fn typing_on_after_a_look_up_elsewhere_keeps_positions() {
    let mut text = Text::new();
    let type_at = |text: &mut Text, at: u32, seq: u32| {
        text.insert_at(at, Id::new(ReplicaId(1), seq), Counted::new("x"));
    };
    [(0, 0), (0, 10), (0, 20)].into_iter().for_each(|(at, seq)| type_at(&mut text, at, seq));
    type_at(&mut text, 1, 30);
    assert_eq!(text.id_at(3), Some(Id::new(ReplicaId(1), 0)));
    type_at(&mut text, 2, 31);
    assert_eq!(text.id_at(3), Some(Id::new(ReplicaId(1), 10)));
}
