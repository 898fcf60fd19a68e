//! Lines of figures, printed as they come in.

/// The columns, Motet first; the others are the peers that it is compared with.
pub const COLUMNS: [&str; 5] = ["motet", "loro", "yrs", "automerge", "dt"];

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

    /// How often to measure `engine` in a line in which `slow` take long; `None` where not at all.
    pub fn repetitions(&self, engine: &str, slow: &[&str]) -> Option<usize> {
        let wanted = self.choice.engines.is_empty() || self.choice.engines.iter().any(|name| name == engine);
        (wanted && (self.choice.slow || !slow.contains(&engine))).then_some(self.choice.repetitions)
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
