//! The engine for the browser: Rust to WebAssembly, its JavaScript side, and a last squeeze.

mod names;
mod order;

use crate::pack::{Packer, estimate};
use crate::tools::{
    Outcome, Stamp, apt_install, ask, cargo, command, ensure_packages, fingerprint, root, run, say, target_dir,
};
use names::Module;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const TARGET: &str = "wasm32-unknown-unknown";

/// What a first visit may cost, engine and glue together, as they are sent: packed by zopfli, which a browser reads as gzip, and
/// which makes 5 % less of them than `gzip -9` does. Peers of like reach weigh 275 kB to 1.2 MB with that.
/// Lists, trees and counters weigh 29 kB of it, what JavaScript reads and changes them by 26 kB, rich text 47 kB, and
/// JSON documents some 100 kB. Blobs come over HTTP: of them only hashes and sizes of images are in it.
const PACKED_BYTES_MAX: usize = 500_000;

/// What makes the engine small. It replaces what a `.cargo/config.toml` says for this target, so all of it is here.
const FLAGS: [&str; 7] = [
    "-Zunstable-options",
    // What a panic would say, and where it was, is left out: in a browser nobody hears it.
    "-Cpanic=immediate-abort",
    "-Zlocation-detail=none",
    // Up to this cost a function is put where it is called. `z` says 5, with which closures of iterators stay calls, and `s` 50.
    // With 20 it weighs 1.7 kB more, with 40 10 kB; with 5 typing takes a tenth longer than with 20.
    "-Cllvm-args=-inline-threshold=10",
    // What two short branches decide between is more often chosen without a jump: half a kB.
    "-Cllvm-args=-two-entry-phi-node-folding-threshold=8",
    // SHA-512 as a loop: a signature hashes a few blocks, and unrolled it weighs 3 kB.
    "--cfg",
    "sha2_backend_soft=\"compact\"",
];

/// What current browsers all know; said aloud because the squeeze must not guess.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// The level that gzips best, as measured with glue: 335 kB, against 369 kB with `-Os`.
const LEVEL: &str = "-O1";

/// Nothing lies in the first kilobyte but the end of the stack, so that a sum of an address and less than that is no other address:
/// the lesser part goes into the instruction. That is 1 kB.
const LOW_MEMORY: &str = "--low-memory-unused";

/// Until nothing gets smaller. Sorted by name first, so that what comes out is always the same.
/// Those that the level leaves out and that make it smaller come first: 1.1 kB together.
const PASSES: [&str; 10] = [
    "--duplicate-function-elimination",
    "--rse",
    "--vacuum",
    "--merge-blocks",
    "--code-folding",
    "--converge",
    "--reorder-functions-by-name",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
];

/// Makes a script small, with what bundles the app.
const MINIFY: &str = "
    import { readFileSync, writeFileSync } from 'node:fs';
    import { minify } from 'vite';
    const file = process.argv[1];
    // Nobody here begins without waiting: what that takes goes with its name.
    const script = readFileSync(file, 'utf8').replace('export { initSync, ', 'export { ');
    const { code, errors } = await minify(file, script, { module: true });
    if (errors.length > 0) throw new Error(errors[0].message);
    writeFileSync(file, code);
";

/// Like beside like, so that gzip finds them: the names say then where each function goes.
const ORDER: [&str; 2] = ["--reorder-functions-by-name", "--strip-debug"];

/// Where the client's package expects the engine.
pub fn folder() -> PathBuf {
    root().join("web/packages/client/pkg")
}

/// Builds `crates/wasm` into the client's package, where anything changed.
pub fn build() -> Outcome {
    if !root().join("crates/wasm/Cargo.toml").is_file() {
        return Err("crates/wasm is not in this tree: there is no engine to build for the browser".into());
    }
    let module = compile()?;
    let makers = ["xtask/src/wasm.rs", "xtask/src/wasm", "xtask/src/pack.rs", "xtask/bindgen", "web/package-lock.json"]
        .map(|path| root().join(path));
    let mark = fingerprint(&[vec![module.clone()], makers.to_vec()].concat());
    let stamp = Stamp::new("wasm");
    let out = folder().join("motet_bg.wasm");
    if stamp.says(&mark) && out.is_file() {
        return Ok(());
    }
    bind(&module)?;
    squeeze(&out)?;
    weigh(&out)?;
    stamp.write(&mark)
}

fn compile() -> Outcome<PathBuf> {
    let target_dir = target_dir().join("wasm");
    let mut build = cargo();
    build
        .args(["build", "--locked", "--package", "wasm", "--profile", "wasm", "--target", TARGET])
        .arg("--target-dir")
        .arg(&target_dir);
    // The standard library is built too, small: its sorts are half as long. Only unstable options say so; the compiler is the
    // stable one.
    build.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", FLAGS.join(" "));
    build.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
    if !has_rustup_sources() {
        use_debian_compiler(&mut build)?;
    }
    say("compiling the engine to WebAssembly");
    run(&mut build)?;
    Ok(target_dir.join(TARGET).join("wasm/wasm.wasm"))
}

/// The sources of the toolchain's standard library: there already, or to be had from its makers.
fn has_rustup_sources() -> bool {
    let sysroot = ask(command("rustc").args(["--print", "sysroot"]));
    if sysroot.is_some_and(|folder| Path::new(&folder).join("lib/rustlib/src/rust/library/std").is_dir()) {
        return true;
    }
    say("rustup component add rust-src");
    run(command("rustup").args(["component", "add", "rust-src"])).is_ok()
}

/// Debian's compiler comes with the library's sources too; what it makes is linked by rustup's linker.
fn use_debian_compiler(build: &mut Command) -> Outcome {
    let (rustc, library) = (Path::new("/usr/bin/rustc"), Path::new("/usr/lib/rustlib/src/rust/library"));
    if !rustc.is_file() || !library.exists() {
        apt_install("a standard library for WebAssembly", &["rustc-web", "rust-web-src"])?;
    }
    say("rustup has no sources of the standard library to give: taking Debian's");
    let linker =
        linker().ok_or("failed to find rust-lld in the rustup toolchain: run `rustup component add rust-src`")?;
    build.env("RUSTC", rustc).env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
    Ok(())
}

fn linker() -> Option<PathBuf> {
    let sysroot = ask(command("rustc").args(["--print", "sysroot"]))?;
    let host = ask(command("rustc").args(["--print", "host-tuple"]))?;
    Some(Path::new(&sysroot).join("lib/rustlib").join(host).join("bin/rust-lld")).filter(|linker| linker.is_file())
}

fn bind(module: &Path) -> Outcome {
    say("writing the engine's JavaScript side");
    run(cargo().args(["run", "--quiet", "--locked", "--package", "xtask-bindgen", "--"]).arg(module).arg(folder()))?;
    // As the app's own scripts are: those who read it have the types beside it.
    ensure_packages()?;
    run(command("node")
        .current_dir(root().join("web"))
        .args(["--input-type=module", "--eval", MINIFY])
        .arg(folder().join("motet.js")))
}

fn squeeze(module: &Path) -> Outcome {
    ensure_packages()?;
    say("squeezing the engine (wasm-opt)");
    let level = env::var("MOTET_WASM_OPT").unwrap_or_else(|_| LEVEL.into());
    optimize(module, &[&[level.as_str(), LOW_MEMORY], &PASSES[..]].concat())?;
    let failed = |error| format!("failed to put the functions of {} in order: {error}", module.display());
    let bytes = fs::read(module).map_err(|error| failed(error.to_string()))?;
    let read = Module::read(&bytes).ok_or_else(|| failed("this is no module of WebAssembly".into()))?;
    let bodies = read.bodies();
    let orders = order::TUNINGS.iter().map(|tuning| order::alike(bodies, tuning));
    let weight = |order: &Vec<usize>| estimate(&order.iter().map(|&at| bodies[at]).collect::<Vec<_>>().concat());
    let order = orders.min_by_key(weight).expect("something is tried");
    fs::write(module, read.named_in(&order)).map_err(|error| failed(error.to_string()))?;
    optimize(module, &ORDER)
}

fn optimize(module: &Path, passes: &[&str]) -> Outcome {
    let tool = root().join("web/node_modules/binaryen/bin/wasm-opt");
    let tight = module.with_extension("tight");
    run(command("node").arg(tool).args(passes).args(FEATURES).arg(module).arg("-o").arg(&tight))?;
    fs::rename(&tight, module).map_err(|error| format!("failed to put {} in place: {error}", tight.display()))
}

/// Says what the engine weighs, and refuses what is too heavy.
fn weigh(module: &Path) -> Outcome {
    let mut packer = Packer::new();
    let mut packed = |file: &Path| -> Outcome<usize> {
        let bytes = fs::read(file).map_err(|error| format!("failed to weigh {}: {error}", file.display()))?;
        Ok(packer.pack(&bytes)?.len())
    };
    let total = packed(module)? + packed(&module.with_file_name("motet.js"))?;
    say(&format!("the engine with its glue weighs {} kB packed", total / 1000));
    if total <= PACKED_BYTES_MAX {
        return Ok(());
    }
    Err(format!("the engine weighs {total} bytes packed, and at most {PACKED_BYTES_MAX} are allowed"))
}
