//! Random numbers and primes.

use std::sync::LazyLock;

use num_bigint::BigUint;

use crate::host::Random;

/// Divisors up to here sieve out most candidates before the dear test: more cost more than they save.
const LARGEST_DIVISOR: usize = 1 << 14;

/// Odd candidates looked at from one random start: enough that nearly each start has a prime.
const WINDOW: usize = 2048;

/// The odd primes up to [`LARGEST_DIVISOR`], by the sieve of Eratosthenes.
static DIVISORS: LazyLock<Vec<u32>> = LazyLock::new(|| {
    let mut composite = vec![false; LARGEST_DIVISOR];
    let mut primes = Vec::new();
    for number in (3..LARGEST_DIVISOR).step_by(2) {
        if !composite[number] {
            primes.push(number as u32);
            composite[number..].iter_mut().step_by(number).for_each(|mark| *mark = true);
        }
    }
    primes
});

/// Bases of the test. Candidates are random, not chosen against it, so that few and fixed ones do:
/// FIPS 186-5 (table B.1) asks for four rounds at 1024 bits.
const BASES: [u32; 5] = [2, 3, 5, 7, 11];

/// Returns a number of at most so many bits.
pub(super) fn random_number(random: &mut Random<'_>, bits: u64) -> BigUint {
    let mut bytes = vec![0; bits.div_ceil(8) as usize];
    random.fill(&mut bytes);
    BigUint::from_bytes_be(&bytes) >> (bytes.len() as u64 * 8 - bits)
}

/// Returns a number from 1 to below `bound`.
pub(super) fn random_below(random: &mut Random<'_>, bound: &BigUint) -> BigUint {
    loop {
        let number = random_number(random, bound.bits());
        if number != BigUint::ZERO && number < *bound {
            return number;
        }
    }
}

/// Returns a prime of exactly so many bits whose two highest bits are set, so that a product of
/// two has twice as many.
pub(super) fn random_prime(random: &mut Random<'_>, bits: u64) -> BigUint {
    loop {
        let mut start = random_number(random, bits);
        for bit in [0, bits - 2, bits - 1] {
            start.set_bit(bit, true);
        }
        let candidates = sieved(&start).map(|distance| &start + distance);
        let found = candidates.into_iter().find(passes_miller_rabin);
        if let Some(prime) = found.filter(|prime| prime.bits() == bits) {
            return prime;
        }
    }
}

/// The even distances from an odd number, in a window, at which no small prime divides.
fn sieved(start: &BigUint) -> impl Iterator<Item = u32> {
    let mut composite = vec![false; WINDOW];
    for &divisor in DIVISORS.iter() {
        let rest = (start % divisor).to_u32_digits().first().copied().unwrap_or_default();
        // The first k with start + 2k divisible: -rest/2, where halving adds the divisor to odd numbers.
        let missing = (divisor - rest) % divisor;
        let first = if missing % 2 == 0 { missing } else { missing + divisor } / 2;
        let marks = composite.iter_mut().skip(first as usize).step_by(divisor as usize);
        marks.for_each(|mark| *mark = true);
    }
    let open = composite.into_iter().zip(0_u32..).filter(|(is_composite, _)| !is_composite);
    open.map(|(_, index)| 2 * index)
}

/// Whether an odd number above the small primes is most likely prime.
pub(super) fn is_prime(number: &BigUint) -> bool {
    DIVISORS.iter().all(|divisor| number % *divisor != BigUint::ZERO) && passes_miller_rabin(number)
}

fn passes_miller_rabin(number: &BigUint) -> bool {
    let before = number - 1_u32;
    let twos = before.trailing_zeros().unwrap_or(0);
    let odd = &before >> twos;
    BASES.iter().all(|base| {
        let mut power = BigUint::from(*base).modpow(&odd, number);
        if power == BigUint::from(1_u32) || power == before {
            return true;
        }
        (1..twos).any(|_| {
            power = &power * &power % number;
            power == before
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        host::{Host, Surroundings},
        profile::HELM_4_2,
    };

    #[test]
    fn sieved_distances_have_no_small_divisor_and_miss_no_prime() {
        let start = BigUint::from(1_000_000_007_u64 * 2 + 1);
        let left: Vec<u32> = sieved(&start).collect();
        for distance in (0..2 * WINDOW as u32).step_by(2) {
            let number = &start + distance;
            let divisible = DIVISORS.iter().any(|divisor| &number % *divisor == BigUint::ZERO);
            assert_eq!(left.contains(&distance), !divisible, "{number}");
        }
    }

    #[test]
    fn primes_are_told_from_composites() {
        let mersenne = |exponent: u32| (BigUint::from(1_u32) << exponent) - 1_u32;
        for (number, want) in [
            (mersenne(127), true),
            (mersenne(521), true),
            (mersenne(257), false),
            (mersenne(61) * mersenne(89), false),
        ] {
            assert_eq!(is_prime(&number), want, "{number}");
        }
        let mut host = Host::new(&HELM_4_2, Surroundings::seeded("primes"));
        let prime = random_prime(&mut host.random("primes"), 256);
        assert_eq!((prime.bits(), is_prime(&prime)), (256, true));
    }
}
