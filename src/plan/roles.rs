//! Which slots each kind of block may read and write.
//!
//! Takes the parts of a plan; gives the first slot out of place. Blocks are taken as well formed.

use super::{Output, PlanError, PlanParts};
use crate::ir::{Block, Slot};

/// Checks that each kind of block reads and writes only the slots it may, and that every output
/// exists.
pub(super) fn check(parts: &PlanParts) -> Result<(), PlanError> {
    let setup_loads = |s: Slot| matches!(s, Slot::Param(_));
    let setup_stores = |s: Slot| matches!(s, Slot::Derived(_) | Slot::State(_) | Slot::Accum(_));
    check_role(&parts.setup, &setup_loads, &setup_stores)?;
    check_role(&parts.time, &|_| false, &|s| matches!(s, Slot::Uniform(_)))?;
    let step_loads = |s: Slot| !matches!(s, Slot::Param(_));
    let step_stores = |s: Slot| matches!(s, Slot::State(_) | Slot::Accum(_) | Slot::Temp(_));
    for block in &parts.step {
        check_role(block, &step_loads, &step_stores)?;
    }
    check_temps(&parts.step)?;
    for output in &parts.outputs {
        let exists = match *output {
            Output::Slot(slot @ (Slot::State(_) | Slot::Accum(_))) => {
                parts.layout.types().of(slot).is_some()
            }
            Output::Slot(_) => false,
            Output::Stream(i) => usize::from(i) < parts.layout.streams.len(),
        };
        if !exists {
            return Err(PlanError::Misplaced {
                what: format!("there is no output {output:?}"),
            });
        }
    }
    Ok(())
}

fn check_role(
    block: &Block,
    loads: &dyn Fn(Slot) -> bool,
    stores: &dyn Fn(Slot) -> bool,
) -> Result<(), PlanError> {
    let misplaced = |slot: Slot| PlanError::Misplaced {
        what: format!("block '{}' may not use {slot:?}", block.label),
    };
    if let Some(&slot) = block.loads().iter().find(|s| !loads(**s)) {
        return Err(misplaced(slot));
    }
    match block.stores.iter().find(|(s, _)| !stores(*s)) {
        Some(&(slot, _)) => Err(misplaced(slot)),
        None => Ok(()),
    }
}

/// A temp is read only after an unguarded block of the same step has set it.
fn check_temps(step: &[Block]) -> Result<(), PlanError> {
    let mut set: Vec<Slot> = Vec::new();
    for block in step {
        let read = block
            .loads()
            .into_iter()
            .chain(block.guard)
            .filter(|s| matches!(s, Slot::Temp(_)));
        for slot in read {
            if !set.contains(&slot) {
                return Err(PlanError::Misplaced {
                    what: format!("block '{}' reads {slot:?} before it is set", block.label),
                });
            }
        }
        if block.guard.is_none() {
            set.extend(
                block
                    .stores
                    .iter()
                    .map(|(s, _)| *s)
                    .filter(|s| matches!(s, Slot::Temp(_))),
            );
        }
    }
    Ok(())
}
