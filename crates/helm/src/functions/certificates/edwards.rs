//! Ed25519 (RFC 8032).

use std::sync::LazyLock;

use num_bigint::BigUint;
use sha2::{Digest as _, Sha512};

struct Curve {
    field: BigUint,
    order: BigUint,
    /// The curve is -x² + y² = 1 + d·x²·y².
    d: BigUint,
    base: Point,
}

/// A point with a common denominator: x/z, y/z.
#[derive(Clone)]
struct Point {
    x: BigUint,
    y: BigUint,
    z: BigUint,
}

static CURVE: LazyLock<Curve> = LazyLock::new(|| {
    let number = |hex: &[u8]| BigUint::parse_bytes(hex, 16).unwrap_or_default();
    Curve {
        field: number(b"7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed"),
        order: number(b"1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed"),
        d: number(b"52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3"),
        base: Point {
            x: number(b"216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51a"),
            y: number(b"6666666666666666666666666666666666666666666666666666666666666658"),
            z: BigUint::from(1_u32),
        },
    }
});

/// A private key: its seed.
pub(super) struct EdKey(pub(super) [u8; 32]);

impl EdKey {
    pub(super) fn public(&self) -> Vec<u8> {
        encode(&times(&self.scalar(), &CURVE.base))
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let digest = Sha512::digest(self.0);
        let public = self.public();
        let nonce = reduced(&[&digest[32..], message]);
        let commitment = encode(&times(&nonce, &CURVE.base));
        let challenge = reduced(&[&commitment, &public, message]);
        let answer = (nonce + challenge * self.scalar()) % &CURVE.order;
        [commitment, little_endian(&answer)].concat()
    }

    fn scalar(&self) -> BigUint {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(&Sha512::digest(self.0)[..32]);
        bytes[0] &= 0xf8;
        bytes[31] = bytes[31] & 0x7f | 0x40;
        BigUint::from_bytes_le(&bytes)
    }
}

fn reduced(parts: &[&[u8]]) -> BigUint {
    BigUint::from_bytes_le(&Sha512::digest(parts.concat())) % &CURVE.order
}

fn little_endian(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_le();
    bytes.resize(32, 0);
    bytes
}

fn times(factor: &BigUint, point: &Point) -> Point {
    let one = BigUint::from(1_u32);
    let neutral = Point { x: BigUint::ZERO, y: one.clone(), z: one };
    (0..factor.bits()).rev().fold(neutral, |sum, bit| {
        let doubled = add(&sum, &sum);
        if factor.bit(bit) { add(&doubled, point) } else { doubled }
    })
}

/// The unified addition, which also doubles.
fn add(left: &Point, right: &Point) -> Point {
    let field = &CURVE.field;
    let minus = |a: &BigUint, b: &BigUint| (a + field - b) % field;
    let a = &left.z * &right.z % field;
    let b = &a * &a % field;
    let c = &left.x * &right.x % field;
    let d = &left.y * &right.y % field;
    let e = &CURVE.d * &c * &d % field;
    let f = minus(&b, &e);
    let g = (&b + &e) % field;
    let cross = (&left.x + &left.y) * (&right.x + &right.y) % field;
    let x = &a * &f * minus(&minus(&cross, &c), &d) % field;
    let y = &a * &g * (&d + &c) % field;
    Point { x, y, z: f * g % field }
}

fn encode(point: &Point) -> Vec<u8> {
    let field = &CURVE.field;
    let inverse = point.z.modinv(field).unwrap_or_default();
    let mut bytes = little_endian(&(&point.y * &inverse % field));
    if (&point.x * &inverse % field).bit(0) {
        bytes[31] |= 0x80;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Test 2 of RFC 8032, section 7.1.
    #[test]
    fn signs_as_rfc_8032() {
        let number = |hex: &[u8]| BigUint::parse_bytes(hex, 16).expect("hexadecimal");
        let seed = number(b"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let key = EdKey(seed.to_bytes_be().try_into().expect("32 bytes"));
        let public = number(b"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        assert_eq!(key.public(), public.to_bytes_be());
        let signature = number(
            b"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
              085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        );
        assert_eq!(key.sign(&[0x72]), signature.to_bytes_be());
    }
}
