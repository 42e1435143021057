"""The part of a path that routes see."""


def below(root_path: str, path: str) -> str:
    """The path below a mount or a proxy's prefix; a server may leave the prefix out."""
    if path == root_path:
        return ""
    if path.startswith(root_path) and path[len(root_path)] == "/":
        return path[len(root_path) :]
    return path
