//! A hash of a sequence of elements that can be put together from the hashes of its parts.
//!
//! The sequence is read as a polynomial over the field of 2^61 − 1 elements: appending multiplies by a
//! fixed base and adds the element's own number. Runs of consecutive ids have a closed form, so their
//! hash costs the same however long they are, and does not depend on where runs are cut.

/// The modulus, a Mersenne prime.
const P: u64 = (1 << 61) - 1;
/// The base: any number far from 0 and 1.
const BASE: u64 = 0x0f3a_6c41_9d27_e85b;
/// How far two consecutive elements of one replica lie apart.
const STEP: u64 = 0x1b87_3593_cc9e_2d51;

fn mul(a: u64, b: u64) -> u64 {
    let wide = u128::from(a) * u128::from(b);
    add((wide as u64) & P, (wide >> 61) as u64)
}

fn add(a: u64, b: u64) -> u64 {
    let sum = a + b;
    if sum >= P { sum - P } else { sum }
}

fn sub(a: u64, b: u64) -> u64 {
    add(a, P - b)
}

fn pow(mut base: u64, mut exponent: u64) -> u64 {
    let mut power = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = mul(power, base);
        }
        base = mul(base, base);
        exponent >>= 1;
    }
    power
}

/// One over BASE − 1.
const INVERSE: u64 = const_inverse();

const fn const_inverse() -> u64 {
    let base = BASE - 1;
    let (mut power, mut square, mut exponent) = (1u128, base as u128, P - 2);
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = power * square % P as u128;
        }
        square = square * square % P as u128;
        exponent >>= 1;
    }
    power as u64
}

/// The hash of a part, with the power of the base that its length makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Folded {
    pub hash: u64,
    shift: u64,
}

impl Folded {
    pub const EMPTY: Self = Self { hash: 0, shift: 1 };

    /// The hash of this part followed by `next`.
    pub fn then(self, next: Self) -> Self {
        Self { hash: add(mul(self.hash, next.shift), next.hash), shift: mul(self.shift, next.shift) }
    }
}

/// The hash of `len` elements from counter `seq` on, of a replica whose number is `replica`.
///
/// Element k counts a + k·s. Sum of (a + k·s)·B^(n−1−k) for k < n, by geometric sums.
pub(crate) fn fold_run(replica: u64, seq: u32, len: u32) -> Folded {
    let n = u64::from(len);
    let shift = pow(BASE, n);
    let geometric = mul(sub(shift, 1), INVERSE);
    let first = add(mix(replica), mul(STEP % P, u64::from(seq)));
    // Sum of k·B^(n−1−k) is (geometric − n) / (B − 1).
    let slope = mul(sub(geometric, n % P), INVERSE);
    Folded { hash: add(mul(first, geometric), mul(STEP % P, slope)), shift }
}

/// Spreads a replica's number over the field.
pub(crate) fn mix(replica: u64) -> u64 {
    let mut x = replica.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (x ^ (x >> 31)) % P
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_hash_alike_however_they_are_cut() {
        for (len, cut) in [(1, 0), (2, 1), (9, 4), (5000, 1234)] {
            let whole = fold_run(7, 100, len);
            let parts = fold_run(7, 100, cut).then(fold_run(7, 100 + cut, len - cut));
            assert_eq!(whole, parts, "{len} cut at {cut}");
            let single = (0..len).fold(Folded::EMPTY, |sum, k| sum.then(fold_run(7, 100 + k, 1)));
            assert_eq!(whole, single);
        }
    }

    #[test]
    fn order_and_place_matter() {
        let (a, b) = (fold_run(1, 0, 3), fold_run(2, 0, 3));
        assert_ne!(a.then(b).hash, b.then(a).hash);
        assert_ne!(fold_run(1, 0, 2).hash, fold_run(1, 1, 2).hash);
    }
}
