//! `motet decide`: makes final what is active of what excludes each other, and says who may.

use crate::error::CommandError;
use crate::names::{Authors, author};
use crate::opened::Opened;
use crate::out::{Paint, print, print_json};
use crate::subject::Subject;
use crate::time_text::{now, write_time};
use crate::words::Words;
use motet::plain::read_author;
use motet::{AuthorKey, Ballot, Decider, Id, Replica, Span};
use serde_json::{Value, json};
use server::write_version;
use std::process::ExitCode;

const HELP: &str = "\
What excludes each other is chosen anew whenever something arrives; what was decided stays as it is. By itself the command decides \
about everything that is here, as far as you may, or agrees to what somebody else decided; with several who may, it takes effect \
once most of them agree. `--by you` or `--by KEY`, any number of times, says who may from the next decision on, and `--by nobody` \
that none is made any more; neither can be undone. With `--trim` what the decision before covers, and what stays in by this one, is final: nobody can undo it any more, and what nobody will see again can be forgotten (motet forget). Exit code 0: done; 1: others have to agree first.";

/// What to decide.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// Say who may decide: `you`, the key of somebody who wrote here or as many letters of it as tell it, the whole key that a
    /// storage node prints (motet serve --decide-after), or `nobody`.
    #[arg(long, value_name = "WHO")]
    by: Vec<String>,
    /// Let history be trimmed up to the decision before: it cannot be taken back.
    #[arg(long, conflicts_with_all = ["by", "show"])]
    trim: bool,
    /// Only show who may decide, what was decided, and what came too late.
    #[arg(long, conflicts_with = "by")]
    show: bool,
    /// Print the answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Does it.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let (target, _) = arguments.subject.document(0)?;
    let mut opened = Opened::open(&target, &arguments.subject.login)?;
    let mut done: Option<Span> = None;
    if !arguments.by.is_empty() {
        let deciders = deciders(opened.replica(), &arguments.by)?;
        done = Some(opened.write(|document| document.govern(&deciders, now()))?.map_err(crate::opened::not_written)?.0);
    } else if !arguments.show {
        let decided = match arguments.trim {
            true => opened.replica_mut().trim(now()),
            false => opened.document_mut().decide(now()),
        };
        opened.keep()?;
        let ballot = decided.map(|(ballot, _)| ballot);
        done = Some(ballot.as_ref().map(Ballot::span).map_err(|why| CommandError::Other(why.to_string()))?);
    }
    if arguments.json {
        print_json(&state_json(&opened, done))?;
    } else {
        print(&state_words(opened.replica()))?;
    }
    let waits = opened.document().poll().is_some_and(|poll| !poll.candidates.is_empty());
    opened.close();
    Ok(if waits { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn deciders(replica: &Replica, words: &[String]) -> Result<Vec<Decider>, CommandError> {
    if words == ["nobody"] {
        return Ok(Vec::new());
    }
    // A whole key may be that of a storage node, which never wrote here.
    let decider = |word: &String| match read_author(word) {
        Some(key) => Ok(key),
        None => author(replica, word),
    };
    words.iter().map(|word| decider(word).map(|key| Decider(key.0))).collect()
}

fn state_words(replica: &Replica) -> String {
    let (document, authors, paint) = (replica.document(), Authors::of(replica), Paint::for_stdout());
    let names = |of: &[Decider]| {
        let names: Vec<String> = of.iter().map(|decider| authors.label(AuthorKey(decider.0))).collect();
        names.join(", ")
    };
    let mut out = match document.authority() {
        Some(authority) if !authority.deciders.is_empty() => {
            format!("{} may decide\n", names(&authority.deciders))
        }
        _ => "nobody may decide: choices stay open\n".to_owned(),
    };
    if document.authority().is_some_and(|authority| !authority.is_known()) {
        out.push_str("this document goes by rules that a newer version of motet knows: others may see other choices\n");
    }
    let trimmed: Vec<Id> = document.trims().collect();
    let line = |id: Id| format!("{}  by {}", write_time(authors.time(id)), authors.short(id.replica));
    for &decision in document.decisions() {
        let trims = if trimmed.contains(&decision) { ", trimmed history" } else { "" };
        out.push_str(&format!("{}  {}{trims}\n", paint.name(&decision.to_string()), line(decision)));
    }
    for (candidate, voters) in document.poll().into_iter().flat_map(|poll| poll.candidates) {
        let agreed = names(&voters);
        out.push_str(&format!(
            "{}  {}, agreed so far: {agreed}\n",
            paint.name(&candidate.to_string()),
            line(candidate)
        ));
    }
    let words = Words::of(replica);
    for late in document.frozen_out() {
        out.push_str(&format!("came too late: {}: {}\n", words.action(late.first()), words.why(late.first())));
    }
    out
}

fn state_json(opened: &Opened, done: Option<Span>) -> Value {
    let replica = opened.replica();
    let (document, authors) = (replica.document(), Authors::of(replica));
    let keys = |of: &[Decider]| of.iter().map(|decider| AuthorKey(decider.0).to_string()).collect::<Vec<String>>();
    let decision =
        |id: Id| json!({ "id": id.to_string(), "author": authors.whole(id.replica), "time": authors.time(id) });
    let open = document.poll().into_iter().flat_map(|poll| poll.candidates).map(|(id, voters)| {
        let mut json = decision(id);
        json["agreed"] = keys(&voters).into();
        json
    });
    let late = document.frozen_out().into_iter().map(|span| span.to_string());
    json!({
        "document": opened.json(),
        "id": done.map(|span| span.to_string()),
        "deciders": document.authority().map(|authority| keys(&authority.deciders)),
        "decisions": document.decisions().iter().map(|id| decision(*id)).collect::<Vec<Value>>(),
        "trimmed": document.trims().map(|id| id.to_string()).collect::<Vec<String>>(),
        "forgotten": replica.forgotten_by().map(|id| id.to_string()),
        "open": open.collect::<Vec<Value>>(),
        "late": late.collect::<Vec<String>>(),
        "version": write_version(&document.version()),
    })
}
