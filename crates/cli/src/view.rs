//! `motet view`: views of one's own, by name.

use crate::error::CommandError;
use crate::moment::Moment;
use crate::names::{Authors, VERSION_HELP, author, run as named_run, version};
use crate::opened::Opened;
use crate::out::{Paint, print, print_json};
use crate::subject::Plain;
use crate::views::{Kept, NamedView, SHARED, Shelf, read};
use motet::{Choices, Grade, HeldPart, PartHeld, Proposals, Replica, Suggestions, VersionVector};
use server::write_version;
use std::process::ExitCode;

const HELP: &str = "\
A view is what you choose to see of a document, and nobody else learns of it: it is kept on this machine, in your own directory \
(MOTET_HOME). What a view leaves out is still there, and nobody sees anything otherwise because of it. `motet show`, `diff`, \
`conflicts` and `why` take --view NAME, and show the view that is on where none is named; `--view shared` is what everybody sees.";

/// What to do with one's views of a document.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, clap::Subcommand)]
enum Task {
    /// List the views, and say which is on.
    List(Plain),
    /// TARGET NAME: make a view of what the options choose, or with --replace, choose anew for the one of that name.
    New(Box<New>),
    /// TARGET NAME OTHER: call a view otherwise.
    Rename(Plain),
    /// TARGET NAME: let a view be on: it is what commands show. NAME is `shared` for what everybody sees.
    Use(Plain),
    /// TARGET NAME: forget a view. What it left out was never gone.
    Forget(Plain),
}

#[derive(Debug, clap::Args)]
struct New {
    #[command(flatten)]
    plain: Plain,
    /// Choose anew for the view of that name.
    #[arg(long)]
    replace: bool,
    /// Let your own work come first: of what others did at once with it, and that has to do with it so much or more, nothing
    /// shows.
    #[arg(long, value_name = "overlap|order|conflict")]
    mine_first: Option<String>,
    /// Hold back what everybody else writes from now on.
    #[arg(long)]
    hold_all: bool,
    /// Hold back what somebody writes from now on: their key, or as many letters of it as tell it. May be repeated.
    #[arg(long, value_name = "WHO")]
    hold: Vec<String>,
    /// Hold back what everybody else does from now on to a part: lines of a text, such as 12-20, the section below a heading of a
    /// note, or what a JSON pointer names. May be repeated.
    #[arg(long, value_name = "PART")]
    hold_part: Vec<String>,
    /// Leave out all that somebody wrote. May be repeated.
    #[arg(long, value_name = "WHO")]
    mute: Vec<String>,
    /// Leave out an edit run, or a part of one, by its id as `motet log` prints it. May be repeated.
    #[arg(long, value_name = "RUN")]
    hide: Vec<String>,
    /// Let an edit run come before whatever it would give way to. May be repeated.
    #[arg(long, value_name = "RUN")]
    prefer: Vec<String>,
    /// Let an edit run be worth so much to you where not everything can be active: its id, `=`, and from 1 to 65535; 16 where nobody
    /// said. May be repeated.
    #[arg(long, value_name = "RUN=N")]
    weigh: Vec<String>,
    /// Show what is only suggested: your own, or everybody's.
    #[arg(long, value_name = "own|all")]
    suggestions: Option<String>,
    /// Show what is open in a draft, by its name or id. May be repeated.
    #[arg(long, value_name = "DRAFT")]
    draft: Vec<String>,
    /// Show this version and nothing later.
    #[arg(long, value_name = "VERSION", long_help = VERSION_HELP)]
    pin: Option<String>,
    /// Take what another view chose besides, in the words in which the app and --json give it.
    #[arg(long, value_name = "WORDS")]
    choices: Option<String>,
}

/// Does it.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    match &arguments.task {
        Task::List(arguments) => list(arguments),
        Task::New(arguments) => make(arguments),
        Task::Rename(arguments) => rename(arguments),
        Task::Use(arguments) => switch(arguments),
        Task::Forget(arguments) => forget(arguments),
    }
}

/// In which view a command looks at a document.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ViewFlag {
    /// Look at it in this view of yours, as motet view list lists them, instead of the one that is on; `shared` is what
    /// everybody sees.
    #[arg(long, value_name = "NAME")]
    view: Option<String>,
}

impl ViewFlag {
    /// What is chosen; none where it is what everybody sees.
    pub fn choices(&self, opened: &Opened) -> Result<Option<Choices>, CommandError> {
        let kept = Shelf::open(opened.info().id)?.read()?;
        let is_asked_for = self.view.is_some();
        let Some(name) = self.view.as_ref().or(kept.on.as_ref()).filter(|name| *name != SHARED) else {
            return Ok(None);
        };
        let choices = kept.find(name)?.choices()?;
        if !is_asked_for {
            eprintln!("motet: in your view \"{name}\"; --view {SHARED} shows what everybody sees");
        }
        Ok(Some(choices))
    }

    /// What the view shows of a version; of the newest, all that it shows now.
    pub fn moment(&self, opened: &Opened, version: VersionVector) -> Result<Moment, CommandError> {
        let Some(choices) = self.choices(opened)? else { return Ok(Moment::of(version)) };
        let mut policy = choices.policy(opened.replica());
        if policy.pin.is_none() || version != opened.document().version() {
            policy.pin = Some(version.clone());
        }
        Ok(Moment { version, policy })
    }

    /// The document as the view shows it.
    pub fn replica(&self, opened: &Opened) -> Result<Option<Replica>, CommandError> {
        let Some(choices) = self.choices(opened)? else { return Ok(None) };
        let mut replica = opened.replica().clone();
        let policy = choices.policy(&replica);
        replica.document_mut().set_policy(policy);
        Ok(Some(replica))
    }
}

fn list(arguments: &Plain) -> Result<ExitCode, CommandError> {
    let (target, _) = arguments.subject.document(0)?;
    let opened = Opened::open(&target, &arguments.subject.login)?;
    let kept = Shelf::open(opened.info().id)?.read()?;
    tell(&opened, &kept, arguments.json)?;
    opened.close();
    Ok(ExitCode::SUCCESS)
}

fn make(arguments: &New) -> Result<ExitCode, CommandError> {
    let (opened, shelf, mut kept, names) = open(&arguments.plain, 1)?;
    let view = NamedView { name: names[0].clone(), view: chosen(&opened, arguments)?.write() };
    match kept.views.iter_mut().find(|known| known.name == view.name && arguments.replace) {
        Some(known) => *known = view,
        None => {
            kept.check_new(&view.name)?;
            kept.views.push(view);
        }
    }
    end(opened, &shelf, &kept, arguments.plain.json)
}

fn rename(arguments: &Plain) -> Result<ExitCode, CommandError> {
    let (opened, shelf, mut kept, names) = open(arguments, 2)?;
    kept.find(&names[0])?;
    kept.check_new(&names[1])?;
    kept.views.iter_mut().filter(|view| view.name == names[0]).for_each(|view| view.name.clone_from(&names[1]));
    kept.on = kept.on.map(|on| if on == names[0] { names[1].clone() } else { on });
    end(opened, &shelf, &kept, arguments.json)
}

fn switch(arguments: &Plain) -> Result<ExitCode, CommandError> {
    let (opened, shelf, mut kept, names) = open(arguments, 1)?;
    kept.on = match names[0].as_str() {
        SHARED => None,
        name => Some(kept.find(name)?.name.clone()),
    };
    end(opened, &shelf, &kept, arguments.json)
}

fn forget(arguments: &Plain) -> Result<ExitCode, CommandError> {
    let (opened, shelf, mut kept, names) = open(arguments, 1)?;
    kept.find(&names[0])?;
    kept.views.retain(|view| view.name != names[0]);
    kept.on = kept.on.filter(|on| *on != names[0]);
    end(opened, &shelf, &kept, arguments.json)
}

/// The document, its views, and the names behind it, of which there are so many.
fn open(arguments: &Plain, names: usize) -> Result<(Opened, Shelf, Kept, Vec<String>), CommandError> {
    let (target, words) = arguments.subject.document(names)?;
    if words.len() < names {
        let what = if names == 2 { "which view, and what to call it" } else { "which view" };
        return Err(CommandError::Other(format!("{what}? Name it behind the document")));
    }
    let opened = Opened::open(&target, &arguments.subject.login)?;
    let shelf = Shelf::open(opened.info().id)?;
    let kept = shelf.read()?;
    Ok((opened, shelf, kept, words.to_vec()))
}

fn end(opened: Opened, shelf: &Shelf, kept: &Kept, is_json: bool) -> Result<ExitCode, CommandError> {
    shelf.write(kept)?;
    tell(&opened, kept, is_json)?;
    opened.close();
    Ok(ExitCode::SUCCESS)
}

/// What the options choose, in the document as it is now.
fn chosen(opened: &Opened, arguments: &New) -> Result<Choices, CommandError> {
    let (replica, document) = (opened.replica(), opened.document());
    let words = arguments.choices.as_deref().unwrap_or_default();
    let mut choices = read(words).map_err(|line| {
        CommandError::Other(format!("\"{line}\" is no choice, such as motet view list --json gives"))
    })?;
    if let Some(word) = &arguments.mine_first {
        let unknown = || CommandError::Other(format!("--mine-first is overlap, order or conflict, not \"{word}\""));
        choices.first_from = Some(Grade::of_word(word).ok_or_else(unknown)?);
    }
    if arguments.hold_all {
        choices.held_all = Some(document.version());
    }
    for who in &arguments.hold {
        choices.held.insert(author(replica, who)?, document.version());
    }
    for name in &arguments.hold_part {
        let elements = server::part(&mut document.clone(), name).map_err(CommandError::Other)?;
        let part = HeldPart::of(document.log(), elements);
        choices.held_parts.push(PartHeld { name: name.clone(), part });
    }
    for who in &arguments.mute {
        choices.hidden.insert(author(replica, who)?);
    }
    for run in &arguments.hide {
        choices.hidden_spans.push(named_run(document, run)?);
    }
    for run in &arguments.prefer {
        choices.preferred.push(named_run(document, run)?);
    }
    for words in &arguments.weigh {
        let wrong = || CommandError::Other(format!("--weigh is a run, = and from 1 to 65535, not \"{words}\""));
        let (run, weight) = words.rsplit_once('=').ok_or_else(wrong)?;
        let weight: u16 = weight.parse().ok().filter(|weight| *weight > 0).ok_or_else(wrong)?;
        let actions = document.actions_in(named_run(document, run)?);
        choices.weights.extend(actions.into_iter().map(|action| (action, weight)));
    }
    match arguments.suggestions.as_deref() {
        None => {}
        Some("own") => choices.show.suggestions = Suggestions::Own,
        Some("all") => choices.show.suggestions = Suggestions::All,
        Some(word) => return Err(CommandError::Other(format!("--suggestions is own or all, not \"{word}\""))),
    }
    for draft in &arguments.draft {
        choices.show.drafts.insert(crate::draft::find(document, draft)?.id);
    }
    if let Some(words) = &arguments.pin {
        choices.pin = Some(version(document, words)?);
    }
    if choices.hidden.contains(&replica.own_author()) {
        return Err(CommandError::Other("nobody leaves out their own work as a whole: hide runs of it".into()));
    }
    Ok(choices)
}

fn tell(opened: &Opened, kept: &Kept, is_json: bool) -> Result<(), CommandError> {
    if is_json {
        let mut json = kept.json();
        json["document"] = opened.json();
        return print_json(&json);
    }
    let (replica, paint) = (opened.replica(), Paint::for_stdout());
    let mark = |is_on| if is_on { "*" } else { " " };
    let mut lines = format!("{} {}  what everybody sees\n", mark(kept.on.is_none()), paint.name(SHARED));
    for view in &kept.views {
        let is_on = kept.on.as_ref() == Some(&view.name);
        let words = view.choices().map_or_else(|error| error.to_string(), |choices| words(replica, &choices));
        lines.push_str(&format!("{} {}  {words}\n", mark(is_on), paint.name(&view.name)));
    }
    print(&lines)
}

/// What was chosen, for people.
fn words(replica: &Replica, choices: &Choices) -> String {
    let Choices { hidden, hidden_spans, held, held_all, held_parts, first_from, preferred, weights, show, pin } =
        choices;
    let Proposals { suggestions, drafts } = show;
    let authors = Authors::of(replica);
    let mut words = Vec::new();
    words.extend(first_from.map(|from| format!("mine first, from {} on", from.word())));
    words.extend(held_all.as_ref().map(|_| "holds everybody".to_owned()));
    words.extend(held.iter().map(|(author, _)| format!("holds {}", authors.label(*author))));
    words.extend(held_parts.iter().map(|part| format!("holds \"{}\"", part.name)));
    words.extend(hidden.iter().map(|author| format!("without {}", authors.label(*author))));
    words.extend(hidden_spans.iter().map(|span| format!("without {span}")));
    words.extend(preferred.iter().map(|span| format!("prefers {span}")));
    words.extend(weights.iter().map(|(action, weight)| format!("weighs {action} {weight}")));
    words.extend(match suggestions {
        Suggestions::None => None,
        Suggestions::Own => Some("with own suggestions".to_owned()),
        Suggestions::All => Some("with suggestions".to_owned()),
    });
    words.extend(drafts.iter().map(|draft| format!("with draft {draft}")));
    words.extend(pin.as_ref().map(|version| format!("only {}", write_version(version))));
    if words.is_empty() { "leaves out nothing".to_owned() } else { words.join(", ") }
}
