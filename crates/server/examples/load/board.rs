//! When keys were pressed, and when they were seen.

use clock::{Id, Span};
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What was measured.
#[derive(Debug, Default)]
pub struct Figures {
    /// Keys pressed.
    pub keys: usize,
    /// Until a whole replica had the patch.
    pub patch: Vec<Duration>,
    /// Until a light member that writes it down had the parcel.
    pub arrival: Vec<Duration>,
    /// Until the author knew it was on the disk.
    pub durable: Vec<Duration>,
}

#[derive(Debug, Default)]
struct Inner {
    pressed: HashMap<Id, Instant>,
    is_on: bool,
    figures: Figures,
}

/// Where all members write their times.
#[derive(Debug, Default)]
pub struct Board {
    inner: Mutex<Inner>,
    /// Keys pressed since the beginning, counted or not.
    pressed: AtomicU64,
    is_over: AtomicBool,
}

/// What happened to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A whole replica has the patch.
    Patch,
    /// A light member has the parcel.
    Arrival,
    /// Its author knows that it is on the disk.
    Durable,
}

impl Board {
    fn with<T>(&self, use_it: impl FnOnce(&mut Inner) -> T) -> T {
        use_it(&mut self.inner.lock().expect("nobody panics with it"))
    }

    /// From now on keys count.
    pub fn begin(&self) {
        self.with(|inner| inner.is_on = true);
    }

    /// What was measured. Nobody types any more.
    pub fn end(&self) -> Figures {
        self.is_over.store(true, Ordering::SeqCst);
        self.with(|inner| {
            inner.is_on = false;
            std::mem::take(&mut inner.figures)
        })
    }

    /// Whether nobody types any more.
    pub fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }

    /// Keys pressed since the beginning.
    pub fn pressed(&self) -> u64 {
        self.pressed.load(Ordering::SeqCst)
    }

    /// A key was pressed.
    pub fn press(&self, id: Id, at: Instant) {
        self.pressed.fetch_add(1, Ordering::SeqCst);
        self.with(|inner| {
            if inner.is_on {
                inner.pressed.insert(id, at);
                inner.figures.keys += 1;
            }
        });
    }

    /// Elements were seen.
    pub fn see(&self, stage: Stage, spans: &[Span]) {
        let now = Instant::now();
        self.with(|inner| {
            for span in spans {
                let pressed = &inner.pressed;
                let times = (span.start..span.end)
                    .filter_map(|seq| pressed.get(&Id::new(span.replica, seq)))
                    .map(|at| now.duration_since(*at));
                match stage {
                    Stage::Patch => inner.figures.patch.extend(times),
                    Stage::Arrival => inner.figures.arrival.extend(times),
                    Stage::Durable => inner.figures.durable.extend(times),
                }
            }
        });
    }
}

/// Median, 99th percentile and worst, in milliseconds.
pub fn describe(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let Some(last) = times.last() else { return "nothing".into() };
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1000.0;
    let worst = last.as_secs_f64() * 1000.0;
    format!("p50 {:.1} ms, p99 {:.1} ms, worst {worst:.1} ms, of {}", at(50), at(99), times.len())
}
