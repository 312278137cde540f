//! `run.json`: what was run, on what, how fast, and how it ended.
//!
//! Takes plain facts from a protocol, gives JSON and a file. Must not know engines, models or
//! devices beyond their names. Keys with a unit are written as in tables, `dt [ms]`.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::table::{Existing, FileError, Schema, write_whole};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All cells, all steps; the tables bear their final names.
    Complete,
    /// Stopped by the user; the tables are partial.
    Interrupted,
    /// Stopped by an error; the tables are partial.
    Failed,
}

impl Status {
    /// The word in the file.
    pub fn name(self) -> &'static str {
        match self {
            Status::Complete => "complete",
            Status::Interrupted => "interrupted",
            Status::Failed => "failed",
        }
    }
}

/// The device an engine ran on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adapter {
    /// Its name, as the driver gives it.
    pub name: String,
    /// The driver and its version.
    pub driver: String,
}

/// Where the time went, in seconds of the wall clock.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Times {
    /// Until the engine was ready, in s.
    pub compile: f64,
    /// Bringing cells to the device, in s.
    pub upload: f64,
    /// Stepping, in s.
    pub run: f64,
    /// Bringing results from the device, in s.
    pub readback: f64,
    /// Writing files, in s.
    pub write: f64,
}

/// One axis of the grid.
#[derive(Clone, Debug, PartialEq)]
pub struct AxisSummary {
    /// What varies.
    pub name: String,
    /// Its unit; empty if dimensionless.
    pub unit: String,
    /// Number of values.
    pub n: u64,
    /// First value, in `unit`.
    pub first: f64,
    /// Last value, in `unit`.
    pub last: f64,
}

/// All that `run.json` says.
#[derive(Clone, Debug, PartialEq)]
pub struct RunReport {
    /// How the run ended.
    pub status: Status,
    /// Name of the model.
    pub model: String,
    /// Its text; the file has its hash, too.
    pub model_text: String,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Step, in ms.
    pub dt: f64,
    /// Steps of each cell.
    pub n_steps: u64,
    /// Simulated time of each cell, in ms.
    pub duration: f64,
    /// Name of the integration method.
    pub method: String,
    /// Name of the engine.
    pub engine: String,
    /// The device, where the engine has one.
    pub adapter: Option<Adapter>,
    /// Floating-point type, `f32` or `f64`.
    pub precision: String,
    /// The shape in which a GPU's kernel was launched, in words.
    pub launch: Option<String>,
    /// Where the time went.
    pub times: Times,
    /// Cells of the grid.
    pub n_cells: u64,
    /// Cells that ended with a value that is no finite number.
    pub n_non_finite: u64,
    /// Spikes that found no room in the record.
    pub n_dropped_spikes: u64,
    /// Steps of all cells done, which an interruption makes fewer than cells times steps.
    pub n_cell_steps: u64,
    /// The axes of the grid, the last running fastest.
    pub axes: Vec<AxisSummary>,
    /// Names of the files written, as they are named at the end.
    pub files: Vec<String>,
}

impl RunReport {
    /// Cell-steps per second of stepping; `None` if no time was measured.
    pub fn cell_steps_per_s(&self) -> Option<f64> {
        (self.times.run > 0.0).then(|| self.n_cell_steps as f64 / self.times.run)
    }

    /// The report as JSON text with a newline at its end. Numbers that are not finite and facts
    /// that do not exist are `null`.
    pub fn to_json(&self) -> String {
        format!("{:#}\n", self.value())
    }

    /// What a file of a table says of itself, where its format has a place for it: as `run.json`
    /// the report without what differs from run to run of the same experiment (times, the shape of a launch, and files),
    /// and as `units` the unit of each column of `schema` that has one, by its header.
    pub fn facts(&self, schema: &Schema) -> Vec<(String, String)> {
        let mut report = self.value();
        if let Some(report) = report.as_object_mut() {
            for name in ["times", "cell_steps_per_s", "launch", "files"] {
                report.shift_remove(name);
            }
            if let Some(counts) = report.get_mut("counts").and_then(Value::as_object_mut) {
                counts.shift_remove("cell_steps");
            }
        }
        let columns = schema.columns.iter().filter(|spec| !spec.unit.is_empty());
        let units: Map<String, Value> = columns
            .map(|spec| (spec.header(), json!(spec.unit)))
            .collect();
        vec![
            ("run.json".to_string(), report.to_string()),
            ("units".to_string(), Value::Object(units).to_string()),
        ]
    }

    fn value(&self) -> Value {
        let adapter = self.adapter.as_ref();
        json!({
            "program": env!("CARGO_PKG_NAME"),
            "version": env!("CARGO_PKG_VERSION"),
            "status": self.status.name(),
            "model": self.model,
            "model_hash": text_hash(&self.model_text),
            "seed": self.seed,
            "dt [ms]": self.dt,
            "n_steps": self.n_steps,
            "duration [ms]": self.duration,
            "method": self.method,
            "engine": self.engine,
            "adapter": adapter.map(|adapter| &adapter.name),
            "driver": adapter.map(|adapter| &adapter.driver),
            "precision": self.precision,
            "launch": self.launch,
            "times": {
                "compile [s]": self.times.compile,
                "upload [s]": self.times.upload,
                "run [s]": self.times.run,
                "readback [s]": self.times.readback,
                "write [s]": self.times.write,
            },
            "counts": {
                "cells": self.n_cells,
                "non_finite": self.n_non_finite,
                "dropped_spikes": self.n_dropped_spikes,
                "cell_steps": self.n_cell_steps,
            },
            "cell_steps_per_s": self.cell_steps_per_s(),
            "axes": self.axes.iter().map(axis).collect::<Vec<Value>>(),
            "files": self.files,
            "model_text": self.model_text,
        })
    }

    /// Writes the report to `path`, whole or not at all.
    ///
    /// # Errors
    /// [`FileError`] if the file exists and `existing` refuses that, or it cannot be written.
    pub fn write(&self, path: &Path, existing: Existing) -> Result<(), FileError> {
        write_whole(path, self.to_json().as_bytes(), existing)
    }
}

fn axis(axis: &AxisSummary) -> Value {
    let mut map = Map::new();
    map.insert("name".to_string(), json!(axis.name));
    map.insert("unit".to_string(), json!(axis.unit));
    map.insert("n".to_string(), json!(axis.n));
    map.insert("first".to_string(), json!(axis.first));
    map.insert("last".to_string(), json!(axis.last));
    Value::Object(map)
}

/// A hash that tells two model texts apart and never changes between versions or machines:
/// FNV-1a with 64 bits (Fowler, Noll & Vo, RFC 9923), as `fnv1a64:` and 16 hexadecimal digits.
/// It guards against mix-ups, not against forgery.
pub fn text_hash(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("fnv1a64:{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::ColumnSpec;

    fn report() -> RunReport {
        RunReport {
            status: Status::Complete,
            model: "lif".to_string(),
            model_text: "model lif\n# \"quoted\"\n".to_string(),
            seed: u64::MAX,
            dt: 0.01,
            n_steps: 100_000,
            duration: 1000.0,
            method: "exact".to_string(),
            engine: "cpu".to_string(),
            adapter: None,
            precision: "f32".to_string(),
            launch: None,
            times: Times {
                compile: 0.5,
                upload: 0.25,
                run: 2.0,
                readback: 0.0,
                write: f64::NAN,
            },
            n_cells: 51,
            n_non_finite: 0,
            n_dropped_spikes: 0,
            n_cell_steps: 5_100_000,
            axes: vec![AxisSummary {
                name: "I".to_string(),
                unit: "nA".to_string(),
                n: 51,
                first: 0.0,
                last: 2.0,
            }],
            files: vec!["fi.csv".to_string()],
        }
    }

    #[test]
    fn hashes_are_those_of_the_standard() {
        // Test vectors of the authors' reference code.
        assert_eq!(text_hash(""), "fnv1a64:cbf29ce484222325");
        assert_eq!(text_hash("a"), "fnv1a64:af63dc4c8601ec8c");
        assert_eq!(text_hash("foobar"), "fnv1a64:85944171f73967e8");
    }

    #[test]
    fn everything_is_found_in_the_json() {
        let json: Value = serde_json::from_str(&report().to_json()).expect("valid JSON");
        assert_eq!(json["status"], "complete");
        assert_eq!(json["seed"], u64::MAX);
        assert_eq!(json["dt [ms]"], 0.01);
        assert_eq!(json["adapter"], Value::Null);
        assert_eq!(json["times"]["run [s]"], 2.0);
        assert_eq!(json["times"]["write [s]"], Value::Null);
        assert_eq!(json["counts"]["cells"], 51);
        assert_eq!(json["cell_steps_per_s"], 2_550_000.0);
        assert_eq!(json["axes"][0]["unit"], "nA");
        assert_eq!(json["model_text"], report().model_text.as_str());
        assert_eq!(json["version"], env!("CARGO_PKG_VERSION"));
    }

    #[test]
    fn the_facts_of_a_table_are_the_same_for_every_run() {
        let schema = Schema {
            columns: vec![ColumnSpec::integer("cell"), ColumnSpec::float("rate", "Hz")],
        };
        let mut other = report();
        other.times.run = 9.0;
        other.launch = Some("workgroups of 64".to_string());
        other.n_cell_steps = 1;
        other.files.clear();
        let facts = report().facts(&schema);
        assert_eq!(facts, other.facts(&schema));
        let json: Value = serde_json::from_str(&facts[0].1).expect("valid JSON");
        assert_eq!(json["model_text"], report().model_text.as_str());
        assert_eq!(json["counts"]["cells"], 51);
        assert_eq!(facts[1], ("units".into(), "{\"rate [Hz]\":\"Hz\"}".into()));
    }

    #[test]
    fn devices_and_unmeasured_speeds_are_told_apart_from_zero() {
        let mut report = report();
        report.times.run = 0.0;
        report.adapter = Some(Adapter {
            name: "Card".to_string(),
            driver: "Driver 1.2".to_string(),
        });
        let json: Value = serde_json::from_str(&report.to_json()).expect("valid JSON");
        assert_eq!(json["cell_steps_per_s"], Value::Null);
        assert_eq!(
            (&json["adapter"], &json["driver"]),
            (&json!("Card"), &json!("Driver 1.2"))
        );
    }

    #[test]
    fn the_file_is_whole_and_replaced_only_when_told() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("run.json");
        report().write(&path, Existing::Refuse).expect("written");
        assert!(report().write(&path, Existing::Refuse).is_err());
        report().write(&path, Existing::Replace).expect("replaced");
        let text = std::fs::read_to_string(&path).expect("readable");
        assert_eq!(text, report().to_json());
        assert_eq!(
            std::fs::read_dir(folder.path()).expect("a folder").count(),
            1
        );
    }
}
