//! The HTTP client of everything that uses the network: time-outs, and the certificates that this
//! system trusts.

use std::{fs, sync::Arc, time::Duration};

use ureq::{
    Agent,
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};

/// A whole exchange takes no longer than so many times what a server may be silent.
const PATIENCE: u32 = 20;
/// Where systems keep the certificates that they trust (Go, `crypto/x509/root_linux.go`,
/// `root_darwin.go`).
const CERTIFICATES: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// A client that waits so long for a server that says nothing. It follows no redirect and takes every
/// status for an answer.
pub(crate) fn agent(silence: Duration) -> Agent {
    let roots = RootCerts::Specific(Arc::new(trusted()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls =
        TlsConfig::builder().root_certs(roots).unversioned_rustls_crypto_provider(provider).build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .user_agent(concat!("zij/", env!("CARGO_PKG_VERSION")))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_connect(Some(silence))
        .timeout_recv_response(Some(silence))
        .timeout_per_read(Some(silence))
        .timeout_global(Some(silence * PATIENCE))
        .build();
    config.into()
}

/// The certificates that this system trusts; `SSL_CERT_FILE` names others, as for other programs.
fn trusted() -> Vec<Certificate<'static>> {
    let own = std::env::var_os("SSL_CERT_FILE").map(std::path::PathBuf::from);
    let bundle = match own {
        Some(file) => fs::read(file).ok(),
        None => CERTIFICATES.iter().find_map(|file| fs::read(file).ok()),
    };
    let items = bundle.as_deref().map(parse_pem).into_iter().flatten();
    let certificates = items.filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    });
    certificates.collect()
}
