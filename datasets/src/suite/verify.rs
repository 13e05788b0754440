//! Whether nodes take a version of the suite.
//!
//! A version is dropped for the first of these reasons that holds:
//!
//! - *forged*: neither the owner signed it, nor a key to which the owner gave the certificate that comes with it.
//! - *for another cloud*: it, or its certificate, is signed for one.
//! - *outdated*: it is signed in format 1, and the version held in format 2.
//! - *revoked*: the version held lists its key as revoked.
//! - *expired*: it is, or its certificate.
//! - *replayed*: it is not newer than the version held.
//! - *out of scope*: it changes what its key may not change: see [`rights`](super::rights).
//!
//! What is *malformed* never gets as far as this.

use super::{Certificate, Cloud, Description, Grant, Reason, Suite, Verdict, beyond};

/// Whether a node of a cloud that holds `base`, or nothing, takes a version at the moment `now`, in seconds since
/// 1970-01-01T00:00:00Z.
///
/// ```
/// use datasets::suite::{App, Certificate, Choice, Cloud, Description, Grant, PrivateKey, Scope, Suite};
/// use datasets::suite::{Reason, Verdict, verify};
///
/// let (owner, planner) = (PrivateKey::generate()?, PrivateKey::generate()?);
/// let cloud = Cloud::of(owner.public(), "living rooms");
/// let (key, scope) = (planner.public(), Scope::apps(["chat"]));
/// let grant = Grant { key, cloud: Some(cloud.id), scope, rules: false, until: None };
/// let certificate = Certificate::issue(&owner, grant);
/// let judged = |app: &str| {
///     let apps = vec![App::of_share(app, 0.5, Choice::Random)];
///     let suite = Suite { version: 2, apps, ..Suite::default() };
///     let version = Description::unsigned(suite, Vec::new());
///     let version = version.signed(&planner, Some(certificate.clone()), Some(cloud.id));
///     verify(&cloud, &version, None, 0)
/// };
/// assert_eq!(judged("chat"), Verdict::Valid);
/// assert_eq!(judged("monitoring"), Verdict::Rejected(Reason::OutOfScope));
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use]
pub fn verify(cloud: &Cloud, version: &Description, base: Option<&Description>, now: i64) -> Verdict {
    let grant = match authorised(cloud, version, base, now) {
        Ok(grant) => grant,
        Err(reason) => return Verdict::Rejected(reason),
    };
    let is_beyond = || grant.is_some_and(|grant| !beyond(grant, version, base).is_empty());
    match verify_unsigned(&version.suite, base.map(|base| &base.suite), now) {
        Verdict::Valid if is_beyond() => Verdict::Rejected(Reason::OutOfScope),
        verdict => verdict,
    }
}

/// As [`verify()`], where the signature of `base` is not at hand: whether it was in format 2 is said beside it.
#[must_use]
pub fn verify_held(
    cloud: &Cloud,
    version: &Description,
    (base, is_base_in_format_2): (Option<&Description>, bool),
    now: i64,
) -> Verdict {
    match verify(cloud, version, base, now) {
        verdict @ Verdict::Rejected(Reason::Malformed | Reason::Forged | Reason::OtherCloud) => verdict,
        _ if is_base_in_format_2 && version.cloud().is_none() => Verdict::Rejected(Reason::Outdated),
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

/// What the signer of a version may change; `None` for the owner, who may change everything.
fn authorised<'v>(
    cloud: &Cloud,
    version: &'v Description,
    base: Option<&Description>,
    now: i64,
) -> Result<Option<&'v Grant>, Reason> {
    let signed_by = version.signed_by.as_ref().ok_or(Reason::Forged)?;
    if !signed_by.key.verifies(&version.encode(), &signed_by.signature) {
        return Err(Reason::Forged);
    }
    if signed_by.cloud.is_none() && !version.suite.fits_format_1() {
        return Err(Reason::Forged);
    }
    let certificate = version.certificate.as_ref().filter(|_| signed_by.key != cloud.owner);
    if signed_by.key != cloud.owner && !certificate.is_some_and(|found| is_for(found, cloud, version)) {
        return Err(Reason::Forged);
    }
    let signed_for = [signed_by.cloud, certificate.and_then(|certificate| certificate.grant.cloud)];
    if signed_for.into_iter().flatten().any(|id| id != cloud.id) {
        return Err(Reason::OtherCloud);
    }
    if signed_by.cloud.is_none() && base.is_some_and(|base| base.cloud().is_some()) {
        return Err(Reason::Outdated);
    }
    let Some(Certificate { grant, .. }) = certificate else { return Ok(None) };
    if base.is_some_and(|base| base.suite.revoked.contains(&signed_by.key)) {
        return Err(Reason::Revoked);
    }
    if has_passed(grant.until, now) { Err(Reason::Expired) } else { Ok(Some(grant)) }
}

/// Whether a certificate is by the owner, for the key that signed, and of the format of that signature.
fn is_for(certificate: &Certificate, cloud: &Cloud, version: &Description) -> bool {
    let is_alike = |by: &super::SignedBy| {
        certificate.grant.key == by.key && certificate.grant.cloud.is_some() == by.cloud.is_some()
    };
    version.signed_by.as_ref().is_some_and(is_alike) && certificate.is_of(&cloud.owner)
}

fn has_passed(until: Option<i64>, now: i64) -> bool {
    until.is_some_and(|until| until <= now)
}
