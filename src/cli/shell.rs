//! `completions` and `man`: what a shell and a pager read, from the definitions of the help.

use super::args::{CompletionsArgs, ManArgs};
use super::failure::Failure;
use super::{command, pages, say};

pub(super) fn completions(args: &CompletionsArgs) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "rheobase", &mut text);
    say(&String::from_utf8_lossy(&text))
}

pub(super) fn man(args: &ManArgs) -> Result<(), Failure> {
    let mut all = command();
    all.build();
    let page = match &args.command {
        None => all,
        Some(name) => match all.find_subcommand(name) {
            Some(one) => one.clone(),
            None => return Err(pages::unknown(name, &all, &[])),
        },
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page)
        .render(&mut text)
        .map_err(|error| Failure::misuse(format!("cannot write the page: {error}")))?;
    say(&String::from_utf8_lossy(&text))
}
