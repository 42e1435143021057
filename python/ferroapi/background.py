"""Work that runs after the response has been sent."""

from contextvars import copy_context

from starlette import background

from ferroapi.originals import methods_unreplaced
from ferroapi.telemetry.current import current_telemetry
from ferroapi.threads import Visit

__all__ = ["BackgroundTasks"]

# As it was imported: what somebody has put into its place since then is called.
_RUN_IN_THREADPOOL = vars(background).get("run_in_threadpool")
_call_unreplaced = methods_unreplaced(background.BackgroundTask, "__call__")


class BackgroundTasks(background.BackgroundTasks):
    """Functions that are called one after the other, in the order they were added.

    One that raises is the last. Those that are no coroutine functions share a visit of a worker
    thread with those that follow, each in a context of its own.
    """

    has_run = False
    """Whether the tasks were run, or some of them."""

    async def __call__(self) -> None:
        """Runs the tasks."""
        self.has_run = True
        telemetry = current_telemetry.get()
        if telemetry is not None:
            for task in self.tasks:
                with telemetry.operation("background_task", task.func):
                    await task()
            return
        shares = _are_called_as_declared()
        # Tasks may add others.
        done = 0
        while done < len(self.tasks):
            if shares and _is_function(self.tasks[done]):
                done += await _run_in_one_visit(self.tasks, done)
            else:
                done += 1
                await self.tasks[done - 1]()


async def _run_in_one_visit(tasks: list[background.BackgroundTask], first: int) -> int:
    """Calls tasks that are functions and follow each other, and says how many there were."""
    visit = Visit()

    def run() -> int:
        number = first
        while True:
            task = tasks[number]
            number += 1
            copy_context().run(task.func, *task.args, **task.kwargs)
            if number >= len(tasks) or not _is_function(tasks[number]):
                return number - first
            visit.go_on()

    return await visit.run(run)


def _is_function(task: background.BackgroundTask) -> bool:
    return type(task) is background.BackgroundTask and not task.is_async


def _are_called_as_declared() -> bool:
    """Whether a task that is a function is called in a thread, and nothing else is done."""
    return _call_unreplaced() and vars(background).get("run_in_threadpool") is _RUN_IN_THREADPOOL
