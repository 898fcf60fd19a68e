//! The heaviest rows that keep an order.

/// The heaviest of what is at places up to one (Fenwick, 1994). Places count from one.
pub(super) struct Heaviest(Vec<(u64, u32)>);

impl Heaviest {
    /// Nothing at places up to `len`.
    pub fn new(len: usize) -> Self {
        Self(vec![(0, u32::MAX); len + 1])
    }

    /// Puts something of a weight at a place.
    pub fn add(&mut self, place: u32, entry: (u64, u32)) {
        let mut at = place as usize;
        while let Some(known) = self.0.get_mut(at) {
            if entry.0 > known.0 || known.1 == u32::MAX {
                *known = entry;
            }
            at += at & at.wrapping_neg();
        }
    }

    /// The heaviest up to a place; `u32::MAX` where there is none.
    pub fn until(&self, place: u32) -> (u64, u32) {
        let (mut at, mut best) = (place as usize, self.0[0]);
        while at > 0 {
            if self.0[at].0 > best.0 || best.1 == u32::MAX {
                best = self.0[at];
            }
            at &= at - 1;
        }
        best
    }
}
