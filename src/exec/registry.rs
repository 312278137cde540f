//! The engines by name, and the choice among them.
//!
//! Takes what the user asked for; gives an engine. Must not know plans.

use super::cpu::{CpuEngine, Precision};
use super::gpu::{DeviceChoice, GpuEngine};
use super::reference::ReferenceEngine;
use super::{Engine, EngineLabel, ExecError, Job};
use crate::ir::Passes;
use crate::plan::Plan;

/// How an engine is wanted.
#[derive(Clone, Debug, Default)]
pub struct EngineOptions {
    /// Part of an adapter's name, or its number in `rheobase devices`.
    pub device: Option<String>,
    /// Floating type of the CPU engine.
    pub precision: Precision,
    /// The optimiser's passes that its plans go through.
    pub passes: Passes,
}

/// An engine whose plans go through some of the passes only.
struct Restricted<E> {
    engine: E,
    passes: Passes,
}

impl<E: Engine> Engine for Restricted<E> {
    fn describe(&self) -> String {
        let left_out: Vec<&str> = self.passes.left_out().collect();
        format!(
            "{}, without {}",
            self.engine.describe(),
            left_out.join(", ")
        )
    }

    fn label(&self) -> EngineLabel {
        self.engine.label()
    }

    fn arithmetic(&self) -> String {
        let left_out: Vec<&str> = self.passes.left_out().collect();
        format!(
            "{}, without {}",
            self.engine.arithmetic(),
            left_out.join(", ")
        )
    }

    fn passes(&self) -> Passes {
        self.passes
    }

    fn prepare(&self, plan: &Plan) -> Result<Box<dyn Job>, ExecError> {
        self.engine.prepare(plan)
    }
}

/// `engine`, with the passes that are asked for.
fn restricted(engine: impl Engine + 'static, options: &EngineOptions) -> Box<dyn Engine> {
    let passes = options.passes;
    if passes == Passes::ALL {
        return Box::new(engine);
    }
    Box::new(Restricted { engine, passes })
}

/// An engine: one row of [`ENGINES`].
#[derive(Clone, Copy, Debug)]
pub struct EngineKind {
    /// Its name in options and `run.json`.
    pub name: &'static str,
    /// What it is, in a line.
    pub doc: &'static str,
    /// Makes it.
    pub make: fn(&EngineOptions) -> Result<Box<dyn Engine>, ExecError>,
}

/// Every engine.
pub const ENGINES: &[EngineKind] = &[
    EngineKind {
        name: "auto",
        doc: "a hardware GPU if there is one, else the CPU engine; never a software Vulkan driver",
        make: auto,
    },
    EngineKind {
        name: "gpu",
        doc: "any GPU that wgpu reaches (Vulkan, Metal, DX12), in f32",
        make: gpu,
    },
    EngineKind {
        name: "cpu",
        doc: "all cores with their vector units, in f32 or f64",
        make: cpu,
    },
    EngineKind {
        name: "reference",
        doc: "the plainest f64 evaluation, one thread; what the others are checked against",
        make: reference,
    },
];

/// The engine of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static EngineKind> {
    ENGINES.iter().find(|engine| engine.name == name)
}

/// The engine of this name, made: in f32, on the first device that fits.
///
/// # Errors
/// There is none of this name, or no device for it.
pub fn engine(name: &str) -> Result<Box<dyn Engine>, ExecError> {
    let Some(kind) = find(name) else {
        let names: Vec<&str> = ENGINES.iter().map(|engine| engine.name).collect();
        return Err(ExecError::NoDevice(format!(
            "there is no engine `{name}`; there are: {}",
            names.join(", ")
        )));
    };
    (kind.make)(&EngineOptions::default())
}

/// A device asked for by name can only be a GPU.
fn auto(options: &EngineOptions) -> Result<Box<dyn Engine>, ExecError> {
    if options.device.is_some() {
        return gpu(options);
    }
    if options.precision == Precision::F64 {
        return cpu(options);
    }
    match GpuEngine::new(&DeviceChoice::Hardware) {
        Ok(engine) => Ok(restricted(engine, options)),
        Err(_) => cpu(options),
    }
}

fn gpu(options: &EngineOptions) -> Result<Box<dyn Engine>, ExecError> {
    if options.precision == Precision::F64 {
        return Err(ExecError::NoDevice(
            "the GPU engine computes in f32 only; use --engine cpu for --precision f64".into(),
        ));
    }
    let choice = match &options.device {
        None => DeviceChoice::Any,
        Some(text) => match text.parse() {
            Ok(index) => DeviceChoice::Index(index),
            Err(_) => DeviceChoice::Named(text.clone()),
        },
    };
    Ok(restricted(GpuEngine::new(&choice)?, options))
}

fn reference(options: &EngineOptions) -> Result<Box<dyn Engine>, ExecError> {
    refuse_device("reference", options)?;
    Ok(Box::new(ReferenceEngine))
}

fn cpu(options: &EngineOptions) -> Result<Box<dyn Engine>, ExecError> {
    refuse_device("CPU", options)?;
    Ok(restricted(CpuEngine::new(options.precision)?, options))
}

fn refuse_device(engine: &str, options: &EngineOptions) -> Result<(), ExecError> {
    match &options.device {
        None => Ok(()),
        Some(device) => Err(ExecError::NoDevice(format!(
            "the {engine} engine has no devices to choose from; drop --device {device} or use --engine gpu"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::PASSES;

    #[test]
    fn an_engine_in_a_box_keeps_its_passes() {
        let boxed = |name: &str, passes| {
            let options = EngineOptions {
                passes,
                ..EngineOptions::default()
            };
            (find(name).unwrap().make)(&options).unwrap()
        };
        let less = Passes::ALL.without(PASSES[0].name).unwrap();
        // As whoever is given any engine asks it.
        let asked = |engine: &dyn Engine| (engine.passes(), engine.arithmetic());
        assert_eq!(asked(&boxed("reference", Passes::ALL)).0, Passes::NONE);
        let (all, few) = (boxed("cpu", Passes::ALL), boxed("cpu", less));
        assert_eq!((asked(&all).0, asked(&few).0), (Passes::ALL, less));
        assert!(asked(&all).1 != asked(&few).1, "their last bits differ");
    }
}
