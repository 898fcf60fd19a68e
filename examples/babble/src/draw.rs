//! The screen, drawn.

use crate::page::{Page, name_of, words};
use crate::rows;
use crate::screen::{History, Mode, Screen};
use motet::{Id, Replica, Span};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Text};
use ratatui::widgets::{Block, Borders, Clear, List, ListItem, ListState, Paragraph, Wrap};

/// What is behind what won: light red with black on it, which reads on dark terminals as on light ones.
const WON: Style = Style::new().fg(Color::Black).bg(Color::Indexed(217));

/// Draws everything; notes in the screen how wide it is and what of it shows.
pub fn draw(frame: &mut Frame<'_>, screen: &mut Screen, replica: &Replica) {
    let rest =
        Layout::vertical([Constraint::Length(1), Constraint::Min(1), Constraint::Length(1), Constraint::Length(1)]);
    let [head, middle, status, keys] = rest.areas(frame.area());
    let has_list = matches!(screen.mode, Mode::History(_) | Mode::Snapshots(..));
    let side = if has_list { middle.width * 2 / 5 } else { 0 };
    let [left, right] = Layout::horizontal([Constraint::Min(1), Constraint::Length(side)]).areas(middle);

    frame.render_widget(Paragraph::new(heading(screen, replica)).style(Modifier::REVERSED), head);
    draw_text(frame, screen, replica, left);
    match &screen.mode {
        Mode::History(history) => draw_history(frame, history, replica, right),
        Mode::Snapshots(list, at) => {
            let items = list.iter().map(|snapshot| {
                let who = name_of(replica, snapshot.write.replica);
                ListItem::new(format!("{}  ({who})", snapshot.name))
            });
            draw_list(frame, "Snapshots", items.collect(), *at, right);
        }
        Mode::Ticket => {
            let text = format!("Whoever has this can read and write here:\n\n{}", screen.ticket);
            frame.render_widget(Clear, left);
            frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: false }), left);
        }
        _ => {}
    }
    let said = if screen.notice.is_empty() { screen.status(replica) } else { screen.notice.clone() };
    frame.render_widget(Paragraph::new(said), status);
    frame.render_widget(Paragraph::new(accepted(&screen.mode)).style(Modifier::DIM), keys);
}

fn heading(screen: &Screen, replica: &Replica) -> String {
    let document = replica.document();
    let mut names: Vec<&str> = screen.others(document).map(|(name, ..)| name).collect();
    names.sort_unstable();
    let with = if names.is_empty() { "alone".into() } else { format!("with {}", names.join(", ")) };
    let mut line = format!(" babble · {} · {with} · {}", screen.name, screen.line);
    if let Mode::Looking(snapshot, _) = &screen.mode {
        line += &format!(" · as it was in “{}”, to read", snapshot.name);
    }
    if document.view().policy().mine_first.is_some() {
        line += " · yours comes first";
    }
    if !screen.page.clashes.is_empty() {
        line += &format!(" · {} undecided", screen.page.clashes.len());
    }
    line
}

/// The keys that something comes of.
pub fn accepted(mode: &Mode) -> &'static str {
    match mode {
        Mode::Writing => "^G history here ^Z^Y own ^S keep ^L kept ^E conflicts ^O mine first ^T ticket ^Q leave",
        Mode::History(_) => {
            "↑↓ choose  Enter undo or redo it  Tab here/all  Space mark  x only one of the two  Esc back"
        }
        Mode::Naming(_) => "Enter keep it  Esc do not",
        Mode::Snapshots(..) => "↑↓ choose  Enter look at it  Esc back",
        Mode::Looking(..) => "↑↓ further  r make the text read so again  Esc back",
        Mode::Clash => "1 keep what shows  2 the other  3 both  n next  Esc later",
        Mode::Ticket => "Esc back",
    }
}

fn draw_text(frame: &mut Frame<'_>, screen: &mut Screen, replica: &Replica, area: Rect) {
    let document = replica.document();
    screen.columns = area.width as usize;
    let page = if let Mode::Looking(_, page) = &screen.mode { page } else { &screen.page };
    let is_looking = matches!(screen.mode, Mode::Looking(..));
    let caret = if is_looking { 0 } else { screen.caret(document) };
    let rows = rows::of(&page.chars, screen.columns);
    let (row, column) = rows::spot(&rows, &page.chars, caret);
    let height = area.height as usize;
    let top = match is_looking {
        true => screen.top.min(rows.len() - 1),
        false => screen.top.min(row).max((row + 1).saturating_sub(height)),
    };

    let marks = Marks::of(screen, page, replica);
    let line = |row: &std::ops::Range<usize>| {
        let mut line: Line<'_> = row.clone().map(|at| marks.span(page, at)).collect();
        // Behind the last character of a row others' carets are seen too.
        let is_end = page.chars.get(row.end).is_none_or(|&c| c == '\n');
        if let Some(style) = is_end.then(|| marks.caret(row.end)).flatten() {
            line.push_span(ratatui::text::Span::styled(" ", style));
        }
        line
    };
    let lines: Vec<Line<'_>> = rows.iter().skip(top).take(height).map(line).collect();
    frame.render_widget(Paragraph::new(Text::from(lines)), area);
    if matches!(screen.mode, Mode::Writing | Mode::Clash) {
        let column = (column as u16).min(area.width.saturating_sub(1));
        frame.set_cursor_position(Position::new(area.x + column, area.y + (row - top) as u16));
    }
    if let Mode::Naming(name) = &screen.mode {
        let ask = format!("Keep this text as: {name}");
        let at = Rect { height: 1, ..area };
        frame.render_widget(Clear, at);
        frame.render_widget(Paragraph::new(ask.as_str()).style(Modifier::REVERSED), at);
        frame.set_cursor_position(Position::new(area.x + Line::from(ask.as_str()).width() as u16, area.y));
    }
    screen.top = top;
}

/// What is to be seen of each character besides itself.
struct Marks {
    selected: std::ops::Range<usize>,
    carets: Vec<(usize, [u8; 3])>,
    /// What the chosen edit run of the history wrote, and what goes if it is undone.
    chosen: Option<Span>,
    goes: Vec<Span>,
}

impl Marks {
    fn of(screen: &Screen, page: &Page, replica: &Replica) -> Self {
        let document = replica.document();
        let is_now = std::ptr::eq(page, &screen.page);
        let (chosen, goes) = match &screen.mode {
            Mode::History(history) => {
                (history.entries.get(history.at).map(|entry| entry.run.span), history.extent[0].clone())
            }
            _ => (None, Vec::new()),
        };
        let others = is_now.then(|| screen.others(document)).into_iter().flatten();
        let carets = others.map(|(_, colour, at)| (at, colour)).collect();
        Self { selected: if is_now { screen.selection(document) } else { 0..0 }, carets, chosen, goes }
    }

    /// Whose caret it is that stands before a place, by colour: what is behind the character, which may be red, stays.
    fn caret(&self, at: usize) -> Option<Style> {
        let (_, [r, g, b]) = *self.carets.iter().find(|(place, _)| *place == at)?;
        Some(Style::new().fg(Color::Rgb(r, g, b)).add_modifier(Modifier::REVERSED))
    }

    fn span(&self, page: &Page, at: usize) -> ratatui::text::Span<'static> {
        let id: Id = page.ids[at];
        let mut style = if page.clash_at(at).is_some() { WON } else { Style::new() };
        if self.chosen.is_some_and(|chosen| chosen.contains(id)) {
            style = style.add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
        }
        if self.goes.iter().any(|span| span.contains(id)) {
            style = style.add_modifier(Modifier::CROSSED_OUT);
        }
        if self.selected.contains(&at) {
            style = style.add_modifier(Modifier::REVERSED);
        }
        style = style.patch(self.caret(at).unwrap_or_default());
        ratatui::text::Span::styled(rows::glyph(page.chars[at]).0, style)
    }
}

fn draw_history(frame: &mut Frame<'_>, history: &History, replica: &Replica, area: Rect) {
    let chosen = history.entries.get(history.at).map(|entry| entry.run.span);
    let items = history.entries.iter().map(|entry| {
        let span = entry.run.span;
        let is_among =
            |spans: &[Span]| Some(span) != chosen && spans.iter().any(|part| part.intersect(&span).is_some());
        let [goes, comes] = [0, 1].map(|at: usize| is_among(&history.extent[at]));
        let sign = if goes {
            "- "
        } else if comes {
            "+ "
        } else if history.marked == Some(span) {
            "* "
        } else {
            "  "
        };
        let who = name_of(replica, span.replica);
        let why = if entry.why.is_empty() { String::new() } else { format!(" ({})", entry.why) };
        let style = if entry.is_active { Style::new() } else { Modifier::DIM.into() };
        ListItem::new(format!("{sign}{who} {}{why}", words(&entry.run))).style(style)
    });
    let title = if history.is_whole { "Everything, latest first" } else { "What touched this, latest first" };
    draw_list(frame, title, items.collect(), history.at, area);
}

fn draw_list(frame: &mut Frame<'_>, title: &str, items: Vec<ListItem<'_>>, at: usize, area: Rect) {
    let list = List::new(items).block(Block::new().borders(Borders::LEFT).title(title));
    let list = list.highlight_style(Modifier::REVERSED);
    frame.render_stateful_widget(list, area, &mut ListState::default().with_selected(Some(at)));
}
