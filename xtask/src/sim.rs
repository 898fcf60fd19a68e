//! `cargo xtask sim`: many members over a hostile network, seed by seed, on all cores.

use crate::tools::{Outcome, cargo, run};

/// Builds the simulation and runs it with these arguments. Its faults are compiled in only where asked for.
pub fn sim(args: &[String]) -> Outcome {
    let mut command = cargo();
    command.args(["run", "--locked", "--quiet", "--release", "--package", "sim"]);
    if args.iter().any(|arg| arg == "--fault" || arg == "--faults") {
        command.args(["--features", "faults"]);
    }
    run(command.arg("--").args(args))
}
