//! The key-value metadata back into [`Meta`].

use std::path::Path;

use parquet::file::metadata::KeyValue;

use crate::trace::meta::{
    KEY_APPS, KEY_ATTRIBUTES, KEY_ENGINE_VERSION, KEY_RUN_ID, KEY_SCENARIO_HASH, KEY_SCHEMA_VERSION, KEY_SEED,
};
use crate::trace::{Error, Meta, SCHEMA_VERSION};

pub(super) fn meta(path: &Path, pairs: Option<&Vec<KeyValue>>) -> Result<Meta, Error> {
    let pairs = pairs.map_or(&[][..], Vec::as_slice);
    let unexpected = |key: &'static str, found: String, expected: &str| Error::Metadata {
        path: path.to_owned(),
        key,
        found,
        expected: expected.to_owned(),
    };
    let text = |key: &'static str| {
        let value = pairs.iter().find(|pair| pair.key == key).and_then(|pair| pair.value.clone());
        value.ok_or_else(|| unexpected(key, "missing".to_owned(), "a text"))
    };
    let names = |key: &'static str| {
        let text = text(key)?;
        serde_json::from_str::<Vec<String>>(&text).map_err(|_| unexpected(key, text, "a list of names"))
    };

    let version = text(KEY_SCHEMA_VERSION)?;
    if version != SCHEMA_VERSION {
        return Err(unexpected(KEY_SCHEMA_VERSION, version, SCHEMA_VERSION));
    }
    let seed = text(KEY_SEED)?;
    Ok(Meta {
        run_id: text(KEY_RUN_ID)?,
        seed: seed.parse().map_err(|_| unexpected(KEY_SEED, seed.clone(), "a number"))?,
        scenario_hash: text(KEY_SCENARIO_HASH)?,
        engine_version: text(KEY_ENGINE_VERSION)?,
        attributes: names(KEY_ATTRIBUTES)?,
        apps: names(KEY_APPS)?,
    })
}
