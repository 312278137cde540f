//! What decides a run's results to the last digit, so that only the same run is gone on with.
//!
//! Takes an experiment, its plan and an engine; gives names and values. Must not know where they
//! are kept.

use super::journal::Marks;
use crate::exec::Engine;
use crate::experiment::{Axis, Experiment, Values};
use crate::plan::{Compiled, print};
use crate::report::text_hash;

/// The marks of a run, those that a user sets first.
pub(super) fn of(experiment: &Experiment, compiled: &Compiled, engine: &dyn Engine) -> Marks {
    let plan = &compiled.plan;
    let schedule = plan.schedule();
    let axes: Vec<String> = experiment.grid.axes().iter().map(axis).collect();
    let recorders = experiment.recorders.iter();
    let recorders = recorders.map(|r| format!("{r:?}"));
    let expressions = experiment.expressions.iter();
    let expressions = expressions.map(|one| format!("{} in {}", one.name, one.unit));
    let records: Vec<String> = recorders.chain(expressions).collect();
    let traced = text_hash(&format!("{:?}", experiment.traced));
    // What is printed of a table is its length.
    let plan_text = format!("{}{:?}", print(plan), plan.layout().tables);
    vec![
        ("program", env!("CARGO_PKG_VERSION").to_owned()),
        ("model", experiment.model.name.clone()),
        ("model's text", text_hash(&experiment.model.text)),
        ("grid", axes.join(", ")),
        ("dt", format!("{} ms", schedule.dt)),
        ("number of steps", schedule.n_steps.to_string()),
        ("method", compiled.method.clone()),
        ("records", records.join(", ")),
        ("trace of chosen cells", traced),
        ("seed", experiment.seed.to_string()),
        ("engine", engine.arithmetic()),
        // Fixed parameters, the window of the features and whatever else there is.
        ("plan (parameters or times)", text_hash(&plan_text)),
    ]
}

fn axis(axis: &Axis) -> String {
    let values = match &axis.values {
        Values::Linear { from, to, n } => format!("{from}:{to}:{n}"),
        Values::Log { from, to, n } => format!("log:{from}:{to}:{n}"),
        Values::Random { draw, n } => format!("{draw:?} x {n}"),
        Values::List(values) => format!("list {}", text_hash(&format!("{values:?}"))),
    };
    format!("{}={values} {}", axis.name, axis.unit.label)
}
