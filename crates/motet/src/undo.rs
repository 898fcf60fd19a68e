//! Undo and redo of one's own work, found in the log: nothing else is kept, so it survives a restart.

use crate::Patch;
use crate::document::Document;
use crate::people;
use clock::{Id, ReplicaId, Span};
use log::{HeaderRun, OpRef, Register, ReplicaLog};
use view::Standing;

/// Consecutive actions of one author that the interface shows as one line, and that one undo takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditRun {
    /// The elements of its actions.
    pub span: Span,
    /// When it began, in seconds since 1970, by its author's clock.
    pub time: i64,
    /// The logical time of its last action.
    pub lamport: u64,
    /// The first characters that it inserted, with a space where something else stands between them.
    pub inserted: String,
    /// How many characters it inserted.
    pub insertions: u32,
    /// How many elements it deleted.
    pub deletions: u32,
    /// How many keys it wrote, and how much it did otherwise to what is no text.
    pub writes: u32,
    /// What it says of what actions mean together: the elements that say so.
    pub declared: Vec<Id>,
    /// Whether it switched other actions off or on, and which.
    pub switched: Option<(bool, Vec<Span>)>,
    /// Whether it is about what is decided for good, which cannot be undone.
    pub binds: bool,
    /// Whether it accepted or rejected what others proposed, and which elements.
    pub decided: Option<(bool, Vec<Span>)>,
}

/// A pause of so many seconds ends an edit run.
const PAUSE_S: i64 = 2;
/// How many characters of an edit run its summary shows.
const SUMMARY_CHARS: usize = 60;

impl Document {
    /// The edit runs of everybody, latest last.
    pub fn history(&self) -> Vec<EditRun> {
        self.runs_in(|log| vec![&log.headers[..]])
    }

    /// As [`Document::history`], of what is only proposed: where something else begins to be, or nothing, a run ends.
    pub(crate) fn proposed_runs(&self) -> Vec<EditRun> {
        self.runs_in(|log| {
            let parts = log.headers.chunk_by(|one, next| one.proposal() == next.proposal());
            parts.filter(|part| part[0].proposal().is_some()).collect()
        })
    }

    fn runs_in(&self, parts: fn(&ReplicaLog) -> Vec<&[HeaderRun]>) -> Vec<EditRun> {
        let mut runs = Vec::new();
        for log in self.log.logs() {
            parts(log).into_iter().for_each(|part| runs.append(&mut runs_of(log, part)));
        }
        runs.sort_unstable_by_key(|run| (run.lamport, run.span.first()));
        runs
    }

    /// This author's edit runs, the latest first, each worked out when it is asked for.
    fn own_runs(&self) -> impl Iterator<Item = EditRun> {
        let mut logs: Vec<_> =
            self.log.logs().filter(|log| self.is_own(log.replica)).map(|log| RunsBack::of(log).peekable()).collect();
        std::iter::from_fn(move || {
            let times = logs.iter_mut().map(|runs| runs.peek().map(|run| (run.lamport, run.span.first())));
            let (latest, _) = times.enumerate().max_by_key(|(_, time)| *time)?;
            logs[latest].next()
        })
    }

    fn is_own(&self, replica: ReplicaId) -> bool {
        #[cfg(feature = "fault-injection")]
        if fault::is_on(fault::Fault::UndoOfOthers) {
            return true;
        }
        self.mine.contains(&replica)
    }

    /// Whether nothing of a run can be undone any more.
    fn is_trimmed(&self, run: &EditRun) -> bool {
        self.view.trimmed_parts(run.span) == [run.span]
    }

    fn is_undone(&self, run: &EditRun) -> bool {
        matches!(self.view.standing(run.span.last()), Standing::Undone(_))
    }

    /// What [`Document::undo`] would take back: the latest edit run of this author that is not undone.
    pub fn next_undo(&self) -> Option<Span> {
        let is_work =
            |run: &EditRun| run.switched.is_none() && !run.binds && !self.is_undone(run) && !self.only_names(run);
        // What was before anything final is final, too, or was left open on purpose.
        let is_open = |run: &EditRun| !self.is_trimmed(run);
        self.own_runs().take_while(is_open).find(is_work).map(|run| run.span)
    }

    /// Whether a run says what its author is called, and nothing else: who wrote something is not taken back with it.
    fn only_names(&self, run: &EditRun) -> bool {
        let is_name = |op: OpRef<'_>| matches!(op, OpRef::Set { .. }) && op.container() == Some(people());
        run.writes == run.span.len() && self.log.ops_in(run.span).all(|(_, op)| is_name(op))
    }

    /// What [`Document::redo`] would bring back: what this author's latest undo took, unless they have
    /// edited since.
    pub fn next_redo(&self) -> Option<Vec<Span>> {
        for run in self.own_runs() {
            match run.switched {
                None if run.binds => continue,
                None => return None,
                Some((true, _)) => continue,
                Some((false, spans)) => {
                    let can_switch = |span: &&Span| self.view.trimmed_parts(**span).is_empty();
                    let off = spans.iter().filter(can_switch).any(|span| self.is_undone_by_me(span.last()));
                    if off {
                        return Some(spans);
                    }
                }
            }
        }
        None
    }

    fn is_undone_by_me(&self, id: Id) -> bool {
        matches!(self.view.standing(id), Standing::Undone(by) if self.mine.contains(&by.replica))
    }

    /// Takes back this author's latest edit run that is not undone, wherever others have edited since.
    pub fn undo(&mut self) -> Option<Patch> {
        let span = self.next_undo()?;
        #[cfg(feature = "fault-injection")]
        let span = match fault::is_on(fault::Fault::UndoMore) {
            true => Span { start: span.start.saturating_sub(1), ..span },
            false => span,
        };
        self.undo_spans(&[span], self.last_time()).map(|(_, patch)| patch)
    }

    /// Brings back what this author's latest undo took.
    pub fn redo(&mut self) -> Option<Patch> {
        let spans = self.next_redo()?;
        self.redo_spans(&spans, self.last_time()).map(|(_, patch)| patch)
    }

    /// The time of this replica's latest action.
    fn last_time(&self) -> i64 {
        self.log.log(self.replica).and_then(|log| log.headers.last()).map_or(0, |run| run.time)
    }
}

/// The edit runs of one log, the latest first.
struct RunsBack<'a> {
    log: &'a ReplicaLog,
    /// How many headers are not worked out yet.
    left: usize,
    /// Runs worked out, the latest last.
    ready: Vec<EditRun>,
}

impl<'a> RunsBack<'a> {
    fn of(log: &'a ReplicaLog) -> Self {
        Self { log, left: log.headers.len(), ready: Vec::new() }
    }
}

impl Iterator for RunsBack<'_> {
    type Item = EditRun;

    fn next(&mut self) -> Option<EditRun> {
        if self.ready.is_empty() && self.left > 0 {
            let headers = &self.log.headers[..self.left];
            let begin =
                (1..self.left).rev().find(|&at| begins_run(self.log, &headers[at - 1], &headers[at])).unwrap_or(0);
            self.ready = runs_of(self.log, &headers[begin..]);
            self.left = begin;
        }
        self.ready.pop()
    }
}

/// Whether a run surely begins with `next`, whatever the run before it holds.
fn begins_run(log: &ReplicaLog, last: &HeaderRun, next: &HeaderRun) -> bool {
    let first_op = |range| log.ops_in(range).next().map(|(_, op)| op);
    let may_follow = match first_op(next.range.clone()) {
        Some(OpRef::Insert { left, .. }) => left == Some(Id::new(log.replica, last.range.end - 1)),
        Some(OpRef::Delete { .. }) => {
            matches!(first_op(last.range.end - 1..last.range.end), Some(OpRef::Delete { .. }))
        }
        _ => false,
    };
    next.time - last.time >= PAUSE_S || !may_follow || next.proposal() != last.proposal()
}

/// The edit runs of consecutive headers, the first of which begins one.
fn runs_of(log: &ReplicaLog, headers: &[HeaderRun]) -> Vec<EditRun> {
    let mut runs: Vec<EditRun> = Vec::new();
    let (mut last_time, mut last_proposal) =
        headers.first().map_or((0, None), |header| (header.time, header.proposal()));
    for header in headers {
        for part in parts(log.replica, header) {
            let next = describe(log, part, header);
            match runs.last_mut() {
                Some(run)
                    if header.time - last_time < PAUSE_S
                        && header.proposal() == last_proposal
                        && goes_on(log, run, &next) =>
                {
                    join(run, next)
                }
                _ => runs.push(next),
            }
            (last_time, last_proposal) = (header.time, header.proposal());
        }
    }
    runs
}

/// A run of headers at once; one action at a time where they hold controls.
fn parts(replica: ReplicaId, header: &HeaderRun) -> Vec<Span> {
    let (start, end) = (header.range.start, header.range.end);
    if header.each == 1 && header.count() > 1 {
        return (start..end).map(|seq| Span::new(replica, seq, seq + 1)).collect();
    }
    (0..header.count()).map(|n| Span::new(replica, start + n * header.each, start + (n + 1) * header.each)).collect()
}

fn describe(log: &ReplicaLog, span: Span, header: &HeaderRun) -> EditRun {
    let mut run = EditRun {
        span,
        time: header.time,
        lamport: log.lamport(span.end - 1),
        inserted: String::new(),
        insertions: 0,
        deletions: 0,
        writes: 0,
        declared: Vec::new(),
        switched: None,
        binds: false,
        decided: None,
    };
    for (id, op) in log.ops_in(span.start..span.end) {
        match op {
            OpRef::Insert { text, .. } => {
                run.insertions += text.chars().count() as u32;
                add_summary(&mut run.inserted, text);
            }
            OpRef::Delete { target, .. } => run.deletions += target.len(),
            OpRef::Set { .. } => run.writes += 1,
            OpRef::Control { register, on, targets, .. } => {
                let which = match register {
                    Register::Undo => &mut run.switched,
                    Register::Accept => &mut run.decided,
                };
                which.get_or_insert((on, Vec::new())).1.extend(targets);
            }
            OpRef::Unknown { .. } => {}
            OpRef::TextObject { .. } => {
                run.writes += 1;
                // What a paragraph or a picture keeps apart is no word.
                if run.inserted.ends_with(|last: char| !last.is_whitespace()) {
                    add_summary(&mut run.inserted, " ");
                }
            }
            op if op.is_declaration() => {
                run.declared.push(id);
                run.binds |= op.binds();
            }
            other => run.writes += other.len(),
        }
    }
    run
}

fn add_summary(summary: &mut String, text: &str) {
    let room = SUMMARY_CHARS.saturating_sub(summary.chars().count());
    summary.extend(text.chars().take(room));
}

/// Whether `next` is more of the same: typing where the typing was, or deleting on.
fn goes_on(log: &ReplicaLog, run: &EditRun, next: &EditRun) -> bool {
    // What was written beside the first characters, such as the author's name, ends no run.
    let typing = |r: &EditRun| r.insertions > 0 && r.deletions == 0;
    let deleting = |r: &EditRun| r.deletions > 0 && r.insertions == 0 && r.writes == 0 && r.declared.is_empty();
    if !next.declared.is_empty() {
        return false;
    }
    let controls = |run: &EditRun| run.switched.is_some() || run.decided.is_some();
    if controls(run) || controls(next) {
        return false;
    }
    if deleting(run) && deleting(next) {
        return true;
    }
    typing(run) && typing(next) && next.writes == 0 && {
        let follows = log.ops_in(next.span.start..next.span.end).next();
        matches!(follows, Some((_, OpRef::Insert { left, .. })) if left == Some(run.span.last()))
    }
}

fn join(run: &mut EditRun, next: EditRun) {
    run.span.end = next.span.end;
    run.lamport = next.lamport;
    run.insertions += next.insertions;
    run.deletions += next.deletions;
    add_summary(&mut run.inserted, &next.inserted);
}

#[cfg(test)]
mod tests {
    use super::*;
    use log::{ContainerId, Kind};

    #[test]
    fn words_of_two_paragraphs_are_apart() {
        let (ann, note) = (ReplicaId(1), ContainerId::root(Kind::Text, "note"));
        let mut log = log::MultiLog::new();
        let left = |seq| Some(Id::new(ann, seq));
        log.push(ann, OpRef::Insert { container: note, left: None, right: None, text: "one" });
        log.push(ann, OpRef::TextObject { container: note, left: left(2), right: None, kind: "" });
        log.push(ann, OpRef::TextObject { container: note, left: left(3), right: None, kind: "image" });
        log.push(ann, OpRef::Insert { container: note, left: left(4), right: None, text: "two" });
        log.commit(ann, log::Header::default());
        let log = log.log(ann).expect("it has written");
        let run = &runs_of(log, &log.headers)[0];
        assert_eq!((run.inserted.as_str(), run.insertions, run.writes), ("one two", 6, 2));
    }

    /// What is found from the end must be what is found from the beginning.
    #[test]
    fn runs_are_the_same_from_both_ends() {
        let text = ContainerId::root(Kind::Text, "text");
        for seed in 1..200_u32 {
            let mut random = seed;
            let mut next = |end: u32| {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (random >> 16) % end
            };
            let mut document = Document::new(ReplicaId(1));
            let (mut at, mut time) = (0, 0);
            for _ in 0..40 {
                time += i64::from(next(4) / 2 * 2);
                let len = document.text_len(text);
                if next(4) == 0 {
                    at = next(len + 1);
                }
                match next(6) {
                    0 if at > 0 => {
                        at -= 1;
                        document.edit(time, |edit| edit.delete(text, at, 1));
                    }
                    1 => drop(document.undo()),
                    _ => {
                        at = at.min(len);
                        document.edit(time, |edit| edit.insert(text, at, "x"));
                        at += 1;
                    }
                }
                at = at.min(document.text_len(text));
            }
            let log = document.log().log(ReplicaId(1)).unwrap();
            let mut back: Vec<EditRun> = RunsBack::of(log).collect();
            back.reverse();
            assert_eq!(back, runs_of(log, &log.headers), "seed {seed}");
        }
    }
}
