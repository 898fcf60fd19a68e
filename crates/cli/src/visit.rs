//! A short time as a member of a server: fetch a document, perhaps write in it, leave.

use crate::error::CommandError;
use crate::home::Home;
use crate::out::Progress;
use member::{Catalogue, Event, Keeping, Member, Settings, Shelf};
use motet::{Replica, ReplicaId};
use server::{DocumentInfo, StoredDocument, StoredHub};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::MemoryStore;
use sync::RefusalCode;
use tokio::runtime::Runtime;

/// The time in which nothing may come before a command gives up: longer than a server loads a document.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection to a server for the time of one command. The copy of the document is in memory alone.
pub struct Visit {
    runtime: Runtime,
    member: Member,
    doc: DocumentInfo,
    server: String,
}

impl Visit {
    /// Fetches a document as a whole, to write in it with the person's key.
    pub fn fetch(runtime: Runtime, catalogue: &Catalogue, doc: DocumentInfo) -> Result<Self, CommandError> {
        let hub = StoredHub::new(Arc::new(MemoryStore::default()), Home::open()?.key()?, ReplicaId(crate::random()?));
        // The generation is the server's: none is known here.
        hub.create_as(doc.id, 0, &doc.name)?;
        let copy = hub.load(doc.id, |_, _| {})?;
        let settings = Settings {
            address: Some(catalogue.address().clone()),
            token: catalogue.token().as_bytes().to_vec(),
            seed: crate::random()?,
        };
        let server = catalogue.address().to_string();
        let entered = runtime.enter();
        let mut member = Member::new(settings, Shelf::new(Keeping::Copy));
        member.open(doc.id, copy);
        drop(entered);
        let mut visit = Self { runtime, member, doc, server };
        visit.wait("fetching", |member, doc| member.is_level(doc))?;
        visit.know_own();
        Ok(visit)
    }

    /// The copy of the document.
    pub fn document(&self) -> &StoredDocument {
        self.member.document(self.doc.id).expect("opened")
    }

    /// The copy of the document, to be changed: whoever does so lets it be kept.
    pub fn replica_mut(&mut self) -> &mut Replica {
        self.member.document_mut(self.doc.id).expect("opened").replica_mut()
    }

    /// Returns once the server has what was changed on its disk.
    pub fn keep(&mut self) -> Result<(), CommandError> {
        let entered = self.runtime.enter();
        self.member.changed(self.doc.id)?;
        drop(entered);
        self.wait("sending", |member, doc| member.is_durable(doc)).map_err(|error| {
            CommandError::Other(format!(
                "{error}. It is not known whether the server has what was written: look with motet log before trying again"
            ))
        })
    }

    /// Leaves politely.
    pub fn leave(self) {
        let Self { runtime, member, .. } = self;
        runtime.block_on(member.close());
    }

    /// What the person wrote earlier, here or elsewhere, counts as their own.
    fn know_own(&mut self) {
        let replica = self.member.document_mut(self.doc.id).expect("opened").replica_mut();
        for own in replica.replicas_of(replica.own_author()) {
            replica.document_mut().add_mine(own);
        }
    }

    fn wait(
        &mut self,
        what: &'static str,
        is_done: fn(&Member, motet::DocumentId) -> bool,
    ) -> Result<(), CommandError> {
        let mut progress = Progress::new(what);
        let mut deadline = Instant::now() + PATIENCE;
        while !is_done(&self.member, self.doc.id) {
            let left = deadline.saturating_duration_since(Instant::now());
            let event = self.runtime.block_on(async { tokio::time::timeout(left, self.member.next()).await });
            let Ok(event) = event else {
                let (server, seconds) = (&self.server, PATIENCE.as_secs());
                return Err(CommandError::Other(format!("{server} was silent for {seconds} s while {what}")));
            };
            if self.hear(event?, &mut progress)? {
                deadline = Instant::now() + PATIENCE;
            }
        }
        Ok(())
    }

    /// Deals with what happened; whether it is a step forward.
    fn hear(&mut self, event: Event, progress: &mut Progress) -> Result<bool, CommandError> {
        let Event::Session(event) = event else {
            return match event {
                Event::Offline { reason, .. } => Err(CommandError::Other(reason)),
                _ => Ok(true),
            };
        };
        match *event {
            sync::Event::Progress { done, total, .. } => {
                progress.show(done, total);
                Ok(true)
            }
            sync::Event::Refused { code: RefusalCode::Parcels, message, .. } => {
                Err(CommandError::Other(format!("the server refuses what was written: {message}")))
            }
            sync::Event::Refused { message, .. } => {
                Err(CommandError::Other(format!("the server does not open the document: {message}")))
            }
            sync::Event::Rejected { rejections, .. } => {
                let each = rejections.iter().map(|rejection| format!("{}: {}", rejection.span, rejection.reason));
                let all = each.collect::<Vec<_>>().join("; ");
                Err(CommandError::Damaged(format!("the server sent what does not hold: {all}")))
            }
            sync::Event::Diverged { .. } => Err(CommandError::Damaged(
                "the server has the same changes and does not agree on what they mean. This is a bug: please report it"
                    .into(),
            )),
            sync::Event::Imported { .. } | sync::Event::Received { .. } | sync::Event::Opened(_) => Ok(true),
            _ => Ok(false),
        }
    }
}
