import numpy as np
import pytest

from telemetry.report.estimate.startup.touches import clustering_of, requests_until, touched_share


def test_independent_touches_do_not_gather() -> None:
    random = np.random.default_rng(1)
    n = np.full(2000, 20.0)
    touching = random.binomial(20, 0.05, 2000).astype(np.float64)
    assert clustering_of(touching, n) < 0.01


@pytest.mark.parametrize("clustering", [0.02, 0.1, 0.5])
def test_gathering_is_found_again(clustering: float) -> None:
    random = np.random.default_rng(2)
    rest = (1 - clustering) / clustering
    shares = random.beta(0.1 * rest, 0.9 * rest, 5000)
    touching = random.binomial(30, shares).astype(np.float64)
    assert clustering_of(touching, np.full(5000, 30.0)) == pytest.approx(clustering, rel=0.15)


def test_fit_touches_as_often_as_was_seen() -> None:
    touching, n = np.repeat([9.0, 0.0, 1.0], [10, 70, 20]), np.repeat([10.0, 40.0], [60, 40])
    found = clustering_of(touching, n)
    share = touching.sum() / n.sum()
    assert touched_share(share, found, n).sum() == pytest.approx(30, abs=0.01)


@pytest.mark.parametrize("touching", [0.0, 5.0])
def test_never_and_always_do_not_gather(touching: float) -> None:
    assert clustering_of(np.full(10, touching), np.full(10, 5.0)) == 0


def test_gathering_puts_the_break_even_off() -> None:
    alone, little, much = (requests_until(0.8, 0.05, clustering) for clustering in (0.0, 0.05, 0.2))
    assert alone is not None
    assert little is not None
    assert much is not None
    assert alone == 32 < little < much


def test_what_always_comes_to_the_same_never_breaks_even() -> None:
    assert requests_until(0.8, 0.2, 1 - 1e-9) is None
