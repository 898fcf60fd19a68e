//! What a view that nobody lives in shows: one scan instead of a second document.

use crate::changes::cause;
use crate::view::{Standing, View};
use clock::{Id, RangeMap, ReplicaId, SortedMap, Span, VersionVector};
use log::{ContainerId, Kind, MultiLog, OpBody, OpRef};
use model::{Text, TextBuilder, split_chars};

/// Which elements of a text or list are visible in a view, and who took away the others.
pub struct Projection<'a> {
    view: &'a View,
    /// By element, a deletion that is active.
    deleted: SortedMap<ReplicaId, RangeMap<Id>>,
}

/// A part of a text that two views show differently, or alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffPart {
    /// The elements.
    pub span: Span,
    /// Their characters.
    pub text: String,
    /// Whether the part is in both, only in the first, or only in the second.
    pub side: DiffSide,
    /// The element whose standing makes the difference: a deletion, a control, or the insertion itself.
    pub because: Id,
}

/// Where a [`DiffPart`] is visible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiffSide {
    /// In both views.
    Both,
    /// Gone in the second.
    First,
    /// New in the second.
    Second,
}

impl<'a> Projection<'a> {
    /// What `view` shows of the text or list `container`.
    pub fn of(log: &MultiLog, view: &'a View, container: ContainerId) -> Self {
        debug_assert!(matches!(container.kind(), Kind::Text | Kind::List));
        let mut deleted: SortedMap<ReplicaId, RangeMap<Id>> = SortedMap::new();
        for replica in log.logs() {
            for (id, op) in replica.ops_in(0..replica.end()) {
                let (of, target, backward) = match op {
                    OpRef::Delete { container, target, backward } => (container, target, backward),
                    OpRef::ListDelete { container, target } => (container, target, false),
                    _ => continue,
                };
                if of != container {
                    continue;
                }
                for (part, standing) in view.standings(Span::new(id.replica, id.seq, id.seq + target.len())) {
                    if standing == Standing::Active {
                        let (from, to) = (part.start - id.seq, part.end - id.seq);
                        let range = if backward {
                            target.end - to..target.end - from
                        } else {
                            target.start + from..target.start + to
                        };
                        deleted.entry(target.replica).or_default().set(range, Some(part.first()));
                    }
                }
            }
        }
        Self { view, deleted }
    }

    /// `span` cut into parts: visible, or gone because of an element.
    fn cut(&self, span: Span) -> Vec<(Span, Option<Id>)> {
        let mut parts = Vec::new();
        for (part, standing) in self.view.standings(span) {
            match standing {
                Standing::Active => parts.extend(self.cut_deleted(part)),
                _ => parts.push((part, Some(cause(self.view, part.first())))),
            }
        }
        parts
    }

    fn cut_deleted(&self, span: Span) -> Vec<(Span, Option<Id>)> {
        match self.deleted.get(&span.replica) {
            None => vec![(span, None)],
            Some(runs) => runs
                .cut(span.start..span.end)
                .into_iter()
                .map(|(range, by)| (Span::new(span.replica, range.start, range.end), by))
                .collect(),
        }
    }

    /// Why an element is not visible: a deletion, a control, or its own insertion; none where it is.
    pub(crate) fn gone(&self, id: Id) -> Option<Id> {
        self.cut(Span::of(id)).first().and_then(|(_, gone)| *gone)
    }

    /// The visible text.
    pub fn text(&self, text: &Text) -> String {
        let mut out = String::new();
        for run in text.runs() {
            let mut rest = run.text;
            for (part, gone) in self.cut(run.span) {
                let (head, tail) = split_chars(rest, part.len());
                if gone.is_none() {
                    out.push_str(head);
                }
                rest = tail;
            }
        }
        out
    }

    /// What `self` and `other` show of a text, in order: all that either shows.
    pub fn diff(&self, other: &Projection<'_>, text: &Text) -> Vec<DiffPart> {
        let mut parts: Vec<DiffPart> = Vec::new();
        for run in text.runs() {
            let mut rest = run.text;
            for (part, gone) in self.cut(run.span) {
                for (part, other_gone) in other.cut(part) {
                    let (head, tail) = split_chars(rest, part.len());
                    rest = tail;
                    let (side, because) = match (gone, other_gone) {
                        (None, None) => (DiffSide::Both, part.first()),
                        (None, Some(by)) => (DiffSide::First, by),
                        (Some(by), None) => (DiffSide::Second, by),
                        (Some(_), Some(_)) => continue,
                    };
                    push_diff(&mut parts, DiffPart { span: part, text: head.to_owned(), side, because });
                }
            }
        }
        parts
    }
}

/// The text `container` as `view`, which is pinned to `version`, shows it. Costs what happened up to then.
pub fn text_at(log: &MultiLog, view: &View, version: &VersionVector, container: ContainerId, text: &Text) -> String {
    if !text.is_plain() {
        let past = view.project_only(log, container);
        return past.text(container).map_or_else(String::new, Text::read);
    }
    let mut builder = TextBuilder::new();
    for replica in log.logs() {
        let inactive = view.inactive_of(replica.replica);
        let end = version.end(replica.replica).min(replica.end());
        for run in replica.op_runs_in(0..end) {
            if let OpBody::Insert { container: of, .. } | OpBody::Delete { container: of, .. } = run.body
                && replica.container(of) == container
            {
                builder.add(replica, run, end, &inactive.parts(run.range.start..run.range.end.min(end)));
            }
        }
    }
    // A version that lacks part of its own past shows things whose place only the whole text knows.
    builder.read().unwrap_or_else(|| Projection::of(log, view, container).text(text))
}

/// Joins a part with the last one where its elements carry that on and the cause is of one piece: the same,
/// or one that goes along with the elements, as where each is its own cause.
fn push_diff(parts: &mut Vec<DiffPart>, part: DiffPart) {
    let goes_along = |last: &DiffPart| {
        part.because.replica == last.because.replica
            && part.because.seq.checked_sub(last.because.seq) == Some(part.span.start - last.span.start)
    };
    if let Some(last) = parts.last_mut()
        && last.side == part.side
        && last.span.replica == part.span.replica
        && last.span.end == part.span.start
        && (last.because == part.because || goes_along(last))
    {
        last.span.end = part.span.end;
        last.text.push_str(&part.text);
        return;
    }
    parts.push(part);
}
