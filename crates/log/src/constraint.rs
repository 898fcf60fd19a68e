//! What actions mean together, as authors declare it.

/// What is declared of actions, of which the words *first* and *second* mean their place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Where both are active, the first is never after the second. Each of two the other way round: never both.
    NotAfter,
    /// The second is active only where the first is. Says nothing of their order.
    Enables,
    /// The second needs the first, and comes after it.
    Causes,
    /// What the two do depends on their order, so everybody must agree on it. Keeps neither out.
    NonCommuting,
    /// The first had better come before the second. Keeps neither out.
    SoftOrder,
    /// All are active or none; others may come in between.
    Atomic,
    /// All are active or none, and nothing comes in between.
    Contiguous,
    /// No more than so many are active, at least one: a conflict of two, alternatives, places in a room.
    AtMost(u32),
    /// The first is active only where one of the others is.
    AnyOf,
    /// The first is active only where one of the others is, of which never more than one is.
    ExactlyOne,
}

/// In which way a rule lists its actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// Two, each with its own part.
    Pair,
    /// Any number, all alike: ascending.
    Alike,
    /// One, then any number that are all alike: these ascending, and the one not among them.
    OneAndOthers,
}

impl Rule {
    /// Each of them; of at most so many, at most one.
    pub const EACH: [Self; 10] = [
        Self::NotAfter,
        Self::Enables,
        Self::Causes,
        Self::NonCommuting,
        Self::SoftOrder,
        Self::Atomic,
        Self::Contiguous,
        Self::AtMost(1),
        Self::AnyOf,
        Self::ExactlyOne,
    ];

    /// What people and programs call it; the number of [`Rule::AtMost`] is said beside it.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotAfter => "not-after",
            Self::Enables => "enables",
            Self::Causes => "causes",
            Self::NonCommuting => "non-commuting",
            Self::SoftOrder => "soft-order",
            Self::Atomic => "atomic",
            Self::Contiguous => "contiguous",
            Self::AtMost(_) => "at-most",
            Self::AnyOf => "any-of",
            Self::ExactlyOne => "exactly-one",
        }
    }

    /// The rule of that [`Rule::word`]; `max` is the number of [`Rule::AtMost`].
    pub fn of_word(word: &str, max: u32) -> Option<Self> {
        let rule = Self::EACH.into_iter().find(|rule| rule.word() == word)?;
        Some(if let Self::AtMost(_) = rule { Self::AtMost(max) } else { rule })
    }

    /// In which way it lists its actions.
    pub fn listing(self) -> Listing {
        match self {
            Self::NotAfter | Self::Enables | Self::Causes | Self::SoftOrder => Listing::Pair,
            Self::NonCommuting | Self::Atomic | Self::Contiguous | Self::AtMost(_) => Listing::Alike,
            Self::AnyOf | Self::ExactlyOne => Listing::OneAndOthers,
        }
    }

    /// Whether it can be said of `actions`, which are listed in the one way in which they may be. They may be named in any way.
    pub fn fits<T: Ord>(self, actions: &[T]) -> bool {
        let ascends = |ids: &[T]| ids.windows(2).all(|pair| pair[0] < pair[1]);
        match (self, actions) {
            (Self::NonCommuting, _) if actions.len() != 2 => false,
            (Self::AtMost(max), _) if max == 0 || actions.len() <= max as usize => false,
            (rule, [first, others @ ..]) => match rule.listing() {
                Listing::Pair => matches!(others, [second] if second != first),
                Listing::Alike => !others.is_empty() && ascends(actions),
                Listing::OneAndOthers => !others.is_empty() && ascends(others) && !others.contains(first),
            },
            (_, []) => false,
        }
    }

    /// The actions in the one way in which the rule lists them.
    pub fn list<T: Ord + Copy>(self, actions: &[T]) -> Vec<T> {
        let sorted = |ids: &[T]| {
            let mut ids = ids.to_vec();
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        match (self.listing(), actions) {
            (Listing::Alike, _) => sorted(actions),
            (Listing::OneAndOthers, [first, others @ ..]) => {
                let others = sorted(others);
                std::iter::once(*first).chain(others.into_iter().filter(|other| other != first)).collect()
            }
            _ => actions.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clock::{Id, ReplicaId};

    #[test]
    fn what_is_listed_fits() {
        let [a, b, c] = [2, 5, 9].map(|seq| Id::new(ReplicaId(1), seq));
        for rule in [Rule::Atomic, Rule::Contiguous, Rule::AtMost(1), Rule::AtMost(2), Rule::AnyOf, Rule::ExactlyOne] {
            let listed = rule.list(&[c, b, a, b]);
            assert!(rule.fits(&listed), "{rule:?} {listed:?}");
            assert_eq!(rule.list(&listed), listed);
            assert_eq!(Rule::of_word(rule.word(), if rule == Rule::AtMost(2) { 2 } else { 1 }), Some(rule));
        }
        assert!(!Rule::AtMost(3).fits(&[a, b, c]), "says nothing");
        assert!(!Rule::AtMost(0).fits(&[a]), "a way of undoing");
        assert!(!Rule::Atomic.fits(&[b, a]) && !Rule::Atomic.fits(&[a]));
        assert!(!Rule::AnyOf.fits(&[b, a, b]) && !Rule::AnyOf.fits(&[b]));
        assert!(Rule::Enables.fits(&[b, a]) && !Rule::Enables.fits(&[a, a]) && !Rule::NotAfter.fits(&[a, b, c]));
        assert!(Rule::NonCommuting.fits(&[a, b]) && !Rule::NonCommuting.fits(&[a, b, c]));
    }
}
