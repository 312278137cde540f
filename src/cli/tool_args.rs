//! The arguments of the commands that check, measure and draw, as clap sees them.

use std::path::PathBuf;

use clap::Args;

use super::args::{EngineArgs, ExperimentArgs, OutputArgs, PictureArgs, PrecisionArg};

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// A built-in model, the path of a model file, or an experiment file (.toml)
    pub model: String,
    /// Cells in the sample, at least half of them firing where the grid allows
    #[arg(long, value_name = "N", default_value_t = crate::protocol::DEFAULT_SAMPLE)]
    pub cells: usize,
    /// The experiment whose grid is sampled; --seed chooses the sample, too.
    #[command(flatten)]
    pub experiment: ExperimentArgs,
    /// The engine under test.
    #[command(flatten)]
    pub engine: EngineArgs,
}

/// Arguments of `trace`.
#[derive(Debug, Args)]
pub struct TraceArgs {
    /// A built-in model or the path of a model file
    pub model: String,
    /// Amplitude of the step, or several separated by commas, one cell each [default: the end of the
    /// model's range]
    #[arg(
        long,
        value_name = "A,...",
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    pub amplitude: Vec<String>,
    /// States, sub-expressions, inputs, and expressions of the model's names, as X or NAME = X,
    /// separated by commas [default: the first state]
    #[arg(long, value_name = "NAME,...", allow_hyphen_values = true)]
    pub variables: Vec<String>,
    /// Every state
    #[arg(long, conflicts_with = "variables")]
    pub all: bool,
    /// Time from one sample to the next [default: about 10000 samples]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub every: Option<String>,
    /// The experiment; its range is not used.
    #[command(flatten)]
    pub experiment: ExperimentArgs,
    /// The engine.
    #[command(flatten)]
    pub engine: EngineArgs,
    /// The files.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Arguments of `bench`.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// A built-in model, the path of a model file, or an experiment file (.toml), of whose grid the
    /// first cells are taken
    #[arg(default_value = "hodgkin_huxley")]
    pub model: String,
    /// Numbers of cells, separated by commas; each engine runs all of them
    #[arg(
        long,
        value_name = "N,...",
        value_delimiter = ',',
        default_value = "1000,10000,100000"
    )]
    pub cells: Vec<u64>,
    /// Repetitions, of which the median counts; one more warms up
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub repeats: usize,
    /// About how many seconds all of it may take: chooses the number of steps, unless --duration
    /// fixes it
    #[arg(long, value_name = "S", default_value_t = 12.0)]
    pub seconds: f64,
    /// Floating type of the CPU engine; f64 is measured beside f32
    #[arg(long, value_name = "TYPE", value_enum, default_value_t = PrecisionArg::F32)]
    pub precision: PrecisionArg,
    /// Write the table, too: a name that ends in .csv, .md or .json
    #[arg(long, value_name = "FILE")]
    pub export: Option<PathBuf>,
    /// Folder of bench.svg
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
    /// The picture.
    #[command(flatten)]
    pub picture: PictureArgs,
    /// The experiment; the number of amplitudes is that of the cells.
    #[command(flatten)]
    pub experiment: ExperimentArgs,
}

/// Arguments of `plot`.
#[derive(Debug, Args)]
pub struct PlotArgs {
    /// Tables, CSV or Parquet; several are drawn side by side, under their names
    #[arg(required = true, num_args = 1..=64, value_name = "TABLE")]
    pub tables: Vec<PathBuf>,
    /// Pictures in a row, where there are several tables
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub columns: usize,
    /// Column along the horizontal axis [default: the last axis that varies]
    #[arg(long, value_name = "COL")]
    pub x: Option<String>,
    /// Column along the vertical axis [default: rate]
    #[arg(long, value_name = "COL")]
    pub y: Option<String>,
    /// A curve per value of this column [default: the axis before the last]
    #[arg(long, value_name = "COL", conflicts_with = "z")]
    pub by: Option<String>,
    /// Draw a map over x and y with colours for this column
    #[arg(long, value_name = "COL")]
    pub z: Option<String>,
    /// The picture, a name that ends in .svg or .png; one of that name is replaced [default: the
    /// table's name with .svg]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Pixels per inch of a PNG, which is 85 mm wide
    #[arg(long, value_name = "N", default_value_t = 300)]
    pub dpi: u16,
}

/// Arguments of `compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// A table, CSV or Parquet
    pub a: PathBuf,
    /// The table it is compared with
    pub b: PathBuf,
    /// Difference allowed in the unit of each column
    #[arg(
        long,
        value_name = "X",
        default_value_t = 0.0,
        allow_hyphen_values = true
    )]
    pub abs: f64,
    /// Difference allowed relative to the larger magnitude, at most 0.01
    #[arg(
        long,
        value_name = "Y",
        default_value_t = 0.0,
        allow_hyphen_values = true
    )]
    pub rel: f64,
    /// Another relative difference for one column; may be given several times
    #[arg(long, value_name = "NAME=REL")]
    pub column: Vec<String>,
}
