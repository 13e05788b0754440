//! What is done with damaged texts, and what must hold.

use std::collections::BTreeSet;
use std::path::Path;

use datasets::suite::{Certificate, Condition, Names, PrivateKey, PublicKey, Verdict, parse, sign_text, verify};

use crate::{corpus, fuzz};

const PATH: &str = "damaged.toml";

fn any() -> Names<'static> {
    Names::Any(Vec::new())
}

#[test]
fn a_suite_is_refused_or_means_the_same_when_it_is_written_out() {
    let fleet = ["availability", "load"].map(str::to_owned);
    fuzz(&corpus::suites(), |text| {
        let _ = parse(Path::new(PATH), text, Names::Fleet(&fleet));
        let Ok(file) = parse(Path::new(PATH), text, any()) else { return };
        let bytes = file.description().encode();
        let again = parse(Path::new(PATH), &file.suite.to_toml(&file.attributes), any()).expect("the same suite");
        assert_eq!(again.description().encode(), bytes);
        assert_eq!(parse(Path::new(PATH), text, any()).expect("the same text").description().encode(), bytes);
    });
}

#[test]
fn nothing_but_what_was_signed_is_ever_valid() {
    let cloud = corpus::cloud();
    let signed = corpus::signed();
    let descriptions: Vec<_> =
        signed.iter().map(|text| parse(Path::new(PATH), text, any()).expect("a good suite").description()).collect();
    let known: BTreeSet<Vec<u8>> = descriptions.iter().map(datasets::suite::Description::encode).collect();
    fuzz(&signed, |text| {
        let Ok(file) = parse(Path::new(PATH), text, any()) else { return };
        let version = file.description();
        let bases = descriptions.iter().map(Some).chain([None]);
        let valid = bases.filter(|base| verify(&cloud, &version, *base, 0) == Verdict::Valid).count();
        assert!(valid == 0 || known.contains(&version.encode()), "forged");
    });
}

#[test]
fn a_text_that_can_be_signed_is_valid_afterwards() {
    let mut texts = corpus::signed();
    texts.extend(corpus::suites());
    fuzz(&texts, |text| {
        let Ok(file) = sign_text(Path::new(PATH), text, (&corpus::owner(), None), corpus::cloud().id) else { return };
        let read = parse(Path::new(PATH), &file.text, any()).expect("what was signed");
        assert_eq!(verify(&corpus::cloud(), &read.description(), None, i64::MIN), Verdict::Valid);
    });
}

#[test]
fn a_certificate_of_the_owner_is_one_that_the_owner_made() {
    let made = corpus::certificates();
    let texts: Vec<String> = made.iter().map(Certificate::to_toml).collect();
    fuzz(&texts, |text| {
        let Ok(certificate) = Certificate::parse(Path::new(PATH), text) else { return };
        assert!(made.contains(&certificate) || !certificate.is_of(&corpus::owner().public()), "forged");
    });
}

#[test]
fn keys_and_conditions_are_read_or_refused() {
    let mut texts = corpus::keys();
    texts.extend(corpus::conditions());
    fuzz(&texts, |text| {
        let _ = PublicKey::of_pem(text).map(|key| key.to_string());
        let _ = PublicKey::of_base64(text);
        if let Some(key) = PrivateKey::of_pem(text) {
            assert!(key.public().verifies(b"message", &key.sign(b"message")));
        }
        let Ok(condition) = Condition::parse(text, &mut any()) else { return };
        let again = Condition::parse(&condition.text, &mut any()).expect("the same condition");
        assert_eq!(again, condition);
    });
}
