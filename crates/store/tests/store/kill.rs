//! Why this exists: crash images model the disk; here the real file, the real system and the real
//! moment decide.
//!
//! The test starts itself again as a child, which works on a store in several lanes and writes every
//! acknowledgement to a pipe, until it is killed. Then the store must open and show, lane by lane, what
//! was acknowledged. The next child goes on from there, so that later ones recover from recoveries.

use crate::plan::{Model, PLANS, Plan, dump};
use crate::random::Random;
use crate::volume;
use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread;
use store::RedbStore;

const LANES: usize = 3;

/// What the child is to do: the number of the plan, and the first step of each lane.
const TASK: &str = "MOTET_STORE_KILL_TASK";
/// Where the child is to do it.
const DIRECTORY: &str = "MOTET_STORE_KILL_DIRECTORY";

#[test]
fn e1_killed_processes_keep_what_they_acknowledged() {
    let kills = volume(20, 100);
    for (number, plan) in PLANS.iter().enumerate() {
        let dir = tempfile::tempdir().unwrap();
        let mut history = History::new(number);
        let mut random = Random(number as u64);
        for _ in 0..kills {
            history.run_and_kill(dir.path(), &mut random);
            history.check(dir.path());
        }
        println!("{plan:?}: {:?} steps over {kills} kills", history.steps);
    }
}

struct History {
    number: usize,
    models: Vec<Model>,
    steps: [u64; LANES],
}

impl History {
    fn new(number: usize) -> Self {
        let models = (0..LANES).map(|lane| Model::new(PLANS[number], lane as u64)).collect();
        Self { number, models, steps: [0; LANES] }
    }

    /// Lets a child work for some acknowledgements and a moment more.
    fn run_and_kill(&mut self, dir: &Path, random: &mut Random) {
        let mut child = self.start(dir);
        let mut acks = BufReader::new(child.stderr.take().unwrap());
        for _ in 0..random.below(30) {
            self.read_ack(&mut acks);
        }
        for _ in 0..random.below(1_000_000) {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        // What it said before it died counts.
        while self.read_ack(&mut acks) {}
        child.wait().unwrap();
    }

    fn start(&self, dir: &Path) -> Child {
        Command::new(env::current_exe().unwrap())
            .args(["kill::the_child_works_until_it_is_killed", "--exact", "--nocapture"])
            .env(TASK, self.task())
            .env(DIRECTORY, dir)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn task(&self) -> String {
        let words = [self.number as u64].into_iter().chain(self.steps);
        words.map(|word| word.to_string()).collect::<Vec<_>>().join(" ")
    }

    /// Takes note of the next acknowledgement, if there is one more.
    fn read_ack(&mut self, acks: &mut BufReader<ChildStderr>) -> bool {
        let mut line = String::new();
        if acks.read_line(&mut line).unwrap() == 0 {
            return false;
        }
        let lane: usize = line.trim().parse().unwrap_or_else(|_| {
            let mut rest = line.clone();
            io::Read::read_to_string(acks, &mut rest).unwrap();
            panic!("the child said: {rest}")
        });
        self.steps[lane] += 1;
        true
    }

    fn check(&mut self, dir: &Path) {
        let store = RedbStore::open(dir).unwrap();
        for (lane, model) in self.models.iter_mut().enumerate() {
            self.steps[lane] = model.recognize(&dump(&store, lane as u64), self.steps[lane]);
        }
    }
}

/// No test: what the child runs. Without a task there is nothing to do.
#[test]
fn the_child_works_until_it_is_killed() {
    let (Ok(task), Some(dir)) = (env::var(TASK), env::var_os(DIRECTORY)) else { return };
    let task: Vec<u64> = task.split(' ').map(|word| word.parse().unwrap()).collect();
    let plan = PLANS[task[0] as usize];
    let store = RedbStore::open(Path::new(&dir)).unwrap();
    thread::scope(|scope| {
        for (lane, &first) in task[1..].iter().enumerate() {
            let store = &store;
            scope.spawn(move || work(plan, store, lane as u64, first));
        }
    });
}

/// Ends with its process, or when nobody reads the acknowledgements any more.
fn work(plan: Plan, store: &RedbStore, lane: u64, first: u64) {
    for n in first.. {
        plan.step(store, lane, n).unwrap();
        // One write, so that the pipe takes it whole or not at all.
        let said = io::stderr().write_all(format!("{lane}\n").as_bytes());
        if said.is_err() {
            return;
        }
    }
}
