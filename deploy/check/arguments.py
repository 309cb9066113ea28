"""Every argument and every reference of the Terraform files, against the provider's own list of them.

`terraform validate` wants the provider, which only Terraform's registry has. The list is also in the bindings that HashiCorp made of provider
6.50.0 for its CDK, a package of PyPI: one Python module a resource, whose constructor has the arguments, and whose properties are what may be
referred to. They are read, not run.
"""

import ast
import re
import sys
import zipfile
from pathlib import Path

import hcl
from hcl import Fault

# A resource's type begins with its provider; so do the bindings' packages.
PACKAGES = {"google": "cdktf_cdktf_provider_google", "random": "cdktf_cdktf_provider_random"}

# What Terraform knows and the bindings' constructors name for themselves.
OF_THE_CDK = {"connection", "provisioners", "scope", "id_"}

# Values that would stand in the state, where anyone reads them who may read the bucket.
SECRET = re.compile(r"^(root_)?password$|^secret_data$|^client_secret$|^private_key$|^client_key$")
STORES_A_SECRET = {"google_service_account_key", "random_password", "tls_private_key"}

REFERENCE = re.compile(
    r"(?P<prefix>data\.|ephemeral\.)?\b(?P<type>(?:google|random)_[a-z0-9_]+)\.(?P<name>[a-z0-9_]+)"
    r"(?:\[[^\]]*\])?(?:\.(?P<attribute>[a-z_0-9]+))?"
)


class Bindings:
    """The bindings of the providers, in the wheels of a folder."""

    def __init__(self, wheels):
        self.archives = {}
        for wheel in Path(wheels).glob("*.whl"):
            for provider, package in PACKAGES.items():
                if wheel.name.startswith(package + "-"):
                    self.archives[provider] = zipfile.ZipFile(wheel)
        missing = PACKAGES.keys() - self.archives.keys()
        if missing:
            raise Fault(f"{wheels}: no bindings of {', '.join(sorted(missing))}")
        self.read = {}

    def classes(self, block_kind, type):
        """All classes of a resource's module by name, and the resource's own."""
        key = (block_kind == "data", type)
        if key not in self.read:
            provider, _, rest = type.partition("_")
            if provider not in self.archives:
                raise Fault(f"{type}: a provider that is not known here")
            module = f"data_{provider}_{rest}" if block_kind == "data" else rest
            try:
                source = self.archives[provider].read(f"{PACKAGES[provider]}/{module}/__init__.py")
            except KeyError:
                raise Fault(f"the provider has no {block_kind} {type}") from None
            classes = {c.name: c for c in ast.parse(source).body if isinstance(c, ast.ClassDef)}
            bases = ("TerraformResource", "TerraformDataSource")
            own = next(c for c in classes.values() if any(b in ast.unparse(base) for base in c.bases for b in bases))
            self.read[key] = (classes, own)
        return self.read[key]


def constructor(of):
    return next(f for f in of.body if isinstance(f, ast.FunctionDef) and f.name == "__init__")


def attributes(of):
    """What may be referred to."""
    names = {"id"}
    for function in of.body:
        if isinstance(function, ast.FunctionDef) and any("property" in ast.unparse(d) for d in function.decorator_list):
            names.add(function.name.removesuffix("_input"))
    return names


def check_arguments(where, arguments, of, classes):
    """Yields what is unknown or missing, at any depth."""
    function = constructor(of)
    known = {}
    for argument, default in zip(function.args.kwonlyargs, function.args.kw_defaults):
        if argument.arg not in OF_THE_CDK:
            nested = [w for w in re.findall(r"\w+", ast.unparse(argument.annotation)) if w in classes]
            known[argument.arg] = (default is None, nested[0] if nested else None)
    given = {name: value for name, value in arguments.items() if name not in hcl.META}
    for dynamic in given.pop("dynamic", []):
        given.update({name: block["content"] for name, block in dynamic.items()})
    for name, value in given.items():
        if name not in known:
            yield f"{where}: there is no argument {name}"
        elif known[name][1] and isinstance(value, list):
            for block in value:
                yield from check_arguments(f"{where}: {name}", block, classes[known[name][1]], classes)
    for name, (required, _) in known.items():
        if required and name not in given:
            yield f"{where}: the argument {name} is missing"


def check_references(module, bindings):
    """Yields references to what is not there, and what nobody refers to."""
    declared = {(block.kind, block.type, block.name) for block in module.blocks}
    used = {"var": set(), "local": set()}
    for file, parsed in module.files.items():
        for text in hcl.texts(parsed):
            for kind, name in re.findall(r"\b(var|local)\.([a-z0-9_]+)", text):
                used[kind].add(name)
                if name not in (module.variables if kind == "var" else module.locals):
                    yield f"{file}: there is no {kind}.{name}"
            for found in REFERENCE.finditer(text):
                kind = (found["prefix"] or "resource.")[:-1]
                if (kind, found["type"], found["name"]) not in declared:
                    yield f"{file}: there is no {kind} {found['type']}.{found['name']}"
                    continue
                _, own = bindings.classes(kind, found["type"])
                if found["attribute"] and found["attribute"] not in attributes(own):
                    yield f"{file}: {found['type']} has no {found['attribute']}"
    for kind, names in (("var", module.variables), ("local", module.locals)):
        for name in names.keys() - used[kind]:
            yield f"{kind}.{name} is used nowhere"


def check_secrets(block):
    """Yields what would put a secret into the state."""
    if block.kind == "resource" and block.type in STORES_A_SECRET:
        yield f"{block}: it would be in the state, as a secret: use a write-only argument and an ephemeral value"
    for name in block.arguments:
        if SECRET.search(name):
            yield f"{block}: {name} would be in the state: use its write-only argument"


def check(folder, bindings):
    module = hcl.load(folder)
    faults = []
    for block in module.blocks:
        try:
            classes, own = bindings.classes(block.kind, block.type)
        except Fault as fault:
            faults.append(f"{block}: {fault}")
            continue
        faults.extend(check_arguments(str(block), block.arguments, own, classes))
        faults.extend(check_secrets(block))
    if not faults:
        faults.extend(check_references(module, bindings))
    if faults:
        raise Fault("\n".join(sorted(set(faults))))
    return f"{len(module.files)} files, {len(module.blocks)} resources; every argument and reference is one of provider 6.50.0"


if __name__ == "__main__":
    try:
        print(check(sys.argv[1], Bindings(sys.argv[2])))
    except Fault as fault:
        sys.exit(str(fault))
