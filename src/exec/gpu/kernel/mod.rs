//! The whole text of a plan's kernel.
//!
//! Takes a plan and the shape of its launch; gives the hand-written files of `shaders/` followed by
//! the generated functions that they call. Concatenation only: no preprocessor, no holes in the text.
//!
//! | file | job |
//! |---|---|
//! | `block` | a block as statements |
//! | `fused` | operators that are one expression together |
//! | `relaxations` | exponential steps, by polynomials where their decay is short |
//! | `countdowns` | states that only count down, kept as floats |
//! | `draws` | random words that a cell keeps until their step |
//! | `names` | what things are called, and how values are written |

use std::fmt::Write as _;

mod block;
mod countdowns;
mod draws;
mod fused;
mod names;
mod relaxations;

use block::Writer;
use countdowns::countdowns;
use draws::Draw;
use names::{Nth, comment, from_word, place, remark, to_word, type_name};

use super::launch::Launch;
use super::shape::Shape;
use crate::ir::{Block, Instr, Op, Slot, Type};
use crate::plan::{Layout, Plan, SlotInfo};

/// Name of the kernel in `step.wgsl`.
pub(in crate::exec::gpu) const ENTRY_POINT: &str = "run_chunk";

/// The time loop, the bindings and the status words.
const STEP: &str = include_str!("../../../../shaders/step.wgsl");

/// Mathematics of known error.
const MATH: &str = include_str!("../../../../shaders/math.wgsl");

/// Random numbers, for kernels that use any.
const RANDOM: &str = include_str!("../../../../shaders/random.wgsl");

/// The WGSL that a GPU runs for `plan`, in the shape that it has until a better one is found.
#[must_use]
pub fn wgsl(plan: &Plan) -> String {
    kernel(plan, Launch::of(plan))
}

/// The same in any shape.
#[must_use]
pub(in crate::exec::gpu) fn kernel(plan: &Plan, launch: Launch) -> String {
    let layout = plan.layout();
    let mut text = format!("{STEP}\n{MATH}\n");
    let draws = |instr: &Instr| matches!(instr.op, Op::Random { .. });
    if plan
        .step()
        .iter()
        .any(|block| block.instrs.iter().any(draws))
    {
        text += &format!("{RANDOM}\n");
    }
    // Writing into a String cannot fail, here and below.
    let _ = writeln!(
        text,
        "// Generated from the model {}.\n\nconst WORKGROUP_SIZE: u32 = {}u;\nconst CELLS: u32 = {}u;\n\
         const UNROLL: u32 = {}u;\n",
        comment(plan.name()),
        launch.workgroup_size,
        launch.cells,
        launch.unroll
    );
    let cells: Vec<Nth> = (0..launch.cells).map(Nth).collect();
    let countdowns = countdowns(plan.step());
    let (slots, draws) = (cell_slots(layout, &countdowns), Draw::all(plan));
    write_cells(&mut text, &slots, &draws, &cells);
    write_load(&mut text, &slots, &draws, &cells);
    write_step(&mut text, plan, &countdowns, &draws, &cells);
    write_round(&mut text, launch.unroll);
    write_store(&mut text, &slots, &cells);
    text
}

/// A slot that a cell keeps in registers during a chunk.
struct CellSlot<'a> {
    slot: Slot,
    info: &'a SlotInfo,
    buffer: &'static str,
    column: u16,
    /// Does it only count down? Then it is a float in registers.
    counts_down: bool,
}

impl CellSlot<'_> {
    /// Its place in memory.
    fn word(&self, nth: Nth) -> String {
        format!("{}[{}u * n + cell{nth}]", self.buffer, self.column)
    }

    /// Its type in registers.
    fn type_name(&self) -> &'static str {
        type_name(if self.counts_down {
            Type::Float
        } else {
            self.info.ty
        })
    }

    /// What is loaded from its place in memory.
    fn loaded(&self, nth: Nth) -> String {
        let word = self.word(nth);
        match self.counts_down {
            true => format!("f32({word})"),
            false => from_word(&word, self.info.ty),
        }
    }

    /// The word that is stored there.
    fn stored(&self, nth: Nth) -> String {
        let place = place(self.slot, nth);
        match self.counts_down {
            true => format!("u32(max({place}, 0.0f))"),
            false => to_word(&place, self.info.ty),
        }
    }

    /// Its name without the cells.
    fn field(&self, nth: Nth) -> String {
        place(self.slot, nth).replace("(*c).", "")
    }
}

fn cell_slots<'a>(layout: &'a Layout, countdowns: &[Slot]) -> Vec<CellSlot<'a>> {
    let mut slots = columns("derived", &layout.derived, Slot::Derived);
    slots.extend(columns("state", &layout.states, Slot::State));
    slots.extend(columns("accum", &layout.accums, Slot::Accum));
    for slot in &mut slots {
        slot.counts_down = countdowns.contains(&slot.slot);
    }
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
            counts_down: false,
        })
        .collect()
}

fn write_cells(text: &mut String, slots: &[CellSlot], draws: &[Draw], cells: &[Nth]) {
    text.push_str("struct Cells {\n");
    for &nth in cells {
        for slot in slots {
            let _ = writeln!(
                text,
                "    {}: {},{}",
                slot.field(nth),
                slot.type_name(),
                remark(&slot.info.name)
            );
        }
        for draw in draws {
            let _ = writeln!(text, "    {}: vec4<u32>,", draw.field(nth));
        }
    }
    if slots.is_empty() {
        text.push_str("    nothing: u32,\n");
    }
    text.push_str("}\n\n");
}

/// Where there are no more cells, the last is loaded again; nothing is kept of it.
fn write_load(text: &mut String, slots: &[CellSlot], draws: &[Draw], cells: &[Nth]) {
    text.push_str(
        "fn load_cells(cell: u32) -> Cells {\n    let n = header.n_cells;\n    var c: Cells;\n",
    );
    for &nth in cells {
        if nth.0 > 0 {
            let _ = writeln!(
                text,
                "    let cell{nth} = min(cell + {}u * cells_apart(), n - 1u);",
                nth.0
            );
        }
        for slot in slots {
            let _ = writeln!(text, "    c.{} = {};", slot.field(nth), slot.loaded(nth));
        }
        for draw in draws {
            let words = draw.words("header.first_step", nth).replace("(*c)", "c");
            let _ = writeln!(text, "    c.{} = {words};", draw.field(nth));
        }
    }
    text.push_str("    return c;\n}\n\n");
}

/// The status words have the cells' numbers of steps, and whether every floating-point state is a
/// number.
fn write_store(text: &mut String, slots: &[CellSlot], cells: &[Nth]) {
    text.push_str(
        "fn store_cells(c: ptr<function, Cells>, cell: u32, n_steps: u32) {\n    let n = header.n_cells;\n",
    );
    for &nth in cells {
        let margin = if nth.0 == 0 {
            "    "
        } else {
            let _ = writeln!(
                text,
                "    let cell{nth} = cell + {}u * cells_apart();\n    if (cell{nth} < n) {{",
                nth.0
            );
            "        "
        };
        for slot in slots {
            if !matches!(slot.slot, Slot::Derived(_)) {
                let (place, word) = (slot.word(nth), slot.stored(nth));
                let _ = writeln!(text, "{margin}{place} = {word};");
            }
        }
        let _ = writeln!(
            text,
            "{margin}tell_status(cell{nth}, n_steps, {});",
            all_finite(slots, nth)
        );
        if nth.0 > 0 {
            text.push_str("    }\n");
        }
    }
    text.push_str("}\n");
}

fn all_finite(slots: &[CellSlot], nth: Nth) -> String {
    let floats = slots
        .iter()
        .filter(|s| matches!(s.slot, Slot::State(_)) && s.info.ty == Type::Float);
    let tests: Vec<String> = floats
        .map(|s| format!("m_finite({})", place(s.slot, nth)))
        .collect();
    if tests.is_empty() {
        return "true".into();
    }
    tests.join(" & ")
}

/// One step: values of the step alone, then the blocks in order, each for all cells. Temporaries
/// begin as zero.
fn write_step(text: &mut String, plan: &Plan, countdowns: &[Slot], draws: &[Draw], cells: &[Nth]) {
    let layout = plan.layout();
    let shape = Shape::of(layout);
    text.push_str("fn step_cells(c: ptr<function, Cells>, cell: u32, step: u32) {\n");
    let variable = |text: &mut String, slot: Slot, nth: Nth, info: &SlotInfo| {
        let (place, ty) = (place(slot, nth), type_name(info.ty));
        let _ = writeln!(text, "    var {place}: {ty};{}", remark(&info.name));
    };
    for (number, info) in (0..).zip(&layout.uniforms) {
        variable(text, Slot::Uniform(number), Nth(0), info);
    }
    for &nth in cells {
        for (number, info) in (0..).zip(&layout.temps) {
            variable(text, Slot::Temp(number), nth, info);
        }
        if nth.0 > 0 && !layout.streams.is_empty() {
            let _ = writeln!(
                text,
                "    let cell{nth} = cell + {}u * cells_apart();",
                nth.0
            );
        }
    }
    write_draws(text, draws, cells);
    write_block_of(text, plan.time(), &shape, countdowns, &[Nth(0)]);
    for block in plan.step() {
        write_block_of(text, block, &shape, countdowns, cells);
    }
    text.push_str("}\n\n");
}

/// New random words, where those that are kept are used up.
fn write_draws(text: &mut String, draws: &[Draw], cells: &[Nth]) {
    if draws.is_empty() {
        return;
    }
    text.push_str("    if ((step & 3u) == 0u) {\n");
    for &nth in cells {
        for draw in draws {
            let (field, words) = (draw.field(nth), draw.words("step", nth));
            let _ = writeln!(text, "        (*c).{field} = {words};");
        }
    }
    text.push_str("    }\n");
}

fn write_block_of(
    text: &mut String,
    block: &Block,
    shape: &Shape,
    countdowns: &[Slot],
    cells: &[Nth],
) {
    if !block.stores.is_empty() || !block.store_ats.is_empty() {
        let writer = Writer::of(block, shape, countdowns);
        for &nth in cells {
            writer.write(text, nth);
        }
    }
}

/// The steps of a round, written out: no driver unrolls a loop whose end it does not know.
fn write_round(text: &mut String, unroll: u32) {
    text.push_str("fn step_round(c: ptr<function, Cells>, cell: u32, step: u32) {\n");
    for k in 0..unroll {
        let _ = writeln!(text, "    step_cells(c, cell, step + {k}u);");
    }
    text.push_str("}\n\n");
}
