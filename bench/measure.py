"""How a program is measured: CPU, wall time and peak memory by bench_spawn, warm or cold, in turns."""
import os
import statistics
import subprocess


class Wrong(Exception):
    """Something that makes a run worthless: a program failed, or two answers differ."""


class Taken:
    """What the runs of one program cost; times in seconds."""

    def __init__(self):
        self.cpus, self.walls, self.peaks = [], [], []

    def add(self, runs):
        self.cpus.append(statistics.median(r[0] for r in runs))
        self.walls.append(statistics.median(r[1] for r in runs))
        self.peaks.append(max(r[2] for r in runs))

    @property
    def cpu(self):
        return statistics.median(self.cpus)

    @property
    def wall(self):
        return statistics.median(self.walls)

    @property
    def peak(self):
        return max(self.peaks)


class Call:
    """A command, the files that it reads, and a function that reads its answer from its output."""

    def __init__(self, argv, files, answer, out=None):
        self.argv, self.files, self.answer, self.out = argv, files, answer, out


def must(*argv, **more):
    done = subprocess.run(argv, stdout=more.pop("stdout", subprocess.DEVNULL), stderr=subprocess.PIPE, **more)
    if done.returncode != 0:
        raise Wrong(f"{' '.join(map(str, argv))}: exit {done.returncode}: {done.stderr.decode()[-300:]}")
    return done


def output_of(*argv):
    return must(*argv, stdout=subprocess.PIPE).stdout.decode()


def files_below(path):
    if os.path.isfile(path):
        return [path]
    return [os.path.join(folder, f) for folder, _, names in os.walk(path) for f in names]


def size_of(*paths):
    return sum(os.path.getsize(f) for p in paths for f in files_below(p))


def drop(paths):
    """Gives up the cached pages of files; needs no privileges."""
    for path in (f for p in paths for f in files_below(p)):
        fd = os.open(path, os.O_RDONLY)
        os.fsync(fd)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(fd)


class Spawner:
    def __init__(self, build):
        self.program = os.path.join(build, "bench/bench_spawn")

    def runs(self, call, n, out):
        """n runs in a row: (CPU s, wall s, MB) of each. The last one's output is in out."""
        text = output_of(self.program, str(n), out, *call.argv)
        rows = (line.split() for line in text.splitlines())
        return [(float(r[0]) / 1e6, float(r[1]) / 1e6, float(r[2]) / 1024) for r in rows]

    def in_turns(self, calls, rounds, is_cold, folder):
        """calls: program -> Call. Returns program -> Taken. Short programs run many times a round."""
        taken = {p: Taken() for p in calls}
        first = {}
        for program, call in calls.items():
            first[program] = self.runs(call, 1, out_of(call, program, folder))[0][0]
        for _ in range(rounds):
            for program, call in calls.items():
                if first[program] > 1.0 and len(taken[program].cpus) > 0:
                    continue  # long enough to be measured once
                n = 1 if is_cold else max(1, min(20, int(0.1 / first[program])))
                if is_cold:
                    drop(call.files)
                taken[program].add(self.runs(call, n, out_of(call, program, folder)))
        return taken


def out_of(call, program, folder):
    return call.out or os.path.join(folder, "out." + program)


def compared(name, calls):
    """The answer that all programs gave; Wrong if they differ."""
    found = {p: call.answer() for p, call in calls.items() if call.answer is not None}
    program, want = next(iter(found.items()))
    for other, got in found.items():
        if got != want:
            raise Wrong(f"{name}: {other} finds {str(got)[:300]}, {program} {str(want)[:300]}")
    return want


def time_text(seconds):
    if seconds is None:
        return ""
    if seconds < 1e-3:
        return f"{seconds * 1e6:.2f} us" if seconds < 1e-5 else f"{seconds * 1e6:.1f} us"
    if seconds < 1:
        return f"{seconds * 1e3:.2f} ms" if seconds < 0.01 else f"{seconds * 1e3:.1f} ms"
    return f"{seconds:.2f} s"


class Table:
    """The lines of a run, printed as they come and kept."""

    HEAD = ("line", "yardstick", "yardstick's", "skerry", "ratio", "reach", "reached")

    def __init__(self):
        self.lines = []
        self.say("| " + " | ".join(self.HEAD) + " |")
        self.say("|" + "---|" * len(self.HEAD))

    def say(self, text):
        self.lines.append(text)
        print(text, flush=True)

    def row(self, line, yardstick, its, ours, ratio, reach="", is_reached=None):
        word = "" if is_reached is None else "yes" if is_reached else "NO"
        self.say(f"| {line} | {yardstick} | {its} | {ours} | {ratio} | {reach} | {word} |")
