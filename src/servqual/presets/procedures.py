"""The processes of the source documents, step by step, to choose by name, never a default.

The documents require a duty and a limit for every step but name neither, so none is given here: add them with
`attrs.evolve`; `Procedure.unclear` lists the steps without one.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from servqual._checks import among
from servqual.model.labels import Language
from servqual.model.standards.procedure import KeyLink, Procedure, Step

_K: Final = KeyLink
# by English name: the Chinese name, and the steps in both languages with their key link
_PROCESSES: Final[Mapping[str, tuple[str, tuple[tuple[str, str, KeyLink | None], ...]]]] = MappingProxyType(
    {
        # Building the company's own customer service team (企业内部客户服务团队建设), section 6.1.1
        "enquiry": (
            "客户服务流程",
            (
                ("consultation", "客户咨询", _K.CONTACT),
                ("need confirmation", "需求确认", _K.CONTACT),
                ("service response", "服务响应", _K.DELIVERY),
                ("problem solving", "问题解决", _K.DELIVERY),
                ("service feedback", "服务反馈", _K.FEEDBACK),
            ),
        ),
        # Scheme for a customer service system (客户服务体系建立与完善方案), second scheme, section 3.3
        "service process": (
            "服务流程设计",
            (
                ("collection and analysis of needs", "需求搜集与分析", None),
                ("service strategy", "服务策略制定", None),
                ("service and its monitoring", "服务执行与监控", _K.DELIVERY),
                ("customer feedback and evaluation", "客户反馈与评估", _K.FEEDBACK),
                ("optimisation and iteration", "服务优化与迭代", None),
            ),
        ),
        # the same, first scheme, section 3.2
        "process improvement": (
            "服务流程优化",
            (
                ("assessment of the process", "评估现有流程", None),
                ("re-engineering", "流程再造", None),
                ("information technology", "引入信息技术", None),
                ("training of staff", "员工培训", None),
                ("continuous improvement", "持续改进", _K.FEEDBACK),
            ),
        ),
        # Managing company service teams and raising their idea of service (企业客服团队管理与服务理念提升), section 5.3
        "satisfaction improvement": (
            "客户满意度提升计划",
            (
                ("understanding of needs", "了解客户需求", None),
                ("targeted strategy", "制定针对性策略", None),
                ("quick response", "建立快速响应机制", _K.DELIVERY),
                ("continuous improvement", "持续改进", None),
                ("customer-centred culture", "以客户为中心的文化", None),
                ("regular tracking and evaluation", "定期跟踪与评估", _K.FEEDBACK),
            ),
        ),
    }
)


def example_procedures(language: Language = "en") -> Mapping[str, Procedure]:
    """Give the procedures by their English name, with names in `language`, which is `"en"` or `"zh"`.

    >>> [step.name for step in example_procedures()["enquiry"].steps][:2]
    ['consultation', 'need confirmation']
    >>> example_procedures("zh")["enquiry"].steps[0].name
    '客户咨询'
    """
    among("language", language, ("en", "zh"))
    chinese = language == "zh"
    return MappingProxyType(
        {
            name: Procedure(
                name=title if chinese else name,
                steps=[Step(name=zh if chinese else en, link=link) for en, zh, link in steps],
            )
            for name, (title, steps) in _PROCESSES.items()
        }
    )
