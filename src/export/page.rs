//! A model as a page of text: what it is, its equations as the paper prints them, its values, and how
//! it is stepped and why.
//!
//! Takes a [`Model`] and a paragraph on what a step costs; gives the page.

use super::source::Source;
use super::stepping::{Chosen, DEFAULT_DT, Stepped};
use super::values::{default, initial, number, quantity, short, with_unit};
use crate::diag::Span;
use crate::integrate::{Linearity, Method, default_for};
use crate::lang::ast::Assignment;
use crate::model::Model;

/// The page of a model, or of it with the preset that it was loaded with. `cost` stands at the end.
#[must_use]
pub fn page(model: &Model, cost: &str) -> String {
    let source = Source::of(model);
    let sections = [
        heading(model),
        section("equations", equations(&source)),
        section("functions", functions(&source)),
        section("parameters", parameters(model, &source)),
        section("inputs", inputs(model)),
        section("states", states(model, &source)),
        section("spikes", spikes(model, &source)),
        section("step", steps(model, &source)),
        section("presets", presets(model)),
        cost.to_owned(),
    ];
    let written: Vec<String> = sections.into_iter().filter(|one| !one.is_empty()).collect();
    written.join("\n")
}

fn heading(model: &Model) -> String {
    let title = match model.title.as_str() {
        "" => model.name.clone(),
        title => format!("{}: {title}", model.name),
    };
    let own = model.presets.iter();
    let chosen = own.filter(|one| Some(&one.name) == model.preset.as_ref());
    let chosen = chosen.map(|one| format!("  preset {}: {}", one.name, one.doc));
    let cites = model.cite.iter().map(|cite| format!("  {cite}"));
    let lines: Vec<String> = std::iter::once(title).chain(chosen).chain(cites).collect();
    lines.join("\n") + "\n"
}

/// A heading and the lines below it; nothing where there are none.
fn section(name: &str, lines: Vec<String>) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let lines = lines.into_iter().map(|line| format!("  {line}\n"));
    format!("{name}\n{}", lines.collect::<String>())
}

fn equations(source: &Source) -> Vec<String> {
    source
        .equations()
        .map(|one| source.words(one.span))
        .collect()
}

fn functions(source: &Source) -> Vec<String> {
    source
        .functions()
        .map(|one| source.words(one.span))
        .collect()
}

/// Columns as wide as their widest entry; the last is not padded.
fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let width = |i: usize| {
        let widths = rows.iter().filter_map(|row| row.get(i));
        widths.map(|text| text.chars().count()).max().unwrap_or(0)
    };
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate();
        let cells = cells.map(|(i, text)| format!("{text:<0$}", width(i)));
        let cells: Vec<String> = cells.collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

fn parameters(model: &Model, source: &Source) -> Vec<String> {
    let row = |param: &crate::model::Param| {
        let value = default(model, source, param).map(number);
        vec![
            param.name.clone(),
            value.map_or("to be set,".into(), |value| format!("= {value}")),
            match param.unit.label.as_str() {
                "1" => String::new(),
                label => label.into(),
            },
            param.doc.clone(),
        ]
    };
    aligned(&model.params.iter().map(row).collect::<Vec<_>>())
}

fn inputs(model: &Model) -> Vec<String> {
    let row = |input: &crate::model::Input| {
        let range = input.range.map(|(low, high)| {
            let low = number(model.base.from_base(low, &input.unit));
            format!("{low} to {}", quantity(model, high, &input.unit))
        });
        let range = range.unwrap_or_else(|| format!("in {}", input.unit));
        vec![input.name.clone(), range, input.doc.clone()]
    };
    aligned(&model.inputs.iter().map(row).collect::<Vec<_>>())
}

fn states(model: &Model, source: &Source) -> Vec<String> {
    let begin = initial(model, model.dt.unwrap_or(DEFAULT_DT));
    let stepped = Stepped::of(model);
    let mut rows = Vec::new();
    for ((state, start), linearity) in model
        .states
        .iter()
        .zip(begin)
        .zip(stepped.equations.linearity())
    {
        let written = source.init(&state.name);
        let written = written.map_or(String::new(), |expr| source.words(expr.span));
        let start = short(model.base.from_base(start, &state.unit));
        let value = with_unit(&start, &state.unit);
        let begins = match value == written {
            true => format!("from {written}"),
            false => format!("from {written} = {value}"),
        };
        let how = match linearity {
            Linearity::Linear => "linear, and no other state in its equation",
            Linearity::Conditional => {
                "linear while the other states are held (conditionally linear)"
            }
            Linearity::Nonlinear => "nonlinear",
        };
        let held = match state.unless_refractory {
            true => "; held while refractory",
            false => "",
        };
        let unit = state.unit.label.clone();
        rows.push(vec![
            state.name.clone(),
            unit,
            begins,
            format!("{how}{held}"),
        ]);
    }
    aligned(&rows)
}

fn spikes(model: &Model, source: &Source) -> Vec<String> {
    let Some(condition) = source.threshold() else {
        return vec!["none: the model has no threshold".into()];
    };
    let condition = source.words(condition.span);
    let mut rows = vec![vec!["threshold".into(), condition]];
    if model.reset.is_empty() {
        let meaning = "none: a spike is where the threshold becomes true";
        rows.push(vec!["reset".into(), meaning.into()]);
    } else {
        rows.push(vec!["reset".into(), assignments(source, &source.reset())]);
    }
    if let Some(period) = source.refractory() {
        let words = source.words(period.span);
        let mut line = words.clone();
        if let Some(value) = refractory_value(model).filter(|value| *value != words) {
            line += &format!(" = {value}");
        }
        rows.push(vec!["refractory".into(), line]);
    }
    aligned(&rows)
}

/// The refractory period at the default values, where it needs no state.
fn refractory_value(model: &Model) -> Option<String> {
    let unset = f64::NAN;
    let params: Vec<f64> = model
        .params
        .iter()
        .map(|p| p.default.unwrap_or(unset))
        .collect();
    let values = crate::model::Values {
        params: &params,
        ..crate::model::Values::default()
    };
    let period = model.refractory.as_ref()?.evaluate(&values);
    period.is_finite().then(|| format!("{} ms", short(period)))
}

/// `v = c; u = u + d`
fn assignments(source: &Source, all: &[&Assignment]) -> String {
    // `w += b` is held as `w = w + b`: the words from the name to the end of the value are the text's.
    let words = all
        .iter()
        .map(|one| source.words(Span::new(one.name.span.start, one.value.span.end)));
    words.collect::<Vec<_>>().join("; ")
}

fn steps(model: &Model, source: &Source) -> Vec<String> {
    let stepped = Stepped::of(model);
    let (dt, whose) = stepped.dt();
    let what = match stepped.chosen {
        Chosen::Scheme(_) => "scheme",
        _ => "method",
    };
    let mut rows = vec![
        vec![what.into(), stepped.name().to_owned(), stepped.reason()],
        vec!["dt".into(), format!("{dt} ms"), format!("{whose} own")],
    ];
    if let Some(duration) = model.duration {
        let duration = format!("{duration} ms");
        rows.push(vec!["duration".into(), duration, "the model's own".into()]);
    }
    for ((name, updates), scheme) in source.schemes().zip(&model.schemes) {
        let updates: Vec<&Assignment> = updates.iter().collect();
        let dt = scheme
            .dt
            .map_or("no step of its own".into(), |dt| format!("dt {dt} ms"));
        let source_of = format!("{dt}: {}", assignments(source, &updates));
        rows.push(vec!["scheme".into(), name.text.clone(), source_of]);
    }
    if !model.schemes.is_empty() {
        let words = format!(
            "a scheme gives the published results at its step; methods converge to the solution of the equations \
             as dt gets smaller: --method {}",
            default_for(&stepped.equations).name
        );
        rows.push(vec![String::new(), String::new(), words]);
    }
    let (can, cannot) = stepped.others();
    for method in can {
        rows.push(vec![
            "possible".into(),
            method.name.into(),
            about(method, !model.noises.is_empty()),
        ]);
    }
    for (method, state) in cannot {
        let why = format!("no: {}", obstacle(method, state));
        rows.push(vec!["".into(), method.name.into(), why]);
    }
    aligned(&rows)
}

/// With noise a method's order is another, and depends on how the noise enters.
fn about(method: &Method, noisy: bool) -> String {
    let order = match method.order {
        Some(n) if noisy => format!("order {n} without noise"),
        Some(n) => format!("converges with order {n}"),
        None => "exact between spikes at any dt".into(),
    };
    format!("{} ({order})", method.doc)
}

fn obstacle(method: &Method, state: &str) -> String {
    match method.name {
        "exact" => format!("the equation of `{state}` is not linear, or has other states in it"),
        _ => format!("the equation of `{state}` is nonlinear in `{state}`"),
    }
}

fn presets(model: &Model) -> Vec<String> {
    let mut lines = Vec::new();
    for preset in &model.presets {
        let doc = match preset.doc.as_str() {
            "" => String::new(),
            doc => format!("  {doc}"),
        };
        lines.push(format!("{}{doc}", preset.name));
        lines.push(format!("    {}", preset.settings.join(", ")));
    }
    lines
}
