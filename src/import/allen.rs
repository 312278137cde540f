//! `neuron_config.json` of the Allen Cell Types Database: a fitted GLIF neuron of level 1 to 5.
//!
//! Takes such files, all of one level; gives the built-in model of that level with their values in
//! place, each file a preset where there are several.

use super::json::Fields;
use crate::model::library;
use crate::units::scale_by_ten;
use std::fmt;

/// A file: what it is called, and what is in it.
#[derive(Clone, Copy, Debug)]
pub struct Config<'a> {
    /// Its path, for messages and comments.
    pub name: &'a str,
    /// Its contents.
    pub text: &'a str,
}

/// All that is wrong with the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong(pub Vec<String>);

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "this is no model that can be imported\n{}\n  help: give the neuron_config.json of a GLIF model",
            self.0.join("\n")
        )
    }
}

impl std::error::Error for Wrong {}

/// Methods of the five levels: after-spike currents, their reset, threshold, its reset, reset of v.
const LEVELS: [[&str; 5]; 5] = [
    ["none", "none", "inf", "inf", "zero"],
    [
        "none",
        "none",
        "spike_component",
        "three_components",
        "v_before",
    ],
    ["exp", "sum", "inf", "inf", "zero"],
    [
        "exp",
        "sum",
        "spike_component",
        "three_components",
        "v_before",
    ],
    [
        "exp",
        "sum",
        "three_components_exact",
        "three_components",
        "v_before",
    ],
];

/// Where these methods stand.
const METHODS: [&str; 5] = [
    "AScurrent_dynamics_method.name",
    "AScurrent_reset_method.name",
    "threshold_dynamics_method.name",
    "threshold_reset_method.name",
    "voltage_reset_method.name",
];

/// One cell: its level, and its values with their units, by the names of the built-in models.
struct Cell {
    level: usize,
    values: Vec<(&'static str, String)>,
    rest: f64,
    dt: f64,
}

/// The text of a model called `name` with the values of `files`.
///
/// # Errors
/// All that is wrong with them, each with its file and its path within.
pub fn allen(name: &str, files: &[Config<'_>]) -> Result<String, Wrong> {
    let (mut cells, mut wrong) = (Vec::new(), Vec::new());
    for file in files {
        match read(file) {
            Ok(cell) => cells.push(cell),
            Err(all) => wrong.extend(all.into_iter().map(|one| format!("  {}: {one}", file.name))),
        }
    }
    let Some(first) = cells.first() else {
        return Err(Wrong(wrong));
    };
    if !wrong.is_empty() {
        return Err(Wrong(wrong));
    }
    for (cell, file) in cells.iter().zip(files).skip(1) {
        if cell.level != first.level || cell.dt != first.dt {
            wrong.push(format!(
                "  {}: level {} at dt {} ms, where {} is of level {} at dt {} ms: import them one by one",
                file.name, cell.level, cell.dt, files[0].name, first.level, first.dt
            ));
        }
    }
    if wrong.is_empty() {
        Ok(written(name, files, &cells, first))
    } else {
        Err(Wrong(wrong))
    }
}

fn read(file: &Config<'_>) -> Result<Cell, Vec<String>> {
    let json =
        serde_json::from_str(file.text).map_err(|error| vec![format!("not JSON: {error}")])?;
    let mut fields = Fields::of(&json);
    let found = METHODS.map(|path| fields.word(path));
    let level = LEVELS.iter().position(|methods| *methods == found);
    if level.is_none() && found.iter().all(|name| !name.is_empty()) {
        let words: Vec<String> = METHODS
            .iter()
            .zip(found)
            .map(|(path, name)| format!("`{path}` {name}"))
            .collect();
        fields.wrong.push(format!(
            "no GLIF level has these methods: {}",
            words.join(", ")
        ));
    }
    let level = level.map_or(5, |number| number + 1);
    let values = values(&mut fields, level);
    let (rest, dt) = (
        fields.number_or("El_reference", f64::NAN),
        fields.positive("dt"),
    );
    for path in [
        "El",
        "init_voltage",
        "init_AScurrents.0",
        "init_AScurrents.1",
    ] {
        if fields.number_or(path, 0.0) != 0.0 {
            fields
                .wrong
                .push(format!("`{path}` is not 0, which the model counts from"));
        }
    }
    if !fields.wrong.is_empty() {
        return Err(fields.wrong);
    }
    Ok(Cell {
        level,
        values,
        rest: milli(rest),
        dt: milli(dt),
    })
}

fn milli(x: f64) -> f64 {
    scale_by_ten(x, 3 * 12)
}

/// Effective values: what the last optimisation multiplies is multiplied.
fn values(fields: &mut Fields<'_>, level: usize) -> Vec<(&'static str, String)> {
    let shown = |x: f64, power: i32, unit: &str| format!("{}{unit}", scale_by_ten(x, power * 12));
    let c = fields.positive("C") * fields.number_or("coeffs.C", 1.0);
    let r = fields.positive("R_input") / fields.number_or("coeffs.G", 1.0);
    let theta = fields.number("th_inf") * fields.number("coeffs.th_inf");
    let cut = fields.number("spike_cut_length") * milli(fields.number("dt"));
    let mut all = vec![
        ("C", shown(c, 12, " pF")),
        ("R", shown(r, -6, " Mohm")),
        ("theta_inf", shown(theta, 3, " mV")),
        // A whole number of steps, without the last digits of the product.
        ("t_ref", format!("{} ms", (cut * 1e9).round() / 1e9)),
    ];
    if level >= 3 {
        for (k, a, tau, amp, times, left) in [
            (
                "k_1",
                "A_1",
                "asc_tau_array.0",
                "asc_amp_array.0",
                "coeffs.asc_amp_array.0",
                "AScurrent_reset_method.params.r.0",
            ),
            (
                "k_2",
                "A_2",
                "asc_tau_array.1",
                "asc_amp_array.1",
                "coeffs.asc_amp_array.1",
                "AScurrent_reset_method.params.r.1",
            ),
        ] {
            let rate = 1.0 / fields.positive(tau);
            let amplitude = fields.number(amp) * fields.number_or(times, 1.0);
            if fields.number_or(left, 1.0) != 1.0 {
                fields.wrong.push(format!(
                    "`{left}` is not 1, as it is in all published cells"
                ));
            }
            all.push((k, format!("{rate} Hz")));
            all.push((a, shown(amplitude, 12, " pA")));
        }
    }
    if [2, 4, 5].contains(&level) {
        let slope = fields.number("voltage_reset_method.params.a");
        let taken = -fields.number("voltage_reset_method.params.b");
        let rate = fields.number("threshold_dynamics_method.params.b_spike");
        let added = fields.number("threshold_dynamics_method.params.a_spike");
        all.push(("f_v", slope.to_string()));
        all.push(("delta_v", shown(taken, 3, " mV")));
        all.push(("b_s", format!("{rate} Hz")));
        all.push(("delta_theta", shown(added, 3, " mV")));
    }
    if level == 5 {
        let a = fields.number("threshold_dynamics_method.params.a_voltage")
            * fields.number_or("coeffs.a", 1.0);
        let b = fields.number("threshold_dynamics_method.params.b_voltage")
            * fields.number_or("coeffs.b", 1.0);
        all.push(("a_v", format!("{a} Hz")));
        all.push(("b_v", format!("{b} Hz")));
    }
    all
}

fn written(name: &str, files: &[Config<'_>], cells: &[Cell], first: &Cell) -> String {
    let built_in = library::MODELS
        .iter()
        .find(|one| one.name == format!("glif{}", first.level));
    let body = built_in.map_or("", |one| one.text);
    let body = body.split("\npreset ").next().unwrap_or(body);
    let mut text = String::new();
    for line in body.lines() {
        if let Some(rest) = line.strip_prefix("model ") {
            let title = rest.split_once(' ').map_or("", |(_, title)| title);
            text += &format!("model {name} {title}\n");
            for (file, cell) in files.iter().zip(cells) {
                text += &format!("# {}, resting at {}\n", one_line(file.name), rest_of(cell));
            }
            continue;
        }
        let mut line = line.to_owned();
        if let Some((key, rest)) = line
            .strip_prefix("param ")
            .and_then(|rest| rest.split_once('='))
        {
            let own = first.values.iter().find(|(own, _)| *own == key.trim());
            let doc = rest
                .split_once('"')
                .map_or(String::new(), |(_, doc)| format!("  \"{doc}"));
            if let Some((_, value)) = own {
                line = format!("param {key}= {value}{doc}");
            }
        }
        text += &(line.replace("dt 0.05 ms", &format!("dt {} ms", first.dt)) + "\n");
    }
    if cells.len() > 1 {
        let mut taken: Vec<String> = Vec::new();
        for (file, cell) in files.iter().zip(cells) {
            let name = preset_name(file.name, &mut taken);
            let all: Vec<String> = cell
                .values
                .iter()
                .map(|(key, value)| format!("{key} = {value}"))
                .collect();
            let doc = format!(
                "{}; resting at {}",
                one_line(file.name).replace('"', "'"),
                rest_of(cell)
            );
            text += &format!("\npreset {name} \"{doc}\" (\n  {})", all.join(",\n  "));
        }
        text.push('\n');
    }
    text
}

fn one_line(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).collect()
}

fn rest_of(cell: &Cell) -> String {
    match cell.rest.is_finite() {
        true => format!("{} mV (El_reference)", cell.rest),
        false => "an unknown potential".into(),
    }
}

/// A name made of a file's: letters, digits and `_`, none twice.
fn preset_name(file: &str, taken: &mut Vec<String>) -> String {
    let last = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = last.strip_suffix(".json").unwrap_or(last);
    let word = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let mut name: String = stem.chars().map(word).collect();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name = format!("cell_{name}");
    }
    while taken.contains(&name) {
        name.push_str("_2");
    }
    taken.push(name.clone());
    name
}
