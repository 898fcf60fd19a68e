//! What members do with the document.

mod forms;
mod meaning;
mod proposals;
mod rich;
mod structure;

pub use meaning::is_small;

use crate::host::Host;
use crate::ledger::Before;
use crate::random::Random;
use crate::screen::Screen;
use clock::{ReplicaId, Seq, Span, VersionVector};
use log::{ContainerId, Kind, OpRef, Register, Value};
use motet::{BlobRef, Edit, Grade, Policy};

/// One thing that a person does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Types something.
    Insert,
    /// Deletes a few characters.
    Delete,
    /// Puts objects and paragraphs into a text, moves parts of it and says what they look like.
    Adorn,
    /// Writes a register or takes it away.
    Set,
    /// Changes a list.
    Arrange,
    /// Changes a tree.
    Plant,
    /// Adds to a counter.
    Count,
    /// Adds a file and names it.
    Attach,
    /// Saves JSON.
    SaveJson,
    /// Saves a note.
    SaveNote,
    /// Gives a command of an editor of notes.
    CommandNote,
    /// Says what actions mean together.
    Declare,
    /// Decides for good what was chosen, or says who may.
    Decide,
    /// Does some of this as a suggestion, or in a draft.
    Suggest,
    /// Accepts something that is only proposed.
    Accept,
    /// Rejects something that is only proposed.
    Reject,
    /// Several of these as one action.
    ChangeMuch,
    /// Replaces a text, word by word.
    Rewrite,
    /// Makes a text read as it once did.
    Restore,
    /// Takes back the latest own work.
    Undo,
    /// Brings it back.
    Redo,
    /// Switches anybody's work off.
    UndoSpan,
    /// Switches anybody's work on.
    RedoSpan,
    /// Leaves elements out of the own view.
    Hide,
    /// Shows them again.
    Unhide,
    /// Holds back what another one writes from now on.
    Hold,
    /// Holds back what all others write from now on.
    HoldEverything,
    /// Holds back what all others do to some elements from now on.
    HoldPart,
    /// Ends every hold.
    Release,
    /// Leaves out all that another one wrote.
    Mute,
    /// Shows it again.
    Unmute,
    /// Lets their own work come first, or not any more.
    PutMineFirst,
    /// Prefers an action to others, or none any more.
    Prefer,
    /// Looks at what is only proposed, or not any more.
    Include,
    /// Looks at an old version.
    Pin,
    /// Looks at the present again.
    Unpin,
}

impl Act {
    /// Whether the oldest versions of the engine can do it.
    pub fn is_old(self) -> bool {
        !matches!(self, Self::Declare | Self::Decide | Self::Suggest)
    }
}

/// How many kinds of act there are.
pub const KINDS: usize = 36;

/// Every kind, and how often it is tried.
pub const ACTS: [(Act, usize); KINDS] = [
    (Act::Insert, 30),
    (Act::Delete, 14),
    (Act::Adorn, 10),
    (Act::Set, 12),
    (Act::Arrange, 12),
    (Act::Plant, 12),
    (Act::Count, 3),
    (Act::Attach, 3),
    (Act::SaveJson, 4),
    (Act::SaveNote, 2),
    (Act::CommandNote, 8),
    (Act::Declare, 7),
    (Act::Decide, 6),
    (Act::Suggest, 9),
    (Act::Accept, 5),
    (Act::Reject, 2),
    (Act::ChangeMuch, 6),
    (Act::Rewrite, 1),
    (Act::Restore, 1),
    (Act::Undo, 8),
    (Act::Redo, 5),
    (Act::UndoSpan, 6),
    (Act::RedoSpan, 5),
    (Act::Hide, 3),
    (Act::Unhide, 4),
    (Act::Hold, 3),
    (Act::HoldEverything, 1),
    (Act::HoldPart, 2),
    (Act::Release, 5),
    (Act::Mute, 2),
    (Act::Unmute, 4),
    (Act::PutMineFirst, 2),
    (Act::Prefer, 3),
    (Act::Include, 3),
    (Act::Pin, 2),
    (Act::Unpin, 5),
];

/// One to four bytes of UTF-8, one and two units of UTF-16.
const PIECES: [&str; 8] = ["a", "bc", "def", "é", "語", "𝄞", "\n", "seven words that are typed at once "];
/// Few, so that members meet.
const KEYS: [&str; 3] = ["colour", "size", "title"];
const TEXTS: [&str; 3] = ["body", "notes", RICH];
/// The text that has more than characters.
const RICH: &str = "page";

fn text(random: &mut Random) -> ContainerId {
    ContainerId::root(Kind::Text, if random.chance(700) { TEXTS[0] } else { TEXTS[1 + random.below(2)] })
}

fn map(random: &mut Random) -> ContainerId {
    ContainerId::root(Kind::Map, if random.chance(800) { "meta" } else { "style" })
}

/// Which act is next.
pub fn draw(random: &mut Random, weights: &[usize; KINDS]) -> Act {
    let mut at = random.below(weights.iter().sum());
    for (kind, weight) in weights.iter().enumerate() {
        if at < *weight {
            return ACTS[kind].0;
        }
        at -= weight;
    }
    unreachable!("the weights add up")
}

/// Does it, at `time` by the member's clock. An error is a promise that the engine broke.
pub fn act(host: &mut Host, act: Act, time: i64, random: &mut Random) -> Result<(), String> {
    match act {
        Act::Insert => edit(host, time, |pen| pen.insert(random)),
        Act::Delete => edit(host, time, |pen| pen.delete(random)),
        Act::Adorn => edit(host, time, |pen| pen.adorn(random)),
        Act::Set => edit(host, time, |pen| pen.set(random)),
        Act::Arrange => edit(host, time, |pen| pen.arrange(random)),
        Act::Plant => edit(host, time, |pen| pen.plant(random)),
        Act::Count => edit(host, time, |pen| pen.count(random)),
        // Where the bytes lie the world knows.
        Act::Attach => {}
        Act::SaveJson => forms::save_json(host, time, random),
        Act::SaveNote => forms::save_note(host, time, random),
        Act::CommandNote => forms::command_note(host, time, random),
        Act::Declare => meaning::declare(host, time, random),
        Act::Decide => meaning::decide(host, time, random),
        Act::Suggest => proposals::suggest(host, time, random),
        Act::Accept => proposals::decide(host, true, time, random),
        Act::Reject => proposals::decide(host, false, time, random),
        Act::Include => proposals::include(host, random),
        Act::ChangeMuch => edit(host, time, |pen| pen.change_much(random)),
        Act::Rewrite => edit(host, time, |pen| pen.rewrite(random)),
        Act::Restore => restore(host, time, random),
        Act::Undo => return undo(host),
        Act::UndoSpan => return undo_span(host, time, random),
        Act::Redo | Act::RedoSpan => switch(host, act, time, random),
        _ => choose(host, act, random),
    }
    Ok(())
}

/// Names a blob: where another was named, that is history.
pub fn attach(host: &mut Host, time: i64, reference: BlobRef, random: &mut Random) {
    edit(host, time, |pen| pen.edit.set_blob(map(random), KEYS[random.below(KEYS.len())], reference));
}

/// Lays all choices aside.
pub fn see_everything(host: &mut Host) {
    let patch = host.replica.document_mut().set_policy(Policy::default());
    host.show_choice(&patch);
}

/// An editor that does to the screen itself what it tells the engine: what is inserted at a place must
/// be read at that place.
struct Pen<'a, 'b> {
    edit: &'a mut Edit<'b>,
    screen: &'a mut Screen,
}

fn edit(host: &mut Host, time: i64, change: impl FnOnce(&mut Pen<'_, '_>)) {
    unpin(host);
    let screen = &mut host.screen;
    host.replica.document_mut().edit(time, |edit| change(&mut Pen { edit, screen }));
}

/// Who edits lays a pin aside: only then the screen shows what is edited.
fn unpin(host: &mut Host) {
    if host.replica.document().view().policy().pin.is_some() {
        let patch = host.replica.document_mut().pin(None);
        host.show(&patch);
    }
}

impl Pen<'_, '_> {
    fn len(&self, text: ContainerId) -> Seq {
        self.screen.texts.get(&text).map_or(0, |text| text.chars().count() as Seq)
    }

    fn insert(&mut self, random: &mut Random) {
        let text = text(random);
        let piece = PIECES[random.below(PIECES.len())];
        let at = place(random, self.len(text));
        self.edit.insert(text, at, piece);
        let shown = self.screen.texts.entry(text).or_default();
        shown.insert_str(byte_at(shown, at), piece);
    }

    fn delete(&mut self, random: &mut Random) {
        let text = text(random);
        let at = place(random, self.len(text)).saturating_sub(1);
        let len = 1 + random.below(6) as Seq;
        self.edit.delete(text, at, len);
        let shown = self.screen.texts.entry(text).or_default();
        shown.replace_range(byte_at(shown, at)..byte_at(shown, at + len), "");
    }

    fn set(&mut self, random: &mut Random) {
        let (map, key) = (map(random), KEYS[random.below(KEYS.len())]);
        match random.below(7) {
            0 => self.edit.unset(map, key),
            1 => self.edit.set(map, key, Value::Null),
            2 => self.edit.set(map, key, Value::List([Value::Float(0.5), Value::Bool(true)].into())),
            3 => self.edit.set(map, key, Value::Text(PIECES[random.below(PIECES.len())].to_owned())),
            4 => self.nest(map, key, random),
            _ => self.edit.set(map, key, Value::Int(random.below(100) as i64)),
        }
    }

    fn change_much(&mut self, random: &mut Random) {
        for _ in 0..2 + random.below(4) {
            match random.below(6) {
                0 => self.delete(random),
                5 => self.adorn(random),
                1 => self.set(random),
                2 => self.arrange(random),
                3 => self.plant(random),
                _ => self.insert(random),
            }
        }
    }

    fn rewrite(&mut self, random: &mut Random) {
        let text = text(random);
        let words: Vec<&str> = (0..random.below(8)).filter_map(|_| random.pick(&PIECES)).collect();
        let wanted = words.join(" ");
        self.edit.replace_all(text, &wanted);
        self.screen.texts.insert(text, wanted);
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

/// Where the code point `at` of `text` begins, or its end.
fn byte_at(text: &str, at: Seq) -> usize {
    text.char_indices().nth(at as usize).map_or(text.len(), |(byte, _)| byte)
}

fn restore(host: &mut Host, time: i64, random: &mut Random) {
    unpin(host);
    let (text, version) = (text(random), some_version(host, random));
    if let Some((_, told)) = host.replica.document_mut().restore(text, &version, time) {
        host.show(&told);
    }
}

/// Undoing must take back own work only.
fn undo(host: &mut Host) -> Result<(), String> {
    unpin(host);
    let (before, others) = (Before::of(host.replica.document()), standings_of_others(host));
    let Some(span) = host.replica.document().next_undo() else { return Ok(()) };
    let Some(patch) = host.replica.document_mut().undo() else { return Ok(()) };
    host.show(&patch);
    before.check_undone(host.replica.document(), &[span])?;
    if standings_of_others(host) == others { Ok(()) } else { Err("undo took back somebody else's work".to_owned()) }
}

/// What undoing one's own work has a say in is left away: what needs it goes too, what gave way to it comes back, and what one
/// accepted or rejected is open again.
fn standings_of_others(host: &Host) -> String {
    let document = host.replica.document();
    let own: Vec<String> = host.own_replicas().iter().map(|replica| format!("{replica} ")).collect();
    let is_foreign = |line: &&str| !own.iter().any(|replica| line.starts_with(replica));
    let is_chosen = |line: &&str| line.ends_with("Dependent") || line.ends_with("Lost") || line.contains(" Proposed(");
    document
        .view()
        .write_standings()
        .lines()
        .filter(|line| is_foreign(line) && !is_chosen(line))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Undoing anybody's work must take back that and nothing else.
fn undo_span(host: &mut Host, time: i64, random: &mut Random) -> Result<(), String> {
    let Some(span) = some_span(host, random) else { return Ok(()) };
    let before = Before::of(host.replica.document());
    let Some((_, patch)) = host.replica.document_mut().undo_spans(&[span], time) else { return Ok(()) };
    host.show(&patch);
    let document = host.replica.document();
    // Undoing an undo brings something back instead.
    let is_undo = |(_, op): (_, OpRef<'_>)| matches!(op, OpRef::Control { register: Register::Undo, .. });
    if document.log().ops_in(span).any(is_undo) { Ok(()) } else { before.check_undone(document, &[span]) }
}

fn switch(host: &mut Host, act: Act, time: i64, random: &mut Random) {
    let Some(span) = some_span(host, random) else { return };
    let document = host.replica.document_mut();
    let patch = match act {
        Act::Redo => document.redo(),
        _ => document.redo_spans(&[span], time).map(|(_, patch)| patch),
    };
    if let Some(patch) = patch {
        host.show(&patch);
    }
}

/// Changes what this member chooses to see.
fn choose(host: &mut Host, act: Act, random: &mut Random) {
    let Some(span) = some_span(host, random) else { return };
    let other = some_other(host, random);
    let version = some_version(host, random);
    let document = host.replica.document_mut();
    let mut policy = document.view().policy().clone();
    match act {
        Act::Hide => policy.hidden.entry(span.replica).or_default().set(span.start..span.end, Some(())),
        Act::Unhide => policy.hidden.clear(),
        Act::Mute => policy.muted.extend(other),
        Act::Unmute => policy.muted.clear(),
        Act::Prefer if random.chance(400) => policy.preferred.clear(),
        Act::Prefer => _ = policy.preferred.insert(span.first()),
        Act::Pin => policy.pin = Some(version),
        Act::Unpin => policy.pin = None,
        _ => {}
    }
    let patch = match act {
        Act::Hold => document.hold(other),
        Act::HoldEverything => document.hold_everything(),
        Act::HoldPart => document.hold_part([span]),
        Act::Release => document.release(),
        Act::PutMineFirst => document.put_mine_first(policy.mine_first.is_none().then_some(Grade::Overlap)),
        _ => document.set_policy(policy),
    };
    host.show_choice(&patch);
}

/// A stretch of somebody's log.
pub fn some_span(host: &Host, random: &mut Random) -> Option<Span> {
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
