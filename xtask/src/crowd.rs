//! `cargo xtask crowd`: three browsers write in one long note over a bad network.

use crate::tools::{Outcome, cargo, chromium, command, ensure_packages, root, run, say, target_dir};
use crate::web;

const USAGE: &str = "usage: cargo xtask crowd [--seconds N] [--paragraphs N]; 300 and 3000 where not said";

/// Runs it, on the server as it is released; at the end it says what was slow.
pub fn crowd(args: &[String]) -> Outcome {
    let (mut seconds, mut paragraphs) = (300, 3_000);
    for option in args.chunks(2) {
        let [name, value] = option else { return Err(USAGE.into()) };
        let value: u32 = value.parse().map_err(|_| USAGE.to_owned())?;
        match name.as_str() {
            "--seconds" => seconds = value,
            "--paragraphs" => paragraphs = value,
            _ => return Err(USAGE.into()),
        }
    }
    ensure_packages()?;
    let chromium = chromium()?;
    web::build()?;
    run(cargo().args(["build", "--release", "--locked", "--package", "cli"]))?;
    say("three browsers write in one note");
    let mut npm = command("npm");
    npm.current_dir(root().join("web")).args(["run", "--silent", "crowd"]);
    npm.env("MOTET_CHROMIUM", chromium).env("MOTET_BINARY", target_dir().join("release/motet"));
    npm.env("CROWD_SECONDS", seconds.to_string()).env("CROWD_PARAGRAPHS", paragraphs.to_string());
    run(&mut npm)
}
