//! `cargo xtask serve`: everything, built and running, with something to look at.

use crate::tools::{Outcome, cargo, command, files_under, root, run, say, target_dir};
use crate::web;
use std::path::Path;

/// Builds engine, app and server, puts in the sample documents at the first start, and serves.
pub fn serve(args: &[String]) -> Outcome {
    web::build()?;
    say("building the server");
    run(cargo().args(["build", "--locked", "--release", "--package", "cli"]))?;
    let motet = target_dir().join("release/motet");
    let home = root().join(".motet");
    if !home.exists() {
        import_samples(&motet, &home)?;
    }
    say("serving on http://127.0.0.1:4040 (Ctrl+C ends)");
    run(command(&motet).arg("serve").arg(&home).arg("--app").arg(web::dist()).args(args))
}

fn import_samples(motet: &Path, home: &Path) -> Outcome {
    say("putting in the sample documents");
    let samples = files_under(&root().join("examples/documents"));
    samples.iter().try_for_each(|file| run(command(motet).arg("import").arg(home).arg(file)))
}
