"""The words of steps: short ways to say what was done, was so already, or would be done."""

from crossdock.ports.spec import Step, StepStatus


def changed(subject: str, what: str, why: str, *, dry: bool) -> Step:
    """Something was (or would be) made, corrected or removed; nothing was when ``what`` is empty."""
    if not what:
        return Step(StepStatus.KEPT, subject, why)
    if dry:
        return Step(StepStatus.WOULD, subject, f"would be {what}: {why}")
    return Step(StepStatus.DONE, subject, f"{what}: {why}")


def well(subject: str, text: str) -> Step:
    """Looked at and found good."""
    return Step(StepStatus.OK, subject, text)


def warning(subject: str, text: str, do: str) -> Step:
    """Works, but somebody should do something."""
    return Step(StepStatus.WARNING, subject, text, do)


def error(subject: str, text: str, do: str) -> Step:
    """Does not work."""
    return Step(StepStatus.ERROR, subject, text, do)
