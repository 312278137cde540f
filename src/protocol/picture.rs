//! A picture of a table: curves, a map, or a raster of spikes.
//!
//! Takes a table as our commands write them, and the columns to draw where the user says; gives
//! a page. Must not know files.
//!
//! What is drawn where nothing is said: the spikes of a table with `cell` and `spike_time`; the
//! states over `t`; else `rate` (or the last column) over the last axis that varies, one curve per
//! value of the axis before it, or a map where those are many; dots over an axis that varies together
//! with others. Further axes stay at their first value.

use super::drawing::legend_text;
use crate::plot::{Axis, CurvePlot, HeatMap, Page, Raster, Series, curves, heat_map, raster};
use crate::record::FEATURES;
use crate::table::{Column, Table};

/// Names of the columns to draw, with or without their units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PictureOptions {
    /// Along the horizontal axis.
    pub x: Option<String>,
    /// Along the vertical axis.
    pub y: Option<String>,
    /// What tells the curves apart.
    pub by: Option<String>,
    /// What colours show in a map over x and y.
    pub z: Option<String>,
}

/// A picture, and what the user should know of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// The picture.
    pub page: Page,
    /// What was left out.
    pub notes: Vec<String>,
}

/// More curves than this are drawn as a map.
pub(super) const MOST_CURVES: usize = 7;

/// Draws a table.
///
/// # Errors
/// In words: a column that there is not, or nothing to draw.
pub fn picture(table: &Table, options: &PictureOptions) -> Result<Picture, String> {
    if table.n_rows() == 0 {
        return Err("the table has no rows, so there is nothing to draw".into());
    }
    let chosen = Chosen::of(table, options)?;
    if let (Some(cell), Some(time), true) = (
        table.column("cell"),
        table.column("spike_time"),
        *options == PictureOptions::default(),
    ) {
        return Ok(Picture {
            page: spikes(cell, time),
            notes: Vec::new(),
        });
    }
    let (x, y) = chosen.axes(table)?;
    let by = chosen
        .by
        .filter(|by| by.name != x.name && by.name != y.name);
    let axes = varying_axes(table);
    let is_joint = |with: &Column| axes.iter().any(|axis| are_joint(axis, with));
    let by = by.filter(|by| options.by.is_some() || !is_joint(by));
    let scattered = by.is_none() && chosen.z.is_none() && is_joint(x);
    let others = [Some(x), Some(y), by, chosen.z];
    let (rows, notes) = first_of_others(table, &others);
    let many = by.filter(|by| options.by.is_none() && distinct(by, &rows).len() > MOST_CURVES);
    let page = match (chosen.z, many) {
        (Some(z), _) => map(&rows, x, y, z),
        (None, Some(second)) => map(&rows, x, second, y),
        (None, None) => lines(&rows, x, y, by, scattered),
    };
    Ok(Picture { page, notes })
}

/// The columns that the user names, and what the others are by default.
struct Chosen<'a> {
    x: Option<&'a Column>,
    y: Option<&'a Column>,
    by: Option<&'a Column>,
    z: Option<&'a Column>,
}

impl<'a> Chosen<'a> {
    fn of(table: &'a Table, options: &PictureOptions) -> Result<Chosen<'a>, String> {
        let named = |name: &Option<String>| name.as_ref().map(|name| find(table, name)).transpose();
        let mut chosen = Chosen {
            x: named(&options.x)?,
            y: named(&options.y)?,
            by: named(&options.by)?,
            z: named(&options.z)?,
        };
        let mut axes = varying_axes(table);
        // Repeats are drawn only where nothing else varies.
        if axes.len() > 1 {
            axes.retain(|axis| axis.name != "repeat");
        }
        let time = time(table).filter(|_| table.column("cell").is_some());
        let taken = [chosen.x, chosen.y, chosen.by];
        let is_taken = move |axis: &&Column| taken.iter().flatten().any(|c| c.name == axis.name);
        let mut free = axes.iter().rev().copied().filter(|axis| !is_taken(axis));
        if chosen.x.is_none() {
            chosen.x = time.or_else(|| free.next());
        }
        if chosen.z.is_some() {
            chosen.y = chosen.y.or_else(|| free.next());
        } else if chosen.by.is_none() {
            chosen.by = match time {
                Some(_) => table.column("cell").filter(|cell| varies(cell)),
                None => free.next(),
            };
        }
        Ok(chosen)
    }

    fn axes(&self, table: &'a Table) -> Result<(&'a Column, &'a Column), String> {
        let x = self.x.ok_or_else(|| {
            format!(
                "no axis of the table varies\n  help: name the columns with --x and --y; there are: {}",
                names(table)
            )
        })?;
        let state = || {
            let mut columns = table.columns().iter();
            let is_axis = |c: &&Column| c.name != x.name && c.name != "cell" && !is_time(c);
            // The first column after the time; in a table of features, the last one.
            if is_time(x) {
                columns.find(is_axis)
            } else {
                columns.rfind(is_axis)
            }
        };
        let y = self.y.or_else(|| table.column("rate")).or_else(state);
        let y = y.ok_or_else(|| {
            format!(
                "the table has nothing to draw over {}\n  help: name a column with --y; there are: {}",
                x.name,
                names(table)
            )
        })?;
        Ok((x, y))
    }
}

fn find<'a>(table: &'a Table, name: &str) -> Result<&'a Column, String> {
    let mut columns = table.columns().iter();
    let found = columns.find(|column| column.name == name || column.header() == name);
    found.ok_or_else(|| {
        let all = table.columns().iter().map(|c| c.name.as_str());
        let near = crate::diag::nearest(name, all)
            .map(|near| format!("did you mean `{near}`? "))
            .unwrap_or_default();
        format!(
            "the table has no column `{name}`\n  help: {near}There are: {}",
            names(table)
        )
    })
}

fn names(table: &Table) -> String {
    let names: Vec<&str> = table.columns().iter().map(|c| c.name.as_str()).collect();
    names.join(", ")
}

/// The columns between `cell` and the first feature that have more than one value; in a table
/// without features, the first column.
fn varying_axes(table: &Table) -> Vec<&Column> {
    let is_feature = |column: &Column| FEATURES.iter().any(|f| f.name == column.name);
    let columns = || table.columns().iter().filter(|c| c.name != "cell");
    if !columns().any(is_feature) {
        return columns().take(1).collect();
    }
    let axes = columns().take_while(|column| !is_feature(column));
    axes.filter(|column| varies(column)).collect()
}

/// The time of a table of traces.
fn time(table: &Table) -> Option<&Column> {
    table.columns().iter().find(|column| is_time(column))
}

fn is_time(column: &Column) -> bool {
    column.name == "time" || column.name == "t"
}

/// Do two axes vary together, as those of random samples, so that their values are no grid? One that
/// is cut short has at least half of its points.
fn are_joint(a: &Column, b: &Column) -> bool {
    let bits = |column: &Column, row| column.data.float(row).map(f64::to_bits);
    let rows: Vec<usize> = (0..a.data.len()).collect();
    let pairs = rows.iter().map(|row| (bits(a, *row), bits(b, *row)));
    let pairs: std::collections::HashSet<_> = pairs.collect();
    let of_grid = distinct(a, &rows).len() * distinct(b, &rows).len();
    a.name != b.name && 2 * pairs.len() < of_grid
}

fn varies(column: &Column) -> bool {
    (1..column.data.len()).any(|row| column.data.float(row) != column.data.float(0))
}

/// The rows in which every axis that is not drawn, nor varies with the first of the drawn, has its
/// first value.
fn first_of_others(table: &Table, drawn: &[Option<&Column>]) -> (Vec<usize>, Vec<String>) {
    let x = drawn.first().copied().flatten();
    let is_drawn = |column: &&Column| drawn.iter().flatten().any(|c| c.name == column.name);
    let by_time = drawn.iter().flatten().any(|c| is_time(c));
    let held: Vec<&Column> = match by_time {
        true => Vec::new(),
        false => varying_axes(table)
            .into_iter()
            .filter(|c| !is_drawn(c) && !x.is_some_and(|x| are_joint(x, c)))
            .collect(),
    };
    let has_first = |row: &usize| held.iter().all(|c| c.data.float(*row) == c.data.float(0));
    let note = |column: &&Column| {
        let value = column
            .data
            .float(0)
            .map_or("missing".into(), |x| x.to_string());
        format!("drawn at {} = {value} only", column.header())
    };
    let rows = (0..table.n_rows()).filter(has_first).collect();
    (rows, held.iter().map(note).collect())
}

/// The values of a column in some rows, each once, in the order of their first row.
fn distinct(column: &Column, rows: &[usize]) -> Vec<f64> {
    let mut seen = std::collections::HashSet::new();
    let values = rows.iter().filter_map(|row| column.data.float(*row));
    values.filter(|x| seen.insert(x.to_bits())).collect()
}

fn axis(column: &Column) -> Axis {
    Axis::new(&column.name, &column.unit)
}

fn lines(rows: &[usize], x: &Column, y: &Column, by: Option<&Column>, scattered: bool) -> Page {
    let points = |of: Option<f64>| {
        let own = rows.iter().filter(|row| match (by, of) {
            (Some(by), Some(value)) => by.data.float(**row) == Some(value),
            _ => true,
        });
        own.map(|row| (x.data.float(*row).unwrap_or(f64::NAN), y.data.float(*row)))
            .collect()
    };
    let series = match by {
        None => vec![Series {
            label: String::new(),
            points: points(None),
        }],
        Some(by) => distinct(by, rows)
            .into_iter()
            .map(|value| Series {
                label: legend_text(value),
                points: points(Some(value)),
            })
            .collect(),
    };
    let mut plot = CurvePlot::new(axis(x), axis(y), series);
    plot.legend = by.map(axis).unwrap_or_default();
    plot.scattered = scattered;
    curves(&plot)
}

fn map(rows: &[usize], x: &Column, y: &Column, z: &Column) -> Page {
    let sorted = |column| {
        let mut values = distinct(column, rows);
        values.retain(|value| value.is_finite());
        values.sort_by(f64::total_cmp);
        values
    };
    let (x_values, y_values) = (sorted(x), sorted(y));
    let mut values = vec![None; x_values.len() * y_values.len()];
    let place = |values: &[f64], at: Option<f64>| -> Option<usize> {
        let at = at?;
        values.binary_search_by(|value| value.total_cmp(&at)).ok()
    };
    for &row in rows {
        let (ix, iy) = (
            place(&x_values, x.data.float(row)),
            place(&y_values, y.data.float(row)),
        );
        if let (Some(ix), Some(iy)) = (ix, iy) {
            values[iy * x_values.len() + ix] = z.data.float(row);
        }
    }
    heat_map(&HeatMap {
        x: axis(x),
        y: axis(y),
        z: axis(z),
        x_values,
        y_values,
        values,
    })
}

fn spikes(cell: &Column, time: &Column) -> Page {
    let spike = |row| Some((time.data.float(row)?, cell.data.float(row)?));
    raster(&Raster {
        x: axis(time),
        y: axis(cell),
        spikes: (0..time.data.len()).filter_map(spike).collect(),
    })
}
