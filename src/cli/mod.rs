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
mod help;
mod import;
mod list;
mod new;
mod outcome;
mod pages;
mod plot;
mod progress;
mod run;
mod shell;
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
    crate::caught::silence();
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
    help::dress(Cli::command())
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Fi(args) => fi::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Check(args) => check::run(&args),
        Command::List(args) => list::run(&args),
        Command::New(args) => new::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Devices => devices::run(),
        Command::Bench(args) => bench::run(&args),
        Command::Trace(args) => trace::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Plot(args) => plot::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Help(args) => pages::run(&args),
        Command::Completions(args) => shell::completions(&args),
        Command::Man(args) => shell::man(&args),
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
