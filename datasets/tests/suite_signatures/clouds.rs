//! Which cloud, which format, and which keys nodes take.

use std::path::Path;

use datasets::suite::layout::{Draw, Segment, WORDS};
use datasets::suite::{
    Certificate, Choice, Cloud, Description, Grant, Names, PublicKey, Reason, Scope, SignedBy, Verdict, parse, verify,
};

use crate::fixture::{NOW, certificate, grant, held, id, next, owner, planner, stranger, trusted, verdict};

const REVOKED: Verdict = Verdict::Rejected(Reason::Revoked);

/// What the owner has signed, and nodes hold.
fn signed() -> Description {
    held().signed(&owner(), None, id())
}

#[test]
fn what_is_signed_for_one_cloud_is_not_taken_in_another() {
    let other = Cloud::of(owner().public(), "upstairs");
    let by_owner = next(|_| ()).signed(&owner(), None, Some(other.id));
    let elsewhere = Certificate::issue(&owner(), Grant { cloud: Some(other.id), ..grant(Scope::All, None) });
    let by_planner = next(|_| ()).signed(&planner(), Some(elsewhere.clone()), Some(other.id));
    let mixed = next(|_| ()).signed(&planner(), Some(elsewhere), id());
    for version in [by_owner, by_planner, mixed] {
        assert_eq!(verdict(&version), Verdict::Rejected(Reason::OtherCloud));
    }
    let mut renamed = next(|_| ()).signed(&owner(), None, Some(other.id));
    let SignedBy { key, signature, .. } = renamed.signed_by.expect("a signature");
    renamed.signed_by = Some(SignedBy { key, cloud: id(), signature });
    assert_eq!(verdict(&renamed), Verdict::Rejected(Reason::Forged));
}

#[test]
fn nodes_that_hold_a_revocation_take_nothing_that_the_key_signs() {
    let scope = || Some(certificate(Scope::All, None));
    let mut base = held();
    base.suite.revoked = [planner().public()].into();
    let keeps = |suite: &mut datasets::suite::Suite| suite.revoked = [planner().public()].into();
    let judged = |version: &Description, base: &Description| verify(&trusted(), version, Some(base), NOW);
    let version = next(keeps).signed(&planner(), scope(), id());
    assert_eq!(judged(&version, &base), REVOKED);
    // Leaving the revocation out is no way around it: what nodes hold counts.
    assert_eq!(judged(&next(|_| ()).signed(&planner(), scope(), id()), &base), REVOKED);
    let version = next(keeps).signed(&owner(), None, id());
    assert_eq!(judged(&version, &base), Verdict::Valid);
    // The owner is not locked out by a mistake, and other keys are not meant.
    base.suite.revoked = [owner().public(), stranger().public()].into();
    assert_eq!(judged(&next(|_| ()).signed(&owner(), None, id()), &base), Verdict::Valid);
    let same = next(|suite| suite.revoked.clone_from(&base.suite.revoked));
    assert_eq!(judged(&same.signed(&planner(), scope(), id()), &base), Verdict::Valid);
}

#[test]
fn format_1_is_taken_until_nodes_hold_format_2_and_covers_no_revocation() {
    let grant = Grant { cloud: None, ..grant(Scope::All, None) };
    let old = Certificate::issue(&owner(), grant);
    for version in [next(|_| ()).signed(&owner(), None, None), next(|_| ()).signed(&planner(), Some(old.clone()), None)]
    {
        assert_eq!(verdict(&version), Verdict::Valid);
        assert_eq!(verify(&trusted(), &version, Some(&signed()), NOW), Verdict::Rejected(Reason::Outdated));
    }
    let revokes = next(|suite| suite.revoked = [planner().public()].into());
    assert_eq!(verdict(&revokes.signed(&owner(), None, None)), Verdict::Rejected(Reason::Forged));
    let lays_out = next(|suite| {
        suite.apps[1].choice = Choice::Random;
        let run = Segment { app: Some("chat".to_owned()), end: WORDS };
        suite.layout = vec![Draw { segments: vec![run] }];
    });
    assert_eq!(verdict(&lays_out.clone().signed(&owner(), None, id())), Verdict::Valid);
    assert_eq!(verdict(&lays_out.signed(&owner(), None, None)), Verdict::Rejected(Reason::Forged));
    // A certificate and a signature are of one format.
    let mixed = [
        next(|_| ()).signed(&planner(), Some(old), id()),
        next(|_| ()).signed(&planner(), Some(certificate(Scope::All, None)), None),
    ];
    assert!(mixed.iter().all(|version| verdict(version) == Verdict::Rejected(Reason::Forged)));
}

#[test]
fn what_was_signed_in_format_1_still_verifies() {
    let old = [include_str!("format_1/v2.toml"), include_str!("format_1/v3.toml"), include_str!("format_1/v4.toml")];
    let [v2, v3, v4] =
        old.map(|text| parse(Path::new("v.toml"), text, Names::Any(Vec::new())).expect("a suite").description());
    let key = PublicKey::of_pem(include_str!("format_1/owner.pub.pem")).expect("a key");
    let cloud = Cloud::of(key, "");
    let scenario = "[suite]\nversion = 1\n[[suite.app]]\nname = \"monitoring\"\ntop = \"availability\"\nshare = 0.10\n\
                    [[suite.app]]\nname = \"chat\"\nshare = 0.80\n";
    let first = parse(Path::new("v.toml"), scenario, Names::Any(Vec::new())).expect("a suite").description();
    let judged = |version: &Description, base: &Description| verify(&cloud, version, Some(base), NOW);
    assert_eq!(judged(&v2, &first), Verdict::Valid);
    assert_eq!(judged(&v3, &v2), Verdict::Rejected(Reason::OutOfScope));
    assert_eq!(judged(&v4, &v2), Verdict::Rejected(Reason::Forged));
    assert_eq!(verify(&trusted(), &v2, Some(&first), NOW), Verdict::Rejected(Reason::Forged));
}

#[test]
fn the_vector_of_format_2_is_what_is_signed_and_verifies() {
    let vector = include_str!("format_2/vector.txt");
    // The hexadecimal digits below a heading.
    let digits = |heading: &str| {
        let (_, below) = vector.split_once(heading).expect("a heading");
        let (_, below) = below.split_once(":\n").expect("digits");
        below.split("\n\n").next().unwrap_or_default().replace('\n', "")
    };
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let text = include_str!("format_2/v2.signed.toml");
    let version = parse(Path::new("v.toml"), text, Names::Any(Vec::new())).expect("a suite").description();
    let owner = PublicKey::of_pem(include_str!("format_2/owner.pub.pem")).expect("a key");
    let cloud = Cloud::of(owner, "upstairs");
    assert_eq!(hex(&cloud.id.bytes()), digits("cloud, the id"));
    assert_eq!(
        version.certificate.as_ref().map(|found| hex(&found.grant.encode())),
        Some(digits("certificate, signed"))
    );
    assert_eq!(hex(&version.encode()), digits("suite, signed"));
    let text = include_str!("format_2/layout.signed.toml");
    let laid_out = parse(Path::new("v.toml"), text, Names::Any(Vec::new())).expect("a suite").description();
    assert_eq!(hex(&laid_out.encode()), digits("layout, signed"));
    assert_eq!(verify(&trusted(), &laid_out, None, NOW), Verdict::Valid);
    // The base has what is of others.
    let mut base = version.clone();
    base.suite.version = 1;
    assert_eq!(verify(&cloud, &version, Some(&base), NOW), Verdict::Valid);
}
