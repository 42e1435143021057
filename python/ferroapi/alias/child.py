"""What a process that `multiprocessing` spawned under the alias runs first.

It stands in for the parent's `__main__`: first the alias, then the parent's program once more,
under the name `__mp_main__`, so that what the parent sends can be unpickled.
"""

import os
import runpy

PROGRAM = "FERROAPI_ALIAS_PROGRAM"
"""The environment variable that names the parent's program: a path, or `-m` and a module."""


def globals_of_program() -> dict[str, object]:
    """Runs the parent's program up to its `__main__` guard."""
    program = os.environ[PROGRAM]
    if not program.startswith("-m "):
        return runpy.run_path(program, run_name="__mp_main__")
    module = program.removeprefix("-m ")
    if module.endswith("__main__"):  # has no guard; multiprocessing does not run it either
        return {}
    return runpy.run_module(module, run_name="__mp_main__", alter_sys=True)


if __name__ == "__mp_main__":
    from ferroapi.alias import install

    install()
    own_spec = __spec__
    globals().update(globals_of_program())
    # Children of this process come here as well.
    __spec__ = own_spec
