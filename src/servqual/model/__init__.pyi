from servqual.model.action_item import ActionItem as ActionItem
from servqual.model.action_item import ActionItemStatus as ActionItemStatus
from servqual.model.action_item import carry_over as carry_over
from servqual.model.action_item import follow_up as follow_up
from servqual.model.action_item import open_items as open_items
from servqual.model.answer import Answer as Answer
from servqual.model.answer import Invitation as Invitation
from servqual.model.answer import unanswered as unanswered
from servqual.model.appraisal import Appraisal as Appraisal
from servqual.model.appraisal import AppraisalCriterion as AppraisalCriterion
from servqual.model.appraisal import AppraisalCycle as AppraisalCycle
from servqual.model.appraisal import AppraisalStatus as AppraisalStatus
from servqual.model.appraisal import IndicatorKind as IndicatorKind
from servqual.model.assignment import Holding as Holding
from servqual.model.assignment import Ownership as Ownership
from servqual.model.assignment import OwnershipStatus as OwnershipStatus
from servqual.model.assignment import load_at as load_at
from servqual.model.assignment import owned_at as owned_at
from servqual.model.assignment import ownership_of as ownership_of
from servqual.model.audit import Audit as Audit
from servqual.model.audit import AuditKind as AuditKind
from servqual.model.audit import AuditStatus as AuditStatus
from servqual.model.audit import EvidenceKind as EvidenceKind
from servqual.model.audit import Finding as Finding
from servqual.model.blueprint import Blueprint as Blueprint
from servqual.model.blueprint import BlueprintStep as BlueprintStep
from servqual.model.blueprint import Lane as Lane
from servqual.model.blueprint import Line as Line
from servqual.model.cadence import Cadence as Cadence
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
from servqual.model.channel import Channel as Channel
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
from servqual.model.commitment import Commitment as Commitment
from servqual.model.commitment import CommitmentStatus as CommitmentStatus
from servqual.model.complaint import Complaint as Complaint
from servqual.model.complaint import ComplaintStatus as ComplaintStatus
from servqual.model.complaint import complaint_backlog as complaint_backlog
from servqual.model.complaint import overdue_complaints as overdue_complaints
from servqual.model.conflict import Conflict as Conflict
from servqual.model.conflict import ConflictKind as ConflictKind
from servqual.model.conflict import ConflictRemedy as ConflictRemedy
from servqual.model.conflict import ConflictStatus as ConflictStatus
from servqual.model.customer import Customer as Customer
from servqual.model.customer import FeedbackSegment as FeedbackSegment
from servqual.model.customer import Lifecycle as Lifecycle
from servqual.model.customer import NeedType as NeedType
from servqual.model.feedback import FeedbackItem as FeedbackItem
from servqual.model.feedback import FeedbackSource as FeedbackSource
from servqual.model.feedback import FeedbackStatus as FeedbackStatus
from servqual.model.feedback import Handling as Handling
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
from servqual.model.ids import AuditId as AuditId
from servqual.model.ids import (
    CaseId as CaseId,
)
from servqual.model.ids import CommitmentId as CommitmentId
from servqual.model.ids import (
    ComplaintId as ComplaintId,
)
from servqual.model.ids import (
    CustomerId as CustomerId,
)
from servqual.model.ids import FeedbackId as FeedbackId
from servqual.model.ids import InteractionId as InteractionId
from servqual.model.ids import MeetingId as MeetingId
from servqual.model.ids import SuggestionId as SuggestionId
from servqual.model.ids import SurveyId as SurveyId
from servqual.model.ids import (
    TeamId as TeamId,
)
from servqual.model.indicator import Indicator as Indicator
from servqual.model.indicator import SmartCriterion as SmartCriterion
from servqual.model.interaction import CommunicationStep as CommunicationStep
from servqual.model.interaction import Direction as Direction
from servqual.model.interaction import HandledBy as HandledBy
from servqual.model.interaction import HandOver as HandOver
from servqual.model.interaction import Interaction as Interaction
from servqual.model.interaction import Outcome as Outcome
from servqual.model.issues import Issue as Issue
from servqual.model.issues import issues_of as issues_of
from servqual.model.journal import Entry as Entry
from servqual.model.journal import EntryKind as EntryKind
from servqual.model.journal import history_of as history_of
from servqual.model.journey import Coverage as Coverage
from servqual.model.journey import Journey as Journey
from servqual.model.journey import Touchpoint as Touchpoint
from servqual.model.labels import Labelled as Labelled
from servqual.model.meeting import Meeting as Meeting
from servqual.model.meeting import MeetingKind as MeetingKind
from servqual.model.meeting import MeetingStatus as MeetingStatus
from servqual.model.money import Money as Money
from servqual.model.money import Purchase as Purchase
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
from servqual.model.procedure import Conformance as Conformance
from servqual.model.procedure import KeyLink as KeyLink
from servqual.model.procedure import Passage as Passage
from servqual.model.procedure import Procedure as Procedure
from servqual.model.procedure import Step as Step
from servqual.model.projection import Projection as Projection
from servqual.model.projection import breach_chance as breach_chance
from servqual.model.quality_items import quality_questions as quality_questions
from servqual.model.question import Dimension as Dimension
from servqual.model.question import Question as Question
from servqual.model.question import QuestionKind as QuestionKind
from servqual.model.question import Scale as Scale
from servqual.model.raci import Raci as Raci
from servqual.model.reading import ClockState as ClockState
from servqual.model.reading import Reading as Reading
from servqual.model.reading import Threshold as Threshold
from servqual.model.replays import Replay as Replay
from servqual.model.replays import VerdictChange as VerdictChange
from servqual.model.replays import what_if as what_if
from servqual.model.roles import Permission as Permission
from servqual.model.roles import Role as Role
from servqual.model.roles import TeamLevel as TeamLevel
from servqual.model.score import Objective as Objective
from servqual.model.score import Rater as Rater
from servqual.model.score import Rating as Rating
from servqual.model.score import Score as Score
from servqual.model.score import ScorePart as ScorePart
from servqual.model.score import equal_weights as equal_weights
from servqual.model.score import points as points
from servqual.model.shifts import Cover as Cover
from servqual.model.shifts import Roster as Roster
from servqual.model.shifts import Shift as Shift
from servqual.model.sla import Sla as Sla
from servqual.model.standard import Confirmation as Confirmation
from servqual.model.standard import ServiceLevel as ServiceLevel
from servqual.model.standard import ServiceStandard as ServiceStandard
from servqual.model.standard import StandardDimension as StandardDimension
from servqual.model.standard import StandardStatus as StandardStatus
from servqual.model.standard import StandardVersion as StandardVersion
from servqual.model.suggestion import Suggestion as Suggestion
from servqual.model.suggestion import SuggestionStatus as SuggestionStatus
from servqual.model.survey import Improvement as Improvement
from servqual.model.survey import Survey as Survey
from servqual.model.survey import SurveyMethod as SurveyMethod
from servqual.model.survey import SurveyStatus as SurveyStatus
from servqual.model.survey import Unaddressed as Unaddressed
from servqual.model.target import Target as Target
from servqual.model.team import Headcount as Headcount
from servqual.model.team import Member as Member
from servqual.model.team import Skill as Skill
from servqual.model.team import Team as Team
from servqual.model.team import suggest_assignee as suggest_assignee
from servqual.model.terms import label as label
from servqual.model.window import Window as Window
