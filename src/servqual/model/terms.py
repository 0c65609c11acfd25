"""Terms of the field in both languages, by the declared names of the types.

One table, so that a reader finds all terms in one place and a new type needs one line. Terms that the industry uses but
the source documents do not (agreement, escalation, responsibility matrix) have their standard Chinese words.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from servqual._checks import did_you_mean, near
from servqual.errors import InvalidValue, UnknownName
from servqual.model.declared import name_of
from servqual.model.labels import Labelled, Language

TERMS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {  # by declared names
        # what happened
        "customer": ("customer", "客户"),
        "need_type": ("kind of need", "需求类型"),
        "lifecycle": ("stage of the customer lifecycle", "客户生命周期阶段"),
        "relationship": ("relationship with a customer", "客户关系"),
        "spending_segment": ("segment by spending", "消费行为分类"),
        "segment_policy": ("policy for segments", "差异化的服务策略"),
        "purchase": ("purchase", "购买记录"),
        "interaction": ("interaction", "客户互动"),
        "scorecard": ("scorecard of contacts", "质检评分表"),
        "evaluation": ("evaluation of a contact", "质检评分"),
        "service_type": ("type of service", "服务类型"),
        "channel": ("channel", "渠道"),
        "case": ("problem, case", "问题"),
        "priority": ("priority", "优先级"),
        "categories": ("problem classification table", "问题分类表"),
        "case.reported": ("problem report", "问题报告"),
        "assignment.assigned": ("assignment", "分配"),
        "case.assigned": ("assignment", "分配"),
        "assignment.handed_over": ("hand-over", "转交"),
        "case.handed_over": ("hand-over", "转交"),
        "complaint.handed_over": ("hand-over", "转交"),
        "hand_over": ("hand-over", "转交"),
        "case.escalated": ("escalation", "升级"),
        "case.resolved": ("solution", "解决方案"),
        "complaint.resolved": ("solution", "解决方案"),
        "case.verified": ("verification", "验证"),
        "case.followed_up": ("follow-up", "跟进"),
        "complaint.followed_up": ("follow-up", "跟进"),
        "conflict.followed_up": ("follow-up", "跟进"),
        "meeting.followed_up": ("follow-up", "跟进"),
        "corrections.voided": ("voided event", "作废"),
        "corrections.amended": ("amended event", "更正"),
        "complaint": ("complaint", "投诉"),
        "commitment": ("service commitment", "承诺"),
        "incident": ("emergency, incident", "应急响应"),
        "article": ("knowledge article", "知识库文章"),
        "knowledge_base": ("knowledge base", "知识库"),
        "money": ("amount of money", "金额"),
        # how it was promised
        "service_standard": ("service standard", "服务标准"),
        "indicator": ("service indicator", "服务指标"),
        "smart_criterion": ("SMART criterion", "SMART原则"),
        "target": ("target value", "指标值"),
        "sla": ("service-level agreement", "服务水平协议"),
        "service_level": ("service level", "服务层级"),
        "business_hours": ("service hours", "服务时间"),
        "holidays": ("holidays", "节假日"),
        "procedure": ("standard operating procedure", "标准化操作流程"),
        "procedure_run": ("run of a procedure", "服务流程追踪"),
        "step": ("process step", "流程步骤"),
        "blueprint": ("service blueprint", "服务蓝图"),
        "journey": ("customer journey map", "顾客旅程地图"),
        "touchpoint": ("touchpoint", "接触点"),
        "audit": ("process audit", "服务流程审计"),
        # the customer's voice
        "survey": ("survey", "问卷调查"),
        "question": ("question", "问题项"),
        "answer": ("survey response", "问卷答复"),
        "invitation": ("survey invitation", "调查邀请"),
        "feedback_item": ("customer feedback", "客户反馈"),
        "suggestion": ("suggestion", "建议"),
        # the team
        "team": ("team", "团队"),
        "member": ("member", "成员"),
        "role": ("role", "角色"),
        "skill": ("skill", "技能"),
        "permission": ("permission", "权限"),
        "raci": ("responsibility matrix", "责任分配矩阵"),
        "ownership": ("responsibility", "职责"),
        "shift": ("shift", "班次"),
        "roster": ("roster", "排班表"),
        "appraisal": ("appraisal", "绩效考核"),
        "appraisal_cycle": ("appraisal cycle", "考核周期"),
        "appraisal_criterion": ("appraisal criterion", "评估标准"),
        "indicator_kind": ("kind of appraisal indicator", "考核指标类型"),
        "rater": ("rater", "评价者"),
        "rating": ("rating", "评价"),
        "objective": ("objective and key result", "目标与关键成果"),
        "horizon": ("horizon of a goal", "目标期限"),
        "conduct": ("record of conduct", "服务行为记录"),
        "conduct_norm": ("service behaviour norm", "服务行为规范"),
        "conduct.rectification_set": ("rectification", "整改"),
        "conflict": ("conflict", "冲突"),
        "meeting": ("meeting", "会议"),
        "action_item": ("action item", "待办事项"),
        "training": ("training", "培训"),
        "training_programme": ("training programme", "培训计划"),
        "training_result": ("training result", "培训效果"),
        "evaluation_method": ("evaluation of a training", "培训效果评估"),
    }
)


def label(thing: type | Labelled, language: Language = "en") -> str:
    """Return the term of a type, or the label of a member of an enumeration, in `"en"` or `"zh"` (simplified).

    A type without a term is refused with the nearest terms, and so is any other language.

    >>> from servqual.model import Complaint, Priority
    >>> label(Complaint, "zh"), label(Complaint), label(Priority.URGENT, "zh")
    ('投诉', 'complaint', '紧急')
    """
    if isinstance(thing, Labelled):
        return thing.label(language)
    name = name_of(thing)
    if name not in TERMS:
        close = near(thing.__name__, TERMS)
        raise UnknownName(
            f"thing must be a type with a term (got {thing.__name__}){did_you_mean(close)}", near=close, got=thing
        )
    if language not in ("en", "zh"):  # pyright: ignore[reportUnnecessaryContains]
        raise InvalidValue.of("language", "be 'en' or 'zh'", language)
    english, chinese = TERMS[name]
    return english if language == "en" else chinese
