//! What can be wrong with the files that come in.

use std::error;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// What is wrong with a file, where, and what to do about it.
///
/// It carries everything a renderer needs: the text of the file, the span inside it, and the remedy. [`Display`] gives
/// one sentence that begins with the place, `file:line`, and names the key, what was found and what is expected.
///
/// [`Display`]: fmt::Display
#[derive(Debug)]
pub struct Error(Box<Report>);

/// What an [`Error`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file cannot be opened or read.
    Unreadable,
    /// The text is not TOML.
    Syntax,
    /// A key that no version of a scenario has.
    UnknownKey,
    /// A key or a value of the design that this version cannot run yet.
    NotSupported,
    /// A value of the wrong type, out of its range, missing, or at odds with another.
    Value,
    /// A cell, a row or a column of an inventory.
    Data,
    /// A key, a signature or a certificate.
    Key,
    /// A file cannot be created or written.
    Unwritable,
}

#[derive(Debug)]
struct Report {
    kind: Kind,
    path: PathBuf,
    /// Line in the file, from 1.
    line: Option<u64>,
    /// Text of the file and the span in it.
    source: Option<(String, Range<usize>)>,
    key: Option<String>,
    /// The override that brought the value in, as `key=value`.
    set: Option<String>,
    message: String,
    help: Option<String>,
    cause: Option<Box<dyn error::Error + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: Kind, path: &Path, message: impl Into<String>) -> Self {
        Self(Box::new(Report {
            kind,
            path: path.to_owned(),
            line: None,
            source: None,
            key: None,
            set: None,
            message: message.into(),
            help: None,
            cause: None,
        }))
    }

    /// Points at a span of the text; the line follows from it.
    pub(crate) fn at(mut self, text: &str, span: Range<usize>) -> Self {
        let start = span.start.min(text.len());
        let newlines = text.bytes().take(start).filter(|byte| *byte == b'\n').count();
        self.0.line = Some(newlines as u64 + 1);
        self.0.source = Some((text.to_owned(), start..span.end.clamp(start, text.len())));
        self
    }

    pub(crate) fn line_number(mut self, line: u64) -> Self {
        self.0.line = Some(line);
        self
    }

    pub(crate) fn keyed(mut self, key: impl Into<String>) -> Self {
        self.0.key = Some(key.into());
        self
    }

    pub(crate) fn set_by(mut self, set: String) -> Self {
        self.0.set = Some(set);
        self
    }

    pub(crate) fn helped(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    pub(crate) fn caused_by(mut self, cause: impl error::Error + Send + Sync + 'static) -> Self {
        self.0.cause = Some(Box::new(cause));
        self
    }

    /// What the error is about.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// The line in the file, from 1, if the error has one.
    #[must_use]
    pub fn line(&self) -> Option<u64> {
        self.0.line
    }

    /// The key of the scenario as `--set` spells it (`suite.app.0.share`), or the column of the inventory.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.0.key.as_deref()
    }

    /// The override at fault, as `key=value`, if it is one.
    pub(crate) fn set(&self) -> Option<&str> {
        self.0.set.as_deref()
    }

    /// The text of the file, where the error points into one.
    #[must_use]
    pub fn source_text(&self) -> Option<&str> {
        self.0.source.as_ref().map(|(text, _)| text.as_str())
    }

    /// The bytes of [`source_text`](Self::source_text) that the error points at.
    #[must_use]
    pub fn span(&self) -> Option<Range<usize>> {
        self.0.source.as_ref().map(|(_, span)| span.clone())
    }

    /// What is wrong, without the place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The remedy.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.0.help.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { path, line, set, message, .. } = &*self.0;
        match (set, line) {
            (Some(set), _) => write!(f, "--set {set} (with {}): {message}", path.display()),
            (None, Some(line)) => write!(f, "{}:{line}: {message}", path.display()),
            (None, None) => write!(f, "{}: {message}", path.display()),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.0.cause.as_ref().map(|cause| &**cause as &(dyn error::Error + 'static))
    }
}
