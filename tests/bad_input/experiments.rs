//! Experiment files: every entry wrong in kind, unit, range or name.

use crate::support::Folder;

/// `run` and `check` both refuse `e.toml` with all words, and leave nothing beside it.
#[track_caller]
fn refused(text: &str, words: &[&str]) {
    let folder = Folder::new();
    folder.write("e.toml", text);
    for arguments in [
        &["run", "e.toml", "--engine", "reference"][..],
        &["check", "e.toml"],
    ] {
        // What takes too much room is only known where it is to be written.
        if arguments[0] == "check" && words.contains(&"are free") {
            continue;
        }
        let ended = folder.run(arguments);
        println!("{text}\n{}\n", ended.stderr);
        ended.expect(2).says(words);
        let mut lines = ended.stderr.lines();
        let first = lines.find(|line| !line.starts_with("note: "));
        assert!(
            first.is_some_and(|line| line.starts_with("error")),
            "{text}\n{ended:?}"
        );
        assert!(ended.stdout.is_empty(), "{text}\n{ended:?}");
        assert!(
            !ended.stderr.contains("--dt"),
            "an option of another command: {ended:?}"
        );
        assert_eq!(folder.names(), ["e.toml"], "{text}");
    }
}

/// The same after a good beginning of two lines.
#[track_caller]
fn refused_after(entries: &str, words: &[&str]) {
    refused(
        &format!("model = \"lif\"\nduration = 5\n{entries}\n"),
        words,
    );
}

#[test]
fn whole_files_that_make_no_sense_are_refused() {
    for (text, words) in [
        ("", &["names no model", "write `model ="]),
        ("model = ", &["not TOML", "e.toml:1"]),
        ("model = 3", &["a text in quotes", "not 3"]),
        ("model = \"\"", &["no model ``", "list models"]),
        (
            "model = \"liv\"",
            &["no model `liv`", "did you mean `lif`?"],
        ),
        (
            "model = \"lif\"\nmodel = \"lif\"",
            &["duplicate key", "e.toml:2"],
        ),
        (
            "model = \"../none.eqn\"",
            &["cannot read", "none.eqn", "model file"],
        ),
        ("model = \".\"", &["cannot read", "model file"]),
        (
            "[model]\nname = \"lif\"",
            &["a text in quotes", "not a table"],
        ),
        (
            "model = \"lif\"\r\nduration = \"x\"\r\n",
            &["e.toml:2", "`x` is not a quantity"],
        ),
        (
            "model = \"lif\"\nduration = 0",
            &["0 ms is shorter than one step", "longer duration"],
        ),
        (
            "model = \"lif\"\nduration = -5",
            &["not negative", "not -5 ms"],
        ),
        (
            "model = \"lif\"\nduration = \"5 nA\"",
            &["wrong unit", "ms is expected"],
        ),
        (
            "model = \"lif\"\nduration = \"1e30 s\"",
            &["1e33 ms is more than 4294967295 steps", "larger dt"],
        ),
        (
            "model = \"lif\"\nduration = \"1e999 s\"",
            &["not a quantity"],
        ),
        ("model = \"lif\"\nduration = false", &["not false"]),
        ("model = \"lif\"\nduration = 1979-05-27", &["not a date"]),
        (
            "model = \"hodgkin_huxley\"\nmethod = \"exact\"",
            &["'exact'", "not linear", "staggered"],
        ),
        ("I [nA],rate [Hz]\n0,1\n", &["not TOML", "e.toml:1"]),
    ] as [(&str, &[&str]); _]
    {
        refused(text, words);
    }
}

#[test]
fn entries_at_the_top_that_make_no_sense_are_refused() {
    for (text, words) in [
        (
            "dt = \"x\"",
            &["`x` is not a quantity", "10 ms", "e.toml:3"],
        ),
        (
            "dt = 0",
            &["dt must be a positive time", "dt = \"0.01 ms\""],
        ),
        ("dt = -1", &["positive", "not -1 ms", "dt = "]),
        (
            "dt = nan",
            &["a number or a quantity in quotes", "10 ms", "not nan"],
        ),
        ("dt = inf", &["in quotes", "not inf"]),
        ("dt = \"1 mV\"", &["wrong unit", "`mV`", "ms is expected"]),
        ("dt = true", &["a number or a quantity", "not true"]),
        ("dt = [1]", &["not a list"]),
        (
            "dt = 1e-300",
            &[
                "duration 5 ms",
                "4294967295 steps of 1e-300 ms",
                "larger dt",
            ],
        ),
        (
            "dt = 1e300",
            &[
                "5 ms is shorter than one step of 1e300 ms",
                "longer duration",
            ],
        ),
        (
            "dt = \"7 ms\"",
            &["5 ms is shorter than one step of 7 ms", "smaller dt"],
        ),
        (
            "skip = -1",
            &["skip must be", "not -1 ms", "skip = \"300 ms\""],
        ),
        (
            "skip = 5",
            &["skip leaves nothing of the stimulus, 5 ms", "shorter"],
        ),
        ("skip = \"1 m\"", &["`m` is not a unit", "e.toml:3"]),
        ("skip = {}", &["a number or a quantity", "not a table"]),
        ("seed = -1", &["a whole number from 0 on", "not -1"]),
        ("seed = 1.5", &["whole number", "not 1.5"]),
        ("seed = \"1\"", &["whole number", "not a text"]),
        (
            "seed = 99999999999999999999",
            &["whole number", "not 99999999999999999999"],
        ),
        ("repeats = 0", &["0 repeats", "1 or more"]),
        ("repeats = -1", &["whole number", "not -1"]),
        ("repeats = 2.0", &["whole number", "2.0"]),
        (
            "repeats = 10000000000000000",
            &["too large to number", "fewer"],
        ),
        ("repeats = true", &["whole number", "not true"]),
        ("method = 3", &["a text in quotes", "not 3"]),
        (
            "method = \"exat\"",
            &["no method `exat`", "did you mean `exact`?"],
        ),
        ("method = \"zzz\"", &["no method `zzz`", "rk4"]),
        ("typo = 1", &["no entry `typo`", "there are: model"]),
        (
            "duraton = 1",
            &["no entry `duraton`", "did you mean `duration`?"],
        ),
        ("duration = 6", &["not TOML", "duplicate key", "e.toml:3"]),
        ("dt = ", &["not TOML", "e.toml:3"]),
        ("[set", &["not TOML"]),
        ("dt = 0.1\0", &["not TOML"]),
    ] as [(&str, &[&str]); _]
    {
        refused_after(text, words);
    }
}

#[test]
fn values_that_are_set_that_make_no_sense_are_refused() {
    for (text, words) in [
        (
            "[set]\ntua = 1",
            &["no parameter `tua`", "did you mean `tau`?"],
        ),
        ("[set]\ntau = \"1 mV\"", &["wrong unit", "ms is expected"]),
        ("[set]\ntau = \"x\"", &["`x` is not a quantity", "10 ms"]),
        ("[set]\ntau = true", &["a number or a quantity", "not true"]),
        (
            "[set]\ntau = [1, 2]",
            &["a number or a quantity", "not a list"],
        ),
        ("[set]\ntau = 0", &["`dv/dt`", "tau = 0", "[set]"]),
        (
            "[set]\nt_ref = -1",
            &["refractory time is negative", "t_ref = -1", "0 ms or more"],
        ),
        (
            "[set]\n\"init.w\" = 1",
            &["no state `w`", "the model has: v"],
        ),
        ("[set]\nv = 1", &["`v` is a state", "\"init.v\" in quotes"]),
        (
            "[set]\nI = 1",
            &["`I` is an input", "\"I.amplitude\" under [sweep]"],
        ),
        (
            "[set]\n\"I.amplitude\" = 1",
            &["property of a stimulus", "[stimulus]"],
        ),
        ("set = 3", &["a table, such as [set]", "not 3"]),
        ("[set]\ntau = 1\ntau = 2", &["duplicate key"]),
        (
            "[set]\ntau = 1\n[sweep]\ntau = [1, 2]",
            &["`tau` is set and varied", "leave it out", "e.toml:6"],
        ),
        (
            "[set]\n\"init.v\" = 1\n[sweep]\n\"init.v\" = [1, 2]",
            &["`init.v` is set and varied"],
        ),
    ] as [(&str, &[&str]); _]
    {
        refused_after(text, words);
    }
}

#[test]
fn stimuli_that_make_no_sense_are_refused() {
    for (text, words) in [
        ("stimulus = 3", &["a table, such as [stimulus.I]", "not 3"]),
        ("[stimulus]\nI = 3", &["a table, such as { kind", "not 3"]),
        (
            "[stimulus.J]\nkind = \"step\"",
            &["no input `J`", "the model has: I"],
        ),
        (
            "[stimulus.I]\nkind=\"stpe\"\n",
            &["no stimulus `stpe`", "did you mean `step`?"],
        ),
        ("[stimulus.I]\nkind = 3", &["a text in quotes", "not 3"]),
        (
            "[stimulus.I]\namplitude = 1",
            &["has no kind", "constant, step"],
        ),
        (
            "[stimulus.I]\nkind=\"constant\"\namplitude = 1\nonset = 3",
            &["`constant` has no property `onset`", "kind, amplitude"],
        ),
        (
            "[stimulus.I]\nkind=\"constant\"\namplitude = \"1 mV\"",
            &["wrong unit", "nA is expected"],
        ),
        (
            "[stimulus.I]\nkind=\"constant\"\namplitude = nan",
            &["10 nA", "not nan"],
        ),
        (
            "[stimulus.I]\nkind=\"constant\"\n",
            &["has no amplitude", "write amplitude = "],
        ),
        (
            "[stimulus.I]\nkind=\"step\"\namplitude = 1\nonset = -1\nduration = 3",
            &[
                "onset must be a time that is not negative",
                "onset = \"300 ms\"",
            ],
        ),
        (
            "[stimulus.I]\nkind=\"step\"\namplitude = 1\nonset = 1",
            &["has no duration", "how long it lasts"],
        ),
        (
            "[stimulus.I]\nkind=\"step\"\namplitude = 1\nonset = 9\nduration = 3",
            &["begins at 9 ms", "run of 5 ms", "earlier onset"],
        ),
        (
            "[stimulus.I]\nkind=\"step\"\namplitude = 1\nonset = 1\nduration = 0",
            &["shorter than one step"],
        ),
        (
            "[stimulus.I]\nkind=\"step\"\namplitude = 1\nonset = 1\nduration = \"1e20 s\"",
            &["4294967295 steps", "shorter time"],
        ),
        (
            "[stimulus.I]\nkind=\"sine\"\namplitude = 1\nfrequency = \"1 mV\"\nduration = 3",
            &["wrong unit", "Hz is expected"],
        ),
        (
            "[stimulus.I]\nkind=\"pulses\"\namplitude = 1\nwidth = 2\nperiod = 1\ncount = 3",
            &["wider than the period", "smaller width"],
        ),
        (
            "[stimulus.I]\nkind=\"pulses\"\namplitude = 1\nwidth = 0\nperiod = 1\ncount = 3",
            &["width is less than half a step", "0.1 ms"],
        ),
        (
            "[stimulus.I]\nkind=\"pulses\"\namplitude = 1\nwidth = 1\nperiod = 0\ncount = 3",
            &["period is less than half a step"],
        ),
        (
            "[stimulus.I]\nkind=\"pulses\"\namplitude = 1\nwidth = 1\nperiod = 2\ncount = -3",
            &["-3 is no number of pulses", "whole number from 1"],
        ),
        (
            "[stimulus.I]\nkind=\"pulses\"\namplitude = 1\nwidth = 1\nperiod = 2\ncount = 1.5",
            &["1.5 is no number of pulses"],
        ),
        (
            "[stimulus.I]\nkind=\"ramp\"\nfrom = 1\nto = 2\nduration = 0",
            &["shorter than one step"],
        ),
        (
            "[stimulus.I]\nkind=\"ramp\"\nfrom = 1",
            &["has no to", "has no duration"],
        ),
        (
            "[stimulus.I]\nkind=\"samples\"\nvalues = []\ninterval = 1",
            &["no samples", "at least one"],
        ),
        (
            "[stimulus.I]\nkind=\"samples\"\nvalues = [[1, 2], [3]]\ninterval = 1",
            &["differ in length", "as many samples"],
        ),
        (
            "[stimulus.I]\nkind=\"samples\"\nvalues = [[1, 2], 3]\ninterval = 1",
            &["a list in brackets", "not 3"],
        ),
        (
            "[stimulus.I]\nkind=\"constant\"\namplitude = 1\n[sweep]\n\"I.column\" = \"all\"",
            &["leaves `column` open"],
        ),
        (
            "[stimulus.I]\nkind=\"samples\"\nvalues = [1]\ninterval = 1\ncolumn = 1\n[sweep]\n\"I.column\" = \"all\"",
            &["no waveform 1", "there is one, number 0"],
        ),
        (
            "[stimulus.I]\nkind=\"samples\"\nvalues = 3\ninterval = 1",
            &["a list in brackets", "not 3"],
        ),
        (
            "[stimulus.I]\nkind=\"samples\"\nvalues = [\"x\"]\ninterval = 1",
            &["`x` is not a quantity", "10 nA"],
        ),
        (
            "[stimulus.I]\nkind=\"samples\"\nvalues = [1]\ninterval = 0",
            &["interval is less than half a step", "0.1 ms"],
        ),
        (
            "[stimulus.I]\nkind=\"samples\"\nvalues = [1]\ninterval = \"1e-300 ms\"",
            &["interval is less than half a step"],
        ),
        (
            "[stimulus.I]\nkind=\"samples\"\nvalues = [1]\ninterval = -1",
            &["interval must be", "not -1 ms"],
        ),
        (
            "[stimulus.I]\nkind=\"samples\"\nvalues = [1, 2]\ninterval = \"1e6 s\"",
            &["4294967295 steps", "shorter time"],
        ),
        (
            "[stimulus.I]\nkind=\"samples\"\nvalues = \"no.csv\"\ninterval = 1",
            &["cannot read", "no.csv", "CSV"],
        ),
        (
            "[stimulus.I]\nkind=\"samples\"\nvalues = \".\"\ninterval = 1",
            &["cannot read", "CSV"],
        ),
    ] as [(&str, &[&str]); _]
    {
        refused_after(text, words);
    }
}

#[test]
fn axes_that_make_no_sense_are_refused() {
    for (text, words) in [
        (
            "[stimulus.I]\nkind=\"constant\"\namplitude = 1\n[sweep]\n\"I.amplitude\" = [1, 2]",
            &["leaves `amplitude` open", "[stimulus.I]"],
        ),
        ("[sweep]\n\"I.onset\" = [1, 2]", &["leaves `onset` open"]),
        (
            "[sweep]\n\"I.onst\" = [1, 2]",
            &["property `onst`", "did you mean `onset`?", "there are: "],
        ),
        (
            "[sweep]\n\"I.\" = [1]",
            &["property ``", "there are: amplitude"],
        ),
        ("[sweep]\ntau = []", &["list is empty", "at least one"]),
        ("[sweep]\ntau = [\"x\"]", &["`x` is not a quantity"]),
        (
            "[sweep]\ntau = 3",
            &["a table, such as { from", "or a list", "not 3"],
        ),
        (
            "[sweep]\ntau = { from = 1 }",
            &["`tau` has no values", "{ from = "],
        ),
        (
            "[sweep]\ntau = { from = 1, to = 2 }",
            &["`tau` has no n", "n = 11"],
        ),
        (
            "[sweep]\ntau = { from = 1, to = 2, n = 0 }",
            &["0 values", "1 or more"],
        ),
        (
            "[sweep]\ntau = { from = 1, to = 2, n = -1 }",
            &["whole number", "not -1"],
        ),
        (
            "[sweep]\ntau = { from = 2, to = 1, n = 3 }",
            &["inverted", "from 1 to 2"],
        ),
        (
            "[sweep]\ntau = { from = 1, to = 1, n = 3 }",
            &["all the same", "one value"],
        ),
        (
            "[sweep]\ntau = { from = 1, to = 2, n = 3, spacing = \"lgo\" }",
            &["no spacing `lgo`", "linear or log"],
        ),
        (
            "[sweep]\ntau = { from = 0, to = 2, n = 3, spacing = \"log\" }",
            &["begin above 0", "linear range"],
        ),
        (
            "[sweep]\ntau = { from = 1, to = 2, n = 3, step = 1 }",
            &["no entry `step`", "there are: values"],
        ),
        (
            "[sweep]\ntau = { values = [1, 2], n = 3 }",
            &["values and a range", "leave"],
        ),
        (
            "[sweep]\ntau = { from = 1, to = 2, n = 4000000000 }\nR = { from = 1, to = 2, n = 4000000000 }",
            &["4000000000 x 4000000000", "too large", "fewer"],
        ),
        (
            "[sweep]\ntau = { from = 1, to = 2, n = 100000000000000 }",
            &["100000000000000 cells", "are free", "fewer"],
        ),
        (
            "[sweep]\ntau = { from = -1e308, to = 1.7e308, n = 3 }",
            &["from -1e308 to 1.7e308", "at most 1e290"],
        ),
        ("sweep = 3", &["a table, such as [sweep]", "not 3"]),
        (
            "[sweep]\ntua = [1]",
            &["no parameter `tua`", "did you mean `tau`?"],
        ),
    ] as [(&str, &[&str]); _]
    {
        refused_after(text, words);
    }
}

#[test]
fn samples_that_make_no_sense_are_refused() {
    for (text, words) in [
        ("[sweep.sample]\nn = 3", &["draws nothing", "uniform"]),
        (
            "[sweep.sample]\nR = { uniform = [1, 2] }",
            &["no size", "n = 1000"],
        ),
        (
            "[sweep.sample]\nn = 0\nR = { uniform = [1, 2] }",
            &["no size", "from 1"],
        ),
        (
            "[sweep.sample]\nn = 3\ndesign = 1\nR = { uniform = [1, 2] }",
            &["a text in quotes", "not 1"],
        ),
        (
            "[sweep.sample]\nn = 3\ndesign = \"grid\"\nR = { uniform = [1, 2] }",
            &["no design `grid`", "sobol"],
        ),
        (
            "[sweep.sample]\nn = 3\nR = { uniform = [2, 1] }",
            &["below the second", "[lower, upper]"],
        ),
        (
            "[sweep.sample]\nn = 3\nR = { uniform = [1] }",
            &["two values", "[a, b]"],
        ),
        (
            "[sweep.sample]\nn = 3\nR = { uniform = 3 }",
            &["a list in brackets", "not 3"],
        ),
        (
            "[sweep.sample]\nn = 3\nR = { uniform = [1, 2], normal = [1, 2] }",
            &["no distribution", "write one of"],
        ),
        (
            "[sweep.sample]\nn = 3\nR = {}",
            &["no distribution", "write one of"],
        ),
        (
            "[sweep.sample]\nn = 3\nR = { normal = [1, -1] }",
            &["must be above 0", "write a number above 0"],
        ),
        (
            "[sweep.sample]\nn = 3\nR = { normal = [1, 1], between = [3, 2] }",
            &["below the second"],
        ),
        (
            "[sweep.sample]\nn = 3\nR = { log_normal = [-1, 1] }",
            &["must be above 0"],
        ),
        (
            "[sweep.sample]\nn = 3\nR = { log_normal = [1, \"1 mV\"] }",
            &["wrong unit", "without unit"],
        ),
        (
            "[sweep.sample]\nn = 3\nR = [1, 2]",
            &["a table, such as { uniform", "not a list"],
        ),
        (
            "[sweep.sample]\nn = 3\nR = { unfirom = [1, 2] }",
            &["no entry `unfirom`", "did you mean `uniform`?"],
        ),
        (
            "[sweep.sample]\nn = 3\nQ = { uniform = [1, 2] }",
            &["no parameter `Q`"],
        ),
    ] as [(&str, &[&str]); _]
    {
        refused_after(text, words);
    }
}

#[test]
fn recorders_that_make_no_sense_are_refused() {
    for (text, words) in [
        ("record = 3", &["a table, such as [record]", "not 3"]),
        ("[record]\nfeatures = 1", &["true or false", "not 1"]),
        (
            "[record]\nfeatures = false",
            &["nothing is recorded", "features = true"],
        ),
        (
            "[record]\nfeatrues = true",
            &["nothing records `featrues`", "did you mean `features`?"],
        ),
        (
            "[record]\nspikes = 3",
            &["a table, such as { capacity", "not 3"],
        ),
        (
            "[record]\nspikes = { capacity = 0 }",
            &["0 is no capacity", "from 1 to"],
        ),
        (
            "[record]\nspikes = { capacity = -1 }",
            &["whole number", "not -1"],
        ),
        (
            "[record]\nspikes = { capacity = 5000000000 }",
            &["5000000000 is no capacity", "4294967295"],
        ),
        (
            "[record]\nspikes = { cap = 3 }",
            &["no entry `cap`", "capacity"],
        ),
        (
            "[record]\nstatistics = \"v\"",
            &["a list in brackets", "not a text"],
        ),
        (
            "[record]\nstatistics = []",
            &["list is empty", "at least one name"],
        ),
        (
            "[record]\nstatistics = [\"w\"]",
            &["no `w` to record", "the model has: v, I"],
        ),
        ("[record]\nstatistics = [3]", &["a text in quotes", "not 3"]),
        (
            "[record]\nstatistics = [\"v\", \"v\"]",
            &["`v` is recorded twice", "name it once"],
        ),
        (
            "[record]\ntrace = {}",
            &["no variables", "variables = [\"v\"]"],
        ),
        (
            "[record]\ntrace = { variables = [\"v\"], every = 0 }",
            &["no such interval", "at least one step, 0.1 ms"],
        ),
        (
            "[record]\ntrace = { variables = [\"v\"], every = \"x\" }",
            &["`x` is not a quantity"],
        ),
        (
            "[record]\ntrace = { variables = [\"v\"], every = \"1 s\" }",
            &["takes no sample", "shorter interval"],
        ),
        (
            "[record]\ntrace = { variables = [\"v\"], evry = 1 }",
            &["no entry `evry`", "did you mean `every`?"],
        ),
        (
            "[record]\ntrace = true",
            &["a table, such as { variables", "not true"],
        ),
    ] as [(&str, &[&str]); _]
    {
        refused_after(text, words);
    }
}

#[test]
fn files_that_are_no_text_or_too_large_are_refused() {
    for (bytes, words) in [
        (&b"model = \"lif\xff\"\n"[..], &["e.toml", "UTF-8"][..]),
        (&vec![b'#'; (1 << 20) + 1], &["e.toml", "1 MiB", "CSV"]),
    ] {
        let folder = Folder::new();
        folder.write("e.toml", bytes);
        folder.run(&["run", "e.toml"]).expect(2).says(words);
        assert_eq!(folder.names(), ["e.toml"]);
    }
}

/// What looks odd and is good all the same.
#[test]
fn a_byte_order_mark_and_windows_line_ends_are_read() {
    let folder = Folder::new();
    folder.write("e.toml", "\u{feff}model = \"lif\"\r\nduration = 5\r\n");
    folder.run(&["check", "e.toml"]).expect(0);
}
