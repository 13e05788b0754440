//! Failures, as the user sees them: one message with its place, its remedy and its exit code.

use std::fmt;
use std::io::{IsTerminal, Write, stderr};
use std::process::ExitCode;

use miette::{Diagnostic, LabeledSpan, MietteHandlerOpts, NamedSource, SourceCode};

/// Why a command did not do what it was asked for.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
    help: Option<String>,
    /// The file at fault, and the place in it.
    place: Option<Box<(NamedSource<String>, LabeledSpan)>>,
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
        let code = ExitCode::from(self.code);
        // A terminal gets lines of its width; elsewhere the message is one line, so that paths in it stay whole.
        let terminal = stderr().is_terminal();
        let _ = miette::set_hook(Box::new(move |_| Box::new(MietteHandlerOpts::new().wrap_lines(terminal).build())));
        // A reader that has gone away is told nothing but the exit code.
        let _ = writeln!(stderr(), "{:?}", miette::Report::new(self));
        code
    }
}

/// Bytes of the longest line that is shown: no terminal is as wide, and the renderer takes no more than 65,535.
const LONGEST_LINE: usize = 5000;

impl From<datasets::Error> for Failure {
    fn from(error: datasets::Error) -> Self {
        let shown = error.source_text().filter(|text| text.lines().all(|line| line.len() <= LONGEST_LINE));
        let place = shown.zip(error.span()).map(|(text, span)| {
            let label = error.key().map_or_else(|| "here".to_owned(), |key| format!("`{key}`"));
            let name = error.path().display().to_string();
            Box::new((NamedSource::new(name, text.to_owned()), LabeledSpan::new(Some(label), span.start, span.len())))
        });
        Self { code: 2, message: error.to_string(), help: error.help().map(str::to_owned), place }
    }
}

impl From<datasets::trace::Error> for Failure {
    fn from(error: datasets::trace::Error) -> Self {
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
            engine::Error::NotPositive { .. } => Self::input(
                error.to_string(),
                "aggregate another attribute or function, or leave such nodes out of the fleet file",
            ),
            engine::Error::Column { .. } => {
                let help =
                    "run fewer nodes with --nodes, or keep the columns in files of a roomy disk with --state DIR";
                Self::run(error.to_string(), Some(help.to_owned()))
            }
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl Diagnostic for Failure {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.place.as_ref().map(|place| &place.0 as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.place.as_ref().map(|place| Box::new(std::iter::once(place.1.clone())) as Box<dyn Iterator<Item = _>>)
    }
}
