//! Models made from a template, and from the files of others; scripts for Brian2.

use std::process::{Command, Stdio};

use rheobase::export::brian2;
use rheobase::import::{Config, allen};
use rheobase::model::library::MODELS;
use rheobase::model::{Model, from_text, load};

use crate::support::Folder;

#[test]
fn a_new_model_runs_at_once_and_is_never_replaced_unasked() {
    let folder = Folder::new();
    folder.run(&["new", "cell"]).expect(0);
    let ended = folder.fi(&["cell.eqn"]);
    ended.expect(0);
    assert!(
        ended.stderr.lines().all(|line| !line.contains("warning")),
        "{ended:?}"
    );
    folder.run(&["check", "cell.eqn:strong"]).expect(0);
    folder.write("cell.eqn", "mine");
    folder
        .run(&["new", "cell.eqn"])
        .expect(2)
        .says(&["cell.eqn", "--force"]);
    assert_eq!(folder.read("cell.eqn"), "mine");
    folder.run(&["new", "cell", "--force"]).expect(0);
    assert!(folder.read("cell.eqn").contains("\nmodel cell \""));
    for name in ["", "a b", "../x", "1a", "é", &"x".repeat(65)] {
        folder
            .run(&["new", name])
            .expect(2)
            .says(&["no name for a model"]);
    }
    folder
        .run(&["new", "cell", "--out", "nowhere"])
        .expect(2)
        .says(&["nowhere"]);
}

/// One of the two published cells, as its file of a level has it.
fn config(cell: usize, level: usize) -> String {
    let pick = |pair: [&str; 2]| pair[cell].to_owned();
    let resistances = match level {
        1 | 2 => ["111019003.43890007", "164602700.31663162"],
        _ => ["113224772.31723857", "255961838.40515518"],
    };
    let factors = [
        ["1.8465829511239957", "0.8029369192183562"],
        ["2.0606535289697305", "0.871249230251664"],
        ["1.1092388101121307", "0.854934795083904"],
        ["1.11172110753512", "0.89676744024082"],
        ["0.8108454272753538", "0.9830469629165557"],
    ];
    let factor = pick(factors[level - 1]);
    let names = [
        ["none", "none", "inf", "inf", "zero"],
        [
            "none",
            "none",
            "spike_component",
            "three_components",
            "v_before",
        ],
        ["exp", "sum", "inf", "inf", "zero"],
        [
            "exp",
            "sum",
            "spike_component",
            "three_components",
            "v_before",
        ],
        [
            "exp",
            "sum",
            "three_components_exact",
            "three_components",
            "v_before",
        ],
    ][level - 1];
    format!(
        r#"{{"type": "GLIF", "El": 0, "El_reference": {rest}, "dt": 5e-05, "dt_multiplier": 10,
        "C": {c}, "R_input": {r}, "th_inf": {th}, "th_adapt": null, "spike_cut_length": {cut},
        "init_voltage": 0.0, "init_threshold": {th}, "init_AScurrents": [0.0, 0.0],
        "asc_tau_array": [0.3333333333333333, {tau}], "asc_amp_array": {amp},
        "coeffs": {{"a": 1, "b": 1, "C": 1, "G": 1, "th_inf": {factor}, "asc_amp_array": [1.0, 1.0]}},
        "voltage_dynamics_method": {{"name": "linear_forward_euler", "params": {{}}}},
        "AScurrent_dynamics_method": {{"name": "{}", "params": {{}}}},
        "AScurrent_reset_method": {{"name": "{}", "params": {{"r": [1.0, 1.0]}}}},
        "threshold_dynamics_method": {{"name": "{}", "params": {{"a_spike": {a_s}, "b_spike": {b_s},
            "a_voltage": {a_v}, "b_voltage": {b_v}}}}},
        "threshold_reset_method": {{"name": "{}", "params": {{"a_spike": {a_s}, "b_spike": {b_s}}}}},
        "voltage_reset_method": {{"name": "{}", "params": {{"a": {f}, "b": {d}}}}}}}"#,
        names[0],
        names[1],
        names[2],
        names[3],
        names[4],
        rest = pick(["-0.06692888132731122", "-0.0744911003112793"]),
        c = pick(["5.974122556127248e-11", "1.4101683908656144e-10"]),
        r = pick(resistances),
        th = pick(["0.02500695720882018", "0.032701510863202374"]),
        cut = pick(["56", "183"]),
        tau = pick(["0.01", "0.03333333333333333"]),
        amp = pick([
            "[-1.209661945253461e-11, -2.2298404030276979e-10]",
            "[-7.80011920645336e-12, -9.714837542158894e-11]"
        ]),
        a_s = pick(["0.0032535902423722033", "0.0016337107360755662"]),
        b_s = pick(["77.09248936287732", "124.01820219283371"]),
        a_v = pick(["48.57016714302081", "-0.19411893216720574"]),
        b_v = pick(["159.92306485451314", "1.3771781685105084"]),
        f = pick(["1.1875553519215383", "1.0652080419518453"]),
        d = pick(["-0.01746470219669519", "-0.00792830816587805"]),
    )
}

const PRESETS: [&str; 2] = ["htr3a_474637203", "ctgf_512322162"];

/// Parameters of one model are those of another within 1e-12.
#[track_caller]
fn same(model: &Model, other: &Model) {
    assert_eq!(model.params.len(), other.params.len());
    for (a, b) in model.params.iter().zip(&other.params) {
        let (x, y) = (a.default.unwrap(), b.default.unwrap());
        assert!(
            a.name == b.name && (x - y).abs() <= 1e-12 * y.abs(),
            "{}: {x} {y}",
            a.name
        );
    }
    assert_eq!(
        (&model.states, &model.threshold, &model.reset),
        (&other.states, &other.threshold, &other.reset)
    );
    assert_eq!((&model.schemes, model.dt), (&other.schemes, other.dt));
}

#[test]
fn published_cells_are_the_presets_of_the_library() {
    for level in 1..=5 {
        let texts = [config(0, level), config(1, level)];
        for (cell, preset) in PRESETS.iter().enumerate() {
            let file = Config {
                name: "a/neuron_config.json",
                text: &texts[cell],
            };
            let text = allen("mine", &[file]).unwrap_or_else(|wrong| panic!("{wrong}"));
            let model = from_text("mine", &text).unwrap_or_else(|wrong| panic!("{wrong}\n{text}"));
            same(&model, &load(&format!("glif{level}:{preset}")).unwrap());
            assert!(
                text.contains("# a/neuron_config.json, resting at -") && model.presets.is_empty()
            );
            assert_eq!(model.cite, load("glif1").unwrap().cite);
        }
        let files = [
            Config {
                name: "1.json",
                text: &texts[0],
            },
            Config {
                name: "d/1.json",
                text: &texts[1],
            },
        ];
        let text = allen("both", &files).unwrap();
        for (name, preset) in ["cell_1", "cell_1_2"].iter().zip(PRESETS) {
            let (model, _) = Model::parse_preset("both", name, &text).unwrap();
            same(&model, &load(&format!("glif{level}:{preset}")).unwrap());
        }
    }
}

#[test]
fn all_that_is_wrong_with_a_file_is_said_with_its_path() {
    let folder = Folder::new();
    let text = config(0, 5);
    let text = text
        .replace("\"C\": 5", "\"D\": 5")
        .replace("\"b_voltage\"", "\"b_volt\"");
    let text = text
        .replace("[1.0, 1.0]}}", "[1.0, 0.5]}}")
        .replace("\"spike_cut_length\": 56", "\"spike_cut_length\": \"x\"");
    folder.write(
        "bad.json",
        text.replace("\"r\": [1.0, 1.0]", "\"r\": [1.0, 0.5]"),
    );
    folder.write("other.json", config(1, 2).replace("v_before", "zero"));
    folder.write("none.json", "{");
    let ended = folder.run(&["import", "allen", "bad.json", "other.json", "none.json"]);
    ended.expect(2).says(&[
        "bad.json: `C` is missing",
        "`threshold_dynamics_method.params.b_voltage` is missing",
        "`spike_cut_length` is not a number",
        "`AScurrent_reset_method.params.r.1` is not 1",
        "other.json: no GLIF level",
        "none.json: not JSON",
        "help:",
    ]);
    folder
        .run(&["import", "allen", "gone.json", "lost.json"])
        .expect(2)
        .says(&["gone.json", "lost.json"]);
    folder.write("one.json", config(0, 1));
    folder.write("two.json", config(1, 2));
    folder
        .run(&["import", "allen", "one.json", "two.json"])
        .expect(2)
        .says(&["level 2", "one by one"]);
    assert!(!folder.has("allen.eqn"));
}

#[test]
fn an_imported_cell_runs() {
    let folder = Folder::new();
    folder.write("one.json", config(0, 4));
    folder.write("two.json", config(1, 4));
    folder
        .run(&["import", "allen", "one.json", "two.json", "--name", "cells"])
        .expect(0);
    folder.fi(&["cells.eqn:two"]).expect(0);
    folder
        .run(&["import", "allen", "one.json", "--name", "cells"])
        .expect(2)
        .says(&["--force"]);
    folder
        .run(&["import", "allen", "one.json", "--name", "a-b"])
        .expect(2)
        .says(&["no name"]);
}

/// Words of the script that are followed by `(` within its equations.
fn called(script: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for (at, _) in script.match_indices('(') {
        let before = &script[..at];
        let begin = before
            .rfind(|c: char| !(c.is_alphanumeric() || c == '_'))
            .map_or(0, |i| i + 1);
        names.extend(Some(&before[begin..]).filter(|name| !name.is_empty()));
    }
    names
}

#[test]
fn every_model_has_a_script_of_names_that_brian2_knows() {
    const KNOWN: &[&str] = &[
        "exp",
        "sqrt",
        "tanh",
        "cosh",
        "exprel",
        "expm1",
        "log",
        "cos",
        "int",
        "not",
        "timestep",
        "NeuronGroup",
        "SpikeMonitor",
        "run",
        "print",
        "float",
        "in",
        "or",
        "and",
    ];
    for entry in MODELS {
        let model = load(entry.name).unwrap();
        let names = model
            .presets
            .iter()
            .map(|one| format!("{}:{}", entry.name, one.name));
        for name in names.chain([entry.name.to_owned()]) {
            let model = load(&name).unwrap();
            let script = brian2(&model).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
            let code: Vec<&str> = script
                .lines()
                .map(|line| line.split('#').next().unwrap_or(""))
                .collect();
            for call in called(&code.join("\n")) {
                assert!(KNOWN.contains(&call), "{name}: `{call}` in\n{script}");
            }
            assert!(!script.contains('^') && !script.contains("nernst") && !script.contains("NaN"));
        }
    }
}

#[test]
fn a_script_says_what_differs_and_what_cannot_be_said() {
    let script = brian2(&load("izhikevich:CH").unwrap()).unwrap();
    assert!(
        script.contains("`net_m` is none of Brian2's") && script.contains("method='rk4'"),
        "{script}"
    );
    assert!(
        script.contains("defaultclock.dt = 0.01*ms") && script.contains("neuron.c = -50*mV"),
        "{script}"
    );
    let folder = Folder::new();
    folder.write(
        "a.eqn",
        "param b : mV\ndv/dt = (b - v)/(1 ms) : mV\ninit v = 0 mV\n",
    );
    folder.run(&["show", "a.eqn", "--brian2"]).expect(2).says(&[
        "Brian2 cannot",
        "`b` has no value",
        "help:",
    ]);
    let text = "f(x) = x*2\nparam N = 2 mV\ndv/dt = -f(v - N)/(1 ms) : mV\ninit v = min(N, 3 mV)\n";
    let script = brian2(&from_text("a", text).unwrap()).unwrap();
    assert!(
        script.contains("dv/dt = -((v - N_)*2)/(1*ms) : volt"),
        "{script}"
    );
}

/// A Python that has Brian2.
fn python() -> Option<String> {
    let asked = std::env::var("RHEOBASE_PYTHON").ok();
    let names = asked.into_iter().chain(["python3".to_owned()]);
    names.into_iter().find(|name| {
        let mut command = Command::new(name);
        command
            .args(["-c", "import brian2"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    })
}

#[test]
fn brian2_counts_the_same_spikes_where_it_is_installed() {
    let Some(python) = python() else {
        eprintln!("not run: no python3 with brian2 (RHEOBASE_PYTHON names another)");
        return;
    };
    let folder = Folder::new();
    for (name, middle, method) in [
        ("hodgkin_huxley", "25", "exponential_euler"),
        ("lif", "2.5", "exact"),
        ("adex", "1000", "rk4"),
        ("fitzhugh_nagumo", "0.75", "rk4"),
    ] {
        let file = format!("{name}.py");
        folder.write(&file, brian2(&load(name).unwrap()).unwrap());
        let ended = Command::new(&python)
            .arg(&file)
            .current_dir(folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ended.stdout);
        let theirs = said
            .lines()
            .find_map(|line| line.strip_prefix("spike_count "));
        let theirs: u64 = theirs
            .and_then(|count| count.parse().ok())
            .unwrap_or_else(|| panic!("{name}: {}", String::from_utf8_lossy(&ended.stderr)));
        let out = format!("{name}_out");
        std::fs::create_dir(folder.path().join(&out)).unwrap();
        let sweep = [
            "--from", middle, "--to", middle, "--n", "1", "--method", method,
        ];
        let rest = [
            "--engine",
            "cpu",
            "--precision",
            "f64",
            "--picture",
            "none",
            "--out",
            &out,
        ];
        folder
            .run(&[&["fi", name], &sweep[..], &rest[..]].concat())
            .expect(0);
        let table = folder.read(&format!("{out}/fi.csv"));
        let ours = table.lines().nth(1).and_then(|row| row.split(',').nth(2));
        assert_eq!(
            ours.and_then(|count| count.parse().ok()),
            Some(theirs),
            "{name}: {table}"
        );
    }
}
