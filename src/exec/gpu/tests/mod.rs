//! The engine on a device, against the reference.

mod shaders;

use super::cache::Cache;
use super::job::GpuJob;
use super::testing::{
    Keep, cells, engine, engine_with, functions, hodgkin_huxley, lif, noise, waveform,
};
use super::{DeviceChoice, GpuEngine, Launch};
use crate::exec::reference::ReferenceEngine;
use crate::exec::{Cells, Column, Engine, ExecError, Job, RunStats, Sink, Start, TileOutput};
use crate::ir::{Builder, UnaryOp, Value};
use crate::plan::{Limits, Plan};
use std::ops::ControlFlow;

/// All tiles of one run, joined.
fn run(engine: &dyn Engine, plan: &Plan, cells: &Cells) -> TileOutput {
    let mut job = engine.prepare(plan).expect("prepared");
    let tile = usize::try_from(job.tile_cells()).unwrap_or(usize::MAX);
    let mut keep = Keep::default();
    for first in (0..cells.n).step_by(tile.min(cells.n)) {
        let n = tile.min(cells.n - first);
        let part = Cells {
            first: first as u64,
            n,
            params: cells
                .params
                .iter()
                .map(|column| column[first..first + n].to_vec())
                .collect(),
        };
        job.run(&part, Start::Initial, &mut keep).expect("run");
    }
    joined(keep.tiles)
}

fn joined(tiles: Vec<TileOutput>) -> TileOutput {
    tiles
        .into_iter()
        .reduce(|mut all, tile| {
            assert_eq!(tile.first, all.first + all.n as u64);
            all.n += tile.n;
            all.non_finite.extend(tile.non_finite);
            for (column, more) in all.columns.iter_mut().zip(tile.columns) {
                match (column, more) {
                    (Column::Float(a), Column::Float(b)) => a.extend(b),
                    (Column::U32(a), Column::U32(b)) => a.extend(b),
                    _ => panic!("a column changed its type"),
                }
            }
            all
        })
        .expect("at least one tile")
}

fn again(job: &mut dyn Job, cells: &Cells, start: Start) -> (TileOutput, RunStats) {
    let mut keep = Keep::default();
    let stats = job.run(cells, start, &mut keep).expect("run");
    (joined(keep.tiles), stats)
}

fn floats(column: &Column) -> &[f64] {
    match column {
        Column::Float(values) => values,
        Column::U32(_) => panic!("floats expected"),
    }
}

/// Largest absolute difference.
fn distance(a: &Column, b: &Column) -> f64 {
    let pairs = floats(a).iter().zip(floats(b));
    pairs.map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
}

#[test]
fn integrate_and_fire_agrees_with_the_reference() {
    let Some(gpu) = engine() else { return };
    // Currents around rheobase (15 mV) and well above it.
    let (plan, cells) = (lif(1000), cells(301, 10.0, 40.0));
    let found = run(&gpu, &plan, &cells);
    let expected = run(&ReferenceEngine, &plan, &cells);
    assert_eq!(found.columns[0], expected.columns[0], "spike counts");
    assert_eq!(found.columns[1], expected.columns[1], "first spikes");
    assert!(distance(&found.columns[2], &expected.columns[2]) < 0.05);
    assert!(distance(&found.columns[3], &expected.columns[3]) < 1e-4);
    assert_eq!(found.columns[4], expected.columns[4], "refractory steps");
    assert_eq!(found.columns[5], expected.columns[5], "spike steps");
    assert!(found.non_finite.iter().all(|flag| !flag));
}

#[test]
fn hodgkin_huxley_agrees_with_the_reference() {
    let Some(gpu) = engine() else { return };
    let (plan, cells) = (hodgkin_huxley(4000), cells(65, 0.0, 30.0));
    let found = run(&gpu, &plan, &cells);
    let expected = run(&ReferenceEngine, &plan, &cells);
    assert_eq!(found.columns[0], expected.columns[0], "spike counts");
    let off = distance(&found.columns[1], &expected.columns[1]);
    assert!(off < 0.05, "v is off by {off} mV");
    let off = distance(&found.columns[2], &expected.columns[2]);
    assert!(off < 1e-3, "m is off by {off}");
}

#[test]
fn waveforms_are_read_and_traces_written() {
    let Some(gpu) = engine() else { return };
    let (plan, cells) = (waveform(102), cells(70, -3.0, 3.0));
    let found = run(&gpu, &plan, &cells);
    let expected = run(&ReferenceEngine, &plan, &cells);
    assert!(distance(&found.columns[0], &expected.columns[0]) < 1e-5);
    assert_eq!(found.columns[1..], expected.columns[1..]);
}

#[test]
fn tiles_chunks_and_buffers_change_no_bit() {
    let Some(gpu) = engine() else { return };
    for (plan, cells) in [
        (lif(500), cells(1000, 10.0, 40.0)),
        (hodgkin_huxley(500), cells(150, 0.0, 30.0)),
        (waveform(100), cells(150, -3.0, 3.0)),
    ] {
        let whole = run(&gpu, &plan, &cells);
        let free = Limits::default();
        for limits in [
            Limits {
                chunk_steps: 7,
                ..free
            },
            Limits {
                tile_cells: 64,
                ..free
            },
            Limits {
                buffer_bytes: 10_000,
                chunk_steps: 100,
                ..free
            },
        ] {
            let cut = run(&gpu, &plan.with_limits(limits), &cells);
            assert!(cut == whole, "{}: {limits:?}", plan.name());
        }
    }
}

/// The cells in tiles of `size`, the last with what is left.
fn tiles(cells: &Cells, size: usize) -> Vec<Cells> {
    let columns = |at: usize| cells.params.iter().map(move |c| c.chunks(size).nth(at));
    let tile = |first: usize| {
        let params: Option<Vec<_>> = columns(first / size)
            .map(|c| c.map(<[f64]>::to_vec))
            .collect();
        Cells {
            first: first as u64,
            n: size.min(cells.n - first),
            params: params.expect("as many values as cells"),
        }
    };
    (0..cells.n).step_by(size).map(tile).collect()
}

#[test]
fn a_tile_begun_ahead_changes_no_bit() {
    let Some(gpu) = engine() else { return };
    for (plan, cells) in [
        (lif(500), cells(900, 10.0, 40.0)),
        (lif(5), cells(900, 10.0, 4000.0)),
        (hodgkin_huxley(100), cells(150, 0.0, 30.0)),
        (waveform(100), cells(150, -3.0, 3.0)),
    ] {
        let whole = run(&gpu, &plan, &cells);
        let tiles = tiles(&cells, 64);
        let mut job = GpuJob::new(&gpu.gpu, &plan, None).expect("prepared");
        let mut keep = Keep::default();
        for (tile, at) in tiles.iter().zip(1..) {
            let next = tiles.get(at);
            let done = keep.progress.len();
            let stats = job.run_before(tile, next, &mut keep).expect("run");
            let cell_steps = (tile.n * plan.schedule().n_steps as usize) as u64;
            assert_eq!(stats.cell_steps, cell_steps);
            assert!(keep.progress[done..].is_sorted());
            assert_eq!(keep.progress.last(), Some(&cell_steps));
            // The device begins with as many cells as it has memory for.
            assert_eq!(job.is_ahead(), next.is_some_and(|next| next.n == tile.n));
        }
        assert!(joined(keep.tiles) == whole, "{}", plan.name());
    }
}

#[test]
fn what_was_begun_for_nothing_leaves_no_trace() {
    let Some(gpu) = engine() else { return };
    let (plan, all) = (hodgkin_huxley(100), cells(150, 0.0, 30.0));
    let tiles = tiles(&all, 50);
    let mut job = GpuJob::new(&gpu.gpu, &plan, None).expect("prepared");
    let (first, _) = again(&mut job, &tiles[0], Start::Initial);
    let begin = |job: &mut GpuJob| {
        let mut keep = Keep::default();
        let begun = job.run_before(&tiles[0], Some(&tiles[1]), &mut keep);
        assert!(begun.is_ok() && job.is_ahead());
        assert_eq!(joined(keep.tiles), first);
    };
    begin(&mut job);
    let refused = job.run(&tiles[0], Start::Carry, &mut Keep::default());
    assert!(matches!(refused, Err(ExecError::Misuse(_))), "{refused:?}");
    begin(&mut job);
    assert_eq!(again(&mut job, &tiles[0], Start::Initial).0, first);
    let misfit = Cells {
        params: Vec::new(),
        ..tiles[1].clone()
    };
    let unharmed = job.run_before(&tiles[0], Some(&misfit), &mut Keep::default());
    assert!(unharmed.is_ok() && !job.is_ahead());
    // An interruption within what was begun ahead, and a sink that fails, end their own run only.
    begin(&mut job);
    let mut stop = Keep {
        stop: true,
        ..Keep::default()
    };
    let ended = job.run_before(&tiles[1], Some(&tiles[2]), &mut stop);
    assert_eq!(ended, Err(ExecError::Interrupted));
    assert!(stop.tiles.is_empty() && !job.is_ahead());
    let full = job.run_before(&tiles[0], Some(&tiles[1]), &mut Full);
    assert_eq!(full, Err(ExecError::Sink("the disk is full".into())));
    let (second, _) = again(&mut job, &tiles[1], Start::Initial);
    assert_eq!(second.columns, run(&gpu, &plan, &tiles[1]).columns);
}

/// Takes nothing.
struct Full;

impl Sink for Full {
    fn tile(&mut self, _: TileOutput) -> Result<(), String> {
        Err("the disk is full".into())
    }
}

/// Every number of each kind at least once, and some together.
fn launches() -> Vec<Launch> {
    let of = |workgroup_size, cells, unroll| Launch {
        workgroup_size,
        cells,
        unroll,
    };
    vec![
        of(64, 1, 1),
        of(64, 1, 2),
        of(32, 1, 4),
        of(128, 1, 8),
        of(64, 2, 1),
        of(256, 2, 4),
        of(64, 4, 2),
    ]
}

#[test]
fn the_shape_of_the_launch_changes_no_bit() {
    let Some(gpu) = engine() else { return };
    for (plan, cells) in [
        (lif(503), cells(1001, 10.0, 40.0)),
        (hodgkin_huxley(503), cells(151, 0.0, 30.0)),
        (waveform(101), cells(3, -3.0, 3.0)),
    ] {
        let whole = run(&gpu, &plan, &cells);
        for launch in launches() {
            let shaped = gpu.clone().with_launch(launch);
            for chunk_steps in [u32::MAX, 100, 7, 1] {
                let plan = plan.with_limits(Limits {
                    chunk_steps,
                    ..Limits::default()
                });
                let found = run(&shaped, &plan, &cells);
                assert!(found == whole, "{}: {launch}, {chunk_steps}", plan.name());
            }
        }
    }
}

/// Words are kept for three steps more, wherever a chunk begins, for all cells of an invocation.
#[test]
fn random_words_are_those_of_the_reference() {
    let Some(gpu) = engine() else { return };
    let (plan, cells) = (noise(37), cells(301, 0.0, 300.0));
    let expected = run(&ReferenceEngine, &plan, &cells);
    for launch in launches() {
        let shaped = gpu.clone().with_launch(launch);
        for chunk_steps in [u32::MAX, 5, 1] {
            let plan = plan.with_limits(Limits {
                chunk_steps,
                ..Limits::default()
            });
            let found = run(&shaped, &plan, &cells);
            assert_eq!(found.columns, expected.columns, "{launch}, {chunk_steps}");
        }
    }
}

#[test]
fn a_shape_that_cannot_be_is_refused() {
    let Some(gpu) = engine() else { return };
    let good = Launch::of(&lif(10));
    for bad in [
        Launch {
            workgroup_size: 0,
            ..good
        },
        Launch { cells: 0, ..good },
        Launch { unroll: 3, ..good },
    ] {
        match gpu.clone().with_launch(bad).prepare(&lif(10)) {
            Err(ExecError::Misuse(text)) => assert!(text.contains("'lif'"), "{text}"),
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("{bad} was taken"),
        }
    }
}

#[test]
fn a_search_goes_on_from_the_best_of_one_that_was_cut_short() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = Cache::at(folder.path());
    let Some(gpu) = engine_with(Some(cache)) else {
        return;
    };
    let (plan, cells) = (lif(200), cells(1500, 10.0, 40.0));
    let best = Launch {
        unroll: 8,
        ..Launch::of(&plan)
    };
    let mut job = GpuJob::new(&gpu.gpu, &plan, None).expect("prepared");
    job.search_is_cut_short(1500, best);
    let mut job = GpuJob::new(&gpu.gpu, &plan, None).expect("prepared");
    let (_, stats) = again(&mut job, &cells, Start::Initial);
    assert_eq!((stats.launch, job.has_searched()), (Some(best), false));
}

#[test]
fn a_search_changes_no_bit_and_what_it_finds_is_remembered() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = Cache::at(folder.path());
    let Some(gpu) = engine_with(Some(cache.clone())) else {
        return;
    };
    let plan = lif(2000).with_limits(Limits {
        chunk_steps: 50,
        ..Limits::default()
    });
    let cells = cells(1500, 10.0, 40.0);
    let mut job = GpuJob::new(&gpu.gpu, &plan, None).expect("prepared");
    let (whole, stats) = again(&mut job, &cells, Start::Initial);
    assert_eq!(stats.launch, Some(Launch::of(&plan)), "too short a run");
    job.search_at_leisure();
    let mut launch = None;
    for _ in 0..20 {
        let (found, stats) = again(&mut job, &cells, Start::Initial);
        assert!(found == whole, "{:?}", stats.launch);
        launch = stats.launch;
        if job.has_searched() {
            break;
        }
    }
    assert!(job.has_searched());
    let Some(gpu) = engine_with(Some(cache)) else {
        return;
    };
    let mut job = GpuJob::new(&gpu.gpu, &plan, None).expect("prepared");
    let (found, stats) = again(&mut job, &cells, Start::Initial);
    assert!(found == whole && stats.launch == launch && job.has_searched());
    // Damage costs no more than the search.
    for file in std::fs::read_dir(folder.path()).expect("a folder") {
        std::fs::write(file.expect("a file").path(), "damaged").expect("written");
    }
    let Some(gpu) = engine_with(Some(Cache::at(folder.path()))) else {
        return;
    };
    let mut job = GpuJob::new(&gpu.gpu, &plan, None).expect("prepared");
    let (found, _) = again(&mut job, &cells, Start::Initial);
    assert!(found == whole && !job.has_searched());
}

#[test]
fn a_kernel_with_other_bits_is_told_from_one_with_the_same() {
    let Some(gpu) = engine() else { return };
    let (plan, cells) = (hodgkin_huxley(200), cells(1500, 0.0, 30.0));
    let same = |other: &Plan| {
        let mut job = GpuJob::new(&gpu.gpu, &plan, None).expect("prepared");
        again(&mut job, &cells, Start::Initial);
        job.has_the_bits_of(other).expect("compared")
    };
    assert!(same(&plan));
    // The same model, off by a rounding in one place.
    assert!(!same(&super::testing::hodgkin_huxley_with(200, 120.000_01)));
}

#[test]
fn a_second_row_of_workgroups_changes_no_bit() {
    let Some(mut gpu) = engine() else { return };
    let (plan, cells) = (lif(50), cells(1000, 10.0, 40.0));
    let whole = run(&gpu, &plan, &cells);
    gpu.gpu.report.max_workgroups = 5;
    assert!(run(&gpu, &plan, &cells) == whole);
    gpu.gpu.report.max_workgroups = 2;
    let mut job = gpu.prepare(&plan).expect("prepared");
    let refused = job.run(&cells, Start::Initial, &mut Keep::default());
    assert!(
        matches!(refused, Err(ExecError::TooLarge(_))),
        "{refused:?}"
    );
}

#[test]
fn carried_states_continue_exactly() {
    let Some(gpu) = engine() else { return };
    let cells = cells(100, 0.0, 30.0);
    let mut half = gpu.prepare(&hodgkin_huxley(300)).expect("prepared");
    let refused = half.run(&cells, Start::Carry, &mut Keep::default());
    assert!(matches!(refused, Err(ExecError::Misuse(_))));
    let (_, first) = again(half.as_mut(), &cells, Start::Initial);
    let (carried, second) = again(half.as_mut(), &cells, Start::Carry);
    let whole = run(&gpu, &hodgkin_huxley(600), &cells);
    // The accumulators begin anew; the states go on.
    assert_eq!(carried.columns[1..], whole.columns[1..]);
    assert!(first.compile_s > 0.0 && second.compile_s == 0.0);
    assert_eq!(second.cell_steps, 300 * 100);
    let fewer = super::testing::cells(99, 0.0, 30.0);
    let refused = half.run(&fewer, Start::Carry, &mut Keep::default());
    assert!(matches!(refused, Err(ExecError::Misuse(_))));
}

#[test]
fn a_cell_that_is_not_finite_is_flagged_alone() {
    let Some(gpu) = engine() else { return };
    let exp = |b: &mut Builder, x: Value| b.unary(UnaryOp::Exp, x);
    let log = |b: &mut Builder, x: Value| b.unary(UnaryOp::Log, x);
    let plan = functions(&[&exp, &log]);
    let cells = Cells {
        first: 7,
        n: 4,
        params: vec![vec![1.0, 1000.0, 2.0, -1.0]],
    };
    let found = run(&gpu, &plan, &cells);
    assert_eq!(found.non_finite, [false, true, false, true]);
    assert!((floats(&found.columns[0])[2] - 2_f64.exp()).abs() < 1e-5);
}

#[test]
fn progress_counts_up_and_a_break_ends_the_run() {
    let Some(gpu) = engine() else { return };
    let plan = lif(100).with_limits(Limits {
        chunk_steps: 30,
        ..Limits::default()
    });
    let cells = cells(10, 10.0, 40.0);
    let mut job = gpu.prepare(&plan).expect("prepared");
    let mut keep = Keep::default();
    job.run(&cells, Start::Initial, &mut keep).expect("run");
    assert!(keep.progress.is_sorted(), "{:?}", keep.progress);
    assert_eq!(keep.progress.last(), Some(&1000));
    let mut stop = Keep {
        stop: true,
        ..Keep::default()
    };
    let ended = job.run(&cells, Start::Initial, &mut stop);
    assert_eq!(ended, Err(ExecError::Interrupted));
    assert_eq!(stop.progress.len(), 1);
    let refused = job.run(&cells, Start::Carry, &mut Keep::default());
    assert!(matches!(refused, Err(ExecError::Misuse(_))));
    let (after, _) = again(job.as_mut(), &cells, Start::Initial);
    assert_eq!(after, joined(keep.tiles));
}

#[test]
fn a_lost_device_is_an_error_and_no_panic() {
    let Some(gpu) = engine() else { return };
    let cells = cells(10, 10.0, 40.0);
    let mut job = gpu.prepare(&lif(100)).expect("prepared");
    gpu.gpu.device.destroy();
    let failed = job.run(&cells, Start::Initial, &mut Keep::default());
    assert!(matches!(failed, Err(ExecError::Device(_))), "{failed:?}");
}

/// Loses the device at the first report of progress.
struct Lose<'a>(&'a GpuEngine);

impl Sink for Lose<'_> {
    fn tile(&mut self, _: TileOutput) -> Result<(), String> {
        panic!("a lost device has no results")
    }

    fn progress(&mut self, _: u64) -> ControlFlow<()> {
        self.0.gpu.lose();
        ControlFlow::Continue(())
    }
}

#[test]
fn a_device_lost_within_a_run_is_told_and_opened_anew() {
    let Some(gpu) = engine() else { return };
    let (plan, cells) = (lif(500), cells(100, 10.0, 40.0));
    let whole = run(&gpu, &plan, &cells);
    let chunks = plan.with_limits(Limits {
        chunk_steps: 50,
        ..Limits::default()
    });
    let mut job = gpu.prepare(&chunks).expect("prepared");
    let failed = job.run(&cells, Start::Initial, &mut Lose(&gpu));
    match failed {
        Err(ExecError::Device(text)) => assert!(text.contains("was lost"), "{text}"),
        other => panic!("{other:?}"),
    }
    drop(job);
    assert!(run(&gpu, &plan, &cells) == whole);
}

#[test]
fn what_the_device_refuses_is_an_error_and_no_panic() {
    let Some(gpu) = engine() else { return };
    let device = &gpu.gpu.device;
    let refused = gpu.gpu.scoped("a kernel of a test", || {
        device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: None,
            source: wgpu::ShaderSource::Wgsl("fn f() { return 1; }".into()),
        })
    });
    match refused {
        Err(ExecError::Device(text)) => assert!(text.contains("refuses a kernel"), "{text}"),
        other => panic!("{other:?}"),
    }
    // The size is the largest that counts, far beyond any memory.
    let refused = gpu.gpu.scoped("a buffer of a test", || {
        device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: 1 << 60,
            usage: wgpu::BufferUsages::STORAGE,
            mapped_at_creation: false,
        })
    });
    assert!(refused.is_err(), "{refused:?}");
    // Neither leaves a fault behind.
    run(&gpu, &lif(10), &cells(3, 10.0, 40.0));
}

#[test]
fn every_bound_on_a_buffer_gives_the_same_bits_or_a_refusal_with_numbers() {
    let Some(gpu) = engine() else { return };
    let (plan, cells) = (lif(60), cells(90, 10.0, 40.0));
    let whole = run(&gpu, &plan, &cells);
    let mut n_run = 0;
    for buffer_bytes in [0, 1, 4, 19, 20, 21, 79, 80, 400, 1000, 1799, 1800, 1801] {
        let bound = plan.with_limits(Limits {
            buffer_bytes,
            ..Limits::default()
        });
        match gpu.prepare(&bound) {
            Ok(_) => {
                n_run += 1;
                assert!(run(&gpu, &bound, &cells) == whole, "{buffer_bytes} bytes");
            }
            Err(ExecError::TooLarge(text)) => {
                assert!(buffer_bytes < 20 && text.contains("bytes"), "{text}");
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(n_run, 9);
}

#[test]
fn no_cells_give_no_rows() {
    let Some(gpu) = engine() else { return };
    let mut job = gpu.prepare(&waveform(8)).expect("prepared");
    let (nothing, _) = again(job.as_mut(), &cells(0, 0.0, 1.0), Start::Initial);
    assert_eq!((nothing.n, nothing.columns.len()), (0, 4));
    assert_eq!(nothing.columns[0], Column::Float(Vec::new()));
}

#[test]
fn what_does_not_fit_is_refused_with_numbers() {
    let Some(gpu) = engine() else { return };
    let small = |buffer_bytes| {
        let limits = Limits {
            buffer_bytes,
            ..Limits::default()
        };
        let refused = gpu.prepare(&waveform(100).with_limits(limits)).err();
        match refused {
            Some(ExecError::TooLarge(text)) => text,
            other => panic!("{other:?}"),
        }
    };
    assert!(small(407).contains("408 bytes"), "{}", small(407));
    assert!(small(90).contains("tables"), "{}", small(90));
    let unknown = DeviceChoice::Named("no such device".into());
    match GpuEngine::new(&unknown) {
        Err(ExecError::NoDevice(text)) => assert!(text.contains("no such device"), "{text}"),
        other => panic!("{other:?}"),
    }
}
