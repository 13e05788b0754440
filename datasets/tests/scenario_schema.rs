//! The JSON schema describes what the reader reads.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;
use std::path::Path;

use datasets::scenario;
use serde_json::Value;

/// What a value breaks of a schema: a small validator for the words that the schema of a scenario uses.
fn broken(root: &Value, schema: &Value, value: &Value, path: &str) -> Option<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#')).unwrap();
        if let Some(problem) = broken(root, target, value, path) {
            return Some(problem);
        }
    }
    for any in ["anyOf", "oneOf"] {
        if let Some(choices) = schema[any].as_array()
            && choices.iter().all(|choice| broken(root, choice, value, path).is_some())
        {
            return Some(format!("{path}: none of {any}"));
        }
    }
    let fits = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some(other) => panic!("the schema has a type {other}"),
        None => true,
    };
    let number = value.as_f64();
    let within = |word: &str, holds: fn(f64, f64) -> bool| match (number, schema[word].as_f64()) {
        (Some(number), Some(limit)) => holds(number, limit),
        _ => true,
    };
    if !fits
        || schema.get("const").is_some_and(|constant| constant != value)
        || !within("minimum", |number, limit| number >= limit)
        || !within("maximum", |number, limit| number <= limit)
        || !within("exclusiveMinimum", |number, limit| number > limit)
        || !within("exclusiveMaximum", |number, limit| number < limit)
    {
        return Some(format!("{path}: {value} does not fit"));
    }
    if let Some(items) = value.as_array() {
        return items.iter().find_map(|item| broken(root, &schema["items"], item, path));
    }
    let object = value.as_object()?;
    if let Some(required) = schema["required"].as_array()
        && let Some(missing) = required.iter().find(|key| !object.contains_key(key.as_str().unwrap()))
    {
        return Some(format!("{path}: {missing} is missing"));
    }
    object.iter().find_map(|(key, value)| {
        let path = format!("{path}.{key}");
        match (schema["properties"].get(key), schema.get("additionalProperties")) {
            (Some(schema), _) | (None, Some(schema @ Value::Object(_))) => broken(root, schema, value, &path),
            (None, Some(Value::Bool(false))) => Some(format!("{path} is unknown")),
            _ => None,
        }
    })
}

fn problem(text: &str) -> Option<String> {
    let schema = scenario::json_schema();
    let table: toml::Table = text.parse().unwrap();
    broken(&schema, &schema, &json(toml::Value::Table(table)), "")
}

/// The same in JSON, which writes moments as text.
fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::Datetime(moment) => Value::String(moment.to_string()),
        toml::Value::Array(items) => items.into_iter().map(json).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, json(value))).collect(),
        plain => serde_json::to_value(plain).unwrap(),
    }
}

#[test]
fn every_shipped_scenario_fits_the_schema() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // Folders hold the suites of scenarios.
        if path.is_dir() {
            continue;
        }
        assert_eq!(problem(&fs::read_to_string(&path).unwrap()), None, "{}", path.display());
        count += 1;
    }
    assert!(count >= 5);
}

#[test]
fn scenarios_written_out_fit_the_schema() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/telco.toml");
    assert_eq!(problem(&scenario::read(&path, &[]).unwrap().to_toml()), None);
}

#[test]
fn moments_are_text_in_json() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cloud.toml");
    let text = "[run]\nnodes = 10\nstarts_at = 2026-11-22T00:00:00Z\n[suite]\nuntil = 2026-11-22T00:00:00Z\n\
        [[fleet.class]]\nname = \"n\"\nshare = 1\nattributes.x = 1\n";
    fs::write(&path, text).unwrap();
    let (schema, json) = (scenario::json_schema(), scenario::read(&path, &[]).unwrap().to_json());
    assert_eq!(broken(&schema, &schema, &json, ""), None);
    assert!(json["suite"]["until"].is_string(), "{json}");
}

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let good = "[run]\nnodes = 10\n[[fleet.class]]\nname = \"n\"\nshare = 1\nattributes.x = { uniform = [0, 1] }\n";
    assert_eq!(problem(good), None);
    for (old, new) in [
        ("nodes = 10", "nodes = 0"),
        ("nodes = 10", "nodes = \"ten\""),
        ("nodes = 10", "nodes = 10\ncolour = 3"),
        ("nodes = 10", "cycles = 10"),
        ("share = 1", "share = 2"),
        ("uniform", "uniforms"),
        ("[0, 1]", "0"),
    ] {
        assert!(problem(&good.replace(old, new)).is_some(), "{new}");
    }
    assert!(problem(&format!("{good}[slicing]\nprotocol = \"rank\"\n")).is_some());
    let app = "[[suite.app]]\nname = \"a\"\nrest = true\nwhere = \"x > 0.5\"\nmin_mean = { x = 0.5 }\n";
    let event = "[[event]]\nat_cycle = 3\nsuite = \"v2.toml\"\nat_nodes = 2\n";
    let adversaries = "[adversaries]\nshare = 0.1\npush = \"old\"\n";
    let suite = format!("{good}{app}{event}{adversaries}");
    assert_eq!(problem(&suite), None);
    for (old, new) in [
        ("rest = true", "rest = \"all\""),
        ("rest = true", "rest = 0"),
        ("rest = true", "nodes = -1"),
        ("where = \"x > 0.5\"", "where = 3"),
        ("min_mean = { x = 0.5 }", "min_mean = { x = \"much\" }"),
        ("at_nodes = 2", "at_nodes = 0"),
        ("push = \"old\"", "push = \"new\""),
        ("share = 0.1", "share = 1.1"),
    ] {
        assert!(problem(&suite.replace(old, new)).is_some(), "{new}");
    }
}

#[test]
fn the_schema_knows_aggregates_and_rules() {
    let good = "[run]\nnodes = 10\n[[fleet.class]]\nname = \"n\"\nshare = 1\nattributes.x = { uniform = [0, 1] }\n\
        [slicing]\nprotocol = \"quantile\"\nepoch_cycles = 9\n\
        [[aggregate]]\nname = \"size\"\nfunction = \"count\"\nerror = 0.01\nclock_drift = 0.5\ninstances = 4\nleaders \
        = 5\n\
        [[aggregate]]\nname = \"x\"\nfunction = \"quantiles\"\nattribute = \"x\"\npoints = 9\nquantiles = [0.5]\n\
        [[suite.app]]\nname = \"a\"\nrest = true\n\
        [[suite.app.rule]]\nname = \"r\"\nwhen = \"size < 5\"\nepochs = 2\nscale = { app = \"a\", by = 2 }\n\
        [[suite.app.rule]]\nname = \"s\"\nwhen = \"size < 5\"\nadd = { name = \"b\", nodes = 3 }\n\
        [monitor]\nkey = \"monitor.pem\"\ncertificate = \"monitor.cert.toml\"\n";
    assert_eq!(problem(good), None);
    for (old, new) in [
        ("epoch_cycles = 9", "epoch_cycles = 0"),
        ("function = \"count\"", "function = \"counts\""),
        ("error = 0.01", "error = 0"),
        ("error = 0.01", "error = 1"),
        ("clock_drift = 0.5", "clock_drift = 1"),
        ("instances = 4", "instances = 65"),
        ("leaders = 5", "leaders = 0"),
        ("points = 9", "points = 1"),
        ("quantiles = [0.5]", "quantiles = 0.5"),
        ("when = \"size < 5\"\nepochs", "epochs"),
        ("epochs = 2", "epochs = 101"),
        ("by = 2", "by = 0"),
        ("by = 2", "factor = 2"),
        ("nodes = 3", "nodes = -3"),
        ("key = \"monitor.pem\"", "key = 3"),
    ] {
        assert!(good.contains(old), "{old}");
        assert!(problem(&good.replacen(old, new, 1)).is_some(), "{new}");
    }
}

#[test]
fn every_key_has_a_description() {
    let schema = scenario::json_schema();
    let tables = schema["$defs"].as_object().unwrap();
    for (name, table) in tables.iter().chain([(&"the scenario".to_owned(), &schema)]) {
        assert!(table["description"].is_string(), "{name}");
        let keys = table["properties"].as_object();
        for (key, value) in keys.into_iter().flatten() {
            assert!(value["description"].is_string(), "{name}.{key}");
        }
    }
    assert!(!schema.to_string().contains("null"), "TOML has no null");
}
