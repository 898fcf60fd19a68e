use super::Peer;
use trace::Patch;
use yrs::updates::decoder::Decode;
use yrs::{ClientID, Doc, GetString, OffsetKind, Options, ReadTxn, StateVector, Text, TextRef, Transact, Update};

/// Yrs with `skip_gc`, so that deleted text is kept; versions in between are not, unless snapshots are
/// taken.
pub struct Yrs {
    doc: Doc,
    text: TextRef,
}

impl Peer for Yrs {
    type Version = ();
    type Mark = StateVector;

    fn new(writer: u64) -> Self {
        let options =
            Options { skip_gc: true, offset_kind: OffsetKind::Utf16, ..Options::with_client_id(ClientID::new(writer)) };
        let doc = Doc::with_options(options);
        let text = doc.get_or_insert_text("text");
        Self { doc, text }
    }

    fn fork(&mut self, writer: u64) -> Self {
        let mut copy = Self::new(writer);
        copy.apply(&self.whole());
        copy
    }

    fn transact(&mut self, patches: &[Patch]) {
        let mut txn = self.doc.transact_mut();
        for Patch(at, removed, inserted) in patches {
            if *removed > 0 {
                self.text.remove_range(&mut txn, *at, *removed);
            }
            if !inserted.is_empty() {
                self.text.insert(&mut txn, *at, inserted);
            }
        }
    }

    fn transact_and_tell(&mut self, patches: &[Patch]) -> Vec<u8> {
        let mut txn = self.doc.transact_mut();
        for Patch(at, removed, inserted) in patches {
            if *removed > 0 {
                self.text.remove_range(&mut txn, *at, *removed);
            }
            if !inserted.is_empty() {
                self.text.insert(&mut txn, *at, inserted);
            }
        }
        txn.encode_update_v1()
    }

    fn mark(&mut self) -> StateVector {
        self.doc.transact().state_vector()
    }

    fn since(&mut self, mark: &StateVector) -> Vec<u8> {
        self.doc.transact().encode_state_as_update_v1(mark)
    }

    fn whole(&mut self) -> Vec<u8> {
        self.doc.transact().encode_state_as_update_v1(&StateVector::default())
    }

    fn apply(&mut self, message: &[u8]) {
        let update = Update::decode_v1(message).expect("a message of its own");
        self.doc.transact_mut().apply_update(update).expect("a message of its own");
    }

    fn text(&self) -> String {
        self.text.get_string(&self.doc.transact())
    }

    fn version(&mut self) -> Option<()> {
        None
    }

    fn text_at(&mut self, (): &()) -> String {
        unreachable!("it has no versions")
    }
}
