//! DSA keys, which only `genPrivateKey` makes.

use num_bigint::BigUint;

use super::{
    der::{integer, sequence},
    primes::{is_prime, random_below, random_number},
};
use crate::host::Random;

/// Makes parameters of 2048 and 256 bits and a key, in the form of OpenSSL.
pub(super) fn generate(random: &mut Random<'_>) -> Vec<u8> {
    let (p, q) = loop {
        if let Some(found) = parameters(random) {
            break found;
        }
    };
    let one = BigUint::from(1_u32);
    let cofactor = (&p - 1_u32) / &q;
    let generator = (2_u32..)
        .map(|base| BigUint::from(base).modpow(&cofactor, &p))
        .find(|candidate| *candidate != one)
        .unwrap_or(one);
    let secret = random_below(random, &q);
    let public = generator.modpow(&secret, &p);
    let parts = [&BigUint::ZERO, &p, &q, &generator, &public, &secret].map(integer);
    sequence(parts.each_ref().map(Vec::as_slice))
}

/// Tries one small prime with as many large candidates as the standard allows.
fn parameters(random: &mut Random<'_>) -> Option<(BigUint, BigUint)> {
    let mut q = random_number(random, 256);
    q.set_bit(0, true);
    q.set_bit(255, true);
    if !is_prime(&q) {
        return None;
    }
    (0..8192).find_map(|_| {
        let mut p = random_number(random, 2048);
        p.set_bit(2047, true);
        let excess = &p % (&q * 2_u32);
        p = p + 1_u32 - excess;
        (p.bits() == 2048 && is_prime(&p)).then(|| (p, q.clone()))
    })
}
