//! `plot`: a picture of a table.

use std::path::Path;

use super::failure::Failure;
use super::note;
use super::tool_args::PlotArgs;
use crate::plot::{PictureFormat, Resolution, sheet};
use crate::protocol::{PictureOptions, picture};
use crate::table::{Existing, read_table, write_whole};

pub(super) fn run(args: &PlotArgs) -> Result<(), Failure> {
    let out = match &args.out {
        Some(out) => out.clone(),
        None => args.tables[0].with_extension("svg"),
    };
    let format = PictureFormat::of(&out).filter(|_| !args.tables.contains(&out));
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
    let options = PictureOptions {
        x: args.x.clone(),
        y: args.y.clone(),
        by: args.by.clone(),
        z: args.z.clone(),
    };
    let mut pages = Vec::new();
    let mut notes = Vec::new();
    for path in &args.tables {
        let table = read_table(path).map_err(Failure::misuse)?;
        let drawn = picture(&table, &options).map_err(|why| match args.tables.len() {
            1 => Failure::misuse(why),
            _ => Failure::misuse(format!("{}: {why}", path.display())),
        })?;
        pages.push((title(path), drawn.page));
        notes.extend(drawn.notes);
    }
    let page = match pages.as_slice() {
        [(_, page)] => page.clone(),
        several => sheet(several, args.columns),
    };
    let bytes = format.bytes(&page, resolution).map_err(Failure::misuse)?;
    write_whole(&out, &bytes, Existing::Replace).map_err(Failure::misuse)?;
    for text in &notes {
        note(&format!("note: {text}"));
    }
    note(&format!("wrote {}", out.display()));
    Ok(())
}

/// What a table is called among others: its file's name, or its folder's where the file has the name that a
/// command gives it.
fn title(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let folder = path.parent().and_then(Path::file_name);
    match (stem.as_ref(), folder) {
        ("fi" | "trace" | "table" | "spikes", Some(folder)) => {
            folder.to_string_lossy().replace('_', " ")
        }
        _ => stem.replace('_', " "),
    }
}
