//! Passes over whole blocks: dead code, dependence classes, hoisting.
//!
//! Takes checked blocks; gives blocks with the same meaning. Must not know which engine runs them.

use std::collections::HashMap;

use super::{Block, Builder, Op, Slot, StoreAt, Type, UnaryOp, Value};

/// What a value depends on, from least to most: each class is computed once at its own level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The run alone: a literal.
    Run,
    /// The step number: the same for all cells.
    Time,
    /// The cell's parameters: the same for all steps.
    Cell,
    /// The cell and the step.
    Step,
}

impl Class {
    fn join(self, other: Class) -> Class {
        match (self, other) {
            (Class::Time, Class::Cell) | (Class::Cell, Class::Time) => Class::Step,
            _ => self.max(other),
        }
    }

    /// Name in the printed form.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Class::Run => "run",
            Class::Time => "time",
            Class::Cell => "cell",
            Class::Step => "step",
        }
    }
}

/// The class of each value of `block`.
#[must_use]
pub fn classify(block: &Block) -> Vec<Class> {
    let mut classes: Vec<Class> = Vec::with_capacity(block.instrs.len());
    for instr in &block.instrs {
        let own = match instr.op {
            Op::Step | Op::Load(Slot::Uniform(_) | Slot::Time) => Class::Time,
            Op::Load(Slot::Param(_) | Slot::Derived(_)) => Class::Cell,
            Op::Load(Slot::State(_) | Slot::Accum(_) | Slot::Temp(_) | Slot::Input(_)) => {
                Class::Step
            }
            Op::Load(Slot::Noise(_)) | Op::Random { .. } => Class::Step,
            Op::Const(_)
            | Op::Unary(..)
            | Op::Binary(..)
            | Op::Compare(..)
            | Op::Select { .. }
            | Op::Relax { .. }
            | Op::LoadAt { .. } => Class::Run,
        };
        let class = instr
            .op
            .operands()
            .fold(own, |class, v| class.join(classes[v.index()]));
        classes.push(class);
    }
    classes
}

/// `block` without the instructions whose values do not leave it.
#[must_use]
pub fn remove_dead_code(block: &Block) -> Block {
    let mut needed = vec![false; block.instrs.len()];
    for value in block.results() {
        needed[value.index()] = true;
    }
    for index in (0..block.instrs.len()).rev() {
        if needed[index] {
            for operand in block.instrs[index].op.operands() {
                needed[operand.index()] = true;
            }
        }
    }
    let mut moved: Vec<Value> = Vec::with_capacity(block.instrs.len());
    let mut instrs = Vec::new();
    for (instr, &needed) in block.instrs.iter().zip(&needed) {
        #[expect(clippy::cast_possible_truncation, reason = "bounded by memory")]
        moved.push(Value(instrs.len() as u32));
        if needed {
            let op = instr.op.map_operands(|v| moved[v.index()]);
            instrs.push(super::Instr { op, ty: instr.ty });
        }
    }
    let stores = block
        .stores
        .iter()
        .map(|&(slot, v)| (slot, moved[v.index()]))
        .collect();
    let store_ats = block
        .store_ats
        .iter()
        .map(|s| StoreAt {
            stream: s.stream,
            index: moved[s.index.index()],
            value: moved[s.value.index()],
        })
        .collect();
    Block {
        label: block.label,
        guard: block.guard,
        instrs,
        stores,
        store_ats,
    }
}

/// Moves every cell-level computation of `blocks` into `setup`, which stores it in a
/// [`Slot::Derived`]; the blocks then load that. Gives the types of the derived slots. Afterwards
/// the blocks load no [`Slot::Param`], so what an engine needs per cell is the derived slots alone.
pub fn hoist_cell_level(setup: &mut Builder, blocks: &mut [Block]) -> Vec<Type> {
    let mut derived: HashMap<Value, u16> = HashMap::new();
    let mut types = Vec::new();
    for block in blocks.iter_mut() {
        let in_setup = copy_cell_level(setup, block);
        *block = hoist(block, Class::Cell, |value, ty| {
            let source = in_setup[value.index()]?;
            let slot = *derived.entry(source).or_insert_with(|| {
                types.push(ty);
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "the checker bounds the number of slots"
                )]
                let slot = (types.len() - 1) as u16;
                setup.store(Slot::Derived(slot), source);
                slot
            });
            Some(Slot::Derived(slot))
        });
    }
    types
}

/// Moves every computation that depends on the step number alone into `time`, which stores it in a
/// [`Slot::Uniform`] starting at `first`. Gives the types of the new slots.
pub fn hoist_time_level(time: &mut Builder, blocks: &mut [Block], first: u16) -> Vec<Type> {
    let mut uniform: HashMap<Value, u16> = HashMap::new();
    let mut types = Vec::new();
    for block in blocks.iter_mut() {
        let classes = classify(block);
        let in_time = copy_class(time, block, |v| classes[v] <= Class::Time);
        *block = hoist(block, Class::Time, |value, ty| {
            let source = in_time[value.index()]?;
            let slot = *uniform.entry(source).or_insert_with(|| {
                types.push(ty);
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "the checker bounds the number of slots"
                )]
                let slot = first + (types.len() - 1) as u16;
                time.store(Slot::Uniform(slot), source);
                slot
            });
            Some(Slot::Uniform(slot))
        });
    }
    types
}

fn copy_cell_level(setup: &mut Builder, block: &Block) -> Vec<Option<Value>> {
    let classes = classify(block);
    copy_class(setup, block, |v| {
        matches!(classes[v], Class::Run | Class::Cell)
    })
}

fn copy_class(
    into: &mut Builder,
    block: &Block,
    belongs: impl Fn(usize) -> bool,
) -> Vec<Option<Value>> {
    let mut copied: Vec<Option<Value>> = Vec::with_capacity(block.instrs.len());
    for (index, instr) in block.instrs.iter().enumerate() {
        let value = belongs(index).then(|| {
            // Operands of a value of this class are of this class, so each is copied already.
            let op = instr.op.map_operands(|v| copied[v.index()].unwrap_or(v));
            into.emit(op, instr.ty)
        });
        copied.push(value);
    }
    copied
}

/// Rebuilds `block`, replacing each value of `class` that others or stores need by a load of the
/// slot that `slot_of` gives it.
fn hoist(
    block: &Block,
    class: Class,
    mut slot_of: impl FnMut(Value, Type) -> Option<Slot>,
) -> Block {
    let classes = classify(block);
    let mut b = Builder::new(block.label);
    let mut here: Vec<Option<Value>> = vec![None; block.instrs.len()];
    // Only values that a higher class reads, or that leave the block, need a slot.
    let mut read = vec![false; block.instrs.len()];
    for (index, instr) in block.instrs.iter().enumerate() {
        if classes[index] > class {
            instr.op.operands().for_each(|v| read[v.index()] = true);
        }
    }
    block.results().for_each(|v| read[v.index()] = true);
    for (index, instr) in block.instrs.iter().enumerate() {
        #[expect(clippy::cast_possible_truncation, reason = "bounded by memory")]
        let value = Value(index as u32);
        let hoisted = (classes[index] == class && read[index])
            .then(|| slot_of(value, instr.ty))
            .flatten();
        here[index] = match hoisted {
            Some(slot) => Some(b.load(slot, instr.ty)),
            None => instr
                .op
                .operands()
                .all(|v| here[v.index()].is_some())
                .then(|| instr.op.map_operands(|v| here[v.index()].unwrap_or(v)))
                .filter(|_| classes[index] != class)
                .map(|op| b.emit(op, instr.ty)),
        };
    }
    b.store_as(block, |v| here[v.index()].unwrap_or(v));
    b.finish()
}

/// How many operators of each cost class some blocks hold; what a step costs, in words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpCounts {
    /// Additions, subtractions, minima, maxima, negations, absolute values.
    pub adds: usize,
    /// Multiplications.
    pub muls: usize,
    /// Divisions and square roots.
    pub divs: usize,
    /// Exponentials and other transcendental functions.
    pub exps: usize,
    /// Comparisons, selections, logic and integer work.
    pub choices: usize,
}

impl OpCounts {
    /// Counts the instructions of `blocks`.
    #[must_use]
    pub fn of<'a>(blocks: impl IntoIterator<Item = &'a Block>) -> Self {
        let mut counts = OpCounts::default();
        for instr in blocks.into_iter().flat_map(|block| &block.instrs) {
            counts.count(instr);
        }
        counts
    }

    fn count(&mut self, instr: &super::Instr) {
        use super::BinaryOp as B;
        match instr.op {
            Op::Const(_) | Op::Load(_) | Op::Step => {}
            _ if instr.ty != Type::Float => self.choices += 1,
            Op::Binary(B::Add | B::Sub | B::Min | B::Max, ..) => self.adds += 1,
            Op::Unary(
                UnaryOp::Neg | UnaryOp::Abs | UnaryOp::Floor | UnaryOp::Ceil | UnaryOp::ToFloat,
                _,
            ) => {
                self.adds += 1;
            }
            Op::Binary(B::Mul, ..) => self.muls += 1,
            Op::Binary(B::Div, ..) | Op::Unary(UnaryOp::Sqrt, _) => self.divs += 1,
            Op::Binary(B::ExprelGiven, ..) => {
                self.adds += 1;
                self.divs += 1;
            }
            Op::Unary(UnaryOp::Exprel, _) => {
                self.exps += 1;
                self.divs += 1;
            }
            Op::Unary(..) | Op::Binary(B::Pow, ..) => self.exps += 1,
            // It is an integer, counted above.
            Op::Random { .. } => {}
            Op::Relax { .. } => {
                self.adds += 2;
                self.muls += 2;
                self.divs += 1;
                self.exps += 1;
            }
            Op::Binary(B::Rem | B::And | B::Or, ..)
            | Op::Compare(..)
            | Op::Select { .. }
            | Op::LoadAt { .. } => {
                self.choices += 1;
            }
        }
    }
}
