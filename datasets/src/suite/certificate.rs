//! Certificates: the owner of a cloud lets another key change some of its applications.
//!
//! A certificate is signed with the owner's key. What is signed are these bytes, with numbers and texts as in
//! [`encode`](mod@super::encode):
//!
//! ```text
//! magic   23 bytes  "subcloud certificate 1" and a line feed
//! key     32 bytes  the public key that may sign
//! until   0, or 1 and an i64: seconds since 1970-01-01T00:00:00Z
//! apps    0 for all that there is to change, or 1, the number of names as u32, and a text for each
//! ```

use std::collections::BTreeSet;

use super::encode::{put_count, put_moment, put_text};
use super::key::{PrivateKey, PublicKey, SIGNATURE_BYTES, Signature};
use super::moment;
use crate::written::quoted;

/// What the bytes of a certificate begin with.
pub const MAGIC: &[u8] = b"subcloud certificate 1\n";

/// What a key may change, and until when.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// The key that may sign.
    pub key: PublicKey,
    /// What it may change.
    pub scope: Scope,
    /// It is good before this moment, in seconds since 1970-01-01T00:00:00Z; `None` for ever.
    pub until: Option<i64>,
    /// The owner's signature of the rest.
    pub signature: Signature,
}

/// What a key may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    All,
    /// The applications of these names, which are sorted.
    Apps(BTreeSet<String>),
}

impl Certificate {
    /// A certificate by the owner.
    #[must_use]
    pub fn issue(owner: &PrivateKey, key: PublicKey, scope: Scope, until: Option<i64>) -> Self {
        let signature = owner.sign(&encode(&key, &scope, until));
        Self { key, scope, until, signature }
    }

    /// Whether the owner signed it.
    #[must_use]
    pub fn is_of(&self, owner: &PublicKey) -> bool {
        owner.verifies(&encode(&self.key, &self.scope, self.until), &self.signature)
    }

    /// Bytes of it on the wire.
    #[must_use]
    pub fn bytes_count(&self) -> usize {
        encode(&self.key, &self.scope, self.until).len() + SIGNATURE_BYTES
    }

    /// The table `[certificate]` of a file.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let scope = match &self.scope {
            Scope::All => "all = true".to_owned(),
            Scope::Apps(apps) => {
                let names: Vec<String> = apps.iter().map(|name| quoted(name)).collect();
                format!("apps = [{}]", names.join(", "))
            }
        };
        let until = self.until.map_or_else(String::new, |until| format!("until = {}\n", moment::text(until)));
        format!("[certificate]\nkey = \"{}\"\n{scope}\n{until}signature = \"{}\"\n", self.key, self.signature)
    }
}

impl Scope {
    /// Whether an application of this name may be changed.
    #[must_use]
    pub fn covers(&self, app: &str) -> bool {
        match self {
            Self::All => true,
            Self::Apps(apps) => apps.contains(app),
        }
    }
}

fn encode(key: &PublicKey, scope: &Scope, until: Option<i64>) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(key.bytes());
    put_moment(&mut bytes, until);
    match scope {
        Scope::All => bytes.push(0),
        Scope::Apps(apps) => {
            bytes.push(1);
            put_count(&mut bytes, apps.len());
            for app in apps {
                put_text(&mut bytes, app);
            }
        }
    }
    bytes
}
