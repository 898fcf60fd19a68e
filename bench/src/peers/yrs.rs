use super::{Change, Files, Peer, Runs, Shape, Structures};
use trace::Patch;
use yrs::types::Attrs;
use yrs::updates::decoder::Decode;
use yrs::{
    Any, Array, ArrayRef, ClientID, Doc, GetString, Map, MapRef, OffsetKind, Options, Out, ReadTxn, StateVector, Text,
    TextRef, Transact, TransactionMut, Update,
};

/// Yrs with `skip_gc`, so that deleted text is kept; versions in between are not, unless snapshots are
/// taken.
pub struct Yrs {
    doc: Doc,
    text: TextRef,
    map: MapRef,
    array: ArrayRef,
    rich: TextRef,
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
        let rich = doc.get_or_insert_text("rich");
        Self { doc, text, map, array, rich }
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
            Change::Type(at, ref text) => self.rich.insert(txn, at as u32, text),
            Change::Erase(at, len) => self.rich.remove_range(txn, at as u32, len as u32),
            Change::Style(ref range, style, is_on) => {
                let value = if is_on { Any::Bool(true) } else { Any::Null };
                self.rich.format(txn, range.start as u32, range.len() as u32, Attrs::from([(style.into(), value)]));
            }
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
        let lacks = |change: &Change| {
            matches!(
                change,
                Change::Move(..) | Change::Write(..) | Change::Create(..) | Change::Hang(..) | Change::Add(_)
            )
        };
        if changes.iter().any(lacks) {
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
            Shape::Rich => {
                let mut runs = Runs::default();
                for run in self.rich.diff(&txn, |_| ()) {
                    let text: String = run.insert.cast().expect("there are only characters");
                    runs.push(&text, run.attributes.iter().flat_map(|styles| styles.keys()).map(|style| &**style));
                }
                runs.numbers()
            }
            Shape::Tree | Shape::Counter => unreachable!("it has none"),
        }
    }
}

impl Files for Yrs {
    fn put(&mut self, name: &str, bytes: &[u8]) -> bool {
        self.map.insert(&mut self.doc.transact_mut(), name, Any::from(bytes));
        true
    }

    fn file(&mut self, name: &str) -> Option<Vec<u8>> {
        match self.map.get(&self.doc.transact(), name)? {
            Out::Any(Any::Buffer(bytes)) => Some(bytes.to_vec()),
            _ => None,
        }
    }
}
