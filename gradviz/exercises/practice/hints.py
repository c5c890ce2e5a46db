"""What is said of a blank: the next question, hints in steps, and the worked line."""

from collections.abc import Iterable

from gradviz.exercises.practice.blanks import Blank
from gradviz.exercises.practice.mistakes import known_as
from gradviz.graph import Edge, Node, Run
from gradviz.scene.words.explain import Words
from gradviz.scene.words.formula import Formula, State, adjoint
from gradviz.words import say

RULES = ("add", "subtract", "multiply", "negative", "mean", "sum")  # with words of their own
HINTS = 3
LINE = "\ufffc"  # the sign for an object among letters: the worked line is to stand there


class Said:
    """What can be said of the blanks of a run."""

    def __init__(self, run: Run) -> None:
        self.run: Run = run
        self.words: Words = Words(run.graph)

    def question(self, blank: Blank) -> str:
        """What to ask who has nothing yet, or something that no mistake explains."""
        if isinstance(blank.of, Edge):
            return say(
                "practice.ask.local", source=blank.of.source.label, target=blank.of.target.label
            )
        node = blank.of
        if blank.kind == "value":
            return say("practice.ask.value", node=node.label)
        leaving = self.words.leaving[node]
        if len(leaving) > 1:
            return say("practice.ask.paths", node=node.label, n=len(leaving))
        target = leaving[0].target.label if leaving else self.run.graph.output.label
        is_number = not leaving or self.run.graph.example.locals[leaving[0]] is not None
        asked = "practice.ask.gradient" if is_number else "practice.ask.gradient_of_array"
        return say(asked, node=node.label, target=target)

    def again(self, blank: Blank) -> str:
        """What to ask who was asked that, and still has none."""
        if isinstance(blank.of, Edge):
            return say(
                "practice.again.local", source=blank.of.source.label, target=blank.of.target.label
            )
        node = blank.of
        if blank.kind == "value":
            return say("practice.again.value", node=node.label, expression=node.expression)
        leaving = self.words.leaving[node]
        if len(leaving) > 1:
            target = leaving[0].target.label
            return say("practice.again.paths", node=node.label, target=target)
        return say("practice.again.gradient", node=node.label)

    def sign(self, blank: Blank) -> str:
        """What to ask who has only the sign wrong."""
        if blank.kind == "value":
            return self.question(blank)
        over = blank.of.target if isinstance(blank.of, Edge) else self.run.graph.output
        return say("practice.ask.sign", node=blank.node.label, target=over.label)

    def mistake(self, wrong: str, wire: Edge, number: str) -> tuple[str, str]:
        """What a mistake does on its wire, and what to ask next."""
        ends = {"source": wire.source.label, "target": wire.target.label}
        fits = say(f"practice.mistake.{wrong}", number=number, **ends)
        return fits, say(f"practice.next.{wrong}", **ends)

    def line(self, blank: Blank, known: Run) -> str:
        """The worked line, as far as its numbers are known."""
        return State(known).text(self.formula(blank))

    def hint(self, blank: Blank, step: int) -> str:
        """The hint of this step, from 0: a question, the rule, `LINE` in place of the worked line
        without its end.
        """
        if step >= HINTS:
            return say("practice.hint.last")
        return (self.question(blank), self.rule(blank), LINE)[step]

    def hinted(self, blank: Blank) -> Formula:
        """The worked line without symbols that would be the number that is asked for."""
        formula = self.formula(blank)
        if blank.kind != "gradient" or self._tells(blank):
            return formula
        whole, _, *numbers = _parts(formula)
        return _joined([whole, *(numbers or [[adjoint(blank.node)]])])

    def _tells(self, blank: Blank) -> bool:
        """Whether the chain rule at a node says more in symbols than the number that is asked."""
        graph = self.run.graph
        leaving = [edge for edge in self.words.leaving[blank.node] if edge not in graph.idle]
        straight = [edge for edge in leaving if edge.target is graph.output and _is_straight(edge)]
        return bool(leaving) and not straight

    def formula(self, blank: Blank) -> Formula:
        """The worked line, with places for numbers."""
        if isinstance(blank.of, Edge):
            return self.words.local(blank.of)
        if blank.kind == "value":
            return self.words.value(blank.of)
        whole, *parts = _parts(self.words.adjoint(blank.of))
        return _joined([whole, *(parts[1:] if parts[:1] == [whole] else parts)])

    def rule(self, blank: Blank) -> str:
        """The rule by which it is found, in words or in symbols."""
        if isinstance(blank.of, Edge):
            name = known_as(blank.of.operation)
            if name in RULES:
                return say(f"practice.rule.{name}")
            if _is_straight(blank.of):
                ends = {"source": blank.of.source.label, "target": blank.of.target.label}
                return say("practice.rule.straight", **ends)
            formula = f"{blank.name(self.run)} = {blank.of.local_expression}"
        elif blank.kind == "value":
            formula = f"{blank.of.label} = {blank.of.expression}"
        else:
            name = self._gate_of_array(blank.of)
            if name in RULES:
                return say(f"practice.rule.{name}")
            if not self._tells(blank):
                return say("practice.rule.gradient", node=blank.of.label)
            symbols = State(self.run).text(self.words.adjoint(blank.of)).split(" = ")[:2]
            formula = " = ".join(symbols)
        return say("practice.rule.other", formula=formula)

    def _gate_of_array(self, node: Node) -> str:
        """The gate that works a node into another without local derivatives, if one does."""
        leaving = self.words.leaving[node]
        blank = leaving and self.run.graph.example.locals[leaving[0]] is None
        return known_as(leaving[0].operation) if blank else ""


def _is_straight(edge: Edge) -> bool:
    """Whether its local derivative is the same whatever the numbers: in symbols it is a number."""
    symbols = edge.local_expression
    return symbols != "" and not any(character.isalpha() for character in symbols)


def _parts(formula: Formula) -> list[Formula]:
    """What stands between the signs of equality."""
    parts: list[Formula] = [[]]
    for part in formula:
        if isinstance(part, str) and part.startswith(" = "):
            parts.append([part[3:]] if part[3:] else [])
        else:
            parts[-1].append(part)
    return parts


def _joined(parts: Iterable[Formula]) -> Formula:
    return [piece for part in parts for piece in (" = ", *part)][1:]
