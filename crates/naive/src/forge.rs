//! Ops that a log takes and nobody means.

use crate::world::texts;
use crate::{Author, Random};
use clock::{Id, Span};
use log::{ContainerId, Crossing, Gap, Kind, Op, TextRange, Value};

/// An op of a text that names anything that is there, of this text more often than not.
pub(crate) fn forge(random: &mut Random, author: &Author) -> Op {
    let container = random_text(random, author);
    let mut forger = Forger { known: known(author), order: author.naive.order(container), random };
    let (left, right) = forger.neighbours();
    match forger.random.below(10) {
        0 | 1 => Op::Insert { container, left, right, text: "forged".to_owned() },
        2 => Op::TextObject { container, left, right, kind: String::new() },
        3 => Op::TextObject { container, left, right, kind: "seal".to_owned() },
        4 => forger.delete(container).unwrap_or(Op::Insert { container, left, right, text: "!".to_owned() }),
        5 | 6 => {
            let value = (!forger.random.chance(25)).then_some(Value::Int(forger.random.below(3) as i64));
            Op::TextMark { container, ranges: forger.ranges(), key: "bold".to_owned(), value }
        }
        _ => Op::TextMove { container, ranges: forger.ranges(), left, right },
    }
}

/// A root, or one that hangs on whatever is there.
fn random_text(random: &mut Random, author: &Author) -> ContainerId {
    let root = texts()[random.below(texts().len())];
    let mut any = || random.pick(&known(author));
    match (any(), any(), random.below(6)) {
        (Some(id), _, 0) => ContainerId::Element(Kind::Text, id),
        (Some(row), Some(column), 1) => ContainerId::Crossing(Kind::Text, Crossing::new(row, column)),
        _ => root,
    }
}

/// Every element that is there.
fn known(author: &Author) -> Vec<Id> {
    author.naive.elements().into_iter().map(|element| element.id).collect()
}

struct Forger<'a> {
    random: &'a mut Random,
    /// Every element there is.
    known: Vec<Id>,
    /// Those of the text.
    order: Vec<Id>,
}

impl Forger<'_> {
    fn id(&mut self) -> Option<Id> {
        let ids = if self.random.chance(80) { &self.order } else { &self.known };
        self.random.pick(ids)
    }

    fn neighbours(&mut self) -> (Option<Id>, Option<Id>) {
        let mut maybe = || if self.random.chance(20) { None } else { self.id() };
        let (left, right) = (maybe(), maybe());
        (left, right.filter(|_| left != right))
    }

    fn ranges(&mut self) -> Vec<TextRange> {
        let len = 1 + self.random.below(4);
        (0..len).map(|_| TextRange { start: self.gap(), end: self.gap() }).collect()
    }

    fn gap(&mut self) -> Gap {
        let beside = if self.random.chance(10) { None } else { self.id() };
        if self.random.chance(50) { Gap::Before(beside) } else { Gap::After(beside) }
    }

    fn delete(&mut self, container: ContainerId) -> Option<Op> {
        let last = self.id()?;
        let target = Span::new(last.replica, last.seq.saturating_sub(self.random.below(4) as u32), last.seq + 1);
        Some(Op::Delete { container, target, backward: target.len() > 1 && self.random.chance(50) })
    }
}
