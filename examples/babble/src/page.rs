//! What a text shows, character by character, and what is to be said of each.

use motet::{
    Conflict, ContainerId, Document, EditRun, Id, Kind, Loss, OpRef, Replica, ReplicaId, Runs, Span, Standing, Why,
    people,
};
use std::ops::Range;
use sync::{Anchor, Bias};
use unicode_segmentation::UnicodeSegmentation;

/// The text that a document of plain text consists of.
pub fn text() -> ContainerId {
    ContainerId::root(Kind::Text, "text")
}

/// What is shown, and which elements that is.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The characters.
    pub chars: Vec<char>,
    /// The elements.
    pub ids: Vec<Id>,
    /// What gave way to what is shown, and nobody decided.
    pub clashes: Vec<Clash>,
}

/// Something that is shown won against something that is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The edit runs that show.
    pub winners: Vec<Span>,
    /// The one that gave way.
    pub loser: Span,
    /// Whether it did so for this reader only, whose own work comes first.
    pub is_mine_first: bool,
}

impl Page {
    /// What a document shows now.
    pub fn of(document: &Document) -> Self {
        let mut page = Self { clashes: clashes(document), ..Self::default() };
        for run in document.model().text(text()).into_iter().flat_map(|text| text.rich()) {
            page.chars.extend(run.text.chars());
            page.ids.extend((run.span.start..run.span.end).map(|seq| Id::new(run.span.replica, seq)));
        }
        page
    }

    /// The clash that the character at a place won.
    pub fn clash_at(&self, at: usize) -> Option<usize> {
        let id = *self.ids.get(at)?;
        self.clashes.iter().position(|clash| clash.winners.iter().any(|winner| winner.contains(id)))
    }

    /// The characters between two places.
    pub fn slice(&self, range: Range<usize>) -> String {
        self.chars[range].iter().collect()
    }

    /// A place that stays right behind what stands before it, or right before what stands behind it, whatever others write.
    pub fn anchor(&self, at: usize, side: Bias) -> Anchor {
        match side {
            Bias::Left => {
                Anchor { element: self.ids.get(at).copied(), bias: self.ids.get(at).map_or(Bias::Right, |_| side) }
            }
            Bias::Right => {
                let element = at.checked_sub(1).map(|before| self.ids[before]);
                Anchor { element, bias: element.map_or(Bias::Left, |_| side) }
            }
        }
    }

    /// Where the line begins that holds a place, and where it ends.
    fn line(&self, at: usize) -> Range<usize> {
        let start = self.chars[..at].iter().rposition(|&c| c == '\n').map_or(0, |end| end + 1);
        let len = self.chars[at..].iter().position(|&c| c == '\n').unwrap_or(self.chars.len() - at);
        start..at + len
    }

    /// The place one character further, or one before, as people count them.
    pub fn step(&self, at: usize, is_forward: bool) -> usize {
        let line = self.line(at);
        let count = |cluster: Option<&str>| cluster.map_or(1, |cluster| cluster.chars().count());
        if is_forward {
            let rest = self.slice(at..line.end);
            (at + count(rest.graphemes(true).next())).min(self.chars.len())
        } else {
            let rest = self.slice(line.start..at);
            at.saturating_sub(count(rest.graphemes(true).next_back()))
        }
    }

    /// The end of the line that holds a place, or its beginning.
    pub fn line_end(&self, at: usize, is_end: bool) -> usize {
        let line = self.line(at);
        if is_end { line.end } else { line.start }
    }
}

/// Where an anchor is in the text of a document; at the end, where its element is not here yet.
pub fn place(document: &Document, anchor: Anchor) -> usize {
    let Some(text) = document.model().text(text()) else { return 0 };
    let found = |id| text.position(id).map(|(at, shows)| at + u32::from(shows && anchor.bias == Bias::Right));
    let end = text.len().chars;
    let at = match anchor.element {
        Some(id) => found(id).unwrap_or(end),
        None if anchor.bias == Bias::Left => 0,
        None => end,
    };
    at as usize
}

/// What gave way and nobody decided about, by edit runs.
fn clashes(document: &Document) -> Vec<Clash> {
    let conflicts = document.conflicts();
    if conflicts.is_empty() {
        return Vec::new();
    }
    let runs = Runs::of(document);
    let run = |id: Id| runs.get(id).map_or(Span::of(id), |run| run.span);
    let mut clashes: Vec<Clash> = Vec::new();
    let is_open = |conflict: &&Conflict| conflict.answer.is_none() && !matches!(conflict.loss, Loss::Decided(_));
    for conflict in conflicts.iter().filter(is_open) {
        let winners: Vec<Span> = conflict.rivals.iter().map(|&id| run(id)).collect();
        let (loser, is_mine_first) = (run(conflict.action.first()), matches!(conflict.loss, Loss::Mine(_)));
        match clashes.iter_mut().find(|clash| clash.loser == loser) {
            Some(clash) => clash.winners.extend(winners),
            None => clashes.push(Clash { winners, loser, is_mine_first }),
        }
    }
    for clash in &mut clashes {
        clash.winners.sort_unstable_by_key(|winner| winner.first());
        clash.winners.dedup();
    }
    clashes
}

/// An edit run in the history.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The run.
    pub run: EditRun,
    /// Whether it is in effect.
    pub is_active: bool,
    /// Why not, where it is not.
    pub why: String,
}

/// The edit runs that touched what lies between two places, or beside the one place, dead or alive: the latest first.
pub fn history_at(replica: &Replica, page: &Page, range: Option<Range<usize>>) -> Vec<Entry> {
    let document = replica.document();
    let place = range.map(|range| elements(document, page, range));
    let mut found: Vec<Span> = Vec::new();
    let mut entries = Vec::new();
    for run in document.history() {
        let is_here = |span: Span| place.as_ref().is_none_or(|place| place.iter().any(|other| meet(span, *other)));
        let is_of_found = |span: Span| place.is_none() || found.iter().any(|other| meet(span, *other));
        let ops = document.log().ops_in(run.span);
        let touches = ops.into_iter().any(|(id, op)| match op {
            OpRef::Insert { container, text: inserted, .. } if container == text() => {
                is_here(Span::new(id.replica, id.seq, id.seq + inserted.chars().count() as u32))
            }
            OpRef::Delete { container, target, .. } if container == text() => is_here(target),
            OpRef::Control { targets, .. } => targets.iter().any(|&target| is_of_found(target)),
            OpRef::Constrain { actions, .. } | OpRef::Resolve { actions, .. } => {
                actions.iter().any(|&action| is_of_found(Span::of(action)))
            }
            _ => false,
        });
        if touches {
            found.push(run.span);
            entries.push(entry(replica, run));
        }
    }
    entries.reverse();
    entries
}

fn entry(replica: &Replica, run: EditRun) -> Entry {
    let document = replica.document();
    let id = run.span.last();
    let why = match document.why(id) {
        Why::Active => String::new(),
        Why::Excluded(_) => "left out here".into(),
        Why::Undone(by) => format!("undone by {}", name_of(replica, by.replica)),
        Why::Proposed { .. } => "only suggested".into(),
        Why::Dependent(on) => format!("needs what {} did", name_of(replica, on.replica)),
        Why::Unmet(_) => "needs one of several, none of which is there".into(),
        Why::Lost(Loss::Answer(by) | Loss::Decided(by)) => {
            format!("{} decided against it", name_of(replica, by.replica))
        }
        Why::Lost(loss) => {
            let by: Vec<String> = loss.by().iter().map(|by| name_of(replica, by.replica)).collect();
            format!("gave way to {}", by.join(" and "))
        }
        _ => "not done".into(),
    };
    Entry { run, is_active: document.standing(id) == Standing::Active, why }
}

fn meet(a: Span, b: Span) -> bool {
    a.replica == b.replica && a.start < b.end && b.start < a.end
}

/// The elements between two places and those on either side, whether they show or not.
fn elements(document: &Document, page: &Page, range: Range<usize>) -> Vec<Span> {
    let Some(text) = document.model().text(text()) else { return Vec::new() };
    let (left, right) = (range.start.checked_sub(1).map(|at| page.ids[at]), page.ids.get(range.end).copied());
    let mut spans = Vec::new();
    let mut is_in = left.is_none();
    for mut span in text.runs().map(|run| run.span) {
        if let Some(left) = left.filter(|&left| !is_in && span.contains(left)) {
            is_in = true;
            span.start = left.seq;
        }
        if let Some(right) = right.filter(|&right| is_in && span.contains(right)) {
            spans.push(Span::new(span.replica, span.start, right.seq + 1));
            break;
        }
        if is_in {
            spans.push(span);
        }
    }
    spans
}

/// What would be shown otherwise if `run` were off, or on again: what goes, and what comes back.
pub fn extent(document: &Document, run: Span, is_on: bool) -> [Vec<Span>; 2] {
    let mut then = document.clone();
    let done = if is_on { then.redo_spans(&[run], 0) } else { then.undo_spans(&[run], 0) };
    let differences = done.map_or_else(Vec::new, |_| document.view().differences(then.view(), document.log()));
    let parts = differences.into_iter().flat_map(|span| then.view().standings(span));
    let (comes, goes): (Vec<_>, Vec<_>) = parts.partition(|(_, standing)| *standing == Standing::Active);
    [goes, comes].map(|parts| parts.into_iter().map(|(span, _)| span).collect())
}

/// What somebody calls themselves.
pub fn name_of(replica: &Replica, writer: ReplicaId) -> String {
    let Some(author) = replica.author(writer) else { return "somebody".into() };
    let key = author.to_string();
    match replica.document().get(people(), &key) {
        Some(motet::Value::Text(name)) => name.clone(),
        _ if author == replica.own_author() => "you".into(),
        _ => key.chars().take(8).collect(),
    }
}

/// What an edit run did, in a few words.
pub fn words(run: &EditRun) -> String {
    let shown = |text: &str| text.replace('\n', "⏎");
    match run {
        EditRun { switched: Some((on, _)), .. } => if *on { "brought work back" } else { "undid work" }.into(),
        EditRun { decided: Some(_), .. } => "decided about suggestions".into(),
        EditRun { insertions: 0, deletions, .. } if *deletions > 0 => format!("deleted {deletions}"),
        EditRun { insertions: 0, .. } => "said what excludes what".into(),
        EditRun { inserted, deletions: 0, .. } => format!("wrote “{}”", shown(inserted)),
        EditRun { inserted, deletions, .. } => format!("wrote “{}” for {deletions}", shown(inserted)),
    }
}
