//! What rules of the suite need: the aggregates that they watch, and a key to sign with.

use super::launch::Entering;
use super::suite::{Beginning, START};
use crate::error::Error;
use crate::scenario::raw::{self, At};
use crate::scenario::{Aggregate, Function, Monitor, Trust};
use crate::suite::{Certificate, PrivateKey, Suite};
use crate::written::Check;
use crate::written::nearest;

impl Check<'_, '_> {
    /// Every rule, be it of a version that nodes take or not, must know what it watches.
    pub(super) fn rules_know(
        &self,
        raw: Option<&raw::Suite>,
        first: &Beginning,
        entering: &Entering,
        aggregates: &[Aggregate],
    ) -> Result<(), Error> {
        match (&first.file, raw) {
            (Some(file), _) => {
                known(&file.suite, aggregates, |rule, message, help| file.refuse_when(rule, message, help))
            }
            (None, Some(raw)) => {
                let whens: Vec<_> = raw.app.iter().flat_map(|app| &app.rule).map(|rule| rule.when.span()).collect();
                known(&first.version.suite, aggregates, |rule, message, help| {
                    self.refuse(whens[rule].clone(), message, help)
                })
            }
            (None, None) => Ok(()),
        }?;
        entering.files.iter().try_for_each(|file| {
            known(&file.suite, aggregates, |rule, message, help| file.refuse_when(rule, message, help))
        })
    }

    /// The key with which nodes sign what rules make.
    pub(super) fn monitor(
        &self,
        raw: &raw::Scenario,
        first: &Beginning,
        entering: &Entering,
    ) -> Result<Option<Monitor>, Error> {
        let suites = || std::iter::once(&first.version.suite).chain(entering.files.iter().map(|file| &file.suite));
        let has_rules = suites().any(|suite| suite.rules().next().is_some());
        let trusted = raw.suite.as_ref().and_then(|suite| suite.trust.as_ref());
        match (&raw.monitor, trusted.zip(first.trust.as_ref())) {
            (None, Some((written, _))) if has_rules => {
                let message =
                    "the suite has rules, and nodes take only what is signed: they would refuse what rules make";
                let help = "add [monitor] with `key` and `certificate`, or leave `trust` out";
                Err(self.refuse(written.span(), message, help))
            }
            (None, _) => Ok(None),
            // The rules may come in behind the end of a run that the command line shortens.
            (Some(_), _) if !has_rules && self.shortened => Ok(None),
            (Some(monitor), _) if !has_rules => {
                let help = "add a [[suite.app.rule]] to an application, or leave [monitor] out";
                Err(self.refuse(monitor.span(), "[monitor] has nothing to sign: no suite has a rule", help))
            }
            (Some(monitor), None) => {
                let help = "name the owner's public key as `suite.trust`, or leave [monitor] out";
                Err(self.refuse(monitor.span(), "[monitor] means nothing where nodes trust anybody", help))
            }
            (Some(monitor), Some((_, trust))) => self.signer(monitor, trust, raw.run.starts_at.is_some()).map(Some),
        }
    }

    fn signer(&self, raw: &raw::Monitor, trust: &Trust, dated: bool) -> Result<Monitor, Error> {
        let path = self.data_path(&raw.key);
        let key = PrivateKey::read(&path).map_err(|error| self.unreadable(&raw.key, &error))?;
        let Some(written) = &raw.certificate else {
            if key.public() != trust.cloud.owner {
                let message = "`monitor.key` is not the key that `suite.trust` names";
                let help = "add `certificate` with one by the owner for this key: subcloud suite certify";
                return Err(self.refuse(raw.key.span(), message, help));
            }
            return Ok(Monitor { path, key, certificate: None, certificate_path: None });
        };
        let certificate_path = self.data_path(written);
        let certificate = Certificate::read(&certificate_path).map_err(|error| self.unreadable(written, &error))?;
        let refuse = |message: &str, help: &str| Err(self.refuse(written.span(), message, help));
        if !certificate.is_of(&trust.cloud.owner) {
            let message = "`monitor.certificate` is not by the owner whom `suite.trust` names";
            return refuse(message, "let the owner make one for this key: subcloud suite certify");
        }
        if certificate.grant.cloud.is_some_and(|cloud| cloud != trust.cloud.id) {
            let message = "`monitor.certificate` is for another cloud than that of `suite.trust` and `suite.cloud`";
            return refuse(message, "let the owner make one for this cloud: subcloud suite certify --cloud NAME");
        }
        if certificate.grant.key != key.public() {
            let message = "`monitor.certificate` is for another key than `monitor.key`";
            return refuse(message, "give the certificate of this key, or the key of this certificate");
        }
        if certificate.grant.until.is_some() && !dated {
            let message = "`monitor.certificate` is good until a moment, but the run does not say when it starts";
            return refuse(message, START);
        }
        Ok(Monitor { path, key, certificate: Some(certificate), certificate_path: Some(certificate_path) })
    }

    fn unreadable(&self, written: &At<String>, error: &Error) -> Error {
        let key = self.document.key_at(&written.span()).unwrap_or_default();
        let help = format!("{}; a relative path starts at the scenario's folder", error.help().unwrap_or_default());
        self.refuse(written.span(), format!("`{key}`: {error}"), help)
    }
}

/// Whether there is each aggregate that a suite's rules watch, one number that starts anew.
fn known(
    suite: &Suite,
    aggregates: &[Aggregate],
    refuse: impl Fn(usize, String, String) -> Error,
) -> Result<(), Error> {
    for (number, rule) in suite.rules().enumerate() {
        for name in &rule.aggregates {
            let shown = format!("rule \"{}\" watches `{name}`", rule.name);
            let (message, help) = match aggregates.iter().find(|aggregate| aggregate.name == *name) {
                None => (format!("{shown}, and no aggregate has that name"), declare(name, aggregates)),
                Some(aggregate) if aggregate.function == Function::Quantiles => {
                    (format!("{shown}, which is not one number"), "watch an aggregate with another function".to_owned())
                }
                Some(aggregate) if aggregate.epochs.is_none() => (
                    format!("{shown}, which has no epochs"),
                    format!("add `epoch_cycles = 30` to the aggregate `{name}`"),
                ),
                Some(_) => continue,
            };
            return Err(refuse(number, message, help));
        }
    }
    Ok(())
}

/// What to do about an aggregate that there is not.
fn declare(name: &str, aggregates: &[Aggregate]) -> String {
    let known: Vec<&str> = aggregates.iter().map(|aggregate| aggregate.name.as_str()).collect();
    match (nearest(name, &known), &*known) {
        (_, []) => format!("add an [[aggregate]] of the name \"{name}\""),
        (Some(near), known) => format!("did you mean `{near}`? The scenario has: {}", known.join(", ")),
        (None, known) => format!("add an [[aggregate]] of that name; the scenario has: {}", known.join(", ")),
    }
}
