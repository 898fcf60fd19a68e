//! The command: it finds the document, binds the file, and then runs until it is asked to stop.

use super::binding::{Binding, BindingError};
use super::first::{From, bind};
use super::notice::Notice;
use super::real::RealDisk;
use super::state::{State, Target};
use super::watch::Watch;
use crate::error::CommandError;
use crate::home::Home;
use crate::login::Login;
use crate::target::{find, server_words};
use crate::time_text::now;
use member::{Address, Catalogue, CatalogueError, Event, Keeping, Member, Settings, Shelf};
use motet::Frontier;
use serde_json::json;
use server::{DocumentType, NewType, asked_to_stop};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use sync::{Figure, RefusalCode};

/// The pause after an error of the file's disk.
const DISK_PAUSE: Duration = Duration::from_secs(2);

/// The pause between two questions to a server that does not answer.
const ASK_PAUSE: Duration = Duration::from_secs(1);

/// What to link, and to what.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file: text, or JSON or Markdown where the document is JSON or a note; made if it is missing.
    file: PathBuf,
    /// The server and the document: http://host:4040/DOC, by name or by id.
    url: String,
    /// The document, where the address names none.
    doc: Option<String>,
    /// Which text goes on where the file and the document differ at the first time.
    #[arg(long, value_enum)]
    from: Option<From>,
    /// Make the document if the server has none of this name.
    #[arg(long)]
    create: bool,
    /// The document is a note, and the file Markdown. A document into which nothing was written becomes one.
    #[arg(long)]
    note: bool,
    /// What others see you called while this runs.
    #[arg(long, env = "USER", hide_env = true)]
    name: Option<String>,
    /// Print what happens as JSON, a line each.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    login: Login,
}

/// Keeps them equal until it is asked to stop.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let (address, words) = server_words(&arguments.url, arguments.doc.as_deref())?;
    let path = absolute(&arguments.file)?;
    let home = Home::open()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(CommandError::System)?;
    runtime.block_on(async {
        let mut stop = std::pin::pin!(asked_to_stop());
        let (linked, binding) = tokio::select! {
            linked = link(arguments, &address, &words, &path, &home) => linked?,
            () = &mut stop => return Ok(ExitCode::SUCCESS),
        };
        linked.run(binding, stop).await
    })
}

/// Finds the document and binds the file to it.
async fn link<'a>(
    arguments: &Arguments,
    address: &Address,
    words: &str,
    path: &'a Path,
    home: &Home,
) -> Result<(Linked<'a>, Binding<RealDisk>), CommandError> {
    let say = Say { is_json: arguments.json, began: Instant::now() };
    let token = arguments.login.token()?;
    let (state, target) = targeted(arguments, (address, words), path, home, &token, &say).await?;
    let settings = Settings { address: Some(address.clone()), token: token.into(), seed: crate::random()? };
    let mut member = Member::new(settings, Shelf::new(Keeping::Copy));
    member.show(target.doc, figure(arguments, path));
    member.open(target.doc, state.document(home, &target)?);
    let is_new = state.shelf(target.doc)?.kept().is_none();
    let mut linked = Linked { path, state, target, member, say, was_durable: false };
    let binding = if is_new { linked.begin(arguments).await? } else { linked.resume()? };
    let Target { server, doc, name, .. } = &linked.target;
    linked.say.say(json!({ "event": "linked", "document": doc.to_string(), "name": name }), || {
        format!("{} is linked to \"{name}\" at {server}", path.display())
    });
    Ok((linked, binding))
}

/// The document that is meant, and the state of the link to it.
async fn targeted(
    arguments: &Arguments,
    (address, words): (&Address, &str),
    path: &Path,
    home: &Home,
    token: &str,
    say: &Say,
) -> Result<(State, Target), CommandError> {
    let state = State::open(home, path)?;
    let known = state.target()?;
    if let Some(known) = known.clone().filter(|known| known.is(address, words)) {
        return Ok((state, known));
    }
    let catalogue = Catalogue::new(address.clone(), token);
    let info = loop {
        match find(&catalogue, words, arguments.create.then(|| new_type(arguments))).await {
            Err(CommandError::Catalogue(error @ CatalogueError::Unreachable(..))) => say.offline(&error.to_string()),
            found => break found?,
        }
        tokio::time::sleep(ASK_PAUSE).await;
    };
    let target = Target { server: address.to_string(), words: words.to_owned(), doc: info.id, name: info.name };
    let state = match known {
        Some(known) if known.doc != target.doc => {
            if arguments.from.is_none() {
                return Err(CommandError::Other(format!(
                    "{} is linked to \"{}\" at {}. To link it to another document, say which text goes on: --from \
                     file or --from document",
                    path.display(),
                    known.name,
                    known.server
                )));
            }
            state.set_aside()?;
            State::open(home, path)?
        }
        _ => state,
    };
    state.set_target(&target)?;
    Ok((state, target))
}

/// A link that runs.
struct Linked<'a> {
    path: &'a Path,
    state: State,
    target: Target,
    member: Member,
    say: Say,
    /// Whether it was said that everything is durable.
    was_durable: bool,
}

impl Linked<'_> {
    /// Waits for the whole document and binds the file to it.
    async fn begin(&mut self, arguments: &Arguments) -> Result<Binding<RealDisk>, CommandError> {
        while !self.member.is_level(self.target.doc) {
            let event = self.member.next().await?;
            self.hear(event)?;
        }
        if arguments.note {
            self.make_note()?;
        }
        let replica = self.member.document(self.target.doc).expect("opened").replica();
        let (binding, aside) = bind(self.path, self.state.shelf(self.target.doc)?, replica, arguments.from)?;
        if let Some(aside) = aside {
            self.say.say(json!({ "event": "set-aside", "path": aside.display().to_string() }), || {
                format!("what the file held is in {}", aside.display())
            });
        }
        Ok(binding)
    }

    /// Makes a document into which nothing was written a note.
    fn make_note(&mut self) -> Result<(), CommandError> {
        let document = self.member.document_mut(self.target.doc).expect("opened").replica_mut().document_mut();
        if document.version().is_empty() {
            server::make(document, &NewType::Note, "", now())?;
            return Ok(self.member.changed(self.target.doc)?);
        }
        match DocumentType::of(document) {
            DocumentType::Note => Ok(()),
            other => Err(CommandError::Other(format!(
                "\"{}\" is no note but of type {}, which stays: link without --note, or to another document",
                self.target.name,
                other.code()
            ))),
        }
    }

    /// Goes on where the last run, or this one before an error, was.
    fn resume(&mut self) -> Result<Binding<RealDisk>, CommandError> {
        let shelf = self.state.shelf(self.target.doc)?;
        let record = shelf.kept().cloned().unwrap_or_default();
        let document = self.member.document(self.target.doc).expect("opened").replica().document();
        let failed = |error| CommandError::File("link", self.path.to_owned(), error);
        let disk = RealDisk::open(self.path).map_err(failed)?;
        Binding::resume(disk, shelf, record, document, self.say.now_ms()).map_err(|error| match error {
            BindingError::Disk(error) => failed(error),
            BindingError::Store(error) => error.into(),
        })
    }

    async fn run(
        mut self,
        mut binding: Binding<RealDisk>,
        mut stop: Pin<&mut impl Future<Output = ()>>,
    ) -> Result<ExitCode, CommandError> {
        let mut watch = Watch::start(self.path);
        loop {
            let wake_ms = match self.tick(&mut binding) {
                Ok(()) => binding.wake_ms(),
                Err(CommandError::File(what, path, error)) => {
                    self.say.problem(&CommandError::File(what, path, error).to_string());
                    tokio::time::sleep(DISK_PAUSE).await;
                    binding = self.resume()?;
                    Some(0)
                }
                Err(error) => return Err(error),
            };
            let pause_ms = wake_ms.map_or(60_000, |wake_ms| wake_ms.saturating_sub(self.say.now_ms()));
            tokio::select! {
                event = self.member.next() => self.hear(event?)?,
                () = watch.next() => {}
                () = tokio::time::sleep(Duration::from_millis(pause_ms)) => {}
                () = &mut stop => break,
            }
        }
        // What cannot be tidied now is tidied by the next run.
        let _ = binding.finish();
        self.member.close().await;
        Ok(ExitCode::SUCCESS)
    }

    fn tick(&mut self, binding: &mut Binding<RealDisk>) -> Result<(), CommandError> {
        let is_whole = !self.member.is_connected() || self.member.is_level(self.target.doc);
        let now_ms = self.say.now_ms();
        let document = self.member.document_mut(self.target.doc).expect("opened");
        let notices = binding.tick(document, now_ms, is_whole, now()).map_err(|error| match error {
            BindingError::Disk(error) => CommandError::File("keep up with", self.path.to_owned(), error),
            BindingError::Store(error) => error.into(),
        })?;
        if notices.iter().any(|notice| matches!(notice, Notice::Saved(_))) {
            self.member.changed(self.target.doc)?;
            self.was_durable = false;
        }
        notices.iter().for_each(|notice| self.say.say(notice.json(), || notice.to_string()));
        if !self.was_durable && self.member.is_durable(self.target.doc) {
            self.was_durable = true;
            self.say.say(json!({ "event": "durable" }), || "everything is on the server's disk".into());
        }
        Ok(())
    }

    fn hear(&mut self, event: Event) -> Result<(), CommandError> {
        match event {
            Event::Connected => self.say.say(json!({ "event": "connected" }), || "connected".into()),
            Event::Offline { reason, .. } => self.say.offline(&reason),
            Event::Session(event) => self.hear_session(*event)?,
            _ => {}
        }
        Ok(())
    }

    fn hear_session(&mut self, event: sync::Event) -> Result<(), CommandError> {
        match event {
            sync::Event::Refused { code: RefusalCode::Parcels, message, .. } => {
                self.say.problem(&format!("the server refuses what was saved here: {message}"));
            }
            sync::Event::Refused { code: RefusalCode::Epoch, message, .. } => {
                self.state.retire(&self.target)?;
                return Err(CommandError::Other(format!(
                    "{message}. Link the file again with --from file or --from document"
                )));
            }
            sync::Event::Refused { message, .. } => {
                let reason = format!("the server does not open the document: {message}. What is saved here is kept");
                self.member.retry_later(&reason);
            }
            sync::Event::Rejected { rejections, .. } => {
                let reason = rejections.first().map_or("", |rejection| rejection.reason.as_str());
                self.say.problem(&format!("the server sent something that does not hold: {reason}"));
            }
            sync::Event::Diverged { .. } => self.say.problem(
                "this copy and the server's have the same changes but do not agree on what they mean. This is a bug: \
                 please report it",
            ),
            _ => {}
        }
        Ok(())
    }
}

/// Tells a person or a program what happens.
struct Say {
    is_json: bool,
    began: Instant,
}

impl Say {
    fn say(&self, json: serde_json::Value, words: impl FnOnce() -> String) {
        let line = if self.is_json { json.to_string() } else { words() };
        // Nobody may be listening any more; the work goes on.
        let _ = writeln!(std::io::stdout(), "{line}");
    }

    fn problem(&self, problem: &str) {
        if self.is_json {
            self.say(json!({ "event": "problem", "message": problem }), String::new);
        } else {
            let _ = writeln!(std::io::stderr(), "motet: {problem}");
        }
    }

    fn offline(&self, reason: &str) {
        self.say(json!({ "event": "offline", "reason": reason }), || format!("offline, trying again: {reason}"));
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// What a document becomes that is made for the file.
fn new_type(arguments: &Arguments) -> DocumentType {
    if arguments.note { DocumentType::Note } else { DocumentType::of_name(&arguments.file.to_string_lossy()) }
}

/// The path without links in it, so that one file has one name; the file need not exist.
fn absolute(file: &Path) -> Result<PathBuf, CommandError> {
    let failed = |error| CommandError::File("find", file.to_owned(), error);
    match file.canonicalize() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let name =
                file.file_name().ok_or_else(|| CommandError::Other(format!("{} names no file", file.display())))?;
            let dir = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
            Ok(dir.canonicalize().map_err(failed)?.join(name))
        }
        path => path.map_err(failed),
    }
}

/// Who others see while this runs: somebody in an editor that has no caret to show.
fn figure(arguments: &Arguments, path: &Path) -> Figure {
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let name = match &arguments.name {
        Some(name) => format!("{name} in {file}"),
        None => file.into_owned(),
    };
    Figure::new(&name, [0x6b, 0x72, 0x80], None, Frontier::new())
}
