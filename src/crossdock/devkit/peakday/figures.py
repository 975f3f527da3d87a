"""A figure, how it is explained, and what cannot be."""

from collections.abc import Sequence

from msgspec import Struct, field

Value = float | int | str


class Figure(Struct, frozen=True):
    """One figure of the day: where it belongs, its name, its value, and the rule that explains it in words."""

    group: str
    name: str
    value: Value
    because: str


class Unexplained(Struct, frozen=True):
    """A figure that no rule explains, and what exactly of it."""

    figure: str
    text: str


class Book(Struct):
    """Figures and what is not explained, as the rules write them."""

    figures: list[Figure] = field(default_factory=list)
    unexplained: list[Unexplained] = field(default_factory=list)

    def put(self, group: str, name: str, value: Value, because: str) -> None:
        """One more figure."""
        self.figures.append(Figure(group, name, value, because))

    def ask(self, figure: str, text: str) -> None:
        """One more thing that nothing explains."""
        self.unexplained.append(Unexplained(figure, text))

    def balance(self, figure: str, ours: set[str], theirs: set[str], theirs_is: str) -> None:
        """Two sets of names must be the same; each that is in one only is asked about."""
        for each in sorted(ours - theirs):
            self.ask(figure, f"{each} is in Crossdock's books and not in {theirs_is}")
        for each in sorted(theirs - ours):
            self.ask(figure, f"{each} is in {theirs_is} and not in Crossdock's books")


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that so many of the others do not exceed; 0 of none.

    >>> quantile([1.0, 2.0, 3.0, 4.0], 0.5), quantile([], 0.99)
    (2.0, 0.0)
    """
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, -(-int(len(ordered) * share * 1000) // 1000) - 1)]
