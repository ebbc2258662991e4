"""Every crate's licence is one we may use; needs no network. Usage: cargo metadata … | python3 .ci/licences.py"""

import json
import re
import sys

ALLOWED = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
    "CDLA-Permissive-2.0", "ISC", "MIT", "MIT-0", "MPL-2.0", "PostgreSQL", "Unicode-3.0", "Unlicense", "Zlib",
}


def is_allowed(expression):
    """SPDX: of an OR one side is enough, of an AND both are needed; the old slash is an OR."""
    expression = expression.replace("/", " OR ")
    words = re.findall(r"\(|\)|\bOR\b|\bAND\b|(?:(?!\bOR\b|\bAND\b)[^()])+", expression)
    words = [word.strip() for word in words if word.strip()]
    either, rest = read_or(words)
    return either and not rest


def read_or(words):
    value, words = read_and(words)
    while words[:1] == ["OR"]:
        other, words = read_and(words[1:])
        value = value or other
    return value, words


def read_and(words):
    value, words = read_one(words)
    while words[:1] == ["AND"]:
        other, words = read_one(words[1:])
        value = value and other
    return value, words


def read_one(words):
    if words[:1] == ["("]:
        value, words = read_or(words[1:])
        return value and words[:1] == [")"], words[1:]
    return bool(words) and words[0] in ALLOWED, words[1:]


def main():
    packages = json.load(sys.stdin)["packages"]
    for expression, right in [("MIT OR GPL-3.0", True), ("MIT AND GPL-3.0", False), ("(MIT OR X) AND ISC", True)]:
        assert is_allowed(expression) is right, expression
    refused = [f"{package['name']} {package['version']}: {package['license']}" for package in packages
               if not is_allowed(package["license"] or "")]
    sources = {package["source"] for package in packages if package["source"]}
    strange = [source for source in sources if not source.startswith("registry+")]
    for line in refused + strange:
        print("refused:", line)
    print(f"{len(packages)} crates, {len(refused)} refused, {len(strange)} strange sources")
    sys.exit(bool(refused or strange))


main()
