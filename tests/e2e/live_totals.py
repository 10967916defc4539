#!/usr/bin/env python3
"""What a generation keeps of who lives counts as the masks of the living do, and as a store without the dead.

Drawn stores in which people are replaced contig by contig and withdrawn. Many questions are asked of one engine (skerry
batch), so that all but the first of a tile find its totals of the living kept; each is compared with a process of its
own, which keeps nothing, and with a compacted copy, in which nobody is dead. The seed is printed; SKERRY_SEED brings it
back."""
import os
import random
import sys
import time

import compact
import harness


def questions(rng, world):
    """Of every form that looks at totals: ac, af, copies, filter, regions, single alleles, and the sex beside them."""
    spans = {c: (at, at + compact.N_BASES) for c, at in compact.CONTIGS.items()}
    asked = []
    for contig, (first, last) in spans.items():
        region = f"region={contig}:{first}-{last}"
        half = f"region={contig}:{first}-{(first + last) // 2}"
        for number in ("af<0.1", "af>=0.1", "ac=1", "ac>1", "af<0.3 and type=SNP", "filter=PASS and af<0.5"):
            asked += [f"carries({region} and {number})", f"not carries({half} and {number})"]
        asked += [f"biallelic({region} and af<0.5)", f"carries({half})", f"carries({region} and ac<3) and sex=male"]
        for at, ref, alts in rng.sample(world.sites[contig], min(4, len(world.sites[contig]))):
            asked += [f"carries(variant={contig}-{at + first + 1}-{ref}-{alt})" for alt in alts if not alt.startswith("<")]
    rng.shuffle(asked)
    return asked


def told(s, store, path):
    """The answer of each row, but for what a row says of itself."""
    done = s.run("batch", "-d", store, path)
    lines = [line.split("\t") for line in done.out.splitlines()]
    if done.code not in (0, 1) or not lines:
        return [f"exit {done.code}: {done.said()}"]
    at = lines[0].index("count")
    return [line[at] for line in lines[1:]]


def drawn(s, seed):
    rng = random.Random(seed)
    world = compact.World(rng)
    store = compact.Store(s, rng, f"live{seed}")
    people, codes = [], []
    for _ in range(rng.choice((3, 6, 12))):
        codes.append(compact.deliver(store, world, people))
    if not os.path.exists(store.path) or any(isinstance(c, str) for c in codes):
        s.check(f"live {seed}: delivered", [], [c for c in codes if isinstance(c, str)])
        return
    if len(people) > 1:
        gone = rng.sample(people, rng.choice((1, 1, len(people) // 2)) or 1)
        s.run("withdraw", "-q", "-d", store.path, *[w for one in gone for w in ("--individual", one)])
    asked = questions(rng, world)
    path = s.write(f"live{seed}/asked.tsv", "id\tquery\n" + "".join(f"q{i}\t{q}\n" for i, q in enumerate(asked * 2)))
    kept = told(s, store.path, path)
    alone = []
    for q in asked:
        done = s.run("count", "-d", store.path, q)
        alone.append(done.out.split()[0] if done.code == 0 else "")
    copy = s.path(f"live{seed}-compacted")
    s.run("copy", "-d", store.path, copy)
    done = s.run("compact", "-q", "-d", copy, "--all")
    wrong = [(q, a, b) for q, a, b in zip(asked * 2, alone * 2, kept) if a != b]
    s.check(f"live {seed}: {len(kept)} kept answers as of processes alone", (len(asked) * 2, []), (len(kept), wrong[:3]))
    without = told(s, copy, path)
    wrong = [(q, a, b) for q, a, b in zip(asked * 2, without, kept) if a != b and "filter=" not in q]
    s.check(f"live {seed}: and as of a store without the dead", (0, []), (done.code, wrong[:3]), done.err)


def main():
    s = harness.Suite()
    seed = int(os.environ.get("SKERRY_SEED") or time.time())
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(f"# SKERRY_SEED={seed}", flush=True)
    for i in range(n):
        drawn(s, seed + i)
    return s.close()


if __name__ == "__main__":
    sys.exit(main())
