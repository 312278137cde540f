//! The CPU engine in small tiles, with faults put in.

use std::cell::Cell;
use std::rc::Rc;

use rheobase::exec::cpu::{CpuEngine, Precision};
use rheobase::exec::{
    Cells, Engine, EngineLabel, ExecError, Job, RunStats, Sink, Start, TileOutput,
};
use rheobase::plan::{Limits, Plan};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Nothing,
    /// More cells than these do not fit.
    Above(usize),
    /// This run of a tile, counted from 0, is lost on the device.
    Once(u32),
    /// Every run from this one on is.
    From(u32),
    /// This run is lost after half of its cells have been handed over.
    Halfway(u32),
    /// Cells whose number is a multiple of this are not finite.
    NonFinite(u64),
}

/// The engine.
pub(super) struct Faulty {
    inner: CpuEngine,
    tile_cells: u64,
    fault: Fault,
    /// Tiles run so far.
    pub(super) runs: Rc<Cell<u32>>,
    /// Tiles of these that were announced with the one before.
    pub(super) announced: Rc<Cell<u32>>,
}

impl Faulty {
    pub(super) fn new(tile_cells: u64, fault: Fault) -> Faulty {
        Faulty {
            inner: CpuEngine::new(Precision::F32).expect("there is a CPU"),
            tile_cells,
            fault,
            runs: Rc::default(),
            announced: Rc::default(),
        }
    }
}

impl Engine for Faulty {
    fn describe(&self) -> String {
        self.inner.describe()
    }

    fn label(&self) -> EngineLabel {
        self.inner.label()
    }

    fn prepare(&self, plan: &Plan) -> Result<Box<dyn Job>, ExecError> {
        let limits = Limits {
            tile_cells: self.tile_cells,
            ..*plan.limits()
        };
        Ok(Box::new(FaultyJob {
            inner: self.inner.prepare(&plan.with_limits(limits))?,
            fault: self.fault,
            runs: Rc::clone(&self.runs),
            announced: Rc::clone(&self.announced),
            next: None,
        }))
    }
}

struct FaultyJob {
    inner: Box<dyn Job>,
    fault: Fault,
    runs: Rc<Cell<u32>>,
    announced: Rc<Cell<u32>>,
    next: Option<Cells>,
}

impl Job for FaultyJob {
    fn tile_cells(&self) -> u64 {
        self.inner.tile_cells()
    }

    fn run(
        &mut self,
        cells: &Cells,
        start: Start,
        sink: &mut dyn Sink,
    ) -> Result<RunStats, ExecError> {
        let run = self.runs.replace(self.runs.get() + 1);
        let lost = || Err(ExecError::Device("the device is lost".into()));
        match self.fault {
            Fault::Above(most) if cells.n > most => {
                Err(ExecError::TooLarge("out of memory".into()))
            }
            Fault::Once(at) if run == at => lost(),
            Fault::From(at) if run >= at => lost(),
            Fault::Halfway(at) if run == at => {
                let half = Cells {
                    first: cells.first,
                    n: cells.n / 2,
                    params: cells
                        .params
                        .iter()
                        .map(|p| p[..cells.n / 2].to_vec())
                        .collect(),
                };
                self.inner.run(&half, start, sink)?;
                lost()
            }
            Fault::NonFinite(every) => self.inner.run(cells, start, &mut Spoil { sink, every }),
            _ => self.inner.run(cells, start, sink),
        }
    }

    fn run_before(
        &mut self,
        cells: &Cells,
        next: Option<&Cells>,
        sink: &mut dyn Sink,
    ) -> Result<RunStats, ExecError> {
        if let Some(announced) = std::mem::replace(&mut self.next, next.cloned()) {
            assert!(announced == *cells, "another tile was announced");
            self.announced.set(self.announced.get() + 1);
        }
        self.run(cells, Start::Initial, sink)
    }
}

struct Spoil<'a> {
    sink: &'a mut dyn Sink,
    every: u64,
}

impl Sink for Spoil<'_> {
    fn tile(&mut self, mut output: TileOutput) -> Result<(), String> {
        for (cell, lost) in (output.first..).zip(&mut output.non_finite) {
            *lost |= cell % self.every == 0;
        }
        self.sink.tile(output)
    }

    fn progress(&mut self, cell_steps: u64) -> std::ops::ControlFlow<()> {
        self.sink.progress(cell_steps)
    }
}
