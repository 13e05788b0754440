//! Keys: the vectors of RFC 8032, weak keys, and files.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use datasets::suite::secret::may_hold_key;
use datasets::suite::{PrivateKey, PublicKey, Signature};

use crate::fixture::{owner, planner};

/// Bytes in hexadecimal.
fn hex<const N: usize>(text: &str) -> [u8; N] {
    let bytes: Vec<u8> = (0..text.len() / 2)
        .map(|k| u8::from_str_radix(&text[2 * k..2 * k + 2], 16).expect("hexadecimal digits"))
        .collect();
    bytes.try_into().expect("so many bytes")
}

#[test]
fn the_vectors_of_rfc_8032_are_met() {
    let check = |seed: &str, public: &str, message: &[u8], signature: &str| {
        let key = PrivateKey::of_seed(&hex(seed));
        assert_eq!(key.public().bytes(), hex(public));
        assert_eq!(key.sign(message).bytes(), hex(signature));
        assert!(key.public().verifies(message, &Signature::of_bytes(&hex(signature))));
    };
    check(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        b"",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    );
    check(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        b"\x72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    );
    check(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        b"\xaf\x82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    );
}

#[test]
fn keys_of_small_order_and_second_spellings_are_refused() {
    let weak = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        // One more than the modulus stands for 1, and 3 more for 3, which is a point of large order.
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    for bytes in weak {
        assert_eq!(PublicKey::of_bytes(&hex(bytes)), None, "{bytes}");
    }
    let large = hex("0300000000000000000000000000000000000000000000000000000000000000");
    assert!(PublicKey::of_bytes(&large).is_some(), "the point above, in its one spelling");
}

#[test]
fn a_signature_has_one_spelling() {
    let signature = owner().sign(b"message").bytes();
    // The second half is a number below the order of the group; adding the order gives another text for the same
    // number.
    let order: [u8; 32] = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let mut malleated = signature;
    let mut carry = 0;
    for (byte, add) in malleated[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    assert!(owner().public().verifies(b"message", &Signature::of_bytes(&signature)));
    assert!(!owner().public().verifies(b"message", &Signature::of_bytes(&malleated)));
}

#[test]
fn every_bit_of_a_signature_counts() {
    let signature = owner().sign(b"message").bytes();
    for bit in 0..512 {
        let mut tampered = signature;
        tampered[bit / 8] ^= 1 << (bit % 8);
        assert!(!owner().public().verifies(b"message", &Signature::of_bytes(&tampered)), "bit {bit}");
    }
}

#[test]
fn base64_of_the_wrong_length_or_alphabet_is_no_key_and_no_signature() {
    let good = owner().public().to_string();
    assert_eq!(PublicKey::of_base64(&good), Some(owner().public()));
    for bad in ["", "AAAA", &good[1..], &good[..43], &format!("{good}="), &good.replace('=', "-"), &format!(" {good}")]
    {
        assert_eq!(PublicKey::of_base64(bad), None, "{bad}");
        assert_eq!(Signature::of_base64(bad), None, "{bad}");
    }
}

#[test]
fn keys_come_back_from_their_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let (private, public) = (folder.path().join("a.pem"), folder.path().join("a.pub.pem"));
    owner().create(&private).expect("a new file");
    owner().public().create(&public).expect("a new file");
    assert_eq!(PrivateKey::read(&private).expect("a private key").public(), owner().public());
    assert_eq!(PublicKey::read(&public).expect("a public key"), owner().public());
    assert_eq!(fs::metadata(&private).expect("a file").permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&private).expect("text");
    assert!(text.starts_with("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEI"), "as OpenSSL writes it");
    planner().create(&private).expect_err("nothing is overwritten");
    assert_eq!(fs::read_to_string(&private).expect("text"), text);
}

#[test]
fn a_private_key_that_others_can_read_is_refused_with_the_remedy() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.pem");
    owner().create(&path).expect("a new file");
    for mode in [0o640, 0o604, 0o644, 0o620, 0o601] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("another mode");
        let error = PrivateKey::read(&path).expect_err("an open key");
        assert!(error.help().is_some_and(|help| help.contains("chmod 600")), "{error}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).expect("another mode");
    PrivateKey::read(&path).expect("closed to others");
}

#[test]
fn the_wrong_kind_of_key_is_called_by_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let (private, public) = (folder.path().join("a.pem"), folder.path().join("a.pub.pem"));
    owner().create(&private).expect("a new file");
    owner().public().create(&public).expect("a new file");
    let error = PublicKey::read(&private).expect_err("a private key");
    assert!(error.message().contains("a private key, expected a public one"), "{error}");
    assert_eq!(error.source_text(), None);
    let error = PrivateKey::read(&public).expect_err("a public key");
    assert!(error.message().contains("a public key, expected a private one"), "{error}");
}

#[test]
fn new_keys_differ_and_are_never_shown() {
    let (one, other) = (PrivateKey::generate().expect("a key"), PrivateKey::generate().expect("a key"));
    assert_ne!(one.public(), other.public());
    assert_eq!(format!("{one:?}"), format!("PrivateKey(of {})", one.public()));
}

/// A private key for each of the first numbers: their bytes look as random as those of real keys.
fn many(number: usize) -> Vec<PrivateKey> {
    let mut seed = [7; 32];
    let mut next = || {
        seed = PrivateKey::of_seed(&seed).public().bytes();
        PrivateKey::of_seed(&seed)
    };
    (0..number).map(|_| next()).collect()
}

#[test]
fn what_is_left_of_a_private_key_is_known_and_a_public_key_is_no_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let (keys, mut missed) = (many(2_000), 0);
    for (number, key) in keys.iter().enumerate() {
        let path = folder.path().join(format!("{number}.pem"));
        key.create(&path).expect("a key");
        let text = fs::read_to_string(&path).expect("text");
        let body = text.lines().nth(1).expect("the line with the key");
        assert!(may_hold_key(&text) && may_hold_key(body), "{number}");
        // What stands before the secret is gone, a character of it is no base64, or its end is gone.
        let secret = &body[16..];
        assert!(may_hold_key(secret) && may_hold_key(&secret.replacen('A', "!", 1)), "{number}: {secret}");
        assert!(may_hold_key(&format!("key = \"{}\"", &secret[..40])), "{number}: {secret}");
        assert!(may_hold_key(&body[..40]) && may_hold_key(&body[10..50]), "{number}: {body}");
        let wrapped = |width: usize| {
            let lines = body.as_bytes().chunks(width).map(|line| str::from_utf8(line).expect("base64"));
            lines.collect::<Vec<_>>()
        };
        assert!([16, 24, 32, 48].into_iter().all(|width| may_hold_key(&wrapped(width).join("\n"))), "{number}: {body}");
        let der: Vec<u8> =
            [&[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20][..], &[7; 32]].concat();
        let hexadecimal = der.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        assert!(may_hold_key(&hexadecimal) && may_hold_key(&STANDARD.encode(&text)), "{number}");
        // Nothing but the secret is left: it looks random, with few exceptions.
        let bare = [&body[21..], &body[22..60], &format!("-{}-----END", &body[21..]), &wrapped(16)[2..].join(" ")];
        missed += bare.iter().filter(|text| !may_hold_key(text)).count();
        assert!(!may_hold_key(&format!("the key {} is not known", key.public())), "{number}: {}", key.public());
        assert!(!may_hold_key(&format!("revoked = [\"{0}\", \"{0}\"]", key.public())), "{number}");
        assert!(!may_hold_key(&key.sign(b"a message").to_string()), "{number}");
    }
    assert!(missed < 4 * keys.len() / 50, "{missed} secrets are not known");
}

#[test]
fn ordinary_texts_hold_no_key() {
    for text in [
        "cannot read /Users/JaneDoe/Documents/MyCloudScenarios/FirstRunOfAll",
        "# results lie in /home/Anna/Experiments2026/GossipClouds/FinalRuns",
        "/tmp/attack/Anna/Data2026/Relays/TorSnapshotsByHour holds no run",
        "# signed with the PRIVATE KEY of the owner",
        "#-----BEGIN of the fleet",
        "-----BEGIN PUBLIC KEY-----\n\
         MCowBQYDK2VwAyEAa7pY67O+K0v5Bpwrh+VXl02BLFLQwysOF1DKpVUlpkU=\n\
         -----END PUBLIC KEY-----",
        "AbstractSingletonProxyFactoryBeanMonitor",
        "state_digest 0dc9cb5eea8cb86bcd6d2d02a4a4d4b9e5a1d3a5e8cb86bcd6d2d02a4a4d4b9e",
        "run.json holds 123456789012345678901234567890123456789012345678",
        "[application.TheApplicationWithALongName]",
        "the scenario's `suite.trust` names no file",
        "cloud = \"5YSjL8jUef0kc1PDAaaW9Q==\"",
    ] {
        assert!(!may_hold_key(text), "{text}");
    }
}
