use super::Peer;
use motet::{Action, ContainerId, Document, ReplicaId, VersionVector};
use trace::Patch;

/// Motet: every action with its parents, time and author, every character ever, who deleted it.
pub struct Motet {
    /// The document.
    pub document: Document,
    text: ContainerId,
}

impl Peer for Motet {
    type Message = Vec<Action>;
    type Version = VersionVector;
    type Mark = VersionVector;

    fn new(writer: u64) -> Self {
        Self { document: Document::new(ReplicaId(writer)), text: trace::text() }
    }

    fn fork(&mut self, writer: u64) -> Self {
        Self { document: self.document.fork(ReplicaId(writer)), text: self.text }
    }

    fn transact(&mut self, patches: &[Patch]) {
        let text = self.text;
        self.document.edit(0, |edit| {
            for Patch(at, removed, inserted) in patches {
                edit.replace(text, *at, *removed, inserted);
            }
        });
    }

    fn mark(&mut self) -> VersionVector {
        self.document.version()
    }

    fn since(&mut self, mark: &VersionVector) -> Self::Message {
        self.document.actions_since(mark)
    }

    fn whole(&mut self) -> Vec<Action> {
        self.document.actions_since(&VersionVector::new())
    }

    fn apply(&mut self, message: Vec<Action>) {
        self.document.receive_all(message).expect("actions of a document are valid");
    }

    fn text(&self) -> String {
        self.document.text(self.text)
    }

    fn version(&mut self) -> Option<VersionVector> {
        Some(self.document.version())
    }

    fn text_at(&mut self, version: &VersionVector) -> String {
        self.document.text_at(self.text, version)
    }
}
