"""Channels between customers and us."""

from typing import Final

from servqual.model.declared import declared
from servqual.model.labels import Labelled
from servqual.model.vocabulary import own_word


@declared("channel")
class Channel(Labelled):
    """Channel of a contact; `mail` and `e-mail` are other words for `email`.

    >>> Channel("email").online, Channel.STORE.online, Channel.PHONE.label("zh")
    (True, False, '电话')
    """

    PHONE = "phone", "电话"
    EMAIL = "email", "电子邮件"
    CHAT = "chat", "在线聊天"
    MESSAGING = "messaging", "即时通讯"
    SOCIAL = "social", "社交媒体"
    WEB = "web", "网站"
    APP = "app", "移动应用"
    SELF_SERVICE = "self_service", "自助服务"
    REMOTE = "remote", "远程协助"
    IN_PERSON = "in_person", "面对面"
    SERVICE_CENTRE = "service_centre", "客户服务中心"
    STORE = "store", "销售门店"
    LETTER = "letter", "信函"
    PARTNER = "partner", "合作伙伴"
    OTHER = "other", "其他"

    @property
    def online(self) -> bool:
        """Whether it needs a network, such as website, app, chat or social media; a telephone does not."""
        return self in _ONLINE


def as_channel(channel: Channel | str) -> Channel | str:
    """Read a channel, or the firm's own word for one; refuse a slip of the pen.

    `mail` and `e-mail` are read as `email`, unless a vocabulary declares them.

    >>> as_channel("email"), as_channel("e-mail"), as_channel("whatsapp")
    (<Channel.EMAIL: 'email'>, <Channel.EMAIL: 'email'>, 'whatsapp')
    """
    # a declared word is of another type
    return Channel.EMAIL if type(channel) is str and channel in _EMAIL else own_word(Channel, channel)


_EMAIL: Final = frozenset({"mail", "e-mail"})


_ONLINE: Final = frozenset(
    {
        Channel.EMAIL,
        Channel.CHAT,
        Channel.MESSAGING,
        Channel.SOCIAL,
        Channel.WEB,
        Channel.APP,
        Channel.SELF_SERVICE,
        Channel.REMOTE,
    }
)
