"""A reader of Storage Vaults, written from docs/vault-format.md alone: a second implementation that keeps the text honest.

    python3 vault-reader.py VAULT PASSWORD_FILE

Prints one JSON line per item of the newest snapshot of each chain: chain, account, item id, size and SHA-256 of content.
Needs PyNaCl (Debian: python3-nacl) for BLAKE2b, Argon2id and XChaCha20-Poly1305, and the zstd program.
"""
import base64, hashlib, json, os, struct, subprocess, sys, unicodedata
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as aead_open
from nacl.bindings import crypto_pwhash_alg
from nacl.bindings import crypto_pwhash_ALG_ARGON2ID13

def keyed(key, data):
    return hashlib.blake2b(data, digest_size=32, key=key).digest()

def derive(key, label):
    return keyed(key, b"holdfast v1 " + label.encode())

def unzstd(data):
    return subprocess.run(["zstd", "-dc"], input=data, stdout=subprocess.PIPE, check=True).stdout

def cbor(data):
    value, at = cbor_at(data, 0)
    assert at == len(data), "bytes behind a CBOR value"
    return value

def cbor_at(data, at):
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        simple = {20: False, 21: True, 22: None, 23: None}
        if info in simple:
            return simple[info], at
        if info == 27:
            return struct.unpack(">d", data[at:at + 8])[0], at + 8
        raise ValueError("CBOR value of an unexpected kind")
    number = info
    if info >= 24:
        size = 1 << (info - 24)
        number = int.from_bytes(data[at:at + size], "big")
        at += size
    if major == 0:
        return number, at
    if major == 1:
        return -1 - number, at
    if major == 2:
        return data[at:at + number], at + number
    if major == 3:
        return data[at:at + number].decode(), at + number
    if major == 4:
        values = []
        for _ in range(number):
            value, at = cbor_at(data, at)
            values.append(value)
        return values, at
    if major == 5:
        values = {}
        for _ in range(number):
            name, at = cbor_at(data, at)
            values[name], at = cbor_at(data, at)
        return values, at
    raise ValueError("CBOR value of an unexpected kind")

class Vault:
    def __init__(self, path, password):
        self.path = path
        description = self.read("vault.json")
        self.id = bytes.fromhex(json.loads(description)["vaultId"])
        self.root = self.unlock(description, password)
        self.epochs = {}
        for name in os.listdir(os.path.join(path, "keyring")):
            ring = json.loads(self.read("keyring/" + name))
            aad = b"holdfast v1 epoch %d " % ring["epoch"] + self.id
            self.epochs[ring["epoch"]] = aead_open(b64(ring["box"]), aad, b64(ring["nonce"]), derive(self.root, "key ring"))
        self.id_key = derive(self.root, "chunk id")
        self.chunks = {}

    def read(self, name):
        with open(os.path.join(self.path, name), "rb") as file:
            return file.read()

    def unlock(self, description, password):
        for name in os.listdir(os.path.join(self.path, "keys")):
            slot = json.loads(self.read("keys/" + name))
            if slot["kind"] != "password":
                continue
            kdf = slot["kdf"]
            text = unicodedata.normalize("NFC", password).encode()
            kek = crypto_pwhash_alg(32, text, b64(kdf["salt"]), kdf["opsLimit"], kdf["memLimitBytes"], crypto_pwhash_ALG_ARGON2ID13)
            if keyed(kek, b"holdfast v1 commit") != b64(slot["commit"]):
                continue
            binding = "password argon2id13 %d %d %s" % (kdf["opsLimit"], kdf["memLimitBytes"], kdf["salt"])
            aad = ("holdfast v1 slot " + binding + " ").encode() + hashlib.sha256(description).digest()
            return aead_open(b64(slot["box"]), aad, b64(slot["nonce"]), kek)
        sys.exit("the password does not open this vault")

    def class_key(self, epoch, file_class):
        return derive(self.epochs[epoch], "class %d" % file_class)

    def frames(self, data, file_class):
        assert data[:8] == b"HOLDFAST" and data[8] == 1 and data[9] == file_class and data[10] == 1
        key, salt = self.class_key(struct.unpack_from("<I", data, 12)[0], file_class), data[16:32]
        assert data[48:64] == keyed(derive(key, "header"), self.id + data[:48])[:16]
        at, seq = 64, 0
        while True:
            kind, raw, length = self.frame(data[at:], (key, salt, file_class, seq))
            yield seq, kind, raw
            if kind == 3:
                break
            at, seq = at + length, seq + 1
        mask = keyed(derive(key, "trailer"), salt)
        assert bytes(a ^ b for a, b in zip(data[-12:], mask)) == struct.pack("<QI", at, seq)

    def frame(self, data, place):
        key, salt, file_class, seq = place
        aad = lambda kind: self.id + bytes([file_class, kind]) + salt + struct.pack("<I", seq)
        nonce = lambda half: salt + struct.pack("<Q", 2 * seq + half)
        head = aead_open(data[:40], aad(0), nonce(0), key)
        kind, flags, _, _, stored, raw_size, again, _ = struct.unpack("<BBHIIIII", head)
        assert again == seq and raw_size <= 4 << 20
        raw = aead_open(data[40:40 + stored + 16], aad(kind), nonce(1), key)
        if flags & 1:
            raw = unzstd(raw)
        assert len(raw) == raw_size
        return kind, raw, 40 + stored + 16

    def index(self, pack):
        name = pack["name"].hex()
        data = self.read("packs/%s/%s" % (name[:2], name))
        assert hashlib.sha256(data).digest() == pack["name"]
        for seq, kind, raw in self.frames(data, 1):
            if kind != 1:
                continue
            count = cbor(pack["directory"])["n"][seq]
            sizes = struct.unpack_from("<%dI" % count, raw)
            at = 4 * count
            for size in sizes:
                chunk = raw[at:at + size]
                self.chunks[keyed(self.id_key, hashlib.sha256(chunk).digest())] = chunk
                at += size
            assert at == len(raw)

    def object(self, reference):
        size, depth, ids = reference
        data = b"".join(self.chunks[each] for each in ids)
        for _ in range(depth):
            data = b"".join(self.chunks[data[at:at + 32]] for at in range(0, len(data), 32))
        assert len(data) == size
        return data

    def content(self, reference):
        kind, size, reference = reference
        data = self.object(reference)
        if kind == 1:
            data = self.join(cbor(data))
        assert len(data) == size
        return data

    def join(self, recipe):
        skeleton, at, pieces = self.object(recipe["skeleton"]), 0, []
        for before, line_length, ending, has_final, reference in recipe["parts"]:
            pieces.append(skeleton[at:at + before])
            at += before
            text, eol = base64.b64encode(self.object(reference)), b"\n" if ending else b"\r\n"
            lines = eol.join(text[i:i + line_length] for i in range(0, len(text), line_length))
            pieces.append(lines + (eol if has_final else b""))
        return b"".join(pieces) + skeleton[at:]

def b64(text):
    return base64.b64decode(text)

def apply(vault, record, items):
    if record["t"] == "packs":
        for pack in record["packs"]:
            vault.index(pack)
    elif record["t"] == "items":
        for at, item in enumerate(record["ids"]):
            items[record["account"], item] = (record["collections"][record["at"][at]], cbor(record["contents"][at]))
    elif record["t"] == "removals":
        for at, item in enumerate(record["ids"]):
            held = items.get((record["account"], item))
            if held is not None and held[0] == record["collections"][record["at"][at]]:
                del items[record["account"], item]
    elif record["t"] == "collections":
        gone = set(record["removed"])
        for key in [key for key, held in items.items() if key[0] == record["account"] and held[0] in gone]:
            del items[key]

def main():
    vault = Vault(sys.argv[1], open(sys.argv[2], encoding="utf-8").read().rstrip("\n"))
    chains = {}
    for name in sorted(os.listdir(os.path.join(vault.path, "ends"))):
        chains.setdefault(name[:32], []).append(name)
    for chain, names in chains.items():
        items, parent = {}, None
        for name in names:
            data = vault.read("ends/" + name)
            commit = cbor(next(raw for _, kind, raw in vault.frames(data, 3) if kind == 2))
            assert commit["parent"] == parent and commit["chain"] == chain
            parent = hashlib.sha256(data).digest()
            for segment in commit["segments"]:
                data = vault.read(segment["name"])
                assert hashlib.sha256(data).digest() == segment["hash"]
                for _, kind, raw in vault.frames(data, 2):
                    if kind == 2:
                        apply(vault, cbor(raw), items)
        for (account, item), (_, content) in sorted(items.items()):
            data = vault.content(content)
            line = {"chain": chain, "account": account, "item": item, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            print(json.dumps(line))

main()
