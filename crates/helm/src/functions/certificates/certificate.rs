//! Building certificates (`x509.CreateCertificate` with sprig's template).

use std::net::IpAddr;

use num_bigint::BigUint;
use sha2::{Digest as _, Sha256};

use super::{
    super::dates::Moment,
    der::{
        BIT_STRING, BOOLEAN, GENERALIZED_TIME, OCTET_STRING, PRINTABLE_STRING, SEQUENCE, SET,
        UTC_TIME, UTF8_STRING, bits, context, element, integer, oid, sequence,
    },
    keys::PrivateKey,
    parse::Signer,
};
use crate::host::Random;

const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 0x0e];
const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 0x23];
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1d, 0x11];
const SERVER_AUTH: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
const CLIENT_AUTH: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];

/// What a certificate says.
pub(super) struct Template {
    pub(super) common_name: Vec<u8>,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) host_names: Vec<Vec<u8>>,
    pub(super) not_before: Moment,
    pub(super) not_after: Moment,
    pub(super) is_authority: bool,
}

/// Returns a certificate for a key, signed by another or by itself; the error is Go's text.
pub(super) fn create(
    template: &Template,
    key: &PrivateKey,
    parent: Option<(&Signer, &PrivateKey)>,
    random: &mut Random<'_>,
) -> Result<Vec<u8>, String> {
    let subject = name(&template.common_name)?;
    let (issuer, signing_key) = match parent {
        Some((signer, signing_key)) => (signer.subject.clone(), signing_key),
        None => (subject.clone(), key),
    };
    if let Some((signer, signing_key)) = parent
        && signer.public_bits != signing_key.public_bits()
    {
        return Err("x509: provided PrivateKey doesn't match parent's PublicKey".to_owned());
    }
    let mut serial = [0; 16];
    random.fill(&mut serial);
    let authority_id = parent
        .filter(|(signer, _)| signer.subject != subject)
        .and_then(|(signer, _)| signer.key_id.clone());
    let version = element(context(0), &integer(&2_u32.into()));
    let body = sequence([
        &version,
        &integer(&BigUint::from_bytes_be(&serial)),
        &signing_key.signature_algorithm(),
        &issuer,
        &sequence([&time(&template.not_before)?, &time(&template.not_after)?]),
        &subject,
        &key.public_info(),
        &extensions(template, key, authority_id)?,
    ]);
    let signature = signing_key.sign(&body, random)?;
    Ok(sequence([&body, &signing_key.signature_algorithm(), &bits(&signature)]))
}

/// Returns a name that is only a common name; an empty one is no name at all.
fn name(common_name: &[u8]) -> Result<Vec<u8>, String> {
    if common_name.is_empty() {
        return Ok(sequence([]));
    }
    let is_printable = |byte: &u8| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(byte);
    let tag = if common_name.iter().all(is_printable) {
        PRINTABLE_STRING
    } else if std::str::from_utf8(common_name).is_ok() {
        UTF8_STRING
    } else {
        return Err("asn1: string not valid UTF-8".to_owned());
    };
    let attribute = sequence([&oid(COMMON_NAME), &element(tag, common_name)]);
    Ok(sequence([&element(SET, &attribute)]))
}

fn time(moment: &Moment) -> Result<Vec<u8>, String> {
    match moment.civil().year {
        1950..=2049 => Ok(element(UTC_TIME, &moment.format(b"060102150405Z"))),
        0..=9999 => Ok(element(GENERALIZED_TIME, &moment.format(b"20060102150405Z"))),
        _ => Err("asn1: structure error: cannot represent time as GeneralizedTime".to_owned()),
    }
}

fn extensions(
    template: &Template,
    key: &PrivateKey,
    authority_id: Option<Vec<u8>>,
) -> Result<Vec<u8>, String> {
    // Digital signature, key encipherment and, for authorities, signing certificates: bits from
    // the left, after the number of unused ones.
    let usage: &[u8] = if template.is_authority { &[2, 0xa4] } else { &[5, 0xa0] };
    let purposes = sequence([&oid(SERVER_AUTH), &oid(CLIENT_AUTH)]);
    let constraints = match template.is_authority {
        true => sequence([&element(BOOLEAN, &[0xff])]),
        false => sequence([]),
    };
    let mut all = [
        extension(KEY_USAGE, Critical::Yes, &element(BIT_STRING, usage)),
        extension(EXTENDED_KEY_USAGE, Critical::No, &purposes),
        extension(BASIC_CONSTRAINTS, Critical::Yes, &constraints),
    ]
    .concat();
    if template.is_authority {
        let id = &Sha256::digest(key.public_bits())[..20];
        all.extend(extension(SUBJECT_KEY_ID, Critical::No, &element(OCTET_STRING, id)));
    }
    if let Some(id) = authority_id {
        let value = sequence([&element(0x80, &id)]);
        all.extend(extension(AUTHORITY_KEY_ID, Critical::No, &value));
    }
    let names = alternative_names(template)?;
    if !names.is_empty() {
        // Without a subject these names are all there is.
        let critical = if template.common_name.is_empty() { Critical::Yes } else { Critical::No };
        all.extend(extension(ALTERNATIVE_NAMES, critical, &element(SEQUENCE, &names)));
    }
    Ok(element(context(3), &element(SEQUENCE, &all)))
}

#[derive(Clone, Copy)]
enum Critical {
    Yes,
    No,
}

fn extension(kind: &[u8], critical: Critical, value: &[u8]) -> Vec<u8> {
    let flag = match critical {
        Critical::Yes => element(BOOLEAN, &[0xff]),
        Critical::No => Vec::new(),
    };
    sequence([&oid(kind), &flag, &element(OCTET_STRING, value)])
}

fn alternative_names(template: &Template) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    for host in &template.host_names {
        if !host.is_ascii() {
            let host = String::from_utf8_lossy(host);
            return Err(format!("x509: {host:?} cannot be encoded as an IA5String"));
        }
        out.extend(element(0x82, host));
    }
    for address in &template.addresses {
        out.extend(match address.to_canonical() {
            IpAddr::V4(address) => element(0x87, &address.octets()),
            IpAddr::V6(address) => element(0x87, &address.octets()),
        });
    }
    Ok(out)
}
