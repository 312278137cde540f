// What the generator writes, at its smallest: with this file each of the others is a whole module.

const WORKGROUP_SIZE: u32 = 64u;
const CELLS: u32 = 1u;
const UNROLL: u32 = 2u;

struct Cells {
    s0: f32,
}

fn load_cells(cell: u32) -> Cells {
    return Cells(f32(cell));
}

fn step_cells(c: ptr<function, Cells>, cell: u32, step: u32) {
    (*c).s0 += f32(step);
}

fn step_round(c: ptr<function, Cells>, cell: u32, step: u32) {
    step_cells(c, cell, step);
    step_cells(c, cell, step + 1u);
}

fn store_cells(c: ptr<function, Cells>, cell: u32, n_steps: u32) {
}
