//! `babble DIR`: an editor for a terminal, see the library.

use babble::desk::{Desk, Source, Ways, chance, seat, sit_down, told};
use babble::draw::draw;
use babble::screen::{Done, Now, Screen};
use clap::Parser;
use member::{Event, Member};
use motet::{DocumentId, Replica};
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, DisableBracketedPaste, EnableBracketedPaste, KeyEventKind};
use ratatui::crossterm::execute;
use std::io::{IsTerminal, stdin, stdout};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;

/// How long it may take until the own directory is read.
const PATIENCE: Duration = Duration::from_secs(60);

/// An editor in which several people write one text at once, and nobody's work is lost.
///
/// Nothing is saved by hand: what is written is in the directory at once, with all that ever was. Keys are listed in the
/// last line; ^G is Ctrl and G.
#[derive(Parser)]
#[command(after_help = "Two on one machine:\n  babble ann --name Ann --share\n  babble bob --name Bob --join TICKET")]
struct Arguments {
    /// The directory to keep everything in; made when it is not there. The author's key is there too.
    dir: PathBuf,
    /// The text, by name or by id, where the directory has several.
    #[arg(long)]
    document: Option<String>,
    /// What others see who wrote something.
    #[arg(long, env = "USER", default_value = "")]
    name: String,
    /// Write with others: the ticket that --share gave somebody, or http://host:4040/DOCUMENT of a server.
    #[arg(long, value_name = "TICKET|URL", conflicts_with = "document")]
    join: Option<String>,
    /// The token of the server.
    #[arg(long, env = "MOTET_TOKEN", default_value = "", hide_env_values = true)]
    token: String,
    /// Let others write here: prints a ticket, which ^T shows too.
    #[arg(long)]
    share: bool,
    /// Where others reach this one, by UDP, such as 0.0.0.0:4041.
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<SocketAddr>,
    /// Where the member is whose ticket is given, if it is not found. May be repeated.
    #[arg(long, value_name = "ADDRESS")]
    at: Vec<SocketAddr>,
    /// Neither look for members in the local network nor be found there.
    #[arg(long)]
    no_discovery: bool,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("babble: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Arguments) -> Result<(), String> {
    let source = arguments.join.as_deref().map(|words| Source::parse(words, &arguments.token)).transpose()?;
    if !stdin().is_terminal() || !stdout().is_terminal() {
        return Err("this is an editor: it needs a terminal".into());
    }
    let runtime = tokio::runtime::Runtime::new().map_err(told)?;
    runtime.block_on(async {
        let mut desk = Desk::open(&arguments.dir, arguments.document.as_deref(), source.as_ref()).await?;
        let ways = Ways { bind: arguments.bind, at: arguments.at, has_discovery: !arguments.no_discovery };
        let (tell, news) = mpsc::channel(16);
        let mut screen = Screen::new(&arguments.name);
        screen.line = if source.is_some() { "connecting" } else { "nobody is asked" }.into();
        if let Some(source) = source {
            desk.follow(source, &ways, tell.clone()).await?;
        }
        if arguments.share {
            screen.ticket = desk.share(&ways).await?;
            screen.line = "shared".into();
            println!("Whoever has this ticket can read and write:\n\n{}\n", screen.ticket);
        }
        let mut member = seat(&desk.service, &desk.info, &desk.key, [chance()?, chance()?]).map_err(told)?;
        open(&mut member, &desk).await?;
        let ended = Terminal::begin(async |terminal| Stage { screen, member, desk: &desk, news }.play(terminal).await);
        let ended = ended.await;
        desk.close().await;
        ended
    })
}

/// Waits until everything that the own directory has is here.
async fn open(member: &mut Member, desk: &Desk) -> Result<(), String> {
    let waiting = async {
        while !member.is_level(desk.info.id) {
            member.next().await.map_err(told)?;
        }
        Ok::<(), String>(())
    };
    tokio::time::timeout(PATIENCE, waiting).await.map_err(|_| "the directory is not read in time".to_owned())??;
    let replica = replica(member, desk.info.id);
    for own in replica.replicas_of(replica.own_author()) {
        replica.document_mut().add_mine(own);
    }
    Ok(())
}

/// The terminal while it is drawn on; as it was before, whatever happens.
struct Terminal;

impl Terminal {
    async fn begin(play: impl AsyncFnOnce(DefaultTerminal) -> Result<(), String>) -> Result<(), String> {
        // Panics give the terminal back before they say anything.
        let terminal = ratatui::try_init().map_err(|error| format!("the terminal cannot be drawn on: {error}"))?;
        let _back = Self;
        execute!(stdout(), EnableBracketedPaste).map_err(told)?;
        play(terminal).await
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // There is nobody left to tell.
        let _ = execute!(stdout(), DisableBracketedPaste);
        ratatui::restore();
    }
}

/// Everything while somebody writes.
struct Stage<'a> {
    screen: Screen,
    member: Member,
    desk: &'a Desk,
    news: mpsc::Receiver<String>,
}

impl Stage<'_> {
    async fn play(mut self, mut terminal: DefaultTerminal) -> Result<(), String> {
        let doc = self.desk.info.id;
        let mut keys = keys();
        self.screen.look(replica(&mut self.member, doc));
        loop {
            let is_kept = self.member.is_durable(doc);
            let line = std::mem::take(&mut self.screen.line);
            self.screen.line = if is_kept { line.clone() } else { format!("{line} · not kept yet") };
            let shown = replica(&mut self.member, doc);
            let drawn = terminal.draw(|frame| draw(frame, &mut self.screen, shown)).map(drop);
            self.screen.line = line;
            drawn.map_err(|error| format!("the terminal is gone: {error}"))?;
            tokio::select! {
                key = keys.recv() => {
                    let event = key.ok_or("the terminal is gone")?.map_err(told)?;
                    if !self.hear_key(&event)? {
                        self.member.close().await;
                        return Ok(());
                    }
                }
                event = self.member.next() => self.hear(event.map_err(told)?),
                Some(news) = self.news.recv() => self.screen.line = news,
            }
        }
    }

    /// Does what somebody wants; whether they want to go on.
    fn hear_key(&mut self, event: &event::Event) -> Result<bool, String> {
        let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64);
        let now = Now { time, chance: chance()? };
        let doc = self.desk.info.id;
        let replica = replica(&mut self.member, doc);
        let done = match event {
            event::Event::Key(key) if key.kind != KeyEventKind::Release => self.screen.press(*key, replica, now),
            event::Event::Paste(text) => self.screen.paste(text, replica, now),
            _ => Done::Shown,
        };
        let figure = self.screen.figure(replica.document(), colour(replica));
        if done == Done::Changed {
            self.member.changed(doc).map_err(told)?;
        }
        self.member.show(doc, figure);
        Ok(done != Done::Leave)
    }

    fn hear(&mut self, event: Event) {
        let doc = self.desk.info.id;
        match event {
            // The storage node let go of the document, or met an error: what was written is here still.
            Event::Offline { .. } => sit_down(&mut self.member, &self.desk.service),
            Event::Session(event) => match *event {
                sync::Event::Imported { .. } => self.screen.look(replica(&mut self.member, doc)),
                sync::Event::Presence { presence, .. } => self.screen.hear(&presence),
                sync::Event::Gone { member, .. } => self.screen.forget(member),
                sync::Event::Refused { message, .. } => self.screen.notice = format!("not kept: {message}"),
                sync::Event::Diverged { .. } => {
                    self.screen.notice =
                        "members do not agree on what the same changes mean: please report this bug".into();
                }
                _ => {}
            },
            _ => {}
        }
    }
}

fn replica(member: &mut Member, doc: DocumentId) -> &mut Replica {
    member.document_mut(doc).expect("opened at the beginning").replica_mut()
}

/// One of the author's own: bright, since black stands on it.
fn colour(replica: &Replica) -> [u8; 3] {
    let key = replica.own_author().0;
    [0, 1, 2].map(|at| 128 | key[at])
}

/// What is typed, from a thread of its own, since terminals are waited for.
fn keys() -> mpsc::Receiver<std::io::Result<event::Event>> {
    let (tell, keys) = mpsc::channel(64);
    std::thread::spawn(move || {
        loop {
            let event = event::read();
            let is_over = event.is_err();
            if tell.blocking_send(event).is_err() || is_over {
                return;
            }
        }
    });
    keys
}
