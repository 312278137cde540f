//! Where a sweep's files go, and what becomes of those of an earlier run.

use std::path::PathBuf;

use crate::table::{Existing, FileError, Format, partial_path};

/// Where a sweep's tables go.
#[derive(Clone, Debug)]
pub struct Target {
    /// Folder of all files.
    pub folder: PathBuf,
    /// Name of the main table, `fi.csv`; its end says the format of all tables.
    pub name: String,
    /// What to do with files of an earlier run.
    pub existing: Existing,
    /// Go on where an interrupted run of the same experiment left off, if there is one.
    pub resume: bool,
}

impl Target {
    /// Path of the main table.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.join(&self.name)
    }

    /// The format of all tables.
    #[must_use]
    pub fn format(&self) -> Format {
        Format::of(self.name.as_ref())
    }

    /// What an unfinished run in another format left, if there is such a file.
    #[must_use]
    pub(super) fn other_partial(&self) -> Option<PathBuf> {
        let others = Format::ALL.into_iter().filter(|f| *f != self.format());
        let partial =
            |format: Format| partial_path(&self.path().with_extension(format.extension()));
        others.map(partial).find(|path| path.exists())
    }

    /// Refuses to begin where one of `names` would have to be replaced in the end and may not be.
    /// What an interrupted run left is named first; a table's final name is looked after by its
    /// writer.
    ///
    /// # Errors
    /// [`FileError::Exists`] for the first that is there.
    pub fn refuse_existing(&self, names: &[&str]) -> Result<(), FileError> {
        let partial = [partial_path(&self.path())].into_iter();
        let partial = partial.chain(self.other_partial());
        let mut paths = partial.chain(names.iter().map(|name| self.folder.join(name)));
        // A run that goes on replaces what its earlier part said of itself.
        let refuse = self.overwrite() == Existing::Refuse;
        match paths.find(|path| refuse && path.exists()) {
            Some(path) => Err(FileError::Exists { path }),
            None => Ok(()),
        }
    }

    /// What to do with small files that the run writes at its end.
    #[must_use]
    pub fn overwrite(&self) -> Existing {
        match self.resume {
            true => Existing::Replace,
            false => self.existing,
        }
    }
}
