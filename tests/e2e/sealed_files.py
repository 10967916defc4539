#!/usr/bin/env python3
"""Files sealed with Crypt4GH give the store that the plain ones give, in every command that reads files; what is
damaged, moved, cut, repeated or for others is refused in one line, the store as before; no secret is told, and
nothing is fetched.

EGA-archive/crypt4gh#45: a header that opens, and blocks that do not. EGA-archive/crypt4gh#48: a key file with two
letters changed. EGA-archive/crypt4gh#29, #38: another key than the one the file was sealed for.
"""
import ctypes
import gzip
import io
import os
import random
import socket
import struct
import subprocess
import sys
import zipfile

import harness
import sealing
from packed_files import END, block as bgzf_block

HEAD = "##fileformat=VCFv4.2\n##contig=<ID=6>\n" \
       "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n" \
       "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tann\tbob\n"
SMALL = HEAD + "6\t1000\t.\tC\tG\t46\tPASS\t.\tGT\t0/1\t1/1\n6\t3000\t.\tTAC\tT\t50\tPASS\t.\tGT\t./.\t0/1\n"
WANTED = [[3, 4, 2], [1, 2, 1]]
PERSON = '{"id": "ann", "subject": {"id": "s", "sex": "FEMALE"}, "phenotypicFeatures": ' \
         '[{"type": {"id": "HP:0001250", "label": "Seizure"}}]}'
SHEET = "sample\tindividual\tsex\nann\tANN\tXX\nbob\tBOB\tXY\n"
TERMS = "format-version: 1.2\nontology: hp\n\n[Term]\nid: HP:0001250\nname: Seizure\n\n" \
        "[Term]\nid: HP:0020219\nname: Motor seizure\nis_a: HP:0001250\n"
GENES = '6\tx\tgene\t900\t4000\t.\t+\t.\tgene_id "G1"; gene_name "ABC1";\n'


def bgzf(text, rng=None):
    """Bgzipped, in blocks of odd lengths."""
    rng = rng or random.Random(5)
    out, at = b"", 0
    while at < len(text):
        n = rng.randrange(9000, 60000)
        out += bgzf_block(text[at:at + n])
        at += n
    return out + END


def large(rng):
    """A VCF that fills some twenty blocks when it is packed."""
    rows = (f"6\t{1000 + n}\t.\tC\tG\t46\tPASS\tX={rng.randbytes(60).hex()}\tGT\t0/1\t1/1\n" for n in range(20000))
    return (HEAD + "".join(rows)).encode()


class Node:
    """A suite with keys and a store."""

    def __init__(self):
        self.suite = harness.Suite()
        self.mine, self.other = sealing.Key(), sealing.Key()
        self.key = self.mine.save(self.suite.path("mine.sec"))
        self.other_key = self.other.save(self.suite.path("other.sec"))
        self.n = 0

    def import_(self, content, *more, keys=None, store=None, stdin=None, name="in.c4gh", **named):
        """The finished import, and the store."""
        self.n += 1
        store = store or self.suite.path(f"store{self.n}")
        path = "-" if stdin is not None else self.suite.write(f"files{self.n}/{name}", content)
        words = [w for k in ([self.key] if keys is None else keys) for w in ("--c4gh-key", k)]
        done = self.suite.run("import", "-q", "-d", store, "--dataset", "d", "--assembly", "GRCh37", *words, *more,
                              path, stdin=stdin, **named)
        return done, store

    def numbers(self, store):
        found = [self.suite.allele(store, name) for name in ("6-1000-C-G", "6-3000-TAC-T")]
        return [[r[k] for k in ("ac", "an", "carriers")] if isinstance(r, dict) else r for r in found]

    def takes(self, name, content, *more, **named):
        done, store = self.import_(content, *more, **named)
        self.suite.check(f"taken: {name}", WANTED, self.numbers(store) if done.code == 0 else done.said())

    def refuses(self, name, content, word, *more, **named):
        """In one line with a word in it, and without a store."""
        done, store = self.import_(content, *more, **named)
        lines = [s for s in done.err.splitlines() if s.strip()]
        faults = []
        if done.code != 2 or len(lines) != 1 or word not in lines[0]:
            faults.append(f"exit {done.code}, not one line with '{word}': {done.err[:500]}")
        if self.suite.run("count", "-d", store, "dataset=d").code == 0:
            faults.append("a store after a refusal")
        for secret in self.secrets():
            if secret in done.err + done.out:
                faults.append("a secret is told")
        self.suite.check(f"refused: {name}", [], faults)

    def secrets(self):
        return ["open sesame", self.mine.secret.hex(), self.other.secret.hex()]


def bcf(text):
    if not harness.have("bcftools"):
        return None
    return subprocess.run(["bcftools", "view", "-Ob", "-"], input=text.encode(), check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


# ------------------------------------------------------------------ what is taken

def forms():
    small = SMALL.encode()
    yield "plain", small
    yield "gzip", gzip.compress(small)
    yield "bgzip", bgzf(small)
    yield "a block, then a gzip member", bgzf_block(small[:100]) + gzip.compress(small[100:])
    packed = bcf(SMALL)
    if packed is not None:
        yield "BCF", packed
        yield "uncompressed BCF", gzip.decompress(packed)


def check_forms(node):
    for name, content in forms():
        node.takes(name, sealing.seal(content, node.mine))
        node.takes(name + ", numbered", sealing.seal(content, node.mine, first=2**64 - 1))
        node.takes(name + ", for several", sealing.seal(content, node.other, sealing.Key(), node.mine))
        node.takes(name + ", both keys given, edits", sealing.seal(b"junk" + content + b"more", node.other, node.mine,
                                                                  edits=[4, len(content)]),
                   keys=[node.other_key, node.key])
        path = node.suite.write("piped", sealing.seal(content, node.mine))
        with open(path, "rb") as file:
            node.takes(name + ", from a pipe", None, stdin=file)
    for name, content, edits in (
            ("an odd edit list", b"12345" + SMALL.encode(), [5]),
            ("an edit list of nothing", SMALL.encode(), []),
            ("keeping, leaving out, keeping", SMALL.encode()[:50] + b"xyz" + SMALL.encode()[50:], [0, 50, 3]),
            ("one byte, then the rest", b"#--" + SMALL.encode()[1:], [0, 1, 2, 2**64 - 1])):
        node.takes(name, sealing.seal(content, node.mine, edits=edits))


def check_header(node):
    """Packets that are for others, of other methods, padded, repeated."""
    small, key, other = SMALL.encode(), os.urandom(32), os.urandom(32)
    mine, blocks = node.mine.public, b"".join(sealing.blocks(SMALL.encode(), key))
    good = sealing.packet(mine, sealing.key_payload(key))
    foreign = sealing.packet(node.other.public, sealing.key_payload(other))
    for name, packets in (("others before and behind", [foreign, good, foreign]),
                          ("a method that is not known", [sealing.packet(mine, b"12345678", method=9), good]),
                          ("a packet of eight bytes", [struct.pack("<II", 8, 0), good]),
                          ("a packet of nobody", [sealing.packet(mine, b"x" * 40)[:-1] + b"?", good]),
                          ("padding", [sealing.packet(mine, sealing.key_payload(key) + bytes(300))]),
                          ("several keys", [sealing.packet(mine, sealing.key_payload(other)), good]),
                          ("the same key twice", [good, good]),
                          ("a large packet of others", [sealing.packet(node.other.public, bytes(90000)), good])):
        node.takes(name, sealing.header(packets) + blocks)
    parts = sealing.blocks(bgzf(large(random.Random(1))), key)
    packed = b"".join(gzip.compress(small[i:i + 9]) for i in range(0, len(small), 9))
    packed = packed + gzip.compress(b"") * (2 * sealing.PLAIN // 20)
    halves = [sealing.block(key, packed[:sealing.PLAIN])] + sealing.blocks(packed[sealing.PLAIN:], other)
    two = [good, sealing.packet(mine, sealing.key_payload(other))]
    node.takes("blocks of two keys", sealing.header(two) + b"".join(halves))
    node.refuses("blocks of a key that is not there", sealing.header([good]) + b"".join(halves), "block 2 ")
    node.refuses("blocks of another key (EGA-archive/crypt4gh#45)",
                 sealing.header([sealing.packet(mine, sealing.key_payload(other))]) + blocks, "block 1 ")
    edits = sealing.packet(mine, sealing.edits_payload([0, 4]))
    zero = sealing.packet(mine, sealing.key_payload(key))
    zero = zero[:8] + bytes(32) + zero[40:]
    for name, packets, word in (
            ("no packet", [], "0 packets"),
            ("a writer's key of zeros", [zero], "no key of --c4gh-key"),
            ("for others alone (EGA-archive/crypt4gh#38)", [foreign], "no key of --c4gh-key"),
            ("two edit lists", [good, edits, edits], "more than one edit list"),
            ("two different edit lists", [good, edits, sealing.packet(mine, sealing.edits_payload([4]))],
             "more than one edit list"),
            ("edits alone", [edits], "no key of --c4gh-key"),
            ("an edit list shorter than it says", [good, sealing.packet(mine, struct.pack("<II", 1, 3) + bytes(16))],
             "too short"),
            ("a key too short", [sealing.packet(mine, sealing.key_payload(key)[:-1])], "too short"),
            ("a numbered key too short", [sealing.packet(mine, sealing.key_payload(key, method=1))], "too short"),
            ("mixed methods", [good, sealing.packet(mine, sealing.key_payload(other, 0))], "mixes methods"),
            ("a data method not known", [sealing.packet(mine, sealing.key_payload(key, method=2))], "method 2"),
            ("a kind not known", [good, sealing.packet(mine, struct.pack("<II", 7, 0) + key)], "kind 7"),
            ("an empty payload", [good, sealing.packet(mine, b"")], "too short"),
            ("a packet of no length", [struct.pack("<I", 0), good], "length"),
            ("a packet of 4 GiB", [struct.pack("<II", 2**32 - 1, 0) + bytes(64), good], "length")):
        node.refuses(name, sealing.header(packets) + blocks, word)
    node.refuses("another version", sealing.header([good], version=2) + blocks, "version 2")
    node.refuses("a million packets", sealing.header([good], n=10**6) + blocks, "packets")
    node.refuses("more packets than there are", sealing.header([good], n=2), "cut short")
    node.refuses("a header without blocks", sealing.header([good]), "empty")
    whole = sealing.header([good]) + blocks
    for n in (8, 12, 16, 20, 60, len(sealing.header([good])) - 1):
        node.refuses(f"cut after {n} bytes", whole[:n], "cut short")
    node.refuses("no key is given", whole, "--c4gh-key", keys=[])
    node.refuses("another key is given", whole, "no key of --c4gh-key", keys=[node.other_key])
    return parts


# ------------------------------------------------------------------ what is refused

def check_damage(node):
    rng = random.Random(20261130)
    key = os.urandom(32)
    plain = bgzf(large(rng), rng)
    start = sealing.header([sealing.packet(node.mine.public, sealing.key_payload(key))])
    parts = sealing.blocks(plain, key)
    node.suite.check("the damaged file has many blocks", True, len(parts) >= 20)
    whole = start + b"".join(parts)
    done, _ = node.import_(whole)
    node.suite.check("the same, sound", 0, done.code, done.said())
    for i in range(len(parts)):
        node.refuses(f"block {i} left out", start + b"".join(parts[:i] + parts[i + 1:]), "")
    for i in range(len(parts) - 1):
        moved = parts[:i] + [parts[i + 1], parts[i]] + parts[i + 2:]
        node.refuses(f"blocks {i} and {i + 1} swapped", start + b"".join(moved), "")
        node.refuses(f"block {i} twice", start + b"".join(parts[:i + 1] + parts[i:]), "was there before")
        node.refuses(f"ends behind block {i}", start + b"".join(parts[:i + 1]), "")
    node.refuses("the last block twice", whole + parts[-1], "block")
    node.refuses("a block behind the end", whole + sealing.block(os.urandom(32), b"x"), "block")
    node.refuses("bytes behind the end", whole + b"\n", "block")
    for _ in range(60):
        at = rng.randrange(len(start), len(whole))
        flipped = bytearray(whole)
        flipped[at] ^= 1 << rng.randrange(8)
        node.refuses(f"bit of byte {at} flipped", bytes(flipped), "block")
    for at in range(0, len(start), 7):
        flipped = bytearray(whole)
        flipped[at] ^= 1 << rng.randrange(8)
        node.refuses(f"bit of header byte {at} flipped", bytes(flipped), "")
    for _ in range(20):
        n = rng.randrange(len(start), len(whole))
        node.refuses(f"cut after {n} bytes", whole[:n], "")


def check_order(node):
    """Where blocks have numbers their order shows, and elsewhere the form must show it."""
    rng = random.Random(77)
    plain, key = large(rng)[:1000000].rsplit(b"\n", 1)[0] + b"\n", os.urandom(32)
    mine = node.mine.public
    unnumbered = sealing.header([sealing.packet(mine, sealing.key_payload(key))])
    node.refuses("plain text in blocks without numbers", unnumbered + b"".join(sealing.blocks(plain, key)),
                 "in order")
    node.refuses("one full block", unnumbered + sealing.block(key, plain[:sealing.PLAIN]), "in order")
    start = sealing.header([sealing.packet(mine, sealing.key_payload(key, 7))])
    parts = sealing.blocks(plain, key, 7)
    done, _ = node.import_(start + b"".join(parts))
    node.suite.check("plain text in numbered blocks", 0, done.code, done.said())
    for i in range(len(parts)):
        node.refuses(f"numbered block {i} left out", start + b"".join(parts[:i] + parts[i + 1:]), "block")
        if i + 1 < len(parts):
            moved = parts[:i] + [parts[i + 1], parts[i]] + parts[i + 2:]
            node.refuses(f"numbered blocks {i} and {i + 1} swapped", start + b"".join(moved), "block")
    exact = plain[:sealing.PLAIN * 2 - 60]
    exact = exact.rsplit(b"\n", 1)[0] + b"\n"
    exact += b"6\t900000\t.\tC\tG\t46\tPASS\t" + b"X" * (sealing.PLAIN * 2 - len(exact) - 35) + b"\tGT\t0/1\t1/1\n"
    node.suite.check("two whole blocks", 2 * sealing.PLAIN, len(exact))
    parts = sealing.blocks(exact, key, 7)
    done, _ = node.import_(start + b"".join(parts))
    node.suite.check("two whole blocks and an empty one", 0, done.code, done.said())
    node.refuses("the empty one left out", start + b"".join(parts[:-1]), "cut short")


# ------------------------------------------------------------------ keys

def check_keys(node):
    suite, sealed = node.suite, sealing.seal(SMALL.encode(), node.mine)
    phrase = suite.write("phrase", "no\nopen sesame\n")
    scrypt = node.mine.save(suite.path("scrypt.sec"), b"open sesame")
    pbkdf2 = node.mine.save(suite.path("pbkdf2.sec"), b"open sesame", b"pbkdf2_hmac_sha256", 1000, comment=b"me")
    for name, path in (("scrypt", scrypt), ("PBKDF2", pbkdf2)):
        node.takes(f"a key locked by {name}", sealed, "--c4gh-passphrase", phrase, keys=[path])
    node.takes("the second key", sealed, "--c4gh-passphrase", suite.write("crlf", "open sesame\r\n"),
               keys=[node.other_key, scrypt])
    text = node.mine.text().decode()
    body = "".join(text.splitlines()[1:-1])
    folded = "\r\n".join(["-----BEGIN CRYPT4GH PRIVATE KEY-----", body[:20], body[20:],
                          "-----END CRYPT4GH PRIVATE KEY-----", ""])
    node.takes("a key in several lines", sealed, keys=[suite.write("folded.sec", folded)])
    with open(phrase, "rb") as file:
        descriptor = file.fileno()
        done = subprocess.run([suite.program, "import", "-q", "-d", suite.path("fd"), "--dataset", "d", "--assembly",
                               "GRCh37", "--c4gh-key", scrypt, "--c4gh-passphrase", str(descriptor),
                               suite.write("fd.c4gh", sealed)], pass_fds=[descriptor], stderr=subprocess.PIPE)
    suite.check("a passphrase from a descriptor", (0, WANTED), (done.returncode, node.numbers(suite.path("fd"))))
    changed = bytearray(node.mine.text(b"open sesame"))
    changed[150], changed[151] = b"AB" if changed[150:152] != b"AB" else b"BA"
    bcrypt = node.mine.save(suite.path("bcrypt.sec"), b"open sesame", b"bcrypt", 100)
    damaged = suite.write("damaged.sec", text.replace(body, body[:-8]))
    for name, path, word, more in (
            ("a locked key without a passphrase", scrypt, "--c4gh-passphrase", ()),
            ("another passphrase", scrypt, "passphrase", ("--c4gh-passphrase", suite.write("wrong", "sesame"))),
            ("an empty passphrase", scrypt, "passphrase", ("--c4gh-passphrase", suite.write("empty", ""))),
            ("two letters of a locked key changed (EGA-archive/crypt4gh#48)", suite.write("changed.sec", bytes(changed)),
             "changed.sec", ("--c4gh-passphrase", phrase)),
            ("a key locked by bcrypt", bcrypt, "bcrypt, which is not read: make a key with crypt4gh-keygen", ("--c4gh-passphrase", phrase)),
            ("a passphrase file that is not there", scrypt, "nowhere", ("--c4gh-passphrase", suite.path("nowhere"))),
            ("a descriptor that is not open", scrypt, "99", ("--c4gh-passphrase", "99")),
            ("a public key", suite.write("mine.pub", node.mine.public_text()), "public key", ()),
            ("a key of OpenSSH", suite.write("ssh", text.replace("CRYPT4GH", "OPENSSH")), "OpenSSH", ()),
            ("a damaged key", damaged, "damaged", ()),
            ("no key at all", suite.write("none.sec", "secret"), "no key of Crypt4GH", ()),
            ("a key of zeros", suite.write("zero.sec", bytes(100)), "no key of Crypt4GH", ()),
            ("letters that are no base64", suite.write("odd.sec", text.replace(body[3:6], "*%$")), "base64", ()),
            ("a large file for a key", suite.write("big.sec", text * 200), "no key", ()),
            ("a folder for a key", suite.scratch, "cannot be read", ()),
            ("a key that is not there", suite.path("gone.sec"), "gone.sec", ()),
            ("an address for a key", "https://127.0.0.1/k", "address", ())):
        os.chmod(path, 0o700) if os.path.exists(path) else None
        node.refuses(name, sealed, word, *more, keys=[path])
    node.refuses("a passphrase without a key", sealed, "--c4gh-key", "--c4gh-passphrase", phrase, keys=[])
    os.chmod(node.other_key, 0o644)
    done = suite.run("import", "-d", suite.path("warned"), "--dataset", "d", "--assembly", "GRCh37", "--c4gh-key",
                     node.key, "--c4gh-key", node.other_key, suite.write("w.c4gh", sealed))
    suite.check("a key that others may read is warned of", (0, True), (done.code, "other.sec: others" in done.err))
    suite.check("and no other", False, "mine.sec" in done.err)


# ------------------------------------------------------------------ other commands

def check_documents(node):
    suite, mine = node.suite, node.mine
    store = suite.path("documents")
    key = ("--c4gh-key", node.key)

    def run(command, *words, code=0, word=""):
        done = suite.run(command, "-q", "-d", store, *words)
        suite.check(f"{command} {' '.join(map(os.path.basename, words))}", (code, True),
                    (done.code, word in done.err), done.err)

    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("bob.json", PERSON.replace('"ann"', '"bob"'))
    files = {"ann.json.c4gh": PERSON.encode(), "cat.json.gz.c4gh": gzip.compress(PERSON.replace('"ann"', '"cat"').encode()),
             "bob.zip.c4gh": archive.getvalue()}
    for name, content in files.items():
        suite.write("folder/" + name, sealing.seal(content, mine))
    suite.write("folder/dot.tsv.c4gh", sealing.seal(b"individual\tsex\ndan\tmale\n", mine))
    folder = suite.path("folder")
    run("people", "--dataset", "d", folder, code=2, word="--c4gh-key")
    run("people", "--dataset", "d", *key, folder)
    suite.check("people of the folder", [4, 3], [suite.count(store, q) for q in ("dataset=d", "HP:0001250")])
    run("ontology", *key, suite.write("hp.obo.c4gh", sealing.seal(TERMS.encode(), mine)))
    run("import", "--dataset", "d", "--assembly", "GRCh37", *key, "--samples",
        suite.write("sheet.tsv.c4gh", sealing.seal(SHEET.encode(), mine)),
        suite.write("g.vcf.c4gh", sealing.seal(SMALL.encode(), mine)))
    run("genes", "--assembly", "GRCh37", *key, suite.write("g.gtf.c4gh", sealing.seal(GENES.encode(), mine)))
    suite.check("what was imported with the sheet", WANTED, node.numbers(store))
    suite.check("the gene", 2, suite.count(store, "carries(gene=ABC1)"))
    bed = sealing.seal(b"6\t0\t5000\n", mine)
    run("import", "--dataset", "callable", "--shared-people", "--assembly", "GRCh37", *key, "--callable",
        suite.write("c.bed.c4gh", bed), suite.path("g.vcf.c4gh"))
    run("import", "--dataset", "e", "--assembly", "GRCh37", *key, "--callable", suite.write("bad/c.bed.c4gh", bed[:-1]),
        suite.path("g.vcf.c4gh"), code=2, word="block")
    info = suite.run("info", "-d", store, "--json").out
    sealed_zip = sealing.seal(archive.getvalue(), mine)
    for name, content, word in (
            ("cut.json.c4gh", sealing.seal(PERSON.encode(), mine)[:-1], "block 1 "),
            ("cut.zip.c4gh", sealed_zip[:-1], "block 1 "),
            ("cut.json.gz.c4gh", sealing.seal(gzip.compress(PERSON.encode()), mine)[:-20], "block 1 "),
            ("for-others.json.c4gh", sealing.seal(PERSON.encode(), node.other), "no key"),
            ("large.json.c4gh", sealing.seal(("[" + ",".join([PERSON] * 600) + "]").encode(), mine), "in order")):
        run("people", "--dataset", "d", *key, suite.write("bad/" + name, content), code=2, word=word)
    run("ontology", suite.path("hp.obo.c4gh"), code=2, word="--c4gh-key")
    run("genes", "--assembly", "GRCh37", suite.path("g.gtf.c4gh"), code=2, word="--c4gh-key")
    run("genes", "--assembly", "GRCh37", *key, suite.write("bad/g.gtf.c4gh", sealing.seal(GENES.encode(), mine) + b"x"), code=2, word="block")
    run("ontology", *key, suite.write("bad/o.obo.c4gh", sealing.seal(TERMS.encode(), mine)[:-30]), code=2, word="block")
    run("import", "--dataset", "e", "--assembly", "GRCh37", *key, "--samples",
        suite.write("bad/sheet.c4gh", sealing.seal(SHEET.encode(), mine)[:-3]), suite.path("g.vcf.c4gh"), code=2,
        word="block")
    run("import", "--dataset", "e", "--assembly", "GRCh37", *key, "--reference",
        suite.write("ref.fa.c4gh", sealing.seal(b">6\nACGT\n", mine)), suite.path("g.vcf.c4gh"), code=2, word="reference")
    suite.check("the store after all refusals", info, suite.run("info", "-d", store, "--json").out)


# ------------------------------------------------------------------ addresses

NO_SOCKET = {"x86_64": (0xc000003e, 41), "aarch64": (0xc00000b7, 198)}


def forbid_sockets():
    """From here on whoever opens a socket is killed: SIGSYS."""
    _, number = NO_SOCKET[os.uname().machine]
    code = struct.pack("<HBBI", 0x20, 0, 0, 0) + struct.pack("<HBBI", 0x15, 0, 1, number) + \
        struct.pack("<HBBI", 0x06, 0, 0, 0x80000000) + struct.pack("<HBBI", 0x06, 0, 0, 0x7fff0000)
    text = ctypes.create_string_buffer(code)
    program = struct.pack("HxxxxxxP", 4, ctypes.addressof(text))
    libc = ctypes.CDLL(None)
    if libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, ctypes.create_string_buffer(program), 0, 0) != 0:
        os._exit(77)


def check_addresses(node):
    suite = node.suite
    if os.uname().machine not in NO_SOCKET:
        suite.skip("no socket", "the number of the system call is not known here")
        return
    opened = subprocess.run([sys.executable, "-c", "import socket; socket.socket()"], preexec_fn=forbid_sockets)
    suite.check("a socket would be noticed", -31, opened.returncode)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    small = suite.write("small.vcf", SMALL)
    genomes = ("import", "--dataset", "d", "--assembly", "GRCh37")
    names = [f"http://127.0.0.1:{port}/a.vcf", "https://127.0.0.1/a.vcf.gz", "ftp://127.0.0.1/a", "s3://bucket/a.vcf",
             "s3:bucket/a", "gs://b/a.bcf", "data:,##fileformat=VCFv4.2", "data:text/plain;base64,IyM=",
             "htsget://127.0.0.1/1", f"HTTP://127.0.0.1:{port}/b", "preload:http://127.0.0.1/", "mem:", "file:///etc/hosts",
             "s3+https://b/a", "drs://host/1", "|cat", "a|b", "127.0.0.1:80"]
    for name in names:
        for words in ((*genomes, name), (*genomes, "--reference", name, small), (*genomes, "--samples", name, small),
                      ("people", "--dataset", "d", name), ("ontology", name), ("genes", "--assembly", "GRCh37", name)):
            done = subprocess.run([suite.program, words[0], "-q", "-d", suite.path("none"), *words[1:]],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  preexec_fn=forbid_sockets, timeout=60)
            lines = done.stderr.decode().splitlines()
            word = "nothing is fetched" if ":/" in name or name[:2] in ("s3", "da", "pr", "me") else "No such file"
            suite.check(f"{words[0]} {' '.join(words[-2:])}", (2, 1, True),
                        (done.returncode, len(lines), word in "".join(lines)), lines)
    done = subprocess.run([suite.program, *genomes[:1], "-q", "-d", suite.path("socketless"), *genomes[1:], "--c4gh-key",
                           node.key, suite.write("in.c4gh", sealing.seal(SMALL.encode(), node.mine))],
                          preexec_fn=forbid_sockets)
    suite.check("a sealed import opens no socket", (0, WANTED), (done.returncode, node.numbers(suite.path("socketless"))))
    listener.close()


def main():
    node = Node()
    for check in (check_forms, check_header, check_keys, check_documents, check_addresses, check_order, check_damage):
        check(node)
    return node.suite.close()


if __name__ == "__main__":
    sys.exit(main())
