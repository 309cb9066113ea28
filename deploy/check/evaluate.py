"""Terraform itself plans the files, with stand-ins for the providers that cannot be had here.

Each resource becomes a `terraform_data`, which is built into Terraform, with the same arguments as its input. So every expression is evaluated, every variable
judged by its conditions, for_each, count and dependencies come out as they are, and a cycle or two branches of different types are found. What the
providers would make of the arguments is not.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import hcl
from hcl import Fault

REFERENCE = re.compile(r"(?:\bdata\.|\bephemeral\.)?\b((?:google|random)_[a-z0-9_]+)\.([a-z0-9_]+)((?:\[(?:[^\]\[]|\[[^\]]*\])*\])?)(\.(?=[a-z]))?")

# Variables, what the plan must hold of each resource by name, and what it must be refused with instead.
EVERYTHING = {
    "project_id": "cats-against-dogs",
    "domain": "app.example.com",
    "tenants": ["pupils", "teachers"],
    "sms_regions": ["DE"],
    "telemetry": True,
    "admin_is_deployed": True,
    "administrators": ["group:admins@example.com"],
}
LEAST = {"project_id": "cats-against-dogs"}
EACH = "as many as there are services"
PLANS = [
    (EVERYTHING, {"google_compute_url_map__this": 1, "google_identity_platform_tenant__this": 2, "google_project_iam_member__traces": EACH,
                  "google_cloud_run_v2_service_iam_binding__admin_only_by_iap": 1, "google_service_account__service": EACH}),
    (LEAST, {"google_compute_url_map__this": 0, "google_identity_platform_tenant__this": 0, "google_project_iam_member__traces": 0,
             "google_cloud_run_v2_service_iam_binding__admin_only_by_iap": 0, "google_service_account__service": EACH}),
]
REFUSED = [
    ({**LEAST, "project_id": "demo-callgate"}, "one that begins with demo- is for development"),
    ({**LEAST, "authorized_domains": ["http://localhost:8080"]}, "Hosts without a scheme"),
    ({**LEAST, "administrators": ["allUsers"]}, "everybody is nobody's administrator"),
    ({}, "project_id"),
]


def stand_in(text):
    """An expression that refers to the stand-ins."""
    # What a loop over resources calls one of them.
    loops = re.findall(r"\bfor (?:\w+, )?(\w+) in (?:google|random)_", text)
    text = REFERENCE.sub(lambda m: f"terraform_data.{m[1]}__{m[2]}{m[3]}{'.output.' if m[4] else ''}", text)
    for variable in {*loops, "each.value"}:
        text = re.sub(rf"\b{re.escape(variable)}\.(?=[a-z])", f"{variable}.output.", text)
    return text


def converted(value):
    """A value in Terraform's JSON, with references to the stand-ins."""
    if isinstance(value, dict):
        made = {key: converted(inner) for key, inner in value.items() if key not in hcl.META | {"dynamic"}}
        made.update({name: repeated(name, block) for one in value.get("dynamic", []) for name, block in one.items()})
        return made
    if isinstance(value, list):
        return [converted(inner) for inner in value]
    return stand_in(value) if isinstance(value, str) else value


def repeated(name, block):
    """What a dynamic block comes to: a list with an entry for each."""
    arguments = []
    for argument, value in block["content"][0].items():
        if argument not in hcl.META:
            inner = hcl.expression(value) if isinstance(value, str) else None
            inner = json.dumps(value) if inner is None else stand_in(inner)
            arguments.append(f"{argument} = " + re.sub(rf"\b{name}\.(key|value)\b", r"repeated_\1", inner))
    over = stand_in(hcl.expression(block["for_each"]))
    return f"${{[for repeated_key, repeated_value in {over} : {{ {', '.join(arguments)} }}]}}"


def module(folder):
    """The whole module in Terraform's JSON."""
    source = hcl.load(folder)
    resources = {}
    for block in source.blocks:
        arguments = block.arguments
        made = {"input": converted(arguments)}
        for meta in ("for_each", "count"):
            if meta in arguments:
                made[meta] = converted(arguments[meta])
        if "depends_on" in arguments:
            made["depends_on"] = [stand_in(hcl.expression(one)) for one in arguments["depends_on"]]
        resources[f"{block.type}__{block.name}"] = made
    made = {
        "resource": {"terraform_data": resources},
        "locals": converted(source.locals),
        "output": {name: converted(output) for name, output in source.outputs.items()},
    }
    # What the providers would answer: whatever anyone asks of a resource. Until it is applied, Terraform knows none of it.
    for attribute in set(re.findall(r"\.output\.([a-z0-9_]+)", json.dumps(made))):
        for resource in resources.values():
            resource["input"].setdefault(attribute, attribute)
    # A type is a word, not an expression.
    variables = {}
    for name, variable in source.variables.items():
        kept = {k: v for k, v in variable.items() if k not in hcl.META}
        kept["type"] = hcl.expression(kept["type"]) or kept["type"]
        kept["validation"] = [converted(one) for one in kept.get("validation", [])]
        variables[name] = kept
    return {**made, "variable": variables}


def terraform(folder, *arguments):
    return subprocess.run(["terraform", *arguments, "-no-color"], cwd=folder, capture_output=True, text=True)


def plan(folder, variables):
    """What is planned, how many of each; or what was said against it."""
    (folder / "terraform.tfvars.json").write_text(json.dumps(variables))
    done = terraform(folder, "plan", "-input=false", "-refresh=false", "-out=plan")
    if done.returncode:
        return None, " ".join(done.stderr.replace("│", " ").split())
    shown = json.loads(terraform(folder, "show", "-json", "plan").stdout)
    count = {}
    for change in shown["resource_changes"]:
        count[change["name"]] = count.get(change["name"], 0) + 1
    return count, ""


def check(source):
    with tempfile.TemporaryDirectory(prefix="callgate-plan-") as name:
        folder = Path(name)
        (folder / "main.tf.json").write_text(json.dumps(module(source), indent=1))
        for arguments in (["init", "-input=false"], ["validate"]):
            done = terraform(folder, *arguments)
            if done.returncode:
                raise Fault(f"terraform {arguments[0]}: {done.stderr or done.stdout}")
        services = len(re.findall(r'"[\w-]+"', hcl.load(source).resource("google_service_account", "service").arguments["for_each"]))
        for variables, expected in PLANS:
            count, said = plan(folder, variables)
            if count is None:
                raise Fault(f"terraform plan with {variables}: {said}")
            for resource, number in expected.items():
                number = services if number == EACH else number
                if count.get(resource, 0) != number:
                    raise Fault(f"terraform plan with {variables}: {count.get(resource, 0)} of {resource}, {number} expected")
        # As someone copies it.
        (folder / "terraform.tfvars").write_text((Path(source) / "terraform.tfvars.example").read_text())
        count, said = plan(folder, {})
        if count is None:
            raise Fault(f"terraform plan with terraform.tfvars.example: {said}")
        (folder / "terraform.tfvars").unlink()
        for variables, words in REFUSED:
            count, said = plan(folder, variables)
            if count is not None or words not in said:
                raise Fault(f"terraform plan with {variables} should say {words!r}, and says {said or 'nothing'}")
    return f"planned with everything, with the least and with the example, by stand-ins for the providers; {len(REFUSED)} wrong settings refused"


if __name__ == "__main__":
    try:
        print(check(Path(sys.argv[1])))
    except Fault as fault:
        sys.exit(str(fault))
