//! How long a keystroke takes to reach everybody, with many members typing into one document.
//!
//! `cargo run --release -p server --example members -- [--members 200] [--seconds 20] [--carets]` starts
//! the built `motet serve` on an empty directory and lets members type five characters a second each over
//! loopback, every keystroke an action of its own, sealed and sent at once. Members are light: they sign
//! what they write and follow everybody's frontier, but do not build the text. Two more members are whole
//! replicas that verify, apply and make patches; *patch* times end when such a patch is there, *arrival*
//! times at the light ones, *durable* times when the author hears that the disk has it.

mod board;
mod light;
mod member;

use board::Board;
use clap_less::Arguments;
use clock::DocumentId;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

mod clap_less {
    //! Three options need no parser.

    /// What to measure.
    pub struct Arguments {
        /// How many type.
        pub members: u64,
        /// For how long.
        pub seconds: u64,
        /// Whether they show carets.
        pub carets: bool,
    }

    impl Arguments {
        /// From the command line; what is not given has its default.
        pub fn read() -> Self {
            let args: Vec<String> = std::env::args().collect();
            let number = |name: &str, default: u64| {
                let at = args.iter().position(|arg| arg == name);
                at.and_then(|at| args.get(at + 1)).and_then(|value| value.parse().ok()).unwrap_or(default)
            };
            Self {
                members: number("--members", 200),
                seconds: number("--seconds", 20),
                carets: args.iter().any(|arg| arg == "--carets"),
            }
        }
    }
}

/// How often each member types, in milliseconds.
const KEY_EVERY_MS: u64 = 200;

/// How long everybody types before anything counts.
const WARM_UP: Duration = Duration::from_secs(3);

/// How many build the text.
const OBSERVERS: u64 = 2;

/// A server process with a directory of its own, ended with the program.
struct Server {
    process: Child,
    address: String,
    _dir: tempfile::TempDir,
}

impl Server {
    fn start() -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let binary = std::env::var_os("MOTET_BINARY").map_or_else(beside_this, PathBuf::from);
        let probe = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = probe.local_addr().expect("bound").to_string();
        drop(probe);
        let process = Command::new(&binary)
            .arg("serve")
            .arg(dir.path().join("documents"))
            .args(["--listen", &address])
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("failed to start {}: {error}", binary.display()));
        let server = Self { process, address, _dir: dir };
        while server.request("GET", "/readyz", "").is_none() {
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// The body of the answer, where there is one.
    fn request(&self, method: &str, path: &str, body: &str) -> Option<String> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        let kind = if path.ends_with("/text") { "text/plain" } else { "application/json" };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: {kind}\r\n\
             content-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned())
    }

    /// A document with a line for each member.
    fn make_document(&self, lines: u64) -> DocumentId {
        let answer = self.request("POST", "/api/documents", r#"{"name":"Crowd"}"#).expect("a document");
        let info: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
        let id = info["id"].as_str().expect("an id").to_owned();
        let text = "x\n".repeat(usize::try_from(lines).expect("few"));
        self.request("PUT", &format!("/api/documents/{id}/text"), &text).expect("saved");
        id.parse().expect("an id")
    }

    /// Processor time so far, in seconds.
    fn cpu_seconds(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap_or_default();
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
        (ticks(11) + ticks(12)) / 100.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn beside_this() -> PathBuf {
    let this = std::env::current_exe().expect("a program has a place");
    this.parent().and_then(|examples| examples.parent()).expect("target/release/examples").join("motet")
}

fn main() {
    let arguments = Arguments::read();
    let server = Server::start();
    let doc = server.make_document(arguments.members);
    let board = Arc::new(Board::default());
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let url = format!("ws://{}/sync", server.address);
    for number in 0..arguments.members {
        runtime.spawn(member::run_light(url.clone(), doc, number, arguments.carets, board.clone()));
    }
    for number in 0..OBSERVERS {
        runtime.spawn(member::run_whole(url.clone(), doc, arguments.members + number, board.clone()));
    }
    std::thread::sleep(WARM_UP);
    let (cpu, began) = (server.cpu_seconds(), Instant::now());
    board.begin();
    std::thread::sleep(Duration::from_secs(arguments.seconds));
    let figures = board.end();
    let share = (server.cpu_seconds() - cpu) / began.elapsed().as_secs_f64();
    println!("{} members, {} s, {} keys", arguments.members, arguments.seconds, figures.keys);
    for (name, times) in [("patch", figures.patch), ("arrival", figures.arrival), ("durable", figures.durable)] {
        println!("{name:>8}: {}", board::describe(times));
    }
    println!("  server: {:.0} % of one processor", share * 100.0);
}
