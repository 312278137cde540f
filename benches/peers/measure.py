"""Runs every contestant on the same cells, interleaved, checks their spike counts against each other,
and writes raw times (CSV) and tables (Markdown). Started by `run`, which builds and installs first.

Uses the standard library alone, so that a rival that breaks its own packages cannot break the measurement.
"""

import argparse
import array
import csv
import json
import os
import platform
import select
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ["PEERS_CACHE"])
ROOT = HERE.parent.parent
CPUS = sorted(os.sched_getaffinity(0))


@dataclass
class Contestant:
    name: str
    command: list
    threads: int = len(CPUS)
    sizes: tuple = (0, 10**9)  # fewest and most cells it is asked for
    own_scheme: str = ""  # the name of its scheme, where it is not the one of the row
    env: dict = field(default_factory=dict)


def binary(name, *arguments):
    return [str(CACHE / name), *arguments]


def ours(*arguments):
    return [str(ROOT / "target/release/examples/peer"), *arguments]


def python(name):
    return [str(CACHE / f"venv_{name}/bin/python"), str(HERE / "python" / f"{name}_peer.py")]


SLOW = (10_000, 10_000)
CONTESTANTS = [
    Contestant("Rheobase", ours("count")),
    Contestant("Rheobase, 1 thread", ours("count"), threads=1),
    Contestant("Rheobase, all features", ours("features")),
    Contestant("C++ OpenMP SIMD", binary("simd")),
    Contestant("C++ AVX-512 by hand, textbook", binary("hand512", "textbook")),
    Contestant("C++ AVX-512 by hand, algebra (CPU limit)", binary("hand512", "algebra")),
    Contestant("C++ AVX2 by hand, algebra", binary("hand256", "algebra")),
    Contestant("Numba", python("numba")),
    Contestant("JAX", python("jax")),
    Contestant("Brian2", python("brian2"), sizes=SLOW),
    Contestant("Jaxley", python("jaxley"), sizes=SLOW, own_scheme="implicit v, exponential gates"),
    Contestant("Arbor", python("arbor"), sizes=SLOW, own_scheme="implicit v, cnexp"),
    Contestant("NEURON", python("neuron"), sizes=SLOW, own_scheme="implicit v, cnexp"),
]
if shutil.which("nvidia-smi") or os.environ.get("PEERS_GPU"):
    CONTESTANTS += [
        Contestant("GPU: Rheobase", ours("count", "gpu")),
        Contestant("GPU: Rheobase, all features", ours("features", "gpu")),
    ]
if shutil.which("nvidia-smi"):
    CONTESTANTS += [
        Contestant("GPU: CUDA by hand, textbook", binary("cuda", "textbook")),
        Contestant("GPU: CUDA by hand, algebra (GPU limit)", binary("cuda", "algebra")),
        Contestant("GPU: JAX", python("jax"), env={"JAX_PLATFORMS": "cuda"}),
    ]
REFERENCE = binary("simd")

# Model, method, dt [ms], first and last current, sizes.
SIZES = [1_000, 10_000, 100_000, 1_000_000]
ROWS = [
    ("hodgkin_huxley", "exponential_euler", 0.01, 0, 30, SIZES),
    ("hodgkin_huxley", "staggered", 0.01, 0, 30, [10_000]),
    ("hodgkin_huxley", "rk4", 0.01, 0, 30, [10_000]),
    ("lif", "exact", 0.1, 0, 5, SIZES),
    ("adex", "euler", 0.1, 400, 1600, [10_000, 100_000]),
    ("prinz_stg", "rk4", 0.02, 0, 5, [10_000]),
]
# Steps over which spikes are counted and compared, by the number of cells: all contestants alike.
CHECKED_STEPS = [(1_000, 20_000), (10_000, 5_000), (100_000, 2_000), (10**9, 500)]
SHORT = {
    "hodgkin_huxley": "HH",
    "lif": "LIF",
    "adex": "AdEx",
    "prinz_stg": "Prinz STG",
    "exponential_euler": "exponential Euler",
    "euler": "Euler",
    "rk4": "RK4",
}
PATIENCE = 300  # seconds that one answer may take


class Gone(Exception):
    """A contestant ended, was silent for too long, or answered with a failure."""


class Unsuited(Gone):
    """A contestant has no such method, model or precision."""


class Process:
    """One contestant, alive from its first job to the last."""

    def __init__(self, contestant):
        self.contestant = contestant
        env = dict(os.environ, OMP_NUM_THREADS=str(contestant.threads), PEER_THREADS=str(contestant.threads))
        env.update(contestant.env)
        cpus = CPUS[: contestant.threads]
        self.log = open(CACHE / "log" / f"{slug(contestant.name)}.txt", "w")
        try:
            self.process = subprocess.Popen(
                contestant.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.log,
                env=env,
                text=True,
                preexec_fn=lambda: os.sched_setaffinity(0, cpus),
            )
        except OSError as error:
            raise Gone(f"cannot be started: {error.strerror}") from error

    def ask(self, **request):
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        except OSError:
            raise Gone(self.last_words()) from None
        if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
            self.process.kill()
            raise Gone(f"no answer within {PATIENCE} s")
        line = self.process.stdout.readline()
        if not line:
            raise Gone(self.last_words())
        return json.loads(line)

    def last_words(self):
        self.process.wait()
        self.log.flush()
        lines = Path(self.log.name).read_text(errors="replace").strip().splitlines()
        return lines[-1][:200] if lines else f"ended with code {self.process.returncode}"

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def slug(name):
    return "".join(c if c.isalnum() else "_" for c in name)


def options():
    parser = argparse.ArgumentParser(prog="benches/peers/run", description=__doc__.split("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help="1,000 and 10,000 cells, 2 short rounds: does it work?")
    parser.add_argument("--only", help="contestants whose names begin so, separated by commas")
    parser.add_argument("--models", help="models, separated by commas")
    parser.add_argument("--cells", help="numbers of cells, separated by commas, in place of each row's own")
    parser.add_argument("--repeats", type=int, help="rounds of timed runs (5)")
    parser.add_argument("--seconds", type=float, help="about how long one timed run is (0.4)")
    parser.add_argument("--out", type=Path, help="folder of the results (target/peers/results)")
    chosen = parser.parse_args()
    chosen.repeats = chosen.repeats or (2 if chosen.quick else 5)
    chosen.seconds = chosen.seconds or (0.1 if chosen.quick else 0.4)
    chosen.out = chosen.out or CACHE / "results"
    return chosen


def main():
    chosen = options()
    chosen.out.mkdir(parents=True, exist_ok=True)
    (CACHE / "log").mkdir(exist_ok=True)
    words = chosen.only.split(",") if chosen.only else [""]
    wanted = [c for c in CONTESTANTS if any(c.name.lower().startswith(w.strip().lower()) for w in words)]
    if not wanted:
        sys.exit(f"no contestant is called so: {chosen.only}; there are {', '.join(c.name for c in CONTESTANTS)}")
    processes, absent = [], {}
    for contestant in wanted:
        try:
            process = Process(contestant)
            process.about = process.ask(op="hello")
            if "version" not in process.about:
                raise Gone(str(process.about))
            processes.append(process)
        except Gone as why:
            absent[contestant.name] = str(why)
            say(f"left out: {contestant.name}: {why}")
    reference = start_reference()
    results, wrong = [], []
    stamp = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    for precision in ("f32", "f64"):
        for model, method, dt, low, high, sizes in ROWS:
            if chosen.models and model not in chosen.models.split(","):
                continue
            if chosen.cells:
                sizes = [int(float(n)) for n in chosen.cells.split(",")]
            elif chosen.quick:
                sizes = [n for n in sizes if n <= 10_000]
            for cells in sizes:
                job = dict(model=model, method=method, precision=precision, cells=cells, dt=dt, i_from=low, i_to=high)
                results += row(job, processes, reference, chosen, absent)
                write_csv(chosen.out / f"peers_{stamp}.csv", results, processes, absent)
                write_tables(chosen.out / f"peers_{stamp}.md", results, processes, absent)
    for process in processes + ([reference] if reference else []):
        process.close()
    for r in results:
        bad = r["precision"] == "f64" and not r["scheme"] and r["cells_that_differ"] not in (0, "")
        wrong += [f"{r['contestant']}: {title(r)}, {r['cells']} cells: {r['cells_that_differ']} differ"] if bad else []
    say(f"wrote {chosen.out}/peers_{stamp}.csv and .md")
    if wrong:
        sys.exit("spike counts in f64 differ from the reference's:\n" + "\n".join(dict.fromkeys(wrong)))


def start_reference():
    try:
        return Process(Contestant("reference", REFERENCE))
    except Gone as why:
        say(f"no reference for the spike counts: {why}")
        return None


def row(job, processes, reference, chosen, absent):
    """Times one row of the tables; gives one result per timed run."""
    cells = job["cells"]
    steps = next(s for most, s in CHECKED_STEPS if cells <= most)
    expected = counts(reference, dict(job, precision="f64"), steps) if reference else None
    say(f"{job['precision']} {title(job)}, {cells} cells")
    ready = []
    for process in list(processes):
        contestant = process.contestant
        if not contestant.sizes[0] <= cells <= contestant.sizes[1]:
            continue
        try:
            entry = prepare(process, job, steps, expected, chosen)
        except Unsuited:
            continue
        except Gone as why:
            say(f"  {contestant.name}: {why}")
            absent[f"{contestant.name}: {job['precision']} {title(job)}, {cells} cells"] = str(why)
            if process.process.poll() is not None:
                processes.remove(process)
            continue
        ready.append((process, entry))
    results = []
    for round_ in range(chosen.repeats):
        turn = round_ % max(1, len(ready))
        for process, entry in ready[turn:] + ready[:turn]:
            try:
                answer = run(process, entry["steps"])
            except Gone as why:
                say(f"  {process.contestant.name}: {why}")
                continue
            rate = cells * entry["steps"] / answer["seconds"]
            results.append(dict(job, **entry, round=round_, seconds=answer["seconds"], cell_steps_per_s=rate))
    for process, entry in ready:
        rates = [r["cell_steps_per_s"] for r in results if r["contestant"] == process.contestant.name]
        if rates:
            differ = entry["cells_that_differ"]
            say(f"  {process.contestant.name:<34} {statistics.median(rates):.3g}/s, {differ} cells differ")
    return results


def run(process, steps, path=None):
    answer = process.ask(op="run", steps=steps, counts=path)
    if "seconds" not in answer:
        raise Gone(str(answer.get("failed") or answer))
    return answer


def counts(process, job, steps):
    """Spike counts of all cells after `steps`, for `job`, which is prepared here."""
    answer = process.ask(op="prepare", threads=process.contestant.threads, **job)
    if "unsupported" in answer:
        raise Unsuited(answer["unsupported"])
    if "seconds" not in answer:
        raise Gone(str(answer.get("failed") or answer))
    path = CACHE / "counts.bin"
    first = run(process, steps, str(path))
    process.prepared = answer["seconds"] + first.get("compile", 0)
    found = array.array("I")
    found.frombytes(path.read_bytes())
    return found


def prepare(process, job, steps, expected, chosen):
    """Prepares the job, compares the counts, and finds how many steps take about the time wanted."""
    found = counts(process, job, steps)
    if len(found) != job["cells"]:
        raise Gone(f"{len(found)} counts for {job['cells']} cells")
    differ = sum(a != b for a, b in zip(found, expected)) if expected else ""
    entry = dict(
        contestant=process.contestant.name,
        threads=process.contestant.threads,
        scheme=process.contestant.own_scheme,
        prepare_s=process.prepared,
        checked_steps=steps,
        spikes=sum(found),
        cells_that_differ=differ,
    )
    n = max(10, min(steps, 2_000_000 // job["cells"]))
    fixed = run(process, n)["seconds"]  # what a run takes whatever its steps, at most
    seconds = 0.0
    while seconds < chosen.seconds / 4 and n < 100_000_000:
        n *= max(2, min(10, int(chosen.seconds / 2 / max(seconds, 1e-6))))
        seconds = run(process, n)["seconds"] - fixed
    n = int(n * chosen.seconds / seconds)
    unit = 10 ** max(0, len(str(n)) - 2)
    entry["steps"] = max(10, n // unit * unit)
    return entry


def say(text):
    print(text, file=sys.stderr, flush=True)


def title(job):
    return f"{SHORT[job['model']]} {SHORT.get(job['method'], job['method'])}"


def machine():
    model = platform.processor()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith(("model name", "CPU part")):
            model = line.split(":", 1)[1].strip()
            break
    load = ", ".join(f"{x:.2f}" for x in os.getloadavg())
    return (
        f"{model}; {len(CPUS)} CPUs used; {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') >> 30} GiB; "
        f"{platform.system()} {platform.release()}; load average {load}; {time.strftime('%Y-%m-%d')}"
    )


def write_csv(path, results, processes, absent):
    names = (
        "model method precision cells dt i_from i_to contestant scheme threads round steps seconds cell_steps_per_s "
        "prepare_s checked_steps spikes cells_that_differ"
    ).split()
    with open(path, "w", newline="") as f:
        f.write(f"# machine: {machine()}\n")
        for p in processes:
            f.write(f"# {p.contestant.name}: {p.about['version']}; {p.about['flags']}\n")
        for name, why in absent.items():
            f.write(f"# left out: {name}: {why}\n")
        table = csv.DictWriter(f, names, lineterminator="\n")
        table.writeheader()
        table.writerows(results)


def write_tables(path, results, processes, absent):
    lines = [
        "Cell-steps per second, median of all rounds; contestants took turns in one run, on the same cells, keeping "
        "the spike count alone. A mark \\* says how many cells counted other spikes than the f64 reference.",
        "",
        machine(),
        "",
    ]
    for precision in ("f32", "f64"):
        here = [r for r in results if r["precision"] == precision]
        columns = list(dict.fromkeys((title(r), r["cells"]) for r in here))
        if not columns:
            continue
        lines += [f"### {precision}", ""]
        lines += ["| | " + " | ".join(f"{name}, {cells:,}" for name, cells in columns) + " | ready after |"]
        lines += ["|---" * (len(columns) + 2) + "|"]
        medians = {}
        for r in here:
            medians.setdefault((r["contestant"], title(r), r["cells"]), []).append(r)
        for contestant in dict.fromkeys(r["contestant"] for r in here):
            mine = [r for r in here if r["contestant"] == contestant]
            scheme = f" ({mine[0]['scheme']})" if mine[0]["scheme"] else ""
            row = [contestant + scheme]
            for column in columns:
                found = medians.get((contestant, *column))
                row.append(number(found) if found else "")
            slowest = max(r["prepare_s"] for r in mine)
            lines += ["| " + " | ".join(row + [f"{slowest:.1f} s" if slowest >= 0.05 else "0 s"]) + " |"]
        lines += [""]
    lines += [f"- {p.contestant.name}: {p.about['version']}; {p.about['flags']}" for p in processes]
    lines += [f"- Left out: {name}: {why}" for name, why in absent.items()]
    path.write_text("\n".join(lines) + "\n")


def number(found):
    rate = statistics.median(r["cell_steps_per_s"] for r in found)
    differ = found[0]["cells_that_differ"]
    return f"{rate:.2e}".replace("e+0", "e").replace("e+", "e") + (f" \\*{differ}" if differ else "")


if __name__ == "__main__":
    main()
