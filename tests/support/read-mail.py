"""Reads .eml files with Python's email package. The first argument is a folder with all files in it, at any depth.

Prints JSON: path to what a person finds in the message: headers, texts, attachments by hash.
"""
import base64
import email
import email.policy
import hashlib
import json
import os
import sys


def sha(data):
    return hashlib.sha256(data).hexdigest()


def text_of(part):
    charset = part.get_content_charset() or "utf-8"
    data = part.get_payload(decode=True) or b""
    try:
        text = data.decode(charset, "replace")
    except LookupError:
        text = data.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").strip()


def enclosed(part):
    """What a message/* part encloses, in a form that does not depend on how it is written."""
    inner = part.get_payload()
    if str(part.get("content-transfer-encoding", "")).strip().lower() == "base64":
        # Not allowed, and written all the same.
        text = part.as_bytes().replace(b"\r\n", b"\n").split(b"\n\n", 1)[-1]
        kept = b"Content-Type: " + part.get_content_type().encode() + b"\r\n\r\n" + base64.b64decode(text)
        inner = email.message_from_bytes(kept, policy=email.policy.default).get_payload()
    if part.get_content_type() == "message/rfc822":
        return json.dumps([facts_of(message) for message in inner]).encode()
    return json.dumps([[list(item) for item in block.items()] for block in inner]).encode()


def payload_of(part):
    if part.get_content_maintype() == "message":
        return enclosed(part)
    return part.get_payload(decode=True) or b""


def leaves(part):
    if part.get_content_maintype() == "message" or not part.is_multipart():
        yield part
        return
    for child in part.get_payload():
        yield from leaves(child)


def header(message, name):
    try:
        return str(message[name] or "").strip()
    except Exception:
        return "unreadable"


def people(message, name):
    try:
        field = message[name]
        if field is None:
            return []
        return [[str(one.display_name), str(one.addr_spec)] for one in field.addresses]
    except Exception:
        return ["unreadable"]


def facts_of(message):
    found = {"html": [], "text": [], "files": []}
    for part in leaves(message):
        kind = part.get_content_type()
        is_file = part.get_filename() is not None or part.get_content_disposition() == "attachment"
        if not is_file and kind == "text/html":
            found["html"].append(text_of(part))
        elif not is_file and kind == "text/plain":
            found["text"].append(text_of(part))
        else:
            found["files"].append([part.get_filename() or "", kind, sha(payload_of(part)), str(part.get("content-id") or "")])
    found["files"].sort()
    for name in ("subject", "date", "message-id"):
        found[name] = header(message, name)
    for name in ("from", "to", "cc", "bcc", "reply-to"):
        found[name] = people(message, name)
    return found


def facts(path):
    with open(path, "rb") as file:
        return facts_of(email.message_from_bytes(file.read(), policy=email.policy.default))


found = {}
for folder, _, files in os.walk(sys.argv[1]):
    for name in files:
        path = os.path.join(folder, name)
        found[os.path.relpath(path, sys.argv[1])] = facts(path)
json.dump(found, sys.stdout)
