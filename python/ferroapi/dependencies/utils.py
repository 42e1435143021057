"""The name under which FastAPI's users import `get_dependant`."""

from ferroapi.dependencies.declaration import get_dependant as get_dependant
