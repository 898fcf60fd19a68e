use super::{Change, Files, Peer, Runs, Shape, Structures};
use codec::block::{PartRef, decode, encode_all};
use codec::{AuthorKey, Image};
use motet::{
    BlobHash, BlobRef, ContainerId, Document, DocumentId, Edit, Grows, Id, Kept, Kind, MediaType, ReplicaId, Shown,
    Span, Value, VersionVector,
};
use std::borrow::Cow;
use std::collections::BTreeMap;
use trace::Patch;

/// Whom unsigned messages name as their author.
const NOBODY: AuthorKey = AuthorKey([0; 32]);
/// How blocks begin; frames begin with their version.
const BLOCK: u8 = b'M';

/// Motet: every action with its parents, time and author, every character ever, who deleted it.
pub struct Motet {
    document: Document,
    text: ContainerId,
    /// What an image shows and holds, until more is asked for than what it shows.
    image: Option<(Kept, Vec<u8>)>,
    /// The bytes of files, which lie beside the history.
    files: BTreeMap<BlobHash, Vec<u8>>,
}

impl Motet {
    fn of(document: Document) -> Self {
        Self { document, text: trace::text(), image: None, files: BTreeMap::new() }
    }

    /// The document, with all that happened.
    pub fn document(&mut self) -> &mut Document {
        // Asked before it is taken: taking would move all of it, with each edit.
        if self.image.is_some() {
            self.read_history();
        }
        &mut self.document
    }

    #[cold]
    fn read_history(&mut self) {
        let (_, blocks) = self.image.take().expect("asked before");
        self.apply(&blocks);
    }

    /// What is shown, without anything of the history.
    fn at_sight(&self) -> Shown<'_> {
        self.image.as_ref().map_or_else(|| self.document.shown(), |(kept, _)| Shown::Kept(kept))
    }

    /// The elements of `spans` as blocks, each after its length: one block unless there are very many.
    fn blocks(&self, spans: &[Span]) -> Vec<u8> {
        let part = |span: &Span| {
            let log = self.document.log().log(span.replica).expect("it has written");
            PartRef { range: span.start..span.end, ..PartRef::whole(log, NOBODY, Default::default(), None) }
        };
        let parts: Vec<PartRef<'_>> = spans.iter().map(part).collect();
        let mut bytes = Vec::new();
        for block in encode_all(&parts).expect("within the limits") {
            bytes.push(BLOCK);
            bytes.extend((block.len() as u32).to_le_bytes());
            bytes.extend(block);
        }
        bytes
    }
}

impl Peer for Motet {
    type Version = VersionVector;
    type Mark = VersionVector;

    fn new(writer: u64) -> Self {
        Self::of(Document::new(ReplicaId(writer)))
    }

    fn fork(&mut self, writer: u64) -> Self {
        Self::of(self.document().fork(ReplicaId(writer)))
    }

    fn transact(&mut self, patches: &[Patch]) {
        let text = self.text;
        self.document().edit(0, |edit| {
            for Patch(at, removed, inserted) in patches {
                edit.replace(text, *at, *removed, inserted);
            }
        });
    }

    fn transact_and_tell(&mut self, patches: &[Patch]) -> Vec<u8> {
        let replica = self.document.replica();
        let start = self.document().log().end(replica);
        self.transact(patches);
        let Some(log) = self.document.log().log(replica).filter(|log| log.end() > start) else { return Vec::new() };
        let actions: Vec<_> = log.actions_in(start..log.end()).collect();
        codec::encode_frame(replica, NOBODY, start, &actions).expect("within the limits")
    }

    fn mark(&mut self) -> VersionVector {
        self.document().version()
    }

    fn since(&mut self, mark: &VersionVector) -> Vec<u8> {
        let missing = self.document().version().missing_from(mark);
        self.blocks(&missing)
    }

    fn whole(&mut self) -> Vec<u8> {
        self.since(&VersionVector::new())
    }

    fn save(&mut self) -> Vec<u8> {
        let (version, blocks) = (self.mark(), self.whole());
        let kept = Kept::of(self.document.model());
        let mut image = Image {
            document: DocumentId(0),
            version,
            texts: Vec::new(),
            shown: Cow::Borrowed(&[]),
            blocks: vec![&blocks],
            signatures: Vec::new(),
            proofs: Vec::new(),
            forgotten: None,
        };
        image.keep(&kept).expect("within the limits");
        image.encode().expect("within the limits")
    }

    fn load(bytes: &[u8], writer: u64) -> Self {
        let image = Image::decode(bytes).expect("an image");
        let kept = image.kept().expect("what was kept").expect("what was kept");
        Self { image: Some((kept, image.blocks[0].to_vec())), ..Self::new(writer) }
    }

    fn apply(&mut self, mut message: &[u8]) {
        self.document();
        if message.first() != Some(&BLOCK) {
            let actions =
                if message.is_empty() { Vec::new() } else { codec::decode_frame(message).expect("a frame").0 };
            for action in actions {
                self.document.receive(action, None).expect("actions of a document are valid");
            }
            return;
        }
        let mut logs = Vec::new();
        while let [BLOCK, a, b, c, d, rest @ ..] = message {
            let (block, rest) = rest.split_at(u32::from_le_bytes([*a, *b, *c, *d]) as usize);
            logs.extend(decode(block).expect("a block").parts.into_iter().map(|part| part.log));
            message = rest;
        }
        self.document.receive_logs(logs, None).expect("logs of a document are valid");
    }

    fn text(&self) -> String {
        self.at_sight().text(self.text).map_or_else(String::new, |text| text.read())
    }

    fn version(&mut self) -> Option<VersionVector> {
        Some(self.document().version())
    }

    fn text_at(&mut self, version: &VersionVector) -> String {
        let text = self.text;
        self.document().text_at(text, version)
    }
}

fn map() -> ContainerId {
    ContainerId::root(Kind::Map, "map")
}

fn list() -> ContainerId {
    ContainerId::root(Kind::List, "list")
}

fn tree() -> ContainerId {
    ContainerId::root(Kind::Tree, "tree")
}

fn counter() -> ContainerId {
    ContainerId::root(Kind::Counter, "counter")
}

fn rich() -> ContainerId {
    ContainerId::root(Kind::Text, "rich")
}

fn make(edit: &mut Edit<'_>, change: &Change, nodes: &mut Vec<Id>) {
    match *change {
        Change::Set(ref key, value) => edit.set(map(), key, Value::Int(value)),
        Change::Insert(at, value) => drop(edit.list_insert(list(), at, &[Value::Int(value)])),
        Change::Move(from, to) => drop(edit.list_move(list(), from, to)),
        Change::Write(at, value) => drop(edit.list_set(list(), at, &Value::Int(value))),
        Change::Create(parent) => {
            let parent = parent.map(|parent| nodes[parent]);
            nodes.push(edit.tree_create(tree(), parent, usize::MAX).expect("the parent is visible"));
        }
        Change::Hang(node, parent, at) => {
            drop(edit.tree_move(tree(), nodes[node], parent.map(|parent| nodes[parent]), at))
        }
        Change::Add(amount) => edit.counter_add(counter(), amount),
        Change::Type(at, ref text) => edit.insert(rich(), at as u32, text),
        Change::Erase(at, len) => edit.delete(rich(), at as u32, len as u32),
        Change::Style(ref range, style, is_on) => {
            let value = is_on.then_some(&Value::Bool(true));
            edit.mark(rich(), (range.start as u32, range.len() as u32), style, value, Grows::AtEnd);
        }
    }
}

fn number(value: &Value) -> i64 {
    if let Value::Int(number) = value { *number } else { panic!("only numbers were written") }
}

impl Structures for Motet {
    fn play(&mut self, changes: &[Change], is_each: bool) -> bool {
        let document = self.document();
        let mut nodes: Vec<Id> = document.tree(tree()).into_iter().flat_map(|tree| tree.iter()).map(|n| n.1).collect();
        nodes.sort_unstable();
        if is_each {
            for change in changes {
                document.edit(0, |edit| make(edit, change, &mut nodes));
            }
        } else {
            document.edit(0, |edit| changes.iter().for_each(|change| make(edit, change, &mut nodes)));
        }
        true
    }

    fn shown(&mut self, shape: Shape) -> Vec<i64> {
        let shown = self.at_sight();
        match shape {
            Shape::Map => {
                shown.map(map()).map_or(Vec::new(), |map| map.iter().map(|(_, value)| number(value)).collect())
            }
            Shape::List => {
                shown.list(list()).map_or(Vec::new(), |list| list.iter().map(|(_, value)| number(value)).collect())
            }
            Shape::Tree => {
                shown.tree(tree()).map_or(Vec::new(), |tree| tree.iter().map(|(depth, _)| depth as i64).collect())
            }
            Shape::Counter => vec![shown.counter(counter()).unwrap_or_default().value()],
            Shape::Rich => {
                let mut runs = Runs::default();
                for run in shown.text(rich()).into_iter().flat_map(|text| text.rich()) {
                    runs.push(run.text, run.marks.iter().map(|(style, _)| *style));
                }
                runs.numbers()
            }
        }
    }
}

/// The bytes of files stand behind the history, each after its length, and are checked against the hashes that the
/// document names.
impl Files for Motet {
    fn put(&mut self, name: &str, bytes: &[u8]) -> bool {
        let hash = BlobHash::of(bytes);
        let reference = BlobRef::new(hash, bytes.len() as u64, MediaType::unknown(), None).expect("within the limits");
        self.files.insert(hash, bytes.to_vec());
        self.document().edit(0, |edit| edit.set_blob(map(), name, reference));
        true
    }

    fn file(&mut self, name: &str) -> Option<Vec<u8>> {
        let hash = self.document().blob(map(), name)?.hash();
        self.files.get(&hash).cloned()
    }

    fn all(&mut self) -> Vec<u8> {
        let mut message = Vec::new();
        for part in std::iter::once(&self.whole()).chain(self.files.values()) {
            message.extend((part.len() as u32).to_le_bytes());
            message.extend(part);
        }
        message
    }

    fn take_all(&mut self, message: &[u8]) {
        let mut parts = std::iter::successors(part_of(message), |(_, rest)| part_of(rest)).map(|(part, _)| part);
        self.apply(parts.next().expect("a message of its own"));
        self.files.extend(parts.map(|bytes| (BlobHash::of(bytes), bytes.to_vec())));
    }
}

/// The first part of a message, and the rest; none at its end.
fn part_of(message: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = message.split_first_chunk()?;
    Some(rest.split_at(u32::from_le_bytes(*len) as usize))
}
