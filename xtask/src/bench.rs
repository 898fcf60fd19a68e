//! `cargo xtask bench`: Motet beside its peers, in a workspace of their own.

use crate::tools::{Outcome, cargo, root, run};

/// Builds the measurements for release and runs them; arguments are theirs.
pub fn bench(args: &[String]) -> Outcome {
    let manifest = root().join("bench/Cargo.toml");
    run(cargo().args(["run", "--quiet", "--locked", "--release", "--manifest-path"]).arg(manifest).arg("--").args(args))
}
