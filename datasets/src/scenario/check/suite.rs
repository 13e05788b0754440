//! The application suite.

use super::Check;
use crate::error::Error;
use crate::scenario::raw;
use crate::suite::{App, Choice, Request, Suite};

/// How far the shares of all applications may exceed 1: the rounding of their sum.
const SUM_TOLERANCE: f64 = 1e-9;

/// A node holds its application in one byte, one value of which stands for none.
const MOST_APPS: usize = 254;

impl Check<'_, '_> {
    pub(super) fn suite(&self, raw: Option<&raw::Suite>, attributes: &[String]) -> Result<Suite, Error> {
        let Some(raw) = raw else {
            return Ok(Suite { version: 1, ..Suite::default() });
        };
        self.unique("application", raw.app.iter().map(|app| &app.name))?;
        let version = raw.version.as_ref().map_or(Ok(1), |version| self.whole(version, 0, i64::MAX as u64))?;
        let apps = raw.app.iter().map(|app| self.app(app, attributes)).collect::<Result<Vec<App>, Error>>()?;
        if let Some(one_more) = raw.app.get(MOST_APPS) {
            let message = format!("a suite has at most {MOST_APPS} applications, and this has {}", raw.app.len());
            return Err(self.refuse(
                one_more.share.span(),
                message,
                "leave some out, or join those that ask for alike nodes",
            ));
        }
        let mut sum = 0.0;
        for (app, raw) in apps.iter().zip(&raw.app) {
            let Request::Share(share) = app.request else { continue };
            sum += share;
            if sum > 1.0 + SUM_TOLERANCE {
                let before = sum - share;
                let message = format!(
                    "the applications up to \"{}\" ask for {sum:.6} of the cloud, expected at most 1",
                    app.name
                );
                let help = format!("the earlier ones ask for {before:.6}: lower `share` here or there");
                return Err(self.refuse(raw.share.span(), message, help));
            }
        }
        Ok(Suite { version, until: None, apps })
    }

    fn app(&self, raw: &raw::App, attributes: &[String]) -> Result<App, Error> {
        let choice = match (&raw.top, &raw.bottom) {
            (None, None) => Choice::Random,
            (Some(top), None) => Choice::Top(self.attribute(top, attributes)?),
            (None, Some(bottom)) => Choice::Bottom(self.attribute(bottom, attributes)?),
            (Some(_), Some(bottom)) => {
                let message = format!("application \"{}\" asks for both `top` and `bottom`", *raw.name);
                return Err(self.refuse(bottom.span(), message, "keep one, or make two applications"));
            }
        };
        Ok(App::of_share(raw.name.as_str(), self.fraction(&raw.share)?, choice))
    }
}
