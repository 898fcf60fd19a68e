//! From a note to containers: the smallest ops that lead from what a document holds to a note.
//!
//! 1. Blocks that are equal are *anchors*: they keep their place, or move as ranges.
//! 2. What lies between two anchors is compared word by word, with paragraph marks and objects as words of their own, so
//!    that splits and joins are what they are.
//! 3. What is there then is made to look as it should, and only where it does not.

mod table;

use crate::body::{Segment, segments};
use crate::command::own_first_mark;
use crate::label::Labels;
use crate::look::write_look;
use crate::matching::{equals, hunks, staying};
use crate::part::{self, Object, Part, Piece, Token, tokens};
use crate::polish::{self, Fix, Want};
use crate::read::{Reader, Reading};
use crate::schema::{block_properties, body_of, loose_footnotes, object, root};
use motet::{ContainerId, Document, Edit, Id, Seq, Span, VersionVector};
use note::{Block, Content, Footnote, Kind, Line, Note};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::ops::Range;

/// Writes `note` into a document that holds none, as one action at `time`, in seconds since 1970.
pub fn import(document: &mut Document, note: Note, time: i64) -> Option<Span> {
    let note = note.normalized();
    document.edit(time, |edit| write_normal(edit, &note))
}

/// Makes the document hold `note`, which somebody made of what it held at version `base`: one action, which has seen
/// nothing later, so that what came since is merged. None where nothing differs.
pub fn save(document: &mut Document, base: &VersionVector, note: &Note, time: i64) -> Option<Span> {
    if document.version() == *base {
        document.edit(time, |edit| write(edit, note))
    } else {
        document.edit_seen_at(base, time, |edit| write(edit, note))
    }
}

/// Makes the document that `edit` changes hold `note`.
pub fn write(edit: &mut Edit<'_>, note: &Note) {
    write_normal(edit, &note.clone().normalized());
}

/// As [`write`] of a note in normal form.
fn write_normal(edit: &mut Edit<'_>, note: &Note) {
    let is_new = edit.document().model().text(root()).is_none();
    let labels = Labels::of(edit.document().model());
    let owners = labels.owners.iter().map(|owner| (labels.of_object[owner].clone(), *owner)).collect();
    let mut saver = Saver { owners, ..Saver::new(edit, labels) };
    saver.body(root(), &note.blocks);
    let wanted = note.footnotes.iter().map(|footnote| footnote.label.as_str()).collect();
    saver.forget_footnotes(&wanted);
    saver.keep_owners_that_show();
    saver.footnotes(&note.footnotes);
    // In a new document nothing was left alone.
    if !is_new {
        saver.settle(note);
    }
}

/// Writes a note.
pub(crate) struct Saver<'e, 'd> {
    pub(crate) edit: &'e mut Edit<'d>,
    /// The footnotes as they were.
    pub(crate) labels: Labels,
    /// The objects that contained what footnotes say.
    owners: HashMap<String, Id>,
    /// The first object that refers to each label, of those that were written.
    referring: HashMap<String, Id>,
}

/// A segment as it was.
#[derive(Clone, Copy, Debug)]
struct Old {
    mark: Option<Id>,
    whole: Seq,
    /// Whether it is a block of the note.
    shows: bool,
    /// The table in it.
    table: Option<Id>,
}

/// A block that stays or moves as it is.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    new: usize,
    segment: usize,
    stays: bool,
    /// Whether it stands in other lists or quotes, or is a table with other rows.
    is_changed: bool,
}

/// What becomes of a body.
struct Plan {
    old: Vec<Old>,
    anchors: Vec<Anchor>,
    /// The new blocks before each anchor, and behind the last.
    new: Vec<Range<usize>>,
    /// The segments that these are made from, and their parts.
    from: Vec<(Vec<usize>, Vec<Part<'static>>)>,
}

impl<'e, 'd> Saver<'e, 'd> {
    /// A writer of what is new.
    pub(crate) fn new(edit: &'e mut Edit<'d>, labels: Labels) -> Self {
        Self { edit, labels, owners: HashMap::new(), referring: HashMap::new() }
    }
}

impl Saver<'_, '_> {
    /// Makes a body hold `blocks`.
    pub(crate) fn body(&mut self, body: ContainerId, blocks: &[Block]) {
        let Some(mut plan) = self.plan(body, blocks) else { return };
        if plan.needs_first_mark() {
            plan.old[0].mark = own_first_mark(self.edit, body);
            plan.old[0].whole += 1;
        }
        self.move_anchors(body, &plan);
        for gap in (0..plan.new.len()).rev() {
            self.gap(body, &plan, gap, blocks);
        }
        for anchor in plan.anchors.iter().filter(|anchor| anchor.is_changed) {
            let (old, new) = (&plan.old[anchor.segment], &blocks[anchor.new]);
            write_look(self.edit, block_properties(body, old.mark), new);
            if let (Some(id), Kind::Table(table)) = (old.table, &new.kind) {
                self.table(id, table);
            }
        }
    }

    fn plan(&mut self, body: ContainerId, blocks: &[Block]) -> Option<Plan> {
        let model = self.edit.document().model();
        let segments = segments(model, body);
        let mut reader = Reader::with(model, std::mem::take(&mut self.labels));
        let reading = reader.segments(body, &segments);
        self.labels = reader.labels;
        if reading.blocks == blocks {
            return None;
        }
        let anchors = anchors(&reading, blocks);
        let new = gaps(&anchors, blocks.len());
        let mut from = vec![(Vec::new(), Vec::new()); new.len()];
        for (gap, left) in leftovers(&anchors, &new, segments.len()) {
            let left: Vec<usize> =
                left.into_iter().filter(|&at| segments[at].mark.is_some() || segments[at].len > 0).collect();
            let mut parts = Vec::new();
            left.iter().for_each(|&at| part::of_segment(model, &self.labels, &segments[at], &mut parts));
            from[gap] = (left, parts);
        }
        let shows: HashSet<usize> = reading.origins.iter().copied().collect();
        let old = |(at, segment): (usize, &Segment<'_>)| Old {
            mark: segment.mark,
            whole: segment.whole(),
            shows: shows.contains(&at),
            table: segment.runs.iter().find(|run| run.object == Some(object::TABLE)).map(|run| run.span.first()),
        };
        Some(Plan { old: segments.iter().enumerate().map(old).collect(), anchors, new, from })
    }

    /// Where a segment begins now.
    fn start(&self, body: ContainerId, old: &Old) -> Seq {
        let text = self.edit.document().model().text(body);
        text.zip(old.mark).and_then(|(text, mark)| text.position(mark)).map_or(0, |(at, _)| at)
    }

    fn end(&self, body: ContainerId, old: &Old) -> Seq {
        self.start(body, old) + old.whole
    }

    /// Moves what does not stay. What moves before what was between two that stay goes right behind the first of
    /// these, what moves behind it right before the second.
    fn move_anchors(&mut self, body: ContainerId, plan: &Plan) {
        let Plan { anchors, .. } = plan;
        let mut from = 0;
        while from <= anchors.len() {
            let end = (from..anchors.len()).find(|&at| anchors[at].stays).unwrap_or(anchors.len());
            let middle = (from..=end).find(|&gap| !plan.from[gap].0.is_empty()).unwrap_or(end);
            for at in from..middle {
                let to = at.checked_sub(1).map_or(0, |before| self.end(body, &plan.old[anchors[before].segment]));
                self.move_to(body, &plan.old[anchors[at].segment], to);
            }
            for at in middle..end {
                let to = match anchors.get(end) {
                    Some(next) => self.start(body, &plan.old[next.segment]),
                    None => self.edit.document().text_len(body),
                };
                self.move_to(body, &plan.old[anchors[at].segment], to);
            }
            from = end + 1;
        }
    }

    fn move_to(&mut self, body: ContainerId, old: &Old, to: Seq) {
        let from = self.start(body, old);
        self.edit.move_text(body, (from, old.whole), to);
    }

    /// Makes what lies between two anchors what it should be.
    fn gap(&mut self, body: ContainerId, plan: &Plan, gap: usize, blocks: &[Block]) {
        let (from, parts) = &plan.from[gap];
        let new = &blocks[plan.new[gap].clone()];
        if new.is_empty() && from.iter().all(|&at| !plan.old[at].shows) {
            return;
        }
        let at = match (from.first(), gap.checked_sub(1)) {
            (Some(&first), _) => self.start(body, &plan.old[first]),
            (None, Some(before)) => self.end(body, &plan.old[plan.anchors[before].segment]),
            (None, None) => 0,
        };
        let has_mark = from.first().is_none_or(|&first| plan.old[first].mark.is_some());
        self.make(body, at, parts, &wanted(new, if has_mark { First::Marked } else { First::Bare }));
    }

    /// Inserts blocks at a position; the first goes on there where it `is_in_line`.
    pub(crate) fn insert_blocks(&mut self, body: ContainerId, at: Seq, blocks: &[Block], is_in_line: bool) {
        self.make(body, at, &[], &wanted(blocks, if is_in_line { First::InLine } else { First::Marked }));
    }

    /// Makes a cell hold `line`.
    pub(crate) fn cell(&mut self, cell: ContainerId, line: &Line) {
        let model = self.edit.document().model();
        let mut parts = Vec::new();
        if model.text(cell).is_some() {
            segments(model, cell).iter().for_each(|one| part::of_segment(model, &self.labels, one, &mut parts));
        }
        let mut wants = Vec::new();
        polish::of_line(line, &mut wants);
        self.make(cell, 0, &parts, &wants);
    }

    /// Makes what was `old` at a position what is wanted.
    fn make(&mut self, body: ContainerId, at: Seq, old: &[Part<'_>], wants: &[Want<'_>]) {
        let model = self.edit.document().model();
        let fixes = if model.text(body).is_none() {
            let objects = self.insert(body, at, &mut wants.iter().filter_map(Want::piece));
            polish::fixes_of_new(body, at, &objects, wants)
        } else {
            let kept = self.rewrite(body, at, old, wants);
            polish::fixes(self.edit.document().model(), body, (at, kept), wants)
        };
        self.polish(body, fixes);
    }

    /// Replaces the tokens that differ, from the last one back, so that positions before them stay.
    /// Objects that this version does not know are kept; returns how many.
    fn rewrite(&mut self, body: ContainerId, at: Seq, old: &[Part<'_>], wants: &[Want<'_>]) -> Seq {
        if old.is_empty() {
            self.insert(body, at, &mut wants.iter().filter_map(Want::piece));
            return 0;
        }
        let mut kept = 0;
        let new = part::wanted(wants);
        let (old, new) = (tokens(old), tokens(&new));
        let mut starts = vec![at];
        starts.extend(old.iter().scan(at, |at, token| {
            *at += token.len();
            Some(*at)
        }));
        for (before, after) in hunks(&old, &new).into_iter().map(|hunk| slid(hunk, &old, &new)).rev() {
            for token in before.clone().rev().filter(|&token| !is_unknown(&old[token])) {
                self.edit.delete(body, starts[token], old[token].len());
            }
            kept += before.clone().filter(|&token| is_unknown(&old[token])).count() as Seq;
            self.insert(body, starts[before.start], &mut new[after].iter().map(Token::piece));
        }
        kept
    }

    /// Inserts pieces; returns the names of paragraph marks and objects among them.
    fn insert<'p>(&mut self, body: ContainerId, mut at: Seq, pieces: &mut dyn Iterator<Item = Piece<'p>>) -> Vec<Id> {
        let (mut words, mut objects) = (String::new(), Vec::new());
        for piece in pieces {
            match piece {
                Piece::Words(more) => words.push_str(more),
                Piece::Object(kind) => {
                    at += self.insert_words(body, at, &mut words);
                    objects.push(self.edit.insert_object(body, at, kind));
                    at += 1;
                }
            }
        }
        self.insert_words(body, at, &mut words);
        objects
    }

    fn insert_words(&mut self, body: ContainerId, at: Seq, words: &mut String) -> Seq {
        self.edit.insert(body, at, words);
        let len = words.chars().count() as Seq;
        words.clear();
        len
    }

    /// Makes what is not as wanted so.
    fn polish(&mut self, body: ContainerId, fixes: Vec<Fix<'_>>) {
        let (mut marks, mut tables) = (Vec::new(), Vec::new());
        for fix in fixes {
            match fix {
                Fix::Look(properties, block) => write_look(self.edit, properties, block),
                Fix::Object(id, content) => self.object(id, content),
                Fix::Table(id, table) => tables.push((id, table)),
                Fix::Mark(mark) => marks.push(mark),
            }
        }
        if !marks.is_empty() {
            polish::write_marks(self.edit, body, &marks);
        }
        // What these are made of is newer than the whole body: containers are found soonest where they are made in the
        // order of their names.
        tables.into_iter().for_each(|(id, table)| self.table(id, table));
    }

    fn object(&mut self, id: Id, content: &Content) {
        polish::write_object(self.edit, id, content);
        if let Content::Footnote(label) = content {
            self.referring.entry(label.clone()).or_insert(id);
        }
    }

    /// Writes what footnotes say: each where it was, or else into the first object that refers to it. What nothing
    /// refers to goes beside the text.
    pub(crate) fn footnotes(&mut self, footnotes: &[Footnote]) {
        let mut left: Vec<&Footnote> = footnotes.iter().collect();
        while !left.is_empty() {
            let count = left.len();
            left.retain(|footnote| {
                let owner = self.owner(&footnote.label);
                owner.inspect(|&owner| self.footnote(owner, footnote)).is_none()
            });
            if left.len() == count {
                let footnote = left.remove(0);
                let end = self.edit.document().text_len(loose_footnotes());
                let id = self.edit.insert_object(loose_footnotes(), end, object::FOOTNOTE);
                self.footnote(id, footnote);
            }
        }
    }

    fn footnote(&mut self, owner: Id, footnote: &Footnote) {
        // What was called so while reading only is called so from now on.
        self.object(owner, &Content::Footnote(footnote.label.clone()));
        self.body(body_of(owner), &footnote.blocks);
    }

    /// Takes those footnotes away that nothing refers to and that are not wanted.
    fn forget_footnotes(&mut self, wanted: &HashSet<&str>) {
        let Some(text) = self.edit.document().model().text(loose_footnotes()) else { return };
        let is_wanted = |id: &Id| self.labels.of_object.get(id).is_some_and(|label| wanted.contains(label.as_str()));
        let starts = text.rich().scan(0, |at, run| {
            *at += run.span.len();
            Some((*at - run.span.len(), run))
        });
        let gone = starts.filter(|(_, run)| run.object.is_some() && !is_wanted(&run.span.first()));
        let gone: Vec<Seq> = gone.map(|(at, _)| at).collect();
        for at in gone.into_iter().rev() {
            self.edit.delete(loose_footnotes(), at, 1);
        }
    }

    fn owner(&self, label: &str) -> Option<Id> {
        self.owners.get(label).or_else(|| self.referring.get(label)).copied()
    }

    /// Forgets the owners that went with the text around them.
    fn keep_owners_that_show(&mut self) {
        if !self.owners.is_empty() {
            let showing = Labels::of(self.edit.document().model()).of_object;
            self.owners.retain(|_, id| showing.contains_key(id));
        }
    }

    /// Where what was left alone reads otherwise beside what is new, it is written too.
    fn settle(&mut self, note: &Note) {
        let reader = Reader::new(self.edit.document().model());
        self.labels = reader.labels;
        self.settle_body(root(), &note.blocks);
    }

    fn settle_body(&mut self, body: ContainerId, blocks: &[Block]) {
        let model = self.edit.document().model();
        let segments = segments(model, body);
        let mut reader = Reader::with(model, std::mem::take(&mut self.labels));
        let Reading { blocks: now, origins } = reader.segments(body, &segments);
        self.labels = reader.labels;
        if now == blocks {
            return;
        }
        let marks: Vec<(Option<Id>, Range<Seq>)> =
            segments.iter().map(|segment| (segment.mark, segment.at..segment.end())).collect();
        for (origin, (now, wanted)) in origins.iter().zip(now.iter().zip(blocks)) {
            if now != wanted {
                write_look(self.edit, block_properties(body, marks[*origin].0), wanted);
            }
        }
        for (at, (_, range)) in marks.iter().enumerate().rev() {
            if !origins.contains(&at) && !range.is_empty() {
                self.edit.delete(body, range.start, range.end - range.start);
            }
        }
    }
}

/// How the first of some blocks begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    /// With a mark.
    Marked,
    /// With the body, without a mark.
    Bare,
    /// Within a line that is there.
    InLine,
}

/// What is wanted of blocks.
fn wanted(blocks: &[Block], first: First) -> Vec<Want<'_>> {
    let mut wants = Vec::with_capacity(2 * blocks.len());
    for (number, block) in blocks.iter().enumerate() {
        if number > 0 || first == First::Marked {
            wants.push(Want::Mark(block));
        } else if first == First::Bare {
            wants.push(Want::NoMark(block));
        }
        polish::of_block(block, &mut wants);
    }
    wants
}

/// A hunk that ends with a paragraph mark and follows one begins with that one instead: the mark that was there keeps
/// its text.
fn slid(
    (mut before, mut after): (Range<usize>, Range<usize>),
    old: &[Token<'_>],
    new: &[Token<'_>],
) -> (Range<usize>, Range<usize>) {
    let is_mark = |tokens: &[Token<'_>], at: Option<usize>| at.and_then(|at| tokens.get(at)) == Some(&Token::Mark);
    let behind = is_mark(old, before.start.checked_sub(1));
    let ends = match (before.is_empty(), after.is_empty()) {
        (true, false) => is_mark(new, after.end.checked_sub(1)),
        (false, true) => is_mark(old, before.end.checked_sub(1)),
        _ => false,
    };
    if behind && ends {
        (before, after) = (before.start - 1..before.end - 1, after.start - 1..after.end - 1);
    }
    (before, after)
}

/// The blocks that are still there.
fn anchors(reading: &Reading, new: &[Block]) -> Vec<Anchor> {
    let old = &reading.blocks;
    let mut count = HashMap::new();
    reading.origins.iter().for_each(|origin| *count.entry(*origin).or_insert(0) += 1);
    let mut found = equals(&old.iter().collect::<Vec<_>>(), &new.iter().collect::<Vec<_>>(), |_| false);
    find_moved(&mut found, old, new);
    for old in &mut found {
        *old = old.filter(|&at| count[&reading.origins[at]] == 1);
    }
    let stays = staying(&found);
    let anchor = |(at, found): (usize, Option<usize>)| {
        let old_at = found?;
        let is_changed = old[old_at] != new[at];
        Some(Anchor { new: at, segment: reading.origins[old_at], stays: stays[at], is_changed })
    };
    found.iter().copied().enumerate().filter_map(anchor).collect()
}

/// Finds what is the same elsewhere, or among other items, and then tables with the same header.
fn find_moved(found: &mut [Option<usize>], old: &[Block], new: &[Block]) {
    find_elsewhere(found, old, new, |block| Some(&block.kind).filter(|kind| says_something(kind)));
    find_elsewhere(found, old, new, |block| match &block.kind {
        Kind::Table(table) => table.rows.first(),
        _ => None,
    });
}

/// Finds for what was not found yet the first of those left that is the same by `key`.
fn find_elsewhere<'b, K: Eq + Hash>(
    found: &mut [Option<usize>],
    old: &'b [Block],
    new: &'b [Block],
    key: impl Fn(&'b Block) -> Option<K>,
) {
    let taken: HashSet<usize> = found.iter().flatten().copied().collect();
    let mut free: HashMap<K, Vec<usize>> = HashMap::new();
    for (at, key) in (0..old.len()).rev().filter(|at| !taken.contains(at)).filter_map(|at| Some((at, key(&old[at])?))) {
        free.entry(key).or_default().push(at);
    }
    for (found, new) in found.iter_mut().zip(new).filter(|(found, _)| found.is_none()) {
        *found = key(new).and_then(|key| free.get_mut(&key)?.pop());
    }
}

fn says_something(kind: &Kind) -> bool {
    match kind {
        Kind::Paragraph(line) | Kind::Heading { line, .. } => !line.is_empty(),
        Kind::Code { text, .. } | Kind::Html(text) => !text.is_empty(),
        Kind::Table(_) => true,
        Kind::Rule => false,
    }
}

/// The new blocks before each anchor, and behind the last.
fn gaps(anchors: &[Anchor], count: usize) -> Vec<Range<usize>> {
    let mut from = 0;
    let ends = anchors.iter().map(|anchor| anchor.new).chain([count]);
    ends.map(|end| std::mem::replace(&mut from, end + 1)..end).collect()
}

/// The segments that are no anchors, by the gap that they are to fill: of the gaps between two that stay, the one with
/// most to fill.
fn leftovers(anchors: &[Anchor], gaps: &[Range<usize>], count: usize) -> Vec<(usize, Vec<usize>)> {
    let is_anchor: HashSet<usize> = anchors.iter().map(|anchor| anchor.segment).collect();
    let mut found = Vec::new();
    let (mut from, mut segment) = (0, 0);
    while from <= anchors.len() {
        let end = (from..anchors.len()).find(|&at| anchors[at].stays).unwrap_or(anchors.len());
        let last = anchors.get(end).map_or(count, |anchor| anchor.segment);
        let left: Vec<usize> = (segment..last).filter(|at| !is_anchor.contains(at)).collect();
        let gap = (from..=end).rev().max_by_key(|&gap| gaps[gap].len()).unwrap_or(end);
        if !left.is_empty() {
            found.push((gap, left));
        }
        (from, segment) = (end + 1, last + 1);
    }
    found
}

impl Plan {
    /// Whether the first block has no mark, and something comes before it or it goes elsewhere.
    fn needs_first_mark(&self) -> bool {
        let is_bare = self.old.first().is_some_and(|first| first.mark.is_none() && first.whole > 0);
        let is_first = match self.anchors.first() {
            Some(anchor) if anchor.segment == 0 && anchor.stays => self.new[0].is_empty(),
            _ => self.from[0].0.first() == Some(&0),
        };
        is_bare && !is_first
    }
}

fn is_unknown(token: &Token<'_>) -> bool {
    matches!(token, Token::Object(Object::Other(_)))
}
