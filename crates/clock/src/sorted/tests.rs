use super::*;
use std::collections::BTreeMap;

struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: u64) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n) as u32
    }
}

fn check(map: &SortedMap<u32, u32>, model: &BTreeMap<u32, u32>) {
    map.check_invariants();
    assert!(map.iter().eq(model), "{map:?} is {model:?}");
    assert!(map.iter().rev().eq(model.iter().rev()));
    assert!(map.clone().into_iter().eq(model.clone()));
    assert_eq!((map.len(), map.is_empty(), map.iter().len()), (model.len(), model.is_empty(), model.len()));
    assert_eq!(map.first_key_value(), model.first_key_value());
    assert_eq!(map.last_key_value(), model.last_key_value());
    assert_eq!(format!("{map:?}"), format!("{model:?}"));
}

fn bound(dice: &mut Dice) -> Bound<u32> {
    let key = dice.roll(34);
    [Bound::Included(key), Bound::Excluded(key), Bound::Unbounded][dice.roll(3) as usize]
}

/// `std`'s map panics where a range ends before it begins; this one finds nothing there.
fn is_range(range: &(Bound<u32>, Bound<u32>)) -> bool {
    match *range {
        (Bound::Excluded(start), Bound::Excluded(end)) => start < end,
        (Bound::Included(start) | Bound::Excluded(start), Bound::Included(end) | Bound::Excluded(end)) => start <= end,
        _ => true,
    }
}

/// Random changes against `std`'s map.
#[test]
fn agrees_with_a_b_tree() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for _ in 0..300 {
        let (mut map, mut model) = (SortedMap::new(), BTreeMap::new());
        let (keys, mut hint) = (1 + u64::from(dice.roll(34)), Place::default());
        for _ in 0..80 {
            let (key, value) = (dice.roll(keys), dice.roll(5));
            match dice.roll(6) {
                0..3 => assert_eq!(map.insert(key, value), model.insert(key, value)),
                3 => assert_eq!(map.remove(&key), model.remove(&key)),
                4 => {
                    *map.entry(key).or_insert(value) += 1;
                    *model.entry(key).or_insert(value) += 1;
                }
                _ => {
                    assert_eq!(map.get(&key), model.get(&key));
                    for key in (key..key + 7).chain([dice.roll(keys)]) {
                        assert_eq!(map.get_after(&mut hint, &key), model.get(&key));
                    }
                    map.retain(|key, _| key % 5 != value);
                    model.retain(|key, _| key % 5 != value);
                }
            }
            check(&map, &model);
            let range = (bound(&mut dice), bound(&mut dice));
            if is_range(&range) {
                assert!(map.range(range).eq(model.range(range)), "{range:?} of {map:?}");
                assert!(map.range(range).rev().eq(model.range(range).rev()), "{range:?} of {map:?}");
            } else {
                assert_eq!(map.range(range).next(), None, "{range:?} of {map:?}");
            }
        }
    }
}

#[test]
fn equal_content_is_equal_however_it_came() {
    let ascending: SortedMap<u32, ()> = (0..20).map(|key| (key, ())).collect();
    let descending: SortedMap<u32, ()> = (0..20).rev().map(|key| (key, ())).collect();
    assert_ne!(ascending.leaves, descending.leaves);
    assert_eq!(ascending, descending);
    assert_eq!(ascending.cmp(&descending), Ordering::Equal);
    let set: SortedSet<u32> = [3, 1, 2, 3].into();
    assert_eq!(set.into_iter().collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn what_ascends_fills_its_leaves() {
    let map: SortedMap<u32, ()> = (0..9).map(|key| (key, ())).collect();
    assert_eq!(map.leaves.len(), 9 / SortedMap::<u32, ()>::LEAF_MAX);
}
