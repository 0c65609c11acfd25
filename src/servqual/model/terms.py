"""The words of the field in both languages: what each type is called by the people whose work it models.

One table, so that a reader finds all terms in one place and a new type needs one line. Terms that the source documents
do not use but the industry does (agreement, escalation, responsibility matrix) are the standard Chinese ones.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from servqual._checks import did_you_mean, near
from servqual.errors import InvalidValue, UnknownName
from servqual.model.labels import Labelled, Language

__all__ = ["TERMS", "key", "label"]

TERMS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        # what happened
        "customer.Customer": ("customer", "客户"),
        "customer.NeedType": ("kind of need", "需求类型"),
        "customer.Lifecycle": ("stage of the customer lifecycle", "客户生命周期阶段"),
        "money.Purchase": ("purchase", "购买记录"),
        "interaction.Interaction": ("interaction", "客户互动"),
        "channel.Channel": ("channel", "渠道"),
        "case.Case": ("problem, case", "问题"),
        "case.Priority": ("priority", "优先级"),
        "case.Reported": ("problem report", "问题报告"),
        "assignment.Assigned": ("assignment", "分配"),
        "case.Assigned": ("assignment", "分配"),
        "assignment.HandedOver": ("hand-over", "转交"),
        "case.HandedOver": ("hand-over", "转交"),
        "complaint.HandedOver": ("hand-over", "转交"),
        "interaction.HandOver": ("hand-over", "转交"),
        "case.Escalated": ("escalation", "升级"),
        "case.Resolved": ("solution", "解决方案"),
        "complaint.Resolved": ("solution", "解决方案"),
        "case.Verified": ("verification", "验证"),
        "case.FollowedUp": ("follow-up", "跟进"),
        "complaint.FollowedUp": ("follow-up", "跟进"),
        "conflict.FollowedUp": ("follow-up", "跟进"),
        "meeting.FollowedUp": ("follow-up", "跟进"),
        "corrections.Voided": ("voided event", "作废"),
        "corrections.Amended": ("amended event", "更正"),
        "complaint.Complaint": ("complaint", "投诉"),
        "commitment.Commitment": ("service commitment", "承诺"),
        "money.Money": ("amount of money", "金额"),
        # how it was promised
        "standard.ServiceStandard": ("service standard", "服务标准"),
        "indicator.Indicator": ("service indicator", "服务指标"),
        "indicator.SmartCriterion": ("SMART criterion", "SMART原则"),
        "target.Target": ("target value", "指标值"),
        "sla.Sla": ("service-level agreement", "服务水平协议"),
        "standard.ServiceLevel": ("service level", "服务层级"),
        "hours.BusinessHours": ("service hours", "服务时间"),
        "holidays.Holidays": ("holidays", "节假日"),
        "procedure.Procedure": ("standard operating procedure", "标准化操作流程"),
        "procedure.Step": ("process step", "流程步骤"),
        "blueprint.Blueprint": ("service blueprint", "服务蓝图"),
        "journey.Journey": ("customer journey map", "顾客旅程地图"),
        "journey.Touchpoint": ("touchpoint", "接触点"),
        "audit.Audit": ("process audit", "服务流程审计"),
        # the customer's voice
        "survey.Survey": ("survey", "问卷调查"),
        "question.Question": ("question", "问题项"),
        "answer.Answer": ("survey response", "问卷答复"),
        "answer.Invitation": ("survey invitation", "调查邀请"),
        "feedback.FeedbackItem": ("customer feedback", "客户反馈"),
        "suggestion.Suggestion": ("suggestion", "建议"),
        # the team
        "team.Team": ("team", "团队"),
        "team.Member": ("member", "成员"),
        "roles.Role": ("role", "角色"),
        "team.Skill": ("skill", "技能"),
        "roles.Permission": ("permission", "权限"),
        "raci.Raci": ("responsibility matrix", "责任分配矩阵"),
        "assignment.Ownership": ("responsibility", "职责"),
        "shifts.Shift": ("shift", "班次"),
        "shifts.Roster": ("roster", "排班表"),
        "appraisal.Appraisal": ("appraisal", "绩效考核"),
        "appraisal.AppraisalCycle": ("appraisal cycle", "考核周期"),
        "appraisal.AppraisalCriterion": ("appraisal criterion", "评估标准"),
        "appraisal.IndicatorKind": ("kind of appraisal indicator", "考核指标类型"),
        "score.Rater": ("rater", "评价者"),
        "score.Rating": ("rating", "评价"),
        "score.Objective": ("objective and key result", "目标与关键成果"),
        "conflict.Conflict": ("conflict", "冲突"),
        "meeting.Meeting": ("meeting", "会议"),
        "action_item.ActionItem": ("action item", "待办事项"),
    }
)


def label(thing: type | Labelled, language: Language = "en") -> str:
    """What a type, or a member of an enumeration, is called: `"en"` or `"zh"` (simplified).

    A type that the table does not hold is refused with the nearest that it does, and so is any other language.

    >>> from servqual.model import Complaint, Priority
    >>> label(Complaint, "zh"), label(Complaint), label(Priority.URGENT, "zh")
    ('投诉', 'complaint', '紧急')
    """
    if isinstance(thing, Labelled):
        return thing.label(language)
    name = key(thing)
    if name not in TERMS:
        close = near(name, TERMS)
        raise UnknownName(f"thing must be a type with a term (got {name}){did_you_mean(close)}", near=close, got=thing)
    if language not in ("en", "zh"):  # pyright: ignore[reportUnnecessaryContains]
        raise InvalidValue(
            f"language must be 'en' or 'zh' (got {language!r})", field="language", expected="en or zh", got=language
        )
    english, chinese = TERMS[name]
    return english if language == "en" else chinese


def key(kind: type) -> str:
    """How the table names a type: its room and its name, such as `case.Case`."""
    return f"{kind.__module__.rpartition('.')[2]}.{kind.__name__}"
