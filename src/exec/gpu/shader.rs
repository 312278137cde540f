//! The whole text of a plan's kernel.
//!
//! Takes a plan; gives the hand-written files of `shaders/` followed by the generated functions
//! that they call. Concatenation only: no preprocessor, no holes in the text.

use std::fmt::Write as _;

use super::shape::Shape;
use super::wgsl::{comment, from_word, place, remark, to_word, type_name, write_block};
use crate::ir::{Slot, Type};
use crate::plan::{Layout, Plan, SlotInfo};

/// Cells in a workgroup: two warps, one wave of 64; the prototype found no difference from 16 to
/// 1024 on software drivers.
pub(super) const WORKGROUP_SIZE: u32 = 64;

/// Name of the kernel in `step.wgsl`.
pub(super) const ENTRY_POINT: &str = "run_chunk";

/// The time loop, the bindings and the status words.
const STEP: &str = include_str!("../../../shaders/step.wgsl");

/// Mathematics of known error.
const MATH: &str = include_str!("../../../shaders/math.wgsl");

/// The WGSL that the GPU runs for `plan`.
#[must_use]
pub fn wgsl(plan: &Plan) -> String {
    let layout = plan.layout();
    let mut text = format!("{STEP}\n{MATH}\n");
    // Writing into a String cannot fail, here and below.
    let _ = writeln!(
        text,
        "// Generated from the model {}.\n\nconst WORKGROUP_SIZE: u32 = {WORKGROUP_SIZE}u;\n",
        comment(plan.name())
    );
    let slots = cell_slots(layout);
    write_cell(&mut text, &slots);
    write_load(&mut text, &slots);
    write_step(&mut text, plan);
    write_is_finite(&mut text, layout);
    write_store(&mut text, &slots);
    text
}

/// A slot that a cell keeps in registers during a chunk.
struct CellSlot<'a> {
    slot: Slot,
    info: &'a SlotInfo,
    buffer: &'static str,
    column: u16,
}

impl CellSlot<'_> {
    /// Its place in memory.
    fn word(&self) -> String {
        format!("{}[{}u * n + cell]", self.buffer, self.column)
    }

    /// Its name without the cell.
    fn field(&self) -> String {
        place(self.slot).replace("(*c).", "")
    }
}

fn cell_slots(layout: &Layout) -> Vec<CellSlot<'_>> {
    let mut slots = columns("derived", &layout.derived, Slot::Derived);
    slots.extend(columns("state", &layout.states, Slot::State));
    slots.extend(columns("accum", &layout.accums, Slot::Accum));
    slots
}

fn columns<'a>(
    buffer: &'static str,
    infos: &'a [SlotInfo],
    slot: fn(u16) -> Slot,
) -> Vec<CellSlot<'a>> {
    (0..)
        .zip(infos)
        .map(|(column, info)| CellSlot {
            slot: slot(column),
            info,
            buffer,
            column,
        })
        .collect()
}

fn write_cell(text: &mut String, slots: &[CellSlot]) {
    text.push_str("struct Cell {\n");
    for slot in slots {
        let _ = writeln!(
            text,
            "    {}: {},{}",
            slot.field(),
            type_name(slot.info.ty),
            remark(&slot.info.name)
        );
    }
    if slots.is_empty() {
        text.push_str("    nothing: u32,\n");
    }
    text.push_str("}\n\n");
}

fn write_load(text: &mut String, slots: &[CellSlot]) {
    text.push_str(
        "fn load_cell(cell: u32) -> Cell {\n    let n = header.n_cells;\n    var c: Cell;\n",
    );
    for slot in slots {
        let value = from_word(&slot.word(), slot.info.ty);
        let _ = writeln!(text, "    c.{} = {value};", slot.field());
    }
    text.push_str("    return c;\n}\n\n");
}

fn write_store(text: &mut String, slots: &[CellSlot]) {
    text.push_str(
        "fn store_cell(c: ptr<function, Cell>, cell: u32) {\n    let n = header.n_cells;\n",
    );
    for slot in slots {
        if !matches!(slot.slot, Slot::Derived(_)) {
            let word = to_word(&place(slot.slot), slot.info.ty);
            let _ = writeln!(text, "    {} = {word};", slot.word());
        }
    }
    text.push_str("}\n");
}

/// One step: values of the step alone, then the blocks in order. Temporaries begin as zero.
fn write_step(text: &mut String, plan: &Plan) {
    let layout = plan.layout();
    let shape = Shape::of(layout);
    text.push_str("fn step_cell(c: ptr<function, Cell>, cell: u32, step: u32) {\n");
    for (kind, infos) in [("u", &layout.uniforms), ("t", &layout.temps)] {
        for (number, info) in infos.iter().enumerate() {
            let _ = writeln!(
                text,
                "    var {kind}{number}: {};{}",
                type_name(info.ty),
                remark(&info.name)
            );
        }
    }
    for block in std::iter::once(plan.time()).chain(plan.step()) {
        if !block.stores.is_empty() || !block.store_ats.is_empty() {
            write_block(text, block, &shape);
        }
    }
    text.push_str("}\n\n");
}

fn write_is_finite(text: &mut String, layout: &Layout) {
    text.push_str("fn is_finite(c: ptr<function, Cell>) -> bool {\n    var all = true;\n");
    for (number, info) in (0..).zip(&layout.states) {
        if info.ty == Type::Float {
            let _ = writeln!(
                text,
                "    all = all & m_finite({});",
                place(Slot::State(number))
            );
        }
    }
    text.push_str("    return all;\n}\n\n");
}
