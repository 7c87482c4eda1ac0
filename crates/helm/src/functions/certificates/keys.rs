//! Private keys of all kinds.

use super::{
    der::{NULL, OCTET_STRING, Reader, bits, context, element, integer, oid, sequence},
    edwards::EdKey,
    nist_p256::EcKey,
    pem,
    rsa::RsaKey,
};
use crate::host::Random;

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// A private key.
pub(super) enum PrivateKey {
    Rsa(RsaKey),
    Ec(EcKey),
    Ed(EdKey),
    /// Kept as it was read; it cannot sign certificates.
    Dsa(Vec<u8>),
}

impl PrivateKey {
    /// Returns the key that stands in for all RSA keys where output must not change; `anew` gives
    /// another.
    pub(super) fn fixed(anew: bool) -> Result<Self, String> {
        Self::parse(if anew {
            include_bytes!("another_fixed_key.pem")
        } else {
            include_bytes!("fixed_key.pem")
        })
    }

    /// Reads a key from PEM (sprig's `parsePrivateKeyPEM`).
    pub(super) fn parse(text: &[u8]) -> Result<Self, String> {
        let block = pem::decode(text).ok_or("no PEM data in input")?;
        let failed = |what: &'static str| move |problem| format!("{what}: {problem}");
        if block.label == "PRIVATE KEY" {
            return Self::parse_pkcs8(&block.bytes).map_err(failed("decoding PEM as PKCS#8"));
        }
        let Some(kind) = block.label.strip_suffix(" PRIVATE KEY") else {
            return Err(format!("no private key data in PEM block of type {}", block.label));
        };
        match kind {
            "RSA" => RsaKey::parse(&block.bytes)
                .map(Self::Rsa)
                .map_err(failed("parsing RSA private key from PEM")),
            "EC" => parse_sec1(&block.bytes, None).map(Self::Ec).map_err(|problem| {
                let failed = "x509: failed to parse EC private key";
                format!("parsing EC private key from PEM: {failed}: {problem}")
            }),
            "DSA" => match Reader::new(&block.bytes).sequence() {
                Ok(_) => Ok(Self::Dsa(block.bytes)),
                Err(problem) => Err(format!("parsing DSA private key from PEM: {problem}")),
            },
            _ => Err(format!("invalid private key type {}", block.label)),
        }
    }

    fn parse_pkcs8(bytes: &[u8]) -> Result<Self, &'static str> {
        let mut fields = Reader::new(bytes).sequence()?;
        fields.integer()?;
        let mut algorithm = fields.sequence()?;
        let kind = algorithm.expect(super::der::OBJECT_IDENTIFIER)?;
        let key = fields.expect(OCTET_STRING)?;
        match kind {
            RSA => RsaKey::parse(key).map(Self::Rsa),
            EC => parse_sec1(key, Some(algorithm.expect(super::der::OBJECT_IDENTIFIER)?))
                .map(Self::Ec),
            ED25519 => {
                let seed = Reader::new(key).expect(OCTET_STRING)?;
                let seed =
                    seed.try_into().map_err(|_| "x509: invalid Ed25519 private key length")?;
                Ok(Self::Ed(EdKey(seed)))
            }
            _ => Err("x509: PKCS#8 wrapping contained private key with unknown algorithm"),
        }
    }

    /// Returns the key as PEM.
    pub(super) fn pem(&self) -> String {
        match self {
            Self::Rsa(key) => pem::encode("RSA PRIVATE KEY", &key.private_der()),
            Self::Dsa(bytes) => pem::encode("DSA PRIVATE KEY", bytes),
            Self::Ec(key) => pem::encode(
                "EC PRIVATE KEY",
                &sequence([
                    &integer(&1_u32.into()),
                    &element(OCTET_STRING, &key.secret()),
                    &element(context(0), &oid(P256)),
                    &element(context(1), &bits(&key.public())),
                ]),
            ),
            Self::Ed(key) => pem::encode(
                "PRIVATE KEY",
                &sequence([
                    &integer(&0_u32.into()),
                    &sequence([&oid(ED25519)]),
                    &element(OCTET_STRING, &element(OCTET_STRING, &key.0)),
                ]),
            ),
        }
    }

    /// Returns the bits of the public key.
    pub(super) fn public_bits(&self) -> Vec<u8> {
        match self {
            Self::Rsa(key) => key.public_der(),
            Self::Ec(key) => key.public(),
            Self::Ed(key) => key.public(),
            Self::Dsa(_) => Vec::new(),
        }
    }

    /// Returns the public key with its algorithm (`SubjectPublicKeyInfo`).
    pub(super) fn public_info(&self) -> Vec<u8> {
        let algorithm = match self {
            Self::Rsa(_) => sequence([&oid(RSA), NULL]),
            Self::Ec(_) => sequence([&oid(EC), &oid(P256)]),
            Self::Ed(_) | Self::Dsa(_) => sequence([&oid(ED25519)]),
        };
        sequence([&algorithm, &bits(&self.public_bits())])
    }

    /// Returns the algorithm of signatures.
    pub(super) fn signature_algorithm(&self) -> Vec<u8> {
        match self {
            Self::Rsa(_) => sequence([&oid(SHA256_WITH_RSA), NULL]),
            Self::Ec(_) => sequence([&oid(ECDSA_WITH_SHA256)]),
            Self::Ed(_) | Self::Dsa(_) => sequence([&oid(ED25519)]),
        }
    }

    /// Signs; the error is Go's text.
    pub(super) fn sign(
        &self,
        message: &[u8],
        random: &mut Random<'_>,
    ) -> Result<Vec<u8>, &'static str> {
        match self {
            Self::Rsa(key) => key.sign(message),
            Self::Ec(key) => Ok(key.sign(message, random)),
            Self::Ed(key) => Ok(key.sign(message)),
            Self::Dsa(_) => Err("x509: certificate private key does not implement crypto.Signer"),
        }
    }
}

fn parse_sec1(bytes: &[u8], curve: Option<&[u8]>) -> Result<EcKey, &'static str> {
    let mut fields = Reader::new(bytes).sequence()?;
    fields.integer()?;
    let secret = fields.expect(OCTET_STRING)?;
    let named = fields.optional(context(0))?;
    let named = named.map(|named| Reader::new(named.content).expect(super::der::OBJECT_IDENTIFIER));
    let named = named.transpose()?.or(curve);
    if named != Some(P256) {
        return Err("x509: unknown elliptic curve");
    }
    EcKey::new(secret).ok_or("x509: invalid elliptic curve private key value")
}
