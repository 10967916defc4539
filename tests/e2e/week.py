#!/usr/bin/env python3
"""A node's week, drawn: deliveries, replacements, people, withdrawals, compactions, datasets hidden and shown, copies
and restores, writers that are killed or asked beside, a server that takes up each generation. A naive model
(week_model.py) goes beside it, and every number of every answer is compared with it.

SKERRY_WEEK=N is the number of actions, SKERRY_SEED brings a drawn week back (but for the moments of kills), and
SKERRY_KEEP=FOLDER keeps the files and the store of a week with a wrong answer. A number on the command line: so many
answers at least, however many weeks that takes; a second one: the week to begin with."""
import collections
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import beacon_http
import harness
import week_asked
import week_drawn
import week_model

DATASETS = ("a", "b")
N_ACTIONS = 60          # of one week
N_SAMPLES_MAX = 45      # of a dataset; then none is new
ASSEMBLY = ("--assembly", "GRCh38")


class Action:
    """One command that writes: its words, what holds after it, and what it says."""

    def __init__(self, kind, words, after, code=0, said=None):
        self.kind, self.words, self.after, self.code, self.said = kind, words, after, code, said or {}


class Week:
    def __init__(self, suite, seed, number, tally):
        self.suite, self.seed, self.number, self.tally = suite, seed, number, tally
        self.rng = random.Random(f"{seed}/{number}")
        self.world = week_drawn.World(self.rng)
        self.store = suite.path(f"week{number}", "store")
        self.obo, self.below = week_drawn.ontology()
        self.state = week_model.State()
        self.whose = {}      # (dataset, sample): (individual, karyotype), once and for all
        self.deliveries = {}  # number: (dataset, words)
        self.copies = []     # (folder, state)
        self.step, self.serial, self.server, self.connection = 0, 0, None, None
        self.seconds = collections.defaultdict(lambda: 0.1)
        self.history, self.wrong = [], []
        self.can_compact = "compact" not in tally["missing"]

    # -------------------------------------------------------------- comparing

    def compare(self, what, expected, got):
        self.tally["answers"] += 1
        if expected != got:
            self.tally["wrong"] += 1
            self.wrong.append(f"week {self.number}, step {self.step}: {what}: {got}, not {expected}")
        return expected == got

    def view(self, state=None):
        return week_model.View(state or self.state, self.below)

    # -------------------------------------------------------------- drawing actions

    def file(self, name, text):
        return self.suite.write(f"week{self.number}/{name}", text)

    def imported(self, rng, delivery, dataset, kind, *more):
        """The action of an import of a drawn delivery."""
        paths = [self.file(f"{delivery.serial}.{i}.vcf", text) for i, text in enumerate(delivery.texts)]
        words = ["import", "-d", self.store, "--dataset", dataset, *ASSEMBLY, "--shared-people", "--json", "--samples",
                 self.file(f"{delivery.serial}.tsv", delivery.sheet()), *delivery.words, *more, *paths]
        after = self.state.copy()
        status, n_out, n_there = after.deliver(dataset, delivery.serial, delivery.brought, "--replace" in more,
                                               "--readmit" in more)
        if status == "ok" and n_out == 0:
            self.deliveries[delivery.serial] = (dataset, words)
            after.single |= {delivery.serial} if len(paths) == 1 else set()
        counters = {"withdrawn": n_out, "replaced": n_there} if status == "ok" else {}
        return Action(kind, words, after if status == "ok" else self.state, 0 if status == "ok" else 2,
                      {"status": status, **counters})

    def newcomers(self, rng, dataset, n):
        """Names of samples that never came, and now and then one who has withdrawn."""
        names = []
        for _ in range(n):
            gone = sorted(name for what, name in self.state.gone[dataset] if what == "sample")
            number = sum(d == dataset for d, _ in self.whose)
            name = rng.choice(gone) if gone and rng.random() < 0.25 else f"s{number}."
            # long enough to be found in a file, were it left there
            name += random.Random(name).randbytes(12).hex() if name.endswith(".") else ""
            if name not in names:
                names.append(name)
            if (dataset, name) not in self.whose:  # every fifth is in both datasets, others have a name of their own
                individual = ("p" + name, dataset + name, dataset + name, name + dataset, name + dataset)[number % 5]
                karyotype = random.Random(f"{self.seed}/{individual}").choice(week_drawn.KARYOTYPES)
                self.whose[dataset, name] = individual, karyotype
        return names

    def delivery(self, rng, dataset):
        self.serial += 1
        whose = {name: of for (d, name), of in self.whose.items() if d == dataset}
        return week_drawn.Delivery(self.world, rng, self.serial, whose)

    def draw_new(self, rng, dataset):
        names = self.newcomers(rng, dataset, rng.choice((1, 1, 2, 3, 5)))
        delivery = self.delivery(rng, dataset)
        contigs = list(week_drawn.CONTIGS) if rng.random() < 0.6 else rng.sample(list(week_drawn.CONTIGS), 2)
        form = rng.choice(("joint", "joint", "blocks", "singles"))
        silence = form != "blocks" and rng.random() < 0.3
        if form == "joint":
            delivery.joint(names, contigs, rng.choice((1, 0.6)), silence)
        for name in names if form != "joint" else ():
            if form == "blocks":
                delivery.blocks(name, contigs)
            else:
                delivery.joint([name], contigs, 0.4, silence)
        more = ("--readmit",) if self.state.gone[dataset] and rng.random() < 0.4 else ()
        return self.imported(rng, delivery, dataset, f"new {form}", *more)

    def draw_known(self, rng, dataset, *more):
        """Files of samples that are there: further contigs, or others in the place of those that there are."""
        names = rng.sample(sorted(self.state.samples[dataset]), min(rng.choice((1, 1, 2, 4)), len(self.state.samples[dataset])))
        delivery = self.delivery(rng, dataset)
        free = set(week_drawn.CONTIGS) - set().union(*(self.state.samples[dataset][n].parts for n in names))
        if more or not free:
            contigs = rng.sample(list(week_drawn.CONTIGS), rng.choice((1, 1, 2, 4)))
        else:
            contigs = sorted(free)
        if rng.random() < 0.3:
            for name in names:
                delivery.blocks(name, contigs)
        else:
            delivery.joint(names, contigs, rng.choice((1, 0.5)), rng.random() < 0.2)
        return self.imported(rng, delivery, dataset, "replace" if more else "further", *more)

    def draw_again(self, rng):
        """A delivery that is whole, once more."""
        whole = [s for s in self.state.files if s in self.deliveries and self.state.is_whole(s)]
        if not whole:
            return None
        words = [w for w in self.deliveries[rng.choice(whole)][1] if w not in ("--replace", "--readmit")]
        return Action("again", words, self.state, 0, {"status": "noop"})

    def draw_people(self, rng, dataset):
        known = sorted(self.state.people(dataset) | {one for what, one in self.state.gone[dataset] if what == "individual"})
        chosen = rng.sample(known, min(len(known), rng.choice((1, 3, 8))))
        chosen += [f"{dataset}ghost{self.step}."] if rng.random() < 0.3 or not chosen else []
        text, says = week_drawn.drawn_people(rng, chosen)
        more = [w for w in ("--replace", "--readmit") if rng.random() < 0.2 and (w != "--readmit" or self.state.gone[dataset])]
        after = self.state.copy()
        n_out = after.tell(dataset, says, "--replace" in more, "--readmit" in more)
        is_taken = n_out is not None
        words = ["people", "-d", self.store, "--dataset", dataset, "--shared-people", "--json", *more, self.file(f"p{self.step}.tsv", text)]
        return Action("people", words, after if is_taken else self.state, 0 if is_taken else 2, is_taken and {"withdrawn": n_out})

    def draw_withdraw(self, rng, dataset):
        known = sorted(self.state.people(dataset))
        chosen = rng.sample(known, min(len(known), rng.choice((1, 1, 2, 4))))
        chosen += ["nobody"] if rng.random() < 0.1 else []
        in_datasets = [dataset] if rng.random() < 0.5 else self.state.datasets()
        after = self.state.copy()
        is_done = after.withdraw(chosen, in_datasets)
        words = ["withdraw", "-d", self.store, "--json"]
        words += ["--dataset", dataset] if in_datasets == [dataset] else []
        words += [w for one in chosen for w in ("--individual", one)]
        return Action("withdraw", words, after if is_done else self.state, 0 if is_done else 2)

    def draw_dataset(self, rng):
        """Hidden, or shown again; one is always there."""
        after = self.state.copy()
        if self.state.hidden:
            dataset, after.hidden, word = min(self.state.hidden), frozenset(), "--show"
        elif len(self.state.datasets()) > 1:
            dataset, word = rng.choice(self.state.datasets()), "--hide"
            after.hidden = frozenset([dataset])
        else:
            return None
        return Action("dataset", ["dataset", "-d", self.store, word, dataset], after)

    def draw_closed(self):
        """A dataset that is withdrawn as a whole; one is always there."""
        if self.state.hidden or len(self.state.datasets()) < 2:
            return None
        after, dataset = self.state.copy(), self.rng.choice(self.state.datasets())
        after.close(dataset)
        return Action("dataset withdrawn", ["dataset", "-d", self.store, "--withdraw", dataset], after)

    def draw(self, rng):
        dataset = rng.choice(DATASETS)
        n = len(self.state.samples[dataset])
        kinds = {"people": 2, "again": 1, "compact": 2, "dataset": 1, "closed": 0.2, "copy": 1, "restore": 0.7 if self.copies else 0}
        kinds["new"] = 4 if n < N_SAMPLES_MAX else 0
        kinds.update({"further": 2, "refused": 0.7, "replace": 3} if n else {})
        kinds["withdraw"] = 2.5 if self.state.people(dataset) else 0
        kind = rng.choices(list(kinds), list(kinds.values()))[0]
        if kind in ("new", "people", "withdraw"):
            return {"new": self.draw_new, "people": self.draw_people, "withdraw": self.draw_withdraw}[kind](rng, dataset)
        if kind in ("further", "refused", "replace"):
            return self.draw_known(rng, dataset, *(("--replace",) if kind == "replace" else ()))
        if kind == "compact":
            return Action("compact", ["compact", "-d", self.store] + (["--all"] if rng.random() < 0.5 else []), self.state)
        if kind == "closed":
            return self.draw_closed()
        return {"again": self.draw_again, "dataset": self.draw_dataset}[kind](rng) if kind in ("again", "dataset") else kind

    # -------------------------------------------------------------- doing them

    def generation(self):
        done = self.suite.run("info", "-d", self.store, "--json")
        return done.objects()[-1]["generation"] if done.code == 0 else f"exit {done.code}: {done.said()}"

    def do(self, rng, action):
        """Does an action to its end, kills it on the way, asks while it runs, or lets a compaction or a copy run too."""
        command = action.words[0]
        if command in self.tally["missing"]:
            self.tally["skipped " + command] += 1
            return
        way = rng.random() if self.state.datasets() else 1
        self.history.append(" ".join(action.words))
        if way < 0.25:
            self.do_killed(rng, action)
        elif way < 0.4:
            self.do_beside(rng, action)
        elif way < 0.5:
            self.do_copied(rng, action)
        elif way < (0.85 if action.kind in ("replace", "withdraw") else 0.55) and command != "compact" and self.can_compact:
            self.do_overtaking(rng, action)
        else:
            self.judge(action, self.suite.run(*action.words))
        self.tally["did " + action.kind] += 1

    def judge(self, action, done):
        """What a command said of itself, and what holds now."""
        self.compare(f"{action.kind} exits", action.code, done.code) or self.wrong.append(done.said())
        said = done.objects()[-1] if action.said and done.out.strip() else {}
        for name, expected in action.said.items():
            got = said.get(name) if name in ("status",) or action.kind == "people" else said.get("counters", {}).get(name, 0)
            self.compare(f"{action.kind}: {name}", expected, got or (0 if expected == 0 else got))
        self.state = action.after
        if action.kind == "compact":
            self.look_for_those_who_left()

    def look_for_those_who_left(self):
        """After a compaction no file of the store has a name or an id of theirs, once the server has let go of what it
        read: it takes up the generation, and the next compaction removes the files."""
        left = self.state.left()
        if left and self.server is not None:
            self.serve()
            self.compare("compact once more exits", 0, self.suite.run("compact", "-d", self.store).code)
        for name in sorted(os.listdir(self.store)) if left else ():
            with open(os.path.join(self.store, name), "rb") as fh:
                data = fh.read()
            self.compare(f"{name} after a compaction", [], sorted(one for one in left if one.encode() in data))

    def started(self, action):
        return subprocess.Popen([self.suite.program, *action.words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def ended(self, action, running):
        out, err = running.communicate(timeout=300)
        return harness.Done(action.words, running.returncode, out.decode(), err.decode("utf-8", "replace"))

    def do_killed(self, rng, action):
        """SIGKILL at a moment: what was before holds, or what is after; which, the generation says."""
        before, start = self.generation(), time.monotonic()
        running = self.started(action)
        try:
            running.wait(rng.uniform(0, 1.2) * self.seconds[action.kind])
        except subprocess.TimeoutExpired:
            running.kill()
        done = self.ended(action, running)
        if done.code != -signal.SIGKILL:
            self.seconds[action.kind] = time.monotonic() - start
            return self.judge(action, done)
        self.tally["killed"] += 1
        now = self.generation()
        self.history[-1] += f"   # killed, generation {before} -> {now}"
        if now != before:
            self.state = action.after
        elif rng.random() < 0.5:
            return self.judge(action, self.suite.run(*action.words))
        return None

    def do_beside(self, rng, action):
        """Questions while a writer is at work: each answer is whole of before or of after, and none goes back."""
        contig = rng.choice(list(week_drawn.CONTIGS))
        wanted = [self.rows_wanted(self.view(state), contig) for state in (self.state, action.after)]
        at, start, running = 0, time.monotonic(), self.started(action)
        while True:
            is_over = running.poll() is not None
            got = self.rows_told(contig)
            got = [self.settled(one, got) if isinstance(got, dict) else got for one in wanted]
            if got[at] != wanted[at] and got[1] == wanted[1]:
                at = 1
            self.tally["answers"] += len(wanted[at]) - 1
            if not self.compare(f"rows of {contig} beside {action.kind}", wanted[at], got[at]) or is_over:
                break
        done = self.ended(action, running)
        self.seconds[action.kind] = time.monotonic() - start
        self.tally["asked beside"] += 1
        self.judge(action, done)

    def do_overtaking(self, rng, action):
        """A compaction that is overtaken by a writer, or overtakes it."""
        compaction = self.started(Action("compact", ["compact", "-d", self.store, "--all", "--wait", "60"], None))
        is_held = rng.random() < 0.8  # where it merges, if it does
        while is_held and compaction.poll() is None:
            if any(name.endswith(".part") for name in os.listdir(self.store)):
                compaction.send_signal(signal.SIGSTOP)
                self.tally["held compactions"] += 1
                break
        running = self.started(Action(action.kind, [*action.words, "--wait", "60"], None))
        try:
            running.wait(5)  # unless it waits for the other
        except subprocess.TimeoutExpired:
            pass
        compaction.send_signal(signal.SIGCONT)
        done = self.ended(action, running)
        ended = self.ended(action, compaction)
        self.history[-1] += f"   # beside compact --all --wait 60, which exits {ended.code} {ended.said()}"
        self.compare("a compaction beside a writer exits", 0, ended.code)
        self.tally["overtaken compactions"] += 1
        self.judge(action, done)

    def do_copied(self, rng, action):
        """A copy that is made while a writer runs is of before or of after: its generation says which."""
        before, old = self.generation(), self.state
        running = self.started(action)
        time.sleep(rng.uniform(0, 1) * self.seconds[action.kind])
        to = self.suite.path(f"week{self.number}", f"copy{self.step}")
        copied = self.suite.run("copy", "-d", self.store, "--json", to)
        self.judge(action, self.ended(action, running))
        self.history[-1] += f"   # copied meanwhile: {copied.out.strip() or copied.said()}"
        if self.compare("a copy beside a writer exits", 0, copied.code):
            is_old = copied.objects()[-1]["generation"] == before
            self.copies = (self.copies + [(to, old if is_old else self.state)])[-2:]
            self.tally["copied beside"] += 1

    def do_copy(self, rng):
        to = self.suite.path(f"week{self.number}", f"copy{self.step}")
        done = self.suite.run("copy", "-d", self.store, to)
        self.history.append(f"copy {to}")
        self.compare("copy exits", 0, done.code)
        self.copies = (self.copies + [(to, self.state)])[-2:]
        self.ask_rows(rng, store=to)
        self.tally["did copy"] += 1

    def do_restore(self, rng):
        """The store is lost, and a copy takes its place."""
        at = rng.randrange(len(self.copies))
        folder, state = self.copies[at]
        shutil.rmtree(self.store)
        shutil.copytree(folder, self.store)
        self.history.append(f"restore {folder}")
        self.state = state
        self.tally["did restore"] += 1

    # -------------------------------------------------------------- asking

    def rows_wanted(self, view, contig):
        return {week_asked.name_of(k): view.row(k) for k in view.named if k[0] == contig}

    def rows_told(self, contig, store=None, *more):
        done = self.suite.run("alleles", "-d", store or self.store, "--json", "-q", *more, f"region={contig}")
        if done.code != 0:
            return {} if "contig" in done.said() else f"exit {done.code}: {done.said()}"
        return {r["variant"]: {n: r[n] for n in week_model.NUMBERS} for r in done.objects()}

    def compare_rows(self, what, wanted, told):
        if not isinstance(told, dict):
            self.compare(what, sorted(wanted), told)
            return
        told = self.settled(wanted, told)
        for name in sorted(set(wanted) | set(told)):
            self.compare(f"{what} {name}", wanted.get(name, "no row"), told.get(name, "no row"))

    @staticmethod
    def settled(wanted, told):
        """What was told, without the numbers that the model leaves open."""
        return {name: {k: None if wanted.get(name, row)[k] is None else n for k, n in row.items()} for name, row in told.items()}

    def ask_rows(self, rng, store=None):
        """Every row of every contig; in a cohort, rows that nobody of it carries may be missing."""
        view = self.view()
        for contig in week_drawn.CONTIGS:
            self.compare_rows(f"alleles {contig}", self.rows_wanted(view, contig), self.rows_told(contig, store))
        asker = week_asked.Asker(rng, self.world, view)
        if not asker.contigs:
            return
        text, who = asker.people()
        contig = rng.choice(asker.contigs)
        wanted = {week_asked.name_of(k): view.row(k, who) for k in view.named if k[0] == contig}
        told = self.rows_told(contig, store, "--in", text)
        for name in [n for n, row in wanted.items() if row["ac"] == 0 and isinstance(told, dict) and n not in told]:
            del wanted[name]
        self.compare_rows(f"alleles --in '{text}'", wanted, told)

    def ask_names(self, rng, view, asker):
        """Alleles by name, most of which nobody has."""
        keys = sorted({asker.key() for _ in range(30)})
        done = self.suite.run("alleles", "-d", self.store, "--json", "-q", " or ".join("variant=" + week_asked.name_of(k) for k in keys))
        told = {r["variant"]: {n: r[n] for n in week_model.NUMBERS} for r in done.objects()} if done.code == 0 else done.said()
        self.compare_rows("variant", {week_asked.name_of(k): view.row(k) for k in keys}, told)

    def ask_an(self, rng, view, asker):
        for contig in asker.contigs:
            start0 = week_drawn.CONTIGS[contig] - 5
            dataset = rng.choice(view.datasets) if rng.random() < 0.4 else None
            words = ["an", "-d", self.store, "--json", "-q", "--region", f"{contig}:{start0 + 1}-{start0 + 190}"]
            done = self.suite.run(*words, *(["--dataset", dataset] if dataset else []))
            if not self.compare(f"an {contig} exits", 0, done.code):
                continue
            for one in done.objects():
                told = one["an"], one["people"], one["expected"]
                wanted = {view.an_at(contig, base, [dataset] if dataset else view.datasets)
                          for base in range(one["start1"] - 1, one["end1"])}
                self.compare(f"an {contig}:{one['start1']}-{one['end1']} {dataset}", wanted, {told})

    def ask_counts(self, view, asker, n):
        for _ in range(n):
            text, who = asker.people()
            done = self.suite.run("count", "-d", self.store, "--json", "-q", text)
            if done.code != 0:
                self.compare(f"count '{text}'", "a count", f"exit {done.code}: {done.said()}")
                continue
            one = done.objects()[-1]
            self.compare(f"count '{text}'", {d: len(p) for d, p in who.items()}, {d["id"]: d["count"] for d in one["datasets"]})
            self.compare(f"count '{text}' in all", len(set().union(*who.values())), one["count"])

    def ask_info(self, view):
        done = self.suite.run("info", "-d", self.store, "--json")
        told = {d["id"]: (d["people"], d["genomes"]) for d in done.objects()[-1]["datasets"]} if done.code == 0 else done.said()
        self.compare("info", {d: (len(view.state.people(d)), len(view.state.samples[d])) for d in view.datasets}, told)

    # -------------------------------------------------------------- the server

    def serve(self):
        if self.server is None:
            policy = self.file("exact.conf", "counts = exact\n")
            self.server = beacon_http.Server(self.suite, self.store, "--policy", policy)
            self.reloads = 0
        else:
            self.reloads += 1
            self.server.process.send_signal(signal.SIGHUP)
            until = time.monotonic() + 60
            while self.server.said().count("reloaded, generation") < self.reloads and time.monotonic() < until:
                time.sleep(0.01)
        self.compare("the server has the generation", True, f"generation {self.generation()}" in self.server.said() or self.reloads == 0)

    def request(self, path, body):
        for is_again in (False, True):
            try:
                self.connection = self.connection or http.client.HTTPConnection(self.server.address, timeout=60)
                self.connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
                answer = self.connection.getresponse()
                return answer.status, json.loads(answer.read())
            except (OSError, http.client.HTTPException) as error:
                self.connection = None
                if is_again:
                    return 0, str(error)
        return None

    def ask_server(self, asker, n):
        for _ in range(n):
            path, body, numbers, total = asker.beacon()
            status, document = self.request(path, body)
            if status != 200:
                self.compare(f"{path} {json.dumps(body['query'])}", 200, (status, str(document)[:300]))
                continue
            told = {s["id"]: s.get("resultsCount") for s in document["response"]["resultSets"]}
            self.compare(f"{path} {json.dumps(body['query'])}", numbers, told)
            self.compare(f"{path} {json.dumps(body['query'])} in all", total, document["responseSummary"].get("numTotalResults"))

    # -------------------------------------------------------------- a week

    def ask(self, rng):
        view = self.view()
        asker = week_asked.Asker(rng, self.world, view)
        self.ask_rows(rng)
        self.ask_info(view)
        if asker.contigs:
            self.ask_names(rng, view, asker)
            self.ask_an(rng, view, asker)
        self.ask_counts(view, asker, 5)
        self.serve()
        self.ask_server(asker, 20)
        if rng.random() < 0.3:
            done = self.suite.run("verify", "-d", self.store, *(["--quick"] if rng.random() < 0.5 else []))
            self.compare("verify", (0, ""), (done.code, done.said()))

    def live(self, n_actions):
        done = self.suite.run("ontology", "-d", self.store, self.file("hp.obo", self.obo))
        self.compare("ontology exits", 0, done.code)
        while self.step < n_actions and not self.wrong:
            self.step += 1
            rng = random.Random(f"{self.seed}/{self.number}/{self.step}")
            action = self.draw(rng) if self.state.datasets() else self.draw_new(rng, "a")
            if isinstance(action, str):
                {"copy": self.do_copy, "restore": self.do_restore}[action](rng)
            elif action:
                self.do(rng, action)
            self.tally["actions"] += 1
            if self.state.datasets() and not self.wrong:
                self.ask(rng)
        if self.server:
            self.server.stop()
        if self.wrong and "SKERRY_KEEP" in os.environ:
            shutil.copytree(self.suite.path(f"week{self.number}"), os.environ["SKERRY_KEEP"], dirs_exist_ok=True)
        shutil.rmtree(self.suite.path(f"week{self.number}"), ignore_errors=True)
        return self.wrong


def missing(suite):
    """Commands that this program does not have yet."""
    return {c for c in ("withdraw", "compact", "dataset")
            if any(w in suite.run(c, "-d", suite.path("none")).said() for w in ("not there yet", "unknown command"))}


def main():
    suite = harness.Suite()
    seed = os.environ.get("SKERRY_SEED") or str(time.time_ns() % 10 ** 9)
    n_actions = int(os.environ.get("SKERRY_WEEK", 8 if harness.IS_SANITIZED else 40))
    n_answers = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    print(f"# SKERRY_SEED={seed}", flush=True)
    tally = collections.Counter()
    tally["missing"] = missing(suite)
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    while tally["actions"] < n_actions or tally["answers"] < n_answers:
        left = n_actions - tally["actions"] if n_answers == 0 else N_ACTIONS
        week = Week(suite, seed, number, tally)
        wrong = week.live(min(N_ACTIONS, left))
        counts = ", ".join(f"{v} {k}" for k, v in sorted(tally.items()) if k != "missing")
        print(f"# week {number}: {counts}", flush=True)
        if not suite.check(f"week {number}: {week.step} actions", [], wrong[:5], "\n".join(week.history)):
            break
        number += 1
    suite.check(f"{tally['answers']} answers", (0, True), (tally["wrong"], tally["answers"] > 0))
    for command in sorted(tally["missing"]):
        suite.skip(command, f"not there yet: {tally['skipped ' + command]} actions left out")
    return suite.close()


if __name__ == "__main__":
    sys.exit(main())
