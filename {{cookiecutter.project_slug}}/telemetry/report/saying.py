"""A verdict's words, from its numbers."""

from dataclasses import replace

from telemetry.report.model import Verdict
from telemetry.report.sentence import doubted, interim, meaning, statement
from telemetry.report.starts import same_wait


def in_words(verdict: Verdict) -> Verdict:
    """Give a verdict its sentence, headline and meaning."""
    comparisons = [found for found in verdict.comparisons if found.estimand == "user_visible_ms"]
    environments = {arm.placement: arm.environments for arm in verdict.arms}
    null = verdict.measured_on.where == "lab" and same_wait(verdict.starts)
    said = statement(comparisons, verdict.bound, verdict.measured_on, environments, same_wait=null)
    doubtful = verdict.assignment is not None and not verdict.assignment.as_declared
    early = verdict.progress is not None and verdict.progress.interim
    if doubtful:
        said = doubted(said)
    if verdict.progress is not None and early:
        said = interim(said, verdict.progress)
    decided = None if doubtful or early else meaning(comparisons, same_wait=null)
    return replace(verdict, sentence=said.text, headline=said.headline, meaning=decided)
