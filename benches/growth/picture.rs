//! A picture of times against operations, both logarithmic, as SVG.
//!
//! Takes marks, gives the text of a file. Names stand upright above the data, each with a thin line
//! down to its marks; a line of equal time per operation goes through the median of each engine.

use std::fmt::Write;

/// A model on an engine.
pub(crate) struct Mark {
    pub(crate) engine: String,
    pub(crate) name: String,
    /// Weighted operations of a step.
    pub(crate) operations: f64,
    /// Time of a cell-step.
    pub(crate) ns: f64,
}

const SIZE: (f64, f64) = (900.0, 700.0);
/// Left, right, top and bottom of the data.
const FIELD: (f64, f64, f64, f64) = (70.0, 880.0, 190.0, 645.0);
/// Between the names.
const NAME: f64 = 14.0;
const COLOURS: [&str; 4] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];

/// The decades that hold all values, as exponents of ten.
fn decades(values: impl Iterator<Item = f64>) -> (i32, i32) {
    let logs: Vec<f64> = values.map(f64::log10).collect();
    let least = logs.iter().copied().fold(f64::INFINITY, f64::min);
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (least.floor() as i32, most.ceil() as i32)
}

pub(crate) fn picture(marks: &[Mark]) -> String {
    let (left, right, top, bottom) = FIELD;
    let (x_from, x_to) = decades(marks.iter().map(|m| m.operations));
    let (y_from, y_to) = decades(marks.iter().map(|m| m.ns));
    let part =
        |value: f64, from: i32, to: i32| (value.log10() - f64::from(from)) / f64::from(to - from);
    let x = |operations: f64| left + (right - left) * part(operations, x_from, x_to);
    let y = |ns: f64| bottom - (bottom - top) * part(ns, y_from, y_to);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" font-family=\"Arial, Helvetica, sans-serif\" \
         font-size=\"12\" fill=\"#262626\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
        SIZE.0, SIZE.1
    );
    let mut draw = |item: std::fmt::Arguments<'_>| {
        writeln!(svg, "{item}").expect("a String takes all text");
    };
    for power in x_from..=x_to {
        let at = x(10f64.powi(power));
        draw(format_args!(
            "<path d=\"M{at:.1} {top}V{bottom}\" stroke=\"#dddddd\"/><text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            bottom + 18.0,
            10f64.powi(power)
        ));
    }
    for power in y_from..=y_to {
        let at = y(10f64.powi(power));
        draw(format_args!(
            "<path d=\"M{left} {at:.1}H{right}\" stroke=\"#dddddd\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            left - 8.0,
            at + 4.0,
            10f64.powi(power)
        ));
    }
    draw(format_args!(
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">weighted operations per step (add, multiply, choose 1; divide 4; exponential 12)</text>",
        f64::midpoint(left, right),
        bottom + 42.0
    ));
    draw(format_args!(
        "<text transform=\"translate(20 {:.1}) rotate(-90)\" text-anchor=\"middle\">ns per cell-step</text>",
        f64::midpoint(top, bottom)
    ));
    for (name, from, to) in names(marks, x) {
        let highest = marks
            .iter()
            .filter(|m| m.name == name)
            .map(|m| y(m.ns))
            .fold(bottom, f64::min);
        draw(format_args!(
            "<path d=\"M{to:.1} {:.1}L{from:.1} {top}V{highest:.1}\" fill=\"none\" stroke=\"#bbbbbb\" stroke-width=\"0.6\"/>\
             <text transform=\"translate({:.1} {:.1}) rotate(-90)\" font-size=\"11\">{name}</text>",
            top - 16.0,
            to + 4.0,
            top - 20.0
        ));
    }
    let mut engines: Vec<&str> = marks.iter().map(|m| m.engine.as_str()).collect();
    engines.dedup();
    for (i, engine) in engines.iter().enumerate() {
        let colour = COLOURS[i % COLOURS.len()];
        let own: Vec<&Mark> = marks.iter().filter(|m| m.engine == *engine).collect();
        let mut costs: Vec<f64> = own.iter().map(|m| m.ns / m.operations).collect();
        costs.sort_by(f64::total_cmp);
        let cost = costs[costs.len() / 2];
        let ends = (
            10f64.powi(x_from).max(10f64.powi(y_from) / cost),
            10f64.powi(x_to).min(10f64.powi(y_to) / cost),
        );
        draw(format_args!(
            "<path d=\"M{:.1} {:.1}L{:.1} {:.1}\" stroke=\"{colour}\" stroke-dasharray=\"5 4\"/>",
            x(ends.0),
            y(ends.0 * cost),
            x(ends.1),
            y(ends.1 * cost)
        ));
        for mark in own {
            draw(format_args!(
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\" fill=\"{colour}\"><title>{}: {:.3} ns, {} operations</title></circle>",
                x(mark.operations),
                y(mark.ns),
                mark.name,
                mark.ns,
                mark.operations
            ));
        }
        let at = top + 18.0 + 18.0 * i as f64;
        draw(format_args!(
            "<circle cx=\"{}\" cy=\"{:.1}\" r=\"4\" fill=\"{colour}\"/><text x=\"{}\" y=\"{at:.1}\">{engine}; line: {cost:.4} ns an operation</text>",
            left + 14.0,
            at - 4.0,
            left + 24.0
        ));
    }
    svg + "</svg>\n"
}

/// Each name once, where its marks are, and where it stands: in the same order, apart from each other.
fn names(marks: &[Mark], x: impl Fn(f64) -> f64) -> Vec<(&str, f64, f64)> {
    let mut names: Vec<(&str, f64, f64)> = Vec::new();
    for mark in marks {
        if !names.iter().any(|(name, ..)| *name == mark.name) {
            let at = x(mark.operations);
            names.push((&mark.name, at, at));
        }
    }
    names.sort_by(|a, b| a.1.total_cmp(&b.1));
    // Pushed apart from the left, then back from the right edge.
    for i in 1..names.len() {
        names[i].2 = names[i].2.max(names[i - 1].2 + NAME);
    }
    let mut most = FIELD.1;
    for name in names.iter_mut().rev() {
        name.2 = name.2.min(most);
        most = name.2 - NAME;
    }
    names
}
