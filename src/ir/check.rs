//! The checker: what an engine may rely on.
//!
//! Takes a block and the types of the slots; gives the first fault found. A fault here is a fault
//! of this program or a constant expression without a finite value, never a matter of style.

use super::{Block, Instr, Op, Slot, Type, Value};

/// Types of the slots and streams that a block may use, by number.
#[derive(Clone, Debug, Default)]
pub struct SlotTypes {
    /// Of [`Slot::Param`].
    pub params: Vec<Type>,
    /// Of [`Slot::Derived`].
    pub derived: Vec<Type>,
    /// Of [`Slot::State`].
    pub states: Vec<Type>,
    /// Of [`Slot::Accum`].
    pub accums: Vec<Type>,
    /// Of [`Slot::Temp`].
    pub temps: Vec<Type>,
    /// Of [`Slot::Uniform`].
    pub uniforms: Vec<Type>,
    /// Of the streams.
    pub streams: Vec<Type>,
    /// How many tables there are.
    pub n_tables: usize,
}

impl SlotTypes {
    /// Type of `slot`, or none where there is no such slot. The placeholders of a model's own
    /// blocks are none of a plan's slots.
    #[must_use]
    pub fn of(&self, slot: Slot) -> Option<Type> {
        match slot {
            Slot::Param(i) => self.params.get(usize::from(i)),
            Slot::Derived(i) => self.derived.get(usize::from(i)),
            Slot::State(i) => self.states.get(usize::from(i)),
            Slot::Accum(i) => self.accums.get(usize::from(i)),
            Slot::Temp(i) => self.temps.get(usize::from(i)),
            Slot::Uniform(i) => self.uniforms.get(usize::from(i)),
            Slot::Input(_) | Slot::Noise(_) | Slot::Time => None,
        }
        .copied()
    }
}

/// Why a block is refused.
#[derive(Clone, Debug, PartialEq)]
pub enum CheckError {
    /// An instruction reads a value that is not computed before it.
    UseBeforeDefinition {
        /// Position of the instruction.
        at: usize,
    },
    /// Operand and operator types do not fit.
    Mistyped {
        /// Position of the instruction.
        at: usize,
    },
    /// A constant expression has no finite value (such as 1/0).
    NotFinite {
        /// Position of the instruction.
        at: usize,
    },
    /// A slot, stream or table that the plan does not have, or of another type.
    NoSuchSlot {
        /// What was named, in the printed form.
        what: String,
    },
    /// A slot is stored twice.
    StoredTwice {
        /// The slot, in the printed form.
        what: String,
    },
    /// The guard is not a bool slot of the step.
    BadGuard,
}

impl std::fmt::Display for CheckError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CheckError::UseBeforeDefinition { at } => {
                write!(f, "instruction {at} reads a later value")
            }
            CheckError::Mistyped { at } => write!(f, "instruction {at} is mistyped"),
            CheckError::NotFinite { at } => {
                write!(f, "constant instruction {at} has no finite value")
            }
            CheckError::NoSuchSlot { what } => write!(f, "there is no {what} of this type"),
            CheckError::StoredTwice { what } => write!(f, "{what} is stored twice"),
            CheckError::BadGuard => write!(f, "the guard is not a bool of the step"),
        }
    }
}

impl std::error::Error for CheckError {}

/// Checks that `block` is well formed.
///
/// # Errors
/// The first fault found.
pub fn check(block: &Block, slots: &SlotTypes) -> Result<(), CheckError> {
    for (at, instr) in block.instrs.iter().enumerate() {
        check_instr(block, at, instr, slots)?;
    }
    check_stores(block, slots)?;
    match block.guard {
        None => Ok(()),
        Some(slot @ (Slot::Temp(_) | Slot::Uniform(_))) if slots.of(slot) == Some(Type::Bool) => {
            Ok(())
        }
        Some(_) => Err(CheckError::BadGuard),
    }
}

fn check_instr(
    block: &Block,
    at: usize,
    instr: &Instr,
    slots: &SlotTypes,
) -> Result<(), CheckError> {
    if instr.op.operands().any(|v| v.index() >= at) {
        return Err(CheckError::UseBeforeDefinition { at });
    }
    let ty = |v: Value| block.type_of(v);
    let expected = match instr.op {
        Op::Const(literal) if literal.float().is_some_and(|x| !x.is_finite()) => {
            return Err(CheckError::NotFinite { at });
        }
        Op::Const(literal) => Some(literal.ty()),
        Op::Load(slot) => return slot_type(slot, instr.ty, slots),
        Op::Step => Some(Type::U32),
        Op::Unary(op, a) => op.result(ty(a)),
        Op::Binary(op, a, b) => op.result(ty(a)).filter(|_| ty(a) == ty(b)),
        Op::Compare(_, a, b) => (ty(a) == ty(b) && ty(a) != Type::Bool).then_some(Type::Bool),
        Op::Select { cond, yes, no } => {
            (ty(cond) == Type::Bool && ty(yes) == ty(no)).then(|| ty(yes))
        }
        Op::Relax { x, a, r } => [x, a, r]
            .iter()
            .all(|v| ty(*v) == Type::Float)
            .then_some(Type::Float),
        Op::Random { cell, .. } => cell
            .iter()
            .all(|v| ty(*v) == Type::U32)
            .then_some(Type::U32),
        Op::LoadAt { table, index } => {
            if usize::from(table) >= slots.n_tables {
                return Err(CheckError::NoSuchSlot {
                    what: format!("table{table}"),
                });
            }
            (ty(index) == Type::U32).then_some(Type::Float)
        }
    };
    if expected != Some(instr.ty) {
        return Err(CheckError::Mistyped { at });
    }
    let literal = |v: Value| matches!(block.instrs[v.index()].op, Op::Const(_));
    let folds =
        matches!(instr.op, Op::Unary(..) | Op::Binary(..)) && instr.op.operands().all(literal);
    if folds {
        Err(CheckError::NotFinite { at })
    } else {
        Ok(())
    }
}

fn slot_type(slot: Slot, ty: Type, slots: &SlotTypes) -> Result<(), CheckError> {
    if slots.of(slot) == Some(ty) {
        return Ok(());
    }
    Err(CheckError::NoSuchSlot {
        what: super::text::slot(slot),
    })
}

fn check_stores(block: &Block, slots: &SlotTypes) -> Result<(), CheckError> {
    for (n, &(slot, value)) in block.stores.iter().enumerate() {
        slot_type(slot, block.type_of(value), slots)?;
        if block.stores[..n].iter().any(|&(other, _)| other == slot) {
            return Err(CheckError::StoredTwice {
                what: super::text::slot(slot),
            });
        }
    }
    for s in &block.store_ats {
        let fits = slots.streams.get(usize::from(s.stream)) == Some(&block.type_of(s.value))
            && block.type_of(s.index) == Type::U32;
        if !fits {
            return Err(CheckError::NoSuchSlot {
                what: format!("stream{}", s.stream),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Builder, Literal, UnaryOp};
    use super::*;

    fn one_state() -> SlotTypes {
        SlotTypes {
            states: vec![Type::Float],
            temps: vec![Type::Float],
            ..SlotTypes::default()
        }
    }

    #[test]
    fn a_built_block_passes() {
        let mut b = Builder::new("test");
        let x = b.load(Slot::State(0), Type::Float);
        let y = b.unary(UnaryOp::Exp, x);
        b.store(Slot::State(0), y);
        assert_eq!(check(&b.finish(), &one_state()), Ok(()));
    }

    #[test]
    fn each_fault_is_found() {
        let build = |f: &dyn Fn(&mut Builder)| {
            let mut b = Builder::new("test");
            f(&mut b);
            check(&b.finish(), &one_state())
        };
        let missing = build(&|b| {
            let x = b.load(Slot::State(1), Type::Float);
            b.store(Slot::State(0), x);
        });
        assert!(matches!(missing, Err(CheckError::NoSuchSlot { .. })));
        let mistyped = build(&|b| {
            let x = b.load(Slot::State(0), Type::Float);
            let y = b.unary(UnaryOp::Not, x);
            b.store(Slot::State(0), y);
        });
        assert!(matches!(mistyped, Err(CheckError::Mistyped { .. })));
        let infinite = build(&|b| {
            let one = b.float(1.0);
            let zero = b.float(0.0);
            let x = b.div(one, zero);
            b.store(Slot::State(0), x);
        });
        assert!(matches!(infinite, Err(CheckError::NotFinite { .. })));
        assert_eq!(
            build(&|b| b.guard(Slot::Temp(0))),
            Err(CheckError::BadGuard)
        );
        let twice = Block {
            instrs: vec![Instr {
                op: Op::Const(Literal::Float(1.0)),
                ty: Type::Float,
            }],
            stores: vec![(Slot::State(0), Value(0)), (Slot::State(0), Value(0))],
            ..Block::default()
        };
        assert!(matches!(
            check(&twice, &one_state()),
            Err(CheckError::StoredTwice { .. })
        ));
        let backwards = Block {
            instrs: vec![Instr {
                op: Op::Unary(UnaryOp::Exp, Value(0)),
                ty: Type::Float,
            }],
            ..Block::default()
        };
        assert!(matches!(
            check(&backwards, &one_state()),
            Err(CheckError::UseBeforeDefinition { .. })
        ));
    }
}
