use super::*;
use clock::ReplicaId;

/// The order of all places by the definition, by descent through the tree of insertions.
fn naive(places: &[(Id, Option<Id>, Option<Id>)]) -> Vec<Id> {
    let left_of = |id: Id| places.iter().find(|place| place.0 == id).map(|place| place.1);
    let hangs = |&(id, left, right): &(Id, Option<Id>, Option<Id>)| match right {
        Some(right) if left_of(right) == Some(left) => (Some(right), Side::Left, id),
        _ => (left, Side::Right, id),
    };
    let mut hanging: Vec<_> = places.iter().map(hangs).collect();
    hanging.sort_unstable();
    fn descend(hanging: &[(Option<Id>, Side, Id)], parent: Option<Id>, side: Side, out: &mut Vec<Id>) {
        for &(_, _, id) in hanging.iter().filter(|h| (h.0, h.1) == (parent, side)) {
            descend(hanging, Some(id), Side::Left, out);
            out.push(id);
            descend(hanging, Some(id), Side::Right, out);
        }
    }
    let mut out = Vec::new();
    descend(&hanging, None, Side::Right, &mut out);
    out
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end
    }
}

/// Forged neighbours too: any two places, in any order.
#[test]
fn agrees_with_the_definition_wherever_places_are_said_to_be() {
    for seed in 1..300 {
        let mut random = Random(seed * 7919);
        let mut sequences = Sequences::default();
        let order = sequences.add_sequence();
        let other = sequences.add_sequence();
        sequences.insert(other, Id::new(ReplicaId(99), 0), (None, None), true);
        let mut places: Vec<(Id, Option<Id>, Option<Id>)> = Vec::new();
        let mut shown: Vec<Id> = Vec::new();
        let mut ends = [0; 4];
        for _ in 0..60 {
            let replica = random.below(4);
            let id = Id::new(ReplicaId(replica as u64 * 5 % 7), ends[replica]);
            let len = 1 + random.below(3) as u32 * random.below(4) as u32;
            ends[replica] += len + random.below(2) as u32;
            let known = |random: &mut Random| match random.below(places.len() + 1) {
                0 => None,
                n => Some(places[n - 1].0),
            };
            let (left, right) = match random.below(3) {
                0 => (known(&mut random), known(&mut random)),
                1 => (known(&mut random), None),
                _ => sequences.place_at(order, random.below(shown.len() + 1)),
            };
            let is_shown = random.below(4) > 0;
            sequences.insert_row(order, id, len, (left, right), is_shown);
            places.push((id, left, right));
            places.extend((1..len).map(|n| (id.plus(n), Some(id.plus(n - 1)), None)));
            if is_shown {
                shown.extend((0..len).map(|n| id.plus(n)));
            }
            if !shown.is_empty() && random.below(3) == 0 {
                let gone = shown.swap_remove(random.below(shown.len()));
                sequences.set_shown(sequences.handle(gone).unwrap(), false);
            }
            sequences.check_invariants();
            let due: Vec<Id> = naive(&places).into_iter().filter(|id| shown.contains(id)).collect();
            let ids: Vec<Id> = sequences.shown(order).filter_map(|handle| sequences.id(handle)).collect();
            assert_eq!(ids, due, "seed {seed}");
            for (at, &id) in due.iter().enumerate() {
                let handle = sequences.handle(id).unwrap();
                assert_eq!((sequences.rank(handle), sequences.at(order, at)), (at, Some(handle)), "seed {seed}");
            }
            assert_eq!(sequences.at(order, due.len()), None);
        }
    }
}
