//! Failures of a command: a message and an exit status.

use std::path::Path;

use crate::exec::ExecError;
use crate::experiment::Problems;
use crate::export::Unsupported;
use crate::model::LoadError;
use crate::plan::PlanError;
use crate::protocol::ProtocolError;
use crate::table::{FileError, TableError};

/// Exit status of a check that found a difference.
pub(super) const DIFFERENT: u8 = 1;
/// Exit status of misuse and failure.
pub(super) const MISUSE: u8 = 2;
/// Exit status of an interruption (128 + SIGINT).
pub(super) const INTERRUPTED: u8 = 130;

/// How to go on after a run that ended early.
const GO_ON: &str = "\n  help: the same command with --resume goes on from there";

/// What ends a command.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) message: String,
    pub(super) status: u8,
}

impl Failure {
    pub(super) fn misuse(message: impl std::fmt::Display) -> Failure {
        let message = message.to_string();
        // Diagnostics with a source line carry their own heading.
        let headed = message.starts_with("error") || message.starts_with("warning");
        Failure {
            message: if headed {
                message
            } else {
                format!("error: {message}")
            },
            status: MISUSE,
        }
    }
}

impl Failure {
    /// Checked and found different; `why` in a line.
    pub(super) fn different(why: impl std::fmt::Display) -> Failure {
        Failure {
            message: format!("different: {why}"),
            status: DIFFERENT,
        }
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        Failure::misuse(error)
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Failure::misuse(problems)
    }
}

impl From<Unsupported> for Failure {
    fn from(error: Unsupported) -> Self {
        Failure::misuse(error)
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        Failure::misuse(error)
    }
}

impl From<ExecError> for Failure {
    fn from(error: ExecError) -> Self {
        Failure::misuse(error)
    }
}

impl From<ProtocolError> for Failure {
    fn from(error: ProtocolError) -> Self {
        match error {
            ProtocolError::Interrupted { .. } => Failure {
                message: format!("{error}{GO_ON}"),
                status: INTERRUPTED,
            },
            // Below, nobody knows the options that help.
            ProtocolError::File(FileError::Exists { path })
            | ProtocolError::Table(TableError::File(FileError::Exists { path })) => exists(&path),
            ProtocolError::Stopped { .. } => Failure::misuse(format!("{error}{GO_ON}")),
            ProtocolError::Resume { .. } => Failure::misuse(format!(
                "{error}\n  help: give the same options as then, or begin anew without --resume"
            )),
            _ => Failure::misuse(error),
        }
    }
}

fn exists(path: &Path) -> Failure {
    let help = match path.to_string_lossy().contains(".partial.") {
        true => "go on with it with --resume, replace it with --force",
        false => "replace it with --force",
    };
    Failure::misuse(format!(
        "{} exists from an earlier run\n  help: {help}, or choose another folder with --out",
        path.display()
    ))
}
