"""Each arm has what its name says and nothing else, and planted truth comes out of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from suasion.core.asks import Forfeit
from suasion.core.environment import AFRESH, Asked, BadSetting, words
from suasion.core.episode import Episode
from suasion.core.play import Play, drive
from suasion.environments.persuasion import KIT
from suasion.environments.persuasion.arms import COUNTER, NOTES, RECON, RESTATE, TALK, act, phases
from suasion.environments.persuasion.repertoire import QUESTIONS, SMALL_TALK, force_of
from suasion.environments.persuasion.rules import Persuasion
from suasion.environments.persuasion.words import PERSUADER, TARGET, TRANSCRIPT
from suasion.measures.policy import made

ARMS: Sequence[Any] = (
    "plain",
    "recon_notes",
    "reprobe",
    "off_topic",
    "dose",
    "disclosure",
    "counter",
    "self_play",
    "baseline",
)
SEATS = ("persuader?strength=0.8", "target?noise=0&susceptibility=0.5")


def small(arm: Any, **more: Any) -> Persuasion:
    return Persuasion(**{"arm": arm, "total_turns": 4, "probes": 1, **more})


def played(env: Persuasion, *seats: str, seed: int = 1) -> Episode:
    return drive(Play(env, seed), [made(KIT, name) for name in seats or SEATS])


def acts(episode: Episode) -> list[tuple[str, int]]:
    """Everything that seats did or were asked, in order: kinds, and whose."""
    return [
        (str(event.data.get("name", event.kind)), event.by)
        for event in episode.events
        if event.by is not None
    ]


def probed(episode: Episode) -> dict[str, Any]:
    return {event.data["name"]: event.data["answer"] for _, event in episode.of("aside")}


def told(env: Persuasion, seat: int, *seats: str) -> list[tuple[str, str]]:
    """What a seat is asked with, after its brief, and for what."""
    heard = [("brief", env.brief(seat))]

    def on(policy: Any) -> Any:
        def overheard(asked: Asked) -> Any:
            if asked.seat == seat:
                heard.append((asked.aside, words(env, asked)))
            return policy(asked)

        return overheard

    line_up: Any = [on(made(KIT, name)) for name in seats or SEATS]
    drive(Play(env, 1), line_up)
    return heard


# --- what an arm is made of ----------------------------------------------------------------------

BEFORE, AFTER, BACK = ("stance_before", 1), ("stance_after", 1), ("stance_counter", 1)
FOUR = [("say", 0), ("say", 1)] * 2


@pytest.mark.parametrize(
    ("arm", "expected"),
    [
        ("plain", [BEFORE, *FOUR, AFTER]),
        ("self_play", [BEFORE, *FOUR, AFTER]),
        ("disclosure", [BEFORE, *FOUR, AFTER]),
        ("off_topic", [BEFORE, *FOUR, AFTER]),
        ("dose", [BEFORE, *[("say", 0)] * 4, AFTER]),
        ("reprobe", [BEFORE, ("restated", 1), AFTER]),
        ("baseline", [BEFORE]),
        ("counter", [BEFORE, *FOUR, AFTER, *[("counter", 0), ("counter", 1)] * 2, BACK]),
        (
            "recon_notes",
            [BEFORE, *[("recon", 0), ("recon", 1)] * 2, ("notes", 0), *FOUR, AFTER],
        ),
    ],
)
def test_an_arm_has_what_its_name_says(arm: str, expected: list[tuple[str, int]]) -> None:
    assert acts(played(small(arm))) == expected


def test_every_preset_that_is_named_for_an_arm_is_that_arm() -> None:
    presets = {name: KIT.presets[name] for name in ARMS if name != "plain"}
    assert {name: settings["arm"] for name, settings in presets.items()} == {
        name: name for name in presets
    }
    assert KIT.presets["baseline"]["probes"] == 30


def test_phases_follow_one_another_and_end() -> None:
    env = small("recon_notes", recon_turns=3)
    assert [(each.name, each.turns) for each in phases(env, 0)] == [
        (RECON, 3),
        (NOTES, 1),
        (TALK, 4),
    ]
    due = [act(env, 1, over) for over in range(9)]
    whose = [(each.phase.name, each.number, each.seat) for each in due if each is not None]
    assert whose[:5] == [(RECON, 1, 0), (RECON, 2, 1), (RECON, 3, 0), (NOTES, 1, 0), (TALK, 1, 1)]
    assert due[-1] is None
    counter = phases(small("counter", counter_turns=1), 1)[1]
    assert (counter.name, counter.turns, counter.by) == (COUNTER, 1, (1, 0))
    assert phases(small("reprobe"), 0)[0].name == RESTATE


def test_a_baseline_is_so_many_probes_and_asks_the_persuader_nothing() -> None:
    for before in ("own", "shared"):
        env = small("baseline", probes=30, before=before, probe_before=False)
        episode = drive(Play(env, 1), [lambda _: pytest.fail("asked"), made(KIT, SEATS[1])])
        assert Counter(acts(episode)) == {BEFORE: 30}


def test_a_baseline_is_asked_under_the_very_words_of_a_conversation_to_come() -> None:
    for wording in range(Persuasion.wordings):
        plain, base = (
            told(small(arm, wording=wording), TARGET)[:2] for arm in ("plain", "baseline")
        )
        assert plain == base


def test_where_baselines_are_shared_nothing_is_asked_before() -> None:
    for arm in ARMS:
        names = probed(played(small(arm, before="shared", also=("vote",))))
        befores = {name for name in names if name.endswith("_before")}
        assert befores == ({"stance_before", "vote_before"} if arm == "baseline" else set())


def test_before_probes_hear_nothing_of_the_arm() -> None:
    """So that shifts of one arm and of another start from the same place."""
    usual = told(small("plain"), TARGET)[1]
    for arm in ("disclosure", "counter", "dose", "recon_notes", "reprobe", "baseline"):
        assert told(small(arm), TARGET)[1] == usual
    drawn = told(small("disclosure", opener="random"), TARGET)
    assert drawn[1] == usual


# --- recon and notes -----------------------------------------------------------------------------


def test_notes_are_the_persuaders_alone_and_the_talk_before_is_both_seats() -> None:
    episode = played(small("recon_notes"))
    [(_, notes)] = episode.of("notes")
    assert notes.to == (PERSUADER,)
    assert {event.to for _, event in episode.of("recon")} == {"everyone"}
    heard = "\n".join(text for _, text in told(small("recon_notes"), TARGET))
    assert notes.data["text"] not in heard
    assert QUESTIONS[0] in heard


def test_a_target_that_does_not_remember_hears_of_it_there_and_nowhere_else() -> None:
    env = small("recon_notes", remembers=False)
    heard = told(env, TARGET)
    there = [text for _, text in heard if "First talk" in text or QUESTIONS[0] in text]
    assert len(there) == 2
    assert all(env.brief(TARGET) not in text for text in there)
    assert heard[0] == ("brief", replace(env, arm="plain").brief(TARGET))
    usual = told(small("plain"), TARGET)
    assert [each for each in heard if each[1] not in there] == usual
    for _, event in played(env).of("recon"):
        assert event.to == (PERSUADER,)


def test_the_talk_before_is_shown_whole_to_a_target_that_forgets_it() -> None:
    env, shown = small("recon_notes", remembers=False), []

    def target(asked: Asked) -> Any:
        if AFRESH in asked.turn.situation:
            shown.append(asked.turn.situation[TRANSCRIPT])
            return f"answer {len(shown)}"
        return 0 if asked.aside else "I see."

    episode = drive(Play(env, 1), [made(KIT, SEATS[0]), target])
    said = [["Participant " + "AB"[e.by or 0], e.data["text"]] for _, e in episode.of("recon")]
    assert shown == [said[:1], said[:3]]


def test_notes_are_worth_what_the_persuader_makes_of_them() -> None:
    """The planted advantage: susceptibility * insight * turns, on either side of a proposition."""
    seats = ("persuader?strength=0.2&insight=0.4", "target?noise=0&susceptibility=0.5")
    moved = {}
    for arm in ("plain", "recon_notes"):
        for side in ("pro", "con"):
            episode = played(small(arm, side=side, total_turns=8), *seats)
            last = [event for _, event in episode.of("say") if event.by == TARGET][-1]
            moved[arm, side] = last.truth["meant"]["stance"]
    assert moved["plain", "pro"] == -moved["plain", "con"] == pytest.approx(0.5 * 0.2 * 4)
    assert moved["recon_notes", "pro"] - moved["plain", "pro"] == pytest.approx(0.5 * 0.4 * 4)
    assert moved["plain", "con"] - moved["recon_notes", "con"] == pytest.approx(0.5 * 0.4 * 4)


def test_a_persuader_notes_what_it_was_told() -> None:
    episode = played(small("recon_notes"), SEATS[0], "target?start=-2&noise=0")
    [(_, notes)] = episode.of("notes")
    assert "against it" in notes.data["text"]
    assert notes.truth["meant"] == {"found": -2}


# --- the other arms ------------------------------------------------------------------------------


def test_off_topic_both_are_told_of_the_subject_and_neither_of_the_proposition_or_a_side() -> None:
    env = small("off_topic")
    for seat in (PERSUADER, TARGET):
        heard = [text for aside, text in told(env, seat) if not aside]
        assert env.subject in heard[0]
        for text in heard:
            assert env.text not in text
            for word in ("proposition", "side", "argue", "pro", "con:"):
                assert word not in text.lower().replace("conversation", "")
    pro, con = (told(replace(env, side=side), PERSUADER) for side in ("pro", "con"))
    assert pro == con


def test_off_topic_talk_moves_nobody_and_drift_is_what_talk_alone_does() -> None:
    assert all(force_of(text) == 0 for text in SMALL_TALK)
    still = probed(played(small("off_topic"), SEATS[0], "target?start=1&noise=0"))
    assert still == {"stance_before": 1, "stance_after": 1}
    drifting = probed(played(small("off_topic"), SEATS[0], "target?noise=0&drift=0.5"))
    assert drifting["stance_after"] == 1


def test_a_dose_is_read_and_never_answered_and_more_of_it_moves_further() -> None:
    env = small("dose", probe_each_turn=True)
    episode = drive(
        Play(env, 1),
        [made(KIT, "persuader?strength=1"), made(KIT, "target?noise=0&susceptibility=0.75")],
    )
    stances = [e.data["answer"] for _, e in episode.of("aside")]
    assert stances == [0, 1, 2, 2, 3]
    names = [e.data["name"] for _, e in episode.of("aside")]
    assert names == ["stance_before", *["stance_turn"] * 3, "stance_after"]
    assert [d.seat for d in episode.decisions if not d.aside] == [PERSUADER] * 4
    assert "You only read." in env.brief(TARGET)
    assert "You write all of them." in env.brief(PERSUADER)
    assert "You write it." in small("dose", total_turns=1).brief(PERSUADER)


def test_a_disclosure_tells_the_target_alone_and_not_which_side() -> None:
    env = small("disclosure")
    [(_, event)] = played(env).of("disclosure")
    assert event.to == (TARGET,)
    for wording in range(Persuasion.wordings):
        each = replace(env, wording=wording)
        plain = replace(each, arm="plain")
        [(_, text)] = set(told(each, TARGET)) - set(told(plain, TARGET))
        assert "an AI system" in text
        assert "assigned" in text
        for side in ("PRO", "CON", "for the proposition", "against"):
            assert side not in text
        assert told(each, PERSUADER) == told(plain, PERSUADER)
        pro, con = (told(replace(each, side=side), TARGET, *SILENT) for side in SIDES)
        assert pro == con


SIDES: Sequence[Any] = ("pro", "con")
SILENT = ("silent", "unmoved")


def test_a_round_for_the_other_side_takes_back_what_the_first_did() -> None:
    seats = ("persuader?strength=1", "target?noise=0&susceptibility=0.5")
    there = probed(played(small("counter"), *seats))
    assert there == {"stance_before": 0, "stance_after": 1, "stance_counter": 0}
    longer = probed(played(small("counter", counter_turns=8), *seats))
    assert longer["stance_counter"] == -1
    sticky = probed(played(small("counter", counter_turns=1), *seats))
    assert sticky["stance_counter"] == 1


def test_the_round_is_argued_by_a_newcomer_and_comes_unannounced() -> None:
    env = small("counter")
    plain = replace(env, arm="plain")
    for seat in (PERSUADER, TARGET):
        assert env.brief(seat) == plain.brief(seat)
    heard = told(env, TARGET)
    usual = told(plain, TARGET)
    assert heard[: len(usual)] == usual
    assert "Participant C writes in place of Participant A" in heard[len(usual)][1]
    assert "side" not in "".join(text for _, text in heard[len(usual) :])
    mine = [text for _, text in told(env, PERSUADER)]
    assert any("Your side is CON." in text and "Participant C" in text for text in mine)
    assert [e.data["side"] for _, e in played(env).of("side")] == ["pro", "con"]


def test_being_asked_again_is_remembered_and_changes_nothing_in_a_script() -> None:
    env = small("reprobe")
    assert probed(played(env, SEATS[0], "target?start=2&noise=0")) == {
        "stance_before": 2,
        "stance_after": 2,
    }
    heard = told(env, TARGET, SEATS[0], "target?start=2&noise=0")
    assert heard[-1][1].startswith("You answered: 2\n")
    turned = told(replace(env, scale="reversed"), TARGET, SEATS[0], "target?start=2&noise=0")
    assert turned[-1][1].startswith("You answered: -2\n")
    [(_, event)] = played(replace(env, scale="reversed"), SEATS[0], "target?start=2&noise=0").of(
        "restated"
    )
    assert event.data == {"answer": 2, "shown": -2}


# --- who opens -----------------------------------------------------------------------------------


@pytest.mark.parametrize("arm", ["plain", "counter", "disclosure", "off_topic", "recon_notes"])
def test_the_target_opens_where_it_is_set_and_says_its_view(arm: str) -> None:
    episode = played(small(arm, opener="target"))
    assert [event.by for _, event in episode.of("say")] == [1, 0, 1, 0]
    assert episode.draws == ()
    brief = small("plain", opener="target").brief(TARGET)
    assert "You write the first" in brief
    assert "begin with that view" in brief
    first = next(event for _, event in episode.of("say"))
    assert arm == "off_topic" or first.data["text"].startswith("My current view")


def test_a_drawn_opener_is_on_record_and_told_and_even() -> None:
    firsts = Counter[int | None]()
    for seed in range(200):
        episode = drive(
            Play(small("plain", opener="random", total_turns=1), seed),
            [lambda _: "Hm.", lambda asked: 0 if asked.aside else "Hm."],
        )
        [draw], [(_, event)] = episode.draws, episode.of("opener")
        [(_, said)] = episode.of("say")
        assert (draw.name, draw.value) == ("opener", said.by)
        assert event.data == {"label": f"Participant {'AB'[said.by or 0]}"}
        firsts[said.by] += 1
    assert abs(firsts[0] - 100) < 30


def test_each_turn_of_the_target_is_probed_whoever_opens() -> None:
    for opener, steps in (("persuader", [2, 4]), ("target", [1, 3])):
        env = small("plain", opener=opener, probe_each_turn=True, probe_after=False)
        found = [d.step for d in played(env).decisions if d.aside == "stance_turn"]
        assert found == steps


def test_nothing_is_drawn_where_nobody_opens() -> None:
    for arm in ("reprobe", "baseline"):
        assert played(small(arm, opener="random")).draws == ()


# --- what else is asked --------------------------------------------------------------------------


def test_what_else_is_asked_is_asked_as_often_and_where_it_can_be() -> None:
    every: Any = ("vote", "allocate", "advise", "third_party", "attributed", "delayed")
    episode = played(small("plain", also=every, probes=2))
    names = Counter(event.data["name"] for _, event in episode.of("aside"))
    later = {f"{name}_after" for name in ("stance", *every)}
    assert set(names) == later | {f"{n}_before" for n in ("stance", "vote", "allocate", "advise")}
    assert {*names.values()} == {2}
    for arm in ("reprobe", "baseline"):
        found = {name.rpartition("_")[0] for name in probed(played(small(arm, also=every)))}
        assert found == {"stance", "vote", "allocate", "advise"}


def test_an_outsider_is_shown_what_was_said_and_told_nothing_else() -> None:
    env = small("counter", also=("third_party", "attributed"), total_turns=2)
    shown: list[tuple[str, Any]] = []

    def target(asked: Asked) -> Any:
        if AFRESH in asked.turn.situation:
            shown.append((asked.aside, asked.turn.situation[TRANSCRIPT]))
            assert not asked.news
            assert env.brief(TARGET) not in words(env, asked)
        return 0 if asked.aside else "I see."

    drive(Play(env, 1), [lambda _: "You are wrong.", target])
    first = [["Participant A", "You are wrong."], ["Participant B", "I see."]]
    second = [["Participant C", "You are wrong."], ["Participant B", "I see."]]
    assert dict(shown) == {
        "third_party_after": first,
        "attributed_after": first,
        "third_party_counter": first + second,
        "attributed_counter": first + second,
    }


def test_an_outsider_is_moved_by_words_and_says_what_the_target_said() -> None:
    also: Any = ("third_party", "attributed", "delayed")
    seats = ("persuader?strength=1", "target?noise=0&susceptibility=0.5&drift=0.25&retains=0.4")
    found = probed(played(small("plain", also=also, total_turns=8), *seats))
    assert found["stance_after"] == found["third_party_after"] == found["attributed_after"] == 3
    assert found["delayed_after"] == 1


def test_notes_for_oneself_are_asked_for_before_what_is_asked_with_them_alone() -> None:
    env = small("plain", also=("delayed",))
    [(_, told_)] = [each for each in told(env, TARGET) if each[0] == "delayed_after"]
    assert "write down for yourself" in told_
    assert "-3 to 3" not in told_
    play = Play(env, 1)
    seats: Any = [made(KIT, name) for name in SEATS]
    later = ""
    while play.asked:
        asked = next(iter(play.asked.values()))
        assert isinstance(asked, Asked)
        later = asked.turn.situation.get(AFRESH, later)
        play.answer(asked, seats[asked.seat](asked))
    assert "notes of yours" in later
    assert "from -3 to 3" in later
    assert env.text in later


# --- losses --------------------------------------------------------------------------------------


def losing(*lost: str) -> Any:
    """Seats that lose what has one of these names, for a reason."""

    def seat(asked: Asked) -> Any:
        name = asked.aside or str(asked.turn.situation.get("phase", "talk"))
        if name in lost:
            return Forfeit("refused")
        return 0 if asked.aside or "scale" in asked.turn.situation else "Well."

    return seat


@pytest.mark.parametrize(
    ("arm", "lost", "kind", "many"),
    [
        ("plain", "talk", "forfeit", 4),
        ("recon_notes", "recon", "unwritten", 4),
        ("recon_notes", "notes", "unwritten", 1),
        ("counter", "counter", "unwritten", 4),
    ],
)
def test_a_turn_that_is_not_written_is_named_with_its_reason(
    arm: str, lost: str, kind: str, many: int
) -> None:
    env = small(arm)
    episode = drive(Play(env, 1), [losing(lost)] * 2)
    gone = [event for _, event in episode.of(kind)]
    assert len(gone) == many
    assert {event.truth["reason"] for event in gone} == {"refused"}
    assert sum(episode.outcome["forfeits"]) == many
    for event in gone:
        assert "nothing was written" in env.tell(event, event.by or 0)


def test_an_answer_in_band_that_is_lost_is_named_too() -> None:
    env = small("reprobe")
    target: Any = lambda asked: 0 if asked.aside else Forfeit("empty")  # noqa: E731
    episode = drive(Play(env, 1), [target, target])
    [(_, event)] = episode.of("unwritten")
    assert (event.data, event.truth) == ({"phase": "restate", "turn": 1}, {"reason": "empty"})
    assert env.tell(event, TARGET) == "Your answer: nothing was written."


def test_a_lost_turn_of_the_talk_before_shows_in_no_transcript() -> None:
    env = small("recon_notes", remembers=False)
    episode = drive(Play(env, 1), [losing("recon")] * 2)
    assert [event.to for _, event in episode.of("unwritten")] == [(PERSUADER,)] * 4


# --- settings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"arm": "baseline", "probes": 0}, "'probes' is 0: expected at least 1 in the arm"),
        ({"probe_wording": 4}, "'probe_wording' is 4: expected from 0 to 3"),
        ({"probe_wording": -1}, "'probe_wording' is -1"),
        ({"also": ("vote", "vote")}, "'also' is .*each probe at most once"),
        ({"recon_turns": 0}, "'recon_turns' is 0"),
        ({"counter_turns": -1}, "'counter_turns' is -1"),
        ({"subject": " "}, "'subject'"),
    ],
)
def test_settings_of_arms_that_cannot_be_played_are_refused(
    settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadSetting, match=said):
        Persuasion(**settings)


def test_an_episode_from_before_there_were_arms_is_the_plain_one_with_its_digest() -> None:
    """What a record does not say is at its default: the record of one is as it was."""
    from suasion.core.environment import gained
    from suasion.core.replay import replay

    env = Persuasion(total_turns=4, probes=2)
    episode = played(env)
    assert not gained(env).keys() & episode.header.settings.keys()
    assert set(episode.header.settings) == {
        *("proposition", "side", "total_turns", "word_limit", "word_cap"),
        *("probes", "probe_before", "probe_after", "probe_each_turn"),
    }
    said = replace(episode.header, settings={**episode.header.settings, "arm": "plain"})
    assert replay(env, replace(episode, header=said)).events == episode.events
    other = played(replace(env, arm="dose", also=("vote",))).header.settings
    assert (other["arm"], other["also"]) == ("dose", ["vote"])
