//! Names, tags and digests of images.

use regex::Regex;
use zij_goyaml::syntax::Tag;

use super::context::Context;
use super::field_spec::{Create, for_field, set_scalar};
use crate::config::FieldSpec;
use crate::error::Result;
use crate::file::Image;
use crate::node::{Content, Node};
use crate::resource::{ResourceSet, compile};

/// Changes an image wherever containers are listed, and in the fields of the specs.
pub(crate) fn set_images(
    set: &mut ResourceSet,
    image: &Image,
    specs: &[FieldSpec],
    context: &Context<'_>,
) -> Result<()> {
    let name = ImageName::new(&image.name)?;
    for resource in &mut set.resources {
        context.step(specs.len())?;
        if resource.kind() == "CustomResourceDefinition" {
            continue;
        }
        in_containers(&mut resource.node, &mut |node| update(node, image, &name))?;
        for spec in specs {
            for_field(resource, spec, Create::Nothing, &mut |node| update(node, image, &name))?;
        }
    }
    set.drop_empty();
    Ok(())
}

/// Calls `update` for the images of all lists called `containers` or `initContainers`.
fn in_containers(node: &mut Node, update: &mut dyn FnMut(&mut Node) -> Result<()>) -> Result<()> {
    match &mut node.content {
        Content::Scalar(_) => {}
        Content::Sequence(items) => {
            for item in items {
                in_containers(item, update)?;
            }
        }
        Content::Mapping(fields) => {
            for field in fields {
                in_containers(&mut field.value, update)?;
                let containers = matches!(&*field.key.text, "containers" | "initContainers");
                if containers && field.value.is_sequence() {
                    for item in field.value.items_mut() {
                        item.need_mapping()?;
                        if let Some(image) = item.get_mut("image") {
                            update(image)?;
                        }
                    }
                }
            }
        }
    }
    Ok(())
}

fn update(node: &mut Node, image: &Image, name: &ImageName) -> Result<()> {
    node.need_scalar()?;
    if !name.matches(node.text()) {
        return Ok(());
    }
    let (old_name, old_tag, old_digest) = split_image(node.text());
    let name = if image.new_name.is_empty() { old_name } else { &image.new_name };
    let (tag, digest) = match (!image.new_tag.is_empty(), !image.digest.is_empty()) {
        (true, true) => (image.new_tag.clone(), image.digest.as_str()),
        (true, false) => (image.new_tag.clone(), ""),
        (false, true) => (String::new(), image.digest.as_str()),
        (false, false) if !image.tag_suffix.is_empty() => {
            (format!("{old_tag}{}", image.tag_suffix), "")
        }
        (false, false) => (old_tag.to_owned(), old_digest),
    };
    let mut full = name.to_owned();
    if !tag.is_empty() {
        full.push(':');
        full.push_str(&tag);
    }
    if !digest.is_empty() {
        full.push('@');
        full.push_str(digest);
    }
    set_scalar(node, &full, Tag::Empty)
}

/// The name of an image, which kustomize takes for a regular expression.
enum ImageName {
    /// Only letters and dots, which stand for any character.
    Dotted(String),
    Pattern(Box<Regex>),
}

impl ImageName {
    fn new(name: &str) -> Result<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/:@.".contains(&byte);
        if name.bytes().all(plain) {
            return Ok(Self::Dotted(name.to_owned()));
        }
        let tail = "(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?";
        compile(&format!("^{name}{tail}$")).map(|regex| Self::Pattern(Box::new(regex)))
    }

    fn matches(&self, image: &str) -> bool {
        let name = match self {
            Self::Pattern(regex) => return regex.is_match(image),
            Self::Dotted(name) => name,
        };
        let mut rest = image.chars();
        for wanted in name.chars() {
            match (wanted, rest.next()) {
                ('.', Some(found)) if found != '\n' => {}
                (wanted, Some(found)) if wanted == found => {}
                _ => return false,
            }
        }
        is_tail(rest.as_str())
    }
}

/// A tag and a digest, both optional.
fn is_tail(text: &str) -> bool {
    let word = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.{}-".contains(&byte))
    };
    let (tag, digest) = match text.split_once("@sha256:") {
        Some((tag, digest)) => (tag, digest),
        None => (text, ""),
    };
    word(digest) && (tag.is_empty() || tag.strip_prefix(':').is_some_and(word))
}

/// Splits into name, tag and digest.
fn split_image(image: &str) -> (&str, &str, &str) {
    let slash = image.find('/').filter(|at| *at > 0).unwrap_or(0);
    let at = image[slash..].find('@').map(|at| at + slash);
    let colon = image[slash..].find(':').map(|at| at + slash);
    match (colon, at) {
        (None, None) => (image, "", ""),
        (colon, Some(at)) if colon.is_none_or(|colon| at < colon) => {
            (&image[..at], "", &image[at + 1..])
        }
        (Some(colon), Some(at)) => (&image[..colon], &image[colon + 1..at], &image[at + 1..]),
        (Some(colon), None) => (&image[..colon], &image[colon + 1..], ""),
        (None, Some(at)) => (&image[..at], "", &image[at + 1..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matching_and_splitting() {
        let name = ImageName::new("a.io/b").unwrap();
        for image in ["a.io/b", "a.io/b:1", "a.io/b@sha256:00", "axio/b:1@sha256:0"] {
            assert!(name.matches(image), "{image}");
        }
        for image in ["a.io/bc", "x/a.io/b", "a.io/b:1:2", "a.io/b@md5:0"] {
            assert!(!name.matches(image), "{image}");
        }
        assert_eq!(split_image("h:5000/a:1@sha256:2"), ("h:5000/a", "1", "sha256:2"));
        assert_eq!(split_image("h:5000/a"), ("h:5000/a", "", ""));
        assert_eq!(split_image("a@sha256:2"), ("a", "", "sha256:2"));
    }
}
