//! The web app: engine, client, packages, and the bundle that the server hands out.

use crate::pack::Packer;
use crate::tools::{Outcome, Stamp, command, ensure_packages, fingerprint, root, run, say};
use crate::wasm;
use std::path::PathBuf;

/// Where the built app lies.
pub fn dist() -> PathBuf {
    root().join("web/dist")
}

/// Builds the app into `web/dist`, where anything changed.
pub fn build() -> Outcome {
    wasm::build()?;
    ensure_packages()?;
    let web = root().join("web");
    let app = ["src", "public", "index.html", "package-lock.json", "vite.config.ts", "tsconfig.json"];
    let client = ["src", "package.json", "tsconfig.json", "tsconfig.build.json"];
    let inputs: Vec<PathBuf> = app
        .into_iter()
        .map(|name| web.join(name))
        .chain(client.into_iter().map(|name| web.join("packages/client").join(name)))
        .collect();
    let packer = root().join("xtask/src/pack.rs");
    let mark = fingerprint(&inputs)
        + &fingerprint(&[wasm::folder().join("motet.js"), wasm::folder().join("motet_bg.wasm"), packer]);
    let stamp = Stamp::new("web");
    if stamp.says(&mark) && dist().join("index.html").is_file() {
        return Ok(());
    }
    say("bundling the web app (vite build)");
    run(command("npm").current_dir(&web).args(["run", "--silent", "build"]))?;
    pack()?;
    stamp.write(&mark)
}

/// Puts beside the files what is sent in their place.
fn pack() -> Outcome {
    say("packing the web app");
    let mut packer = Packer::new();
    let (plain, sent) = packer.pack_folder(&dist())?;
    packer.forget_unused();
    say(&format!("of {} kB, {} kB are sent", plain / 1000, sent / 1000));
    Ok(())
}
