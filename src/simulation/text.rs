//! A simulation as the text of an experiment file.
//!
//! Takes entries; gives TOML.

use std::fmt::Write;

use super::{Entry, Simulation};

/// The whole file.
pub(super) fn write(simulation: &Simulation) -> String {
    let mut text = String::new();
    line(&mut text, "model", &Entry::Text(simulation.source.clone()));
    lines(&mut text, &simulation.top);
    section(&mut text, "[set]", &simulation.set);
    for (input, drive) in &simulation.drives {
        let header = format!("[[stimulus.{}]]", key(input));
        section(&mut text, &header, &drive.properties);
    }
    section(&mut text, "[sweep]", &simulation.sweep);
    section(&mut text, "[record]", &simulation.record);
    text
}

fn section(text: &mut String, header: &str, entries: &[(String, Entry)]) {
    if !entries.is_empty() {
        text.push('\n');
        text.push_str(header);
        text.push('\n');
        lines(text, entries);
    }
}

fn lines(text: &mut String, entries: &[(String, Entry)]) {
    for (name, entry) in entries {
        line(text, name, entry);
    }
}

fn line(text: &mut String, name: &str, entry: &Entry) {
    text.push_str(&key(name));
    text.push_str(" = ");
    value(text, entry);
    text.push('\n');
}

fn value(text: &mut String, entry: &Entry) {
    match entry {
        // TOML writes `nan` small; a number has a point or an exponent, so that it stays a number.
        Entry::Number(x) if x.is_nan() => text.push_str("nan"),
        Entry::Number(x) => _ = write!(text, "{x:?}"),
        Entry::Whole(n) => _ = write!(text, "{n}"),
        Entry::Text(words) => quote(text, words),
        Entry::Truth(truth) => _ = write!(text, "{truth}"),
        Entry::List(entries) => {
            text.push('[');
            for (i, entry) in entries.iter().enumerate() {
                text.push_str(if i > 0 { ", " } else { "" });
                value(text, entry);
            }
            text.push(']');
        }
        Entry::Table(fields) => {
            text.push_str("{ ");
            for (i, (name, entry)) in fields.iter().enumerate() {
                text.push_str(if i > 0 { ", " } else { "" });
                text.push_str(&key(name));
                text.push_str(" = ");
                value(text, entry);
            }
            text.push_str(" }");
        }
    }
}

/// A name, in quotes where it needs them.
fn key(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(plain) {
        return name.to_owned();
    }
    let mut quoted = String::new();
    quote(&mut quoted, name);
    quoted
}

fn quote(text: &mut String, words: &str) {
    text.push('"');
    for c in words.chars() {
        match c {
            '"' | '\\' => {
                text.push('\\');
                text.push(c);
            }
            c if c.is_control() => _ = write!(text, "\\u{:04x}", u32::from(c)),
            c => text.push(c),
        }
    }
    text.push('"');
}
