//! What a suite means: ranges are checked, attributes resolved.

pub(super) mod code;
mod layout;
mod rule;

use std::collections::BTreeSet;

use super::raw::{self, Rest};
use super::{App, Choice, Condition, MOST_APPS, Names, Request, SUM_TOLERANCE, Suite};
use crate::error::Error;
use crate::written::{At, Check, Named, Number};

impl Check<'_, '_> {
    /// A suite that is written here, without its `file`.
    pub(crate) fn suite_here(&self, raw: &raw::Suite, names: &mut Names<'_>) -> Result<Suite, Error> {
        self.unique("application", raw.app.iter().map(|app| &app.name))?;
        let version = raw.version.as_ref().map_or(Ok(1), |version| self.whole(version, 0, i64::MAX as u64))?;
        let until = raw.until.as_ref().map(|until| self.moment(until)).transpose()?;
        let mut apps = raw.app.iter().map(|app| self.app(app, names)).collect::<Result<Vec<App>, Error>>()?;
        if let Some(one_more) = raw.app.get(MOST_APPS) {
            let message = format!("a suite has at most {MOST_APPS} applications, and this has {}", raw.app.len());
            let help = "leave some out, or join those that ask for alike nodes";
            return Err(self.refuse(one_more.span(), message, help));
        }
        self.shares_fit(raw, &apps)?;
        self.rules(raw, &mut apps, names)?;
        let revoked = raw.revoked.iter().map(|key| self.public_key(key)).collect::<Result<BTreeSet<_>, Error>>()?;
        let layout = self.layout(&raw.layout, &apps)?;
        Ok(Suite { version, until, revoked, apps, layout })
    }

    fn shares_fit(&self, raw: &raw::Suite, apps: &[App]) -> Result<(), Error> {
        let mut sum = 0.0;
        for (app, raw) in apps.iter().zip(&raw.app) {
            let (Request::Share(share), Some(written)) = (app.request, &raw.share) else { continue };
            sum += share;
            if sum > 1.0 + SUM_TOLERANCE {
                let before = sum - share;
                let message = format!(
                    "the applications up to \"{}\" ask for {sum:.6} of the cloud, expected at most 1",
                    app.name
                );
                let help = format!("the earlier ones ask for {before:.6}: lower `share` here or there");
                return Err(self.refuse(written.span(), message, help));
            }
        }
        Ok(())
    }

    fn app(&self, raw: &At<raw::App>, names: &mut Names<'_>) -> Result<App, Error> {
        let most = u32::MAX.into();
        Ok(App {
            name: (*raw.name).clone(),
            request: self.request(raw)?,
            choice: self.app_choice(raw, names)?,
            condition: raw.condition.as_ref().map(|written| self.condition(written, names)).transpose()?,
            min_nodes: raw.min_nodes.as_ref().map(|nodes| self.whole(nodes, 0, most)).transpose()?,
            min_means: raw.min_mean.as_ref().map_or(Ok(Vec::new()), |means| self.min_means(means, names))?,
            code: raw.code.as_ref().map(|code| self.code(code)).transpose()?,
            topology: raw.topology.as_ref().map(|topology| topology.protocol),
            rules: Vec::new(),
        })
    }

    fn request(&self, raw: &At<raw::App>) -> Result<Request, Error> {
        let both = |one: &str, other: &str, span| {
            let message = format!("application \"{}\" asks for both `{one}` and `{other}`", *raw.name);
            Err(self.refuse(span, message, "keep one, or make two applications"))
        };
        match (&raw.share, &raw.nodes, &raw.rest) {
            (Some(share), None, None) => self.fraction(share).map(Request::Share),
            (None, Some(nodes), None) => self.whole(nodes, 0, u32::MAX.into()).map(Request::Nodes),
            (None, None, Some(rest)) => self.rest(rest).map(Request::Rest),
            (Some(_), Some(nodes), _) => both("share", "nodes", nodes.span()),
            (Some(_), None, Some(rest)) => both("share", "rest", rest.span()),
            (None, Some(_), Some(rest)) => both("nodes", "rest", rest.span()),
            (None, None, None) => {
                let message = format!("application \"{}\" does not say how many nodes it asks for", *raw.name);
                let help = "add one of `share = 0.1`, `nodes = 1000` and `rest = true`";
                Err(self.refuse(raw.span(), message, help))
            }
        }
    }

    fn rest(&self, raw: &At<Rest>) -> Result<f64, Error> {
        match **raw {
            Rest::All(true) => Ok(1.0),
            Rest::Weight(Number(weight)) if weight > 0.0 && weight.is_finite() => Ok(weight),
            Rest::All(false) => {
                let help = "leave it out, and say how many nodes by `share` or `nodes`";
                Err(self.refuse(raw.span(), "`rest = false` asks for nothing", help))
            }
            Rest::Weight(Number(weight)) => Err(self.out_of_range(raw.span(), &weight, "`true` or a weight above 0")),
        }
    }

    fn app_choice(&self, raw: &raw::App, names: &mut Names<'_>) -> Result<Choice, Error> {
        match (&raw.top, &raw.bottom) {
            (None, None) => Ok(Choice::Random),
            (Some(top), None) => self.app_attribute(top, names).map(Choice::Top),
            (None, Some(bottom)) => self.app_attribute(bottom, names).map(Choice::Bottom),
            (Some(_), Some(bottom)) => {
                let message = format!("application \"{}\" asks for both `top` and `bottom`", *raw.name);
                Err(self.refuse(bottom.span(), message, "keep one, or make two applications"))
            }
        }
    }

    fn app_attribute(&self, name: &At<String>, names: &mut Names<'_>) -> Result<usize, Error> {
        names.index(name).ok_or_else(|| self.refuse(name.span(), names.unknown(name), names.remedy(name)))
    }

    fn condition(&self, raw: &At<String>, names: &mut Names<'_>) -> Result<Condition, Error> {
        Condition::parse(raw, names).map_err(|fault| {
            let key = self.document.key_at(&raw.span()).unwrap_or_default();
            let message = format!("`{key}`: {}", fault.message);
            self.document.error_in(&raw.span(), raw, &fault.span, message).helped(fault.help)
        })
    }

    fn min_means(&self, raw: &At<Named<Number>>, names: &mut Names<'_>) -> Result<Vec<(usize, f64)>, Error> {
        if raw.0.is_empty() {
            let help = "leave it out, or name one, as in `min_mean = { storage_gb = 50 }`";
            return Err(self.refuse(raw.span(), "`min_mean` names no attribute", help));
        }
        raw.0.iter().map(|(name, limit)| Ok((self.app_attribute(name, names)?, self.finite(limit)?))).collect()
    }
}
