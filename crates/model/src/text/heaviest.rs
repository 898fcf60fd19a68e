//! The heaviest rows that keep an order.

/// Which of some things, given in a new order, stay where they are: the heaviest row of them that is in the old order too.
/// Each is its place in the old order, counted from one up to `places`, and its weight; what had no place does not stay.
pub(super) fn staying(things: &[(Option<u32>, u64)], places: usize) -> Vec<bool> {
    let mut best = Heaviest::new(places);
    // The one before each in the heaviest row that ends with it.
    let mut behind = vec![u32::MAX; things.len()];
    for (at, &(place, weight)) in things.iter().enumerate() {
        let Some(place) = place else { continue };
        let (before, last) = best.until(place - 1);
        behind[at] = last;
        best.add(place, (before + weight, at as u32));
    }
    let mut stays = vec![false; things.len()];
    let mut at = best.until(places as u32).1;
    while at != u32::MAX {
        stays[at as usize] = true;
        at = behind[at as usize];
    }
    stays
}

/// The heaviest of what is at places up to one (Fenwick, "A new data structure for cumulative frequency tables", 1994).
/// Places count from one.
struct Heaviest(Vec<(u64, u32)>);

impl Heaviest {
    /// Nothing at places up to `len`.
    fn new(len: usize) -> Self {
        Self(vec![(0, u32::MAX); len + 1])
    }

    /// Puts something of a weight at a place.
    fn add(&mut self, place: u32, entry: (u64, u32)) {
        let mut at = place as usize;
        while let Some(known) = self.0.get_mut(at) {
            if entry.0 > known.0 || known.1 == u32::MAX {
                *known = entry;
            }
            at += at & at.wrapping_neg();
        }
    }

    /// The heaviest up to a place; `u32::MAX` where there is none.
    fn until(&self, place: u32) -> (u64, u32) {
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
