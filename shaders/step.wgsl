// The step kernel: one invocation is one cell, one dispatch is one chunk of steps.
//
// This file owns the header, the bindings, the guard and the time loop. What the plan decides is
// generated after it as whole functions:
//
//   WORKGROUP_SIZE                        how many cells make a workgroup
//   struct Cell                           derived values, states and accumulators of one cell
//   load_cell(cell) -> Cell               from memory to registers
//   step_cell(c: ptr<Cell>, cell, step)   one step: the time block, then every block of the plan
//   is_finite(c: ptr<Cell>) -> bool       is every floating-point state a number?
//   store_cell(c: ptr<Cell>, cell)        from registers to memory
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
    if (cell >= header.n_cells) {
        return;
    }
    let first_step = header.first_step;
    let n_steps = header.n_steps;
    var c = load_cell(cell);
    // The steps counted are those that were done: a driver may end a long loop early.
    var k = 0u;
    for (; k < n_steps; k += 1u) {
        step_cell(&c, cell, first_step + k);
    }
    store_cell(&c, cell);
    let done = (status[cell] + k) & ~NON_FINITE;
    status[cell] = select(done | NON_FINITE, done, is_finite(&c));
}
