"""What clients send for a declared type: texts of parameters, and JSON texts."""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from tests.differential.choices import Choices
from tests.differential.descriptions import Model, Type

Models: TypeAlias = Mapping[str, Model]

_UUID = "00000000-0000-0000-0000-000000000005"

VALID_TEXTS: dict[str, list[str]] = {
    "int": ["1", "0", "-7", "007", "1.0", " 2 ", "+5", "1_000", "9" * 30],
    "float": ["1.5", "1", "-0", "1e5", " .5", "inf", "nan", "1e999", "1_0.5", "-Infinity"],
    "bool": ["true", "off", "1", "0", "YES", "t", "False"],
    "str": ["a", "", "b c", "\u20ac", "a+b", "%zz", "null", "a;b,c", "\u00e9", "\U0001f600"],
    "bytes": ["a", "", "\u20ac"],
    "date": ["2020-02-29", "0", "1600000000", "2020-01-01T00:00:00"],
    "datetime": ["2020-02-29T12:00:00Z", "2020-02-29 12:00:00.123456+05:30", "1600000000.5"],
    "time": ["12:00", "12:00:00.5Z", "3600"],
    "timedelta": ["P1DT2H", "3600", "-1 day, 0:00:01", "1.5"],
    "uuid": [_UUID, _UUID.upper().replace("-", ""), "urn:uuid:" + _UUID, "{" + _UUID + "}"],
    "decimal": ["1.50", "-0", "1e5", "123456789.123456789123456789", "1_0"],
    "url": ["http://a.b/c?d#e", "HTTP://A.b", "data:,x", "http://\u00fc.de"],
    "color": ["red", "blue", ""],
    "level": ["1", "3"],
    "literal": ["a", "b"],
    "tag_a": ["a"],
    "tag_b": ["b", "c"],
    "any": ["a", "", "1"],
    "none": ["", "null"],
}
WRONG_TEXTS: dict[str, list[str]] = {
    "int": ["", "x", "1.5", "0x1", "1e3", "true", "\u0663", "9" * 4301, "--1", "1\x00"],
    "float": ["", "x", "1,5", "infinit", "0x1p3"],
    "bool": ["", "2", "tru", "None", " true"],
    "str": ["x" * 70],
    "bytes": ["x" * 70],
    "date": ["", "2021-02-29", "20200101", "2020-01-01T00:00:01", "1e10", "99999-01-01"],
    "datetime": ["", "x", "2020-13-01T00:00", "9" * 20, "2020-01-01T24:00:00"],
    "time": ["", "25:00", "12", "86400", "12:00+99:00"],
    "timedelta": ["", "x", "1e20", "-P999999999DT1S", "P1Y2", "9" * 20],
    "uuid": ["", "x", _UUID[:-1], _UUID + "0"],
    "decimal": ["", "x", "NaN", "sNaN", "Infinity", "1e5000", "\u0661"],
    "url": ["", "x", "http://a:99999", "http://", "http://[1"],
    "color": ["green", "Red", " red"],
    "level": ["2", "1.0", "x", ""],
    "literal": ["c", "", "A"],
    "tag_a": ["b", "", "x"],
    "tag_b": ["a", "d"],
    "any": ["%00"],
    "none": ["x"],
}
VALID_JSON: dict[str, list[str]] = {
    "int": ["1", "0", "-7", "1.0", '"1"', "true", "1e3", "123456789012345678901234567890"],
    "float": [
        "1.5",
        "1",
        "-0",
        "-0.0",
        "1e300",
        '"1.5"',
        '"nan"',
        "1e-400",
        "12345678901234567890",
    ],
    "bool": ["true", "false", "1", "0", '"on"', "1.0"],
    "str": ['"a"', '""', '"\\u20ac"', '"\u20ac"', '"\\ud83d\\ude00"', '"\\u0000"', '"a/\\/b"'],
    "bytes": ['"a"', '""', '"\u20ac"'],
    "date": ['"2020-02-29"', "0", '"2020-01-01T00:00:00Z"', "1600000000"],
    "datetime": ['"2020-02-29T12:00:00Z"', '"2020-02-29T12:00"', "1600000000.5", "0"],
    "time": ['"12:00"', '"12:00:00.5+01:00"', "3600"],
    "timedelta": ['"P1DT2H"', "3600", "1.5", '"-PT1S"'],
    "uuid": [f'"{_UUID}"', f'"{_UUID.upper()}"'],
    "decimal": ['"1.50"', "1.5", "1", "1.10", "-0.0", "1e2", '"123456789.123456789123456789"'],
    "url": ['"http://a.b/c"', '"HTTP://A.b"'],
    "color": ['"red"', '""'],
    "level": ["1", "3", "1.0"],
    "literal": ['"a"', '"b"'],
    "tag_a": ['"a"'],
    "tag_b": ['"b"', '"c"'],
    "any": ["1", "null", '{"x":[1.0,"y",{}]}', "[]", '"a"', "1.10", "[true,false]", "1e22"],
    "none": ["null"],
}
WRONG_JSON: dict[str, list[str]] = {
    "int": ["1.5", '"x"', "null", "[]", "{}", "9" * 4301, "-" + "9" * 4301],
    "float": ['"x"', "null", "{}", "[1]"],
    "bool": ['"x"', "2", "null", "1.5"],
    "str": ["1", "null", "true", '["a"]', "{}"],
    "bytes": ["1", "null", "[]"],
    "date": ['"2021-02-29"', "1.5", "true", "null", '"x"', "1e300"],
    "datetime": ['"x"', "true", "null", "1e300", "99999999999999999999"],
    "time": ['"25:00"', "86400", "null", "-1"],
    "timedelta": ['"x"', "null", "1e300", "true", '"-P999999999DT1S"'],
    "uuid": ['"x"', "1", "null"],
    "decimal": ['"x"', "null", "true", '"NaN"', "[]"],
    "url": ['"x"', "1", "null"],
    "color": ['"green"', "1", "null"],
    "level": ["2", '"1"', "true", "null"],
    "literal": ['"c"', "1", "null"],
    "tag_a": ['"b"', "null", '"x"'],
    "tag_b": ['"a"', "1", "{}"],
    "any": ["1e400"],
    "none": ["0", '"null"'],
}
HOSTILE_JSON = [
    *("NaN", "-NaN", "Infinity", "-Infinity", "1e999", "-1E400", "nul", "tru", "'a'", "undefined"),
    *('"\\ud800"', '"\\udc00x"', '"\\ud800\\u0041"', '{"\\ud800":1}', '"\\x"', '"\n"', '"\x00"'),
    *("01", "+1", ".5", "1.", "1e", "-", "0x1", "[1,]", "[,1]", '{"a":1,}', "{a:1}", '{"a" 1}'),
    *('"', "[", "{", "]", "}", "", " ", "1 2", "//", "/**/1", "[1}", "\x0b1", "\u00a01", "\ufeff1"),
    *("[" * 150 + "]" * 150, "[" * 250 + "]" * 250, "[" * 1200 + "]" * 1200, '{"a":' * 1500),
    *('{"a":1,"a":"x"}', '{"":0}', '"\\u0000"', "\t1\r\n", "1" + "0" * 400, "0." + "1" * 400),
]


def scalar_text(choices: Choices, described: Type, models: Models) -> str:
    """A text for a parameter, or for one item of a parameter that is a sequence."""
    if isinstance(described, str):
        return _mostly(choices, VALID_TEXTS.get(described, ["a"]), WRONG_TEXTS.get(described, [""]))
    constructor, *operands = described
    match constructor:
        case "json":
            return json_text(choices, operands[0], models)
        case "constrained" | "checked":
            return scalar_text(choices, operands[0], models)
        case "model" | "dict" | "tagged":
            return choices.one_of(["a", "", "{}"])
        case "optional":
            return scalar_text(choices, operands[0], models)
    return scalar_text(choices, choices.one_of(operands), models)


def _mostly(choices: Choices, valid: list[str], wrong: list[str]) -> str:
    if not choices.rarely(25):
        return choices.one_of(valid)
    return choices.one_of(HOSTILE_TEXTS if choices.rarely(4) else wrong)


HOSTILE_TEXTS = ["NaN", "null", "\x00", "a\tb", "\u2028", "' OR 1=1", "\ufffd", "[]", "{}", '"a"']


def json_text(choices: Choices, described: Type, models: Models, depth: int = 0) -> str:
    """JSON texts for a type, now and then no JSON, or JSON for another type."""
    roll = choices.below(70)
    if roll == 69:
        return choices.one_of(HOSTILE_JSON)
    if isinstance(described, str):
        table = WRONG_JSON if roll == 68 else VALID_JSON
        return choices.one_of(table.get(described, ["null"]))
    if roll == 68:
        return choices.one_of(["null", "[]", "{}", '"a"', "0", "[[]]", '{"a":{}}'])
    constructor, *operands = described
    match constructor:
        case "constrained" | "checked":
            return json_text(choices, operands[0], models, depth)
        case "optional":
            if choices.rarely(4) or depth > 3:
                return "null"
            return json_text(choices, operands[0], models, depth)
        case "union":
            return json_text(choices, choices.one_of(operands), models, depth)
        case "json":
            return json.dumps(json_text(choices, operands[0], models, depth))
        case "model" | "tagged":
            return _model_text(choices, models[choices.one_of(operands)], models, depth)
        case "pair":
            items = [json_text(choices, operand, models, depth + 1) for operand in operands]
            return f"[{','.join(items)}]"
        case "dict":
            names = choices.some(["a", "b", "", "\\u20ac"], 2)
            pairs = [
                f'"{key}":{json_text(choices, operands[0], models, depth + 1)}' for key in names
            ]
            return "{" + ",".join(pairs) + "}"
    count = choices.below(4)
    items = [json_text(choices, operands[0], models, depth + 1) for _ in range(count)]
    return f"[{','.join(items)}]"


def _model_text(choices: Choices, model: Model, models: Models, depth: int) -> str:
    pairs = []
    for field in all_fields(model, models):
        roll = choices.below(24)
        if roll == 23 or ("default" in field and roll > 14):
            continue
        name = sent_name(field["name"], field.get("options", {}))
        if roll == 22:
            name = field["name"]
        pairs.append(f"{json.dumps(name)}:{json_text(choices, field['type'], models, depth + 1)}")
    if choices.rarely(8):
        pairs.append(choices.one_of(['"z":1', '"Z":{"a":[null]}', '"a":2', '"":""']))
    space = choices.one_of(["", "", "", " ", "\n"])
    return "{" + f",{space}".join(pairs) + space + "}"


def all_fields(model: Model, models: Models) -> list[Any]:
    """The fields of a model and of the models it is made from."""
    inherited = all_fields(models[model["base"]], models) if "base" in model else []
    return [*inherited, *model["fields"]]


def sent_name(name: str, options: Mapping[str, Any]) -> str:
    """The name a value is sent under."""
    alias = options.get("validation_alias") or options.get("alias") or name
    return str(alias[-1] if isinstance(alias, list) else alias)


def value_of(choices: Choices, described: Type, models: Models) -> Any:
    """A value that JSON can say, mostly of the type."""
    try:
        return json.loads(json_text(choices, described, models))
    except (ValueError, RecursionError):
        return choices.one_of([None, 1, "a", [], {}, float("nan")])
