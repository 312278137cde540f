//! `plot`: a picture of a table.

use super::failure::Failure;
use super::note;
use super::tool_args::PlotArgs;
use crate::protocol::{PictureOptions, picture};
use crate::table::{Existing, read_table, write_whole};

pub(super) fn run(args: &PlotArgs) -> Result<(), Failure> {
    let out = match &args.out {
        Some(out) => out.clone(),
        None => args.table.with_extension("svg"),
    };
    if out.extension().is_none_or(|end| end != "svg") || out == args.table {
        return Err(Failure::misuse(format!(
            "{} cannot be written: pictures are SVG\n  help: give --out a name that ends in .svg; a browser, Inkscape \
             or rsvg-convert makes PNG of it",
            out.display()
        )));
    }
    let table = read_table(&args.table).map_err(Failure::misuse)?;
    let options = PictureOptions {
        x: args.x.clone(),
        y: args.y.clone(),
        by: args.by.clone(),
        z: args.z.clone(),
    };
    let drawn = picture(&table, &options).map_err(Failure::misuse)?;
    write_whole(&out, drawn.svg.as_bytes(), Existing::Replace).map_err(Failure::misuse)?;
    for text in &drawn.notes {
        note(&format!("note: {text}"));
    }
    note(&format!("wrote {}", out.display()));
    Ok(())
}
