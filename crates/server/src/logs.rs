//! Logs for people or for programs.

use tracing_subscriber::EnvFilter;

/// What is said unless people ask for more or less. Whoever looks for members in the local network says at each look that it
/// does not announce any, and a connection that goes silent warns of its last path before it breaks, which is told anyway.
const LEVELS: &str = "info,swarm_discovery=warn,noq_proto=error";

/// How logs look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines to read.
    Human,
    /// One JSON object a line.
    Json,
}

/// Sends logs to standard error from now on, with the levels of `RUST_LOG` or else from `info` up. The
/// first call in a process counts.
pub fn start_logs(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(LEVELS));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second call, in tests, changes nothing.
    let _ = match format {
        LogFormat::Human => logs.try_init(),
        LogFormat::Json => logs.json().try_init(),
    };
}
