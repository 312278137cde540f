//! A measurement as aligned text, CSV, Markdown, JSON and a picture. Must not know how it was made.

use std::fmt;

use super::{Bench, Row};
use crate::plot::{Axis, CurvePlot, Page, Series, curves};

/// File formats of the table, by the end of the file's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values.
    Csv,
    /// A Markdown table.
    Markdown,
    /// A list of objects.
    Json,
}

impl Format {
    /// Every format and the end of its files' names.
    pub const ALL: [(&'static str, Format); 3] = [
        ("csv", Format::Csv),
        ("md", Format::Markdown),
        ("json", Format::Json),
    ];

    /// The format of a file.
    #[must_use]
    pub fn of(path: &std::path::Path) -> Option<Format> {
        let end = path.extension()?.to_str()?;
        let own = Format::ALL.iter().find(|(name, _)| *name == end);
        own.map(|(_, format)| *format)
    }
}

/// A value of the exported table.
enum Value {
    Text(String),
    Count(u64),
    Number(f64),
    Missing,
}

impl Bench {
    fn label(&self, i: usize) -> &str {
        self.contestants.get(i).map_or("", |c| &c.label)
    }

    /// Biological seconds per second of all cells together.
    fn biological(&self, row: &Row) -> f64 {
        row.speed(self.n_steps) * self.dt / 1000.0
    }

    fn values(&self, row: &Row) -> Vec<(&'static str, Value)> {
        let seconds = |name, x| (name, Value::Number(x));
        let contestant = self.contestants.get(row.contestant);
        let text = |x: &str| Value::Text(x.to_owned());
        vec![
            ("engine", text(self.label(row.contestant))),
            ("device", text(contestant.map_or("", |c| &c.describe))),
            ("kind", text(contestant.map_or("", |c| c.kind.name()))),
            ("model", text(&self.model)),
            ("n_cells", Value::Count(row.n_cells)),
            ("n_cells_run", Value::Count(row.n_run)),
            ("n_steps", Value::Count(u64::from(self.n_steps))),
            seconds("cell_steps [1/s]", row.speed(self.n_steps)),
            seconds("biological_time [s/s]", self.biological(row)),
            seconds("spread", row.spread),
            seconds("compile [s]", row.compile_s),
            seconds("set_up [s]", row.set_up_s),
            seconds("upload [s]", row.upload_s),
            seconds("run [s]", row.run_s),
            seconds("readback [s]", row.readback_s),
            seconds("total [s]", row.total_s),
            (
                "launch",
                row.launch
                    .map_or(Value::Missing, |launch| Value::Text(launch.to_string())),
            ),
            (
                "n_cells_that_differ",
                row.n_differ.map_or(Value::Missing, Value::Count),
            ),
        ]
    }

    /// The table as a file's text.
    #[must_use]
    pub fn export(&self, format: Format) -> String {
        let rows: Vec<_> = self.rows.iter().map(|row| self.values(row)).collect();
        let names: Vec<&str> = rows.first().into_iter().flatten().map(|v| v.0).collect();
        let plain = |value: &Value| match value {
            Value::Text(text) => text.clone(),
            Value::Count(n) => n.to_string(),
            Value::Number(x) => format!("{x:.4e}"),
            Value::Missing => String::new(),
        };
        let line = |fields: Vec<String>, format| match format {
            Format::Markdown => format!("| {} |\n", fields.join(" | ")),
            Format::Csv | Format::Json => format!("{}\n", fields.join(",")),
        };
        let fields = |row: &Vec<(&str, Value)>| -> Vec<String> {
            row.iter()
                .map(|(_, value)| match (value, format) {
                    (Value::Text(text), Format::Csv) => quoted_csv(text),
                    (Value::Text(text), Format::Markdown) => text.replace('|', "\\|"),
                    (Value::Text(text), Format::Json) => quoted_json(text),
                    (Value::Missing, Format::Json) => "null".into(),
                    (Value::Missing, Format::Markdown) => "-".into(),
                    (value, _) => plain(value),
                })
                .collect()
        };
        if format == Format::Json {
            let object = |row: &Vec<(&str, Value)>| {
                let pairs = names.iter().zip(fields(row));
                let pairs = pairs.map(|(name, value)| format!("{}: {value}", quoted_json(name)));
                format!("  {{{}}}", pairs.collect::<Vec<_>>().join(", "))
            };
            let objects: Vec<String> = rows.iter().map(object).collect();
            return format!("[\n{}\n]\n", objects.join(",\n"));
        }
        let mut text = line(names.iter().map(ToString::to_string).collect(), format);
        if format == Format::Markdown {
            text += &line(names.iter().map(|_| "---".into()).collect(), format);
        }
        text + &rows
            .iter()
            .map(|row| line(fields(row), format))
            .collect::<String>()
    }

    /// Cell-steps per second over the number of cells, a curve per engine.
    #[must_use]
    pub fn picture(&self) -> Page {
        let series = self.contestants.iter().enumerate().map(|(i, contestant)| {
            let own = self.rows.iter().filter(|row| row.contestant == i);
            let point = |row: &Row| (row.n_cells as f64, Some(row.speed(self.n_steps)));
            Series {
                label: contestant.label.clone(),
                points: own.map(point).collect(),
            }
        });
        curves(&CurvePlot::new(
            Axis::new("cells", "").log(),
            Axis::new("cell-steps", "1/s").log(),
            series.collect(),
        ))
    }
}

fn quoted_csv(text: &str) -> String {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

fn quoted_json(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|c| match c {
            '"' | '\\' => format!("\\{c}"),
            c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
            c => c.to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}

impl fmt::Display for Bench {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}, {} at dt {} ms, {} steps, median of {}",
            self.model, self.method, self.dt, self.n_steps, self.repeats
        )?;
        let widest = self
            .contestants
            .iter()
            .map(|c| c.label.chars().count())
            .max();
        let width = widest.unwrap_or(0).max(6);
        writeln!(
            f,
            "{:>8}  {:<width$}  cell-steps/s  spread  bio s/s  compile ms  set-up ms  upload ms    run ms  read ms  differ",
            "cells", "engine"
        )?;
        for row in &self.rows {
            let ms = |s: f64| s * 1000.0;
            writeln!(
                f,
                "{:>8}  {:<width$}  {:>12.2e}  {:>4.0} %  {:>7.1e}  {:>10.1}  {:>9.2}  {:>9.2}  {:>8.2}  {:>7.2}  {:>6}",
                row.n_cells,
                self.label(row.contestant),
                row.speed(self.n_steps),
                100.0 * row.spread,
                self.biological(row),
                ms(row.compile_s),
                ms(row.set_up_s),
                ms(row.upload_s),
                ms(row.run_s),
                ms(row.readback_s),
                row.n_differ.map_or_else(|| "-".into(), |n| n.to_string()),
            )?;
        }
        writeln!(
            f,
            "differ: cells whose spike count is not that of the CPU engine in f64; the reference runs 16 cells of each"
        )?;
        for row in &self.rows {
            if let Some(launch) = row.launch {
                let label = self.label(row.contestant);
                writeln!(f, "{label} at {} cells: {launch}", row.n_cells)?;
            }
        }
        for pair in &self.break_even {
            let (winner, loser) = (self.label(pair.winner), self.label(pair.loser));
            match pair.n_cells {
                Some(n) => writeln!(f, "{winner} overtakes {loser} at about {n:.0} cells")?,
                None => writeln!(
                    f,
                    "{winner} is faster than {loser} at every number of cells measured"
                )?,
            }
        }
        self.notes
            .iter()
            .try_for_each(|text| writeln!(f, "note: {text}"))
    }
}
