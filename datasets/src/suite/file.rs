//! A suite in a file of its own: the same text as in a scenario.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::check::code::{AppFault, Said, said};
use super::{Certificate, Description, Names, SignedBy, Suite, raw};
use crate::error::{Error, Kind};
use crate::written::{At, Check, Document, read_text};

/// A suite that was read from a file of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// The file.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// The suite that it describes.
    pub suite: Suite,
    /// The names of the attributes, by the index that the suite has for them.
    pub attributes: Vec<String>,
    /// What its signer may change, if it says so.
    pub certificate: Option<Certificate>,
    /// Who signed it, if anybody did; whether they did is for [`verify`](super::verify()) to tell.
    pub signed_by: Option<SignedBy>,
    /// Where its `until` stands in the text, or that of its certificate.
    until: Option<Range<usize>>,
    /// The key and the place of the `when` of each rule.
    whens: Vec<(String, Range<usize>)>,
    /// The same of what each application says of something, and behind them those that rules add.
    said: BTreeMap<Said, Vec<(String, Range<usize>)>>,
}

/// Reads and checks a suite file.
///
/// With the attributes of a fleet, a name that the fleet lacks is an error; without, any name will do.
///
/// # Errors
///
/// The first thing that is wrong in the file, with its place and remedy.
pub fn read(path: &Path, names: Names<'_>) -> Result<File, Error> {
    parse(path, &read_text(path, "suite")?, names)
}

/// Checks the text of a suite file, as [`read`] does; `path` is what errors call it.
///
/// # Errors
///
/// The first thing that is wrong in the text, with its place and remedy.
pub fn parse(path: &Path, text: &str, mut names: Names<'_>) -> Result<File, Error> {
    let document = Document::parse(path, text, &[])?;
    let raw: raw::File = document.typed().map_err(explained)?;
    let check = Check { document: &document, shortened: false };
    if let Some(file) = &raw.suite.file {
        let message = "a suite file cannot stand for another";
        return Err(check.refuse(file.span(), message, "write the applications here, or name that file instead"));
    }
    if let Some(trust) = &raw.suite.trust {
        let message = "a suite file cannot say whom to trust";
        return Err(check.refuse(trust.span(), message, "write `trust` into the scenario's [suite]"));
    }
    if let Some(cloud) = &raw.suite.cloud {
        let message = "a suite file does not name its cloud: its signature does";
        let help = "leave it out, and name the cloud as you sign: subcloud suite sign --cloud NAME";
        return Err(check.refuse(cloud.span(), message, help));
    }
    if let Some(format) = &raw.suite.format {
        let message = "a suite file does not say in which format it is signed: its signature does";
        return Err(check.refuse(format.span(), message, "leave it out"));
    }
    let suite = check.suite_here(&raw.suite, &mut names)?;
    let whens = raw.suite.app.iter().flat_map(|app| &app.rule).map(|rule| rule.when.span());
    let keyed = |span: Range<usize>| (document.key_at(&span).unwrap_or_default(), span);
    let whens = whens.map(keyed).collect();
    let places = [Said::Code, Said::Topology].map(|what| (what, said(&raw.suite.app, what).map(keyed).collect()));
    let until_of_certificate = raw.certificate.as_ref().and_then(|certificate| certificate.until.as_ref());
    Ok(File {
        path: path.to_owned(),
        text: text.to_owned(),
        suite,
        attributes: names.list().to_vec(),
        whens,
        said: places.into(),
        until: raw.suite.until.as_ref().or(until_of_certificate).map(At::span),
        certificate: raw.certificate.as_ref().map(|raw| check.certificate(raw)).transpose()?,
        signed_by: raw.signature.as_ref().map(|raw| check.signed_by(raw)).transpose()?,
    })
}

/// Says how a suite file begins, to those who left that out.
fn explained(error: Error) -> Error {
    match error.key().and_then(|key| key.split('.').next()) {
        Some("version" | "until" | "app" | "apps") => error.helped(
            "a suite file has the text of a scenario's suite: [suite], then [[suite.app]] for each application",
        ),
        Some("suite") if error.key() == Some("suite") => {
            error.helped("begin with [suite], then write [[suite.app]] for each application")
        }
        _ => error,
    }
}

impl File {
    /// What it says, and who stands for it.
    #[must_use]
    pub fn description(&self) -> Description {
        Description {
            suite: self.suite.clone(),
            attributes: self.attributes.clone(),
            certificate: self.certificate.clone(),
            signed_by: self.signed_by,
        }
    }

    /// An error about its `until`, or about that of its certificate.
    pub(crate) fn refuse_until(&self, message: &str, help: &str) -> Error {
        let span = self.until.clone().unwrap_or(0..0);
        let key = if self.suite.until.is_some() { "suite.until" } else { "certificate.until" };
        Error::new(Kind::Value, &self.path, message).keyed(key).at(&self.text, span).helped(help)
    }

    /// An error about the condition of a rule, by its number among all.
    pub(crate) fn refuse_when(&self, rule: usize, message: String, help: String) -> Error {
        self.refuse_at(self.whens.get(rule), message, help)
    }

    /// An error about what an application says of something.
    pub(crate) fn refuse_said(&self, AppFault { app, said, message, help }: AppFault) -> Error {
        self.refuse_at(self.said.get(&said).and_then(|places| places.get(app)), message, help)
    }

    fn refuse_at(&self, place: Option<&(String, Range<usize>)>, message: String, help: String) -> Error {
        let (key, span) = place.cloned().unwrap_or_default();
        Error::new(Kind::Value, &self.path, message).keyed(key).at(&self.text, span).helped(help)
    }
}
