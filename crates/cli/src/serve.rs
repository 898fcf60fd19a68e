//! `motet serve`: a storage node with the web app.

use crate::app;
use crate::blob_flags::BlobFlags;
use crate::chore_flags::ChoreFlags;
use crate::error::CommandError;
use crate::opened::{directory_error, make_directory};
use clap::ValueEnum;
use server::{
    AppFiles, Assets, Config, LogFormat, NoApp, Origins, Server, Service, Token, asked_to_stop, collect_regularly,
    open_blobs, start_logs,
};
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// What to serve, where, and to whom.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The directory of the documents; made if it is missing.
    #[arg(default_value = "motet-data")]
    dir: PathBuf,
    /// Where to listen. Beyond this machine only with a token.
    #[arg(long, default_value = "127.0.0.1:4040")]
    listen: SocketAddr,
    /// The secret that admits members and programs. Others on this machine may see it in the list of
    /// processes: prefer --token-file.
    #[arg(long, conflicts_with = "token_file")]
    token: Option<String>,
    /// A file with that secret.
    #[arg(long)]
    token_file: Option<PathBuf>,
    /// How logs look.
    #[arg(long, value_enum, default_value_t = Log::Human)]
    log: Log,
    /// Serve the built web app of this directory instead of the one in this program.
    #[arg(long)]
    app: Option<PathBuf>,
    /// A page of another origin that may use the server, such as https://notes.example. May be repeated.
    #[arg(long)]
    allow_origin: Vec<String>,
    #[command(flatten)]
    blobs: BlobFlags,
    #[command(flatten)]
    chores: ChoreFlags,
    #[cfg(feature = "p2p")]
    #[command(flatten)]
    tickets: TicketFlags,
}

/// Whether people share documents from here by tickets, and join others'.
#[cfg(feature = "p2p")]
#[derive(Debug, clap::Args)]
struct TicketFlags {
    /// Let whoever may use this server share documents by tickets with members that reach this machine, and join theirs. So it is
    /// anyway where only this machine is listened to.
    #[arg(long, conflicts_with = "no_peers")]
    peers: bool,
    /// Let nobody.
    #[arg(long)]
    no_peers: bool,
    #[command(flatten)]
    flags: crate::peers::PeerFlags,
}

#[cfg(feature = "p2p")]
impl TicketFlags {
    /// The same service with what shares and joins, where that is allowed.
    fn add_to(
        &self,
        service: Service,
        hub: &Arc<server::StoredHub>,
        listen: SocketAddr,
    ) -> (Service, Option<server::Peers>) {
        if self.no_peers || !(self.peers || listen.ip().is_loopback()) {
            return (service, None);
        }
        let peers = server::Peers::new(service.clone(), hub.clone(), self.flags.way(), |event| match event {
            server::PeerEvent::Joined(guest) => tracing::info!(?guest, "joined by a ticket"),
            server::PeerEvent::Left(guest) => tracing::info!(?guest, "left"),
        });
        (service.with_peers(peers.clone()), Some(peers))
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Log {
    Human,
    Json,
}

/// Serves until it is asked to stop.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    start_logs(match arguments.log {
        Log::Human => LogFormat::Human,
        Log::Json => LogFormat::Json,
    });
    let config = configure(arguments)?;
    server::check_listen(arguments.listen, config.token.as_ref())?;
    let hub = make_directory(&arguments.dir)?;
    let blobs = open_blobs(&arguments.dir, arguments.blobs.quotas());
    let blobs = blobs.map_err(|error| directory_error(&arguments.dir, error.into()))?;
    let runtime = tokio::runtime::Runtime::new().map_err(CommandError::System)?;
    runtime.block_on(async {
        let hub = Arc::new(hub);
        let service = Service::new(config, hub.clone()).with_blobs(blobs);
        #[cfg(feature = "p2p")]
        let (service, peers) = arguments.tickets.add_to(service, &hub, arguments.listen);
        let server = Server::bind(arguments.listen, service.clone()).await?;
        tokio::spawn(collect_regularly(service.clone(), hub.clone(), arguments.blobs.grace()));
        arguments.chores.start(&service, &hub, |key| {
            let _ = writeln!(std::io::stdout(), "Motet decides as {key} where a document says that it may");
        });
        let address = server.address().map_err(CommandError::System)?;
        // Nobody may be listening; the server serves.
        let _ = writeln!(std::io::stdout(), "Motet serves {} on http://{address}", arguments.dir.display());
        #[cfg(feature = "p2p")]
        if let Some(peers) = peers.clone() {
            tokio::spawn(async move { peers.resume().await });
        }
        server.run(asked_to_stop()).await;
        #[cfg(feature = "p2p")]
        if let Some(peers) = peers {
            peers.close().await;
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn configure(arguments: &Arguments) -> Result<Config, CommandError> {
    let token = read_token(arguments.token.as_deref(), arguments.token_file.as_deref())?;
    let origins = Origins { allowed: arguments.allow_origin.clone(), is_local_only: token.is_none() };
    let seed = getrandom::u64().map_err(|error| CommandError::Other(format!("no random numbers: {error}")))?;
    Ok(Config { token, origins, assets: assets(arguments.app.as_deref())?, seed })
}

fn read_token(token: Option<&str>, file: Option<&Path>) -> Result<Option<Token>, CommandError> {
    let secret = match file {
        None => token.map(str::to_owned),
        Some(path) => {
            let read = std::fs::read_to_string(path);
            Some(read.map_err(|error| CommandError::File("read the token file", path.to_owned(), error))?)
        }
    };
    Ok(secret.map(|secret| Token::new(&secret)).transpose()?)
}

fn assets(dir: Option<&Path>) -> Result<Arc<dyn Assets>, CommandError> {
    let files = match dir {
        None => app::embedded(),
        Some(dir) => {
            let read = AppFiles::read(dir);
            let files = read.map_err(|error| CommandError::File("read the web app in", dir.to_owned(), error))?;
            if !files.has_page() {
                return Err(CommandError::Other(format!(
                    "{} holds no built web app: there is no index.html in it",
                    dir.display()
                )));
            }
            files
        }
    };
    Ok(if files.has_page() { Arc::new(files) } else { Arc::new(NoApp) })
}
