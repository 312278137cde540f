//! Options of `fi`, and the command line as such.

use super::refused;
use crate::support::Folder;

#[test]
fn unknown_names_are_refused_with_the_nearest_one() {
    refused(&["liv"], &["liv", "did you mean `lif`", "list models"]);
    refused(
        &["no_such_thing"],
        &["no_such_thing", "list models", "path"],
    );
    refused(&["lif", "--set", "tua=3"], &["tua", "did you mean `tau`"]);
    refused(
        &["hodgkin_huxley", "--set", "init.M=0"],
        &["state `M`", "did you mean `m`"],
    );
    refused(
        &["lif", "--set", "init.nothing=0"],
        &["nothing", "the model has: v"],
    );
    refused(&["lif", "--set", "v=3"], &["`v` is a state", "init.v="]);
    refused(&["lif", "--set", "I=3"], &["`I` is an input", "--from"]);
    refused(&["lif", "--engine", "cpi"], &["cpi", "cpu", "reference"]);
    refused(
        &["lif", "--method", "exat"],
        &["exat", "did you mean `exact`", "rk4"],
    );
    refused(&["lif", "--method", "zzz"], &["zzz", "rk4"]);
}

#[test]
fn a_quantity_of_another_unit_is_refused_with_the_unit_that_is_expected() {
    refused(&["lif", "--set", "tau=3 mV"], &["tau", "mV", "ms"]);
    refused(&["lif", "--set", "init.v=3 nA"], &["init.v", "nA", "mV"]);
    refused(
        &["lif", "--set", "tau=3 fortnights"],
        &["fortnights", "not a unit", "ms"],
    );
    refused(&["lif", "--from", "3 mV"], &["--from", "mV", "nA"]);
    refused(&["lif", "--to", "3 ms"], &["--to", "ms", "nA"]);
    for option in ["--dt", "--duration", "--skip", "--settle"] {
        refused(&["lif", option, "3 mV"], &[option, "mV", "ms"]);
    }
}

#[test]
fn times_that_make_no_run_are_refused() {
    for dt in ["0", "-1", "-0.1 ms", "0 s"] {
        refused(&["lif", "--dt", dt], &["dt", "positive", "--dt \""]);
    }
    for dt in ["nan", "inf", "-inf", "1e999", ""] {
        refused(&["lif", "--dt", dt], &["--dt", "10 ms"]);
    }
    refused(
        &["lif", "--dt", "51 ms"],
        &["duration", "50 ms", "step of 51 ms", "--dt"],
    );
    refused(
        &["lif", "--dt", "90 ms"],
        &["duration", "50 ms", "step of 90 ms", "--dt"],
    );
    refused(&["lif", "--duration", "0"], &["duration", "--duration"]);
    refused(
        &["lif", "--duration", "-3"],
        &["duration", "negative", "--duration"],
    );
    refused(
        &["lif", "--duration", "1e30 s"],
        &["duration", "steps", "--dt"],
    );
    refused(
        &["lif", "--skip", "50 ms"],
        &["--skip", "shorter", "--duration"],
    );
    refused(
        &["lif", "--skip", "1 s"],
        &["--skip", "shorter", "--duration"],
    );
    refused(
        &["lif", "--settle", "-1 ms"],
        &["settle", "negative", "--settle"],
    );
    refused(
        &[
            "lif",
            "--dt",
            "1e-8",
            "--settle",
            "40 ms",
            "--duration",
            "40 ms",
        ],
        &["4294967295 steps", "--dt"],
    );
}

#[test]
fn ranges_that_are_none_are_refused() {
    refused(
        &["lif", "--from", "3", "--to", "2"],
        &["inverted", "from 2 to 3"],
    );
    refused(
        &["lif", "--from", "2", "--to", "2"],
        &["I", "all the same", "one value"],
    );
    refused(&["lif", "--n", "0"], &["--n", "at least 1"]);
    for end in ["nan", "inf", "-inf", "1e999", "x", ""] {
        refused(&["lif", "--from", end], &["--from", "nA"]);
    }
    for n in ["-1", "1.5", "x", "99999999999999999999999"] {
        refused(&["lif", &format!("--n={n}")], &["--n", n]);
    }
}

#[test]
fn a_range_whose_values_would_overflow_is_refused() {
    let ends = ["--from=-1.7e308", "--to=1.7e308"];
    refused(
        &[&["lif"][..], &ends].concat(),
        &["I", "too large", "at most"],
    );
    refused(
        &["lif", "--set", "tau=1:1e300:3"],
        &["tau", "too large", "at most"],
    );
}

#[test]
fn a_negative_refractory_time_is_refused() {
    refused(
        &["lif", "--set", "t_ref=-1 ms"],
        &["refractory time is negative", "t_ref = -1", "0 ms or more"],
    );
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    for (text, words) in [
        ("tau", &["`tau` sets nothing", "value"][..]),
        ("", &["sets nothing"]),
        ("=", &["no parameter ``", "tau"]),
        ("=3", &["no parameter ``", "tau"]),
        ("tau=", &["tau", "10 ms"]),
        ("tau=,", &["tau", "10 ms"]),
        ("tau=1,,2", &["tau", "10 ms"]),
        ("tau=:", &["tau", "FROM:TO:N"]),
        ("tau=::", &["tau", "10 ms"]),
        ("tau=1:2", &["tau", "FROM:TO:N"]),
        ("tau=1:2:3:4", &["tau", "FROM:TO:N"]),
        ("tau=1:2:0", &["tau", "at least 1"]),
        ("tau=1:2:-1", &["tau", "at least 1"]),
        ("tau=1:2:1e3", &["tau", "whole number"]),
        ("tau=2:1:3", &["tau", "inverted", "from 1 to 2"]),
        ("tau=2:2:3", &["tau", "all the same"]),
        ("tau=log:1", &["tau", "log:FROM:TO:N"]),
        ("tau=log:0:1:3", &["tau", "logarithmic", "positive"]),
        ("tau=log:-1:1:3", &["tau", "logarithmic", "positive"]),
        ("tau=nan", &["tau", "10 ms"]),
        ("tau=inf", &["tau", "10 ms"]),
        ("tau=1e308 s", &["tau", "too large"]),
        ("tau=10 ms ms ms )(", &["tau", "unit"]),
        ("tau=\u{1f9e0}", &["tau", "10 ms"]),
        ("\u{1f9e0}=1", &["no parameter", "tau"]),
        ("init.=1", &["no state ``", "v"]),
        ("tau==1", &["tau", "10 ms"]),
    ] {
        refused(&["lif", "--set", text], words);
    }
}

#[test]
fn an_argument_of_100_kilobytes_is_refused_in_a_few_words() {
    let long = |begin: &str, unit: &str| begin.to_owned() + &unit.repeat(100_000 / unit.len());
    for text in [
        long("", "x"),
        long("tau=", "9"),
        long("tau=3", "x"),
        long("tau=", "1:"),
        long("tau=3 ", "ms*"),
        long("tau=3 ", "("),
        long("init.", "v") + "=3",
        long("tau=1:2:", "3"),
    ] {
        refused(&["lif", "--set", &text], &["error", "help"]);
    }
    refused(&[&long("", "x")], &["there is no model", "list models"]);
    refused(
        &["lif", "--method", &long("", "x")],
        &["there is no method", "rk4"],
    );
    // A list as long as that is no mistake, only too many cells for the free space of most.
    refused(
        &["lif", "--set", &long("tau=1", ",1"), "--n", "1000000000"],
        &["cells", "fewer"],
    );
}

#[test]
fn misuse_of_the_command_line_is_refused_with_what_there_is() {
    let folder = Folder::new();
    for (arguments, words) in [
        (&["fo", "lif"][..], &["fo", "--help"][..]),
        (&["frobnicate"], &["frobnicate", "--help"]),
        (&["fi"], &["<MODEL>", "--help"]),
        (&["fi", "lif", "--frm", "3"], &["--frm", "--from"]),
        (&["fi", "lif", "--from"], &["--from", "--help"]),
        (&["fi", "lif", "lif"], &["lif", "--help"]),
        (&["fi", "lif", "--seed", "x"], &["--seed", "x"]),
        (&["fi", "lif", "--precision", "f16"], &["f16", "f32", "f64"]),
        (&["list"], &["<WHAT>", "--help"]),
        (&["list", "modles"], &["modles", "models"]),
        (&["check"], &["<FILE>", "--help"]),
        (&["show"], &["<MODEL>", "--help"]),
        (&[], &["Usage", "fi", "check"]),
    ] {
        folder.run(arguments).expect(2).says(words);
    }
    assert!(folder.names().is_empty());
}

#[test]
fn all_that_is_wrong_with_the_options_is_said_at_once() {
    refused(
        &[
            "lif", "--from", "x", "--dt", "y", "--set", "tua=1", "--set", "R=1 s", "--method", "z",
        ],
        &["--from", "--dt", "tua", "Mohm", "no method `z`"],
    );
}

#[test]
fn options_of_the_experiment_beside_a_file_that_has_one_are_refused() {
    let folder = Folder::new();
    folder.write("e.toml", "model = \"lif\"\nduration = 5\n");
    for command in ["check", "verify", "bench"] {
        let ended = folder.run(&[command, "e.toml", "--from", "1"]);
        ended
            .expect(2)
            .says(&["`e.toml` says what is run", "change the file", "--from"]);
    }
}
