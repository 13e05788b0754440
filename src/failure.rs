//! Failures, as the user sees them: one message with its place, its remedy and its exit code.

use std::env;
use std::io::{IsTerminal, Write, stderr};
use std::ops::Range;
use std::process::ExitCode;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use datasets::suite::secret::may_hold_key;

/// Why a command did not do what it was asked for.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
    help: Option<String>,
    /// The place at fault.
    place: Option<Box<Place>>,
}

/// A place in a file.
#[derive(Debug)]
struct Place {
    /// The name of the file, and its text.
    file: String,
    text: String,
    /// The bytes at fault, and what they are.
    span: Range<usize>,
    label: String,
}

impl Failure {
    /// What was asked for makes no sense: exit code 2.
    pub fn input(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code: 2, message: message.into(), help: Some(help.into()), place: None }
    }

    /// It went wrong on the way: exit code 1.
    pub fn run(message: impl Into<String>, help: Option<String>) -> Self {
        Self { code: 1, message: message.into(), help, place: None }
    }

    /// It was told to stop, and the same call goes on with it: exit code 3.
    pub fn stopped(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code: 3, message: message.into(), help: Some(help.into()), place: None }
    }

    /// Whether it was told to stop, and the same call goes on with it.
    pub fn is_stopped(&self) -> bool {
        self.code == 3
    }

    /// Says what to do about it, in place of what the message would say.
    pub fn helped(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// It is an answer, and not a mistake: exit code 1, for this reason.
    pub fn rejected(mut self, reason: &str) -> Self {
        self.code = 1;
        self.message = format!("rejected as {reason}: {}", self.message);
        self
    }

    /// It happened here.
    pub fn told(mut self, place: &str) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }

    /// Says `to` in the message where it says `from`, for a value that came by another argument than the message names.
    pub fn renamed(mut self, from: &str, to: &str) -> Self {
        self.message = self.message.replacen(from, to, 1);
        self
    }

    /// Prints the failure, and gives its exit code.
    pub fn report(self) -> ExitCode {
        tell(Level::ERROR, &self.message, self.place.as_deref(), self.help.as_deref());
        ExitCode::from(self.code)
    }
}

/// Prints on stderr what is hardly meant, and what to write instead; the command goes on.
pub fn warn(message: &str, help: &str) {
    tell(Level::WARNING, message, None, Some(help));
}

/// A text that may be shown: not one that may hold a private key, or what is left of one.
fn shown(text: &str) -> &str {
    if may_hold_key(text) {
        "a private key, or what is left of one, stands where something else is expected"
    } else {
        text
    }
}

fn tell(level: Level<'_>, message: &str, place: Option<&Place>, help: Option<&str>) {
    let (message, help) = (shown(message), help.filter(|help| !may_hold_key(help)));
    let place = place.filter(|place| !may_hold_key(&place.text));
    let is_plain = !stderr().is_terminal() || env::var_os("NO_COLOR").is_some();
    let renderer = if is_plain { Renderer::plain() } else { Renderer::styled() };
    let mut told = level.primary_title(message).elements(place.map(Place::shown));
    if let Some(help) = help {
        told = told.element(Level::HELP.message(help));
    }
    // A reader that has gone away is told nothing but the exit code.
    let _ = writeln!(stderr(), "{}", renderer.render(&[told]));
}

impl Place {
    /// The line at fault, with its place marked.
    fn shown(&self) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
        let mark = AnnotationKind::Primary.span(self.span.clone()).label(self.label.as_str());
        Snippet::source(self.text.as_str()).path(self.file.as_str()).annotation(mark)
    }
}

/// Bytes of the longest line that is shown: no terminal is as wide, and the renderer takes no more than 65,535.
const LONGEST_LINE: usize = 5000;

impl From<datasets::Error> for Failure {
    fn from(error: datasets::Error) -> Self {
        let shown = error.source_text().filter(|text| text.lines().all(|line| line.len() <= LONGEST_LINE));
        let place = shown.zip(error.span()).map(|(text, span)| {
            let label = error.key().map_or_else(|| "here".to_owned(), |key| format!("`{key}`"));
            Box::new(Place { file: error.path().display().to_string(), text: text.to_owned(), span, label })
        });
        Self { code: 2, message: error.to_string(), help: error.help().map(str::to_owned), place }
    }
}

impl From<datasets::trace::Error> for Failure {
    /// A directory that does not do is bad input; other trouble with it is a failed run.
    fn from(error: datasets::trace::Error) -> Self {
        if error.is_refusal() {
            return Self::input(error.to_string(), error.remedy());
        }
        Self::run(error.to_string(), Some(error.remedy().to_owned()))
    }
}

impl From<datasets::checkpoint::Error> for Failure {
    /// A directory that does not do is bad input; other trouble with it is a failed run.
    fn from(error: datasets::checkpoint::Error) -> Self {
        if error.is_refusal() {
            return Self::input(error.to_string(), error.remedy());
        }
        Self::run(error.to_string(), Some(error.remedy().to_owned()))
    }
}

impl From<analysis::Error> for Failure {
    fn from(error: analysis::Error) -> Self {
        Self::run(error.to_string(), Some(error.remedy().to_owned()))
    }
}

impl From<engine::Error> for Failure {
    fn from(error: engine::Error) -> Self {
        match error {
            engine::Error::Fleet(error) => error.into(),
            engine::Error::Trace(error) => error.into(),
            engine::Error::Checkpoint(error) => error.into(),
            engine::Error::State { .. } => {
                Self::run(error.to_string(), Some("begin anew, without that state, with --fresh".to_owned()))
            }
            engine::Error::NotPositive { .. } => Self::input(
                error.to_string(),
                "aggregate another attribute or function, or leave such nodes out of the fleet file",
            ),
            engine::Error::NoRows { .. } => Self::run(
                error.to_string(),
                Some(
                    "run it with a larger `subcloud.topology.room`, such as --set subcloud.topology.room=2".to_owned(),
                ),
            ),
            engine::Error::Column { .. } => {
                let help =
                    "run fewer nodes with --nodes, or keep the columns in files of a roomy disk with --state DIR";
                Self::run(error.to_string(), Some(help.to_owned()))
            }
        }
    }
}
