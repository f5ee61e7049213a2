#!/usr/bin/env python3
"""Holds docs/result.schema.json to what wsload writes.

    tests/schema/result_schema.py SCHEMA paths FILE    FILE: the paths of every value, a line each
    tests/schema/result_schema.py SCHEMA result FILE    FILE: a result.json

Exit code 0: the schema describes it; 1: a line on stdout for each thing that it does not.
"""

import json
import re
import sys

import jsonschema


def resolved(schema, node):
    """The nodes that say something of a value: `node`, and what it refers to."""
    nodes = [node]
    for part in nodes:
        reference = part.get("$ref")
        if reference:
            target = schema
            for name in reference.removeprefix("#/").split("/"):
                target = target[name]
            nodes.append(target)
        nodes.extend(part.get("allOf", []))
    return nodes


def step(schema, node, name):
    """The node of a member, or of an array's elements ("[]"); None: nothing is said of it."""
    for part in resolved(schema, node):
        if name == "[]" and "items" in part:
            return part["items"]
        if name in part.get("properties", {}):
            return part["properties"][name]
        if isinstance(part.get("additionalProperties"), dict):
            return dict(part["additionalProperties"], description="By name.")
    return None


def missing_paths(schema, paths):
    for path in paths:
        node = schema
        for name in re.findall(r"\[\]|[^.\[\]]+", path):
            node = node and step(schema, node, name)
        if not node or not any(part.get("description") for part in resolved(schema, node)):
            yield f"{path}: the schema does not describe it"


def errors(schema, result):
    for error in jsonschema.Draft7Validator(schema).iter_errors(result):
        yield f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"


def main(schema_file, what, file):
    with open(schema_file, encoding="utf-8") as opened:
        schema = json.load(opened)
    jsonschema.Draft7Validator.check_schema(schema)
    with open(file, encoding="utf-8") as opened:
        lines = missing_paths(schema, opened.read().split()) if what == "paths" else errors(schema, json.load(opened))
        wrong = list(lines)
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
