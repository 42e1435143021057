"""Writes transcripts anew: `python -m tests.docs.record [part of a path ...]`."""

import sys

from tests.docs.transcripts import EXAMPLES, TRANSCRIPTS, replay

for transcript in TRANSCRIPTS:
    name = str(transcript.relative_to(EXAMPLES))
    if not sys.argv[1:] or any(part in name for part in sys.argv[1:]):
        transcript.write_text(replay(transcript))
        print(name)
