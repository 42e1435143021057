"""Work that runs after the response has been sent."""

from starlette import background

from ferroapi.telemetry.current import current_telemetry

__all__ = ["BackgroundTasks"]


class BackgroundTasks(background.BackgroundTasks):
    """Functions that are called one after the other, in the order they were added.

    One that raises is the last.
    """

    has_run = False
    """Whether the tasks were run, or some of them."""

    async def __call__(self) -> None:
        """Runs the tasks."""
        self.has_run = True
        telemetry = current_telemetry.get()
        if telemetry is None:
            await super().__call__()
            return
        for task in self.tasks:
            with telemetry.operation("background_task", task.func):
                await task()
