"""Where a slider begins and ends, from the abbreviation of its input."""

import math

from gradviz.numerals import real

STEPS = 200  # about so many positions of a slider

Span = tuple[float, float, float]  # where a slider begins and ends, and its step


def span(name: str, abbreviation: object) -> tuple[float, float, float, float]:
    """Where a slider stands, where it begins and ends, and its step: the value stands on a step."""
    if isinstance(abbreviation, tuple | list):
        if len(abbreviation) not in (2, 3):
            raise TypeError(
                f"input {name!r} must be a number, (least, most) or (least, most, step), not "
                f"{abbreviation!r}"
            )
        least, most, *step = (
            real(part, f"input {name!r}: each part of its range") for part in abbreviation
        )
        if not (math.isfinite(least) and math.isfinite(most) and least < most) or (
            step and not step[0] > 0
        ):
            raise ValueError(
                f"input {name!r}: in (least, most, step), least must be below most and the step "
                f"positive, not {abbreviation!r}"
            )
        value = least + (most - least) / 2
    else:
        value = real(abbreviation, f"input {name!r}")
        if not math.isfinite(value):
            raise ValueError(
                f"input {name!r} must be finite to have a slider, not {value}; give a range, as in "
                f"{name}=(-1, 1)"
            )
        least, most = sorted((-value, 3 * value)) if value else (-1.0, 1.0)
        step = []
    if not (math.isfinite(most - least) and (most - least) / STEPS > 0):
        raise ValueError(
            f"input {name!r}: from {least} to {most} is too far or too near for a slider; give "
            "(least, most)"
        )
    width = step[0] if step else _round_step((most - least) / STEPS)
    if isinstance(abbreviation, tuple | list):
        value = least + width * round((value - least) / width)
    else:  # the value stands on a step, whole steps away from both ends
        least, most = (value + width * round((end - value) / width) for end in (least, most))
    return value, least, most, width


def _round_step(step: float) -> float:
    """The nearest of 1, 2, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return min((1, 2, 5, 10), key=lambda factor: abs(factor * power - step)) * power


def places(span: Span) -> list[float]:
    """Where a slider can stand.

    >>> places((0.0, 1.0, 0.25))
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    least, most, grain = span
    count = round((most - least) / grain)
    return [float(f"{least + at * grain:.12g}") for at in range(count + 1)]
