// The step kernel: one invocation is one cell or a few, one dispatch is one chunk of steps.
//
// This file owns the header, the bindings, the guard and the time loop. What the plan and the shape
// of the launch decide is generated after it as whole functions:
//
//   WORKGROUP_SIZE                             how many invocations make a workgroup
//   CELLS                                      how many cells an invocation steps
//   UNROLL                                     how many steps a round of the time loop takes
//   struct Cells                               derived values, states and accumulators of its cells, and
//                                              random words for later steps
//   load_cells(cell) -> Cells                  from memory to registers
//   step_cells(c: ptr<Cells>, cell, step)      one step: the time block, then every block of the plan
//   step_round(c: ptr<Cells>, cell, step)      UNROLL steps from this one on
//   store_cells(c: ptr<Cells>, cell, n_steps)  from registers to memory, with tell_status of each
//
// The cells of an invocation are as far apart as there are invocations, so that neighbours read
// neighbouring words. `cell` is the first of them; the last invocations have fewer.
//
// Recording is a block like any other, so there is no record_cell. stub.wgsl stands for the
// generated part, so that this file can be checked alone.

// What changes from dispatch to dispatch; the host's `Header` has the same layout.
struct Header {
    // Cells of this tile, and the distance between the columns of each buffer.
    n_cells: u32,
    // Number of the first step of this chunk.
    first_step: u32,
    // Steps of this chunk.
    n_steps: u32,
    // Invocations in one row of the 2-D dispatch.
    row: u32,
}

// Every buffer but the tables is a structure of arrays: column `k` of cell `i` is at
// `k * n_cells + i`. Words hold f32 by their bits, u32, or a bool as 0 or 1.
@group(0) @binding(0) var<uniform> header: Header;
@group(0) @binding(1) var<storage, read> derived: array<u32>;
@group(0) @binding(2) var<storage, read_write> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> accum: array<u32>;
@group(0) @binding(4) var<storage, read> tables: array<f32>;
@group(0) @binding(5) var<storage, read_write> streams: array<u32>;
// Steps done in this run, modulo 2^31, and in bit 31 whether a state is infinite or NaN.
@group(0) @binding(6) var<storage, read_write> status: array<u32>;

const NON_FINITE: u32 = 0x80000000u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn run_chunk(@builtin(global_invocation_id) id: vec3<u32>) {
    let cell = id.x + id.y * header.row;
    if (cell >= cells_apart()) {
        return;
    }
    let first_step = header.first_step;
    let n_steps = header.n_steps;
    var c = load_cells(cell);
    // The steps counted are those that were done: a driver may end a long loop early.
    var k = 0u;
    // Whole rounds, then what is left of the chunk. Where a round is one step there is only the rest.
    if (UNROLL > 1u) {
        for (; k + UNROLL <= n_steps; k += UNROLL) {
            step_round(&c, cell, first_step + k);
        }
    }
    for (; k < n_steps; k += 1u) {
        step_cells(&c, cell, first_step + k);
    }
    store_cells(&c, cell, k);
}

// From one cell of an invocation to the next: how many invocations there are.
fn cells_apart() -> u32 {
    return (header.n_cells + (CELLS - 1u)) / CELLS;
}

// Counts the steps of a cell and notes whether it is still a number.
fn tell_status(cell: u32, n_steps: u32, finite: bool) {
    let done = (status[cell] + n_steps) & ~NON_FINITE;
    status[cell] = select(done | NON_FINITE, done, finite);
}
