//! What the commands share: running programs, finding or installing them, and knowing what is up to date.

use std::ffi::OsStr;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

/// What went wrong, as a sentence that says what to do.
pub type Outcome<T = ()> = Result<T, String>;

/// The repository's root folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root").to_owned()
}

/// Where Cargo builds.
pub fn target_dir() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// Says what is about to happen.
pub fn say(what: &str) {
    eprintln!("▸ {what}");
}

/// `cargo`, as the one that runs us.
pub fn cargo() -> Command {
    command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A program to be started in the root folder.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// Runs a program and shows what it prints; anything but success is a problem.
pub fn run(command: &mut Command) -> Outcome {
    let line = line_of(command);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{line}` ended with {status}")),
        Err(error) => Err(format!("failed to start `{line}`: {error}")),
    }
}

/// Runs a program, keeps what it prints, and gives its first output line where it succeeded.
pub fn ask(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().trim().to_owned())
}

fn line_of(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// The first of `names` that lies in a folder of the search path.
pub fn find(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|file| file.is_file())
}

/// Installs Debian packages when we may, and otherwise says the one command that does.
pub fn apt_install(why: &str, packages: &[&str]) -> Outcome {
    let by_hand =
        format!("sudo apt-get update && sudo apt-get install -y --no-install-recommends {}", packages.join(" "));
    let is_root = ask(Command::new("id").arg("-u")).as_deref() == Some("0");
    if !is_root || find(&["apt-get"]).is_none() {
        return Err(format!("{why} is missing. Please run:\n\n    {by_hand}\n"));
    }
    say(&format!("installing {} ({why})", packages.join(", ")));
    run(command("apt-get").args(["update", "-q"]))?;
    run(command("apt-get")
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(["install", "-y", "-q", "--no-install-recommends"])
        .args(packages))
}

/// The browser of the tests; `MOTET_CHROMIUM` names another one than the system's.
pub fn chromium() -> Outcome<PathBuf> {
    if let Some(given) = env::var_os("MOTET_CHROMIUM") {
        return Ok(given.into());
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    if let Some(found) = find(&names) {
        return Ok(found);
    }
    apt_install("the browser for the tests", &["chromium"])?;
    find(&names).ok_or_else(|| "chromium was installed but is not on the search path".into())
}

/// Node releases that the web tools run on: 20.19 and later, or 22.12 and later.
fn is_node_new_enough(version: &str) -> bool {
    let mut parts = version.trim_start_matches('v').split('.').map_while(|part| part.parse::<u32>().ok());
    match (parts.next(), parts.next()) {
        (Some(20), Some(minor)) => minor >= 19,
        (Some(22), Some(minor)) => minor >= 12,
        (Some(major), _) => major > 22,
        _ => false,
    }
}

fn ensure_node() -> Outcome {
    if find(&["node"]).is_none() || find(&["npm"]).is_none() {
        apt_install("Node.js for the web app", &["nodejs", "npm"])?;
    }
    let version = ask(command("node").arg("--version")).unwrap_or_default();
    if is_node_new_enough(&version) {
        return Ok(());
    }
    Err(format!(
        "the web app needs Node.js 20.19, 22.12 or newer, and finds {version}. Please install one from https://nodejs.org"
    ))
}

/// The web folder's packages, installed anew when the lock file changed.
pub fn ensure_packages() -> Outcome {
    ensure_node()?;
    let web = root().join("web");
    let mark =
        fingerprint(&["package-lock.json", "package.json", "packages/client/package.json"].map(|name| web.join(name)));
    let stamp = Stamp::new("npm");
    if stamp.says(&mark) && web.join("node_modules").is_dir() {
        return Ok(());
    }
    say("installing the web app's packages (npm ci)");
    run(command("npm").current_dir(&web).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
    stamp.write(&mark)
}

/// A file that remembers from what something was built.
pub struct Stamp(PathBuf);

impl Stamp {
    /// The stamp of this name, in the target folder.
    pub fn new(name: &str) -> Self {
        Self(target_dir().join("xtask").join(format!("{name}.stamp")))
    }

    /// Whether the stamp was written for exactly this.
    pub fn says(&self, mark: &str) -> bool {
        fs::read_to_string(&self.0).is_ok_and(|found| found == mark)
    }

    /// Remembers this.
    pub fn write(&self, mark: &str) -> Outcome {
        let folder = self.0.parent().expect("a stamp lies in a folder");
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&self.0, mark));
        written.map_err(|error| format!("failed to write {}: {error}", self.0.display()))
    }
}

/// Names the content of files and folders: equal content, equal name. Good enough to skip work, not to trust.
pub fn fingerprint(paths: &[PathBuf]) -> String {
    let mut hasher = DefaultHasher::new();
    let root = root();
    for file in paths.iter().flat_map(|path| files_under(path)) {
        file.strip_prefix(&root).unwrap_or(&file).hash(&mut hasher);
        fs::read(&file).unwrap_or_default().hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

/// What no command looks into: built, fetched or hidden.
const SKIPPED: [&str; 6] = ["node_modules", "apidocs", "dist", "target", "pkg", "artifacts"];

/// All files at or under a path, sorted, without built, fetched and hidden ones.
pub fn files_under(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let mut entries: Vec<PathBuf> =
        fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    let is_ours = |entry: &PathBuf| {
        let name = entry.file_name().unwrap_or_default().to_string_lossy();
        !name.starts_with('.') && !SKIPPED.contains(&name.as_ref())
    };
    entries.into_iter().filter(is_ours).flat_map(|entry| files_under(&entry)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions() {
        for (version, expected) in [
            ("v18.20.4", false),
            ("v20.18.9", false),
            ("v20.19.0", true),
            ("v21.9.0", false),
            ("v22.12.0", true),
            ("v24.1.0", true),
            ("", false),
        ] {
            assert_eq!(is_node_new_enough(version), expected, "{version}");
        }
    }
}
