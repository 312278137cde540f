//! What only guarded blocks need is worked out there.
//!
//! Takes the blocks of a step; gives blocks with the same meaning, in which an unguarded block hands
//! over a state instead of what guarded ones make of it (the distance from the threshold, which
//! matters where there is a spike), and these come before a reset where they read nothing that it
//! writes. The state need not be copied then.
//!
//! Must not know which engine runs them.

use super::{BinaryOp, Block, Builder, Op, Slot, Type, UnaryOp, Value};

/// Works out in guarded blocks what they alone read and what is made of one state.
pub fn sink_into_guarded(blocks: &mut Vec<Block>) {
    let mut temps: Vec<Slot> = Vec::new();
    for (slot, _) in blocks.iter().flat_map(|block| &block.stores) {
        if matches!(slot, Slot::Temp(_)) && !temps.contains(slot) {
            temps.push(*slot);
        }
    }
    for temp in temps {
        sink(blocks, temp);
    }
    before_resets(blocks);
}

/// An operation on a value that comes in, with a literal or a slot of the cell for the other
/// operand.
#[derive(Clone, Copy)]
enum Layer {
    Negated,
    /// The operator, the other operand, and whether that stands first.
    With(BinaryOp, Fixed, bool),
}

/// A number that does not change from step to step.
#[derive(Clone, Copy)]
enum Fixed {
    Literal(f64),
    Derived(Slot),
}

fn sink(blocks: &mut [Block], temp: Slot) {
    let Some((writer, value)) = only_writer(blocks, temp) else {
        return;
    };
    let is_reader = |block: &Block| block.loads().contains(&temp);
    let is_guard = blocks.iter().any(|block| block.guard == Some(temp));
    let all_guarded = blocks.iter().enumerate().all(|(i, block)| {
        !is_reader(block) || (i > writer && matches!(block.guard, Some(Slot::Temp(_))))
    });
    let Some((state, layers)) = layers(&blocks[writer], value) else {
        return;
    };
    if is_guard || !all_guarded || layers.is_empty() {
        return;
    }
    for block in blocks.iter_mut().filter(|block| is_reader(block)) {
        let mut b = Builder::new(block.label);
        let values = b.inline(block, |b, slot, ty| {
            let loaded = b.load(slot, ty);
            if slot == temp {
                layers.iter().fold(loaded, |x, layer| layer.over(b, x))
            } else {
                loaded
            }
        });
        b.store_as(block, |v| values[v.index()]);
        *block = b.finish();
    }
    let block = &mut blocks[writer];
    for store in block.stores.iter_mut().filter(|store| store.0 == temp) {
        store.1 = state;
    }
    *block = super::remove_dead_code(block);
}

/// The unguarded block that alone stores `slot`, and the value.
fn only_writer(blocks: &[Block], slot: Slot) -> Option<(usize, Value)> {
    let mut writers = blocks
        .iter()
        .enumerate()
        .filter_map(|(i, block)| Some((i, block.stored(slot)?)));
    let first = writers.next().filter(|&(i, _)| blocks[i].guard.is_none())?;
    writers.next().is_none().then_some(first)
}

/// Writes `value`, which nothing else needs, as some layers over a state before or after the block.
fn layers(block: &Block, value: Value) -> Option<(Value, Vec<Layer>)> {
    let op = |v: Value| block.instrs[v.index()].op;
    let uses = block.uses();
    let is_state = |v: Value| {
        let before = matches!(op(v), Op::Load(Slot::State(_)));
        let after = |&(slot, stored): &(Slot, Value)| matches!(slot, Slot::State(_)) && stored == v;
        before || block.stores.iter().any(after)
    };
    let fixed = |v: Value| match op(v) {
        Op::Const(literal) => literal.float().map(Fixed::Literal),
        Op::Load(slot @ Slot::Derived(_)) => Some(Fixed::Derived(slot)),
        _ => None,
    };
    let (mut value, mut layers) = (value, Vec::new());
    while !is_state(value) {
        if uses[value.index()] > 1 || block.type_of(value) != Type::Float {
            return None;
        }
        let (inner, layer) = match op(value) {
            Op::Unary(UnaryOp::Neg, x) => (x, Layer::Negated),
            Op::Binary(op @ (BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul), x, y) => {
                match (fixed(x), fixed(y)) {
                    (None, Some(y)) => (x, Layer::With(op, y, false)),
                    (Some(x), None) => (y, Layer::With(op, x, true)),
                    _ => return None,
                }
            }
            _ => return None,
        };
        layers.insert(0, layer);
        value = inner;
    }
    Some((value, layers))
}

impl Layer {
    fn over(self, b: &mut Builder, x: Value) -> Value {
        let (op, fixed, first) = match self {
            Layer::Negated => return b.unary(UnaryOp::Neg, x),
            Layer::With(op, fixed, first) => (op, fixed, first),
        };
        let fixed = match fixed {
            Fixed::Literal(k) => b.float(k),
            Fixed::Derived(slot) => b.load(slot, Type::Float),
        };
        let op = if first {
            Op::Binary(op, fixed, x)
        } else {
            Op::Binary(op, x, fixed)
        };
        b.emit(op, Type::Float)
    }
}

/// Moves guarded blocks before those that write states, where neither reads or writes what the
/// other writes.
fn before_resets(blocks: &mut Vec<Block>) {
    let writes_states = |block: &Block| {
        let is_state = |&(slot, _): &(Slot, Value)| matches!(slot, Slot::State(_));
        block.guard.is_some() && block.stores.iter().any(is_state)
    };
    let Some(reset) = blocks.iter().position(writes_states) else {
        return;
    };
    let (mut earlier, mut later) = (Vec::new(), blocks.split_off(reset));
    let mut at = 1;
    while at < later.len() {
        let passes = later[..at].iter().all(|b| independent(b, &later[at]));
        if passes && matches!(later[at].guard, Some(Slot::Temp(_))) {
            earlier.push(later.remove(at));
        } else {
            at += 1;
        }
    }
    blocks.append(&mut earlier);
    blocks.append(&mut later);
}

/// May the two blocks change places?
fn independent(a: &Block, b: &Block) -> bool {
    let touches = |writer: &Block, other: &Block| {
        let slot = |&(slot, _): &(Slot, Value)| {
            other.loads().contains(&slot)
                || other.guard == Some(slot)
                || other.stored(slot).is_some()
        };
        writer.stores.iter().any(slot)
    };
    let lists = |a: &Block, b: &Block| {
        let same = |i: u16| b.store_ats.iter().any(|other| other.stream == i);
        a.store_ats.iter().any(|entry| same(entry.stream))
    };
    !touches(a, b) && !touches(b, a) && !lists(a, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    const V: Slot = Slot::State(0);
    const SPIKE: Slot = Slot::Temp(0);
    const BEYOND: Slot = Slot::Temp(1);
    const LAST: Slot = Slot::Accum(0);

    /// v + 1; a spike above 20; the distance from there.
    fn advance(extra: bool) -> Block {
        let mut b = Builder::new("advance");
        let v = b.load(V, Type::Float);
        let (one, level) = (b.float(1.0), b.float(20.0));
        let new = b.add(v, one);
        let distance = b.sub(new, level);
        let spike = b.compare(super::super::CompareOp::Gt, new, level);
        b.store(V, new);
        b.store(SPIKE, spike);
        b.store(BEYOND, distance);
        if extra {
            b.store(Slot::State(1), distance);
        }
        b.finish()
    }

    fn reset() -> Block {
        let mut b = Builder::new("reset");
        b.guard(SPIKE);
        let zero = b.float(0.0);
        b.store(V, zero);
        b.finish()
    }

    fn recorder(read: Slot, guard: Option<Slot>) -> Block {
        let mut b = Builder::new("record");
        if let Some(guard) = guard {
            b.guard(guard);
        }
        let x = b.load(read, Type::Float);
        b.store(LAST, x);
        b.finish()
    }

    /// What a step leaves in the recorder, and in v.
    fn after(blocks: &[Block], v: f64) -> (f64, f64) {
        use super::super::{Environment, Literal, evaluate};
        use std::collections::HashMap;
        let mut slots: HashMap<Slot, Literal> = HashMap::new();
        slots.insert(V, Literal::Float(v));
        slots.insert(LAST, Literal::Float(-1.0));
        for block in blocks {
            let holds = |slot: Slot| matches!(slots.get(&slot), Some(Literal::Bool(true)));
            if block.guard.is_some_and(|guard| !holds(guard)) {
                continue;
            }
            let read = |slot: Slot| slots.get(&slot).copied();
            let values = evaluate(
                block,
                &Environment {
                    load: &read,
                    step: 0,
                    tables: &[],
                },
            );
            for &(slot, value) in &block.stores {
                slots.insert(slot, values[value.index()]);
            }
        }
        let float = |slot: Slot| slots[&slot].float().unwrap();
        (float(LAST), float(V))
    }

    #[test]
    fn a_distance_is_worked_out_by_the_recorder_that_reads_it_before_the_reset() {
        let old = vec![advance(false), reset(), recorder(BEYOND, Some(SPIKE))];
        let mut new = old.clone();
        sink_into_guarded(&mut new);
        assert_eq!([new[1].label, new[2].label], ["record", "reset"]);
        let handed = new[0].stored(BEYOND);
        assert!(handed.is_some() && handed == new[0].stored(V));
        for v in [0.0, 19.5, 25.0] {
            assert_eq!(after(&new, v), after(&old, v));
        }
    }

    #[test]
    fn what_others_need_stays() {
        let shared = vec![advance(true), recorder(BEYOND, Some(SPIKE))];
        let unguarded = vec![advance(false), recorder(BEYOND, None)];
        for old in [shared, unguarded] {
            let mut new = old.clone();
            sink_into_guarded(&mut new);
            assert_eq!(new, old);
        }
    }

    #[test]
    fn what_reads_a_reset_state_comes_after_the_reset() {
        let mut blocks = vec![advance(false), reset(), recorder(V, Some(SPIKE))];
        sink_into_guarded(&mut blocks);
        assert_eq!([blocks[1].label, blocks[2].label], ["reset", "record"]);
    }
}
