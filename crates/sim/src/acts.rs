//! What members do with the document.

use crate::host::Host;
use crate::random::Random;
use clock::{ReplicaId, Seq, Span, VersionVector};
use log::{ContainerId, Kind, Value};
use motet::{Edit, Policy, RangeSet};

/// How many kinds of act there are.
pub const KINDS: usize = 19;

/// How often each kind is tried by default, in the order of [`KIND_NAMES`].
pub const WEIGHTS: [usize; KINDS] = [30, 14, 12, 6, 8, 5, 6, 5, 3, 4, 3, 1, 5, 2, 4, 2, 5, 1, 1];

/// The kinds, as the trace names them.
pub const KIND_NAMES: [&str; KINDS] = [
    "insert",
    "delete",
    "set",
    "change much",
    "undo",
    "redo",
    "undo a span",
    "redo a span",
    "hide",
    "unhide",
    "hold",
    "hold everything",
    "release",
    "mute",
    "unmute",
    "pin",
    "unpin",
    "restore",
    "rewrite",
];

/// One to four bytes of UTF-8, one and two units of UTF-16.
const PIECES: [&str; 8] = ["a", "bc", "def", "é", "語", "𝄞", "\n", "seven words that are typed at once "];
/// Few, so that members meet.
const KEYS: [&str; 3] = ["colour", "size", "title"];

fn text(random: &mut Random) -> ContainerId {
    ContainerId::root(Kind::Text, if random.chance(800) { "body" } else { "notes" })
}

fn map(random: &mut Random) -> ContainerId {
    ContainerId::root(Kind::Map, if random.chance(800) { "meta" } else { "style" })
}

/// Which kind of act is next.
pub fn draw(random: &mut Random, weights: &[usize; KINDS]) -> usize {
    let mut at = random.below(weights.iter().sum());
    for (kind, weight) in weights.iter().enumerate() {
        if at < *weight {
            return kind;
        }
        at -= weight;
    }
    unreachable!("the weights add up")
}

/// Does it, at `time` by the member's clock.
pub fn act(host: &mut Host, kind: usize, time: i64, random: &mut Random) {
    match KIND_NAMES[kind] {
        "insert" => edit(host, time, |edit, host_len| insert(edit, host_len, random)),
        "delete" => edit(host, time, |edit, len| delete(edit, len, random)),
        "set" => edit(host, time, |edit, _| set(edit, random)),
        "change much" => edit(host, time, |edit, len| change_much(edit, len, random)),
        "rewrite" => rewrite(host, time, random),
        "restore" => restore(host, time, random),
        "undo" | "redo" | "undo a span" | "redo a span" => switch(host, kind, time, random),
        _ => choose(host, kind, random),
    }
}

type Len<'a> = &'a dyn Fn(ContainerId) -> Seq;

fn edit(host: &mut Host, time: i64, change: impl FnOnce(&mut Edit<'_>, Len<'_>)) {
    // A pin is laid aside by editing: only then the lengths are those of what is edited.
    let before = host.replica.document().view().policy().clone();
    if before.pin.is_some() {
        let patch = host.replica.document_mut().pin(None);
        host.show(&patch);
    }
    let shown = host.replica.document().clone_lens();
    let len = |container: ContainerId| shown.iter().find(|(id, _)| *id == container).map_or(0, |(_, len)| *len);
    host.replica.document_mut().edit(time, |edit| change(edit, &len));
    host.look();
}

/// The lengths of all texts.
trait Lens {
    fn clone_lens(&self) -> Vec<(ContainerId, Seq)>;
}

impl Lens for motet::Document {
    fn clone_lens(&self) -> Vec<(ContainerId, Seq)> {
        self.model().texts().map(|(id, text)| (id, text.len().chars)).collect()
    }
}

/// Often at either end, where people type and mistakes live.
fn place(random: &mut Random, len: Seq) -> Seq {
    match random.below(4) {
        0 => len,
        1 => 0,
        _ => random.below(len as usize + 1) as Seq,
    }
}

fn insert(edit: &mut Edit<'_>, len: Len<'_>, random: &mut Random) {
    let text = text(random);
    let piece = random.pick(&PIECES).expect("there are some");
    edit.insert(text, place(random, len(text)), piece);
}

fn delete(edit: &mut Edit<'_>, len: Len<'_>, random: &mut Random) {
    let text = text(random);
    let at = place(random, len(text)).saturating_sub(1);
    edit.delete(text, at, 1 + random.below(6) as Seq);
}

fn set(edit: &mut Edit<'_>, random: &mut Random) {
    let (map, key) = (map(random), KEYS[random.below(KEYS.len())]);
    match random.below(6) {
        0 => edit.unset(map, key),
        1 => edit.set(map, key, Value::Null),
        2 => edit.set(map, key, Value::List(vec![Value::Float(0.5), Value::Bool(true)])),
        3 => edit.set(map, key, Value::Text(PIECES[random.below(PIECES.len())].to_owned())),
        _ => edit.set(map, key, Value::Int(random.below(100) as i64)),
    }
}

fn change_much(edit: &mut Edit<'_>, len: Len<'_>, random: &mut Random) {
    for _ in 0..2 + random.below(4) {
        match random.below(3) {
            0 => delete(edit, len, random),
            1 => set(edit, random),
            _ => insert(edit, len, random),
        }
    }
}

fn rewrite(host: &mut Host, time: i64, random: &mut Random) {
    let text = text(random);
    let words: Vec<&str> = (0..random.below(8)).filter_map(|_| random.pick(&PIECES)).collect();
    host.replica.document_mut().edit(time, |edit| edit.replace_all(text, &words.join(" ")));
    host.look();
}

fn restore(host: &mut Host, time: i64, random: &mut Random) {
    let (text, version) = (text(random), some_version(host, random));
    host.replica.document_mut().restore(text, &version, time);
    host.look();
}

fn switch(host: &mut Host, kind: usize, time: i64, random: &mut Random) {
    let Some(span) = some_span(host, random) else { return };
    let document = host.replica.document_mut();
    let patch = match KIND_NAMES[kind] {
        "undo" => document.undo(),
        "redo" => document.redo(),
        "undo a span" => document.undo_spans(&[span], time).map(|(_, patch)| patch),
        _ => document.redo_spans(&[span], time).map(|(_, patch)| patch),
    };
    if let Some(patch) = patch {
        host.show(&patch);
    }
}

/// Changes what this member chooses to see.
fn choose(host: &mut Host, kind: usize, random: &mut Random) {
    let Some(span) = some_span(host, random) else { return };
    let other = some_other(host, random);
    let version = some_version(host, random);
    let mut policy = host.replica.document().view().policy().clone();
    match KIND_NAMES[kind] {
        "hide" => policy.hidden.entry(span.replica).or_insert_with(RangeSet::new).set(span.start..span.end, Some(())),
        "unhide" => policy.hidden.clear(),
        "hold" => {
            let patch = host.replica.document_mut().hold(other);
            return host.show_choice(&patch);
        }
        "hold everything" => {
            let patch = host.replica.document_mut().hold_everything();
            return host.show_choice(&patch);
        }
        "release" => {
            let patch = host.replica.document_mut().release();
            return host.show_choice(&patch);
        }
        "mute" => policy.muted.extend(other),
        "unmute" => policy.muted.clear(),
        "pin" => policy.pin = Some(version),
        _ => policy.pin = None,
    }
    let patch = host.replica.document_mut().set_policy(policy);
    host.show_choice(&patch);
}

/// Lays all choices aside.
pub fn see_everything(host: &mut Host) {
    let patch = host.replica.document_mut().set_policy(Policy::default());
    host.show_choice(&patch);
}

/// A stretch of somebody's log.
fn some_span(host: &Host, random: &mut Random) -> Option<Span> {
    let ends: Vec<(ReplicaId, Seq)> = host.replica.document().version().iter().collect();
    let (replica, end) = random.pick(&ends)?;
    let start = random.below(end as usize) as Seq;
    let len = 1 + random.below(12) as Seq;
    Some(Span::new(replica, start, end.min(start + len)))
}

/// Another one's stream. Nobody mutes themselves.
fn some_other(host: &Host, random: &mut Random) -> Option<ReplicaId> {
    let own = host.replica.document().replica();
    let others: Vec<ReplicaId> = host.replica.document().log().logs().map(|log| log.replica).collect();
    random.pick(&others).filter(|&other| other != own)
}

/// What the author of some action had.
pub fn some_version(host: &Host, random: &mut Random) -> VersionVector {
    match some_span(host, random) {
        Some(span) => host.replica.document().log().version_at(&[span.last()]),
        None => VersionVector::new(),
    }
}
