"""Perceived quality in five dimensions and 22 items, worded by us for services of every kind.

Five dimensions with 22 items, asked once for what a customer expects and once for what a customer got, are the
standard form of the field (Parasuraman, Zeithaml and Berry, 1988: four, five, four, four and five items). The wording
here is our own and was not taken from any published questionnaire; results compare with each other, not with studies
that used other words.
"""

from typing import Final, Literal

from servqual.errors import InvalidValue
from servqual.model.voice.question import Dimension, Question, QuestionKind, Scale

_ITEMS: Final[dict[Dimension, tuple[tuple[str, str], ...]]] = {
    Dimension.TANGIBLES: (
        ("Tools and systems work when they are needed.", "工具和系统在需要时能正常使用。"),
        ("Rooms, pages and apps are easy to find one's way in.", "场所、网页和应用容易找到所需内容。"),
        ("Letters, messages and bills are clearly laid out.", "信件、消息和账单排版清楚。"),
        ("The people I deal with come across as prepared.", "与我接触的人员准备充分。"),
    ),
    Dimension.RELIABILITY: (
        ("What was agreed is done on the agreed day.", "约定的事在约定的日子完成。"),
        ("A reported problem is followed until it is gone.", "报告的问题会一直跟进到消除为止。"),
        ("A solution holds, and the same trouble does not return.", "问题解决后不会再次出现。"),
        ("Bills, data and statements are correct.", "账单、数据和说明准确无误。"),
        ("The same question gets the same answer, whoever is asked.", "同样的问题，问谁都得到同样的答复。"),
    ),
    Dimension.RESPONSIVENESS: (
        ("It is clear how long an answer will take.", "清楚知道多久会得到答复。"),
        ("An answer comes quickly.", "答复来得快。"),
        ("Help is offered without insisting on it.", "不必一再要求就能得到帮助。"),
        ("Somebody can be reached when it is busy, too.", "繁忙时段也能联系到人。"),
    ),
    Dimension.ASSURANCE: (
        ("Those who answer know their subject.", "答复的人员精通业务。"),
        ("An explanation can be relied upon.", "所作的解释可以放心采信。"),
        ("Data and money are in safe hands.", "数据和资金有安全保障。"),
        ("The tone stays polite when matters are difficult.", "遇到难题时语气依然礼貌。"),
    ),
    Dimension.EMPATHY: (
        ("My own situation is asked about and understood.", "会询问并理解我的具体情况。"),
        ("Hours and channels fit into my day.", "服务时间和渠道适合我的日常安排。"),
        ("I need not tell my story twice.", "我不必把同一件事说两遍。"),
        ("Advice follows what is good for me.", "建议以对我有利为出发点。"),
        ("There is time for what is special about my request.", "愿意花时间处理我的特殊要求。"),
    ),
}

_LEAD: Final = {
    QuestionKind.EXPECTATION: ("A good service is like this:", "好的服务应当如此："),
    QuestionKind.PERCEPTION: ("The service that I received was like this:", "我得到的服务如此："),
}


def quality_questions(*, kind: Literal["expectation", "perception"], scale: Scale) -> tuple[Question, ...]:
    """Make the 22 items as questions about expectation or perception, on a scale of your choice.

    A key is the kind, the dimension and a number (`perception_reliability_3`), so that both sets fit into one survey
    and each gap has its two sides. Any other kind is refused.

    >>> seven = Scale(low=1, high=7, anchors={1: "not at all", 7: "completely"})
    >>> items = quality_questions(kind="perception", scale=seven)
    >>> len(items), items[0].key
    (22, 'perception_tangibles_1')
    >>> items[0].text
    'The service that I received was like this: Tools and systems work when they are needed.'
    """
    asked = QuestionKind(kind)
    if asked not in _LEAD:
        raise InvalidValue.of("kind", "be 'expectation' or 'perception'", kind)
    lead, chinese_lead = _LEAD[asked]
    return tuple(
        Question(
            key=f"{kind}_{dimension}_{number}",
            kind=asked,
            text=f"{lead} {words}",
            chinese=f"{chinese_lead}{chinese}",
            scale=scale,
            dimension=dimension,
        )
        for dimension, items in _ITEMS.items()
        for number, (words, chinese) in enumerate(items, 1)
    )
