//! `motet join`: a full member without a screen, which keeps a document here and passes it on.

mod source;

use crate::error::CommandError;
use crate::login::Login;
use crate::opened::make_directory;
#[cfg(feature = "p2p")]
use crate::peers::{PeerFlags, ShareFlags};
use crate::station::{Say, Station, StationFlags};
use member::Backoff;
use serde_json::json;
use server::{Hub, StoredHub, Upstream, asked_to_stop};
use source::Source;
use std::process::ExitCode;
use std::time::Duration;

/// The pause between two questions to a server that does not answer, and between two looks at the store.
const LOOK_PAUSE: Duration = Duration::from_secs(1);

/// The time to end the conversation with the server.
const GOODBYE_TIME: Duration = Duration::from_secs(1);

/// What to follow, and where to keep it.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The server and the document: http://host:4040/DOC, by name or by id. Or the ticket that motet share printed, or a link with
    /// one.
    #[arg(value_name = "URL|TICKET")]
    from: String,
    /// The document, where the address names none.
    doc: Option<String>,
    #[command(flatten)]
    station: StationFlags,
    #[command(flatten)]
    login: Login,
    #[cfg(feature = "p2p")]
    #[command(flatten)]
    peers: PeerFlags,
    #[cfg(feature = "p2p")]
    #[command(flatten)]
    share: JoinShare,
}

/// Where from, and whether others join from here.
#[cfg(feature = "p2p")]
#[derive(Debug, clap::Args)]
struct JoinShare {
    /// Where the member is whose ticket is given, if it is not found: an address and a port, such as 192.168.1.7:4041.
    /// May be repeated.
    #[arg(long, value_name = "ADDRESS")]
    at: Vec<std::net::SocketAddr>,
    /// Print a ticket of this copy, with which others join from here.
    #[arg(long)]
    share: bool,
    #[command(flatten)]
    flags: ShareFlags,
}

#[cfg(feature = "p2p")]
impl JoinShare {
    /// Nothing that was asked for is passed over.
    fn check(&self, is_ticket: bool) -> Result<(), CommandError> {
        if !self.at.is_empty() && !is_ticket {
            return Err(CommandError::Other("--at goes with a ticket".into()));
        }
        if self.flags.is_any() && !self.share {
            return Err(CommandError::Other("--qr and --new-ticket go with --share".into()));
        }
        Ok(())
    }
}

/// Follows until it is asked to stop.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let say = arguments.station.start_logs();
    let token = arguments.login.token()?;
    let wanted = source::Wanted::parse(&arguments.from, arguments.doc.as_deref(), &token)?;
    #[cfg(feature = "p2p")]
    arguments.share.check(wanted.is_ticket())?;
    let config = arguments.station.config(&token)?;
    let hub = make_directory(&arguments.station.dir)?;
    let runtime = tokio::runtime::Runtime::new().map_err(CommandError::System)?;
    runtime.block_on(async {
        let mut stop = std::pin::pin!(asked_to_stop());
        #[cfg(feature = "p2p")]
        let node = arguments.peers.node_where(wanted.is_ticket(), arguments.share.share, &hub).await?;
        #[cfg(feature = "p2p")]
        let source = wanted.source(node.clone(), &arguments.share.at)?;
        #[cfg(not(feature = "p2p"))]
        let source = wanted.source()?;
        let station = Station::open(&arguments.station, hub, config, say).await?;
        let keeping = async {
            let info = source.document(&station.hub, say).await?;
            #[cfg(feature = "p2p")]
            let _sharing = match (&node, arguments.share.share) {
                (Some(node), true) => Some(arguments.share.flags.share(node, &station, &info, say).await?),
                _ => None,
            };
            keep(&station, &source, info.id, &info.name, say).await
        };
        let followed = until(keeping, &mut stop, &station).await;
        station.close().await;
        #[cfg(feature = "p2p")]
        if let Some(node) = node {
            node.close().await;
        }
        followed.map(|()| ExitCode::SUCCESS)
    })
}

/// Waits for `keeping`, until it is time to `stop`.
async fn until(
    keeping: impl Future<Output = Result<(), CommandError>>,
    stop: impl Future<Output = ()>,
    station: &Station,
) -> Result<(), CommandError> {
    let mut keeping = std::pin::pin!(keeping);
    tokio::select! {
        followed = &mut keeping => followed,
        () = stop => {
            station.service.drain();
            // Whoever is connected says goodbye; whoever waits for a server need not.
            tokio::time::timeout(GOODBYE_TIME, keeping).await.unwrap_or(Ok(()))
        }
    }
}

/// Follows the document; ends only by an error.
async fn keep(
    station: &Station,
    source: &Source,
    id: motet::DocumentId,
    name: &str,
    say: Say,
) -> Result<(), CommandError> {
    say.say(
        &json!({ "event": "following", "id": id.to_string(), "name": name }),
        &format!("follows \"{name}\" {source}"),
    );
    let upstream = Upstream { token: source.token(), docs: vec![id] };
    let mut backoff = Backoff::new(crate::random()?);
    loop {
        let mut was_greeted = false;
        let greeted = || {
            was_greeted = true;
            say.say(&json!({ "event": "connected" }), "connected");
        };
        let ended = tokio::select! {
            ended = source.follow(&station.service, &upstream, greeted) => ended,
            problem = trouble(&station.hub) => return Err(CommandError::Other(problem)),
        };
        let Err(error) = ended else { return Ok(()) };
        if error.is_final() {
            return Err(source.explain(&error));
        }
        if was_greeted {
            backoff.reset();
        }
        say_offline(say, &error.to_string());
        tokio::time::sleep(Duration::from_millis(backoff.pause_ms())).await;
    }
}

fn say_offline(say: Say, reason: &str) {
    say.say(&json!({ "event": "offline", "reason": reason }), &format!("offline, trying again: {reason}"));
}

/// Done once the store does not work any more: then nothing more can be kept.
async fn trouble(hub: &StoredHub) -> String {
    loop {
        if let Some(problem) = hub.problem() {
            return problem;
        }
        tokio::time::sleep(LOOK_PAUSE).await;
    }
}
