//! The parser: tokens to a flat list of nodes in document order.
//!
//! goyaml reads a whole document before it decodes any of it; the tape stands for its node tree.
//! It is flat, so that deep nesting costs no stack and aliases are just places to read again.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::error::{Error, ErrorKind};
use crate::limits::Limits;
use crate::node::{Position, Span};
use crate::scan::{Mark, ScalarStyle, Scanner, Source, Token, TokenKind};

/// A node without its content, or the end of a collection.
#[derive(Debug)]
pub(crate) struct Entry<'t> {
    pub(crate) kind: EntryKind<'t>,
    pub(crate) start: Mark,
    pub(crate) end: Mark,
}

#[derive(Debug)]
pub(crate) enum EntryKind<'t> {
    Scalar {
        value: Cow<'t, str>,
        tag: Option<Box<str>>,
        /// Unquoted and untagged, so that the text decides the type.
        implicit: bool,
        style: ScalarStyle,
    },
    Alias {
        name: &'t str,
        /// Where the anchored node stands on the tape.
        target: usize,
    },
    SequenceStart,
    MappingStart,
    End,
}

impl Entry<'_> {
    pub(crate) fn span(&self, start: u32) -> Span {
        Span { start: place(self.start, start), end: place(self.end, start) }
    }
}

/// Turns a mark into a place, behind `start` bytes that are not part of the scanned text.
pub(crate) fn place(mark: Mark, start: u32) -> Position {
    let position = Position::from(mark);
    Position { offset: position.offset + start, ..position }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    ImplicitDocumentStart,
    DocumentStart,
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequenceFirstEntry,
    BlockSequenceEntry,
    IndentlessSequenceEntry,
    BlockMappingFirstKey,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequenceFirstEntry,
    FlowSequenceEntry,
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowMappingFirstKey,
    FlowMappingKey,
    FlowMappingValue,
    FlowMappingEmptyValue,
    End,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum NodeContext {
    Block,
    BlockOrIndentlessSequence,
    Flow,
}

/// What may stand in front of a node.
struct Properties<'t> {
    anchor: Option<&'t str>,
    tag: Option<Box<str>>,
    end: Mark,
}

/// Bytes of a document that an entry stands for, or fewer: what is reserved is seldom too little.
const BYTES_OF_ENTRY: usize = 12;

/// Entries that are reserved for the shortest text: memory of a size that was used before is not
/// taken from the system anew, and most texts have less.
const LEAST_RESERVED: usize = 112;

/// No text, however long, has more entries reserved before they are there.
const MOST_RESERVED: usize = 4096;

/// Reads documents one after the other.
pub(crate) struct Parser<'t> {
    scanner: Scanner<'t>,
    state: State,
    outer_states: Vec<State>,
    tag_directives: Vec<(Cow<'t, str>, Cow<'t, str>)>,
    anchors: HashMap<&'t str, usize>,
    tape: Vec<Entry<'t>>,
    open: usize,
    limits: Limits,
    nodes_left: usize,
}

impl<'t> Parser<'t> {
    pub(crate) fn new(source: &'t Source<'t>, limits: &Limits) -> Self {
        Self {
            scanner: Scanner::new(source),
            state: State::ImplicitDocumentStart,
            outer_states: Vec::new(),
            tag_directives: Vec::new(),
            anchors: HashMap::new(),
            tape: Vec::with_capacity(
                (source.text.len() / BYTES_OF_ENTRY).clamp(LEAST_RESERVED, MOST_RESERVED),
            ),
            open: 0,
            limits: *limits,
            nodes_left: limits.nodes,
        }
    }

    /// Returns the next document's tape, or nothing at the end of the stream.
    pub(crate) fn document(&mut self) -> Result<Option<Vec<Entry<'t>>>, Error> {
        self.anchors.clear();
        while self.state != State::DocumentEnd {
            if self.state == State::End {
                return Ok(None);
            }
            self.step()?;
        }
        self.document_end()?;
        Ok(Some(std::mem::take(&mut self.tape)))
    }

    fn step(&mut self) -> Result<(), Error> {
        match self.state {
            State::ImplicitDocumentStart => self.document_start(true),
            State::DocumentStart => self.document_start(false),
            State::DocumentContent => self.document_content(),
            State::BlockNode => self.node(NodeContext::Block),
            State::BlockSequenceFirstEntry => self.first(State::BlockSequenceEntry),
            State::BlockSequenceEntry => self.block_sequence_entry(),
            State::IndentlessSequenceEntry => self.indentless_sequence_entry(),
            State::BlockMappingFirstKey => self.first(State::BlockMappingKey),
            State::BlockMappingKey => self.block_mapping_key(),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequenceFirstEntry => {
                self.scanner.take()?;
                self.flow_sequence_entry(true)
            }
            State::FlowSequenceEntry => self.flow_sequence_entry(false),
            State::FlowPairKey => self.flow_pair_key(),
            State::FlowPairValue => self.flow_pair_value(),
            State::FlowPairEnd => self.flow_pair_end(),
            State::FlowMappingFirstKey => {
                self.scanner.take()?;
                self.flow_mapping_key(true)
            }
            State::FlowMappingKey => self.flow_mapping_key(false),
            State::FlowMappingValue => self.flow_mapping_value(),
            State::FlowMappingEmptyValue => {
                let mark = self.scanner.peek()?.start;
                self.empty_scalar(mark, State::FlowMappingKey)
            }
            State::DocumentEnd | State::End => Ok(()),
        }
    }

    /// Takes the token that opened a block collection.
    fn first(&mut self, then: State) -> Result<(), Error> {
        self.scanner.take()?;
        self.state = then;
        Ok(())
    }

    /// Returns the error for a token that does not fit; goyaml counts its line from zero and says
    /// nothing about the first one.
    fn unexpected(&self, problem: &str, mark: Mark) -> Error {
        Error::at(problem, (mark.line > 0).then_some(mark.line), mark.into())
    }

    fn pop_state(&mut self) {
        self.state = self.outer_states.pop().unwrap_or(State::End);
    }

    /// Parses a node and goes on with `then`.
    fn node_then(&mut self, context: NodeContext, then: State) -> Result<(), Error> {
        self.outer_states.push(then);
        self.node(context)
    }

    fn push(&mut self, kind: EntryKind<'t>, start: Mark, end: Mark) -> Result<(), Error> {
        match kind {
            EntryKind::End => self.open -= 1,
            EntryKind::SequenceStart | EntryKind::MappingStart => {
                self.open += 1;
                if self.open > self.limits.max_depth() {
                    return Err(Error::limit("levels of nesting", self.limits.max_depth())
                        .with_position(start.into()));
                }
            }
            EntryKind::Scalar { .. } | EntryKind::Alias { .. } => {}
        }
        if !matches!(kind, EntryKind::End) {
            let left = self.nodes_left.checked_sub(1);
            let exceeded = || Error::limit("nodes", self.limits.nodes);
            self.nodes_left = left.ok_or_else(|| exceeded().with_position(start.into()))?;
        }
        self.tape.push(Entry { kind, start, end });
        Ok(())
    }

    fn empty_scalar(&mut self, mark: Mark, then: State) -> Result<(), Error> {
        self.state = then;
        let style = ScalarStyle::Plain;
        let kind = EntryKind::Scalar { value: "".into(), tag: None, implicit: true, style };
        self.push(kind, mark, mark)
    }

    fn close(&mut self, token_taken: bool) -> Result<(), Error> {
        self.pop_state();
        let Token { start, end, .. } = *self.scanner.peek()?;
        if token_taken {
            self.scanner.take()?;
            return self.push(EntryKind::End, start, end);
        }
        self.push(EntryKind::End, start, start)
    }

    fn document_start(&mut self, implicit: bool) -> Result<(), Error> {
        while !implicit && self.scanner.peek()?.kind == TokenKind::DocumentEnd {
            self.scanner.take()?;
        }
        match self.scanner.peek()?.kind {
            TokenKind::StreamEnd => {
                self.state = State::End;
                Ok(())
            }
            TokenKind::VersionDirective { .. }
            | TokenKind::TagDirective { .. }
            | TokenKind::DocumentStart => self.explicit_document_start(),
            _ if implicit => {
                self.process_directives()?;
                self.outer_states.push(State::DocumentEnd);
                self.state = State::BlockNode;
                Ok(())
            }
            _ => self.explicit_document_start(),
        }
    }

    fn explicit_document_start(&mut self) -> Result<(), Error> {
        self.process_directives()?;
        let token = self.scanner.take()?;
        if token.kind != TokenKind::DocumentStart {
            return Err(self.unexpected("did not find expected <document start>", token.start));
        }
        self.outer_states.push(State::DocumentEnd);
        self.state = State::DocumentContent;
        Ok(())
    }

    fn document_content(&mut self) -> Result<(), Error> {
        let token = self.scanner.peek()?;
        let empty = matches!(
            token.kind,
            TokenKind::VersionDirective { .. }
                | TokenKind::TagDirective { .. }
                | TokenKind::DocumentStart
                | TokenKind::DocumentEnd
                | TokenKind::StreamEnd
        );
        if !empty {
            return self.node(NodeContext::Block);
        }
        let mark = token.start;
        self.pop_state();
        self.empty_scalar(mark, self.state)
    }

    fn document_end(&mut self) -> Result<(), Error> {
        if self.scanner.peek()?.kind == TokenKind::DocumentEnd {
            self.scanner.take()?;
        }
        self.tag_directives.clear();
        self.state = State::DocumentStart;
        Ok(())
    }

    fn process_directives(&mut self) -> Result<(), Error> {
        let mut versioned = false;
        loop {
            let start = self.scanner.peek()?.start;
            match self.scanner.peek()?.kind {
                TokenKind::VersionDirective { .. } if versioned => {
                    return Err(self.unexpected("found duplicate %YAML directive", start));
                }
                TokenKind::VersionDirective { major: 1, minor: 1 } => versioned = true,
                TokenKind::VersionDirective { .. } => {
                    return Err(self.unexpected("found incompatible YAML document", start));
                }
                TokenKind::TagDirective { .. } => {}
                _ => break,
            }
            if let TokenKind::TagDirective { handle, prefix } = self.scanner.take()?.kind {
                if self.tag_directives.iter().any(|(known, _)| known == handle) {
                    return Err(self.unexpected("found duplicate %TAG directive", start));
                }
                self.tag_directives.push((handle.into(), prefix.into()));
            }
        }
        for (handle, prefix) in [("!", "!"), ("!!", "tag:yaml.org,2002:")] {
            if !self.tag_directives.iter().any(|(known, _)| known == handle) {
                self.tag_directives.push((handle.into(), prefix.into()));
            }
        }
        Ok(())
    }

    fn node(&mut self, context: NodeContext) -> Result<(), Error> {
        if let TokenKind::Alias(name) = self.scanner.peek()?.kind {
            return self.alias(name);
        }
        let first = self.scanner.peek()?.start;
        let Properties { anchor, tag, end: properties_end } = self.properties()?;
        let bare = anchor.is_none() && tag.is_none();
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, self.tape.len());
        }
        let token = self.scanner.peek()?;
        let (token_start, token_end) = (token.start, token.end);
        let start = if bare { token_start } else { first };
        let block = context != NodeContext::Flow;
        let (kind, state) = match token.kind {
            TokenKind::Scalar { .. } => return self.scalar(tag, start),
            TokenKind::BlockEntry if context == NodeContext::BlockOrIndentlessSequence => {
                (EntryKind::SequenceStart, State::IndentlessSequenceEntry)
            }
            TokenKind::FlowSequenceStart => {
                (EntryKind::SequenceStart, State::FlowSequenceFirstEntry)
            }
            TokenKind::FlowMappingStart => (EntryKind::MappingStart, State::FlowMappingFirstKey),
            TokenKind::BlockSequenceStart if block => {
                (EntryKind::SequenceStart, State::BlockSequenceFirstEntry)
            }
            TokenKind::BlockMappingStart if block => {
                (EntryKind::MappingStart, State::BlockMappingFirstKey)
            }
            _ if !bare => {
                self.pop_state();
                let implicit = tag.is_none();
                let style = ScalarStyle::Plain;
                let kind = EntryKind::Scalar { value: "".into(), tag, implicit, style };
                return self.push(kind, start, properties_end);
            }
            _ => return Err(self.unexpected("did not find expected node content", token_start)),
        };
        self.state = state;
        self.push(kind, start, token_end)
    }

    fn alias(&mut self, name: &'t str) -> Result<(), Error> {
        let token = self.scanner.take()?;
        self.pop_state();
        let Some(&target) = self.anchors.get(name) else {
            let problem = format!("unknown anchor '{name}' referenced");
            return Err(Error::yaml(ErrorKind::Decode, &problem).with_position(token.start.into()));
        };
        self.push(EntryKind::Alias { name, target }, token.start, token.end)
    }

    fn scalar(&mut self, tag: Option<Box<str>>, start: Mark) -> Result<(), Error> {
        let token = self.scanner.take()?;
        self.pop_state();
        if let TokenKind::Scalar { value, style } = token.kind {
            let plain = style == ScalarStyle::Plain;
            let implicit = tag.as_deref().map_or(plain, |tag| tag == "!");
            self.push(EntryKind::Scalar { value, tag, implicit, style }, start, token.end)?;
        }
        Ok(())
    }

    /// Reads an anchor and a tag in any order.
    fn properties(&mut self) -> Result<Properties<'t>, Error> {
        let (mut anchor, mut tag) = (None, None);
        let mut end = self.scanner.peek()?.start;
        loop {
            match self.scanner.peek()?.kind {
                TokenKind::Anchor(_) if anchor.is_none() => {}
                TokenKind::Tag { .. } if tag.is_none() => {}
                _ => break,
            }
            let token = self.scanner.take()?;
            end = token.end;
            match token.kind {
                TokenKind::Anchor(name) => anchor = Some(name),
                TokenKind::Tag { handle, suffix } => tag = Some((handle, suffix, token.start)),
                _ => {}
            }
        }
        let tag = tag.map(|(handle, suffix, mark)| self.full_tag(handle, suffix, mark));
        let tag = tag.transpose()?.filter(|tag| !tag.is_empty());
        Ok(Properties { anchor, tag, end })
    }

    fn full_tag(&self, handle: &str, suffix: String, mark: Mark) -> Result<Box<str>, Error> {
        if handle.is_empty() {
            return Ok(suffix.into());
        }
        let directive = self.tag_directives.iter().find(|(known, _)| known == handle);
        match directive {
            Some((_, prefix)) => Ok(format!("{prefix}{suffix}").into()),
            None => Err(self.unexpected("found undefined tag handle", mark)),
        }
    }

    fn block_sequence_entry(&mut self) -> Result<(), Error> {
        let token = self.scanner.peek()?;
        let start = token.start;
        match token.kind {
            TokenKind::BlockEntry => {
                let mark = self.scanner.take()?.end;
                match self.scanner.peek()?.kind {
                    TokenKind::BlockEntry | TokenKind::BlockEnd => {
                        self.empty_scalar(mark, State::BlockSequenceEntry)
                    }
                    _ => self.node_then(NodeContext::Block, State::BlockSequenceEntry),
                }
            }
            TokenKind::BlockEnd => self.close(true),
            _ => Err(self.unexpected("did not find expected '-' indicator", start)),
        }
    }

    fn indentless_sequence_entry(&mut self) -> Result<(), Error> {
        if self.scanner.peek()?.kind != TokenKind::BlockEntry {
            return self.close(false);
        }
        let mark = self.scanner.take()?.end;
        match self.scanner.peek()?.kind {
            TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.empty_scalar(mark, State::IndentlessSequenceEntry)
            }
            _ => self.node_then(NodeContext::Block, State::IndentlessSequenceEntry),
        }
    }

    fn block_mapping_key(&mut self) -> Result<(), Error> {
        let token = self.scanner.peek()?;
        let start = token.start;
        match token.kind {
            TokenKind::Key => self.block_mapping_node(State::BlockMappingValue),
            TokenKind::BlockEnd => self.close(true),
            _ => Err(self.unexpected("did not find expected key", start)),
        }
    }

    fn block_mapping_value(&mut self) -> Result<(), Error> {
        let token = self.scanner.peek()?;
        if token.kind == TokenKind::Value {
            return self.block_mapping_node(State::BlockMappingKey);
        }
        let mark = token.start;
        self.empty_scalar(mark, State::BlockMappingKey)
    }

    /// Takes the key or value indicator and reads what follows it.
    fn block_mapping_node(&mut self, then: State) -> Result<(), Error> {
        let mark = self.scanner.take()?.end;
        match self.scanner.peek()?.kind {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.empty_scalar(mark, then)
            }
            _ => self.node_then(NodeContext::BlockOrIndentlessSequence, then),
        }
    }

    fn flow_sequence_entry(&mut self, first: bool) -> Result<(), Error> {
        self.flow_separator(
            first,
            &TokenKind::FlowSequenceEnd,
            "did not find expected ',' or ']'",
        )?;
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::FlowSequenceEnd => self.close(true),
            TokenKind::Key => {
                let token = self.scanner.take()?;
                self.state = State::FlowPairKey;
                self.push(EntryKind::MappingStart, token.start, token.end)
            }
            _ => self.node_then(NodeContext::Flow, State::FlowSequenceEntry),
        }
    }

    fn flow_separator(
        &mut self,
        first: bool,
        end: &TokenKind<'_>,
        problem: &str,
    ) -> Result<(), Error> {
        let token = self.scanner.peek()?;
        if first || token.kind == *end {
            return Ok(());
        }
        let start = token.start;
        if token.kind != TokenKind::FlowEntry {
            return Err(self.unexpected(problem, start));
        }
        self.scanner.take()?;
        Ok(())
    }

    fn flow_pair_key(&mut self) -> Result<(), Error> {
        match self.scanner.peek()?.kind {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                // As goyaml does: the token itself is lost.
                let mark = self.scanner.take()?.end;
                self.empty_scalar(mark, State::FlowPairValue)
            }
            _ => self.node_then(NodeContext::Flow, State::FlowPairValue),
        }
    }

    fn flow_pair_value(&mut self) -> Result<(), Error> {
        if self.scanner.peek()?.kind == TokenKind::Value {
            self.scanner.take()?;
            let next = &self.scanner.peek()?.kind;
            if !matches!(next, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
                return self.node_then(NodeContext::Flow, State::FlowPairEnd);
            }
        }
        let mark = self.scanner.peek()?.start;
        self.empty_scalar(mark, State::FlowPairEnd)
    }

    fn flow_pair_end(&mut self) -> Result<(), Error> {
        let mark = self.scanner.peek()?.start;
        self.state = State::FlowSequenceEntry;
        self.push(EntryKind::End, mark, mark)
    }

    fn flow_mapping_key(&mut self, first: bool) -> Result<(), Error> {
        self.flow_separator(first, &TokenKind::FlowMappingEnd, "did not find expected ',' or '}'")?;
        match self.scanner.peek()?.kind {
            TokenKind::FlowMappingEnd => self.close(true),
            TokenKind::Key => {
                self.scanner.take()?;
                self.flow_mapping_node(State::FlowMappingValue)
            }
            _ => self.node_then(NodeContext::Flow, State::FlowMappingEmptyValue),
        }
    }

    fn flow_mapping_value(&mut self) -> Result<(), Error> {
        if self.scanner.peek()?.kind == TokenKind::Value {
            self.scanner.take()?;
            return match self.scanner.peek()?.kind {
                TokenKind::FlowEntry | TokenKind::FlowMappingEnd => {
                    let mark = self.scanner.peek()?.start;
                    self.empty_scalar(mark, State::FlowMappingKey)
                }
                _ => self.node_then(NodeContext::Flow, State::FlowMappingKey),
            };
        }
        let mark = self.scanner.peek()?.start;
        self.empty_scalar(mark, State::FlowMappingKey)
    }

    fn flow_mapping_node(&mut self, then: State) -> Result<(), Error> {
        let token = self.scanner.peek()?;
        let mark = token.start;
        match token.kind {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd => {
                self.empty_scalar(mark, then)
            }
            _ => self.node_then(NodeContext::Flow, then),
        }
    }
}
