//! What stays where it is when an order changes.

/// The indexes of a longest ascending part of `numbers`, without those that are none.
pub(crate) fn longest_ascent(numbers: &[Option<usize>]) -> Vec<usize> {
    // By length, the index of the least number that an ascent of that length ends with.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; numbers.len()];
    for (at, number) in numbers.iter().enumerate().filter(|(_, number)| number.is_some()) {
        let len = ends.partition_point(|&end| numbers[end] < *number);
        before[at] = len.checked_sub(1).map(|last| ends[last]);
        match ends.get_mut(len) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut ascent: Vec<usize> = std::iter::successors(ends.last().copied(), |&at| before[at]).collect();
    ascent.reverse();
    ascent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_as_can_stays() {
        let of = |numbers: &[i32]| {
            let numbers: Vec<Option<usize>> = numbers.iter().map(|&n| usize::try_from(n).ok()).collect();
            longest_ascent(&numbers)
        };
        assert_eq!(of(&[]), []);
        assert_eq!(of(&[-1, -1]), []);
        assert_eq!(of(&[0, 1, 2]), [0, 1, 2]);
        assert_eq!(of(&[2, -1, 0, 1]), [2, 3]);
        assert_eq!(of(&[1, 2, 3, 0, 4]), [0, 1, 2, 4]);
        assert_eq!(of(&[4, 3, 2]).len(), 1);
    }
}
