//! How long a keystroke takes to reach everybody, with many members typing into one document.
//!
//! Members type five characters a second each over loopback, every keystroke an action of its own, sealed
//! and sent at once. They are light: they sign what they write and follow everybody's frontier, but do not
//! build the text, and each parcel is read once for all of them. Two more are whole replicas that verify, apply and make patches; *patch* times end when
//! such a patch is there, *arrival* times at the light ones, *durable* times when the author hears that the
//! disk has it.

use crate::board::{self, Board};
use crate::member;
use crate::server_process::Server;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often each member types, in milliseconds.
pub const KEY_EVERY_MS: u64 = 200;

/// How long everybody types before anything counts.
const WARM_UP: Duration = Duration::from_secs(3);

/// How many build the text.
const OBSERVERS: u64 = 2;

/// Lets `members` type for `seconds`, with carets or without, and prints the times.
pub fn measure(members: u64, seconds: u64, carets: bool) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let server = Server::start(dir.path());
    let doc = server.make_document(members);
    let board = Arc::new(Board::default());
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let url = format!("ws://{}/sync", server.address);
    for number in 0..members {
        runtime.spawn(member::run_light(url.clone(), doc, number, carets, board.clone()));
    }
    for number in 0..OBSERVERS {
        runtime.spawn(member::run_whole(url.clone(), doc, members + number, board.clone()));
    }
    std::thread::sleep(WARM_UP);
    let (cpu, began) = (server.cpu_seconds(), Instant::now());
    board.begin();
    std::thread::sleep(Duration::from_secs(seconds));
    let figures = board.end();
    let share = (server.cpu_seconds() - cpu) / began.elapsed().as_secs_f64();
    println!("{members} members, {seconds} s, {} keys", figures.keys);
    for (name, times) in [("patch", figures.patch), ("arrival", figures.arrival), ("durable", figures.durable)] {
        println!("{name:>8}: {}", board::describe(times));
    }
    println!("  server: {:.0} % of one processor", share * 100.0);
}
