"""Roles of a service team and their permissions, in both languages, with other usual names."""

from collections.abc import Iterable
from typing import Self

from servqual._checks import must_be
from servqual.model.declared import declared
from servqual.model.labels import Labelled, Language
from servqual.model.vocabulary import own_word


@declared("role")
class Role(Labelled):
    """Function in a service team.

    A role is found by its stored name, its English or Chinese label, or an alias in either language; upper case,
    hyphens and spaces make no difference. A member may hold several roles, since manager, supervisor and team leader
    are often one person. Any other name is refused with the nearest ones.

    >>> Role("customer service representative"), Role("高级客服代表").label()
    (<Role.AGENT: 'agent'>, 'senior representative')
    >>> Role.SERVICE_MANAGER.label("zh")
    '客户服务经理'
    """

    SERVICE_MANAGER = "service_manager", "客户服务经理", "customer service manager"
    SUPERVISOR = "supervisor", "客服主管", "service supervisor"
    TEAM_LEADER = "team_leader", "团队领导"
    COORDINATOR = "coordinator", "协调员"
    AGENT = "agent", "客户服务专员", "front-line agent"
    FRONT_DESK = "front_desk", "前台客服"
    JUNIOR_AGENT = "junior_agent", "初级客服"
    SENIOR_REPRESENTATIVE = "senior_representative", "资深客服代表"
    TECH_SUPPORT = "tech_support", "技术支持专员", "technical support specialist"
    EXPERT = "expert", "专家"
    COMPLAINT_SPECIALIST = "complaint_specialist", "投诉处理专员"
    RELATIONSHIP_SPECIALIST = "relationship_specialist", "客户关系专员", "customer relationship specialist"
    AFTER_SALES = "after_sales", "售后服务人员", "after-sales staff"
    DATA_ANALYST = "data_analyst", "数据分析师"
    QUALITY_CONTROL = "quality_control", "质量控制", "quality control"
    TRAINER = "trainer", "培训专员", "training specialist"
    CONDUCT_MONITOR = "conduct_monitor", "服务行为监督岗", "service conduct monitor"
    LEGAL = "legal", "法务", "legal counsel"

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other names for this role, in both languages."""
        return tuple(name for name, role in _ALIASES.items() if role == self.value)

    @classmethod
    def _missing_(cls, value: object) -> Self:
        return cls.named(str(value)) or super()._missing_(value)

    @classmethod
    def named(cls, text: str) -> Self | None:
        """Find a role by any of its names; None where no role has this one."""
        name = _plain(text)
        for role in cls:
            if name in map(_plain, (role.value, role.label("en"), role.label("zh"), *role.aliases)):
                return role
        return None


_ALIASES = {
    "一线客服人员": "agent",
    "客户服务代表": "agent",
    "customer service representative": "agent",
    "customer service specialist": "agent",
    "高级客服代表": "senior_representative",
    "senior customer service representative": "senior_representative",
    "后台技术支持": "tech_support",
    "back-office technical support": "tech_support",
}


def _plain(name: str) -> str:
    return name.strip().casefold().replace("-", " ").replace("_", " ")


def as_role(role: Role | str) -> Role | str:
    """Read a role by any of its names, or a role of the firm's own as its text; a slip of the pen is refused.

    >>> as_role("Front-line agent"), as_role("concierge")
    (<Role.AGENT: 'agent'>, 'concierge')
    """
    must_be(str, "role", "a text or a Role", role)
    return Role.named(role) or own_word(Role, role)


def role_label(role: Role | str, language: Language) -> str:
    """Name a role in a language; one of the firm's own has one name."""
    return role.label(language) if isinstance(role, Role) else role


def as_roles(roles: Iterable[Role | str]) -> frozenset[Role | str]:
    """Read several roles, or one alone."""
    return frozenset(map(as_role, [roles] if isinstance(roles, str) else roles))


class TeamLevel(Labelled):
    """Level of a team in the order of escalation: front line, then senior, then expert."""

    FRONT_LINE = "front_line", "一线客服团队", "front-line team"
    SENIOR = "senior", "高级客服团队", "senior service team"
    EXPERT = "expert", "专家团队", "expert team"


@declared("permission")
class Permission(Labelled):
    """Act that needs permission; a member or a role is granted it, up to an amount where that matters."""

    ASSIGN_CASE = "assign_case", "分配问题"
    HAND_OVER_CASE = "hand_over_case", "转交问题"
    ESCALATE_CASE = "escalate_case", "升级问题"
    CLOSE_CASE = "close_case", "关闭问题"
    CLOSE_COMPLAINT = "close_complaint", "关闭投诉"
    APPROVE_COMPENSATION = "approve_compensation", "批准补偿措施"
    CONFIRM_STANDARD = "confirm_standard", "确认服务标准"
    CHANGE_PROCEDURE = "change_procedure", "调整服务流程"
    APPROVE_IMPROVEMENT = "approve_improvement", "批准改进计划"
    APPRAISE = "appraise", "考核"
    SET_SHIFTS = "set_shifts", "安排班次"
    READ_PERSONAL_DATA = "read_personal_data", "查看客户个人信息"


def as_permission(permission: Permission | str) -> Permission | str:
    """Read a permission, or one of the firm's own as its text; a slip of the pen is refused.

    >>> as_permission("close_case"), as_permission("waive_fee")
    (<Permission.CLOSE_CASE: 'close_case'>, 'waive_fee')
    """
    must_be(str, "permission", "a text or a Permission", permission)
    return own_word(Permission, permission)
