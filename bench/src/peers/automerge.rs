use super::{Change, Files, Peer, Runs, Shape, Structures};
use automerge::iter::Span;
use automerge::marks::{ExpandMark, Mark};
use automerge::transaction::Transactable;
use automerge::{ActorId, AutoCommit, ChangeHash, ObjId, ObjType, ROOT, ReadDoc, ScalarValue, Value};
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

impl Automerge {
    fn object(&mut self, name: &str, kind: ObjType) -> ObjId {
        match self.doc.get(ROOT, name).expect("the root exists") {
            Some((_, id)) => id,
            None => self.doc.put_object(ROOT, name, kind).expect("the root takes objects"),
        }
    }

    fn make(&mut self, change: &Change, (map, list, rich): (&ObjId, &ObjId, &ObjId)) {
        let result = match *change {
            Change::Set(ref key, value) => self.doc.put(map, key.as_str(), value),
            Change::Insert(at, value) => self.doc.insert(list, at, value),
            Change::Write(at, value) => self.doc.put(list, at, value),
            Change::Add(amount) => self.doc.increment(ROOT, "counter", amount),
            Change::Type(at, ref text) => self.doc.splice_text(rich, at, 0, text),
            Change::Erase(at, len) => self.doc.splice_text(rich, at, len as isize, ""),
            Change::Style(ref range, style, true) => {
                self.doc.mark(rich, Mark::new(style.into(), true, range.start, range.end), ExpandMark::After)
            }
            Change::Style(ref range, style, false) => {
                self.doc.unmark(rich, style, range.start, range.end, ExpandMark::After)
            }
            _ => unreachable!("it has no such change"),
        };
        result.expect("a change of what is there");
    }
}

fn number(value: &Value<'_>) -> i64 {
    value.as_i64().expect("only whole numbers were written")
}

/// It has no trees, and nothing in its lists moves.
impl Structures for Automerge {
    fn play(&mut self, changes: &[Change], is_each: bool) -> bool {
        let lacks = |change: &Change| matches!(change, Change::Move(..) | Change::Create(..) | Change::Hang(..));
        if changes.iter().any(lacks) {
            return false;
        }
        let (map, list) = (self.object("map", ObjType::Map), self.object("list", ObjType::List));
        let rich = self.object("rich", ObjType::Text);
        if matches!(changes.first(), Some(Change::Add(_))) && self.doc.get(ROOT, "counter").expect("the root").is_none()
        {
            self.doc.put(ROOT, "counter", ScalarValue::counter(0)).expect("the root takes values");
        }
        for change in changes {
            self.make(change, (&map, &list, &rich));
            if is_each {
                self.doc.commit();
            }
        }
        self.doc.commit();
        true
    }

    fn shown(&mut self, shape: Shape) -> Vec<i64> {
        match shape {
            Shape::Map => {
                let map = self.object("map", ObjType::Map);
                self.doc.map_range(&map, ..).map(|item| number(&item.value.into_value())).collect()
            }
            Shape::List => {
                let list = self.object("list", ObjType::List);
                self.doc.list_range(&list, ..).map(|item| number(&item.value.into_value())).collect()
            }
            Shape::Counter => {
                let counter = self.doc.get(ROOT, "counter").expect("the root exists");
                counter.iter().map(|(value, _)| number(value)).collect()
            }
            Shape::Rich => {
                let rich = self.object("rich", ObjType::Text);
                let mut runs = Runs::default();
                for span in self.doc.spans(&rich).expect("a text") {
                    let Span::Text { text, marks } = span else { panic!("there are only characters") };
                    let styles = marks.iter().flat_map(|marks| marks.iter());
                    runs.push(
                        &text,
                        styles.filter(|(_, value)| **value == ScalarValue::Boolean(true)).map(|(style, _)| style),
                    );
                }
                runs.numbers()
            }
            Shape::Tree => unreachable!("it has none"),
        }
    }
}

impl Files for Automerge {
    fn put(&mut self, name: &str, bytes: &[u8]) -> bool {
        self.doc.put(ROOT, name, ScalarValue::Bytes(bytes.to_vec())).expect("the root takes bytes");
        self.doc.commit();
        true
    }

    fn file(&mut self, name: &str) -> Option<Vec<u8>> {
        let (value, _) = self.doc.get(ROOT, name).ok()??;
        value.as_bytes().map(<[u8]>::to_vec)
    }
}
