#![doc = include_str!("rights.md")]

use std::mem::{Discriminant, discriminant};

use super::encode::{encode_app, encode_rule};
use super::layout::{Draw, words_of};
use super::{Action, App, Ceiling, Choice, Description, Grant, Request, Rule, Scope, Suite};

/// How far above the number of the base that of a delegate's version may lie.
pub const MOST_AHEAD: u64 = 1000;

/// Applications in order, each with its name and what counts for the comparison.
type Named<'d, T> = Vec<(&'d str, T)>;

/// A rule as it is compared: its bytes, and the unit in which the application that it scales asks.
type Compared = (Vec<u8>, Option<Discriminant<Request>>);

/// An application as it is compared, with the rules that it carries.
type Whole = (Vec<u8>, Vec<Compared>);

/// The changes from `base`, or from nothing, to a version that a delegate may not make, each in a few words.
#[must_use]
pub fn beyond(grant: &Grant, version: &Description, base: Option<&Description>) -> Vec<String> {
    let nothing = Description::default();
    let base = base.unwrap_or(&nothing);
    let (now, before) = (&version.suite, &base.suite);
    let mut changes = Vec::new();
    if now.version > before.version.saturating_add(MOST_AHEAD) {
        changes.push(format!("its number is more than {MOST_AHEAD} above {}", before.version));
    }
    if now.revoked != before.revoked {
        changes.push("it changes which keys are revoked".to_owned());
    }
    if grant.scope != Scope::All {
        changes.extend(out_of_scope(&grant.scope, version, base));
    }
    for app in &now.apps {
        let Some(ceiling) = grant.scope.ceiling(&app.name) else { continue };
        let old = before.apps.iter().find(|old| old.name == app.name);
        if !may_ask(ceiling, app.request, old.map(|old| old.request)) {
            changes.push(format!("\"{}\" asks for more than it may", app.name));
        }
        changes.extend(rules(grant, (version, app), (base, old)));
    }
    changes
}

/// Whether an application may ask for that where it asked for `old`.
fn may_ask(ceiling: Ceiling, request: Request, old: Option<Request>) -> bool {
    let is_less = match (request, old) {
        (Request::Share(now), Some(Request::Share(old))) | (Request::Rest(now), Some(Request::Rest(old))) => now <= old,
        (Request::Nodes(now), Some(Request::Nodes(old))) => now <= old,
        _ => false,
    };
    is_less || ceiling.allows(request)
}

/// What a delegate may not do to the rules that one of its applications carries.
fn rules(
    grant: &Grant,
    (version, app): (&Description, &App),
    (base, old): (&Description, Option<&App>),
) -> Vec<String> {
    let before: Vec<Compared> =
        old.iter().flat_map(|old| &old.rules).map(|rule| compared_as(rule, base, base)).collect();
    let now: Vec<Compared> = app.rules.iter().map(|rule| compared_as(rule, version, base)).collect();
    if !grant.rules {
        let is_changed = before != now;
        return is_changed
            .then(|| format!("it changes rules of \"{}\", and may write none", app.name))
            .into_iter()
            .collect();
    }
    let written = app.rules.iter().zip(&now).filter(|(_, now)| !before.contains(now)).map(|(rule, _)| rule);
    written.filter_map(|rule| exceeds(grant, rule, &version.suite)).collect()
}

/// What a rule might do that who writes it may not; `None` if nothing.
fn exceeds(grant: &Grant, rule: &Rule, suite: &Suite) -> Option<String> {
    let (does, app, asks) = match &rule.action {
        Action::Remove { app } => ("removes", app, None),
        Action::Add(app) => ("adds", &app.name, Some(app.request)),
        Action::Scale { app, by, most, .. } => {
            // It makes the application ask for less.
            let grows = *by >= 1.0;
            let request = grows.then(|| asked(suite, app, *most)).flatten();
            ("scales", app, request)
        }
    };
    match (grant.scope.ceiling(app), asks) {
        (None, _) => Some(format!("its rule \"{}\" {does} \"{app}\"", rule.name)),
        (Some(ceiling), Some(asks)) if !ceiling.allows(asks) => {
            Some(format!("its rule \"{}\" lets \"{app}\" ask for more than it may", rule.name))
        }
        _ => None,
    }
}

/// What an application asks for that the suite has, or that its rules may add.
fn known(suite: &Suite, app: &str) -> Option<Request> {
    suite.apps_ever().find(|known| known.name == app).map(|known| known.request)
}

/// A request for so much, in the unit in which an application of the suite asks.
fn asked(suite: &Suite, app: &str, most: f64) -> Option<Request> {
    Some(match known(suite, app)? {
        Request::Share(_) => Request::Share(most),
        Request::Nodes(_) => Request::Nodes(most.ceil() as u64),
        Request::Rest(_) => Request::Rest(most),
    })
}

/// A rule of a description as it is compared. An application that is gone has the unit that it had in the base.
fn compared_as(rule: &Rule, description: &Description, base: &Description) -> Compared {
    let unit = match &rule.action {
        Action::Scale { app, .. } => {
            known(&description.suite, app).or_else(|| known(&base.suite, app)).as_ref().map(discriminant)
        }
        Action::Remove { .. } | Action::Add(_) => None,
    };
    (encode_rule(rule, &description.attributes), unit)
}

/// What a version changes of what a scope does not cover.
fn out_of_scope(scope: &Scope, version: &Description, base: &Description) -> Vec<String> {
    let (others, places) = apart(scope, version, base);
    let (others_before, places_before) = apart(scope, base, base);
    let mut changes = compared(&others, &others_before);
    changes.extend(moved(&places, &places_before, others_before.len()));
    if version.suite.until != base.suite.until {
        changes.push("it changes `until`".to_owned());
    }
    if changes.is_empty() && others != others_before {
        changes.push("it reorders applications".to_owned());
    }
    changes.extend(taken_words(&others, version, base));
    if version.suite.layout.iter().any(|draw| is_begun(scope, draw, version, base)) {
        changes.push("it lays out words that its base does not, and that applications of others share".to_owned());
    }
    changes
}

/// Whether a draw that applications out of scope share is laid out, and was not before.
fn is_begun(scope: &Scope, draw: &Draw, version: &Description, base: &Description) -> bool {
    let test = |app: &App| app.condition.as_ref().map(|condition| condition.test.clone());
    let drawn = version.suite.apps.iter().find(|app| draw.has(&app.name)).map(test);
    let mut others = version.suite.apps.iter().filter(|app| !scope.covers(&app.name) && app.choice == Choice::Random);
    let Some(other) = others.find(|app| Some(test(app)) == drawn) else { return false };
    // Attributes have other indices there.
    let apps = || base.suite.apps.iter();
    let drawn = apps().find(|app| app.name == other.name).map(test);
    !apps().any(|app| Some(test(app)) == drawn && base.suite.layout.iter().any(|draw| draw.has(&app.name)))
}

/// Applications out of scope whose words are others than before.
fn taken_words(others: &Named<'_, Whole>, version: &Description, base: &Description) -> Vec<String> {
    let has_others = |name: &str| words_of(&version.suite, name) != words_of(&base.suite, name);
    let names = others.iter().map(|(name, _)| *name).filter(|name| has_others(name));
    names.map(|name| format!("it changes which words belong to \"{name}\"")).collect()
}

/// The applications out of scope as they are compared, and those in scope with the number of the others before each.
fn apart<'d>(scope: &Scope, description: &'d Description, base: &Description) -> (Named<'d, Whole>, Named<'d, usize>) {
    let mut others = Vec::new();
    let mut places = Vec::new();
    for app in &description.suite.apps {
        if scope.covers(&app.name) {
            places.push((app.name.as_str(), others.len()));
        } else {
            let rules = app.rules.iter().map(|rule| compared_as(rule, description, base)).collect();
            others.push((app.name.as_str(), (encode_app(app, &description.attributes), rules)));
        }
    }
    (others, places)
}

/// What became of the applications out of scope, but for their order.
fn compared<T: PartialEq>(others: &Named<'_, T>, before: &Named<'_, T>) -> Vec<String> {
    let gone = before.iter().filter(|(name, _)| find(others, name).is_none());
    let gone = gone.map(|(name, _)| format!("it removes \"{name}\""));
    let changed = others.iter().filter_map(|(name, now)| match find(before, name) {
        None => Some(format!("it adds \"{name}\"")),
        Some(old) if old != now => Some(format!("it changes \"{name}\"")),
        Some(_) => None,
    });
    gone.chain(changed).collect()
}

/// Applications in scope that have left their places among the others. New ones come after all others.
fn moved(places: &Named<'_, usize>, before: &Named<'_, usize>, last: usize) -> Vec<String> {
    let phrase = |&(name, place): &(&str, usize)| match find(before, name) {
        Some(old) if *old != place => Some(format!("it moves \"{name}\" past others")),
        None if place != last => Some(format!("it adds \"{name}\" before others")),
        _ => None,
    };
    places.iter().filter_map(phrase).collect()
}

fn find<'n, T>(named: &'n Named<'_, T>, name: &str) -> Option<&'n T> {
    named.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
}
