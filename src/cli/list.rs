//! `list`: the registries, one line a row. Every list in the program's output and help is made
//! here from the same rows.

use super::args::{ListArgs, Registry};
use super::failure::Failure;
use super::say;
use crate::exec::ENGINES;
use crate::integrate::METHODS;
use crate::model::Model;
use crate::model::library::MODELS;
use crate::record::{FEATURES, RECORDERS};
use crate::stimulus::STIMULI;

pub(super) fn run(args: &ListArgs) -> Result<(), Failure> {
    say(&table(&rows(args.what)))
}

/// A row of a registry: its name and what it is.
struct Row {
    name: String,
    doc: String,
}

fn row(name: &str, doc: impl Into<String>) -> Row {
    Row {
        name: name.into(),
        doc: doc.into(),
    }
}

fn rows(registry: Registry) -> Vec<Row> {
    match registry {
        Registry::Models => MODELS
            .iter()
            .map(|m| row(m.name, model_line(m.name, m.text)))
            .collect(),
        Registry::Methods => {
            let order = |order: Option<u32>| order.map_or("exact".into(), |n| format!("order {n}"));
            METHODS
                .iter()
                .map(|m| {
                    row(
                        m.name,
                        format!("{} ({}; {})", m.doc, order(m.order), m.cite),
                    )
                })
                .collect()
        }
        Registry::Stimuli => STIMULI
            .iter()
            .map(|s| row(s.name, format!("{} ({})", s.doc, properties(s))))
            .collect(),
        Registry::Recorders => RECORDERS.iter().map(|r| row(r.name, r.doc)).collect(),
        Registry::Features => FEATURES
            .iter()
            .map(|f| {
                row(
                    f.name,
                    if f.unit.is_empty() {
                        f.doc.into()
                    } else {
                        format!("{} [{}]", f.doc, f.unit)
                    },
                )
            })
            .collect(),
        Registry::Engines => ENGINES.iter().map(|e| row(e.name, e.doc)).collect(),
    }
}

fn properties(stimulus: &crate::stimulus::StimulusKind) -> String {
    stimulus
        .properties
        .iter()
        .map(|p| p.name)
        .collect::<Vec<_>>()
        .join(", ")
}

/// Title and first citation of a built-in model.
fn model_line(name: &str, text: &str) -> String {
    match Model::parse(name, text) {
        Ok((model, _)) => match model.cite.first() {
            Some(cite) => format!("{} ({cite})", model.title),
            None => model.title,
        },
        Err(_) => "does not parse".into(),
    }
}

fn table(rows: &[Row]) -> String {
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    rows.iter()
        .map(|row| format!("{:<width$}  {}\n", row.name, row.doc))
        .collect()
}

/// The names that models and options go by, for the help of the commands that take them.
pub(super) fn names_help() -> String {
    let names = |registry| {
        rows(registry)
            .into_iter()
            .map(|row| row.name)
            .collect::<Vec<_>>()
            .join(", ")
    };
    format!(
        "Models:   {}\nMethods:  {}\nFeatures: {}\n",
        names(Registry::Models),
        names(Registry::Methods),
        names(Registry::Features)
    )
}

/// Calls of `fi`, for its help.
pub(super) const EXAMPLES: &str = "
Examples:
  rheobase fi hodgkin_huxley
  rheobase fi lif --from 0 --to \"3 nA\" --n 1000 --skip \"100 ms\"
  rheobase fi hodgkin_huxley --set g_Na=80:160:9 --engine cpu --out results";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_a_registry_is_a_line_of_its_list() {
        for registry in [
            Registry::Models,
            Registry::Methods,
            Registry::Stimuli,
            Registry::Recorders,
            Registry::Features,
            Registry::Engines,
        ] {
            let mut rows = rows(registry);
            rows.push(row("a_new_row", "what it does"));
            let text = table(&rows);
            assert_eq!(text.lines().count(), rows.len());
            assert!(text.contains("a_new_row"));
            assert!(!text.contains("does not parse"));
        }
    }
}
