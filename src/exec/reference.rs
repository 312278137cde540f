//! The reference engine: the plainest evaluation of a plan, cell by cell, in f64 with the
//! platform's mathematics. Slow, and short enough to be believed by reading; every other engine is
//! checked against it.
//!
//! Takes a plan; gives a job. Must not know the other engines.

use std::time::Instant;

use super::setup::{Recipe, SetUp};
use super::{
    Cells, Column, Engine, EngineLabel, ExecError, Job, RunStats, Sink, Start, TileOutput,
    check_cells, check_lists,
};
use crate::ir::{Block, Environment, Literal, Passes, Slot, Type, evaluate_into};
use crate::plan::{Layout, Output, Plan, SlotInfo};

/// The engine. It needs nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReferenceEngine;

impl Engine for ReferenceEngine {
    /// None: whoever compares an engine with the reference checks the passes, too.
    fn passes(&self) -> Passes {
        Passes::NONE
    }

    fn describe(&self) -> String {
        "reference, f64, one thread".into()
    }

    fn label(&self) -> EngineLabel {
        EngineLabel {
            name: "reference".into(),
            precision: "f64".into(),
            adapter: None,
        }
    }

    fn prepare(&self, plan: &Plan) -> Result<Box<dyn Job>, ExecError> {
        check_lists(plan, 1, size_of::<Literal>() as u64)?;
        let tables = plan
            .layout()
            .tables
            .iter()
            .map(|t| t.values.clone())
            .collect();
        Ok(Box::new(ReferenceJob {
            plan: plan.clone(),
            tables,
            carried: Vec::new(),
        }))
    }
}

/// Cells handed over at once: enough to make the hand-over cheap, few enough to report progress.
const TILE_CELLS: u64 = 1024;

struct ReferenceJob {
    plan: Plan,
    tables: Vec<Vec<f64>>,
    /// States of each cell at the end of the last run.
    carried: Vec<Vec<Literal>>,
}

impl Job for ReferenceJob {
    fn tile_cells(&self) -> u64 {
        TILE_CELLS.min(self.plan.limits().tile_cells)
    }

    fn run(
        &mut self,
        cells: &Cells,
        start: Start,
        sink: &mut dyn Sink,
    ) -> Result<RunStats, ExecError> {
        check_cells(&self.plan, cells, self.tile_cells())?;
        if start == Start::Carry && self.carried.len() != cells.n {
            return Err(ExecError::Misuse(
                "there are no states of these cells to carry on from".into(),
            ));
        }
        let begin = Instant::now();
        let recipe = Recipe::of(&self.plan);
        let set_up = recipe.set_up(cells);
        let mut ends = Vec::with_capacity(cells.n);
        let n_steps = u64::from(self.plan.schedule().n_steps);
        for index in 0..cells.n {
            let mut cell = self.initial(&set_up, index);
            if start == Start::Carry {
                cell.memory.states.clone_from(&self.carried[index]);
            }
            for step in 0..self.plan.schedule().n_steps {
                cell.advance(&self.plan, &self.tables, step);
            }
            ends.push(cell);
            if sink.progress((index as u64 + 1) * n_steps).is_break() {
                return Err(ExecError::Interrupted);
            }
        }
        self.carried = ends.iter().map(|cell| cell.memory.states.clone()).collect();
        sink.tile(output(&self.plan, cells, &ends))
            .map_err(ExecError::Sink)?;
        let run_s = begin.elapsed().as_secs_f64();
        Ok(RunStats {
            cell_steps: cells.n as u64 * n_steps,
            run_s,
            ..RunStats::default()
        })
    }
}

impl ReferenceJob {
    fn initial(&self, set_up: &SetUp, index: usize) -> CellState {
        let mut memory = Memory::of(self.plan.layout());
        for &(slot, _) in &self.plan.setup().stores {
            let column = set_up.column(slot);
            let value = column.and_then(|column| column.at(index));
            if let (Some(entry), Some(value)) = (memory.entry(slot), value) {
                *entry = value;
            }
        }
        let streams = self
            .plan
            .layout()
            .streams
            .iter()
            .map(|s| vec![zero(s.ty); s.capacity as usize])
            .collect();
        CellState {
            memory,
            streams,
            values: Vec::new(),
        }
    }
}

fn zero(ty: Type) -> Literal {
    match ty {
        Type::Float => Literal::Float(0.0),
        Type::U32 => Literal::U32(0),
        Type::Bool => Literal::Bool(false),
    }
}

/// The slots of one cell, by kind and number.
struct Memory {
    derived: Vec<Literal>,
    states: Vec<Literal>,
    accums: Vec<Literal>,
    temps: Vec<Literal>,
    uniforms: Vec<Literal>,
}

impl Memory {
    fn of(layout: &Layout) -> Memory {
        let zeros = |infos: &[SlotInfo]| infos.iter().map(|info| zero(info.ty)).collect();
        Memory {
            derived: zeros(&layout.derived),
            states: zeros(&layout.states),
            accums: zeros(&layout.accums),
            temps: zeros(&layout.temps),
            uniforms: zeros(&layout.uniforms),
        }
    }

    fn value(&self, slot: Slot) -> Option<Literal> {
        let (kind, i) = match slot {
            Slot::Derived(i) => (&self.derived, i),
            Slot::State(i) => (&self.states, i),
            Slot::Accum(i) => (&self.accums, i),
            Slot::Temp(i) => (&self.temps, i),
            Slot::Uniform(i) => (&self.uniforms, i),
            Slot::Param(_) | Slot::Input(_) | Slot::Noise(_) | Slot::Time => return None,
        };
        kind.get(usize::from(i)).copied()
    }

    fn entry(&mut self, slot: Slot) -> Option<&mut Literal> {
        let (kind, i) = match slot {
            Slot::Derived(i) => (&mut self.derived, i),
            Slot::State(i) => (&mut self.states, i),
            Slot::Accum(i) => (&mut self.accums, i),
            Slot::Temp(i) => (&mut self.temps, i),
            Slot::Uniform(i) => (&mut self.uniforms, i),
            Slot::Param(_) | Slot::Input(_) | Slot::Noise(_) | Slot::Time => return None,
        };
        kind.get_mut(usize::from(i))
    }
}

/// Everything that one cell holds, and the values of the block being run.
struct CellState {
    memory: Memory,
    streams: Vec<Vec<Literal>>,
    values: Vec<Literal>,
}

impl CellState {
    /// One step: the time block, then each block whose guard holds.
    fn advance(&mut self, plan: &Plan, tables: &[Vec<f64>], step: u32) {
        self.run(plan.time(), tables, step);
        for block in plan.step() {
            let holds = block
                .guard
                .is_none_or(|slot| self.memory.value(slot).is_some_and(Literal::truth));
            if holds {
                self.run(block, tables, step);
            }
        }
    }

    fn run(&mut self, block: &Block, tables: &[Vec<f64>], step: u32) {
        let load = |slot: Slot| self.memory.value(slot);
        evaluate_into(
            block,
            &Environment {
                load: &load,
                step,
                tables,
            },
            &mut self.values,
        );
        for &(slot, value) in &block.stores {
            if let Some(entry) = self.memory.entry(slot) {
                *entry = self.values[value.index()];
            }
        }
        for s in &block.store_ats {
            let stream = &mut self.streams[usize::from(s.stream)];
            if let Literal::U32(index) = self.values[s.index.index()]
                && let Some(entry) = stream.get_mut(index as usize)
            {
                *entry = self.values[s.value.index()];
            }
        }
    }

    fn is_finite(&self) -> bool {
        self.memory
            .states
            .iter()
            .all(|value| value.float().is_none_or(f64::is_finite))
    }
}

fn output(plan: &Plan, cells: &Cells, ends: &[CellState]) -> TileOutput {
    let columns = plan.outputs().iter().map(|output| match *output {
        Output::Slot(slot) => {
            let ty = plan.layout().types().of(slot).unwrap_or(Type::Float);
            column(
                ty,
                ends.iter()
                    .map(|c| c.memory.value(slot).unwrap_or(zero(ty))),
            )
        }
        Output::Stream(i) => {
            let i = usize::from(i);
            column(
                plan.layout().streams[i].ty,
                ends.iter().flat_map(|c| c.streams[i].iter().copied()),
            )
        }
    });
    TileOutput {
        first: cells.first,
        n: cells.n,
        columns: columns.collect(),
        non_finite: ends.iter().map(|c| !c.is_finite()).collect(),
    }
}

fn column(ty: Type, values: impl Iterator<Item = Literal>) -> Column {
    match ty {
        Type::Float => Column::Float(values.map(Literal::as_f64).collect()),
        Type::U32 | Type::Bool => Column::U32(
            values
                .map(|value| match value {
                    Literal::U32(n) => n,
                    Literal::Bool(b) => u32::from(b),
                    Literal::Float(_) => 0,
                })
                .collect(),
        ),
    }
}
