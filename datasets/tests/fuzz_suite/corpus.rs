//! Good texts, from which the damage departs.

use std::fs;
use std::path::Path;

use datasets::suite::{Ceiling, Certificate, Cloud, Grant, PrivateKey, Scope, sign_text};

const FULL: &str = r#"# What the cloud is for.
[suite]
version = 7
until = 2027-01-01T00:00:00Z

[[suite.app]]
name = "monitoring"     # first of all
top = "availability"
share = 0.1
min_mean = { availability = 0.5, load = 1 }

[[suite.app]]
name = "recorder"
bottom = 'load'
nodes = 5_000
where = "storage_gb >= 50 and not (availability < 0.5 or load == 0)"
min_nodes = 100

[[suite.app]]
name = "chat"
rest = true

[[suite.app]]
name = "cäche"
rest = 2.5
where = """
load < 1e3"""
"#;

const RULES: &str = r#"[suite]
version = 9
[[suite.app]]
name = "monitoring"
share = 0.1
[[suite.app.rule]]
name = "shed"
when = "size < 600_000 and not load > 0.5"
epochs = 2
cool_down = 5
remove = "chat"
[[suite.app.rule]]
name = "grow"
when = "load > size"
scale = { app = "chat", by = 1.25, least = 0.01, most = 0.5 }
[[suite.app]]
name = "chat"
share = 0.2
[[suite.app.rule]]
name = "keep"
when = '''size >= 1e3'''
add = { name = "backup", top = "load", nodes = 500, where = "load > 0.5", min_mean = { load = 5 } }
"#;

const PLAIN: &str = "[suite]\nversion = 8\n[[suite.app]]\nname = \"chat\"\nshare = 1.0\n";

pub fn owner() -> PrivateKey {
    PrivateKey::of_seed(&[1; 32])
}

pub fn planner() -> PrivateKey {
    PrivateKey::of_seed(&[2; 32])
}

/// The cloud for which everything is signed.
pub fn cloud() -> Cloud {
    Cloud::of(owner().public(), "")
}

/// Certificates by the owner.
pub fn certificates() -> Vec<Certificate> {
    let grant = |scope, until| Grant { key: planner().public(), cloud: Some(cloud().id), scope, rules: true, until };
    let most = Ceiling { share: Some(1.0), nodes: Some(1_000_000) };
    let apps = ["chat", "cäche"].map(|name| (name.to_owned(), most)).into();
    vec![
        Certificate::issue(&owner(), grant(Scope::All, None)),
        Certificate::issue(&owner(), grant(Scope::Apps(apps), Some(4_102_444_800))),
    ]
}

/// Suites without signatures.
pub fn suites() -> Vec<String> {
    vec![FULL.to_owned(), PLAIN.to_owned(), RULES.to_owned()]
}

/// The same suites, signed by the owner and by the planner.
pub fn signed() -> Vec<String> {
    let sign = |text: &String, key: &PrivateKey, certificate| {
        sign_text(Path::new("corpus.toml"), text, (key, certificate), cloud().id).expect("a good suite").text
    };
    let mut signed = Vec::new();
    for text in suites() {
        signed.push(sign(&text, &owner(), None));
        signed.extend(certificates().into_iter().map(|certificate| sign(&text, &planner(), Some(certificate))));
    }
    signed
}

/// Private and public keys in PEM.
pub fn keys() -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let (private, public) = (folder.path().join("a.pem"), folder.path().join("a.pub.pem"));
    owner().create(&private).expect("a new file");
    owner().public().create(&public).expect("a new file");
    [private, public].map(|path| fs::read_to_string(path).expect("text")).to_vec()
}

/// Conditions.
pub fn conditions() -> Vec<String> {
    let texts = [
        "load < 1",
        "storage_gb >= 50 and not (availability < 0.5 or bandwidth_mbps == 0)",
        "not not (a == b) or ((c != -1.5e-3)) and 2 > 1",
        "((((((((a<b))))))))",
    ];
    texts.map(str::to_owned).to_vec()
}
