from pathlib import Path
from typing import Any

import pytest

from adapter.placement import PlacementError
from artifact.parameters import ParameterError, check_built, check_experiment, defaults, last_value, pairs


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"deploy": {"parameters": {"parameter_overrides": ["A=1", "B=2"]}}}, ["A=1", "B=2"]),
        ({"deploy": {"parameters": {"parameter_overrides": "A=1 B=2"}}}, ["A=1 B=2"]),
        ({"deploy": {"parameters": {"parameter_overrides": ["A=1", ["B=2"]]}}}, ["A=1", "B=2"]),
        (
            {"deploy": {"parameters": {"parameter_overrides": {"A": 1, "B": ["x", "y"]}}}},
            ['A="1"', 'B="x,y"'],
        ),
        ({"global": {"parameters": {"parameter_overrides": ["A=1"]}}}, ["A=1"]),
        ({"deploy": {"parameters": {}}}, []),
        ({}, []),
    ],
)
def test_overrides_as_sam_reads_them(part: dict[str, Any], expected: list[str]) -> None:
    assert pairs({"default": part}, "default", "parameter_overrides") == expected


def test_each_default_is_named(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(
        "Parameters:\n"
        "  Empty: {Type: String, Default: ''}\n"
        "  Ratio: {Type: Number, Default: 0.5}\n"
        "  Words: {Type: String, Default: two words}\n"
        "  Quoted: {Type: String, Default: 'say \"when\"'}\n"
        "  Asked: {Type: String}\n"
        "Conditions:\n"
        "  On: !Not [!Equals [!Ref Empty, '']]\n",
        encoding="utf-8",
    )
    assert defaults(template) == [
        'Empty=""',
        'Ratio="0.5"',
        'Words="two words"',
        r'Quoted="say \"when\""',
    ]


@pytest.mark.parametrize("text", ["MemorySize=512 Experiment=init=1,init=1", 'Experiment="init=1,init=1"'])
def test_experiment_is_found_as_sam_reads_it(text: str) -> None:
    with pytest.raises(PlacementError, match="comes twice"):
        check_experiment([text])


@pytest.mark.parametrize(
    "overrides",
    [
        ["Experiment=init=45,first_invocation=45,every_invocation=10", "ExperimentPlanned=200"],
        ['Experiment=""'],
        ["Experiment=''"],
        ["Experiment=init=1,init=1", 'Experiment=""'],
    ],
)
def test_sound_experiment_or_none_is_deployed(overrides: list[str]) -> None:
    check_experiment(overrides)


NOTE = """
[function_build_definitions.7b9d3b9f]
runtime = "python3.13"
architecture = "arm64"
functions = ["Function"]
[function_build_definitions.7b9d3b9f.metadata]
BuildMethod = "makefile"
[layer_build_definitions]
"""
"""As SAM 1.170 writes it."""


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("Architecture=x86_64", "Architecture is x86_64, but what was built is for arm64"),
        ("Runtime=python3.14", "Runtime is python3.14, but what was built is for python3.13"),
    ],
)
def test_packages_of_another_runtime_or_processor_are_not_deployed(
    tmp_path: Path, more: str, said: str
) -> None:
    """A function with them would fail at every start, by an import error."""
    built = ['Runtime="python3.13"', 'Architecture="arm64"']
    note = tmp_path / "build.toml"
    check_built(note, [*built, more])  # there is none
    note.write_text(NOTE, encoding="utf-8")
    check_built(note, built)
    with pytest.raises(ParameterError, match=said):
        check_built(note, [*built, more])


@pytest.mark.parametrize(
    ("texts", "value"),
    [
        (["Measurable=off", "Measurable=on"], "on"),
        (["service=tickets Measurable=on"], "on"),
        (['Measurable="on"'], "on"),
        (["Measurable=''"], ""),
        (["NotMeasurable=on"], ""),
        (["ParameterKey=A,ParameterValue=1 ParameterKey=Measurable,ParameterValue=on"], "on"),
        (["ParameterKey=NotMeasurable,ParameterValue=on"], ""),
        ([], ""),
    ],
)
def test_last_value_counts(texts: list[str], value: str) -> None:
    assert last_value(texts, "Measurable") == value
