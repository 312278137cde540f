//! The long help of every command: what it writes, what its options take, examples.
//!
//! Takes the commands as clap has them; gives them with the text that `--help` ends with. Lists of
//! names come from the registries.

use clap::Command;

use super::list::Registries;

/// Adds to each command what `--help` shows after its options.
pub(super) fn dress(command: Command) -> Command {
    let names = Registries::default();
    let text = [
        ("fi", names.fi_help() + "\n" + FI),
        ("run", RUN.to_owned()),
        ("trace", names.model_help() + "\n" + TRACE),
        ("show", names.names_help() + "\n" + SHOW),
        ("check", names.names_help() + "\n" + CHECK),
        ("verify", names.model_help() + "\n" + VERIFY),
        ("bench", names.model_help() + "\n" + BENCH),
        ("plot", PLOT.to_owned()),
        ("compare", COMPARE.to_owned()),
        ("list", names.names_help() + "\n" + LIST),
        ("new", NEW.to_owned()),
        ("import", IMPORT.to_owned()),
        ("devices", DEVICES.to_owned()),
        ("help", HELP.to_owned()),
        ("completions", COMPLETIONS.to_owned()),
        ("man", MAN.to_owned()),
    ];
    let command = command.after_help(ALL);
    text.into_iter().fold(command, |command, (name, text)| {
        command.mut_subcommand(name, |one| one.after_long_help(text))
    })
}

const ALL: &str = "\
Examples:
  rheobase fi hodgkin_huxley                         an f-I curve, with its picture
  rheobase fi lif --set tau=5:20:31 --engine cpu     a map
  rheobase run night.toml --out results --resume     any experiment
  rheobase help experiment                           what such a file says
  rheobase help model                                how a model is written
  rheobase fi --help                                 all options of a command

Exit status: 0 done; 1 checked and found different; 2 misuse or failure; 130 interrupted.";

const FI: &str = "\
Quantities may carry units (--duration \"500 ms\", --to \"2 nA\"); bare numbers are in ms, or in the
unit that the model declares. The window of all columns is from onset + skip to the end.

Writes fi.csv, fi.svg and run.json. A run that is interrupted leaves fi.partial.csv, which --resume
goes on with.

Examples:
  rheobase fi hodgkin_huxley
  rheobase fi lif --from 0 --to \"3 nA\" --n 1000 --skip \"100 ms\"
  rheobase fi my.eqn --set g_Na=80:160:9 --engine cpu --out results
  rheobase fi lif --set R=log:1:100:9 --set tau=5,10,20 --set init.v=-70
  rheobase fi lif --features spike_count,rate
  rheobase fi hodgkin_huxley --method rk4 --dt \"0.005 ms\" --precision f64 --engine cpu";

const RUN: &str = "\
An experiment file names a model, stimuli, axes and recorders: see `rheobase help experiment`.
`rheobase check FILE.toml` tells cells, steps and bytes before anything runs.

Writes table.csv, run.json, and spikes.csv and traces.csv where these are recorded.

Examples:
  rheobase run examples/conductances.toml
  rheobase run night.toml --out results --resume
  rheobase run night.toml --engine gpu --device 0 --out results --force";

const TRACE: &str = "\
Writes trace.csv (cell, time and the variables), trace.svg and nothing else.

Examples:
  rheobase trace hodgkin_huxley --amplitude 10 --duration \"50 ms\" --settle \"10 ms\"
  rheobase trace hodgkin_huxley --amplitude 5,7,10 --all --duration \"100 ms\"
  rheobase trace lif --amplitude \"2 nA\" --variables v --every \"0.1 ms\" --set tau=20
  rheobase trace hodgkin_huxley --variables \"v, I_Na = g_Na*m^3*h*(v - E_Na)\"";

const SHOW: &str = "\
Examples:
  rheobase show hodgkin_huxley
  rheobase show izhikevich:CH
  rheobase show adex --latex > adex.tex
  rheobase show adex:tonic --brian2 > adex.py
  rheobase show my.eqn --ir
  rheobase show lif --plan --set tau=5:20:4
  rheobase show lif --wgsl > lif.wgsl";

const NEW: &str = "\
Writes NAME.eqn: an integrate-and-fire neuron with adaptation, a comment on every part.

Examples:
  rheobase new cell
  rheobase new cell --out models --force";

const IMPORT: &str = "\
Writes the built-in model of the cell's level with its values in place, in pF, Mohm, mV, Hz and pA.
All fields that are wrong or missing are reported by their paths.

Examples:
  rheobase import allen neuron_config.json
  rheobase import allen cells/474637203.json cells/512322162.json --name cells --out models";

const CHECK: &str = "\
Prints every mistake with its line, or what a run would take: cells, steps, bytes per cell and per
tile on a device, memory on the host, and room on the disk. Runs nothing and opens no device.

Examples:
  rheobase check my.eqn
  rheobase check hodgkin_huxley --set g_Na=80:160:101 --n 1001
  rheobase check examples/conductances.toml";

const VERIFY: &str = "\
Counts of spikes are equal, and each spike is within dt + 5e-3 ms per simulated second. Cells whose
reference moves by more than that when the parameters change by 1e-6 are listed and left out; more
than 1 % of them fails. An experiment file says itself what is run.

Examples:
  rheobase verify lif
  rheobase verify hodgkin_huxley --engine gpu --duration \"200 ms\" --cells 200
  rheobase verify my.eqn --set g_Na=80:160:9 --engine cpu --precision f64
  rheobase verify examples/conductances.toml --engine cpu";

const BENCH: &str = "\
The CPU engine runs on one thread and on all; every adapter of `rheobase devices` runs, software
drivers too; the reference runs 16 of the cells. Repetitions are interleaved.

A model is measured over its range, N amplitudes for N cells. An experiment file is measured with
its recorders on the first N cells of its grid, which is repeated where it has fewer; its run is
shortened to what --seconds allows.

Times are medians: compile (once), set-up (on the host), upload (to the device), run, read (back).
Writes bench.svg, and the table with --export.

Examples:
  rheobase bench
  rheobase bench lif --cells 100,1000,10000,100000 --export bench.md
  rheobase bench hodgkin_huxley --duration \"1 s\" --repeats 3 --precision f64
  rheobase bench examples/random.toml --cells 10000";

const PLOT: &str = "\
Without options: the spikes of a table with the columns cell and spike_time; the first state over t;
else the rate over the last axis, a curve per value of the axis before it, or a map where those are
more than seven.

Examples:
  rheobase plot fi.csv
  rheobase plot fi.csv --x I --y time_to_first_spike --by g_Na --out latency.svg
  rheobase plot table.csv --x I --y g_Na --z ISI_CV";

const COMPARE: &str = "\
Two numbers agree if |a - b| <= ABS + REL max(|a|, |b|); missing values agree with missing values
only. The exit status is 0 if the tables agree, 1 if they do not, 2 if they cannot be compared.

Examples:
  rheobase compare fi.csv other/fi.csv
  rheobase compare fi.csv other/fi.csv --abs 1e-9 --rel 1e-4 --column rate=1e-3";

const LIST: &str = "\
Examples:
  rheobase list models
  rheobase list stimuli";

const DEVICES: &str = "\
The number before a device is what --device takes. --engine auto never takes a software driver.

Examples:
  rheobase devices
  rheobase fi lif --engine gpu --device 0
  rheobase fi lif --engine gpu --device llvmpipe";

const HELP: &str = "\
Examples:
  rheobase help
  rheobase help fi
  rheobase help experiment
  rheobase help model";

const COMPLETIONS: &str = "\
Examples:
  rheobase completions bash > ~/.local/share/bash-completion/completions/rheobase
  rheobase completions zsh > ~/.zfunc/_rheobase          (~/.zfunc in fpath, before compinit)
  rheobase completions fish > ~/.config/fish/completions/rheobase.fish
  rheobase completions powershell >> $PROFILE";

const MAN: &str = "\
Examples:
  rheobase man > ~/.local/share/man/man1/rheobase.1
  rheobase man fi > ~/.local/share/man/man1/rheobase-fi.1
  rheobase man fi | man -l -";

#[cfg(test)]
mod tests {
    use super::super::command;

    #[test]
    fn every_command_has_examples_that_parse() {
        for one in command().get_subcommands() {
            let text = one.get_after_long_help().map(ToString::to_string);
            let text = text.unwrap_or_default();
            let (_, examples) = text.split_once("Examples:\n").unwrap_or_default();
            let own = format!("rheobase {}", one.get_name());
            assert!(
                examples.contains(&own),
                "{} has no examples",
                one.get_name()
            );
            for line in examples.lines() {
                let line = line.trim();
                let line = line.split(['>', '|']).next().unwrap_or(line);
                // Quoted texts are one argument.
                let parts = line.split('"').enumerate();
                let words: Vec<String> = parts
                    .flat_map(|(i, part)| match i % 2 {
                        1 => vec![part.to_owned()],
                        _ => part.split_whitespace().map(str::to_owned).collect(),
                    })
                    .collect();
                assert_eq!(
                    words.first().map(String::as_str),
                    Some("rheobase"),
                    "{line}"
                );
                if let Err(error) = command().try_get_matches_from(&words) {
                    panic!("{line}: {error}");
                }
            }
        }
    }

    #[test]
    fn no_help_is_wider_than_a_page() {
        let mut all = command().term_width(100);
        all.build();
        for one in all.get_subcommands_mut() {
            let text = one.render_long_help().to_string();
            for line in text.lines() {
                assert!(line.chars().count() <= 100, "{}: {line}", one.get_name());
            }
        }
    }
}
