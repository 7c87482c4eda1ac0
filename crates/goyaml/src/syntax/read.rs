//! From the tape to nodes, with aliases expanded and merge keys applied as kustomize does
//! (`RNode.DeAnchor` in kyaml).

use std::sync::Arc;

use super::{Content, ScalarStyle, SyntaxNode, Tag, tag_of};
use crate::error::{Error, ErrorKind};
use crate::limits::Limits;
use crate::node::Position;
use crate::scan::Source;
use crate::tape::{Entry, EntryKind, Parser};

/// Reads the first document of a text; a text without one is nothing.
///
/// # Errors
/// goyaml's own message, a merge key without a map, or an exceeded limit.
pub fn read(text: &[u8], limits: &Limits) -> Result<Option<SyntaxNode>, Error> {
    let source = Source::new(text, limits)?;
    let mut parser = Parser::new(&source, limits);
    let Some(tape) = parser.document()? else { return Ok(None) };
    let mut reader = Reader {
        tape: &tape,
        text: source.text.as_bytes(),
        text_start: source.start,
        at: 0,
        depth: 0,
        limits: *limits,
        nodes_left: limits.nodes,
        expanded_left: limits.alias_expansion,
        open_aliases: Vec::new(),
    };
    reader.node().map(|(node, _)| Some(node))
}

struct Reader<'t> {
    tape: &'t [Entry<'t>],
    text: &'t [u8],
    text_start: u32,
    at: usize,
    depth: usize,
    limits: Limits,
    nodes_left: usize,
    expanded_left: usize,
    open_aliases: Vec<usize>,
}

/// Whether a node stood where it is used.
#[derive(Clone, Copy, PartialEq)]
enum Written {
    Here,
    AtItsAnchor,
}

impl<'t> Reader<'t> {
    fn entry(&self) -> &'t Entry<'t> {
        &self.tape[self.at]
    }

    fn count(&mut self) -> Result<(), Error> {
        let exceeded = || Error::limit("nodes", self.limits.nodes);
        self.nodes_left = self.nodes_left.checked_sub(1).ok_or_else(exceeded)?;
        if !self.open_aliases.is_empty() {
            let excessive =
                || Error::yaml(ErrorKind::Limit, "document contains excessive aliasing");
            self.expanded_left = self.expanded_left.checked_sub(1).ok_or_else(excessive)?;
        }
        Ok(())
    }

    fn node(&mut self) -> Result<(SyntaxNode, Written), Error> {
        self.count()?;
        let entry = self.entry();
        let start = entry.span(self.text_start).start;
        let node = match &entry.kind {
            EntryKind::Scalar { value, tag, style, .. } => {
                self.at += 1;
                SyntaxNode {
                    content: Content::Scalar(Arc::from(&**value), *style),
                    tag: scalar_tag(value, tag.as_deref(), *style),
                    start,
                    flow: false,
                }
            }
            EntryKind::Alias { name, target } => {
                let node = self.expand(name, *target)?;
                return Ok((node, Written::AtItsAnchor));
            }
            EntryKind::SequenceStart => self.sequence(start)?,
            EntryKind::MappingStart => self.mapping(start)?,
            EntryKind::End => {
                let content = Content::Scalar("".into(), ScalarStyle::Plain);
                SyntaxNode { content, tag: Tag::Null, start, flow: false }
            }
        };
        Ok((node, Written::Here))
    }

    fn expand(&mut self, name: &str, target: usize) -> Result<SyntaxNode, Error> {
        let alias = self.at;
        if self.open_aliases.contains(&alias) {
            let problem = format!("anchor '{name}' value contains itself");
            let start = self.entry().span(self.text_start).start;
            return Err(Error::yaml(ErrorKind::Decode, &problem).with_position(start));
        }
        self.open_aliases.push(alias);
        self.at = target;
        let (node, _) = self.node()?;
        self.at = alias + 1;
        self.open_aliases.pop();
        Ok(node)
    }

    fn enter(&mut self) -> Result<(), Error> {
        self.at += 1;
        self.depth += 1;
        if self.depth > self.limits.max_depth() {
            return Err(Error::limit("levels of nesting", self.limits.max_depth()));
        }
        Ok(())
    }

    fn leave(&mut self) {
        self.at += 1;
        self.depth -= 1;
    }

    fn is_end(&self) -> bool {
        matches!(self.entry().kind, EntryKind::End)
    }

    /// Whether the collection that begins here does so with a bracket or brace; others begin with
    /// nothing, or with a dash.
    fn is_flow(&self) -> bool {
        let end = self.entry().end.offset as usize;
        let last = end.checked_sub(1).and_then(|at| self.text.get(at));
        matches!(last, Some(b'[' | b'{'))
    }

    fn sequence(&mut self, start: Position) -> Result<SyntaxNode, Error> {
        let flow = self.is_flow();
        self.enter()?;
        let mut items = Vec::new();
        while !self.is_end() {
            items.push(self.node()?.0);
        }
        self.leave();
        Ok(SyntaxNode { content: Content::Sequence(items), tag: Tag::Seq, start, flow })
    }

    fn mapping(&mut self, start: Position) -> Result<SyntaxNode, Error> {
        let flow = self.is_flow();
        self.enter()?;
        let (mut pairs, mut merge) = (Vec::new(), None);
        while !self.is_end() {
            let (key, _) = self.node()?;
            let value = self.node()?;
            if key.tag != Tag::Merge {
                pairs.push((key, value.0));
            } else if merge.replace(value).is_some() {
                let problem = "duplicate merge key";
                return Err(Error::yaml(ErrorKind::Decode, problem).with_position(key.start));
            }
        }
        self.leave();
        if let Some((value, written)) = merge {
            merge_into(&mut pairs, value, written)?;
        }
        Ok(SyntaxNode { content: Content::Mapping(pairs), tag: Tag::Map, start, flow })
    }
}

fn scalar_tag(text: &str, tag: Option<&str>, style: ScalarStyle) -> Tag {
    match tag {
        Some(tag) if tag != "!" => Tag::from(tag),
        _ if style == ScalarStyle::Plain => tag_of(text),
        _ => Tag::Str,
    }
}

/// Adds the keys of a map, or of a list of maps of which the first ones win.
fn merge_into(
    pairs: &mut Vec<(SyntaxNode, SyntaxNode)>,
    value: SyntaxNode,
    written: Written,
) -> Result<(), Error> {
    let refused =
        |problem: &str, start| Error::yaml(ErrorKind::Decode, problem).with_position(start);
    let start = value.start;
    match value.content {
        Content::Mapping(more) => merge_pairs(pairs, more),
        Content::Sequence(_) if written == Written::AtItsAnchor => {
            let problem = "invalid map merge: received alias for a non-map value";
            return Err(refused(problem, start));
        }
        Content::Sequence(items) => {
            for item in items {
                match item.content {
                    Content::Mapping(more) => merge_pairs(pairs, more),
                    _ => {
                        return Err(refused(
                            "invalid map merge: received a nested sequence",
                            start,
                        ));
                    }
                }
            }
        }
        Content::Scalar(..) => {
            let problem = "map merge requires map or sequence of maps as the value";
            return Err(refused(problem, start));
        }
    }
    Ok(())
}

fn merge_pairs(pairs: &mut Vec<(SyntaxNode, SyntaxNode)>, more: Vec<(SyntaxNode, SyntaxNode)>) {
    for (key, value) in more {
        if !pairs.iter().any(|(known, _)| known.content_text() == key.content_text()) {
            pairs.push((key, value));
        }
    }
}

impl SyntaxNode {
    /// Returns the text of a scalar, and an empty one for other nodes, as goyaml's `Value` field.
    pub fn content_text(&self) -> &str {
        match &self.content {
            Content::Scalar(text, _) => text,
            Content::Sequence(_) | Content::Mapping(_) => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<String> {
        let node = read(text.as_bytes(), &Limits::default()).unwrap().unwrap();
        let Content::Mapping(pairs) = node.content else { panic!("no map") };
        let show = |(key, value): &(SyntaxNode, SyntaxNode)| {
            format!("{}={}{}", key.content_text(), value.tag.as_str(), value.content_text())
        };
        pairs.iter().map(show).collect()
    }

    #[test]
    fn tags_follow_yaml_1_2() {
        assert_eq!(
            keys("a: yes\nb: true\nc: 0x1F\nd: '1'\ne: 2020-01-02\nf:\ng: !x 1\nh: 1:30\n"),
            [
                "a=!!stryes",
                "b=!!booltrue",
                "c=!!int0x1F",
                "d=!!str1",
                "e=!!timestamp2020-01-02",
                "f=!!null",
                "g=!x1",
                "h=!!str1:30"
            ]
        );
    }

    #[test]
    fn brackets_and_braces_are_told() {
        let text = "a: &x [b: 1]\nc:\n- {d: []}\ne: {}\nf: *x\ng:\n  h: '['\n";
        let flows = |node: &SyntaxNode| node.flow;
        let node = read(text.as_bytes(), &Limits::default()).unwrap().unwrap();
        assert!(!node.flow);
        let Content::Mapping(pairs) = node.content else { panic!("no map") };
        let found: Vec<bool> = pairs.iter().map(|(_, value)| flows(value)).collect();
        assert_eq!(found, [true, false, true, true, false]);
        let Content::Sequence(items) = &pairs[1].1.content else { panic!("no list") };
        assert!(items[0].flow);
    }

    #[test]
    fn merge_keys_give_way() {
        let text = "<<: [{a: 1, b: 1}, {b: 2, c: 2}]\na: 0\n";
        assert_eq!(keys(text), ["a=!!int0", "b=!!int1", "c=!!int2"]);
    }
}
