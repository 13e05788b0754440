//! The reasons, one by one and in their order.

use datasets::suite::{Certificate, Reason, Scope, SignedBy, Verdict, verify, verify_unsigned};

use crate::fixture::{NOW, certificate, grant, held, id, next, only, owner, planner, stranger, trusted, verdict};

#[test]
fn a_version_that_the_owner_signed_is_valid_whatever_it_changes() {
    let version = next(|suite| suite.apps.clear()).signed(&owner(), None, id());
    assert_eq!(verdict(&version), Verdict::Valid);
}

#[test]
fn a_version_by_a_key_with_a_certificate_is_valid() {
    let version = next(|_| ()).signed(&planner(), Some(certificate(Scope::All, Some(NOW + 1))), id());
    assert_eq!(verdict(&version), Verdict::Valid);
}

#[test]
fn a_version_without_a_signature_is_forged() {
    assert_eq!(verdict(&next(|_| ())), Verdict::Rejected(Reason::Forged));
}

#[test]
fn a_key_without_a_certificate_forges() {
    assert_eq!(verdict(&next(|_| ()).signed(&planner(), None, id())), Verdict::Rejected(Reason::Forged));
}

#[test]
fn a_certificate_for_another_key_does_not_help() {
    let version = next(|_| ()).signed(&stranger(), Some(certificate(Scope::All, None)), id());
    assert_eq!(verdict(&version), Verdict::Rejected(Reason::Forged));
}

#[test]
fn a_certificate_by_another_than_the_owner_does_not_help() {
    for issuer in [stranger(), planner()] {
        let own = Certificate::issue(&issuer, grant(Scope::All, None));
        assert_eq!(verdict(&next(|_| ()).signed(&planner(), Some(own), id())), Verdict::Rejected(Reason::Forged));
    }
}

#[test]
fn a_signature_of_another_version_is_forged() {
    let mut version = next(|_| ()).signed(&owner(), None, id());
    version.suite.version = 3;
    assert_eq!(verdict(&version), Verdict::Rejected(Reason::Forged));
}

#[test]
fn a_signature_under_the_owners_name_by_another_key_is_forged() {
    let mut version = next(|_| ()).signed(&stranger(), None, id());
    let signature = version.signed_by.expect("a signature").signature;
    version.signed_by = Some(SignedBy { key: trusted().owner, cloud: id(), signature });
    assert_eq!(verdict(&version), Verdict::Rejected(Reason::Forged));
}

#[test]
fn a_certificate_is_no_signature_of_a_suite() {
    let certificate = certificate(Scope::All, None);
    let mut version = next(|_| ());
    version.signed_by = Some(SignedBy { key: trusted().owner, cloud: id(), signature: certificate.signature });
    assert_eq!(verdict(&version), Verdict::Rejected(Reason::Forged));
}

#[test]
fn a_certificate_beside_the_owners_own_signature_is_not_looked_at() {
    let version = next(|_| ()).signed(&owner(), Some(certificate(only(&["chat"]), Some(NOW - 1))), id());
    assert_eq!(verdict(&version), Verdict::Valid);
}

#[test]
fn a_version_expires_at_its_moment() {
    let version = next(|suite| suite.until = Some(NOW)).signed(&owner(), None, id());
    assert_eq!(verify(&trusted(), &version, Some(&held()), NOW - 1), Verdict::Valid);
    assert_eq!(verify(&trusted(), &version, Some(&held()), NOW), Verdict::Rejected(Reason::Expired));
}

#[test]
fn a_certificate_expires_at_its_moment() {
    let version = next(|_| ()).signed(&planner(), Some(certificate(Scope::All, Some(NOW))), id());
    assert_eq!(verify(&trusted(), &version, Some(&held()), NOW - 1), Verdict::Valid);
    assert_eq!(verify(&trusted(), &version, Some(&held()), NOW), Verdict::Rejected(Reason::Expired));
}

#[test]
fn a_version_that_is_not_newer_is_replayed() {
    for (number, expected) in
        [(0, Verdict::Rejected(Reason::Replayed)), (1, Verdict::Rejected(Reason::Replayed)), (u64::MAX, Verdict::Valid)]
    {
        let version = next(|suite| suite.version = number).signed(&owner(), None, id());
        assert_eq!(verdict(&version), expected, "version {number}");
    }
}

#[test]
fn a_node_that_holds_nothing_takes_any_version() {
    let version = held().signed(&owner(), None, id());
    assert_eq!(verify(&trusted(), &version, None, NOW), Verdict::Valid);
}

#[test]
fn of_several_reasons_the_first_in_order_is_given() {
    let bad = |suite: &mut datasets::suite::Suite| {
        suite.version = 1;
        suite.until = Some(NOW);
        suite.apps.clear();
    };
    let narrow = || Some(certificate(only(&["chat"]), None));
    assert_eq!(verdict(&next(bad)), Verdict::Rejected(Reason::Forged));
    assert_eq!(verdict(&next(bad).signed(&planner(), narrow(), id())), Verdict::Rejected(Reason::Expired));
    let replayed = next(|suite| {
        bad(suite);
        suite.until = None;
    });
    assert_eq!(verdict(&replayed.signed(&planner(), narrow(), id())), Verdict::Rejected(Reason::Replayed));
    let wide = next(|suite| suite.apps.clear()).signed(&planner(), narrow(), id());
    assert_eq!(verdict(&wide), Verdict::Rejected(Reason::OutOfScope));
}

#[test]
fn where_nobody_signs_versions_still_expire_and_replay() {
    let held = held().suite;
    let unsigned = |change: fn(&mut datasets::suite::Suite)| verify_unsigned(&next(change).suite, Some(&held), NOW);
    assert_eq!(unsigned(|_| ()), Verdict::Valid);
    assert_eq!(unsigned(|suite| suite.until = Some(NOW)), Verdict::Rejected(Reason::Expired));
    assert_eq!(unsigned(|suite| suite.version = 1), Verdict::Rejected(Reason::Replayed));
}
