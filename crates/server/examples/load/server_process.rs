//! The built `motet serve` as a process of its own, for measurements.

use clock::DocumentId;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A server process, ended with the program.
pub struct Server {
    process: Child,
    /// Where it listens.
    pub address: String,
}

impl Server {
    /// Starts it on `dir`, and waits until it is ready.
    pub fn start(dir: &Path) -> Self {
        let binary = std::env::var_os("MOTET_BINARY").map_or_else(beside_this, PathBuf::from);
        let probe = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = probe.local_addr().expect("bound").to_string();
        drop(probe);
        let process = Command::new(&binary)
            .arg("serve")
            .arg(dir)
            .args(["--listen", &address])
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("failed to start {}: {error}", binary.display()));
        let server = Self { process, address };
        while server.request("GET", "/readyz", "").is_none() {
            std::thread::sleep(Duration::from_millis(2));
        }
        server
    }

    /// The body of the answer, where there is one.
    pub fn request(&self, method: &str, path: &str, body: &str) -> Option<String> {
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
    pub fn make_document(&self, lines: usize) -> DocumentId {
        let answer = self.request("POST", "/api/documents", r#"{"name":"Crowd"}"#).expect("a document");
        let info: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
        let id = info["id"].as_str().expect("an id").to_owned();
        let text = "x\n".repeat(lines);
        self.request("PUT", &format!("/api/documents/{id}/text"), &text).expect("saved");
        id.parse().expect("an id")
    }

    /// Processor time so far, in seconds.
    pub fn cpu_seconds(&self) -> f64 {
        cpu_seconds(self.process.id())
    }

    /// The memory that it holds, in bytes.
    pub fn memory_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Processor time that a process has had so far, in seconds.
pub fn cpu_seconds(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn beside_this() -> PathBuf {
    let this = std::env::current_exe().expect("a program has a place");
    this.parent().and_then(|examples| examples.parent()).expect("target/release/examples").join("motet")
}
