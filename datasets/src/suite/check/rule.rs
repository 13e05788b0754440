//! What the rules of a suite mean: conditions on aggregates, and one action each.

use crate::error::Error;
use crate::suite::MOST_APPS;
use crate::suite::raw::{self, Scale};
use crate::suite::{Action, App, Condition, Names, Request, Rule};
use crate::written::{At, Check, Number, nearest};

/// No suite has more rules: a node judges each of them in every epoch.
const MOST_RULES: usize = 8;

/// The most epochs that a rule waits or rests.
const MOST_EPOCHS: u64 = 100;

/// An application that there is or that a rule may add, and what it asks for.
type Offer<'r> = (&'r str, Request);

impl Check<'_, '_> {
    /// Gives the applications their rules.
    pub(super) fn rules(&self, raw: &raw::Suite, apps: &mut [App], names: &mut Names<'_>) -> Result<(), Error> {
        let all: Vec<&At<raw::Rule>> = raw.app.iter().flat_map(|app| &app.rule).collect();
        if let Some(one_more) = all.get(MOST_RULES) {
            let message = format!("a suite has at most {MOST_RULES} rules, and this has {}", all.len());
            return Err(self.refuse(one_more.span(), message, "leave some out, or join conditions with `or`"));
        }
        self.unique("rule", all.iter().map(|rule| &rule.name))?;
        let offers = self.offers(raw, &all)?;
        for (app, raw) in apps.iter_mut().zip(&raw.app) {
            app.rules =
                raw.rule.iter().map(|rule| self.rule(rule, &raw.name, &offers, names)).collect::<Result<_, _>>()?;
        }
        Ok(())
    }

    /// The applications of the suite, then those that its rules may add.
    fn offers<'r>(&self, raw: &'r raw::Suite, rules: &[&'r At<raw::Rule>]) -> Result<Vec<Offer<'r>>, Error> {
        let offer = |app: &'r At<raw::App>| self.request(app).map(|request| (app.name.as_str(), request));
        let mut offers = raw.app.iter().map(offer).collect::<Result<Vec<_>, Error>>()?;
        let mut count = offers.len();
        for added in rules.iter().filter_map(|rule| rule.add.as_ref()) {
            let is_new = offers.iter().all(|(name, _)| *name != added.name.as_str());
            count += usize::from(is_new);
            if count > MOST_APPS {
                let message = format!("with those that rules may add, a suite has at most {MOST_APPS} applications");
                return Err(self.refuse(added.span(), message, "leave this rule out, or some of the applications"));
            }
            offers.push(offer(added)?);
        }
        Ok(offers)
    }

    fn rule(
        &self,
        raw: &At<raw::Rule>,
        carrier: &str,
        offers: &[Offer<'_>],
        names: &mut Names<'_>,
    ) -> Result<Rule, Error> {
        let (when, aggregates) = self.when(&raw.when)?;
        let epochs = |raw: Option<&At<_>>, default, low| {
            raw.map_or(Ok(default), |raw| self.whole(raw, low, MOST_EPOCHS).map(|epochs| epochs as u32))
        };
        Ok(Rule {
            name: (*raw.name).clone(),
            when,
            aggregates,
            epochs: epochs(raw.epochs.as_ref(), 1, 1)?,
            cool_down: epochs(raw.cool_down.as_ref(), 4, 0)?,
            action: self.action(raw, carrier, offers, names)?,
        })
    }

    /// A condition, and the aggregates by whose index it goes.
    fn when(&self, raw: &At<String>) -> Result<(Condition, Vec<String>), Error> {
        let mut names = Names::Aggregates(Vec::new());
        let when = self.condition(raw, &mut names)?;
        if names.list().is_empty() {
            let key = self.document.key_at(&raw.span()).unwrap_or_default();
            let help = "compare an aggregate, as in `size < 600_000`";
            return Err(self.refuse(raw.span(), format!("`{key}` names no aggregate"), help));
        }
        Ok((when, names.list().to_vec()))
    }

    fn action(
        &self,
        raw: &At<raw::Rule>,
        carrier: &str,
        offers: &[Offer<'_>],
        names: &mut Names<'_>,
    ) -> Result<Action, Error> {
        let both = |one: &str, other: &str, span| {
            let message = format!("rule \"{}\" has both `{one}` and `{other}`", *raw.name);
            Err(self.refuse(span, message, "keep one, or make two rules"))
        };
        match (&raw.remove, &raw.scale, &raw.add) {
            (Some(app), None, None) => self.remove(app, carrier, offers),
            (None, Some(scale), None) => self.scale(scale, offers),
            (None, None, Some(app)) => self.add(app, names),
            (Some(_), Some(scale), _) => both("remove", "scale", scale.span()),
            (Some(_), None, Some(add)) => both("remove", "add", add.span()),
            (None, Some(_), Some(add)) => both("scale", "add", add.span()),
            (None, None, None) => {
                let message = format!("rule \"{}\" does not say what to do", *raw.name);
                let help = "add one of `remove = \"chat\"`, `scale = { app = \"chat\", by = 1.25 }` and `add = { … }`";
                Err(self.refuse(raw.span(), message, help))
            }
        }
    }

    fn remove(&self, app: &At<String>, carrier: &str, offers: &[Offer<'_>]) -> Result<Action, Error> {
        self.offered(app, offers)?;
        if **app == *carrier {
            let message = format!("application \"{carrier}\" would remove itself, and its rules with it");
            return Err(self.refuse(app.span(), message, "let another application carry this rule"));
        }
        Ok(Action::Remove { app: (**app).clone() })
    }

    fn scale(&self, raw: &Scale, offers: &[Offer<'_>]) -> Result<Action, Error> {
        let request = self.offered_alike(&raw.app, offers)?;
        let (most, expected) = match request {
            Request::Share(_) => (1.0, "a fraction from 0 to 1"),
            Request::Nodes(_) => (f64::from(u32::MAX), "a number from 0 to 4294967295"),
            Request::Rest(_) => (f64::MAX, "a number of at least 0"),
        };
        let bound = |raw: Option<&At<Number>>, default| {
            let within = |raw| self.number_where(raw, expected, |value| (0.0..=most).contains(&value));
            raw.map_or(Ok(default), within)
        };
        let (least, most) = (bound(raw.least.as_ref(), 0.0)?, bound(raw.most.as_ref(), most)?);
        if let Some(written) = raw.most.as_ref().or(raw.least.as_ref()).filter(|_| least > most) {
            let message = format!("`least` is {least}, more than `most`, which is {most}");
            return Err(self.refuse(written.span(), message, "write the smaller number as `least`"));
        }
        Ok(Action::Scale { app: (*raw.app).clone(), by: self.positive(&raw.by)?, least, most })
    }

    fn add(&self, raw: &At<raw::App>, names: &mut Names<'_>) -> Result<Action, Error> {
        if let Some(rule) = raw.rule.first() {
            let message = format!("application \"{}\", which a rule adds, has a rule of its own", *raw.name);
            return Err(self.refuse(rule.span(), message, "let an application of the suite carry that rule"));
        }
        self.unique("application", std::iter::once(&raw.name))?;
        self.app(raw, names).map(|app| Action::Add(Box::new(app)))
    }

    /// What an application asks for that the suite has or that a rule may add.
    fn offered(&self, name: &At<String>, offers: &[Offer<'_>]) -> Result<Request, Error> {
        let request = offers.iter().find(|(offer, _)| *offer == name.as_str()).map(|&(_, request)| request);
        request.ok_or_else(|| {
            let known: Vec<&str> = offers.iter().map(|&(offer, _)| offer).collect();
            let list = known.join(", ");
            let help = match nearest(name, &known) {
                Some(near) => format!("did you mean \"{near}\"? The suite has: {list}"),
                None => format!("the suite has: {list}"),
            };
            self.refuse(name.span(), format!("no application is named \"{}\"", **name), help)
        })
    }

    /// The same, where the unit matters.
    fn offered_alike(&self, name: &At<String>, offers: &[Offer<'_>]) -> Result<Request, Error> {
        let first = self.offered(name, offers)?;
        let unit = std::mem::discriminant(&first);
        let differs = |(offer, other): &Offer<'_>| *offer == name.as_str() && std::mem::discriminant(other) != unit;
        if offers.iter().any(differs) {
            let message = format!("application \"{}\" is added with another unit than it has elsewhere", **name);
            let help = "let it ask by one of `share`, `nodes` and `rest` everywhere, so that a rule can speak of it";
            return Err(self.refuse(name.span(), message, help));
        }
        Ok(first)
    }
}
