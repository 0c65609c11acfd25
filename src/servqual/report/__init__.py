"""One page for a manager: what is promised, what was kept, what hurts most, what to improve first."""

from servqual.report.build import as_csv, report, sample_report
from servqual.report.config import Config
from servqual.report.inspection import Inspection, inspect
from servqual.report.judgement import Comparison, comparison
from servqual.report.page import render
from servqual.report.targets import Promise

__all__ = [
    "Comparison",
    "Config",
    "Inspection",
    "Promise",
    "as_csv",
    "comparison",
    "inspect",
    "render",
    "report",
    "sample_report",
]
