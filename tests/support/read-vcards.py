"""Reads vCards with vobject, a reader that shares nothing with our writer (Debian: python3-vobject).

    python3 read-vcards.py FOLDER

Prints one JSON object: file name to a list of properties, each of them [name, parameters, value]. A value is a text, a
list of parts (N, ADR, ORG) or entries (CATEGORIES), or {"base64": bytes} where vobject decoded bytes.
"""
import base64, json, os, sys
import vobject
from vobject.base import getLogicalLines, textLineToContentLine

NAME_PARTS = ("family", "given", "additional", "prefix", "suffix")
ADDRESS_PARTS = ("box", "extended", "street", "city", "region", "code", "country")

# vobject knows no URIs: it takes them for text, and reads up to the first comma. Of these it shall only undo the folding.
URI_NAMES = ("URL", "IMPP")

def value_of(line):
    value = line.value
    if line.name == "N":
        return [getattr(value, part) for part in NAME_PARTS]
    if line.name == "ADR":
        return [getattr(value, part) for part in ADDRESS_PARTS]
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    return value

def is_uri(line):
    return line.name in URI_NAMES or line.name == "PHOTO" and "ENCODING" not in line.params

def properties_of(text):
    cards = list(vobject.readComponents(text))
    assert len(cards) == 1, "one card a file"
    known = [[line.name, line.params, value_of(line)] for line in cards[0].getChildren() if not is_uri(line)]
    lines = [textLineToContentLine(line) for line, _ in getLogicalLines(vobject.base.six.StringIO(text), False)]
    return known + [[line.name, line.params, line.value] for line in lines if is_uri(line)]

def main(folder):
    cards = {}
    for name in sorted(os.listdir(folder)):
        # newline="": the file's own line ends reach the reader.
        with open(os.path.join(folder, name), encoding="utf-8", newline="") as file:
            cards[name] = properties_of(file.read())
    json.dump(cards, sys.stdout)

main(sys.argv[1])
