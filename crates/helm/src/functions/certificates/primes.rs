//! Random numbers and primes.

use num_bigint::BigUint;

use crate::host::Random;

/// Divisors that sieve out most candidates before the dear test.
const SMALL: [u32; 53] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179, 181, 191, 193,
    197, 199, 211, 223, 227, 229, 233, 239, 241, 251,
];

/// Bases of the test. Candidates are random, not chosen against it, so that few and fixed ones do.
const BASES: [u32; 8] = [2, 3, 5, 7, 11, 13, 17, 19];

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
        let mut candidate = random_number(random, bits);
        for bit in [0, bits - 2, bits - 1] {
            candidate.set_bit(bit, true);
        }
        if is_prime(&candidate) {
            return candidate;
        }
    }
}

/// Miller and Rabin's test of an odd number above the small primes.
pub(super) fn is_prime(number: &BigUint) -> bool {
    let zero = BigUint::ZERO;
    if SMALL.iter().any(|prime| number % *prime == zero) {
        return false;
    }
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
