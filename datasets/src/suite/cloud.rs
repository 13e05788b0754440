//! Which cloud a signature is for.
//!
//! An owner may have several clouds under one key. Each has a name, which is empty where there is but one, and the key
//! and the name make its id: the first 16 bytes of the SHA-512 of these bytes, with texts as in
//! [`encode`](mod@super::encode):
//!
//! ```text
//! magic   17 bytes  "subcloud cloud 2" and a line feed
//! key     32 bytes  the owner's public key
//! name    text
//! ```
//!
//! A signature of format 2 covers the id, so that a version that is signed for one cloud is not taken in another.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha512};

use super::bytes::put_text;
use super::key::{PublicKey, decoded};

/// What the bytes begin with that make the id of a cloud.
const MAGIC: &[u8] = b"subcloud cloud 2\n";

/// Bytes of the id of a cloud.
pub const ID_BYTES: usize = 16;

/// The id of a cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloudId([u8; ID_BYTES]);

/// A cloud, as its nodes know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cloud {
    /// The public key of its owner.
    pub owner: PublicKey,
    /// Its id.
    pub id: CloudId,
}

impl Cloud {
    /// The cloud of this name that an owner has.
    #[must_use]
    pub fn of(owner: PublicKey, name: &str) -> Self {
        Self { owner, id: CloudId::of(&owner, name) }
    }
}

impl CloudId {
    /// The id of the cloud of this name that an owner has.
    #[must_use]
    pub fn of(owner: &PublicKey, name: &str) -> Self {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(owner.bytes());
        put_text(&mut bytes, name);
        let digest = Sha512::digest(&bytes);
        let mut id = [0; ID_BYTES];
        id.copy_from_slice(&digest[..ID_BYTES]);
        Self(id)
    }

    /// The id in base64 of its 16 bytes.
    #[must_use]
    pub fn of_base64(text: &str) -> Option<Self> {
        decoded(text).map(Self)
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> [u8; ID_BYTES] {
        self.0
    }
}

impl fmt::Display for CloudId {
    /// Base64.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}
