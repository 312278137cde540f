//! What the compiler decides: the method, what becomes a literal, what is computed once per cell.

use rheobase::ir::{Op, Slot};
use rheobase::plan::compile;
use rheobase::record::Recorder;

use crate::numbers::harness::{experiment, model};

#[test]
fn the_default_method_follows_from_the_equations() {
    for (name, expected) in [
        ("lif", "exact"),
        ("hodgkin_huxley", "staggered"),
        ("escape", "staggered"),
        ("fitzhugh_nagumo", "rk4"),
        ("functions", "rk4"),
    ] {
        let e = experiment(model(name), "", vec![Recorder::FinalState]);
        assert_eq!(compile(&e).unwrap().method, expected, "{name}");
    }
}

#[test]
fn parameters_that_no_axis_varies_are_literals() {
    let plan = compile(&experiment(
        model("hodgkin_huxley"),
        "",
        vec![Recorder::FinalState],
    ))
    .unwrap()
    .plan;
    let names: Vec<&str> = plan
        .layout()
        .params
        .iter()
        .map(|p| p.name.as_str())
        .collect();
    assert_eq!(names, ["I"]);
    assert_eq!(
        plan.layout().derived.len(),
        1,
        "the amplitude is all that differs between cells"
    );
}

/// The decay over a step and the drive depend on tau and I alone: an exponential per cell, none per
/// step.
#[test]
fn what_depends_on_the_cell_alone_is_computed_once() {
    let e = experiment(model("lif"), "set:tau=5:15:3", vec![Recorder::FinalState]);
    let plan = compile(&e).unwrap().plan;
    let per_step = plan.step().iter().flat_map(|block| &block.instrs);
    assert!(
        per_step
            .clone()
            .all(|instr| !matches!(instr.op, Op::Unary(op, _) if op.name().starts_with("exp")))
    );
    assert!(
        per_step
            .clone()
            .any(|instr| matches!(instr.op, Op::Load(Slot::Derived(_))))
    );
    let per_cell = &plan.setup().instrs;
    assert!(
        per_cell
            .iter()
            .any(|instr| matches!(instr.op, Op::Unary(op, _) if op.name().starts_with("exp")))
    );
}
