"""Where two servers answer differently: python compare.py OLD NEW PATH ..."""

import sys

from httpx2 import Client

VARYING = {"date", "server", "x-request-id"}  # add what differs between any two answers of yours


def answer(client: Client, url: str) -> dict[str, object]:
    """What has to be the same."""
    response = client.get(url)
    headers = {name: value for name, value in response.headers.items() if name not in VARYING}
    return {"status": response.status_code, "headers": headers, "body": response.text}


old, new, *paths = sys.argv[1:]
different = 0
with Client() as client:
    for path in paths:
        first, second = answer(client, old + path), answer(client, new + path)
        for part in first:
            if first[part] != second[part]:
                different += 1
                print(f"{path}: {part}: {first[part]} / {second[part]}")
print(f"{len(paths)} paths, {different} differences")
