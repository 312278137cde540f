//! Question: how many rows per second go into a table on disk, and come back?
//!
//! `cargo bench --bench output` writes and reads a million rows of eight columns.

use std::time::Instant;

use rheobase::table::{Column, Existing, Table, TableWriter, read_table};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let n = 1_000_000u64;
    let mut columns = vec![
        Column::new("cell", "", (0..n).collect::<Vec<u64>>()),
        Column::new(
            "spike_count",
            "",
            (0..n).map(|i| i % 100).collect::<Vec<u64>>(),
        ),
    ];
    for k in 0..6u64 {
        let value = |i: u64| (!i.is_multiple_of(10)).then(|| f64::from((i * (k + 3)) as f32 / 7.3));
        columns.push(Column::new(
            format!("f{k}"),
            "Hz",
            (0..n).map(value).collect::<Vec<_>>(),
        ));
    }
    let table = Table::new(columns)?;
    for format in ["csv", "parquet"] {
        let path = folder.path().join(format!("fi.{format}"));
        let begin = Instant::now();
        let mut writer = TableWriter::create(&path, &table.schema(), Existing::Refuse)?;
        writer.append(&table)?;
        let written = begin.elapsed().as_secs_f64();
        writer.finish(&[])?;
        let begin = Instant::now();
        read_table(&path)?;
        let read = begin.elapsed().as_secs_f64();
        println!(
            "{format}: write {:.2e} rows/s, read {:.2e} rows/s, {:.1} bytes per row",
            n as f64 / written,
            n as f64 / read,
            std::fs::metadata(&path)?.len() as f64 / n as f64
        );
    }
    Ok(())
}
