//! Protocols of one's own.

use std::ops::Range;

use toml::de::DeValue;

use crate::error::Error;
use crate::scenario::own::{Keys, OwnProtocol, reader};
use crate::scenario::raw::{self, At};
use crate::written::{Check, nearest};

impl Check<'_, '_> {
    /// `apps` are all applications, of which none has members that know each other if it gets nothing inside.
    pub(super) fn protocols(
        &self,
        raw: &[At<raw::OwnProtocol>],
        (apps, has_inside): (&[String], bool),
    ) -> Result<Vec<OwnProtocol>, Error> {
        let mut found: Vec<OwnProtocol> = Vec::new();
        for (index, entry) in raw.iter().enumerate() {
            let span = |key: &str| self.key_of_protocol(index, key).unwrap_or_else(|| entry.span());
            let mut keys = entry.0.clone();
            let Some(name) = keys.remove("name").and_then(|name| name.as_str().map(str::to_owned)) else {
                let help = "write `name = \"…\"` with that of a protocol which this program knows";
                return Err(self.refuse(span("name"), "a protocol of one's own has no name", help));
            };
            let read = reader(&name).map_err(|known| {
                let help =
                    match (nearest(&name, &known.iter().map(String::as_str).collect::<Vec<_>>()), known.is_empty()) {
                        (Some(near), _) => format!("did you mean \"{near}\"?"),
                        (None, false) => format!("it knows {}", known.join(", ")),
                        (None, true) => {
                            "run it with the program that brings it: see \"a protocol of your own\" in the \
                                     documentation of the library"
                                .to_owned()
                        }
                    };
                self.refuse(span("name"), format!("this program knows no protocol \"{name}\""), help)
            })?;
            let app = keys.remove("app").map(|app| self.app_of_protocol(&app, span("app"), (apps, has_inside)));
            let app = app.transpose()?;
            let room = match keys.remove("room") {
                None => 1.25,
                Some(_) if app.is_none() => {
                    let message = "`room` means nothing outside of applications: there is a row for each node";
                    return Err(self.refuse(span("room"), message, "leave it out"));
                }
                Some(room) => {
                    let number = room.as_float().or(room.as_integer().map(|room| room as f64));
                    let number = number.filter(|room| room.is_finite() && *room >= 1.0);
                    number.ok_or_else(|| self.refuse(span("room"), "`room` is no number from 1 on", "write `1.25`"))?
                }
            };
            let keys = Keys(keys);
            read(&keys).map_err(|message| {
                // Of the keys that are named the first is at fault: the others are those that are known.
                let named = keys.0.keys().filter_map(|key| Some((message.find(&format!("`{key}`"))?, key)));
                let named = named.min().map(|(_, key)| key);
                let first = message.lines().next().unwrap_or_default();
                let place = named.map_or_else(|| entry.span(), |key| span(key));
                self.refuse(
                    place,
                    format!("the protocol \"{name}\": {first}"),
                    "see what the protocol says of its keys",
                )
            })?;
            if found.iter().any(|other| other.name == name && other.app == app) {
                let message = format!("the protocol \"{name}\" runs twice among the same members");
                return Err(self.refuse(entry.span(), message, "leave one of them out"));
            }
            found.push(OwnProtocol { name, app, room, keys });
        }
        Ok(found)
    }

    fn app_of_protocol(
        &self,
        app: &toml::Value,
        span: Range<usize>,
        (apps, has_inside): (&[String], bool),
    ) -> Result<usize, Error> {
        let found = app.as_str().and_then(|name| apps.iter().position(|app| app == name));
        let Some(found) = found else { return Err(self.no_app(app, span, apps)) };
        if !has_inside {
            let message = "members of applications know nobody without [subcloud]";
            return Err(self.refuse(span, message, "add `[subcloud]`, or leave `app` out"));
        }
        Ok(found)
    }

    /// The refusal of an application that there is not.
    pub(super) fn no_app(&self, app: &toml::Value, span: Range<usize>, apps: &[String]) -> Error {
        let help = match apps {
            [] => "leave it out: there is no application".to_owned(),
            apps => format!("choose one of {}", apps.join(", ")),
        };
        self.refuse(span, format!("no application is called {app}"), help)
    }

    /// Where a key of a protocol stands.
    fn key_of_protocol(&self, index: usize, key: &str) -> Option<Range<usize>> {
        let DeValue::Array(entries) = self.document.value("protocol")?.get_ref() else { return None };
        let DeValue::Table(table) = entries.get(index)?.get_ref() else { return None };
        table.get(key).map(toml::Spanned::span)
    }
}
