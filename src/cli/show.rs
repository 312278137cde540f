//! `show`: a model as understood, and the stages it goes through.

use super::args::ShowArgs;
use super::failure::Failure;
use super::say;
use crate::exec::gpu::wgsl;
use crate::experiment::{Experiment, TraceOptions, fi, trace};
use crate::export::{brian2, latex, page};
use crate::ir::{Block, PASSES, Passes, Slot, print as print_block};
use crate::model::lower::{Dynamics, lower};
use crate::model::{Model, load_with_warnings};
use crate::plan::{compile_with, print as print_plan};

pub(super) fn run(args: &ShowArgs) -> Result<(), Failure> {
    let (model, warnings) = load_with_warnings(&args.model)?;
    super::fi::warn(&warnings);
    if args.latex {
        return say(&latex(&model));
    }
    if args.brian2 {
        return say(&brian2(&model)?);
    }
    let mut text = String::new();
    if !(args.ir || args.plan || args.wgsl) {
        text += &page(&model, &cost(&model, args));
    }
    if args.ir {
        text += &equations(&model);
        text += &costs(&model, args);
    }
    if args.plan || args.wgsl {
        let experiment = fi(model, &args.experiment.options())?;
        super::fi::warn_of(&experiment);
        let compiled = compile_with(&experiment, args.passes.passes())?;
        if args.plan {
            text += &format!("method {}\n{}", compiled.method, print_plan(&compiled.plan));
        }
        if args.wgsl {
            text += &wgsl(&compiled.plan);
        }
    }
    say(&text)
}

/// The model's own blocks.
fn equations(model: &Model) -> String {
    let dynamics = lower(model, model.dt.unwrap_or(0.01));
    let name = |slot: Slot| match slot {
        Slot::Param(i) => model.params.get(usize::from(i)).map(|p| p.name.clone()),
        Slot::Input(i) => model.inputs.get(usize::from(i)).map(|p| p.name.clone()),
        Slot::State(i) => model.states.get(usize::from(i)).map(|p| p.name.clone()),
        _ => None,
    };
    let Dynamics {
        rates,
        initial,
        threshold,
        reset,
        refractory,
        schemes,
        noise_rates,
        held: _,
        lets: _,
    } = dynamics;
    let initial = initial.into_iter().map(|(_, block)| block);
    let blocks: Vec<Block> = std::iter::once(rates)
        .chain(initial)
        .chain(threshold)
        .chain(reset)
        .chain(refractory)
        .chain(schemes)
        .chain(noise_rates.into_iter().flatten())
        .collect();
    blocks
        .iter()
        .map(|block| print_block(block, &name))
        .collect::<Vec<_>>()
        .join("\n")
}

/// What is planned for `model`: its f-I curve, or a time course where it does not spike; none where
/// it cannot be run as it stands.
fn planned(model: &Model, args: &ShowArgs) -> Option<Experiment> {
    let options = args.experiment.options();
    if model.threshold.is_some() {
        return fi(model.clone(), &options).ok();
    }
    let options = TraceOptions {
        experiment: options,
        ..TraceOptions::default()
    };
    trace(model.clone(), &options).ok()
}

/// What a step costs, in a line below its heading.
fn cost(model: &Model, args: &ShowArgs) -> String {
    let compiled = planned(model, args);
    let compiled = compiled.and_then(|it| compile_with(&it, args.passes.passes()).ok());
    let Some(compiled) = compiled else {
        return String::new();
    };
    let c = compiled.plan.operations();
    let counted = [
        (c.adds, "addition"),
        (c.muls, "multiplication"),
        (c.divs, "division"),
        (c.exps, "exponential"),
        (c.choices, "choice"),
    ];
    let counted = counted.map(|(n, what)| match n {
        1 => format!("1 {what}"),
        n => format!("{n} {what}s"),
    });
    format!(
        "cost of a step, {} at dt {} ms, where no cell spikes\n  {} (--ir tells what each rewrite saves)\n",
        compiled.method,
        compiled.plan.schedule().dt,
        counted.join(", ")
    )
}

/// What a step costs as it is written, and after each rewrite on top of those before it.
fn costs(model: &Model, args: &ShowArgs) -> String {
    let Some(experiment) = planned(model, args) else {
        return String::new();
    };
    let wanted = args.passes.passes();
    let skipped: Vec<&str> = wanted.left_out().collect();
    let rewrites = PASSES.iter().map(|pass| pass.name);
    let rewrites: Vec<&str> = rewrites.filter(|name| !skipped.contains(name)).collect();
    let mut text = String::new();
    for made in 0..=rewrites.len() {
        let later = rewrites[made..].iter().chain(&skipped);
        let passes = later.fold(Passes::ALL, |passes, name| {
            passes.without(name).unwrap_or(passes)
        });
        let Ok(compiled) = compile_with(&experiment, passes) else {
            return String::new();
        };
        if made == 0 {
            let method = &compiled.method;
            text += &format!("\noperations per step, method {method}, where no cell spikes\n");
            text += "                add  multiply  divide  exponential  choose\n";
        }
        let name = made
            .checked_sub(1)
            .map_or("as written", |last| rewrites[last]);
        let c = compiled.plan.operations();
        text += &format!(
            "  {name:<11} {:>5} {:>9} {:>7} {:>12} {:>7}\n",
            c.adds, c.muls, c.divs, c.exps, c.choices
        );
    }
    text
}
