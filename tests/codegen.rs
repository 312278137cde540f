//! What the GPU is given: every generated kernel is valid WGSL, without a GPU; and the two kept in
//! `shaders/examples/` are what `rheobase show MODEL --wgsl` prints today.

use std::path::Path;

use rheobase::exec::gpu::wgsl;
use rheobase::plan::compile;
use rheobase::record::{Quantity, Recorder};
use wgpu::naga::{front, valid};

use crate::numbers::harness::{every_method, experiment, model};

fn assert_valid(what: &str, text: &str) {
    let module = front::wgsl::parse_str(text)
        .unwrap_or_else(|error| panic!("{what}: {}", error.emit_to_string(text)));
    valid::Validator::new(valid::ValidationFlags::all(), valid::Capabilities::empty())
        .validate(&module)
        .unwrap_or_else(|error| panic!("{what}: {}", error.emit_to_string(text)));
}

#[test]
fn every_kernel_of_every_model_and_method_is_valid() {
    let recorders = [
        Recorder::features(),
        Recorder::Spikes { capacity: 8 },
        Recorder::FinalState,
        Recorder::Statistics {
            of: Quantity::State(0),
        },
        Recorder::Trace {
            of: vec![Quantity::State(0)],
            every: 6,
        },
    ];
    for options in ["", "settle=5ms skip=2ms duration=10ms"] {
        for (name, e) in every_method(options, &recorders) {
            assert_valid(&name, &wgsl(&compile(&e).unwrap().plan));
        }
    }
    let axes = "set:init.v=-70:-60:3 set:C=1,2 set:g_Na=100:140:2 set:E_L=-55,-54";
    let e = experiment(model("hodgkin_huxley"), axes, recorders.to_vec());
    assert_valid("many axes", &wgsl(&compile(&e).unwrap().plan));
}

#[test]
fn an_invalid_kernel_would_be_found() {
    let e = experiment(model("lif"), "", vec![Recorder::features()]);
    let text = wgsl(&compile(&e).unwrap().plan).replacen("let v1 = ", "let v1 = v99 + ", 1);
    assert!(front::wgsl::parse_str(&text).is_err());
}

/// `RHEOBASE_BLESS=1 cargo test kept_kernels` writes them anew.
#[test]
fn kept_kernels_are_current() {
    for name in ["lif", "hodgkin_huxley"] {
        let e = experiment(model(name), "", vec![Recorder::features()]);
        let text = wgsl(&compile(&e).unwrap().plan);
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("shaders/examples/{name}.wgsl"));
        if std::env::var_os("RHEOBASE_BLESS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == text,
            "{} is not current; run with RHEOBASE_BLESS=1 and look at the change",
            path.display()
        );
        assert_valid(name, &kept);
    }
}
