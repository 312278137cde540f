//! Fields of a JSON document by their paths, all that is wrong collected.
//!
//! Takes a document; gives numbers and words, and the list of what was missing or of another kind.

use serde_json::Value;

/// A document that is being read.
pub(super) struct Fields<'a> {
    root: &'a Value,
    /// What is wrong, each with its path.
    pub(super) wrong: Vec<String>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(root: &'a Value) -> Fields<'a> {
        Fields {
            root,
            wrong: Vec::new(),
        }
    }

    fn at(&self, path: &str) -> Option<&'a Value> {
        let step = |value: &'a Value, name: &str| match name.parse::<usize>() {
            Ok(index) => value.get(index),
            Err(_) => value.get(name),
        };
        let found = path.split('.').try_fold(self.root, step);
        found.filter(|value| !value.is_null())
    }

    /// The number at a path; 1, having said what is wrong, where there is none.
    pub(super) fn number(&mut self, path: &str) -> f64 {
        let found = self.at(path);
        let number = found.and_then(Value::as_f64).filter(|x| x.is_finite());
        number.unwrap_or_else(|| {
            let is = found.map_or("is missing", |_| "is not a number");
            self.wrong.push(format!("`{path}` {is}"));
            1.0
        })
    }

    /// A number that must be above 0.
    pub(super) fn positive(&mut self, path: &str) -> f64 {
        let number = self.number(path);
        if number <= 0.0 {
            self.wrong
                .push(format!("`{path}` is {number}, not above 0"));
        }
        number
    }

    /// A number that may be missing.
    pub(super) fn number_or(&mut self, path: &str, default: f64) -> f64 {
        match self.at(path) {
            None => default,
            Some(_) => self.number(path),
        }
    }

    /// The word at a path; empty, having said what is wrong, where there is none.
    pub(super) fn word(&mut self, path: &str) -> &'a str {
        let found = self.at(path);
        found.and_then(Value::as_str).unwrap_or_else(|| {
            let is = found.map_or("is missing", |_| "is not a text");
            self.wrong.push(format!("`{path}` {is}"));
            ""
        })
    }
}
