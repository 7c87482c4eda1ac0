//! RSA keys and PKCS #1 v1.5 signatures.

use num_bigint::BigUint;
use sha2::{Digest as _, Sha256};

use super::{
    der::{Reader, integer, sequence},
    primes::random_prime,
};
use crate::host::Random;

const EXPONENT: u32 = 65_537;

/// `SEQUENCE { sha256, NULL }, OCTET STRING` in front of a SHA-256 hash of 32 bytes.
const DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// A private key with two primes.
pub(super) struct RsaKey {
    modulus: BigUint,
    exponent: BigUint,
    secret: BigUint,
    primes: [BigUint; 2],
}

impl RsaKey {
    /// Makes a key whose modulus has so many bits.
    pub(super) fn generate(random: &mut Random<'_>, bits: u64) -> Self {
        let exponent = BigUint::from(EXPONENT);
        loop {
            let primes = [random_prime(random, bits / 2), random_prime(random, bits / 2)];
            let [p, q] = &primes;
            let order = (p - 1_u32) * (q - 1_u32);
            if p != q
                && let Some(secret) = exponent.modinv(&order)
            {
                return Self { modulus: p * q, exponent, secret, primes };
            }
        }
    }

    /// Reads PKCS #1.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let mut fields = Reader::new(bytes).sequence()?;
        fields.integer()?;
        let modulus = fields.integer()?;
        let (exponent, secret) = (fields.integer()?, fields.integer()?);
        let primes = [fields.integer()?, fields.integer()?];
        let [p, q] = &primes;
        if p * q != modulus || *p <= BigUint::from(2_u32) || *q <= BigUint::from(2_u32) {
            return Err("crypto/rsa: p * q != n");
        }
        // Beyond this a signature takes longer than anyone waits.
        if modulus.bits() > 16_384 {
            return Err("crypto/rsa: key is too large");
        }
        Ok(Self { modulus, exponent, secret, primes })
    }

    /// Returns PKCS #1.
    pub(super) fn private_der(&self) -> Vec<u8> {
        let [p, q] = &self.primes;
        let parts = [
            &BigUint::ZERO,
            &self.modulus,
            &self.exponent,
            &self.secret,
            p,
            q,
            &(&self.secret % (p - 1_u32)),
            &(&self.secret % (q - 1_u32)),
            &q.modinv(p).unwrap_or_default(),
        ]
        .map(integer);
        sequence(parts.each_ref().map(Vec::as_slice))
    }

    /// Returns modulus and exponent.
    pub(super) fn public_der(&self) -> Vec<u8> {
        sequence([&integer(&self.modulus), &integer(&self.exponent)])
    }

    /// Signs with SHA-256; the error is a key too small for it.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, &'static str> {
        let size = self.modulus.bits().div_ceil(8) as usize;
        let tail = [&DIGEST_INFO[..], &Sha256::digest(message)].concat();
        if size < tail.len() + 11 {
            return Err("crypto/rsa: message too long for RSA key size");
        }
        let mut block = vec![0xff; size - tail.len()];
        (block[0], block[1]) = (0, 1);
        block[size - tail.len() - 1] = 0;
        block.extend_from_slice(&tail);
        let signature = self.power(&BigUint::from_bytes_be(&block)).to_bytes_be();
        Ok([vec![0; size - signature.len()], signature].concat())
    }

    /// Raises to the secret exponent, modulo each prime for speed.
    fn power(&self, number: &BigUint) -> BigUint {
        let [p, q] = &self.primes;
        let by_p = number.modpow(&(&self.secret % (p - 1_u32)), p);
        let by_q = number.modpow(&(&self.secret % (q - 1_u32)), q);
        let inverse = q.modinv(p).unwrap_or_default();
        let difference = (&by_p + p - &by_q % p) % p;
        by_q + q * (difference * inverse % p)
    }
}
