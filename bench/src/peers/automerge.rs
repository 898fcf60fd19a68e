use super::Peer;
use automerge::transaction::Transactable;
use automerge::{ActorId, AutoCommit, ChangeHash, ObjId, ObjType, ROOT, ReadDoc};
use trace::Patch;

/// Automerge, which keeps all history.
pub struct Automerge {
    doc: AutoCommit,
    text: Option<ObjId>,
}

impl Automerge {
    fn text_id(&mut self) -> ObjId {
        if self.text.is_none() {
            let known = self.doc.get(ROOT, "text").expect("the root exists").map(|(_, id)| id);
            self.text =
                Some(known.unwrap_or_else(|| {
                    self.doc.put_object(ROOT, "text", ObjType::Text).expect("the root takes objects")
                }));
        }
        self.text.clone().expect("just found")
    }
}

impl Peer for Automerge {
    type Version = Vec<ChangeHash>;
    type Mark = Vec<ChangeHash>;

    fn new(writer: u64) -> Self {
        Self { doc: AutoCommit::new().with_actor(ActorId::from(writer.to_be_bytes())), text: None }
    }

    fn fork(&mut self, writer: u64) -> Self {
        let doc = self.doc.fork().with_actor(ActorId::from(writer.to_be_bytes()));
        Self { doc, text: self.text.clone() }
    }

    fn transact(&mut self, patches: &[Patch]) {
        let text = self.text_id();
        for Patch(at, removed, inserted) in patches {
            self.doc.splice_text(&text, *at as usize, *removed as isize, inserted).expect("within the text");
        }
        self.doc.commit();
    }

    fn mark(&mut self) -> Vec<ChangeHash> {
        self.doc.get_heads()
    }

    fn since(&mut self, mark: &Vec<ChangeHash>) -> Vec<u8> {
        self.doc.save_after(mark)
    }

    fn whole(&mut self) -> Vec<u8> {
        self.doc.save()
    }

    fn load(bytes: &[u8], writer: u64) -> Self {
        let doc = AutoCommit::load(bytes).expect("a file of its own");
        Self { doc: doc.with_actor(ActorId::from(writer.to_be_bytes())), text: None }
    }

    fn apply(&mut self, message: &[u8]) {
        self.doc.load_incremental(message).expect("a message of its own");
    }

    fn text(&self) -> String {
        match self.doc.get(ROOT, "text") {
            Ok(Some((_, id))) => self.doc.text(&id).expect("a text"),
            _ => String::new(),
        }
    }

    fn version(&mut self) -> Option<Vec<ChangeHash>> {
        Some(self.doc.get_heads())
    }

    fn text_at(&mut self, version: &Vec<ChangeHash>) -> String {
        let text = self.text_id();
        self.doc.text_at(&text, version).expect("a version of its own")
    }
}
