"""YAML as study files use it: no key twice, no bombs, and the line of each key."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from studies.errors import InputError
from studies.yamlmistakes import described

Location = tuple[str | int, ...]
LARGEST = 1024 * 1024  # bytes
LONGEST_NUMBER = 4000  # digits; Python reads 4,300
MOST_NODES = 200_000  # after aliases are followed


@dataclass(frozen=True)
class YamlFile:
    """The content of a file, and the line (from 1) at which each key begins."""

    content: Any
    lines: dict[Location, int]

    def line(self, location: Location) -> int | None:
        """Of the key, or of the nearest one around it."""
        for length in range(len(location), 0, -1):
            if location[:length] in self.lines:
                return self.lines[location[:length]]
        return None


class _TwiceError(yaml.YAMLError):
    """A key that stands twice in one mapping; plain YAML readers take the last in silence."""

    def __init__(self, key: str, mark: yaml.Mark) -> None:
        self.problem, self.problem_mark = f"key {key!r} stands twice; remove one", mark


class _UnreadableError(yaml.YAMLError):
    """A value that looks like a date or a number and is none."""

    def __init__(self, reason: str, mark: yaml.Mark) -> None:
        self.problem, self.problem_mark = f"a value cannot be read ({reason}); put it in quotes", mark


class _Loader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if key.value in seen:
                    raise _TwiceError(key.value, key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, OverflowError) as error:
            many = isinstance(node, yaml.ScalarNode) and len(node.value) > LONGEST_NUMBER
            reason = f"a number of {len(node.value):,} digits" if many else str(error)
            raise _UnreadableError(reason, node.start_mark) from None


def read_yaml_file(file: Path, hint: str) -> YamlFile:
    """The content of a YAML file. Raises InputError; `hint` says what to give where there is no file."""
    try:
        if file.stat().st_size > LARGEST:
            raise InputError(f"{file} is larger than {LARGEST // 1024**2} MiB; it can be no study file.")
        with file.open("rb") as opened:
            text = _decoded(opened.read(LARGEST + 1), str(file))
    except FileNotFoundError:
        raise InputError(f"{file} does not exist; {hint}.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{file} cannot be read ({error}); it must be a UTF-8 text file.") from None
    return read_yaml_text(text, str(file))


def _decoded(content: bytes, where: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{where}, line {line}: the file is not UTF-8 text; save it as UTF-8.") from None


def read_yaml_text(text: str, where: str) -> YamlFile:
    """As above, of a text that came from `where`."""
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return YamlFile(None, {})
            _check_size(node, where)
            return YamlFile(loader.construct_document(node), dict(_lines(node)))
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        line, problem = described(error, text)
        place = f"{where}, line {line}" if line else where
        raise InputError(f"{place}: {problem}.") from None
    except RecursionError:
        raise InputError(f"{where} is nested too deeply; a study file has at most six levels.") from None


def _check_size(root: yaml.Node, where: str) -> None:
    sizes: dict[int, int] = {}
    if _size(root, sizes, set()) > MOST_NODES:
        raise InputError(f"{where} holds more than {MOST_NODES:,} values once its aliases are followed.")


def _size(node: yaml.Node, sizes: dict[int, int], above: set[int]) -> int:
    if id(node) in above:
        raise yaml.constructor.ConstructorError(
            None, None, "an alias refers to what it stands in; write it out", node.start_mark
        )
    if id(node) not in sizes:
        above.add(id(node))
        sizes[id(node)] = 1 + sum(_size(child, sizes, above) for child in _children(node))
        above.remove(id(node))
    return sizes[id(node)]


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _lines(node: yaml.Node, path: Location = ()) -> Iterator[tuple[Location, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*path, key.value), key.start_mark.line + 1
            yield from _lines(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            yield (*path, place), value.start_mark.line + 1
            yield from _lines(value, (*path, place))
