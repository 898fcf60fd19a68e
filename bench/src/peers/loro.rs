use super::{Change, Files, Peer, Runs, Shape, Structures};
use loro::{
    ExportMode, Frontiers, LoroDoc, LoroError, LoroText, LoroTreeError, LoroValue, TextDelta, TreeID, TreeParentId,
    VersionVector,
};
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

impl Loro {
    fn make(&mut self, change: &Change, nodes: &mut Vec<TreeID>) {
        let list = || self.doc.get_movable_list("list");
        let rich = || self.doc.get_text("rich");
        let parent = |parent: Option<usize>, nodes: &[TreeID]| match parent {
            Some(parent) => TreeParentId::Node(nodes[parent]),
            None => TreeParentId::Root,
        };
        match *change {
            Change::Set(ref key, value) => self.doc.get_map("map").insert(key, value).expect("maps take values"),
            Change::Insert(at, value) => list().insert(at, value).expect("within the list"),
            Change::Move(from, to) => list().mov(from, to).expect("within the list"),
            Change::Write(at, value) => list().set(at, value).expect("within the list"),
            Change::Create(above) => {
                nodes.push(self.doc.get_tree("tree").create(parent(above, nodes)).expect("the parent is there"));
            }
            Change::Hang(node, above, at) => {
                let (tree, parent) = (self.doc.get_tree("tree"), parent(above, nodes));
                let at = at.min(tree.children_num(parent).unwrap_or(0));
                match tree.mov_to(nodes[node], parent, at) {
                    Err(LoroError::TreeError(LoroTreeError::IndexOutOfBound { .. })) => {
                        tree.mov(nodes[node], parent).expect("it is there already");
                    }
                    Ok(()) | Err(LoroError::TreeError(LoroTreeError::CyclicMoveError)) => {}
                    Err(error) => panic!("{error}"),
                }
            }
            Change::Add(amount) => self.doc.get_counter("counter").increment(amount as f64).expect("a counter"),
            Change::Type(at, ref text) => rich().insert(at, text).expect("within the text"),
            Change::Erase(at, len) => rich().delete(at, len).expect("within the text"),
            Change::Style(ref range, style, true) => rich().mark(range.clone(), style, true).expect("within the text"),
            Change::Style(ref range, style, false) => rich().unmark(range.clone(), style).expect("within the text"),
        }
    }
}

fn number(value: &LoroValue) -> i64 {
    if let LoroValue::I64(number) = value { *number } else { panic!("only numbers were written") }
}

impl Structures for Loro {
    fn play(&mut self, changes: &[Change], is_each: bool) -> bool {
        let mut nodes: Vec<TreeID> = self.doc.get_tree("tree").nodes();
        nodes.sort_unstable_by_key(|node| (node.peer, node.counter));
        for change in changes {
            self.make(change, &mut nodes);
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
                let LoroValue::Map(map) = self.doc.get_map("map").get_value() else { panic!("a map") };
                let mut entries: Vec<(&String, &LoroValue)> = map.iter().collect();
                entries.sort_unstable_by_key(|(key, _)| *key);
                entries.into_iter().map(|(_, value)| number(value)).collect()
            }
            Shape::List => {
                let LoroValue::List(list) = self.doc.get_movable_list("list").get_value() else { panic!("a list") };
                list.iter().map(number).collect()
            }
            Shape::Tree => {
                let tree = self.doc.get_tree("tree");
                let below = |parent: TreeParentId, depth| {
                    tree.children(parent).into_iter().flatten().rev().map(move |node| (depth, node))
                };
                let mut open: Vec<(i64, TreeID)> = below(TreeParentId::Root, 0).collect();
                let mut depths = Vec::new();
                while let Some((depth, node)) = open.pop() {
                    depths.push(depth);
                    open.extend(below(TreeParentId::Node(node), depth + 1));
                }
                depths
            }
            Shape::Counter => vec![self.doc.get_counter("counter").get_value() as i64],
            Shape::Rich => {
                let mut runs = Runs::default();
                for run in self.doc.get_text("rich").to_delta() {
                    let TextDelta::Insert { insert, attributes } = run else { panic!("a text only inserts") };
                    let styles = attributes.iter().flatten();
                    runs.push(
                        &insert,
                        styles.filter(|(_, value)| **value != LoroValue::Null).map(|(style, _)| style.as_str()),
                    );
                }
                runs.numbers()
            }
        }
    }
}

impl Files for Loro {
    fn put(&mut self, name: &str, bytes: &[u8]) -> bool {
        self.doc.get_map("files").insert(name, bytes).expect("a map takes bytes");
        self.doc.commit();
        true
    }

    fn file(&mut self, name: &str) -> Option<Vec<u8>> {
        match self.doc.get_map("files").get(name)?.into_value().ok()? {
            LoroValue::Binary(bytes) => Some(bytes.to_vec()),
            _ => None,
        }
    }
}
