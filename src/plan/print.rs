//! The printed form of a plan, for `rheobase show --plan`.
//!
//! Takes a plan; gives text.

use std::fmt::Write as _;

use super::{Output, Plan, SlotInfo};
use crate::ir::print as print_block;

/// Prints `plan`: its slots, its schedule, its blocks and what a step costs.
#[must_use]
pub fn print(plan: &Plan) -> String {
    let layout = plan.layout();
    let schedule = plan.schedule();
    let mut text = format!("plan {}\n", plan.name());
    // Writing into a String cannot fail.
    let _ = writeln!(text, "dt {} ms, {} steps", schedule.dt, schedule.n_steps);
    let kinds: [(&str, &[SlotInfo]); 6] = [
        ("params", &layout.params),
        ("derived", &layout.derived),
        ("states", &layout.states),
        ("accums", &layout.accums),
        ("temps", &layout.temps),
        ("uniforms", &layout.uniforms),
    ];
    for (kind, infos) in kinds {
        if !infos.is_empty() {
            let names: Vec<String> = infos
                .iter()
                .map(|s| format!("{}: {:?}", s.name, s.ty))
                .collect();
            let _ = writeln!(text, "{kind:<9} {}", names.join(", "));
        }
    }
    for stream in &layout.streams {
        let _ = writeln!(
            text,
            "stream    {}: {:?} x {}",
            stream.name, stream.ty, stream.capacity
        );
    }
    for table in &layout.tables {
        let _ = writeln!(
            text,
            "table     {}: {} entries",
            table.name,
            table.values.len()
        );
    }
    let _ = writeln!(text, "outputs   {}", outputs(plan));
    let _ = writeln!(
        text,
        "memory    {} bytes per cell in f32",
        plan.bytes_per_cell(4)
    );
    let _ = writeln!(text, "step      {}", counts(plan));
    for block in [plan.setup(), plan.time()].into_iter().chain(plan.step()) {
        let _ = write!(text, "\n{}", print_block(block, &|slot| layout.name(slot)));
    }
    text
}

fn outputs(plan: &Plan) -> String {
    let layout = plan.layout();
    let name = |output: &Output| match *output {
        Output::Slot(slot) => layout.name(slot).unwrap_or_else(|| format!("{slot:?}")),
        Output::Stream(i) => layout.streams[usize::from(i)].name.clone(),
    };
    plan.outputs()
        .iter()
        .map(name)
        .collect::<Vec<_>>()
        .join(", ")
}

/// What one step costs where no guard holds, in words.
fn counts(plan: &Plan) -> String {
    let c = plan.operations();
    format!(
        "{} add, {} multiply, {} divide, {} exponential, {} choose (unguarded blocks)",
        c.adds, c.muls, c.divs, c.exps, c.choices
    )
}
