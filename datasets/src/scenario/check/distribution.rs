//! Distributions with possible parameters.

use crate::error::Error;
use crate::fleet::Distribution;
use crate::scenario::raw::{self, At, Number, Shapes};
use crate::written::Check;

const SHAPES: &str = "constant, uniform, beta, lognormal, weibull, exponential, pareto, normal, quantiles, choice";

impl Check<'_, '_> {
    pub(super) fn distribution(&self, raw: &At<raw::Distribution>) -> Result<Distribution, Error> {
        let distribution = match &**raw {
            raw::Distribution::Constant(value) if value.0.is_finite() => Distribution::Constant(value.0 + 0.0),
            raw::Distribution::Constant(_) => return Err(self.not_stored(raw)),
            raw::Distribution::Shape(shapes) => self.shape(raw, shapes)?,
        };
        let largest = distribution.quantile(0.0).abs().max(distribution.quantile(1.0).abs());
        // The values are kept as 32-bit floats; NaN fails too.
        if largest <= f64::from(f32::MAX) { Ok(distribution) } else { Err(self.not_stored(raw)) }
    }

    fn not_stored(&self, raw: &At<raw::Distribution>) -> Error {
        let key = self.document.key_at(&raw.span()).unwrap_or_default();
        let message = format!("`{key}` has values beyond the largest 32-bit float, 3.4e38, expected finite numbers");
        self.refuse(raw.span(), message, "use a larger unit or a lighter tail")
    }

    fn shape(&self, whole: &At<raw::Distribution>, raw: &Shapes) -> Result<Distribution, Error> {
        let Shapes {
            constant,
            uniform,
            beta,
            lognormal,
            weibull,
            exponential,
            pareto,
            normal,
            quantiles,
            choice,
            from,
        } = raw;
        if let Some(from) = from {
            let message = "`from` makes an attribute the node's availability, and this is none";
            return Err(self.refuse(from.span(), message, format!("give one of: {SHAPES}")));
        }
        let mut found = Vec::new();
        if let Some(value) = constant {
            found.push(Distribution::Constant(self.finite(value)?));
        }
        if let Some(bounds) = uniform {
            let (low, high) = (self.finite(&bounds[0])?, self.finite(&bounds[1])?);
            if low > high {
                let message = format!("uniform from {low} to {high}: the lower bound is above the upper");
                return Err(self.refuse(bounds.span(), message, "write [low, high]"));
            }
            found.push(Distribution::Uniform { low, high });
        }
        if let Some(shapes) = beta {
            let (alpha, beta) = (self.beta_shape(&shapes[0])?, self.beta_shape(&shapes[1])?);
            found.push(Distribution::Beta { alpha, beta });
        }
        if let Some(raw) = lognormal {
            let (median, sigma) = (self.positive(&raw.median)?, self.not_negative(&raw.sigma)?);
            found.push(Distribution::Lognormal { median, sigma });
        }
        if let Some(raw) = weibull {
            found.push(Distribution::Weibull { shape: self.positive(&raw.shape)?, scale: self.positive(&raw.scale)? });
        }
        if let Some(raw) = exponential {
            found.push(Distribution::Exponential { mean: self.positive(&raw.mean)? });
        }
        if let Some(raw) = pareto {
            let (shape, minimum) = (self.positive(&raw.shape)?, self.positive(&raw.minimum)?);
            found.push(Distribution::Pareto { shape, minimum });
        }
        if let Some(raw) = normal {
            found.push(self.normal(raw)?);
        }
        if let Some(points) = quantiles {
            found.push(self.quantiles(points)?);
        }
        if let Some(values) = choice {
            found.push(self.choice(values)?);
        }
        match found.pop() {
            Some(distribution) if found.is_empty() => Ok(distribution),
            one => {
                let count = if one.is_some() { "several distributions" } else { "no distribution" };
                let key = self.document.key_at(&whole.span()).unwrap_or_default();
                Err(self.refuse(
                    whole.span(),
                    format!("`{key}` has {count}, expected one"),
                    format!("give one of: {SHAPES}"),
                ))
            }
        }
    }

    fn normal(&self, raw: &raw::Normal) -> Result<Distribution, Error> {
        let (mean, sd) = (self.finite(&raw.mean)?, self.not_negative(&raw.sd)?);
        // Further out, the part above zero is too small to be told from nothing.
        if mean < -30.0 * sd {
            let message = format!("a normal distribution of mean {mean} and sd {sd} has nothing above zero");
            return Err(self.refuse(
                raw.mean.span(),
                message,
                "values are cut off below zero: raise the mean or the sd",
            ));
        }
        Ok(Distribution::Normal { mean, sd })
    }

    fn quantiles(&self, raw: &At<Vec<[At<Number>; 2]>>) -> Result<Distribution, Error> {
        let mut points: Vec<(f64, f64)> = Vec::with_capacity(raw.len());
        for [quantile, value] in raw.iter() {
            let point = (self.fraction(quantile)?, self.finite(value)?);
            if let Some(last) = points.last() {
                if point.0 <= last.0 {
                    let message = format!("quantile {} follows {}, expected a larger one", point.0, last.0);
                    return Err(self.refuse(quantile.span(), message, "sort the pairs [quantile, value] by quantile"));
                }
                if point.1 < last.1 {
                    let message = format!("value {} follows {}, expected at least as much", point.1, last.1);
                    return Err(self.refuse(value.span(), message, "the pairs are [quantile, value]: both ascend"));
                }
            }
            points.push(point);
        }
        if points.is_empty() {
            return Err(self.refuse(raw.span(), "no quantile is given", "give pairs [quantile, value]"));
        }
        Ok(Distribution::Quantiles(points))
    }

    fn choice(&self, raw: &At<Vec<[At<Number>; 2]>>) -> Result<Distribution, Error> {
        let mut values = Vec::with_capacity(raw.len());
        for [value, weight] in raw.iter() {
            values.push((self.finite(value)?, self.not_negative(weight)?));
        }
        let sum: f64 = values.iter().map(|(_, weight)| weight).sum();
        if !(sum > 0.0 && sum.is_finite()) {
            let message = "no value has a weight above 0";
            return Err(self.refuse(raw.span(), message, "give pairs [value, weight], one weight at least above 0"));
        }
        values.sort_by(|left, right| left.0.total_cmp(&right.0));
        // Weights that sum to 1 stay as they are, so that a scenario that was written out reads back the same.
        if (sum - 1.0).abs() > 1e-12 {
            for (_, weight) in &mut values {
                *weight /= sum;
            }
        }
        Ok(Distribution::Choice(values))
    }
}
