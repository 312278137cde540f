//! A fact on one engine: its experiment is run, its measure taken and held against its values.

use rheobase::exec::Engine;
use rheobase::experiment::from_toml;
use rheobase::protocol::{Prepared, Results};
use toml::{Table, Value};

use super::oracle::Oracle;
use super::read::Fact;

/// What a fact comes to on one engine.
pub(super) struct Outcome {
    /// Of the value that is worst by its tolerance: what was found, and its error.
    pub(super) found: f64,
    pub(super) error: f64,
    /// The error allowed there.
    pub(super) allowed: f64,
    /// Why the fact is not met.
    pub(super) wrong: Option<String>,
}

pub(super) fn measure(fact: &Fact, engine: &dyn Engine) -> Outcome {
    let results = match run(fact, engine) {
        Ok(results) => results,
        Err(why) => return Outcome::failed(why),
    };
    let column = |name: &str| {
        results
            .values(name)
            .unwrap_or_else(|e| panic!("{}: {e}", fact.what))
    };
    let values = match fact.measure.as_str() {
        "spike_times" => return spike_times(fact, &results),
        "threshold" => return threshold(fact, &column("spike_count")),
        "last_ISI" => column("inv_last_ISI")
            .iter()
            .map(|rate| 1000.0 / rate)
            .collect(),
        "silent" => column("spike_count"),
        // Over all cells, which differ by their noise.
        "mean_rate" | "mean_ISI_CV" => {
            let all = column(fact.measure.strip_prefix("mean_").unwrap());
            vec![all.iter().sum::<f64>() / all.len() as f64]
        }
        course if course.ends_with("_trace") => match samples(fact, &results) {
            Ok(values) => values,
            Err(why) => return Outcome::failed(why),
        },
        other => column(other),
    };
    let expected: Vec<f64> = fact.values.iter().map(|one| one[0]).collect();
    if values.len() != expected.len() {
        return Outcome::failed(format!("{} found, not {}", values.len(), expected.len()));
    }
    let pairs = values.iter().zip(&expected);
    worst(pairs.map(|(&found, &value)| (found, value, fact.tolerance.of(value, 0.0))))
}

/// The experiment of the fact with the recorder that its measure needs.
fn run(fact: &Fact, engine: &dyn Engine) -> Result<Results, String> {
    let mut experiment = fact.experiment.clone();
    let folder = tempfile::tempdir().unwrap();
    if let Some(cells) = fact.oracle.as_ref().and_then(Oracle::axis) {
        std::fs::write(folder.path().join("cells.csv"), cells).unwrap();
        let axis = Table::from_iter([("cells".to_owned(), Value::String("cells.csv".into()))]);
        experiment.insert("sweep".into(), Value::Table(axis));
    }
    if fact.measure == "threshold" {
        let value = fact.values[0][0];
        let off = fact.tolerance.of(value, 0.0);
        let input = experiment["stimulus"]
            .as_table()
            .unwrap()
            .keys()
            .next()
            .unwrap()
            .clone();
        let both = Value::Array(vec![Value::Float(value - off), Value::Float(value + off)]);
        let sweep = Table::from_iter([(format!("{input}.amplitude"), both)]);
        experiment.insert("sweep".into(), Value::Table(sweep));
    }
    experiment.insert("record".into(), Value::Table(recorders(fact)));
    let text = experiment.to_string();
    let experiment =
        from_toml(&fact.what, &text, folder.path()).map_err(|e| format!("{e}\n{text}"))?;
    let mut prepared = Prepared::new(&experiment, engine).map_err(|e| e.to_string())?;
    prepared.run().map_err(|e| e.to_string())
}

fn recorders(fact: &Fact) -> Table {
    let names = |names: &[&str]| {
        let texts = names.iter().map(|name| Value::String((*name).to_owned()));
        Value::Array(texts.collect())
    };
    let features = |columns: &[&str]| ("features".to_owned(), names(columns));
    Table::from_iter(match fact.measure.as_str() {
        "rate" => vec![features(&["spike_count", "rate"])],
        "last_ISI" => vec![features(&["inv_last_ISI"])],
        "mean_rate" => vec![features(&["rate"])],
        "mean_ISI_CV" => vec![features(&["ISI_CV"])],
        "spike_times" => {
            let most = fact.values.iter().map(Vec::len).max().unwrap_or(0) + 1;
            let capacity = Value::Integer(i64::try_from(most).unwrap());
            let spikes = Table::from_iter([("capacity".to_owned(), capacity)]);
            vec![
                features(&["spike_count"]),
                ("spikes".into(), Value::Table(spikes)),
            ]
        }
        other => match other.rsplit_once('_') {
            Some((name, "min" | "max" | "mean")) => vec![("statistics".into(), names(&[name]))],
            Some((_, "end")) => vec![("final_state".into(), Value::Boolean(true))],
            Some((name, "trace")) => {
                let every = ("every".to_owned(), fact.experiment["dt"].clone());
                let trace = Table::from_iter([("variables".to_owned(), names(&[name])), every]);
                vec![("trace".into(), Value::Table(trace))]
            }
            _ => vec![features(&["spike_count"])],
        },
    })
}

/// The samples of the one cell at the times of the table.
fn samples(fact: &Fact, results: &Results) -> Result<Vec<f64>, String> {
    let trace = |name: &str| results.trace(0, name).map_err(|e| e.to_string());
    let (times, values) = (
        trace("time")?,
        trace(fact.measure.trim_end_matches("_trace"))?,
    );
    let due = fact.oracle.iter().flat_map(|oracle| &oracle.times);
    due.map(|due| {
        let sample = times.partition_point(|time| *time < due - 1e-6);
        let found = times.get(sample).filter(|time| **time < due + 1e-6);
        found
            .map(|_| values[sample])
            .ok_or_else(|| format!("no sample at {due} ms"))
    })
    .collect()
}

/// The first spikes of each cell, and how many there are.
fn spike_times(fact: &Fact, results: &Results) -> Outcome {
    let cells = results.table.n_rows();
    if cells != fact.values.len() {
        return Outcome::failed(format!("{cells} cells, {} lists", fact.values.len()));
    }
    let mut pairs = Vec::new();
    for (cell, expected) in fact.values.iter().enumerate() {
        let found = results.spike_times(cell as u64);
        if found.len() < expected.len() {
            return Outcome::failed(format!("cell {cell} has {} spikes: {found:?}", found.len()));
        }
        for (&found, &time) in found.iter().zip(expected) {
            pairs.push((found, time, fact.tolerance.of(time, time)));
        }
    }
    let counts = results.values("spike_count").unwrap();
    let mut outcome = worst(pairs.into_iter());
    if let Some(spikes) = fact.spikes.as_ref().filter(|spikes| **spikes != counts) {
        outcome.wrong = Some(format!("{counts:?} spikes, not {spikes:?}"));
    }
    outcome
}

/// Fewer spikes than stated just below, and as many just above.
fn threshold(fact: &Fact, counts: &[f64]) -> Outcome {
    let value = fact.values[0][0];
    let allowed = fact.tolerance.of(value, 0.0);
    let spikes = fact.spikes.as_ref().map_or(1.0, |spikes| spikes[0]);
    let met = counts[0] < spikes && spikes <= counts[1];
    Outcome {
        found: value,
        error: allowed,
        allowed,
        wrong: (!met).then(|| format!("{} spikes below, {} above", counts[0], counts[1])),
    }
}

/// The worst of (found, stated, allowed). Nothing found is never good.
fn worst(all: impl Iterator<Item = (f64, f64, f64)>) -> Outcome {
    let ratio = |&(found, stated, allowed): &(f64, f64, f64)| {
        let error = (found - stated).abs();
        if error.is_nan() {
            f64::INFINITY
        } else if error == 0.0 {
            0.0
        } else {
            error / allowed
        }
    };
    let worst = all.max_by(|a, b| ratio(a).total_cmp(&ratio(b)));
    let Some(worst) = worst else {
        return Outcome {
            found: 0.0,
            error: 0.0,
            allowed: 0.0,
            wrong: None,
        };
    };
    let (found, stated, allowed) = worst;
    // The last bit of a sum of tolerances is no difference.
    let good = ratio(&worst) <= 1.0 + 1e-9;
    Outcome {
        found,
        error: (found - stated).abs(),
        allowed,
        wrong: (!good).then(|| format!("{found}, not {stated} within {allowed}")),
    }
}

impl Outcome {
    fn failed(why: String) -> Outcome {
        Outcome {
            found: f64::NAN,
            error: f64::NAN,
            allowed: 0.0,
            wrong: Some(why),
        }
    }
}
