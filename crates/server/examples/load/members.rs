//! How long a keystroke takes to reach everybody, with many members typing into one document.
//!
//! Members type five characters a second each over loopback, every keystroke an action of its own, sealed
//! and sent at once. They are light: they sign what they write, and speak the whole protocol, but they do
//! not build the text, and what follows what is known once for all of them. Two more are whole replicas, each
//! in a thread of its own, that verify, apply and make patches; *patch* times end when such a patch is there,
//! *arrival* times at one light member in ten, *durable* times when the author hears that the disk has it.
//!
//! In the end the whole replicas and the server must have what was typed, character for character.

use crate::board::{self, Board};
use crate::crowd::Crowd;
use crate::member::{self, Place};
use crate::server_process::{Server, cpu_seconds};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often each member types, in milliseconds.
pub const KEY_EVERY_MS: u64 = 200;

/// How long everybody types before anything counts.
const WARM_UP: Duration = Duration::from_secs(3);

/// How many build the text.
const OBSERVERS: usize = 2;

/// In how many threads the others run: after a stall there is more to do at once than one can.
const CROWD_THREADS: usize = 2;

/// Lets `members` type for `seconds`, with carets or without, and prints the times.
pub fn measure(members: usize, seconds: u64, carets: bool) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let server = Server::start(dir.path());
    let doc = server.make_document(members);
    let place = Place { url: format!("ws://{}/sync", server.address), doc };
    let board = Arc::new(Board::default());
    let observers = observe(&place, members, &board);
    let crowd = start_crowd(&place, members, carets, &board);
    std::thread::sleep(WARM_UP);
    let (cpu, own_cpu, began) = (server.cpu_seconds(), cpu_seconds(std::process::id()), Instant::now());
    board.begin();
    std::thread::sleep(Duration::from_secs(seconds));
    let figures = board.end();
    let share = |from: f64, to: f64| (to - from) / began.elapsed().as_secs_f64() * 100.0;
    let shares = [share(cpu, server.cpu_seconds()), share(own_cpu, cpu_seconds(std::process::id()))];
    println!("{members} members, {seconds} s, {} keys", figures.keys);
    for (name, times) in [("patch", figures.patch), ("arrival", figures.arrival), ("durable", figures.durable)] {
        println!("{name:>8}: {}", board::describe(times));
    }
    println!("  server: {:.0} % of one processor; members: {:.0} %", shares[0], shares[1]);
    let mut texts: Vec<String> = observers.into_iter().map(|thread| thread.join().expect("it ends well")).collect();
    texts.push(server.request("GET", &format!("/api/documents/{doc}/text"), "").expect("an answer"));
    let typed = crowd.typed();
    assert!(texts.iter().all(|text| *text == typed), "everybody has what was typed");
    println!("  converged: {} characters", typed.len());
}

/// Starts the whole replicas.
fn observe(place: &Place, members: usize, board: &Arc<Board>) -> Vec<JoinHandle<String>> {
    let observe = |number| {
        let follow = member::run_whole(place.clone(), members + number, 2 * members as u64, board.clone());
        std::thread::spawn(|| one_thread().block_on(follow))
    };
    (0..OBSERVERS).map(observe).collect()
}

/// Starts the light members, in a few threads.
fn start_crowd(place: &Place, members: usize, carets: bool, board: &Arc<Board>) -> Arc<Crowd> {
    let crowd = Arc::new(Crowd::new(members));
    for first in 0..CROWD_THREADS {
        let (place, board, crowd) = (place.clone(), board.clone(), crowd.clone());
        std::thread::spawn(move || {
            let runtime = one_thread();
            for number in (first..members).step_by(CROWD_THREADS) {
                runtime.spawn(member::run_light(place.clone(), number, carets, board.clone(), crowd.clone()));
            }
            runtime.block_on(std::future::pending::<()>());
        });
    }
    crowd
}

fn one_thread() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a thread")
}
