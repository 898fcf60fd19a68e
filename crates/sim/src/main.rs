//! Command line of the simulation; `cargo xtask sim` builds and runs it.

use sim::planted::{self, Planted};
use sim::{Failure, Report};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

const USAGE: &str = "usage: cargo xtask sim [--seeds N] [--from N] [--trace] [--fault NAME | --faults]

  --seeds N      how many seeds to run (1000)
  --from N       the first of them (0)
  --trace        print everything that happens; for one seed
  --fault NAME   with something wrong on purpose
  --faults       try each of these faults in turn: it must be found within the seeds (10000)";

/// How many seeds there are to find a fault in.
const FAULT_SEEDS: u64 = 10_000;

/// Of so many seeds one is run twice.
const REPEAT_EVERY: u64 = 100;

/// What is asked for.
#[derive(Clone, Debug, Default)]
struct Request {
    seeds: Option<u64>,
    from: u64,
    is_printed: bool,
    fault: Option<String>,
    all_faults: bool,
}

fn main() -> ExitCode {
    let Some(request) = read(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    if !request.is_printed {
        // Panics are failures like others here, and told in one line.
        std::panic::set_hook(Box::new(|_| ()));
    }
    let is_clean = if request.all_faults { find_all(&request) } else { run_seeds(&request) };
    if is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn read(mut args: impl Iterator<Item = String>) -> Option<Request> {
    let mut request = Request::default();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--seeds" => request.seeds = Some(args.next()?.parse().ok()?),
            "--from" => request.from = args.next()?.parse().ok()?,
            "--trace" => request.is_printed = true,
            "--fault" => request.fault = Some(args.next().filter(|name| Planted::named(name).is_some())?),
            "--faults" => request.all_faults = true,
            _ => return None,
        }
    }
    Some(request)
}

fn run_seeds(request: &Request) -> bool {
    let fault = request.fault.as_deref();
    let hunt =
        Hunt { from: request.from, seeds: request.seeds.unwrap_or(1000), ..Hunt::new(fault, request.is_printed) };
    let began = Instant::now();
    let results = hunt.run(|seed, failure| {
        let fault = fault.map(|name| format!(" --fault {name}")).unwrap_or_default();
        println!("seed {seed}: {failure}  (cargo xtask sim --seeds 1 --from {seed}{fault})");
    });
    let Totals { runs, failures, acts, messages, crashes, virtual_ms, .. } = results;
    println!(
        "{runs} seeds, {failures} failed, in {:.1} s: {acts} acts, {messages} messages, {crashes} crashes, {} h of virtual time",
        began.elapsed().as_secs_f64(),
        virtual_ms / 3_600_000,
    );
    failures == 0
}

fn find_all(request: &Request) -> bool {
    let seeds = request.seeds.unwrap_or(FAULT_SEEDS);
    let missed: Vec<&str> =
        planted::ALL.iter().map(|(name, _)| *name).filter(|name| !is_found(name, request.from, seeds)).collect();
    if !missed.is_empty() {
        println!("not found: {}", missed.join(", "));
    }
    missed.is_empty()
}

fn is_found(name: &str, from: u64, seeds: u64) -> bool {
    let began = Instant::now();
    let hunt = Hunt { from, seeds, is_over_at_first: true, ..Hunt::new(Some(name), false) };
    let first = hunt.run(|_, _| ()).first;
    let seconds = began.elapsed().as_secs_f64();
    match &first {
        Some((seed, failure)) => println!("{name:<18} → seed {seed:<5} {seconds:>5.1} s  {failure}"),
        None => println!("{name:<18} → not found in {seeds} seeds, {seconds:.1} s"),
    }
    first.is_some()
}

/// Seeds that are run on all cores.
#[derive(Clone, Debug)]
struct Hunt {
    from: u64,
    seeds: u64,
    planted: Option<Planted>,
    is_over_at_first: bool,
    is_printed: bool,
}

/// What all runs had together.
#[derive(Clone, Debug, Default)]
struct Totals {
    runs: u64,
    failures: u64,
    acts: u64,
    messages: u64,
    crashes: u64,
    virtual_ms: u64,
    /// The failure of the lowest seed.
    first: Option<(u64, Failure)>,
}

impl Hunt {
    fn new(fault: Option<&str>, is_printed: bool) -> Self {
        let planted = fault.and_then(Planted::named);
        Self { from: 0, seeds: 1000, planted, is_over_at_first: false, is_printed }
    }

    fn run(&self, report: impl Fn(u64, &Failure) + Sync) -> Totals {
        let next = AtomicU64::new(self.from);
        let end = AtomicU64::new(self.from + self.seeds);
        let totals = Mutex::new(Totals::default());
        let work = || {
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= end.load(Ordering::Relaxed) {
                    return;
                }
                let outcome = self.run_one(seed);
                if let Err(failure) = &outcome {
                    report(seed, failure);
                    if self.is_over_at_first {
                        end.fetch_min(seed, Ordering::Relaxed);
                    }
                }
                let mut totals = totals.lock().expect("nobody panics here");
                totals.add(seed, outcome);
                self.tell(&totals);
            }
        };
        let workers = std::thread::available_parallelism().map_or(1, |cores| cores.get());
        std::thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
        totals.into_inner().expect("nobody panics here")
    }

    /// Runs a seed; now and then a second time, which must go the same way.
    fn run_one(&self, seed: u64) -> Result<Report, Failure> {
        let outcome = sim::run(seed, self.planted, self.is_printed);
        if self.planted.is_none() && seed.is_multiple_of(REPEAT_EVERY) && sim::run(seed, None, false) != outcome {
            return Err(Failure { now_ms: 0, what: "it goes another way the second time".to_owned() });
        }
        outcome
    }

    /// Says ten times how far it is.
    fn tell(&self, totals: &Totals) {
        let step = (self.seeds / 10).max(100);
        if !self.is_over_at_first && totals.runs.is_multiple_of(step) && totals.runs < self.seeds {
            eprintln!("▸ {} of {} seeds, {} failed", totals.runs, self.seeds, totals.failures);
        }
    }
}

impl Totals {
    fn add(&mut self, seed: u64, outcome: Result<Report, Failure>) {
        self.runs += 1;
        match outcome {
            Ok(report) => {
                self.acts += report.acts;
                self.messages += report.messages;
                self.crashes += report.crashes;
                self.virtual_ms += report.virtual_ms;
            }
            Err(failure) => {
                self.failures += 1;
                if self.first.as_ref().is_none_or(|(first, _)| seed < *first) {
                    self.first = Some((seed, failure));
                }
            }
        }
    }
}
