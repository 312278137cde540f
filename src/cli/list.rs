//! `list`: the registries, one line a row. Every list in the program's output and help is made
//! here from the same rows.

use super::args::{ListArgs, Registry};
use super::failure::Failure;
use super::say;
use crate::exec::{ENGINES, EngineKind};
use crate::integrate::{METHODS, Method};
use crate::ir::{PASSES, Pass};
use crate::model::Model;
use crate::model::library::{LibraryModel, MODELS};
use crate::record::{FEATURES, Feature, RECORDERS, RecorderKind};
use crate::stimulus::{STIMULI, StimulusKind};

pub(super) fn run(args: &ListArgs) -> Result<(), Failure> {
    say(&table(&Registries::default().rows(args.what)))
}

/// A row of a registry: its name, what it is, and what there is of it.
struct Row {
    name: String,
    doc: String,
    more: String,
}

fn row(name: &str, doc: impl Into<String>) -> Row {
    Row {
        name: name.into(),
        doc: doc.into(),
        more: String::new(),
    }
}

/// All that can be listed.
pub(super) struct Registries<'a> {
    models: &'a [LibraryModel],
    methods: &'a [Method],
    stimuli: &'a [StimulusKind],
    recorders: &'a [RecorderKind],
    features: &'a [Feature],
    engines: &'a [EngineKind],
    passes: &'a [Pass],
}

impl Default for Registries<'static> {
    /// The program's own.
    fn default() -> Self {
        Registries {
            models: MODELS,
            methods: METHODS,
            stimuli: STIMULI,
            recorders: RECORDERS,
            features: FEATURES,
            engines: ENGINES,
            passes: PASSES,
        }
    }
}

impl Registries<'_> {
    fn rows(&self, registry: Registry) -> Vec<Row> {
        match registry {
            Registry::Models => self.models.iter().map(model_row).collect(),
            Registry::Methods => self
                .methods
                .iter()
                .map(|m| row(m.name, method_line(m)))
                .collect(),
            Registry::Stimuli => self
                .stimuli
                .iter()
                .map(|s| row(s.name, stimulus_line(s)))
                .collect(),
            Registry::Recorders => self.recorders.iter().map(|r| row(r.name, r.doc)).collect(),
            Registry::Features => self
                .features
                .iter()
                .map(|f| row(f.name, feature_line(f)))
                .collect(),
            Registry::Engines => self.engines.iter().map(|e| row(e.name, e.doc)).collect(),
            Registry::Passes => self
                .passes
                .iter()
                .map(|p| row(p.name, format!("{} (error: {})", p.doc, p.bound)))
                .collect(),
        }
    }

    /// The names alone. The help of every command holds them, so no model is read for that.
    fn names(&self, registry: Registry) -> String {
        let names: Vec<&str> = match registry {
            Registry::Models => self.models.iter().map(|m| m.name).collect(),
            Registry::Methods => self.methods.iter().map(|m| m.name).collect(),
            Registry::Stimuli => self.stimuli.iter().map(|s| s.name).collect(),
            Registry::Recorders => self.recorders.iter().map(|r| r.name).collect(),
            Registry::Features => self.features.iter().map(|f| f.name).collect(),
            Registry::Engines => self.engines.iter().map(|e| e.name).collect(),
            Registry::Passes => self.passes.iter().map(|p| p.name).collect(),
        };
        names.join(", ")
    }

    /// The names of every registry, for the help of `list`.
    pub(super) fn names_help(&self) -> String {
        let lines = Registry::ALL
            .iter()
            .map(|(registry, name)| listed(&capital(name), &self.names(*registry)));
        lines.collect()
    }

    /// The names that the options of `fi` take and the columns it writes, for its help.
    pub(super) fn fi_help(&self) -> String {
        self.model_help() + &listed("Columns", &self.names(Registry::Features))
    }

    /// The names that the options of a command on a model take.
    pub(super) fn model_help(&self) -> String {
        [Registry::Models, Registry::Methods, Registry::Engines]
            .into_iter()
            .zip(["Models", "Methods", "Engines"])
            .map(|(registry, label)| listed(label, &self.names(registry)))
            .collect()
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// Columns of the text of a help page.
const WIDTH: usize = 96;

/// `Label:    one, two, ...`, the following lines indented.
fn listed(label: &str, names: &str) -> String {
    let (label, indent) = (format!("{label}:"), 11);
    let mut text = format!("{label:<indent$}");
    let mut column = indent;
    for name in names.split_inclusive(' ') {
        if column > indent && column + name.trim_end().len() > WIDTH {
            text.truncate(text.trim_end().len());
            text += &format!("\n{:indent$}", "");
            column = indent;
        }
        text += name;
        column += name.len();
    }
    text + "\n"
}

/// Title and first citation of a built-in model, and its presets.
fn model_row(entry: &LibraryModel) -> Row {
    let Ok((model, _)) = Model::parse(entry.name, entry.text) else {
        return row(entry.name, "does not parse");
    };
    let doc = match model.cite.first() {
        Some(cite) => format!("{} ({cite})", model.title),
        None => model.title,
    };
    let presets: Vec<&str> = model.presets.iter().map(|one| one.name.as_str()).collect();
    Row {
        more: match presets.as_slice() {
            [] => String::new(),
            names => format!("presets: {}", names.join(", ")),
        },
        ..row(entry.name, doc)
    }
}

fn method_line(method: &Method) -> String {
    let order = method
        .order
        .map_or("exact".into(), |n| format!("order {n}"));
    format!("{} ({order}; {})", method.doc, method.cite)
}

fn stimulus_line(stimulus: &StimulusKind) -> String {
    let properties: Vec<&str> = stimulus.properties.iter().map(|p| p.name).collect();
    format!("{} ({})", stimulus.doc, properties.join(", "))
}

fn feature_line(feature: &Feature) -> String {
    if feature.unit.is_empty() {
        feature.doc.into()
    } else {
        format!("{} [{}]", feature.doc, feature.unit)
    }
}

fn table(rows: &[Row]) -> String {
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    let line = |row: &Row| {
        let first = format!("{:<width$}  {}\n", row.name, row.doc);
        match row.more.as_str() {
            "" => first,
            more => format!("{first}{:width$}    {more}\n", ""),
        }
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A throwaway row in each registry.
    fn with_more() -> Registries<'static> {
        fn more<T: Copy>(rows: &[T], change: impl Fn(&mut T)) -> &'static [T] {
            let mut rows = rows.to_vec();
            let mut new = rows[0];
            change(&mut new);
            rows.push(new);
            rows.leak()
        }
        Registries {
            models: more(MODELS, |m| m.name = "new_model"),
            methods: more(METHODS, |m| m.name = "new_method"),
            stimuli: more(STIMULI, |s| s.name = "new_stimulus"),
            recorders: more(RECORDERS, |r| r.name = "new_recorder"),
            features: more(FEATURES, |f| f.name = "new_feature"),
            engines: more(ENGINES, |e| e.name = "new_engine"),
            passes: more(PASSES, |p| p.name = "new_pass"),
        }
    }

    #[test]
    fn a_new_row_of_a_registry_is_a_line_of_its_list() {
        let (old, new) = (Registries::default(), with_more());
        for (registry, _) in Registry::ALL {
            let text = table(&new.rows(registry));
            let names = text.lines().filter(|line| !line.starts_with(' '));
            assert_eq!(names.count(), old.rows(registry).len() + 1);
            assert!(text.lines().any(|line| line.starts_with("new_")), "{text}");
            assert!(!text.contains("does not parse"));
        }
    }

    #[test]
    fn the_presets_of_a_model_are_on_the_line_below_it() {
        let text = table(&Registries::default().rows(Registry::Models));
        let lines: Vec<&str> = text.lines().collect();
        for entry in MODELS {
            let at = lines
                .iter()
                .position(|line| line.split(' ').next() == Some(entry.name));
            let below = at.and_then(|at| lines.get(at + 1)).copied().unwrap_or("");
            let (model, _) = Model::parse(entry.name, entry.text).expect("built in");
            let names: Vec<&str> = model.presets.iter().map(|one| one.name.as_str()).collect();
            match below.trim_start().strip_prefix("presets: ") {
                Some(listed) => assert_eq!(listed, names.join(", ")),
                None => assert!(names.is_empty(), "{}", entry.name),
            }
        }
        assert!(text.contains("    presets: RS, IB, CH, FS, LTS, TC, RZ\n"));
    }

    #[test]
    fn a_new_row_of_a_registry_is_in_the_help() {
        let new = with_more();
        for name in [
            "new_model",
            "new_method",
            "new_stimulus",
            "new_recorder",
            "new_feature",
            "new_engine",
            "new_pass",
        ] {
            assert!(new.names_help().contains(name), "{name}");
        }
        for name in ["new_model", "new_method", "new_feature", "new_engine"] {
            assert!(new.fi_help().contains(name), "{name}");
        }
        let help = super::super::command()
            .find_subcommand_mut("fi")
            .map(|fi| fi.render_long_help().to_string());
        assert!(help.is_some_and(|help| help.contains(Registries::default().fi_help().trim_end())));
    }
}
