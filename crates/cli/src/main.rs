//! The `motet` command.
//!
//! Exit codes, the same for all commands: see [`error`].

mod across;
mod app;
mod blame;
mod blob_flags;
mod blobs;
mod chore_flags;
mod conflicts;
mod constrain;
mod decide;
mod diff;
mod draft;
mod effects;
mod error;
mod export;
mod finality;
mod forget;
mod graph;
mod home;
mod import;
mod join;
mod link;
mod log;
mod login;
mod merge;
mod moment;
mod names;
mod opened;
mod out;
mod pack;
#[cfg(feature = "p2p")]
mod peers;
mod reached;
mod replay;
mod resolve;
mod restore;
mod said;
mod serve;
#[cfg(feature = "p2p")]
mod share;
mod show;
mod sides;
mod snapshot;
mod station;
mod stats;
mod subject;
mod suggest;
mod suggestions;
mod target;
mod time_text;
mod together;
mod undo;
mod unpack;
mod verify;
mod view;
mod views;
mod visit;
mod weigh;
mod why;
mod words;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Documents are very many small pieces of memory, and a merge is a few large ones: making either takes a third less time
/// with this allocator than with the system's, and a sixth more memory. Libraries leave the choice to who links them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(name = "motet", version, about = "Collaboration without locks: one log, many views", after_help = error::CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the documents of a directory: members over WebSocket, programs over HTTP, people by a web app.
    Serve(serve::Arguments),
    /// Make documents of text files.
    Import(import::Arguments),
    /// Write documents to text files.
    Export(export::Arguments),
    /// Show the text of a document, now or as it was.
    Show(show::Arguments),
    /// List who did what in a document, and when.
    Log(log::Arguments),
    /// Compare two versions of a document, word by word, with who made the difference; or two files.
    Diff(diff::Arguments),
    /// Merge three versions of a file: JSON by structure, text by words. Works as a merge driver of git.
    Merge(merge::Arguments),
    /// Show who wrote what is there.
    Blame(blame::Arguments),
    /// Take back an edit run, for everybody: the own last one, or those that are named.
    Undo(undo::Arguments),
    /// Bring back what was undone.
    Redo(undo::Arguments),
    /// Suggest what makes a document read like a file: nobody else sees it in the document before somebody accepts it.
    Suggest(suggest::Arguments),
    /// List what is suggested or in drafts, and what became of it.
    Suggestions(suggestions::Arguments),
    /// Let what is suggested, or in a draft, take effect for everybody.
    Accept(decide::Arguments),
    /// Decide against what is suggested, or in a draft.
    Reject(decide::Arguments),
    /// Make drafts, list them, and show the document with one.
    Draft(draft::Arguments),
    /// Make views of your own of a document, name them, switch between them and forget them; nobody else learns of them.
    View(view::Arguments),
    /// Say why edit runs are active or not: undone by whom, needing what, having given way to whom.
    Why(why::Arguments),
    /// Show what ties edit runs to each other, by which rules, and which of them are active.
    Graph(graph::Arguments),
    /// List what gave way to what, by what, and whether somebody decided.
    Conflicts(conflicts::Arguments),
    /// Decide for everybody which of several edit runs are to be active.
    Resolve(resolve::Arguments),
    /// Say what edit runs mean together: which exclude, need or follow each other.
    Constrain(constrain::Arguments),
    /// Say what edit runs of several documents mean together, list what was said, and take it back.
    Across(across::Arguments),
    /// Say how much edit runs matter where not everything can be active.
    Weigh(weigh::Arguments),
    /// Make final, for everybody, what is active of what excludes each other; say who may.
    Decide(finality::Arguments),
    /// Take what nobody will see again off the disk, where history was trimmed.
    Forget(forget::Arguments),
    /// Make a text read as it did, by an edit that adds to the history.
    Restore(restore::Arguments),
    /// Name versions of a document, list them, show and compare them, and go back to them.
    Snapshot(snapshot::Arguments),
    /// Write documents with their history and files into one bundle, to carry to where no network goes.
    Pack(pack::Arguments),
    /// Take a bundle into a directory.
    Unpack(unpack::Arguments),
    /// Check that everything that is kept holds, without changing anything.
    Verify(verify::Arguments),
    /// List, verify or collect the blobs of a directory: pictures and other files that documents name.
    Blobs(blobs::Arguments),
    /// Count what there is, and of whom; without a document, list the documents.
    Stats(stats::Arguments),
    /// Keep a text file on this machine and a document on a server equal, whoever writes in which.
    Link(link::Arguments),
    /// Share a document with whoever has the ticket that this prints, without a server, until stopped.
    #[cfg(feature = "p2p")]
    Share(share::Arguments),
    /// Keep a document of a server, or of a member that shares it, in a directory here, and follow it until stopped.
    Join(join::Arguments),
    /// Play a recorded editing history through the engine and compare where it ends.
    Replay(replay::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Show(arguments) => show::run(&arguments),
        Command::Log(arguments) => log::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Merge(arguments) => merge::run(&arguments),
        Command::Blame(arguments) => blame::run(&arguments),
        Command::Undo(arguments) => undo::run(&arguments, undo::Way::Undo),
        Command::Redo(arguments) => undo::run(&arguments, undo::Way::Redo),
        Command::Suggest(arguments) => suggest::run(&arguments),
        Command::Suggestions(arguments) => suggestions::run(&arguments),
        Command::Accept(arguments) => decide::run(&arguments, decide::Way::Accept),
        Command::Reject(arguments) => decide::run(&arguments, decide::Way::Reject),
        Command::Draft(arguments) => draft::run(&arguments),
        Command::View(arguments) => view::run(&arguments),
        Command::Why(arguments) => why::run(&arguments),
        Command::Graph(arguments) => graph::run(&arguments),
        Command::Conflicts(arguments) => conflicts::run(&arguments),
        Command::Resolve(arguments) => resolve::run(&arguments),
        Command::Constrain(arguments) => constrain::run(&arguments),
        Command::Across(arguments) => across::run(&arguments),
        Command::Weigh(arguments) => weigh::run(&arguments),
        Command::Decide(arguments) => finality::run(&arguments),
        Command::Forget(arguments) => forget::run(&arguments),
        Command::Restore(arguments) => restore::run(&arguments),
        Command::Snapshot(arguments) => snapshot::run(&arguments),
        Command::Pack(arguments) => pack::run(&arguments),
        Command::Unpack(arguments) => unpack::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Blobs(arguments) => blobs::run(&arguments),
        Command::Stats(arguments) => stats::run(&arguments),
        Command::Link(arguments) => link::run(&arguments),
        #[cfg(feature = "p2p")]
        Command::Share(arguments) => share::run(&arguments),
        Command::Join(arguments) => join::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
    };
    result.unwrap_or_else(|error| {
        if !error.is_quiet() {
            eprintln!("motet: {error}");
        }
        error.exit_code()
    })
}

/// A random number.
fn random() -> Result<u64, error::CommandError> {
    getrandom::u64().map_err(|error| error::CommandError::Other(format!("the system gives no random numbers: {error}")))
}
