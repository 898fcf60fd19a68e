//! `cargo xtask test`: every test there is. All run even when an early one fails, and each runner has its own last word.

use crate::tools::{Outcome, cargo, chromium, command, ensure_packages, root, run, say};
use crate::{wasm, web};
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
        stage("the web app's types", npm("checking the web app's types", "typecheck"));
        // Notes are tested on the engine itself.
        stage("the web app's unit tests", wasm::build().and_then(|()| npm("running the web app's unit tests", "test")));
        stage("the browser tests", browser());
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

fn rust() -> Outcome {
    say("running the Rust tests");
    run(cargo().args(["test", "--workspace", "--locked"]))
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

/// The interface over a stand-in for the engine first, then the built app over the real server where both are in the tree.
fn browser() -> Outcome {
    ensure_packages()?;
    let chromium = chromium()?;
    let mut tests = script("test:browser");
    tests.env("MOTET_CHROMIUM", chromium);
    if root().join("crates/wasm").is_dir() && root().join("crates/cli").is_dir() {
        web::build()?;
        // The Rust tests built nearly all of it: a release would cost minutes more and show nothing more.
        run(cargo().args(["build", "--locked", "--package", "cli"]))?;
        tests.env("MOTET_BINARY", crate::tools::target_dir().join("debug/motet"));
    }
    say("running the browser tests");
    run(&mut tests)
}
