"""Writes Crypt4GH files and their keys, after the specification's text alone, for tests.

X25519 is written out (RFC 7748), BLAKE2b, scrypt and PBKDF2 are Python's, ChaCha20-Poly1305 is that of
libcrypto. Each part can be made by itself, so that tests can put parts together wrongly.
"""
import base64
import ctypes
import ctypes.util
import hashlib
import os
import struct

PLAIN = 65536  # bytes of a full block
MAGIC = b"crypt4gh"

crypto = ctypes.CDLL(ctypes.util.find_library("crypto") or "libcrypto.so.3")
for name in ("EVP_CIPHER_CTX_new", "EVP_chacha20_poly1305"):
    getattr(crypto, name).restype = ctypes.c_void_p


def chacha(key, nonce, plain, beside=b""):
    """The message and its MAC."""
    context = ctypes.c_void_p(crypto.EVP_CIPHER_CTX_new())
    out = ctypes.create_string_buffer(len(plain) + 1)
    mac = ctypes.create_string_buffer(16)
    n = ctypes.c_int()
    method = ctypes.c_void_p(crypto.EVP_chacha20_poly1305())
    assert crypto.EVP_EncryptInit_ex(context, method, None, key, nonce) == 1
    if beside:
        assert crypto.EVP_EncryptUpdate(context, None, ctypes.byref(n), beside, len(beside)) == 1
    assert crypto.EVP_EncryptUpdate(context, out, ctypes.byref(n), plain, len(plain)) == 1
    assert crypto.EVP_EncryptFinal_ex(context, ctypes.byref(ctypes.c_char()), ctypes.byref(n)) == 1
    assert crypto.EVP_CIPHER_CTX_ctrl(context, 0x10, 16, mac) == 1
    crypto.EVP_CIPHER_CTX_free(context)
    return out.raw[:len(plain)] + mac.raw


P = 2**255 - 19


def x25519(secret, place):
    """RFC 7748, section 5."""
    k = int.from_bytes(secret, "little") & ~7 & ~(1 << 255) | 1 << 254
    u = int.from_bytes(place, "little") & ~(1 << 255)
    x2, z2, x3, z3, swap = 1, 0, u, 1, 0
    for t in reversed(range(255)):
        bit = k >> t & 1
        if swap != bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        aa, bb, da, cb = a * a, b * b, d * a, c * b
        e = aa - bb
        x3, z3 = (da + cb) ** 2 % P, u * (da - cb) ** 2 % P
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


class Key:
    """A pair of keys."""

    def __init__(self, secret=None):
        self.secret = secret or os.urandom(32)
        self.public = x25519(self.secret, (9).to_bytes(32, "little"))

    def text(self, passphrase=None, kdf=b"scrypt", rounds=0, comment=None):
        """The key file, locked if there is a passphrase."""
        def word(text):
            return struct.pack(">H", len(text)) + text
        body = b"c4gh-v1"
        if passphrase is None:
            body += word(b"none") + word(b"none") + word(self.secret)
        else:
            salt, nonce = os.urandom(16), os.urandom(12)
            if kdf == b"scrypt":
                key = hashlib.scrypt(passphrase, salt=salt, n=1 << 14, r=8, p=1, dklen=32)
            elif kdf == b"pbkdf2_hmac_sha256":
                key = hashlib.pbkdf2_hmac("sha256", passphrase, salt, rounds, 32)
            else:
                key = os.urandom(32)
            body += word(kdf) + word(struct.pack(">I", rounds) + salt) + word(b"chacha20_poly1305")
            body += word(nonce + chacha(key, nonce, self.secret))
        if comment is not None:
            body += word(comment)
        return pem("PRIVATE", body)

    def public_text(self):
        return pem("PUBLIC", self.public)

    def save(self, path, *given, **named):
        with open(path, "wb") as file:
            file.write(self.text(*given, **named))
        os.chmod(path, 0o600)
        return path


def pem(kind, body):
    return (f"-----BEGIN CRYPT4GH {kind} KEY-----\n{base64.b64encode(body).decode()}\n"
            f"-----END CRYPT4GH {kind} KEY-----\n").encode()


def packet(reader, payload, writer=None, method=0):
    """A header packet for a public key."""
    writer = writer or Key()
    nonce = os.urandom(12)
    key = hashlib.blake2b(x25519(writer.secret, reader) + reader + writer.public).digest()[:32]
    body = struct.pack("<I", method) + writer.public + nonce + chacha(key, nonce, payload)
    return struct.pack("<I", 4 + len(body)) + body


def key_payload(key, first=None, method=None):
    """What a packet says of a data key; first: of numbered blocks."""
    method = (0 if first is None else 1) if method is None else method
    return struct.pack("<II", 0, method) + key + (b"" if first is None else struct.pack("<Q", first))


def edits_payload(lengths):
    return struct.pack("<II", 1, len(lengths)) + struct.pack(f"<{len(lengths)}Q", *lengths)


def header(packets, version=1, n=None):
    return MAGIC + struct.pack("<II", version, len(packets) if n is None else n) + b"".join(packets)


def block(key, plain, number=None, nonce=None):
    nonce = nonce or os.urandom(12)
    return nonce + chacha(key, nonce, plain, b"" if number is None else struct.pack("<Q", number))


def blocks(plain, key, first=None):
    """The blocks of a file; numbered ones end with one that is not full."""
    parts = [plain[at:at + PLAIN] for at in range(0, len(plain), PLAIN)]
    if first is not None and len(plain) % PLAIN == 0:
        parts.append(b"")
    return [block(key, part, None if first is None else (first + i) % 2**64)
            for i, part in enumerate(parts)]


def seal(plain, *readers, edits=None, first=None):
    """A whole file for the public keys of some readers."""
    key = os.urandom(32)
    packets = [packet(r.public, key_payload(key, first)) for r in readers]
    if edits is not None:
        packets += [packet(r.public, edits_payload(edits)) for r in readers]
    return header(packets) + b"".join(blocks(plain, key, first))


def apply_edits(plain, lengths):
    """The specification's algorithm for edit lists, as it is written there."""
    edlist = list(lengths)
    if not edlist:
        return plain
    out, pos = b"", 0
    while edlist:
        pos += edlist.pop(0)
        if not edlist:
            out += plain[pos:]
        else:
            keep = edlist.pop(0)
            out += plain[pos:pos + keep]
            pos += keep
    return out
