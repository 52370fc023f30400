"""Computations: shared by all sessions, told of while they last, and stopped when somebody asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest
from worlds.sessions import button, drafts, press, written

from factgeo.errors import PlanError
from factgeo.language import text
from factgeo.progress import is_stopped, raise_if_stopped
from factgeo.ui.session import work
from factgeo.ui.session.work import Tell

__all__ = ["drafts"]  # runs by itself


class Task:
    """A computation that a test holds in its hand; scripts reach it through its module."""

    def __init__(self) -> None:
        self.go_on, self.calls = threading.Event(), 0
        self.error: Exception | None = None
        self.minds_stop = True

    def __call__(self, tell: Tell) -> str:
        self.calls += 1
        tell("Teller opp")
        while not self.go_on.wait(0.01):
            if self.minds_stop:
                raise_if_stopped()
            elif is_stopped():
                return "det beste så langt"
        if self.error is not None:
            raise self.error
        return f"svar {self.calls}"


TASKS: dict[str, Task] = {}


@pytest.fixture
def task(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Task]:
    """A task under the test's own name; the page waits only a moment for it."""
    monkeypatch.setattr(work, "QUICK_S", 0.1)
    monkeypatch.setattr(work, "TASKS_OF_A_TEST", TASKS, raising=False)
    TASKS[request.node.name] = found = Task()
    yield found
    found.go_on.set()


def session(name: str) -> AppTest:
    """A page that asks for the task and shows its answer."""

    def script(name: str) -> None:
        import streamlit as st  # noqa: PLC0415 - the tester runs only what stands in here

        from factgeo.ui import frame  # noqa: PLC0415
        from factgeo.ui.session import work  # noqa: PLC0415

        def show() -> None:
            found = work.ask("test", (name,), work.TASKS_OF_A_TEST[name])  # type: ignore[attr-defined]
            st.write("ingenting" if found is None else found)
            if st.button("nytt"):
                work.forget_stopped()
                st.rerun()

        frame.page(show)()

    return AppTest.from_function(script, default_timeout=60, args=(name,)).run()


def ended(shown: AppTest) -> AppTest:
    """The page when its job has ended; the tester has no clock that draws it again."""
    jobs = shown.session_state[work.JOBS]
    assert all(job.ended.wait(20) for job in jobs.values())
    return shown.run()


def test_a_long_computation_is_told_of_and_its_answer_comes(task: Task, request: pytest.FixtureRequest) -> None:
    shown = session(request.node.name)
    assert "Teller opp" in written(shown)
    assert "ingenting" in written(shown)
    task.go_on.set()
    assert "svar 1" in written(ended(shown))
    assert "Teller opp" not in written(shown)


def test_two_sessions_share_what_was_computed(task: Task, request: pytest.FixtureRequest) -> None:
    task.go_on.set()
    assert "svar 1" in written(ended(session(request.node.name)) if task.calls == 0 else session(request.node.name))
    deadline = time.monotonic() + 20
    while "svar 1" not in written(session(request.node.name)):
        assert time.monotonic() < deadline
    assert task.calls <= 2  # twice only where the first had not ended


def test_the_button_stops_it_and_says_so_and_again_works(task: Task, request: pytest.FixtureRequest) -> None:
    shown = session(request.node.name)
    press(shown, "app.job.stop")
    ended(shown)
    assert [each.value for each in shown.info] == [text("app.job.stopped")]
    assert "ingenting" in written(shown)
    task.go_on.set()
    press(shown, "app.job.again")
    assert "svar 2" in written(ended(shown))
    assert not shown.info


def test_the_best_of_a_stopped_computation_is_this_session_s_alone(task: Task, request: pytest.FixtureRequest) -> None:
    task.minds_stop = False
    shown = session(request.node.name)
    press(shown, "app.job.stop")
    assert "det beste så langt" in written(ended(shown))
    task.go_on.set()
    other = session(request.node.name)
    assert "svar 2" in written(ended(other))


def test_what_was_stopped_is_computed_anew_when_it_is_asked_for_again(
    task: Task, request: pytest.FixtureRequest
) -> None:
    task.minds_stop = False
    shown = session(request.node.name)
    press(shown, "app.job.stop")
    ended(shown)
    task.go_on.set()
    next(each for each in shown.button if each.label == "nytt").click().run()
    assert "svar 2" in written(ended(shown))


def test_what_the_user_can_put_right_is_one_sentence_and_tried_anew(task: Task, request: pytest.FixtureRequest) -> None:
    task.error = PlanError("draft_damaged")
    task.go_on.set()
    shown = session(request.node.name)
    if not shown.error:
        ended(shown)
    assert [each.value for each in shown.error] == [text("error.draft_damaged")]
    task.error = None
    shown.run()
    assert "svar 2" in written(ended(shown))


def test_only_so_many_results_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def script() -> None:
        from factgeo.ui.session import work  # noqa: PLC0415 - the tester runs only what stands in here

        for number in range(work.OTHERWISE_KEPT + 5):
            work.ask("many", (number,), lambda _: "x")

    monkeypatch.setattr(work, "QUICK_S", 60)
    AppTest.from_function(script, default_timeout=60).run()
    assert len(work._kept("many")) == work.OTHERWISE_KEPT


def test_the_stop_button_is_there_while_it_lasts(task: Task, request: pytest.FixtureRequest) -> None:
    shown = session(request.node.name)
    assert not button(shown, "app.job.stop").disabled
    assert task.calls == 1
