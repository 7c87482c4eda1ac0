//! The curve P-256 and ECDSA over it.

use std::sync::LazyLock;

use num_bigint::BigUint;
use sha2::{Digest as _, Sha256};

use super::{
    der::{integer, sequence},
    primes::random_below,
};
use crate::host::Random;

/// The field, the order and the base point; the curve is y² = x³ - 3x + b.
struct Curve {
    field: BigUint,
    order: BigUint,
    base: (BigUint, BigUint),
}

static CURVE: LazyLock<Curve> = LazyLock::new(|| {
    let number = |hex: &[u8]| BigUint::parse_bytes(hex, 16).unwrap_or_default();
    Curve {
        field: number(b"ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"),
        order: number(b"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
        base: (
            number(b"6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
            number(b"4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"),
        ),
    }
});

/// A point; `None` is the one at infinity.
type Point = Option<(BigUint, BigUint)>;

/// A private key.
pub(super) struct EcKey(BigUint);

impl EcKey {
    pub(super) fn generate(random: &mut Random<'_>) -> Self {
        Self(random_below(random, &CURVE.order))
    }

    /// Takes the secret number; `None` if it is out of range.
    pub(super) fn new(secret: &[u8]) -> Option<Self> {
        let secret = BigUint::from_bytes_be(secret);
        (secret != BigUint::ZERO && secret < CURVE.order).then_some(Self(secret))
    }

    /// Returns the secret number in 32 bytes.
    pub(super) fn secret(&self) -> Vec<u8> {
        padded(&self.0)
    }

    /// Returns the public point, uncompressed.
    pub(super) fn public(&self) -> Vec<u8> {
        match times(&self.0, &Some(CURVE.base.clone())) {
            Some((x, y)) => [vec![4], padded(&x), padded(&y)].concat(),
            None => vec![0],
        }
    }

    /// Signs with SHA-256, with a number drawn for this signature.
    pub(super) fn sign(&self, message: &[u8], random: &mut Random<'_>) -> Vec<u8> {
        let order = &CURVE.order;
        let hash = BigUint::from_bytes_be(&Sha256::digest(message));
        loop {
            let nonce = random_below(random, order);
            let Some((x, _)) = times(&nonce, &Some(CURVE.base.clone())) else { continue };
            let r = x % order;
            let Some(inverse) = nonce.modinv(order) else { continue };
            let s = inverse * (&hash + &r * &self.0) % order;
            if r != BigUint::ZERO && s != BigUint::ZERO {
                return sequence([&integer(&r), &integer(&s)]);
            }
        }
    }
}

fn padded(number: &BigUint) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    [vec![0; 32_usize.saturating_sub(bytes.len())], bytes].concat()
}

fn times(factor: &BigUint, point: &Point) -> Point {
    (0..factor.bits()).rev().fold(None, |sum, bit| {
        let doubled = add(&sum, &sum);
        if factor.bit(bit) { add(&doubled, point) } else { doubled }
    })
}

fn add(left: &Point, right: &Point) -> Point {
    let (Some((x1, y1)), Some((x2, y2))) = (left, right) else {
        return left.clone().or_else(|| right.clone());
    };
    let field = &CURVE.field;
    let minus = |a: &BigUint, b: &BigUint| (a + field - b % field) % field;
    let slope = if x1 != x2 {
        minus(y2, y1) * minus(x2, x1).modinv(field)?
    } else if y1 == y2 {
        let three = BigUint::from(3_u32);
        minus(&(&three * x1 * x1), &three) * (y1 * 2_u32).modinv(field)?
    } else {
        return None;
    } % field;
    let x = minus(&minus(&(&slope * &slope), x1), x2);
    let y = minus(&(&slope * minus(x1, &x)), y1);
    Some((x, y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_point_is_that_of_rfc_6979() {
        let secret = BigUint::parse_bytes(
            b"c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
            16,
        );
        let key = EcKey(secret.expect("hexadecimal"));
        let public = BigUint::from_bytes_be(&key.public()[1..]);
        assert_eq!(
            public.to_str_radix(16),
            "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6\
             7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
        );
    }
}
