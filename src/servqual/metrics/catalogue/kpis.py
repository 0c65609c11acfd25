"""The catalogue: every KPI that servqual defines, by key; such a KPI is pickled by its key and version."""

import copyreg
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from servqual.errors import InvalidValue
from servqual.metrics.catalogue.access import ACCESS_KPIS
from servqual.metrics.catalogue.case_flow import CASE_FLOW_KPIS
from servqual.metrics.catalogue.case_path import CASE_PATH_KPIS
from servqual.metrics.catalogue.cases import CASE_KPIS
from servqual.metrics.catalogue.clocks import CLOCK_KPIS, judged_by
from servqual.metrics.catalogue.commitments import COMMITMENT_KPIS
from servqual.metrics.catalogue.complaint_outcomes import COMPLAINT_OUTCOME_KPIS
from servqual.metrics.catalogue.complaints import COMPLAINT_KPIS
from servqual.metrics.catalogue.contacts import INTERACTION_KPIS
from servqual.metrics.catalogue.costs import COST_KPIS
from servqual.metrics.catalogue.customers import CUSTOMER_KPIS
from servqual.metrics.catalogue.feedback import FEEDBACK_KPIS
from servqual.metrics.catalogue.forecasts import PLANNING_KPIS
from servqual.metrics.catalogue.gaps import GAP_KPIS
from servqual.metrics.catalogue.handling import HANDLING_KPIS
from servqual.metrics.catalogue.operations import OPERATION_KPIS
from servqual.metrics.catalogue.people import PEOPLE_KPIS
from servqual.metrics.catalogue.quality import QUALITY_KPIS
from servqual.metrics.catalogue.ratios import COMPOUND_KPIS, COUNTED_ONCE_KPIS
from servqual.metrics.catalogue.registry import Catalogue
from servqual.metrics.catalogue.self_service import SELF_SERVICE_KPIS
from servqual.metrics.catalogue.services import AVAILABILITY_KPIS
from servqual.metrics.catalogue.shifts import WORKFORCE_KPIS
from servqual.metrics.catalogue.steps import STEP_KPIS
from servqual.metrics.catalogue.surveys import VOICE_KPIS
from servqual.metrics.catalogue.waiting import WAITING_KPIS
from servqual.metrics.kpi.clusters import clustered, unclustered
from servqual.metrics.kpi.compound import Compound
from servqual.metrics.kpi.definition import Kpi, same_code
from servqual.model.sla.agreement import Sla

SUBJECTS: Final[Mapping[str, tuple[Kpi, ...]]] = MappingProxyType(
    {
        "Contacts": (*INTERACTION_KPIS, *ACCESS_KPIS, *SELF_SERVICE_KPIS, *HANDLING_KPIS),
        "Waiting, with those who still wait": WAITING_KPIS,
        "Counted once": COUNTED_ONCE_KPIS,
        "One count over another": COMPOUND_KPIS,
        "Cases": (*CASE_KPIS, *CASE_FLOW_KPIS, *CASE_PATH_KPIS),
        "Steps of a procedure": STEP_KPIS,
        "Service clocks": CLOCK_KPIS,
        "Complaints": (*COMPLAINT_KPIS, *COMPLAINT_OUTCOME_KPIS),
        "Surveys": (*VOICE_KPIS, *GAP_KPIS),
        "Feedback, promises and measures": (*FEEDBACK_KPIS, *COMMITMENT_KPIS),
        "Quality checks": QUALITY_KPIS,
        "Shifts": WORKFORCE_KPIS,
        "Planning": PLANNING_KPIS,
        "People": PEOPLE_KPIS,
        "Customers": CUSTOMER_KPIS,
        "Cost": COST_KPIS,
        "Running services": AVAILABILITY_KPIS,
        "Deliveries, stores, touchpoints and risks": OPERATION_KPIS,
    }
)
"""The KPIs of each room."""


KPIS: Final = Catalogue(kpi for kpis in SUBJECTS.values() for kpi in kpis)
"""The catalogue; `KPIS | {mine.key: mine}` extends it."""


def _reduced(kpi: Kpi) -> tuple[Any, ...]:
    """Write a KPI of the catalogue as key and version of the nearest one, and what was set; any other by its fields."""
    own = [other for other in KPIS.values() if (other.name, other.version) == (kpi.name, kpi.version)]
    if not own:
        return kpi.__reduce__()
    base, column = unclustered(kpi)
    if column is not None:
        return clustered, (base, column)
    if isinstance(kpi.params.get("sla"), Sla):
        return judged_by, (attrs.evolve(own[0], key=kpi.key), kpi.params["sla"])
    nearest = min(own, key=lambda other: len(_differ(kpi, other)))
    names, whole = _differ(kpi, nearest), kpi.__reduce__()
    fields = whole[1][-1]
    return whole if "rows" in names else (_of_catalogue, (nearest.key, nearest.version, {n: fields[n] for n in names}))


def _differ(kpi: Kpi, own: Kpi) -> list[str]:
    """Name the fields in which a KPI differs from one of the catalogue; functions are the same where their code is."""
    if type(kpi) is not type(own) or not same_code(kpi.rows, own.rows):
        return ["rows"]
    return [
        name for name in attrs.fields_dict(type(kpi)) if name != "rows" and getattr(kpi, name) != getattr(own, name)
    ]


def _of_catalogue(key: str, version: int, told: dict[str, Any]) -> Kpi:
    own = KPIS[key]
    if own.version != version:
        raise InvalidValue.of(
            "version",
            f"be {own.version}, that of {key} in this servqual",
            version,
            do="measure anew, or take both alike",
        )
    return attrs.evolve(own, **told) if told else own


for _kind in (Kpi, Compound):
    copyreg.pickle(_kind, _reduced)
