//! What repositories deploy through Argo CD and Flux: cases as data below `testdata`.

mod argocd;
mod case;
mod changes;
mod flux;
mod vendor;
