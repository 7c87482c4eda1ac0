//! What a prediction says to its readers: one model, several forms.

pub mod model;
