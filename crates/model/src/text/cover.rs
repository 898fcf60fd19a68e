//! Which op decides over which elements, where many name stretches and the latest that is active counts.

use super::Text;
use super::edge::{Edge, Key, Ranks, Stretch};
use clock::{Id, Lamport};

/// What decides between ops: Lamport time, then id.
pub(super) type Time = (Lamport, Id);

/// The part of a text from a gap up to the beginning of the next part, over which one stretch of one claim
/// decides, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub start: Edge,
    /// The number of the claim, and that of its stretch.
    pub decides: Option<(u32, u32)>,
}

/// One op's stretches.
pub(super) struct Claim<'a> {
    pub number: u32,
    pub time: Time,
    pub stretches: &'a [Stretch],
}

/// Who decides over which part of a text: the latest claim, and of one claim the first stretch. Parts ascend,
/// begin at the start, and neighbours differ. Costs as much as sorting all stretches.
pub(super) fn decide(text: &Text, ranks: &Ranks, mut claims: Vec<Claim<'_>>) -> Vec<Part> {
    claims.sort_unstable_by_key(|claim| std::cmp::Reverse(claim.time));
    let key = |edge: Edge| (text.key(ranks, edge), edge);
    let spans: Vec<Vec<[(Key, Edge); 2]>> = claims
        .iter()
        .map(|claim| claim.stretches.iter().map(|stretch| [key(stretch.start), key(stretch.end)]).collect())
        .collect();
    let mut edges: Vec<(Key, Edge)> = spans.iter().flatten().flatten().copied().chain([key(Edge::Start)]).collect();
    edges.retain(|(_, edge)| *edge != Edge::End);
    edges.sort_unstable_by_key(|(key, _)| *key);
    edges.dedup_by_key(|(key, _)| *key);
    let place = |(key, _): &(Key, Edge)| edges.partition_point(|(other, _)| other < key);
    let mut decides = vec![None; edges.len()];
    let mut free = Free::new(edges.len());
    for (claim, spans) in claims.iter().zip(&spans) {
        for ([start, end], number) in spans.iter().zip(0..) {
            let (mut at, end) = (free.next(place(start)), place(end));
            while at < end {
                decides[at] = Some((claim.number, number));
                free.take(at);
                at = free.next(at);
            }
        }
    }
    let mut parts: Vec<Part> =
        edges.into_iter().zip(decides).map(|((_, start), decides)| Part { start, decides }).collect();
    parts.dedup_by_key(|part| part.decides);
    parts
}

/// Which of some numbers are free: finds the next free one in next to no time (disjoint sets, Tarjan 1975).
struct Free(Vec<usize>);

impl Free {
    fn new(count: usize) -> Self {
        Self((0..=count).collect())
    }

    fn take(&mut self, at: usize) {
        self.0[at] = at + 1;
    }

    /// The first free one from `at` on.
    fn next(&mut self, at: usize) -> usize {
        let mut end = at;
        while self.0[end] != end {
            end = self.0[end];
        }
        let mut at = at;
        while self.0[at] != end && at != end {
            at = std::mem::replace(&mut self.0[at], end);
        }
        end
    }
}
