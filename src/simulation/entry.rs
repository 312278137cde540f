//! Values of a simulation's settings: numbers, texts with units, lists, tables.
//!
//! Takes Rust values; gives entries of an experiment file.

/// A value as an experiment file has it.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A number, in the declared unit of what it sets.
    Number(f64),
    /// A count.
    Whole(u64),
    /// A quantity with its unit (`"10 ms"`), or a name.
    Text(String),
    /// Yes or no.
    Truth(bool),
    /// Several values.
    List(Vec<Entry>),
    /// Named values.
    Table(Vec<(String, Entry)>),
}

impl From<f64> for Entry {
    fn from(x: f64) -> Entry {
        Entry::Number(x)
    }
}

/// A bare whole number in code is a number like any other: `10` is `10.0`.
impl From<i32> for Entry {
    fn from(x: i32) -> Entry {
        Entry::Number(f64::from(x))
    }
}

impl From<u64> for Entry {
    fn from(n: u64) -> Entry {
        Entry::Whole(n)
    }
}

impl From<bool> for Entry {
    fn from(truth: bool) -> Entry {
        Entry::Truth(truth)
    }
}

impl From<&str> for Entry {
    fn from(text: &str) -> Entry {
        Entry::Text(text.to_owned())
    }
}

impl From<String> for Entry {
    fn from(text: String) -> Entry {
        Entry::Text(text)
    }
}

impl<T: Into<Entry>> From<Vec<T>> for Entry {
    fn from(values: Vec<T>) -> Entry {
        Entry::List(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Entry>, const N: usize> From<[T; N]> for Entry {
    fn from(values: [T; N]) -> Entry {
        Entry::List(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Entry> + Clone> From<&[T]> for Entry {
    fn from(values: &[T]) -> Entry {
        Entry::List(values.iter().cloned().map(Into::into).collect())
    }
}

/// `n` values from `from` to `to`, both included, at equal distances.
#[must_use]
pub fn linear(from: impl Into<Entry>, to: impl Into<Entry>, n: u64) -> Entry {
    table([("from", from.into()), ("to", to.into()), ("n", n.into())])
}

/// `n` values from `from` to `to`, both included and above 0, at equal ratios.
#[must_use]
pub fn log(from: impl Into<Entry>, to: impl Into<Entry>, n: u64) -> Entry {
    table([
        ("from", from.into()),
        ("to", to.into()),
        ("n", n.into()),
        ("spacing", "log".into()),
    ])
}

/// Equally likely from `from` to `to`.
#[must_use]
pub fn uniform(from: impl Into<Entry>, to: impl Into<Entry>) -> Entry {
    table([("uniform", Entry::List(vec![from.into(), to.into()]))])
}

/// Normal, by its mean and standard deviation.
#[must_use]
pub fn normal(mean: impl Into<Entry>, sd: impl Into<Entry>) -> Entry {
    table([("normal", Entry::List(vec![mean.into(), sd.into()]))])
}

/// Normal, but only between `from` and `to`.
#[must_use]
pub fn truncated_normal(
    mean: impl Into<Entry>,
    sd: impl Into<Entry>,
    from: impl Into<Entry>,
    to: impl Into<Entry>,
) -> Entry {
    table([
        ("normal", Entry::List(vec![mean.into(), sd.into()])),
        ("between", Entry::List(vec![from.into(), to.into()])),
    ])
}

/// Log-normal, by its median and the standard deviation of its logarithm.
#[must_use]
pub fn log_normal(median: impl Into<Entry>, sigma: f64) -> Entry {
    table([("log_normal", Entry::List(vec![median.into(), sigma.into()]))])
}

fn table<const N: usize>(fields: [(&str, Entry); N]) -> Entry {
    let owned = fields.map(|(name, value)| (name.to_owned(), value));
    Entry::Table(owned.into())
}

/// What drives an input; see [`stimulus`].
#[derive(Clone, Debug, PartialEq)]
pub struct Drive {
    pub(super) properties: Vec<(String, Entry)>,
}

/// A stimulus by its name (`rheobase list stimuli` shows all, with their properties).
#[must_use]
pub fn stimulus(kind: &str) -> Drive {
    Drive {
        properties: vec![("kind".into(), kind.into())],
    }
}

impl Drive {
    /// Sets a property. One that an axis varies (`I.amplitude`) is left out here.
    #[must_use]
    pub fn with(mut self, property: &str, value: impl Into<Entry>) -> Drive {
        self.properties.push((property.to_owned(), value.into()));
        self
    }
}
