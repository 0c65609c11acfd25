from servqual.model.attributes import Attributes as Attributes
from servqual.model.channel import Channel as Channel
from servqual.model.hours.business_hours import BusinessHours as BusinessHours
from servqual.model.hours.cadence import Cadence as Cadence
from servqual.model.hours.holidays import (
    DayRange as DayRange,
)
from servqual.model.hours.holidays import (
    EasterDay as EasterDay,
)
from servqual.model.hours.holidays import (
    FixedDay as FixedDay,
)
from servqual.model.hours.holidays import (
    HolidayRule as HolidayRule,
)
from servqual.model.hours.holidays import (
    Holidays as Holidays,
)
from servqual.model.hours.holidays import (
    NthWeekday as NthWeekday,
)
from servqual.model.hours.holidays import (
    Recurring as Recurring,
)
from servqual.model.hours.hours import (
    CombinedHours as CombinedHours,
)
from servqual.model.hours.hours import (
    DatedHours as DatedHours,
)
from servqual.model.hours.hours import (
    Hours as Hours,
)
from servqual.model.hours.hours import (
    LedgerPart as LedgerPart,
)
from servqual.model.hours.window import Window as Window
from servqual.model.hours.working_days import WorkingDays as WorkingDays
from servqual.model.ids import (
    AgentId as AgentId,
)
from servqual.model.ids import ArticleId as ArticleId
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
from servqual.model.labels import Labelled as Labelled
from servqual.model.money import Money as Money
from servqual.model.money import Purchase as Purchase
from servqual.model.people import action_item as action_item
from servqual.model.people import appraisal as appraisal
from servqual.model.people import assignment as assignment
from servqual.model.people import conduct as conduct
from servqual.model.people import conflict as conflict
from servqual.model.people import meeting as meeting
from servqual.model.people import training as training
from servqual.model.people.action_item import ActionItem as ActionItem
from servqual.model.people.action_item import ActionItemStatus as ActionItemStatus
from servqual.model.people.action_item import OwnedItems as OwnedItems
from servqual.model.people.action_item import carry_over as carry_over
from servqual.model.people.action_item import follow_up as follow_up
from servqual.model.people.action_item import items_by_owner as items_by_owner
from servqual.model.people.action_item import open_items as open_items
from servqual.model.people.appraisal import Appraisal as Appraisal
from servqual.model.people.appraisal import AppraisalCriterion as AppraisalCriterion
from servqual.model.people.appraisal import AppraisalCycle as AppraisalCycle
from servqual.model.people.appraisal import AppraisalStatus as AppraisalStatus
from servqual.model.people.appraisal import IndicatorKind as IndicatorKind
from servqual.model.people.assignment import Holding as Holding
from servqual.model.people.assignment import Ownership as Ownership
from servqual.model.people.assignment import OwnershipStatus as OwnershipStatus
from servqual.model.people.assignment import load_at as load_at
from servqual.model.people.assignment import owned_at as owned_at
from servqual.model.people.assignment import ownership_of as ownership_of
from servqual.model.people.conduct import Conduct as Conduct
from servqual.model.people.conduct import ConductNorm as ConductNorm
from servqual.model.people.conduct import ConductOutcome as ConductOutcome
from servqual.model.people.conduct import ConductStatus as ConductStatus
from servqual.model.people.conduct import NormKind as NormKind
from servqual.model.people.conflict import Conflict as Conflict
from servqual.model.people.conflict import ConflictKind as ConflictKind
from servqual.model.people.conflict import ConflictRemedy as ConflictRemedy
from servqual.model.people.conflict import ConflictStatus as ConflictStatus
from servqual.model.people.division import DividedDuty as DividedDuty
from servqual.model.people.division import divided as divided
from servqual.model.people.goals import goal_tree as goal_tree
from servqual.model.people.meeting import Meeting as Meeting
from servqual.model.people.meeting import MeetingKind as MeetingKind
from servqual.model.people.meeting import MeetingStatus as MeetingStatus
from servqual.model.people.raci import Raci as Raci
from servqual.model.people.roles import Permission as Permission
from servqual.model.people.roles import Role as Role
from servqual.model.people.roles import TeamLevel as TeamLevel
from servqual.model.people.score import Horizon as Horizon
from servqual.model.people.score import Objective as Objective
from servqual.model.people.score import Rater as Rater
from servqual.model.people.score import Rating as Rating
from servqual.model.people.score import Score as Score
from servqual.model.people.score import ScorePart as ScorePart
from servqual.model.people.score import equal_weights as equal_weights
from servqual.model.people.score import points as points
from servqual.model.people.shifts import Cover as Cover
from servqual.model.people.shifts import Roster as Roster
from servqual.model.people.shifts import Shift as Shift
from servqual.model.people.team import Headcount as Headcount
from servqual.model.people.team import Member as Member
from servqual.model.people.team import Skill as Skill
from servqual.model.people.team import Team as Team
from servqual.model.people.team import suggest_assignee as suggest_assignee
from servqual.model.people.training import EvaluationMethod as EvaluationMethod
from servqual.model.people.training import Training as Training
from servqual.model.people.training import TrainingProgramme as TrainingProgramme
from servqual.model.people.training import TrainingResult as TrainingResult
from servqual.model.people.training import TrainingStatus as TrainingStatus
from servqual.model.people.training_needs import TrainingNeed as TrainingNeed
from servqual.model.people.training_needs import needs_after as needs_after
from servqual.model.people.training_needs import proposed_weights as proposed_weights
from servqual.model.service import case as case
from servqual.model.service import commitment as commitment
from servqual.model.service import complaint as complaint
from servqual.model.service import incident as incident
from servqual.model.service import relationship as relationship
from servqual.model.service.case import (
    Case as Case,
)
from servqual.model.service.case import CaseKind as CaseKind
from servqual.model.service.case import (
    CaseSource as CaseSource,
)
from servqual.model.service.case import (
    CaseStage as CaseStage,
)
from servqual.model.service.case import (
    CaseStatus as CaseStatus,
)
from servqual.model.service.case import (
    Priority as Priority,
)
from servqual.model.service.case import (
    Relation as Relation,
)
from servqual.model.service.case import open_children as open_children
from servqual.model.service.categories import Categories as Categories
from servqual.model.service.categories import service_record as service_record
from servqual.model.service.commitment import Commitment as Commitment
from servqual.model.service.commitment import CommitmentStatus as CommitmentStatus
from servqual.model.service.complaint import Complaint as Complaint
from servqual.model.service.complaint import ComplaintStatus as ComplaintStatus
from servqual.model.service.complaint import complaint_backlog as complaint_backlog
from servqual.model.service.complaint import overdue_complaints as overdue_complaints
from servqual.model.service.contacts import contacts_of as contacts_of
from servqual.model.service.contacts import open_from as open_from
from servqual.model.service.contacts import rating_of as rating_of
from servqual.model.service.customer import Customer as Customer
from servqual.model.service.customer import FeedbackSegment as FeedbackSegment
from servqual.model.service.customer import Lifecycle as Lifecycle
from servqual.model.service.customer import NeedType as NeedType
from servqual.model.service.customer import SpendingSegment as SpendingSegment
from servqual.model.service.customer_view import CustomerView as CustomerView
from servqual.model.service.customer_view import CustomerViewStatus as CustomerViewStatus
from servqual.model.service.incident import Incident as Incident
from servqual.model.service.incident import IncidentDuty as IncidentDuty
from servqual.model.service.incident import IncidentStatus as IncidentStatus
from servqual.model.service.interaction import CommunicationStep as CommunicationStep
from servqual.model.service.interaction import Direction as Direction
from servqual.model.service.interaction import HandledBy as HandledBy
from servqual.model.service.interaction import HandOver as HandOver
from servqual.model.service.interaction import Interaction as Interaction
from servqual.model.service.interaction import Outcome as Outcome
from servqual.model.service.interaction import ServiceType as ServiceType
from servqual.model.service.issues import Issue as Issue
from servqual.model.service.issues import issues_of as issues_of
from servqual.model.service.journal import Entry as Entry
from servqual.model.service.journal import EntryKind as EntryKind
from servqual.model.service.journal import history_of as history_of
from servqual.model.service.knowledge import Article as Article
from servqual.model.service.knowledge import ArticleKind as ArticleKind
from servqual.model.service.knowledge import ArticleStatus as ArticleStatus
from servqual.model.service.knowledge import KnowledgeBase as KnowledgeBase
from servqual.model.service.relationship import Relationship as Relationship
from servqual.model.service.scorecard import Criticality as Criticality
from servqual.model.service.scorecard import Evaluation as Evaluation
from servqual.model.service.scorecard import Scorecard as Scorecard
from servqual.model.service.scorecard import ScorecardItem as ScorecardItem
from servqual.model.service.scorecard import marks_by_item as marks_by_item
from servqual.model.service.segments import SegmentCare as SegmentCare
from servqual.model.service.segments import SegmentPolicy as SegmentPolicy
from servqual.model.service.told_once import share as share
from servqual.model.sla.agreement import Sla as Sla
from servqual.model.sla.clocks import (
    Clock as Clock,
)
from servqual.model.sla.clocks import (
    ClockConventions as ClockConventions,
)
from servqual.model.sla.clocks import (
    ClockRule as ClockRule,
)
from servqual.model.sla.clocks import (
    Reopening as Reopening,
)
from servqual.model.sla.clocks import (
    Retargeting as Retargeting,
)
from servqual.model.sla.projection import Projection as Projection
from servqual.model.sla.projection import breach_chance as breach_chance
from servqual.model.sla.reading import ClockState as ClockState
from servqual.model.sla.reading import Reading as Reading
from servqual.model.sla.reading import Threshold as Threshold
from servqual.model.sla.readings import Readings as Readings
from servqual.model.sla.replays import Replay as Replay
from servqual.model.sla.replays import VerdictChange as VerdictChange
from servqual.model.sla.replays import what_if as what_if
from servqual.model.sla.target import Target as Target
from servqual.model.standards import audit as audit
from servqual.model.standards import procedure_run as procedure_run
from servqual.model.standards import standard as standard
from servqual.model.standards.audit import Audit as Audit
from servqual.model.standards.audit import AuditKind as AuditKind
from servqual.model.standards.audit import AuditStatus as AuditStatus
from servqual.model.standards.audit import EvidenceKind as EvidenceKind
from servqual.model.standards.audit import Finding as Finding
from servqual.model.standards.audit import ServicePhase as ServicePhase
from servqual.model.standards.blueprint import Blueprint as Blueprint
from servqual.model.standards.blueprint import BlueprintStep as BlueprintStep
from servqual.model.standards.blueprint import Lane as Lane
from servqual.model.standards.blueprint import Line as Line
from servqual.model.standards.indicator import Indicator as Indicator
from servqual.model.standards.indicator import SmartCriterion as SmartCriterion
from servqual.model.standards.journey import Coverage as Coverage
from servqual.model.standards.journey import Journey as Journey
from servqual.model.standards.journey import Touchpoint as Touchpoint
from servqual.model.standards.procedure import Conformance as Conformance
from servqual.model.standards.procedure import KeyLink as KeyLink
from servqual.model.standards.procedure import Passage as Passage
from servqual.model.standards.procedure import Procedure as Procedure
from servqual.model.standards.procedure import Step as Step
from servqual.model.standards.procedure_run import ProcedureRun as ProcedureRun
from servqual.model.standards.procedure_run import ProcedureRunStatus as ProcedureRunStatus
from servqual.model.standards.standard import Confirmation as Confirmation
from servqual.model.standards.standard import ServiceLevel as ServiceLevel
from servqual.model.standards.standard import ServiceStandard as ServiceStandard
from servqual.model.standards.standard import StandardDimension as StandardDimension
from servqual.model.standards.standard import StandardStatus as StandardStatus
from servqual.model.standards.standard import StandardVersion as StandardVersion
from servqual.model.terms import label as label
from servqual.model.vocabulary import Vocabulary as Vocabulary
from servqual.model.voice import feedback as feedback
from servqual.model.voice import suggestion as suggestion
from servqual.model.voice import survey as survey
from servqual.model.voice.answer import Answer as Answer
from servqual.model.voice.answer import Invitation as Invitation
from servqual.model.voice.answer import unanswered as unanswered
from servqual.model.voice.feedback import FeedbackItem as FeedbackItem
from servqual.model.voice.feedback import FeedbackSource as FeedbackSource
from servqual.model.voice.feedback import FeedbackStatus as FeedbackStatus
from servqual.model.voice.feedback import Handling as Handling
from servqual.model.voice.feedback import Sentiment as Sentiment
from servqual.model.voice.quality_items import quality_questions as quality_questions
from servqual.model.voice.question import Dimension as Dimension
from servqual.model.voice.question import Question as Question
from servqual.model.voice.question import QuestionKind as QuestionKind
from servqual.model.voice.question import Scale as Scale
from servqual.model.voice.suggestion import Suggestion as Suggestion
from servqual.model.voice.suggestion import SuggestionStatus as SuggestionStatus
from servqual.model.voice.survey import Improvement as Improvement
from servqual.model.voice.survey import Survey as Survey
from servqual.model.voice.survey import SurveyMethod as SurveyMethod
from servqual.model.voice.survey import SurveyStatus as SurveyStatus
from servqual.model.voice.survey import Unaddressed as Unaddressed
