//! `show`: a model as understood, and the stages it goes through.

use super::args::ShowArgs;
use super::failure::Failure;
use super::say;
use crate::exec::gpu::wgsl;
use crate::experiment::fi;
use crate::integrate::{Equations, Linearity, METHODS, default_for};
use crate::ir::{Block, PASSES, Passes, Slot, print as print_block};
use crate::model::lower::{Dynamics, lower};
use crate::model::{Model, load_with_warnings};
use crate::plan::{compile_with, print as print_plan};

pub(super) fn run(args: &ShowArgs) -> Result<(), Failure> {
    let (model, warnings) = load_with_warnings(&args.model)?;
    super::fi::warn(&warnings);
    let mut text = String::new();
    if !(args.ir || args.plan || args.wgsl) {
        text += &summary(&model);
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

/// Name, citation, parameters, states, inputs, text and the method chosen.
fn summary(model: &Model) -> String {
    let mut lines = vec![format!("{}: {}", model.name, model.title)];
    lines.extend(model.cite.iter().map(|cite| format!("  {cite}")));
    lines.push("\nparameters".into());
    for param in &model.params {
        let value = param.default.map_or("(none)".into(), |x| {
            model.base.from_base(x, &param.unit).to_string()
        });
        lines.push(format!(
            "  {:<8} = {value:>8} {:<10} {}",
            param.name, param.unit.label, param.doc
        ));
    }
    lines.push("inputs".into());
    for input in &model.inputs {
        lines.push(format!(
            "  {:<8} in {:<17} {}",
            input.name, input.unit.label, input.doc
        ));
    }
    lines.push("states".into());
    let dynamics = lower(model, model.dt.unwrap_or(0.01));
    let equations = Equations::new(&dynamics.rates, dynamics.held, model.noises.len());
    for (state, linearity) in model.states.iter().zip(equations.linearity()) {
        let how = match linearity {
            Linearity::Linear => "linear",
            Linearity::Conditional => "conditionally linear",
            Linearity::Nonlinear => "nonlinear",
        };
        lines.push(format!(
            "  {:<8} in {:<17} {how}",
            state.name, state.unit.label
        ));
    }
    let usable = METHODS
        .iter()
        .filter(|m| m.first_obstacle(&equations).is_none())
        .map(|m| m.name);
    let chosen = model
        .method
        .as_ref()
        .map_or(default_for(&equations).name, |(name, _)| name);
    lines.push(format!(
        "method\n  {chosen} (possible: {})",
        usable.collect::<Vec<_>>().join(", ")
    ));
    lines.push("text".into());
    lines.extend(model.text.lines().map(|line| format!("  {line}")));
    lines.join("\n") + "\n"
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

/// What a step of `fi` costs as it is written, and after each rewrite on top of those before it;
/// nothing for a model without an f-I curve.
fn costs(model: &Model, args: &ShowArgs) -> String {
    let Ok(experiment) = fi(model.clone(), &args.experiment.options()) else {
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
            text += "              add  multiply  divide  exponential  choose\n";
        }
        let name = made
            .checked_sub(1)
            .map_or("as written", |last| rewrites[last]);
        let c = compiled.plan.operations();
        text += &format!(
            "  {name:<10} {:>5} {:>9} {:>7} {:>12} {:>7}\n",
            c.adds, c.muls, c.divs, c.exps, c.choices
        );
    }
    text
}
