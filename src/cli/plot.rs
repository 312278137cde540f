//! `plot`: a picture of a table.

use super::failure::Failure;
use super::note;
use super::tool_args::PlotArgs;
use crate::plot::{PictureFormat, Resolution};
use crate::protocol::{PictureOptions, picture};
use crate::table::{Existing, read_table, write_whole};

pub(super) fn run(args: &PlotArgs) -> Result<(), Failure> {
    let out = match &args.out {
        Some(out) => out.clone(),
        None => args.table.with_extension("svg"),
    };
    let format = PictureFormat::of(&out).filter(|_| out != args.table);
    let format = format.ok_or_else(|| {
        Failure::misuse(format!(
            "{} cannot be written: pictures are SVG or PNG\n  help: give --out a name that ends in .svg or .png",
            out.display()
        ))
    })?;
    let resolution = Resolution::new(args.dpi).ok_or_else(|| {
        let (least, most) = (Resolution::RANGE.start(), Resolution::RANGE.end());
        Failure::misuse(format!(
            "--dpi is {}\n  help: give a resolution from {least} to {most} pixels per inch",
            args.dpi
        ))
    })?;
    let table = read_table(&args.table).map_err(Failure::misuse)?;
    let options = PictureOptions {
        x: args.x.clone(),
        y: args.y.clone(),
        by: args.by.clone(),
        z: args.z.clone(),
    };
    let drawn = picture(&table, &options).map_err(Failure::misuse)?;
    let bytes = format
        .bytes(&drawn.page, resolution)
        .map_err(Failure::misuse)?;
    write_whole(&out, &bytes, Existing::Replace).map_err(Failure::misuse)?;
    for text in &drawn.notes {
        note(&format!("note: {text}"));
    }
    note(&format!("wrote {}", out.display()));
    Ok(())
}
