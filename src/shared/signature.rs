//! AWS Signature Version 4 for S3: a request that says who sends it ("Authenticating Requests:
//! Using the Authorization Header", Amazon S3 API Reference).

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

/// Who sends requests, and for which region.
#[derive(Clone)]
pub(super) struct Signer {
    pub(super) region: String,
    pub(super) key_id: String,
    pub(super) secret: String,
    /// The token of credentials that end after a while.
    pub(super) token: Option<String>,
}

/// A request as it is signed.
pub(super) struct Unsigned<'a> {
    pub(super) method: &'a str,
    /// As it stands in the URL, encoded.
    pub(super) path: &'a str,
    /// Further headers by lower-case names, sorted, `host` among them.
    pub(super) headers: Vec<(&'a str, String)>,
    pub(super) body: &'a [u8],
    /// The time as `20130524T000000Z`.
    pub(super) time: &'a str,
}

impl Signer {
    /// The headers to send, with the signature.
    pub(super) fn headers(&self, request: &Unsigned<'_>) -> Vec<(String, String)> {
        let day = request.time.get(..8).unwrap_or_default();
        let payload = hex(&Sha256::digest(request.body));
        let mut headers: Vec<(String, String)> = request
            .headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        headers.push(("x-amz-content-sha256".to_owned(), payload.clone()));
        headers.push(("x-amz-date".to_owned(), request.time.to_owned()));
        headers.extend(
            self.token.iter().map(|token| ("x-amz-security-token".to_owned(), token.clone())),
        );
        headers.sort();
        let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(";");
        let mut canonical = format!("{}\n{}\n\n", request.method, request.path);
        for (name, value) in &headers {
            // Writing to a string cannot fail.
            let _ = writeln!(canonical, "{name}:{}", value.trim());
        }
        let _ = write!(canonical, "\n{names}\n{payload}");
        let scope = format!("{day}/{}/s3/aws4_request", self.region);
        let digest = hex(&Sha256::digest(canonical.as_bytes()));
        let text = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{digest}", request.time);
        let signature = hex(&mac(&self.key(day), text.as_bytes()));
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope},SignedHeaders={names},Signature={signature}",
            self.key_id
        );
        headers.push(("authorization".to_owned(), authorization));
        headers
    }

    /// The key of a day, a region and a service.
    fn key(&self, day: &str) -> Vec<u8> {
        let first = format!("AWS4{}", self.secret).into_bytes();
        [day, self.region.as_str(), "s3", "aws4_request"]
            .into_iter()
            .fold(first, |key, part| mac(&key, part.as_bytes()))
    }
}

/// A path's segments with all but unreserved characters encoded; slashes stay.
pub(super) fn encoded(path: &str) -> String {
    let mut text = String::new();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                text.push(char::from(byte));
            }
            // Writing to a string cannot fail.
            other => drop(write!(text, "%{other:02X}")),
        }
    }
    text
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reference's own example, "GET Object".
    #[test]
    fn the_example_of_the_reference() {
        let signer = Signer {
            region: "us-east-1".to_owned(),
            key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
            token: None,
        };
        let request = Unsigned {
            method: "GET",
            path: "/test.txt",
            headers: vec![
                ("host", "examplebucket.s3.amazonaws.com".to_owned()),
                ("range", "bytes=0-9".to_owned()),
            ],
            body: b"",
            time: "20130524T000000Z",
        };
        let headers = signer.headers(&request);
        let want = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
                    SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,\
                    Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
        assert_eq!(headers.last().map(|(_, value)| value.as_str()), Some(want));
        assert_eq!(encoded("a b/ü~+"), "a%20b/%C3%BC~%2B");
    }
}
