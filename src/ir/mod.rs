//! The middle: typed straight-line blocks, the only form in which a model reaches an engine.
//!
//! Takes expressions built through [`Builder`]; gives [`Block`]s that are folded, free of common
//! subexpressions and dead code, and checked ([`check`]). A block loads slots as they are when it
//! begins, computes, and stores all its results together when it ends. There is no control flow:
//! a choice is [`Op::Select`], and a whole block may carry a guard, whose meaning is a `Select` on
//! each of its stores (an engine may skip the block where no cell needs it).
//!
//! Must not know: models, units, files, devices. Numbers here are in the model's base units.
//!
//! | file | job |
//! |---|---|
//! | `op` | the operators: names, types, values in f64, derivatives |
//! | `build` | the builder: folding and common subexpressions on insertion |
//! | `simplify` | its rules: neutral elements, powers, reciprocals |
//! | `derive` | symbolic derivative, dependence on a slot |
//! | `pass` | dead code, inlining, dependence classes, hoisting |
//! | `passes` | the rewrites that make a step cheaper |
//! | `quotient` | whole quotients of integers |
//! | `guard` | guards that are the same for all cells |
//! | `sink` | what only guarded blocks need is worked out there |
//! | `check` | the checker: engines accept only checked blocks |
//! | `eval` | a block for one cell, in f64, with the platform's mathematics |
//! | `columns` | a block for many cells, operator by operator |
//! | `text` | the printed form of `rheobase show --ir` |

mod build;
mod check;
mod columns;
mod derive;
mod eval;
mod guard;
mod op;
mod pass;
mod passes;
mod quotient;
mod simplify;
mod sink;
mod text;

pub use build::Builder;
pub use check::{CheckError, SlotTypes, check};
pub use columns::{Values, evaluate_columns};
pub use derive::{depends_on, derivative};
pub use eval::{Environment, evaluate, evaluate_into};
pub use guard::guard_by_uniforms;
pub use op::{BinaryOp, CompareOp, Literal, UnaryOp};
pub use pass::{Class, OpCounts, classify, hoist_cell_level, hoist_time_level, remove_dead_code};
pub use passes::{PASSES, Pass, Passes};
pub use sink::sink_into_guarded;
pub use text::print;

/// The type of a value. `Float` is the engine's floating type: f32, or f64 where it has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    /// Floating point, in the engine's precision.
    Float,
    /// Unsigned 32-bit integer with wrapping arithmetic.
    U32,
    /// Truth value.
    Bool,
}

/// A value of a block: the index of the instruction that computes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Value(pub(crate) u32);

impl Value {
    /// The value that the instruction at `index` computes; blocks have fewer than 2³² of them.
    pub(crate) fn at(index: usize) -> Value {
        Value(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// Position of the defining instruction in [`Block::instrs`].
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A place where one number of a cell lives between blocks, steps or runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slot {
    /// A quantity that the grid varies; read by the set-up block only, in f64 on the host.
    Param(u16),
    /// Computed once per cell by the set-up block, read by the steps.
    Derived(u16),
    /// Part of the dynamical state: carried from step to step and, on request, from run to run.
    State(u16),
    /// Part of a recorder: carried from step to step, set anew at each run.
    Accum(u16),
    /// Set by one block of a step and read by later blocks of the same step.
    Temp(u16),
    /// The same for all cells: set once per step by the time block, read by the others.
    Uniform(u16),
    /// Placeholder inside a model's own blocks: the value of input `k`.
    Input(u16),
    /// Placeholder inside a model's own blocks: the value of noise `k`.
    Noise(u16),
    /// Placeholder inside a model's own blocks: time t, in ms, at the stage being evaluated.
    Time,
}

/// One instruction: an operator and the type of its result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Instr {
    /// What is computed.
    pub op: Op,
    /// Type of the result.
    pub ty: Type,
}

/// What an instruction computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// A literal.
    Const(Literal),
    /// A slot's value at the beginning of the block.
    Load(Slot),
    /// `u32`: number of the step being computed; the step leads from `step·dt` to `(step+1)·dt`.
    Step,
    /// Operator of one argument.
    Unary(UnaryOp, Value),
    /// Operator of two arguments of one type.
    Binary(BinaryOp, Value, Value),
    /// Comparison of two floats or two integers; NaN compares false, except under `Ne`.
    Compare(CompareOp, Value, Value),
    /// `yes` where `cond` holds, else `no`.
    Select {
        /// The condition, a bool.
        cond: Value,
        /// Result where it holds.
        yes: Value,
        /// Result where it does not.
        no: Value,
    },
    /// x + (a − r·x)·(1 − e⁻ʳ)/r, which is x + a at r = 0: where x' = a − r·x leads from x in a unit
    /// of time. What an exponential step does to a state, with `a` and `r` per step.
    Relax {
        /// Where it begins.
        x: Value,
        /// The rate at x = 0.
        a: Value,
        /// The rate of decay.
        r: Value,
    },
    /// `u32`: 23 random bits, the upper ones of [`crate::random::step_word`] for this cell and step.
    Random {
        /// Both halves of the cell's number, the low one first.
        cell: [Value; 2],
        /// Which of the cell's streams.
        stream: u32,
        /// Key of all streams.
        seed: u64,
    },
    /// Entry of a shared table of floats; an index past the end reads the last entry.
    LoadAt {
        /// Number of the table in the plan.
        table: u16,
        /// Position, a `u32`.
        index: Value,
    },
}

impl Op {
    /// The values that this operator reads.
    pub fn operands(&self) -> impl Iterator<Item = Value> + use<> {
        let list = match *self {
            Op::Const(_) | Op::Load(_) | Op::Step => [None; 3],
            Op::Unary(_, a) | Op::LoadAt { index: a, .. } => [Some(a), None, None],
            Op::Binary(_, a, b) | Op::Compare(_, a, b) => [Some(a), Some(b), None],
            Op::Select { cond, yes, no } => [Some(cond), Some(yes), Some(no)],
            Op::Relax { x, a, r } => [Some(x), Some(a), Some(r)],
            Op::Random { cell, .. } => [Some(cell[0]), Some(cell[1]), None],
        };
        list.into_iter().flatten()
    }

    /// The same operator with each operand replaced by `f` of it.
    #[must_use]
    pub fn map_operands(&self, mut f: impl FnMut(Value) -> Value) -> Op {
        match *self {
            Op::Const(_) | Op::Load(_) | Op::Step => *self,
            Op::Unary(op, a) => Op::Unary(op, f(a)),
            Op::LoadAt { table, index } => Op::LoadAt {
                table,
                index: f(index),
            },
            Op::Binary(op, a, b) => Op::Binary(op, f(a), f(b)),
            Op::Compare(op, a, b) => Op::Compare(op, f(a), f(b)),
            Op::Select { cond, yes, no } => Op::Select {
                cond: f(cond),
                yes: f(yes),
                no: f(no),
            },
            Op::Relax { x, a, r } => Op::Relax {
                x: f(x),
                a: f(a),
                r: f(r),
            },
            Op::Random { cell, stream, seed } => Op::Random {
                cell: cell.map(f),
                stream,
                seed,
            },
        }
    }
}

/// A write into a cell's stream (a list with a fixed capacity, such as its spike times).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StoreAt {
    /// Number of the stream in the plan.
    pub stream: u16,
    /// Position in the stream, a `u32`; a write past the capacity is dropped.
    pub index: Value,
    /// What is written; of the stream's type.
    pub value: Value,
}

/// Straight-line code. Loads see the slots as they are at its beginning; stores happen together
/// at its end.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Block {
    /// What the block is for, in a word or two ("integrate", "reset").
    pub label: &'static str,
    /// A bool slot ([`Slot::Temp`] or [`Slot::Uniform`]); without it the block always runs.
    pub guard: Option<Slot>,
    /// Instructions; operands always come before their uses.
    pub instrs: Vec<Instr>,
    /// Writes to slots, each slot at most once.
    pub stores: Vec<(Slot, Value)>,
    /// Writes to streams.
    pub store_ats: Vec<StoreAt>,
}

impl Block {
    /// The type of a value of this block.
    #[must_use]
    pub fn type_of(&self, value: Value) -> Type {
        self.instrs[value.index()].ty
    }

    /// All values that leave the block.
    pub fn results(&self) -> impl Iterator<Item = Value> + '_ {
        let stored = self.stores.iter().map(|&(_, value)| value);
        let listed = self.store_ats.iter().flat_map(|s| [s.index, s.value]);
        stored.chain(listed)
    }

    /// How often each value is read, by instructions and as a result of the block.
    #[must_use]
    pub fn uses(&self) -> Vec<usize> {
        let mut uses = vec![0; self.instrs.len()];
        let operands = self.instrs.iter().flat_map(|instr| instr.op.operands());
        for value in operands.chain(self.results()) {
            uses[value.index()] += 1;
        }
        uses
    }

    /// Is `v` made of products and sums of states alone, as the conductance of a membrane is? Such a decay is
    /// longer during a spike than that of a gate. Where a relaxation leads is a state.
    #[must_use]
    pub fn is_conductance(&self, v: Value) -> bool {
        let (mut open, mut seen) = (vec![v], vec![false; self.instrs.len()]);
        let mut has_state = false;
        while let Some(v) = open.pop() {
            if std::mem::replace(&mut seen[v.index()], true) {
                continue;
            }
            match self.instrs[v.index()].op {
                Op::Load(Slot::State(_)) | Op::Relax { .. } => has_state = true,
                Op::Const(_) | Op::Load(Slot::Derived(_)) => {}
                Op::Binary(BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul, x, y) => {
                    open.extend([x, y]);
                }
                _ => return false,
            }
        }
        has_state
    }

    /// All slots that the block loads, each once, in order of first use.
    #[must_use]
    pub fn loads(&self) -> Vec<Slot> {
        let mut slots = Vec::new();
        for instr in &self.instrs {
            if let Op::Load(slot) = instr.op
                && !slots.contains(&slot)
            {
                slots.push(slot);
            }
        }
        slots
    }

    /// The value stored into `slot`, if the block stores it.
    #[must_use]
    pub fn stored(&self, slot: Slot) -> Option<Value> {
        self.stores
            .iter()
            .find(|(s, _)| *s == slot)
            .map(|&(_, v)| v)
    }
}
