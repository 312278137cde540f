//! `new`: a model file to begin with, which runs as it is.

use super::args::NewArgs;
use super::failure::Failure;
use super::say;
use crate::diag::shorten;
use crate::table::{Existing, FileError, write_whole};

/// The file; `NAME` is replaced.
const TEMPLATE: &str = r#"# `rheobase fi NAME.eqn` draws its f-I curve, `rheobase show NAME.eqn` says how it is understood,
# `rheobase help model` tells all that may stand here.
model NAME "Integrate-and-fire neuron with adaptation"
cite  "Where the equations are from"

range I = 0 : 800 pA                  # the currents of `fi`
dt 0.05 ms                            # the step
duration 1 s                          # of the current

# Parameters: a value with its unit, and what it is. `--set C=100:300:5` sweeps one.
param C     = 200 pF    "membrane capacitance"
param g_L   = 10 nS     "leak conductance"
param E_L   = -70 mV    "resting potential"
param v_th  = -50 mV    "threshold"
param v_r   = -58 mV    "reset potential"
param a     = 2 nS      "adaptation below threshold"
param b     = 60 pA     "adaptation added by a spike"
param tau_w = 30 ms     "time constant of adaptation"
param t_ref = 2 ms      "refractory time"
input I : pA            "injected current"

# One equation for each state, with the unit of the state. More lines such as
# `I_L = g_L*(v - E_L) : pA` name a part.
dv/dt = (I - g_L*(v - E_L) - w)/C : mV (unless refractory)
dw/dt = (a*(v - E_L) - w)/tau_w : pA

init v = E_L
init w = 0 pA

# Without a reset, a spike is where the threshold becomes true.
threshold v > v_th
reset v = v_r; w += b
refractory t_ref

# Other sets of values: `rheobase fi NAME.eqn:strong`.
preset strong "Strong adaptation" (b = 120 pA, tau_w = 100 ms)
"#;

/// Letters that a name may have.
const LONGEST: usize = 64;

pub(super) fn run(args: &NewArgs) -> Result<(), Failure> {
    let name = args.name.strip_suffix(".eqn").unwrap_or(&args.name);
    check_name(name)?;
    let existing = match args.force {
        true => Existing::Replace,
        false => Existing::Refuse,
    };
    let path = args.out.join(format!("{name}.eqn"));
    let text = TEMPLATE.replace("NAME", name);
    write_whole(&path, text.as_bytes(), existing).map_err(failed)?;
    let path = path.display();
    say(&format!("wrote {path}\nrheobase fi {path} runs it\n"))
}

/// A name that a model may have.
pub(super) fn check_name(name: &str) -> Result<(), Failure> {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let goes_on = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if begins && goes_on && name.len() <= LONGEST {
        return Ok(());
    }
    Err(Failure::misuse(format!(
        "`{}` is no name for a model\n  help: a name is a letter, then letters, digits and `_`, {LONGEST} at most",
        shorten(name)
    )))
}

/// What could not be written.
pub(super) fn failed(error: FileError) -> Failure {
    match error {
        FileError::Exists { path } => Failure::misuse(format!(
            "{} exists\n  help: replace it with --force, or take another name",
            path.display()
        )),
        other => Failure::misuse(other),
    }
}
