//! The node: kyaml's `RNode`, without its comments.

use std::sync::Arc;

use zij_goyaml::syntax::{Content as Syntax, ScalarStyle, SyntaxNode, Tag, tag_of};

use crate::error::{Error, Result};

/// Where a node was read; nodes that were made have line 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Origin {
    /// The number of the file among the recorded reads.
    pub(crate) file: u32,
    pub(crate) line: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) content: Content,
    pub(crate) tag: Tag,
    pub(crate) style: ScalarStyle,
    pub(crate) origin: Origin,
    /// Whether it is a list or map in brackets or braces.
    pub(crate) flow: bool,
    /// The number of the value that it shares with other fields of its object, see
    /// [`crate::resource::Resource::sync_shared`]; 0 where there is none.
    pub(crate) share: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    Scalar(Arc<str>),
    Sequence(Vec<Node>),
    /// In the order of the text; keys may repeat until the node is written.
    Mapping(Vec<Field>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field {
    pub(crate) key: Key,
    pub(crate) value: Node,
}

#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) text: Arc<str>,
    pub(crate) tag: Tag,
    pub(crate) style: ScalarStyle,
}

impl Key {
    /// A key that nobody has written: its text decides its type.
    pub(crate) fn new(text: &str) -> Self {
        Self { text: text.into(), tag: Tag::Empty, style: ScalarStyle::Plain }
    }
}

impl Node {
    fn new(content: Content, tag: Tag) -> Self {
        let origin = Origin::default();
        Self { content, tag, style: ScalarStyle::Plain, origin, flow: false, share: 0 }
    }

    /// A scalar of which the text decides the type.
    pub(crate) fn scalar(text: impl Into<Arc<str>>) -> Self {
        Self::new(Content::Scalar(text.into()), Tag::Empty)
    }

    /// A scalar with a tag.
    pub(crate) fn tagged(text: impl Into<Arc<str>>, tag: Tag) -> Self {
        Self::new(Content::Scalar(text.into()), tag)
    }

    /// A text.
    pub(crate) fn string(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let style = if text.contains('\n') { ScalarStyle::Literal } else { ScalarStyle::Plain };
        Self { style, ..Self::new(Content::Scalar(text), Tag::Str) }
    }

    pub(crate) fn null() -> Self {
        Self::new(Content::Scalar("".into()), Tag::Null)
    }

    pub(crate) fn mapping(fields: Vec<Field>) -> Self {
        Self::new(Content::Mapping(fields), Tag::Empty)
    }

    pub(crate) fn sequence(items: Vec<Self>) -> Self {
        Self::new(Content::Sequence(items), Tag::Empty)
    }

    /// Takes a node that was just read; keys must be scalars.
    pub(crate) fn from_syntax(node: SyntaxNode, file: u32) -> Result<Self> {
        let origin = Origin { file, line: node.start.line };
        let (content, style) = match node.content {
            Syntax::Scalar(text, style) => (Content::Scalar(text), style),
            Syntax::Sequence(items) => {
                let items = items.into_iter().map(|item| Self::from_syntax(item, file));
                (Content::Sequence(items.collect::<Result<_>>()?), ScalarStyle::Plain)
            }
            Syntax::Mapping(pairs) => {
                let fields = pairs.into_iter().map(|(key, value)| {
                    let Syntax::Scalar(text, style) = key.content else {
                        return Err(Error::yaml("a key is not a scalar"));
                    };
                    let key = Key { text, tag: key.tag, style };
                    Ok(Field { key, value: Self::from_syntax(value, file)? })
                });
                (Content::Mapping(fields.collect::<Result<_>>()?), ScalarStyle::Plain)
            }
        };
        Ok(Self { content, tag: node.tag, style, origin, flow: node.flow, share: 0 })
    }

    /// Whether it is explicitly or implicitly `null`.
    pub(crate) fn is_null(&self) -> bool {
        self.tag == Tag::Null
    }

    pub(crate) fn is_nil_or_empty(&self) -> bool {
        self.is_null()
            || match &self.content {
                Content::Scalar(_) => false,
                Content::Sequence(items) => items.is_empty(),
                Content::Mapping(fields) => fields.is_empty(),
            }
    }

    pub(crate) fn is_empty_mapping(&self) -> bool {
        matches!(&self.content, Content::Mapping(fields) if fields.is_empty())
    }

    /// Whether kyaml takes it for a text; without a tag it does as well.
    pub(crate) fn is_string(&self) -> bool {
        matches!(self.content, Content::Scalar(_)) && matches!(self.tag, Tag::Str | Tag::Empty)
    }

    /// The text of a scalar; other nodes have an empty one.
    pub(crate) fn text(&self) -> &str {
        match &self.content {
            Content::Scalar(text) => text,
            Content::Sequence(_) | Content::Mapping(_) => "",
        }
    }

    /// The text unless it is `null`.
    pub(crate) fn value(&self) -> &str {
        if self.is_null() { "" } else { self.text() }
    }

    pub(crate) fn shared_text(&self) -> Arc<str> {
        match &self.content {
            Content::Scalar(text) => Arc::clone(text),
            Content::Sequence(_) | Content::Mapping(_) => "".into(),
        }
    }

    pub(crate) fn fields(&self) -> &[Field] {
        match &self.content {
            Content::Mapping(fields) => fields,
            Content::Scalar(_) | Content::Sequence(_) => &[],
        }
    }

    pub(crate) fn items(&self) -> &[Self] {
        match &self.content {
            Content::Sequence(items) => items,
            Content::Scalar(_) | Content::Mapping(_) => &[],
        }
    }

    pub(crate) fn is_mapping(&self) -> bool {
        matches!(self.content, Content::Mapping(_))
    }

    pub(crate) fn is_sequence(&self) -> bool {
        matches!(self.content, Content::Sequence(_))
    }

    pub(crate) fn is_scalar(&self) -> bool {
        matches!(self.content, Content::Scalar(_))
    }

    /// The first field of the name, whatever its value.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        self.fields().iter().find(|field| &*field.key.text == name).map(|field| &field.value)
    }

    /// The name of its kind in kyaml's messages.
    pub(crate) fn kind_name(&self) -> &'static str {
        match self.content {
            Content::Scalar(_) => "ScalarNode",
            Content::Sequence(_) => "SequenceNode",
            Content::Mapping(_) => "MappingNode",
        }
    }
}

impl Key {
    /// The tag that the key has once it is written and read again.
    pub(crate) fn read_tag(&self) -> Tag {
        match &self.tag {
            Tag::Empty if self.style == ScalarStyle::Plain => tag_of(&self.text),
            Tag::Empty => Tag::Str,
            Tag::Str => Tag::Str,
            tag if self.style == ScalarStyle::Plain => tag.clone(),
            _ => Tag::Str,
        }
    }
}

/// Keys are one when their texts are.
impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(&other.text)
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Key {}
