//! What is needed of a certificate that signs another.

use super::der::{BOOLEAN, OBJECT_IDENTIFIER, OCTET_STRING, Reader, SEQUENCE, context};

const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 0x0e];

/// A certificate's names and key, encoded.
pub(super) struct Signer {
    pub(super) subject: Vec<u8>,
    pub(super) public_bits: Vec<u8>,
    pub(super) key_id: Option<Vec<u8>>,
}

/// Reads a certificate; the error is close to Go's text.
pub(super) fn parse(bytes: &[u8]) -> Result<Signer, &'static str> {
    const MALFORMED: &str = "x509: malformed certificate";
    let mut outer = Reader::new(bytes).sequence().map_err(|_| MALFORMED)?;
    let mut fields = outer.sequence().map_err(|_| "x509: malformed tbs certificate")?;
    let mut read = || -> Result<Signer, &'static str> {
        fields.optional(context(0))?;
        fields.integer()?;
        fields.sequence()?;
        fields.expect(SEQUENCE)?;
        fields.sequence()?;
        let subject = fields.next()?.whole.to_vec();
        let mut key = fields.sequence()?;
        key.sequence()?;
        let public_bits = key.bits()?.to_vec();
        let mut key_id = None;
        while !fields.is_empty() {
            let part = fields.next()?;
            if part.tag == context(3) {
                key_id = find_key_id(part.content)?;
            }
        }
        Ok(Signer { subject, public_bits, key_id })
    };
    read().map_err(|_| MALFORMED)
}

fn find_key_id(extensions: &[u8]) -> Result<Option<Vec<u8>>, &'static str> {
    let mut extensions = Reader::new(extensions).sequence()?;
    while !extensions.is_empty() {
        let mut extension = extensions.sequence()?;
        let kind = extension.expect(OBJECT_IDENTIFIER)?;
        extension.optional(BOOLEAN)?;
        let value = extension.expect(OCTET_STRING)?;
        if kind == SUBJECT_KEY_ID {
            return Reader::new(value).expect(OCTET_STRING).map(|id| Some(id.to_vec()));
        }
    }
    Ok(None)
}
