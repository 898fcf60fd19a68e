//! `motet share`: a document for whoever has its ticket, without a server.

use crate::error::CommandError;
use crate::login::Login;
use crate::opened::open_directory;
use crate::peers::{PeerFlags, ShareFlags};
use crate::station::{Station, StationFlags};
use crate::target::choose;
use server::{Hub, asked_to_stop};
use std::process::ExitCode;

/// What to share.
#[derive(Debug, clap::Args)]
#[command(after_help = "It goes on until it is stopped. Who joins keeps a copy, and works on without this one: with \
motet join TICKET --share others join from there. The ticket stays the same until --new-ticket.")]
pub struct Arguments {
    /// The document, by name or by id.
    doc: String,
    #[command(flatten)]
    station: StationFlags,
    #[command(flatten)]
    login: Login,
    #[command(flatten)]
    peers: PeerFlags,
    #[command(flatten)]
    share: ShareFlags,
}

/// Shares until it is asked to stop.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let say = arguments.station.start_logs();
    let config = arguments.station.config(&arguments.login.token()?)?;
    let hub = open_directory(&arguments.station.dir)?;
    let info = choose(&hub.documents()?, &arguments.doc).map_err(|why| CommandError::Other(why.to_string()))?;
    let runtime = tokio::runtime::Runtime::new().map_err(CommandError::System)?;
    runtime.block_on(async {
        let mut stop = std::pin::pin!(asked_to_stop());
        let node = arguments.peers.node_where(false, true, &hub).await?.expect("who shares has a node");
        let station = Station::open(&arguments.station, hub, config, say).await?;
        let sharing = arguments.share.share(&node, &station, &info, say).await?;
        (&mut stop).await;
        station.close().await;
        sharing.close().await;
        Ok(ExitCode::SUCCESS)
    })
}
