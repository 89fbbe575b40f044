"""Scenes that several ways share: here you find arriving, accepting, assigning, writing and approving, each checked."""

from __future__ import annotations

from dataclasses import dataclass

from arm.tour.checks import Truth
from arm.tour.moves import act, open_message, send_by_choice
from arm.tour.story import Story
from arm.tour.theatre import Theatre

GORHOZ = "svet-gorhoz"
CITY = "svetlorechensk"


@dataclass
class Stage:
    """One way being played: the theatre, its story, the truth it is held against, and the message's number."""

    theatre: Theatre
    story: Story
    truth: Truth
    number: str

    def user(self, login: str) -> str:
        return self.theatre.user(login)

    def told_user(self, login: str, kind: str) -> tuple[str, str]:
        return f"user:{self.theatre.user(login)}", kind


def arrives(theatre: Theatre, story: Story, text: str, *, name: str, address: str, topic: str, to: str) -> Stage:
    """An applicant sends a message through the web form, and it is there for the moderator."""
    truth = Truth(theatre, story)
    number = theatre.applicants.send(text, name=name, address=address, topic=topic, to=to)
    truth.holds(
        number,
        "сообщение пришло с сайта, заявителю сообщён номер",
        verbs=("register",),
        told=(("applicant", "registered"),),
        stage="moderation",
        channel="site",
        category=topic,
    )
    return Stage(theatre, story, truth, number)


def accepted(play: Stage, to: str) -> None:
    desk = play.theatre.desk("moderator")
    open_message(desk, play.number)
    play.story.tell(f"Сообщение № {play.number} пришло с сайта; модератор принимает его клавишей 1.", desk)
    act(desk, "1")
    play.truth.holds(
        play.number,
        "координация в названной организации",
        verbs=("accept",),
        stage="coordination",
        organisation=to,
    )


def assigned(play: Stage, login: str) -> None:
    """The coordinator of the department names an executor."""
    desk, name = play.theatre.desk("coordinator-gorhoz"), play.theatre.name(login)
    open_message(desk, play.number)
    act(desk, "1")
    desk.see(name="sheet-assign")
    play.story.tell(f"Координатор департамента назначает исполнителя: {name}.", desk)
    send_by_choice(desk, "input-executor", name[:4].lower(), name)
    desk.see_gone(name="sheet-assign")
    play.truth.holds(
        play.number,
        "исполнение, исполнитель извещён",
        verbs=("assign",),
        stage="execution",
        executor=play.user(login),
        told=(play.told_user(login, "assigned"),),
    )


def approved(play: Stage, login: str, said: str, *, notice: str = "answered", **facts: object) -> None:
    """The approver agrees with the text that he sees."""
    desk = play.theatre.desk(login)
    open_message(desk, play.number)
    desk.see(name="decision-text")
    play.story.tell(f"{said} Утверждает {play.theatre.name(login)}: клавиша 1.", desk)
    act(desk, "1")
    play.truth.holds(
        play.number,
        "решение записано, заявителю направлено извещение",
        verbs=("approve",),
        told=(("applicant", notice),),
        **facts,
    )
