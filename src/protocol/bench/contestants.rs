//! Which engines run, and how: the CPU engine on one thread and on all, every adapter, and the
//! reference on a few cells.

use crate::exec::cpu::{CpuEngine, Precision};
use crate::exec::gpu::{DeviceChoice, GpuEngine, adapters, missing};
use crate::exec::reference::ReferenceEngine;
use crate::exec::{Engine, ExecError, Job};
use crate::plan::{Limits, Plan};

/// An engine as it is measured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contestant {
    /// Its name in tables and pictures.
    pub label: String,
    /// All that is known of it, in a line.
    pub describe: String,
    /// What computes.
    pub kind: Kind,
}

/// What computes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// The CPU engine.
    #[default]
    Cpu,
    /// A GPU.
    Gpu,
    /// A software driver, which pretends to be a GPU.
    Software,
    /// The reference, which runs a few of the cells only.
    Reference,
}

impl Kind {
    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Cpu => "cpu",
            Kind::Gpu => "gpu",
            Kind::Software => "software",
            Kind::Reference => "reference",
        }
    }
}

/// A contestant with its engine.
pub(super) struct Entry {
    pub(super) contestant: Contestant,
    engine: Box<dyn Engine>,
    threads: usize,
}

/// Cells that the reference runs of each number of cells.
const REFERENCE_CELLS: u64 = 16;

/// All that can run here, and notes on what cannot.
pub(super) fn contestants(precision: Precision) -> Result<(Vec<Entry>, Vec<String>), ExecError> {
    let mut entries = Vec::new();
    let mut notes = Vec::new();
    entries.extend(cpu(Precision::F32)?);
    if precision == Precision::F64 {
        entries.extend(cpu(Precision::F64)?);
    }
    let reports = adapters();
    for (index, report) in reports.iter().enumerate() {
        match GpuEngine::new(&DeviceChoice::Index(index)) {
            Ok(engine) => entries.push(Entry::new(
                Contestant {
                    label: short(&report.name, !report.hardware),
                    describe: engine.describe(),
                    kind: match report.hardware {
                        true => Kind::Gpu,
                        false => Kind::Software,
                    },
                },
                Box::new(engine),
                usize::MAX,
            )),
            Err(error) => notes.push(format!("left out: {error}")),
        }
    }
    if reports.is_empty() {
        notes.push(missing());
    }
    let label = Contestant {
        label: "reference".into(),
        describe: ReferenceEngine.describe(),
        kind: Kind::Reference,
    };
    entries.push(Entry::new(label, Box::new(ReferenceEngine), 1));
    Ok((entries, notes))
}

/// On one thread, and on all if there are more.
fn cpu(precision: Precision) -> Result<Vec<Entry>, ExecError> {
    let all = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut counts = vec![1, all];
    counts.dedup();
    let entry = |threads: usize| -> Result<Entry, ExecError> {
        let engine = CpuEngine::new(precision)?;
        let plural = if threads == 1 { "" } else { "s" };
        let label = format!("CPU {}, {threads} thread{plural}", precision.name());
        // The engine tells of all threads.
        let describe = engine.describe();
        let kind = describe.rsplit_once(", ").map_or("CPU", |(kind, _)| kind);
        let contestant = Contestant {
            describe: format!("{kind}, {threads} thread{plural}"),
            label,
            kind: Kind::Cpu,
        };
        Ok(Entry::new(contestant, Box::new(engine), threads))
    };
    counts.into_iter().map(entry).collect()
}

/// The name without what stands in brackets.
fn short(name: &str, software: bool) -> String {
    let name = name.split(" (").next().unwrap_or(name);
    if software {
        format!("{name} (software)")
    } else {
        name.to_owned()
    }
}

impl Entry {
    fn new(contestant: Contestant, engine: Box<dyn Engine>, threads: usize) -> Entry {
        Entry {
            contestant,
            engine,
            threads,
        }
    }

    /// How many of `n` cells it runs.
    pub(super) fn cells_of(&self, n: u64) -> u64 {
        if self.contestant.kind == Kind::Reference {
            n.min(REFERENCE_CELLS)
        } else {
            n
        }
    }

    pub(super) fn prepare(&self, plan: &Plan) -> Result<Box<dyn Job>, ExecError> {
        let limits = *plan.limits();
        self.engine.prepare(&plan.with_limits(Limits {
            threads: limits.threads.min(self.threads),
            ..limits
        }))
    }
}
