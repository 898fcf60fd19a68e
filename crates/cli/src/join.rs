//! `motet join`: a full member without a screen, which keeps a document here and passes it on.

use crate::blob_flags::BlobFlags;
use crate::error::CommandError;
use crate::login::Login;
use crate::opened::{directory_error, make_directory};
use crate::target::{choose, find, server_words};
use member::{Address, Backoff, Catalogue, CatalogueError};
use serde_json::{Value, json};
use server::{
    Config, DocumentInfo, Hub, LogFormat, NoApp, Origins, Server, Service, StoredHub, Token, Upstream, asked_to_stop,
    collect_regularly, follow, open_blobs, start_logs,
};
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// The pause between two questions to a server that does not answer, and between two looks at the store.
const LOOK_PAUSE: Duration = Duration::from_secs(1);

/// The time to end the conversation with the server.
const GOODBYE_TIME: Duration = Duration::from_secs(1);

/// What to follow, and where to keep it.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The server and the document: http://host:4040/DOC, by name or by id.
    url: String,
    /// The document, where the address names none.
    doc: Option<String>,
    /// The directory to keep it in; made if it is missing. motet serve DIR opens it later.
    #[arg(long, default_value = "motet-data")]
    dir: PathBuf,
    /// Serve what is kept to other members and programs meanwhile. Who connects gives the same token.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Print what happens as JSON, a line each.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    blobs: BlobFlags,
    #[command(flatten)]
    login: Login,
}

/// Follows until it is asked to stop.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    start_logs(if arguments.json { LogFormat::Json } else { LogFormat::Human });
    let (address, words) = server_words(&arguments.url, arguments.doc.as_deref())?;
    let token = arguments.login.token()?;
    let config = configure(arguments, &token)?;
    let hub = Arc::new(make_directory(&arguments.dir)?);
    let blobs = open_blobs(&arguments.dir, arguments.blobs.quotas());
    let blobs = blobs.map_err(|error| directory_error(&arguments.dir, error.into()))?;
    let say = Say { is_json: arguments.json };
    let runtime = tokio::runtime::Runtime::new().map_err(CommandError::System)?;
    runtime.block_on(async {
        let mut stop = std::pin::pin!(asked_to_stop());
        let service = Service::new(config, hub.clone()).with_blobs(blobs);
        tokio::spawn(collect_regularly(service.clone(), hub.clone(), arguments.blobs.grace()));
        let (drained, drain) = tokio::sync::oneshot::channel::<()>();
        let serving = match arguments.listen {
            None => None,
            Some(listen) => {
                let server = Server::bind(listen, service.clone()).await?;
                let at = server.address().map_err(CommandError::System)?;
                say.say(
                    &json!({ "event": "listening", "address": at.to_string() }),
                    &format!("listens on http://{at}"),
                );
                Some(tokio::spawn(server.run(async { drop(drain.await) })))
            }
        };
        let mut keeping = std::pin::pin!(keep(&service, &hub, (&address, &words), &token, say));
        let followed = tokio::select! {
            followed = &mut keeping => followed,
            () = &mut stop => {
                service.drain();
                // Whoever is connected says goodbye; whoever waits for a server need not.
                tokio::time::timeout(GOODBYE_TIME, keeping).await.unwrap_or(Ok(()))
            }
        };
        service.drain();
        drop(drained);
        match serving {
            // Whatever became of it, it is over.
            Some(serving) => drop(serving.await),
            None => service.put_away().await,
        }
        followed.map(|()| ExitCode::SUCCESS)
    })
}

fn configure(arguments: &Arguments, token: &str) -> Result<Config, CommandError> {
    let token = if token.is_empty() { None } else { Some(Token::new(token)?) };
    if let Some(listen) = arguments.listen {
        server::check_listen(listen, token.as_ref())?;
    }
    let origins = Origins { allowed: Vec::new(), is_local_only: token.is_none() };
    Ok(Config { token, origins, assets: Arc::new(NoApp), seed: crate::random()? })
}

/// Finds the document and follows it; ends only by an error.
async fn keep(
    service: &Service,
    hub: &StoredHub,
    (address, words): (&Address, &str),
    token: &str,
    say: Say,
) -> Result<(), CommandError> {
    let info = known_or_found(hub, (address, words), token, say).await?;
    let (name, id) = (&info.name, info.id);
    say.say(
        &json!({ "event": "following", "id": id.to_string(), "name": name }),
        &format!("follows \"{name}\" at {address}"),
    );
    let (url, upstream) = (address.sync_url(), Upstream { token: token.as_bytes().to_vec(), docs: vec![id] });
    let mut backoff = Backoff::new(crate::random()?);
    loop {
        let mut was_greeted = false;
        let greeted = || {
            was_greeted = true;
            say.say(&json!({ "event": "connected" }), "connected");
        };
        let ended = tokio::select! {
            ended = follow(service, &upstream, net::connect(&url), greeted) => ended,
            problem = trouble(hub) => return Err(CommandError::Other(problem)),
        };
        let Err(error) = ended else { return Ok(()) };
        if error.is_final() {
            return Err(CommandError::Other(format!("{address}: {error}")));
        }
        if was_greeted {
            backoff.reset();
        }
        let reason = error.to_string();
        say.say(&json!({ "event": "offline", "reason": reason }), &format!("offline, trying again: {reason}"));
        tokio::time::sleep(Duration::from_millis(backoff.pause_ms())).await;
    }
}

/// The document as it is kept here already, or as the server knows it.
async fn known_or_found(
    hub: &StoredHub,
    (address, words): (&Address, &str),
    token: &str,
    say: Say,
) -> Result<DocumentInfo, CommandError> {
    let catalogue = Catalogue::new(address.clone(), token);
    loop {
        match find(&catalogue, words, None).await {
            Err(CommandError::Catalogue(error @ CatalogueError::Unreachable(..))) => {
                // The server may come back later than what is here is wanted.
                if let Ok(info) = choose(&hub.documents()?, words) {
                    return Ok(info);
                }
                let reason = error.to_string();
                say.say(&json!({ "event": "offline", "reason": reason }), &format!("offline, trying again: {reason}"));
                tokio::time::sleep(LOOK_PAUSE).await;
            }
            Err(error) => return Err(error),
            Ok(info) => {
                let known = hub.documents()?.into_iter().find(|known| known.id == info.id);
                return match known {
                    Some(known) if known.is_deleted => Err(CommandError::Other(format!(
                        "\"{}\" was deleted in this directory: undelete it there, or give another --dir",
                        known.name
                    ))),
                    Some(known) => Ok(known),
                    // Its generation is the server's: none is known here.
                    None => Ok(hub.create_as(info.id, 0, &info.name)?),
                };
            }
        }
    }
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

/// Tells a person or a program what happens.
#[derive(Clone, Copy)]
struct Say {
    is_json: bool,
}

impl Say {
    fn say(self, json: &Value, words: &str) {
        let line = if self.is_json { json.to_string() } else { words.to_owned() };
        // Nobody may be listening any more; the work goes on.
        let _ = writeln!(std::io::stdout(), "{line}");
    }
}
