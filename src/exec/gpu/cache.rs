//! What is kept from one run of the program to the next: small files in a folder of the user's cache.
//!
//! Takes bytes under a name; gives them back. A file that is missing, damaged or cannot be written
//! costs time and nothing else, so nothing here fails.
//!
//! Must not know what the bytes mean.

use std::ffi::OsString;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Most bytes of a file; larger ones are taken as damaged, so what only grows begins anew.
const MOST_BYTES: u64 = 16 << 20;

/// The folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// Where the system has the user's cache: `$XDG_CACHE_HOME/rheobase`, `~/.cache/rheobase` and
    /// their like; none where there is no such place.
    pub(super) fn of_user() -> Option<Cache> {
        place(|name| std::env::var_os(name)).map(|place| Cache::at(&place.join("rheobase")))
    }

    /// This folder, which is made when something is first written.
    pub(super) fn at(folder: &Path) -> Cache {
        Cache {
            folder: folder.to_owned(),
        }
    }

    /// What was last written under `name`, if all of it is there.
    pub(super) fn read(&self, name: &str) -> Option<Vec<u8>> {
        let file = std::fs::File::open(self.folder.join(name)).ok()?;
        let mut bytes = Vec::new();
        file.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
        let (sum, rest) = bytes.split_first_chunk()?;
        (u64::from_le_bytes(*sum) == digest(rest)).then(|| rest.to_vec())
    }

    /// Keeps `bytes` under `name`: whole, or as it was before.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let draft = format!("{name}.{}.{number}.part", std::process::id());
        let draft = self.folder.join(draft);
        let written = std::fs::create_dir_all(&self.folder)
            .and_then(|()| std::fs::File::create(&draft))
            .and_then(|mut file| {
                file.write_all(&digest(bytes).to_le_bytes())?;
                file.write_all(bytes)
            })
            .and_then(|()| std::fs::rename(&draft, self.folder.join(name)));
        if written.is_err() {
            // Nothing is left half done; there may be nothing to remove.
            let _ = std::fs::remove_file(&draft);
        }
    }
}

/// A number that differs where the bytes do. Another version of Rust's library may give another,
/// which costs one miss.
pub(super) fn digest(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// The folder that `variable`s of the environment name.
fn place(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name: &str| {
        let path = PathBuf::from(variable(name)?);
        path.is_absolute().then_some(path)
    };
    let home = || folder("HOME");
    folder("XDG_CACHE_HOME").or_else(|| match std::env::consts::OS {
        "windows" => folder("LOCALAPPDATA"),
        "macos" => Some(home()?.join("Library").join("Caches")),
        _ => Some(home()?.join(".cache")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_what_was_damaged_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(&folder.path().join("new").join("rheobase"));
        assert_eq!(cache.read("a"), None);
        cache.write("a", b"first");
        cache.write("a", b"second");
        assert_eq!(cache.read("a").as_deref(), Some(&b"second"[..]));
        let path = cache.folder.join("a");
        let whole = std::fs::read(&path).unwrap();
        assert_eq!(std::fs::read_dir(&cache.folder).unwrap().count(), 1);
        for damaged in [&[][..], &whole[..7], &whole[..10], b"anything else at all"] {
            std::fs::write(&path, damaged).unwrap();
            assert_eq!(cache.read("a"), None, "{damaged:?}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_no_matter() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let cache = Cache::at(&file);
        cache.write("a", b"first");
        assert_eq!(cache.read("a"), None);
    }

    #[test]
    fn the_place_is_named_by_the_environment_or_not_at_all() {
        let home = std::env::temp_dir();
        let named = |wanted: &'static str| {
            let home = home.clone();
            move |name: &str| (name == wanted).then(|| home.clone().into_os_string())
        };
        assert_eq!(place(named("XDG_CACHE_HOME")), Some(home.clone()));
        assert_eq!(place(|_| None), None);
        assert_eq!(place(|_| Some("relative".into())), None);
    }
}
