#!/usr/bin/env python3
"""A second verifier of evidence packs: it shares no code with the registry, and comes to the same answer.

usage: verify_pack.py PACK VKEY...   (a public key of the log, as /v1/audit/keys gives it)

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


def alike(held, shown, names):
    """Whether members are shown as they are held: instants and decimals by what they mean."""
    for name in names.split():
        one, other = held.get(name), shown.get(camel(name))
        if name.endswith("_at") and one and other:
            one, other = instant(one), instant(other)
        if name in ("quantity", "value", "drawn") and one is not None and other is not None:
            one, other = decimal.Decimal(one), decimal.Decimal(other)
        need(whole(one) == whole(other), f"the {camel(name)} shown are not what the log commits to")


def listed(held, shown, by, names, less=lambda _: ""):
    """The same for lists, in the order of a number."""
    held = sorted(held, key=lambda part: part[by])
    need(len(held) == len(shown), f"of what has a {by}, not all or too much is shown")
    for one, other in zip(held, shown):
        alike(one, other, " ".join(name for name in names.split() if name not in less(one).split()))


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

    def read(self, subject, digits=float):
        need(subject in self.text, "what was held is missing")
        return json.loads(self.text[subject], parse_float=digits)

    def ended(self, subject, shown):
        need(all(of in self.text for of, says in self.committed.items() if says), "what was held is missing")
        held, exact = self.read(subject), self.read(subject, decimal.Decimal)
        alike(held, shown, "id reference version kind application_id exporter_id end_user_id destinations via issued_on "
              "valid_until predecessor_id end_use import_id source source_number particulars created_at")
        listed(exact["license_lines"], shown["lines"], "line", "line product_id classification_version control_codes "
               "description quantity unit value currency drawn")
        listed(held["license_lines"], shown["lines"], "line", "particulars")
        # What a freeze under a measure says for the license stands with the measure, and so does the end of a condition.
        listed([freeze for freeze in held["license_freezes"] if "lifted_at" not in freeze], shown["freezes"], "number",
               "number source source_id ground reasons lines review_on frozen_at",
               lambda freeze: "reasons review_on" if freeze["source"] == "measure" else "")
        conditions = held["license_conditions"]
        most = collections.Counter(one["condition"] for one in conditions)
        least = collections.Counter(one["condition"] for one in conditions if "measure_id" not in one)
        told = collections.Counter(shown["conditions"])
        need(not told - most and not least - told, "the conditions shown are not what the log commits to")
        self.rests_on(self.read(held["application_id"]) if "application_id" in held else {}, shown)

    def rests_on(self, application, shown):
        named = application.get("application_consignees", [])
        listed(named, shown["consignees"], "number", "number role consignee_id address")
        for party in shown["consignees"]:
            alike(self.read(party["consigneeId"]), party, "reference name kind country")
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
        self.lost, self.named, self.contents = {}, {}, Contents()

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
        self.steps.append(step)

    def take_notice(self, notice, _):
        number = notice["subjectVersion"]
        need(1 <= number <= len(self.steps) and notice["subjectId"] == self.subject, "the notice tells of no step")
        step = self.steps[number - 1]
        same = all(notice[name] == step[name] for name in ("fromStatus", "toStatus", "ground", "reasons", "details"))
        need(same and notice["kind"] == f"{self.kind}.{step['action']}", "the notice tells of another step")

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
        over = shown["status"] == "expired" and shown.get("validUntil", "9") < self.made_at[:10]
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


def main():
    try:
        with open(sys.argv[1], "rb") as file:
            pack = verify(file.read(), [Key(vkey) for vkey in sys.argv[2:]])
    except (Fault, ValueError, KeyError, TypeError) as fault:
        print(f"refused: {fault}")
        return 1
    origin, size, _ = pack.checkpoint
    print(f"holds: {pack.kind} {pack.subject} is {pack.resource['status']}, {len(pack.steps)} steps, "
          f"{pack.entries} entries ({len(pack.lost)} erased) of {size} in {origin}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
