//! Processor time and memory of this thread.

use cpu_time::ThreadTime;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// The system's allocator, counting what is in use.
pub struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);

// Counting is the one thing that a global allocator adds here; every call goes through unchanged.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(layout.size(), Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        IN_USE.fetch_add(size, Relaxed);
        IN_USE.fetch_sub(layout.size(), Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Bytes allocated and not freed.
pub fn bytes_in_use() -> usize {
    IN_USE.load(Relaxed)
}

/// What a line spends at most on further repetitions: slow ones are measured less often.
const BUDGET: Duration = Duration::from_secs(6);

/// How much work an engine's turn at a line is measured over at least, so that a moment's disturbance does not
/// decide it; less where preparing takes long.
const STEADY: Duration = Duration::from_millis(100);

/// The median processor time of `work` in milliseconds, at least `repetitions` times, and what the last one
/// made. `prepare` is not counted, nor is the dropping of results.
pub fn median_ms<I, O>(repetitions: usize, mut prepare: impl FnMut() -> I, mut work: impl FnMut(I) -> O) -> (f64, O) {
    let mut times = Vec::new();
    let began = Instant::now();
    loop {
        let input = prepare();
        let started = ThreadTime::now();
        let output = work(input);
        times.push(started.elapsed());
        let spent: Duration = times.iter().sum();
        let is_steady = spent > STEADY || began.elapsed() > 3 * STEADY;
        if times.len() >= repetitions && is_steady || spent > BUDGET {
            times.sort_unstable();
            return (times[times.len() / 2].as_secs_f64() * 1000.0, output);
        }
    }
}
