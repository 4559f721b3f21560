"""The card in words: the study, its raters, and how clips were seen. A row without a text is left out."""

from __future__ import annotations

from typing import Any

from analysis.figures.numbers import counted, percent

Row = dict[str, Any]
Line = tuple[str, str | None]


def counts_text(counts: dict[str, int] | None) -> str | None:
    return ", ".join(f"{word} {n}" for word, n in counts.items()) if counts else None


def joined(*parts: str | None) -> str | None:
    return "; ".join(part for part in parts if part) or None


def quartiles_text(found: Row | None, unit: str, digits: int = 0) -> str | None:
    """`median 4 (quartiles 3 to 6)`; one number where all are equal."""
    if found is None:
        return None
    median, q1, q3 = (f"{found[key]:.{digits}f}" for key in ("median", "q1", "q3"))
    unit = f" {unit}" if unit else ""
    if found["min"] == found["max"]:
        return f"{median}{unit}"
    return f"median {median}{unit} (quartiles {q1} to {q3})"


def study_lines(card: Row) -> list[Line]:
    study, statistics = card["study"], card["statistics"]
    days = [day for day in (study["collected_from"], study["collected_to"]) if day]
    seed = study["seed"]
    return [
        ("Study", _named(study)),
        ("Data", "simulated" if study["simulated"] else "not marked as simulated"),
        ("Answers", _answers(study)),
        ("Collected", " to ".join(dict.fromkeys(days)) or None),
        ("Seeds", joined(None if seed is None else f"study {seed}", f"analysis {statistics['seed']}")),
        ("Files", _files(study)),
        ("Rows read", f"sha256 {study['data_sha256']}"),
        ("Configuration", f"sha256 {study['config_sha256']}" if study["config_sha256"] else None),
    ]


def _files(study: Row) -> str | None:
    """Each with the beginning of its sha256, which card.json holds whole."""
    files = ", ".join(f"{name} (sha256 {digest[:12]}…)" for name, digest in study["files"].items())
    read = ", ".join(f"--{name.replace('_', '-')} {value}" for name, value in study["read_with"].items())
    return joined(files, read and f"read with {read}")


def _named(study: Row) -> str:
    same = study["title"] == study["study"]
    return str(study["study"]) if same else f"{study['study']} ({study['title']})"


def _answers(study: Row) -> str:
    named = (("n_ratings", "rating"), ("n_comparisons", "comparison"))
    return " and ".join(counted(study[key], word) for key, word in named if study[key]) or "none"


def rater_lines(card: Row) -> list[Line]:
    raters, told = card["raters"], card["reporting"]
    return [
        ("Raters", _came(raters)),
        ("Excluded", _excluded(raters)),
        ("Raters per method", _per_method(raters["per_method"])),
        ("Expertise", joined(counts_text(raters["expertise"]), told["expertise"])),
        ("Recruitment", joined(counts_text(raters["recruitment"]), told["recruitment"])),
        ("Payment", told["payment"]),
        ("Age", counts_text(raters["age_group"])),
        ("Gender", counts_text(raters["gender"])),
        ("Demographics", told["demographics"]),
        ("Vision", told["vision"]),
        ("Hearing", told["hearing"]),
        ("Ethics", told["ethics"]),
        ("Consent", _consent(card)),
    ]


def _came(raters: Row) -> str:
    stages = ((raters["n_in"], "began"), (raters["n"], "gave answers"), (raters["n_complete"], "finished"))
    return (
        joined(
            ", ".join(f"{n} {what}" for n, what in stages if n is not None),
            f"{raters['n_simulated']} simulated" if raters["n_simulated"] else None,
        )
        or "0"
    )


def _excluded(raters: Row) -> str:
    if not raters["n_excluded"]:
        return f"none; {counted(raters['n_analysed'], 'rater')} analysed"
    rules = counts_text(raters["excluded_by_rule"])
    return f"{raters['n_excluded']} (by rule: {rules}); {counted(raters['n_analysed'], 'rater')} analysed"


def _per_method(found: Row | None) -> str | None:
    if found is None:
        return None
    low, median, high = (f"{found[key]:g}" for key in ("min", "median", "max"))
    return low if low == high else f"{low} to {high}, median {median}"


def _consent(card: Row) -> str | None:
    texts, versions = card["protocol"]["texts"], card["raters"]["consent_versions"]
    if texts is None and not versions:
        return None
    agreed = [f"{counted(n, 'rater')} agreed to version {version}" for version, n in (versions or {}).items()]
    return joined(texts and f"version {texts['consent_version']}, in full in card.md", *agreed)


def viewing_lines(card: Row) -> list[Line]:
    viewing, told, timing = card["viewing"], card["reporting"], card["timing"]
    return [
        ("Environment", told["environment"]),
        ("Devices", counts_text(card["raters"]["device"])),
        ("Display", told["display"]),
        ("Viewing distance", told["viewing_distance"]),
        ("Sound equipment", told["audio"]),
        ("Displayed width", quartiles_text(viewing["displayed_width"], "device pixels")),
        ("Playback", _playback(viewing)),
        ("Sittings", _sittings(timing)),
        ("Response time", quartiles_text(timing["response_s"], "s after the clip's end", 1)),
    ]


def _playback(viewing: Row) -> str | None:
    named = (
        ("played_to_end_share", f"played at least {percent(viewing['played_fraction_wanted'])} of the time"),
        ("stalled_share", "stalled"),
        ("hidden_share", "hidden"),
        ("replayed_share", "replayed"),
        ("dropped_frames_share", "with dropped frames"),
    )
    told = [f"{percent(viewing[key])} {what}" for key, what in named if viewing[key] is not None]
    return f"of {counted(viewing['n_presentations'], 'presentation')}: {', '.join(told)}" if told else None


def _sittings(timing: Row) -> str | None:
    trials = quartiles_text(timing["trials_per_sitting"], "trials each")
    length = quartiles_text(timing["sitting_minutes"], "min", 1)
    sittings = timing["n_sittings"]
    return joined(sittings and counted(sittings, "sitting"), length and f"duration {length}", trials)
