use super::Peer;
use loro::{ExportMode, Frontiers, LoroDoc, LoroText, VersionVector};
use trace::Patch;

/// Loro, with its defaults: all history.
pub struct Loro {
    doc: LoroDoc,
    text: LoroText,
}

impl Loro {
    fn of(doc: LoroDoc, writer: u64) -> Self {
        doc.set_peer_id(writer).expect("nothing is written yet");
        let text = doc.get_text("text");
        Self { doc, text }
    }
}

impl Peer for Loro {
    type Version = Frontiers;
    type Mark = VersionVector;

    fn new(writer: u64) -> Self {
        Self::of(LoroDoc::new(), writer)
    }

    fn fork(&mut self, writer: u64) -> Self {
        Self::of(self.doc.fork(), writer)
    }

    fn transact(&mut self, patches: &[Patch]) {
        for Patch(at, removed, inserted) in patches {
            if *removed > 0 {
                self.text.delete(*at as usize, *removed as usize).expect("within the text");
            }
            if !inserted.is_empty() {
                self.text.insert(*at as usize, inserted).expect("within the text");
            }
        }
        self.doc.commit();
    }

    fn mark(&mut self) -> VersionVector {
        self.doc.oplog_vv()
    }

    fn since(&mut self, mark: &VersionVector) -> Vec<u8> {
        self.doc.export(ExportMode::updates(mark)).expect("a version of its own")
    }

    fn whole(&mut self) -> Vec<u8> {
        self.doc.export(ExportMode::all_updates()).expect("its own history")
    }

    fn save(&mut self) -> Vec<u8> {
        self.doc.export(ExportMode::Snapshot).expect("its own history")
    }

    fn apply(&mut self, message: &[u8]) {
        self.doc.import(message).expect("a message of its own");
    }

    fn text(&self) -> String {
        self.text.to_string()
    }

    fn version(&mut self) -> Option<Frontiers> {
        Some(self.doc.oplog_frontiers())
    }

    fn text_at(&mut self, version: &Frontiers) -> String {
        self.doc.checkout(version).expect("a version of its own");
        self.text.to_string()
    }
}
