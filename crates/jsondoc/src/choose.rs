//! What of the writes of a register shows, and what else somebody wanted there.

use crate::causes::Causes;
use crate::held::{Body, Held};
use crate::names::{GONE_KEY, children, data, is_rename_key, nodes, text};
use crate::source::Source;
use json::ConflictKind;
use motet::{Id, Shown, Value};
use std::cell::Cell;

/// What a register shows.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// The write that says what shows.
    pub says: Id,
    /// The element that wants what shows: of what is kept although somebody took it away, the one that went on with it.
    pub by: Id,
    pub held: Held,
    /// What else somebody wanted there, the latest first.
    pub others: Vec<(Id, Body)>,
    pub kind: Option<ConflictKind>,
}

/// Something that a register could show.
struct Candidate {
    write: Id,
    held: Held,
    /// The element that wants it, where that is not the write.
    by: Option<Id>,
    /// Why it is there although somebody took it away.
    kept: Option<ConflictKind>,
    /// Whether another value was put in its place.
    is_replaced: bool,
}

/// Looks registers up in a document.
pub(crate) struct Chooser<'a> {
    source: Source<'a>,
    pub causes: Causes<'a>,
    /// Where the map of the node was found that was asked about last: those of siblings lie together.
    pub near: Cell<motet::Place>,
}

impl<'a> Chooser<'a> {
    pub fn of(source: impl Into<Source<'a>>) -> Self {
        let source = source.into();
        Self { source, causes: Causes::of(source), near: Cell::default() }
    }

    pub fn shown(&self) -> Shown<'a> {
        self.source.shown
    }

    /// What the writes of a register show, that nobody replaced, the latest first. The register belongs to the node
    /// `parent`, or to the top. Nothing where all was taken out, or is elsewhere.
    pub fn choose(&self, heads: &[(Id, &Value)], parent: Option<Id>) -> Option<Choice> {
        if let [(write, value)] = heads {
            let held = Held::read(value, *write)?;
            if held.was.is_empty() && held.body.node().is_none_or(|node| self.is_plainly_in(node, parent)) {
                let is_gone = held.body == Body::Gone;
                let says = held.says.unwrap_or(*write);
                return (!is_gone).then(|| Choice { says, by: says, held, others: Vec::new(), kind: None });
            }
        }
        self.choose_of_many(heads, parent)
    }

    fn choose_of_many(&self, heads: &[(Id, &Value)], parent: Option<Id>) -> Option<Choice> {
        let mut writes: Vec<(Id, Held)> =
            heads.iter().filter_map(|(id, value)| Some((*id, Held::read(value, *id)?))).collect();
        self.forget_respelled(&mut writes);
        let mut candidates = Vec::new();
        for (write, held) in &writes {
            self.add(*write, held, parent, &mut candidates);
        }
        let is_best = |candidate: &&Candidate| candidate.kept.is_none() && !candidate.is_replaced;
        let best = candidates.iter().find(is_best).or(candidates.first())?;
        let (held, kept) = (best.held.clone(), best.kept);
        let says = held.says.unwrap_or(best.write);
        let by = best.by.unwrap_or(says);
        let mut others: Vec<(Id, Body)> = Vec::new();
        let gone = writes.iter().filter(|(_, held)| held.body == Body::Gone);
        let gone = gone.map(|(write, held)| (*write, held.body.clone()));
        let live = candidates.iter().map(|candidate| (candidate.write, candidate.held.body.clone()));
        for (id, body) in live.chain(gone) {
            if body != held.body && others.iter().all(|(_, other)| *other != body) {
                others.push((id, body));
            }
        }
        let is_gone = others.iter().any(|(_, body)| *body == Body::Gone);
        let told = if is_gone { ConflictKind::DeleteEdit } else { ConflictKind::BothSet };
        let kind = kept.or((!others.is_empty()).then_some(told));
        Some(Choice { says, by, held, others, kind })
    }

    /// Leaves those out that only wrote in another way what another head's author had seen, or what is written in a
    /// third way by a later one.
    fn forget_respelled(&self, writes: &mut Vec<(Id, Held)>) {
        let is_superseded = |at: usize| {
            let says = writes[at].1.says?;
            let mut others = writes.iter().enumerate().filter(|(other, _)| *other != at);
            others.find(|(other, (write, held))| match held.says {
                Some(other_says) => other_says == says && *other < at,
                None => self.causes.seen_by(*write).contains(says),
            })
        };
        let kept: Vec<bool> = (0..writes.len()).map(|at| is_superseded(at).is_none()).collect();
        let mut kept = kept.into_iter();
        writes.retain(|_| kept.next().unwrap_or(true));
    }

    fn add(&self, write: Id, held: &Held, parent: Option<Id>, candidates: &mut Vec<Candidate>) {
        let standing = match &held.body {
            Body::Gone => None,
            Body::Object(node) | Body::Array(node) => {
                if self.is_in(*node, parent) {
                    self.standing(*node)
                } else {
                    None
                }
            }
            Body::Text(..) | Body::Raw(_) => Some(None),
        };
        if let Some(kept) = standing {
            let (by, kept) = kept.map_or((None, None), |(by, kind)| (Some(by), Some(kind)));
            candidates.push(Candidate { write, held: held.clone(), by, kept, is_replaced: false });
        }
        // What the write put out of sight, and somebody went on with.
        for was in &held.was {
            let is_here = was.node().is_none_or(|node| self.is_in(node, parent));
            if let Some(by) = self.touched_by(was, write).filter(|_| is_here) {
                let kept = Held { was: Vec::new(), body: was.clone(), ..held.clone() };
                let kind = (held.body == Body::Gone).then_some(ConflictKind::DeleteEdit);
                candidates.push(Candidate { write, held: kept, by: Some(by), kept: kind, is_replaced: true });
            }
        }
    }

    /// Whether a node is a child of `parent` and nobody ever took it out.
    fn is_plainly_in(&self, node: Id, parent: Option<Id>) -> bool {
        let has_gone = || {
            let mut near = self.near.get();
            let map = self.shown().map_after(&mut near, data(node));
            self.near.set(near);
            map.is_some_and(|map| map.get(GONE_KEY).is_some())
        };
        self.is_in(node, parent) && !has_gone()
    }

    /// Whether a node is a child of `parent`.
    pub fn is_in(&self, node: Id, parent: Option<Id>) -> bool {
        self.shown().tree(nodes()).is_some_and(|tree| tree.is_child(node, parent))
    }

    /// Nothing where a node was taken out; otherwise whether it was, and is kept since somebody went on with it, and the
    /// element that did.
    fn standing(&self, node: Id) -> Option<Option<(Id, ConflictKind)>> {
        let Some(map) = self.shown().map(data(node)) else { return Some(None) };
        let mut kept_by = None;
        for (write, value) in map.heads(GONE_KEY) {
            if value.is_none() {
                return Some(None);
            }
            kept_by = Some(self.touched_by(&Body::Object(node), write)?);
        }
        let moved = self.shown().tree(nodes()).and_then(|tree| tree.moved_by(node));
        let was_moved = |(write, _): (Id, _)| moved.is_some_and(|moved| !self.causes.seen_by(write).contains(moved));
        let is_moved = kept_by.is_some() && map.heads(GONE_KEY).any(was_moved);
        let kind = if is_moved { ConflictKind::DeleteMove } else { ConflictKind::DeleteEdit };
        Some(kept_by.map(|by| (by, kind)))
    }

    /// Something that was done in, or with, a value, and that the author of `write` had not seen.
    fn touched_by(&self, body: &Body, write: Id) -> Option<Id> {
        let seen = self.causes.seen_by(write);
        let shown = self.shown();
        let tree = shown.tree(nodes())?;
        let mut open = vec![body.clone()];
        while let Some(body) = open.pop() {
            let node = match body {
                Body::Text(id, _) => {
                    let text = self.source.document.and_then(|document| document.model().text(text(id)));
                    let mut runs = text.into_iter().flat_map(|text| text.runs());
                    if let Some(run) = runs.find(|run| run.visible && !seen.includes(run.span)) {
                        return Some(run.span.last());
                    }
                    continue;
                }
                Body::Object(node) | Body::Array(node) => node,
                Body::Raw(_) | Body::Gone => continue,
            };
            // Who took it out believed it elsewhere, where its move there lost.
            let back = tree.lost_moves(node).find(|lost| seen.contains(*lost));
            let moved = tree.moved_by(node).filter(|moved| !seen.contains(*moved));
            if let Some(by) = moved.or(back).or_else(|| self.new_key(node, &seen)) {
                return Some(by);
            }
            let Some(list) = shown.list(children(node)) else { continue };
            for (item, _) in list.iter() {
                for (id, value) in list.heads(item) {
                    let Some(held) = Held::read(value, id) else { continue };
                    let is_here = |body: &Body| body.node().is_none_or(|child| self.is_in(child, Some(node)));
                    let says = held.says.unwrap_or(id);
                    if !seen.contains(says) && held.body != Body::Gone && is_here(&held.body) {
                        return Some(says);
                    }
                    // What they had taken out before may have been gone on with too.
                    let was = held.was.into_iter().filter(|_| seen.contains(id));
                    open.extend(was.chain([held.body]).filter(is_here));
                }
            }
        }
        None
    }

    /// A new key of a member of a node that had not been seen.
    fn new_key(&self, node: Id, seen: &crate::causes::Seen) -> Option<Id> {
        let map = self.shown().map(data(node))?;
        let mut renames = map.keys().filter(|key| is_rename_key(key)).flat_map(|key| map.heads(key));
        renames.find(|(id, value)| value.is_some() && !seen.contains(*id)).map(|(id, _)| id)
    }
}
