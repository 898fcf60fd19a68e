//! From what the merge noticed to what people read.

use super::{BASE, Entity, Merger, OURS, THEIRS};
use crate::conflict::{Conflict, ConflictKind, Taken};
use crate::plan::{Part, PartId};
use crate::tree::read::push_step;
use crate::tree::{NodeId, Tree};

/// A conflict as it is noticed, before it is known where in the result it will be.
#[derive(Debug)]
pub(super) struct Draft {
    pub part: PartId,
    pub kind: ConflictKind,
    pub at: Entity,
    pub taken: Taken,
}

impl Merger<'_, '_> {
    /// All conflicts, in the order of the result.
    pub(super) fn report(&self, root: PartId) -> Vec<Conflict> {
        if self.drafts.is_empty() {
            return Vec::new();
        }
        let parents = self.parents();
        let way = |part: PartId| {
            let mut way = Vec::new();
            let mut at = part;
            while let Some((parent, index)) = parents[at.0] {
                way.push(index);
                at = parent;
            }
            way.reverse();
            (at == root).then_some(way)
        };
        let mut found: Vec<_> = self.drafts.iter().filter_map(|draft| Some((way(draft.part)?, draft))).collect();
        found.sort_by(|a, b| (&a.0, a.1.kind).cmp(&(&b.0, b.1.kind)));
        let has_places = found.iter().any(|(_, draft)| is_about_place(draft.kind));
        let indexes = |side: usize| if has_places { self.tree(side).indexes() } else { Vec::new() };
        let indexes = [indexes(BASE), indexes(OURS), indexes(THEIRS)];
        found.into_iter().map(|(way, draft)| self.told(root, &way, draft, &indexes)).collect()
    }

    /// What each part is in, and which child of it.
    fn parents(&self) -> Vec<Option<(PartId, usize)>> {
        let mut parents = vec![None; self.plan.parts.len()];
        for (at, part) in self.plan.parts.iter().enumerate() {
            if let Part::Container { children, .. } = part {
                for (index, child) in children.iter().enumerate() {
                    parents[child.part.0] = Some((PartId(at), index));
                }
            }
        }
        parents
    }

    fn told(&self, root: PartId, way: &[usize], draft: &Draft, indexes: &[Vec<u32>; 3]) -> Conflict {
        let mut pointer = String::new();
        let mut at = root;
        for &index in way {
            let Part::Container { children, .. } = &self.plan.parts[at.0] else { break };
            let child = &children[index];
            let own = child.from.and_then(|from| self.tree(from.doc).key(from.id));
            match (&child.key, own) {
                (Some(key), _) => push_step(&mut pointer, &unquoted(key)),
                (None, Some(key)) => push_step(&mut pointer, &key),
                (None, None) => push_step(&mut pointer, &index.to_string()),
            }
            at = child.part;
        }
        let text = |side: usize| {
            let (tree, id) = (self.tree(side), draft.at[side]?);
            let index = |id: NodeId| indexes[side][id.0 as usize] as usize;
            Some(match draft.kind {
                ConflictKind::Order | ConflictKind::BothMoved => tree.pointer_by(id, index),
                ConflictKind::BothRenamed => tree.key_text(id).unwrap_or_default().to_owned(),
                _ => tree.text(id).to_owned(),
            })
        };
        let (base, ours, theirs) = (text(BASE), text(OURS), text(THEIRS));
        Conflict { pointer, kind: draft.kind, base, ours, theirs, taken: draft.taken }
    }
}

/// Whether what is in conflict is where something is, and not what it is.
fn is_about_place(kind: ConflictKind) -> bool {
    matches!(kind, ConflictKind::Order | ConflictKind::BothMoved)
}

fn unquoted(text: &str) -> String {
    let tree = Tree::trusted(text.to_owned());
    tree.string(NodeId(0)).unwrap_or_default().into_owned()
}
