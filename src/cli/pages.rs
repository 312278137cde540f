//! `help`: that of the program, of a command, and pages on what the files say.
//!
//! Every name on a page that stands in a registry comes from there.

use std::fmt::Write;

use super::args::HelpArgs;
use super::failure::Failure;
use super::{command, say};
use crate::diag::{nearest, shorten};
use crate::integrate::METHODS;
use crate::model::{FUNCTIONS, library_lines};
use crate::record::{FEATURES, RECORDERS};
use crate::stimulus::{Measure, Property, STIMULI};

/// A page: its name and what writes it.
type Page = (&'static str, fn() -> String);

const PAGES: [Page; 2] = [("experiment", experiment), ("model", model)];

pub(super) fn run(args: &HelpArgs) -> Result<(), Failure> {
    let mut all = command();
    all.build();
    let Some(topic) = &args.topic else {
        return say(&all.render_help().to_string());
    };
    if let Some((_, page)) = PAGES.iter().find(|(name, _)| name == topic) {
        return say(&page());
    }
    match all.find_subcommand_mut(topic) {
        Some(one) => say(&one.render_long_help().to_string()),
        None => Err(unknown(topic, &all, &PAGES.map(|(name, _)| name))),
    }
}

/// There is no such command, nor one of `more`.
pub(super) fn unknown(topic: &str, all: &clap::Command, more: &[&str]) -> Failure {
    let commands = all.get_subcommands().map(clap::Command::get_name);
    let names: Vec<&str> = commands.chain(more.iter().copied()).collect();
    let near = nearest(topic, names.iter().copied());
    let near = near.map(|near| format!("did you mean `{near}`? "));
    Failure::misuse(format!(
        "there is no help on `{}`\n  help: {}there are: {}",
        shorten(topic),
        near.unwrap_or_default(),
        names.join(", ")
    ))
}

/// A whole file, every kind of entry in it.
const EXPERIMENT: &str = r#"model = "hodgkin_huxley"            # a built-in model, or a path from this file's folder
dt = "0.01 ms"                      # default: the model's, else 0.01 ms
method = "staggered"                # default: the model's, else the compiler's choice
duration = "1 s"                    # of the run; default: to the end of the last stimulus
skip = "100 ms"                     # after onset, left out of every feature and statistic
seed = 1                            # key of all random numbers; default 0
repeats = 10                        # of every cell; default 1

[set]                               # fixed values: parameters, and initial values
E_L = "-54.4 mV"
"init.v" = -70

[stimulus.I]                        # one for each input; [[stimulus.I]] several times adds them up
kind = "step"
onset = "100 ms"
duration = "800 ms"                 # the amplitude is left open for an axis below

[sweep]                             # axes multiply, in this order; the last runs fastest
g_Na = { from = "100 mS/cm^2", to = "140 mS/cm^2", n = 41 }
C = { from = 0.5, to = 2, n = 3, spacing = "log" }
g_K = [30, 36, 42]
"I.amplitude" = { from = 0, to = "30 uA/cm^2", n = 301 }

[sweep.sample]                      # quantities drawn together, one axis
n = 1000
design = "sobol"                    # or latin_hypercube, independent (the default)
E_K = { normal = ["-77 mV", "1 mV"], between = ["-80 mV", "-74 mV"] }
E_Na = { uniform = [45, 55] }
g_L = { log_normal = [0.3, 0.1] }   # median, and standard deviation of the logarithm

[record]                            # default: features, else final_state where nothing spikes
features = true                     # or those named, in this order: ["spike_count", "rate"]
final_state = true
spikes = { capacity = 64 }          # per cell; later ones are counted and not listed
statistics = ["v", "m"]             # states, sub-expressions, inputs, expressions
trace = { variables = ["v", "I_Na = g_Na*m^3*h*(v - E_Na)"], every = "0.1 ms", cells = [0, 10, 20] }
"#;

fn experiment() -> String {
    let mut text = format!(
        "The experiment file (TOML) that `rheobase run` takes. `rheobase check FILE.toml` tells what is wrong\n\
         with it, each mistake with its line, and what running it would take.\n\n{}\n\
         Quantities are texts with a unit, or numbers in the unit that the model declares, ms or Hz.\n\
         `cells = \"cells.csv\"` under [sweep] is an axis of the rows of a table: one column per quantity,\n\
         headed by its name, or by name and unit as in `g_Na [mS/cm^2]`.\n\
         Axes go over parameters, initial values (init.v) and properties of stimuli (I.amplitude).\n\
         Expressions of the model's names are recorded as \"X\" or \"NAME = X\". `cells` of a trace are the\n\
         only ones that are traced, by themselves, before the others; without it every cell is.\n\n\
         Stimuli and their properties:\n\n",
        indented(EXPERIMENT)
    );
    for stimulus in STIMULI {
        _ = writeln!(text, "  {:<13}{}", stimulus.name, stimulus.doc);
        for property in stimulus.properties {
            let (name, doc) = (property.name, property.doc);
            _ = writeln!(text, "    {name:<11}{doc} ({})", about(property));
        }
    }
    text += "\nThe samples of `values` are a list, a list of lists, or the path of a CSV file: each column is a\nwaveform, a first column of times apart. `\"I.column\" = \"all\"` under [sweep] gives every cell its own;\na column `I.column` in a table of cells says which it takes.\n\nRecorders:\n\n";
    for recorder in RECORDERS {
        _ = writeln!(text, "  {:<13}{}", recorder.name, recorder.doc);
    }
    text += "\nFeatures:\n\n";
    for feature in FEATURES {
        _ = writeln!(text, "  {:<21}{}", feature.name, feature.doc);
    }
    text
}

/// What a property takes, and its default.
fn about(property: &Property) -> String {
    let takes = match property.measure {
        Measure::Input => "a value of the input",
        Measure::Time => "a time",
        Measure::Frequency => "a frequency",
        Measure::Number => "a number",
        Measure::Samples => "samples",
        Measure::Column => "a number, or an axis",
    };
    let default = property.default.map(|x| format!("; default {x}"));
    format!("{takes}{}", default.unwrap_or_default())
}

/// A whole model, nearly every kind of line in it.
const MODEL: &str = r#"model adaptive "Integrate-and-fire with adaptation"
cite  "Where the equations are from"
range I = 0 : 800 pA              # of `fi`, where no other is given
dt 0.05 ms                        # default 0.01 ms
duration 1 s                      # of the stimulus; default 1 s
method rk4                        # default: the compiler's choice

param C     = 200 pF "membrane capacitance"
param g_L   = 10 nS
param E_L   = -70 mV
param tau_w = 30 ms
param b     : pA                  # no default: it must be set
input I     : pA "injected current"

dv/dt = (I - g_L*(v - E_L) - w)/C : mV (unless refractory)
dw/dt = (a*(v - E_L) - w)/tau_w : pA
a     = 2 nS if v > E_L else 0 nS : nS    # a sub-expression, which can be recorded

init v = E_L
init w = 0 pA
threshold v > -50 mV
reset v = -58 mV; w += b          # without it a spike is an upward crossing
refractory 2 ms                   # or a condition, as v > -55 mV: until it is false

preset fast "Another cell, chosen as adaptive:fast" (
  tau_w = 10 ms, C = 100 pF, init v = -65 mV, range I = 0 : 400 pA)
scheme published dt 0.1 ms "The authors' order of updates, chosen as a method":
  w += dw;                        # dw is dt times the right-hand side at the present values
  v += dv
"#;

fn model() -> String {
    let mut text = format!(
        "The language of models. A model is a text of such lines, in any order, in a file NAME.eqn:\n\n{}\n\
         Every Brian2 equation line is a valid line. `#` begins a comment; a line goes on while parentheses\n\
         are open and after a binary operator. `rheobase check NAME.eqn` shows all mistakes at once,\n\
         `rheobase show NAME.eqn` the model as understood.\n\n\
         Numbers and units:\n\n  \
           10 mV, 10*mV, 120 mS/cm^2, 1e-3/ms    numbers with their units\n  \
           s V A S F ohm Hz mol M K, um, cm, ... with the prefixes p n u m k M G\n  \
           1/2 ms is 1/(2 ms); 3 mV^2 is 3 times mV^2; names of the model come before those of units;\n  \
           `m`, `h` and `n` are never units\n\n\
         Operators, the tightest first:\n\n  \
           ^ or **,  - (sign),  * /,  + -,  < <= > >= == !=,  not,  and,  or,  A if CONDITION else B\n\n\
         Functions:\n\n",
        indented(MODEL)
    );
    for row in FUNCTIONS {
        let arguments = ["x", "x, y", "x, low, high"];
        let arguments = arguments.get(row.arity.saturating_sub(1)).unwrap_or(&"...");
        let call = format!("{}({arguments})", row.name);
        _ = writeln!(text, "  {call:<22}{}", row.doc);
    }
    for line in library_lines() {
        let (call, doc) = line.split_once(": ").unwrap_or((line, ""));
        _ = writeln!(text, "  {call:<22} {doc}");
    }
    text += "\n  A function of your own: rise(x, k) = 1/(1 + exp(-x/k)), without units; each call is checked.\n";
    text += "\nNoise, in differential equations alone:\n\n  \
               xi, xi_NAME            white noise of unit intensity, in 1/sqrt(second); equal names are one source\n  \
               poisson(rate)          the events of a Poisson process; w*poisson(rate) makes a state jump by w\n";
    text += "\nConstants: pi, gas_constant, faraday_constant, zero_celsius\n\nMethods:\n\n";
    for method in METHODS {
        _ = writeln!(text, "  {:<20}{}", method.name, method.doc);
    }
    text += "\nUnits are checked. Inputs are driven by stimuli; parameters and initial values (init.v) may be set or\n\
             swept; states, sub-expressions and inputs may be recorded.\n";
    text
}

fn indented(block: &str) -> String {
    block.lines().fold(String::new(), |text, line| {
        text + format!("  {line}").trim_end() + "\n"
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::from_toml;

    #[test]
    fn the_file_on_the_page_is_an_experiment() {
        let read = from_toml("page", EXPERIMENT, std::path::Path::new("."));
        let read = read.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(read.grid.n_cells(), 41 * 3 * 3 * 301 * 1000 * 10);
        // Each statistic is a recorder of its own.
        // The trace of chosen cells stands apart.
        let n_recorders = read.recorders.len() + usize::from(read.traced.is_some());
        assert_eq!(n_recorders, RECORDERS.len() + 1);
    }

    #[test]
    fn the_text_on_the_page_is_a_model() {
        let read = crate::model::from_text("page", MODEL);
        let read = read.unwrap_or_else(|error| panic!("{error}"));
        assert!(read.threshold.is_some() && read.params.len() == 5);
    }

    #[test]
    fn pages_name_every_row_of_their_registries() {
        let (experiment, model) = (experiment(), model());
        for stimulus in STIMULI {
            assert!(experiment.contains(stimulus.name));
            for property in stimulus.properties {
                assert!(experiment.contains(property.doc));
            }
        }
        assert!(RECORDERS.iter().all(|row| experiment.contains(row.doc)));
        assert!(FEATURES.iter().all(|row| experiment.contains(row.doc)));
        assert!(FUNCTIONS.iter().all(|row| model.contains(row.doc)));
        assert!(METHODS.iter().all(|row| model.contains(row.doc)));
    }
}
