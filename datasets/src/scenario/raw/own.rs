//! Protocols of one's own, as they are written.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

/// A protocol of one's own: its name, among whose members it runs, and its own keys.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(in crate::scenario) struct OwnProtocol(pub toml::Table);

impl JsonSchema for OwnProtocol {
    fn schema_name() -> Cow<'static, str> {
        "OwnProtocol".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A protocol of one's own. Keys that are not named here are the protocol's.",
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": { "description": "The name under which a program knows it.", "type": "string" },
                "app": {
                    "description": "The application among whose members it runs; by default all nodes run it.",
                    "type": "string",
                },
                "room": {
                    "description": "Inside an application: room for so many times the members for which it asks.",
                    "type": "number",
                    "minimum": 1,
                    "default": 1.25,
                },
            },
        })
    }
}
