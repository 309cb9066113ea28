"""Parses the queries in these files of Cloud Monitoring as PromQL. Prints what is none, or else how many there are."""

import json
import sys

import promql_parser


def queries(value):
    """All queries below a value, in alerts and in dashboards."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in ("query", "prometheusQuery"):
                yield inner
            else:
                yield from queries(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from queries(inner)


wrong, count = [], 0
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        content = json.load(file)
    for query in queries(content):
        count += 1
        try:
            promql_parser.parse(query)
        except ValueError as error:
            wrong.append(f"deploy/{path}: {error}: {query}")
if wrong or not count:
    sys.exit("\n".join(wrong) or "no query was found")
print(count)
