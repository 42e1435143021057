"""What FastAPI 0.165 was measured to do on the same kind of machine, by figure.

Starlette 1.10, Pydantic 2.14.3, uvicorn 0.54 and Granian 2.8.7, two processors, Python 3.11.
"""

FIGURES = {
    "F5": "45 % of a mix with special JSON tokens answered 5xx",
    "F8": "waits of 1.1 to 2.1 s; 31 s for one shape of route",
    "F9": "2 (cookies, sets of integers), 2 to 5 (several parameters in a segment)",
    "F10": "26.8 times the request; 36,000 times for a union",
    "F11": "656 MB for one form of 300 MB",
    "F12": "no crash; 5xx from special tokens only",
    "F14": "5 to 7 % of synchronous streams waited for the garbage collector",
    "F20": "80 of 120 requests failed",
    "F21": "values leaked with h11 on asyncio",
    "F23": "+0.3 MB in the first 100,000",
}
