//! Result files: written beside their final name first, so that the final name is always a
//! whole file. Takes bytes and paths, gives files and errors that say what to do.
//! Must not know what the bytes are.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What to do with a file of that name from an earlier run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Keep it and report an error.
    Refuse,
    /// Replace it, once the new one is complete.
    Replace,
}

/// A result file that could not be made.
#[derive(Debug)]
#[non_exhaustive]
pub enum FileError {
    /// There is such a file from an earlier run.
    Exists {
        /// The file that is in the way.
        path: PathBuf,
    },
    /// The file could not be created.
    Create {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The disk is full.
    DiskFull {
        /// The file being written.
        path: PathBuf,
        /// What of it is whole and was kept, in words.
        kept: String,
    },
    /// The file could not be written to its end.
    Write {
        /// The file being written.
        path: PathBuf,
        /// What of it is whole and was kept, in words.
        kept: String,
        /// The system's reason.
        source: io::Error,
    },
}

impl FileError {
    /// Sorts out the full disk, whose remedy is known, from other failures.
    pub(crate) fn write(path: &Path, kept: String, source: io::Error) -> FileError {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                FileError::DiskFull { path, kept }
            }
            _ => FileError::Write { path, kept, source },
        }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileError::Exists { path } => write!(
                f,
                "{} exists from an earlier run: choose another folder or allow replacing it",
                path.display()
            ),
            FileError::Create { path, source } => write!(
                f,
                "cannot create {}: {source}; choose a folder that exists and can be written",
                path.display()
            ),
            FileError::DiskFull { path, kept } => write!(
                f,
                "no space left on the disk for {}: {kept}; free some space or choose a folder \
                 on another disk",
                path.display()
            ),
            FileError::Write { path, kept, source } => {
                write!(f, "cannot write {}: {source}; {kept}", path.display())
            }
        }
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            FileError::Create { source, .. } | FileError::Write { source, .. } => Some(source),
            FileError::Exists { .. } | FileError::DiskFull { .. } => None,
        }
    }
}

/// The name a file bears while it is being written: `fi.csv` becomes `fi.partial.csv` in the
/// same folder.
pub fn partial_path(path: &Path) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_os_string();
    name.push(".partial");
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// Creates the partial file of `path`.
pub(super) fn create_partial(path: &Path, existing: Existing) -> Result<File, FileError> {
    let partial = partial_path(path);
    if existing == Existing::Refuse {
        for file in [path, &partial] {
            if file.exists() {
                let path = file.to_path_buf();
                return Err(FileError::Exists { path });
            }
        }
    }
    File::create(&partial).map_err(|source| FileError::Create {
        path: partial,
        source,
    })
}

/// Makes the complete partial file durable and gives it its final name.
pub(super) fn publish(file: &File, path: &Path) -> io::Result<()> {
    file.sync_all()?;
    fs::rename(partial_path(path), path)?;
    // The name itself is durable once its folder is. Not every system can sync a folder, and
    // the data are safe under one name or the other, so a failure here is not one.
    #[cfg(unix)]
    if let Ok(folder) = File::open(match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }) {
        folder.sync_all().ok();
    }
    Ok(())
}

/// Writes a small file (a picture, a report) so that `path` is never half of it, replacing an
/// earlier one only if `existing` says so.
///
/// # Errors
/// [`FileError`] if the file exists, or cannot be created or written; no partial file is left.
pub fn write_whole(path: &Path, bytes: &[u8], existing: Existing) -> Result<(), FileError> {
    let mut file = create_partial(path, existing)?;
    let written = file.write_all(bytes).and_then(|()| publish(&file, path));
    written.map_err(|source| {
        // What is left is half a file without use; the write error matters more than this one.
        fs::remove_file(partial_path(path)).ok();
        FileError::write(path, "nothing of it was kept".to_string(), source)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partial_names_stay_in_the_folder_and_keep_the_extension() {
        let partial = |path: &str| partial_path(Path::new(path));
        assert_eq!(partial("out/fi.csv"), Path::new("out/fi.partial.csv"));
        assert_eq!(partial("a.b/table"), Path::new("a.b/table.partial"));
        assert_eq!(partial("fi.2.csv"), Path::new("fi.2.partial.csv"));
    }

    #[test]
    fn whole_files_replace_only_when_told() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("fi.svg");
        write_whole(&path, b"one", Existing::Refuse).expect("a new file");
        let error = write_whole(&path, b"two", Existing::Refuse).expect_err("it exists");
        assert!(matches!(error, FileError::Exists { .. }), "{error}");
        assert_eq!(fs::read(&path).expect("readable"), b"one");
        write_whole(&path, b"two", Existing::Replace).expect("replaced");
        assert_eq!(fs::read(&path).expect("readable"), b"two");
        assert!(!partial_path(&path).exists());
    }

    #[test]
    fn a_missing_folder_is_named_with_the_remedy() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("nowhere/run.json");
        let error = write_whole(&path, b"{}", Existing::Refuse).expect_err("no such folder");
        let text = error.to_string();
        assert!(
            text.contains("run.partial.json") && text.contains("choose a folder"),
            "{text}"
        );
    }
}
