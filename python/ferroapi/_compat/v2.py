"""The field of a parameter under FastAPI's name."""

from ferroapi.fields import ModelField as ModelField
from ferroapi.fields import Undefined as Undefined
