//! Simulations built in code.

use std::ops::ControlFlow;

use super::*;
use crate::exec::cpu::{CpuEngine, Precision};
use crate::experiment::from_toml;

fn cpu() -> CpuEngine {
    CpuEngine::new(Precision::F32).unwrap()
}

#[test]
fn what_is_built_is_the_experiment_file_that_it_writes() {
    let built = Simulation::of("hodgkin_huxley")
        .unwrap()
        .dt("0.02 ms")
        .method("rk4")
        .duration(100)
        .skip("5 ms")
        .seed(7)
        .repeats(2)
        .set("E_L", -54.4)
        .set("init.v", "-70 mV")
        .drive("I", stimulus("step").with("duration", "80 ms"))
        .drive(
            "I",
            stimulus("samples")
                .with("values", vec![0.5, 1e-300])
                .with("interval", "10 ms"),
        )
        .sweep("I.amplitude", linear(0, "30 uA/cm^2", 5))
        .sweep("g_K", log(1, 100, 3))
        .sample(
            4,
            "sobol",
            [("g_Na", uniform(100, 140)), ("E_K", normal(-77, 1))],
        )
        .record_features()
        .record_final_state()
        .record_spikes(8)
        .record_statistics(["v", "m"])
        .record_trace(["v"], "1 ms");
    let direct = built.experiment().unwrap();
    let read = from_toml("written", &built.text(), Path::new(".")).unwrap();
    assert_eq!(direct.grid, read.grid);
    assert_eq!(direct.grid.n_cells(), 5 * 3 * 4 * 2);
    assert_eq!((direct.timing, &direct.tables), (read.timing, &read.tables));
    assert_eq!(direct.tables[0].waveforms, [vec![0.5, 1e-300]]);
    assert_eq!(
        (&direct.params, &direct.initial),
        (&read.params, &read.initial)
    );
    assert_eq!(direct.recorders, read.recorders);
    assert_eq!(direct.recorders.len(), 6);
    assert_eq!((direct.seed, direct.stimuli[0].len()), (7, 2));
}

#[test]
fn names_and_texts_cannot_break_out_of_the_file() {
    for name in ["a\"b", "a = 1\nb", "]", "", "a\\", "\u{7}"] {
        let text = Simulation::of("lif").unwrap().set(name, "1\"\n[x]");
        let error = text.experiment().unwrap_err().to_string();
        assert!(error.contains("the model has no parameter"), "{error}");
        assert!(!error.contains("this is not TOML"), "{error}");
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let wrong = Simulation::of("lif")
        .unwrap()
        .set("tua", 10)
        .method("rk5")
        .sweep("I.amplitude", linear("1 mV", 2, 3))
        .set("R", f64::NAN);
    let error = wrong.run(&cpu()).unwrap_err().to_string();
    for part in [
        "`tua`",
        "did you mean `tau`?",
        "`rk5`",
        "mV",
        "expected a number",
    ] {
        assert!(error.contains(part), "no {part} in: {error}");
    }
}

#[test]
fn a_value_given_again_replaces_the_earlier_one() {
    let one = Simulation::of("lif").unwrap().set("tau", 5).set("tau", 7);
    assert_eq!(one.text().matches("tau").count(), 1);
    assert!(one.text().contains("tau = 7.0"));
}

#[test]
fn a_rerun_gives_what_a_run_of_those_values_gives() {
    let base = Simulation::of("lif").unwrap().duration("100 ms");
    let base = base
        .record_features()
        .record_spikes(32)
        .record_statistics(["v"]);
    let mut prepared = base
        .clone()
        .open("tau", 10)
        .sweep("I.amplitude", [0.0, 1.0])
        .prepare(&cpu())
        .unwrap();
    let own = prepared.run().unwrap();
    let (tau, current) = ([5.0, 10.0, 20.0], [1.0, 2.0, 3.0]);
    let again = prepared
        .rerun(&[("I.amplitude", &current), ("tau", &tau)])
        .unwrap();
    for cell in 0..3 {
        let direct = base
            .clone()
            .sweep("tau", [tau[cell]])
            .sweep("I.amplitude", [current[cell]])
            .run(&cpu())
            .unwrap();
        for column in ["tau", "I.amplitude", "spike_count", "v_max", "v_mean"] {
            let (found, expected) = (
                again.values(column).unwrap(),
                direct.values(column).unwrap(),
            );
            assert_eq!(found[cell].to_bits(), expected[0].to_bits(), "{column}");
        }
        assert_eq!(again.spike_times(cell as u64), direct.spike_times(0));
    }
    assert!(!again.spike_times(1).is_empty() && again.spike_times(3).is_empty());
    assert_eq!(prepared.run().unwrap().table, own.table);
}

#[test]
fn values_for_a_rerun_that_do_not_fit_are_refused_by_name() {
    let mut prepared = Simulation::of("lif")
        .unwrap()
        .open("tau", 10)
        .sweep("I.amplitude", [0.0, 1.0])
        .duration("10 ms")
        .prepare(&cpu())
        .unwrap();
    let mut refused = |values: &[(&str, &[f64])]| prepared.rerun(values).unwrap_err().to_string();
    assert!(refused(&[("R", &[1.0])]).contains("only tau, I.amplitude can be"));
    assert!(refused(&[("tau", &[1.0, 2.0, 3.0])]).contains("`I.amplitude` varies over 2"));
    let uneven = refused(&[("tau", &[1.0, 2.0, 3.0]), ("I.amplitude", &[1.0, 2.0])]);
    assert!(
        uneven.contains("`I.amplitude` has 2 values where another quantity has 3"),
        "{uneven}"
    );
    let one = prepared
        .rerun(&[("tau", &[5.0]), ("I.amplitude", &[1.0, 2.0, 3.0])])
        .unwrap();
    assert_eq!(one.values("tau").unwrap(), [5.0; 3]);
    let kept = prepared.rerun(&[("tau", &[5.0, 6.0])]).unwrap();
    assert_eq!(kept.values("I.amplitude").unwrap(), [0.0, 1.0]);
    assert_eq!(
        prepared
            .rerun(&[("tau", &[]), ("I.amplitude", &[])])
            .unwrap()
            .table
            .n_rows(),
        0
    );
}

#[test]
fn states_are_carried_on_from_run_to_run() {
    let text = "param tau = 10 ms\ninput I : 1\ndx/dt = (I - x)/tau : 1\ninit x = 0";
    let leak = |duration: &str| {
        Simulation::of_text("leak", text)
            .unwrap()
            .open("I.amplitude", 1)
            .dt("0.1 ms")
            .duration(duration)
            .record_final_state()
            .prepare(&CpuEngine::new(Precision::F64).unwrap())
            .unwrap()
    };
    let whole = leak("10 ms").run().unwrap().values("x_end").unwrap()[0];
    let mut half = leak("5 ms");
    assert!(half.go_on(&[]).is_err(), "nothing to carry on from");
    half.run().unwrap();
    let end = half.go_on(&[]).unwrap().values("x_end").unwrap()[0];
    assert!((end - whole).abs() < 1e-12, "{end} {whole}");
    let fallen = half.go_on(&[("I.amplitude", &[0.0])]).unwrap();
    assert!(fallen.values("x_end").unwrap()[0] < end);
}

#[test]
fn results_say_what_there_is_not() {
    let results = Simulation::of("lif")
        .unwrap()
        .duration("1 ms")
        .run(&cpu())
        .unwrap();
    let error = results.values("rat").unwrap_err().to_string();
    assert!(
        error.contains("no column `rat`") && error.contains("rate"),
        "{error}"
    );
    assert!(
        results
            .trace(0, "v")
            .unwrap_err()
            .to_string()
            .contains("not recorded")
    );
    assert!(results.values("time_to_first_spike").unwrap()[0].is_nan());
}

#[test]
fn more_cells_than_memory_holds_are_refused_before_they_are_run() {
    let many = Simulation::of("lif")
        .unwrap()
        .sweep("tau", linear(1, 2, 1 << 40));
    let error = many.run(&cpu()).unwrap_err().to_string();
    assert!(error.contains("take fewer cells"), "{error}");
}

#[test]
fn traces_of_chosen_cells_are_those_of_all_cells() {
    let base = Simulation::of("lif").unwrap().duration("20 ms");
    let base = base.sweep("I.amplitude", [1.0, 2.0, 3.0]).record_features();
    let all = base.clone().record_trace(["v"], "0.5 ms");
    let all = all.run(&cpu()).unwrap();
    let chosen = base.record_trace_of(&[0, 2], ["v"], "0.5 ms");
    let mut prepared = chosen.prepare(&cpu()).unwrap();
    let found = prepared.run().unwrap();
    assert_eq!(found.table, all.table);
    for cell in [0, 2] {
        let (found, expected) = (found.trace(cell, "v"), all.trace(cell, "v"));
        assert_eq!(found.unwrap(), expected.unwrap());
    }
    assert!(found.trace(1, "v").unwrap().is_empty());
    // Cells of a rerun are chosen by the same numbers.
    let turned = prepared.rerun(&[("I.amplitude", &[3.0, 2.0, 1.0, 5.0])]);
    let turned = turned.unwrap();
    assert_eq!(turned.trace(0, "v").unwrap(), all.trace(2, "v").unwrap());
    assert_eq!(turned.trace(2, "v").unwrap(), all.trace(0, "v").unwrap());
    let few = prepared.rerun(&[("I.amplitude", &[3.0])]).unwrap_err();
    assert!(few.to_string().contains("there is no cell 2"), "{few}");
}

/// Ends the run when so many reports came.
struct Impatient(u32);

impl Progress for Impatient {
    fn at(&mut self, done: u64, total: u64) -> ControlFlow<()> {
        assert!(done <= total && total == 4 * 200, "{done} of {total}");
        self.0 -= 1;
        match self.0 {
            0 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }
}

#[test]
fn a_run_is_watched_and_can_be_ended() {
    let base = Simulation::of("lif").unwrap().duration("20 ms");
    let base = base.sweep("I.amplitude", [1.0, 2.0, 3.0]).record_features();
    let base = base.record_trace_of(&[1], ["v"], "1 ms");
    let mut prepared = base.prepare(&cpu()).unwrap();
    prepared.watch(Impatient(1));
    let ended = prepared.run().unwrap_err();
    assert!(
        matches!(ended, ProtocolError::Interrupted { .. }),
        "{ended}"
    );
    prepared.watch(Impatient(1000));
    assert_eq!(prepared.run().unwrap().table.n_rows(), 3);
}

#[test]
fn every_cell_may_be_driven_by_samples_of_its_own() {
    let drive = stimulus("samples").with("interval", "5 ms");
    let drive = drive.with("values", [[1.0, 1.0], [4.0, 4.0], [1.0, 4.0]]);
    let base = Simulation::of("lif").unwrap().duration("50 ms");
    let each = base.drive("I", drive).sweep("I.column", "all");
    let counts = each.run(&cpu()).unwrap().values("spike_count").unwrap();
    assert!(
        counts[0] < 1.0 && 1.0 < counts[2] && counts[2] <= counts[1],
        "{counts:?}"
    );
}
