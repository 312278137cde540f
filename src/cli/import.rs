//! `import`: fitted models of others as model files.

use super::args::{AllenArgs, ImportArgs, ImportKind};
use super::failure::Failure;
use super::new::{check_name, failed};
use super::say;
use crate::import::{Config, allen};
use crate::model::Model;
use crate::table::{Existing, write_whole};

pub(super) fn run(args: &ImportArgs) -> Result<(), Failure> {
    match &args.what {
        ImportKind::Allen(args) => from_allen(args),
    }
}

/// Files larger than this are no model.
const MAX_BYTES: u64 = 1 << 20;

fn from_allen(args: &AllenArgs) -> Result<(), Failure> {
    check_name(&args.name)?;
    let (mut texts, mut wrong) = (Vec::new(), Vec::new());
    for file in &args.files {
        match read(file) {
            Ok(text) => texts.push((file.as_str(), text)),
            Err(reason) => wrong.push(format!("cannot read `{file}`: {reason}")),
        }
    }
    if !wrong.is_empty() {
        wrong.push("  help: give the paths of neuron_config.json files that you may read".into());
        return Err(Failure::misuse(wrong.join("\n")));
    }
    let configs: Vec<Config<'_>> = texts
        .iter()
        .map(|(name, text)| Config { name, text })
        .collect();
    let text = allen(&args.name, &configs).map_err(Failure::misuse)?;
    // What is written is a model, or this program has a fault.
    if Model::parse(&args.name, &text).is_err() {
        return Err(Failure::misuse(
            "the values of the files do not make a model\n  help: look at their numbers",
        ));
    }
    let existing = match args.force {
        true => Existing::Replace,
        false => Existing::Refuse,
    };
    let path = args.out.join(format!("{}.eqn", args.name));
    write_whole(&path, text.as_bytes(), existing).map_err(failed)?;
    let path = path.display();
    say(&format!("wrote {path}\nrheobase fi {path} runs it\n"))
}

fn read(path: &str) -> Result<String, String> {
    use std::io::Read;
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let mut text = String::new();
    let read = file.take(MAX_BYTES + 1).read_to_string(&mut text);
    match read.map_err(|error| error.to_string())? as u64 {
        n if n > MAX_BYTES => Err("it is larger than 1 MiB".into()),
        _ => Ok(text),
    }
}
