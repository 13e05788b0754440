//! Certificates: the owner of a cloud lets another key change some of its applications.
//!
//! A certificate is signed with the owner's key. What is signed are these bytes, with numbers and texts as in
//! [`encode`](mod@super::encode):
//!
//! ```text
//! magic   23 bytes  "subcloud certificate 2" and a line feed
//! cloud   16 bytes  the id of the cloud
//! key     32 bytes  the public key that may sign
//! until   0, or 1 and an i64: seconds since 1970-01-01T00:00:00Z
//! rules   1 if it may write rules, else 0
//! apps    0 for all that there is to change, or 1, the number of names as u32, and for each, in the order of bytes:
//!   name  text
//!   share 0, or 1 and an f64: the largest share for which it may let the application ask
//!   nodes 0, or 1 and a u64: the largest number of nodes
//! ```
//!
//! A certificate of format 1 is for any cloud of its owner, allows rules, and has no ceilings:
//!
//! ```text
//! magic   23 bytes  "subcloud certificate 1" and a line feed
//! key     32 bytes
//! until   as above
//! apps    0, or 1, the number of names as u32, and a text for each
//! ```

use std::collections::BTreeMap;

use super::bytes::{begun, number, put_count, put_moment, put_optional, put_text};
use super::cloud::CloudId;
use super::key::{PrivateKey, PublicKey, SIGNATURE_BYTES, Signature};
use super::{Request, moment};
use crate::written::quoted;

/// What the bytes of a certificate begin with.
pub const MAGIC: &[u8] = b"subcloud certificate 2\n";

/// What those of one of format 1 begin with.
const MAGIC_1: &[u8] = b"subcloud certificate 1\n";

/// What a key may change, and until when.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// What the owner grants.
    pub grant: Grant,
    /// The owner's signature of it.
    pub signature: Signature,
}

/// What an owner lets a key do.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// The key that may sign.
    pub key: PublicKey,
    /// The cloud for which it may; `None` for any of the owner's, as format 1 has it.
    pub cloud: Option<CloudId>,
    /// What it may change.
    pub scope: Scope,
    /// Whether it may write rules.
    pub rules: bool,
    /// It is good before this moment, in seconds since 1970-01-01T00:00:00Z; `None` for ever.
    pub until: Option<i64>,
}

/// What a key may change.
#[derive(Clone, Debug, PartialEq)]
pub enum Scope {
    /// Everything.
    All,
    /// The applications of these names, each up to a ceiling.
    Apps(BTreeMap<String, Ceiling>),
}

/// For how much a key may let an application ask. Without any limit, it may for as much as there is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ceiling {
    /// The largest share, 0..=1.
    pub share: Option<f64>,
    /// The largest number of nodes.
    pub nodes: Option<u64>,
}

impl Certificate {
    /// A certificate by the owner.
    #[must_use]
    pub fn issue(owner: &PrivateKey, grant: Grant) -> Self {
        let signature = owner.sign(&grant.encode());
        Self { grant, signature }
    }

    /// Whether the owner signed it.
    #[must_use]
    pub fn is_of(&self, owner: &PublicKey) -> bool {
        owner.verifies(&self.grant.encode(), &self.signature)
    }

    /// Bytes of it on the wire.
    #[must_use]
    pub fn bytes_count(&self) -> usize {
        self.grant.encode().len() + SIGNATURE_BYTES
    }

    /// The table `[certificate]` of a file.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let Grant { key, cloud, scope, rules, until } = &self.grant;
        let mut lines = vec!["[certificate]".to_owned()];
        lines.extend(cloud.is_some().then(|| "format = 2".to_owned()));
        lines.push(format!("key = \"{key}\""));
        lines.extend(cloud.map(|cloud| format!("cloud = \"{cloud}\"")));
        lines.extend(scope.lines());
        lines.extend(cloud.is_some().then(|| format!("rules = {rules}")));
        match until {
            Some(until) => lines.push(format!("until = {}", moment::text(*until))),
            None => lines.extend(cloud.is_some().then(|| "for_ever = true".to_owned())),
        }
        lines.push(format!("signature = \"{}\"\n", self.signature));
        lines.join("\n")
    }
}

impl Grant {
    /// The bytes that the owner signs.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let Self { key, cloud, scope, rules, until } = self;
        let mut bytes = begun(cloud.map(|cloud| cloud.bytes()), MAGIC, MAGIC_1);
        bytes.extend(key.bytes());
        put_moment(&mut bytes, *until);
        if cloud.is_some() {
            bytes.push(u8::from(*rules));
        }
        let Scope::Apps(apps) = scope else {
            bytes.push(0);
            return bytes;
        };
        bytes.push(1);
        put_count(&mut bytes, apps.len());
        for (app, ceiling) in apps {
            put_text(&mut bytes, app);
            if cloud.is_some() {
                put_optional(&mut bytes, ceiling.share.map(number));
                put_optional(&mut bytes, ceiling.nodes.map(u64::to_be_bytes));
            }
        }
        bytes
    }
}

impl Scope {
    /// The applications of these names, without ceilings.
    pub fn apps<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self::Apps(names.into_iter().map(|name| (name.into(), Ceiling::default())).collect())
    }

    /// Whether an application of this name may be changed.
    #[must_use]
    pub fn covers(&self, app: &str) -> bool {
        self.ceiling(app).is_some()
    }

    /// The ceiling of an application that may be changed.
    #[must_use]
    pub fn ceiling(&self, app: &str) -> Option<Ceiling> {
        match self {
            Self::All => Some(Ceiling::default()),
            Self::Apps(apps) => apps.get(app).copied(),
        }
    }

    fn lines(&self) -> Vec<String> {
        let Self::Apps(apps) = self else { return vec!["all = true".to_owned()] };
        let names: Vec<String> = apps.keys().map(|name| quoted(name)).collect();
        let limits = apps.iter().filter_map(|(name, ceiling)| Some((name, ceiling.text()?)));
        let limits: Vec<String> = limits.map(|(name, text)| format!("{} = {text}", quoted(name))).collect();
        let most = (!limits.is_empty()).then(|| format!("most = {{ {} }}", limits.join(", ")));
        [format!("apps = [{}]", names.join(", "))].into_iter().chain(most).collect()
    }
}

impl Ceiling {
    /// Whether a request is within it. With a limit in one unit, a request in another one never is.
    #[must_use]
    pub fn allows(&self, request: Request) -> bool {
        if *self == Self::default() {
            return true;
        }
        match request {
            Request::Share(share) => self.share.is_some_and(|most| share <= most),
            Request::Nodes(nodes) => self.nodes.is_some_and(|most| nodes <= most),
            Request::Rest(_) => false,
        }
    }

    /// The limits as TOML; `None` if there are none.
    fn text(&self) -> Option<String> {
        let share = self.share.map(|share| format!("share = {share:?}"));
        let nodes = self.nodes.map(|nodes| format!("nodes = {nodes}"));
        let limits: Vec<String> = share.into_iter().chain(nodes).collect();
        (!limits.is_empty()).then(|| format!("{{ {} }}", limits.join(", ")))
    }
}
