"""Help for tests, ours and others': strategies for every public class, laws, and slow reference versions.

Importing it registers the strategies of the model with Hypothesis: `st.from_type(Complaint)` draws legal complaints. It
needs the extra `testing`.
"""

from servqual._checks import need

need("hypothesis", "testing", "servqual.testing")

from servqual.testing.laws import check_accumulator  # noqa: E402  (after the message that names the extra)
from servqual.testing.strategies import cases, complaints, histories, register, values  # noqa: E402

__all__ = ["cases", "check_accumulator", "complaints", "histories", "values"]

register()
