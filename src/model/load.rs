//! A model by name or path: the only place where model text is read from a file.

use super::{Model, library};
use crate::diag::{SourceText, nearest, shorten};
use std::fmt;
use std::io::Read;
use std::path::Path;

/// Files larger than this are refused.
const MAX_BYTES: u64 = 1 << 20;

/// Why a model could not be loaded. `Display` is the whole message for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// No built-in model and no file of this name.
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest built-in model.
        near: Option<&'static str>,
    },
    /// The file cannot be read.
    Unreadable {
        /// The file.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// The file is larger than 1 MiB.
    TooLarge {
        /// The file.
        path: String,
    },
    /// The file is not UTF-8.
    NotText {
        /// The file.
        path: String,
        /// The first byte that does not fit.
        at: usize,
    },
    /// The text has errors.
    Wrong {
        /// All of them, rendered without colours.
        diagnostics: String,
        /// All of them, rendered with terminal colours.
        colored: String,
    },
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Unknown { name, near } => {
                write!(f, "there is no model `{}`", shorten(name))?;
                if let Some(near) = near {
                    write!(f, "; did you mean `{near}`?")?;
                }
                write!(
                    f,
                    "\n`rheobase list models` shows the built-in ones; a file is given by its path"
                )
            }
            LoadError::Unreadable { path, reason } => write!(
                f,
                "cannot read `{path}`: {reason}\n  help: give the path of a model file that you may read, or a \
                 built-in model (`rheobase list models`)"
            ),
            LoadError::TooLarge { path } => write!(
                f,
                "`{path}` is larger than 1 MiB, too large for a model\n  help: give the path of a model's text"
            ),
            LoadError::NotText { path, at } => write!(
                f,
                "`{path}` is not UTF-8 text: byte {at} does not fit\n  help: give the path of a model's text, \
                 saved as UTF-8"
            ),
            LoadError::Wrong { diagnostics, .. } => f.write_str(diagnostics.trim_end()),
        }
    }
}

impl std::error::Error for LoadError {}

/// Loads a built-in model by name, or a file by its path (anything with a `/`, ending in `.eqn`, or
/// that exists); either with `:` and the name of a preset.
///
/// # Errors
/// Unknown, unreadable, too large, not text, or wrong; see [`LoadError`].
pub fn load(name_or_path: &str) -> Result<Model, LoadError> {
    load_with_warnings(name_or_path).map(|(model, _)| model)
}

/// [`load`], with the warnings rendered without colours (empty if there are none).
///
/// # Errors
/// As [`load`].
pub fn load_with_warnings(name_or_path: &str) -> Result<(Model, String), LoadError> {
    let (name_or_path, preset) = split_preset(name_or_path);
    if let Some(model) = library::find(name_or_path) {
        return parse(model.name, preset, model.name, model.text);
    }
    let path = Path::new(name_or_path);
    let is_path =
        name_or_path.contains(['/', '\\']) || name_or_path.ends_with(".eqn") || path.exists();
    if !is_path {
        let near = nearest(name_or_path, library::MODELS.iter().map(|model| model.name));
        let name = name_or_path.to_owned();
        return Err(LoadError::Unknown { name, near });
    }
    let stem = path
        .file_stem()
        .map_or_else(|| name_or_path.into(), |stem| stem.to_string_lossy());
    parse(&stem, preset, name_or_path, &read(path, name_or_path)?)
}

/// `model:preset` in two; a colon of a path stays where it is.
fn split_preset(name_or_path: &str) -> (&str, Option<&str>) {
    let is_name = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    match name_or_path.rsplit_once(':') {
        Some((model, preset)) if model.len() > 1 && is_name(preset) => (model, Some(preset)),
        _ => (name_or_path, None),
    }
}

/// The model of a text; `name` is what messages and results call it.
///
/// # Errors
/// [`LoadError::Wrong`], with all that is wrong with the text.
pub fn from_text(name: &str, text: &str) -> Result<Model, LoadError> {
    parse(name, None, name, text).map(|(model, _)| model)
}

fn parse(
    name: &str,
    preset: Option<&str>,
    shown: &str,
    text: &str,
) -> Result<(Model, String), LoadError> {
    let source = SourceText::new(shown, text);
    let parsed = match preset {
        Some(preset) => Model::parse_preset(name, preset, text),
        None => Model::parse(name, text),
    };
    match parsed {
        Ok((model, warnings)) => Ok((model, warnings.render(&source))),
        Err(errors) => Err(LoadError::Wrong {
            diagnostics: errors.render(&source),
            colored: errors.render_colored(&source),
        }),
    }
}

/// The text of a model file, read up to the limit whatever the file claims its size to be.
fn read(path: &Path, shown: &str) -> Result<String, LoadError> {
    let unreadable = |error: std::io::Error| LoadError::Unreadable {
        path: shown.to_owned(),
        reason: error.to_string(),
    };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(LoadError::TooLarge {
            path: shown.to_owned(),
        });
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        LoadError::NotText {
            path: shown.to_owned(),
            at,
        }
    })
}
