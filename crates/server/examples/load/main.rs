//! What a server takes: measurements over the built `motet serve`, which `MOTET_BINARY` may name.
//!
//! - `cargo run --release -p server --example load -- members [COUNT] [SECONDS] [carets]`
//! - `cargo run --release -p server --example load -- cold [ACTIONS] [DOCUMENTS]`

mod board;
mod cold;
mod crowd;
mod light;
mod member;
mod members;
mod server_process;

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, default: u64| args.get(at).and_then(|text| text.parse().ok()).unwrap_or(default);
    match args.first().map(String::as_str) {
        Some("members") => {
            members::measure(number(1, 200) as usize, number(2, 20), args.iter().any(|arg| arg == "carets"))
        }
        Some("cold") => cold::measure(number(1, 1_000_000), number(2, 1_000)),
        _ => {
            eprintln!("usage: load members [COUNT] [SECONDS] [carets] | load cold [ACTIONS] [DOCUMENTS]");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
