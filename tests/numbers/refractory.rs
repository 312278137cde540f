//! A refractory period that a condition ends.

use rheobase::experiment::from_toml_with;
use rheobase::model::Model;
use rheobase::protocol::Prepared;

use super::harness::engines;

/// v falls by 1 mV in each ms from its reset at 5 mV; a spike needs w >= 0, which is always so. While v > 2 mV the
/// cell is refractory: at the steps from 5, 4 and 3 mV, so with v tested at the beginning of a step a
/// spike comes every 4 steps, the first at the end of the first step.
#[test]
fn a_condition_ends_it_at_the_beginning_of_a_step() {
    let text = "dv/dt = -1 mV/ms : mV\ndw/dt = 0/ms : 1\ninit v = 0 mV\ninit w = 0\n\
                threshold w >= 0 and w < 1\nreset v = 5 mV\nrefractory v > 2 mV\n";
    let model = Model::parse("cell", text).unwrap().0;
    let experiment = "model = \"cell\"\ndt = \"1 ms\"\nduration = \"20 ms\"\nmethod = \"euler\"\n\
                      record = { spikes = { capacity = 32 } }";
    let experiment = from_toml_with(model, "e", experiment, std::path::Path::new(".")).unwrap();
    for (subject, engine) in engines() {
        let results = Prepared::new(&experiment, engine.as_ref())
            .unwrap()
            .run()
            .unwrap();
        let ends: Vec<f64> = results.spike_times(0).iter().map(|t| t.ceil()).collect();
        assert_eq!(ends, [1.0, 5.0, 9.0, 13.0, 17.0], "{}", subject.name);
    }
}
