//! The `motet` command.
//!
//! Exit codes, the same for all commands: see [`error`].

mod app;
mod error;
mod home;
mod import;
mod link;
mod login;
mod replay;
mod serve;
mod target;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

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
    /// Keep a text file on this machine and a document on a server equal, whoever writes in which.
    Link(link::Arguments),
    /// Play a recorded editing history through the engine and compare where it ends.
    Replay(replay::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Link(arguments) => link::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
    };
    result.unwrap_or_else(|error| {
        eprintln!("motet: {error}");
        error.exit_code()
    })
}

/// A random number.
fn random() -> Result<u64, error::CommandError> {
    getrandom::u64().map_err(|error| error::CommandError::Other(format!("the system gives no random numbers: {error}")))
}
