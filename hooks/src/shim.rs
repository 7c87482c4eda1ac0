//! The few lines of shell that git starts.

use std::{
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
    path::PathBuf,
};

use crate::Hook;

const LOCAL: &str = include_str!("../shims/local.sh");
const LOCAL_CHAINED: &str = include_str!("../shims/local-chained.sh");
const SERVER: &str = include_str!("../shims/server.sh");
const SERVER_CHAINED: &str = include_str!("../shims/server-chained.sh");

/// How the second line of every shim starts, whatever its version.
const MARKER: &[u8] = b"# zij-hook ";

/// What a shim does. It is `#!/bin/sh` because git was seen to hang on a missing interpreter, and
/// tests for the binary itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shim {
    /// The hook it stands for.
    pub hook: Hook,
    /// The program it starts, by its absolute path.
    pub binary: PathBuf,
    /// Whether it runs the hook it replaced first, with the same input and arguments.
    pub chained: bool,
}

/// A path that cannot be written into a shim.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` cannot be written into a hook: an absolute path without a line break is needed")]
pub struct NotEmbeddable(pub PathBuf);

impl Shim {
    /// The file's content.
    ///
    /// # Errors
    /// When the binary's path is not absolute or holds a line break.
    pub fn render(&self) -> Result<Vec<u8>, NotEmbeddable> {
        let path = self.binary.as_os_str().as_bytes();
        if !self.binary.is_absolute() || path.contains(&b'\n') {
            return Err(NotEmbeddable(self.binary.clone()));
        }
        let template = match (self.hook.is_on_server(), self.chained) {
            (false, false) => LOCAL,
            (false, true) => LOCAL_CHAINED,
            (true, false) => SERVER,
            (true, true) => SERVER_CHAINED,
        };
        let mut content = Vec::new();
        // A path may be any bytes, so the text around it is joined as bytes.
        let text = template.replace("@HOOK@", self.hook.name());
        for (index, part) in text.split("@BINARY@").enumerate() {
            if index > 0 {
                content.extend(quote(path));
            }
            content.extend(part.as_bytes());
        }
        Ok(content)
    }

    /// The same for git's configuration: one line, to which git adds the arguments.
    ///
    /// # Errors
    /// As [`Shim::render`], and when the path is not UTF-8.
    pub fn command(&self) -> Result<String, NotEmbeddable> {
        let refused = || NotEmbeddable(self.binary.clone());
        let path = self.binary.to_str().filter(|path| !path.contains('\n')).ok_or_else(refused)?;
        if !self.binary.is_absolute() {
            return Err(refused());
        }
        let path = quote(path.as_bytes());
        let path = String::from_utf8_lossy(&path);
        let hook = self.hook;
        let missing = if hook.is_on_server() {
            format!("zij: %s is missing on the server, {hook} could not evaluate the push\\n")
        } else {
            format!("zij: warning: %s is missing, {hook} checked nothing; run zij hook doctor\\n")
        };
        let code = if hook.is_on_server() { 3 } else { 0 };
        Ok(format!(
            "zij={path}; f() {{ if [ -f \"$zij\" ] && [ -x \"$zij\" ]; then \"$zij\" hook {hook} \"$@\"; \
             else printf '{missing}' \"$zij\" >&2; return {code}; fi; }}; f"
        ))
    }

    /// The shim that rendered to exactly `content`.
    pub fn read(content: &[u8]) -> Option<Self> {
        let (_, assignment) = content.split(|byte| *byte == b'\n').enumerate().nth(2)?;
        let (path, rest) = unquote(assignment.strip_prefix(b"zij=")?)?;
        let binary = PathBuf::from(std::ffi::OsString::from_vec(path));
        let chained = !rest.is_empty();
        let mut candidates =
            Hook::ALL.into_iter().map(|hook| Self { hook, binary: binary.clone(), chained });
        candidates.find(|shim| shim.render().is_ok_and(|rendered| rendered == content))
    }

    /// Whether `content` calls itself ours, in whatever version and however edited.
    pub fn is_marked(content: &[u8]) -> bool {
        content.split(|byte| *byte == b'\n').nth(1).is_some_and(|line| line.starts_with(MARKER))
    }
}

/// The program that a command of [`Shim::command`] starts.
pub(crate) fn configured_binary(command: &str) -> Option<PathBuf> {
    let (path, _) = unquote(command.strip_prefix("zij=")?.as_bytes())?;
    Some(PathBuf::from(std::ffi::OsString::from_vec(path)))
}

/// `text` as one word of a POSIX shell.
pub(crate) fn quote(text: &[u8]) -> Vec<u8> {
    let mut word = vec![b'\''];
    for byte in text {
        match byte {
            b'\'' => word.extend(br"'\''"),
            other => word.push(*other),
        }
    }
    word.push(b'\'');
    word
}

/// The inverse of [`quote`], and what follows the word.
fn unquote(word: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut text = Vec::new();
    let mut rest = word.strip_prefix(b"'")?;
    loop {
        let end = rest.iter().position(|byte| *byte == b'\'')?;
        text.extend(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix(br"\''") {
            Some(more) => {
                text.push(b'\'');
                rest = more;
            }
            None => return Some((text, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shim_is_recognised_by_what_it_renders_to() {
        for binary in ["/usr/bin/zij", "/opt/it's here/$(reboot)/zij", "/b\\n/`x`", "/@HOOK@/a"] {
            for hook in Hook::ALL {
                for chained in [false, true] {
                    let shim = Shim { hook, binary: binary.into(), chained };
                    let content = shim.render().unwrap();
                    let command = shim.command().unwrap();
                    assert_eq!(configured_binary(&command), Some(binary.into()), "{command}");
                    assert_eq!(Shim::read(&content), Some(shim), "{binary}");
                    assert!(Shim::is_marked(&content));
                    assert!(content.iter().filter(|byte| **byte == b'\n').count() <= 10);
                    let edited = [&content[..], b"exit 0\n"].concat();
                    assert_eq!(Shim::read(&edited), None);
                    assert!(Shim::is_marked(&edited));
                }
            }
        }
        for binary in ["zij", "./zij", "/a\nb"] {
            let shim = Shim { hook: Hook::PrePush, binary: binary.into(), chained: false };
            assert_eq!(shim.render(), Err(NotEmbeddable(binary.into())));
        }
        for foreign in ["", "#!/bin/sh\n", "#!/bin/sh\nexec other\nzij='x'\n", "# zij-hook 1"] {
            assert_eq!(Shim::read(foreign.as_bytes()), None);
            assert!(!Shim::is_marked(foreign.as_bytes()));
        }
    }
}
