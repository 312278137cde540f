//! What is wrong with an experiment, for people: each problem names the thing and the remedy.

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, naming the thing.
    pub message: String,
    /// What to do about it; may be empty.
    pub help: String,
}

impl Problem {
    /// A problem and its remedy.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Problem {
        Problem {
            message: message.into(),
            help: help.into(),
        }
    }
}

/// Where the user writes a setting, and so how a remedy names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An option of the command line: `--dt "10 ms"`.
    Option,
    /// An entry of an experiment file: `dt = "10 ms"`.
    Entry,
}

impl Form {
    pub(super) fn name(self, name: &str) -> String {
        match self {
            Form::Option => format!("--{name}"),
            Form::Entry => name.to_owned(),
        }
    }

    pub(super) fn with(self, name: &str, value: &str) -> String {
        match self {
            Form::Option => format!("--{name} \"{value}\""),
            Form::Entry => format!("{name} = \"{value}\""),
        }
    }
}

/// A number in a message: one far from 1 has an exponent, not hundreds of digits.
pub(super) fn shown(x: f64) -> String {
    if x == 0.0 || (1e-5..1e15).contains(&x.abs()) {
        x.to_string()
    } else {
        format!("{x:e}")
    }
}

/// All that is wrong; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Problems(vec![problem])
    }
}

impl std::fmt::Display for Problems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (n, problem) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str("\nerror: ")?;
            }
            f.write_str(&problem.message)?;
            if !problem.help.is_empty() {
                write!(f, "\n  help: {}", problem.help)?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
