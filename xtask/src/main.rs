//! The project's own commands. Each says what it does, and does nothing twice.

mod bench;
mod crowd;
mod pack;
mod serve;
mod sim;
mod test;
#[cfg(test)]
mod tidy;
mod tools;
mod wasm;
mod web;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask COMMAND

  bench   measure Motet beside its peers (`cargo xtask bench --help`)
  crowd   three browsers write in one long note over a bad network: --seconds N, --paragraphs N
  serve   build everything and serve it with sample documents on http://127.0.0.1:4040
          (arguments after `serve` go to `motet serve`)
  test    run every test: Rust, TypeScript, browser
  sim     simulate many members over a hostile network: --seeds N [--from N]; --faults tries the simulation itself
  wasm    build the engine for the browser
  web     build the web app (and the engine before it)";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match args.first().map(String::as_str) {
        Some("bench") => bench::bench(&args[1..]),
        Some("crowd") => crowd::crowd(&args[1..]),
        Some("serve") => serve::serve(&args[1..]),
        Some("sim") => sim::sim(&args[1..]),
        Some("test") => test::test(),
        Some("wasm") => wasm::build(),
        Some("web") => web::build(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("\nxtask: {problem}");
            ExitCode::FAILURE
        }
    }
}
