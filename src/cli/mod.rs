//! The command line: arguments to protocols, results to the terminal, errors to exit statuses.
//!
//! Takes arguments; gives an exit status: 0 success, 1 checked and found different, 2 misuse or
//! failure, 130 interrupted. Tables go to stdout, progress and messages to stderr. The only place
//! that knows `clap`.

mod args;
mod bench;
mod check;
mod compare;
mod devices;
mod failure;
mod fi;
mod list;
mod outcome;
mod plot;
mod progress;
mod run;
mod show;
mod tool_args;
mod trace;
mod verify;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

pub use args::Cli;
use args::Command;
use failure::Failure;

/// Runs the program on `arguments` (the first is its own name).
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let parsed = command()
        .try_get_matches_from(arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            // A closed pipe is no reason to fail differently.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() {
                failure::MISUSE
            } else {
                0
            });
        }
    };
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(std::io::stderr().lock(), "{}", failure.message);
            ExitCode::from(failure.status)
        }
    }
}

/// The whole command with every list in its help filled in from the registries.
#[must_use]
pub fn command() -> clap::Command {
    let registries = list::Registries::default();
    Cli::command()
        .mut_subcommand("fi", |fi| fi.after_help(registries.fi_help()))
        .mut_subcommand("run", |run| run.after_help(RUN_HELP))
        .mut_subcommand("trace", |trace| trace.after_help(TRACE_HELP))
        .mut_subcommand("show", |show| show.after_help(registries.names_help()))
        .mut_subcommand("check", |check| check.after_help(registries.names_help()))
        .mut_subcommand("verify", |verify| {
            verify.after_help(registries.verify_help())
        })
        .mut_subcommand("bench", |bench| bench.after_help(registries.bench_help()))
        .mut_subcommand("plot", |plot| plot.after_help(PLOT_HELP))
        .mut_subcommand("compare", |compare| compare.after_help(COMPARE_HELP))
        .mut_subcommand("list", |list| list.after_help(registries.names_help()))
}

const TRACE_HELP: &str = "Examples:
  rheobase trace hodgkin_huxley --amplitude 10 --duration \"50 ms\" --settle \"10 ms\"
  rheobase trace hodgkin_huxley --amplitude 5,7,10 --all --duration \"100 ms\"
  rheobase trace lif --amplitude 2 --variables v --every \"0.1 ms\"";

const RUN_HELP: &str = "An experiment file names a model, stimuli, axes and recorders; the documentation of `from_toml` shows every
entry, and examples/ has some to begin with. `rheobase check FILE.toml` tells cells, steps and bytes before anything runs.

Examples:
  rheobase run examples/conductances.toml
  rheobase run night.toml --out results --resume
  rheobase run night.toml --out results --format parquet";

const COMPARE_HELP: &str = "Two numbers agree if |a - b| <= ABS + REL max(|a|, |b|); missing values agree with missing values \
only. The exit status is 0 if the tables agree, 1 if they do not, 2 if they cannot be compared.

Examples:
  rheobase compare fi.csv other/fi.csv
  rheobase compare fi.csv other/fi.csv --abs 1e-9 --rel 1e-4 --column rate=1e-3";

const PLOT_HELP: &str = "Without options: the spikes of a table with the columns cell and spike_time; the first state over t; \
else the rate over\nthe last axis, a curve per value of the axis before it, or a map where those are more than seven.

Examples:
  rheobase plot fi.csv
  rheobase plot fi.csv --x I --y time_to_first_spike --by g_Na --out latency.svg
  rheobase plot table.csv --x I --y g_Na --z ISI_CV";

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Fi(args) => fi::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Check(args) => check::run(&args),
        Command::List(args) => list::run(&args),
        Command::Devices => devices::run(),
        Command::Bench(args) => bench::run(&args),
        Command::Trace(args) => trace::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Plot(args) => plot::run(&args),
        Command::Compare(args) => compare::run(&args),
    }
}

/// Writes to stdout; a reader that has gone away ends the program quietly, as for any filter.
fn say(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::misuse(format!("cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes a line to stderr.
fn note(text: &str) {
    // Where stderr is closed there is nobody to tell.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
