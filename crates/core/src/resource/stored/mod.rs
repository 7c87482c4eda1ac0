//! Objects as the API server stores them, so that a default that is written down is no change.
//!
//! A manifest goes through three steps before anything compares it: defaults are filled in,
//! old spellings become new ones, and what says nothing is left out. All three are done here on
//! the JSON itself, from tables of fields, for the kinds that roll, hold data or route traffic.
//!
//! Typed structs were tried on paper and left: the crates that mirror the API make every field an
//! `Option`, so they cannot tell the fields for which Go stores a plain `false` (equal to absent)
//! from those that are pointers (`false` is not absent, and a pod template with it rolls); they
//! drop fields that they do not know, which a newer server would compare; and they compile all
//! kinds of one Kubernetes version, where a fleet has several. The tables are a fraction of that
//! and say the one thing that matters.
//!
//! (Source: `SetDefaults_*` in pkg/apis/{core,apps,batch,autoscaling,networking,rbac,storage,
//! scheduling,policy,admissionregistration}/*/defaults.go, the `+default` markers of
//! staging/src/k8s.io/api, and the conversions beside them, as of Kubernetes 1.36; what differs in
//! older versions is marked with the version.)

mod amounts;
mod fill;
mod kinds;
mod pod;
mod prune;
mod server;

pub use server::Server;

#[cfg(test)]
mod tests;
