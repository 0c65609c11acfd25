"""Help for tests, ours and others': builders, strategies for every public class, laws, and slow reference versions.

Importing it registers the strategies with Hypothesis: `st.from_type(Complaint)` draws legal complaints. It needs the
extra `testing`.
"""

from servqual._checks import need

need("hypothesis", "testing", "servqual.testing")

# after the message that names the extra
from servqual.testing.builders import MONDAY, a_case, a_complaint, a_contact, an_agreement, an_answer  # noqa: E402
from servqual.testing.kpi_laws import check_kpi  # noqa: E402
from servqual.testing.laws import check_accumulator  # noqa: E402
from servqual.testing.lifecycle_laws import check_lifecycle  # noqa: E402
from servqual.testing.strategies import cases, complaints, histories, register, values  # noqa: E402

__all__ = [
    "MONDAY",
    "a_case",
    "a_complaint",
    "a_contact",
    "an_agreement",
    "an_answer",
    "cases",
    "check_accumulator",
    "check_kpi",
    "check_lifecycle",
    "complaints",
    "histories",
    "values",
]

register()
