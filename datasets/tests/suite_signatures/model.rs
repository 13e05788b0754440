//! The page on rights against the verifier: random suites, rules, certificates and edits, judged by an oracle that is
//! written from the page and knows nothing of suites as the program has them.

use datasets::suite::layout::{Draw, Segment, WORDS};
use datasets::suite::{
    Action, App, Ceiling, Certificate, Choice, Description, Grant, Request, Rule, Scope, Suite, Verdict, beyond, rule,
    verify,
};

use crate::fixture::{NOW, attributes, grant, id, owner, planner, rule as any_rule, stranger, trusted};

const CASES: u64 = 100_000;
/// Each so many cases are signed and verified.
const SIGNED: u64 = 50;
const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];
const UNITS: u64 = 3;
const AMOUNTS: u64 = 3;
const TENTHS: usize = 10;

/// How many nodes an application asks for: a unit, and one of a few amounts in it.
type Asked = (u64, u64);

#[derive(Clone, Debug, PartialEq)]
struct ModelApp {
    name: usize,
    asks: Asked,
    top: bool,
    rules: Vec<ModelRule>,
}

#[derive(Clone, Debug, PartialEq)]
struct ModelRule {
    name: u64,
    epochs: u32,
    does: Does,
}

#[derive(Clone, Debug, PartialEq)]
enum Does {
    Remove(usize),
    Scale { app: usize, grows: bool, most: u64 },
    Add(usize, Asked),
}

#[derive(Clone, Debug)]
struct Model {
    version: u64,
    until: bool,
    revoked: bool,
    apps: Vec<ModelApp>,
    words: Words,
}

/// Who has each tenth of the words, if that is laid out.
type Words = Option<[Option<usize>; TENTHS]>;

/// What the certificate says: the applications with their ceilings, all of them if there are none here, and rules.
#[derive(Clone, Debug)]
struct Rights {
    covers: Option<[Option<Limit>; NAMES.len()]>,
    rules: bool,
}

/// The largest amount in shares and in nodes, if there is one.
type Limit = [Option<u64>; 2];

// The oracle.

impl Rights {
    fn limit(&self, app: usize) -> Option<Limit> {
        self.covers.as_ref().map_or(Some([None; 2]), |covers| covers[app])
    }

    /// Whether asking for that is within the ceiling.
    fn is_within(limit: Limit, (unit, amount): Asked) -> bool {
        if limit == [None; 2] {
            return true;
        }
        limit.get(unit as usize).copied().flatten().is_some_and(|most| amount <= most)
    }

    /// Whether the delegate may make all differences from a base.
    fn allow(&self, base: &Model, now: &Model) -> bool {
        let numbers = base.version < now.version && now.version <= base.version + 1000;
        numbers
            && base.revoked == now.revoked
            && self.leave_others(base, now)
            && self.leave_words(base, now)
            && self.stay_within(base, now)
            && now.apps.iter().all(|app| self.allow_rules(base, now, app))
    }

    /// Whether others have the words that they had, in runs of the same ends, if words are laid out.
    fn leave_words(&self, base: &Model, now: &Model) -> bool {
        let of_others = |words: [Option<usize>; TENTHS]| -> Vec<(usize, usize, usize)> {
            let mut runs: Vec<(usize, usize, usize)> = Vec::new();
            for (tenth, app) in words.into_iter().enumerate() {
                let Some(app) = app.filter(|app| self.limit(*app).is_none()) else { continue };
                match runs.last_mut() {
                    Some((last, _, end)) if *last == app && *end == tenth => *end += 1,
                    _ => runs.push((app, tenth, tenth + 1)),
                }
            }
            runs
        };
        let held = |model: &Model| model.words.map_or_else(Vec::new, of_others);
        let share = |app: &ModelApp| !app.top && self.limit(app.name).is_none();
        let begins = base.words.is_none() && now.words.is_some() && now.apps.iter().any(share);
        self.covers.is_none() || !begins && held(base) == held(now)
    }

    /// Whether what is of others is the same, and nothing has moved past it.
    fn leave_others(&self, base: &Model, now: &Model) -> bool {
        if self.covers.is_none() {
            return true;
        }
        let is_of_others = |app: &ModelApp| self.limit(app.name).is_none();
        let others = |model: &Model| -> Vec<(ModelApp, Vec<Option<u64>>)> {
            let others = model.apps.iter().filter(|app| is_of_others(app));
            // An application that is gone has the unit that it had in the base.
            let unit = |rule: &ModelRule| model.unit(rule).or_else(|| base.unit(rule));
            others.map(|app| (app.clone(), app.rules.iter().map(unit).collect())).collect()
        };
        // How many of others stand before an application.
        let place = |model: &Model, name: usize| {
            let index = model.apps.iter().position(|app| app.name == name)?;
            Some(model.apps[..index].iter().filter(|app| is_of_others(app)).count())
        };
        let stays = |app: &ModelApp| place(now, app.name) == Some(place(base, app.name).unwrap_or(others(base).len()));
        base.until == now.until
            && others(base) == others(now)
            && now.apps.iter().filter(|app| !is_of_others(app)).all(stays)
    }

    /// Whether what its applications ask for is within their ceilings, or less than before.
    fn stay_within(&self, base: &Model, now: &Model) -> bool {
        now.apps.iter().all(|app| {
            let before = base.apps.iter().find(|old| old.name == app.name);
            let is_less = before.is_some_and(|old| old.asks.0 == app.asks.0 && app.asks.1 <= old.asks.1);
            self.limit(app.name).is_none_or(|limit| is_less || Self::is_within(limit, app.asks))
        })
    }

    fn allow_rules(&self, base: &Model, now: &Model, app: &ModelApp) -> bool {
        if self.limit(app.name).is_none() {
            return true;
        }
        let old = base.apps.iter().find(|old| old.name == app.name);
        let old: Vec<(&ModelRule, Option<u64>)> =
            old.iter().flat_map(|old| &old.rules).map(|rule| (rule, base.unit(rule))).collect();
        let new: Vec<(&ModelRule, Option<u64>)> =
            app.rules.iter().map(|rule| (rule, now.unit(rule).or_else(|| base.unit(rule)))).collect();
        if !self.rules {
            return old == new;
        }
        new.iter().filter(|rule| !old.contains(rule)).all(|(rule, _)| match rule.does {
            Does::Remove(app) => self.limit(app).is_some(),
            Does::Add(app, asks) => self.limit(app).is_some_and(|limit| Self::is_within(limit, asks)),
            Does::Scale { app, grows, most } => {
                let asks = now.unit(rule).map(|unit| (unit, most));
                self.limit(app).is_some_and(|limit| !grows || asks.is_none_or(|asks| Self::is_within(limit, asks)))
            }
        })
    }
}

impl Model {
    /// The unit of the application that a rule scales.
    fn unit(&self, rule: &ModelRule) -> Option<u64> {
        let Does::Scale { app: scaled, .. } = rule.does else { return None };
        let app = self.apps.iter().find(|app| app.name == scaled).map(|app| app.asks.0);
        let added = self.apps.iter().flat_map(|app| &app.rules).find_map(|rule| match rule.does {
            Does::Add(app, asks) if app == scaled => Some(asks.0),
            _ => None,
        });
        app.or(added)
    }
}

// What the program is given.

fn request((unit, amount): Asked) -> Request {
    match unit {
        0 => Request::Share(share(amount)),
        1 => Request::Nodes(nodes(amount)),
        _ => Request::Rest((amount + 1) as f64),
    }
}

fn share(amount: u64) -> f64 {
    (amount + 1) as f64 / 10.0
}

fn nodes(amount: u64) -> u64 {
    (amount + 1) * 10
}

fn bare(name: usize, asks: Asked, top: bool) -> App {
    let choice = if top { Choice::Top(0) } else { Choice::Random };
    App { request: request(asks), ..App::of_share(NAMES[name], 0.0, choice) }
}

/// The words as the program has them: tenths that follow one another and are one application's are one run.
fn draw(words: [Option<usize>; TENTHS]) -> Draw {
    let mut segments: Vec<Segment> = Vec::new();
    for (tenth, app) in (1..).zip(words) {
        let app = app.map(|app| NAMES[app].to_owned());
        segments.pop_if(|last| last.app == app);
        segments.push(Segment { app, end: WORDS * tenth / TENTHS as u64 });
    }
    Draw { segments }
}

impl Model {
    /// Takes words from applications that may have none any more; without any, none are laid out.
    fn settle(&mut self) {
        let is_random = |app: &usize| self.apps.iter().any(|other| other.name == *app && !other.top);
        self.words = self.words.map(|words| words.map(|app| app.filter(is_random)));
        self.words = self.words.filter(|words| words.iter().any(Option::is_some));
    }

    /// What the program is given of a version that follows on a base, or on itself.
    fn description(&self, base: &Self) -> Description {
        let app = |app: &ModelApp| App {
            rules: app.rules.iter().map(|rule| self.rule(rule, base)).collect(),
            ..bare(app.name, app.asks, app.top)
        };
        let suite = Suite {
            version: self.version,
            until: self.until.then_some(NOW + 1),
            revoked: self.revoked.then(|| stranger().public()).into_iter().collect(),
            apps: self.apps.iter().map(app).collect(),
            layout: self.words.map(draw).into_iter().collect(),
        };
        Description::unsigned(suite, attributes())
    }

    fn rule(&self, rule: &ModelRule, base: &Self) -> Rule {
        let action = match rule.does {
            Does::Remove(app) => Action::Remove { app: NAMES[app].to_owned() },
            Does::Add(app, asks) => Action::Add(Box::new(bare(app, asks, false))),
            Does::Scale { app, grows, most } => {
                let most = match self.unit(rule).or_else(|| base.unit(rule)) {
                    Some(1) => nodes(most) as f64,
                    Some(2) => (most + 1) as f64,
                    _ => share(most),
                };
                let by = if grows { 1.5 } else { 0.5 };
                Action::Scale { app: NAMES[app].to_owned(), by, least: 0.0, most }
            }
        };
        Rule { epochs: rule.epochs, action, ..any_rule(&format!("r{}", rule.name), "") }
    }
}

impl Rights {
    fn grant(&self) -> Grant {
        let ceiling = |limit: Limit| Ceiling { share: limit[0].map(share), nodes: limit[1].map(nodes) };
        let scope = match &self.covers {
            None => Scope::All,
            Some(covers) => {
                let covered = covers.iter().zip(NAMES).filter_map(|(limit, name)| Some((name, (*limit)?)));
                Scope::Apps(covered.map(|(name, limit)| (name.to_owned(), ceiling(limit))).collect())
            }
        };
        Grant { rules: self.rules, ..grant(scope, None) }
    }
}

// Random cases.

struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn is(&mut self) -> bool {
        self.below(2) == 0
    }

    fn name(&mut self) -> usize {
        self.below(NAMES.len() as u64) as usize
    }

    fn asks(&mut self) -> Asked {
        (self.below(UNITS), self.below(AMOUNTS))
    }

    fn rule(&mut self, name: u64) -> ModelRule {
        let does = match self.below(4) {
            0 => Does::Remove(self.name()),
            1 => Does::Add(self.name(), self.asks()),
            _ => Does::Scale { app: self.name(), grows: self.below(4) > 0, most: self.below(AMOUNTS) },
        };
        ModelRule { name, epochs: 1, does }
    }

    fn base(&mut self) -> Model {
        let mut apps: Vec<ModelApp> = Vec::new();
        for name in 0..NAMES.len() {
            if self.below(5) < 3 {
                let rules = (0..self.below(3)).map(|k| self.rule(10 * name as u64 + k)).collect();
                apps.push(ModelApp { name, asks: self.asks(), top: self.is(), rules });
            }
        }
        let words = self.is().then(|| [(); TENTHS].map(|()| (self.below(3) > 0).then(|| self.name())));
        let mut model = Model { version: self.below(3), until: self.is(), revoked: self.is(), apps, words };
        model.settle();
        model
    }

    fn rights(&mut self) -> Rights {
        let limit = |random: &mut Self| random.is().then(|| random.below(AMOUNTS));
        let covers =
            (self.below(5) > 0).then(|| NAMES.map(|_| (self.below(3) > 0).then(|| [limit(self), limit(self)])));
        Rights { covers, rules: self.below(4) > 0 }
    }

    /// Changes one thing, more often than not one that matters.
    fn edit(&mut self, model: &mut Model) {
        let place = self.below(model.apps.len().max(1) as u64) as usize;
        let (kind, fresh) = (self.below(28), 100 + self.below(1000));
        let Some(app) = model.apps.get_mut(place) else { return };
        match kind {
            0..=4 => app.asks.1 = self.below(AMOUNTS),
            5 => app.asks = self.asks(),
            6 => app.top = !app.top,
            7..=11 => app.rules.push(self.rule(fresh)),
            12 => drop(app.rules.pop()),
            13 => app.rules.iter_mut().for_each(|rule| rule.epochs += 1),
            14 => app.rules.reverse(),
            15 => drop(model.apps.remove(place)),
            16 => model.apps.rotate_left(1),
            17 => {
                let other = self.below(model.apps.len() as u64) as usize;
                model.apps.swap(place, other);
            }
            18 => model.until = !model.until,
            19 => model.revoked = !model.revoked,
            20 => model.words = None,
            21..=23 => {
                let (tenth, app) = (self.below(TENTHS as u64) as usize, self.is().then(|| self.name()));
                model.words.get_or_insert([None; TENTHS])[tenth] = app;
            }
            _ => {
                let name = self.name();
                if model.apps.iter().all(|app| app.name != name) {
                    let place = if self.is() { model.apps.len() } else { place };
                    let rules = if self.below(3) == 0 { vec![self.rule(fresh)] } else { Vec::new() };
                    model.apps.insert(place, ModelApp { name, asks: self.asks(), top: self.is(), rules });
                }
            }
        }
    }

    fn version(&mut self, base: &Model) -> Model {
        let mut version = base.clone();
        version.version += [1, 1, 1, 1, 1, 1, 1000, 1001, 0][self.below(9) as usize];
        for _ in 0..self.below(4) {
            self.edit(&mut version);
        }
        version.settle();
        version
    }
}

#[test]
fn a_version_is_valid_if_and_only_if_the_page_says_so() {
    let mut random = Random(18);
    let mut taken = 0;
    for case in 0..CASES {
        let (base, rights) = (random.base(), random.rights());
        let version = random.version(&base);
        let expected = rights.allow(&base, &version);
        let (held, made, grant) = (base.description(&base), version.description(&base), rights.grant());
        let is_newer = version.version > base.version;
        let told = beyond(&grant, &made, Some(&held));
        assert_eq!(is_newer && told.is_empty(), expected, "case {case}: {base:#?}\n{version:#?}\n{rights:?}\n{told:?}");
        if case % SIGNED == 0 {
            let signed = made.clone().signed(&planner(), Some(Certificate::issue(&owner(), grant)), id());
            let verdict = verify(&trusted(), &signed, Some(&held), NOW);
            assert_eq!(verdict == Verdict::Valid, expected, "case {case}: {verdict:?}");
        }
        taken += u64::from(expected);
        if expected {
            rules_stay_within(&mut random, &rights, &base, &version);
        }
    }
    assert!((CASES / 10..CASES * 9 / 10).contains(&taken), "{taken} versions are taken");
}

/// What the rules that a delegate has written could ever make: whatever the suite has become by then, nothing of others
/// changes, and nothing asks for more than it may.
fn rules_stay_within(random: &mut Random, rights: &Rights, base: &Model, version: &Model) {
    let before = base.description(base).suite;
    let mut suite = version.description(base).suite;
    let written: Vec<Rule> = suite.rules().filter(|rule| !before.rules().any(|old| old == *rule)).cloned().collect();
    let grant = rights.grant();
    for step in 0..6 {
        // The owner lets applications ask for other amounts meanwhile.
        for app in &mut suite.apps {
            app.request = match (app.request, random.below(4)) {
                (Request::Share(_), 0) => Request::Share(share(random.below(AMOUNTS)) / 2.0),
                (Request::Nodes(_), 0) => Request::Nodes(random.below(40)),
                (request, _) => request,
            };
        }
        let Some(rule) = written.get(random.below(written.len().max(1) as u64) as usize) else { return };
        let Some(next) = rule::apply(&suite, rule, suite.version + 1) else { continue };
        for name in NAMES {
            let [old, new] = [&suite, &next].map(|suite| suite.apps.iter().find(|app| app.name == name));
            if old == new {
                continue;
            }
            let ceiling = grant.scope.ceiling(name);
            assert!(ceiling.is_some(), "step {step}: {rule:?} changes {name}, {rights:?}");
            let (Some(ceiling), Some(new)) = (ceiling, new) else { continue };
            let is_less = match (old.map(|old| old.request), new.request) {
                (Some(Request::Share(old)), Request::Share(new)) | (Some(Request::Rest(old)), Request::Rest(new)) => {
                    new <= old
                }
                (Some(Request::Nodes(old)), Request::Nodes(new)) => new <= old,
                _ => false,
            };
            assert!(is_less || ceiling.allows(new.request), "step {step}: {rule:?} makes {new:?}, {rights:?}");
        }
        suite = next;
    }
}
