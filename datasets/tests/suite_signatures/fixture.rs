//! A cloud with an owner, a planner to whom the owner gave a certificate, and a stranger.

use datasets::suite::{
    Action, App, Certificate, Choice, Cloud, CloudId, Condition, Description, Grant, Names, PrivateKey, Rule, Scope,
    Suite, Verdict, verify,
};

/// 2026-01-01T00:00:00Z, the moment at which everything is judged.
pub const NOW: i64 = 1_767_225_600;

pub fn owner() -> PrivateKey {
    PrivateKey::of_seed(&[1; 32])
}

pub fn planner() -> PrivateKey {
    PrivateKey::of_seed(&[2; 32])
}

pub fn stranger() -> PrivateKey {
    PrivateKey::of_seed(&[3; 32])
}

pub fn attributes() -> Vec<String> {
    vec!["availability".to_owned(), "load".to_owned()]
}

/// Applications of these names, each for a tenth of the cloud.
pub fn apps(names: &[&str]) -> Vec<App> {
    names.iter().map(|&name| App::of_share(name, 0.1, Choice::Top(0))).collect()
}

/// A rule of this name that removes an application.
pub fn rule(name: &str, app: &str) -> Rule {
    let mut names = Names::Aggregates(Vec::new());
    let when = Condition::parse("size < 2", &mut names).expect("a condition");
    let action = Action::Remove { app: app.to_owned() };
    Rule { name: name.to_owned(), when, aggregates: names.list().to_vec(), epochs: 1, cool_down: 4, action }
}

/// Version 1, which nodes hold.
pub fn held() -> Description {
    let suite = Suite { version: 1, apps: apps(&["monitoring", "chat", "cache", "recorder"]), ..Suite::default() };
    Description::unsigned(suite, attributes())
}

/// The version after the one held, with something changed.
pub fn next(change: impl FnOnce(&mut Suite)) -> Description {
    let mut version = held();
    version.suite.version = 2;
    change(&mut version.suite);
    version
}

/// A certificate for the planner's key by the owner.
pub fn certificate(scope: Scope, until: Option<i64>) -> Certificate {
    Certificate::issue(&owner(), grant(scope, until))
}

/// What a certificate for the planner's key grants: rules are allowed.
pub fn grant(scope: Scope, until: Option<i64>) -> Grant {
    Grant { key: planner().public(), cloud: id(), scope, rules: true, until }
}

/// The applications of these names.
pub fn only(names: &[&str]) -> Scope {
    Scope::apps(names.iter().copied())
}

/// What nodes that trust the owner and hold version 1 say now.
pub fn verdict(version: &Description) -> Verdict {
    verify(&trusted(), version, Some(&held()), NOW)
}

pub fn trusted() -> Cloud {
    Cloud::of(owner().public(), "")
}

/// The id of the cloud, for which everything is signed.
#[expect(clippy::unnecessary_wraps, reason = "what is signed in format 1 names none")]
pub fn id() -> Option<CloudId> {
    Some(trusted().id)
}
