"""Reads messages as Python's email package does: for each file named on standard input, the hashes of its attachments."""

import email
import email.policy
import hashlib
import json
import sys


def hashes_of(path):
    with open(path, "rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.compat32)
    found = []
    for part in message.walk():
        if part.is_multipart() or part.get_content_disposition() is None:
            continue
        found.append(hashlib.sha256(part.get_payload(decode=True) or b"").hexdigest())
    return found


json.dump([hashes_of(path) for path in json.load(sys.stdin)], sys.stdout)
