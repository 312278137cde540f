//! A table as a few aligned lines for a terminal. Takes a table, gives text.
//! Must not know the terminal: the caller decides how many rows fit.

use std::path::Path;

use super::{Column, ColumnData, Table};

/// Significant digits shown; the file has more.
const DIGITS: i32 = 5;

/// At most `max_rows` rows, evenly spaced from the first to the last, with a line below that
/// says how many were left out and, given a `file`, where all of them are. Numbers have 5
/// significant digits of the column's largest, missing values are `-`. Every line ends with a
/// newline; the text is the same for the same table.
pub fn render_text(table: &Table, max_rows: usize, file: Option<&Path>) -> String {
    let rows = pick(table.n_rows(), max_rows);
    let columns: Vec<Vec<String>> = table.columns().iter().map(|c| shown(c, &rows)).collect();
    let widths: Vec<usize> = columns
        .iter()
        .map(|texts| {
            texts
                .iter()
                .map(|text| text.chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut out = String::new();
    for line in 0..=rows.len() {
        for (i, (texts, width)) in columns.iter().zip(&widths).enumerate() {
            let gap = if i == 0 { "" } else { "  " };
            out.push_str(&format!("{gap}{:>width$}", texts[line]));
        }
        out.push('\n');
    }
    let left_out = table.n_rows() - rows.len();
    let file = file.map(|file| file.display());
    match (left_out, file) {
        (0, _) => {}
        (n, Some(file)) => out.push_str(&format!("{n} more rows in {file}\n")),
        (n, None) => out.push_str(&format!("{n} more rows not shown\n")),
    }
    out
}

/// Row numbers, evenly spaced, with the first and the last.
fn pick(n_rows: usize, max_rows: usize) -> Vec<usize> {
    if n_rows <= max_rows {
        return (0..n_rows).collect();
    }
    match max_rows {
        0 => Vec::new(),
        1 => vec![0],
        _ => (0..max_rows)
            .map(|i| (i as u128 * (n_rows - 1) as u128 / (max_rows - 1) as u128) as usize)
            .collect(),
    }
}

/// The header and the values of these rows.
fn shown(column: &Column, rows: &[usize]) -> Vec<String> {
    let value = |row: &usize| column.data.float(*row);
    let format = Format::of(rows.iter().filter_map(value));
    let text = |row: &usize| match &column.data {
        ColumnData::Float(_) => value(row).map(|x| format.text(x)),
        ColumnData::Integer(values) => values[*row].map(|n| n.to_string()),
    };
    let texts = rows
        .iter()
        .map(|row| text(row).unwrap_or_else(|| "-".to_string()));
    std::iter::once(column.header()).chain(texts).collect()
}

/// One notation for a whole column, so that its decimal points stand in line.
#[derive(Clone, Copy, Debug)]
enum Format {
    Decimals(usize),
    Scientific,
}

impl Format {
    fn of(values: impl Iterator<Item = f64> + Clone) -> Format {
        let finite = values.filter(|x| x.is_finite());
        let largest = finite.clone().fold(0.0_f64, |a, x| a.max(x.abs()));
        if largest == 0.0 {
            return Format::Decimals(0);
        }
        let exponent = largest.log10().floor() as i32;
        if !(-4..=8).contains(&exponent) {
            return Format::Scientific;
        }
        let most = (DIGITS - 1 - exponent).max(0) as usize;
        // No zeros that stand at the end of every row.
        let needed = |x: f64| {
            let text = format!("{x:.most$}");
            let trimmed = text.trim_end_matches('0').len();
            most - (text.len() - trimmed).min(most)
        };
        Format::Decimals(finite.map(needed).max().unwrap_or(0))
    }

    fn text(self, x: f64) -> String {
        match self {
            Format::Decimals(n) => format!("{x:.n$}"),
            Format::Scientific => format!("{x:.4e}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(n: usize) -> Table {
        Table::new(vec![
            Column::new("cell", "", (0..n as u64).collect::<Vec<u64>>()),
            Column::new(
                "I",
                "uA/cm^2",
                (0..n).map(|i| i as f64 * 0.5).collect::<Vec<f64>>(),
            ),
            Column::new(
                "rate",
                "Hz",
                (0..n)
                    .map(|i| (i > 2).then_some(i as f64 * 7.123456))
                    .collect::<Vec<_>>(),
            ),
        ])
        .expect("equal lengths")
    }

    #[test]
    fn rows_are_aligned_and_the_rest_is_pointed_to() {
        let text = render_text(&table(101), 5, Some(Path::new("fi.csv")));
        let expected = "\
cell  I [uA/cm^2]  rate [Hz]
   0          0.0          -
  25         12.5     178.09
  50         25.0     356.17
  75         37.5     534.26
 100         50.0     712.35
96 more rows in fi.csv
";
        assert_eq!(text, expected);
    }

    #[test]
    fn short_empty_and_strange_tables_are_shown_too() {
        assert_eq!(
            render_text(&table(1), 5, None),
            "cell  I [uA/cm^2]  rate [Hz]\n   0            0          -\n"
        );
        assert_eq!(
            render_text(&table(3), 0, None).lines().last(),
            Some("3 more rows not shown")
        );
        assert_eq!(render_text(&Table::default(), 3, None), "\n");
        let values = vec![Some(1e-12), Some(f64::NAN), Some(f64::INFINITY), None];
        let strange = Table::new(vec![Column::new("x", "", values)]).expect("one column");
        assert_eq!(
            render_text(&strange, 9, None),
            "         x\n1.0000e-12\n       NaN\n       inf\n         -\n"
        );
    }

    #[test]
    fn the_first_and_the_last_row_are_always_among_those_shown() {
        for n in [2, 3, 10, 1_000_003] {
            for max in 2..8 {
                let rows = pick(n, max);
                assert_eq!((rows[0], rows[rows.len() - 1]), (0, n - 1));
                assert!(rows.windows(2).all(|pair| pair[0] < pair[1]));
            }
        }
    }
}
