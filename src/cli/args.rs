//! The arguments, as clap sees them.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::failure::Failure;
use super::tool_args::{BenchArgs, CompareArgs, PlotArgs, TraceArgs, VerifyArgs};
use crate::exec::cpu::Precision;
use crate::exec::{ENGINES, Engine, EngineOptions, find};
use crate::experiment::FiOptions;
use crate::ir::{PASSES, Pass, Passes};
use crate::plot::PictureFormat;

/// Steps millions of independent neuron models, written as equations with units, on any GPU or on
/// the CPU.
#[derive(Debug, Parser)]
#[command(
    name = "rheobase",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The f-I curve of a model: sweeps its input, writes fi.csv, fi.svg and run.json
    Fi(FiArgs),
    /// An experiment from a file: any grid, stimuli and recorders; writes table.csv (and spikes.csv,
    /// traces.csv), table.svg and run.json
    Run(RunArgs),
    /// A model on a page: equations, values, presets, how it is stepped and why; with --ir, --plan or
    /// --wgsl a later stage of it
    Show(ShowArgs),
    /// All that is wrong with a model, and what running it would take, without running it
    Check(CheckArgs),
    /// What there is: models, methods, stimuli, recorders, features, engines
    List(ListArgs),
    /// The time course of one or a few cells: trace.csv, and trace.svg with the stimulus below
    Trace(TraceArgs),
    /// A sample of cells on an engine and on the f64 reference; exit status 1 where they differ
    Verify(VerifyArgs),
    /// Speed: every engine there is on the same cells, with times, agreement and break-even points
    Bench(BenchArgs),
    /// A picture of any table written here: curves, a map, or a raster of spikes
    Plot(PlotArgs),
    /// Two tables row by row; exit status 1 where they differ
    Compare(CompareArgs),
    /// A model file to begin with, commented, which runs as it is
    New(NewArgs),
    /// Fitted models of others as model files
    Import(ImportArgs),
    /// The GPUs that can be used, their limits, and what is missing where there is none
    Devices,
    /// This help, that of a command, or a page: `experiment` (the file that `run` takes), `model`
    /// (the language of models)
    Help(HelpArgs),
    /// Completions for a shell, to stdout
    Completions(CompletionsArgs),
    /// A manual page (roff), to stdout
    Man(ManArgs),
}

/// Arguments of `help`.
#[derive(Debug, Args)]
pub struct HelpArgs {
    /// A command, `experiment` or `model`
    pub topic: Option<String>,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// A command [default: the page of the program]
    pub command: Option<String>,
}

/// Arguments of `fi`.
#[derive(Debug, Args)]
pub struct FiArgs {
    /// A built-in model (see `rheobase list models`) or the path of a model file
    pub model: String,
    /// The experiment.
    #[command(flatten)]
    pub experiment: ExperimentArgs,
    /// Features to record, separated by commas (see `rheobase list features`) [default: all]; the
    /// rate, else the first of them, is drawn
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub features: Vec<String>,
    /// The engine.
    #[command(flatten)]
    pub engine: EngineArgs,
    /// The files.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// An experiment file (TOML)
    pub experiment: String,
    /// The engine.
    #[command(flatten)]
    pub engine: EngineArgs,
    /// The files.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Where files go.
#[derive(Debug, Args)]
#[command(next_help_heading = "Files")]
pub struct OutputArgs {
    /// Folder of the files written
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
    /// Replace the files of an earlier run in another folder than the current one
    #[arg(long)]
    pub force: bool,
    /// Go on where an interrupted or killed run of the same experiment left off, if there is one
    #[arg(long)]
    pub resume: bool,
    /// Format of the tables [default: csv]
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub format: Option<FormatArg>,
    /// The picture.
    #[command(flatten)]
    pub picture: PictureArgs,
}

/// Formats of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// Text, numbers with 9 digits
    Csv,
    /// Binary and compressed, with units, model and settings in its metadata; for pandas, polars, R
    Parquet,
    /// Parquet where a table may have more than a million rows, else CSV
    Auto,
}

/// In which formats a picture is written.
#[derive(Debug, Args)]
pub struct PictureArgs {
    /// Files of the picture
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = PictureArg::Svg)]
    pub picture: PictureArg,
}

impl PictureArgs {
    pub(super) fn formats(&self) -> &'static [PictureFormat] {
        match self.picture {
            PictureArg::Svg => &[PictureFormat::Svg],
            PictureArg::Png => &[PictureFormat::Png],
            PictureArg::Both => &PictureFormat::ALL,
            PictureArg::None => &[],
        }
    }
}

/// Formats of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PictureArg {
    /// Lines and text, for papers and the web
    Svg,
    /// Pixels, 300 per inch at 85 mm
    Png,
    /// SVG and PNG
    Both,
    /// No picture
    None,
}

/// What is run.
#[derive(Debug, Args)]
#[command(next_help_heading = "Experiment")]
pub struct ExperimentArgs {
    /// First amplitude [default: the model's range]
    #[arg(long, value_name = "A", allow_hyphen_values = true)]
    pub from: Option<String>,
    /// Last amplitude [default: the model's range]
    #[arg(long, value_name = "B", allow_hyphen_values = true)]
    pub to: Option<String>,
    /// Number of amplitudes [default: 301]
    #[arg(long, value_name = "N")]
    pub n: Option<u64>,
    /// Set a parameter or an initial value: g_Na=100, a range g_Na=80:160:9, g_Na=log:1:100:9, a
    /// list g_Na=80,120,160, init.v=-70; ranges and lists add axes
    #[arg(long, value_name = "P=...", allow_hyphen_values = true)]
    pub set: Vec<String>,
    /// Length of a step [default: the model's, else 0.01 ms]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub dt: Option<String>,
    /// Method (see `rheobase list methods`) [default: the model's, else the compiler's choice]
    #[arg(long, value_name = "NAME")]
    pub method: Option<String>,
    /// Duration of the stimulus [default: the model's, else 1 s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub duration: Option<String>,
    /// Time after onset that every feature leaves out [default: 0 ms]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub skip: Option<String>,
    /// Time at zero input before onset, left out too [default: 0 ms]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub settle: Option<String>,
    /// Key of all random numbers
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
}

impl ExperimentArgs {
    /// Is any of them given?
    pub(super) fn is_given(&self) -> bool {
        let texts = [&self.from, &self.to, &self.dt, &self.method, &self.duration];
        let more = [&self.skip, &self.settle];
        texts.into_iter().chain(more).any(Option::is_some)
            || self.n.is_some()
            || !self.set.is_empty()
            || self.seed != 0
    }

    /// As the experiment takes them.
    #[must_use]
    pub fn options(&self) -> FiOptions {
        FiOptions {
            from: self.from.clone(),
            to: self.to.clone(),
            n: self.n,
            dt: self.dt.clone(),
            method: self.method.clone(),
            duration: self.duration.clone(),
            skip: self.skip.clone(),
            settle: self.settle.clone(),
            set: self.set.clone(),
            features: Vec::new(),
            seed: self.seed,
        }
    }
}

/// What runs it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Engine")]
pub struct EngineArgs {
    /// What computes
    #[arg(long, value_name = "NAME", default_value = "auto", value_parser = engine_names())]
    pub engine: String,
    /// GPU by a part of its name or its number in `rheobase devices`
    #[arg(long, value_name = "NAME")]
    pub device: Option<String>,
    /// Floating type of the CPU engine
    #[arg(long, value_name = "TYPE", value_enum, default_value_t = PrecisionArg::F32)]
    pub precision: PrecisionArg,
    /// What its plans go through.
    #[command(flatten)]
    pub passes: PassesArgs,
}

impl EngineArgs {
    /// The engine.
    pub(super) fn make(&self) -> Result<Box<dyn Engine>, Failure> {
        let kind = find(&self.engine).ok_or_else(|| Failure::misuse("there is no such engine"))?;
        Ok((kind.make)(&self.options())?)
    }

    /// As the engines take them.
    #[must_use]
    pub fn options(&self) -> EngineOptions {
        EngineOptions {
            device: self.device.clone(),
            precision: self.precision.into(),
            passes: self.passes.passes(),
        }
    }
}

/// Which rewrites of the optimiser are made.
#[derive(Debug, Args)]
pub struct PassesArgs {
    /// Leave out rewrites of the optimiser, separated by commas (see `rheobase list passes`)
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', value_parser = pass_names())]
    pub without: Vec<String>,
}

impl PassesArgs {
    /// All but those left out.
    #[must_use]
    pub fn passes(&self) -> Passes {
        let left_out = self.without.iter();
        left_out.fold(Passes::ALL, |passes, name| {
            passes.without(name).unwrap_or(passes)
        })
    }
}

fn pass_names() -> clap::builder::PossibleValuesParser {
    let pass = |pass: &Pass| clap::builder::PossibleValue::new(pass.name).help(pass.doc);
    PASSES.iter().map(pass).collect::<Vec<_>>().into()
}

fn engine_names() -> clap::builder::PossibleValuesParser {
    ENGINES
        .iter()
        .map(|engine| clap::builder::PossibleValue::new(engine.name).help(engine.doc))
        .into()
}

/// Floating types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PrecisionArg {
    /// Single precision
    F32,
    /// Double precision
    F64,
}

impl From<PrecisionArg> for Precision {
    fn from(precision: PrecisionArg) -> Precision {
        match precision {
            PrecisionArg::F32 => Precision::F32,
            PrecisionArg::F64 => Precision::F64,
        }
    }
}

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// A built-in model or the path of a model file; `:` and the name of a preset may follow
    pub model: String,
    /// The equations as blocks of the middle form, before the method, and what a step of `fi` costs
    /// before and after each rewrite of the optimiser
    #[arg(long)]
    pub ir: bool,
    /// The plan of `fi` with the same options: slots, schedule, the blocks of a step
    #[arg(long)]
    pub plan: bool,
    /// The GPU kernel of that plan
    #[arg(long)]
    pub wgsl: bool,
    /// The model as a LaTeX document
    #[arg(long, conflicts_with_all = ["ir", "plan", "wgsl"])]
    pub latex: bool,
    /// The model as a Python script for Brian2
    #[arg(long, conflicts_with_all = ["ir", "plan", "wgsl", "latex"])]
    pub brian2: bool,
    /// The experiment whose plan is shown.
    #[command(flatten)]
    pub experiment: ExperimentArgs,
    /// What the plan goes through.
    #[command(flatten)]
    pub passes: PassesArgs,
}

/// Arguments of `new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// Name of the model; the file is NAME.eqn
    pub name: String,
    /// Folder of the file
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
    /// Replace a file of that name
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Whose models.
    #[command(subcommand)]
    pub what: ImportKind,
}

/// Whose models are imported.
#[derive(Debug, Subcommand)]
pub enum ImportKind {
    /// neuron_config.json of the Allen Cell Types Database: GLIF levels 1 to 5
    Allen(AllenArgs),
}

/// Arguments of `import allen`.
#[derive(Debug, Args)]
pub struct AllenArgs {
    /// The files; several of one level become presets of one model
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<String>,
    /// Name of the model; the file is NAME.eqn
    #[arg(long, value_name = "NAME", default_value = "allen")]
    pub name: String,
    /// Folder of the file
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
    /// Replace a file of that name
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// A model file, a built-in model, or an experiment file (.toml)
    pub file: String,
    /// The experiment that would be run.
    #[command(flatten)]
    pub experiment: ExperimentArgs,
}

/// Arguments of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Which registry
    pub what: Registry,
}

/// The registries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Registry {
    /// Built-in models
    Models,
    /// Integration methods
    Methods,
    /// Stimuli
    Stimuli,
    /// Recorders
    Recorders,
    /// Features of a spike train
    Features,
    /// Engines
    Engines,
    /// Rewrites of the optimiser, with their bounds
    Passes,
}

impl Registry {
    /// Every registry and the word for it.
    pub const ALL: [(Registry, &'static str); 7] = [
        (Registry::Models, "models"),
        (Registry::Methods, "methods"),
        (Registry::Stimuli, "stimuli"),
        (Registry::Recorders, "recorders"),
        (Registry::Features, "features"),
        (Registry::Engines, "engines"),
        (Registry::Passes, "passes"),
    ];
}
