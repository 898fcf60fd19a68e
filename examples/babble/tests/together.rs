//! Two people with a screen each, and a storage node between them, in one process and without a terminal. The numbers are
//! those of docs/JOYCE.md.

use babble::desk::{seat, sit_down};
use babble::draw::draw;
use babble::screen::{Done, Mode, Now, Screen};
use member::{Event, Member};
use motet::{DocumentId, Replica, ReplicaId, SigningKey};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::{Color, Modifier};
use server::{Config, Hub, NoApp, Origins, Service, StoredHub};
use std::sync::Arc;
use std::time::Duration;
use store::MemoryStore;

/// The time after which what has not happened does not happen: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

struct Person {
    screen: Screen,
    member: Member,
    service: Service,
    doc: DocumentId,
    time: i64,
}

/// Ann and Bob, with an empty text.
async fn two() -> [Person; 2] {
    let hub = Arc::new(StoredHub::new(Arc::new(MemoryStore::new()), SigningKey::from_bytes(&[9; 32]), ReplicaId(9)));
    let info = hub.create("Text", server::DocumentType::Text).unwrap();
    let origins = Origins { allowed: Vec::new(), is_local_only: true };
    let service = Service::new(Config { token: None, origins, assets: Arc::new(NoApp), seed: 1 }, hub);
    let person = |n: u8, name: &str| {
        let member = seat(&service, &info, &SigningKey::from_bytes(&[n; 32]), [n.into(), n.into()]).unwrap();
        Person { screen: Screen::new(name), member, service: service.clone(), doc: info.id, time: 0 }
    };
    let mut people = [person(1, "Ann"), person(2, "Bob")];
    settle(&mut people).await;
    people
}

impl Person {
    fn replica(&mut self) -> &mut Replica {
        self.member.document_mut(self.doc).unwrap().replica_mut()
    }

    fn press(&mut self, code: KeyCode, modifiers: KeyModifiers) {
        let now = Now { time: self.time, chance: 7 + self.time as u64 };
        let replica = self.member.document_mut(self.doc).unwrap().replica_mut();
        if self.screen.press(KeyEvent::new(code, modifiers), replica, now) == Done::Changed {
            self.member.changed(self.doc).unwrap();
        }
        let replica = self.member.document(self.doc).unwrap().replica();
        let figure = self.screen.figure(replica.document(), [200, 255, 200]);
        self.member.show(self.doc, figure);
    }

    fn key(&mut self, code: KeyCode) {
        self.press(code, KeyModifiers::NONE);
    }

    fn control(&mut self, letter: char) {
        self.press(KeyCode::Char(letter), KeyModifiers::CONTROL);
    }

    /// Types, after a pause: what is typed is an edit run by itself.
    fn types(&mut self, text: &str) {
        self.time += 10;
        for c in text.chars() {
            self.key(if c == '\n' { KeyCode::Enter } else { KeyCode::Char(c) });
        }
    }

    fn hear(&mut self, event: Event) {
        let replica = self.member.document(self.doc).unwrap().replica();
        match event {
            Event::Offline { .. } => sit_down(&mut self.member, &self.service),
            Event::Session(event) => match *event {
                sync::Event::Imported { .. } => self.screen.look(replica),
                sync::Event::Presence { presence, .. } => self.screen.hear(&presence),
                event => drop(event),
            },
            _ => {}
        }
    }

    fn text(&mut self) -> String {
        self.replica().document().text(babble::page::text())
    }

    fn drawn(&mut self) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(100, 12)).unwrap();
        let replica = self.member.document(self.doc).unwrap().replica();
        terminal.draw(|frame| draw(frame, &mut self.screen, replica)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// The lines that are drawn.
    fn lines(&mut self) -> Vec<String> {
        let buffer = self.drawn();
        let row = |y| (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        (0..buffer.area.height).map(|y| row(y).trim_end().to_owned()).collect()
    }

    /// The characters that are drawn so.
    fn drawn_as(&mut self, is_so: impl Fn(&ratatui::buffer::Cell) -> bool) -> String {
        self.drawn().content.iter().filter(|cell| is_so(cell)).map(ratatui::buffer::Cell::symbol).collect()
    }

    fn red(&mut self) -> String {
        self.drawn_as(|cell| cell.bg == Color::Indexed(217))
    }

    /// The lines of the list beside the text that are about a history.
    fn listed(&mut self) -> Vec<String> {
        let Mode::History(history) = &self.screen.mode else { panic!("{:?}", self.screen.mode) };
        let entries = history.entries.len();
        let lines = self.lines();
        lines[2..2 + entries].iter().map(|line| line.split_once('│').unwrap().1.trim_end().to_owned()).collect()
    }
}

/// Lets everything go to everybody and onto the disk.
async fn settle(people: &mut [Person; 2]) {
    let is_done = |person: &Person| person.member.is_level(person.doc) && person.member.is_durable(person.doc);
    let version = |person: &Person| person.member.document(person.doc).unwrap().replica().version();
    until(people, |[ann, bob]| is_done(ann) && is_done(bob) && version(ann) == version(bob)).await;
    for person in people {
        let replica = person.member.document(person.doc).unwrap().replica();
        person.screen.look(replica);
    }
}

/// Lets time pass until something is so.
async fn until(people: &mut [Person; 2], is_so: impl Fn(&[Person; 2]) -> bool) {
    let passing = async {
        while !is_so(people) {
            let [ann, bob] = &mut *people;
            tokio::select! {
                event = ann.member.next() => ann.hear(event.unwrap()),
                event = bob.member.next() => bob.hear(event.unwrap()),
            }
        }
    };
    tokio::time::timeout(PATIENCE, passing).await.expect("it ends");
}

#[tokio::test]
async fn c6_what_others_write_moves_neither_caret_nor_selection_nor_what_keys_are_about() {
    let mut people = two().await;
    people[0].types("one three\n");
    settle(&mut people).await;
    let [ann, bob] = &mut people;
    // Ann selects "three"; Bob writes before it, and another line.
    (0..6).for_each(|_| ann.press(KeyCode::Left, KeyModifiers::SHIFT));
    (0..5).for_each(|_| ann.key(KeyCode::Left));
    ann.key(KeyCode::Home);
    (0..4).for_each(|_| ann.key(KeyCode::Right));
    (0..5).for_each(|_| ann.press(KeyCode::Right, KeyModifiers::SHIFT));
    bob.types("zero\n");
    (0..4).for_each(|_| bob.key(KeyCode::Right));
    bob.types("two ");
    settle(&mut people).await;
    let [ann, bob] = &mut people;
    assert_eq!(ann.text(), "zero\none two three\n");
    assert_eq!(ann.text(), bob.text());
    let range = {
        let document = ann.member.document(ann.doc).unwrap().replica().document();
        ann.screen.selection(document)
    };
    assert_eq!(ann.screen.page.slice(range), "three");
    assert!(matches!(ann.screen.mode, Mode::Writing));
    let has_come = |[ann, _]: &[Person; 2]| {
        let document = ann.member.document(ann.doc).unwrap().replica().document();
        ann.screen.others(document).any(|(name, _, at)| (name, at) == ("Bob", 13))
    };
    until(&mut people, has_come).await;
    let [ann, _] = &mut people;
    assert!(ann.lines()[0].contains("with Bob"), "{:?}", ann.lines());
    // Where Bob is, in his colour.
    assert_eq!(ann.drawn_as(|cell| cell.fg == Color::Rgb(200, 255, 200)), "t");
    ann.types("3");
    assert_eq!(ann.text(), "zero\none two 3\n");
}

#[tokio::test]
async fn c7_what_won_is_red_with_both_sides_named_and_clears_when_decided() {
    let mut people = two().await;
    people[0].types("red ");
    people[1].types("blue ");
    settle(&mut people).await;
    let [ann, bob] = &mut people;
    assert_eq!((ann.red(), bob.red()), (String::new(), String::new()), "what overlaps is merged");
    // Ann says that only one of the two is to be.
    ann.control('g');
    ann.key(KeyCode::Tab);
    assert_eq!(ann.listed().len(), 2, "{:?}", ann.lines());
    ann.key(KeyCode::Char(' '));
    ann.key(KeyCode::Down);
    ann.key(KeyCode::Char('x'));
    ann.key(KeyCode::Esc);
    settle(&mut people).await;
    let [ann, bob] = &mut people;
    let (shown, lost) =
        if ann.text() == "red " { (("red ", "Ann"), ("blue ", "Bob")) } else { (("blue ", "Bob"), ("red ", "Ann")) };
    assert_eq!(bob.text(), shown.0);
    assert_eq!((ann.red(), bob.red()), (shown.0.to_owned(), shown.0.to_owned()));
    // Bob sees who gave way to whom, where he is, and writes on: the red stays with what won.
    bob.control('e');
    let status = bob.lines()[10].clone();
    for part in [shown.0, shown.1, lost.0, lost.1, "gave way"] {
        assert!(status.contains(part), "{part} is not in {status}");
    }
    bob.key(KeyCode::Esc);
    bob.types("not ");
    settle(&mut people).await;
    let [ann, bob] = &mut people;
    assert_eq!((ann.text(), ann.red()), (format!("not {}", shown.0), shown.0.to_owned()));
    // He decides for the other one.
    bob.control('e');
    bob.key(KeyCode::Char('2'));
    settle(&mut people).await;
    let [ann, bob] = &mut people;
    assert_eq!((ann.text(), bob.text()), (format!("not {}", lost.0), format!("not {}", lost.0)));
    assert_eq!((ann.red(), bob.red()), (String::new(), String::new()));
}

#[tokio::test]
async fn c4_with_ones_own_first_what_others_did_at_once_waits_aside_and_can_be_had() {
    let mut people = two().await;
    people[0].types("the cat");
    settle(&mut people).await;
    let [ann, bob] = &mut people;
    ann.control('o');
    // Both put something behind "the ", Ann with hers first.
    (0..3).for_each(|_| ann.key(KeyCode::Left));
    ann.types("old ");
    (0..4).for_each(|_| bob.key(KeyCode::Right));
    bob.types("young ");
    settle(&mut people).await;
    let [ann, bob] = &mut people;
    assert_eq!(ann.text(), "the old cat");
    assert_ne!(bob.text(), ann.text(), "for her only");
    assert_eq!(ann.red(), "old ");
    ann.control('e');
    assert!(ann.lines()[10].contains("gave way, here: wrote “young ” (Bob)"), "{:?}", ann.lines());
    ann.key(KeyCode::Char('3'));
    settle(&mut people).await;
    let [ann, bob] = &mut people;
    assert_eq!((ann.text(), ann.red()), (bob.text(), String::new()));
    assert!(ann.text().contains("old ") && ann.text().contains("young "));
}

#[tokio::test]
async fn d6_the_history_of_a_place_is_what_touched_it_and_any_of_it_is_undone() {
    let mut people = two().await;
    people[0].types("first second third");
    settle(&mut people).await;
    let [ann, bob] = &mut people;
    // Bob writes in the middle, Ann at the end, much later.
    (0..6).for_each(|_| bob.key(KeyCode::Right));
    bob.types("middle ");
    ann.types(" fourth");
    settle(&mut people).await;
    let [ann, _] = &mut people;
    assert_eq!(ann.text(), "first middle second third fourth");
    ann.key(KeyCode::Home);
    (0..9).for_each(|_| ann.key(KeyCode::Right));
    ann.control('g');
    assert_eq!(ann.listed(), ["  Bob wrote “middle ”"]);
    ann.key(KeyCode::Esc);
    (0..4).for_each(|_| ann.key(KeyCode::Right));
    ann.control('g');
    assert_eq!(ann.listed(), ["  Bob wrote “middle ”", "  Ann wrote “first second third”"], "at the border both");
    // What goes is crossed out before.
    assert_eq!(ann.drawn_as(|cell| cell.modifier.contains(Modifier::CROSSED_OUT)), "middle ");
    ann.key(KeyCode::Enter);
    assert_eq!(ann.text(), "first second third fourth");
    assert!(ann.listed().iter().any(|line| line.contains("Bob wrote “middle ” (undone by Ann)")), "{:?}", ann.listed());
    settle(&mut people).await;
    let [_, bob] = &mut people;
    assert_eq!(bob.text(), "first second third fourth");
    // It is there again where it was, whatever came since.
    bob.types("0 ");
    settle(&mut people).await;
    let [ann, _] = &mut people;
    let at = ann.listed().iter().position(|line| line.contains("undone by Ann")).expect("still there");
    let Mode::History(history) = &ann.screen.mode else { panic!("{:?}", ann.screen.mode) };
    let steps = at.abs_diff(history.at);
    let way = if at > history.at { KeyCode::Down } else { KeyCode::Up };
    (0..steps).for_each(|_| ann.key(way));
    ann.key(KeyCode::Enter);
    assert!(ann.text().contains("middle "), "{}", ann.text());
}

#[tokio::test]
async fn d2_what_goes_along_is_marked_before_it_goes() {
    let mut people = two().await;
    people[0].types("claim. ");
    people[0].types("proof. ");
    people[0].types("other. ");
    settle(&mut people).await;
    let [_, bob] = &mut people;
    // Bob says that the proof needs the claim, as another program may.
    let runs: Vec<motet::Span> = {
        let history = bob.replica().document().history();
        history.iter().filter(|run| run.insertions > 0).map(|run| run.span).collect()
    };
    let parts = [runs[0], runs[1]];
    bob.replica().document_mut().edit(99, |edit| edit.constrain_runs(motet::Rule::Enables, &parts)).expect("said");
    bob.member.changed(bob.doc).unwrap();
    settle(&mut people).await;
    let [ann, _] = &mut people;
    ann.control('g');
    ann.key(KeyCode::Tab);
    while !ann.listed().iter().any(|line| line.starts_with("- ")) {
        let Mode::History(history) = &ann.screen.mode else { panic!("{:?}", ann.screen.mode) };
        assert!(history.at + 1 < history.entries.len(), "{:?}", ann.listed());
        ann.key(KeyCode::Down);
    }
    let marked: Vec<String> = ann.listed().into_iter().filter(|line| line.starts_with("- ")).collect();
    assert_eq!(marked, ["- Ann wrote “proof. ”"]);
    assert_eq!(ann.drawn_as(|cell| cell.modifier.contains(Modifier::CROSSED_OUT)), "claim. proof. ");
    ann.key(KeyCode::Enter);
    assert_eq!(ann.text(), "other. ");
}

#[tokio::test]
async fn e6_a_text_is_kept_by_a_name_looked_at_and_gone_back_to_by_going_on() {
    let mut people = two().await;
    people[0].types("draft");
    let [ann, _] = &mut people;
    ann.control('l');
    assert!(ann.screen.notice.contains("no snapshots"), "{}", ann.screen.notice);
    ann.control('s');
    ann.types("first one");
    assert!(ann.lines()[1].ends_with("as: first one"), "{:?}", ann.lines());
    ann.key(KeyCode::Enter);
    ann.types(", and more");
    settle(&mut people).await;
    let [_, bob] = &mut people;
    bob.control('l');
    assert!(bob.lines()[2].ends_with("first one  (Ann)"), "{:?}", bob.lines());
    bob.key(KeyCode::Enter);
    assert_eq!(bob.lines()[1], "draft");
    // Nothing is written there.
    bob.types("x");
    assert_eq!((bob.lines()[1].as_str(), bob.text().as_str()), ("draft", "draft, and more"));
    bob.key(KeyCode::Char('r'));
    settle(&mut people).await;
    let [ann, bob] = &mut people;
    assert_eq!((ann.text().as_str(), bob.text().as_str()), ("draft", "draft"));
    bob.control('z');
    assert_eq!(bob.text(), "draft", "what he undid was hers");
    ann.control('l');
    assert!(ann.lines()[2].ends_with("first one  (Ann)"), "the list stays: {:?}", ann.lines());
}

#[tokio::test]
async fn keys_do_what_the_last_line_says() {
    let mut people = two().await;
    let [ann, _] = &mut people;
    ann.types("a\u{301}b\tc\nsecond");
    ann.control('z');
    assert_eq!(ann.text(), "");
    ann.control('y');
    ann.control('z');
    ann.control('z');
    assert!(ann.screen.notice.starts_with("nothing of yours"), "{}", ann.screen.notice);
    ann.control('y');
    assert_eq!(ann.text(), "a\u{301}b\tc\nsecond");
    // What people take for one character goes as one.
    ann.key(KeyCode::PageUp);
    ann.key(KeyCode::Home);
    ann.key(KeyCode::Delete);
    assert_eq!(ann.text(), "b\tc\nsecond");
    ann.control('a');
    ann.control('x');
    assert_eq!(ann.text(), "");
    ann.control('v');
    ann.control('v');
    assert_eq!(ann.text(), "b\tc\nsecondb\tc\nsecond");
    assert!(ann.lines()[11].contains("^Q leave"));
    ann.control('t');
    assert!(ann.screen.notice.contains("--share"));
    let replica = ann.member.document_mut(ann.doc).unwrap().replica_mut();
    let leave = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::CONTROL);
    assert_eq!(ann.screen.press(leave, replica, Now::default()), Done::Leave);
}

/// A screen of any size shows what fits, and never fails.
#[tokio::test]
async fn small_screens_are_drawn_too() {
    let mut people = two().await;
    let [ann, _] = &mut people;
    (0..30).for_each(|n| ann.types(&format!("line {n} with 広い characters\n")));
    for keys in ["", "g", "s", "l"] {
        keys.chars().for_each(|letter| ann.control(letter));
        for (width, height) in [(1, 1), (2, 3), (7, 4), (30, 8), (200, 60)] {
            let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
            let replica = ann.member.document(ann.doc).unwrap().replica();
            terminal.draw(|frame| draw(frame, &mut ann.screen, replica)).unwrap();
        }
        ann.key(KeyCode::Esc);
    }
}
