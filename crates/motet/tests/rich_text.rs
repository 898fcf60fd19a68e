//! Texts with objects, marks and moves: members agree, patches say what changed, loading gives the same.

use motet::{ContainerId, Document, Grows, Kind, Patch, ReplicaId, RichRun, Seq, Value};

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ z >> 31) % u64::from(n.max(1))) as u32
    }
}

fn body() -> ContainerId {
    ContainerId::root(Kind::Text, "body")
}

fn len(document: &Document) -> Seq {
    document.text_len(body())
}

/// One random change by the author of `document`.
fn change(dice: &mut Dice, document: &mut Document) {
    let (text, len) = (body(), len(document));
    let (at, other) = (dice.below(len + 1), dice.below(len + 1));
    let (from, some) = (at.min(other), at.abs_diff(other).min(6));
    let grows = [Grows::AtEnd, Grows::AtStart, Grows::AtBoth, Grows::Nowhere][dice.below(4) as usize];
    let key = ["strong", "link"][dice.below(2) as usize];
    let value = (dice.below(3) > 0).then(|| Value::Int(dice.below(3).into()));
    let to = dice.below(len + 1);
    let what = dice.below(13);
    document.edit(0, |edit| match what {
        0..3 => edit.insert(text, at, ["a", "xyz", "é𝄞"][what as usize]),
        3..5 => edit.delete(text, from, some),
        5 => drop(edit.split(text, at)),
        6 => drop(edit.insert_object(text, at, "image")),
        7..9 => edit.mark(text, (from, some), key, value.as_ref(), grows),
        9..12 => {
            edit.move_text(text, (from, some + 1), to);
        }
        _ => edit.replace(text, from, some, "new"),
    });
}

fn exchange(from: &Document, to: &mut Document) {
    let (before, model) = (shown(to), to.model().clone());
    let patch = to.receive_all(from.actions_since(&to.version())).unwrap();
    check_patch(before.clone(), &patch, to);
    check_patch(before, &to.model().changed_since(&model), to);
}

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

/// What is shown, unit by unit, and how each looks; none where that is not known.
type Shown = Vec<(u16, Option<String>)>;

fn shown(document: &Document) -> Shown {
    let runs = document.model().text(body()).into_iter().flat_map(|text| text.rich());
    let looks = |run: &RichRun<'_>| Some(format!("{:?} {:?}", run.object, run.marks));
    runs.flat_map(|run| units(run.text).into_iter().map(|unit| (unit, looks(&run))).collect::<Shown>()).collect()
}

/// A patch must lead from what was shown to what is, and say wherever something that stays looks otherwise.
fn check_patch(mut before: Shown, patch: &Patch, document: &Document) {
    if let Some(patch) = patch.texts.get(&body()) {
        for splice in patch.splices().iter().rev() {
            let (at, end) = (splice.at as usize, (splice.at + splice.removed) as usize);
            before.splice(at..end, units(&splice.inserted).into_iter().map(|unit| (unit, None)));
        }
        for range in patch.restyled() {
            before[range.start as usize..range.end as usize].iter_mut().for_each(|(_, looks)| *looks = None);
        }
    }
    let now = shown(document);
    assert_eq!(before.len(), now.len());
    for (was, is) in before.iter().zip(&now) {
        assert!(was.0 == is.0 && (was.1.is_none() || was.1 == is.1), "{was:?} is {is:?}: {patch:?}");
    }
}

fn check(document: &mut Document) {
    document.check_invariants();
    let loaded = document.view().project(document.log());
    assert_eq!(loaded.canonical(), document.model().canonical());
    let text: String =
        document.model().text(body()).map_or_else(String::new, |text| text.rich().map(|run| run.text).collect());
    assert_eq!(text, document.text(body()));
    if let Some(text) = document.model().text(body()) {
        let (chars, utf16) = (text.len().chars, text.len().utf16);
        let all: Vec<char> = text.read().chars().collect();
        assert_eq!((all.len() as u32, units(&text.read()).len() as u32), (chars, utf16));
        let mut at16 = 0;
        for (at, c) in all.iter().enumerate() {
            assert_eq!(text.utf16_at_chars(at as u32), at16);
            assert_eq!(text.chars_at_utf16(at16), at as u32);
            assert_eq!(text.slice(at as u32, 1), c.to_string());
            at16 += c.len_utf16() as u32;
        }
    }
    let ids: Vec<_> = (0..len(document)).map(|at| document.model_text(body()).id_at(at).unwrap()).collect();
    for (id, at) in ids.into_iter().zip(0..) {
        assert_eq!(document.model().text(body()).unwrap().position(id), Some((at, true)));
    }
}

fn history(seed: u64) {
    let mut dice = Dice(seed);
    let mut members: Vec<Document> = (1..4).map(|id| Document::new(ReplicaId(id))).collect();
    for _ in 0..40 {
        let one = dice.below(3) as usize;
        match dice.below(10) {
            0..6 => change(&mut dice, &mut members[one]),
            6 => {
                let before = shown(&members[one]);
                if let Some(patch) = members[one].undo() {
                    check_patch(before, &patch, &members[one]);
                }
            }
            7 => {
                let before = shown(&members[one]);
                if let Some(patch) = members[one].redo() {
                    check_patch(before, &patch, &members[one]);
                }
            }
            _ => {
                let from = members[dice.below(3) as usize].clone();
                exchange(&from, &mut members[one]);
            }
        }
        check(&mut members[one]);
    }
    for _ in 0..2 {
        for (from, to) in [(0, 1), (1, 2), (2, 0), (0, 1)] {
            let from = members[from].clone();
            exchange(&from, &mut members[to]);
        }
    }
    let hashes: Vec<u64> = members.iter_mut().map(Document::state_hash).collect();
    assert_eq!(members[0].model().canonical(), members[1].model().canonical());
    assert_eq!(members[0].model().canonical(), members[2].model().canonical());
    assert!(hashes.iter().all(|hash| *hash == hashes[0]), "{hashes:?}");
    for member in &mut members {
        check(member);
        let (version, before, hash) = (member.version(), member.model().canonical(), member.state_hash());
        let text = shown(member);
        let patch = member.pin(Some(version.clone()));
        check_patch(text.clone(), &patch, member);
        let patch = member.pin(Some(motet::VersionVector::default()));
        check_patch(text, &patch, member);
        assert_eq!(member.text(body()), "");
        let patch = member.pin(None);
        check_patch(Vec::new(), &patch, member);
        assert_eq!((member.model().canonical(), member.state_hash()), (before, hash));
    }
}

#[test]
fn members_agree_about_rich_text() {
    let from = number("MOTET_SEED", 0);
    for seed in from..from + number("MOTET_CASES", 600) {
        let result = std::panic::catch_unwind(|| history(seed));
        assert!(result.is_ok(), "MOTET_CASES=1 MOTET_SEED={seed} cargo test -p motet --test rich_text");
    }
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}
