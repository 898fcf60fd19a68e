//! What stayed in order.

/// The places of a longest strictly ascending subsequence, ascending; of several, always the same one. Patience
/// sorting, n log n (Fredman, *On computing the length of longest increasing subsequences*).
pub fn ascending<T: Ord>(values: &[T]) -> Vec<usize> {
    // The place of the least last value of a subsequence of each length, and what came before each place.
    let mut ends: Vec<usize> = Vec::new();
    let mut before = vec![usize::MAX; values.len()];
    for (at, value) in values.iter().enumerate() {
        let is_behind_all = ends.last().is_none_or(|&end| values[end] < *value);
        let len = if is_behind_all { ends.len() } else { ends.partition_point(|&end| values[end] < *value) };
        before[at] = if len == 0 { usize::MAX } else { ends[len - 1] };
        if len == ends.len() { ends.push(at) } else { ends[len] = at }
    }
    let mut out = Vec::with_capacity(ends.len());
    let mut at = ends.last().copied().unwrap_or(usize::MAX);
    while at != usize::MAX {
        out.push(at);
        at = before[at];
    }
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_ascends() {
        assert_eq!(ascending(&[0; 0]), [0usize; 0]);
        assert_eq!(ascending(&[1, 2, 3]), [0, 1, 2]);
        assert_eq!(ascending(&[3, 1, 2]), [1, 2]);
        assert_eq!(ascending(&[2, 1]), [1]);
        assert_eq!(ascending(&[5, 1, 6, 2, 3, 3, 9]), [1, 3, 5, 6]);
    }
}
