//! Go's `fmt` and `strconv`: printing of values.

mod flags;
mod float;
mod print;
mod printf;
mod quote;

pub(crate) use self::print::append_dereferenced;
pub use self::{
    float::{append_float, format_float},
    print::{append, display, sprint, sprintln},
    printf::sprintf,
    quote::{append_quoted, append_quoted_ascii, is_print, quoted},
};
