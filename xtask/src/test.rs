//! `cargo xtask test`: every test there is. All run even when an early one fails, and each runner has its own last word.

use crate::tools::{Outcome, cargo, chromium, command, ensure_packages, root, run, say, target_dir};
use crate::web;
use std::path::PathBuf;
use std::process::Command;

/// Runs all tests; a problem names those that failed.
pub fn test() -> Outcome {
    let mut failed = Vec::new();
    let mut stage = |name: &'static str, outcome: Outcome| {
        if let Err(problem) = outcome {
            eprintln!("xtask: {name}: {problem}");
            failed.push(name);
        }
    };
    stage("the Rust tests", rust());
    if root().join("web/package.json").is_file() {
        stage("the engine for the browser", crate::wasm::build());
        stage("the web app's types", npm("checking the web app's types", "typecheck"));
        stage("the web app's unit tests", npm("running the web app's unit tests", "test"));
        stage("the client's tests", client());
        stage("the client's pages", npm("writing the client's pages", "docs"));
        stage("the browser tests", browser());
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

fn rust() -> Outcome {
    say("running the Rust tests");
    run(cargo().args(["test", "--workspace", "--locked", "--no-fail-fast"]))
}

fn script(name: &str) -> Command {
    let mut npm = command("npm");
    npm.current_dir(root().join("web")).args(["run", "--silent", name]);
    npm
}

fn npm(what: &str, name: &str) -> Outcome {
    ensure_packages()?;
    say(what);
    run(&mut script(name))
}

/// A program that the Rust tests built. By itself it would be built with other features, and nearly everything anew with it: that
/// costs minutes and shows nothing more.
fn built(name: &str) -> Outcome<PathBuf> {
    run(cargo().args(["test", "--workspace", "--locked", "--no-run", "--quiet"]))?;
    Ok(target_dir().join("debug").join(name))
}

/// The client in Node, over the real server.
fn client() -> Outcome {
    ensure_packages()?;
    let server = built("motet")?;
    // Documents of which this machine says what becomes of them, for the engine in WebAssembly to say the same.
    let decisions = built("examples/decisions")?;
    say("running the client's tests");
    run(script("test:client").env("MOTET_BINARY", server).env("MOTET_DECISIONS", decisions))
}

/// The interface over a stand-in for worker and server first, then the built app over the real server.
fn browser() -> Outcome {
    ensure_packages()?;
    let chromium = chromium()?;
    web::build()?;
    let mut tests = script("test:browser");
    tests.env("MOTET_CHROMIUM", chromium).env("MOTET_BINARY", built("motet")?);
    say("running the browser tests");
    run(&mut tests)
}
