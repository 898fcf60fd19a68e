//! `motet across`: what edit runs of several documents mean together.

use crate::constrain::{check_count, rule};
use crate::error::CommandError;
use crate::login::Login;
use crate::names::run as named_run;
use crate::out::{Paint, print, print_json};
use crate::reached::Reached;
use crate::subject::Site;
use crate::time_text::now;
use crate::together::{Telling, Together};
use motet::{DocumentId, Rule, SPACE_ACTIONS_MAX, SpaceConstraint, SpaceError, Span};
use serde_json::{Value, json};
use server::DocumentInfo;
use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

const HELP: &str = "\
RULE is one of those of `motet constrain --help`; documents have no order in common, so of not-after, causes and contiguous that \
counts which says what is active. A DOC:RUN is the name or id of a document and the id of an edit run there, or of a part of one, as \
`motet log` prints it. A RUN of several actions takes part as a whole.

What is said is written into each of the documents, beside the work, and reaches everybody who has any of them. Who has all of \
them sees what they come to together: `motet show`, `why` and `conflicts` do. Who has only some sees each as it is by itself; so do \
the web app, `motet export` and `motet link`. It holds until it is released.";

/// What to do with what is said across documents.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, clap::Subcommand)]
enum Task {
    /// SITE RULE DOC:RUN DOC:RUN...: say what edit runs mean together, at least one of each of two documents.
    #[command(after_help = HELP)]
    Constrain(Words),
    /// SITE [DOC...]: list what is said, of all documents or of these, what is kept out, and by what.
    List(Words),
    /// SITE ID...: take back what was said, by its ID as list prints it or the beginning of one.
    Release(Words),
}

#[derive(Debug, clap::Args)]
struct Words {
    /// DIR: a directory that no server has open. http://host:4040: a running server. What is asked for follows behind.
    #[arg(required = true, value_name = "SITE")]
    words: Vec<String>,
    #[command(flatten)]
    login: Login,
    /// Print the answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Does it.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    match &arguments.task {
        Task::Constrain(words) => constrain(words),
        Task::List(words) => list(words),
        Task::Release(words) => release(words),
    }
}

impl Words {
    fn reach(&self) -> Result<(Reached, &[String]), CommandError> {
        let (site, rest) = self.words.split_first().expect("one word at least is required");
        Ok((Reached::open(&Site::parse(site)?, &self.login)?, rest))
    }
}

fn constrain(words: &Words) -> Result<ExitCode, CommandError> {
    let (reached, rest) = words.reach()?;
    let (rule, rest) = rule(rest)?;
    check_count(rule, rest.len())?;
    let documents = reached.documents()?;
    let named = rest.iter().map(|word| split(&documents, word)).collect::<Result<Vec<_>, _>>()?;
    let infos: BTreeMap<DocumentId, DocumentInfo> = named.iter().map(|(info, _)| (info.id, info.clone())).collect();
    if infos.len() < 2 {
        return Err(CommandError::Other(
            "runs of two documents at least must be named, as DOC:RUN; of runs of one, motet constrain says it".into(),
        ));
    }
    let mut together = Together::open(&reached, infos.values().cloned().collect())?;
    let runs = runs(&together, &named)?;
    let key = crate::random()?;
    together.space().constrain_runs(key, rule, &runs, now()).map_err(|error| not_said(&together, error))?;
    together.keep(&infos.into_keys().collect())?;
    let id = format!("{key:016x}");
    tell(&together, |said| said.said() == id, words.json)?;
    together.close();
    Ok(ExitCode::SUCCESS)
}

/// The document and the words for a run that `DOC:RUN` names: names of documents may hold colons, and runs hold none.
fn split<'a>(documents: &[DocumentInfo], word: &'a str) -> Result<(DocumentInfo, &'a str), CommandError> {
    let Some((document, run)) = word.rsplit_once(':').filter(|(document, run)| !document.is_empty() && !run.is_empty())
    else {
        return Err(CommandError::Other(format!(
            "\"{word}\" names no run of a document: write DOC:RUN, such as Letter:0..12@2f"
        )));
    };
    let info = crate::target::choose(documents, document).map_err(|why| CommandError::Other(why.to_string()))?;
    Ok((info, run))
}

/// The runs that are meant, of which none has an action in common with another.
fn runs(together: &Together, named: &[(DocumentInfo, &str)]) -> Result<Vec<(DocumentId, Span)>, CommandError> {
    let mut runs = Vec::new();
    let mut taken = BTreeSet::new();
    let mut count = 0;
    for (info, words) in named {
        let document = together.opened(info.id).document();
        let run = named_run(document, words).map_err(|error| CommandError::Other(format!("{}: {error}", info.name)))?;
        for action in document.actions_in(run) {
            count += 1;
            if !taken.insert((info.id, action)) {
                let (name, action) = (&info.name, Span::of(action));
                return Err(CommandError::Other(format!(
                    "{name}: the action at {action} is named twice: what is said of actions is said of whole ones"
                )));
            }
        }
        runs.push((info.id, run));
    }
    if count > SPACE_ACTIONS_MAX {
        return Err(CommandError::Other(format!(
            "these runs have {count} actions, and at most {SPACE_ACTIONS_MAX} can be tied: name parts of them"
        )));
    }
    Ok(runs)
}

fn not_said(together: &Together, error: SpaceError) -> CommandError {
    match error {
        SpaceError::Action(document, id) => {
            let name = &together.opened(document).info().name;
            CommandError::Other(format!("{name}: there is no run {} in this document: see motet log", Span::of(id)))
        }
        error => CommandError::Other(format!("nothing was written: {error}")),
    }
}

fn list(words: &Words) -> Result<ExitCode, CommandError> {
    let (reached, rest) = words.reach()?;
    let together = Together::open(&reached, chosen(&reached, rest)?)?;
    let asked: BTreeSet<DocumentId> = match rest {
        [] => together.ids().collect(),
        rest => rest.iter().map(|words| reached.find(words).map(|info| info.id)).collect::<Result<_, _>>()?,
    };
    tell(&together, |said| said.actions.iter().any(|(document, _)| asked.contains(document)), words.json)?;
    together.close();
    Ok(ExitCode::SUCCESS)
}

/// The documents that words name, or all that are not deleted.
fn chosen(reached: &Reached, words: &[String]) -> Result<Vec<DocumentInfo>, CommandError> {
    if words.is_empty() {
        return Ok(reached.documents()?.into_iter().filter(|info| !info.is_deleted).collect());
    }
    let infos = words.iter().map(|words| reached.find(words).map(|info| (info.id, info)));
    Ok(infos.collect::<Result<BTreeMap<_, _>, _>>()?.into_values().collect())
}

fn release(words: &Words) -> Result<ExitCode, CommandError> {
    let (reached, ids) = words.reach()?;
    if ids.is_empty() {
        return Err(CommandError::Other("what is to be released? Name IDs as motet across list prints them".into()));
    }
    let mut together = Together::open(&reached, chosen(&reached, &[])?)?;
    let keys = ids.iter().map(|id| key(&together, id)).collect::<Result<BTreeSet<String>, _>>()?;
    let mut documents = BTreeSet::new();
    for said in together.constraints().iter().filter(|said| keys.contains(said.said())) {
        let here: BTreeSet<DocumentId> = together.ids().collect();
        documents.extend(said.actions.iter().map(|(document, _)| *document).filter(|id| here.contains(id)));
    }
    for key in &keys {
        together.space().release(key, now()).map_err(|error| not_said(&together, error))?;
    }
    together.keep(&documents)?;
    if words.json {
        let documents: Vec<Value> = documents.iter().map(|id| together.document_json(*id)).collect();
        let barred: Vec<Value> = together.barred().iter().map(|barred| together.barred_json(barred)).collect();
        print_json(&json!({ "released": keys, "documents": documents, "barred": barred }))?;
    } else {
        print(&keys.iter().map(|key| format!("released {key}\n")).collect::<String>())?;
    }
    together.close();
    Ok(ExitCode::SUCCESS)
}

/// The whole ID that begins like this.
fn key(together: &Together, id: &str) -> Result<String, CommandError> {
    let keys: BTreeSet<&str> =
        together.constraints().iter().map(SpaceConstraint::said).filter(|key| key.starts_with(id)).collect();
    match keys.len() {
        1 => Ok(keys.into_iter().collect()),
        0 => {
            Err(CommandError::Other(format!("nothing is said across documents under \"{id}\": see motet across list")))
        }
        _ if keys.contains(id) => Ok(id.to_owned()),
        count => Err(CommandError::Other(format!("{count} IDs begin with \"{id}\": write more of it"))),
    }
}

/// Tells what is said, and what is kept out.
fn tell(together: &Together, is_meant: impl Fn(&SpaceConstraint) -> bool, is_json: bool) -> Result<(), CommandError> {
    let said: Vec<&SpaceConstraint> = together.constraints().iter().filter(|said| is_meant(said)).collect();
    let documents: BTreeSet<DocumentId> =
        said.iter().flat_map(|said| said.actions.iter().map(|(document, _)| *document)).collect();
    if is_json {
        let said: Vec<Value> = said.iter().map(|said| said_json(together, said)).collect();
        let barred = together.barred().iter().filter(|barred| documents.contains(&barred.document));
        let barred: Vec<Value> = barred.map(|barred| together.barred_json(barred)).collect();
        return print_json(&json!({ "constraints": said, "barred": barred }));
    }
    let (telling, paint) = (Telling::of(together), Paint::for_stdout());
    let mut lines = String::new();
    // What goes along with another says that all of a run takes part, as everywhere.
    let is_alone = |said: &SpaceConstraint| {
        said.key == said.said() || !together.constraints().iter().any(|other| other.key == said.said())
    };
    for said in said.into_iter().filter(|said| is_alone(said)) {
        let who = together.said_by(&said.key).map_or_else(String::new, |by| telling.said_by(by));
        let waits = if together.is_open(said) { "; does not count yet: not all of them are here" } else { "" };
        lines += &format!("{}  {}\n  says {who}{waits}\n", paint.name(said.said()), telling.constraint(said));
    }
    let barred = together.barred_runs().filter(|barred| documents.contains(&barred.document));
    lines.extend(barred.map(|barred| telling.barred(barred)));
    print(&lines)
}

fn said_json(together: &Together, said: &SpaceConstraint) -> Value {
    let by = together.said_by(&said.key).map(|by| together.action_json(by));
    let mut json = json!({
        "id": said.said(), "key": said.key, "rule": said.rule.word(), "counts": !together.is_open(said), "by": by,
        "actions": said.actions.iter().map(|of| together.action_json(*of)).collect::<Vec<_>>(),
    });
    if let Rule::AtMost(max) = said.rule {
        json["max"] = max.into();
    }
    json
}
