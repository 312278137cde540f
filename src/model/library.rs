//! The built-in models: one file of text each and one line here.

/// A built-in model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LibraryModel {
    /// The name it is found by.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// All built-in models.
pub const MODELS: &[LibraryModel] = &[
    LibraryModel {
        name: "hodgkin_huxley",
        text: include_str!("library/hodgkin_huxley.eqn"),
    },
    LibraryModel {
        name: "lif",
        text: include_str!("library/lif.eqn"),
    },
];

/// Finds a built-in model by its name.
pub fn find(name: &str) -> Option<&'static LibraryModel> {
    MODELS.iter().find(|model| model.name == name)
}
