//! Why a protocol could not do its work, in words for the user.

use std::path::PathBuf;

use crate::exec::ExecError;
use crate::plan::PlanError;
use crate::table::{FileError, TableError};

/// Why a protocol ended early. `Display` is the whole message.
#[derive(Debug)]
pub enum ProtocolError {
    /// The experiment does not make a plan.
    Plan(PlanError),
    /// The engine failed.
    Exec(ExecError),
    /// A table could not be written.
    Table(TableError),
    /// A file could not be written.
    File(FileError),
    /// A picture could not be made, in words.
    Picture(String),
    /// An axis is named as a column of every table is.
    Clash {
        /// The name.
        name: String,
    },
    /// Values for a rerun that do not fit what was prepared, or a result that is not there.
    Misfit {
        /// What, and what to do, in words.
        what: String,
    },
    /// The results would not fit.
    NoSpace {
        /// What it would need and what there is, in words.
        what: String,
    },
    /// An earlier run cannot be gone on with.
    Resume {
        /// Its partial table.
        path: PathBuf,
        /// Why not, in words.
        why: String,
    },
    /// The engine failed on the way.
    Stopped {
        /// How.
        error: ExecError,
        /// What was kept, in words.
        kept: String,
    },
    /// The user stopped the run.
    Interrupted {
        /// What was kept, in words.
        kept: String,
    },
}

impl std::fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ProtocolError::Plan(error) => error.fmt(f),
            ProtocolError::Exec(error) => error.fmt(f),
            ProtocolError::Table(error) => error.fmt(f),
            ProtocolError::File(error) => error.fmt(f),
            ProtocolError::Picture(why) => f.write_str(why),
            ProtocolError::Clash { name } => write!(
                f,
                "`{name}` is varied, and the table has a column of that name for every model; give it another name \
                 in the model"
            ),
            ProtocolError::Misfit { what } | ProtocolError::NoSpace { what } => f.write_str(what),
            ProtocolError::Resume { path, why } => {
                write!(f, "cannot go on with {}: {why}", path.display())
            }
            // Where writing failed, it says what is kept.
            ProtocolError::Stopped {
                error: error @ ExecError::Sink(_),
                ..
            } => error.fmt(f),
            ProtocolError::Stopped { error, kept } => write!(f, "{error}; {kept}"),
            ProtocolError::Interrupted { kept } => write!(f, "interrupted: {kept}"),
        }
    }
}

impl std::error::Error for ProtocolError {}

impl From<PlanError> for ProtocolError {
    fn from(error: PlanError) -> Self {
        ProtocolError::Plan(error)
    }
}

impl From<ExecError> for ProtocolError {
    fn from(error: ExecError) -> Self {
        ProtocolError::Exec(error)
    }
}

impl From<TableError> for ProtocolError {
    fn from(error: TableError) -> Self {
        ProtocolError::Table(error)
    }
}

impl From<FileError> for ProtocolError {
    fn from(error: FileError) -> Self {
        ProtocolError::File(error)
    }
}
