//! What a storage node does by itself, as the command line says it.

use crate::time_text::now;
use server::{Chores, Service, StoredHub, do_chores_regularly};
use std::sync::Arc;
use std::time::Duration;

/// What the node does by itself: nothing, unless it is asked for.
#[derive(Clone, Debug, clap::Args)]
pub struct ChoreFlags {
    /// Take a snapshot of each document by itself, one a day at most and only where something changed, called by its date
    /// (UTC). Of these all of a week stay, then one a week for two months, one a month for a year, and one a year; those
    /// that people take are never touched.
    #[arg(long)]
    daily_snapshots: bool,
    /// Where a document says that this node may decide (motet decide --by KEY), decide by itself, or agree to what others
    /// decided, once something is open and nobody wrote anything for so many seconds: time to see it for everybody.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    decide_after: Option<u32>,
    /// Where history was trimmed (motet decide --trim), forget what nobody will see again, here and on the disk. It cannot be
    /// brought back.
    #[arg(long)]
    forget: bool,
}

impl ChoreFlags {
    /// Begins with it, and says who decides. Must be called within a runtime.
    pub fn start(&self, service: &Service, hub: &Arc<StoredHub>, say: impl FnOnce(&str)) {
        let decides_after = self.decide_after.map(|seconds| Duration::from_secs(seconds.into()));
        let chores = Chores { takes_snapshots: self.daily_snapshots, decides_after, forgets: self.forget };
        if decides_after.is_some() {
            say(&hub.author().to_string());
        }
        if chores.is_any() {
            tokio::spawn(do_chores_regularly(service.clone(), hub.clone(), chores, now));
        }
    }
}
