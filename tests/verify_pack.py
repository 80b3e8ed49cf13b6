#!/usr/bin/env python3
"""A second verifier of evidence packs: it shares no code with the registry, and comes to the same answer.

usage: verify_pack.py PACK VKEY... [--checkpoints FILE]   (public keys of the log, as /v1/audit/keys gives them)

Needs Python 3.9 or later and the package `cryptography`. Exit status 0 and one line where the pack holds, 1 and the
first fault where it does not. docs/evidence.md says what is checked and why.
"""

import base64
import collections
import datetime
import decimal
import hashlib
import json
import re
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TITLE = "Evidence pack of an export-license registry"


class Fault(Exception):
    """Why a pack does not hold."""


def need(holds, says):
    if not holds:
        raise Fault(says)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def unbase64(text):
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Fault("not base64") from error


def canonical(value):
    """RFC 8785, for values without fractions, which entries have not."""
    def check(value):
        if isinstance(value, float):
            raise Fault("a number with a fraction")
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            check(part)
    check(value)
    def ordered(value):
        if isinstance(value, dict):
            return {name: ordered(value[name]) for name in sorted(value, key=lambda name: name.encode("utf-16-be"))}
        return [ordered(part) for part in value] if isinstance(value, list) else value
    return json.dumps(ordered(value), ensure_ascii=False, separators=(",", ":")).encode()


class Key:
    """A public key of a log: name+id+base64(algorithm, key)."""

    def __init__(self, vkey):
        self.name, key_id, rest = vkey.split("+", 2)
        raw = unbase64(rest)
        need(raw[:1] == b"\x01" and len(raw) == 33, "not a key of a log")
        self.id = sha256(self.name.encode() + b"\n" + raw)[:4]
        need(self.id.hex() == key_id, "the key's id is not its own")
        self.public = Ed25519PublicKey.from_public_bytes(raw[1:])

    def signed(self, text, signatures):
        for name, raw in signatures:
            if name == self.name and raw[:4] == self.id:
                try:
                    self.public.verify(raw[4:], text.encode())
                    return True
                except InvalidSignature:
                    pass
        return False


def opened_note(note, keys):
    """The text of a signed note, and the names of the keys that signed it."""
    text, _, tail = note.rpartition("\n\n")
    text += "\n"
    signatures = []
    for line in tail.splitlines():
        match = re.fullmatch("\u2014 (\\S+) (\\S+)", line)
        need(match, "a line under a note is no signature")
        signatures.append((match[1], unbase64(match[2])))
    by = [key.name for key in keys if key.signed(text, signatures)]
    need(by, "a note is not signed by a key given")
    return text, by


def root_from(index, size, leaf, proof):
    """The root that a proof of inclusion leads to (RFC 9162, section 2.1.3.2)."""
    need(0 <= index < size, "no such place in the log")
    node, last, here = leaf, size - 1, index
    for sibling in proof:
        need(last > 0, "the proof is too long")
        if here & 1 or here == last:
            node = sha256(b"\x01", sibling, node)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            node = sha256(b"\x01", node, sibling)
        here, last = here >> 1, last >> 1
    need(last == 0, "the proof is too short")
    return node


def opens(committed, salt, value):
    return sha256(bytes.fromhex(salt), canonical(value)).hex() == committed


def camel(name):
    return re.sub("_(.)", lambda m: m[1].upper(), name)


def whole(value):
    """Without members that are null, at every depth: as the registry's tables are told."""
    if isinstance(value, dict):
        return {name: whole(member) for name, member in value.items() if member is not None}
    return [whole(part) for part in value] if isinstance(value, list) else value


def plain(name, value):
    """Decimals and instants by what they mean, other values as they stand."""
    if name in ("quantity", "value", "drawn") and value is not None:
        need(re.fullmatch(r"[0-9]+(\.[0-9]+)?", str(value)), f"the {name} is no decimal")
        return format(decimal.Decimal(value).normalize(), "f")
    return instant(value).isoformat() if name in ("createdAt", "frozenAt") else value


def told(shown, names=None):
    return whole({name: plain(name, value) for name, value in shown.items() if names is None or name in names})


def same(held, shown, what):
    """Whether two values are the same JSON: 1 is neither 1.0 nor true."""
    need(json.dumps(held, sort_keys=True) == json.dumps(shown, sort_keys=True), f"the {what} shown are not what the log commits to")


def rows(held, by, names, less=lambda _: ""):
    """Rows as they are shown, in the order of a number."""
    rows = sorted(held, key=lambda row: row[by])
    return [told({camel(name): row.get(name) for name in names.split() if name not in less(row).split()}) for row in rows]


class Contents:
    """What the registry held, opened against the last leaf of each resource."""

    def __init__(self):
        self.committed, self.text, self.declared = {}, {}, {}

    def entry(self, leaf):
        if leaf["outcome"] == "done":
            self.text.pop(leaf["subject"]["id"], None)
            self.committed[leaf["subject"]["id"]] = leaf["content"]

    def open(self, line):
        subject, text = line["subject"], line["text"]
        digest = sha256(bytes.fromhex(line["salt"]), text.encode()).hex()
        need(digest == self.committed.get(subject), "what was held is not what the log commits to")
        need(subject not in self.text, "what was held is there twice")
        self.text[subject] = text

    def read(self, subject):
        need(subject in self.text, "what was held is missing")
        return json.loads(self.text[subject])

    def ended(self, subject, shown):
        need(all(of in self.text for of, says in self.committed.items() if says), "what was held is missing")
        held = self.read(subject)
        application = self.read(held["application_id"]) if "application_id" in held else {}
        members = {camel(name): held.get(name) for name in
                   "id reference version kind application_id exporter_id end_user_id destinations via issued_on valid_until "
                   "predecessor_id end_use import_id source source_number particulars created_at".split()}
        members["overrideId"] = self.override(held, application)
        elsewhere = ("status", "lines", "freezes", "conditions", "consignees", "overrideReference", "updatedAt")
        same(told(members), told({name: value for name, value in shown.items() if name not in elsewhere}), "particulars")
        # As the digits stand: a binary fraction would lose some.
        exact = json.loads(self.text[subject], parse_float=decimal.Decimal)["license_lines"]
        digits = {row["line"]: {name: row[name] for name in ("quantity", "value", "drawn") if name in row} for row in exact}
        lines = [{**row, **digits[row["line"]]} for row in held["license_lines"]]
        same(rows(lines, "line", "line product_id classification_version control_codes description quantity unit value "
                  "currency drawn particulars"), [told(line) for line in shown["lines"]], "lines")
        self.freezes([row for row in held["license_freezes"] if "lifted_at" not in row], shown["freezes"])
        conditions = held["license_conditions"]
        most = collections.Counter(one["condition"] for one in conditions)
        least = collections.Counter(one["condition"] for one in conditions if "measure_id" not in one)
        listed = collections.Counter(shown["conditions"])
        need(not listed - most and not least - listed, "the conditions shown are not what the log commits to")
        self.rests_on(application, shown)

    @staticmethod
    def freezes(held, shown):
        """What a freeze under a measure says for the license, and when it is reviewed, stands with the measure."""
        under = {row["number"] for row in held if row["source"] == "measure"}
        less = {number: "reasons review_on" for number in under}
        held = rows(held, "number", "number source source_id ground reasons lines review_on frozen_at",
                    lambda row: less.get(row["number"], ""))
        same(held, [told({name: value for name, value in freeze.items()
                          if freeze["number"] not in under or name not in ("reasons", "reviewOn")}) for freeze in shown], "freezes")

    @staticmethod
    def override(held, application):
        """Of the last reinstatement by one, or of the decision that granted the license."""
        of = [row["override_id"] for row in sorted(held["license_reinstatements"], key=lambda row: row["version"])
              if "override_id" in row]
        granted = [row.get("override_id") for row in application.get("decisions", []) if row["id"] == held.get("decision_id")]
        return of[-1] if of else granted[0] if granted else None

    def rests_on(self, application, shown):
        named = sorted(application.get("application_consignees", []), key=lambda row: row["number"])
        consignees = []
        for row in named:
            party = self.read(row["consignee_id"])
            consignees.append({**{camel(name): row[name] for name in ("number", "role", "consignee_id")},
                               **{name: party[name] for name in ("reference", "name", "kind", "country")},
                               "address": row.get("address")})
        same(consignees, shown["consignees"], "consignees")
        used = {use["declaration_id"] for use in application.get("declaration_uses", [])}
        need(used == set(self.declared), "the declarations are not those that the application used")
        for declaration, document in self.declared.items():
            need(self.read(declaration)["document_sha256"] == document, "the document of a declaration is another")


class Pack:
    """What is gathered while the lines are read."""

    def __init__(self, head):
        need(head.get("part") == "head" and head.get("format") == 2, "the pack does not begin with its head")
        self.kind, self.subject, self.made_at = head["kind"], head["subject"], head["madeAt"]
        self.checkpoint = self.resource = None
        self.last, self.taken, self.steps = {}, {}, []
        self.entries = 0
        self.lost, self.named, self.contents, self.people = {}, {}, Contents(), {}

    def take_checkpoint(self, line, keys):
        need(self.checkpoint is None, "a second checkpoint")
        text, by = opened_note(line["note"], keys)
        origin, size, root = text.split("\n")[:3]
        need(origin in by, "the checkpoint is not signed by its log")
        self.checkpoint = origin, int(size), unbase64(root)

    def take_resource(self, line, _):
        need(self.resource is None, "a second resource")
        self.resource = line["value"]

    def take_declaration(self, line, _):
        need(line["id"] not in self.contents.declared, "a declaration is there twice")
        self.contents.declared[line["id"]] = line["documentSha256"]

    def take_content(self, line, _):
        self.contents.open(line)

    def take_entry(self, line, _):
        need(self.checkpoint, "an entry before the checkpoint")
        _, size, root = self.checkpoint
        raw = line["leaf"].encode()
        proof = [unbase64(part) for part in line["proof"]]
        need(root_from(line["index"], size, sha256(b"\x00", raw), proof) == root, "the proof does not lead to the checkpoint")
        leaf = json.loads(raw)
        need(canonical(leaf) == raw, "the leaf is not canonical")
        gone = set()
        for name, salt in (("particulars", "salt"), ("verdict", "verdictSalt")):
            if leaf[name] is None:
                need(line[name] is None, f"the {name} are not in the log")
            elif line[name] is None and line[salt] is None:
                gone.add(name)
            else:
                need(line[salt] is not None and opens(leaf[name], line[salt], line[name]),
                     f"the {name} are not what the log commits to")
        subject = leaf["subject"]
        need(subject, "an entry on no resource")
        need(leaf["previous"] == self.last.get(subject["id"]), "an entry on the same resource is missing before it")
        self.last[subject["id"]] = line["index"]
        self.entries += 1
        self.contents.entry(leaf)
        if gone:
            self.lost[leaf["id"]] = subject["id"], gone
        if leaf["act"].endswith(".erase") and line["particulars"] is not None:
            for named in line["particulars"]["entries"]:
                if self.lost.get(named["id"], (None,))[0] == subject["id"]:
                    self.named.setdefault(named["id"], []).append(named)
        if subject["id"] == self.subject and leaf["outcome"] == "done" and subject["version"] is not None:
            need(subject["version"] not in self.taken, "a version was reached twice")
            self.taken[subject["version"]] = leaf, line["particulars"]

    def take_step(self, step, _):
        need(step["subjectId"] == self.subject and step["version"] == len(self.steps) + 1, "not the next step")
        before = self.steps[-1]["toStatus"] if self.steps else "none"
        need(step["fromStatus"] == before, "the step does not begin where the one before ended")
        need(step["version"] in self.taken, "the step has no entry in the log")
        leaf, told = self.taken[step["version"]]
        need(leaf["act"] == f"{self.kind}.{step['action']}" and leaf["request"] == step["requestId"]
             and leaf["role"] == step["actorRole"] and instant(leaf["at"]) == instant(step["at"]),
             "the step is not what its entry says")
        left = {"from": step["fromStatus"], "to": step["toStatus"], "ground": step["ground"],
                "reasons": step["reasons"], "details": step["details"]}
        if told is None:
            named = self.named.get(leaf["id"])
            need(named and named[-1]["step"] == sha256(canonical(left)).hex(), "the step is not what its erasure left of it")
        need(told is None or (told["from"], told["to"], told["ground"], told["reasons"], told["details"])
             == (step["fromStatus"], step["toStatus"], step["ground"], step["reasons"], step["details"]),
             "the step is not what its entry says")
        # By what name each person is told: always the same, and no two by one.
        name = self.people.setdefault(leaf["actor"], step["actor"])
        need(name == step["actor"] and list(self.people.values()).count(name) == 1, "the step is of another person")
        self.steps.append(step)

    def take_notice(self, notice, _):
        number = notice["subjectVersion"]
        need(1 <= number <= len(self.steps) and notice["subjectId"] == self.subject, "the notice tells of no step")
        step = self.steps[number - 1]
        same = all(notice[name] == step[name] for name in ("fromStatus", "toStatus", "ground", "reasons", "details"))
        alike = same and notice["subjectKind"] == self.kind and instant(notice["at"]) == instant(step["at"])
        need(alike and notice["kind"] == f"{self.kind}.{step['action']}", "the notice tells of another step")

    def take_seal(self, line, _):
        """Checked before all others."""

    def ended(self):
        need(self.checkpoint and self.resource and self.steps, "the pack lacks a part")
        need(len(self.taken) == len(self.steps), "the log has a step that the history has not")
        for entry, (_, gone) in self.lost.items():
            says = {name for named in self.named.get(entry, []) for name in ("particulars", "verdict") if named[name]}
            need(says == gone, "what an entry recorded is gone, and no erasure says so")
        self.contents.ended(self.subject, self.resource)
        shown, last = self.resource, self.steps[-1]
        need(shown["id"] == self.subject and shown["version"] == last["version"], "the resource is not in its last version")
        over = (last["toStatus"] in ("active", "frozen") and shown["status"] == "expired"
                and shown["validUntil"] < instant(self.made_at).date().isoformat())
        need(shown["status"] == last["toStatus"] or over, "the resource is not where its history ends")


def instant(text):
    return datetime.datetime.fromisoformat(re.sub(r"\.(\d{1,6})\d*", lambda m: "." + m[1].ljust(6, "0"), text).replace("Z", "+00:00"))


def check_seal(raw, lines, keys):
    seal = json.loads(lines[-1])
    need(seal.get("part") == "seal" and set(seal) == {"part", "note"}, "the pack does not end with its seal")
    text, _ = opened_note(seal["note"], keys)
    before = raw[:len(raw) - len(lines[-1].encode()) - 1]
    need(text == f"{TITLE}\n{hashlib.sha256(before).hexdigest()}\n", "the pack is not what was sealed")
    need(lines[-1] == json.dumps(seal, ensure_ascii=False, separators=(",", ":")), "the seal is not as it was written")


def verify(raw, keys):
    need(raw.endswith(b"\n"), "the pack does not end with a line")
    lines = raw.decode()[:-1].split("\n")
    check_seal(raw, lines, keys)
    pack = Pack(json.loads(lines[0]))
    for line in lines[1:]:
        line = json.loads(line)
        take = getattr(pack, f"take_{line['part']}", None)
        need(take, "an unknown part")
        take(line, keys)
    pack.ended()
    return pack


def published(file, keys, checkpoint):
    """Whether the checkpoint of the pack is one that was published: lines of JSON with the signed note of each."""
    with open(file, encoding="utf-8") as lines:
        for line in lines:
            try:
                text, by = opened_note(json.loads(line)["note"], keys)
            except (Fault, ValueError, KeyError):
                continue
            origin, size, root = text.split("\n")[:3]
            if origin in by and (origin, int(size), unbase64(root)) == checkpoint:
                return True
    return False


def main():
    arguments = sys.argv[1:]
    file = None
    if "--checkpoints" in arguments:
        at = arguments.index("--checkpoints")
        file = arguments[at + 1]
        del arguments[at:at + 2]
    try:
        keys = [Key(vkey) for vkey in arguments[1:]]
        with open(arguments[0], "rb") as pack:
            pack = verify(pack.read(), keys)
        need(file is None or published(file, keys, pack.checkpoint), "its checkpoint is none of those published")
    except (Fault, ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as fault:
        print(f"refused: {fault}")
        return 1
    origin, size, root = pack.checkpoint
    print(f"holds: {pack.kind} {pack.subject} is {pack.resource['status']}, {len(pack.steps)} steps, "
          f"{pack.entries} entries ({len(pack.lost)} erased) of {size} in {origin}")
    if file is None:
        print(f"not compared with a published checkpoint (--checkpoints FILE): size {size}, root {base64.b64encode(root).decode()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
