"""The study file: `study.yaml` as a typed, frozen object."""

from studies.config.base import Identifier, Language, Strict, Words
from studies.config.loading import ALMOST, CONFIG_FILE, is_file, load_study, missing_clips, parse_study
from studies.config.material import Clips, Item, Method, Stimuli
from studies.config.model import Analysis, Cell, StudyConfig, Target, canonical_json
from studies.config.people import Design, Devices, Gold, Payment, Recruitment, Targets
from studies.config.questions import PAIRED, OwnScale, Part, Question, TestMethod
from studies.config.texts import Consent, Texts

__all__ = [
    "ALMOST",
    "CONFIG_FILE",
    "PAIRED",
    "Analysis",
    "Cell",
    "Clips",
    "Consent",
    "Design",
    "Devices",
    "Gold",
    "Identifier",
    "Item",
    "Language",
    "Method",
    "OwnScale",
    "Part",
    "Payment",
    "Question",
    "Recruitment",
    "Stimuli",
    "Strict",
    "StudyConfig",
    "Target",
    "Targets",
    "TestMethod",
    "Texts",
    "Words",
    "canonical_json",
    "is_file",
    "load_study",
    "missing_clips",
    "parse_study",
]
