"""The firm's own words: built-in ones become members, slips are refused, others are kept, and a vocabulary checks."""

import datetime as dt
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.model import BusinessHours, Case, Categories, Channel, Complaint, Priority, Sla, Target, Vocabulary
from servqual.model import case as event
from servqual.model.vocabulary import is_slip, own_word

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
letters = st.text("abcé_-", max_size=5)


def distance(one: str, other: str) -> int:
    """Edits between two texts, a swap of neighbours counting one: the slow table, row by row."""
    rows: list[list[int]] = [[*range(len(other) + 1)]]
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, theirs in enumerate(other, start=1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != theirs))
            if i > 1 and j > 1 and (letter, one[i - 2]) == (other[j - 2], theirs):
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


@given(one=letters, other=letters)
def test_a_slip_is_one_edit(one: str, other: str) -> None:
    """As the table of edits says, without regard to upper case; a text is no slip of itself."""
    assert is_slip(one, other) == (one != other and distance(one, other) <= 1)
    assert is_slip(one.upper(), other) == (one.upper() != other and distance(one, other) <= 1)


@pytest.mark.parametrize("word", list(Priority))
def test_built_in_words_become_members(word: Priority) -> None:
    """From text, and from the member."""
    assert own_word(Priority, word.value) is own_word(Priority, word) is word


@pytest.mark.parametrize("word", ["Urgent", "urgnt", "urgentt", "rugent", "hihg", "lo"])
def test_a_slip_is_refused_with_the_word_that_was_meant(word: str) -> None:
    """In events and targets, under the name of the field."""
    with pytest.raises(InvalidValue, match=r"priority must not be one slip away .*did you mean"):
        Case.open(id="T-1", at=NINE, channel="web", priority=word)
    with pytest.raises(InvalidValue, match="priority"):
        Target(clock="resolution", within=dt.timedelta(hours=1), priority=word)


def test_other_words_are_kept() -> None:
    """Own priorities, channels and kinds need no declaration."""
    case = Case.open(id="T-1", at=NINE, channel="whatsapp", priority="P1", kind="change")
    assert (case.channel, case.priority, case.kind) == ("whatsapp", "P1", "change")
    assert Case.open(id="T-2", at=NINE, channel="email").channel is Channel.EMAIL


@pytest.mark.parametrize("word", ["mail", "e-mail"])
def test_other_words_for_email_are_email(word: str) -> None:
    """They are real words and no slips; a firm that declares one keeps it."""
    assert Case.open(id="T-1", at=NINE, channel=word).channel is Channel.EMAIL
    declared = Vocabulary(words={"channel": [word, "phone"]})
    assert Case.open(id="T-1", at=NINE, channel=word, vocabulary=declared).channel == word


OURS = Vocabulary(
    words={
        "priority": ["P1", "P2", "urgnt"],
        "category": ["billing", "line"],
        "product": ["router", "phone"],
        "tenant": None,
        "tags": ["vip"],
    }
)


def test_a_vocabulary_finds_what_is_mistyped() -> None:
    """Words of fields, of attributes and of tags, and names of attributes."""
    slips: list[tuple[dict[str, Any], str]] = [
        ({"category": "bililng"}, "billing"),
        ({"priority": "P11"}, "P1"),
        ({"attributes": {"product": "ruoter"}}, "router"),
        ({"attributes": {"prodcut": "router"}}, "product"),
        ({"tags": ["vpi"]}, "vip"),
    ]
    for wrong, near in slips:
        with pytest.raises(InvalidValue, match=f"did you mean {near}"):
            Case.open(id="T-1", at=NINE, channel="web", vocabulary=OURS, **wrong)


def test_a_vocabulary_lifts_the_rule_about_slips_for_its_words() -> None:
    """A declared word is meant; it stays so in copies and through pickling."""
    case = Case.open(
        id="T-1", at=NINE, channel="web", vocabulary=OURS, priority="urgnt", attributes={"tenant": "T1"}, tags=["vip"]
    )
    assert case.priority == "urgnt"
    assert pickle.loads(pickle.dumps(case)) == case  # noqa: S301
    assert case.record(event.Classified(at=NINE, by="A", priority=OURS.read("priority", "urgnt"))).priority == "urgnt"


def test_an_agreement_with_a_vocabulary_matches_known_names_and_words() -> None:
    """Without one, a name that no case has is never met."""

    def agreement(match: dict[str, str], vocabulary: Vocabulary | None) -> Sla:
        target = Target(clock="resolution", within=dt.timedelta(hours=1), match=match)
        return Sla(name="s", hours=BusinessHours.always(), targets=[target], vocabulary=vocabulary)

    case = Case.open(id="T-1", at=NINE, channel="web", attributes={"product": "router"})
    assert "resolution" in agreement({"product": "router", "channel": "web"}, OURS).read(case, now=NINE)
    assert not agreement({"prodcut": "router"}, None).read(case, now=NINE)
    with pytest.raises(InvalidValue, match="did you mean product"):
        agreement({"prodcut": "router"}, OURS)
    with pytest.raises(InvalidValue, match="did you mean router"):
        agreement({"product": "ruoter"}, OURS)


def test_the_words_of_a_category_may_be_a_tree() -> None:
    """Every category of the table is taken, on top or below, and any other is refused where something is opened."""
    table = Categories.of({"billing": ["refund", "double charge"], "router": {"wifi": ["weak signal"]}})
    ours = Vocabulary(words={"category": table})
    kinds: list[Any] = [Case, Complaint]
    for kind in kinds:
        for category in table.parents:
            assert kind.open(id="T-1", at=NINE, channel="web", category=category, vocabulary=ours).category == category
        with pytest.raises(InvalidValue, match=r"category must be one of .*did you mean weak signal"):
            kind.open(id="T-1", at=NINE, channel="web", category="weak singal", vocabulary=ours)
        with pytest.raises(InvalidValue, match="did you mean refund"):
            kind.imported(id="T-1", received_at=NINE, category="refnud", vocabulary=ours)
    many = Vocabulary(words={"category": [f"c{n}" for n in range(100)]})
    with pytest.raises(InvalidValue, match=r"c10, c11 and 88 more \(got 'line'\); declare it"):
        many.read("category", "line")


def test_a_vocabulary_has_named_words_and_is_one() -> None:
    """A blank name, words alone, and another value where a vocabulary is meant."""
    wrong: list[Any] = [{"": ["x"]}, {5: ["x"]}, {"category": "billing"}, {"category": 5}, {"category": [5]}, 5]
    for words in wrong:
        with pytest.raises(InvalidValue, match="words must"):
            Vocabulary(words=words)
    with pytest.raises(InvalidValue, match="vocabulary must be a Vocabulary"):
        Case.open(id="T-1", at=NINE, channel="web", vocabulary={"category": ["x"]})  # type: ignore[arg-type]
