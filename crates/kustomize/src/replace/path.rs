//! Paths that may lead to many fields (kyaml's `PathMatcher`).

use crate::error::{Error, Result};
use crate::node::{Content, Key, Node, index_pair, is_index, is_list_index};
use crate::resource::compile;

use zij_goyaml::syntax::ScalarStyle;

/// What is made where a path ends in nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Make {
    Nothing,
    Scalar,
    Sequence,
    Mapping,
}

impl Make {
    /// The kind that fits a value.
    pub(super) fn like(node: &Node) -> Self {
        match node.content {
            Content::Scalar(_) => Self::Scalar,
            Content::Sequence(_) => Self::Sequence,
            Content::Mapping(_) => Self::Mapping,
        }
    }

    /// The empty node to put at a part of a path, by the part after it.
    fn node(self, next: Option<&String>) -> Node {
        match next {
            Some(next) if is_list_index(next) || is_index(next) => Node::sequence(Vec::new()),
            Some(next) if !next.is_empty() => Node::mapping(Vec::new()),
            _ => match self {
                Self::Sequence => Node::sequence(Vec::new()),
                Self::Mapping => Node::mapping(Vec::new()),
                Self::Nothing | Self::Scalar => Node::scalar(""),
            },
        }
    }
}

/// Calls `set` for each field that the path leads to and returns how many there were.
pub(super) fn for_each_match(
    node: &mut Node,
    path: &[String],
    make: Make,
    set: &mut dyn FnMut(&mut Node) -> Result<()>,
) -> Result<usize> {
    let Some((part, rest)) = path.split_first() else {
        set(node)?;
        return Ok(1);
    };
    if is_index(part) {
        at_index(node, part, rest, make, set)
    } else if is_list_index(part) {
        elements(node, part, rest, make, set)
    } else if part == "*" {
        node.need_sequence()?;
        let items = node.items_mut().iter_mut();
        items.map(|item| for_each_match(item, rest, make, set)).sum()
    } else {
        field(node, part, rest, make, set)
    }
}

fn field(
    node: &mut Node,
    name: &str,
    rest: &[String],
    make: Make,
    set: &mut dyn FnMut(&mut Node) -> Result<()>,
) -> Result<usize> {
    if node.is_null() {
        return if make == Make::Nothing {
            Ok(0)
        } else {
            Err(Error::change("a field cannot be made in null"))
        };
    }
    node.need_mapping()?;
    if node.get(name).is_none() {
        if make == Make::Nothing {
            return Ok(0);
        }
        node.put(&Key::new(name), make.node(rest.first()))?;
    }
    match node.get_mut(name) {
        Some(field) => for_each_match(field, rest, make, set),
        None => Ok(0),
    }
}

fn at_index(
    node: &mut Node,
    part: &str,
    rest: &[String],
    make: Make,
    set: &mut dyn FnMut(&mut Node) -> Result<()>,
) -> Result<usize> {
    node.need_sequence()?;
    let index: usize = part.parse().map_err(|_| Error::change("an index is too large"))?;
    if let Content::Sequence(items) = &mut node.content
        && items.len() == index
        && make != Make::Nothing
    {
        items.push(make.node(rest.first()));
    }
    let found = node.items().len();
    match node.items_mut().get_mut(index) {
        Some(item) => for_each_match(item, rest, make, set),
        None => {
            Err(Error::change(format!("index {index} specified but only {found} elements found")))
        }
    }
}

/// The elements of which a field matches a regular expression.
fn elements(
    node: &mut Node,
    part: &str,
    rest: &[String],
    make: Make,
    set: &mut dyn FnMut(&mut Node) -> Result<()>,
) -> Result<usize> {
    node.need_sequence()?;
    let (name, value) = index_pair(part)?;
    let regex = compile(value)?;
    let mut count = 0;
    for item in node.items_mut() {
        if name.is_empty() {
            if regex.is_match(shown(item).trim()) {
                set(item)?;
                count += 1;
            }
        } else if item.get(name).is_some_and(|field| regex.is_match(shown(field).trim())) {
            count += for_each_match(item, rest, make, set)?;
        }
    }
    if count > 0 || make == Make::Nothing {
        return Ok(count);
    }
    let made = if name.is_empty() {
        Node::scalar(value)
    } else {
        let mut made = Node::mapping(Vec::new());
        made.put(&Key::new(name), Node::scalar(value))?;
        made
    };
    if !regex.is_match(value) {
        return Err(Error::change(format!("an element for {part} cannot be made")));
    }
    let Content::Sequence(items) = &mut node.content else {
        return Err(Error::change("an element cannot be made in null"));
    };
    items.push(made);
    match items.last_mut() {
        Some(item) if name.is_empty() => set(item).map(|()| 1),
        Some(item) => for_each_match(item, rest, make, set),
        None => Ok(0),
    }
}

/// A scalar as it is written.
fn shown(node: &Node) -> String {
    let text = node.text();
    match node.style {
        ScalarStyle::SingleQuoted => format!("'{text}'"),
        ScalarStyle::DoubleQuoted => format!("\"{text}\""),
        _ => text.to_owned(),
    }
}
