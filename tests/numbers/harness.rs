//! Runs experiments on any engine and gives their numbers.

use rheobase::exec::cpu::{CpuEngine, Precision};
use rheobase::exec::gpu::{DeviceChoice, GpuEngine};
use rheobase::exec::reference::ReferenceEngine;
use rheobase::exec::{Cells, Column, Engine, Sink, Start, TileOutput};
use rheobase::experiment::{Experiment, FiOptions, fi};
use rheobase::integrate::METHODS;
use rheobase::model::{Model, library};
use rheobase::plan::{Compiled, Limits, Plan, compile, compile_with};
use rheobase::record::{Raw, Recorder, SpikeList};

/// An engine under test: one line to add another.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    /// Unit roundoff of its floating type, 2⁻²⁴ or 2⁻⁵³.
    pub(crate) roundoff: f64,
    pub(crate) make: fn() -> Option<Box<dyn Engine>>,
}

pub(crate) const SUBJECTS: &[Subject] = &[
    Subject {
        name: "cpu f32",
        roundoff: 5.96e-8,
        make: || cpu(Precision::F32),
    },
    Subject {
        name: "cpu f64",
        roundoff: 1.11e-16,
        make: || cpu(Precision::F64),
    },
    Subject {
        name: "gpu",
        roundoff: 5.96e-8,
        make: gpu,
    },
];

fn cpu(precision: Precision) -> Option<Box<dyn Engine>> {
    Some(Box::new(CpuEngine::new(precision).unwrap()))
}

/// A missing adapter is a failure where one is required, else reported.
fn gpu() -> Option<Box<dyn Engine>> {
    match GpuEngine::new(&DeviceChoice::Any) {
        Ok(engine) => Some(Box::new(engine)),
        Err(error) if std::env::var("RHEOBASE_GPU").as_deref() == Ok("require") => {
            panic!("RHEOBASE_GPU=require, and there is no adapter: {error}")
        }
        Err(error) => {
            println!("not run on a GPU: {error}");
            None
        }
    }
}

/// Every engine under test that is there.
pub(crate) fn engines() -> impl Iterator<Item = (&'static Subject, Box<dyn Engine>)> {
    SUBJECTS
        .iter()
        .filter_map(|subject| Some((subject, (subject.make)()?)))
}

/// Models of the library whose every method is tried on every engine: one of each kind. The others are
/// run on every engine for their facts.
const OF_EACH_KIND: [&str; 6] = [
    "hodgkin_huxley",
    "lif",
    "adex",
    "izhikevich",
    "izhikevich2007",
    "glif5",
];

/// The models of the suites: some of the library, and those that cover the rest of the language.
pub(crate) fn models() -> Vec<(String, String)> {
    let library = library::MODELS
        .iter()
        .filter(|m| OF_EACH_KIND.contains(&m.name))
        .map(|m| (m.name.to_owned(), m.text.to_owned()));
    let own = [
        ("escape", include_str!("../models/escape.eqn")),
        ("functions", include_str!("../models/functions.eqn")),
        (
            "fitzhugh_nagumo",
            include_str!("../models/fitzhugh_nagumo.eqn"),
        ),
        (
            "morris_lecar_example",
            include_str!("../../examples/morris_lecar.eqn"),
        ),
    ];
    library
        .chain(own.map(|(name, text)| (name.to_owned(), text.to_owned())))
        .collect()
}

pub(crate) fn model(name: &str) -> Model {
    let (name, text) = models().into_iter().find(|(n, _)| n == name).unwrap();
    Model::parse(&name, &text).unwrap().0
}

/// The experiment of `fi` with options as text: "from=1 to=3 n=5 set:g_Na=100 duration=20ms".
pub(crate) fn experiment(model: Model, options: &str, recorders: Vec<Recorder>) -> Experiment {
    let mut o = FiOptions::default();
    for word in options.split_whitespace() {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        let text = Some(value.to_owned());
        match key {
            "from" => o.from = text,
            "to" => o.to = text,
            "n" => o.n = value.parse().ok(),
            "dt" => o.dt = text,
            "method" => o.method = text,
            "duration" => o.duration = text,
            "skip" => o.skip = text,
            "settle" => o.settle = text,
            set => o
                .set
                .push(format!("{}={value}", set.strip_prefix("set:").unwrap())),
        }
    }
    let mut experiment = fi(model, &o).unwrap_or_else(|error| panic!("{error}"));
    experiment.recorders = recorders;
    experiment
}

/// The experiments of every model under every method that can step it.
pub(crate) fn every_method(options: &str, recorders: &[Recorder]) -> Vec<(String, Experiment)> {
    let mut all = Vec::new();
    for (name, text) in models() {
        for method in METHODS {
            let model = Model::parse(&name, &text).unwrap().0;
            let e = experiment(
                model,
                &format!("{options} method={}", method.name),
                recorders.to_vec(),
            );
            if compile(&e).is_ok() {
                all.push((format!("{name} by {}", method.name), e));
            }
        }
    }
    assert!(
        all.len() > 15,
        "few pairs of model and method: {}",
        all.len()
    );
    all
}

/// The columns of one recorder, over all cells.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct Run {
    pub(crate) columns: Vec<Column>,
    pub(crate) non_finite: Vec<bool>,
}

impl Sink for Run {
    fn tile(&mut self, output: TileOutput) -> Result<(), String> {
        assert_eq!(
            output.first as usize,
            self.non_finite.len(),
            "tiles come in order"
        );
        self.non_finite.extend(&output.non_finite);
        if self.columns.is_empty() {
            self.columns = output.columns;
            return Ok(());
        }
        for (all, more) in self.columns.iter_mut().zip(output.columns) {
            match (all, more) {
                (Column::Float(all), Column::Float(more)) => all.extend(more),
                (Column::U32(all), Column::U32(more)) => all.extend(more),
                _ => panic!("a column changed its type"),
            }
        }
        Ok(())
    }
}

/// Runs a plan for given parameter columns, in as many tiles as the engine wants.
pub(crate) fn run_plan(engine: &dyn Engine, plan: &Plan, params: &[Vec<f64>], n: usize) -> Run {
    let mut job = engine
        .prepare(plan)
        .unwrap_or_else(|error| panic!("{}: {error}", engine.describe()));
    let mut run = Run::default();
    let tile = usize::try_from(job.tile_cells())
        .unwrap_or(usize::MAX)
        .min(n);
    for first in (0..n).step_by(tile) {
        let end = n.min(first + tile);
        let cells = Cells {
            first: first as u64,
            n: end - first,
            params: params
                .iter()
                .map(|column| column[first..end].to_vec())
                .collect(),
        };
        job.run(&cells, Start::Initial, &mut run).unwrap();
    }
    run
}

/// Runs an experiment on its own grid.
pub(crate) fn run(engine: &dyn Engine, experiment: &Experiment) -> Run {
    run_with(engine, experiment, Limits::default())
}

pub(crate) fn run_with(engine: &dyn Engine, experiment: &Experiment, limits: Limits) -> Run {
    let Compiled { plan, .. } = compile_with(experiment, engine.passes()).unwrap();
    let n = experiment.grid.n_cells();
    run_plan(
        engine,
        &plan.with_limits(limits),
        &experiment.columns(0..n),
        n as usize,
    )
}

pub(crate) fn reference(experiment: &Experiment) -> Run {
    run(&ReferenceEngine, experiment)
}

pub(crate) fn floats(column: &Column) -> &[f64] {
    match column {
        Column::Float(values) => values,
        Column::U32(_) => panic!("integers"),
    }
}

pub(crate) fn integers(column: &Column) -> &[u32] {
    match column {
        Column::U32(values) => values,
        Column::Float(_) => panic!("floats"),
    }
}

/// Some outputs of a run, as the recorders read them.
pub(crate) fn raw(run: &Run, outputs: std::ops::Range<usize>) -> Vec<Raw<'_>> {
    let columns = run.columns[outputs].iter();
    columns
        .map(|column| match column {
            Column::Float(values) => Raw::Float(values),
            Column::U32(values) => Raw::U32(values),
        })
        .collect()
}

/// Spike times of each cell in steps, from the `spikes` recorder.
pub(crate) fn spike_trains(run: &Run) -> Vec<Vec<f64>> {
    assert_eq!(run.columns.len(), 3, "not the spikes recorder");
    let lists = SpikeList::read(&raw(run, 0..3));
    lists
        .into_iter()
        .enumerate()
        .map(|(cell, list)| {
            assert_eq!(list.dropped, 0, "cell {cell} has {} spikes", list.count);
            list.times
        })
        .collect()
}
