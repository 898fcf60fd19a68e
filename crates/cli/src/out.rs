//! What commands say: results to standard output, how far they are to standard error.

use crate::error::CommandError;
use serde_json::Value;
use std::io::{IsTerminal, Write, stderr, stdout};
use std::time::{Duration, Instant};

/// The pause between two looks at how far a command is.
const SHOW_EVERY: Duration = Duration::from_millis(100);

/// Prints a whole answer. Nobody reading on is [`CommandError::Output`], which ends the program quietly.
pub fn print(text: &str) -> Result<(), CommandError> {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(CommandError::Output)
}

/// Prints one JSON value, on a line of its own.
pub fn print_json(value: &Value) -> Result<(), CommandError> {
    print(&format!("{value}\n"))
}

/// `1 document`, `2 documents`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Colours, where a person looks.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    is_on: bool,
}

impl Paint {
    /// Colours on terminals that have them, for people who did not say no.
    pub fn for_stdout() -> Self {
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let is_unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { is_on: stdout().is_terminal() && !is_dumb && !is_unwanted }
    }

    /// No colours.
    #[cfg(test)]
    pub fn off() -> Self {
        Self { is_on: false }
    }

    /// Whether there are colours.
    pub fn is_on(self) -> bool {
        self.is_on
    }

    /// What was taken away.
    pub fn removed(self, text: &str) -> String {
        self.wrap("9;31", text)
    }

    /// What was added.
    pub fn added(self, text: &str) -> String {
        self.wrap("32", text)
    }

    /// What names something.
    pub fn name(self, text: &str) -> String {
        self.wrap("36", text)
    }

    /// What is beside the point.
    pub fn faint(self, text: &str) -> String {
        self.wrap("2", text)
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.is_on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// How far a command is, shown to people who wait at a terminal.
#[derive(Debug)]
pub struct Progress {
    what: &'static str,
    is_shown: bool,
    began: Instant,
    shown: Option<Instant>,
}

impl Progress {
    /// Nothing is shown before it takes a while.
    pub fn new(what: &'static str) -> Self {
        Self { what, is_shown: stderr().is_terminal(), began: Instant::now(), shown: None }
    }

    /// So much of so much is done.
    pub fn show(&mut self, done: u64, total: u64) {
        if !self.is_shown || self.shown.unwrap_or(self.began).elapsed() < SHOW_EVERY {
            return;
        }
        self.shown = Some(Instant::now());
        let percent = done.saturating_mul(100) / total.max(1);
        // Who cannot be shown it does without.
        let _ = write!(stderr(), "\r{} {percent:>3} % ({done} of {total})\x1b[K", self.what);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.is_some() {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }
}
