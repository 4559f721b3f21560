"""What is judged: methods, items, and where their clips lie."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from studies.bundle import STIMULI
from studies.config.base import NAME_PATTERN, Identifier, Strict, Text, Words
from studies.config.damage import Made
from studies.config.places import inside
from studies.reading import no_text

DEFAULT_PATTERN = "clips/{method}/{item}.mp4"


InFolder = Annotated[Text, Field(min_length=1, max_length=512), AfterValidator(inside)]


def _named(value: Any) -> Any:
    """A bare name stands for an object that has nothing but its name."""
    unquoted = no_text(value)
    if unquoted is not None:
        raise ValueError(unquoted)
    return {"name": value} if isinstance(value, str) else value


class Method(Strict):
    """The system under evaluation that made a clip (ITU: HRC)."""

    name: Identifier
    """A name of the catalogue, such as SadTalker, brings its citation; any other is free."""
    reference: bool = False
    """Whether this is the real video, of which there is one at most."""
    role: Literal["scored", "gold"] = "scored"
    """`gold`: damaged on purpose, with clips only of the items that key `gold` names."""
    made: Made | None = None
    """Of gold: how its clips are made at import from those of another method, such as {of: FLOAT,
    sound_late_frames: 12}; without it they lie with the others."""
    description: Text = ""
    """For the report; raters never see it."""

    @model_validator(mode="after")
    def _made_is_gold(self) -> Method:
        if self.made is not None and self.role != "gold":
            raise ValueError("a method whose clips are made is gold; write role: gold, or remove 'made'")
        return self


class Item(Strict):
    """One piece of source content (ITU: SRC). Attributes are free and go into the report's subgroups."""

    name: Identifier
    """Of the item; its clips are found by it."""
    role: Literal["scored", "training"] = "scored"
    """`training`: shown for practice before the first scored clip, never scored."""
    dataset: Annotated[Text, Field(min_length=1, max_length=64)] | None = None
    """Where the content was taken from, by its name in the catalogue, such as HDTF, or any other."""
    split: Annotated[Text, Field(max_length=64)] | None = None
    """iid_holdout, cross_dataset, emotion, low_shot, novel_view (the usual ones), or any other."""
    attributes: dict[Text, Text] = {}
    """Such as {gender: female, lighting: low}; the report compares groups with the same value."""
    context: Words | None = None
    """What raters need to know to judge this content; shown in parts with `shown: [context]`."""
    picture: InFolder | None = None
    """A still picture (PNG or JPEG), such as the portrait; shown in parts with `shown: [picture]`."""

    @model_validator(mode="after")
    def _attributes_are_columns(self) -> Item:
        taken = sorted(set(self.attributes) & set(STIMULI.header))
        if taken:
            raise ValueError(f"attribute {taken[0]!r} has the name of a column of stimuli.csv; rename it")
        if self.dataset is not None and self.attributes.get("dataset", self.dataset) != self.dataset:
            raise ValueError("attribute 'dataset' contradicts key 'dataset'; remove one of them")
        return self


class _OrName:
    """For editors: a name alone, or the whole object."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string", "pattern": NAME_PATTERN}, handler(schema)]}


MethodOrName = Annotated[Method, BeforeValidator(_named), _OrName()]
ItemOrName = Annotated[Item, BeforeValidator(_named), _OrName()]


class Stimuli(Strict):
    """Where the clips lie, relative to the study file: by pattern, or clip by clip in a table."""

    pattern: Text = DEFAULT_PATTERN
    """`{method}` and `{item}` are filled in."""
    table: InFolder | None = None
    """A CSV file with the columns method, item, file, and any of dataset, split and the items' attributes."""
    files: dict[Identifier, dict[Identifier, InFolder]] = {}
    """{method: {item: path}}; filled from the table."""

    @model_validator(mode="after")
    def _names_both(self) -> Stimuli:
        if "{method}" not in self.pattern or "{item}" not in self.pattern:
            raise ValueError("pattern must contain {method} and {item}; add what is missing")
        try:
            inside(self.pattern)
        except ValueError as error:
            raise ValueError(str(error).replace("it", "pattern", 1)) from None
        return self

    def path(self, method: str, item: str) -> str | None:
        """The clip's path, or None where a table is given that does not list it."""
        if self.files:
            return self.files.get(method, {}).get(item)
        return self.pattern.replace("{method}", method).replace("{item}", item)


class Clips(Strict):
    """How the clips are prepared for browsers, all of a study alike. What is done stands in the bundle."""

    encode: Literal["auto", "always", "never"] = "auto"
    """`auto`: encoded anew (H.264, AAC) only where they differ or browsers need it; else repacked."""
    crf: Annotated[int, Field(ge=1, le=35)] = 16
    """Quality of encoding (x264): 1 is next to lossless, 16 hardly visible."""
    loudness_lufs: Annotated[float, Field(ge=-50, le=-10)] | None = None
    """Bring all clips to this loudness (ITU-R BS.1770), such as -23."""
    width: Annotated[int, Field(ge=16, le=7680, multiple_of=2)] | None = None
    """Bring all clips to this width in pixels; with `height`, bars are added where the shape differs."""
    height: Annotated[int, Field(ge=16, le=7680, multiple_of=2)] | None = None
    """Bring all clips to this height in pixels."""
    fps: Annotated[float, Field(ge=1, le=240)] | None = None
    """Bring all clips to this rate, in pictures per second."""
    seconds: Annotated[float, Field(gt=0, le=600)] | None = None
    """Cut all clips to their first so many seconds."""

    @property
    def changes(self) -> bool:
        """Whether every clip has to be encoded anew."""
        wanted = (self.loudness_lufs, self.width, self.height, self.fps, self.seconds)
        return self.encode == "always" or any(value is not None for value in wanted)
