"""Counts the instructions of a step in machine code for an H100. Started by `run`, which installs and builds.

A step costs at least as many cycles of a warp as it has instructions, or twice those for integers, comparisons and
choices, or eight times those for special functions, whichever are most: so many lanes has each of a
multiprocessor's four parts (32, 16 and 4).
"""

import collections
import os
import re
import subprocess
import sys
from pathlib import Path

TOOLKIT, ROOT, WANTED = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
CACHE = Path(os.environ["KERNELS_CACHE"])
HERE = Path(__file__).resolve().parent
ROWS = WANTED or [
    "hodgkin_huxley:exponential_euler",
    "hodgkin_huxley:staggered",
    "hodgkin_huxley:rk4",
    "lif:exact",
    "adex:euler",
    "prinz_stg:rk4",
]
# Of an H100: multiprocessors, their parts, lanes of a warp, cycles a second.
LANE_CYCLES = 132 * 4 * 32 * 1.98e9
UNITS = {
    "special": ("MUFU",),
    "float": ("FFMA", "FMUL", "FADD"),
    "compare": ("FSETP", "FSEL", "FMNMX", "FCHK"),
    "branch": ("BRA", "BSSY", "BSYNC", "EXIT"),
    "memory": ("LDG", "STG", "LDC", "LDL", "STL"),
    "double": ("DFMA", "DMUL", "DADD", "DSETP", "F2F"),
}


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **more)
    if done.returncode:
        sys.exit(f"{command[0]} failed: {done.stderr.strip()[:2000]}")
    return done.stdout


def kernel(model, method):
    """The machine code of the kernel of `fi`, and how many steps a round of its loop takes."""
    stem = CACHE / f"{model}_{method}"
    text = run(ROOT / "target/release/rheobase", "show", model, "--method", method, "--wgsl")
    unroll = int(re.search(r"const UNROLL: u32 = (\d+)u", text)[1])
    stem.with_suffix(".wgsl").write_text(text)
    run(CACHE / "bin/naga", stem.with_suffix(".wgsl"), stem.with_suffix(".metal"))
    stem.with_suffix(".cu").write_text(translated(stem.with_suffix(".metal").read_text()))
    compiled(stem.with_suffix(".cu"), "-I", HERE, "-ftz=true", "-prec-div=false", "-prec-sqrt=false")
    return code(stem.with_suffix(".cubin"))["run_chunk"], unroll


def translated(text):
    """Metal's text as CUDA: without its attributes and address spaces, with literals of 32 bits."""
    text = re.sub(r"#include.*\n|using metal::uint;", "", text)
    text = re.sub(r"\[\[.*?\]\]", "", text)
    text = re.sub(r"\buint2\(([^()]*)\)", r"pair(\1)", text)
    text = re.sub(r"metal::all\((\w+) == pair\(0u\)\)", r"(\1.x == 0u && \1.y == 0u)", text)
    text = re.sub(r"\b(device|thread) ", "", text)
    text = re.sub(r"(?<=[\s(,])constant (?=[A-Z_])", "const ", text)
    text = re.sub(r"^(?:constant|const) (?=\w+ \w+ = )", "static constexpr ", text, flags=re.M)
    text = re.sub(r"(?<![\w.])(\d+\.\d*(?:e[-+]?\d+)?|\d+e[-+]?\d+)(?![\w.])", r"\1f", text)
    text = re.sub(r"^(?!kernel|struct|typedef)([\w:]+ \w+\((?!.*;))", r"CALLED \1", text, flags=re.M)
    text = re.sub(r"metal::uint3 id\s*\n, ", "", text)
    place = " uint3 id = make_uint3(blockIdx.x * 64 + threadIdx.x, blockIdx.y, 0);"
    text = re.sub(r"kernel void (run_chunk\([^{]*\{)", r'extern "C" __global__ void \1' + place, text)
    return '#include "cuda.h"\n' + text


def compiled(source, *flags):
    """By way of the intermediate form, where a division is made the reciprocal and the product of drivers."""
    ptx = CACHE / source.with_suffix(".ptx").name
    run(TOOLKIT / "bin/nvcc", "-std=c++17", "-O3", "-arch=sm_90", "-w", *flags, "-ptx", source, "-o", ptx)
    ptx.write_text(ptx.read_text().replace("div.full", "div.approx"))
    run(TOOLKIT / "bin/ptxas", "-arch=sm_90", "-O3", ptx, "-o", ptx.with_suffix(".cubin"))


def code(cubin):
    """The instructions of each function, with their addresses."""
    functions, name = {}, None
    for line in run(TOOLKIT / "bin/cuobjdump", "-sass", cubin).splitlines():
        if found := re.search(r"Function : (\S+)", line):
            name = found[1]
            functions[name] = []
        elif found := re.match(r"\s+/\*([0-9a-f]{4,})\*/\s+(.*?);", line):
            functions[name].append((int(found[1], 16), found[2]))
    return functions


def target(instruction):
    found = re.search(r"\bBRA\S*\s.*?(0x[0-9a-f]+)", instruction)
    return int(found[1], 16) if found else None


def unit(instruction):
    name = re.sub(r"^@!?U?P\w+\s+", "", instruction).split()[0].split(".")[0]
    return next((unit for unit, names in UNITS.items() if name in names), "integer")


def step(instructions):
    """What the shortest way through the longest loop takes: that of a step without a spike."""
    loops = [(to, at) for at, text in instructions if (to := target(text)) is not None and to < at]
    first, last = max(loops, key=lambda loop: loop[1] - loop[0])
    body = [(at, text) for at, text in instructions if first <= at <= last]
    index = {at: i for i, (at, _) in enumerate(body)}
    least = {}
    for i in reversed(range(len(body))):
        at, text = body[i]
        to = target(text)
        always = to is not None and not re.search(r"^@|BRA\S* !?U?P\d", text)
        after = [index[to]] if to in index and to > at else []
        if i + 1 < len(body) and not always:
            after.append(i + 1)
        rest = min((least[j] for j in after), key=lambda c: c.total(), default=collections.Counter())
        least[i] = rest + collections.Counter([unit(text)])
    return least[0]


def row(name, counted, steps):
    per = {unit: n / steps for unit, n in counted.items()}
    issued = sum(per.values())
    small, special = 2 * (per.get("integer", 0) + per.get("compare", 0)), 8 * per.get("special", 0)
    cycles = max(issued, small, special)
    print(f"| {name} | {issued:.1f} | {small:.1f} | {special:.1f} | {cycles:.1f} | {LANE_CYCLES / cycles:.2e} |")


def main():
    print("| kernel | all | integer, compare, choose ×2 | special ×8 | cycles a step | at most, cell-steps/s |")
    print("|---|---|---|---|---|---|")
    for wanted in ROWS:
        model, method = wanted.split(":")
        instructions, unroll = kernel(model, method)
        row(f"Rheobase, {model}, {method}", step(instructions), unroll)
    if WANTED:
        return
    twin = ROOT / "benches/peers/cuda/twin.cu"
    compiled(twin, "--expt-relaxed-constexpr", '-DFLAGS=""')
    methods = ["exponential_euler", "staggered", "rk4"]
    for name, instructions in code(CACHE / "twin.cubin").items():
        if found := re.match(r"_Z2hhIfL6Method(\d)ELb(\d)E", name):
            algebra = "algebra" if found[2] == "1" else "textbook"
            row(f"CUDA twin, {algebra}, hodgkin_huxley, {methods[int(found[1])]}", step(instructions), 1)
        elif found := re.match(r"_Z3lifIf|_Z7steppedI\d(Prinz|Adex)I4LaneIf", name):
            # The compiler takes four steps in a round of these two.
            steps = {"Prinz": 1, "Adex": 4, None: 4}[found[1]]
            row(f"CUDA twin, {found[1] or 'LIF'}", step(instructions), steps)


main()
