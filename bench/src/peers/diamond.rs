use super::{Change, Files, Peer, Shape, Structures};
use diamond_types::AgentId;
use diamond_types::list::ListCRDT;
use diamond_types::list::encoding::{ENCODE_FULL, ENCODE_PATCH};
use trace::Patch;

/// diamond-types 1.0, which keeps the positions and the inserted text of every edit.
pub struct Diamond {
    list: ListCRDT,
    agent: AgentId,
}

impl Diamond {
    fn of(mut list: ListCRDT, writer: u64) -> Self {
        let agent = list.get_or_create_agent_id(&writer.to_string());
        Self { list, agent }
    }
}

impl Peer for Diamond {
    type Version = Vec<usize>;
    type Mark = Vec<usize>;

    fn new(writer: u64) -> Self {
        Self::of(ListCRDT::new(), writer)
    }

    fn fork(&mut self, writer: u64) -> Self {
        Self::of(ListCRDT { branch: self.list.branch.clone(), oplog: self.list.oplog.clone() }, writer)
    }

    fn transact(&mut self, patches: &[Patch]) {
        for Patch(at, removed, inserted) in patches {
            let at = *at as usize;
            if *removed > 0 {
                self.list.delete_without_content(self.agent, at..at + *removed as usize);
            }
            if !inserted.is_empty() {
                self.list.insert(self.agent, at, inserted);
            }
        }
    }

    fn mark(&mut self) -> Vec<usize> {
        self.list.oplog.local_version_ref().to_vec()
    }

    fn since(&mut self, mark: &Vec<usize>) -> Vec<u8> {
        self.list.oplog.encode_from(ENCODE_PATCH, mark)
    }

    /// Its versions mean something in one document only.
    fn missing_from(&mut self, _: &mut Self) -> Vec<u8> {
        self.whole()
    }

    fn whole(&mut self) -> Vec<u8> {
        self.list.oplog.encode(ENCODE_FULL)
    }

    fn load(bytes: &[u8], writer: u64) -> Self {
        Self::of(ListCRDT::load_from(bytes).expect("a file of its own"), writer)
    }

    fn apply(&mut self, message: &[u8]) {
        self.list.merge_data_and_ff(message).expect("a message of its own");
    }

    fn text(&self) -> String {
        self.list.branch.content().to_string()
    }

    fn version(&mut self) -> Option<Vec<usize>> {
        Some(self.list.oplog.local_version_ref().to_vec())
    }

    fn text_at(&mut self, version: &Vec<usize>) -> String {
        self.list.oplog.checkout(version).content().to_string()
    }
}

/// It has texts only.
impl Structures for Diamond {
    fn play(&mut self, _: &[Change], _: bool) -> bool {
        false
    }

    fn shown(&mut self, _: Shape) -> Vec<i64> {
        Vec::new()
    }
}

/// It has texts only.
impl Files for Diamond {
    fn put(&mut self, _: &str, _: &[u8]) -> bool {
        false
    }

    fn file(&mut self, _: &str) -> Option<Vec<u8>> {
        None
    }
}
