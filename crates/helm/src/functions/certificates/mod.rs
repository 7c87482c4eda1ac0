//! Keys and certificates (sprig `crypto.go`, Go `crypto/x509`).
//!
//! The arithmetic is ours: the released RSA crate has an open advisory, and the curves would bring
//! two dozen crates for functions that hardly any chart calls. What is made here goes into the
//! output of a render and keeps no secret from whoever runs it.

mod certificate;
mod der;
mod dsa;
mod edwards;
mod functions;
mod keys;
mod nist_p256;
mod parse;
mod pem;
mod primes;
mod rsa;

pub(super) use functions::FUNCTIONS;
