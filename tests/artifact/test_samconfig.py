from pathlib import Path

import pytest

from artifact import deploy, rollback

CONFIG = 'version = 0.1\n[default.deploy.parameters]\nstack_name = "shop"\n[prod.deploy.parameters]\n'


@pytest.mark.parametrize("command", [deploy, rollback])
@pytest.mark.parametrize(
    ("config", "said"),
    [
        (CONFIG, "has no part 'tset'; there are: default, prod"),
        ("version = ", "samconfig.toml cannot be read: Invalid value"),
        (None, "samconfig.toml cannot be read"),
    ],
)
def test_a_part_that_is_not_there_is_refused(
    build: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: object,
    config: str | None,
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """SAM would go on without any setting, and deploy every default."""
    project = build.parent.parent
    if config is not None:
        (project / "samconfig.toml").write_text(config, encoding="utf-8")
    monkeypatch.setattr(command, "PROJECT", project)
    with pytest.raises(SystemExit) as exit_:
        command.main(["--config-env", "tset"])  # type: ignore[attr-defined]  # both modules have one
    assert exit_.value.code == 2
    assert said in capsys.readouterr().err
