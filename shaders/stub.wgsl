// What the generator writes, at its smallest: with this file each of the others is a whole module.

const WORKGROUP_SIZE: u32 = 64u;

struct Cell {
    s0: f32,
}

fn load_cell(cell: u32) -> Cell {
    return Cell(f32(cell));
}

fn step_cell(c: ptr<function, Cell>, cell: u32, step: u32) {
    (*c).s0 += f32(step);
}

fn is_finite(c: ptr<function, Cell>) -> bool {
    return (*c).s0 < 1.0e30f;
}

fn store_cell(c: ptr<function, Cell>, cell: u32) {
}
