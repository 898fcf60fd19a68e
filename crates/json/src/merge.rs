//! Three documents into one.
//!
//! Both sides are matched with the base, and what is new on both sides with each other. So every value is an *entity*:
//! up to three nodes, one in each document. An entity that one side left alone is as the other has it; what both
//! touched is taken apart into members and items, and only scalars, whole values and places can be in conflict. Every
//! tie is broken by content, so that the sides may be swapped; `ours` counts more in layout only.

mod across;
mod arrange;
mod array;
mod object;
mod refer;
mod report;

use crate::both::both;
use crate::conflict::{Conflict, ConflictKind, Taken};
use crate::content::Content;
use crate::limits::DEPTH_MAX;
use crate::matching::{Matching, is_text, is_value};
use crate::plan::{Child, Origin, Part, PartId, Plan};
use crate::schema::{Place, Schema, Shape};
use crate::text::merge_strings;
use crate::tree::{Kind, NodeId, Tree};
use across::Across;
use refer::References;
use report::Draft;
use std::cmp::Ordering;

const BASE: usize = 0;
const OURS: usize = 1;
const THEIRS: usize = 2;

/// An entity: its node in the base, in ours, in theirs.
type Entity = [Option<NodeId>; 3];

/// A merged document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The document.
    pub tree: Tree,
    /// What needs eyes, in the order of the document.
    pub conflicts: Vec<Conflict>,
}

/// Merges what two sides made of `base`.
///
/// Every edit of one side that the other did not touch is in the result. What one side left as it was is as the other
/// has it, byte for byte; otherwise the layout is that of `ours`. With the sides swapped the result says the same and
/// lists the same conflicts. docs/MERGE.md has the rules for every kind of conflict.
pub fn merge(base: &Tree, ours: &Tree, theirs: &Tree, schema: &Schema) -> Merged {
    let whole = |tree: &Tree| Merged { tree: tree.clone(), conflicts: Vec::new() };
    match () {
        () if ours == theirs || base == theirs => whole(ours),
        () if base == ours => whole(theirs),
        () => Sides::of([base, ours, theirs], schema).merged(true),
    }
}

/// Merges two documents that have no common past, as when both sides added a file.
pub fn merge_new(ours: &Tree, theirs: &Tree, schema: &Schema) -> Merged {
    let nothing = Tree::trusted("null".to_owned());
    if ours == theirs {
        return Merged { tree: ours.clone(), conflicts: Vec::new() };
    }
    Sides::of([&nothing, ours, theirs], schema).merged(false)
}

/// What all attempts at a merge share.
struct Sides<'a> {
    docs: [Content<'a>; 3],
    schema: &'a Schema,
}

impl<'a> Sides<'a> {
    fn of(trees: [&'a Tree; 3], schema: &'a Schema) -> Self {
        let [base, ours, theirs] = trees;
        let bytes = base.as_str().len();
        let (base, (ours, theirs)) =
            both(bytes, || Content::of(base), || both(bytes, || Content::of(ours), || Content::of(theirs)));
        Self { docs: [base, ours, theirs], schema }
    }

    fn merged(&self, has_base: bool) -> Merged {
        let second =
            if self.docs[OURS].compare(NodeId(0), &self.docs[THEIRS], NodeId(0)).is_lt() { OURS } else { THEIRS };
        // Which side's moves between arrays do not count: first none, then those that close a cycle with the other's.
        let attempts = [[false; 3], [false, second == OURS, second == THEIRS], [true; 3]];
        for still in attempts {
            let mut merger = Merger::of(self, still);
            let root = Some(NodeId(0));
            let part = merger.value([root.filter(|_| has_base), root, root], &self.schema.root());
            let is_last = still[OURS] && still[THEIRS];
            if !is_last && !merger.across.is_settled() {
                continue;
            }
            let tree = Tree::trusted(merger.printed(part));
            if is_last || tree.depth() <= DEPTH_MAX {
                return Merged { conflicts: merger.report(part), tree };
            }
        }
        unreachable!("without moves between arrays there is always a result")
    }
}

struct Merger<'s, 'a> {
    sides: &'s Sides<'a>,
    schema: &'s Schema,
    /// Of ours and theirs with the base; the first is not used.
    matchings: [Matching; 3],
    across: Across,
    references: References,
    plan: Plan<'a>,
    drafts: Vec<Draft>,
}

impl<'s, 'a> Merger<'s, 'a> {
    fn of(sides: &'s Sides<'a>, still: [bool; 3]) -> Self {
        let [base, ours, theirs] = &sides.docs;
        let is_across = !(still[OURS] && still[THEIRS]);
        let matching = |side| Matching::of(base, side, sides.schema, is_across);
        let (of_ours, of_theirs) = both(base.tree.as_str().len(), || matching(ours), || matching(theirs));
        let matchings = [Matching::nothing(), of_ours, of_theirs];
        let references = References::of(&sides.docs, sides.schema);
        let needed = refer::needed(&references, base, sides.schema);
        let across = Across::of(&sides.docs, &matchings, still, &needed);
        let plan = Plan::new(sides.docs.iter().map(|doc| doc.tree).collect());
        Self { sides, schema: sides.schema, matchings, across, references, plan, drafts: Vec::new() }
    }

    fn doc(&self, side: usize) -> &'s Content<'a> {
        &self.sides.docs[side]
    }

    fn tree(&self, side: usize) -> &'a Tree {
        self.sides.docs[side].tree
    }

    /// The text around the root too is merged.
    fn printed(&self, root: PartId) -> String {
        let ends = [BASE, OURS, THEIRS].map(|side| self.tree(side).ends());
        let pick = |[base, ours, theirs]: [&'a str; 3]| if base == ours { theirs } else { ours };
        let (before, after) = (pick(ends.map(|ends| ends.0)), pick(ends.map(|ends| ends.1)));
        format!("{before}{}{after}", self.plan.print(root, OURS))
    }

    /// What an entity becomes that is in one side at least.
    fn value(&mut self, at: Entity, place: &Place) -> PartId {
        let [base, ours, theirs] = at;
        let (ours, theirs) = match (ours, theirs) {
            (Some(ours), Some(theirs)) => (ours, theirs),
            (Some(ours), None) => return self.only(OURS, ours, place),
            (None, Some(theirs)) => return self.only(THEIRS, theirs, place),
            (None, None) => unreachable!("what nobody has is not merged"),
        };
        let is_crossed = self.across.touches(at);
        if !is_crossed && let Some(part) = self.untouched(base, ours, theirs) {
            return part;
        }
        let rule = self.schema.rule(place).cloned().unwrap_or_default();
        let kinds = (self.tree(OURS).kind(ours), self.tree(THEIRS).kind(theirs));
        let versions = self.versions(at, kinds.0);
        match kinds {
            (Kind::Object, Kind::Object) if rule.shape != Shape::Value => self.object(at, place),
            (Kind::Array, Kind::Array) if is_crossed || !is_value(&rule, &versions) => self.array(at, place, &rule),
            (Kind::String, Kind::String) if versions.len() == 3 && is_text(&rule, &versions) => {
                self.text([base, Some(ours), Some(theirs)])
            }
            _ => self.chosen(base, ours, theirs),
        }
    }

    /// The nodes of a kind, each with its document.
    fn versions(&self, at: Entity, kind: Kind) -> Vec<(&'s Content<'a>, NodeId)> {
        let nodes = at.iter().enumerate().filter_map(|(side, id)| Some((side, (*id)?)));
        let nodes = nodes.filter(|&(side, id)| self.tree(side).kind(id) == kind);
        nodes.map(|(side, id)| (self.doc(side), id)).collect()
    }

    /// Where one side at most did something: what it did.
    fn untouched(&mut self, base: Option<NodeId>, ours: NodeId, theirs: NodeId) -> Option<PartId> {
        let is_written_alike =
            |side: usize, id| base.is_some_and(|base| self.tree(BASE).text(base) == self.tree(side).text(id));
        let is_same = |side: usize, id| base.is_some_and(|base| self.doc(BASE).is_same(base, self.doc(side), id));
        let side = if self.tree(OURS).text(ours) == self.tree(THEIRS).text(theirs) {
            OURS
        } else if is_written_alike(OURS, ours) {
            THEIRS
        } else if is_written_alike(THEIRS, theirs)
            || self.doc(OURS).is_same(ours, self.doc(THEIRS), theirs)
            || is_same(THEIRS, theirs)
        {
            OURS
        } else if is_same(OURS, ours) && !self.tree(OURS).kind(ours).is_container() {
            THEIRS
        } else {
            return None;
        };
        Some(self.plan.copy(side, if side == OURS { ours } else { theirs }))
    }

    /// What only one side has.
    fn only(&mut self, side: usize, id: NodeId, place: &Place) -> PartId {
        let mut at = [None; 3];
        at[side] = Some(id);
        match self.tree(side).kind(id) {
            Kind::Object if self.across.touches(at) => self.object(at, place),
            Kind::Array if self.across.touches(at) => {
                let rule = self.schema.rule(place).cloned().unwrap_or_default();
                self.array(at, place, &rule)
            }
            _ => self.plan.copy(side, id),
        }
    }

    fn text(&mut self, at: Entity) -> PartId {
        let text = |side: usize| at[side].map_or("\"\"", |id| self.tree(side).text(id));
        let (text, is_conflict) = merge_strings(text(BASE), text(OURS), text(THEIRS));
        let part = self.plan.add(Part::Literal(text));
        if is_conflict {
            self.conflict(part, ConflictKind::Text, at, Taken::Both);
        }
        part
    }

    /// One of two values that are replaced as a whole.
    fn chosen(&mut self, base: Option<NodeId>, ours: NodeId, theirs: NodeId) -> PartId {
        if let Some(part) = self.untouched(base, ours, theirs) {
            return part;
        }
        if base.is_some_and(|base| self.doc(BASE).is_same(base, self.doc(OURS), ours)) {
            return self.plan.copy(THEIRS, theirs);
        }
        let order = self.doc(OURS).compare(ours, self.doc(THEIRS), theirs);
        let (taken, side, id) = match order {
            Ordering::Less => (Taken::Theirs, THEIRS, theirs),
            _ => (Taken::Ours, OURS, ours),
        };
        let part = self.plan.copy(side, id);
        let kind = if base.is_some() { ConflictKind::BothSet } else { ConflictKind::BothAdded };
        self.conflict(part, kind, [base, Some(ours), Some(theirs)], taken);
        part
    }

    /// What an entity becomes that may have been removed: nothing, where nobody did anything else with it.
    fn surviving(&mut self, at: Entity, place: &Place, is_needed: bool) -> Option<PartId> {
        let (side, id) = match at {
            [Some(_), Some(ours), None] => (OURS, ours),
            [Some(_), None, Some(theirs)] => (THEIRS, theirs),
            [_, None, None] => return None,
            _ => return Some(self.value(at, place)),
        };
        let base = at[BASE].expect("what was removed was there");
        let is_moved = self.across.is_moved(side, id);
        let kind = match () {
            () if is_moved => ConflictKind::DeleteMove,
            () if !self.doc(BASE).is_same(base, self.doc(side), id) => ConflictKind::DeleteEdit,
            () if is_needed => ConflictKind::DeleteReference,
            () => return None,
        };
        let part = self.only(side, id, place);
        self.conflict(part, kind, at, if side == OURS { Taken::Ours } else { Taken::Theirs });
        Some(part)
    }

    /// A container of children, laid out like ours where we have it.
    fn container(&mut self, at: Entity, children: Vec<Child>) -> PartId {
        let (side, id) = match at {
            [_, Some(ours), _] => (OURS, ours),
            [_, None, Some(theirs)] => (THEIRS, theirs),
            _ => unreachable!("what nobody has is not merged"),
        };
        self.plan.add(Part::Container { frame: Origin { doc: side, id }, children })
    }

    fn conflict(&mut self, part: PartId, kind: ConflictKind, at: Entity, taken: Taken) {
        self.drafts.push(Draft { part, kind, at, taken });
    }
}

/// Where an entity is written: ours first.
fn origin(at: Entity) -> Option<Origin> {
    let ours = at[OURS].map(|id| Origin { doc: OURS, id });
    ours.or(at[THEIRS].map(|id| Origin { doc: THEIRS, id }))
}

#[cfg(test)]
mod tests;
