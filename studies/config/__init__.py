"""The study file: `study.yaml` as a typed, frozen object."""

from studies.config.base import Identifier, Language, Strict, Words
from studies.config.damage import Made
from studies.config.files import is_file, missing_clips, told_missing
from studies.config.loading import ALMOST, CONFIG_FILE, load_study, parse_study
from studies.config.material import Clips, Item, Method, Stimuli
from studies.config.model import Analysis, Cell, StudyConfig, Target, canonical_json
from studies.config.people import Design, Devices, Gold, Payment, Recruitment, Stop, Targets
from studies.config.questionnaire import KNOWN, AskedOfRaters
from studies.config.questions import PAIRED, OwnScale, Part, Question, TestMethod
from studies.config.setup import Setup
from studies.config.texts import Consent, Texts

__all__ = [
    "ALMOST",
    "CONFIG_FILE",
    "KNOWN",
    "PAIRED",
    "Analysis",
    "AskedOfRaters",
    "Cell",
    "Clips",
    "Consent",
    "Design",
    "Devices",
    "Gold",
    "Identifier",
    "Item",
    "Language",
    "Made",
    "Method",
    "OwnScale",
    "Part",
    "Payment",
    "Question",
    "Recruitment",
    "Setup",
    "Stimuli",
    "Stop",
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
    "told_missing",
]
