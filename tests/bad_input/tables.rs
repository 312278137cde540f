//! Tables: cells and samples that an experiment names, and those given to `plot` and `compare`.

use super::{Case, check};
use crate::support::Folder;

/// `run` refuses `c.csv`, named by `experiment`.
#[track_caller]
fn refused(experiment: &str, csv: impl AsRef<[u8]>, words: &[&str]) {
    let folder = Folder::new();
    folder.write("e.toml", experiment);
    folder.write("c.csv", csv);
    let ended = folder.run(&["run", "e.toml", "--engine", "reference"]);
    println!("{}\n", ended.stderr);
    ended.expect(2).says(words).says(&["e.toml:", "^"]);
    assert_eq!(folder.names(), ["c.csv", "e.toml"]);
}

const CELLS: &str = "model = \"lif\"\nduration = 5\n[sweep]\ncells = \"c.csv\"\n";
const SAMPLES: &str = "model = \"lif\"\nduration = 5\n[stimulus.I]\nkind = \"samples\"\ninterval = 1\nvalues = \"c.csv\"\n";

#[test]
fn cells_that_are_none_are_refused() {
    for (csv, words) in [
        ("", &["c.csv is empty", "column names"]),
        ("tau\n", &["no rows", "one row per cell"]),
        (
            "tau\nx\n",
            &["line 2", "column `tau`", "`x` is not a number"],
        ),
        ("tau\n1,2\n", &["line 2", "2 fields", "header has 1"]),
        ("tau,R\n1\n", &["line 2", "1 fields", "header has 2"]),
        ("tau,tau\n1,2\n", &["line 1", "two columns are named `tau`"]),
        (
            "tau\nnan\n",
            &["column `tau`", "missing or endless", "every row"],
        ),
        ("tau\ninf\n", &["missing or endless"]),
        ("tau\n1e999\n", &["missing or endless"]),
        ("tau,R\n1,\n", &["column `R`", "missing"]),
        ("foo\n1\n", &["no parameter `foo`", "the model has: tau"]),
        ("tau [mV]\n1\n", &["in mV", "must be in ms"]),
        ("tau [furlong]\n1\n", &["in furlong", "must be in ms"]),
        ("cell\n0\n", &["varies nothing", "tau [ms]"]),
        ("tau;R\n1;2\n", &["`1;2` is not a number"]),
        ("1,2\n3,4\n", &["no parameter `1`"]),
        ("I\n1\n", &["`I` is an input", "I.amplitude"]),
        ("tau\n0x10\n", &["`0x10` is not a number"]),
        ("tau\n1,5\n", &["2 fields"]),
        ("v\n1\n", &["`v` is a state", "init.v"]),
        ("I.oops\n1\n", &["property `oops`", "there are: "]),
    ] as [(&str, &[&str]); _]
    {
        refused(CELLS, csv, words);
    }
    refused(CELLS, b"ta\xff\n1\n", &["did you mean `tau`?"]);
    refused(CELLS, b"tau\n\xff\n", &["line 2", "is not a number"]);
    refused(CELLS, b"tau\n1\0\n", &["line 2", "is not a number"]);
    refused(CELLS, [0; 100], &["c.csv"]);
}

#[test]
fn waveforms_that_are_none_are_refused() {
    for (csv, words) in [
        ("", &["c.csv is empty"]),
        ("I\n", &["no samples", "at least one"]),
        ("I\nx\n", &["`x` is not a number"]),
        ("t,I\n0,\n", &["missing", "every row"]),
        ("t,I [mV]\n0,1\n", &["in mV", "must be in nA"]),
        ("t,I\n0\n", &["1 fields", "header has 2"]),
        ("t,I\n0,nan\n", &["missing or endless"]),
        (
            "time,a,b\n0,1,2\n",
            &["2 waveforms", "column = 0", "\"I.column\" = \"all\""],
        ),
        ("a,b [mV]\n0,1\n", &["column `b`", "in mV", "must be in nA"]),
    ] as [(&str, &[&str]); _]
    {
        refused(SAMPLES, csv, words);
    }
    for (rest, words) in [
        ("column = 2\n", &["no waveform 2", "numbered 0 to 1"]),
        ("column = -1\n", &["no waveform -1", "numbered 0 to 1"]),
        ("column = 0.5\n", &["no waveform 0.5"]),
        ("column = \"all\"\n", &["all"]),
        ("[sweep]\n\"I.column\" = [0, 1, 2]\n", &["no waveform 2"]),
        (
            "[sweep]\n\"I.column\" = \"each\"\n",
            &["`each` is no choice of waveforms", "write \"all\""],
        ),
        (
            "[sweep]\n\"I.column\" = { from = 0, to = 1, n = 3 }\n",
            &["no waveform 0.5"],
        ),
        (
            "[sweep.sample]\nn = 3\n\"I.column\" = { uniform = [0, 1] }\n",
            &["no waveform 0."],
        ),
    ] as [(&str, &[&str]); _]
    {
        refused(&format!("{SAMPLES}{rest}"), "a,b\n0,1\n", words);
    }
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_read() {
    for (experiment, csv) in [
        (CELLS, "\u{feff}tau\r\n5\r\n"),
        (SAMPLES, "\u{feff}I\r\n5\r\n"),
    ] {
        let folder = Folder::new();
        folder.write("e.toml", experiment);
        folder.write("c.csv", csv);
        folder.run(&["check", "e.toml"]).expect(0);
    }
}

const FILES: &[(&str, &[u8])] = &[
    ("a.csv", b"I [nA],rate [Hz]\n0,1\n1,2\n"),
    ("bad.csv", b"I,rate\nx,1\n"),
    ("ragged.csv", b"I,rate\n0,1\n1\n"),
    ("nothing.csv", b""),
    ("head.csv", b"I,rate\n"),
];

#[test]
fn tables_that_cannot_be_drawn_or_compared_are_refused() {
    check(&[
        Case {
            files: FILES,
            arguments: &["plot", "a.csv", "--x", "zz"],
            words: &["no column `zz`", "I, rate"],
        },
        Case {
            files: FILES,
            arguments: &["plot", "a.csv", "--out", "b.pdf"],
            words: &["b.pdf", "SVG or PNG", ".svg or .png"],
        },
        Case {
            files: FILES,
            arguments: &["plot", "."],
            words: &["SVG", "--out"],
        },
        Case {
            files: FILES,
            arguments: &["plot", "a.csv", "--out", "no/b.svg"],
            words: &["no/b", "folder that exists"],
        },
        Case {
            files: FILES,
            arguments: &["plot", "none.csv"],
            words: &["cannot read none.csv", "CSV table"],
        },
        Case {
            files: FILES,
            arguments: &["plot"],
            words: &["<TABLE>", "--help"],
        },
        Case {
            files: FILES,
            arguments: &["plot", "bad.csv"],
            words: &["bad.csv, line 2", "`x` is not a number"],
        },
        Case {
            files: FILES,
            arguments: &["plot", "ragged.csv"],
            words: &["ragged.csv, line 3", "1 fields"],
        },
        Case {
            files: FILES,
            arguments: &["plot", "nothing.csv"],
            words: &["nothing.csv is empty"],
        },
        Case {
            files: FILES,
            arguments: &["plot", "head.csv"],
            words: &["no rows"],
        },
        Case {
            files: FILES,
            arguments: &["plot", "a.csv", "--z", "rate", "--by", "I"],
            words: &["--z", "--by", "cannot be used"],
        },
        Case {
            files: FILES,
            arguments: &["compare", "a.csv"],
            words: &["<B>", "--help"],
        },
        Case {
            files: FILES,
            arguments: &["compare", "a.csv", "none.csv"],
            words: &["cannot read none.csv", "CSV table"],
        },
        Case {
            files: FILES,
            arguments: &["compare", "a.csv", "."],
            words: &["cannot read .", "CSV table"],
        },
        Case {
            files: FILES,
            arguments: &["compare", "a.csv", "bad.csv"],
            words: &["bad.csv, line 2"],
        },
        Case {
            files: FILES,
            arguments: &["compare", "nothing.csv", "a.csv"],
            words: &["nothing.csv is empty"],
        },
        Case {
            files: FILES,
            arguments: &["compare", "a.csv", "a.csv", "--abs", "-1"],
            words: &["not negative", "-1", "--abs 1e-6"],
        },
        Case {
            files: FILES,
            arguments: &["compare", "a.csv", "a.csv", "--abs", "nan"],
            words: &["finite", "NaN"],
        },
        Case {
            files: FILES,
            arguments: &["compare", "a.csv", "a.csv", "--rel", "inf"],
            words: &["finite", "inf"],
        },
        Case {
            files: FILES,
            arguments: &["compare", "a.csv", "a.csv", "--rel", "0.5"],
            words: &["0.5 is more than 0.01"],
        },
        Case {
            files: FILES,
            arguments: &["compare", "a.csv", "a.csv", "--rel", "x"],
            words: &["'x'", "--rel"],
        },
        Case {
            files: FILES,
            arguments: &["compare", "a.csv", "a.csv", "--column", "rate"],
            words: &["NAME=REL", "rate=1e-3"],
        },
        Case {
            files: FILES,
            arguments: &["compare", "a.csv", "a.csv", "--column", "rate=x"],
            words: &["NAME=REL"],
        },
        Case {
            files: FILES,
            arguments: &["compare", "a.csv", "a.csv", "--column", "rate=-1"],
            words: &["not negative"],
        },
    ]);
}
