//! Lines of figures, printed as they come in.

use std::time::{Duration, Instant};

/// The columns, Motet first; the others are the peers that it is compared with.
pub const COLUMNS: [&str; 5] = ["motet", "loro", "yrs", "automerge", "dt"];

/// How often engines take turns at a line.
const ROUNDS: usize = 3;
/// Who takes longer for its turn, preparations included, has no further one.
const PATIENCE: Duration = Duration::from_secs(2);

/// Measures one engine, as often as it is told.
pub type Measure<'a> = &'a mut dyn FnMut(usize) -> Option<f64>;

/// A table that prints each line when it is complete.
pub struct Table {
    choice: Choice,
    headed: bool,
}

/// What to measure, and how often.
pub struct Choice {
    /// Lines whose name contains one of these; all where there are none.
    pub lines: Vec<String>,
    /// Engines with these names; all where there are none.
    pub engines: Vec<String>,
    /// How often to measure, of which the median counts.
    pub repetitions: usize,
    /// Whether to measure what takes a peer longer than some seconds each time.
    pub slow: bool,
}

impl Table {
    /// A table of what is chosen.
    pub fn new(choice: Choice) -> Self {
        Self { choice, headed: false }
    }

    /// Whether the line `name` is wanted.
    pub fn wants(&self, name: &str) -> bool {
        self.choice.lines.is_empty() || self.choice.lines.iter().any(|part| name.contains(part))
    }

    /// Whether to measure `engine` in a line in which `slow` take long.
    fn has(&self, engine: &str, slow: &[&str]) -> bool {
        let wanted = self.choice.engines.is_empty() || self.choice.engines.iter().any(|name| name == engine);
        wanted && (self.choice.slow || !slow.contains(&engine))
    }

    /// Measures a line: every engine in turn, and again, so that what disturbs the machine for some seconds
    /// disturbs them alike. Prints the medians. Engines in the order of [`COLUMNS`]; each is told how often to
    /// measure, and may have no figure.
    pub fn measure(&mut self, name: &str, slow: &[&str], mut engines: [Measure<'_>; COLUMNS.len()]) {
        let mut figures: [Vec<f64>; COLUMNS.len()] = Default::default();
        let mut wants_more = COLUMNS.map(|engine| self.has(engine, slow));
        for _ in 0..ROUNDS {
            for (at, measure) in engines.iter_mut().enumerate() {
                if !wants_more[at] {
                    continue;
                }
                let began = Instant::now();
                let figure = measure(self.choice.repetitions.div_ceil(ROUNDS));
                figures[at].extend(figure);
                wants_more[at] = figure.is_some() && began.elapsed() < PATIENCE;
            }
        }
        let median = |mut figures: Vec<f64>| {
            figures.sort_unstable_by(f64::total_cmp);
            figures.get(figures.len() / 2).copied()
        };
        self.line(name, figures.map(median));
    }

    /// Prints a line; figures in the order of [`COLUMNS`], the smaller the better.
    pub fn line(&mut self, name: &str, figures: [Option<f64>; COLUMNS.len()]) {
        if !self.headed {
            println!("| what | {} | motet / best peer |", COLUMNS.join(" | "));
            println!("|---|{}", "---|".repeat(COLUMNS.len() + 1));
            self.headed = true;
        }
        let cells: Vec<String> = figures.iter().map(|figure| figure.map_or_else(|| "–".into(), show)).collect();
        let best = figures[1..].iter().flatten().copied().fold(f64::INFINITY, f64::min);
        let ratio = match figures[0] {
            Some(own) if best.is_finite() => format!("{:.2}", own / best),
            _ => "–".into(),
        };
        println!("| {name} | {} | {ratio} |", cells.join(" | "));
    }

    /// Prints a remark on lines that are left out.
    pub fn skip(&self, why: &str) {
        eprintln!("skipped: {why}");
    }
}

fn show(figure: f64) -> String {
    match figure {
        f if f >= 100.0 => format!("{f:.0}"),
        f if f >= 10.0 => format!("{f:.1}"),
        f if f >= 0.1 => format!("{f:.2}"),
        f => format!("{f:.4}"),
    }
}
