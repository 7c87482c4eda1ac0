//! The kustomization file.

mod decode;
mod decoder;
mod helm;
mod kustomization;
mod parts;
mod replacement;

pub(crate) use decode::parse;
pub(crate) use decoder::Decoder;
pub use helm::{Chart, ChartGlobals};
pub(crate) use helm::{decode_chart, decode_globals};
pub(crate) use kustomization::{Kind, Kustomization};
pub(crate) use parts::{
    Generated, GeneratorArgs, GeneratorOptions, Image, Patch, Replica, SortOptions, Var,
    decode_field_specs, decode_generator, decode_image, decode_patch, decode_replica,
    decode_selector,
};
pub(crate) use replacement::{
    FieldOptions, Replacement, ReplacementField, Source, Target, decode_replacement,
    decode_replacement_field,
};
