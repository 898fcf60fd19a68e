//! A member without a screen that runs: a directory's documents, for others where that is asked for, until it is stopped.

use crate::blob_flags::BlobFlags;
use crate::chore_flags::ChoreFlags;
use crate::error::CommandError;
use crate::opened::directory_error;
use serde_json::{Value, json};
use server::{
    Config, LogFormat, NoApp, Origins, Server, Service, StoredHub, Token, collect_regularly, open_blobs, start_logs,
};
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The time for those who are connected to hear that it ends.
const GOODBYE_TIME: Duration = Duration::from_secs(2);

/// The pause between two looks whether they are gone.
const LOOK_PAUSE: Duration = Duration::from_millis(10);

/// Where documents are kept, and who hears what happens.
#[derive(Debug, clap::Args)]
pub struct StationFlags {
    /// The directory to keep documents in. motet serve DIR opens it later.
    #[arg(long, default_value = "motet-data")]
    pub dir: PathBuf,
    /// Serve what is kept to other members and programs meanwhile. Who connects gives the same token.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Print what happens as JSON, a line each.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    blobs: BlobFlags,
    #[command(flatten)]
    chores: ChoreFlags,
}

impl StationFlags {
    /// Sends logs where they belong, and says who hears what happens.
    pub fn start_logs(&self) -> Say {
        start_logs(if self.json { LogFormat::Json } else { LogFormat::Human });
        Say { is_json: self.json }
    }

    /// What the documents are served by; `token` is empty where nothing is asked for.
    pub fn config(&self, token: &str) -> Result<Config, CommandError> {
        let token = if token.is_empty() { None } else { Some(Token::new(token)?) };
        if let Some(listen) = self.listen {
            server::check_listen(listen, token.as_ref())?;
        }
        let origins = Origins { allowed: Vec::new(), is_local_only: token.is_none() };
        Ok(Config { token, origins, assets: Arc::new(NoApp), seed: crate::random()? })
    }
}

/// What runs.
pub struct Station {
    pub service: Service,
    pub hub: Arc<StoredHub>,
    serving: Option<(JoinHandle<()>, oneshot::Sender<()>)>,
}

impl Station {
    /// Begins to run, and to listen where that is asked for. Must be called within a runtime.
    pub async fn open(flags: &StationFlags, hub: StoredHub, config: Config, say: Say) -> Result<Self, CommandError> {
        let blobs = open_blobs(&flags.dir, flags.blobs.quotas());
        let blobs = blobs.map_err(|error| directory_error(&flags.dir, error.into()))?;
        let hub = Arc::new(hub);
        let service = Service::new(config, hub.clone()).with_blobs(blobs);
        tokio::spawn(collect_regularly(service.clone(), hub.clone(), flags.blobs.grace()));
        flags.chores.start(&service, &hub, |key| {
            say.say(
                &json!({ "event": "deciding", "key": key }),
                &format!("decides as {key} where a document says that it may"),
            );
        });
        let Some(listen) = flags.listen else { return Ok(Self { service, hub, serving: None }) };
        let server = Server::bind(listen, service.clone()).await?;
        let at = server.address().map_err(CommandError::System)?;
        say.say(&json!({ "event": "listening", "address": at.to_string() }), &format!("listens on http://{at}"));
        let (drained, drain) = oneshot::channel::<()>();
        let serving = tokio::spawn(server.run(async { drop(drain.await) }));
        Ok(Self { service, hub, serving: Some((serving, drained)) })
    }

    /// Ends all conversations with a word, and keeps what makes the documents open sooner.
    pub async fn close(self) {
        self.service.drain();
        match self.serving {
            Some((serving, drained)) => {
                drop(drained);
                // Whatever became of it, it is over.
                drop(serving.await);
            }
            None => {
                let sockets = &self.service.metrics().sockets;
                let gone = async {
                    while sockets.get() > 0 {
                        tokio::time::sleep(LOOK_PAUSE).await;
                    }
                };
                // Who does not listen to the last words may go without them.
                let _ = tokio::time::timeout(GOODBYE_TIME, gone).await;
                self.service.put_away().await;
            }
        }
    }
}

/// Tells a person or a program what happens.
#[derive(Clone, Copy)]
pub struct Say {
    is_json: bool,
}

impl Say {
    /// Says `json` to a program, or `words` to a person.
    pub fn say(self, json: &Value, words: &str) {
        let line = if self.is_json { json.to_string() } else { words.to_owned() };
        // Nobody may be listening any more; the work goes on.
        let _ = writeln!(std::io::stdout(), "{line}");
    }

    /// Whether a program listens.
    #[cfg(feature = "p2p")]
    pub fn is_json(self) -> bool {
        self.is_json
    }
}
