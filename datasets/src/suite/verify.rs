//! Whether nodes take a version of the suite.
//!
//! In this order: a version is *forged* unless the owner signed it, or a key did to which the owner gave the
//! certificate that comes with it; *expired* when it or that certificate is; *replayed* unless it is newer than the one
//! held; and *out of scope* if it changes what the certificate does not cover. What is *malformed* never gets as far as
//! this.
//!
//! A key that may change some applications may add, change, remove and reorder these, and nothing else. The others stay
//! as they are and in their order, and `until` stays. Its applications keep their places among the others, and those it
//! adds come after them: it cannot take nodes from the others by precedence, not even by removing an application first.

use super::{Description, PublicKey, Reason, Scope, Suite, Verdict, beyond};

/// Whether a node that trusts the owner and holds `base`, or nothing, takes a version at the moment `now`, in seconds
/// since 1970-01-01T00:00:00Z.
///
/// ```
/// use datasets::suite::{App, Certificate, Choice, Description, PrivateKey, Reason, Scope, Suite, Verdict, verify};
///
/// let (owner, planner) = (PrivateKey::generate()?, PrivateKey::generate()?);
/// let scope = Scope::Apps(["chat".to_owned()].into());
/// let certificate = Certificate::issue(&owner, planner.public(), scope, None);
/// let judged = |app: &str| {
///     let suite = Suite { version: 2, until: None, apps: vec![App::of_share(app, 0.5, Choice::Random)] };
///     let version = Description::unsigned(suite, Vec::new()).signed(&planner, Some(certificate.clone()));
///     verify(&owner.public(), &version, None, 0)
/// };
/// assert_eq!(judged("chat"), Verdict::Valid);
/// assert_eq!(judged("monitoring"), Verdict::Rejected(Reason::OutOfScope));
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use]
pub fn verify(owner: &PublicKey, version: &Description, base: Option<&Description>, now: i64) -> Verdict {
    let scope = match authorised(owner, version, now) {
        Ok(scope) => scope,
        Err(reason) => return Verdict::Rejected(reason),
    };
    let in_scope = || beyond(scope, version, base).is_empty();
    match verify_unsigned(&version.suite, base.map(|base| &base.suite), now) {
        Verdict::Valid if !in_scope() => Verdict::Rejected(Reason::OutOfScope),
        verdict => verdict,
    }
}

/// Whether a node takes a version where nobody signs: if it is newer than the one held, and has not expired.
#[must_use]
pub fn verify_unsigned(version: &Suite, base: Option<&Suite>, now: i64) -> Verdict {
    if has_passed(version.until, now) {
        return Verdict::Rejected(Reason::Expired);
    }
    match base {
        Some(base) if version.version <= base.version => Verdict::Rejected(Reason::Replayed),
        _ => Verdict::Valid,
    }
}

/// What the signer of a version may change.
fn authorised<'v>(owner: &PublicKey, version: &'v Description, now: i64) -> Result<&'v Scope, Reason> {
    let signed_by = version.signed_by.as_ref().ok_or(Reason::Forged)?;
    if !signed_by.key.verifies(&version.encode(), &signed_by.signature) {
        return Err(Reason::Forged);
    }
    if signed_by.key == *owner {
        return Ok(&Scope::All);
    }
    match &version.certificate {
        Some(certificate) if certificate.key == signed_by.key && certificate.is_of(owner) => {
            if has_passed(certificate.until, now) { Err(Reason::Expired) } else { Ok(&certificate.scope) }
        }
        _ => Err(Reason::Forged),
    }
}

fn has_passed(until: Option<i64>, now: i64) -> bool {
    until.is_some_and(|until| until <= now)
}
