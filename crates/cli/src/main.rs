//! The `motet` command.
//!
//! Exit codes, the same for all commands: see [`error`].

mod app;
mod error;
mod import;
mod replay;
mod serve;

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
    /// Play a recorded editing history through the engine and compare where it ends.
    Replay(replay::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
    };
    result.unwrap_or_else(|error| {
        eprintln!("motet: {error}");
        error.exit_code()
    })
}
