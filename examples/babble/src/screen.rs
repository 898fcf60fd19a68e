//! What is on the screen, and what keys do: nothing here draws, or knows who is connected.

use crate::page::{self, Entry, Page, extent, history_at, name_of, text};
use motet::{Document, Grade, Id, NewSnapshot, Replica, Rule, Snapshot, Span, Value, beside_the_work, people};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::collections::BTreeMap;
use std::ops::Range;
use sync::{Anchor, Bias, Figure, MemberId, Presence, Selection};

/// How far the keys for pages go.
const ROWS_OF_A_PAGE: usize = 15;

/// What a key may need of the world.
#[derive(Clone, Copy, Debug, Default)]
pub struct Now {
    /// Seconds since 1970.
    pub time: i64,
    /// A number drawn by chance.
    pub chance: u64,
}

/// What came of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// At most the screen is another.
    Shown,
    /// The document is.
    Changed,
    /// The person wants to leave.
    Leave,
}

/// What keys are about.
#[derive(Clone, Debug, Default)]
pub enum Mode {
    /// The text.
    #[default]
    Writing,
    /// The history of the place where the caret is, or of everything.
    History(History),
    /// The name of a snapshot.
    Naming(String),
    /// The list of snapshots, and which is chosen.
    Snapshots(Vec<Snapshot>, usize),
    /// One of them, to read.
    Looking(Box<Snapshot>, Box<Page>),
    /// What gave way to what is under the caret.
    Clash,
    /// What lets others join.
    Ticket,
}

/// The history as it is shown.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The latest first.
    pub entries: Vec<Entry>,
    /// Which is chosen.
    pub at: usize,
    /// Whether it is that of everything.
    pub is_whole: bool,
    /// What is to be told apart from another.
    pub marked: Option<Span>,
    /// What goes if the chosen one is undone, or done again, and what comes back.
    pub extent: [Vec<Span>; 2],
}

/// What is on the screen of one person.
#[derive(Debug)]
pub struct Screen {
    /// What they are called.
    pub name: String,
    /// What shows.
    pub page: Page,
    /// What keys are about.
    pub mode: Mode,
    /// What was said last.
    pub notice: String,
    /// How it is with the connection.
    pub line: String,
    /// What lets others join.
    pub ticket: String,
    /// How many columns there are, and the first row that shows: what was drawn last.
    pub columns: usize,
    /// The first row that shows.
    pub top: usize,
    caret: Anchor,
    /// Where the selection begins.
    mark: Option<Anchor>,
    /// The column that going up and down keeps to.
    goal: Option<usize>,
    clip: String,
    others: BTreeMap<MemberId, Figure>,
}

impl Screen {
    /// That of somebody who is called so.
    pub fn new(name: &str) -> Self {
        let start = Anchor { element: None, bias: Bias::Left };
        Self {
            name: name.to_owned(),
            page: Page::default(),
            mode: Mode::Writing,
            notice: String::new(),
            line: String::new(),
            ticket: String::new(),
            columns: 80,
            top: 0,
            caret: start,
            mark: None,
            goal: None,
            clip: String::new(),
            others: BTreeMap::new(),
        }
    }

    /// Where the caret is.
    pub fn caret(&self, document: &Document) -> usize {
        page::place(document, self.caret).min(self.page.chars.len())
    }

    /// What is selected; nothing where the caret is.
    pub fn selection(&self, document: &Document) -> Range<usize> {
        let head = self.caret(document);
        let mark = self.mark.map_or(head, |mark| page::place(document, mark).min(self.page.chars.len()));
        head.min(mark)..head.max(mark)
    }

    /// Others, with where they are: name, colour, place.
    pub fn others<'a>(&'a self, document: &'a Document) -> impl Iterator<Item = (&'a str, [u8; 3], usize)> {
        self.others.values().filter_map(|figure| {
            let selection = figure.selection.as_ref()?;
            Some((
                figure.name.as_str(),
                figure.colour,
                page::place(document, selection.head).min(self.page.chars.len()),
            ))
        })
    }

    /// Reads the document again, after anybody changed it. The caret stays where it was in the text.
    pub fn look(&mut self, replica: &Replica) {
        self.page = Page::of(replica.document());
        if let Mode::History(history) = &mut self.mode {
            let chosen = history.entries.get(history.at).map(|entry| entry.run.span.first());
            let history = std::mem::take(history);
            self.show_history(replica, history.is_whole, history.marked, chosen);
        }
    }

    /// Somebody came, moved or left.
    pub fn hear(&mut self, presence: &Presence) {
        match &presence.figure {
            Some(figure) => _ = self.others.insert(presence.member, figure.clone()),
            None => self.forget(presence.member),
        }
    }

    /// Somebody is gone.
    pub fn forget(&mut self, member: MemberId) {
        self.others.remove(&member);
    }

    /// What others are shown of this person.
    pub fn figure(&self, document: &Document, colour: [u8; 3]) -> Figure {
        let anchor = self.mark.unwrap_or(self.caret);
        // As the web app names a text of this name.
        let place = b"text:text".to_vec();
        let selection = Selection { place, anchor, head: self.caret };
        Figure::new(&self.name, colour, Some(selection), document.log().frontier().clone())
    }

    /// Does what a key says.
    pub fn press(&mut self, key: KeyEvent, replica: &mut Replica, now: Now) -> Done {
        self.notice.clear();
        let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
        if is_control && key.code == KeyCode::Char('q') {
            return Done::Leave;
        }
        let mode = std::mem::take(&mut self.mode);
        let done = match mode {
            _ if key.code == KeyCode::Esc => Done::Shown,
            Mode::Writing if is_control => self.command(key.code, replica, now),
            Mode::Writing => self.write(key, replica, now),
            Mode::History(history) => self.choose(key.code, history, replica, now),
            Mode::Naming(name) => self.spell(key.code, name, replica, now),
            Mode::Snapshots(list, at) => self.snapshots(key.code, (list, at), replica),
            Mode::Looking(snapshot, page) => self.leaf(key.code, (snapshot, page), replica, now),
            Mode::Clash => self.settle(key.code, replica, now),
            Mode::Ticket => Done::Shown,
        };
        if let Err(refusal) = replica.document_mut().take_refusal() {
            self.notice = format!("not written: {refusal}");
        }
        if done == Done::Changed {
            self.look(replica);
        }
        done
    }

    /// Takes in what was pasted into the terminal.
    pub fn paste(&mut self, pasted: &str, replica: &mut Replica, now: Now) -> Done {
        match &mut self.mode {
            Mode::Writing => {
                let done = self.put(pasted, replica, now);
                self.look(replica);
                done
            }
            Mode::Naming(name) => {
                name.extend(pasted.chars().filter(|c| !c.is_control()));
                Done::Shown
            }
            _ => Done::Shown,
        }
    }

    /// Puts a text in the place of what is selected.
    fn put(&mut self, inserted: &str, replica: &mut Replica, now: Now) -> Done {
        let range = self.selection(replica.document());
        self.replace(range, inserted, replica, now)
    }

    fn replace(&mut self, range: Range<usize>, inserted: &str, replica: &mut Replica, now: Now) -> Done {
        if inserted.is_empty() && range.is_empty() {
            return Done::Shown;
        }
        let inserted: String = inserted.replace("\r\n", "\n").replace('\r', "\n");
        self.sign(replica, now);
        let (start, len) = (range.start as u32, range.len() as u32);
        replica.document_mut().edit(now.time, |edit| edit.replace(text(), start, len, &inserted));
        self.page = Page::of(replica.document());
        self.stand(range.start + inserted.chars().count(), false, replica.document());
        Done::Changed
    }

    /// Says who writes here, where the document does not: an action beside the work, so that it does not go with any.
    fn sign(&self, replica: &mut Replica, now: Now) {
        let (author, name) = (replica.own_author().to_string(), Value::Text(self.name.clone()));
        if !self.name.is_empty() && replica.document().get(people(), &author) != Some(&name) {
            replica.document_mut().edit(now.time, |edit| edit.set(people(), &author, name));
        }
    }

    /// Puts the caret somewhere, and lets go of what is selected, or goes on selecting.
    fn stand(&mut self, at: usize, is_selecting: bool, document: &Document) {
        let (range, head) = (self.selection(document), self.caret(document));
        let mark = if head == range.start { range.end } else { range.start };
        let at = at.min(self.page.chars.len());
        // What others put at either end of a selection is not in it.
        let side = |this: usize, other: usize| if is_selecting && this < other { Bias::Left } else { Bias::Right };
        self.mark = is_selecting.then(|| self.page.anchor(mark, side(mark, at)));
        self.caret = self.page.anchor(at, side(at, mark));
        self.goal = None;
    }

    fn write(&mut self, key: KeyEvent, replica: &mut Replica, now: Now) -> Done {
        let (head, range) = (self.caret(replica.document()), self.selection(replica.document()));
        let is_selecting = key.modifiers.contains(KeyModifiers::SHIFT);
        let to = match key.code {
            KeyCode::Char(c) => return self.put(c.encode_utf8(&mut [0; 4]), replica, now),
            KeyCode::Enter => return self.put("\n", replica, now),
            KeyCode::Tab => return self.put("\t", replica, now),
            KeyCode::Backspace | KeyCode::Delete => {
                let other = self.page.step(head, key.code == KeyCode::Delete);
                let range = if range.is_empty() { head.min(other)..head.max(other) } else { range };
                return self.replace(range, "", replica, now);
            }
            KeyCode::Left if !range.is_empty() && !is_selecting => range.start,
            KeyCode::Right if !range.is_empty() && !is_selecting => range.end,
            KeyCode::Left => self.page.step(head, false),
            KeyCode::Right => self.page.step(head, true),
            KeyCode::Home => self.page.line_end(head, false),
            KeyCode::End => self.page.line_end(head, true),
            KeyCode::Up | KeyCode::Down | KeyCode::PageUp | KeyCode::PageDown => {
                let by = if matches!(key.code, KeyCode::Up | KeyCode::Down) { 1 } else { ROWS_OF_A_PAGE };
                let is_down = matches!(key.code, KeyCode::Down | KeyCode::PageDown);
                let rows = crate::rows::of(&self.page.chars, self.columns);
                let (row, column) = crate::rows::spot(&rows, &self.page.chars, head);
                let goal = self.goal.unwrap_or(column);
                let row = if is_down { (row + by).min(rows.len() - 1) } else { row.saturating_sub(by) };
                self.stand(crate::rows::at(&rows, &self.page.chars, (row, goal)), is_selecting, replica.document());
                self.goal = Some(goal);
                return Done::Shown;
            }
            _ => return Done::Shown,
        };
        self.stand(to, is_selecting, replica.document());
        Done::Shown
    }

    fn command(&mut self, code: KeyCode, replica: &mut Replica, now: Now) -> Done {
        let KeyCode::Char(letter) = code else { return Done::Shown };
        let range = self.selection(replica.document());
        match letter {
            'z' | 'y' => return self.undo_own(letter == 'z', replica),
            'c' => self.clip = self.page.slice(range),
            'x' => {
                self.clip = self.page.slice(range.clone());
                return self.replace(range, "", replica, now);
            }
            'v' => return self.put(&self.clip.clone(), replica, now),
            'a' => {
                self.stand(0, false, replica.document());
                self.stand(self.page.chars.len(), true, replica.document());
            }
            'g' => self.show_history(replica, false, None, None),
            's' => self.mode = Mode::Naming(String::new()),
            'l' => self.list(replica.document()),
            'e' => self.next_clash(replica.document()),
            'o' => {
                let is_first = replica.document().view().policy().mine_first.is_some();
                replica.document_mut().put_mine_first((!is_first).then_some(Grade::Overlap));
                self.look(replica);
                let what = if is_first {
                    "what others did counts as much as what you did"
                } else {
                    "what you did comes first"
                };
                self.notice = format!("{what}, here");
            }
            't' if self.ticket.is_empty() => self.notice = "not shared: start with --share".into(),
            't' => self.mode = Mode::Ticket,
            _ => {}
        }
        Done::Shown
    }

    fn undo_own(&mut self, is_undo: bool, replica: &mut Replica) -> Done {
        let document = replica.document_mut();
        // One's name is beside the work.
        let is_work = |span: &Span| document.home(span.first()) != Some(people());
        let done = match is_undo {
            true if document.next_undo().as_ref().is_some_and(is_work) => document.undo(),
            true => None,
            false => document.redo(),
        };
        if done.is_none() {
            self.notice = if is_undo { "nothing of yours is left to undo" } else { "nothing to do again" }.into();
        }
        done.map_or(Done::Shown, |_| Done::Changed)
    }

    fn show_history(&mut self, replica: &Replica, is_whole: bool, marked: Option<Span>, chosen: Option<Id>) {
        let document = replica.document();
        let range = (!is_whole).then(|| self.selection(document));
        let entries = history_at(replica, &self.page, range);
        let at = entries.iter().position(|entry| chosen == Some(entry.run.span.first())).unwrap_or(0);
        let mut history = History { entries, at, is_whole, marked, ..History::default() };
        history.weigh(document);
        self.mode = Mode::History(history);
    }

    fn choose(&mut self, code: KeyCode, mut history: History, replica: &mut Replica, now: Now) -> Done {
        let chosen = history.entries.get(history.at).map(|entry| entry.run.span);
        let mut done = Done::Shown;
        match (code, chosen) {
            (KeyCode::Up, _) => history.at = history.at.saturating_sub(1),
            (KeyCode::Down, _) => history.at = (history.at + 1).min(history.entries.len().saturating_sub(1)),
            (KeyCode::Tab, _) => {
                self.show_history(replica, !history.is_whole, history.marked, chosen.map(|span| span.first()));
                return Done::Shown;
            }
            (KeyCode::Enter, Some(span)) => {
                let document = replica.document_mut();
                let done_now = match history.entries[history.at].is_undone(document) {
                    true => document.redo_spans(&[span], now.time),
                    false => document.undo_spans(&[span], now.time),
                };
                done = done_now.map_or(Done::Shown, |_| Done::Changed);
            }
            (KeyCode::Char(' '), Some(span)) => history.marked = (history.marked != Some(span)).then_some(span),
            (KeyCode::Char('x'), Some(span)) => match history.marked.take().filter(|marked| *marked != span) {
                Some(marked) => {
                    let runs = [marked, span];
                    replica.document_mut().edit(now.time, |edit| edit.constrain_runs(Rule::AtMost(1), &runs));
                    self.notice = "from now on only one of the two shows".into();
                    done = Done::Changed;
                }
                None => self.notice = "mark another one with the space bar first".into(),
            },
            _ => {}
        }
        history.weigh(replica.document());
        self.mode = Mode::History(history);
        done
    }

    fn spell(&mut self, code: KeyCode, mut name: String, replica: &mut Replica, now: Now) -> Done {
        match code {
            KeyCode::Char(c) => name.push(c),
            KeyCode::Backspace => _ = name.pop(),
            KeyCode::Enter => {
                self.sign(replica, now);
                let document = replica.document_mut();
                let new = NewSnapshot { name: name.trim(), ..NewSnapshot::of(document) };
                match document.save_snapshot(now.chance, &new, now.time) {
                    Ok(_) => {
                        self.notice = format!("this is kept as “{}”", new.name);
                        return Done::Changed;
                    }
                    Err(error) => self.notice = format!("not kept: {error}"),
                }
            }
            _ => {}
        }
        self.mode = Mode::Naming(name);
        Done::Shown
    }

    fn list(&mut self, document: &Document) {
        let (mut list, _) = document.snapshots();
        list.reverse();
        match list.is_empty() {
            true => self.notice = "there are no snapshots yet: Ctrl+S takes one".into(),
            false => self.mode = Mode::Snapshots(list, 0),
        }
    }

    fn snapshots(&mut self, code: KeyCode, (list, at): (Vec<Snapshot>, usize), replica: &Replica) -> Done {
        let at = match code {
            KeyCode::Up => at.saturating_sub(1),
            KeyCode::Down => (at + 1).min(list.len() - 1),
            KeyCode::Enter => {
                let page = Page::of(&replica.document().at_snapshot(&list[at]));
                self.top = 0;
                self.mode = Mode::Looking(Box::new(list[at].clone()), Box::new(page));
                return Done::Shown;
            }
            _ => at,
        };
        self.mode = Mode::Snapshots(list, at);
        Done::Shown
    }

    /// A snapshot that is looked at: it is gone back to by going on.
    fn leaf(
        &mut self,
        code: KeyCode,
        (snapshot, page): (Box<Snapshot>, Box<Page>),
        replica: &mut Replica,
        now: Now,
    ) -> Done {
        if code != KeyCode::Char('r') {
            self.top = match code {
                KeyCode::Up => self.top.saturating_sub(1),
                KeyCode::PageUp => self.top.saturating_sub(ROWS_OF_A_PAGE),
                KeyCode::Down => self.top + 1,
                KeyCode::PageDown => self.top + ROWS_OF_A_PAGE,
                _ => self.top,
            };
            self.mode = Mode::Looking(snapshot, page);
            return Done::Shown;
        }
        let restored = replica.document_mut().restore_view(snapshot.view(), &beside_the_work(), now.time);
        self.notice = match restored {
            Some(_) => format!("as in “{}” again; Ctrl+G takes that back too", snapshot.name),
            None => "it reads like that already".into(),
        };
        Done::Changed
    }

    fn next_clash(&mut self, document: &Document) {
        let head = self.caret(document);
        let is_first = |at: usize| {
            let clash = self.page.clash_at(at);
            clash.is_some() && (at == 0 || self.page.clash_at(at - 1) != clash)
        };
        let len = self.page.chars.len();
        let next = (head + 1..len).chain(0..len.min(head + 1)).find(|&at| is_first(at));
        match next {
            Some(at) => {
                self.stand(at, false, document);
                self.mode = Mode::Clash;
            }
            None => self.notice = "nothing that shows won against anything".into(),
        }
    }

    fn settle(&mut self, code: KeyCode, replica: &mut Replica, now: Now) -> Done {
        let at = self.caret(replica.document());
        let clash = self.page.clash_at(at).map(|clash| self.page.clashes[clash].clone());
        let (Some(clash), KeyCode::Char(key @ '1'..='3')) = (clash, code) else {
            self.mode = if code == KeyCode::Char('n') { Mode::Writing } else { Mode::Clash };
            if code == KeyCode::Char('n') {
                self.next_clash(replica.document());
            }
            return Done::Shown;
        };
        let mut runs = clash.winners.clone();
        runs.push(clash.loser);
        self.sign(replica, now);
        let document = replica.document_mut();
        let sides = document.sides(&runs);
        let (loser, winners) = sides.split_last().expect("one gave way");
        let keep = match key {
            '1' => winners.concat(),
            '2' => loser.clone(),
            _ => sides.concat(),
        };
        document.edit(now.time, |edit| edit.resolve(&sides.concat(), &keep));
        self.notice = "decided, for everybody".into();
        Done::Changed
    }

    /// What is to be said of what is under the caret.
    pub fn status(&self, replica: &Replica) -> String {
        let at = self.caret(replica.document());
        let clash = self.page.clash_at(at).or_else(|| self.page.clash_at(at.checked_sub(1)?));
        let Some(clash) = clash.map(|clash| &self.page.clashes[clash]) else { return String::new() };
        let runs = motet::Runs::of(replica.document());
        let say = |span: &Span| {
            let run = runs.get(span.first());
            format!("{} ({})", run.map_or_else(String::new, page::words), name_of(replica, span.replica))
        };
        let winners: Vec<String> = clash.winners.iter().map(say).collect();
        let here = if clash.is_mine_first { ", here" } else { "" };
        format!("shows: {}  gave way{here}: {}", winners.join(" and "), say(&clash.loser))
    }
}

impl History {
    /// Finds what goes along with the chosen one.
    fn weigh(&mut self, document: &Document) {
        let chosen = self.entries.get(self.at);
        self.extent =
            chosen.map_or_else(Default::default, |entry| extent(document, entry.run.span, entry.is_undone(document)));
    }
}

impl Entry {
    /// Whether to choose it brings it back.
    pub fn is_undone(&self, document: &Document) -> bool {
        matches!(document.standing(self.run.span.last()), motet::Standing::Undone(_))
    }
}
