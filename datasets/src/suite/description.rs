//! A version of the suite as it travels: what it says, and who stands for it.

use super::Suite;
use super::certificate::Certificate;
use super::cloud::CloudId;
use super::encode::encode;
use super::key::{PrivateKey, PublicKey, SIGNATURE_BYTES, Signature};

/// A version of the suite, with its own names of attributes, signed or not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Description {
    /// What it says.
    pub suite: Suite,
    /// Names of the attributes to which the suite refers by index.
    pub attributes: Vec<String>,
    /// What its signer may change, if that is not the owner.
    pub certificate: Option<Certificate>,
    /// Who signed it, if anybody did.
    pub signed_by: Option<SignedBy>,
}

/// A signature, and the key that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedBy {
    /// The public key.
    pub key: PublicKey,
    /// The cloud for which it is; `None` in format 1, which does not say.
    pub cloud: Option<CloudId>,
    /// The signature of the suite's canonical bytes.
    pub signature: Signature,
}

impl Description {
    /// A suite that nobody has signed.
    #[must_use]
    pub fn unsigned(suite: Suite, attributes: Vec<String>) -> Self {
        Self { suite, attributes, certificate: None, signed_by: None }
    }

    /// The canonical bytes of its suite, in the format of its signature.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(&self.suite, &self.attributes, self.cloud())
    }

    /// The cloud for which it is signed; `None` in format 1, and if nobody has signed it.
    #[must_use]
    pub fn cloud(&self) -> Option<CloudId> {
        self.signed_by.and_then(|signed_by| signed_by.cloud)
    }

    /// Bytes that a node sends to pass it on: the suite, a signature, and a certificate with its own.
    #[must_use]
    pub fn bytes_count(&self) -> u64 {
        let signature = if self.signed_by.is_some() { SIGNATURE_BYTES } else { 0 };
        let certificate = self.certificate.as_ref().map_or(0, Certificate::bytes_count);
        (self.encode().len() + signature + certificate) as u64
    }

    /// From this moment on nodes no longer take it from others, be it for its own sake or for that of its certificate,
    /// which counts where nodes trust an owner who did not sign it.
    #[must_use]
    pub fn until(&self, owner: Option<&PublicKey>) -> Option<i64> {
        let by_owner = self.signed_by.is_some_and(|signed_by| Some(&signed_by.key) == owner);
        let certificate = self.certificate.as_ref().filter(|_| owner.is_some() && !by_owner);
        let until = certificate.and_then(|certificate| certificate.grant.until);
        self.suite.until.into_iter().chain(until).min()
    }

    /// The same suite, signed with a key: in format 2 for a cloud, else in format 1.
    #[must_use]
    pub fn signed(mut self, key: &PrivateKey, certificate: Option<Certificate>, cloud: Option<CloudId>) -> Self {
        let signature = key.sign(&encode(&self.suite, &self.attributes, cloud));
        self.signed_by = Some(SignedBy { key: key.public(), cloud, signature });
        self.certificate = certificate;
        self
    }
}

impl SignedBy {
    /// The table `[signature]` of a file.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let Self { key, cloud, signature } = self;
        match cloud {
            None => format!("[signature]\nkey = \"{key}\"\nvalue = \"{signature}\"\n"),
            Some(cloud) => {
                format!("[signature]\nformat = 2\nkey = \"{key}\"\ncloud = \"{cloud}\"\nvalue = \"{signature}\"\n")
            }
        }
    }
}
