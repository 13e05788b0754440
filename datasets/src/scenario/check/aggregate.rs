//! What is aggregated.

use std::ops::Range;

use crate::error::Error;
use crate::fleet::Distribution;
use crate::scenario::accuracy::{deviation, epoch_cycles, instances, leaving};
use crate::scenario::raw::{self, At};
use crate::scenario::{
    Aggregate, Counting, Epochs, Fleet, Function, Interpolation, Network, Pairing, Run, Sampling, Source,
};
use crate::written::Check;
use crate::written::nearest;

/// The longest epoch in cycles: nodes count them in 16 bits.
pub(super) const LONGEST_EPOCH: u64 = 60_000;

/// The fewest points at which nodes know a distribution, and the most.
pub(super) const LEAST_POINTS: u64 = 2;
pub(super) const MOST_POINTS: u64 = 128;

/// The relative error that an aggregate is long and often enough for that must have epochs.
const ERROR: f64 = 0.01;

/// The same, for the size of the cloud where a suite asks for absolute numbers of nodes.
const SIZE_ERROR: f64 = 0.001;

/// The most instances of that count: they take eight bytes a node each.
const SIZE_INSTANCES: u32 = 10;

/// Its name.
const SIZE: &str = "size";

/// The most instances of a count.
const MOST_INSTANCES: u64 = 64;

/// Points at which nodes know a distribution.
const POINTS: u32 = 50;

/// What an aggregate may speak of, and what follows from the scenario around it.
pub(super) struct Around<'s> {
    pub run: &'s Run,
    pub fleet: &'s Fleet,
    pub sampling: &'s Sampling,
    pub network: &'s Network,
    /// The applications, by their number.
    pub apps: Vec<String>,
    /// How many nodes each may expect.
    pub sizes: Vec<f64>,
}

impl Around<'_> {
    fn instances(&self, error: f64) -> u32 {
        instances(error, deviation(self.network, leaving(self.fleet, self.run.nodes, self.run.cycle_seconds)))
    }

    /// So many leaders are expected to offer themselves that at least one for each instance does.
    fn counting(&self, instances: u32, app: Option<usize>) -> Counting {
        let t = f64::from(instances);
        let first_estimate = app.map_or(f64::from(self.run.nodes), |app| self.sizes[app]);
        Counting { instances, leaders: t + 4.0 * t.sqrt() + 4.0, first_estimate }
    }

    /// The aggregate by which nodes know how many they are, where nobody has declared one.
    fn size(&self, name: String) -> Aggregate {
        Aggregate {
            name,
            function: Function::Count,
            attribute: None,
            app: None,
            epochs: Some(Epochs {
                cycles: epoch_cycles(self.run.nodes, SIZE_ERROR, self.network, self.sampling),
                drift: 0.0,
            }),
            counting: Some(self.counting(self.instances(ERROR).min(SIZE_INSTANCES), None)),
            interpolation: None,
        }
    }
}

fn is_counted(function: Function) -> bool {
    matches!(function, Function::Count | Function::Sum)
}

impl Check<'_, '_> {
    /// The aggregates that are declared, and a count of all nodes where one is needed.
    pub(super) fn aggregates(
        &self,
        raw: &raw::Scenario,
        needs_size: bool,
        around: &Around<'_>,
    ) -> Result<Vec<Aggregate>, Error> {
        self.unique("aggregate", raw.aggregate.iter().map(|aggregate| &aggregate.name))?;
        let declared = raw.aggregate.iter().map(|aggregate| self.aggregate(aggregate, around));
        let mut aggregates = declared.collect::<Result<Vec<Aggregate>, Error>>()?;
        let is_size = |aggregate: &Aggregate| aggregate.function == Function::Count && aggregate.app.is_none();
        if needs_size && !aggregates.iter().any(is_size) {
            let pairing = raw.sampling.as_ref().and_then(|sampling| sampling.pairing.as_ref());
            let place = || (pairing.map_or(0..0, At::span), "a suite that asks for absolute `nodes`".to_owned());
            self.epochs_fit(around.sampling, place)?;
            let taken = |name: &String| aggregates.iter().any(|aggregate| aggregate.name == *name);
            let mut names = std::iter::once(SIZE.to_owned()).chain((2..).map(|number: u32| format!("{SIZE} {number}")));
            let name = names.find(|name| !taken(name));
            aggregates.extend(name.map(|name| around.size(name)));
        }
        Ok(aggregates)
    }

    fn aggregate(&self, raw: &At<raw::Aggregate>, around: &Around<'_>) -> Result<Aggregate, Error> {
        let function = *raw.function;
        let attribute = self.attribute_of(raw, around.fleet)?;
        let app = raw.app.as_ref().map(|app| self.app_named(app, &around.apps)).transpose()?;
        let error = raw.error.as_ref().map(|error| {
            self.number_where(error, "a fraction above 0 and below 1", |value| value > 0.0 && value < 1.0)
        });
        let error = error.transpose()?;
        Ok(Aggregate {
            name: (*raw.name).clone(),
            function,
            attribute,
            app,
            epochs: self.epochs(raw, error, around)?,
            counting: self.counting(raw, error.unwrap_or(ERROR), app, around)?,
            interpolation: self.interpolation(raw)?,
        })
    }

    /// The attribute, which every function but a count has.
    fn attribute_of(&self, raw: &At<raw::Aggregate>, fleet: &Fleet) -> Result<Option<usize>, Error> {
        match (*raw.function, &raw.attribute) {
            (Function::Count, None) => Ok(None),
            (Function::Count, Some(attribute)) => {
                let help = "leave it out, or choose `function = \"sum\"`: a count is of nodes";
                let message = "`attribute` means nothing with `function = \"count\"`";
                Err(self.refuse(attribute.span(), message, help))
            }
            (function, Some(name)) => {
                let attribute = self.attribute(name, &fleet.attributes)?;
                if function == Function::GeometricMean {
                    self.all_positive(name, attribute, &fleet.source)?;
                }
                Ok(Some(attribute))
            }
            (_, None) => {
                let key = self.document.key_at(&raw.span()).unwrap_or_default();
                let error =
                    self.refuse(raw.span(), format!("`{key}.attribute` is missing"), "add the key `attribute` here");
                Err(error.keyed(format!("{key}.attribute")))
            }
        }
    }

    fn all_positive(&self, name: &At<String>, attribute: usize, source: &Source) -> Result<(), Error> {
        let Source::Classes(classes) = source else {
            return Ok(());
        };
        let offender = classes.iter().find(|class| {
            (class.share > 0.0 || class.nodes.is_some())
                && !class.attributes[attribute].as_ref().is_some_and(Distribution::is_positive)
        });
        offender.map_or(Ok(()), |class| {
            let message = format!(
                "the geometric mean needs positive values, but `{}` of class \"{}\" may be 0 or less",
                **name, class.name
            );
            Err(self.refuse(name.span(), message, "choose another function, or a distribution of positive values"))
        })
    }

    fn app_named(&self, name: &At<String>, apps: &[String]) -> Result<usize, Error> {
        apps.iter().position(|app| app == name.as_str()).ok_or_else(|| {
            let known: Vec<&str> = apps.iter().map(String::as_str).collect();
            let mut help = match (nearest(name, &known), &*known) {
                (_, []) => "give a suite, or leave `app` out".to_owned(),
                (Some(near), known) => format!("did you mean \"{near}\"? The run has: {}", known.join(", ")),
                (None, known) => format!("the run has: {}", known.join(", ")),
            };
            if self.shortened {
                help.push_str("; a version that enters behind the end of this shorter run does not count");
            }
            self.refuse(name.span(), format!("no application is named \"{}\"", **name), help)
        })
    }

    fn epochs(&self, raw: &raw::Aggregate, error: Option<f64>, around: &Around<'_>) -> Result<Option<Epochs>, Error> {
        let written = raw.epoch_cycles.as_ref();
        let function = *raw.function;
        let must = is_counted(function) || function == Function::Quantiles;
        let error = error.or(must.then_some(ERROR));
        let by_error = error.map(|error| epoch_cycles(around.run.nodes, error, around.network, around.sampling));
        let cycles = match (written, by_error) {
            (Some(written), _) => self.whole(written, 1, LONGEST_EPOCH)? as u32,
            (None, Some(cycles)) => cycles,
            (None, None) => {
                return raw.clock_drift.as_ref().map_or(Ok(None), |drift| {
                    let help = format!(
                        "leave it out, or add `epoch_cycles = {}`",
                        epoch_cycles(around.run.nodes, ERROR, around.network, around.sampling)
                    );
                    Err(self.refuse(drift.span(), "`clock_drift` means nothing without epochs", help))
                });
            }
        };
        let given = raw.error.as_ref().map_or_else(|| raw.function.span(), At::span);
        if let (None, Some(graph)) = (written, around.sampling.graph.as_ref().filter(|graph| !graph.mixing_is_known()))
        {
            let message = format!("how many cycles an epoch must have along a graph \"{}\" is not known", graph.wiring);
            return Err(self.refuse(given, message, "give `epoch_cycles`"));
        }
        let what = if must { format!("`function = \"{function}\"`") } else { "an aggregate with epochs".to_owned() };
        self.epochs_fit(around.sampling, || (written.map_or(given, At::span), what))?;
        let drift = raw.clock_drift.as_ref().map_or(Ok(0.0), |drift| {
            let expected = "a fraction of at least 0 and below 1";
            self.number_where(drift, expected, |value| (0.0..1.0).contains(&value))
        })?;
        Ok(Some(Epochs { cycles, drift }))
    }

    /// Epochs go with ordered exchanges alone.
    pub(super) fn epochs_fit(
        &self,
        sampling: &Sampling,
        place: impl FnOnce() -> (Range<usize>, String),
    ) -> Result<(), Error> {
        if sampling.pairing == Pairing::Ordered {
            return Ok(());
        }
        let (span, what) = place();
        let message = format!("{what} needs exchanges in order, and `pairing` is \"{}\"", sampling.pairing);
        Err(self.refuse(span, message, "choose `pairing = \"ordered\"` under [sampling]"))
    }

    fn counting(
        &self,
        raw: &raw::Aggregate,
        error: f64,
        app: Option<usize>,
        around: &Around<'_>,
    ) -> Result<Option<Counting>, Error> {
        let counted = is_counted(*raw.function);
        let other = "function = \"count\"` or `function = \"sum\"";
        let only = |key, span: Option<Range<usize>>| self.only_with(counted, key, span, raw, other);
        only("instances", raw.instances.as_ref().map(At::span))?;
        only("leaders", raw.leaders.as_ref().map(At::span))?;
        only("first_estimate", raw.first_estimate.as_ref().map(At::span))?;
        if !counted {
            return Ok(None);
        }
        let instances = match &raw.instances {
            Some(written) => self.whole(written, 1, MOST_INSTANCES)? as u32,
            None => around.instances(error),
        };
        let Counting { leaders, first_estimate, .. } = around.counting(instances, app);
        Ok(Some(Counting {
            instances,
            leaders: raw.leaders.as_ref().map_or(Ok(leaders), |leaders| self.positive(leaders))?,
            first_estimate: raw.first_estimate.as_ref().map_or(Ok(first_estimate), |estimate| {
                self.number_where(estimate, "a number of at least 1", |value| value >= 1.0)
            })?,
        }))
    }

    fn interpolation(&self, raw: &raw::Aggregate) -> Result<Option<Interpolation>, Error> {
        let known = *raw.function == Function::Quantiles;
        let only = |key, span| self.only_with(known, key, span, raw, "function = \"quantiles\"");
        only("points", raw.points.as_ref().map(At::span))?;
        only("quantiles", raw.quantiles.as_ref().map(At::span))?;
        if !known {
            return Ok(None);
        }
        let points = self.number_or(raw.points.as_ref(), POINTS, LEAST_POINTS, MOST_POINTS)?;
        let deciles = || Ok((1..10).map(|tenths| f64::from(tenths) / 10.0).collect());
        let quantiles = raw.quantiles.as_ref().map_or_else(deciles, |written| self.told_quantiles(written))?;
        Ok(Some(Interpolation { points, quantiles }))
    }

    fn told_quantiles(&self, raw: &At<Vec<At<raw::Number>>>) -> Result<Vec<f64>, Error> {
        let mut quantiles: Vec<f64> = Vec::with_capacity(raw.len());
        for written in raw.iter() {
            let expected = "a fraction above 0 and below 1";
            let share = self.number_where(written, expected, |value| value > 0.0 && value < 1.0)?;
            if quantiles.contains(&share) {
                let message = format!("`quantiles` has {share} twice");
                return Err(self.refuse(written.span(), message, "write it once"));
            }
            quantiles.push(share);
        }
        if quantiles.is_empty() {
            let help = "write at least one, as in [0.5, 0.9], or leave it out for the deciles";
            return Err(self.refuse(raw.span(), "`quantiles` is empty", help));
        }
        quantiles.sort_by(f64::total_cmp);
        Ok(quantiles)
    }

    /// Refuses a key that would mean nothing with a function.
    fn only_with(
        &self,
        allowed: bool,
        key: &str,
        span: Option<Range<usize>>,
        raw: &raw::Aggregate,
        other: &str,
    ) -> Result<(), Error> {
        let Some(span) = span.filter(|_| !allowed) else { return Ok(()) };
        let message = format!("`{key}` means nothing with `function = \"{}\"`", *raw.function);
        Err(self.refuse(span, message, format!("leave it out, or choose `{other}`")))
    }
}
