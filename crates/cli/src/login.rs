//! What admits this program to a server.

use crate::error::CommandError;
use std::path::PathBuf;

/// The options for it, the same for all commands that talk to a server.
#[derive(Clone, Debug, clap::Args)]
pub struct Login {
    /// The server's token. Others on this machine may see it in the list of processes: prefer --token-file,
    /// or the variable MOTET_TOKEN.
    #[arg(long, conflicts_with = "token_file")]
    token: Option<String>,
    /// A file with the server's token.
    #[arg(long)]
    token_file: Option<PathBuf>,
}

impl Login {
    /// The token; empty where none was given.
    pub fn token(&self) -> Result<String, CommandError> {
        let token = match (&self.token, &self.token_file) {
            (Some(token), _) => token.clone(),
            (None, Some(path)) => std::fs::read_to_string(path)
                .map_err(|error| CommandError::File("read the token file", path.clone(), error))?,
            (None, None) => std::env::var("MOTET_TOKEN").unwrap_or_default(),
        };
        let token = token.trim().to_owned();
        if token.len() > sync::limits::TOKEN_BYTES_MAX || token.chars().any(char::is_control) {
            return Err(CommandError::Other("that is no token: it is too long, or has several lines".into()));
        }
        Ok(token)
    }
}
