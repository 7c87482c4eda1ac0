//! A service account of the cloud (kustomize's `IAMPolicyGenerator`).

use zij_goyaml::Node as Value;

use crate::error::{Error, Result};
use crate::file::Decoder;
use crate::limits::Limits;
use crate::node::parse_document;
use crate::resource::Resource;

/// Makes the service account that the plugin's configuration asks for.
///
/// # Errors
/// Another cloud than GKE, or names that are no YAML: kustomize puts them into a text.
pub(crate) fn make_service_account(value: &Value, limits: &Limits) -> Result<Resource> {
    let (mut cloud, mut names) = (String::new(), [const { String::new() }; 4]);
    let [account, project, name, namespace] = &mut names;
    let decoder = Decoder::lenient("IAMPolicyGenerator");
    decoder.object(value, &mut |field, value| {
        match field {
            "cloud" => cloud = decoder.string(value)?,
            "serviceaccount" => decoder.object(value, &mut |field, value| {
                match field {
                    "name" => *account = decoder.string(value)?,
                    "projectid" => *project = decoder.string(value)?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?,
            "kubernetesservice" => decoder.object(value, &mut |field, value| {
                match field {
                    "name" => *name = decoder.string(value)?,
                    "namespace" => *namespace = decoder.string(value)?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    if cloud != "gke" {
        return Err(Error::kustomization(format!("cloud provider {cloud} not supported yet")));
    }
    let namespace = match namespace.as_str() {
        "" => String::new(),
        namespace => format!("  namespace: {namespace}"),
    };
    let text = format!(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  annotations:\n    \
         iam.gke.io/gcp-service-account: {account}@{project}.iam.gserviceaccount.com\n  \
         name: {name}\n{namespace}"
    );
    let node = parse_document(text.as_bytes(), 0, &limits.yaml)?;
    node.map(Resource::new).ok_or_else(|| Error::yaml("EOF"))
}
