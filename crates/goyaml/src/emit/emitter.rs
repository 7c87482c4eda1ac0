//! The event-free emitter: callers push values, it lays them out as goyaml does.

use crate::error::{Error, ErrorKind};
use crate::float::format_float;

use super::round_trip;
use super::scalar::{self, Context};

/// Which Go program the output is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// `sigs.k8s.io/yaml`'s `Marshal` (`toYaml`): JSON, then goyaml v2; folds at 80 columns, lists
    /// are not indented inside maps.
    #[default]
    Marshal,
    /// goyaml v3 with an indent of two (`toYamlPretty`): no JSON step, no folding, lists are
    /// indented inside maps.
    Pretty,
}

/// Writes one YAML document from pushed values.
///
/// Keys must be pushed in their final order (see [`crate::sort_keys`]). A value that Go cannot
/// write (NaN in JSON, control characters that goyaml refuses to read back) makes the whole
/// document fail, as it does in Go; [`Emitter::finish`] reports the first one.
///
/// ```
/// use zij_goyaml::{Emitter, Style};
/// let mut emitter = Emitter::new(Style::Marshal);
/// emitter.begin_mapping(1);
/// emitter.key("ports");
/// emitter.begin_sequence(2);
/// emitter.int(80);
/// emitter.string("443");
/// emitter.end_sequence();
/// emitter.end_mapping();
/// assert_eq!(emitter.finish()?, "ports:\n- 80\n- \"443\"\n");
/// # Ok::<(), zij_goyaml::Error>(())
/// ```
#[derive(Debug)]
pub struct Emitter {
    pub(super) out: String,
    pub(super) column: usize,
    /// The last thing written was white space.
    pub(super) whitespace: bool,
    /// Only indentation and block indicators were written on this line.
    pub(super) indention: bool,
    pub(super) indent: usize,
    pub(super) style: Style,
    frames: Vec<Frame>,
    error: Option<Error>,
}

/// An open collection and the indent to return to.
#[derive(Debug, Clone, Copy)]
struct Frame {
    kind: FrameKind,
    outer_indent: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum FrameKind {
    Mapping,
    Sequence,
    /// Already closed in the text: `{}` or `[]`.
    Empty,
}

const FOLD_WIDTH: usize = 80;
const INDENT: usize = 2;
/// encoding/json and goyaml both stop here.
const MAX_NESTING: usize = 10_000;

impl Emitter {
    /// Returns an emitter with an empty buffer.
    pub fn new(style: Style) -> Self {
        Self::with_capacity(style, 0)
    }

    /// Returns an emitter with room for `capacity` bytes.
    pub fn with_capacity(style: Style, capacity: usize) -> Self {
        Self {
            out: String::with_capacity(capacity),
            column: 0,
            whitespace: true,
            indention: true,
            indent: 0,
            style,
            frames: Vec::new(),
            error: None,
        }
    }

    /// Writes `null`.
    pub fn null(&mut self) {
        self.verbatim("null");
    }

    /// Writes `true` or `false`.
    pub fn bool(&mut self, value: bool) {
        self.verbatim(if value { "true" } else { "false" });
    }

    /// Writes an integer.
    pub fn int(&mut self, value: i64) {
        self.verbatim(&value.to_string());
    }

    /// Writes an unsigned integer.
    pub fn uint(&mut self, value: u64) {
        self.verbatim(&value.to_string());
    }

    /// Writes a float. In [`Style::Marshal`] its JSON text is read again first, so that whole
    /// numbers come out as integers (`1000000`, but `1e+20`); infinities and NaN fail there.
    pub fn float(&mut self, value: f64) {
        match self.style {
            Style::Marshal if !value.is_finite() => {
                let text = format_float(value);
                self.fail(Error::new(ErrorKind::Json, format!("json: unsupported value: {text}")));
            }
            Style::Marshal => round_trip::float(value, |text| self.verbatim(text)),
            Style::Pretty => match format_float(value).as_str() {
                "+Inf" => self.verbatim(".inf"),
                "-Inf" => self.verbatim("-.inf"),
                "NaN" => self.verbatim(".nan"),
                text => self.verbatim(text),
            },
        }
    }

    /// Writes a text in the style that goyaml chooses.
    pub fn string(&mut self, value: &str) {
        self.begin_value();
        self.text(value, Context::Value);
    }

    /// Writes a Go string, which may be invalid UTF-8: JSON replaces bad bytes, goyaml v3 writes
    /// `!!binary`.
    pub fn bytes(&mut self, value: &[u8]) {
        match std::str::from_utf8(value) {
            Ok(text) => self.string(text),
            Err(_) => {
                self.begin_value();
                self.invalid_text(value, Context::Value);
            }
        }
    }

    /// Opens a map of `len` keys; only whether `len` is zero matters.
    pub fn begin_mapping(&mut self, len: usize) {
        self.begin_value();
        self.open(FrameKind::Mapping, len, "{}", false);
    }

    /// Closes the map opened last.
    pub fn end_mapping(&mut self) {
        self.close();
    }

    /// Opens a list of `len` items; only whether `len` is zero matters.
    pub fn begin_sequence(&mut self, len: usize) {
        self.begin_value();
        let in_mapping = self.top() == Some(FrameKind::Mapping);
        let flush_left = self.style == Style::Marshal && in_mapping && !self.indention;
        self.open(FrameKind::Sequence, len, "[]", flush_left);
    }

    /// Closes the list opened last.
    pub fn end_sequence(&mut self) {
        self.close();
    }

    /// Writes the key for the value that is pushed next.
    pub fn key(&mut self, key: &str) {
        self.key_with(key, |emitter, context| emitter.text(key, context));
    }

    /// Writes a key that may be invalid UTF-8, see [`Emitter::bytes`].
    pub fn key_bytes(&mut self, key: &[u8]) {
        match std::str::from_utf8(key) {
            Ok(text) => self.key(text),
            Err(_) => {
                let printed = crate::to_valid_utf8(key);
                self.key_with(&printed, |emitter, context| emitter.invalid_text(key, context));
            }
        }
    }

    /// Returns the finished document, which ends with a line break (Helm cuts that off).
    ///
    /// # Errors
    /// The first value that Go cannot write.
    pub fn finish(mut self) -> Result<String, Error> {
        self.indent = 0;
        self.write_indent();
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.out),
        }
    }

    fn key_with(&mut self, key: &str, write: impl FnOnce(&mut Self, Context)) {
        if self.style == Style::Marshal
            && let Err(error) = round_trip::check_key(key)
        {
            self.fail(error);
        }
        self.write_indent();
        if scalar::is_simple_key(key) {
            write(self, Context::SimpleKey);
            self.write_indicator(":", Indicator::Tight);
        } else {
            self.write_indicator("?", Indicator::Block);
            write(self, Context::Value);
            self.write_indent();
            self.write_indicator(":", Indicator::Block);
        }
    }

    fn text(&mut self, value: &str, context: Context) {
        if self.style == Style::Pretty {
            return self.write_text(value, context);
        }
        match round_trip::string(value) {
            Ok(value) => self.write_text(&value, context),
            Err(error) => self.fail(error),
        }
    }

    fn invalid_text(&mut self, value: &[u8], context: Context) {
        match self.style {
            Style::Marshal => self.text(&crate::to_valid_utf8(value), context),
            Style::Pretty => self.write_binary(value, context),
        }
    }

    /// Writes what precedes any value: nothing, or the dash of a list item.
    fn begin_value(&mut self) {
        if self.top() == Some(FrameKind::Sequence) {
            self.write_indent();
            self.write_indicator("-", Indicator::Block);
        }
    }

    fn verbatim(&mut self, text: &str) {
        self.begin_value();
        self.write_word(text);
    }

    pub(super) fn write_word(&mut self, text: &str) {
        if !self.whitespace {
            self.put(' ');
        }
        self.push_str(text);
        self.whitespace = false;
        self.indention = false;
    }

    fn open(&mut self, kind: FrameKind, len: usize, empty: &str, flush_left: bool) {
        let outer_indent = self.indent;
        if len == 0 {
            self.write_word(empty);
            self.frames.push(Frame { kind: FrameKind::Empty, outer_indent });
            return;
        }
        // The document itself has no indent, so the outermost collection starts at column 0.
        if !flush_left && !self.frames.is_empty() {
            self.indent += INDENT;
        }
        self.frames.push(Frame { kind, outer_indent });
        if self.frames.len() > MAX_NESTING {
            self.fail(Error::limit("levels of nesting", MAX_NESTING));
        }
    }

    fn close(&mut self) {
        if let Some(frame) = self.frames.pop() {
            self.indent = frame.outer_indent;
        }
    }

    fn top(&self) -> Option<FrameKind> {
        self.frames.last().map(|frame| frame.kind)
    }

    pub(super) fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }

    pub(super) fn fold_width(&self) -> usize {
        match self.style {
            Style::Marshal => FOLD_WIDTH,
            Style::Pretty => usize::MAX,
        }
    }

    /// The indent of lines that continue a scalar.
    pub(super) fn scalar_indent(&self) -> usize {
        // In the root scalar too, which goyaml treats as if it were inside something.
        self.indent + INDENT
    }

    pub(super) fn write_indent(&mut self) {
        self.write_indent_of(self.indent);
    }

    pub(super) fn write_indent_of(&mut self, indent: usize) {
        let used = self.column > indent || self.column == indent && !self.whitespace;
        if !self.indention || used {
            self.put_break();
        }
        const BLANKS: &str = "                                                                ";
        while self.column < indent {
            let missing = (indent - self.column).min(BLANKS.len());
            self.push_str(&BLANKS[..missing]);
        }
        self.whitespace = true;
        self.indention = true;
    }

    pub(super) fn write_indicator(&mut self, text: &str, indicator: Indicator) {
        if indicator != Indicator::Tight && !self.whitespace {
            self.put(' ');
        }
        self.push_str(text);
        self.whitespace = false;
        self.indention = self.indention && indicator == Indicator::Block;
    }

    pub(super) fn put(&mut self, char: char) {
        self.out.push(char);
        self.column += 1;
    }

    pub(super) fn put_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
    }

    /// Writes ASCII text without breaks.
    pub(super) fn push_str(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.len();
    }
}

/// How an indicator sits among its neighbours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Indicator {
    /// Right after the text before it.
    Tight,
    /// After a blank.
    Spaced,
    /// After a blank, and more indicators may follow on the line.
    Block,
}
