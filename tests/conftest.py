"""How lessons are compared: nbval's strict comparison, but for numbers that another machine's libm may round otherwise."""

from comparison import forgive_rounding
from nbval.plugin import IPyNbCell

_strict = IPyNbCell.compare_outputs


def _compare_outputs(self, test, ref, skip_compare=None):
    if self.cell.get("execution_count") is None and self.cell.source.strip():
        self.comparison_traceback = ["this cell was never executed before it was stored: run tests/store_lessons.py"]
        return False
    return _strict(self, forgive_rounding(test, ref), ref, skip_compare)


IPyNbCell.compare_outputs = _compare_outputs
