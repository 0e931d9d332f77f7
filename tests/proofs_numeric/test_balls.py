"""Enclosures hold, count their tails, and a wrong constant or a wide ball does not certify."""

import pytest
from flint import acb_poly, arb, ctx, fmpq

from proofs_numeric.balls import MAX_RADIUS, certifies, gaussian_expectation


@pytest.mark.parametrize(("power", "moment"), [(0, 1), (1, 0), (2, 1), (6, 15), (20, 654729075)])
def test_moments_are_enclosed(power, moment):
    enclosure = gaussian_expectation(acb_poly([0] * power + [1])).real
    assert certifies(enclosure, fmpq(moment))
    assert not certifies(enclosure, fmpq(moment) + fmpq(1, 10**24))


def test_the_tail_is_counted():
    # Cut at 2, the body of the second moment is about 0.74: only the tail makes the ball hold.
    enclosure = gaussian_expectation(acb_poly([0, 0, 1]), cutoff=2).real
    assert enclosure.contains(fmpq(1))
    assert 0.25 < float(enclosure.rad()) < 0.3


def test_certificates_are_at_least_as_tight_as_required():
    assert MAX_RADIUS <= 1e-25


def test_a_wide_ball_does_not_certify():
    with ctx.workprec(128):
        ball = arb(1, 2 * MAX_RADIUS)
        assert ball.contains(fmpq(1))
        assert not certifies(ball, fmpq(1))
        assert certifies(arb(1, MAX_RADIUS / 2), fmpq(1))


def test_a_rational_that_is_no_binary_number_is_compared_exactly():
    with ctx.workprec(512):
        third = arb(fmpq(1, 3))
    assert certifies(third, fmpq(1, 3))
