//! Facts as they are written down: `tests/facts/*.toml`.

use std::path::Path;

use super::oracle::{self, Oracle};

/// One entry: what is true of a model, where it is known from, and the experiment that shows it.
pub(super) struct Fact {
    /// The file, without its ending.
    pub(super) file: String,
    pub(super) what: String,
    pub(super) measure: String,
    /// For each cell the values: one, or the first spike times.
    pub(super) values: Vec<Vec<f64>>,
    /// The table that the values are from, and its cells.
    pub(super) oracle: Option<Oracle>,
    /// Spikes of each cell, where they are stated beside their times; of a threshold, how many.
    pub(super) spikes: Option<Vec<f64>>,
    pub(super) tolerance: Tolerance,
    pub(super) source: String,
    /// The engines it holds for, where rounding decides; else all.
    engines: Option<Vec<String>>,
    pub(super) experiment: toml::Table,
}

/// How far a value may be off: the sum of its parts.
#[derive(Clone, Copy)]
pub(super) struct Tolerance {
    pub(super) relative: f64,
    pub(super) absolute: f64,
    /// In ms for each second of a spike's time.
    pub(super) per_second: f64,
}

impl Tolerance {
    /// The error allowed for `value`.
    pub(super) fn of(self, value: f64, time: f64) -> f64 {
        self.absolute + self.relative * value.abs() + self.per_second * time / 1000.0
    }
}

impl Fact {
    pub(super) fn model(&self) -> &str {
        self.experiment["model"].as_str().unwrap()
    }

    pub(super) fn is_for(&self, engine: &str) -> bool {
        let only = self.engines.as_ref();
        only.is_none_or(|only| only.iter().any(|one| one == engine))
    }
}

/// All facts, in the order of their files.
pub(super) fn facts() -> Vec<Fact> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/facts");
    let entries = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    let mut all: Vec<Fact> = Vec::new();
    for path in files {
        let file = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let table: toml::Table = text.parse().unwrap_or_else(|e| panic!("{file}: {e}"));
        for entry in table["fact"].as_array().unwrap() {
            let fact = read(&file, entry.as_table().unwrap());
            assert!(
                !all.iter()
                    .any(|other| other.file == file && other.what == fact.what),
                "{file}: \"{}\" stands there twice",
                fact.what
            );
            all.push(fact);
        }
    }
    all
}

fn read(file: &str, entry: &toml::Table) -> Fact {
    const KEYS: [&str; 9] = [
        "what",
        "measure",
        "values",
        "table",
        "spikes",
        "tolerance",
        "source",
        "engines",
        "experiment",
    ];
    let text = |key: &str| entry[key].as_str().unwrap().to_owned();
    let known = |key: &&String| !KEYS.contains(&key.as_str());
    assert_eq!(entry.keys().find(known), None, "{file}: unknown");
    let allowed = entry["tolerance"].as_table().unwrap();
    let part = |key: &str| allowed.get(key).map_or(0.0, number);
    let measure = text("measure");
    let table = entry.get("table").map(|spec| spec.as_table().unwrap());
    assert_ne!(table.is_some(), entry.contains_key("values"), "{file}");
    let oracle = table.map(|spec| oracle::read(spec, measure == "spike_times"));
    let values = match &oracle {
        Some(oracle) => oracle.values.clone(),
        None => entry["values"]
            .as_array()
            .unwrap()
            .iter()
            .map(list)
            .collect(),
    };
    let whole = oracle.as_ref().filter(|oracle| oracle.is_complete);
    Fact {
        file: file.to_owned(),
        what: text("what"),
        measure,
        spikes: match whole {
            Some(_) => Some(values.iter().map(|times| times.len() as f64).collect()),
            None => entry.get("spikes").map(list),
        },
        values,
        oracle,
        tolerance: Tolerance {
            relative: part("relative"),
            absolute: part("absolute"),
            per_second: part("per_second"),
        },
        source: text("source"),
        engines: entry.get("engines").map(|names| {
            let names = names.as_array().unwrap().iter();
            names
                .map(|name| name.as_str().unwrap().to_owned())
                .collect()
        }),
        experiment: entry["experiment"].as_table().unwrap().clone(),
    }
}

/// A number, or a list of them.
fn list(value: &toml::Value) -> Vec<f64> {
    match value.as_array() {
        Some(values) => values.iter().map(number).collect(),
        None => vec![number(value)],
    }
}

fn number(value: &toml::Value) -> f64 {
    let float = value.as_float();
    #[allow(clippy::cast_precision_loss, reason = "small numbers of a text")]
    float
        .or_else(|| value.as_integer().map(|n| n as f64))
        .unwrap()
}
