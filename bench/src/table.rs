//! Lines of figures, printed as they come in.

/// The columns, Motet first; the others are the peers that it is compared with.
pub const COLUMNS: [&str; 5] = ["motet", "loro", "yrs", "automerge", "dt"];

/// A table that prints each line when it is complete.
pub struct Table {
    part: String,
    /// How often to measure.
    pub repetitions: usize,
    headed: bool,
}

impl Table {
    /// A table of the lines whose name contains `part`.
    pub fn new(part: String, repetitions: usize) -> Self {
        Self { part, repetitions, headed: false }
    }

    /// Whether the line `name` is wanted.
    pub fn wants(&self, name: &str) -> bool {
        name.contains(&self.part)
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
