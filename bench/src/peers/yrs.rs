use super::{Change, Peer, Shape, Structures};
use trace::Patch;
use yrs::updates::decoder::Decode;
use yrs::{
    Array, ArrayRef, ClientID, Doc, GetString, Map, MapRef, OffsetKind, Options, Out, ReadTxn, StateVector, Text,
    TextRef, Transact, TransactionMut, Update,
};

/// Yrs with `skip_gc`, so that deleted text is kept; versions in between are not, unless snapshots are
/// taken.
pub struct Yrs {
    doc: Doc,
    text: TextRef,
    map: MapRef,
    array: ArrayRef,
}

impl Peer for Yrs {
    type Version = ();
    type Mark = StateVector;

    fn new(writer: u64) -> Self {
        let options =
            Options { skip_gc: true, offset_kind: OffsetKind::Utf16, ..Options::with_client_id(ClientID::new(writer)) };
        let doc = Doc::with_options(options);
        let text = doc.get_or_insert_text("text");
        let (map, array) = (doc.get_or_insert_map("map"), doc.get_or_insert_array("list"));
        Self { doc, text, map, array }
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

impl Yrs {
    fn make(&self, txn: &mut TransactionMut<'_>, change: &Change) {
        match *change {
            Change::Set(ref key, value) => drop(self.map.insert(txn, key.as_str(), value)),
            Change::Insert(at, value) => drop(self.array.insert(txn, at as u32, value)),
            _ => unreachable!("it has no such change"),
        }
    }
}

fn number(value: &Out) -> i64 {
    value.clone().cast().expect("only whole numbers were written")
}

/// It has neither trees nor counters, and its arrays are not written to: nothing moves, and a change of an item is
/// another item.
impl Structures for Yrs {
    fn play(&mut self, changes: &[Change], is_each: bool) -> bool {
        if !changes.iter().all(|change| matches!(change, Change::Set(..) | Change::Insert(..))) {
            return false;
        }
        if is_each {
            changes.iter().for_each(|change| self.make(&mut self.doc.transact_mut(), change));
        } else {
            let mut txn = self.doc.transact_mut();
            changes.iter().for_each(|change| self.make(&mut txn, change));
        }
        true
    }

    fn shown(&mut self, shape: Shape) -> Vec<i64> {
        let txn = self.doc.transact();
        match shape {
            Shape::Map => {
                let mut entries: Vec<(&str, Out)> = self.map.iter(&txn).collect();
                entries.sort_unstable_by_key(|(key, _)| *key);
                entries.iter().map(|(_, value)| number(value)).collect()
            }
            Shape::List => self.array.iter(&txn).map(|value| number(&value)).collect(),
            Shape::Tree | Shape::Counter => unreachable!("it has none"),
        }
    }
}
