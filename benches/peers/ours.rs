//! Question: how fast does Rheobase step the cells that the rivals step?
//!
//! Takes the jobs of `benches/peers` on standard input, one JSON object a line, and answers each
//! with one line (the protocol: `benches/peers/README.md`). `peer count` records the spike count
//! alone; `peer features` records all that `fi` does. On the CPU, or with a second word `gpu` on the
//! first adapter.

use std::io::{BufRead, Write};
use std::time::Instant;

use rheobase::exec::cpu::Precision;
use rheobase::exec::{Cells, Column, Engine, EngineOptions, Job, Sink, Start, TileOutput, find};
use rheobase::experiment::{FiOptions, fi};
use rheobase::model::load;
use rheobase::plan::compile_with;
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What `prepare` asked for.
struct Work {
    request: Value,
    engine: Box<dyn Engine>,
    compiled: Option<(u64, Box<dyn Job>)>,
}

/// Keeps the first output, the spike count, of each cell.
#[derive(Default)]
struct Counts(Vec<u32>);

impl Sink for Counts {
    fn tile(&mut self, output: TileOutput) -> std::result::Result<(), String> {
        match output.columns.into_iter().next() {
            Some(Column::U32(counts)) => self.0.extend(counts),
            _ => return Err("the first output of the features is the spike count".into()),
        }
        Ok(())
    }
}

fn main() -> Result<()> {
    let features = match std::env::args().nth(1).as_deref() {
        Some("count") => vec!["spike_count".to_string()],
        Some("features") => Vec::new(),
        _ => return Err("usage: peer count|features [cpu|gpu]".into()),
    };
    let place = std::env::args().nth(2).unwrap_or_else(|| "cpu".into());
    let mut work = None;
    for line in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let answer = match request["op"].as_str() {
            Some("hello") => hello(&place)?,
            Some("prepare") => {
                let precision = match text(&request, "precision")? {
                    "f32" => Precision::F32,
                    _ => Precision::F64,
                };
                match engine(&place, precision) {
                    Ok(engine) => {
                        work = Some(Work {
                            request,
                            engine,
                            compiled: None,
                        });
                        json!({ "seconds": 0.0 })
                    }
                    Err(why) => json!({ "unsupported": why.to_string() }),
                }
            }
            Some("run") => match &mut work {
                Some(work) => run(work, &request, &features)?,
                None => return Err("run before prepare".into()),
            },
            other => return Err(format!("no operation {other:?}").into()),
        };
        println!("{answer}");
        std::io::stdout().flush()?;
    }
    Ok(())
}

fn engine(place: &str, precision: Precision) -> Result<Box<dyn Engine>> {
    let kind = find(place).ok_or_else(|| format!("there is no engine {place}"))?;
    let options = EngineOptions {
        precision,
        ..EngineOptions::default()
    };
    Ok((kind.make)(&options)?)
}

fn hello(place: &str) -> Result<Value> {
    let engine = engine(place, Precision::F32)?.describe();
    Ok(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "flags": format!("cargo build --release; {engine}"),
    }))
}

fn run(work: &mut Work, request: &Value, features: &[String]) -> Result<Value> {
    let steps = number(request, "steps")? as u64;
    let begin = Instant::now();
    if work.compiled.as_ref().is_none_or(|(n, _)| *n != steps) {
        work.compiled = None;
        let job = prepare(&work.request, work.engine.as_ref(), steps, features)?;
        work.compiled = Some((steps, job));
    }
    let compile = begin.elapsed().as_secs_f64();
    let Some((_, job)) = &mut work.compiled else {
        return Err("nothing is prepared".into());
    };
    let tiles = tiles(&work.request, job.tile_cells())?;
    let mut counts = Counts::default();
    let begin = Instant::now();
    for cells in &tiles {
        job.run(cells, Start::Initial, &mut counts)?;
    }
    let seconds = begin.elapsed().as_secs_f64();
    if let Some(path) = request["counts"].as_str() {
        let bytes: Vec<u8> = counts.0.iter().flat_map(|c| c.to_le_bytes()).collect();
        std::fs::write(path, bytes)?;
    }
    Ok(json!({ "seconds": seconds, "compile": compile }))
}

fn prepare(
    request: &Value,
    engine: &dyn Engine,
    steps: u64,
    features: &[String],
) -> Result<Box<dyn Job>> {
    let dt = number(request, "dt")?;
    let options = FiOptions {
        from: Some(number(request, "i_from")?.to_string()),
        to: Some(number(request, "i_to")?.to_string()),
        n: Some(number(request, "cells")? as u64),
        dt: Some(format!("{dt} ms")),
        method: Some(text(request, "method")?.into()),
        duration: Some(format!("{} ms", dt * steps as f64)),
        features: features.to_vec(),
        ..FiOptions::default()
    };
    let experiment = fi(load(text(request, "model")?)?, &options)?;
    let compiled = compile_with(&experiment, engine.passes())?;
    Ok(engine.prepare(&compiled.plan)?)
}

/// The cells of the whole run, tile by tile: currents equally spaced, as every contestant has them.
fn tiles(request: &Value, tile: u64) -> Result<Vec<Cells>> {
    let (from, to) = (number(request, "i_from")?, number(request, "i_to")?);
    let n = number(request, "cells")? as u64;
    let current = |k: u64| from + (to - from) * k as f64 / (n - 1) as f64;
    let cells = |first: u64| {
        let end = n.min(first.saturating_add(tile));
        Cells {
            first,
            n: (end - first) as usize,
            params: vec![(first..end).map(current).collect()],
        }
    };
    Ok((0..n).step_by(tile.min(n) as usize).map(cells).collect())
}

fn text<'a>(request: &'a Value, key: &str) -> Result<&'a str> {
    request[key]
        .as_str()
        .ok_or_else(|| format!("the job has no text '{key}'").into())
}

fn number(request: &Value, key: &str) -> Result<f64> {
    request[key]
        .as_f64()
        .ok_or_else(|| format!("the job has no number '{key}'").into())
}
