//! The contract of the command line: files, columns, streams, exit statuses.

use rheobase::exec::ENGINES;
use rheobase::integrate::METHODS;
use rheobase::model::library::{self, MODELS};
use rheobase::record::{FEATURES, RECORDERS};
use rheobase::stimulus::STIMULI;
use rheobase::table::{Table, read_csv};

use crate::support::{Ended, Folder, end, start};

/// The columns of `fi.csv` after `cell` and the axes.
const FEATURE_COLUMNS: &str =
    "spike_count,rate [Hz],time_to_first_spike [ms],inv_first_ISI [Hz],inv_last_ISI [Hz],ISI_CV";

/// Runs `fi`, which succeeds.
#[track_caller]
fn good(folder: &Folder, arguments: &[&str]) -> Ended {
    let ended = folder.fi(arguments);
    ended.expect(0);
    ended
}

fn table(folder: &Folder, name: &str) -> Table {
    read_csv(&folder.path().join(name)).expect("a table")
}

fn column(table: &Table, name: &str) -> Vec<Option<f64>> {
    let column = table
        .column(name)
        .unwrap_or_else(|| panic!("no column {name}"));
    (0..table.n_rows())
        .map(|row| column.data.float(row))
        .collect()
}

fn header(folder: &Folder) -> String {
    folder
        .read("fi.csv")
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn report(folder: &Folder) -> serde_json::Value {
    serde_json::from_str(&folder.read("run.json")).expect("valid JSON")
}

#[test]
fn fi_writes_a_table_a_picture_and_a_report() {
    let folder = Folder::new();
    good(&folder, &["lif"]);
    assert_eq!(folder.names(), ["fi.csv", "fi.svg", "run.json"]);
    assert_eq!(header(&folder), format!("cell,I [nA],{FEATURE_COLUMNS}"));
    let picture = folder.read("fi.svg");
    assert!(picture.starts_with("<svg") && picture.trim_end().ends_with("</svg>"));
    for words in ["I (nA)", "rate (Hz)"] {
        assert!(picture.contains(words), "{words} is not in the picture");
    }
}

#[test]
fn the_report_says_what_was_run_on_what_and_how_it_went() {
    let folder = Folder::new();
    good(&folder, &["lif", "--seed", "7", "--dt", "0.05 ms"]);
    let report = report(&folder);
    for (key, value) in [
        ("version", env!("CARGO_PKG_VERSION").into()),
        ("status", "complete".into()),
        ("model", "lif".into()),
        (
            "model_text",
            library::find("lif").expect("built in").text.into(),
        ),
        ("seed", serde_json::json!(7)),
        ("dt [ms]", serde_json::json!(0.05)),
        ("n_steps", serde_json::json!(1000)),
        ("method", "exact".into()),
        ("engine", "reference".into()),
        ("adapter", serde_json::Value::Null),
        ("driver", serde_json::Value::Null),
        ("precision", "f64".into()),
        ("files", serde_json::json!(["fi.csv", "fi.svg", "run.json"])),
    ] {
        assert_eq!(report[key], value, "{key}");
    }
    let hash = report["model_hash"].as_str().unwrap_or_default();
    assert!(hash.starts_with("fnv1a64:") && hash.len() == 24, "{hash}");
    for key in ["compile [s]", "run [s]", "readback [s]", "write [s]"] {
        assert!(report["times"][key].is_f64(), "{key}");
    }
    for (key, count) in [
        ("cells", 3),
        ("non_finite", 0),
        ("dropped_spikes", 0),
        ("cell_steps", 3000),
    ] {
        assert_eq!(report["counts"][key], count, "{key}");
    }
    assert_eq!(report["axes"][0]["name"], "I");
    assert_eq!(report["axes"][0]["last"], 5.0);
}

#[test]
fn the_table_goes_to_stdout_and_everything_else_to_stderr() {
    let folder = Folder::new();
    let ended = good(&folder, &["lif", "--dt", "0.03 ms"]);
    assert_eq!(ended.stdout.lines().count(), 4, "{ended:?}");
    assert!(ended.stdout.starts_with("cell  I [nA]"), "{ended:?}");
    for words in ["warning", "engine", "wrote"] {
        assert!(!ended.stdout.contains(words), "{ended:?}");
    }
    ended.says(&[
        "warning",
        "engine: reference",
        "exact at dt 0.03 ms",
        "wrote fi.csv, fi.svg, run.json",
    ]);
}

#[test]
fn many_rows_are_shortened_on_the_terminal_only() {
    let folder = Folder::new();
    let ended = good(&folder, &["lif", "--n", "100", "--duration", "5 ms"]);
    assert!(ended.stdout.lines().count() < 20, "{ended:?}");
    assert_eq!(table(&folder, "fi.csv").n_rows(), 100);
}

#[test]
fn a_run_in_the_current_folder_replaces_its_own_files() {
    let folder = Folder::new();
    good(&folder, &["lif", "--n", "2"]);
    good(&folder, &["lif", "--n", "4"]);
    assert_eq!(table(&folder, "fi.csv").n_rows(), 4);
    // However the folder is written.
    let whole = folder.path().to_string_lossy().into_owned();
    good(&folder, &["lif", "--n", "5", "--out", &whole]);
    good(&folder, &["lif", "--n", "6", "--out", "./"]);
    assert_eq!(table(&folder, "fi.csv").n_rows(), 6);
}

#[test]
fn out_makes_its_folder_and_force_replaces_what_is_there() {
    let folder = Folder::new();
    good(&folder, &["lif", "--out", "a/b"]);
    assert_eq!(folder.names(), ["a"]);
    folder
        .fi(&["lif", "--out", "a/b"])
        .expect(2)
        .says(&["fi.", "--force"]);
    good(&folder, &["lif", "--out", "a/b", "--force", "--n", "5"]);
    assert_eq!(table(&folder, "a/b/fi.csv").n_rows(), 5);
}

#[test]
fn settings_of_several_values_are_axes_before_the_amplitude() {
    let folder = Folder::new();
    good(
        &folder,
        &[
            "lif",
            "--set",
            "tau=5:15:3",
            "--set",
            "init.v=-65,-60 mV",
            "--n",
            "2",
        ],
    );
    assert_eq!(
        header(&folder),
        format!("cell,tau [ms],init.v [mV],I [nA],{FEATURE_COLUMNS}")
    );
    let rows = table(&folder, "fi.csv");
    let axis = |name| {
        column(&rows, name)
            .into_iter()
            .flatten()
            .collect::<Vec<f64>>()
    };
    assert_eq!(axis("cell"), (0..12).map(f64::from).collect::<Vec<_>>());
    assert_eq!(
        axis("tau"),
        [5., 5., 5., 5., 10., 10., 10., 10., 15., 15., 15., 15.]
    );
    assert_eq!(axis("init.v")[..4], [-65., -65., -60., -60.]);
    assert_eq!(axis("I")[..3], [0., 5., 0.]);
    assert_eq!(report(&folder)["axes"].as_array().map(Vec::len), Some(3));
}

#[test]
fn a_logarithmic_range_has_equal_ratios_and_units_convert() {
    let folder = Folder::new();
    good(
        &folder,
        &[
            "lif",
            "--set",
            "tau=log:1 ms:0.1 s:3",
            "--n",
            "1",
            "--from",
            "2000 pA",
        ],
    );
    let rows = table(&folder, "fi.csv");
    let tau: Vec<f64> = column(&rows, "tau").into_iter().flatten().collect();
    assert_eq!((tau[0], tau[2]), (1.0, 100.0));
    assert!((tau[1] - 10.0).abs() < 1e-8);
    assert_eq!(column(&rows, "I"), [Some(2.0); 3]);
}

#[test]
fn a_setting_of_one_value_changes_the_numbers_and_adds_no_column() {
    let folder = Folder::new();
    let first = |arguments: &[&str]| {
        good(&folder, arguments);
        let rows = table(&folder, "fi.csv");
        assert_eq!(header(&folder), format!("cell,I [nA],{FEATURE_COLUMNS}"));
        column(&rows, "time_to_first_spike")[0].expect("it fires")
    };
    let one = ["lif", "--from", "3", "--n", "1"];
    let rest = first(&one);
    let ready = first(&[&one[..], &["--set", "init.v=-51"]].concat());
    let slow = first(&[&one[..], &["--set", "tau=20 ms"]].concat());
    assert!(
        ready < 0.5 * rest && slow > 1.8 * rest,
        "{ready} {rest} {slow}"
    );
}

/// On the grid of steps an interval of the LIF neuron is dt·(⌈T/dt⌉ + t_ref/dt), with
/// T = τ ln(RI/(RI - (v_th - E_L))); with small steps that is the textbook's T + t_ref.
#[test]
fn rates_are_those_of_the_closed_form() {
    let folder = Folder::new();
    for (dt, against_the_textbook) in [(0.1, false), (0.002, true)] {
        let step = format!("{dt} ms");
        good(
            &folder,
            &[
                "lif",
                "--from",
                "1.6",
                "--to",
                "5",
                "--n",
                "5",
                "--dt",
                &step,
                "--duration",
                "200 ms",
            ],
        );
        let rows = table(&folder, "fi.csv");
        for (current, rate) in column(&rows, "I").into_iter().zip(column(&rows, "rate")) {
            let (drive, rate) = (10.0 * current.expect("an amplitude"), rate.expect("a rate"));
            let crossing: f64 = 10.0 * (drive / (drive - 15.0)).ln();
            let interval = dt * (crossing / dt).ceil() + 2.0;
            assert!(
                (rate * interval / 1000.0 - 1.0).abs() < 1e-6,
                "{current:?} nA: {rate} Hz"
            );
            if against_the_textbook {
                assert!(
                    (rate * (crossing + 2.0) / 1000.0 - 1.0).abs() < 0.005,
                    "{current:?} nA"
                );
            }
        }
    }
}

#[test]
fn below_threshold_the_count_and_the_rate_are_0_and_the_rest_is_empty() {
    let folder = Folder::new();
    good(&folder, &["lif", "--from", "1.4", "--n", "1"]);
    assert!(
        folder.read("fi.csv").ends_with("\n0,1.4,0,0,,,,\n"),
        "{}",
        folder.read("fi.csv")
    );
}

#[test]
fn skip_and_settle_move_the_window() {
    let folder = Folder::new();
    let one = ["lif", "--from", "3", "--n", "1", "--duration", "100 ms"];
    let row = |more: &[&str]| {
        good(&folder, &[&one[..], more].concat());
        let rows = table(&folder, "fi.csv");
        let value = |name| column(&rows, name)[0].expect("it fires");
        (value("spike_count"), value("time_to_first_spike"))
    };
    let (all, first) = row(&[]);
    let (late, first_late) = row(&["--skip", "50 ms"]);
    assert!(late > 0.0 && late < all, "{late} of {all}");
    assert!(
        (50.0..60.0).contains(&first_late),
        "counted from onset: {first_late}"
    );
    // At rest nothing happens before onset, so settling changes nothing.
    let (settled, first_settled) = row(&["--settle", "30 ms"]);
    assert!(
        (settled, first_settled) == (all, first),
        "{settled} {first_settled}"
    );
}

#[test]
fn a_model_file_is_given_by_its_path() {
    let folder = Folder::new();
    let text = "model mine \"My own\"\nparam tau = 10 ms\ninput I : nA\nrange I = 0 : 4 nA\n\
                dv/dt = (-v + I*10 Mohm)/tau : mV\ninit v = 0 mV\nthreshold v > 15 mV\nreset v = 0 mV\n";
    let path = folder.write("mine.eqn", text);
    for given in [
        path.as_str(),
        "mine.eqn",
        &folder.path().join("mine.eqn").to_string_lossy(),
    ] {
        good(&folder, &[given]);
        assert_eq!(report(&folder)["model"], "mine");
    }
    assert_eq!(report(&folder)["model_text"], text);
}

#[test]
fn times_that_are_no_whole_number_of_steps_are_warned_of() {
    let folder = Folder::new();
    for command in ["fi", "check"] {
        let arguments = [
            "lif",
            "--dt",
            "0.03 ms",
            "--duration",
            "10 ms",
            "--skip",
            "1 ms",
        ];
        let ended = folder.run(&crate::support::small(command, &arguments));
        ended.expect(0).says(&[
            "warning",
            "duration 10 ms",
            "9.99 ms is used",
            "skip 1 ms",
            "0.99 ms is used",
        ]);
    }
    let ended = good(&folder, &["lif", "--dt", "0.1 ms", "--duration", "0.3 ms"]);
    assert!(!ended.stderr.contains("warning"), "{ended:?}");
}

#[test]
fn every_registry_is_listed_whole() {
    let folder = Folder::new();
    let names = |names: &mut dyn Iterator<Item = &'static str>| names.collect::<Vec<_>>();
    for (registry, expected) in [
        ("models", names(&mut MODELS.iter().map(|m| m.name))),
        ("methods", names(&mut METHODS.iter().map(|m| m.name))),
        ("stimuli", names(&mut STIMULI.iter().map(|s| s.name))),
        ("recorders", names(&mut RECORDERS.iter().map(|r| r.name))),
        ("features", names(&mut FEATURES.iter().map(|f| f.name))),
        ("engines", names(&mut ENGINES.iter().map(|e| e.name))),
    ] {
        let ended = folder.run(&["list", registry]);
        ended.expect(0);
        // Indented lines tell more of the one above.
        let lines = ended.stdout.lines().filter(|line| !line.starts_with(' '));
        let listed: Vec<&str> = lines
            .map(|line| line.split("  ").next().unwrap_or(""))
            .collect();
        assert_eq!(listed, expected, "{ended:?}");
    }
}

#[test]
fn every_help_names_what_its_options_take() {
    let folder = Folder::new();
    let methods: Vec<&str> = METHODS.iter().map(|m| m.name).collect();
    let models: Vec<&str> = MODELS.iter().map(|m| m.name).collect();
    let features: Vec<&str> = FEATURES.iter().map(|f| f.name).collect();
    for command in ["fi", "show", "check", "list"] {
        let ended = folder.run(&[command, "--help"]);
        ended.expect(0);
        for name in models.iter().chain(&methods).chain(&features) {
            assert!(
                ended.stdout.contains(name),
                "{command} --help does not know {name}"
            );
        }
    }
    let ended = folder.run(&["--help"]);
    ended.expect(0);
    for command in ["fi", "show", "check", "list", "devices"] {
        assert!(ended.stdout.contains(command), "{ended:?}");
    }
    for page in ["experiment", "model", "fi"] {
        let ended = folder.run(&["help", page]);
        assert!(ended.expect(0).stdout.len() > 1000, "{page}");
    }
    assert_eq!(folder.run(&["help"]).expect(0).stdout, ended.stdout);
    folder
        .run(&["help", "modle"])
        .expect(2)
        .says(&["did you mean `model`?"]);
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = folder.run(&["completions", shell]);
        assert!(script.expect(0).stdout.contains("settle"), "{shell}");
    }
    folder.run(&["completions", "sh"]).expect(2).says(&["bash"]);
    for (arguments, words) in [
        (&["man"][..], ["rheobase\\-fi(1)", ".TH rheobase 1"]),
        (&["man", "fi"], [".TH rheobase-fi 1", "settle"]),
    ] {
        let page = folder.run(arguments);
        for word in words {
            assert!(page.expect(0).stdout.contains(word), "{word}: {page:?}");
        }
    }
    folder
        .run(&["man", "fie"])
        .expect(2)
        .says(&["did you mean `fi`?"]);
    folder.run(&["devices", "--help"]).expect(0);
    let version = folder.run(&["--version"]);
    assert_eq!(
        version.expect(0).stdout,
        concat!("rheobase ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn show_prints_the_model_and_each_stage() {
    let folder = Folder::new();
    let shown = |options: &[&str], words: &[&str]| {
        let ended = folder.run(&[&["show", "hodgkin_huxley"], options].concat());
        ended.expect(0);
        for word in words {
            assert!(
                ended.stdout.contains(word),
                "`{word}` is not in:\n{}",
                ended.stdout
            );
        }
        ended.stdout
    };
    shown(
        &[],
        &[
            "Squid giant axon",
            "g_Na",
            "120",
            "mS/cm^2",
            "conditionally linear",
            "staggered",
            "dv/dt =",
        ],
    );
    let ir = shown(&["--ir"], &["E_Na", "exp"]);
    let plan = shown(
        &["--plan"],
        &["method staggered", "0.01", "100000", "spike_count"],
    );
    let other = shown(
        &["--plan", "--dt", "0.02 ms", "--method", "rk4"],
        &["method rk4", "0.02", "50000"],
    );
    let kernel = shown(&["--wgsl"], &["fn step_cell", "@compute"]);
    assert!(ir != plan && plan != other && kernel != plan);
    assert!(folder.names().is_empty());
}

#[test]
fn check_says_what_a_run_would_take_and_runs_nothing() {
    let folder = Folder::new();
    let ended = folder.run(&["check", "lif", "--set", "tau=5:15:11"]);
    ended.expect(0);
    for words in [
        "lif: no errors",
        "method exact",
        "tau 11 x I 301 = 3311 cells x 10000 steps of 0.1 ms",
        "bytes per cell in f32",
        "for a full tile",
        "bytes per cell of a tile",
        "fi.csv about",
    ] {
        assert!(ended.stdout.contains(words), "{ended:?}");
    }
    assert!(folder.names().is_empty());
}

#[test]
fn check_shows_all_errors_at_once_each_with_its_line_and_a_caret() {
    let folder = Folder::new();
    let text = "param tau = 10 ms\ninput I : nA\ndv/dt = (-v + I)/tau : mV\ndw/dt = (q - w)/tau : 1\n\
                init v = 0 mV\nthreshold v > 15\n";
    let path = folder.write("bad.eqn", text);
    let ended = folder.run(&["check", &path]);
    ended.expect(2);
    for (line, words) in [
        (3, "cannot"),
        (4, "`q` is not known"),
        (4, "`w` has no initial value"),
        (6, "15"),
    ] {
        assert!(
            ended.stderr.contains(&format!("bad.eqn:{line}:")),
            "line {line}: {}",
            ended.stderr
        );
        assert!(ended.stderr.contains(words), "`{words}`: {}", ended.stderr);
    }
    assert_eq!(
        ended.stderr.matches("\nerror: ").count() + 1,
        4,
        "{}",
        ended.stderr
    );
    assert!(ended.stderr.matches('^').count() >= 4, "{}", ended.stderr);
    assert!(ended.stdout.is_empty());
}

#[test]
fn devices_says_what_there_is_and_what_is_missing() {
    let folder = Folder::new();
    let mut command = folder.command(&["devices"]);
    command
        .env("VK_DRIVER_FILES", "/nonexistent")
        .env("VK_ICD_FILENAMES", "/nonexistent");
    let ended = end(start(command));
    ended.expect(0);
    assert!(ended.stdout.contains("CPU"), "{ended:?}");
    if cfg!(target_os = "linux") {
        assert!(ended.stdout.contains("no GPU was found"), "{ended:?}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let folder = Folder::new();
    for arguments in [
        &["list", "models"][..],
        &["show", "hodgkin_huxley", "--plan"],
        &["check", "lif"],
        &["fi", "--help"],
        &[
            "fi",
            "lif",
            "--engine",
            "reference",
            "--n",
            "3",
            "--duration",
            "5 ms",
        ],
    ] {
        let mut child = start(folder.command(arguments));
        drop(child.stdout.take());
        end(child).expect(0);
    }
    assert!(folder.has("fi.csv"));
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_keeps_whole_rows_under_a_partial_name() {
    let folder = Folder::new();
    // Minutes of work, a tile of rows every few hundredths of a second.
    let arguments = ["lif", "--n", "20000000", "--duration", "2 ms"];
    let child = start(folder.command(&crate::support::small("fi", &arguments)));
    let begin = std::time::Instant::now();
    while !folder.has("fi.partial.csv") || folder.read("fi.partial.csv").lines().count() < 3 {
        assert!(begin.elapsed() < crate::support::PATIENCE, "no rows");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let id = child.id().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-INT", &id])
        .status();
    assert!(sent.is_ok_and(|status| status.success()));
    let ended = end(child);
    ended
        .expect(130)
        .says(&["interrupted", "of 20000000 rows are kept in fi.partial.csv"]);
    assert_eq!(
        folder.names(),
        ["fi.partial.csv", "fi.partial.jsonl", "run.json"]
    );
    let text = folder.read("fi.partial.csv");
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some(&*format!("cell,I [nA],{FEATURE_COLUMNS}"))
    );
    for (cell, line) in lines.enumerate() {
        assert!(
            line.starts_with(&format!("{cell},")) && line.matches(',').count() == 7,
            "{line}"
        );
    }
    assert!(text.ends_with('\n'));
    let report = report(&folder);
    assert_eq!(report["status"], "interrupted");
    assert_eq!(
        report["files"],
        serde_json::json!(["fi.partial.csv", "run.json"])
    );
    // The next run, which completes, leaves no trace of it.
    good(&folder, &["lif"]);
    assert_eq!(folder.names(), ["fi.csv", "fi.svg", "run.json"]);
}

fn readme() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap_or_default()
}

/// The words of a command as a shell would split it; a comment ends it.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            '#' if !quoted => break,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().expect("never empty").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn the_readme_begins_with_two_commands_that_work() {
    let text = readme();
    if text.is_empty() {
        return;
    }
    for command in [
        "\n    cargo run --release -- fi hodgkin_huxley\n",
        "\n    ./tests/run\n",
    ] {
        assert!(text.contains(command), "{command} is not in README.md");
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    assert!(root.join("tests/run").is_file());
}

#[test]
fn every_command_line_in_the_readme_is_understood() {
    let text = readme();
    let calls = text
        .lines()
        .filter(|line| line.starts_with("    rheobase "));
    for line in calls {
        let parsed = rheobase::cli::command().try_get_matches_from(words(line));
        assert!(
            parsed.is_ok(),
            "{line}: {:?}",
            parsed.err().map(|e| e.to_string())
        );
    }
}

/// The exponentials of a step, in each line of a table of costs or in a plan.
fn exponentials(text: &str, name: &str) -> u32 {
    let line = text.lines().find(|l| l.trim_start().starts_with(name));
    let line = line.unwrap_or_else(|| panic!("no line `{name}` in {text}"));
    let words: Vec<&str> = line.split_whitespace().rev().collect();
    words[1].parse().unwrap_or_else(|_| panic!("{line}"))
}

#[test]
fn a_rewrite_is_left_out_by_name_and_its_gain_is_shown() {
    let folder = Folder::new();
    let shown = folder.run(&["show", "hodgkin_huxley", "--ir"]).stdout;
    let (before, after) = (
        exponentials(&shown, "as written"),
        exponentials(&shown, "powers"),
    );
    assert!((before, after) == (10, 6), "{shown}");
    let without = ["show", "hodgkin_huxley", "--ir", "--without", "powers"];
    let shown = folder.run(&without).stdout;
    assert!(!shown.contains("  powers"), "{shown}");
    let listed = folder.run(&["list", "passes"]).stdout;
    assert!(
        listed.contains("powers") && listed.contains("error:"),
        "{listed}"
    );
    let small = [
        "fi",
        "hodgkin_huxley",
        "--n",
        "3",
        "--duration",
        "20",
        "--engine",
        "cpu",
        "--precision",
        "f64",
    ];
    let all = folder.run(&small).stdout;
    let less = folder.run(&[&small[..], &["--without", "powers"]].concat());
    less.expect(0).says(&["without powers"]);
    assert_eq!(less.stdout, all, "the table shows 6 digits of 16");
    let unknown = folder.run(&["fi", "lif", "--without", "power"]);
    unknown.expect(2).says(&["power", "powers"]);
}
