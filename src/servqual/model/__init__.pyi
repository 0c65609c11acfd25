from servqual.model.case import (
    Case as Case,
)
from servqual.model.case import (
    CaseSource as CaseSource,
)
from servqual.model.case import (
    CaseStage as CaseStage,
)
from servqual.model.case import (
    CaseStatus as CaseStatus,
)
from servqual.model.case import (
    Priority as Priority,
)
from servqual.model.case import (
    Relation as Relation,
)
from servqual.model.clocks import (
    Clock as Clock,
)
from servqual.model.clocks import (
    ClockConventions as ClockConventions,
)
from servqual.model.clocks import (
    ClockRule as ClockRule,
)
from servqual.model.clocks import (
    Reopening as Reopening,
)
from servqual.model.clocks import (
    Retargeting as Retargeting,
)
from servqual.model.holidays import (
    DayRange as DayRange,
)
from servqual.model.holidays import (
    EasterDay as EasterDay,
)
from servqual.model.holidays import (
    FixedDay as FixedDay,
)
from servqual.model.holidays import (
    HolidayRule as HolidayRule,
)
from servqual.model.holidays import (
    Holidays as Holidays,
)
from servqual.model.holidays import (
    NthWeekday as NthWeekday,
)
from servqual.model.holidays import (
    Recurring as Recurring,
)
from servqual.model.hours import BusinessHours as BusinessHours
from servqual.model.ids import (
    AgentId as AgentId,
)
from servqual.model.ids import (
    CaseId as CaseId,
)
from servqual.model.ids import (
    ComplaintId as ComplaintId,
)
from servqual.model.ids import (
    CustomerId as CustomerId,
)
from servqual.model.ids import (
    TeamId as TeamId,
)
from servqual.model.open_time import (
    CombinedHours as CombinedHours,
)
from servqual.model.open_time import (
    DatedHours as DatedHours,
)
from servqual.model.open_time import (
    Hours as Hours,
)
from servqual.model.open_time import (
    LedgerPart as LedgerPart,
)
from servqual.model.projection import Projection as Projection
from servqual.model.projection import breach_chance as breach_chance
from servqual.model.reading import ClockState as ClockState
from servqual.model.reading import Reading as Reading
from servqual.model.reading import Threshold as Threshold
from servqual.model.replays import Replay as Replay
from servqual.model.replays import VerdictChange as VerdictChange
from servqual.model.replays import what_if as what_if
from servqual.model.sla import Sla as Sla
from servqual.model.target import Target as Target
from servqual.model.window import Window as Window
