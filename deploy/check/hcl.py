"""Terraform files as plain data: blocks with their arguments, text without its quotes."""

import re
from dataclasses import dataclass
from pathlib import Path

import hcl2

# Words that may stand in any resource, and what python-hcl2 adds.
META = {"count", "depends_on", "for_each", "lifecycle", "provider", "__comments__", "__inline_comments__", "__is_block__"}


class Fault(Exception):
    """What is wrong: the file, and the reason."""


@dataclass(frozen=True)
class Block:
    """One resource, data source or ephemeral value."""

    kind: str
    type: str
    name: str
    arguments: dict
    file: str

    def __str__(self):
        return f"{self.file}: {self.kind} {self.type}.{self.name}"


@dataclass(frozen=True)
class Module:
    """All files of a folder."""

    blocks: list
    locals: dict
    variables: dict
    outputs: dict
    #: File name -> what stands in it, parsed.
    files: dict

    def resource(self, type, name):
        for block in self.blocks:
            if (block.kind, block.type, block.name) == ("resource", type, name):
                return block
        raise Fault(f"there is no resource {type}.{name}")


def load(folder):
    """Parses every `.tf` file of a folder."""
    module = Module([], {}, {}, {}, {})
    for path in sorted(Path(folder).glob("*.tf")):
        try:
            with path.open() as file:
                parsed = unquoted(hcl2.load(file))
        except Exception as error:  # the parser has many kinds
            raise Fault(f"{path.name}: no HCL: {str(error).splitlines()[0]}") from error
        module.files[path.name] = parsed
        for kind in ("resource", "data", "ephemeral"):
            for typed in parsed.get(kind, []):
                for type, named in typed.items():
                    for name, arguments in named.items():
                        module.blocks.append(Block(kind, type, name, arguments, path.name))
        for values in parsed.get("locals", []):
            module.locals.update({k: v for k, v in values.items() if k not in META})
        for target, kind in ((module.variables, "variable"), (module.outputs, "output")):
            for named in parsed.get(kind, []):
                target.update(named)
    if not module.files:
        raise Fault(f"{folder}: no .tf file")
    return module


def unquoted(value):
    """Without the quotes that the parser leaves around text, at any depth."""
    if isinstance(value, dict):
        return {unquoted(key): unquoted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [unquoted(inner) for inner in value]
    if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return value


def texts(value):
    """Every text in a value, at any depth; comments are none."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in ("__comments__", "__inline_comments__"):
                yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


def expression(text):
    """What stands between `${` and `}` where that is all of it, else nothing."""
    whole = re.fullmatch(r"\$\{(.*)\}", text, re.S)
    return whole.group(1) if whole else None
