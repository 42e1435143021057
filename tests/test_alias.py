"""The name `fastapi`: each row is a program that runs in an interpreter of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ferroapi.alias import FASTAPI_VERSION

INSTALLED = "import ferroapi, ferroapi.alias; ferroapi.alias.install()\n"


def python(
    *arguments: str, directory: Path, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Runs the interpreter in `directory`, with the modules there in its path."""
    path = os.pathsep.join(filter(None, [str(directory), os.environ.get("PYTHONPATH")]))
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=check,
    )


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A directory where a FastAPI is installed that must never be imported."""
    package = tmp_path / "fastapi"
    package.mkdir()
    for name in ("__init__.py", "routing.py", "only_there.py"):
        package.joinpath(name).write_text("raise AssertionError('the other fastapi is imported')")
    metadata = tmp_path / "fastapi-9.9.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text("Metadata-Version: 2.4\nName: fastapi\nVersion: 9.9\n")
    return tmp_path


SENTENCES = {
    "the logger is FastAPI's, in every module that has it": """
        import logging
        import ferroapi.dependencies.utils, ferroapi.failures, ferroapi.logger
        from fastapi.logger import logger
        assert logger is logging.getLogger("fastapi")
        assert ferroapi.failures.logger is ferroapi.dependencies.utils.logger is logger
        assert ferroapi.logger.logger is logger
        ferroapi.alias.uninstall()
        assert ferroapi.failures.logger is ferroapi.logger.logger
        assert ferroapi.logger.logger is logging.getLogger("ferroapi")""",
    "a submodule is the same object": """
        import ferroapi.routing, fastapi, fastapi.routing as routing
        assert routing is ferroapi.routing and fastapi.routing is ferroapi.routing""",
    "so is a submodule that only the alias imported": """
        import fastapi.middleware.gzip, sys
        assert fastapi.middleware.gzip is sys.modules["ferroapi.middleware.gzip"]""",
    "and a submodule of a subpackage": """
        from fastapi.security import oauth2
        import ferroapi.security.oauth2
        assert oauth2 is ferroapi.security.oauth2""",
    "a module keeps its own name and spec": """
        import fastapi.routing
        assert fastapi.routing.__name__ == fastapi.routing.__spec__.name == "ferroapi.routing" """,
    "a class is found under the name it tells, with the alias and without": """
        import pickle
        from fastapi import HTTPException
        assert HTTPException.__module__ == "ferroapi.exceptions"
        pickled = pickle.dumps(HTTPException)
        ferroapi.alias.uninstall()
        assert pickle.loads(pickled) is HTTPException""",
    "the public names are the same": """
        import fastapi
        from fastapi import FastAPI, Depends
        assert FastAPI is ferroapi.FastAPI is fastapi.FastAPI and Depends is ferroapi.Depends""",
    "an import of everything gets the public names": """
        from fastapi import *
        assert FastAPI is ferroapi.FastAPI and Depends is ferroapi.Depends
        assert status is ferroapi.status and "alias" not in globals()""",
    "the packages are there without an import of their own": """
        import fastapi
        assert fastapi.openapi.utils.get_openapi and fastapi.openapi.models.OpenAPI
        assert fastapi.openapi.docs.get_redoc_html and fastapi.openapi.constants.REF_PREFIX
        assert fastapi.dependencies.utils.get_dependant and fastapi.middleware.Middleware
        assert fastapi.types.IncEx and fastapi.utils.generate_unique_id
        assert fastapi._compat.ModelField and fastapi._compat.v2 and fastapi._compat.shared
        assert fastapi.security.utils.get_authorization_scheme_param
        assert not hasattr(fastapi, "testclient") and not hasattr(fastapi.openapi, "nothing")""",
    "it is there when all modules were forgotten": """
        import sys
        for name in [name for name in sys.modules if name.startswith("ferroapi")]:
            del sys.modules[name]
        import fastapi
        assert fastapi.FastAPI.__module__ == "ferroapi.applications" """,
    "dir is ours": """
        import fastapi
        assert dir(fastapi) == dir(ferroapi)""",
    "the version is FastAPI's under its name only": f"""
        import fastapi
        from fastapi import __version__ as imported
        assert fastapi.__version__ == imported == "{FASTAPI_VERSION}" != ferroapi.__version__""",
    "the version of the distribution too": f"""
        from importlib.metadata import distribution, distributions, version
        assert version("fastapi") == version("FastAPI") == "{FASTAPI_VERSION}"
        assert distribution("fastapi").metadata["Name"] == "fastapi"
        assert next(d for d in distributions() if d.name == "fastapi").version != "9.9" """,
    "what is patched under one name is patched under the other": """
        from unittest.mock import patch
        import fastapi
        with patch("fastapi.Depends", 1), patch("fastapi.routing.APIRouter", 2):
            assert (ferroapi.Depends, ferroapi.routing.APIRouter) == (1, 2)
        assert ferroapi.Depends is fastapi.Depends != 1""",
    "what is not there is missing as ever": """
        import importlib.util
        for statement in ("import fastapi.only_there", "from fastapi import only_there"):
            try:
                exec(statement)
            except ImportError as error:
                assert "fastapi" in str(error)
            else:
                raise AssertionError(statement)
        assert importlib.util.find_spec("fastapi.only_there") is None""",
    "find_spec finds, imported or not": """
        import importlib.util
        spec = importlib.util.find_spec("fastapi.middleware.gzip")
        assert spec.origin == ferroapi.__path__[0] + "/middleware/gzip.py"
        import fastapi.middleware.gzip
        assert importlib.util.find_spec("fastapi.middleware.gzip").origin == spec.origin""",
    "reload keeps the object": """
        import importlib, fastapi.logger
        assert importlib.reload(fastapi) is fastapi
        assert importlib.reload(fastapi.logger) is ferroapi.logger is fastapi.logger""",
    "classes are pickled both ways": """
        import pickle
        from fastapi import HTTPException
        assert pickle.loads(pickle.dumps(HTTPException)) is HTTPException
        assert pickle.loads(b"cfastapi.exceptions\\nHTTPException\\n.") is HTTPException""",
    "the files of the package are found": """
        from importlib.resources import files
        assert files("fastapi").joinpath("py.typed").is_file()
        assert files("fastapi.security").joinpath("http.py").is_file()""",
    "installing twice is installing once": """
        import sys
        ferroapi.alias.install()
        assert str(sys.meta_path).count("ferroapi.alias") == 1""",
    "a fork has the name": """
        import os
        if (child := os.fork()) == 0:
            import fastapi
            os._exit(fastapi.FastAPI is not ferroapi.FastAPI)
        assert os.waitpid(child, 0)[1] == 0""",
    "uninstalling gives the name back": """
        import sys, fastapi, fastapi.routing
        from importlib.metadata import version
        ferroapi.alias.uninstall()
        assert not [name for name in sys.modules if name.startswith("fastapi")]
        assert version("fastapi") == "9.9"
        try:
            import fastapi
        except AssertionError as error:
            assert str(error) == "the other fastapi is imported" """,
    "uninstalling what is not installed leaves a module alone": """
        import sys
        ferroapi.alias.uninstall()
        sys.modules["fastapi"] = sys
        ferroapi.alias.uninstall()
        assert sys.modules["fastapi"] is sys""",
    "another fastapi that is already there is an error": """
        import sys, types
        ferroapi.alias.uninstall()
        sys.modules["fastapi"] = types.ModuleType("fastapi")
        try:
            ferroapi.alias.install()
        except RuntimeError as error:
            assert str(error).startswith("fastapi is already imported")
        else:
            raise AssertionError""",
}


HOOK = """
import sys
from importlib.util import find_spec

seen, hooked, asked = [], {"fastapi.routing", "fastapi.security.http", "fastapi"}, set()

class Chained:
    def __init__(self, loader):
        self.loader = loader

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        self.loader.exec_module(module)
        # As wrapt and New Relic do.
        if module.__name__ in hooked:
            seen.append((module.__name__, module))
        module.__loader__ = self

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name not in hooked or name in asked:
            return None
        asked.add(name)
        spec = find_spec(name)
        spec.loader = Chained(spec.loader)
        return spec

"""

HOOKED = """
import fastapi
from fastapi import FastAPI
assert ("fastapi", fastapi) in seen
import fastapi.security.http
import ferroapi.routing, ferroapi.security.http
assert dict(seen)["fastapi.routing"] is ferroapi.routing
assert dict(seen)["fastapi.security.http"] is ferroapi.security.http
assert len(seen) == 3
for name in ("ferroapi.routing", "ferroapi.security.http"):
    module = sys.modules[name]
    assert module.__name__ == module.__spec__.name == name
    assert module.__loader__ is module.__spec__.loader and type(module.__loader__) is not Chained
"""


@pytest.mark.parametrize(
    "registered",
    [
        "sys.meta_path.insert(0, Finder())\n" + INSTALLED,
        INSTALLED + "sys.meta_path.insert(0, Finder())\n",
    ],
    ids=["before the alias", "after it"],
)
def test_an_import_hook_sees_the_module(registered: str, directory: Path) -> None:
    """It is called under the alias with what everybody else gets, which keeps its own name."""
    result = python("-c", HOOK + registered + HOOKED, directory=directory, check=False)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("program", SENTENCES.values(), ids=SENTENCES)
def test_under_the_alias(program: str, directory: Path) -> None:
    lines = (line.removeprefix(" " * 8) for line in program.splitlines())
    result = python("-c", INSTALLED + "\n".join(lines), directory=directory, check=False)
    assert (result.returncode, result.stderr) == (0, "")


PROGRAM = """
import multiprocessing, sys
from fastapi import FastAPI

class Name(str): ...

def work(queue, name):
    queue.put((name, type(name) is Name, FastAPI.__module__))

def work_deeper(queue, name):
    start(work, queue, name)

def start(target, *arguments):
    process = multiprocessing.get_context("spawn").Process(target=target, args=arguments)
    process.start()
    process.join()

def main():
    queue = multiprocessing.get_context("spawn").Queue()
    start(work, queue, Name("child"))
    start(work_deeper, queue, Name("grandchild"))
    print(sys.argv[1:], queue.get(timeout=30), queue.get(timeout=30))
    names = vars(sys.modules["__main__"])
    print(names["__spec__"] and names["__spec__"].name, names["__package__"], sys.path[0])

if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize(
    ("arguments", "spec"),
    [
        (["scripts/program.py"], "None None {directory}/scripts"),
        (["-m", "package.program"], "package.program package {directory}"),
        (["-m", "package"], "package.__main__ package {directory}"),
    ],
    ids=["script", "module", "package"],
)
def test_a_program_and_its_children_run_under_the_alias(
    arguments: list[str], spec: str, directory: Path
) -> None:
    for folder in ("scripts", "package"):
        directory.joinpath(folder).mkdir()
        directory.joinpath(folder, "program.py").write_text(PROGRAM)
    directory.joinpath("package", "__init__.py").touch()
    directory.joinpath("package", "__main__.py").write_text(
        "from package.program import main\nmain()\n"
    )
    result = python("-m", "ferroapi.alias", *arguments, "--port", "1", directory=directory)
    assert result.stdout.splitlines() == [
        "['--port', '1'] ('child', True, 'ferroapi.applications') "
        "('grandchild', True, 'ferroapi.applications')",
        spec.format(directory=directory),
    ]


def test_children_are_understood_where_multiprocessing_was_imported_before_the_program(
    directory: Path,
) -> None:
    directory.joinpath("program.py").write_text(PROGRAM)
    directory.joinpath("sitecustomize.py").write_text("import multiprocessing")
    result = python("-m", "ferroapi.alias", "program.py", directory=directory)
    assert result.stdout.splitlines()[0] == (
        "[] ('child', True, 'ferroapi.applications') ('grandchild', True, 'ferroapi.applications')"
    )


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ([], 2, "usage: python -m ferroapi.alias {script.py | -m module} [argument ...]"),
        (["-m"], 2, "usage: python -m ferroapi.alias {script.py | -m module} [argument ...]"),
        (["absent.py"], 2, "cannot open absent.py: No such file or directory"),
        (["-m", "absent"], 1, "no module named absent that can be run"),
        (["-m", "email"], 1, "no module named email that can be run"),
        (["-m", "email.absent"], 1, "no module named email.absent that can be run"),
    ],
    ids=str,
)
def test_a_program_that_is_not_there_is_one_line(
    arguments: list[str], status: int, message: str, directory: Path
) -> None:
    result = python("-m", "ferroapi.alias", *arguments, directory=directory, check=False)
    assert (result.returncode, result.stderr) == (status, message + "\n")


def test_pytest_has_the_alias_before_the_first_conftest(directory: Path) -> None:
    directory.joinpath("conftest.py").write_text("from fastapi import FastAPI\n")
    directory.joinpath("test_it.py").write_text(
        "import ferroapi\nfrom conftest import FastAPI\n"
        "def test_it() -> None:\n    assert FastAPI is ferroapi.FastAPI\n"
    )
    result = python(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "ferroapi.alias", directory=directory
    )
    assert "1 passed" in result.stdout
