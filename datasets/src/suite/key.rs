//! Ed25519 keys and signatures (RFC 8032): private keys as PKCS#8 in PEM, public keys as SPKI in PEM, as OpenSSL writes
//! and reads them.
//!
//! Public keys of small order and keys that are not written in their one way are refused, and so are such signatures:
//! for each message and key there is one text that is a signature, and nobody but the holder of the private key can
//! find it.

use std::cmp::Ordering;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::ed25519::pkcs8::KeypairBytes;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Kind};

/// Bytes of a signature.
pub const SIGNATURE_BYTES: usize = 64;

/// Bytes of a public key.
pub const KEY_BYTES: usize = 32;

/// No file of a key is longer.
const LONGEST_FILE: u64 = 1 << 16;

/// A public key: it tells whether a signature was made with its private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey(VerifyingKey);

/// By their bytes.
impl Ord for PublicKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bytes().cmp(&other.bytes())
    }
}

impl PartialOrd for PublicKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl TryFrom<String> for PublicKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::of_base64(&text).ok_or("no Ed25519 public key in base64")
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}

/// A private key. Its text is written to its file and nowhere else.
#[derive(Clone)]
pub struct PrivateKey(SigningKey);

/// Keys are the same where their public keys are.
impl PartialEq for PrivateKey {
    fn eq(&self, other: &Self) -> bool {
        self.public() == other.public()
    }
}

/// A signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature(ed25519_dalek::Signature);

impl PublicKey {
    /// The key of these bytes; `None` if they are none, or a weak one.
    #[must_use]
    pub fn of_bytes(bytes: &[u8; KEY_BYTES]) -> Option<Self> {
        VerifyingKey::from_bytes(bytes).ok().and_then(Self::sound)
    }

    /// The key in base64 of its 32 bytes.
    #[must_use]
    pub fn of_base64(text: &str) -> Option<Self> {
        Self::of_bytes(&decoded(text)?)
    }

    /// The key in the text of a PEM file.
    #[must_use]
    pub fn of_pem(text: &str) -> Option<Self> {
        VerifyingKey::from_public_key_pem(text).ok().and_then(Self::sound)
    }

    /// Reads a PEM file.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or holds no public key.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let help = "give the .pub.pem file that `subcloud suite keygen` wrote";
        let file = File::open(path).map_err(|cause| unreadable(path, cause, "public key").helped(help))?;
        let text = read_text(file).map_err(|cause| unreadable(path, cause, "public key").helped(help))?;
        Self::of_pem(&text).ok_or_else(|| {
            let message =
                if text.contains("PRIVATE KEY-----") { "holds a private key, expected a public one" } else { NO_KEY };
            Error::new(Kind::Key, path, message).helped(help)
        })
    }

    /// A small order would make signatures for all messages; a second way to write a key, second names for one key.
    fn sound(key: VerifyingKey) -> Option<Self> {
        let canonical = key.to_edwards().compress().to_bytes() == key.to_bytes();
        (canonical && !key.is_weak()).then_some(Self(key))
    }

    /// Whether the signature is one of this message by this key.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &Signature) -> bool {
        self.0.verify_strict(message, &signature.0).is_ok()
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> [u8; KEY_BYTES] {
        self.0.to_bytes()
    }

    /// Writes a new PEM file.
    ///
    /// # Errors
    ///
    /// The file exists or cannot be written.
    pub fn create(&self, path: &Path) -> Result<(), Error> {
        let text = self.0.to_public_key_pem(LineEnding::LF).map_err(|error| unwritable(path, &error))?;
        create(path, &text, 0o644)
    }
}

impl fmt::Display for PublicKey {
    /// Base64.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.bytes()))
    }
}

impl PrivateKey {
    /// A new key from the randomness of the operating system.
    ///
    /// # Errors
    ///
    /// The operating system has none to give.
    pub fn generate() -> io::Result<Self> {
        // The bytes are wiped as they are dropped.
        let mut pair = KeypairBytes { secret_key: [0; KEY_BYTES], public_key: None };
        getrandom::fill(&mut pair.secret_key).map_err(io::Error::other)?;
        Ok(Self(SigningKey::from_bytes(&pair.secret_key)))
    }

    /// The key of a seed: RFC 8032 makes all of it from these bytes.
    #[must_use]
    pub fn of_seed(seed: &[u8; KEY_BYTES]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The key in the text of a PEM file.
    #[must_use]
    pub fn of_pem(text: &str) -> Option<Self> {
        SigningKey::from_pkcs8_pem(text).ok().map(Self)
    }

    /// Reads a PEM file that nobody but its owner may read, or whose text before the key begins with "No secret".
    ///
    /// # Errors
    ///
    /// The file cannot be read, is open to others, or holds no private key.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let help = "give the .pem file that `subcloud suite keygen` wrote";
        let fail = |cause| unreadable(path, cause, "private key").helped(help);
        let file = File::open(path).map_err(fail)?;
        let mode = file.metadata().map_err(fail)?.mode() & 0o7777;
        let text = read_text(file).map_err(fail)?;
        let Some(key) = Self::of_pem(&text) else {
            let message =
                if text.contains("PUBLIC KEY") { "holds a public key, expected a private one" } else { NO_KEY };
            return Err(Error::new(Kind::Key, path, message).helped(help));
        };
        if mode & 0o077 != 0 && !text.starts_with(NO_SECRET) {
            let message = format!("this private key is open to other users (mode {mode:o})");
            return Err(Error::new(Kind::Key, path, message).helped(format!(
                "close it with `chmod 600 {}`; if others had access, make a new one",
                path.display()
            )));
        }
        Ok(key)
    }

    /// Its public key.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs a message.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message))
    }

    /// Writes a new PEM file that nobody but its owner may read.
    ///
    /// # Errors
    ///
    /// The file exists or cannot be written.
    pub fn create(&self, path: &Path) -> Result<(), Error> {
        // Without the public key, which older readers refuse.
        let pair = KeypairBytes { secret_key: self.0.to_bytes(), public_key: None };
        let text = pair.to_pkcs8_pem(LineEnding::LF).map_err(|error| unwritable(path, &error))?;
        create(path, &text, 0o600)
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey(of {})", self.public())
    }
}

impl Signature {
    /// The signature of these bytes.
    #[must_use]
    pub fn of_bytes(bytes: &[u8; SIGNATURE_BYTES]) -> Self {
        Self(ed25519_dalek::Signature::from_bytes(bytes))
    }

    /// The signature in base64 of its 64 bytes.
    #[must_use]
    pub fn of_base64(text: &str) -> Option<Self> {
        decoded(text).map(|bytes| Self::of_bytes(&bytes))
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> [u8; SIGNATURE_BYTES] {
        self.0.to_bytes()
    }
}

impl fmt::Display for Signature {
    /// Base64.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.bytes()))
    }
}

/// With these words begins the file of a private key that all may know, as those that come with scenarios.
const NO_SECRET: &str = "No secret";

const NO_KEY: &str = "holds no Ed25519 key in PEM";

/// The bytes of a text in base64, if they are so many.
pub(super) fn decoded<const N: usize>(text: &str) -> Option<[u8; N]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

fn read_text(file: File) -> io::Result<String> {
    let mut text = String::new();
    file.take(LONGEST_FILE).read_to_string(&mut text)?;
    Ok(text)
}

fn unreadable(path: &Path, cause: io::Error, what: &str) -> Error {
    Error::new(Kind::Unreadable, path, format!("cannot read the {what}: {cause}")).caused_by(cause)
}

fn unwritable(path: &Path, cause: &dyn fmt::Display) -> Error {
    Error::new(Kind::Unwritable, path, format!("cannot write the key: {cause}"))
        .helped("choose a name that is free, in a directory that can be written")
}

/// Writes a new file, or none.
fn create(path: &Path, text: &str, mode: u32) -> Result<(), Error> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let mut file = opened.map_err(|cause| unwritable(path, &cause))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|cause| {
        // The first error is the one to tell.
        fs::remove_file(path).ok();
        unwritable(path, &cause)
    })
}
