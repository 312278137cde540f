//! The vector program: what the interpreter runs.
//!
//! Takes nothing; gives [`Program`], a list of blocks of [`Inst`]. Registers are whole tiles of
//! lanes; constants are immediates, for forty tiles of constants would not leave the states room
//! in the first-level cache.
//!
//! To add an instruction: a variant of [`Code`] here, its lane expression in `lanes`, and the
//! pattern that chooses it in `select`.
//!
//! Must not know the IR's values or the plan's slots, beyond their number.

use super::curves::Curve;
use super::draws::Draws;
use super::leap::Leap;
use super::real::Real;
use super::register::{PART, Register};
use super::simd::Simd;
use crate::ir::Slot;

/// What an instruction does with its sources a, b, c and its immediates k, j, s, q.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// k
    Splat,
    /// Number of the step.
    Step,
    /// a
    Copy,
    /// −a
    Neg,
    /// |a|
    Abs,
    /// √a
    Sqrt,
    /// eᵃ
    Exp,
    /// eᵃ − 1
    Expm1,
    /// (eᵃ − 1)/a
    Exprel,
    /// ln a
    Log,
    /// sin a
    Sin,
    /// cos a
    Cos,
    /// tanh a
    Tanh,
    /// ⌊a⌋
    Floor,
    /// ⌈a⌉
    Ceil,
    /// not a
    Not,
    /// float of the integer a
    ToFloat,
    /// integer of the float a
    ToU32,
    /// a + k
    AddK,
    /// k − a
    RsubK,
    /// a·k
    MulK,
    /// k/a
    RdivK,
    /// a·k + j
    Affine,
    /// s/(a·k + j)
    RdivAffine,
    /// s/(a·k + j), which is positive
    OverPositive,
    /// 2^(a·k + j)
    Exp2Affine,
    /// 2^((a + s)·k + j)
    Exp2Shifted,
    /// q + s/(1 + 2^(a·k + j))
    Logistic,
    /// s·exprel(a·k + j)
    ExprelAffine,
    /// 2s/exprel(a·k + j)
    OverExprel,
    /// s/exprel(a·k + j), where e to that power is b·q
    OverExprelGiven,
    /// exprel(a), where eᵃ is b
    ExprelGiven,
    /// a⁴
    Pow4,
    /// a⁴·k
    Pow4K,
    /// c + (A − B·c)·exprel(−B) with A = k·a and B = j·b
    Relax,
    /// The same where B is that of a membrane, which grows during a spike.
    RelaxMembrane,
    /// The same as `Relax` with B = k·a + j·b: a gate that opens by a and closes by b.
    Gate,
    /// min(a, k)
    MinK,
    /// max(a, k)
    MaxK,
    /// a < k
    LtK,
    /// a ≤ k
    LeK,
    /// a > k
    GtK,
    /// a ≥ k
    GeK,
    /// a = k
    EqK,
    /// a ≠ k
    NeK,
    /// a < k, integers
    LtUK,
    /// a > k, integers
    GtUK,
    /// a = k, integers
    EqUK,
    /// a ≠ k, integers
    NeUK,
    /// a + k, integers
    AddUK,
    /// a ? k : j
    SelectKK,
    /// Is a·k + j within −1 .. 1 in every lane? Tells the powers of two and the curves of that window.
    Window,
    /// Curve k of a, and of b where it is one of two values. Where its window tells that every lane is
    /// in its domain, it stands for the j instructions behind it, and for the s behind it as well where
    /// more curves of a follow; else it does nothing, and they are carried out.
    Curve,
    /// Curve k of a and b in the lanes that are in its domain, else c.
    CurveWithin,
    /// Entry a of a table.
    LoadAt,
    /// 23 random bits of the cell (a, b) in stream s of the seed (k, j).
    Random,
    /// a + b
    Add,
    /// a − b
    Sub,
    /// a·b
    Mul,
    /// a/b
    Div,
    /// min(a, b)
    Min,
    /// max(a, b)
    Max,
    /// aᵇ
    Pow,
    /// a and b
    And,
    /// a or b
    Or,
    /// a and not b
    AndNot,
    /// a > k and not b > j
    RiseGt,
    /// a ≥ k and not b ≥ j
    RiseGe,
    /// a < b
    Lt,
    /// a ≤ b
    Le,
    /// a = b
    Eq,
    /// a ≠ b
    Ne,
    /// a < b, integers
    LtU,
    /// a ≤ b, integers
    LeU,
    /// a = b, integers
    EqU,
    /// a ≠ b, integers
    NeU,
    /// a + b, integers
    AddU,
    /// a − b, integers
    SubU,
    /// a·b, integers
    MulU,
    /// min(a, b), integers
    MinU,
    /// max(a, b), integers
    MaxU,
    /// Remainder of a by b, integers
    RemU,
    /// a·k + b
    FmaK,
    /// a·k + b + j
    FmaKAdd,
    /// a·k − b
    FmsK,
    /// a·k + b·s + j
    Pair,
    /// a·b + k
    MulAddK,
    /// k − a·b
    RsubMulK,
    /// a·b·k
    MulMulK,
    /// a³·b·k
    CubeMulK,
    /// (a + k)·b
    AddKMul,
    /// (k − a)·b
    RsubKMul,
    /// a ? k : b
    SelectK,
    /// a ? b : k
    SelectOrK,
    /// a + (b·j + c·s + k)
    Sum,
    /// The same with a fourth source, weighted by q.
    Sum4,
    /// The same with a fifth, weighted by the next immediate.
    Sum5,
    /// (a − b)/c
    SubDiv,
    /// a·b + c
    Fma,
    /// c + a·j·(b + k)
    FmaShift,
    /// c − a·b
    Fnma,
    /// a·b − c
    Fms,
    /// a·b·c
    MulMul,
    /// a ? b : c
    Select,
    /// `OverExprelGiven`, and the `Gate` behind it whose a it is.
    OverExprelGate,
    /// `OverPositive`, and the `Gate` behind it whose b it is.
    OverPositiveGate,
    /// `Exp2Shifted`, or `Exp2Affine` with s = 0, and the `Sum` behind it whose b it is.
    Exp2Sum,
    /// The same with `Sum4`.
    Exp2Sum4,
    /// The same with `Sum5`.
    Exp2Sum5,
    /// `Sum`, and the `RelaxMembrane` behind it whose a it is.
    SumRelax,
    /// `CubeMulK`, and c + a·j·(b + k) behind it whose a it is.
    CubeShift,
    /// `Pow4K`, and c + a·j·(b + k) behind it whose a it is.
    Pow4Shift,
    /// Writes b at position a of a stream.
    StoreAt,
    /// Writes b at position a of a stream in the lanes where c holds.
    StoreAtWhere,
}

impl Code {
    /// May the destination be the source at `position`? The long lane expressions have no form for
    /// that, to keep the code small.
    #[must_use]
    pub(super) fn in_place(self, n_sources: usize, position: usize) -> bool {
        match self {
            Code::Exp
            | Code::Expm1
            | Code::Exprel
            | Code::Log
            | Code::Sin
            | Code::Cos
            | Code::Tanh
            | Code::Floor
            | Code::Ceil
            | Code::ToFloat
            | Code::ToU32
            | Code::Exp2Affine
            | Code::Exp2Shifted
            | Code::Logistic
            | Code::ExprelAffine
            | Code::OverExprel
            | Code::OverPositive
            | Code::OverExprelGiven
            | Code::ExprelGiven
            | Code::Pow4
            | Code::Pow4K
            | Code::LoadAt
            | Code::CurveWithin
            | Code::Random
            | Code::Pow
            | Code::RemU
            | Code::MulU
            | Code::StoreAt
            | Code::StoreAtWhere => false,
            Code::Curve => position == 1,
            Code::Sum | Code::Sum4 | Code::Sum5 => position == 0,
            _ => n_sources < 3 || position == 2,
        }
    }
}

/// Most registers that an instruction reads.
pub(super) const SOURCES: usize = 5;

/// Its numbers.
pub(super) const IMMEDIATES: usize = 6;

/// `of`, and 0 for the other immediates.
#[must_use]
pub(super) fn immediates<R: Real, const N: usize>(of: [R; N]) -> [R; IMMEDIATES] {
    let mut all = [R::ZERO; IMMEDIATES];
    all[..N].copy_from_slice(&of);
    all
}

/// `of`, and no register for the other sources.
#[must_use]
pub(super) fn sources(of: &[u16]) -> [u16; SOURCES] {
    let mut all = [NO_REGISTER; SOURCES];
    all[..of.len()].copy_from_slice(of);
    all
}

/// One instruction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Inst<R> {
    /// What it does.
    pub(super) code: Code,
    /// Register written; of a pair, by both together.
    pub(super) dst: u16,
    /// Registers read, or [`NO_REGISTER`].
    pub(super) src: [u16; SOURCES],
    /// Table, stream or window; window 0 is none.
    pub(super) list: u16,
    /// The immediates k, j, s, q, and two more.
    pub(super) k: [R; IMMEDIATES],
}

impl<R: Real> Inst<R> {
    /// Of these sources and immediates, and no list.
    #[must_use]
    pub(super) fn of<const N: usize>(code: Code, dst: u16, from: &[u16], k: [R; N]) -> Self {
        Inst {
            code,
            dst,
            src: sources(from),
            list: 0,
            k: immediates(k),
        }
    }

    /// The register that it writes, if it does.
    #[must_use]
    pub(super) fn written(&self) -> Option<u16> {
        let is_silent = matches!(self.code, Code::Window | Code::StoreAt | Code::StoreAtWhere);
        (!is_silent).then_some(self.dst)
    }
}

/// The number of no register.
pub(super) const NO_REGISTER: u16 = u16::MAX;

/// When a block runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guard {
    /// At every step.
    Always,
    /// Where this register, the same in all lanes, is true.
    Uniform(u16),
    /// For the lanes where this register is true; the block stores only those.
    Lanes(u16),
}

/// Some instructions under a guard.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CodeBlock<R> {
    /// When they run.
    pub(super) guard: Guard,
    /// What gives its guard, and is looked at first.
    pub(super) condition: Option<Inst<R>>,
    /// Has the block before looked at the same guard, and left it as it is?
    pub(super) is_known: bool,
    /// The instructions.
    pub(super) insts: Vec<Inst<R>>,
    /// How the block waits, if it may; its instructions then belong to the lanes that are pending.
    pub(super) deferral: Option<Deferral>,
}

/// Marks the blocks whose guard the block before has looked at.
pub(super) fn mark_known_guards<R>(blocks: &mut [CodeBlock<R>]) {
    for at in 1..blocks.len() {
        let guard = blocks[at].guard;
        let before = &blocks[at - 1];
        let writes = |inst: &Inst<R>| guard == Guard::Lanes(inst.dst);
        blocks[at].is_known = before.guard == guard && !before.insts.iter().any(writes);
    }
}

/// How a block under [`Guard::Lanes`] waits until a lane needs it for the second time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Deferral {
    /// The register that is true in the lanes for which the block has still to run.
    pub(super) pending: u16,
    /// Registers whose lanes are kept, and where.
    pub(super) latches: Vec<(u16, u16)>,
}

/// Where a slot of the plan lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Home {
    /// The slot.
    pub(super) slot: Slot,
    /// Its register.
    pub(super) register: u16,
}

/// All that the interpreter needs.
#[derive(Clone, Debug)]
pub(super) struct Program<R> {
    /// An even step, in order.
    pub(super) blocks: Vec<CodeBlock<R>>,
    /// An odd step: the same with the roles of `pairs` changed.
    pub(super) turned: Vec<CodeBlock<R>>,
    /// Several steps at once, where the step is of that kind; it has no pairs.
    pub(super) leap: Option<Leap<R>>,
    /// Pairs of registers that change roles at every step: the first is where the state is before
    /// an even one.
    pub(super) pairs: Vec<(u16, u16)>,
    /// How many registers it uses.
    pub(super) n_registers: usize,
    /// How many of them, the first ones, are no scratch.
    pub(super) n_fixed: usize,
    /// The slots that live in registers.
    pub(super) homes: Vec<Home>,
    /// Registers of floats that every step changes; they are swept for denormals. Where they are after an
    /// even step.
    pub(super) swept: Vec<u16>,
    /// They are swept after every so many steps, an even number.
    pub(super) sweep_steps: u32,
    /// The shared tables, none empty.
    pub(super) tables: Vec<Vec<R>>,
    /// Entries per cell of each stream.
    pub(super) capacities: Vec<usize>,
    /// Windows, the last one's number.
    pub(super) n_windows: u16,
    /// The curves.
    pub(super) curves: Vec<Curve<R>>,
    /// The vector instructions that it is for.
    pub(super) simd: Simd,
}

impl<R: Real> Program<R> {
    /// Register of `slot`, if it has one.
    #[must_use]
    pub(super) fn home(&self, slot: Slot) -> Option<u16> {
        let home = self.homes.iter().find(|home| home.slot == slot)?;
        Some(home.register)
    }
}

/// What one thread works on: the registers and streams of one tile of cells.
#[derive(Debug)]
pub(super) struct Memory<R: Real> {
    /// The registers.
    pub(super) registers: Vec<Register<R>>,
    /// The parts that hold cells, one bit for each.
    pub(super) filled: u32,
    /// For each stream, the entries of each lane in turn.
    pub(super) streams: Vec<Vec<R>>,
    /// For each window, were all lanes within it when it was last looked at?
    pub(super) within: Vec<bool>,
    /// Random words for later steps.
    pub(super) draws: Draws,
}

impl<R: Real> Memory<R> {
    /// Room for `program`, all zeros.
    #[must_use]
    pub(super) fn of(program: &Program<R>) -> Self {
        let stream = |&capacity: &usize| vec![R::ZERO; capacity * R::LANES];
        Memory {
            registers: vec![Register::of(R::ZERO); program.n_registers],
            filled: 0,
            streams: program.capacities.iter().map(stream).collect(),
            within: vec![false; usize::from(program.n_windows) + 1],
            draws: Draws::default(),
        }
    }

    /// The lanes in the parts that hold cells.
    pub(super) fn n_lanes(&self) -> usize {
        self.filled.count_ones() as usize * PART
    }

    /// All zeros again; random words are of their cells and may stay.
    pub(super) fn clear(&mut self) {
        self.registers.fill(Register::of(R::ZERO));
        for stream in &mut self.streams {
            stream.fill(R::ZERO);
        }
    }
}
