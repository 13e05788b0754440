//! The application suite: a versioned list of applications in order of precedence, the only lever that an operator has.
//!
//! The types here are the checked form: attributes are indices into a list of names that the caller gives. A suite
//! stands in a scenario or, as the same text, in a file of its own:
//!
//! ```
//! use std::path::Path;
//! use datasets::suite::{self, Names, Request};
//!
//! let text = r#"
//! [suite]
//! version = 2
//!
//! [[suite.app]]
//! name = "recorder"
//! top = "storage_gb"
//! nodes = 5_000
//! where = "availability >= 0.5"
//! "#;
//! let file = suite::parse(Path::new("apps.toml"), text, Names::Any(Vec::new()))?;
//! assert_eq!(file.suite.apps[0].request, Request::Nodes(5_000));
//! assert_eq!(file.attributes, ["storage_gb", "availability"]);
//! # Ok::<(), datasets::Error>(())
//! ```
//!
//! Applications may carry rules by which their nodes change the suite: see [`rule`].
//!
//! A version is signed, and verified before nodes take it:
//!
//! - [`rights`]: who may change what, by which way, until when.
//! - [`encode`](mod@encode): the canonical bytes of a suite.
//! - [`layout`]: which random application has which words of a draw.
//! - [`key`]: keys and signatures.
//! - [`secret`]: what no message shows.
//! - [`cloud`]: which cloud a signature is for.
//! - [`certificate`]: which key may change what.
//! - [`verify`](mod@verify): whether nodes take a version.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub mod certificate;
pub mod cloud;
pub mod condition;
pub mod encode;
pub mod key;
pub mod layout;
pub mod moment;
pub mod rights;
pub mod rule;
pub mod secret;
pub mod verify;

mod bytes;
mod check;
mod code;
mod description;
mod file;
mod names;
pub(crate) mod raw;
mod sign;
mod tables;
mod text;
mod topology;

pub use certificate::{Ceiling, Certificate, Grant, Scope};
pub(crate) use check::code::{AppFault, Said, said};
pub use cloud::{Cloud, CloudId};
pub use code::{Code, CodeSettings};
pub use condition::{Comparison, Condition, Operand, Test};
pub use description::{Description, SignedBy};
pub use encode::encode;
pub use file::{File, parse, read};
pub use key::{PrivateKey, PublicKey, Signature};
pub use layout::Draw;
pub use names::Names;
pub use rights::beyond;
pub use rule::{Action, Rule};
pub use sign::{LayOut, sign, sign_text};
pub use topology::AppTopology;
pub use verify::{verify, verify_held, verify_unsigned};

pub use crate::written::{alike, fault as name_fault};
pub(crate) use names::is_attribute;

/// How far the shares of all applications may exceed 1: the rounding of their sum.
const SUM_TOLERANCE: f64 = 1e-9;

/// The most applications of all versions of a run: a node holds its application in one byte, of which three values
/// stand for something else.
pub const MOST_APPS: usize = 253;

/// The application suite.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Suite {
    /// Version of the description: nodes take the higher one.
    pub version: u64,
    /// From this moment on nodes no longer take it from others, in seconds since 1970-01-01T00:00:00Z; `None` for
    /// never.
    pub until: Option<i64>,
    /// Keys that the owner has revoked: nodes that hold this version take nothing that they sign.
    pub revoked: BTreeSet<PublicKey>,
    /// The applications in order of precedence; empty if there is no suite.
    pub apps: Vec<App>,
    /// Which words of each draw belong to which random application; empty if nodes are to find out themselves.
    pub layout: Vec<Draw>,
}

impl Suite {
    /// Whether it is no suite that nodes could hold and pass on: one without applications with which a run begins.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.apps.is_empty()
    }

    /// Whether it says nothing that signatures of format 1 do not cover: no key is revoked, no words are laid out, and
    /// no application says anything of its code or its topology.
    #[must_use]
    pub fn fits_format_1(&self) -> bool {
        self.revoked.is_empty() && self.layout.is_empty() && self.apps_ever().all(says_nothing)
    }

    /// The suite, if it is one.
    pub(crate) fn some(&self) -> Option<&Self> {
        Some(self).filter(|suite| !suite.is_none())
    }
}

/// Whether an application says nothing of its code and its topology.
fn says_nothing(app: &App) -> bool {
    app.code.is_none() && app.topology.is_none()
}

/// An application.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct App {
    /// Its name, unique.
    pub name: String,
    /// How many nodes it asks for.
    pub request: Request,
    /// Which nodes it asks for.
    pub choice: Choice,
    /// What a node must be like; `None` if any will do.
    pub condition: Option<Condition>,
    /// It is broken with fewer nodes than that.
    pub min_nodes: Option<u64>,
    /// It is broken where the mean of an attribute over its nodes is below a limit.
    pub min_means: Vec<(usize, f64)>,
    /// What it says of its code, other than what holds for all applications; `None` for nothing.
    pub code: Option<CodeSettings>,
    /// The topology that its members build, other than what holds for all applications; `None` if it says nothing.
    pub topology: Option<AppTopology>,
    /// What its nodes watch, and how they change the suite.
    pub rules: Vec<Rule>,
}

/// How many nodes an application asks for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// A share of all live nodes, 0..=1; the shares of all applications sum to at most 1.
    Share(f64),
    /// So many nodes, however many live.
    Nodes(u64),
    /// What the others leave, split among those that ask for it by these weights, above 0.
    Rest(f64),
}

/// Which nodes an application asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Choice {
    /// Those with the largest values of the attribute of this index.
    Top(usize),
    /// Those with the smallest values.
    Bottom(usize),
    /// Any.
    Random,
}

/// A version of the suite, which enters the cloud with its beginning, by an event, or by a rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// What it says; without applications if it is malformed, or if the run begins without a suite.
    pub suite: Suite,
    /// Bytes of its description: canonical bytes, signature and certificate.
    pub bytes: u64,
    /// From this cycle on nodes no longer take it from others; `None` for never.
    pub expires_cycle: Option<u32>,
    /// Whether nodes take it: by its signatures, and against the newest version that was brought in before and that
    /// they take. Where rules have changed that, a run judges anew what nodes would take.
    pub verdict: Verdict,
    /// The file that it comes from, by its absolute path; empty if it has none of its own.
    pub path: PathBuf,
    /// Whether it is signed in format 2: nodes that hold it take none of format 1.
    pub is_in_format_2: bool,
    /// What its signer may change, if it says so; nothing of what rules make.
    #[serde(skip)]
    pub certificate: Option<Certificate>,
    /// Who signed it, if anybody did; nothing of what rules make.
    #[serde(skip)]
    pub signed_by: Option<SignedBy>,
}

/// Whether nodes take a version of the suite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// They do.
    #[default]
    Valid,
    /// They drop it.
    Rejected(Reason),
}

/// Why nodes drop a version of the suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// It is no suite, or its certificate is none.
    Malformed,
    /// A signature is missing, or is not that of a key that the owner trusts.
    Forged,
    /// It, or the certificate of its key, is signed for another cloud.
    OtherCloud,
    /// It is signed in a format that is older than that of the one that they hold, and covers less.
    Outdated,
    /// The owner has revoked its key.
    Revoked,
    /// It, or the certificate of its key, was good until an earlier moment.
    Expired,
    /// It is not newer than the one that they hold.
    Replayed,
    /// Its key may not change what it changes.
    OutOfScope,
}

impl App {
    /// An application that asks for a share of the cloud, and for nothing else.
    #[must_use]
    pub fn of_share(name: impl Into<String>, share: f64, choice: Choice) -> Self {
        Self {
            name: name.into(),
            request: Request::Share(share),
            choice,
            condition: None,
            min_nodes: None,
            min_means: Vec::new(),
            code: None,
            topology: None,
            rules: Vec::new(),
        }
    }
}

impl Choice {
    /// The key that makes this choice in a scenario; a random choice has none.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Top(_) => "top",
            Self::Bottom(_) => "bottom",
            Self::Random => "random",
        }
    }
}

impl Reason {
    /// How many there are.
    pub const COUNT: usize = 8;

    /// Its name in traces and messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Forged => "forged",
            Self::OtherCloud => "for another cloud",
            Self::Outdated => "outdated",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Replayed => "replayed",
            Self::OutOfScope => "out of scope",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
