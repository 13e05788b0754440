//! Why nodes do not take a version, in a sentence, and what to do about it.

use datasets::suite::{Certificate, Cloud, Description, Grant, PublicKey, Reason, SignedBy, beyond, moment};

/// What led to a reason, and the remedy.
pub fn rejected(reason: Reason, cloud: &Cloud, version: &Description, base: Option<&Description>) -> (String, String) {
    let owner = &cloud.owner;
    let (why, remedy) = match reason {
        Reason::Malformed => ("this is no suite".to_owned(), "write it as `subcloud suite check` wants it"),
        Reason::Forged => forged(owner, version),
        Reason::OtherCloud => other_cloud(cloud, version),
        Reason::Outdated => (
            "it is signed in format 1, and nodes hold a version that is signed in format 2".to_owned(),
            "sign it again with `subcloud suite sign`",
        ),
        Reason::Revoked => revoked(version),
        Reason::Expired => expired(owner, version),
        Reason::Replayed => replayed(version, base),
        Reason::OutOfScope => out_of_scope(version, base),
    };
    (why, remedy.to_owned())
}

/// What a version changes that its key may not change, or whatever it changes if its key is revoked.
pub fn beyond_of(version: &Description, base: &Description) -> Vec<String> {
    let Some(Certificate { grant, .. }) = &version.certificate else { return Vec::new() };
    let mut changes = beyond(grant, version, Some(base));
    if base.suite.revoked.contains(&grant.key) {
        changes.insert(0, format!("the owner has revoked the key {}", grant.key));
    }
    changes
}

fn forged(owner: &PublicKey, version: &Description) -> (String, &'static str) {
    let Some(SignedBy { key, signature, .. }) = &version.signed_by else {
        return ("it is not signed".to_owned(), "sign it with `subcloud suite sign`");
    };
    if !key.verifies(&version.encode(), signature) {
        return (format!("what it says is not what {key} signed"), "sign it again with `subcloud suite sign`");
    }
    if version.cloud().is_none() && !version.suite.fits_format_1() {
        let why = "it is signed in format 1, which covers neither revoked keys nor layouts".to_owned();
        return (why, "sign it again with `subcloud suite sign`");
    }
    let help = "let the owner certify this key with `subcloud suite certify`, and sign it with that certificate";
    let why = match &version.certificate {
        None => format!("the key {key} that signed it is not the owner's, and has no certificate"),
        Some(certificate) if certificate.grant.key != *key => {
            format!("the key {key} signed it, and its certificate is for {}", certificate.grant.key)
        }
        Some(certificate) if certificate.grant.cloud.is_some() != version.cloud().is_some() => {
            "its signature and its certificate are of different formats".to_owned()
        }
        Some(_) => format!("the certificate of the key {key} that signed it is not signed by the owner {owner}"),
    };
    (why, help)
}

fn other_cloud(cloud: &Cloud, version: &Description) -> (String, &'static str) {
    let certificate = version.certificate.as_ref().and_then(|certificate| certificate.grant.cloud);
    let found = [version.cloud(), certificate].into_iter().flatten().find(|id| *id != cloud.id);
    let found = found.map_or_else(String::new, |id| format!(" {id}"));
    (
        format!("it is signed for the cloud{found}, and this is the cloud {}", cloud.id),
        "name the cloud for which it is with --cloud, or sign it for this one",
    )
}

fn revoked(version: &Description) -> (String, &'static str) {
    let key = version.signed_by.as_ref().map_or_else(String::new, |signed_by| format!(" {}", signed_by.key));
    (
        format!("the owner has revoked the key{key} that signed it"),
        "let the owner certify another key, and sign it with that",
    )
}

fn expired(owner: &PublicKey, version: &Description) -> (String, &'static str) {
    let by_owner = version.signed_by.is_some_and(|signed_by| signed_by.key == *owner);
    match (&version.certificate, version.suite.until) {
        (Some(Certificate { grant: Grant { until: Some(until), .. }, .. }), _)
            if !by_owner && version.suite.until.is_none() =>
        {
            (
                format!("the certificate of its key was good until {}", moment::text(*until)),
                "let the owner make a new certificate with `subcloud suite certify`",
            )
        }
        (certificate, Some(until)) => {
            let certificate =
                certificate.as_ref().filter(|_| !by_owner).and_then(|certificate| certificate.grant.until);
            let key = certificate.map_or_else(String::new, |until| {
                format!(", and the certificate of its key until {}", moment::text(until))
            });
            (format!("it was good until {}{key}", moment::text(until)), "write a later `until`, and sign it again")
        }
        _ => ("it is too old".to_owned(), "sign it again"),
    }
}

fn replayed(version: &Description, base: Option<&Description>) -> (String, &'static str) {
    let held = base.map_or(0, |base| base.suite.version);
    (
        format!("it is version {}, and nodes hold version {held}", version.suite.version),
        "write a higher `version`, and sign it again",
    )
}

fn out_of_scope(version: &Description, base: Option<&Description>) -> (String, &'static str) {
    let grant = version.certificate.as_ref().map(|certificate| &certificate.grant);
    let changes = grant.map_or_else(Vec::new, |grant| beyond(grant, version, base)).join(", ");
    (format!("its key may not do that: {changes}"), "let the owner sign it, or certify the key for that too")
}
