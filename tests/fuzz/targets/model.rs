//! A model's text: read, checked, shown, compiled for a tiny grid, written as a kernel, stepped.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use rheobase::diag::SourceText;
use rheobase::exec::{Cells, Engine, Sink, Start, TileOutput, gpu, reference};
use rheobase::experiment::{FiOptions, fi};
use rheobase::model::Model;
use rheobase::plan::{compile, print};

/// Steps that a good model is taken through.
const MOST_STEPS: u32 = 50;

struct Forget;

impl Sink for Forget {
    fn tile(&mut self, _: TileOutput) -> Result<(), String> {
        Ok(())
    }
}

fuzz_target!(|text: &str| -> Corpus {
    let source = SourceText::new("fuzz", text);
    let (model, warnings) = match Model::parse("fuzz", text) {
        Ok(parsed) => parsed,
        Err(errors) => {
            assert!(!errors.render(&source).is_empty());
            return Corpus::Keep;
        }
    };
    let _ = warnings.render(&source);
    let options = FiOptions {
        n: Some(2),
        ..FiOptions::default()
    };
    let experiment = match fi(model, &options) {
        Ok(experiment) => experiment,
        Err(problems) => {
            assert!(!problems.to_string().is_empty());
            return Corpus::Keep;
        }
    };
    let plan = match compile(&experiment) {
        Ok(compiled) => compiled.plan,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return Corpus::Keep;
        }
    };
    assert!(!print(&plan).is_empty());
    assert!(!gpu::wgsl(&plan).is_empty());
    if plan.schedule().n_steps <= MOST_STEPS {
        let cells = Cells {
            first: 0,
            n: 2,
            params: experiment.columns(0..2),
        };
        let engine = reference::ReferenceEngine;
        let mut job = engine.prepare(&plan).expect("the reference takes any plan");
        job.run(&cells, Start::Initial, &mut Forget)
            .expect("the reference steps any plan");
    }
    Corpus::Keep
});
