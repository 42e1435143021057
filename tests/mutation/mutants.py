"""The mutants of a Python module: each differs from it by one small mistake in a function.

Annotations, docstrings and f-strings are left alone.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

SWAPPED: dict[type[ast.AST], tuple[str, str]] = {
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "//"),
    ast.FloorDiv: ("//", "*"),
    ast.BitOr: ("|", "&"),
    ast.BitAnd: ("&", "|"),
}
"""What is written for an operator, and what instead."""


@dataclass(frozen=True)
class Mutant:
    """A piece of a module and what is written there instead."""

    path: str
    """Of the module, below the folder of packages."""
    function: str
    """The qualified name of the function around the piece."""
    lines: tuple[int, int]
    """The first line of its statement, and the last one of the piece."""
    start: int
    """Where the piece begins, in bytes of the source."""
    original: str
    replacement: str

    def applied(self, source: bytes) -> bytes:
        """The module with the mistake in it."""
        end = self.start + len(self.original.encode())
        return source[: self.start] + self.replacement.encode() + source[end:]


def mutants(path: str, source: bytes) -> list[Mutant]:
    """All mutants of a module, in the order of the source."""
    finder = _Finder(path, source)
    finder.visit(ast.parse(source))
    return sorted(set(finder.found), key=lambda mutant: (mutant.start, mutant.replacement))


class _Finder(ast.NodeVisitor):
    """Visits what runs when a function is called."""

    def __init__(self, path: str, source: bytes) -> None:
        self.path = path
        self.source = source
        self.starts = [0]
        for line in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.names: list[str] = []
        self.functions = 0
        self.statement = 1
        self.found: list[Mutant] = []

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.stmt):
            self.statement = node.lineno
        if self.functions:
            for start, end, replacement in self._mistakes(node):
                original = self.source[start:end].decode()
                lines = self.statement, self.source.count(b"\n", 0, end) + 1
                name = ".".join(self.names)
                self.found.append(Mutant(self.path, name, lines, start, original, replacement))
        super().visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._visit_body(node.name, node.body)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.functions += 1
        self._visit_body(node.name, node.body)
        self.functions -= 1

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - the name that `ast` looks for

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        pass

    def _visit_body(self, name: str, body: list[ast.stmt]) -> None:
        self.names.append(name)
        for statement in body:
            if not _is_text(statement):
                self.visit(statement)
        self.names.pop()

    def _mistakes(self, node: ast.AST) -> Iterator[tuple[int, int, str]]:
        """Where each begins and ends, and what is written there."""
        match node:
            case ast.Compare():
                operands = [node.left, *node.comparators]
                for operator, left, right in zip(node.ops, operands, operands[1:], strict=False):
                    yield from self._swapped(operator, left, right)
            case ast.BoolOp():
                for left, right in zip(node.values, node.values[1:], strict=False):
                    yield from self._swapped(node.op, left, right)
            case ast.BinOp():
                yield from self._swapped(node.op, node.left, node.right)
            case ast.UnaryOp(op=ast.Not()):
                yield *self._span(node), self._text(node.operand)
            case ast.Constant():
                yield from ((*self._span(node), text) for text in _other_constants(node.value))
            case ast.Call(args=[first, second, *_]) if ast.dump(first) != ast.dump(second):
                if not any(isinstance(argument, ast.Starred) for argument in (first, second)):
                    start, between = self._span(first)
                    next_start, end = self._span(second)
                    comma = self.source[between:next_start].decode()
                    yield start, end, self._text(second) + comma + self._text(first)
            case ast.If() | ast.While() | ast.IfExp():
                if not isinstance(node.test, ast.Compare | ast.UnaryOp | ast.Constant):
                    yield *self._span(node.test), f"not ({self._text(node.test)})"
            case ast.Return(value=ast.expr() as value):
                if not isinstance(value, ast.Constant):
                    yield *self._span(value), "None"
            case ast.Expr(value=ast.Call() | ast.Await()) | ast.Raise():
                yield *self._span(node), "pass"
            case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]) | ast.AugAssign():
                yield *self._span(node), "pass"
            case ast.Break():
                yield *self._span(node), "continue"
            case ast.Continue():
                yield *self._span(node), "break"

    def _swapped(
        self, operator: ast.AST, left: ast.expr, right: ast.expr
    ) -> Iterator[tuple[int, int, str]]:
        if type(operator) in SWAPPED:
            written, instead = SWAPPED[type(operator)]
            # Parentheses may stand around either operand, a comment between them.
            start, end = self._span(left)[1], self._span(right)[0]
            found = self.source.find(written.encode(), start, end)
            if found >= 0:
                yield found, found + len(written), instead

    def _span(self, node: ast.AST) -> tuple[int, int]:
        """Where a node begins and ends, in bytes of the source."""
        if not isinstance(node, ast.expr | ast.stmt):
            raise TypeError(node)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self.starts[node.lineno - 1] + node.col_offset
        return start, self.starts[node.end_lineno - 1] + node.end_col_offset

    def _text(self, node: ast.expr) -> str:
        start, end = self._span(node)
        return self.source[start:end].decode()


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _other_constants(value: object) -> Iterator[str]:
    if isinstance(value, bool):
        yield repr(not value)
    elif isinstance(value, int):
        yield repr(value + 1)
    elif isinstance(value, str | bytes) and value:
        yield repr(value[:0])
