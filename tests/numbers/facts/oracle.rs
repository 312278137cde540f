//! Tables of expected values: `tests/facts/oracle/*.csv`, each the source of facts of many rows.
//!
//! Takes the `table` of a fact; gives what is swept and what is expected of each cell. Must not know
//! what is measured.

use std::fmt::Write as _;
use std::path::Path;

use toml::{Table, Value};

/// Which rows of a table are the cells of a fact.
pub(super) struct Oracle {
    pub(super) file: String,
    /// What is swept; none where the table is of one cell.
    sweep: Vec<String>,
    /// The values of what is swept, of each cell.
    cells: Vec<Vec<f64>>,
    /// When each value of a time course is due.
    pub(super) times: Vec<f64>,
    /// The values expected of each cell; a time course has one for each time.
    pub(super) values: Vec<Vec<f64>>,
    /// Whether the lists of times are whole.
    pub(super) is_complete: bool,
}

/// Reads the rows of `spec`: in `file` those that are `where` it says, with the columns of `values`,
/// of what to `sweep` and of `times`. The values are multiplied by `scale`; `shift` is added to times.
/// If they are times (`of_times`), the rows of one cell are its list.
pub(super) fn read(spec: &Table, of_times: bool) -> Oracle {
    const KEYS: [&str; 8] = [
        "file", "where", "sweep", "values", "times", "scale", "shift", "complete",
    ];
    let unknown = spec.keys().find(|key| !KEYS.contains(&key.as_str()));
    assert_eq!(unknown, None, "a table has no such key");
    let file = spec["file"].as_str().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/facts/oracle");
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_path(folder.join(file))
        .unwrap_or_else(|e| panic!("{file}: {e}"));
    let head = reader.headers().unwrap().clone();
    let column = |name: &str| {
        let found = head.iter().position(|other| other == name);
        found.unwrap_or_else(|| panic!("{file} has no column {name}"))
    };
    let part = |key: &str| {
        spec.get(key)
            .and_then(Value::as_table)
            .into_iter()
            .flatten()
    };
    let wanted: Vec<_> = part("where").map(|(name, is)| (column(name), is)).collect();
    let swept: Vec<_> = part("sweep")
        .map(|(_, name)| column(name.as_str().unwrap()))
        .collect();
    let times = spec.get("times").map(|name| column(name.as_str().unwrap()));
    let value = column(spec["values"].as_str().unwrap());
    let factor = |key: &str, default| spec.get(key).map_or(default, |x| x.as_float().unwrap());
    let (scale, shift) = (factor("scale", 1.0), factor("shift", 0.0));

    let mut oracle = Oracle {
        file: file.to_owned(),
        sweep: part("sweep").map(|(name, _)| name.clone()).collect(),
        cells: Vec::new(),
        times: Vec::new(),
        values: Vec::new(),
        is_complete: spec.get("complete").is_some_and(|is| is.as_bool().unwrap()),
    };
    for record in reader.records() {
        let record = record.unwrap_or_else(|e| panic!("{file}: {e}"));
        let number = |column: usize| -> f64 { record[column].parse().unwrap() };
        // Of what does not apply there is `nan`.
        if !wanted.iter().all(|(column, is)| fits(&record[*column], is)) || number(value).is_nan() {
            continue;
        }
        let found = number(value) * scale + if of_times { shift } else { 0.0 };
        let cell: Vec<f64> = swept.iter().map(|column| number(*column)).collect();
        oracle
            .times
            .extend(times.map(|column| number(column) + shift));
        if of_times && oracle.cells.last() == Some(&cell) {
            oracle.values.last_mut().unwrap().push(found);
        } else {
            oracle.cells.push(cell);
            oracle.values.push(vec![found]);
        }
    }
    assert!(!oracle.values.is_empty(), "no rows: {spec}");
    oracle
}

/// Whether a field is one of these texts, or a number between these two.
fn fits(field: &str, is: &Value) -> bool {
    let list = is.as_array().unwrap();
    match list.iter().map(Value::as_float).collect::<Option<Vec<_>>>() {
        Some(bounds) => field
            .parse()
            .is_ok_and(|x: f64| bounds[0] <= x && x <= bounds[1]),
        None => list.iter().any(|text| text.as_str().unwrap() == field),
    }
}

impl Oracle {
    /// The cells as the table of an experiment's axis, if anything is swept.
    pub(super) fn axis(&self) -> Option<String> {
        let mut text = self.sweep.join(",") + "\n";
        for cell in &self.cells {
            let fields: Vec<String> = cell.iter().map(f64::to_string).collect();
            let _ = writeln!(text, "{}", fields.join(","));
        }
        (!self.sweep.is_empty()).then_some(text)
    }
}
